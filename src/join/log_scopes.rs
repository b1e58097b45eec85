//! What each log records: what its format writes, beside what was really found in its bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Texts};
use crate::model::{
    Census, CensusState, Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject,
    SubjectKind, Value, log_series,
};

const SCOPE: &str = "log-scope";
/// Places of hits that stand beside a log; all of them stand at its files.
const PLACES: usize = 5;

/// The join.
pub(super) const LOG_SCOPES: Join = Join { name: "log-scopes", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: SCOPE,
    subject: "log:TARGET",
    en: "one log with its rotated files: the classes of information that its format writes, beside those that were found in it",
    ja: "ログ(ローテーション済みを含む)ごとの、書式が記録する情報の区分と、実際に見つかった情報の区分",
    fields: &[
        field(
            "classes",
            Texts,
            "classes by the format, and those found beyond it",
            "書式による区分と、実際に見つかった区分",
        ),
        field("format_classes", Texts, "classes that the format writes", "書式が記録する区分"),
        field(
            "found_classes",
            Texts,
            "classes of which the bytes hold a confirmed value: identity (mail address, telephone, name, My Number, card), authorization, query_data",
            "ログの内容で確認された区分",
        ),
        field("read_whole", Bool, "every byte of every file was looked at", "全ファイルを最後まで走査した"),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// A log as its configuration and its files have it.
#[derive(Default)]
struct Log<'a> {
    format: Option<&'a Observation>,
    files: Vec<&'a Observation>,
}

fn join(evidence: &Evidence) -> Evidence {
    let mut logs: BTreeMap<&str, Log<'_>> = BTreeMap::new();
    for format in evidence.of_kind("web-log") {
        logs.entry(format.subject.name()).or_default().format = Some(format);
    }
    for file in evidence.of_kind("log-content") {
        let series = log_series(file.subject.name());
        // An error log has no format that declares what is acquired; entries of JSON say it themselves.
        let says = file.text("log_kind") == Some("access") || file.fields.contains_key("entry_classes");
        if says || logs.contains_key(series) {
            logs.entry(series).or_default().files.push(file);
        }
    }
    let mut derived = Evidence::default();
    derived.observations = logs.into_iter().map(|(name, log)| scope(name, &log)).collect();
    derived.census = vec![census(evidence, derived.observations.len())];
    derived
}

/// Either source says something: logs without a configuration, and a configuration without logs.
fn census(evidence: &Evidence, count: usize) -> Census {
    let format = joined_census(evidence, &["web-log"], SCOPE, "logs", count);
    let bytes = joined_census(evidence, &["log-content"], SCOPE, "logs", count);
    match (&format.state, &bytes.state) {
        (CensusState::NotAsked(_), _) => bytes,
        // What a format writes is known without a look into the file.
        (_, CensusState::NotAsked(_)) | (CensusState::Incomplete(_), _) => format,
        _ => bytes,
    }
}

fn scope(name: &str, log: &Log<'_>) -> Observation {
    let of = log.format.or(log.files.first().copied());
    let source = of.map(|of| of.source.clone()).unwrap_or_default();
    let method = "log format against bytes of the log";
    let mut seen = Observation::new(SCOPE, Subject::new(SubjectKind::Log, name), source, method);
    seen.strength = Strength::Joined;
    seen.related = log.format.map(|format| format.related.clone()).unwrap_or_default();
    let found = found(log, &mut seen);
    let written: Result<BTreeSet<String>, String> = match log.format {
        Some(format) if format.fields.contains_key("classes") => {
            Ok(format.texts("classes").into_iter().map(str::to_owned).collect())
        }
        Some(format) => {
            Err(format.unknown_fields.get("classes").cloned().unwrap_or_else(|| "classes was not seen".to_owned()))
        }
        None => entries(log).ok_or_else(|| "the format that writes it is not known".to_owned()),
    };
    match written {
        Ok(written) => {
            seen.set("format_classes", Value::texts(&written));
            seen.set("classes", Value::texts(written.union(&found).collect::<BTreeSet<_>>()));
        }
        Err(reason) => {
            seen.unknown("format_classes", reason.clone()).unknown("classes", reason);
        }
    }
    seen
}

/// The classes that entries of JSON name themselves.
fn entries(log: &Log<'_>) -> Option<BTreeSet<String>> {
    let with: Vec<_> = log.files.iter().filter(|file| file.fields.contains_key("entry_classes")).collect();
    let classes = with.iter().flat_map(|file| file.texts("entry_classes")).map(str::to_owned);
    (!with.is_empty()).then(|| classes.collect())
}

/// The classes that the bytes prove, with the first places of each file's hits.
fn found(log: &Log<'_>, seen: &mut Observation) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if log.files.is_empty() {
        let reason = "no file of this log was looked through";
        seen.unknown("found_classes", reason).unknown("read_whole", reason);
        return found;
    }
    for file in &log.files {
        for class in file.texts("confirmed_classes") {
            match class {
                "email" | "phone" | "my-number" | "card" | "personal" => found.insert("identity".to_owned()),
                "credential" => found.insert("authorization".to_owned()),
                // A pattern of the body's own is no class that a policy names.
                _ => false,
            };
        }
        if file.flag("holds_query") == Some(true) {
            found.insert("query_data".to_owned());
        }
        let confirmed = file.related.iter().filter(|place| place.note.contains("confirmed")).take(PLACES);
        seen.related
            .extend(confirmed.map(|place| Related { location: place.location.clone(), note: place.note.clone() }));
    }
    seen.set("found_classes", Value::texts(&found));
    seen.set("read_whole", log.files.iter().all(|file| file.flag("read_whole") == Some(true)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Location;

    fn format(target: &str, classes: &[&str]) -> Observation {
        let place = Location::file("nginx.conf", 7, 3);
        let mut log = Observation::new("web-log", Subject::new(SubjectKind::Log, target), place, "test");
        log.set("classes", Value::texts(classes.iter().copied()));
        log
    }

    fn content(path: &str, confirmed: &[&str], has_query: bool) -> Observation {
        let place = Location::whole_file(path);
        let mut file = Observation::new("log-content", Subject::new(SubjectKind::Log, path), place.clone(), "test");
        file.set("log_kind", "access").set("read_whole", true).set("holds_query", has_query);
        file.set("confirmed_classes", Value::texts(confirmed.iter().copied()));
        file.related.push(Related { location: place, note: "email, confirmed".to_owned() });
        file
    }

    fn joined(observations: Vec<Observation>, asked: &[&str]) -> Evidence {
        let census = ["web-log", "log-content"].iter().map(|kind| match asked.contains(kind) {
            true => Census::complete(kind, "x", 1),
            false => Census::not_asked(kind, "x", "nobody asked"),
        });
        join(&Evidence { census: census.collect(), observations, ..Evidence::default() })
    }

    #[test]
    fn what_was_found_in_any_file_stands_beside_the_format() {
        let all = joined(
            vec![
                format("/var/log/nginx/access.log", &["access_info", "ip_address"]),
                content("/var/log/nginx/access.log", &[], true),
                content("/var/log/nginx/access.log.1.gz", &["email", "credential", "case-number"], false),
            ],
            &["web-log", "log-content"],
        );
        let [one] = all.observations.as_slice() else { panic!("{all:?}") };
        assert_eq!(one.texts("format_classes"), ["access_info", "ip_address"]);
        assert_eq!(one.texts("found_classes"), ["authorization", "identity", "query_data"]);
        assert_eq!(one.texts("classes"), ["access_info", "authorization", "identity", "ip_address", "query_data"]);
        assert_eq!((one.source.line, one.related.len()), (Some(7), 2));
    }

    #[test]
    fn a_format_says_what_it_writes_though_no_file_was_looked_through() {
        let all = joined(vec![format("syslog:server=192.0.2.1", &["ip_address"])], &["web-log"]);
        assert_eq!(all.observations[0].texts("classes"), ["ip_address"]);
        assert!(all.observations[0].unknown_fields.contains_key("found_classes"));
        assert_eq!(all.census[0].state, CensusState::Complete);
    }

    #[test]
    fn without_a_configuration_json_entries_speak_and_other_logs_are_unknown() {
        let mut json = content("/var/log/app.json", &[], false);
        json.set("log_kind", "application").set("entry_classes", Value::texts(["cookie"]));
        let all = joined(vec![json, content("/var/log/access.log", &["email"], false)], &["log-content"]);
        let of = |name: &str| all.observations.iter().find(|seen| seen.subject.name() == name).unwrap();
        assert_eq!(of("/var/log/app.json").texts("classes"), ["cookie"]);
        assert!(of("/var/log/access.log").unknown_fields.contains_key("classes"));
        assert_eq!(of("/var/log/access.log").texts("found_classes"), ["identity"]);
    }
}
