//! Who handles the body's mail as DNS tells, against the register, both ways (J6): mail servers, senders in SPF, holders of
//! DKIM keys and receivers of reports; and senders of the register that no record names.

use super::operators::{PARTY_FIELDS, of_roles, own, party, services};
use super::service_names::{self, SERVICE_NAMES_KIND, Shown};
use super::{Join, joined_census, retain_asked};
use crate::model::{Evidence, KindSpec};

const MAIL_PARTY: &str = "mail-party";

/// The join.
pub(super) const MAIL_OPERATORS: Join = Join { name: "mail-operators", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: MAIL_PARTY,
        subject: "host:NAME#ROLE",
        en: "one operator of mail that DNS names, against the register and the body's own domains",
        ja: "DNSから判明したメールの運用先と、台帳・自組織のドメインとの突合",
        fields: PARTY_FIELDS,
    },
    SERVICE_NAMES_KIND,
];

const ROLES: [&str; 5] = ["mail-host", "spf-include", "dkim-target", "dmarc-report", "tls-report"];

fn join(evidence: &Evidence) -> Evidence {
    let own = own(evidence);
    let by_role = ROLES.map(|role| services(evidence, role));
    let mut derived = Evidence::default();
    for (operator, host, role) in of_roles(evidence, &ROLES) {
        let services = ROLES.iter().position(|name| *name == role).and_then(|at| by_role.get(at));
        let service = services.and_then(|services| services.of(host));
        derived.observations.push(party(MAIL_PARTY, operator, own.as_deref(), service));
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["dns-operator", "register-service"], MAIL_PARTY, "DNS", count)];
    retain_asked(&mut derived);
    let shown = Shown::of(of_roles(evidence, &ROLES).map(|(_, host, _)| host));
    derived.extend(service_names::state(evidence, &["spf_includes"], &["dns-operator"], &shown));
    derived
}
