//! DNS messages: a question to bytes, and bytes to an answer that holds nothing but what belongs to the question.

use hickory_proto::op::{Edns, Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType as WireType};
use hickory_proto::serialize::binary::BinEncodable;

use crate::collect::limits::{DNS_ALIASES, DNS_UDP_BYTES};
use crate::collect::question::{DnsAnswer, DnsData, DnsQuestion, DnsStatus, RecordType};

/// Number of the signature record (RFC 4034, section 3), which is read without its content.
const RRSIG: u16 = 46;

/// What a packet is to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It does not answer the question: another number, another question, no answer, or no DNS at all.
    Stray,
    /// It was cut off and has to be asked for over TCP.
    Truncated,
    /// It bears the question's number and cannot be read.
    Unreadable,
    /// It answers.
    Answer(DnsAnswer),
}

/// A question as bytes; `None` where the name is none.
#[must_use]
pub fn written(question: &DnsQuestion, number: u16) -> Option<Vec<u8>> {
    let mut message = Message::query();
    message.metadata.id = number;
    message.metadata.recursion_desired = true;
    message.metadata.authentic_data = true;
    message.metadata.checking_disabled = question.checking_disabled;
    message.add_query(Query::query(name_of(&question.name)?, wire_type(question.record_type)));
    let mut edns = Edns::new();
    edns.set_max_payload(DNS_UDP_BYTES).set_dnssec_ok(true);
    message.set_edns(edns);
    message.to_bytes().ok()
}

/// Reads what came back.
#[must_use]
pub fn read(question: &DnsQuestion, number: u16, bytes: &[u8]) -> Reply {
    let Ok(message) = Message::from_vec(bytes) else { return broken(number, bytes) };
    let Some(name) = name_of(&question.name) else { return Reply::Stray };
    let asked = wire_type(question.record_type);
    let is_ours = message.metadata.id == number
        && message.metadata.message_type == MessageType::Response
        && matches!(message.queries.as_slice(), [query]
            if *query.name() == name && query.query_type() == asked && query.query_class() == DNSClass::IN);
    if !is_ours {
        return Reply::Stray;
    }
    if message.metadata.truncation {
        return Reply::Truncated;
    }
    let mut answer = DnsAnswer::of_status(match message.metadata.response_code {
        ResponseCode::NoError => DnsStatus::NoError,
        ResponseCode::NXDomain => DnsStatus::NoSuchName,
        ResponseCode::ServFail => DnsStatus::ServerFailure,
        other => DnsStatus::Other(u16::from(other)),
    });
    answer.authenticated = message.metadata.authentic_data;
    let owner = follow(&mut answer, name, &message.answers);
    let own = |record: &&Record| record.name == owner && record.dns_class == DNSClass::IN;
    answer.signed = message.answers.iter().filter(own).any(|record| u16::from(record.record_type()) == RRSIG);
    let of_type = message.answers.iter().filter(own).filter(|record| record.record_type() == asked);
    answer.data = of_type.filter_map(|record| data(&record.data)).collect();
    let soa = message.authorities.iter().find(|record| record.record_type() == WireType::SOA);
    // A zone that is no ancestor of the name cannot speak for it.
    answer.zone = soa.filter(|soa| soa.name.zone_of(&owner)).map(|soa| shown(&soa.name));
    Reply::Answer(answer)
}

/// The header stands first, so that a message that breaks off or is broken behind it can still be told by its number and
/// flags (RFC 1035, section 4.1.1).
fn broken(number: u16, bytes: &[u8]) -> Reply {
    const IS_ANSWER: u8 = 0x80;
    const IS_TRUNCATED: u8 = 0x02;
    match bytes {
        [high, low, flags, ..] if [*high, *low] == number.to_be_bytes() && flags & IS_ANSWER != 0 => {
            if flags & IS_TRUNCATED == 0 { Reply::Unreadable } else { Reply::Truncated }
        }
        _ => Reply::Stray,
    }
}

/// Follows aliases inside one answer and gives the name that the data must belong to.
fn follow(answer: &mut DnsAnswer, name: Name, records: &[Record]) -> Name {
    let mut owner = name;
    for _ in 0..DNS_ALIASES {
        let target = records.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == owner && record.dns_class == DNSClass::IN => Some(target.0.clone()),
            _ => None,
        });
        let Some(target) = target else { break };
        owner = target;
        answer.aliases.push(shown(&owner));
    }
    owner
}

fn data(data: &RData) -> Option<DnsData> {
    Some(match data {
        RData::A(address) => DnsData::Address(address.0.into()),
        RData::AAAA(address) => DnsData::Address(address.0.into()),
        RData::NS(host) => DnsData::NameServer(shown(&host.0)),
        RData::MX(mx) => DnsData::MailServer { preference: mx.preference, host: shown(&mx.exchange) },
        RData::TXT(text) => DnsData::Text(text.txt_data.concat()),
        RData::CAA(caa) => DnsData::Authorisation {
            critical: caa.issuer_critical,
            tag: caa.tag.to_ascii_lowercase(),
            value: caa.value.clone(),
        },
        RData::TLSA(tlsa) => DnsData::Association {
            usage: tlsa.cert_usage.into(),
            selector: tlsa.selector.into(),
            matching: tlsa.matching.into(),
            data: tlsa.cert_data.clone(),
        },
        RData::Unknown { rdata, .. } => DnsData::Other(rdata.anything.clone()),
        RData::SOA(_) => DnsData::Other(Vec::new()),
        _ => return None,
    })
}

fn wire_type(record_type: RecordType) -> WireType {
    match record_type {
        RecordType::A => WireType::A,
        RecordType::Aaaa => WireType::AAAA,
        RecordType::Caa => WireType::CAA,
        RecordType::Dnskey => WireType::from(48),
        RecordType::Ds => WireType::from(43),
        RecordType::Mx => WireType::MX,
        RecordType::Ns => WireType::NS,
        RecordType::Soa => WireType::SOA,
        RecordType::Tlsa => WireType::TLSA,
        RecordType::Txt => WireType::TXT,
    }
}

fn name_of(text: &str) -> Option<Name> {
    let mut name = Name::from_ascii(text).ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// A name as facts spell it: lower case, no last dot, bytes that are no letters escaped (RFC 1035, section 5.1).
fn shown(name: &Name) -> String {
    let text = name.to_ascii().to_ascii_lowercase();
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}
