//! What the policies of a page still allow, each by its name.

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
fn scripts_that_cannot_run_fingerprint_nobody() {
    let script = "<script src=/a.js></script>";
    assert_eq!(facts("X: y", script).flag("fingerprinting"), None);
    assert_eq!(facts("Content-Security-Policy: script-src 'none'", script).flag("fingerprinting"), Some(false));
    assert_eq!(facts("X: y", "<script src=/fingerprintjs.min.js></script>").flag("fingerprinting"), Some(true));
    assert_eq!(facts("X: y", "<p>").flag("fingerprinting"), Some(false));
}
