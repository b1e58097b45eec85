//! One matcher on one value. What is of another type than the matcher wants is unknown, never false.

use super::condition::{Context, NotSet};
use crate::model::{Leaf, Matcher, Time, Value};

static YES: Value = Value::Bool(true);
static NO: Value = Value::Bool(false);

/// What a leaf compares with.
///
/// # Errors
/// The parameter or list that is not set.
pub(super) fn expected<'a>(leaf: &'a Leaf, context: &'a Context<'_>) -> Result<&'a Value, NotSet<'a>> {
    match leaf.matcher.operand() {
        Some(operand) => context.operand(operand),
        None if matches!(leaf.matcher, Matcher::IsEmpty(true)) => Ok(&YES),
        None => Ok(&NO),
    }
}

/// Whether a leaf holds; `None` where that cannot be told: nothing was seen, nothing is set to compare with, or the types
/// differ.
pub(super) fn holds(leaf: &Leaf, actual: Option<&Value>, context: &Context<'_>) -> Option<bool> {
    let (actual, expected) = (actual?, expected(leaf, context).ok()?);
    let now = context.now();
    match &leaf.matcher {
        Matcher::Equals(_) => match (actual, expected) {
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::Integer(a), Value::Integer(b)) => Some(a == b),
            (Value::Text(a), Value::Text(b)) => Some(a == b),
            _ => None,
        },
        Matcher::AtLeast(_) => integers(actual, expected).map(|(a, b)| a >= b),
        Matcher::AtMost(_) => integers(actual, expected).map(|(a, b)| a <= b),
        Matcher::OneOf(_) => is_in(actual, expected),
        Matcher::NoneOf(_) => is_in(actual, expected).map(|found| !found),
        Matcher::Only(_) => lists(actual, expected)
            .map(|(a, b)| if a.is_empty() { leaf.empty_passes } else { a.iter().all(|item| b.contains(item)) }),
        Matcher::Includes(_) => lists(actual, expected)
            .map(|(a, b)| if a.is_empty() { leaf.empty_passes } else { b.iter().all(|item| a.contains(item)) }),
        Matcher::Excludes(_) => lists(actual, expected)
            .map(|(a, b)| if a.is_empty() { leaf.empty_passes } else { !a.iter().any(|item| b.contains(item)) }),
        Matcher::IsEmpty(wanted) => match actual {
            Value::List(items) => Some(items.is_empty() == *wanted),
            _ => None,
        },
        Matcher::DaysPastAtMost(_) => moment(actual, expected).map(|(time, days)| now <= time.plus_days(days)),
        Matcher::DaysAheadAtLeast(_) => moment(actual, expected).map(|(time, days)| now.plus_days(days) <= time),
    }
}

fn integers(actual: &Value, expected: &Value) -> Option<(i64, i64)> {
    match (actual, expected) {
        (Value::Integer(a), Value::Integer(b)) => Some((*a, *b)),
        _ => None,
    }
}

fn moment(actual: &Value, expected: &Value) -> Option<(Time, i64)> {
    match (actual, expected) {
        (Value::Time(time), Value::Integer(days)) => Some((*time, *days)),
        _ => None,
    }
}

fn is_in(actual: &Value, expected: &Value) -> Option<bool> {
    match (actual, expected) {
        (Value::List(_), _) => None,
        (scalar, Value::List(items)) => Some(items.contains(scalar)),
        _ => None,
    }
}

fn lists<'a>(actual: &'a Value, expected: &'a Value) -> Option<(&'a [Value], &'a [Value])> {
    match (actual, expected) {
        (Value::List(a), Value::List(b)) => Some((a, b)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::Operand;

    fn told(matcher: Matcher, empty_passes: bool, actual: impl Into<Value>) -> Option<bool> {
        let leaf = Leaf { field: "a".to_owned(), matcher, empty_passes };
        let context = Context::of_example(BTreeMap::new(), BTreeMap::new(), Time::parse("2026-04-01").unwrap());
        holds(&leaf, Some(&actual.into()), &context)
    }

    fn literal(value: impl Into<Value>) -> Operand {
        Operand::Literal(value.into())
    }

    #[test]
    fn an_empty_list_passes_only_where_the_check_says_so() {
        let list = || literal(Value::texts(["a"]));
        let empty = || Value::List(Vec::new());
        for matcher in [Matcher::Only(list()), Matcher::Includes(list()), Matcher::Excludes(list())] {
            assert_eq!(told(matcher.clone(), false, empty()), Some(false));
            assert_eq!(told(matcher, true, empty()), Some(true));
        }
    }

    #[test]
    fn a_value_of_another_type_is_unknown() {
        assert_eq!(told(Matcher::Equals(literal(true)), false, "true"), None);
        assert_eq!(told(Matcher::AtLeast(literal(1)), false, "2"), None);
        assert_eq!(told(Matcher::OneOf(literal(Value::texts(["a"]))), false, Value::texts(["a"])), None);
        assert_eq!(told(Matcher::DaysPastAtMost(literal(1)), false, "2026-04-01"), None);
    }

    #[test]
    fn days_are_counted_from_now_to_the_second() {
        let day = |text: &str| Time::parse(text).unwrap();
        assert_eq!(told(Matcher::DaysPastAtMost(literal(31)), false, day("2026-03-01")), Some(true));
        assert_eq!(told(Matcher::DaysPastAtMost(literal(30)), false, day("2026-03-01")), Some(false));
        assert_eq!(told(Matcher::DaysAheadAtLeast(literal(0)), false, day("2026-04-01")), Some(true));
        assert_eq!(told(Matcher::DaysAheadAtLeast(literal(1)), false, day("2026-04-01")), Some(false));
    }

    #[test]
    fn an_unset_parameter_is_unknown() {
        assert_eq!(told(Matcher::AtLeast(Operand::Parameter("x_days".to_owned())), false, 1), None);
    }
}
