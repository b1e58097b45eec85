//! The collector on recorded logs.

use std::collections::BTreeSet;
use std::io::Write;

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::collect::world::FileKind;
use crate::model::{
    CensusState, Declaration, HostRoot, LogFile, LogKind, LogPattern, Observation, Policy, Record, Site, Time,
};

fn declaration(root: Option<&str>, logs: &[&str], outage: Option<&str>) -> Declaration {
    let mut site = Site { name: "example".to_owned(), ..Site::default() };
    site.host_root = root.map(|root| HostRoot { path: root.to_owned(), name: "www".to_owned() });
    site.logs = logs.iter().map(|path| LogFile { path: (*path).to_owned(), kind: LogKind::Access }).collect();
    site.log_patterns = vec![LogPattern {
        id: "case-number".to_owned(),
        literal: "case-".to_owned(),
        expression: "case-[0-9]{4}-[0-9]+".to_owned(),
        is_suspect: false,
    }];
    let policy = Policy::default();
    let record = |on: &str| Record {
        id: "o1".to_owned(),
        activity: "outage".to_owned(),
        on: Time::parse(on).unwrap(),
        until: None,
        by: "x".to_owned(),
        operator: None,
        persons: Vec::new(),
        document_ref: None,
        line: 1,
    };
    Declaration {
        site,
        policy,
        parameters: Default::default(),
        register: None,
        people: None,
        records: outage.map(|on| vec![record(on)]),
        attestations: Vec::new(),
        waivers: Vec::new(),
        actions: Vec::new(),
    }
}

fn look_at(world: &RecordedWorld, declaration: &Declaration) -> Evidence {
    let task = Task { declaration, offline: true, now: Time::from_unix_seconds(0), needed: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(LogsCollector.collect(world, &task))
}

fn one<'a>(evidence: &'a Evidence, kind: &str, subject: &str) -> &'a Observation {
    let found = evidence.observations.iter().find(|seen| seen.kind == kind && seen.subject.to_string() == subject);
    found.unwrap_or_else(|| panic!("no {kind} {subject} in {:?}", evidence.observations))
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

const FIRST: &str = "192.0.2.1 - - [22/Nov/2026:10:00:00 +0900] \"GET /?mail=taro%40example.jp HTTP/1.1\" 200 1\n";
const SECOND: &str = "192.0.2.1 - - [24/Nov/2026:10:00:00 +0900] \"GET /?q=09012345678 HTTP/1.1\" 200 1\n";

fn world() -> RecordedWorld {
    RecordedWorld::new()
        .file("root/var/log/nginx/access.log", SECOND)
        .file("root/var/log/nginx/access.log.1.gz", packed(FIRST))
        .file("root/var/log/nginx/error.log", "2026/11/24 01:00:00 [error] case-2026-17: no such case\n")
}

#[test]
fn classes_times_and_series_are_stated_and_no_value() {
    let evidence = look_at(&world(), &declaration(Some("root"), &["var/log/nginx/access.log*"], None));
    assert_eq!(evidence.gaps, []);
    let old = one(&evidence, "log-content", "log:/var/log/nginx/access.log.1.gz");
    assert_eq!(
        (old.flag("holds_email"), old.flag("holds_phone"), old.flag("archived")),
        (Some(true), Some(false), Some(true))
    );
    assert_eq!((old.source.line, old.related[0].note.as_str()), (Some(1), "email, confirmed, request"));
    let new = one(&evidence, "log-content", "log:/var/log/nginx/access.log");
    assert_eq!((new.flag("holds_phone"), new.flag("holds_any"), new.flag("holds_email")), (None, None, Some(false)));
    assert_eq!(
        new.unknown_fields["holds_phone"],
        "/var/log/nginx/access.log:1: only a person can tell whether these are values"
    );
    assert_eq!(new.fields["oldest"], Time::parse("2026-11-24T01:00:00Z").unwrap().into());
    let error = one(&evidence, "log-content", "log:/var/log/nginx/error.log");
    assert_eq!((error.text("log_kind"), error.texts("confirmed_classes")), (Some("error"), vec!["case-number"]));
    assert_eq!(error.flag("holds_own"), Some(true));
    let series = one(&evidence, "log-series", "log:/var/log/nginx/access.log");
    assert_eq!((series.integer("files"), series.integer("longest_gap_seconds")), (Some(2), Some(172_800)));
    let all = format!("{evidence:?}");
    assert!(!all.contains("taro") && !all.contains("0901234") && !all.contains("2026-17"));
}

#[test]
fn what_is_stated_is_what_is_declared() {
    let json = "{\"ts\":1795482000.5,\"request\":{\"remote_ip\":\"192.0.2.1\",\"uri\":\"/\"},\"own\":1}\n";
    let world = world().file("root/var/log/nginx/json.log", json);
    let evidence = look_at(&world, &declaration(Some("root"), &[], None));
    let entries = one(&evidence, "log-content", "log:/var/log/nginx/json.log");
    assert_eq!(
        (entries.texts("entry_classes"), entries.integer("unclassed_keys")),
        (vec!["access_info", "ip_address"], Some(1))
    );
    for kind in KINDS {
        let declared: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
        let stated: BTreeSet<&str> =
            evidence.of_kind(kind.name).flat_map(|seen| seen.fields.keys().map(String::as_str)).collect();
        assert_eq!(stated, declared, "{}", kind.name);
    }
}

#[test]
fn a_recorded_outage_explains_a_gap() {
    let evidence = look_at(&world(), &declaration(Some("root"), &[], Some("2026-11-23")));
    let series = one(&evidence, "log-series", "log:/var/log/nginx/access.log");
    assert_eq!(series.integer("longest_gap_seconds"), Some(0));
}

#[test]
fn what_cannot_be_read_is_a_gap_and_the_rest_goes_on() {
    let mut broken = packed(&FIRST.repeat(50));
    broken.truncate(broken.len() - 20);
    let link = |target: &str| FileKind::Symlink(target.to_owned());
    let world = world()
        .file("root/var/log/nginx/access.log.2.gz", broken)
        .file("outside.log", FIRST)
        .entry("root/var/log/nginx/access.log.3", FileKind::Other, 0o644, 0, 0, "")
        .entry("root/var/log/nginx/access.log.4", link("access.log.5"), 0o777, 0, 0, "")
        .entry("root/var/log/nginx/access.log.5", link("access.log.4"), 0o777, 0, 0, "")
        .entry("root/var/log/nginx/access.log.6", link("../../../../../outside.log"), 0o777, 0, 0, "")
        .entry("root/var/log/nginx/access.log.7", link("/var/log/nginx/access.log"), 0o777, 0, 0, "");
    let evidence = look_at(&world, &declaration(Some("root"), &["var/log/nginx/*", "../x", "var/log/none.log"], None));
    let gaps: Vec<(&str, &str)> = evidence.gaps.iter().map(|gap| (gap.subject.as_str(), gap.reason.as_str())).collect();
    for wanted in [
        ("/var/log/nginx/access.log.2.gz", "its packed data ends in the middle"),
        ("/var/log/nginx/access.log.3", "not a regular file"),
        ("/var/log/nginx/access.log.4", "its links go in a circle"),
        ("../x", "a path that leaves the root"),
        ("var/log/none.log", "not found"),
    ] {
        assert!(gaps.contains(&wanted), "{wanted:?} in {gaps:?}");
    }
    assert!(matches!(evidence.census[0].state, CensusState::Incomplete(_)));
    // Whatever leads out of the root ends at its top.
    assert!(!evidence.observations.iter().any(|seen| seen.subject.name().ends_with(".6")));
    assert!(one(&evidence, "log-content", "log:/var/log/nginx/access.log.7").flag("read_whole") == Some(true));
    let series = one(&evidence, "log-series", "log:/var/log/nginx/access.log");
    assert_eq!(series.unknown_fields["longest_gap_seconds"], "not every file of the series was read to its end");
}

fn tar_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(content.len()).unwrap());
        // The crate refuses names with `..`; whoever means harm does not.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn logs_in_a_tar_packed_or_not_are_looked_at_in_it() {
    let plain =
        tar_of(&[("./var/log/nginx/access.log", FIRST.as_bytes()), ("./etc/passwd", b"root:x:0:0::/:/bin/sh\n")]);
    for (name, bytes) in [("root.tar", plain.clone()), ("root.tar.gz", gzip(&plain)), ("root.tgz", gzip(&plain))] {
        let world = RecordedWorld::new().file(name, bytes);
        let evidence = look_at(&world, &declaration(Some(name), &[], None));
        assert_eq!(evidence.gaps, [], "{name}");
        assert_eq!(one(&evidence, "log-content", "log:/var/log/nginx/access.log").flag("holds_email"), Some(true));
    }
}

#[test]
fn of_an_image_the_logs_that_its_packed_layers_leave_are_looked_at() {
    let below = tar_of(&[
        ("var/log/nginx/access.log", FIRST.as_bytes()),
        ("var/log/nginx/old.log", FIRST.as_bytes()),
        ("var/log/nginx/kept.log", FIRST.as_bytes()),
    ]);
    let above = tar_of(&[("var/log/nginx/access.log", SECOND.as_bytes()), ("var/log/nginx/.wh.old.log", b"")]);
    let manifest = br#"[{"Layers":["blobs/sha256/a","blobs/sha256/b"]}]"#;
    // The upper layer lies before the lower one: the manifest decides.
    let (above, below) = (gzip(&above), gzip(&below));
    let image = tar_of(&[("blobs/sha256/b", &above), ("blobs/sha256/a", &below), ("manifest.json", manifest)]);
    let world = RecordedWorld::new().file("image.tar", image);
    let evidence = look_at(&world, &declaration(Some("image.tar"), &[], None));
    assert_eq!(evidence.gaps, []);
    let logs: Vec<_> =
        evidence.of_kind("log-content").map(|log| (log.subject.name(), log.flag("holds_email"))).collect();
    assert_eq!(logs, [("/var/log/nginx/access.log", Some(false)), ("/var/log/nginx/kept.log", Some(true))]);
}

#[test]
fn a_path_that_leaves_the_archive_and_a_broken_end_are_gaps_and_the_rest_stays() {
    let whole = tar_of(&[
        ("../../var/log/nginx/out.log", FIRST.as_bytes()),
        ("var/log/nginx/access.log", FIRST.as_bytes()),
        ("var/log/nginx/cut.log", FIRST.repeat(9).as_bytes()),
    ]);
    let world = RecordedWorld::new().file("root.tar", whole[..whole.len() - 1_700].to_vec());
    let evidence = look_at(&world, &declaration(Some("root.tar"), &[], None));
    assert_eq!(one(&evidence, "log-content", "log:/var/log/nginx/access.log").flag("holds_email"), Some(true));
    assert!(!evidence.observations.iter().any(|seen| seen.subject.name().contains("out.log")));
    let reasons: Vec<&str> = evidence.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert!(reasons.contains(&"an entry whose path leaves the tree"), "{reasons:?}");
    assert!(evidence.gaps.iter().any(|gap| gap.subject.ends_with("cut.log")), "{:?}", evidence.gaps);
}

#[test]
fn nothing_named_is_not_asked_and_logs_need_no_host() {
    let evidence = look_at(&RecordedWorld::new(), &declaration(None, &[], None));
    assert!(matches!(evidence.census[0].state, CensusState::NotAsked(_)));
    let world = RecordedWorld::new().file("logs/a.log", FIRST).file("logs/b.log", SECOND);
    let evidence = look_at(&world, &declaration(None, &["logs/*.log"], None));
    assert_eq!(one(&evidence, "log-content", "log:logs/a.log").flag("holds_email"), Some(true));
    assert_eq!(evidence.of_kind("log-content").count(), 2);
}
