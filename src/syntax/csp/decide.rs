//! The decision: may this be loaded, run, sent or framed under all policies together (CSP3 sections 4 and 6)?

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use url::Url;

use super::policy::{Directive, Policy};
use super::source::{Algorithm, Source, any_matches};

/// What a load is for; it decides which directive counts (section 6.8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A script element.
    Script,
    /// A style sheet, by element or `@import`.
    Style,
    /// An image, icon or poster.
    Image,
    /// A font.
    Font,
    /// fetch, XMLHttpRequest, WebSocket, EventSource, beacon, `ping`.
    Connect,
    /// Audio, video or track.
    Media,
    /// `object` or `embed`.
    Object,
    /// `iframe` or `frame`.
    Frame,
    /// A worker.
    Worker,
    /// A web app manifest.
    Manifest,
    /// `prefetch` and `prerender`: refused only where every directive refuses (section 6.8.5).
    Prefetch,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Script,
        Self::Style,
        Self::Image,
        Self::Font,
        Self::Connect,
        Self::Media,
        Self::Object,
        Self::Frame,
        Self::Worker,
        Self::Manifest,
        Self::Prefetch,
    ];

    /// The directives that may decide it, the first that is there counting (section 6.8.3).
    #[must_use]
    pub fn directives(self) -> &'static [&'static str] {
        match self {
            Self::Script => &["script-src-elem", "script-src", "default-src"],
            Self::Style => &["style-src-elem", "style-src", "default-src"],
            Self::Image => &["img-src", "default-src"],
            Self::Font => &["font-src", "default-src"],
            Self::Connect => &["connect-src", "default-src"],
            Self::Media => &["media-src", "default-src"],
            Self::Object => &["object-src", "default-src"],
            Self::Frame => &["frame-src", "child-src", "default-src"],
            Self::Worker => &["worker-src", "child-src", "script-src", "default-src"],
            Self::Manifest => &["manifest-src", "default-src"],
            Self::Prefetch => &["default-src"],
        }
    }

    /// The word of evidence for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Style => "style",
            Self::Image => "image",
            Self::Font => "font",
            Self::Connect => "connect",
            Self::Media => "media",
            Self::Object => "object",
            Self::Frame => "frame",
            Self::Worker => "worker",
            Self::Manifest => "manifest",
            Self::Prefetch => "prefetch",
        }
    }
}

/// A load of a page.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    /// What it is for.
    pub kind: Kind,
    /// Where it goes.
    pub url: &'a Url,
    /// The element's nonce; empty where it has none.
    pub nonce: &'a str,
    /// The element's integrity; empty where it has none.
    pub integrity: &'a str,
    /// It stands in the page's markup, or was written into it: `'strict-dynamic'` does not trust it.
    pub parser_inserted: bool,
    /// It is a redirect's target: paths of sources do not count then (section 7.6).
    pub was_redirected: bool,
}

impl<'a> Load<'a> {
    /// A load by the page's own markup, without nonce and integrity.
    #[must_use]
    pub fn new(kind: Kind, url: &'a Url) -> Self {
        Self { kind, url, nonce: "", integrity: "", parser_inserted: true, was_redirected: false }
    }
}

/// What is asked of the policies.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// A load.
    Load(Load<'a>),
    /// A script element with its text in it.
    InlineScript {
        /// The element's nonce; empty where it has none.
        nonce: &'a str,
        /// Its text.
        text: &'a str,
    },
    /// An event handler attribute with its text.
    Handler(&'a str),
    /// A `javascript:` URL with what stands behind the colon.
    JavascriptUrl(&'a str),
    /// A style element.
    InlineStyle {
        /// The element's nonce; empty where it has none.
        nonce: &'a str,
        /// Its text.
        text: &'a str,
    },
    /// A style attribute with its text.
    StyleAttribute(&'a str),
    /// `eval` and what is like it.
    Eval,
    /// A form sent to a URL.
    FormTo(&'a Url),
    /// `<base href>`.
    Base(&'a Url),
    /// The page in a frame of another page.
    FramedBy(&'a Url),
}

/// An act on a page.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The page's URL, whose origin is `'self'`.
    pub page: &'a Url,
    /// What is to be done.
    pub act: Act<'a>,
}

/// What the policies say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// All of them allow it.
    Allowed,
    /// One refuses.
    Blocked {
        /// Its place among the policies, counted from 0.
        policy: usize,
        /// Its directive that refuses.
        directive: String,
    },
}

impl Decision {
    /// All policies allow it.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        *self == Self::Allowed
    }
}

/// Asks all policies; the first that refuses is named.
#[must_use]
pub fn decide(policies: &[Policy], request: Request<'_>) -> Decision {
    let upgraded = upgraded(policies, request);
    let request = match (&upgraded, request.act) {
        (Some(url), Act::Load(load)) => Request { act: Act::Load(Load { url, ..load }), ..request },
        (Some(url), Act::FormTo(_)) => Request { act: Act::FormTo(url), ..request },
        _ => request,
    };
    for (number, policy) in policies.iter().enumerate() {
        if let Some(directive) = refusal(policy, request) {
            return Decision::Blocked { policy: number, directive };
        }
    }
    Decision::Allowed
}

/// The URL that is really asked for under `upgrade-insecure-requests` (Upgrade Insecure Requests section 3.2).
fn upgraded(policies: &[Policy], request: Request<'_>) -> Option<Url> {
    let url = match request.act {
        Act::Load(load) => load.url,
        Act::FormTo(url) => url,
        _ => return None,
    };
    let asked = policies.iter().any(|policy| policy.directive("upgrade-insecure-requests").is_some());
    let secure = match url.scheme() {
        "http" => "https",
        "ws" => "wss",
        _ => return None,
    };
    if !asked {
        return None;
    }
    let mut upgraded = url.clone();
    upgraded.set_scheme(secure).ok()?;
    if url.port() == Some(80) {
        upgraded.set_port(None).ok()?;
    }
    Some(upgraded)
}

/// The directive of one policy that refuses the act.
fn refusal(policy: &Policy, request: Request<'_>) -> Option<String> {
    if let Some(sandbox) = policy.directive("sandbox")
        && is_sandboxed(sandbox, request.act)
    {
        return Some(sandbox.name.clone());
    }
    let page = request.page;
    let url_fits = |directive: &Directive, url: &Url| any_matches(&directive.sources, url, page, false);
    let (directive, allowed) = match request.act {
        Act::Load(load) if load.kind == Kind::Prefetch => return refused_prefetch(policy, page, load),
        Act::Load(load) => {
            let directive = policy.first_of(load.kind.directives())?;
            (directive, load_allowed(directive, page, load))
        }
        Act::InlineScript { nonce, text } => inline(policy, Kind::Script.directives(), Inline::Script { nonce }, text)?,
        Act::Handler(text) => inline(policy, &["script-src-attr", "script-src", "default-src"], Inline::Handler, text)?,
        Act::JavascriptUrl(text) => inline(policy, Kind::Script.directives(), Inline::Navigation, text)?,
        Act::InlineStyle { nonce, text } => inline(policy, Kind::Style.directives(), Inline::Style { nonce }, text)?,
        Act::StyleAttribute(text) => {
            inline(policy, &["style-src-attr", "style-src", "default-src"], Inline::StyleAttribute, text)?
        }
        Act::Eval => {
            let directive = policy.first_of(&["script-src", "default-src"])?;
            (directive, directive.sources.contains(&Source::UnsafeEval))
        }
        // These three never fall back to default-src.
        Act::FormTo(url) => policy.directive("form-action").map(|directive| (directive, url_fits(directive, url)))?,
        Act::Base(url) => policy.directive("base-uri").map(|directive| (directive, url_fits(directive, url)))?,
        Act::FramedBy(url) => {
            policy.directive("frame-ancestors").map(|directive| (directive, url_fits(directive, url)))?
        }
    };
    (!allowed).then(|| directive.name.clone())
}

fn is_sandboxed(sandbox: &Directive, act: Act<'_>) -> bool {
    let allows = |flag: &str| sandbox.words.iter().any(|word| word.eq_ignore_ascii_case(flag));
    match act {
        Act::InlineScript { .. } | Act::Handler(_) | Act::JavascriptUrl(_) | Act::Eval => !allows("allow-scripts"),
        Act::Load(load) => matches!(load.kind, Kind::Script | Kind::Worker) && !allows("allow-scripts"),
        Act::FormTo(_) => !allows("allow-forms"),
        _ => false,
    }
}

fn load_allowed(directive: &Directive, page: &Url, load: Load<'_>) -> bool {
    let sources = &directive.sources;
    // A frame or object of about: has no request of its own.
    if load.url.scheme() == "about" && matches!(load.kind, Kind::Frame | Kind::Object) {
        return true;
    }
    let takes_nonce = matches!(load.kind, Kind::Script | Kind::Style);
    if takes_nonce && has_nonce(sources, load.nonce) {
        return true;
    }
    if load.kind == Kind::Script && is_pinned(sources, load.integrity) {
        return true;
    }
    // Only a script begins a worker, so that no parser ever inserted it; browsers trust it under worker-src and child-src too.
    if sources.contains(&Source::StrictDynamic) {
        match load.kind {
            Kind::Worker => return true,
            Kind::Script => return !load.parser_inserted,
            _ => {}
        }
    }
    any_matches(sources, load.url, page, load.was_redirected)
}

/// A resource hint is refused only where there is a default-src and no directive at all would allow it.
fn refused_prefetch(policy: &Policy, page: &Url, load: Load<'_>) -> Option<String> {
    let default = policy.directive("default-src")?;
    let fetching = policy
        .directives
        .iter()
        .filter(|directive| Kind::ALL.iter().any(|kind| kind.directives().contains(&directive.name.as_str())));
    let mut allowed = fetching.map(|directive| any_matches(&directive.sources, load.url, page, load.was_redirected));
    (!allowed.any(|one| one)).then(|| default.name.clone())
}

enum Inline<'a> {
    Script { nonce: &'a str },
    Style { nonce: &'a str },
    Handler,
    StyleAttribute,
    Navigation,
}

/// Section 6.7.3.3: nonce, then hash, unless everything inline is allowed.
fn inline<'p>(policy: &'p Policy, names: &[&str], what: Inline<'_>, text: &str) -> Option<(&'p Directive, bool)> {
    let directive = policy.first_of(names)?;
    let sources = &directive.sources;
    let is_script = matches!(what, Inline::Script { .. } | Inline::Handler | Inline::Navigation);
    // The section names scripts alone; in default-src the word counts for styles too in browsers.
    if allows_all_inline(sources, is_script || directive.name == "default-src") {
        return Some((directive, true));
    }
    if let Inline::Script { nonce } | Inline::Style { nonce } = what
        && has_nonce(sources, nonce)
    {
        return Some((directive, true));
    }
    let is_element = matches!(what, Inline::Script { .. } | Inline::Style { .. });
    let counts = is_element || sources.contains(&Source::UnsafeHashes);
    Some((directive, counts && has_hash_of(sources, text)))
}

/// Section 6.7.3.2: a nonce or a hash takes 'unsafe-inline' out of force, and 'strict-dynamic' does for scripts.
fn allows_all_inline(sources: &[Source], is_script: bool) -> bool {
    let is_off = |source: &Source| {
        matches!(source, Source::Nonce(_) | Source::Hash(..)) || (is_script && *source == Source::StrictDynamic)
    };
    sources.contains(&Source::UnsafeInline) && !sources.iter().any(is_off)
}

fn has_nonce(sources: &[Source], nonce: &str) -> bool {
    !nonce.is_empty() && sources.iter().any(|source| matches!(source, Source::Nonce(value) if value == nonce))
}

fn has_hash_of(sources: &[Source], text: &str) -> bool {
    sources.iter().any(|source| match source {
        Source::Hash(algorithm, value) => {
            let digest = digest::digest(function(*algorithm), text.as_bytes());
            STANDARD.encode(digest.as_ref()) == standard(value)
        }
        _ => false,
    })
}

fn function(algorithm: Algorithm) -> &'static digest::Algorithm {
    match algorithm {
        Algorithm::Sha256 => &digest::SHA256,
        Algorithm::Sha384 => &digest::SHA384,
        Algorithm::Sha512 => &digest::SHA512,
    }
}

/// Both alphabets of base64 stand for the same digest.
fn standard(value: &str) -> String {
    value.replace('-', "+").replace('_', "/")
}

/// Section 6.7.1.1, step 2: every digest of the element is one of the list.
fn is_pinned(sources: &[Source], integrity: &str) -> bool {
    let mut wanted = integrity
        .split_ascii_whitespace()
        .map(|word| word.split('?').next().unwrap_or_default())
        .map(|word| Source::read(&format!("'{word}'")))
        .filter_map(|source| match source {
            Source::Hash(algorithm, value) => Some((algorithm, standard(&value))),
            _ => None,
        })
        .peekable();
    wanted.peek().is_some()
        && wanted.all(|(algorithm, value)| {
            sources.iter().any(
                |source| matches!(source, Source::Hash(own, listed) if *own == algorithm && standard(listed) == value),
            )
        })
}
