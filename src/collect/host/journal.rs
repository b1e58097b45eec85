//! How systemd's journal is kept: journald.conf, its drop-ins in the order in which systemd reads them, and jobs of cron.

use std::collections::BTreeMap;

use super::Seen;
use super::kinds::JOURNAL;
use super::tree::HostTree;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::{ini, time_span};

/// Folders of drop-ins; a file of an earlier one hides those of the same name in later ones.
const DROP_INS: [&str; 3] =
    ["etc/systemd/journald.conf.d", "usr/local/lib/systemd/journald.conf.d", "usr/lib/systemd/journald.conf.d"];
const MAIN: &str = "etc/systemd/journald.conf";
const DAY_SECONDS: u64 = 86_400;

/// Observes the journal of a host that has one; a host without systemd's settings has none.
pub(super) fn observe(tree: &HostTree<'_>, host: &str, seen: &mut Seen) {
    let settings = settings(tree, seen);
    let is_there = ["var/log/journal", MAIN, "usr/lib/systemd/systemd-journald", "lib/systemd/systemd-journald"];
    if settings.is_empty() && !is_there.iter().any(|path| tree.entry(path).is_some()) {
        return;
    }
    let of = |key: &str| settings.get(key);
    let place = ["MaxRetentionSec", "SystemMaxUse", "Storage"].iter().find_map(|key| of(key)).map_or_else(
        || Location::whole_file(tree.shown(MAIN)),
        |(_, path, line)| Location::file(tree.shown(path), *line, 1),
    );
    let mut one = Observation::new(JOURNAL, Subject::new(SubjectKind::Host, host), place, "configuration");
    let storage = of("Storage").map_or("auto", |(value, _, _)| value.as_str()).to_ascii_lowercase();
    // `auto` keeps on disk where the folder is there.
    let persistent = match storage.as_str() {
        "persistent" => true,
        "auto" => tree.entry("var/log/journal").is_some(),
        _ => false,
    };
    let storage = match storage.as_str() {
        "persistent" | "volatile" | "none" => storage.as_str(),
        _ => "auto",
    };
    one.set("storage", storage).set("persistent", persistent);
    let (vacuums, vacuum_days) = vacuums(tree);
    let mut days: Option<u64> = vacuum_days;
    let mut unreadable = None;
    if let Some((value, path, line)) = of("MaxRetentionSec").filter(|(value, _, _)| !value.is_empty()) {
        match time_span::seconds(value) {
            Some(0) => {}
            // A part of a day is one more day.
            Some(seconds) => {
                let own = seconds.div_ceil(DAY_SECONDS);
                days = Some(days.map_or(own, |days| days.min(own)));
            }
            None => unreadable = Some(format!("{}:{line}", tree.shown(path))),
        }
    }
    match unreadable {
        Some(place) => {
            let reason = "a span of time that is not understood";
            seen.fault(JOURNAL, place, reason);
            one.unknown("max_retention_days", reason);
        }
        None => {
            one.set("max_retention_days", i64::try_from(days.unwrap_or(0)).unwrap_or(i64::MAX));
        }
    }
    match of("SystemMaxUse").map(|(value, _, _)| value.as_str()).filter(|value| !value.is_empty()) {
        None => {
            one.set("max_use_bytes", 0);
        }
        Some(value) => match time_span::bytes(value) {
            Some(bytes) => {
                one.set("max_use_bytes", i64::try_from(bytes).unwrap_or(i64::MAX));
            }
            // A percentage of a file system of which the size is not known.
            None => {
                one.unknown("max_use_bytes", "a size that is not understood");
            }
        },
    }
    one.set("vacuums", Value::texts(vacuums));
    seen.observations.push(one);
}

/// Key -> value in force, file and line.
fn settings(tree: &HostTree<'_>, seen: &mut Seen) -> BTreeMap<String, (String, String, u32)> {
    let mut drop_ins: BTreeMap<String, String> = BTreeMap::new();
    for folder in DROP_INS {
        match tree.list(folder) {
            Ok(names) => {
                for name in names.into_iter().filter(|name| name.ends_with(".conf")) {
                    let path = format!("{folder}/{name}");
                    drop_ins.entry(name).or_insert(path);
                }
            }
            Err(Refusal::NotFound) => {}
            Err(refusal) => seen.fault(JOURNAL, tree.shown(folder), refusal.to_string()),
        }
    }
    let mut settings = BTreeMap::new();
    for path in std::iter::once(MAIN.to_owned()).chain(drop_ins.into_values()) {
        match tree.text(&path) {
            Ok(text) => {
                for setting in ini::parse(&text).into_iter().filter(|setting| setting.section == "Journal") {
                    settings.insert(setting.key, (setting.value, path.clone(), setting.line));
                }
            }
            Err(Refusal::NotFound) => {}
            Err(refusal) => seen.fault(JOURNAL, tree.shown(&path), refusal.to_string()),
        }
    }
    settings
}

/// Jobs of cron that run `journalctl --vacuum-…`, and the fewest days that one of them keeps.
fn vacuums(tree: &HostTree<'_>) -> (Vec<String>, Option<u64>) {
    let (mut jobs, mut fewest) = (Vec::new(), None);
    let folders = ["etc/cron.d", "etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly", "var/spool/cron/crontabs"];
    let of_folders = folders.iter().flat_map(|folder| {
        let names = tree.list(folder).unwrap_or_default();
        names.into_iter().map(move |name| format!("{folder}/{name}"))
    });
    for path in std::iter::once("etc/crontab".to_owned()).chain(of_folders) {
        let Ok(text) = tree.text(&path) else { continue };
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if !line.contains("journalctl") {
                continue;
            }
            for kind in ["time", "size", "files"] {
                let Some((_, value)) = line.split_once(&format!("--vacuum-{kind}")) else { continue };
                let value = value.trim_start_matches(['=', ' ']).trim_start_matches(['"', '\'']);
                let value = value.split([' ', '"', '\'', ';']).next().unwrap_or_default();
                jobs.push(format!("{kind} in {}", tree.shown(&path)));
                if let Some(seconds) = (kind == "time").then(|| time_span::seconds(value)).flatten() {
                    let days = seconds.div_ceil(DAY_SECONDS);
                    fewest = Some(fewest.map_or(days, |fewest: u64| fewest.min(days)));
                }
            }
        }
    }
    jobs.dedup();
    (jobs, fewest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::recorded::RecordedWorld;

    const LISTING: &str = "#mtree
/set type=file uid=0 gid=0 mode=0644
. type=dir mode=0755
./etc type=dir
./etc/cron.d type=dir
./etc/cron.d/journal
./etc/systemd type=dir
./etc/systemd/journald.conf
./etc/systemd/journald.conf.d type=dir
./etc/systemd/journald.conf.d/10-own.conf
./usr type=dir
./usr/lib type=dir
./usr/lib/systemd type=dir
./usr/lib/systemd/journald.conf.d type=dir
./usr/lib/systemd/journald.conf.d/10-own.conf
./usr/lib/systemd/journald.conf.d/20-vendor.conf
./var type=dir
./var/log type=dir
./var/log/journal type=dir
";

    fn seen(main: &str, own: &str, job: &str) -> Seen {
        let world = RecordedWorld::new()
            .file("root.mtree", LISTING)
            .file("root/etc/cron.d/journal", job)
            .file("root/etc/systemd/journald.conf", main)
            .file("root/etc/systemd/journald.conf.d/10-own.conf", own)
            .file("root/usr/lib/systemd/journald.conf.d/10-own.conf", "[Journal]\nMaxRetentionSec=9y\n")
            .file("root/usr/lib/systemd/journald.conf.d/20-vendor.conf", "[Journal]\nSystemMaxUse=500M\n")
            .file("root/var/log/journal/x", "");
        let tree = HostTree::open(&world, "root", None).unwrap();
        let mut seen = Seen::default();
        observe(&tree, "www", &mut seen);
        seen
    }

    #[test]
    fn drop_ins_decide_and_a_vacuum_may_keep_less() {
        let plain = seen("[Journal]\n#Storage=auto\nMaxRetentionSec=1y\n", "[Journal]\nMaxRetentionSec=3month\n", "");
        let one = &plain.observations[0];
        assert_eq!((one.text("storage"), one.flag("persistent")), (Some("auto"), Some(true)));
        assert_eq!((one.integer("max_retention_days"), one.integer("max_use_bytes")), (Some(92), Some(500 << 20)));
        assert_eq!(
            (one.source.file.as_deref(), one.source.line),
            (Some("root/etc/systemd/journald.conf.d/10-own.conf"), Some(2))
        );
        let job = "5 4 * * * root journalctl --vacuum-time=30d\n#journalctl --vacuum-time=1d\n";
        let one = &seen("", "[Journal]\nMaxRetentionSec=3month\n", job).observations[0];
        assert_eq!((one.integer("max_retention_days"), one.texts("vacuums").len()), (Some(30), 1));
        let one = &seen("[Journal]\nStorage=volatile\n", "", "").observations[0];
        assert_eq!((one.flag("persistent"), one.integer("max_retention_days")), (Some(false), Some(0)));
    }

    #[test]
    fn a_span_that_is_none_is_a_gap() {
        let seen = seen("", "[Journal]\nMaxRetentionSec=soon\n", "");
        assert!(seen.observations[0].unknown_fields.contains_key("max_retention_days"));
        assert_eq!(seen.faults[0].1, "root/etc/systemd/journald.conf.d/10-own.conf:2");
    }
}
