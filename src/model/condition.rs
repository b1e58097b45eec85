//! Conditions as data: what must hold of an observation.

use super::Value;

/// A condition over the fields of one observation, in Kleene's three-valued logic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Every part holds. Never empty.
    All(Vec<Self>),
    /// At least one part holds. Never empty.
    Any(Vec<Self>),
    /// The part does not hold.
    Not(Box<Self>),
    /// One matcher on one field.
    Leaf(Leaf),
}

/// One matcher on one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Dotted field name.
    pub field: String,
    /// What must hold of it.
    pub matcher: Matcher,
    /// Whether an empty list satisfies the matcher (`empty: passes`).
    pub empty_passes: bool,
}

/// What must hold of a field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matcher {
    /// `equals`: the same scalar.
    Equals(Operand),
    /// `at_least`: an integer not below the operand.
    AtLeast(Operand),
    /// `at_most`: an integer not above the operand.
    AtMost(Operand),
    /// `one_of`: a scalar that is in the operand's list.
    OneOf(Operand),
    /// `none_of`: a scalar that is not in the operand's list.
    NoneOf(Operand),
    /// `only`: a list with no item outside the operand's list.
    Only(Operand),
    /// `includes`: a list that has every item of the operand's list.
    Includes(Operand),
    /// `excludes`: a list that has no item of the operand's list.
    Excludes(Operand),
    /// `is_empty`: a list that has no item, or has one.
    IsEmpty(bool),
    /// `days_past_at_most`: a moment that lies at most so many days before now (or after now).
    DaysPastAtMost(Operand),
    /// `days_ahead_at_least`: a moment that lies at least so many days after now.
    DaysAheadAtLeast(Operand),
}

/// What a matcher compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// The value itself.
    Literal(Value),
    /// `{ parameter: NAME }`: the site's value of a parameter; unset gives unknown.
    Parameter(String),
    /// `{ declared: LIST }`: a list of the site file; unset gives unknown.
    Declared(String),
}

impl Condition {
    /// Every leaf, in the order in which the check writes them.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::leaves).collect(),
            Self::Not(part) => part.leaves(),
            Self::Leaf(leaf) => vec![leaf],
        }
    }
}

impl Matcher {
    /// The word in YAML.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Equals(_) => "equals",
            Self::AtLeast(_) => "at_least",
            Self::AtMost(_) => "at_most",
            Self::OneOf(_) => "one_of",
            Self::NoneOf(_) => "none_of",
            Self::Only(_) => "only",
            Self::Includes(_) => "includes",
            Self::Excludes(_) => "excludes",
            Self::IsEmpty(_) => "is_empty",
            Self::DaysPastAtMost(_) => "days_past_at_most",
            Self::DaysAheadAtLeast(_) => "days_ahead_at_least",
        }
    }

    /// The operand, where the matcher has one.
    #[must_use]
    pub fn operand(&self) -> Option<&Operand> {
        match self {
            Self::Equals(operand)
            | Self::AtLeast(operand)
            | Self::AtMost(operand)
            | Self::OneOf(operand)
            | Self::NoneOf(operand)
            | Self::Only(operand)
            | Self::Includes(operand)
            | Self::Excludes(operand)
            | Self::DaysPastAtMost(operand)
            | Self::DaysAheadAtLeast(operand) => Some(operand),
            Self::IsEmpty(_) => None,
        }
    }
}
