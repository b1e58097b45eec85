//! The engine against what the standard says, and properties that hold for every policy.

use proptest::prelude::*;
use url::Url;

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn page() -> Url {
    url("https://www.example.jp/dir/page.html")
}

fn of(fields: &[&str]) -> Vec<Policy> {
    fields.iter().flat_map(|field| policies_of_field(field)).collect()
}

fn allows(fields: &[&str], act: Act<'_>) -> bool {
    decide(&of(fields), Request { page: &page(), act }).is_allowed()
}

fn loads(field: &str, kind: Kind, target: &str) -> bool {
    allows(&[field], Act::Load(Load::new(kind, &url(target))))
}

fn injected() -> Act<'static> {
    Act::InlineScript { nonce: "", text: "attack()" }
}

#[test]
fn a_url_matches_as_the_standard_says() {
    for (sources, target, wanted) in [
        ("*", "https://x.example.net/a", true),
        ("*", "data:text/javascript,1", false),
        ("https:", "https://x.example.net/a", true),
        ("http:", "https://x.example.net/a", true),
        ("data:", "data:text/javascript,1", true),
        ("blob:", "blob:https://www.example.jp/1", true),
        ("'self'", "blob:https://www.example.jp/1", false),
        ("'self'", "https://www.example.jp/a", true),
        ("'SELF'", "https://www.example.jp/a", true),
        ("self", "https://www.example.jp/a", false),
        ("'self'", "https://www.example.jp:8443/a", false),
        ("'self'", "http://www.example.jp/a", false),
        ("'self'", "https://example.jp/a", false),
        ("'none'", "https://www.example.jp/a", false),
        ("'none' 'self'", "https://www.example.jp/a", true),
        ("", "https://www.example.jp/a", false),
        ("*.example.jp", "https://www.example.jp/a", true),
        ("*.example.jp", "https://example.jp/a", false),
        ("*.example.jp", "https://badexample.jp/a", false),
        ("example.net", "https://example.net/a", true),
        ("example.net", "https://example.net:8443/a", false),
        ("example.net:*", "https://example.net:8443/a", true),
        ("example.net:8443", "https://example.net:8443/a", true),
        ("http://example.net", "https://example.net/a", true),
        ("http://example.net:80", "https://example.net/a", true),
        ("https://example.net", "http://example.net/a", false),
        ("example.net", "http://example.net/a", false),
        ("EXAMPLE.net", "https://example.NET/a", true),
        ("example.net/js/", "https://example.net/js/a.js", true),
        ("example.net/js/", "https://example.net/css/a.css", false),
        ("example.net/js", "https://example.net/js/a.js", false),
        ("example.net/a%2ejs", "https://example.net/a.js", true),
        ("192.0.2.1", "https://192.0.2.1/a", true),
        ("*.2.1", "https://192.0.2.1/a", false),
        ("https://*", "https://x.example.net/a", true),
        ("https://*:8443", "https://x.example.net/a", false),
    ] {
        assert_eq!(loads(&format!("script-src {sources}"), Kind::Script, target), wanted, "{sources} {target}");
    }
}

#[test]
fn a_redirects_target_is_free_of_paths() {
    let target = url("https://example.net/css/a.css");
    let load = Load { was_redirected: true, ..Load::new(Kind::Style, &target) };
    assert!(allows(&["style-src example.net/js/"], Act::Load(load)));
    assert!(!loads("style-src example.net/js/", Kind::Style, target.as_str()));
}

#[test]
fn directives_fall_back_as_the_standard_says() {
    let target = "https://example.net/a";
    for (policy, kind, wanted) in [
        ("default-src 'self'", Kind::Script, false),
        ("default-src 'self'; script-src *", Kind::Script, true),
        ("script-src *; script-src-elem 'self'", Kind::Script, false),
        ("script-src 'self'; script-src-elem *", Kind::Script, true),
        ("child-src *; default-src 'none'", Kind::Frame, true),
        ("child-src *; script-src 'none'", Kind::Worker, true),
        ("script-src 'none'; default-src *", Kind::Worker, false),
        ("frame-src 'none'; child-src *", Kind::Frame, false),
        ("img-src *; default-src 'none'", Kind::Image, true),
        ("default-src 'none'", Kind::Manifest, false),
        ("default-src 'none'; img-src *", Kind::Prefetch, true),
        ("default-src 'none'; img-src 'self'", Kind::Prefetch, false),
        ("img-src 'self'", Kind::Prefetch, true),
        ("img-src 'none'", Kind::Script, true),
        ("default-src: 'none'", Kind::Script, true),
        ("DEFAULT-SRC 'none'", Kind::Script, false),
        ("script-src *; script-src 'none'", Kind::Script, true),
    ] {
        assert_eq!(loads(policy, kind, target), wanted, "{policy} {kind:?}");
    }
    let stranger = url("https://example.net/");
    assert!(allows(&["default-src 'none'"], Act::FormTo(&stranger)));
    assert!(allows(&["default-src 'none'"], Act::Base(&stranger)));
    assert!(allows(&["default-src 'none'"], Act::FramedBy(&stranger)));
    assert!(!allows(&["form-action 'self'"], Act::FormTo(&stranger)));
    assert!(!allows(&["base-uri 'none'"], Act::Base(&stranger)));
    assert!(!allows(&["frame-ancestors 'self'"], Act::FramedBy(&stranger)));
}

#[test]
fn inline_scripts_need_a_word_for_them() {
    for (policy, wanted) in [
        ("script-src 'unsafe-inline'", true),
        ("script-src 'unsafe-inline' 'nonce-YWJj'", false),
        ("script-src 'unsafe-inline' 'sha256-YWJj'", false),
        ("script-src 'unsafe-inline' 'strict-dynamic'", false),
        ("script-src 'UNSAFE-inline'", true),
        ("script-src unsafe-inline", false),
        ("script-src *", false),
        ("img-src 'none'", true),
        ("script-src-attr 'none'", true),
        ("script-src-elem 'none'", false),
        ("sandbox", false),
        ("sandbox allow-scripts", true),
        ("script-src 'unsafe-inline' 'nonce-'", true),
    ] {
        assert_eq!(allows(&[policy], injected()), wanted, "{policy}");
    }
    let own = Act::InlineScript { nonce: "YWJj", text: "" };
    assert!(allows(&["script-src 'nonce-YWJj'"], own));
    assert!(!allows(&["script-src 'nonce-ywjj'"], own));
    // echo -n 'alert(1)' | openssl dgst -sha256 -binary | base64
    let hash = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
    let text = Act::InlineScript { nonce: "", text: "alert(1)" };
    assert!(allows(&[&format!("script-src {hash}")], text));
    assert!(!allows(&[&format!("script-src {hash}")], Act::Handler("alert(1)")));
    assert!(allows(&[&format!("script-src {hash} 'unsafe-hashes'")], Act::Handler("alert(1)")));
    assert!(allows(&["style-src 'unsafe-inline' 'strict-dynamic'"], Act::StyleAttribute("color: red")));
    assert!(!allows(&["script-src 'self'"], Act::Eval) && allows(&["script-src-elem 'self'"], Act::Eval));
}

#[test]
fn strict_dynamic_trusts_what_scripts_add_and_nothing_else() {
    let target = url("https://example.net/a.js");
    let strict = "script-src 'strict-dynamic' 'nonce-YWJj' https: 'self'";
    let by_parser = Load::new(Kind::Script, &target);
    assert!(!allows(&[strict], Act::Load(by_parser)));
    assert!(allows(&[strict], Act::Load(Load { parser_inserted: false, ..by_parser })));
    assert!(allows(&[strict], Act::Load(Load { nonce: "YWJj", ..by_parser })));
    let pinned = Load { integrity: "sha256-YWJj sha384-ZGVm", ..by_parser };
    assert!(allows(&["script-src 'sha256-YWJj' 'sha384-ZGVm'"], Act::Load(pinned)));
    assert!(!allows(&["script-src 'sha256-YWJj'"], Act::Load(pinned)), "every digest has to be listed");
}

#[test]
fn all_policies_apply_at_once() {
    assert!(!allows(&["script-src 'unsafe-inline'", "default-src 'self'"], injected()));
    assert!(!allows(&["script-src 'unsafe-inline', default-src 'self'"], injected()));
    let mut policies = of(&["script-src 'unsafe-inline'"]);
    policies.extend(policy_of_meta("script-src 'none'; frame-ancestors 'none'"));
    let blocked = decide(&policies, Request { page: &page(), act: injected() });
    assert_eq!(blocked, Decision::Blocked { policy: 1, directive: "script-src".to_owned() });
    let framed = Act::FramedBy(&url("https://example.net/"));
    assert!(decide(&policies, Request { page: &page(), act: framed }).is_allowed(), "dead in meta");
}

#[test]
fn plain_loads_are_upgraded_before_they_are_asked() {
    let policy = "img-src https://example.net; upgrade-insecure-requests";
    assert!(loads(policy, Kind::Image, "http://example.net/a"));
    assert!(!loads("img-src https://example.net", Kind::Image, "http://example.net/a"));
}

#[test]
fn oddities_are_told_and_no_nonce_is_among_them() {
    let policies =
        of(&["default-src self; scripts-src x; img-src *; img-src 'self'; plugin-types a/b; style-src 'none' x; \
         font-src nonce-c2VjcmV0 'nonce-!c2VjcmV0'; media-src \u{3042}"]);
    let told = &policies[0].oddities;
    for wanted in [
        Oddity::UnquotedKeyword("self".to_owned()),
        Oddity::UnknownDirective("scripts-src".to_owned()),
        Oddity::RepeatedDirective("img-src".to_owned()),
        Oddity::RemovedDirective("plugin-types".to_owned()),
        Oddity::NoneBesideOthers("style-src".to_owned()),
        Oddity::NotAscii,
    ] {
        assert!(told.contains(&wanted), "{wanted:?}: {told:?}");
    }
    assert!(!format!("{told:?}").contains("c2VjcmV0"), "{told:?}");
    assert!(policy_of_meta("sandbox; img-src *")[0].oddities.contains(&Oddity::DeadInMeta("sandbox".to_owned())));
}

fn proof(fields: &[&str], loads: &[SeenLoad<'_>], has_script: bool) -> Proof {
    let seen = Seen { page: &page(), loads, has_script, is_whole: true };
    prove(&of(fields), seen, |host| *host == HostPattern::Exactly("www.example.jp".to_owned()))
}

#[test]
fn a_page_is_proved_refuted_or_open() {
    assert_eq!(proof(&["default-src 'self'"], &[], true), Proof::Proved);
    assert_eq!(proof(&[], &[], false), Proof::Proved, "no script, and all loads were read");
    assert!(matches!(proof(&[], &[], true), Proof::Open { .. }));
    let open = proof(&["default-src 'self'; img-src https:; connect-src 'self' *.example.net"], &[], true);
    assert_eq!(open, Proof::Open { kinds: [Kind::Image, Kind::Connect, Kind::Prefetch].into() });
    assert_eq!(proof(&["default-src 'none'; img-src https:"], &[], true), Proof::Proved, "no script can run");
    assert_eq!(proof(&["default-src 'self' *", "default-src 'self' https://www.example.jp"], &[], true), Proof::Proved);
    let stranger = url("https://t.example.net/pixel.gif");
    let loads = [SeenLoad { load: Load::new(Kind::Image, &stranger), is_known_party: false }];
    assert_eq!(proof(&[], &loads, false), Proof::Refuted { hosts: ["t.example.net".to_owned()].into() });
    assert_eq!(proof(&["default-src 'self'"], &loads, false), Proof::Proved, "blocked: told to nobody");
}

const WORDS: [&str; 22] = [
    "'none'",
    "'self'",
    "*",
    "https:",
    "http:",
    "data:",
    "blob:",
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'strict-dynamic'",
    "'unsafe-hashes'",
    "'nonce-YWJj'",
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
    "www.example.jp",
    "*.example.jp",
    "https://example.net",
    "http://example.net:8080",
    "example.net/js/",
    "self",
    "nonsense'",
    "example.net:*",
    "wss://example.net",
];

const NAMES: [&str; 16] = [
    "default-src",
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "style-src",
    "img-src",
    "connect-src",
    "object-src",
    "frame-src",
    "child-src",
    "worker-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
    "sandbox",
    "upgrade-insecure-requests",
];

fn field() -> impl Strategy<Value = String> {
    let words = proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..4).prop_map(|words| words.join(" "));
    let directive = (proptest::sample::select(&NAMES[..]), words).prop_map(|(name, words)| format!("{name} {words}"));
    proptest::collection::vec(directive, 0..5).prop_map(|all| all.join("; "))
}

const TARGETS: [&str; 8] = [
    "https://www.example.jp/a",
    "http://www.example.jp/a",
    "https://example.net/js/a",
    "https://example.net:8080/a",
    "http://example.net/a",
    "data:,x",
    "blob:https://www.example.jp/1",
    "wss://example.net/",
];

fn acts(target: &Url, number: usize) -> Act<'_> {
    let load = |kind| Act::Load(Load { parser_inserted: !number.is_multiple_of(2), ..Load::new(kind, target) });
    match number % 19 {
        0 => injected(),
        1 => Act::Handler("alert(1)"),
        2 => Act::JavascriptUrl("alert(1)"),
        3 => Act::InlineStyle { nonce: "YWJj", text: "" },
        4 => Act::StyleAttribute("x"),
        5 => Act::Eval,
        6 => Act::Base(target),
        7 => Act::FramedBy(target),
        8 => Act::FormTo(target),
        kind => load(Kind::ALL[(kind - 8) % Kind::ALL.len()]),
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_decided_without_a_panic(text in ".{0,200}", number in 0..19_usize) {
        let target = url(TARGETS[number % TARGETS.len()]);
        let mut policies = policies_of_field(&text);
        policies.extend(policy_of_meta(&text));
        let _ = decide(&policies, Request { page: &page(), act: acts(&target, number) });
    }

    #[test]
    fn one_more_policy_never_allows_more(first in field(), second in field(), number in 0..10_000_usize) {
        let target = url(TARGETS[number % TARGETS.len()]);
        // An upgrade makes a load another load; it is a rewriting, not a permission.
        prop_assume!(!second.contains("upgrade"));
        let act = acts(&target, number);
        if !allows(&[&first], act) {
            prop_assert!(!allows(&[&first, &second], act));
            let joined = format!("{second}, {first}");
            prop_assert!(!allows(&[&joined], act));
        }
    }

    #[test]
    fn both_policies_allow_what_the_two_together_allow(first in field(), second in field(), number in 0..10_000_usize) {
        prop_assume!(!first.contains("upgrade") && !second.contains("upgrade"));
        let target = url(TARGETS[number % TARGETS.len()]);
        let act = acts(&target, number);
        prop_assert_eq!(allows(&[&first, &second], act), allows(&[&first], act) && allows(&[&second], act));
    }

    #[test]
    fn what_is_allowed_is_within_reach(fields in proptest::collection::vec(field(), 1..4), number in 0..10_000_usize) {
        let target = url(TARGETS[number % TARGETS.len()]);
        let kind = Kind::ALL[number % Kind::ALL.len()];
        let policies: Vec<Policy> = fields.iter().flat_map(|field| policies_of_field(field)).collect();
        let load = Load { parser_inserted: !number.is_multiple_of(2), ..Load::new(kind, &target) };
        let allowed = decide(&policies, Request { page: &page(), act: Act::Load(load) }).is_allowed();
        if let (true, Some(host)) = (allowed, target.host_str()) {
            let host = HostPattern::Exactly(host.to_owned());
            let fits = match reach(&policies, &page(), kind) {
                Reach::Anyone => true,
                Reach::Hosts(hosts) => hosts.iter().any(|one| match one {
                    HostPattern::Below(name) => host.text().ends_with(&format!(".{name}")),
                    HostPattern::Exactly(_) => *one == host,
                }),
            };
            prop_assert!(fits, "{fields:?} {kind:?} {target}");
        }
    }

    #[test]
    fn a_word_less_never_allows_a_load_by_sources_alone(first in field(), number in 0..10_000_usize) {
        // Nonces, hashes and 'strict-dynamic' switch others off, and 'none' counts alone: those words are left out.
        prop_assume!(!["'nonce", "'sha", "'strict", "sandbox", "upgrade"].iter().any(|word| first.contains(word)));
        let target = url(TARGETS[number % TARGETS.len()]);
        let act = acts(&target, number);
        let Some(at) = first.rfind(' ') else { return Ok(()) };
        let shorter = &first[..at];
        prop_assume!(shorter.matches(';').count() == first.matches(';').count());
        if !allows(&[&first], act) {
            prop_assert!(!allows(&[shorter], act), "{first} -> {shorter}");
        }
    }
}
