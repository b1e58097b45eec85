//! What a collector or join promises to state: kinds of observation and their fields.

/// The type of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Yes or no.
    Bool,
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// A moment in UTC.
    Time,
    /// A list of texts.
    Texts,
}

/// One field of a kind.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Dotted name; units are in it.
    pub name: &'static str,
    /// Its type.
    pub field_type: FieldType,
    /// What it says, in English: one clause with unit, shape and source.
    pub en: &'static str,
    /// What it says, in Japanese.
    pub ja: &'static str,
}

/// One kind of observation.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    /// `family-thing`.
    pub name: &'static str,
    /// The spelling of its subjects, such as `endpoint:ADDR:PORT/NAME`.
    pub subject: &'static str,
    /// What one observation of it is, in English.
    pub en: &'static str,
    /// What one observation of it is, in Japanese.
    pub ja: &'static str,
    /// Its fields.
    pub fields: &'static [FieldSpec],
}

impl KindSpec {
    /// The field of a name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }
}
