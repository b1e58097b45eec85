//! Who comes in.

use super::place::{argument, behind, first_in, in_force, noted, path, source, texts, without};
use super::{Edit, Files, edit};
use crate::model::Finding;

pub(super) fn status(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let level = *path(&own, &finding.location)?.last()?;
    if level.block.iter().flatten().any(|one| matches!(one.name.as_str(), "allow" | "deny")) {
        return None;
    }
    Some(vec![first_in(&own, level, "allow 127.0.0.1; deny all;")?])
}

pub(super) fn merge_slashes(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let place = noted(finding, "slashes are not merged here")?;
    let own = source(place, files)?;
    let directive = *path(&own, place)?.last()?;
    Some(vec![argument(&own, directive, 0, "on")?])
}

pub(super) fn deny_others(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    // The rules in force may stand outside of the level that the finding is about.
    let place = noted(finding, "the first access rule in force")?;
    let own = source(place, files)?;
    let way = path(&own, place)?;
    let level = way.get(way.len().checked_sub(2)?)?;
    let last = level.block.iter().flatten().rfind(|one| matches!(one.name.as_str(), "allow" | "deny"))?;
    Some(vec![behind(&own, last, "deny all;")])
}

/// A rule that never takes effect goes before the first rule that covers it; a repetition is taken out.
pub(super) fn order(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let idle = texts(finding, "rules_unreachable");
    let place = noted(finding, "the first access rule in force")?;
    let own = source(place, files)?;
    let way = path(&own, place)?;
    let level = way.get(way.len().checked_sub(2)?)?;
    let rules: Vec<_> =
        level.block.iter().flatten().filter(|one| matches!(one.name.as_str(), "allow" | "deny")).collect();
    let shown = |rule: &crate::syntax::nginx::Directive| format!("{} {}", rule.name, rule.arguments.join(" "));
    let first_for_all = rules.iter().find(|rule| rule.arguments.first().is_some_and(|word| word == "all"))?;
    let mut edits = Vec::new();
    let mut moved = String::new();
    for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| idle.contains(&shown(rule))) {
        let again = rules[..number].iter().any(|before| before.arguments == rule.arguments || before.name == rule.name);
        if rule.span.start > first_for_all.span.start {
            edits.push(without(&own, rule));
            if !again || before_all(&rules[..number], first_for_all) {
                moved.push_str(&own.slice(rule.span.clone()));
                moved.push(' ');
            }
        }
    }
    if edits.is_empty() {
        return None;
    }
    edits.push(edit(&own, first_for_all.span.start..first_for_all.span.start, moved));
    Some(edits)
}

/// Whether nothing but the rule for all comes before.
fn before_all(rules: &[&crate::syntax::nginx::Directive], all: &crate::syntax::nginx::Directive) -> bool {
    rules.iter().all(|rule| std::ptr::eq(*rule, all) || rule.span.start > all.span.start)
}

/// `= /admin` becomes `^~ /admin`: what is below it has the same limits.
pub(super) fn below_too(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let location = *path(&own, &finding.location)?.last()?;
    match location.arguments.as_slice() {
        [modifier, _] if modifier == "=" => Some(vec![argument(&own, location, 0, "^~")?]),
        _ => None,
    }
}

/// A prefix that no expression escapes.
pub(super) fn no_expressions(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let location = *path(&own, &finding.location)?.last()?;
    let start = location.words.get(1)?.start;
    (location.arguments.len() == 1).then(|| vec![edit(&own, start..start, "^~ ")])
}

pub(super) fn satisfy_all(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let directive = in_force(&path(&own, &finding.location)?, "satisfy")?;
    Some(vec![argument(&own, directive, 0, "all")?])
}

/// Networks of everybody are no proxies.
pub(super) fn real_ip(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let open = texts(finding, "real_ip_open");
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    let level =
        way.iter().rev().find(|level| level.block.iter().flatten().any(|one| one.name == "set_real_ip_from"))?;
    let rules = level.block.iter().flatten().filter(|one| one.name == "set_real_ip_from");
    let open = rules.filter(|one| one.arguments.first().is_some_and(|word| open.contains(word)));
    Some(open.map(|one| without(&own, one)).collect())
}
