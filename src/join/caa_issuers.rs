//! The issuer of the certificate that a host serves against its CAA records: may this authority issue for this name at all?

use std::collections::BTreeSet;

use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Texts};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Value};

const HOST_CAA: &str = "host-caa";

/// The join.
pub(super) const CAA_ISSUERS: Join = Join { name: "caa-issuers", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: HOST_CAA,
    subject: "host:NAME",
    en: "one host: its CAA records against the issuers of the certificates that it serves",
    ja: "ホストのCAAレコードと、提示された証明書の発行者との突合",
    fields: &[
        field("exists", Bool, "the name is in DNS", "DNSに存在する"),
        field("restricts", Bool, "an issue property names who may issue, or that nobody may", "発行元を限定している"),
        field("faults", Texts, "properties that cannot be read, or are critical and unknown", "解釈できない項目"),
        field(
            "not_permitted",
            Texts,
            "public issuers of certificates in use that the records do not permit",
            "許可されていない認証局が発行した証明書の発行者",
        ),
    ],
}];

/// Words of a public issuer's name, and the domains by which CAA records name it (each authority's own statement, CCADB).
const AUTHORITIES: [(&str, &[&str]); 20] = [
    ("let's encrypt", &["letsencrypt.org"]),
    ("internet security research group", &["letsencrypt.org"]),
    ("google trust services", &["pki.goog"]),
    ("digicert", &["digicert.com", "digicert.ne.jp", "symantec.com", "geotrust.com", "rapidssl.com", "thawte.com"]),
    ("geotrust", &["digicert.com", "geotrust.com", "rapidssl.com"]),
    ("globalsign", &["globalsign.com"]),
    ("sectigo", &["sectigo.com", "comodo.com", "comodoca.com", "usertrust.com", "trust-provider.com"]),
    ("zerossl", &["sectigo.com", "comodoca.com"]),
    ("secom", &["secomtrust.net"]),
    ("cybertrust japan", &["cybertrust.ne.jp", "cybertrust.co.jp"]),
    ("japan registry services", &["jprs.jp"]),
    ("amazon", &["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"]),
    ("microsoft", &["microsoft.com"]),
    ("entrust", &["entrust.net", "affirmtrust.com"]),
    ("godaddy", &["godaddy.com", "starfieldtech.com"]),
    ("starfield", &["godaddy.com", "starfieldtech.com"]),
    ("identrust", &["identrust.com"]),
    ("buypass", &["buypass.com", "buypass.no"]),
    ("ssl corp", &["ssl.com"]),
    ("actalis", &["actalis.it"]),
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let mut derived = Evidence::default();
    for name in evidence.of_kind("dns-name") {
        let mut seen =
            Observation::new(HOST_CAA, name.subject.clone(), name.source.clone(), "CAA against certificates");
        seen.strength = Strength::Joined;
        for (own, field) in [("exists", "exists"), ("restricts", "caa.restricts"), ("faults", "caa.faults")] {
            match (name.fields.get(field), name.unknown_fields.get(field)) {
                (Some(value), _) => seen.set(own, value.clone()),
                (None, reason) => seen.unknown(own, reason.map_or("not seen", String::as_str)),
            };
        }
        match not_permitted(evidence, name, &mut seen.related) {
            Ok(issuers) => seen.set("not_permitted", Value::texts(issuers)),
            Err(reason) => seen.unknown("not_permitted", reason),
        };
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["dns-name"], HOST_CAA, "DNS", count)];
    derived
}

/// The domains by which CAA records name a public issuer, by words of its name.
pub(super) fn authority_domains(issuer: &str) -> Option<&'static [&'static str]> {
    let lower = issuer.to_lowercase();
    AUTHORITIES.iter().find(|(words, _)| lower.contains(words)).map(|(_, domains)| *domains)
}

/// Public issuers that the records do not permit.
fn not_permitted(
    evidence: &Evidence,
    name: &Observation,
    related: &mut Vec<Related>,
) -> Result<BTreeSet<String>, &'static str> {
    let permitted = name.texts("caa.issuers");
    let host = format!("/{}", name.subject.name());
    let mut certificates = evidence
        .of_kind("tls-certificate")
        .filter(|seen| {
            let endpoint = seen.subject.name();
            endpoint.split('#').next().unwrap_or(endpoint).ends_with(&host)
        })
        .peekable();
    if certificates.peek().is_none() {
        return Err("no certificate was seen");
    }
    let mut issuers = BTreeSet::new();
    for certificate in certificates {
        // CAA binds public authorities alone; a body's own is no business of theirs (RFC 8659, section 1).
        match certificate.flag("publicly_trusted") {
            Some(false) => continue,
            Some(true) => {}
            None => return Err("whether the certificate is a public one is not known"),
        }
        let issuer = certificate.text("issuer").unwrap_or_default();
        let Some(domains) = authority_domains(issuer) else { return Err("the issuer's name for CAA is not known") };
        if !domains.iter().any(|domain| permitted.contains(domain)) {
            issuers.insert(issuer.to_owned());
            related.push(Related { location: certificate.source.clone(), note: "issued here".to_owned() });
        }
    }
    Ok(issuers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Subject};

    fn joined(issuer: &str, public: bool, permitted: &[&str]) -> Observation {
        let new = |kind: &str, subject: &str| {
            Observation::new(kind, Subject::parse(subject).unwrap(), Location::default(), "x")
        };
        let mut name = new("dns-name", "host:www.example.jp");
        name.set("exists", true).set("caa.restricts", true).set("caa.issuers", Value::texts(permitted.iter().copied()));
        name.unknown("caa.faults", "x");
        let mut certificate = new("tls-certificate", "endpoint:192.0.2.1:443/www.example.jp#rsa");
        certificate.set("issuer", issuer).set("publicly_trusted", public);
        let mut other = new("tls-certificate", "endpoint:192.0.2.1:443/xwww.example.jp");
        other.set("issuer", "DigiCert Inc").set("publicly_trusted", true);
        let evidence = Evidence { observations: vec![name, certificate, other], ..Evidence::default() };
        join(&evidence).observations.remove(0)
    }

    #[test]
    fn a_public_issuer_must_be_named_and_a_private_one_need_not() {
        let seen = |issuer, public, permitted: &[&str]| {
            let seen = joined(issuer, public, permitted);
            seen.fields.get("not_permitted").map(|_| seen.texts("not_permitted").len())
        };
        assert_eq!(seen("Let's Encrypt", true, &["letsencrypt.org"]), Some(0));
        assert_eq!(seen("DigiCert Inc", true, &["letsencrypt.org"]), Some(1));
        assert_eq!(seen("Some private authority", false, &["letsencrypt.org"]), Some(0));
        assert_eq!(seen("An authority of tomorrow", true, &["letsencrypt.org"]), None);
    }
}
