//! What the policies of a page still allow, each by its name.

use std::collections::BTreeMap;

use super::super::answers;
use super::*;
use crate::model::{Location, Subject, SubjectKind};
use crate::syntax::header::head;

fn facts(fields: &str, body: &str) -> Observation {
    let head = head(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n").as_bytes()).unwrap();
    let url = Url::parse("https://www.example.jp/").unwrap();
    let page = super::super::page::read(body.as_bytes(), None, &url);
    let policies = of_page(&head, &page);
    let parties = Parties::default();
    let page = PagePolicy { url: &url, policies: &policies, head: &head, page: &page, parties: &parties };
    let mut seen = Observation::new("http-page", Subject::new(SubjectKind::Page, "x"), Location::url("x"), "a test");
    page.state(&mut seen);
    seen
}

fn csp(value: &str) -> Observation {
    facts(&format!("Content-Security-Policy: {value}"), "")
}

#[test]
fn every_hole_has_its_name() {
    for (value, wanted) in [
        ("default-src 'self'", vec![]),
        ("script-src 'unsafe-inline'", vec!["inline", "handler", "javascript-url"]),
        ("script-src 'self'; script-src-attr 'unsafe-inline'", vec!["handler"]),
        ("script-src 'self' https:", vec!["any-host"]),
        ("script-src 'self' http:", vec!["any-host", "plain-http"]),
        ("script-src 'self' *.co.jp", vec!["any-host"]),
        ("script-src 'self' data: blob:", vec!["data", "blob"]),
        ("script-src 'nonce-YWJjYWJjYWJjYWJjYWJjYWJj' 'strict-dynamic' https: 'unsafe-inline'", vec![]),
    ] {
        assert_eq!(csp(value).texts("csp.script_holes"), wanted, "{value}");
    }
    let meta = "<head><meta http-equiv=Content-Security-Policy content=\"script-src 'self'\">";
    assert!(facts("Content-Security-Policy: script-src *", meta).texts("csp.script_holes").is_empty());
    assert_eq!(
        facts("Content-Security-Policy-Report-Only: default-src 'self'", "").flag("csp.report_only"),
        Some(true)
    );
}

#[test]
fn widths_and_odd_words_are_told() {
    for (value, object, base, form) in [
        ("default-src 'none'", "none", "absent", "absent"),
        ("object-src 'self'; base-uri 'none'; form-action 'self'", "self", "none", "self"),
        ("object-src data:; base-uri *; form-action https:", "anyone", "anyone", "anyone"),
        ("object-src a.example.net; form-action *.jp", "hosts", "absent", "anyone"),
        ("img-src *", "absent", "absent", "absent"),
    ] {
        let seen = csp(value);
        let told = ["csp.object", "csp.base_uri", "csp.form_action"].map(|field| seen.text(field).unwrap_or_default());
        assert_eq!(told, [object, base, form], "{value}");
    }
    let odd = facts(
        "X-WebKit-CSP: x\r\nContent-Security-Policy: default-src: x",
        "<p><meta http-equiv=Content-Security-Policy content=x>",
    );
    assert_eq!(
        odd.texts("csp.oddities"),
        ["legacy x-webkit-csp", "meta outside the head", "unknown directive default-src:"]
    );
    assert_eq!(
        csp("script-src *.example.jp unpkg.com x.example.jp").texts("csp.loose_hosts"),
        ["*.example.jp", "unpkg.com"]
    );
    assert_eq!(
        csp("connect-src 'self' t.example.net").texts("csp.connect_foreign"),
        ["t.example.net", "www.example.jp"]
    );
}

#[test]
fn trust_without_a_beginning_is_odd() {
    for (value, odd) in [
        ("script-src 'strict-dynamic'", vec!["'strict-dynamic' without nonce or hash in script-src"]),
        ("default-src 'self' 'strict-dynamic'", vec!["'strict-dynamic' without nonce or hash in default-src"]),
        ("script-src 'strict-dynamic' 'nonce-YWJj'", vec![]),
        ("script-src 'strict-dynamic' 'sha256-YWJj'", vec![]),
    ] {
        assert_eq!(csp(value).texts("csp.oddities"), odd, "{value}");
    }
}

#[test]
fn scripts_that_cannot_run_fingerprint_nobody() {
    let script = "<script src=/a.js></script>";
    assert_eq!(facts("X: y", script).flag("fingerprinting"), None);
    assert_eq!(facts("Content-Security-Policy: script-src 'none'", script).flag("fingerprinting"), Some(false));
    assert_eq!(facts("X: y", "<script src=/fingerprintjs.min.js></script>").flag("fingerprinting"), Some(true));
    assert_eq!(facts("X: y", "<p>").flag("fingerprinting"), Some(false));
}

/// What we do not say alike, and the sentence of the standard that we follow.
const DEPARTURES: [(&str, &str, &str); 3] = [
    (
        "csp_evaluator",
        "script-src *.google.com 'none'; script-src-elem *.google.com 'none'",
        "CSP3 section 6.7.2.7, step 2: 'none' counts only where it stands alone, so that the wildcard is in force.",
    ),
    (
        "observatory",
        "object-src 'none'; style-src 'self'; script-src 'unsafe-inline' 'sha256-hqBEA/HXB3aJU2FgOnYN8rkAgEVgyfi3Vs1j2/XMPBA=''sha256-hqBEA/HXB3aJU2FgOnYN8rkAgEVgyfi3Vs1j2/XMPBB='",
        "CSP3 section 2.3.1: two hashes without a blank between them are no hash-source, so that 'unsafe-inline' is in force.",
    ),
    (
        "observatory",
        "ALLOW-FROM https://mozilla.org",
        "HTML, The X-Frame-Options header: ALLOW-FROM is no value; browsers let everybody frame the page.",
    ),
];

/// Holds the vectors of other graders, where `TENKEN_HTTP_VECTORS` names a file of them (benches/http_graders.py writes it).
#[test]
fn published_vectors_are_judged_alike() {
    let Some(file) = std::env::var_os("TENKEN_HTTP_VECTORS") else { return };
    let vectors: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut rates: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut unlisted = Vec::new();
    let mut idle: Vec<&str> = DEPARTURES.iter().map(|(_, what, _)| *what).collect();
    let mut report = String::new();
    for vector in &vectors {
        let of = |name: &str| vector[name].as_str().unwrap();
        let (source, about, value) = (of("source"), of("about"), of("value"));
        let rate = rates.entry(source.to_owned()).or_default();
        rate.0 += 1;
        if flagged(about, of("field"), value) == vector["flagged"].as_bool().unwrap() {
            rate.1 += 1;
            continue;
        }
        let reason = DEPARTURES.iter().find(|(from, what, _)| *from == source && *what == value);
        match reason {
            Some((_, _, reason)) => {
                rate.2 += 1;
                idle.retain(|what| *what != value);
                report.push_str(&format!("- {source}, `{about}`: `{value}`. {reason}\n"));
            }
            None => unlisted.push(format!(
                "{source} {about} {value}: we {}",
                if flagged(about, of("field"), value) { "flag" } else { "pass" }
            )),
        }
    }
    for (source, (all, same, explained)) in &rates {
        let share = |count: usize| 100.0 * count as f64 / *all as f64;
        report.push_str(&format!(
            "= {source}: {same} of {all} vectors have the same verdict ({:.1} %), {} the same or one that a sentence of a standard explains ({:.1} %)\n",
            share(*same),
            same + explained,
            share(same + explained)
        ));
    }
    if let Some(out) = std::env::var_os("TENKEN_HTTP_VECTORS_OUT") {
        std::fs::write(out, &report).unwrap();
    }
    assert_eq!(unlisted, Vec::<String>::new(), "{report}");
    assert_eq!(idle, Vec::<&str>::new(), "listed, and judged alike");
}

/// Whether we find fault with one value, by the question that the other grader asks: a fault is what a check of ours fails at band low
/// or above, as theirs is what is more than advice.
fn flagged(about: &str, field: &str, value: &str) -> bool {
    let fields = format!("{field}: {}", value.replace(['\r', '\n'], " "));
    let head = head(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n").as_bytes()).unwrap();
    let seen = answers::response("https://www.example.jp/", &head, answers::Role::Page, &Parties::default());
    let page = facts(&fields, "");
    let holes = page.texts("csp.script_holes");
    let any = |words: &[&str]| holes.iter().any(|hole| words.contains(hole));
    let open = |field: &str| page.text(field) == Some("anyone");
    let is_repeated = !seen.texts("repeated").is_empty();
    let own_object = matches!(page.text("csp.object"), Some("none"));
    match about {
        "checkScriptUnsafeInline" => any(&["inline", "handler", "javascript-url"]),
        "checkScriptUnsafeEval" => page.flag("csp.unsafe_eval") == Some(true),
        "checkPlainUrlSchemes" | "checkWildcards" => {
            let is_named = |name: &str| value.contains(name);
            (is_named("script-src") || is_named("default-src")) && any(&["any-host", "data", "plain-http", "blob"])
                || open("csp.object")
                || open("csp.base_uri")
        }
        "checkMissingDirectives" => {
            let no_object =
                page.text("csp.object") == Some("absent") || (!own_object && page.text("csp.object") == Some("self"));
            let is_base_open = page.text("csp.base_uri") == Some("absent")
                && (value.contains("'nonce-") || value.contains("'strict-dynamic'"));
            no_object || is_base_open || (!value.contains("script-src") && !value.contains("default-src"))
        }
        "checkScriptAllowlistBypass" => !page.texts("csp.loose_hosts").is_empty(),
        // Named hosts are a fault of the lesser kind, and no browser runs Flash any more.
        "checkFlashObjectAllowlistBypass" => !matches!(page.text("csp.object"), Some("none" | "self" | "hosts")),
        // Fewer than the standard's 128 bits is advice of ours too.
        "checkNonceLength" => page.integer("csp.nonce_bits").is_some_and(|bits| bits < 64),
        // What several policies come to together.
        "evaluateForFailure" => {
            any(&["inline", "handler", "javascript-url", "any-host", "data", "blob"])
                || matches!(page.text("csp.object"), Some("absent" | "anyone"))
                || (page.flag("csp.nonce_used") == Some(true) && page.text("csp.base_uri") == Some("absent"))
        }
        // Advice alone: where reports go, addresses instead of names, forms of a policy for old browsers.
        "checkIpSource"
        | "checkHasConfiguredReporting"
        | "checkStrictDynamic"
        | "checkStrictDynamicNotStandalone"
        | "checkUnsafeInlineFallback"
        | "checkAllowlistFallback" => false,
        "checkSrcHttp"
        | "checkDeprecatedDirective"
        | "checkUnknownDirective"
        | "checkMissingSemicolon"
        | "checkInvalidKeyword" => !page.texts("csp.oddities").is_empty(),
        "csp" => {
            page.flag("csp.enforced") != Some(true)
                || !holes.is_empty()
                || page.flag("csp.unsafe_eval") == Some(true)
                || matches!(page.text("csp.object"), Some("absent" | "anyone"))
                || page.texts("csp.oddities").iter().any(|odd| !odd.starts_with("no source expression 'sha256-"))
        }
        "hsts" => seen.integer("hsts.max_age_seconds").is_none_or(|seconds| seconds < 15_768_000),
        "framing" => seen.flag("framing_refused") != Some(true) || is_repeated,
        "nosniff" => seen.flag("nosniff") != Some(true) || is_repeated,
        // Theirs calls no header and no-referrer-when-downgrade a choice; ours says whole URLs, and names in clear.
        "referrer" => !matches!(
            seen.text("referrer_policy"),
            Some("no-referrer" | "same-origin" | "strict-origin" | "strict-origin-when-cross-origin")
        ),
        // Their grade lets cross-origin pass as a choice; ours asks for less.
        "corp" => seen.text("corp") == Some("absent"),
        other => panic!("{other}"),
    }
}
