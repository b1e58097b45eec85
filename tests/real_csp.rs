//! The engine for content security policies, held to what Chromium really does on generated policy sets.
//!
//! 30 sets by default, `TENKEN_POLICY_SETS=N` for more, and `TENKEN_POLICY_SEED=S` for others. Without `$TENKEN_VALIDATORS`
//! (puppeteer-core) the comparison is skipped, loudly; under TENKEN_REAL that is a failure.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use serde_json::{Value, json};
use tenken::syntax::csp::{Act, Kind, Load, Policy, Request, decide, policies_of_field, policy_of_meta};
use url::Url;

const PAGES: [&str; 2] = ["https://www.example.jp/dir/page.html", "http://www.example.jp/dir/page.html"];
const NONCE: &str = "YWJjZGVmZ2hpamtsbW5vcA";
/// What every script file holds; it is good for workers too.
const BODY: &str = "self.x = 1; if (self.postMessage && !self.document) self.postMessage(1);";

/// Numbers that are the same on every machine (an LCG of Knuth's; quality is of no concern here).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

fn sha(algorithm: &'static digest::Algorithm, name: &str, text: &str) -> String {
    format!("{name}-{}", STANDARD.encode(digest::digest(algorithm, text.as_bytes())))
}

fn validators() -> Option<PathBuf> {
    let folder = std::env::var_os("TENKEN_VALIDATORS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_VALIDATORS is not set");
        // Said loudly: a comparison that did not happen proves nothing.
        let _ = writeln!(std::io::stderr(), "SKIPPED: TENKEN_VALIDATORS is not set, no policy was held to a browser");
    }
    folder
}

/// Directives and how often each is drawn.
const NAMES: [&str; 24] = [
    "default-src",
    "default-src",
    "script-src",
    "script-src",
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
    "base-uri",
    "form-action",
    "frame-ancestors",
    "upgrade-insecure-requests",
    "scripts-src",
    "Default-Src",
];

const WORDS: [&str; 34] = [
    "'none'",
    "'self'",
    "'self'",
    "'SELF'",
    "*",
    "https:",
    "http:",
    "data:",
    "blob:",
    "'unsafe-inline'",
    "'unsafe-inline'",
    "'UNSAFE-inline'",
    "'unsafe-eval'",
    "'strict-dynamic'",
    "'unsafe-hashes'",
    "'nonce-YWJjZGVmZ2hpamtsbW5vcA'",
    "'nonce-ywjjzgvmz2hpamtsbw5vca'",
    "'nonce-!'",
    "self",
    "www.example.jp",
    "*.example.jp",
    "example.jp",
    "https://example.net",
    "http://example.net",
    "example.net",
    "example.net:*",
    "example.net:8443",
    "https://example.net/js/",
    "example.net/js",
    "*.example.net",
    "//example.net",
    "'report-sample'",
    "wss:",
    "https://*",
];

const TARGETS: [&str; 10] = [
    "/dir/a.bin",
    "https://www.example.jp/dir/a.bin",
    "https://example.net/js/a.bin",
    "https://example.net/css/a.bin",
    "https://example.net/js",
    "https://cdn.example.net/a.bin",
    "https://example.net:8443/a.bin",
    "https://example.jp/a.bin",
    "https://img.example.jp:8443/a.bin",
    "https://stranger.example.org/a.bin",
];

fn policy(numbers: &mut Numbers, hashes: &[String]) -> String {
    let count = 1 + numbers.below(4);
    let directives: Vec<String> = (0..count)
        .map(|_| {
            let name = numbers.one(&NAMES);
            let words: Vec<String> = (0..numbers.below(4))
                .map(|_| match numbers.below(6) {
                    0 => format!("'{}'", hashes[numbers.below(hashes.len())]),
                    _ => numbers.one(&WORDS).to_owned(),
                })
                .collect();
            if name.starts_with("upgrade") { name.to_owned() } else { format!("{name} {}", words.join(" ")) }
        })
        .collect();
    directives.join("; ")
}

/// One set with the acts that are asked on it and our answers.
fn case(numbers: &mut Numbers, set: u64) -> Value {
    let page = PAGES[numbers.below(2)];
    let url = Url::parse(page).unwrap();
    // Late requests of the set before are told apart by the number of the act.
    let did = |number: u64| format!("did({})", set * 100 + number);
    let texts: Vec<String> = (0..5).map(did).collect();
    let hashes = [
        sha(&digest::SHA256, "sha256", &texts[1]),
        sha(&digest::SHA384, "sha384", &texts[3]),
        sha(&digest::SHA256, "sha256", "color: rgb(1, 2, 3)"),
        sha(&digest::SHA256, "sha256", BODY),
        sha(&digest::SHA512, "sha512", BODY),
    ];
    let (mut fields, mut metas): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for _ in 0..1 + numbers.below(3) {
        let text = policy(numbers, &hashes);
        match (numbers.below(3), fields.last_mut()) {
            (0, _) => metas.push(text),
            (1, Some(last)) => {
                last.push_str(", ");
                last.push_str(&text);
            }
            _ => fields.push(text),
        }
    }
    let mut policies: Vec<Policy> = fields.iter().flat_map(|field| policies_of_field(field)).collect();
    policies.extend(metas.iter().flat_map(|content| policy_of_meta(content)));
    let allowed = |act: Act<'_>| decide(&policies, Request { page: &url, act }).is_allowed();
    let mut acts = vec![
        json!({"kind": "inline", "text": texts[0], "allowed": allowed(Act::InlineScript { nonce: "", text: &texts[0] })}),
        json!({"kind": "inline", "text": texts[1], "allowed": allowed(Act::InlineScript { nonce: "", text: &texts[1] })}),
        json!({"kind": "inline", "nonce": NONCE, "text": texts[2], "allowed": allowed(Act::InlineScript { nonce: NONCE, text: &texts[2] })}),
        json!({"kind": "handler", "text": texts[3], "allowed": allowed(Act::Handler(&texts[3]))}),
        json!({"kind": "javascript-url", "text": texts[4], "allowed": allowed(Act::JavascriptUrl(&texts[4]))}),
        json!({"kind": "eval", "allowed": allowed(Act::Eval)}),
        json!({"kind": "inline-style", "allowed": allowed(Act::InlineStyle { nonce: "", text: "?" })}),
        json!({"kind": "inline-style", "nonce": NONCE, "allowed": allowed(Act::InlineStyle { nonce: NONCE, text: "?" })}),
        json!({"kind": "style-attribute", "text": "color: rgb(1, 2, 3)", "allowed": allowed(Act::StyleAttribute("color: rgb(1, 2, 3)"))}),
    ];
    let pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
    let load = |word: &str, kind: Kind, target: &str, nonce: &str, integrity: &str, added: bool| {
        let target = url.join(target).unwrap();
        let load = Load { nonce, integrity, parser_inserted: !added, ..Load::new(kind, &target) };
        json!({
            "kind": word,
            "url": target.as_str(),
            "nonce": nonce,
            "integrity": integrity,
            "added": added,
            "allowed": allowed(Act::Load(load)),
        })
    };
    let pins = format!("{} {}", hashes[3], hashes[4]);
    for (nonce, integrity, added) in
        [("", "", false), ("", "", false), (NONCE, "", false), ("", "", true), ("", pins.as_str(), false)]
    {
        acts.push(load("script", Kind::Script, numbers.one(&TARGETS), nonce, integrity, added));
    }
    for nonce in ["", NONCE] {
        acts.push(load("style", Kind::Style, numbers.one(&TARGETS), nonce, "", false));
    }
    for (word, kind) in [
        ("image", Kind::Image),
        ("media", Kind::Media),
        ("object", Kind::Object),
        ("frame", Kind::Frame),
        ("connect", Kind::Connect),
        ("font", Kind::Font),
    ] {
        acts.push(load(word, kind, numbers.one(&TARGETS), "", "", false));
    }
    // A worker is of the page's own origin, or the browser refuses it before any policy is asked; an upgrade makes it foreign.
    let upgrades = policies.iter().any(|policy| policy.directive("upgrade-insecure-requests").is_some());
    if !(upgrades && url.scheme() == "http") {
        acts.push(load("worker", Kind::Worker, "/dir/worker.js", "", "", true));
    }
    acts.push(load("image", Kind::Image, pixel, "", "", false));
    let target = |numbers: &mut Numbers| url.join(numbers.one(&TARGETS)).unwrap();
    let base = target(numbers);
    acts.push(json!({"kind": "base", "url": base.as_str(), "allowed": allowed(Act::Base(&base))}));
    let form = target(numbers);
    acts.push(json!({"kind": "form", "url": form.as_str(), "allowed": allowed(Act::FormTo(&form))}));
    let parent = url
        .join(
            ["/parent.html", "https://example.net/parent.html", "https://www.example.jp/parent.html"][numbers.below(3)],
        )
        .unwrap();
    // A page over plain HTTP is no frame of a secure one: the browser refuses it whatever the policy says.
    if !(parent.scheme() == "https" && url.scheme() == "http") {
        acts.push(json!({"kind": "framed", "url": parent.as_str(), "allowed": allowed(Act::FramedBy(&parent))}));
    }
    for (number, act) in acts.iter_mut().enumerate() {
        act["id"] = json!(set * 100 + u64::try_from(number).unwrap());
    }
    json!({"page": page, "fields": fields, "metas": metas, "acts": acts})
}

#[test]
fn our_answers_are_what_chromium_does() {
    let Some(tools) = validators() else { return };
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
    };
    let mut numbers = Numbers(number("TENKEN_POLICY_SEED", 1));
    let sets = number("TENKEN_POLICY_SETS", 30);
    let cases: Vec<Value> = (0..sets).map(|set| case(&mut numbers, set)).collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("policies.json");
    std::fs::write(&file, json!({"body": BODY, "cases": cases}).to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("validators").join("policies.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(&file)
        .arg(std::env::var_os("TENKEN_CHROMIUM").unwrap_or_else(|| "/usr/bin/chromium".into()))
        .env("NODE_PATH", tools.join("node_modules"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let _ = writeln!(std::io::stderr(), "{}", said.lines().last().unwrap_or_default());
    assert!(output.status.success(), "{said}");
}
