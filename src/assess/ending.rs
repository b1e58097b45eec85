//! What ends soon: exceptions, contracts and certifications.

use crate::model::{Declaration, Ending, EndingKind, Evidence, SubjectKind, Time, Value};

/// Days that are looked ahead.
const AHEAD_DAYS: i64 = 90;

/// Everything that ends from today to 90 days ahead, the first end first.
pub(super) fn of(declaration: &Declaration, evidence: &Evidence, now: Time) -> Vec<Ending> {
    let exceptions = declaration.waivers.iter().filter(|waiver| waiver.in_force(now)).map(|waiver| Ending {
        on: waiver.expires,
        kind: EndingKind::Exception,
        name: waiver.check.clone(),
    });
    let contractors = evidence.observations.iter().filter(|seen| seen.subject.kind() == SubjectKind::Contractor);
    let of_contractors = contractors.flat_map(|seen| {
        let ends = [("contract_to", EndingKind::Contract), ("first_certificate_end", EndingKind::Certification)];
        ends.into_iter().filter_map(|(field, kind)| match seen.fields.get(field) {
            Some(Value::Time(on)) => Some(Ending { on: *on, kind, name: seen.subject.name().to_owned() }),
            _ => None,
        })
    });
    let mut endings: Vec<Ending> = exceptions
        .chain(of_contractors)
        .filter(|ending| now < ending.on.plus_days(1) && ending.on <= now.plus_days(AHEAD_DAYS))
        .collect();
    endings.sort();
    endings.dedup();
    endings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Location, Observation, Policy, Site, Subject, Waiver};

    #[test]
    fn what_ends_from_today_to_90_days_ahead_is_named_and_nothing_else() {
        let now = Time::parse("2026-11-24T15:00:00Z").unwrap();
        let contractor = |id: &str, to: &str| {
            let subject = Subject::new(SubjectKind::Contractor, id);
            let mut seen = Observation::new("contractor", subject, Location::default(), "declared");
            seen.set("contract_to", Value::Time(Time::parse(to).unwrap()));
            seen
        };
        let observations = vec![
            contractor("ended", "2026-11-23"),
            contractor("today", "2026-11-24"),
            contractor("soon", "2027-02-22"),
            contractor("later", "2027-02-23"),
        ];
        let waiver = |check: &str, expires: &str| Waiver {
            check: check.to_owned(),
            subject: "*".to_owned(),
            reason: String::new(),
            owner: "a".to_owned(),
            approver: "b".to_owned(),
            approved_on: Time::parse("2026-11-01").unwrap(),
            expires: Time::parse(expires).unwrap(),
            compensating: None,
            findings: None,
            line: 1,
        };
        let declaration = Declaration {
            site: Site::default(),
            policy: Policy::default(),
            parameters: BTreeMap::new(),
            register: None,
            people: None,
            records: None,
            attestations: Vec::new(),
            waivers: vec![waiver("a-1", "2026-12-01"), waiver("a-2", "2026-11-20")],
            actions: Vec::new(),
        };
        let evidence = Evidence { observations, ..Evidence::default() };
        let endings = of(&declaration, &evidence, now);
        let names: Vec<&str> = endings.iter().map(|ending| ending.name.as_str()).collect();
        assert_eq!(names, ["today", "a-1", "soon"]);
    }
}
