//! The content security policies of one page, header and head together -> what they still allow, and what they prove.

use std::collections::BTreeSet;

use url::Url;

use super::Visit;
use super::answers::{header_policies, is_bounded};
use super::cookies::is_public_suffix;
use super::crawl::Read;
use super::page::Page;
use super::party::{Parties, Party};
use crate::collect::limits::cut;
use crate::model::{Observation, Value};
use crate::syntax::csp::{
    Act, HostPattern, Kind, Load, Oddity, Policy, Reach, Request, Source, decide, policy_of_meta, reach, reach_of,
};
use crate::syntax::header::{Head, names_version};

/// Everything that decides the facts of one page's policies.
pub(super) struct PagePolicy<'a> {
    pub(super) url: &'a Url,
    pub(super) policies: &'a [Policy],
    pub(super) head: &'a Head,
    pub(super) page: &'a Page,
    pub(super) parties: &'a Parties,
}

/// The policies in force on a page.
pub(super) fn of_page(head: &Head, page: &Page) -> Vec<Policy> {
    let mut policies = header_policies(head);
    policies.extend(page.meta_csp.iter().flat_map(|content| policy_of_meta(content)));
    policies
}

/// Everything that is stated of a page's policies and scripts.
const FIELDS: [&str; 17] = [
    "csp.enforced",
    "csp.report_only",
    "csp.script_holes",
    "csp.unsafe_eval",
    "csp.object",
    "csp.base_uri",
    "csp.form_action",
    "csp.trusts_by_nonce",
    "csp.loose_hosts",
    "csp.oddities",
    "csp.connect_foreign",
    "csp.nonce_used",
    "csp.nonce_bits",
    "csp.nonce_reused",
    "scripts_run",
    "fingerprinting",
    "generator_version",
];

/// States what the policies of a page that was read come to, and notes what later questions need of it.
pub(super) fn state(visit: &mut Visit<'_>, read: &Read, seen: &mut Observation) {
    let facts = PagePolicy {
        url: &read.url,
        policies: &read.policies,
        head: &read.head,
        page: &read.page,
        parties: &visit.parties,
    };
    if let Some(fault) = &read.page.fault {
        for field in FIELDS {
            seen.unknown(field, fault.clone());
        }
        return;
    }
    facts.state(seen);
    let nonces: BTreeSet<String> = facts.nonces().into_iter().map(str::to_owned).collect();
    let noted = &mut visit.noted;
    if seen.flag("scripts_run") == Some(true) {
        noted.scripting_page.get_or_insert_with(|| read.url.to_string());
    }
    noted.first_page.get_or_insert_with(|| read.path.clone());
    if !nonces.is_empty() {
        noted.nonces.insert(read.path.clone(), nonces);
    }
}

/// Words that only libraries for fingerprinting browsers bear.
const FINGERPRINTING: [&str; 6] =
    ["fingerprintjs", "openfpcdn.io", "fpjs.io", "clientjs", "thumbmark", "fingerprint2.min.js"];

/// Directives that decide which scripts are loaded.
const SCRIPTS: [&str; 3] = ["script-src-elem", "script-src", "default-src"];

/// Hosts that serve scripts which run what their caller asks for, or whole frameworks that do: known from published
/// bypasses of allowlists ("CSP is dead, long live CSP", 2016, and the lists that followed it).
const RUN_ANYTHING: [&str; 21] = [
    "accounts.google.com",
    "ajax.googleapis.com",
    "api.twitter.com",
    "cdn.jsdelivr.net",
    "cdnjs.cloudflare.com",
    "code.angularjs.org",
    "connect.facebook.net",
    "googleads.g.doubleclick.net",
    "gstatic.com",
    "maps.googleapis.com",
    "raw.githubusercontent.com",
    "search.twitter.com",
    "storage.googleapis.com",
    "unpkg.com",
    "www.google-analytics.com",
    "www.google.com",
    "www.googleapis.com",
    "www.gstatic.com",
    "www.youtube.com",
    "yandex.st",
    "yastatic.net",
];

impl PagePolicy<'_> {
    /// States all of it.
    fn state(&self, seen: &mut Observation) {
        let enforced = self.policies.iter().any(Policy::is_effective);
        seen.set("csp.enforced", enforced);
        seen.set("csp.report_only", !enforced && self.head.first("content-security-policy-report-only").is_some());
        seen.set("csp.script_holes", Value::texts(self.script_holes()));
        seen.set("csp.unsafe_eval", self.allows(Act::Eval));
        seen.set("csp.object", self.object());
        let of = |name: &str| self.width(&reach_of(self.policies, self.url, &[name]), self.has(name));
        seen.set("csp.base_uri", of("base-uri")).set("csp.form_action", of("form-action"));
        seen.set("csp.trusts_by_nonce", self.trusts_by_nonce());
        seen.set("csp.loose_hosts", Value::texts(self.loose_hosts()));
        seen.set("csp.oddities", Value::texts(self.oddities()));
        seen.set("csp.connect_foreign", Value::texts(self.connect_foreign()));
        seen.set("csp.nonce_used", !self.nonces().is_empty());
        match self.nonces().iter().map(|nonce| bits(nonce)).min() {
            Some(bits) => seen.set("csp.nonce_bits", bits),
            None => seen.unknown("csp.nonce_bits", "no nonce is used"),
        };
        seen.unknown(
            "csp.nonce_reused",
            if self.nonces().is_empty() { "no nonce is used" } else { "fetched once only" },
        );
        let runs_scripts = self.page.has_script() && self.runs_scripts();
        seen.set("scripts_run", runs_scripts);
        match (self.fingerprints(), runs_scripts) {
            (true, true) => seen.set("fingerprinting", true),
            (_, false) => seen.set("fingerprinting", false),
            (false, true) => seen.unknown("fingerprinting", "what scripts do is seen by a browser only"),
        };
        seen.set("generator_version", self.page.generator.as_deref().is_some_and(names_version));
    }

    /// Whether a script that is loaded bears such a name.
    fn fingerprints(&self) -> bool {
        let named = |text: &str| FINGERPRINTING.iter().any(|word| text.to_ascii_lowercase().contains(word));
        self.page.loads.iter().any(|load| load.kind == Kind::Script && named(load.url.as_str()))
    }

    fn allows(&self, act: Act<'_>) -> bool {
        decide(self.policies, Request { page: self.url, act }).is_allowed()
    }

    fn has(&self, directive: &str) -> bool {
        self.policies.iter().any(|policy| policy.directive(directive).is_some())
    }

    /// Ways in which a stranger's script, put into the page by a mistake in it, would run.
    fn script_holes(&self) -> Vec<&'static str> {
        let mut holes = Vec::new();
        for (word, act) in [
            ("inline", Act::InlineScript { nonce: "", text: "" }),
            ("handler", Act::Handler("")),
            ("javascript-url", Act::JavascriptUrl("")),
        ] {
            if self.allows(act) {
                holes.push(word);
            }
        }
        let load =
            |target: &str| Url::parse(target).is_ok_and(|url| self.allows(Act::Load(Load::new(Kind::Script, &url))));
        if self.strangers().iter().any(|host| load(&format!("https://{host}/x.js"))) {
            holes.push("any-host");
        }
        if self.strangers().iter().any(|host| load(&format!("http://{host}/x.js"))) {
            holes.push("plain-http");
        }
        if load("data:text/javascript,1") {
            holes.push("data");
        }
        if load(&format!("blob:{}1", self.url.origin().ascii_serialization() + "/")) {
            holes.push("blob");
        }
        holes
    }

    /// Hosts that anybody may have: one of no site, and one below each public suffix that a policy names with a star.
    fn strangers(&self) -> BTreeSet<String> {
        let mut hosts = BTreeSet::from(["stranger.invalid".to_owned()]);
        for source in self.policies.iter().flat_map(|policy| &policy.directives).flat_map(|one| &one.sources) {
            if let Source::Host(host) = source
                && let Some(end) = host.host.strip_prefix("*.")
                && is_public_suffix(end)
            {
                hosts.insert(format!("stranger.{end}"));
            }
        }
        hosts
    }

    fn object(&self) -> &'static str {
        let inside = ["data:text/html,x", "blob:https://stranger.invalid/1"];
        let is_open = inside
            .into_iter()
            .any(|target| Url::parse(target).is_ok_and(|url| self.allows(Act::Load(Load::new(Kind::Object, &url)))));
        let is_named = self.has("object-src") || self.has("default-src");
        if is_open && is_named { "anyone" } else { self.width(&reach(self.policies, self.url, Kind::Object), is_named) }
    }

    fn width(&self, reach: &Reach, is_named: bool) -> &'static str {
        let own = HostPattern::Exactly(self.url.host_str().unwrap_or_default().to_ascii_lowercase());
        match reach {
            _ if !is_named => "absent",
            Reach::Hosts(hosts) if hosts.is_empty() => "none",
            Reach::Hosts(hosts) if hosts.iter().all(|host| *host == own) => "self",
            reach if is_bounded(reach) => "hosts",
            _ => "anyone",
        }
    }

    fn script_sources(&self) -> impl Iterator<Item = &Source> {
        let directives =
            self.policies.iter().filter_map(|policy| SCRIPTS.iter().find_map(|name| policy.directive(name)));
        directives.flat_map(|directive| &directive.sources)
    }

    fn trusts_by_nonce(&self) -> bool {
        self.script_sources()
            .any(|source| matches!(source, Source::Nonce(_) | Source::Hash(..) | Source::StrictDynamic))
    }

    /// Nonces of the policies; they stay in memory.
    pub(super) fn nonces(&self) -> BTreeSet<&str> {
        let sources = self.policies.iter().flat_map(|policy| &policy.directives).flat_map(|one| &one.sources);
        sources
            .filter_map(|source| match source {
                Source::Nonce(value) => Some(value.as_str()),
                _ => None,
            })
            .collect()
    }

    fn loose_hosts(&self) -> BTreeSet<String> {
        match reach_of(self.policies, self.url, &SCRIPTS) {
            Reach::Anyone => BTreeSet::from(["*".to_owned()]),
            Reach::Hosts(hosts) => hosts
                .iter()
                .filter(|host| match host {
                    HostPattern::Below(_) => true,
                    // What its containers run, they run by eval.
                    HostPattern::Exactly(host) if host.ends_with("googletagmanager.com") => self.allows(Act::Eval),
                    HostPattern::Exactly(host) => RUN_ANYTHING.contains(&host.as_str()),
                })
                .map(|host| cut(&host.text()))
                .collect(),
        }
    }

    fn connect_foreign(&self) -> BTreeSet<String> {
        match reach(self.policies, self.url, Kind::Connect) {
            Reach::Anyone => BTreeSet::from(["*".to_owned()]),
            Reach::Hosts(hosts) => hosts
                .iter()
                .filter(|host| match host {
                    HostPattern::Exactly(host) => self.parties.party(host) != Party::First,
                    HostPattern::Below(name) => is_public_suffix(name) || self.parties.party(name) != Party::First,
                })
                .map(|host| cut(&host.text()))
                .collect(),
        }
    }

    fn oddities(&self) -> BTreeSet<String> {
        let mut told: BTreeSet<String> =
            self.policies.iter().flat_map(|policy| &policy.oddities).map(|oddity| cut(&words(oddity))).collect();
        if self.page.misplaced_meta_csp > 0 {
            told.insert("meta outside the head".to_owned());
        }
        for name in ["x-content-security-policy", "x-webkit-csp"] {
            if self.head.first(name).is_some() {
                told.insert(format!("legacy {name}"));
            }
        }
        told
    }

    /// Whether any script of the page could run at all: its own ones by nonce, digest, host or word.
    fn runs_scripts(&self) -> bool {
        let closed = |policy: &Policy| {
            let is_closed = |names: &[&str]| {
                names.iter().find_map(|name| policy.directive(name)).is_some_and(|directive| {
                    directive
                        .sources
                        .iter()
                        .all(|source| matches!(source, Source::None | Source::Invalid | Source::OtherKeyword))
                })
            };
            let sandboxed = policy
                .directive("sandbox")
                .is_some_and(|sandbox| !sandbox.words.iter().any(|word| word.eq_ignore_ascii_case("allow-scripts")));
            sandboxed || (is_closed(&SCRIPTS) && is_closed(&["script-src-attr", "script-src", "default-src"]))
        };
        !self.policies.iter().any(closed)
    }
}

fn words(oddity: &Oddity) -> String {
    match oddity {
        Oddity::UnknownDirective(name) => format!("unknown directive {name}"),
        Oddity::RemovedDirective(name) => format!("removed directive {name}"),
        Oddity::RepeatedDirective(name) => format!("repeated directive {name}"),
        Oddity::DeadInMeta(name) => format!("no effect in meta: {name}"),
        Oddity::UnquotedKeyword(word) => format!("keyword without quotes {word}"),
        Oddity::MissingSemicolon(name) => format!("semicolon missing before {name}"),
        Oddity::PlainSource(word) => format!("source over plain http {word}"),
        Oddity::InvalidSource(word) => format!("no source expression {word}"),
        Oddity::NoneBesideOthers(name) => format!("'none' beside other sources in {name}"),
        Oddity::TrustWithoutBeginning(name) => format!("'strict-dynamic' without nonce or hash in {name}"),
        Oddity::NotAscii => "characters outside ASCII".to_owned(),
        Oddity::CommaInMeta => "comma in meta".to_owned(),
    }
}

/// Bits of chance at most: six a character of base64.
fn bits(nonce: &str) -> i64 {
    i64::try_from(nonce.trim_end_matches('=').len().saturating_mul(6)).unwrap_or(i64::MAX)
}

/// The facts of a page's policies alone, for tests of other modules.
#[cfg(test)]
pub(super) fn of_test(url: &Url, head: &Head, page: &Page, parties: &Parties) -> Observation {
    let policies = of_page(head, page);
    let mut seen = super::observe::new("http-page", crate::model::SubjectKind::Page, url.as_str(), url.as_str());
    PagePolicy { url, policies: &policies, head, page, parties }.state(&mut seen);
    seen
}

#[cfg(test)]
mod tests;
