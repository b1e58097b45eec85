//! The other direction of the joins on services: names that the register claims and no evidence shows. Each join says it for
//! the lists that it joins, in one kind, so that one check reads them all.

use std::collections::BTreeSet;

use crate::model::FieldType::{Text, Texts};
use crate::model::{
    Census, CensusState, Evidence, FieldSpec, FieldType, KindSpec, Observation, Strength, Subject, SubjectKind, Value,
};

const SERVICE_NAMES: &str = "service-names";

/// The kind; several joins state it, each for lists of its own.
pub(super) const SERVICE_NAMES_KIND: KindSpec = KindSpec {
    name: SERVICE_NAMES,
    subject: "service:ID#LIST",
    en: "one list of names of one service in the register, and which of them evidence shows: the other direction",
    ja: "台帳のサービスに記載された名前と、証拠での有無(逆方向の突合)",
    fields: &[
        field("list", Text, "key of the list in the register", "台帳の項目名"),
        field("shown", Texts, "names that evidence shows", "証拠に現れた名前"),
        field(
            "unshown",
            Texts,
            "names that no evidence shows; unknown where not all was looked at",
            "証拠に現れない名前",
        ),
        field("contractor", Text, "the contractor", "委託先"),
        field("contractor_status", Text, "planned, active or ended", "委託先の状態"),
    ],
};

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// Names that evidence shows, with every name above them, so that a pattern is looked up and not searched for.
#[derive(Default)]
pub(super) struct Shown {
    exact: BTreeSet<String>,
    above: BTreeSet<String>,
}

impl Shown {
    /// From names in any case, with or without a dot at their end.
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut shown = Self::default();
        for name in names {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let mut rest = name.as_str();
            while let Some((_, above)) = rest.split_once('.') {
                // What stands above a name that was met before stands there already.
                if !shown.above.insert(above.to_owned()) {
                    break;
                }
                rest = above;
            }
            shown.exact.insert(name);
        }
        shown
    }

    /// Whether a name of the register, which may be a pattern `*.example.net`, is among them.
    pub(super) fn holds(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("*.") {
            Some(above) => self.above.contains(above),
            None => self.exact.contains(&name),
        }
    }
}

/// States the lists of every service against what is shown. `sources` are the kinds that must have been looked for wholly
/// before a name counts as not shown; where the register has no such list there is nothing to look for.
pub(super) fn state(evidence: &Evidence, lists: &[&str], sources: &[&str], shown: &Shown) -> Evidence {
    let mut derived = Evidence::default();
    let scope = lists.join(", ");
    if let Some(reason) = evidence.census_of("register-service").find_map(|entry| match &entry.state {
        CensusState::NotAsked(reason) => Some(reason.clone()),
        _ => None,
    }) {
        derived.census.push(Census::not_asked(SERVICE_NAMES, scope, reason));
        return derived;
    }
    let (mut hidden, mut not_asked) = (None, None);
    for source in sources {
        let mut entries = evidence.census_of(source).peekable();
        if entries.peek().is_none() {
            hidden = Some(format!("{source}: not all was looked at"));
        }
        for entry in entries {
            match &entry.state {
                CensusState::Complete => {}
                CensusState::Incomplete(_) => hidden = Some(format!("{source}: not all was looked at")),
                CensusState::NotAsked(reason) => not_asked = Some(reason.clone()),
            }
        }
    }
    for service in evidence.of_kind("register-service") {
        for list in lists {
            let names = service.texts(list);
            if names.is_empty() {
                continue;
            }
            let subject = Subject::new(SubjectKind::Service, format!("{}#{list}", service.subject.name()));
            let mut seen =
                Observation::new(SERVICE_NAMES, subject, service.source.clone(), "register against evidence");
            seen.strength = Strength::Joined;
            let (there, missing): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| shown.holds(name));
            seen.set("list", *list).set("shown", Value::texts(there));
            match &hidden {
                Some(reason) if !missing.is_empty() => seen.unknown("unshown", reason.clone()),
                _ => seen.set("unshown", Value::texts(missing)),
            };
            for field in ["contractor", "contractor_status"] {
                seen.set(field, service.text(field).unwrap_or_default());
            }
            derived.observations.push(seen);
        }
    }
    let count = derived.observations.len();
    match not_asked.filter(|_| count > 0) {
        Some(reason) => {
            derived.observations.clear();
            derived.census.push(Census::not_asked(SERVICE_NAMES, scope, reason));
        }
        None => derived.census.push(Census::complete(SERVICE_NAMES, scope, count)),
    }
    derived
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Location;

    fn world(census: Census) -> Evidence {
        let mut service =
            Observation::new("register-service", Subject::new(SubjectKind::Service, "s"), Location::default(), "x");
        service.set("hosts", Value::texts(["a.example.net", "*.b.example.net", "c.example.net"]));
        service.set("contractor", "c").set("contractor_status", "active");
        let census = vec![Census::complete("register-service", "x", 1), census];
        Evidence { observations: vec![service], census, ..Evidence::default() }
    }

    #[test]
    fn a_pattern_is_shown_by_any_name_below_it_and_not_by_its_own() {
        let shown = Shown::of(["x.B.example.net.", "A.example.net"]);
        assert!(shown.holds("*.b.example.net") && shown.holds("a.example.net") && shown.holds("*.example.net"));
        assert!(!shown.holds("*.a.example.net") && !shown.holds("example.net") && !shown.holds("b.example.net"));
    }

    #[test]
    fn what_was_not_looked_for_wholly_is_not_missing() {
        let shown = Shown::of(["a.example.net", "x.b.example.net"]);
        let told = |census: Census, lists: &[&str]| state(&world(census), lists, &["http-load"], &shown);
        let whole = told(Census::complete("http-load", "x", 2), &["hosts"]);
        assert_eq!(whole.observations[0].texts("unshown"), ["c.example.net"]);
        let part = told(Census::incomplete("http-load", "x", 2, "a page"), &["hosts"]);
        assert!(part.observations[0].unknown_fields.contains_key("unshown"));
        let none = told(Census::not_asked("http-load", "x", "offline"), &["hosts"]);
        assert!(none.observations.is_empty() && matches!(none.census[0].state, CensusState::NotAsked(_)));
        let nothing = told(Census::not_asked("http-load", "x", "offline"), &["mx_targets"]);
        assert_eq!(nothing.census[0].state, CensusState::Complete);
    }
}
