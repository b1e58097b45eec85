//! Duties: statutes with owner and edition, the division of duties, holdings of personal information.

use std::collections::BTreeSet;

use super::{Seen, new};
use crate::model::{Declaration, Location, Observation, Statute, SubjectKind, Value};

/// Observes statutes, the division of duties and holdings.
pub(super) fn observe(declaration: &Declaration, seen: &mut Seen<'_>) {
    let declared = &declaration.site.declared;
    match &declared.statutes {
        Some(statutes) => {
            let entity = declared.entity.as_deref();
            seen.all("statute", statutes.iter().map(|(key, statute)| of_statute(key, statute, entity)).collect());
        }
        None => seen.not_asked(&["statute"], "no statutes are declared (site file: declared: statutes)"),
    }
    match &declared.responsibilities {
        Some(_) => seen.all("responsibility", vec![division(declaration)]),
        None => seen.not_asked(
            &["responsibility"],
            "no division of duties is declared (site file: declared: responsibilities)",
        ),
    }
    match &declared.holdings {
        Some(holdings) => {
            let holdings = holdings.iter().map(|holding| {
                let name = format!("holding/{}", holding.name);
                let mut one = new("holding", SubjectKind::Record, name, place("holdings"));
                one.set("persons", holding.persons).set("in_register", holding.register_ref.is_some());
                one
            });
            seen.all("holding", holdings.collect());
        }
        None => seen.not_asked(&["holding"], "no holdings are declared (site file: declared: holdings)"),
    }
}

fn place(entry: &str) -> Location {
    Location { entry: Some(format!("declared: {entry}")), ..Location::default() }
}

fn of_statute(key: &str, statute: &Statute, entity: Option<&str>) -> Observation {
    let mut one = new("statute", SubjectKind::Record, format!("statute/{key}"), place("statutes"));
    one.set("key", key);
    one.set("has_owner", statute.owner.as_ref().is_some_and(|owner| !owner.trim().is_empty()));
    match (&statute.edition, &statute.current_edition) {
        (Some(edition), Some(current)) => {
            one.set("edition", edition.as_str()).set("edition_current", edition == current);
        }
        (Some(edition), None) => {
            one.set("edition", edition.as_str());
            one.unknown("edition_current", "the table of editions does not name it");
        }
        (None, _) => {
            let reason = "no edition is stated (site file: declared: statutes: KEY: edition)";
            one.unknown("edition", reason).unknown("edition_current", reason);
        }
    }
    match statute.reviewed_on {
        Some(day) => {
            one.set("reviewed_on", day);
        }
        None => {
            one.unknown("reviewed_on", "no date is recorded");
        }
    }
    match (&statute.articles, entity) {
        (Some(articles), Some(entity)) => {
            let foreign = articles.iter().filter(|article| is_foreign(key, article, entity));
            one.set("foreign_articles", Value::texts(foreign));
        }
        _ => {
            let reason = "entity or articles are not declared (site file: declared: entity)";
            one.unknown("foreign_articles", reason);
        }
    }
    one
}

/// Whether an article of the personal information law binds the other sort of entity: chapter 4 (articles 16 to 59) binds
/// companies and thereby contractors, chapter 5 (articles 60 to 129) public bodies.
fn is_foreign(key: &str, article: &str, entity: &str) -> bool {
    let digits: String = article.chars().take_while(char::is_ascii_digit).collect();
    let Ok(number) = digits.parse::<u32>() else { return false };
    let foreign = if entity == "public-body" { 16..=59 } else { 60..=129 };
    key == "appi" && foreign.contains(&number)
}

fn division(declaration: &Declaration) -> Observation {
    let mut one = new("responsibility", SubjectKind::Record, "responsibilities", place("responsibilities"));
    let empty = std::collections::BTreeMap::new();
    let divided = declaration.site.declared.responsibilities.as_ref().unwrap_or(&empty);
    let checks: BTreeSet<&str> =
        declaration.policy.clauses.iter().flat_map(|clause| &clause.checks).map(String::as_str).collect();
    let fits = |pattern: &str, check: &str| match pattern.strip_suffix('*') {
        Some(start) => check.starts_with(start),
        None => check == pattern,
    };
    let unassigned = checks.iter().filter(|check| !divided.keys().any(|pattern| fits(pattern, check)));
    one.set("unassigned", Value::texts(unassigned.copied()));
    match &declaration.register {
        Some(register) => {
            let known = |party: &str| {
                matches!(party, "own" | "shared") || register.contractors.iter().any(|entry| entry.id == party)
            };
            let parties: BTreeSet<&String> = divided.values().filter(|party| !known(party)).collect();
            one.set("unknown_parties", Value::texts(parties.into_iter().cloned()));
        }
        None => {
            one.unknown("unknown_parties", "no contractor register is named (site file: contractors)");
        }
    }
    one
}

#[cfg(test)]
mod tests {
    use super::is_foreign;

    #[test]
    fn each_sort_of_entity_has_its_own_chapter() {
        assert!(is_foreign("appi", "23", "public-body") && is_foreign("appi", "27(1)", "public-body"));
        assert!(!is_foreign("appi", "66", "public-body") && is_foreign("appi", "66", "company"));
        assert!(!is_foreign("appi", "23", "company") && !is_foreign("laa", "23", "public-body"));
    }
}
