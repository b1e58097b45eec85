//! How a leak is reported, as declared, and when that was last rehearsed.

use super::{Seen, new};
use crate::model::{Declaration, Location, Observation, SubjectKind, Value};

const KIND: &str = "breach-plan";

/// Observes the plan with its last exercise; not asked where neither a plan nor a records file is named.
pub(super) fn observe(declaration: &Declaration, seen: &mut Seen<'_>) {
    let plan = declaration.site.declared.breach_plan.as_ref();
    let (records, path) = (declaration.records.as_deref(), declaration.site.records.as_deref());
    if plan.is_none() && records.is_none() {
        return seen.not_asked(&[KIND], "no plan for leaks is declared (site file: declared: breach_plan)");
    }
    let exercise =
        records.and_then(|records| records.iter().filter(|one| one.activity == "exercise").max_by_key(|one| one.on));
    let place = match exercise {
        Some(exercise) => Location {
            file: path.map(str::to_owned),
            line: Some(exercise.line),
            entry: Some(exercise.id.clone()),
            ..Location::default()
        },
        None => Location { entry: Some("declared: breach_plan".to_owned()), ..Location::default() },
    };
    let mut one = new(KIND, SubjectKind::Record, KIND, place);
    match plan {
        Some(plan) => {
            let contacts = [("officer", &plan.officer), ("commission", &plan.commission), ("persons", &plan.persons)];
            let is_missing = |contact: &Option<String>| contact.as_ref().is_none_or(|text| text.trim().is_empty());
            let missing = contacts.into_iter().filter(|(_, contact)| is_missing(contact)).map(|(name, _)| name);
            one.set("declared", true).set("missing_contacts", Value::texts(missing));
            days(&mut one, "prompt_report_days", plan.prompt_report_days);
            days(&mut one, "full_report_days", plan.full_report_days);
            days(&mut one, "full_report_unlawful_days", plan.full_report_unlawful_days);
            let terms = [plan.prompt_report_days, plan.full_report_days, plan.full_report_unlawful_days];
            one.set("terms_stated", terms.iter().all(Option::is_some));
        }
        None => {
            let reason = "no plan for leaks is declared (site file: declared: breach_plan)";
            let terms = ["prompt_report_days", "full_report_days", "full_report_unlawful_days"];
            for field in ["missing_contacts", "terms_stated"].into_iter().chain(terms) {
                one.unknown(field, reason);
            }
            one.set("declared", false);
        }
    }
    match records {
        Some(_) => {
            one.set("exercised", exercise.is_some());
            match exercise {
                Some(exercise) => one.set("exercised_on", exercise.on),
                None => one.unknown("exercised_on", "no record"),
            };
        }
        None => {
            let reason = "no records file is named (site file: records)";
            one.unknown("exercised", reason).unknown("exercised_on", reason);
        }
    }
    seen.all(KIND, vec![one]);
}

fn days(one: &mut Observation, field: &str, days: Option<i64>) {
    match days {
        Some(days) => one.set(field, days),
        None => one.unknown(field, "no term is stated"),
    };
}
