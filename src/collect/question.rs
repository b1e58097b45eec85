//! One DNS question and what was answered, in words of ours, so that collectors and recorded worlds know no DNS library.

use std::net::IpAddr;

/// The types of record that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordType {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Who may issue certificates (RFC 8659).
    Caa,
    /// Public keys of a signed zone (RFC 4034).
    Dnskey,
    /// The parent's digest of a zone's key (RFC 4034).
    Ds,
    /// Mail servers.
    Mx,
    /// Name servers.
    Ns,
    /// Start of a zone.
    Soa,
    /// Certificates of a service (RFC 6698).
    Tlsa,
    /// Text.
    Txt,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsQuestion {
    /// The name, in lower case and without the last dot; empty for the root.
    pub name: String,
    /// The type.
    pub record_type: RecordType,
    /// The resolver is asked not to validate (RFC 4035, section 3.2.2), to tell a bogus zone from one that is down.
    pub checking_disabled: bool,
}

impl DnsQuestion {
    /// A question that leaves validation to the resolver.
    #[must_use]
    pub fn new(name: &str, record_type: RecordType) -> Self {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        Self { name, record_type, checking_disabled: false }
    }
}

/// What the resolver says of a question as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DnsStatus {
    /// The name exists; there may still be no record of the type.
    NoError,
    /// The name, or the one that it is an alias of, does not exist.
    NoSuchName,
    /// The resolver failed: the zone is down, or bogus.
    ServerFailure,
    /// Anything else, by its number (RFC 6895, section 2.3).
    Other(u16),
}

/// The data of one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DnsData {
    /// `A` and `AAAA`.
    Address(IpAddr),
    /// `NS`: a name server.
    NameServer(String),
    /// `MX`; the host is empty for a null MX (RFC 7505).
    MailServer {
        /// Lower is tried first.
        preference: u16,
        /// Its name.
        host: String,
    },
    /// `TXT`, its strings joined without anything between them (RFC 7208, section 3.3).
    Text(Vec<u8>),
    /// `CAA`.
    Authorisation {
        /// An authority that does not know the tag must not issue.
        critical: bool,
        /// `issue`, `issuewild`, `iodef`, …
        tag: String,
        /// The value as it is.
        value: Vec<u8>,
    },
    /// `TLSA`.
    Association {
        /// 0 to 3 (RFC 6698, section 2.1.1).
        usage: u8,
        /// 0 whole certificate, 1 public key.
        selector: u8,
        /// 0 itself, 1 SHA-256, 2 SHA-512.
        matching: u8,
        /// The data to match.
        data: Vec<u8>,
    },
    /// Any other type: its data as on the wire.
    Other(Vec<u8>),
}

/// An answer. Records that do not belong to the question, or to the alias that it leads to, are not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsAnswer {
    /// What is said of the question as a whole.
    pub status: DnsStatus,
    /// The names that the question's name is an alias of, in the order in which they lead on.
    pub aliases: Vec<String>,
    /// The data of the records of the type that was asked for, in the order in which they came.
    pub data: Vec<DnsData>,
    /// The resolver says that it validated the answer (RFC 4035, section 3.2.3).
    pub authenticated: bool,
    /// The answer came with signatures.
    pub signed: bool,
    /// The zone that says so, where the answer names it (RFC 2308, section 3).
    pub zone: Option<String>,
}

impl DnsAnswer {
    /// An answer that says nothing yet.
    #[must_use]
    pub fn of_status(status: DnsStatus) -> Self {
        Self { status, aliases: Vec::new(), data: Vec::new(), authenticated: false, signed: false, zone: None }
    }

    /// An answer with data, for recorded worlds.
    #[must_use]
    pub fn of_data(data: impl IntoIterator<Item = DnsData>) -> Self {
        Self { data: data.into_iter().collect(), ..Self::of_status(DnsStatus::NoError) }
    }
}
