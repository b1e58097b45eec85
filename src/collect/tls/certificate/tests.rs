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
