//! What was seen of logs -> observations. Classes, counts and places; never a value.

use std::collections::{BTreeMap, BTreeSet};

use super::find::Log;
use super::kinds::{CONTENT, SERIES};
use crate::collect::limits::cut;
use crate::model::{Location, LogKind, Observation, Related, Subject, SubjectKind, Time, Value, log_series};
use crate::scan::{Class, Hit, Packing, Scanned, Tier};

const METHOD: &str = "bytes of the log";
/// Places of hits that one observation names; their number is among the facts.
const PLACES: usize = 20;
/// Seconds by which the day of a recorded outage may lie beside a gap: days of a record have no zone.
const DAY_SECONDS: i64 = 86_400;

const FIELDS: [(&str, Class); 6] = [
    ("holds_email", Class::Email),
    ("holds_phone", Class::Phone),
    ("holds_my_number", Class::MyNumber),
    ("holds_card", Class::Card),
    ("holds_credential", Class::Credential),
    ("holds_personal", Class::Personal),
];

/// The word of a kind of log.
fn word(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Access => "access",
        LogKind::Error => "error",
        LogKind::Application => "application",
    }
}

/// One observation a file. `own` names the patterns of the body's own.
pub(super) fn contents(seen: &[(Log, Scanned)], own: &[&str]) -> Vec<Observation> {
    seen.iter().map(|(log, scanned)| content(log, scanned, own)).collect()
}

fn content(log: &Log, scanned: &Scanned, own: &[&str]) -> Observation {
    let subject = Subject::new(SubjectKind::Log, log.path.as_str());
    let mut one = Observation::new(CONTENT, subject, Location::whole_file(log.open.as_str()), METHOD);
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    one.set("log_kind", word(log.kind)).set("packing", scanned.packing.word());
    one.set("archived", scanned.packing != Packing::Plain);
    one.set("read_whole", scanned.faults.is_empty());
    one.set("bytes", number(scanned.bytes)).set("lines", number(scanned.lines));
    moment(&mut one, "oldest", scanned.times.oldest);
    moment(&mut one, "newest", scanned.times.newest);
    let of = |tier: Tier| scanned.counts.iter().filter(move |((_, of), _)| *of == tier);
    let name = |class: Class| match class {
        Class::Own(number) => own.get(usize::from(number)).copied().unwrap_or("own"),
        class => class.word(),
    };
    for (tier, classes, count) in
        [(Tier::Confirmed, "confirmed_classes", "confirmed_count"), (Tier::Suspect, "suspect_classes", "suspect_count")]
    {
        let names: BTreeSet<&str> = of(tier).map(|((class, _), _)| name(*class)).collect();
        one.set(classes, Value::texts(names)).set(count, number(of(tier).map(|(_, count)| count).sum()));
    }
    for (field, class) in FIELDS {
        holds(&mut one, field, log, scanned, &|of| of == class);
    }
    match &log.sample.json {
        Some(json) => {
            one.set("entry_classes", Value::texts(json.classes.iter().map(|class| class.word())));
            one.set("unclassed_keys", number(json.unclassed));
        }
        None => {
            let reason = "its entries are not JSON";
            one.unknown("entry_classes", reason).unknown("unclassed_keys", reason);
        }
    }
    match log.sample.has_query {
        Some(has) => {
            one.set("holds_query", has);
        }
        None => {
            one.unknown("holds_query", "only its first entries were looked at for a query string");
        }
    }
    holds(&mut one, "holds_own", log, scanned, &|of| matches!(of, Class::Own(_)));
    holds(&mut one, "holds_any", log, scanned, &|_| true);
    let mut places: BTreeMap<(Class, Tier), usize> = BTreeMap::new();
    for hit in &scanned.places {
        let of = places.entry((hit.class, hit.tier)).or_default();
        *of += 1;
        if *of <= PLACES {
            one.related.push(related(log, hit, name(hit.class)));
        }
    }
    if let Some(first) = scanned.places.iter().find(|hit| hit.tier == Tier::Confirmed) {
        one.source.line = u32::try_from(first.line).ok();
    }
    one
}

fn related(log: &Log, hit: &Hit, class: &str) -> Related {
    let mut location = Location::whole_file(log.open.as_str());
    location.line = u32::try_from(hit.line).ok();
    let field = hit.field.map(|field| format!(", {field}")).unwrap_or_default();
    let column = log.columns.get(&(hit.line, hit.class)).map(|column| format!(", {}", cut(column))).unwrap_or_default();
    Related { location, note: format!("{class}, {}{field}{column}", hit.tier.word()) }
}

/// Whether a log holds a class: yes where one value is confirmed, no where nothing was found in all of it; what only a
/// person can tell, and what was not read, leave it open.
fn holds(one: &mut Observation, field: &str, log: &Log, scanned: &Scanned, is: &dyn Fn(Class) -> bool) {
    let any = |tier: Tier| scanned.counts.keys().any(|(class, of)| *of == tier && is(*class));
    if any(Tier::Confirmed) {
        one.set(field, true);
    } else if any(Tier::Suspect) {
        let hits = scanned.places.iter().filter(|hit| hit.tier == Tier::Suspect && is(hit.class));
        let lines: BTreeSet<u64> = hits.map(|hit| hit.line).take(PLACES).collect();
        let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
        let reason = "only a person can tell whether these are values";
        one.unknown(field, format!("{}:{}: {reason}", log.path, lines.join(",")));
    } else if let Some(fault) = scanned.faults.first() {
        one.unknown(field, fault.to_string());
    } else {
        one.set(field, false);
    }
}

fn moment(one: &mut Observation, field: &str, seconds: Option<i64>) {
    match seconds {
        Some(seconds) => {
            one.set(field, Time::from_unix_seconds(seconds));
        }
        None => {
            one.unknown(field, NO_TIME);
        }
    }
}

const NO_TIME: &str = "no entry has a time that is understood";

/// One observation a series. `outages` are first and last days, in seconds since 1970.
pub(super) fn series(seen: &[(Log, Scanned)], outages: &[(i64, i64)]) -> Vec<Observation> {
    let mut all: BTreeMap<&str, Vec<&(Log, Scanned)>> = BTreeMap::new();
    // An error log is quiet while nothing is wrong: only visitors leave entries at all times.
    for part in seen.iter().filter(|(log, _)| log.kind == LogKind::Access) {
        all.entry(log_series(&part.0.path)).or_default().push(part);
    }
    all.into_iter().map(|(name, parts)| one_series(name, parts, outages)).collect()
}

fn one_series(name: &str, mut parts: Vec<&(Log, Scanned)>, outages: &[(i64, i64)]) -> Observation {
    parts.sort_by_key(|(log, scanned)| (scanned.times.oldest, scanned.times.newest, log.path.clone()));
    let current = parts.iter().find(|(log, _)| log.path == name).or(parts.last());
    let source = current.map_or_else(Location::default, |(log, _)| Location::whole_file(log.open.as_str()));
    let mut one = Observation::new(SERIES, Subject::new(SubjectKind::Log, name), source, METHOD);
    one.set("files", i64::try_from(parts.len()).unwrap_or(i64::MAX));
    let times = || parts.iter().map(|(_, scanned)| &scanned.times);
    let (oldest, newest) =
        (times().filter_map(|times| times.oldest).min(), times().filter_map(|times| times.newest).max());
    moment(&mut one, "oldest", oldest);
    moment(&mut one, "newest", newest);
    let whole = parts.iter().all(|(_, scanned)| scanned.faults.is_empty());
    if oldest.is_none() || !whole {
        let reason = if whole { NO_TIME } else { "not every file of the series was read to its end" };
        one.unknown("longest_gap_seconds", reason).unknown("backwards_seconds", reason);
        return one;
    }
    // An outage explains what it lasts: a year without entries is not told by one bad day in it.
    let explained = |from: i64, to: i64| {
        outages.iter().any(|(first, last)| *first - DAY_SECONDS <= from && to <= *last + 2 * DAY_SECONDS)
    };
    let (mut gap, mut back) = ((0, None), (0, None));
    let mut until: Option<i64> = None;
    for (log, scanned) in parts {
        let between = until.zip(scanned.times.oldest).map(|(from, to)| (from, to, 1));
        let inside = scanned.times.pauses.iter().map(|pause| (pause.from, pause.to, pause.line));
        for (from, to, line) in between.into_iter().chain(inside) {
            if to - from >= 3_600 && to - from > gap.0 && !explained(from, to) {
                gap = (to - from, Some((log, line, "no entries before this one")));
            }
        }
        for step in &scanned.times.steps_back {
            if step.seconds > back.0 {
                back = (step.seconds, Some((log, step.line, "time runs backwards here")));
            }
        }
        until = until.max(scanned.times.newest);
    }
    one.set("longest_gap_seconds", gap.0).set("backwards_seconds", back.0);
    for (log, line, note) in gap.1.into_iter().chain(back.1) {
        let mut location = Location::whole_file(log.open.as_str());
        location.line = u32::try_from(line).ok();
        one.related.push(Related { location, note: note.to_owned() });
    }
    one
}
