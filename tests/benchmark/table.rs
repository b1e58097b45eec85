//! The table of `docs/quality.md`: what was planted, found, found elsewhere, not told and missed, by theme and clause, and every miss.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::plant::Defect;
use crate::score::Fate;

/// One planted defect and what became of it.
pub(crate) struct Row {
    pub(crate) seed: u64,
    pub(crate) defect: Defect,
    pub(crate) fate: Fate,
    /// The check that found it, where it is not that of its rule.
    pub(crate) by: Option<&'static str>,
}

const BEGIN: &str = "<!-- seeded defects: begin -->";
const END: &str = "<!-- seeded defects: end -->";

/// Counts of a group of rows: planted, found, found by another check, elsewhere, unknown, missed.
fn counts<'a>(rows: impl Iterator<Item = &'a Row>) -> [usize; 6] {
    let mut counts = [0; 6];
    for row in rows {
        counts[0] += 1;
        counts[match row.fate {
            Fate::Found => 1,
            Fate::ByAnother => 2,
            Fate::Elsewhere => 3,
            Fate::Unknown => 4,
            Fate::Missed => 5,
        }] += 1;
    }
    counts
}

/// Share of defects that were found at their place, in percent.
pub(crate) fn found_percent(rows: &[Row]) -> f64 {
    let [planted, found, by_another, ..] = counts(rows.iter());
    let found = found + by_another;
    100.0 * f64::from(u32::try_from(found).unwrap()) / f64::from(u32::try_from(planted.max(1)).unwrap())
}

/// The section as text.
pub(crate) fn section(rows: &[Row], bodies: usize, alarms: &[String], reasons: &BTreeMap<String, String>) -> String {
    let [planted, found, by_another, elsewhere, unknown, missed] = counts(rows.iter());
    let mut text = format!(
        "{BEGIN}\n## Seeded defects\n\n`benches/seeded_defects.sh` measures this and writes it: {bodies} bodies with web site (a real nginx on loopback), configuration of nginx, Apache, containers and\n\
         cluster, host, logs, register, DNS and mail, each with a clean twin; {planted} defects of {} sorts, written from the catalogue's rule texts and the policy\n\
         (`tests/benchmark/defects.yml`) and landed before the first scored run. Real programs (nginx, OpenSSL, `sshd -T`, `visudo -c`, `logrotate -d`, Apache) take every artefact, clean and\n\
         planted.\n\n\
         The first scored run of the landed list found 453 of 500 (90.6 %), with one false alarm on each of 25 twins, in which a time format of Apache was taken for a\n\
         template. Ten misses of it were faults of the benchmark (a number that no telephone has, a curve that OpenSSL did not offer, a port in a redirect, …) and were mended in `plant` alone;\n\
         the rest were faults of tenken, of which those are mended that are not in the table below. A defect is found where a finding of its rule names its place, or one of a check\n\
         that holds a part of that rule; `cannot tell` counts as not found.\n\n\
         **{} of {planted} found at their place ({:.1} %; the goal is 98 %), {by_another} of them by another check than that of their rule; {elsewhere} found elsewhere, {unknown} said to be unknown, {missed} missed; {} false alarms on the {bodies} clean twins (the goal is 0).**\n\n",
        rows.iter().map(|row| &row.defect.id).collect::<std::collections::BTreeSet<_>>().len(),
        found + by_another,
        found_percent(rows),
        alarms.len()
    );
    for (what, key) in [
        ("theme", (|row: &Row| row.defect.theme().to_owned()) as fn(&Row) -> String),
        ("clause", |row: &Row| row.defect.clause.clone()),
    ] {
        let mut groups: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            groups.entry(key(row)).or_default().push(row);
        }
        let _ = writeln!(
            text,
            "| {what} | planted | found | by another check | elsewhere | unknown | missed |\n|---|---|---|---|---|---|---|"
        );
        for (group, rows) in groups {
            let [planted, found, by_another, elsewhere, unknown, missed] = counts(rows.into_iter());
            let _ =
                writeln!(text, "| {group} | {planted} | {found} | {by_another} | {elsewhere} | {unknown} | {missed} |");
        }
        text.push('\n');
    }
    let mut lost: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.fate != Fate::Found) {
        lost.entry(&row.defect.id).or_default().push(row);
    }
    if !lost.is_empty() {
        text.push_str("What was not found by its rule, and why (`beyond`: no rule of the catalogue claims it):\n\n| defect | rule | clause | bodies | became | why |\n|---|---|---|---|---|---|\n");
        for (id, rows) in lost {
            let seeds: Vec<String> = rows.iter().map(|row| row.seed.to_string()).collect();
            let fate = match (rows[0].fate, &rows[0].by) {
                (_, Some(check)) => format!("found by {check}"),
                (Fate::Elsewhere, _) => "found elsewhere".to_owned(),
                (Fate::Unknown, _) => "unknown".to_owned(),
                _ => "missed".to_owned(),
            };
            let defect = &rows[0].defect;
            let _ = writeln!(
                text,
                "| {id}: {} | {} | {} | {} | {fate} | {} |",
                defect.what,
                defect.rule,
                defect.clause,
                seeds.join(", "),
                reasons.get(id).map_or("", String::as_str)
            );
        }
        text.push('\n');
    }
    for alarm in alarms {
        let _ = writeln!(text, "- false alarm: {}", alarm.chars().take(300).collect::<String>());
    }
    text.push_str(END);
    text
}

/// Puts the section into docs/quality.md, in the place of the one that is there.
pub(crate) fn write(section: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/quality.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = match (text.find(BEGIN), text.find(END)) {
        (Some(from), Some(to)) => format!("{}{section}{}", &text[..from], &text[to + END.len()..]),
        _ => format!("{}\n\n{section}\n", text.trim_end()),
    };
    std::fs::write(path, text).unwrap();
}
