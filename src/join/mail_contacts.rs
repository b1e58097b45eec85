//! Published mail addresses against the declared mail domains and what DNS says of them: does a citizen's mail arrive, and here?

use std::collections::{BTreeMap, BTreeSet};

use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Texts};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Location, Observation, Strength, Subject, SubjectKind, Value,
};

const MAIL_CONTACT: &str = "mail-contact";

/// The join.
pub(super) const MAIL_CONTACTS: Join = Join { name: "mail-contacts", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: MAIL_CONTACT,
    subject: "domain:NAME",
    en: "one domain of the mail addresses that pages publish, against the declared mail domains and DNS",
    ja: "ページに掲載されたメールアドレスのドメインと、宣言・DNSとの突合",
    fields: &[
        field("declared", Bool, "it is a declared mail domain", "宣言されたメールドメインである"),
        field("receives_mail", Bool, "DNS names somebody who takes its mail", "メールを受信できる"),
        field("pages", Texts, "pages that publish such an address, some of them", "掲載しているページ"),
    ],
}];

/// Pages that one observation names.
const PAGES: usize = 5;

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let declared = evidence.of_kind("declared-list").find(|list| list.text("name") == Some("mail_domains"));
    let declared: Option<Vec<String>> =
        declared.map(|list| list.texts("items").into_iter().map(str::to_ascii_lowercase).collect());
    let mut pages: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for page in evidence.of_kind("http-page") {
        for domain in page.texts("mail.all_domains") {
            pages.entry(domain.to_ascii_lowercase()).or_default().insert(page.subject.name());
        }
    }
    let mut derived = Evidence::default();
    for (domain, pages) in pages {
        let subject = Subject::new(SubjectKind::Domain, domain.as_str());
        let place = pages.first().map_or_else(Location::default, |page| Location::url(*page));
        let mut seen = Observation::new(MAIL_CONTACT, subject.clone(), place, "addresses against DNS");
        seen.strength = Strength::Joined;
        match &declared {
            Some(declared) => seen.set("declared", declared.contains(&domain)),
            None => seen.unknown("declared", "no mail domains are declared (site file: declared: mail_domains)"),
        };
        let in_dns = evidence.of_kind("mail-domain").find(|known| known.subject == subject);
        match in_dns.and_then(|known| known.flag("receives_mail")) {
            Some(receives) => seen.set("receives_mail", receives),
            None => seen.unknown("receives_mail", "its mail servers were not asked for"),
        };
        seen.set("pages", Value::texts(pages.into_iter().take(PAGES)));
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["http-page", "mail-domain"], MAIL_CONTACT, "pages", count)];
    derived
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(kind: &str, subject: &str) -> Observation {
        Observation::new(kind, Subject::parse(subject).unwrap(), Location::default(), "x")
    }

    #[test]
    fn an_address_is_held_to_declaration_and_dns() {
        let mut page = seen("http-page", "page:https://www.example.jp/");
        page.set("mail.all_domains", Value::texts(["Example.jp", "free-mail.example"]));
        let mut list = seen("declared-list", "record:declared/mail_domains");
        list.set("name", "mail_domains").set("items", Value::texts(["example.jp"]));
        let mut domain = seen("mail-domain", "domain:example.jp");
        domain.set("receives_mail", false);
        let evidence = Evidence { observations: vec![page, list, domain], ..Evidence::default() };
        let derived = join(&evidence).observations;
        let facts: Vec<_> =
            derived.iter().map(|one| (one.subject.name(), one.flag("declared"), one.flag("receives_mail"))).collect();
        assert_eq!(facts, [("example.jp", Some(true), Some(false)), ("free-mail.example", Some(false), None)]);
    }
}
