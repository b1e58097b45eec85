//! What is offered: the lists of candidates, and the hellos made of them.

use std::net::IpAddr;

use super::super::search::{Offer, Space, signs_with_rsa};
use crate::syntax::tls::{
    Class, GROUPS, Hello, KeyShare, SIGNATURES, Suite, Version, is_of_tls12, is_of_tls13, is_post_quantum,
    is_weak_signature,
};

/// What Mozilla's intermediate profile and the recommended ones of others have in common: what a clean site accepts in TLS 1.2.
pub(super) const STRONG_12: [u16; 6] = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8];
/// The same of TLS 1.3.
pub(super) const STRONG_13: [u16; 3] = [0x1301, 0x1302, 0x1303];
/// Groups of 128 bits of strength or more that no guideline forbids.
const STRONG_GROUPS: [u16; 5] = [29, 23, 24, 30, 25];
/// Those of them that every guideline allows: what a clean site accepts in TLS 1.2.
const COMMON_GROUPS: [u16; 3] = [29, 23, 24];
/// Application protocols that a web server may choose.
const ALPN: [&str; 3] = ["h2", "http/1.1", "spdy/3.1"];
/// Bytes of a long hello: beyond the sizes that old load balancers stumble over, and more than one segment.
const LONG_BYTES: usize = 2_048;

/// What a hello carries to see whether it is put up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Load {
    pub(super) large: bool,
    pub(super) grease: bool,
    pub(super) unknown_extension: bool,
    pub(super) future_version: bool,
}

impl Load {
    /// Everything at once.
    pub(super) const ALL: Self = Self { large: true, grease: true, unknown_extension: true, future_version: true };

    /// Each by itself, with its word in facts.
    pub(super) const EACH: [(Self, &'static str); 4] = [
        (Self { large: true, ..Self::NONE }, "large"),
        (Self { grease: true, ..Self::NONE }, "grease"),
        (Self { unknown_extension: true, ..Self::NONE }, "unknown-extension"),
        (Self { future_version: true, ..Self::NONE }, "future-version"),
    ];

    const NONE: Self = Self { large: false, grease: false, unknown_extension: false, future_version: false };
}

/// Every suite of TLS 1.2 and older, strong ones first.
pub(super) fn suites_up_to_12() -> Vec<u16> {
    by_class(Suite::up_to_tls12())
}

/// Every suite of TLS 1.3, strong ones first.
pub(super) fn suites_of_13() -> Vec<u16> {
    by_class(Suite::of_tls13())
}

fn by_class(suites: impl Iterator<Item = Suite>) -> Vec<u16> {
    let mut classed: Vec<(Class, u16)> = suites.map(|suite| (suite.class(), suite.0)).collect();
    // What servers have in common stands before what hardly any speaks.
    classed.sort_by_key(|(class, suite)| (*class, Suite(*suite).is_pre_shared(), *suite));
    classed.into_iter().map(|(_, suite)| suite).collect()
}

fn strong_first(usable: impl Fn(u16) -> bool) -> Vec<u16> {
    let others = GROUPS.iter().map(|(group, _)| *group).filter(|group| !STRONG_GROUPS.contains(group));
    STRONG_GROUPS.into_iter().chain(others).filter(|group| usable(*group)).collect()
}

/// Every group of TLS 1.2 and older but the finite-field ones: with those among them a server shows a larger prime than
/// it uses for clients without them.
pub(super) fn groups_12() -> Vec<u16> {
    strong_first(is_of_tls12)
}

/// The groups that a clean site may accept in TLS 1.2.
pub(super) fn strong_groups_12() -> Vec<u16> {
    COMMON_GROUPS.to_vec()
}

/// Strong suites that an ECDSA or EdDSA certificate signs for.
pub(super) fn strong_ecdsa_12() -> Vec<u16> {
    STRONG_12.into_iter().filter(|suite| Suite(*suite).is_ecdsa()).collect()
}

/// Every other group of TLS 1.2.
pub(super) fn other_groups_12() -> Vec<u16> {
    groups_12().into_iter().filter(|group| !COMMON_GROUPS.contains(group)).collect()
}

/// Every group of TLS 1.3.
pub(super) fn groups_13() -> Vec<u16> {
    strong_first(is_of_tls13)
}

/// The hybrid groups.
pub(super) fn hybrid_groups() -> Vec<u16> {
    strong_first(is_post_quantum)
}

/// Every signature scheme, those of today first.
pub(super) fn signatures() -> Vec<u16> {
    let mut schemes: Vec<u16> = SIGNATURES.iter().map(|(scheme, _)| *scheme).collect();
    schemes.sort_by_key(|scheme| std::cmp::Reverse(*scheme));
    schemes
}

/// Those over SHA-1 and MD5.
pub(super) fn weak_signatures() -> Vec<u16> {
    signatures().into_iter().filter(|scheme| is_weak_signature(*scheme)).collect()
}

/// Those of today that a certificate of another family of keys would sign with.
pub(super) fn signatures_of_others(is_rsa: bool) -> Vec<u16> {
    signatures().into_iter().filter(|scheme| signs_with_rsa(*scheme) != is_rsa && !is_weak_signature(*scheme)).collect()
}

/// The whole space of a version.
pub(super) fn space(version: Version) -> Space {
    match version {
        Version::Tls13 => Space {
            suites: suites_of_13(),
            groups: groups_13(),
            signatures: signatures(),
            seek_groups: true,
            seek_signatures: false,
        },
        _ => Space {
            suites: suites_up_to_12(),
            groups: groups_12(),
            signatures: signatures(),
            seek_groups: version == Version::Tls12,
            seek_signatures: version == Version::Tls12,
        },
    }
}

/// The application protocols that are asked for.
pub(super) fn alpn() -> Vec<String> {
    ALPN.iter().map(|name| (*name).to_owned()).collect()
}

/// A hello out of one question of the search. Names are sent, addresses are not (RFC 6066 section 3).
pub(super) fn hello(version: Version, offer: &Offer, name: &str) -> Hello {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let mut hello = Hello::new(version);
    hello.suites.clone_from(&offer.suites);
    if version >= Version::Tls12 {
        hello.signatures.clone_from(&offer.signatures);
    }
    hello.groups.clone_from(&offer.groups);
    hello.server_name = bare.parse::<IpAddr>().is_err().then(|| bare.to_owned());
    hello.key_share = KeyShare::Empty;
    hello
}

/// Puts a load on a hello.
pub(super) fn loaded(mut hello: Hello, load: Load) -> Hello {
    if load.large {
        hello.padded_bytes = LONG_BYTES;
    }
    hello.grease = load.grease;
    hello.unknown_extension = load.unknown_extension;
    if load.future_version {
        // A version beyond what is known, in the field that is read where supported_versions is not sent.
        match hello.version {
            Version::Tls13 => hello.future_version = true,
            _ => hello.legacy_version = Some(0x0304),
        }
    }
    hello
}
