//! Who stands behind the certificates in use, against CAA records and the register, both ways (J12): issuers, names of
//! others in the body's certificates, authorities that CAA permits for nothing, and issuers of the register that neither shows.

use std::collections::{BTreeMap, BTreeSet};

use super::caa_issuers::authority_domains;
use super::service_names::{self, SERVICE_NAMES_KIND, Shown};
use super::services::{Services, declared, is_own, state_owner};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Location, Observation, Related, Strength, Subject, SubjectKind, Value,
};

const PARTY: &str = "certificate-party";
const NAMES: &str = "certificate-names";
const CAA_USE: &str = "caa-use";

/// The join.
pub(super) const CERTIFICATE_PARTIES: Join = Join { name: "certificate-parties", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: PARTY,
        subject: "host:NAME#issuer[AUTHORITY]",
        en: "one authority that issued a certificate in use, against the register",
        ja: "使用中の証明書を発行した認証局と、台帳との突合",
        fields: &[
            field("public", Bool, "a public authority; a body's own is nobody's contractor", "公的な認証局である"),
            field("caa_names", Texts, "domains by which CAA names it", "CAAでの名称"),
            field("registered", Bool, "a service of the register claims it as issuer", "台帳のサービスに該当する"),
            field("contractor", Text, "the contractor; absent where none", "委託先"),
            field("contractor_status", Text, "planned, active or ended; absent where none", "委託先の状態"),
            field("contract_to", Time, "last day of the contract; absent where none", "契約終了日"),
        ],
    },
    KindSpec {
        name: NAMES,
        subject: "endpoint:ADDR:PORT/NAME",
        en: "one certificate in use: whose names it is made out to, by own domains and register",
        ja: "使用中の証明書に記載された名前と、自組織のドメイン・台帳との突合",
        fields: &[
            field("names", Texts, "names that it is made out to", "記載された名前"),
            field(
                "strangers",
                Texts,
                "names that are neither own nor of a service in force",
                "自組織・登録済みサービス以外の名前",
            ),
        ],
    },
    KindSpec {
        name: CAA_USE,
        subject: "host:NAME#caa",
        en: "authorities that CAA permits against those in use and the register: the other direction",
        ja: "CAAで許可された認証局と、使用中の認証局・台帳との突合(逆方向)",
        fields: &[field(
            "unused",
            Texts,
            "permitted authorities that issued no certificate in use and that no service in force claims",
            "使用されておらず、台帳にもない認証局",
        )],
    },
    SERVICE_NAMES_KIND,
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// One authority at one host.
type Met<'a> = BTreeMap<(&'a str, &'a str), &'a Observation>;

fn join(evidence: &Evidence) -> Evidence {
    let own = declared(evidence, "first_parties");
    let issuers = Services::by(evidence, &["issuers"]);
    let services = Services::by(evidence, &["hosts", "host_patterns", "cname_targets"]);
    let mut met: Met<'_> = Met::new();
    let mut derived = Evidence::default();
    for certificate in evidence.of_kind("tls-certificate") {
        let endpoint = certificate.subject.name();
        let host = endpoint.split_once('/').map_or(endpoint, |(_, name)| name.split('#').next().unwrap_or(name));
        if let Some(issuer) = certificate.text("issuer") {
            met.entry((host, issuer)).or_insert(certificate);
        }
        derived.observations.push(names(certificate, host, own.as_deref(), &services));
    }
    let certificates = derived.observations.len();
    for ((host, issuer), certificate) in &met {
        derived.observations.push(party(host, issuer, certificate, &issuers));
    }
    let parties = derived.observations.len() - certificates;
    let mut of_host: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (host, issuer) in met.keys() {
        of_host.entry(host).or_default().extend(authority_domains(issuer).unwrap_or_default());
    }
    for name in evidence.of_kind("dns-name").filter(|name| name.flag("caa.restricts") == Some(true)) {
        derived.observations.push(caa_use(name, &of_host, &met, &issuers));
    }
    let uses = derived.observations.len() - certificates - parties;
    derived.census = vec![
        joined_census(evidence, &["tls-certificate"], NAMES, "certificates", certificates),
        joined_census(evidence, &["tls-certificate", "register-service"], PARTY, "certificates", parties),
        joined_census(evidence, &["dns-name"], CAA_USE, "DNS", uses),
    ];
    retain_asked(&mut derived);
    // That CAA permits an authority shows that the body knows it, also where a certificate is not a public one.
    let permitted = evidence.of_kind("dns-name").flat_map(|name| name.texts("caa.issuers"));
    let used = of_host.values().flatten().copied().chain(permitted);
    derived.extend(service_names::state(evidence, &["issuers"], &["tls-certificate"], &Shown::of(used)));
    derived
}

fn names(certificate: &Observation, host: &str, own: Option<&[String]>, services: &Services<'_>) -> Observation {
    let mut seen =
        Observation::new(NAMES, certificate.subject.clone(), certificate.source.clone(), "names against register");
    seen.strength = Strength::Joined;
    let names = certificate.texts("names");
    let strangers = |own: &[String]| -> BTreeSet<&str> {
        let mut strangers = BTreeSet::new();
        for name in &names {
            let bare = name.trim_start_matches("*.");
            let by = services.of(bare).or_else(|| services.of(name));
            let in_force = by.is_some_and(|service| service.text("contractor_status") == Some("active"));
            if bare != host && !is_own(bare, own) && !in_force {
                strangers.insert(*name);
            }
        }
        strangers
    };
    match (own, certificate.fields.contains_key("names")) {
        (Some(own), true) => seen.set("strangers", Value::texts(strangers(own))),
        (None, true) => seen
            .unknown("strangers", "no own domains are declared (site file: declared: first_parties or mail_domains)"),
        (_, false) => seen.unknown("strangers", "no certificate was seen"),
    };
    seen.set("names", Value::texts(names));
    seen
}

fn party(host: &str, issuer: &str, certificate: &Observation, issuers: &Services<'_>) -> Observation {
    let subject = Subject::new(SubjectKind::Host, format!("{host}#issuer[{issuer}]"));
    let mut seen = Observation::new(PARTY, subject, certificate.source.clone(), "issuers against register");
    seen.strength = Strength::Joined;
    match certificate.flag("publicly_trusted") {
        Some(public) => seen.set("public", public),
        None => seen.unknown("public", "whether the certificate is a public one is not known"),
    };
    match authority_domains(issuer) {
        Some(domains) => {
            seen.set("caa_names", Value::texts(domains.iter().copied()));
            state_owner(&mut seen, domains.iter().find_map(|domain| issuers.of(domain)));
        }
        None => {
            for field in ["caa_names", "registered", "contractor", "contractor_status", "contract_to"] {
                seen.unknown(field, "the issuer's name for CAA is not known");
            }
        }
    }
    seen
}

fn caa_use(
    name: &Observation,
    of_host: &BTreeMap<&str, BTreeSet<&str>>,
    met: &Met<'_>,
    issuers: &Services<'_>,
) -> Observation {
    let host = name.subject.name();
    let subject = Subject::new(SubjectKind::Host, format!("{host}#caa"));
    let mut seen = Observation::new(CAA_USE, subject, name.source.clone(), "CAA against certificates and register");
    seen.strength = Strength::Joined;
    let used = of_host.get(host);
    let in_force = |domain: &str| {
        issuers.of(domain).filter(|service| service.text("contractor_status") == Some("active")).cloned()
    };
    let unused: BTreeSet<&str> = name
        .texts("caa.issuers")
        .into_iter()
        .filter(|domain| !used.is_some_and(|used| used.contains(domain)) && in_force(domain).is_none())
        .collect();
    let of_this = met.range((host, "")..).take_while(|((of, _), _)| *of == host);
    // A private authority, or one whose name for CAA is not known, may be the one that is permitted.
    let unclear = of_this.clone().any(|((_, issuer), _)| authority_domains(issuer).is_none());
    let places: BTreeSet<Location> = of_this.map(|(_, certificate)| certificate.source.clone()).collect();
    seen.related = places.into_iter().map(|location| Related { location, note: "issued here".to_owned() }).collect();
    match (unused.is_empty(), used.is_none(), unclear) {
        (false, true, _) => seen.unknown("unused", "no certificate was seen"),
        (false, false, true) => seen.unknown("unused", "the issuer's name for CAA is not known"),
        _ => seen.set("unused", Value::texts(unused)),
    };
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Census;

    fn world(issuer: &str, names: &[&str], permitted: &[&str]) -> Evidence {
        let new = |kind: &str, subject: &str| {
            Observation::new(kind, Subject::parse(subject).unwrap(), Location::default(), "x")
        };
        let mut certificate = new("tls-certificate", "endpoint:192.0.2.1:443/www.example.jp");
        certificate
            .set("issuer", issuer)
            .set("publicly_trusted", true)
            .set("names", Value::texts(names.iter().copied()));
        let mut name = new("dns-name", "host:www.example.jp");
        name.set("caa.restricts", true).set("caa.issuers", Value::texts(permitted.iter().copied()));
        let mut service = new("register-service", "service:certificates");
        service.set("issuers", Value::texts(["letsencrypt.org"])).set("hosts", Value::texts(["cdn.example.net"]));
        service.set("contractor", "authority").set("contractor_status", "active");
        let mut list = new("declared-list", "record:declared/first_parties");
        list.set("name", "first_parties").set("items", Value::texts(["example.jp"]));
        let kinds = ["tls-certificate", "dns-name", "register-service"];
        let census = kinds.iter().map(|kind| Census::complete(kind, "x", 1)).collect();
        Evidence { observations: vec![certificate, name, service, list], census, ..Evidence::default() }
    }

    fn one(evidence: &Evidence, kind: &str) -> Observation {
        join(evidence).of_kind(kind).next().cloned().unwrap()
    }

    #[test]
    fn an_issuer_is_a_party_and_one_that_the_register_alone_knows_is_stale() {
        let known = world("Let's Encrypt", &["www.example.jp"], &["letsencrypt.org"]);
        assert_eq!(one(&known, PARTY).text("contractor"), Some("authority"));
        assert!(
            one(&known, "service-names").texts("unshown").is_empty() && one(&known, CAA_USE).texts("unused").is_empty()
        );
        let other = world("DigiCert Inc", &["www.example.jp"], &["sectigo.com"]);
        assert_eq!(one(&other, PARTY).flag("registered"), Some(false));
        assert_eq!(one(&other, "service-names").texts("unshown"), ["letsencrypt.org"]);
        assert_eq!(one(&other, CAA_USE).texts("unused"), ["sectigo.com"]);
    }

    #[test]
    fn a_name_of_somebody_else_in_the_certificate_is_a_stranger() {
        let seen =
            world("Let's Encrypt", &["www.example.jp", "*.example.jp", "cdn.example.net", "shop.example.org"], &[]);
        assert_eq!(one(&seen, NAMES).texts("strangers"), ["shop.example.org"]);
    }
}
