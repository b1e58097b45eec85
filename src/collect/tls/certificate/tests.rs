//! Chains made here, judged here.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

use super::*;

const NOW: &str = "2026-11-24";

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    CertifiedIssuer::self_signed(authority_parameters(name), KeyPair::generate().unwrap()).unwrap()
}

fn authority_parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
    parameters
}

fn leaf(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2026, 10, 1), date_time_ymd(2027, 1, 1));
    parameters
}

fn signed(parameters: &CertificateParams, issuer: &CertifiedIssuer<'_, KeyPair>) -> Vec<u8> {
    parameters.signed_by(&KeyPair::generate().unwrap(), issuer).unwrap().der().to_vec()
}

fn seen(chain: &[Vec<u8>], own: &[u8], name: &str) -> Observation {
    observe_certificates(chain, &[], vec![own.to_vec()], name, Time::parse(NOW).unwrap())
}

#[test]
fn every_declared_fact_is_stated_or_said_to_be_unknown() {
    let root = authority("root");
    let good = signed(&leaf("www.example.jp"), &root);
    let declared: BTreeSet<&str> = CERTIFICATE_KIND.fields.iter().map(|field| field.name).collect();
    for chain in [vec![good], vec![vec![0x30, 0x03, 2, 1, 1]], Vec::new()] {
        let seen = seen(&chain, root.der(), "www.example.jp");
        let told = seen.fields.keys().chain(seen.unknown_fields.keys()).map(String::as_str);
        assert_eq!(told.collect::<BTreeSet<_>>(), declared);
        for both in seen.unknown_fields.keys() {
            assert!(!seen.fields.contains_key(both), "{both}");
        }
    }
}

#[test]
fn the_shape_of_a_chain_is_seen() {
    let root = authority("root");
    let middle =
        CertifiedIssuer::signed_by(authority_parameters("middle"), KeyPair::generate().unwrap(), &root).unwrap();
    let leaf = signed(&leaf("www.example.jp"), &middle);
    let (middle, other) = (middle.der().to_vec(), authority("other").der().to_vec());
    let root = root.der().to_vec();
    let shape = |chain: &[&Vec<u8>]| {
        let chain: Vec<Vec<u8>> = chain.iter().map(|der| (*der).clone()).collect();
        let seen = seen(&chain, &root, "www.example.jp");
        (
            seen.text("trust_reason").unwrap_or_default().to_owned(),
            seen.flag("chain_ordered").unwrap(),
            seen.flag("chain_complete"),
            seen.flag("chain_root_sent").unwrap(),
            seen.integer("chain_superfluous").unwrap(),
        )
    };
    let valid = || "valid".to_owned();
    assert_eq!(shape(&[&leaf, &middle]), (valid(), true, Some(true), false, 0));
    assert_eq!(shape(&[&leaf, &middle, &root]), (valid(), true, Some(true), true, 0));
    assert_eq!(shape(&[&leaf, &root, &middle]), (valid(), false, Some(true), true, 0));
    assert_eq!(shape(&[&leaf, &middle, &other]), (valid(), true, Some(true), false, 1));
    assert_eq!(shape(&[&leaf, &middle, &middle]), (valid(), true, Some(true), false, 1));
    assert_eq!(shape(&[&leaf]), ("unknown-issuer".to_owned(), true, None, false, 0));
}

#[test]
fn a_shared_key_is_named_for_other_names_alone() {
    let mut evidence = Evidence::default();
    for (endpoint, key) in [
        ("192.0.2.1:443/a.jp", "k"),
        ("192.0.2.2:443/a.jp", "k"),
        ("192.0.2.1:443/b.jp", "k"),
        ("192.0.2.1:443/c.jp", "l"),
    ] {
        let subject = crate::model::Subject::new(crate::model::SubjectKind::Endpoint, endpoint);
        let mut seen = Observation::new(CERTIFICATE, subject, crate::model::Location::host(endpoint), "test");
        seen.set("key_sha256", key);
        evidence.observations.push(seen);
    }
    name_shared_keys(&mut evidence);
    let shared: Vec<Vec<&str>> = evidence.observations.iter().map(|seen| seen.texts("key_shared_with")).collect();
    let both = vec!["192.0.2.1:443/a.jp", "192.0.2.2:443/a.jp"];
    assert_eq!(shared, [vec!["192.0.2.1:443/b.jp"], vec!["192.0.2.1:443/b.jp"], both, vec![]]);
}

/// A number of cases from the environment for a long run, a few otherwise.
fn cases() -> u32 {
    std::env::var("TENKEN_CERTIFICATE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(50)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_broken_chain_is_never_trusted_and_never_breaks_us(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 1_u8..=255), 1..4),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        thread_local! {
            static MADE: (Vec<u8>, Vec<u8>) = {
                let root = authority("root");
                (signed(&leaf("www.example.jp"), &root), root.der().to_vec())
            };
        }
        let (good, root) = MADE.with(Clone::clone);
        prop_assert_eq!(seen(std::slice::from_ref(&good), &root, "www.example.jp").flag("trusted"), Some(true));
        let mut bad = good.clone();
        for (at, change) in changes {
            let at = at.index(bad.len());
            bad[at] ^= change;
        }
        if is_cut {
            bad.truncate(cut.index(bad.len()));
        }
        prop_assume!(bad != good);
        let told = seen(&[bad], &root, "www.example.jp");
        prop_assert_ne!(told.flag("trusted"), Some(true));
    }
}

/// A public key of any bytes: what it says need not be true.
struct Claimed(Vec<u8>);

impl rcgen::PublicKeyData for Claimed {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// An RSA key of so many bits, an odd number of no meaning.
fn claimed_rsa(bits: usize) -> Claimed {
    let mut modulus = vec![0_u8];
    modulus.extend((0..bits / 8).map(|at| u8::try_from(at % 251).unwrap() | 0x81));
    let number = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        [&[0x02, 0x82, length[0], length[1]], bytes].concat()
    };
    let both = [number(&modulus), vec![2, 3, 1, 0, 1]].concat();
    let length = u16::try_from(both.len()).unwrap().to_be_bytes();
    Claimed([&[0x30, 0x82, length[0], length[1]], both.as_slice()].concat())
}

#[test]
fn odd_certificates_are_facts_or_unknown() {
    let root = authority("root");
    let own = root.der().to_vec();
    let large = leaf("www.example.jp").signed_by(&claimed_rsa(16_384), &root).unwrap().der().to_vec();
    let told = seen(&[large], &own, "www.example.jp");
    assert_eq!((told.text("key_algorithm"), told.integer("key_bits")), (Some("rsa"), Some(16_384)));
    assert_eq!(told.flag("trusted"), Some(true));

    // A serial number below zero: the sign bit of a known one, which also breaks the signature.
    let mut parameters = leaf("www.example.jp");
    parameters.serial_number = Some(vec![0x11, 0x22, 0x33, 0x44].into());
    let good = signed(&parameters, &root);
    let replaced = |from: &[u8], to: &[u8]| {
        let at = good.windows(from.len()).position(|bytes| bytes == from).unwrap();
        let mut bad = good.clone();
        bad[at..at + to.len()].copy_from_slice(to);
        seen(&[bad], &own, "www.example.jp")
    };
    assert_eq!(replaced(&[0x11, 0x22, 0x33, 0x44], &[0x91, 0x22, 0x33, 0x44]).flag("trusted"), Some(false));
    // Months that do not exist.
    let told = replaced(b"261001000000Z", b"269901000000Z");
    assert_eq!((told.flag("trusted"), told.fields.get("not_after")), (Some(false), None));
    assert!(told.unknown_fields.contains_key("not_after"));

    // Names of 64 KiB, with NUL and with marks that turn the direction of writing.
    let mut parameters = leaf("www.example.jp");
    for name in ["a".repeat(65_536), "www.example.jp\0.evil.example".to_owned(), "a\u{1b}[31m".to_owned()] {
        parameters.subject_alt_names.push(rcgen::SanType::DnsName(name.try_into().unwrap()));
    }
    parameters.distinguished_name.push(DnType::OrganizationName, "\u{202e}pj.elpmaxe\0");
    let told = seen(&[signed(&parameters, &root)], &own, "www.example.jp");
    // The verifier reads no certificate of more than 64 KiB, and then it is not trusted.
    assert_eq!((told.text("trust_reason"), told.integer("name_count")), (Some("malformed"), Some(4)));
    assert!(told.texts("names").iter().all(|name| name.chars().count() <= 201));
    let evil = seen(&[signed(&leaf("www.example.jp\0.evil.example"), &root)], &own, "www.example.jp");
    assert_ne!(evil.flag("trusted"), Some(true));

    // More certificates than any server has: every one of them is counted.
    let many: Vec<Vec<u8>> = std::iter::once(good.clone()).chain(vec![own.clone(); 1_000]).collect();
    let told = seen(&many, &own, "www.example.jp");
    assert_eq!((told.integer("chain_length"), told.flag("chain_root_sent")), (Some(1_001), Some(true)));
    assert_eq!(told.integer("chain_superfluous"), Some(999));
}

/// A server that says these words to everyone, and then a byte without end.
async fn endless(words: Vec<u8>) -> u16 {
    use tokio::io::AsyncWriteExt;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let words = words.clone();
            tokio::spawn(async move {
                let _ = stream.write_all(&words).await;
                // A record of 16 KiB, again and again: ten megabytes and more, if anyone reads them.
                let record = [&[22, 3, 3, 0x40, 0][..], &[0; 0x4000]].concat();
                while stream.write_all(&record).await.is_ok() {}
            });
        }
    });
    port
}

#[tokio::test]
async fn certificates_without_end_are_a_gap() {
    // A ServerHello of TLS 1.2 with an ECDHE suite, then a Certificate message that claims 2^24 - 1 bytes.
    let mut hello = vec![3, 3];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x2f, 0, 0, 9, 0xff, 1, 0, 1, 0, 0, 0x17, 0, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut flight = vec![22, 3, 3, 0, length + 4, 2, 0, 0, length];
    flight.extend(hello);
    flight.extend([22, 3, 3, 0, 7, 11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc]);
    let port = endless(flight).await;
    let host = crate::model::Host {
        name: "www.example.jp".to_owned(),
        addresses: vec!["127.0.0.1".to_owned()],
        https_port: port,
        ..crate::model::Host::default()
    };
    let site = crate::model::Site { hosts: vec![host], ..crate::model::Site::default() };
    let options =
        crate::collect::live::LiveOptions::of_site(std::path::Path::new("."), &site, Vec::new(), None, 5, 4, false);
    let world = crate::collect::live::LiveWorld::new(options);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let end = tokio::time::sleep(std::time::Duration::from_secs(5)).deadline();
    let place = Place { world: &world, name: "www.example.jp", address, end };
    let mut behind = Behind::default();
    let greeting = Greeting::new(place, &mut behind).await;
    let in_the_clear = InTheClear::default();
    let looked = look(place, "e", Time::parse(NOW).unwrap(), greeting, &in_the_clear, &mut behind).await;
    assert_eq!(looked.evidence.observations, []);
    assert_eq!(looked.evidence.gaps.len(), 1);
    let reason = looked.negotiated.unwrap_err();
    // The length alone is refused: nobody waited for the end.
    assert!(!reason.contains("no answer within"), "{reason}");
}
