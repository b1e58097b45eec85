//! Where backups go and deployments come from, against the register, both ways (J13): other machines behind copies, mounts
//! and repositories, and endpoints of the register to which nothing leads.

use super::service_names::{self, SERVICE_NAMES_KIND, Shown};
use super::services::{Services, declared, is_own, state_owner};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Time};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Strength};

const PARTY: &str = "transfer-party";

/// The join.
pub(super) const TRANSFERS: Join = Join { name: "transfers", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: PARTY,
        subject: "file:PATH#transfer[PROGRAM HOST]",
        en: "one machine that files of the host are copied to, mounted from or deployed from, against own domains and register",
        ja: "複製・マウント・配備の相手先と、自組織のドメイン・台帳との突合",
        fields: &[
            field("purpose", Text, "backup, deploy, mount or copy", "目的"),
            field("program", Text, "the program, or the kind of file system", "プログラムまたはファイルシステムの種類"),
            field("host", Text, "the other machine", "相手のホスト"),
            field("own", Bool, "it is the body's own by the declared first parties", "自組織のものである"),
            field("registered", Bool, "a service of the register claims it", "台帳のサービスに該当する"),
            field("contractor", Text, "the contractor; absent where none", "委託先"),
            field("contractor_status", Text, "planned, active or ended; absent where none", "委託先の状態"),
            field("contract_to", Time, "last day of the contract; absent where none", "契約終了日"),
        ],
    },
    SERVICE_NAMES_KIND,
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let own = declared(evidence, "first_parties");
    let services = Services::by(evidence, &["backup_endpoints", "hosts", "host_patterns"]);
    let mut derived = Evidence::default();
    let mut hosts: Vec<&str> = Vec::new();
    for transfer in evidence.of_kind("transfer") {
        let mut seen =
            Observation::new(PARTY, transfer.subject.clone(), transfer.source.clone(), "transfers against register");
        seen.strength = Strength::Joined;
        for field in ["purpose", "program"] {
            seen.set(field, transfer.text(field).unwrap_or_default());
        }
        match (transfer.texts("hosts").first(), &own) {
            (Some(host), own) => {
                hosts.push(host);
                seen.set("host", *host);
                match own {
                    Some(own) => seen.set("own", is_own(host, own)),
                    None => seen.unknown(
                        "own",
                        "no own domains are declared (site file: declared: first_parties or mail_domains)",
                    ),
                };
                state_owner(&mut seen, services.of(host).or_else(|| services.at(host)));
            }
            (None, _) => {
                for field in ["host", "own", "registered", "contractor", "contractor_status", "contract_to"] {
                    seen.unknown(field, "the destination is not told by the command");
                }
            }
        }
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["transfer", "register-service"], PARTY, "transfers", count)];
    retain_asked(&mut derived);
    let shown = Shown::of(hosts);
    derived.extend(service_names::state(evidence, &["backup_endpoints"], &["transfer"], &shown));
    derived
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Census, Location, Subject, SubjectKind, Value};

    fn world(hosts: Option<&str>) -> Evidence {
        let new = |kind: &str, subject: SubjectKind, name: &str| {
            Observation::new(kind, Subject::new(subject, name), Location::default(), "x")
        };
        let mut transfer = new("transfer", SubjectKind::File, "etc/cron.d/x#transfer[rsync]");
        transfer.set("program", "rsync").set("purpose", "backup");
        if let Some(host) = hosts {
            transfer.set("hosts", Value::texts([host]));
        }
        let mut service = new("register-service", SubjectKind::Service, "vault");
        service
            .set("backup_endpoints", Value::texts(["*.vault.example.net"]))
            .set("addresses", Value::texts(["192.0.2.0/24"]));
        service.set("contractor", "keeper").set("contractor_status", "active");
        let mut list = new("declared-list", SubjectKind::Record, "declared/first_parties");
        list.set("name", "first_parties").set("items", Value::texts(["example.jp"]));
        let census = ["transfer", "register-service"].map(|kind| Census::complete(kind, "x", 1)).to_vec();
        Evidence { observations: vec![transfer, service, list], census, ..Evidence::default() }
    }

    fn told(host: Option<&str>) -> (Option<bool>, Option<bool>, usize) {
        let derived = join(&world(host));
        let party = derived.of_kind(PARTY).next().cloned().unwrap();
        let names = derived.of_kind("service-names").next().cloned().unwrap();
        (party.flag("own"), party.flag("registered"), names.texts("unshown").len())
    }

    #[test]
    fn both_directions_are_told() {
        assert_eq!(told(Some("a.vault.example.net")), (Some(false), Some(true), 0));
        assert_eq!(told(Some("192.0.2.9")), (Some(false), Some(true), 1));
        assert_eq!(told(Some("backup.example.jp")), (Some(true), Some(false), 1));
        assert_eq!(told(Some("stranger.example.org")), (Some(false), Some(false), 1));
        assert_eq!(told(None), (None, None, 1));
    }
}
