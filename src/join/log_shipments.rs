//! Where log entries go when they leave the host, against the body's own hosts and the register; and what never reaches a
//! log at all.

use std::collections::BTreeSet;

use super::services::{Services, declared, is_of};
use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Text, Texts};
use crate::model::{
    Census, Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, SubjectKind, Value,
};

const SHIPMENT: &str = "log-shipment";
const COPY: &str = "log-copy";
const FILTER: &str = "log-filter";
const ARCHIVE: &str = "log-archive";

/// The join.
pub(super) const LOG_SHIPMENTS: Join = Join { name: "log-shipments", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: SHIPMENT,
        subject: "file:PATH#forward[TRANSPORT TARGET SELECTOR] or log:TARGET",
        en: "one way by which log entries leave the host, and whose the other end is",
        ja: "ログの送信経路と送信先の帰属",
        fields: &[
            field("destination", Text, "host or address", "送信先のホストまたはアドレス"),
            field("loopback", Bool, "the same machine", "同じ機器内である"),
            field("encrypted", Bool, "TLS on the way", "TLSで暗号化される"),
            field("peer_verified", Bool, "the receiver must prove its name", "受信先の名前を検証する"),
            field(
                "known",
                Bool,
                "an own host, or a service of an active contractor",
                "自組織または稼働中の委託先である",
            ),
        ],
    },
    KindSpec {
        name: COPY,
        subject: "host:NAME",
        en: "whether copies of the web server's logs leave the host",
        ja: "ウェブサーバのログの複製がホスト外に出るか",
        fields: &[
            field("leaves", Bool, "a copy of the web logs leaves the host", "ウェブのログの複製がホスト外に出る"),
            field("ways", Texts, "how", "方法"),
        ],
    },
    KindSpec {
        name: FILTER,
        subject: "log:TARGET or file:PATH#discard[RULE]",
        en: "one access log or discard rule, and whether entries are kept out by it",
        ja: "アクセスログまたは破棄規則と、記録から漏れる項目の有無",
        fields: &[field("filtered", Bool, "a condition or rule keeps entries out", "条件・規則により記録から漏れる")],
    },
    KindSpec {
        name: ARCHIVE,
        subject: "log:PATH",
        en: "one rotated log and what stands against its alteration",
        ja: "ローテーション済みのログと改ざん防止策",
        fields: &[field(
            "protected_by",
            Texts,
            "append-only, immutable, or a copy at a write-once destination",
            "追記専用・変更不可属性、または追記のみの保管先への複製",
        )],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let mut derived = Evidence::default();
    let own: Vec<String> =
        ["first_parties", "scope_hosts"].iter().filter_map(|name| declared(evidence, name)).flatten().collect();
    let own_known = declared(evidence, "first_parties").is_some() || declared(evidence, "scope_hosts").is_some();
    for forward in evidence.of_kind("log-forward") {
        derived.observations.push(shipment(evidence, forward, &own, own_known));
    }
    for log in evidence.of_kind("web-log") {
        if let Some(target) = syslog_target(log) {
            let mut forward = log.clone();
            // nginx and Apache speak syslog over UDP or a socket only.
            forward.set("encrypted", false).set("peer_verified", false).set("destination", target);
            derived.observations.push(shipment(evidence, &forward, &own, own_known));
        }
    }
    let outward: Vec<&Observation> =
        derived.observations.iter().filter(|seen| seen.flag("loopback") == Some(false)).collect();
    let copies: Vec<Observation> =
        evidence.of_kind("log-shipping").map(|shipping| copy(evidence, shipping, &outward)).collect();
    let archives = archives(evidence, &copies, &outward);
    derived.observations.extend(copies);
    derived.observations.extend(archives);
    filters(evidence, &mut derived);
    let count = |kind: &str| derived.observations.iter().filter(|seen| seen.kind == kind).count();
    let mut census = vec![
        joined_census(evidence, &["log-forward"], SHIPMENT, "logs that leave", count(SHIPMENT)),
        joined_census(evidence, &["log-shipping", "log-forward"], COPY, "logs that leave", count(COPY)),
        joined_census(evidence, &["log-file"], ARCHIVE, "rotated logs", count(ARCHIVE)),
    ];
    census.push(filter_census(evidence, count(FILTER)));
    derived.census = census;
    derived.observations.retain(|seen| {
        !derived
            .census
            .iter()
            .any(|entry| entry.kind == seen.kind && matches!(entry.state, crate::model::CensusState::NotAsked(_)))
    });
    derived
}

/// Either source says something: a host without a web server's settings has discard rules, and the other way round.
fn filter_census(evidence: &Evidence, count: usize) -> Census {
    let web = joined_census(evidence, &["web-log"], FILTER, "logs", count);
    match &web.state {
        crate::model::CensusState::NotAsked(_) => joined_census(evidence, &["log-discard"], FILTER, "logs", count),
        _ => match joined_census(evidence, &["log-discard"], FILTER, "logs", count) {
            Census { state: crate::model::CensusState::NotAsked(_), .. } => web,
            host => {
                if matches!(web.state, crate::model::CensusState::Complete) {
                    host
                } else {
                    web
                }
            }
        },
    }
}

fn filters(evidence: &Evidence, derived: &mut Evidence) {
    for log in evidence.of_kind("web-log") {
        let mut seen = joined(FILTER, log, "configuration");
        match log.flag("conditional") {
            Some(conditional) => {
                seen.set("filtered", conditional);
            }
            None => {
                seen.unknown("filtered", "conditional was not seen");
            }
        }
        derived.observations.push(seen);
    }
    for discard in evidence.of_kind("log-discard") {
        // Rules that drop what another program says keep nothing of the site out.
        let what = discard.text("what").unwrap_or_default().to_ascii_lowercase();
        let names_other = what.contains("programname") || what.contains("syslogtag") || what.contains(":msg");
        let is_web = ["nginx", "apache", "httpd", "*.*"].iter().any(|word| what.contains(word));
        if is_web || !names_other {
            let mut seen = joined(FILTER, discard, "configuration");
            seen.set("filtered", true);
            derived.observations.push(seen);
        }
    }
}

fn joined(kind: &str, of: &Observation, method: &str) -> Observation {
    let mut seen = Observation::new(kind, of.subject.clone(), of.source.clone(), method);
    seen.strength = Strength::Joined;
    seen
}

/// The host of `syslog:server=HOST[:PORT],…`; a path of a socket is this machine.
fn syslog_target(log: &Observation) -> Option<String> {
    let server =
        log.subject.name().strip_prefix("syslog:")?.split(',').find_map(|part| part.strip_prefix("server="))?;
    if server.starts_with("unix:") {
        return Some("localhost".to_owned());
    }
    if let Some((address, _)) = server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return Some(address.to_owned());
    }
    Some(server.split(':').next().unwrap_or(server).to_ascii_lowercase())
}

fn is_loopback(destination: &str) -> bool {
    matches!(destination, "localhost" | "::1" | "ip6-localhost") || destination.starts_with("127.")
}

fn shipment(evidence: &Evidence, forward: &Observation, own: &[String], own_known: bool) -> Observation {
    let mut seen = joined(SHIPMENT, forward, "log destinations against own hosts and register");
    for name in ["encrypted", "peer_verified"] {
        match forward.flag(name) {
            Some(value) => {
                seen.set(name, value);
            }
            None => {
                let reason = forward.unknown_fields.get(name).cloned();
                seen.unknown(name, reason.unwrap_or_else(|| format!("{name} was not seen")));
            }
        }
    }
    let Some(destination) = forward.text("destination") else {
        let reason = forward.unknown_fields.get("destination").cloned();
        let reason = reason.unwrap_or_else(|| "destination was not seen".to_owned());
        for name in ["destination", "loopback", "known"] {
            seen.unknown(name, reason.clone());
        }
        return seen;
    };
    let loopback = is_loopback(destination);
    seen.set("destination", destination).set("loopback", loopback);
    if loopback || is_of(destination, own) {
        seen.set("known", true);
        return seen;
    }
    match Services::by(evidence, &["hosts", "host_patterns", "log_endpoints"]).of(destination) {
        Some(service) => {
            seen.set("known", service.text("contractor_status") == Some("active"));
            seen.related.push(Related { location: service.source.clone(), note: "registered here".to_owned() });
        }
        None if evidence
            .census_of("register-service")
            .any(|entry| matches!(entry.state, crate::model::CensusState::NotAsked(_)))
            || !own_known =>
        {
            seen.unknown("known", "no contractor register is named (site file: contractors)");
        }
        None => {
            seen.set("known", false);
        }
    }
    seen
}

/// The web server's logs as the host has them: active ones.
fn web_logs(evidence: &Evidence) -> Vec<&str> {
    let active = evidence.of_kind("log-file").filter(|log| log.flag("rotated") == Some(false));
    active.map(|log| log.subject.name()).collect()
}

fn copy(evidence: &Evidence, shipping: &Observation, outward: &[&Observation]) -> Observation {
    let mut seen = joined(COPY, shipping, "log files against what programs follow and send");
    let logs = web_logs(evidence);
    let follows = shipping.texts("follows");
    let followed = logs.iter().any(|log| follows.iter().any(|glob| covers(glob, log)));
    let to_syslog = evidence.of_kind("web-log").any(|log| log.subject.name().starts_with("syslog:"));
    let mut ways: BTreeSet<String> = shipping.texts("copies").into_iter().map(str::to_owned).collect();
    let unread = shipping.texts("unread");
    for program in shipping.texts("programs") {
        if (followed || to_syslog) && !outward.is_empty() {
            ways.insert(program.to_owned());
        }
    }
    if outward.iter().any(|way| way.subject.kind() == SubjectKind::Log) {
        ways.insert("syslog of the web server".to_owned());
    }
    if ways.is_empty() && !unread.is_empty() {
        seen.unknown("leaves", "settings of this agent are not read");
    } else {
        seen.set("leaves", !ways.is_empty());
    }
    seen.set("ways", Value::texts(ways));
    seen
}

/// Whether a followed glob names a log; only the last part may hold stars.
fn covers(glob: &str, log: &str) -> bool {
    let (folder, pattern) = glob.rsplit_once('/').unwrap_or(("", glob));
    let (of, name) = log.rsplit_once('/').unwrap_or(("", log));
    if folder != of {
        return false;
    }
    match pattern.split_once('*') {
        Some((start, end)) => {
            let end = end.rsplit('*').next().unwrap_or(end);
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => pattern == name,
    }
}

fn archives(evidence: &Evidence, copies: &[Observation], outward: &[&Observation]) -> Vec<Observation> {
    let once = declared(evidence, "log_write_once").unwrap_or_default();
    let is_once = |way: &&&Observation| way.text("destination").is_some_and(|to| is_of(to, &once));
    let leaves = copies.iter().any(|copy| copy.flag("leaves") == Some(true));
    let write_once = outward.iter().find(is_once).filter(|_| leaves);
    let rotated = evidence.of_kind("log-file").filter(|log| log.flag("rotated") == Some(true));
    rotated
        .map(|log| {
            let mut seen = joined(ARCHIVE, log, "attributes and write-once destinations");
            let mut by: BTreeSet<String> = log.texts("protected_by").into_iter().map(str::to_owned).collect();
            if let Some(way) = write_once {
                by.insert(format!("copy at {}", way.text("destination").unwrap_or_default()));
            }
            match log.unknown_fields.get("protected_by") {
                Some(reason) if by.is_empty() => {
                    seen.unknown("protected_by", reason.clone());
                }
                _ => {
                    seen.set("protected_by", Value::texts(by));
                }
            }
            seen
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Subject};

    fn seen(kind: &str, subject: SubjectKind, name: &str) -> Observation {
        Observation::new(kind, Subject::new(subject, name), Location::default(), "test")
    }

    fn list_of(name: &str, items: &[&str]) -> Observation {
        let mut list = seen("declared-list", SubjectKind::Record, &format!("declared/{name}"));
        list.set("name", name).set("items", Value::texts(items.iter().copied()));
        list
    }

    fn world(destination: &str) -> Evidence {
        let mut forward = seen("log-forward", SubjectKind::File, "etc/rsyslog.conf#forward[x]");
        forward.set("destination", destination).set("encrypted", true).set("peer_verified", true);
        let mut shipping = seen("log-shipping", SubjectKind::Host, "www");
        shipping.set("programs", Value::texts(["rsyslog"])).set("follows", Value::texts(["/var/log/nginx/*.log"]));
        let mut active = seen("log-file", SubjectKind::Log, "/var/log/nginx/access.log");
        active.set("rotated", false);
        let mut old = seen("log-file", SubjectKind::Log, "/var/log/nginx/access.log.1");
        old.set("rotated", true).set("protected_by", Value::texts(Vec::<String>::new()));
        let mut service = seen("register-service", SubjectKind::Service, "logs");
        service.set("hosts", Value::texts(["logs.example.net"])).set("contractor_status", "active");
        let observations = vec![
            forward,
            shipping,
            active,
            old,
            service,
            list_of("first_parties", &["example.jp"]),
            list_of("log_write_once", &["logs.example.jp"]),
        ];
        let kinds = ["log-forward", "log-shipping", "log-discard", "log-file", "register-service"];
        let census = kinds.iter().map(|kind| Census::complete(kind, "x", 1)).collect();
        Evidence { observations, census, ..Evidence::default() }
    }

    fn one(evidence: &Evidence, kind: &str) -> Observation {
        join(evidence).of_kind(kind).next().cloned().unwrap_or_else(|| seen("none", SubjectKind::Site, "none"))
    }

    #[test]
    fn whose_the_other_end_is_comes_from_declared_hosts_and_the_register() {
        for (destination, known) in [
            ("logs.example.jp", true),
            ("logs.example.net", true),
            ("127.0.0.1", true),
            ("198.51.100.7", false),
            ("badexample.jp", false),
        ] {
            assert_eq!(one(&world(destination), SHIPMENT).flag("known"), Some(known), "{destination}");
        }
    }

    #[test]
    fn a_copy_leaves_only_where_the_log_is_followed_and_sent_elsewhere() {
        assert_eq!(one(&world("logs.example.jp"), COPY).flag("leaves"), Some(true));
        assert_eq!(one(&world("127.0.0.1"), COPY).flag("leaves"), Some(false));
        let mut other = world("logs.example.jp");
        other.observations[1].set("follows", Value::texts(["/var/log/auth.log"]));
        assert_eq!(one(&other, COPY).flag("leaves"), Some(false));
        assert_eq!(one(&world("logs.example.jp"), ARCHIVE).texts("protected_by"), ["copy at logs.example.jp"]);
        assert_eq!(one(&world("logs.example.net"), ARCHIVE).texts("protected_by"), Vec::<&str>::new());
    }

    #[test]
    fn a_followed_pattern_names_logs_of_its_folder_only() {
        assert!(covers("/var/log/nginx/*.log", "/var/log/nginx/access.log"));
        assert!(!covers("/var/log/*.log", "/var/log/nginx/access.log"));
    }
}
