//! Header fields and `<meta>` contents -> policies (CSP3 section 2.2).

use super::source::Source;

/// How a policy came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// In a `Content-Security-Policy` field.
    Header,
    /// In a `<meta http-equiv>` in the head, where frame-ancestors, sandbox and report-uri have no effect.
    Meta,
}

/// One directive that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Name in lower case.
    pub name: String,
    /// Its words as written.
    pub words: Vec<String>,
    /// Its words as source expressions; of use only where the directive takes a source list.
    pub sources: Vec<Source>,
}

/// Something in a policy that does not do what its author meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// A name that no browser knows; the directive does nothing.
    UnknownDirective(String),
    /// A directive that standards took back; the directive does nothing.
    RemovedDirective(String),
    /// A second directive of the name; only the first counts (section 2.2.1).
    RepeatedDirective(String),
    /// A directive that has no effect in `<meta>`.
    DeadInMeta(String),
    /// A keyword without its quotes: it is read as a host.
    UnquotedKeyword(String),
    /// The name of a directive among the sources of another: a semicolon is missing, and it is read as a host.
    MissingSemicolon(String),
    /// A host over plain http (or ftp) for active content: on a secure page it stands for its secure form at most.
    PlainSource(String),
    /// A word that is no source expression.
    InvalidSource(String),
    /// `'none'` beside other words, where it counts for nothing.
    NoneBesideOthers(String),
    /// `'strict-dynamic'` with neither nonce nor hash to begin the trust: no script runs at all, or all in browsers that do not know it.
    TrustWithoutBeginning(String),
    /// A directive with a character outside ASCII; it is passed over.
    NotAscii,
    /// A comma in `<meta>`: browsers read it in different ways.
    CommaInMeta,
}

/// One policy that is enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How it came.
    pub delivery: Delivery,
    /// Its directives in order, each name once, those without effect left out.
    pub directives: Vec<Directive>,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
}

/// Directives that take a source list.
pub(super) const SOURCE_LISTS: [&str; 20] = [
    "default-src",
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "style-src",
    "style-src-elem",
    "style-src-attr",
    "img-src",
    "font-src",
    "connect-src",
    "media-src",
    "object-src",
    "frame-src",
    "child-src",
    "worker-src",
    "manifest-src",
    "fenced-frame-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
];

const OTHERS: [&str; 8] = [
    "sandbox",
    "report-uri",
    "report-to",
    "upgrade-insecure-requests",
    "block-all-mixed-content",
    "require-trusted-types-for",
    "trusted-types",
    "webrtc",
];

const REMOVED: [&str; 7] =
    ["plugin-types", "prefetch-src", "navigate-to", "reflected-xss", "referrer", "require-sri-for", "policy-uri"];

const DEAD_IN_META: [&str; 3] = ["frame-ancestors", "sandbox", "report-uri"];

const KEYWORDS: [&str; 8] = [
    "none",
    "self",
    "unsafe-inline",
    "unsafe-eval",
    "strict-dynamic",
    "unsafe-hashes",
    "report-sample",
    "wasm-unsafe-eval",
];

/// The policies of one field value; a comma parts them (section 2.2.2). Those without any directive are none.
#[must_use]
pub fn policies_of_field(value: &str) -> Vec<Policy> {
    value.split(',').map(|one| policy(one, Delivery::Header)).filter(|one| !one.is_empty()).collect()
}

/// The policies of a `<meta>`; browsers part them at commas as in a field.
#[must_use]
pub fn policy_of_meta(content: &str) -> Vec<Policy> {
    let parts: Vec<&str> = content.split(',').collect();
    let has_comma = parts.len() > 1;
    let mut policies: Vec<Policy> = parts.into_iter().map(|one| policy(one, Delivery::Meta)).collect();
    if has_comma && let Some(first) = policies.first_mut() {
        first.oddities.push(Oddity::CommaInMeta);
    }
    policies.retain(|one| !one.is_empty());
    policies
}

fn policy(text: &str, delivery: Delivery) -> Policy {
    let mut policy = Policy { delivery, directives: Vec::new(), oddities: Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for part in text.split(';') {
        let mut words = part.split_ascii_whitespace();
        let Some(name) = words.next() else { continue };
        if !part.is_ascii() {
            policy.oddities.push(Oddity::NotAscii);
            continue;
        }
        let name = name.to_ascii_lowercase();
        if names.contains(&name) {
            policy.oddities.push(Oddity::RepeatedDirective(name));
            continue;
        }
        names.push(name.clone());
        let words: Vec<String> = words.map(str::to_owned).collect();
        let takes_sources = SOURCE_LISTS.contains(&name.as_str());
        if !takes_sources && !OTHERS.contains(&name.as_str()) {
            let is_removed = REMOVED.contains(&name.as_str());
            policy.oddities.push(if is_removed {
                Oddity::RemovedDirective(name)
            } else {
                Oddity::UnknownDirective(name)
            });
            continue;
        }
        if delivery == Delivery::Meta && DEAD_IN_META.contains(&name.as_str()) {
            policy.oddities.push(Oddity::DeadInMeta(name));
            continue;
        }
        let sources = if takes_sources { sources(&name, &words, &mut policy.oddities) } else { Vec::new() };
        policy.directives.push(Directive { name, words, sources });
    }
    policy
}

/// Directives whose loads can change the page.
const ACTIVE: [&str; 8] = [
    "default-src",
    "script-src",
    "script-src-elem",
    "style-src",
    "object-src",
    "frame-src",
    "worker-src",
    "connect-src",
];

/// Directives in which `'strict-dynamic'` takes the place of hosts.
const SCRIPTS: [&str; 3] = ["default-src", "script-src", "script-src-elem"];

fn is_plain(source: &Source) -> bool {
    matches!(source, Source::Host(host) if host.scheme.as_deref().is_some_and(|scheme| matches!(scheme, "http" | "ws" | "ftp")))
}

fn sources(name: &str, words: &[String], oddities: &mut Vec<Oddity>) -> Vec<Source> {
    let sources: Vec<Source> = words.iter().map(|word| Source::read(word)).collect();
    for (word, source) in words.iter().zip(&sources) {
        let lower = word.to_ascii_lowercase();
        let is_unquoted = KEYWORDS.contains(&lower.as_str())
            || ["nonce-", "sha256-", "sha384-", "sha512-"].iter().any(|start| lower.starts_with(start));
        if is_unquoted {
            // Never the word itself: an unquoted nonce is a secret of the response.
            let shown = if lower.contains("nonce-") { "nonce-".to_owned() } else { lower };
            oddities.push(Oddity::UnquotedKeyword(shown));
        } else if SOURCE_LISTS.contains(&lower.as_str()) || OTHERS.contains(&lower.as_str()) {
            oddities.push(Oddity::MissingSemicolon(lower));
        } else if ACTIVE.contains(&name) && is_plain(source) {
            oddities.push(Oddity::PlainSource(lower));
        } else if *source == Source::Invalid {
            let shown = if lower.starts_with("'nonce-") { "'nonce-".to_owned() } else { word.clone() };
            oddities.push(Oddity::InvalidSource(shown));
        }
    }
    if sources.len() > 1 && sources.contains(&Source::None) {
        oddities.push(Oddity::NoneBesideOthers(name.to_owned()));
    }
    let begins = sources.iter().any(|source| matches!(source, Source::Nonce(_) | Source::Hash(..)));
    if SCRIPTS.contains(&name) && sources.contains(&Source::StrictDynamic) && !begins {
        oddities.push(Oddity::TrustWithoutBeginning(name.to_owned()));
    }
    sources
}

impl Policy {
    fn is_empty(&self) -> bool {
        self.directives.is_empty() && self.oddities.is_empty()
    }

    /// A directive by its name.
    #[must_use]
    pub fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().find(|directive| directive.name == name)
    }

    /// The first directive of some names that is there.
    pub(super) fn first_of(&self, names: &[&str]) -> Option<&Directive> {
        names.iter().find_map(|name| self.directive(name))
    }

    /// Whether it restricts anything at all.
    #[must_use]
    pub fn is_effective(&self) -> bool {
        self.directives
            .iter()
            .any(|directive| !matches!(directive.name.as_str(), "report-uri" | "report-to" | "block-all-mixed-content"))
    }
}
