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
