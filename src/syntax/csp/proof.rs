//! CSP as proof: can it be told from outside that opening a page tells no third party of the visit?

use std::collections::BTreeSet;

use url::Url;

use super::decide::{Act, Kind, Load, Request, decide};
use super::policy::Policy;
use super::reach::{HostPattern, reach};
use super::source::Source;

/// A load that the page's own text holds.
#[derive(Debug, Clone, Copy)]
pub struct SeenLoad<'a> {
    /// The load.
    pub load: Load<'a>,
    /// It goes to the site itself or to a party that is declared to visitors.
    pub is_known_party: bool,
}

/// What was seen of a page.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The page's URL.
    pub page: &'a Url,
    /// Every load that its text holds, style sheets included where they could be read.
    pub loads: &'a [SeenLoad<'a>],
    /// Some script could run: an element, a handler, a `javascript:` URL.
    pub has_script: bool,
    /// Everything that loads by itself was read: the whole page, its style sheets.
    pub is_whole: bool,
}

/// What can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing that the page loads by itself can reach a stranger, whatever its scripts do.
    Proved,
    /// A load to a stranger is there, and the policies allow it.
    Refuted {
        /// Hosts that are told.
        hosts: BTreeSet<String>,
    },
    /// The page holds no such load, but something in it may go to strangers.
    Open {
        /// Kinds of load that the policies do not bound.
        kinds: BTreeSet<Kind>,
    },
}

/// Decides for one page. Navigation, hints, report endpoints and redirects are bound by no policy and judged apart.
pub fn prove(policies: &[Policy], seen: Seen<'_>, is_known: impl Fn(&HostPattern) -> bool) -> Proof {
    let told: BTreeSet<String> = seen
        .loads
        .iter()
        .filter(|one| !one.is_known_party)
        .filter(|one| decide(policies, Request { page: seen.page, act: Act::Load(one.load) }).is_allowed())
        .filter_map(|one| one.load.url.host_str().map(str::to_ascii_lowercase))
        .collect();
    if !told.is_empty() {
        return Proof::Refuted { hosts: told };
    }
    let unbounded: BTreeSet<Kind> =
        Kind::ALL.into_iter().filter(|kind| !reach(policies, seen.page, *kind).is_within(&is_known)).collect();
    let no_script_runs = !seen.has_script || cannot_script(policies);
    if unbounded.is_empty() || (no_script_runs && seen.is_whole) {
        Proof::Proved
    } else {
        Proof::Open { kinds: unbounded }
    }
}

/// Whether no script of any kind can run, not even one that the page itself holds.
fn cannot_script(policies: &[Policy]) -> bool {
    policies.iter().any(|policy| {
        let is_closed = |names: &[&str]| {
            policy.first_of(names).is_some_and(|directive| {
                directive.sources.iter().all(|source| {
                    matches!(
                        source,
                        Source::None
                            | Source::Invalid
                            | Source::OtherKeyword
                            | Source::UnsafeEval
                            | Source::UnsafeHashes
                    )
                })
            })
        };
        let by_sources = is_closed(&["script-src-elem", "script-src", "default-src"])
            && is_closed(&["script-src-attr", "script-src", "default-src"]);
        let by_sandbox = policy
            .directive("sandbox")
            .is_some_and(|sandbox| !sandbox.words.iter().any(|word| word.eq_ignore_ascii_case("allow-scripts")));
        by_sources || by_sandbox
    })
}
