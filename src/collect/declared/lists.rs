//! What the site file declares.

use super::{Seen, new};
use crate::model::{Declaration, Declared, Location, Observation, SubjectKind, Value};

/// Observes lists, forms, data classes, statutes and the risk tolerance.
pub(super) fn observe(declaration: &Declaration, seen: &mut Seen<'_>) {
    let declared = &declaration.site.declared;
    let place = |entry: &str| Location { entry: Some(format!("declared: {entry}")), ..Location::default() };
    let lists: Vec<Observation> = Declared::LISTS
        .into_iter()
        .filter_map(|name| declared.list(name).map(|items| (name, items)))
        .map(|(name, items)| {
            let mut list = new("declared-list", SubjectKind::Record, format!("declared/{name}"), place(name));
            list.set("name", name).set("items", Value::texts(items));
            list
        })
        .collect();
    seen.all("declared-list", lists);
    match &declared.forms {
        Some(forms) => {
            let forms = forms.iter().map(|form| {
                let mut one = new("declared-form", SubjectKind::Record, format!("form/{}", form.page), place("forms"));
                one.set("page", form.page.as_str()).set("categories", Value::texts(&form.categories));
                if let Some(purpose) = &form.purpose {
                    one.set("purpose", purpose.as_str());
                }
                one
            });
            seen.all("declared-form", forms.collect());
        }
        None => seen.not_asked(&["declared-form"], "no forms are declared (site file: declared: forms)"),
    }
    match &declared.acquisition {
        Some(classes) => {
            let classes = classes.iter().map(|class| {
                let mut one =
                    new("data-class", SubjectKind::Record, format!("data-class/{}", class.class), place("acquisition"));
                one.set("has_purpose", class.purpose.as_ref().is_some_and(|purpose| !purpose.trim().is_empty()));
                one
            });
            seen.all("data-class", classes.collect());
        }
        None => seen.not_asked(&["data-class"], "no acquisition is declared (site file: declared: acquisition)"),
    }
    super::duties::observe(declaration, seen);
    match &declared.risk_tolerance {
        Some(tolerance) => {
            let mut one = new("risk-tolerance", SubjectKind::Record, "risk-tolerance", place("risk_tolerance"));
            one.set("units", tolerance.units);
            one.set("has_approver", tolerance.approver.as_ref().is_some_and(|approver| !approver.trim().is_empty()));
            match tolerance.approved_on {
                Some(day) => {
                    one.set("approved_on", day);
                }
                None => {
                    one.unknown("approved_on", "no date of approval is stated");
                }
            }
            seen.all("risk-tolerance", vec![one]);
        }
        None => seen.not_asked(&["risk-tolerance"], "no tolerance is declared (site file: declared: risk_tolerance)"),
    }
}
