//! The truth of a condition on an observation: Kleene's strong three-valued logic.

use std::collections::BTreeMap;

use super::matcher;
use crate::model::{Condition, Declaration, Declared, Leaf, LeafResult, Observation, Operand, Time, Value};

/// What operands refer to, and now.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    declaration: Option<&'a Declaration>,
    parameters: BTreeMap<String, Value>,
    declared: BTreeMap<String, Value>,
    now: Time,
}

impl<'a> Context<'a> {
    /// The context of a run.
    #[must_use]
    pub fn of(declaration: &'a Declaration, now: Time) -> Self {
        let list = |name: &str| Some((name.to_owned(), Value::texts(declaration.site.declared.list(name)?)));
        let declared = Declared::LISTS.into_iter().filter_map(list).collect();
        Self { declaration: Some(declaration), parameters: BTreeMap::new(), declared, now }
    }

    /// The context of an example, with parameters and lists of its own.
    #[must_use]
    pub fn of_example(parameters: BTreeMap<String, Value>, declared: BTreeMap<String, Value>, now: Time) -> Self {
        Self { declaration: None, parameters, declared, now }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// The value of an operand, or why there is none.
    ///
    /// # Errors
    /// The parameter or list that is not set.
    pub(super) fn operand<'c>(&'c self, operand: &'c Operand) -> Result<&'c Value, NotSet<'c>> {
        match operand {
            Operand::Literal(value) => Ok(value),
            Operand::Parameter(name) => self
                .parameters
                .get(name)
                .or_else(|| self.declaration.and_then(|declaration| declaration.parameter(name)))
                .ok_or(NotSet::Parameter(name)),
            Operand::Declared(name) => self.declared.get(name).ok_or(NotSet::Declared(name)),
        }
    }
}

/// What an operand names and nobody has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotSet<'a> {
    /// A parameter without a value.
    #[error("the parameter {0} is not set")]
    Parameter(&'a str),
    /// A list of the site file that is not there.
    #[error("declared: {0} is not set")]
    Declared(&'a str),
}

/// Whether a condition holds; `None` is unknown.
#[must_use]
pub fn truth(condition: &Condition, observation: &Observation, context: &Context<'_>) -> Option<bool> {
    match condition {
        Condition::All(parts) => {
            let mut unknown = false;
            for part in parts {
                match truth(part, observation, context) {
                    Some(false) => return Some(false),
                    None => unknown = true,
                    Some(true) => {}
                }
            }
            (!unknown).then_some(true)
        }
        Condition::Any(parts) => {
            let mut unknown = false;
            for part in parts {
                match truth(part, observation, context) {
                    Some(true) => return Some(true),
                    None => unknown = true,
                    Some(false) => {}
                }
            }
            (!unknown).then_some(false)
        }
        Condition::Not(part) => truth(part, observation, context).map(|holds| !holds),
        Condition::Leaf(leaf) => matcher::holds(leaf, observation.fields.get(&leaf.field), context),
    }
}

/// The leaves that made the condition what it is: for a fail those that fail, for an unknown those that are missing.
#[must_use]
pub fn decisive(condition: &Condition, observation: &Observation, context: &Context<'_>) -> Vec<LeafResult> {
    let mut leaves = Vec::new();
    gather(condition, truth(condition, observation, context), false, observation, context, &mut leaves);
    leaves
}

fn gather(
    condition: &Condition,
    wanted: Option<bool>,
    negated: bool,
    observation: &Observation,
    context: &Context<'_>,
    leaves: &mut Vec<LeafResult>,
) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                if truth(part, observation, context) == wanted {
                    gather(part, wanted, negated, observation, context, leaves);
                }
            }
        }
        Condition::Not(part) => {
            gather(part, wanted.map(|holds| !holds), !negated, observation, context, leaves);
        }
        Condition::Leaf(leaf) => leaves.push(result(leaf, observation, context, negated)),
    }
}

fn result(leaf: &Leaf, observation: &Observation, context: &Context<'_>, negated: bool) -> LeafResult {
    let actual = observation.fields.get(&leaf.field);
    let expected = matcher::expected(leaf, context);
    let holds = matcher::holds(leaf, actual, context);
    let reason = match (holds, expected, actual) {
        (Some(_), ..) => None,
        (None, Err(not_set), Some(_)) => Some(not_set.to_string()),
        (None, Ok(_), Some(_)) => {
            Some(format!("{} is of a type that {} cannot compare", leaf.field, leaf.matcher.word()))
        }
        (None, _, None) => {
            let stated = observation.unknown_fields.get(&leaf.field).cloned();
            Some(stated.unwrap_or_else(|| format!("{} was not seen", leaf.field)))
        }
    };
    let word = leaf.matcher.word();
    LeafResult {
        field: leaf.field.clone(),
        matcher: if negated { format!("not {word}") } else { word.to_owned() },
        expected: expected.ok().cloned(),
        actual: actual.cloned(),
        holds,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Matcher, Subject, SubjectKind};

    fn leaf(field: &str) -> Condition {
        Condition::Leaf(Leaf {
            field: field.to_owned(),
            matcher: Matcher::Equals(Operand::Literal(Value::Bool(true))),
            empty_passes: false,
        })
    }

    fn seen() -> Observation {
        let mut seen = Observation::new("a-kind", Subject::new(SubjectKind::Host, "a"), Location::default(), "test");
        seen.set("yes", true).set("no", false);
        seen
    }

    fn told(condition: &Condition) -> Option<bool> {
        let context = Context::of_example(BTreeMap::new(), BTreeMap::new(), Time::from_unix_seconds(0));
        truth(condition, &seen(), &context)
    }

    #[test]
    fn the_logic_is_kleenes() {
        let fields = ["yes", "no", "missing"];
        let kleene_and = |a: Option<bool>, b: Option<bool>| match (a, b) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        for a in fields {
            assert_eq!(told(&Condition::Not(Box::new(leaf(a)))), told(&leaf(a)).map(|holds| !holds));
            for b in fields {
                let (left, right) = (told(&leaf(a)), told(&leaf(b)));
                assert_eq!(told(&Condition::All(vec![leaf(a), leaf(b)])), kleene_and(left, right), "{a} and {b}");
                let or = kleene_and(left.map(|holds| !holds), right.map(|holds| !holds)).map(|holds| !holds);
                assert_eq!(told(&Condition::Any(vec![leaf(a), leaf(b)])), or, "{a} or {b}");
            }
        }
    }

    #[test]
    fn only_the_deciding_leaves_are_named() {
        let context = Context::of_example(BTreeMap::new(), BTreeMap::new(), Time::from_unix_seconds(0));
        let leaves = decisive(&Condition::All(vec![leaf("yes"), leaf("no"), leaf("missing")]), &seen(), &context);
        assert_eq!(leaves.iter().map(|leaf| leaf.field.as_str()).collect::<Vec<_>>(), ["no"]);
        let leaves = decisive(&Condition::All(vec![leaf("yes"), leaf("missing")]), &seen(), &context);
        assert_eq!(leaves[0].reason.as_deref(), Some("missing was not seen"));
    }
}
