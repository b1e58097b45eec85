//! A stricter header never raises the residual risk: 200 random pairs by default, `TENKEN_PAIRS=10000` for the whole.

use std::collections::BTreeMap;

use super::*;
use crate::assess::{Counted, Tallies};
use crate::collect::http::{page, policy};
use crate::evaluate::{Context, judge};
use crate::load::{bundled_checks, bundled_parameter_values};
use crate::model::{Check, Time};
use crate::syntax::header::head;

/// Headers and their values from lax to strict; the empty value stands for no field. Nonces are left out: whether one comes
/// again is a question of its own that only such a policy raises.
const LADDERS: [(&str, &[&str]); 11] = [
    (
        "Strict-Transport-Security",
        &[
            "",
            "max-age=0",
            "max-age=3600",
            "max-age=15552000",
            "max-age=31536000",
            "max-age=31536000; includeSubDomains",
        ],
    ),
    ("X-Content-Type-Options", &["", "nosniff, nosniff", "nosniff"]),
    ("X-Frame-Options", &["", "SAMEORIGIN", "DENY"]),
    (
        "Referrer-Policy",
        &["unsafe-url", "no-referrer-when-downgrade", "", "origin-when-cross-origin", "strict-origin", "no-referrer"],
    ),
    ("Cross-Origin-Opener-Policy", &["", "unsafe-none", "same-origin-allow-popups", "same-origin"]),
    ("Cross-Origin-Resource-Policy", &["", "cross-origin", "same-site", "same-origin"]),
    (
        "Permissions-Policy",
        &["camera=*", "", "camera=()", "camera=(), geolocation=(self)", "camera=(), geolocation=(), microphone=()"],
    ),
    ("Cache-Control", &["public", "max-age=60", "", "private", "no-store"]),
    ("Server", &["Example/1.2.3", "Example", ""]),
    ("X-Powered-By", &["Example", ""]),
    ("Reporting-Endpoints", &["a=\"https://r.example.net/\"", ""]),
];

/// Directives with words that make them laxer; a policy with fewer words is stricter.
const POLICY: [(&str, &[&str]); 8] = [
    ("default-src", &["*", "data:", "'unsafe-inline'", "'unsafe-eval'"]),
    ("script-src", &["*", "https:", "'unsafe-inline'", "'unsafe-eval'", "*.example.net", "unpkg.com", "blob:"]),
    ("object-src", &["*", "data:", "a.example.net"]),
    ("base-uri", &["*", "a.example.net"]),
    ("form-action", &["*", "a.example.net"]),
    ("frame-ancestors", &["*", "https:", "a.example.net"]),
    ("connect-src", &["*", "t.example.net"]),
    ("img-src", &["*", "t.example.net"]),
];

struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Directives of one policy, each with the words that are in it; no directive is no policy.
type Words = BTreeMap<&'static str, Vec<&'static str>>;

fn text(words: &Words) -> String {
    words.iter().map(|(name, words)| format!("{name} 'self' {}", words.join(" "))).collect::<Vec<_>>().join("; ")
}

/// One step that makes a policy stricter: a word less, or a directive more.
fn stricter(words: &Words, numbers: &mut Numbers) -> Words {
    let mut next = words.clone();
    let (name, all) = POLICY[numbers.below(POLICY.len())];
    if let Some(words) = next.get_mut(name) {
        if !words.is_empty() {
            words.remove(numbers.below(words.len()));
        }
        return next;
    }
    // default-src would take the place of nothing only where no other directive has a say.
    if name == "default-src" {
        return next;
    }
    // A directive that falls back is stricter than its fallback where it has no word more.
    let fallback = next.get("default-src").filter(|_| name.ends_with("-src")).cloned();
    let words = match fallback {
        // It takes X-Frame-Options out of force, so that one with words may be laxer than none.
        _ if name == "frame-ancestors" => Vec::new(),
        Some(fallback) => fallback.into_iter().filter(|word| all.contains(word)).collect(),
        None => all.to_vec(),
    };
    next.insert(name, words);
    next
}

fn risk(checks: &[Check], parameters: &BTreeMap<String, Value>, fields: &str) -> (u64, u64) {
    let url = "https://www.example.jp/";
    let head =
        head(format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=b\r\n{fields}\r\n").as_bytes())
            .unwrap();
    let parties = Parties::default();
    let mut answer = response(url, &head, Role::Page, &parties);
    answer.set("personal", true);
    let parsed = Url::parse(url).unwrap();
    let page = page::read(b"<script src=/a.js></script>", None, &parsed);
    let seen = policy::of_test(&parsed, &head, &page, &parties);
    let context = Context::of_example(parameters.clone(), BTreeMap::new(), Time::from_unix_seconds(0));
    let mut tallies =
        Tallies::new(checks.iter().map(|check| (check.id.as_str(), check.worst_rating(), check.group.as_deref())));
    for check in checks {
        let observation = if check.needs == RESPONSE { &answer } else { &seen };
        let found = judge(check, observation, &context);
        tallies.add(Counted {
            check: &check.id,
            outcome: found.outcome,
            rating: found.rating,
            strength: found.strength,
            accepted: false,
            not_enumerated: false,
            stays_open: false,
        });
    }
    let total = tallies.total();
    (total.low.0, total.high.0)
}

#[test]
fn a_stricter_header_never_raises_the_risk() {
    let pairs = std::env::var("TENKEN_PAIRS").map_or(200, |text| text.parse().unwrap());
    let parameters = bundled_parameter_values().unwrap();
    let checks: Vec<Check> = bundled_checks()
        .unwrap()
        .into_iter()
        .filter(|check| {
            check.needs == RESPONSE
                || (check.needs == "http-page" && (check.id.starts_with("hdr-") || check.id.starts_with("trk-connect")))
        })
        .collect();
    assert!(checks.len() >= 25, "{}", checks.len());
    let mut numbers = Numbers(4);
    let mut rises = Vec::new();
    for _ in 0..pairs {
        let mut at: Vec<usize> = LADDERS.iter().map(|(_, steps)| numbers.below(steps.len())).collect();
        let mut words = Words::new();
        for (name, all) in POLICY {
            if numbers.below(2) == 0 {
                words.insert(name, all.iter().filter(|_| numbers.below(2) == 0).copied().collect());
            }
        }
        let fields = |at: &[usize], words: &Words| {
            let mut fields = String::new();
            for ((name, steps), at) in LADDERS.iter().zip(at) {
                if !steps[*at].is_empty() {
                    fields.push_str(&format!("{name}: {}\r\n", steps[*at]));
                }
            }
            if !words.is_empty() {
                fields.push_str(&format!("Content-Security-Policy: {}\r\n", text(words)));
            }
            fields
        };
        let before = fields(&at, &words);
        let which = numbers.below(LADDERS.len() + 6);
        match at.get_mut(which) {
            Some(step) => *step = (*step + 1).min(LADDERS[which].1.len() - 1),
            None => words = stricter(&words, &mut numbers),
        }
        let after = fields(&at, &words);
        let (lax, strict) = (risk(&checks, &parameters, &before), risk(&checks, &parameters, &after));
        if strict.0 > lax.0 || strict.1 > lax.1 {
            rises.push(format!("{lax:?} -> {strict:?}\n{before}->\n{after}"));
        }
    }
    assert!(rises.is_empty(), "{} of {pairs} rise; the first: {}", rises.len(), rises[0]);
}

#[test]
fn headers_for_one_value_that_have_more_are_told() {
    let repeated = |fields: &str| {
        let head = head(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes()).unwrap();
        let seen = response("https://www.example.jp/", &head, Role::Page, &Parties::default());
        (seen.texts("repeated").join(" "), seen.flag("nosniff"), seen.flag("framing_refused"))
    };
    for (fields, wanted) in [
        ("X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY,\r\n", ("", true, false)),
        (
            "X-Content-Type-Options: nosniff\r\nX-Content-Type-Options: nosniff\r\n",
            ("x-content-type-options", true, false),
        ),
        ("X-Frame-Options: SAMEORIGIN, SAMEORIGIN\r\n", ("x-frame-options", false, true)),
        ("X-Frame-Options: DENY\r\nX-Frame-Options: SAMEORIGIN\r\n", ("x-frame-options", false, true)),
    ] {
        let (words, nosniff, framing) = repeated(fields);
        assert_eq!((words.as_str(), nosniff), (wanted.0, Some(wanted.1)), "{fields}");
        assert!(wanted.0.is_empty() || framing == Some(wanted.2), "{fields}");
    }
}
