//! Conditions of `.if` and `.elif` (HAProxy configuration manual, section 2.4).

/// A condition on the running program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A number, or nothing at all.
    Literal(bool),
    /// `defined(NAME)`, `streq(a,b)`, `version_atleast(2.4)`, …
    Call(String, Vec<String>),
    /// `!`
    Not(Box<Self>),
    /// `&&`
    All(Vec<Self>),
    /// `||`
    Any(Vec<Self>),
}

impl Condition {
    /// Whether it holds; `None` where a call that is not known decides.
    pub fn holds(&self, call: &dyn Fn(&str, &[String]) -> Option<bool>) -> Option<bool> {
        match self {
            Self::Literal(value) => Some(*value),
            Self::Call(name, arguments) => call(name, arguments),
            Self::Not(inner) => inner.holds(call).map(|holds| !holds),
            Self::All(inner) => kleene(inner, call, false),
            Self::Any(inner) => kleene(inner, call, true),
        }
    }
}

fn kleene(inner: &[Condition], call: &dyn Fn(&str, &[String]) -> Option<bool>, ends: bool) -> Option<bool> {
    let mut is_open = false;
    for one in inner {
        match one.holds(call) {
            Some(value) if value == ends => return Some(ends),
            Some(_) => {}
            None => is_open = true,
        }
    }
    if is_open { None } else { Some(!ends) }
}

/// Parentheses inside each other.
const DEPTH: usize = 32;
/// Calls that HAProxy knows, up to 3.2.
const CALLS: [&str; 11] = [
    "defined",
    "feature",
    "streq",
    "strneq",
    "strstr",
    "version_atleast",
    "version_before",
    "openssl_version_atleast",
    "openssl_version_before",
    "ssllib_name_startswith",
    "enabled",
];

/// Reads a condition; `None` where HAProxy would refuse it.
#[must_use]
pub fn condition(text: &str) -> Option<Condition> {
    let mut rest = text;
    let read = any(&mut rest, 0)?;
    rest.trim_start().is_empty().then_some(read)
}

fn any(rest: &mut &str, depth: usize) -> Option<Condition> {
    let mut parts = vec![all(rest, depth)?];
    while let Some(behind) = rest.trim_start().strip_prefix("||") {
        *rest = behind;
        parts.push(term_needed(rest).and_then(|()| all(rest, depth))?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(Condition::Any(parts)) }
}

fn all(rest: &mut &str, depth: usize) -> Option<Condition> {
    let mut parts = vec![term(rest, depth)?];
    while let Some(behind) = rest.trim_start().strip_prefix("&&") {
        *rest = behind;
        parts.push(term_needed(rest).and_then(|()| term(rest, depth))?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(Condition::All(parts)) }
}

fn term_needed(rest: &str) -> Option<()> {
    (!rest.trim_start().is_empty()).then_some(())
}

fn term(rest: &mut &str, depth: usize) -> Option<Condition> {
    let text = rest.trim_start();
    if text.is_empty() {
        *rest = text;
        return Some(Condition::Literal(false));
    }
    if depth > DEPTH {
        return None;
    }
    if let Some(behind) = text.strip_prefix('!') {
        *rest = behind;
        return Some(Condition::Not(Box::new(term(rest, depth + 1)?)));
    }
    if let Some(behind) = text.strip_prefix('(') {
        *rest = behind;
        let inner = any(rest, depth + 1)?;
        *rest = rest.trim_start().strip_prefix(')')?;
        return Some(inner);
    }
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let end = text.find(|character| !is_word(character)).unwrap_or(text.len());
    let (word, behind) = text.split_at(end);
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
        *rest = behind;
        return Some(Condition::Literal(word.bytes().any(|byte| byte != b'0')));
    }
    let (inside, behind) = behind.strip_prefix('(')?.split_once(')')?;
    if !CALLS.contains(&word) {
        return None;
    }
    *rest = behind;
    let arguments = inside.split(',').map(|argument| argument.trim().to_owned()).collect();
    Some(Condition::Call(word.to_owned(), arguments))
}
