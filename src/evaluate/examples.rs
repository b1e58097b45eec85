//! Checks prove that they can fail: their own examples are run, and no leaf may be idle.

use std::collections::BTreeMap;

use super::condition::Context;
use super::judge;
use crate::model::{
    Check, Condition, FieldType, KindSpec, Leaf, Location, Matcher, Observation, Operand, Outcome, RiskRating, Subject,
    SubjectKind, Time, Value,
};

/// The moment at which examples are judged: 2026-04-01T00:00:00Z.
pub const EXAMPLE_NOW_SECONDS: i64 = 1_775_001_600;

/// What is wrong with a check or one of its examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleFault {
    /// The example's name, where it is about one.
    pub example: Option<String>,
    /// What is wrong.
    pub message: String,
}

type Example<'a> = (&'a str, Outcome, &'a BTreeMap<String, Value>);

/// Runs a check's examples against its condition, and the condition against the kind's facts.
///
/// `defaults` are the parameters that are set where an example sets none.
#[must_use]
pub fn run_examples(check: &Check, kinds: &[&KindSpec], defaults: &BTreeMap<String, Value>) -> Vec<ExampleFault> {
    let mut faults = Vec::new();
    let mut say = |example: Option<&str>, message: String| {
        faults.push(ExampleFault { example: example.map(str::to_owned), message });
    };
    let Some(kind) = kinds.iter().find(|kind| kind.name == check.needs) else {
        say(None, format!("needs {}, a kind that no collector or join states", check.needs));
        return faults;
    };
    for leaf in leaves(check) {
        match kind.field(&leaf.field) {
            None => say(None, format!("{}: {} states no such field", leaf.field, kind.name)),
            Some(field) if !fits(&leaf.matcher, field.field_type) => {
                say(None, format!("{}: {} does not fit a {:?}", leaf.field, leaf.matcher.word(), field.field_type));
            }
            Some(_) => {}
        }
    }
    if check.examples.pass.is_empty() || check.examples.fail.is_empty() || check.examples.unknown.is_empty() {
        say(None, "needs at least one example each that passes, fails and is unknown".to_owned());
    }
    let examples = examples(check);
    for (name, wanted, fields) in &examples {
        if let Err(message) = observation(check, kind, fields) {
            say(Some(name), message);
            continue;
        }
        let (found, _) = outcome(check, kind, fields, defaults);
        if found != *wanted {
            say(Some(name), format!("expected {}, found {}", wanted.word(), found.word()));
        }
    }
    for number in 0..check.eased_when.len() {
        let mut variant = check.clone();
        variant.eased_when.remove(number);
        if examples
            .iter()
            .all(|(_, _, fields)| outcome(check, kind, fields, defaults) == outcome(&variant, kind, fields, defaults))
        {
            say(None, format!("idle easing {}: no example is eased by it", number + 1));
        }
    }
    for number in 0..check.raised_when.len() {
        let mut variant = check.clone();
        variant.raised_when.remove(number);
        if examples
            .iter()
            .all(|(_, _, fields)| outcome(check, kind, fields, defaults) == outcome(&variant, kind, fields, defaults))
        {
            say(None, format!("idle raise {}: no example is raised by it", number + 1));
        }
    }
    for (place, leaf, variant) in variants(check) {
        let changed = examples
            .iter()
            .any(|(_, _, fields)| outcome(check, kind, fields, defaults) != outcome(&variant, kind, fields, defaults));
        if !changed {
            say(
                None,
                format!("idle in {place}: leaving out {} {} changes no example", leaf.field, leaf.matcher.word()),
            );
        }
    }
    faults
}

fn examples(check: &Check) -> Vec<Example<'_>> {
    let groups = [
        (Outcome::Pass, &check.examples.pass),
        (Outcome::Fail, &check.examples.fail),
        (Outcome::Unknown, &check.examples.unknown),
        (Outcome::NotApplicable, &check.examples.not_applicable),
    ];
    groups
        .into_iter()
        .flat_map(|(outcome, group)| group.iter().map(move |(name, fields)| (name.as_str(), outcome, fields)))
        .collect()
}

fn leaves(check: &Check) -> Vec<&Leaf> {
    check
        .applies_when
        .iter()
        .chain(std::iter::once(&check.pass_when))
        .chain(check.eased_when.iter().chain(&check.raised_when).map(|moved| &moved.when))
        .flat_map(Condition::leaves)
        .collect()
}

fn outcome(
    check: &Check,
    kind: &KindSpec,
    fields: &BTreeMap<String, Value>,
    defaults: &BTreeMap<String, Value>,
) -> (Outcome, RiskRating) {
    let mut parameters = defaults.clone();
    let own = |name: &str| table(fields.get(name).filter(|_| kind.field(name).is_none()));
    parameters.extend(own("parameters"));
    let declared = own("declared");
    let context = Context::of_example(parameters, declared, Time::from_unix_seconds(EXAMPLE_NOW_SECONDS));
    match observation(check, kind, fields) {
        Ok(observation) => {
            let finding = judge(check, &observation, &context);
            (finding.outcome, finding.rating)
        }
        Err(_) => (Outcome::NotChecked, RiskRating::new(1, 1)),
    }
}

fn observation(check: &Check, kind: &KindSpec, fields: &BTreeMap<String, Value>) -> Result<Observation, String> {
    let subject = Subject::new(SubjectKind::Record, "example");
    let mut seen = Observation::new(&check.needs, subject, Location::default(), "example");
    for (name, value) in fields {
        let Some(field) = kind.field(name) else {
            // An example's own parameters and lists, unless the kind has a field of that name.
            if name == "parameters" || name == "declared" {
                continue;
            }
            return Err(format!("{name}: {} states no such field", kind.name));
        };
        let value = match (field.field_type, value) {
            (FieldType::Time, Value::Text(text)) => {
                Value::Time(Time::parse(text).ok_or_else(|| format!("{name}: not a time: {text}"))?)
            }
            (_, value) => value.clone(),
        };
        let of_type = match field.field_type {
            FieldType::Bool => matches!(value, Value::Bool(_)),
            FieldType::Integer => matches!(value, Value::Integer(_)),
            FieldType::Text => matches!(value, Value::Text(_)),
            FieldType::Time => matches!(value, Value::Time(_)),
            FieldType::Texts => {
                matches!(&value, Value::List(items) if items.iter().all(|item| matches!(item, Value::Text(_))))
            }
        };
        if !of_type {
            return Err(format!("{name}: not a {:?}", field.field_type));
        }
        seen.fields.insert(name.clone(), value);
    }
    Ok(seen)
}

/// The name and value pairs that the loader keeps as one flat list.
fn table(value: Option<&Value>) -> BTreeMap<String, Value> {
    let Some(Value::List(flat)) = value else { return BTreeMap::new() };
    flat.chunks_exact(2)
        .filter_map(|pair| match pair {
            [Value::Text(name), value] => Some((name.clone(), value.clone())),
            _ => None,
        })
        .collect()
}

fn fits(matcher: &Matcher, field_type: FieldType) -> bool {
    match matcher {
        Matcher::Equals(operand) => match operand {
            Operand::Literal(Value::Bool(_)) => field_type == FieldType::Bool,
            Operand::Literal(Value::Integer(_)) => field_type == FieldType::Integer,
            Operand::Literal(Value::Text(_)) => field_type == FieldType::Text,
            _ => field_type != FieldType::Texts,
        },
        Matcher::AtLeast(_) | Matcher::AtMost(_) => field_type == FieldType::Integer,
        Matcher::OneOf(_) | Matcher::NoneOf(_) => matches!(field_type, FieldType::Text | FieldType::Integer),
        Matcher::Only(_) | Matcher::Includes(_) | Matcher::Excludes(_) | Matcher::IsEmpty(_) => {
            field_type == FieldType::Texts
        }
        Matcher::DaysPastAtMost(_) | Matcher::DaysAheadAtLeast(_) => field_type == FieldType::Time,
    }
}

/// The check with each of its leaves left out in turn.
fn variants(check: &Check) -> Vec<(String, Leaf, Check)> {
    let mut variants = Vec::new();
    for (number, condition) in check.applies_when.iter().enumerate() {
        for (index, leaf) in condition.leaves().into_iter().enumerate() {
            let mut variant = check.clone();
            match without(condition, &mut { index }) {
                Some(rest) => variant.applies_when[number] = rest,
                None => {
                    variant.applies_when.remove(number);
                }
            }
            variants.push(("applies_when".to_owned(), leaf.clone(), variant));
        }
    }
    for (index, leaf) in check.pass_when.leaves().into_iter().enumerate() {
        let mut variant = check.clone();
        // A condition that is left with nothing holds of everything.
        variant.pass_when = without(&check.pass_when, &mut { index }).unwrap_or(Condition::All(Vec::new()));
        variants.push(("pass_when".to_owned(), leaf.clone(), variant));
    }
    for (number, easing) in check.eased_when.iter().enumerate() {
        for (index, leaf) in easing.when.leaves().into_iter().enumerate() {
            let mut variant = check.clone();
            variant.eased_when[number].when =
                without(&easing.when, &mut { index }).unwrap_or(Condition::All(Vec::new()));
            variants.push(("eased_when".to_owned(), leaf.clone(), variant));
        }
    }
    for (number, raise) in check.raised_when.iter().enumerate() {
        for (index, leaf) in raise.when.leaves().into_iter().enumerate() {
            let mut variant = check.clone();
            variant.raised_when[number].when =
                without(&raise.when, &mut { index }).unwrap_or(Condition::All(Vec::new()));
            variants.push(("raised_when".to_owned(), leaf.clone(), variant));
        }
    }
    variants
}

/// The condition without its leaf of a number; `None` where nothing is left. `left` counts down to that leaf.
fn without(condition: &Condition, left: &mut usize) -> Option<Condition> {
    match condition {
        Condition::Leaf(_) => {
            if *left == 0 {
                *left = usize::MAX;
                return None;
            }
            *left -= 1;
            Some(condition.clone())
        }
        Condition::Not(part) => without(part, left).map(|part| Condition::Not(Box::new(part))),
        Condition::All(parts) => {
            let kept: Vec<_> = parts.iter().filter_map(|part| without(part, left)).collect();
            (!kept.is_empty()).then_some(Condition::All(kept))
        }
        Condition::Any(parts) => {
            let kept: Vec<_> = parts.iter().filter_map(|part| without(part, left)).collect();
            (!kept.is_empty()).then_some(Condition::Any(kept))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bilingual, ContextMove, Examples, FieldSpec, Remedy};

    const FIELDS: &[FieldSpec] = &[
        FieldSpec { name: "closed", field_type: FieldType::Bool, en: "", ja: "" },
        FieldSpec { name: "count", field_type: FieldType::Integer, en: "", ja: "" },
    ];
    const KIND: KindSpec = KindSpec { name: "a-thing", subject: "", en: "", ja: "", fields: FIELDS };

    fn leaf(field: &str, matcher: Matcher) -> Condition {
        Condition::Leaf(Leaf { field: field.to_owned(), matcher, empty_passes: false })
    }

    fn example(fields: &[(&str, Value)]) -> BTreeMap<String, BTreeMap<String, Value>> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        BTreeMap::from([("one".to_owned(), fields)])
    }

    fn check() -> Check {
        Check {
            id: "a-check".to_owned(),
            title: Bilingual::default(),
            why: Bilingual::default(),
            needs: "a-thing".to_owned(),
            applies_when: Vec::new(),
            pass_when: leaf("closed", Matcher::Equals(Operand::Literal(true.into()))),
            impact: 3,
            likelihood: 3,
            eased_when: Vec::new(),
            raised_when: Vec::new(),
            group: None,
            remedy: Remedy::default(),
            maps: BTreeMap::new(),
            references: Vec::new(),
            examples: Examples {
                pass: example(&[("closed", true.into())]),
                fail: example(&[("closed", false.into())]),
                unknown: example(&[]),
                not_applicable: BTreeMap::new(),
            },
        }
    }

    fn faults(check: &Check) -> Vec<String> {
        run_examples(check, &[&KIND], &BTreeMap::new()).into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn the_moment_of_examples_is_the_first_of_april() {
        assert_eq!(Time::from_unix_seconds(EXAMPLE_NOW_SECONDS).to_string(), "2026-04-01T00:00:00Z");
    }

    #[test]
    fn a_good_check_has_no_fault() {
        assert_eq!(faults(&check()), Vec::<String>::new());
    }

    #[test]
    fn an_idle_leaf_is_a_fault() {
        let mut idle = check();
        idle.pass_when =
            Condition::All(vec![idle.pass_when, leaf("count", Matcher::AtLeast(Operand::Literal(0.into())))]);
        idle.examples.pass = example(&[("closed", true.into()), ("count", 1.into())]);
        idle.examples.unknown = example(&[("count", 1.into())]);
        assert!(faults(&idle).iter().any(|fault| fault.contains("idle in pass_when: leaving out count")));
    }

    #[test]
    fn an_idle_easing_is_a_fault() {
        let mut idle = check();
        idle.eased_when = vec![ContextMove {
            impact: 0,
            when: leaf("closed", Matcher::Equals(Operand::Literal(true.into()))),
            likelihood: -1,
            why: Bilingual::default(),
        }];
        assert!(faults(&idle).iter().any(|fault| fault.contains("idle easing 1")));
    }

    #[test]
    fn a_missing_kind_field_type_or_example_is_a_fault() {
        let mut wrong = check();
        wrong.needs = "no-thing".to_owned();
        assert!(faults(&wrong)[0].contains("no collector or join states"));
        let mut wrong = check();
        wrong.pass_when = leaf("clsoed", Matcher::Equals(Operand::Literal(true.into())));
        assert!(faults(&wrong)[0].contains("states no such field"));
        let mut wrong = check();
        wrong.pass_when = leaf("closed", Matcher::AtLeast(Operand::Literal(1.into())));
        assert!(faults(&wrong)[0].contains("does not fit"));
        let mut wrong = check();
        wrong.examples.fail.clear();
        assert!(faults(&wrong).iter().any(|fault| fault.contains("at least one example each")));
        let mut wrong = check();
        wrong.examples.pass = example(&[("closed", false.into())]);
        assert!(faults(&wrong).iter().any(|fault| fault == "expected pass, found fail"));
    }
}
