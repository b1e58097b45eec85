//! How long logs are kept, from both sides: by the arithmetic of rotation, and by the oldest and newest entry that is
//! really there.

use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Integer, Time as Moment};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject, SubjectKind, Time, Value,
    log_series,
};

const SPAN: &str = "log-span";
const AGE: &str = "log-age";
/// Where a host keeps systemd's journal.
const JOURNAL: &str = "/var/log/journal";
/// Days by which the oldest entry may be younger than the oldest file: a quiet site has no entry in every hour. The longest
/// quiet time of the series counts, between these bounds.
const QUIET_DAYS: (i64, i64) = (1, 7);

/// The join.
pub(super) const LOG_KEEPING: Join = Join { name: "log-keeping", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: SPAN,
        subject: "log:PATH",
        en: "how far back one active log reaches: by its rotation rule, and by its oldest entry",
        ja: "使用中のログがどこまで遡れるか(ローテーション規則と最古の記録)",
        fields: &[
            field("covered", Bool, "a rotation rule names it", "ローテーション規則の対象である"),
            field("days_kept", Integer, "days by the arithmetic of its rotation", "規則から計算した保存日数"),
            field("keeps_forever", Bool, "rotated files never go", "無期限に保存される"),
            field("oldest", Moment, "when the oldest entry of all its files was written", "最古の記録の日時"),
            field(
                "reaches_back_to",
                Moment,
                "the oldest entry, less the longest quiet time of the series (one to seven days)",
                "最古の記録から、記録のない最長期間(1〜7日)を差し引いた日時",
            ),
            field("no_entries", Bool, "no file of it has an entry", "記録が一件もない"),
            field("host_since", Moment, "when the host was set up", "ホストの設置日時"),
        ],
    },
    KindSpec {
        name: AGE,
        subject: "log:PATH",
        en: "how old the entries of one log file are, and how old its rotation lets them become",
        ja: "ログファイルごとの記録の古さと、規則上の保存期間",
        fields: &[
            field("empty", Bool, "it has no entry", "記録がない"),
            field(
                "binary",
                Bool,
                "systemd's journal: its settings are known, its entries are not read",
                "systemdジャーナル(設定のみ確認)",
            ),
            field(
                "rotated",
                Bool,
                "a rotated file, which its active log's rule is not held against again",
                "ローテーション済み",
            ),
            field(
                "newest",
                Moment,
                "the newest entry; where none has a time, the last change of the file",
                "最新の記録の日時",
            ),
            field("oldest", Moment, "the oldest entry", "最古の記録の日時"),
            field("covered", Bool, "a rotation rule names it", "ローテーション規則の対象である"),
            field("days_kept", Integer, "days by the arithmetic of its rotation", "規則から計算した保存日数"),
            field("keeps_forever", Bool, "rotated files never go", "無期限に保存される"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

const RULE: [&str; 3] = ["covered", "days_kept", "keeps_forever"];

fn join(evidence: &Evidence) -> Evidence {
    let mut derived = Evidence::default();
    for rule in evidence.of_kind("log-rotation") {
        derived.observations.push(span(evidence, rule));
    }
    for file in evidence.of_kind("log-file") {
        derived.observations.push(age(evidence, file));
    }
    derived.observations.extend(evidence.of_kind("journal").filter_map(journal));
    let count = |kind: &str| derived.observations.iter().filter(|seen| seen.kind == kind).count();
    derived.census = vec![
        joined_census(evidence, &["log-rotation", "log-series", "host-age"], SPAN, "logs", count(SPAN)),
        joined_census(evidence, &["log-file", "log-content", "log-rotation", "journal"], AGE, "logs", count(AGE)),
    ];
    super::retain_asked(&mut derived);
    derived
}

fn joined(kind: &str, of: &Observation, method: &str) -> Observation {
    let mut seen = Observation::new(kind, of.subject.clone(), of.source.clone(), method);
    seen.strength = Strength::Joined;
    seen
}

/// Copies a fact, or why it is not known.
fn copy(seen: &mut Observation, to: &str, of: Option<&Observation>, field: &str, otherwise: &str) {
    match of.and_then(|of| of.fields.get(field)) {
        Some(value) => {
            seen.set(to, value.clone());
        }
        None => {
            let reason = of.and_then(|of| of.unknown_fields.get(field)).map_or(otherwise, String::as_str).to_owned();
            seen.unknown(to, reason);
        }
    }
}

const NOT_READ: &str = "its entries were not read";

fn span(evidence: &Evidence, rule: &Observation) -> Observation {
    let mut seen = joined(SPAN, rule, "rotation against the oldest entry");
    for field in RULE {
        copy(&mut seen, field, Some(rule), field, "no rotation rule names this log");
    }
    let name = log_series(rule.subject.name());
    let series = evidence.of_kind("log-series").find(|series| series.subject.name() == name);
    // A log that is no access log has no series; its own files say how old it is.
    let files = || evidence.of_kind("log-content").filter(|file| log_series(file.subject.name()) == name);
    let oldest = moment(series, "oldest").or_else(|| files().filter_map(|file| moment(Some(file), "oldest")).min());
    match oldest {
        Some(oldest) => {
            let gap = series.and_then(|series| series.integer("longest_gap_seconds")).unwrap_or(0);
            let quiet = (gap / 86_400).clamp(QUIET_DAYS.0, QUIET_DAYS.1);
            seen.set("oldest", oldest).set("reaches_back_to", oldest.plus_days(-quiet));
        }
        None => {
            let file = files().next();
            copy(&mut seen, "oldest", file, "oldest", NOT_READ);
            copy(&mut seen, "reaches_back_to", file, "oldest", NOT_READ);
        }
    }
    let bytes: Option<i64> = files().map(|file| file.integer("bytes")).sum();
    match (oldest, bytes) {
        (Some(_), _) => seen.set("no_entries", false),
        (None, Some(bytes)) if files().all(|file| file.flag("read_whole") == Some(true)) => {
            seen.set("no_entries", bytes == 0 && files().next().is_some())
        }
        _ => seen.unknown("no_entries", NOT_READ),
    };
    let host = evidence.of_kind("host-age").next();
    copy(&mut seen, "host_since", host, "since", "no file tells when the host was set up");
    let place = series.or_else(|| files().next()).map(|file| file.source.clone());
    seen.related.extend(place.map(|location| Related { location, note: "the entries are here".to_owned() }));
    seen
}

fn moment(of: Option<&Observation>, field: &str) -> Option<Time> {
    match of?.fields.get(field)? {
        Value::Time(time) => Some(*time),
        _ => None,
    }
}

fn age(evidence: &Evidence, file: &Observation) -> Observation {
    let mut seen = joined(AGE, file, "entries of the file against its rotation");
    let content = evidence.of_kind("log-content").find(|content| content.subject == file.subject);
    let is_empty = content.filter(|content| content.flag("read_whole") == Some(true));
    match is_empty.and_then(|content| content.integer("bytes")) {
        Some(bytes) => {
            seen.set("empty", bytes == 0);
        }
        None => {
            // A file with a time has an entry; of one that was not read nothing is known.
            match moment(content, "newest") {
                Some(_) => seen.set("empty", false),
                None => seen.unknown("empty", NOT_READ),
            };
        }
    }
    seen.set("binary", false);
    let newest = if moment(content, "newest").is_some() { content } else { None };
    match newest {
        Some(content) => copy(&mut seen, "newest", Some(content), "newest", NOT_READ),
        None => copy(&mut seen, "newest", Some(file), "modified", NOT_READ),
    }
    copy(&mut seen, "oldest", content, "oldest", NOT_READ);
    copy(&mut seen, "rotated", Some(file), "rotated", "rotated was not seen");
    let rule = evidence.of_kind("log-rotation").find(|rule| rule.subject == file.subject);
    for field in RULE {
        copy(&mut seen, field, rule, field, "no rotation rule names this log");
    }
    if let Some(rule) = rule {
        seen.related.push(Related { location: rule.source.clone(), note: "the rotation rule".to_owned() });
    }
    seen
}

/// Where the journal outlives a restart it is a log of the host like the others.
fn journal(journal: &Observation) -> Option<Observation> {
    if journal.flag("persistent") != Some(true) {
        return None;
    }
    let mut seen = joined(AGE, journal, "settings of the journal");
    seen.subject = Subject::new(SubjectKind::Log, JOURNAL);
    seen.set("empty", false).set("binary", true).set("rotated", false).set("covered", true).set("keeps_forever", false);
    for field in ["newest", "oldest"] {
        seen.unknown(field, "entries of the journal are not read");
    }
    match journal.integer("max_retention_days") {
        Some(days) if days > 0 => {
            seen.set("days_kept", days);
        }
        _ => {
            seen.unknown("days_kept", "size or nothing decides, so days cannot be computed");
        }
    }
    Some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Census, Location};

    fn seen(kind: &str, path: &str) -> Observation {
        Observation::new(kind, Subject::new(SubjectKind::Log, path), Location::whole_file(path), "test")
    }

    fn day(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn world() -> Evidence {
        let (active, old) = ("/var/log/nginx/access.log", "/var/log/nginx/access.log.1.gz");
        let mut rule = seen("log-rotation", active);
        rule.set("covered", true).set("days_kept", 365).set("keeps_forever", false);
        let file = |path: &str, rotated: bool| {
            let mut file = seen("log-file", path);
            file.set("rotated", rotated).set("modified", day("2026-11-01"));
            file
        };
        let content = |path: &str, oldest: &str, newest: &str| {
            let mut content = seen("log-content", path);
            content.set("oldest", day(oldest)).set("newest", day(newest)).set("bytes", 9).set("read_whole", true);
            content
        };
        let mut series = seen("log-series", active);
        series.set("oldest", day("2025-11-20")).set("longest_gap_seconds", 3 * 86_400);
        let mut host =
            Observation::new("host-age", Subject::new(SubjectKind::Host, "www"), Location::default(), "test");
        host.set("since", day("2020-01-01"));
        let mut journal =
            Observation::new("journal", Subject::new(SubjectKind::Host, "www"), Location::default(), "test");
        journal.set("persistent", true).set("max_retention_days", 30);
        let observations = vec![
            rule,
            file(active, false),
            file(old, true),
            content(active, "2026-10-30", "2026-11-02"),
            content(old, "2019-01-01", "2019-02-01"),
            series,
            host,
            journal,
        ];
        let kinds = ["log-rotation", "log-series", "host-age", "log-file", "log-content", "journal"];
        let census = kinds.iter().map(|kind| Census::complete(kind, "x", 1)).collect();
        Evidence { observations, census, ..Evidence::default() }
    }

    #[test]
    fn a_span_has_its_rule_its_oldest_entry_and_the_age_of_its_host() {
        let all = join(&world());
        let span = all.of_kind(SPAN).next().unwrap();
        assert_eq!((span.integer("days_kept"), span.flag("covered")), (Some(365), Some(true)));
        assert_eq!(span.fields["reaches_back_to"], day("2025-11-17").into());
        assert_eq!(
            (span.fields["host_since"].clone(), span.flag("no_entries")),
            (day("2020-01-01").into(), Some(false))
        );
    }

    #[test]
    fn entries_say_how_old_a_file_is_and_not_the_time_of_its_copy() {
        let all = join(&world());
        let of = |name: &str| all.of_kind(AGE).find(|age| age.subject.name() == name).unwrap();
        let old = of("/var/log/nginx/access.log.1.gz");
        assert_eq!((old.fields["newest"].clone(), old.flag("rotated")), (day("2019-02-01").into(), Some(true)));
        assert!(!old.fields.contains_key("days_kept"));
        assert_eq!(of("/var/log/nginx/access.log").integer("days_kept"), Some(365));
        assert_eq!((of(JOURNAL).integer("days_kept"), of(JOURNAL).flag("binary")), (Some(30), Some(true)));
    }

    #[test]
    fn what_was_not_read_is_unknown_but_for_the_time_of_its_last_change() {
        let mut world = world();
        world.observations.retain(|seen| seen.kind != "log-content" && seen.kind != "log-series");
        let all = join(&world);
        let age = all.of_kind(AGE).find(|age| age.subject.name().ends_with("access.log")).unwrap();
        assert_eq!(age.fields["newest"], day("2026-11-01").into());
        assert!(age.unknown_fields.contains_key("oldest") && age.unknown_fields.contains_key("empty"));
        assert!(all.of_kind(SPAN).next().unwrap().unknown_fields.contains_key("reaches_back_to"));
    }
}
