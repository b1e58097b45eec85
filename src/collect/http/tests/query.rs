//! Pages that a query selects, files of speculation rules, and what is not asked where nothing needs it.

use std::collections::BTreeSet;

use super::fake::{Fake, NAME, Reply, answer, declared, not_found, one, page};
use crate::model::CensusState;

#[tokio::test]
async fn a_page_that_a_query_selects_is_read_once_for_its_keys() {
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" => page(
            "<a href='/show?id=1&amp;lang=ja'>a</a><a href='/show?lang=en&amp;id=2'>b</a><a href='/show?token'>c</a><a href='/go?page=x'>d</a>\
             <a href=/show>e</a><a href='/no?q=1'>f</a>",
        ),
        "/show?id=1&lang=ja" => page("<form method=post action=/send><input name=email type=email></form>"),
        "/show?token" | "/show" => page("<p>x"),
        "/go?page=x" => {
            Reply::Kept(b"HTTP/1.1 302 x\r\nLocation: /end?key=secret-value\r\nContent-Length: 0\r\n\r\n".to_vec())
        }
        "/end?key=secret-value" => page("<script src=https://cdn.example.net/x.js></script>"),
        "/robots.txt" => answer("Content-Type: text/plain\r\n", "User-agent: *\nDisallow: /no?q\n"),
        _ => not_found(),
    });
    let evidence = fake.look(&declared()).await;
    let crawl = one(&evidence, "http-crawl", NAME);
    assert_eq!(crawl.texts("read"), ["/", "/end?key", "/go?page", "/show", "/show?*", "/show?id&lang"]);
    assert_eq!(crawl.texts("unread"), ["/no?q: robots.txt forbids it"]);
    one(&evidence, "http-form", "/show?id&lang#form[0]");
    assert_eq!(one(&evidence, "http-load", "cdn.example.net").texts("pages"), ["https://www.example.jp/end?key"]);
    assert!(!format!("{evidence:?}").contains("secret-value"));
    assert_eq!(fake.paths().iter().filter(|path| path.starts_with("/show?id")).count(), 1);
}

#[tokio::test]
async fn files_of_speculation_rules_are_read_where_they_are_the_hosts_own() {
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" => answer(
            "Content-Type: text/html\r\nSpeculation-Rules: \"/rules.json\"\r\n",
            "<a href=/b>b</a><a href=https://out.example.org/>o</a>",
        ),
        "/b" => answer(
            "Content-Type: text/html\r\nSpeculation-Rules: \"https://rules.example.net/r\"\r\n",
            "<a href=/c>c</a>",
        ),
        "/c" => answer(
            "Content-Type: text/html\r\nSpeculation-Rules: \"/long.json\"\r\n",
            "<a href=https://out.example.org/>o</a>",
        ),
        "/rules.json" => answer(
            "Content-Type: application/speculationrules+json\r\n",
            "{\"prefetch\": [{\"urls\": [\"https://next.example.net/\"]}]}",
        ),
        "/long.json" => Reply::Kept(b"HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n".to_vec()),
        _ => not_found(),
    });
    let evidence = fake.look(&declared()).await;
    let hints = |path: &str| one(&evidence, "http-page", path).texts("foreign_hints").join(",");
    assert_eq!(hints("example.jp/"), "prefetch next.example.net");
    assert_eq!(hints("/b"), "speculation-rules rules.example.net");
    let unread = one(&evidence, "http-page", "/c");
    assert_eq!(
        unread.unknown_fields.get("foreign_hints").map(String::as_str),
        Some("speculation rules choose among the page's links")
    );
}

#[tokio::test]
async fn named_paths_are_left_alone_where_no_check_needs_them() {
    let pages = || {
        Fake::new(|asked| match asked.path.as_str() {
            "/" => page(
                (0..40).map(|number| format!("<a href=/p{number}>x</a><img src=/f{number}/x.png>")).collect::<String>(),
            ),
            "/robots.txt" => answer("Content-Type: text/plain\r\n", "User-agent: *\nDisallow:\n"),
            path if path.starts_with("/p") => page("<link rel=stylesheet href=/a.css>"),
            "/a.css" => answer("Content-Type: text/css\r\n", ""),
            _ => not_found(),
        })
    };
    let mut whole = pages();
    whole.look(&declared()).await;
    assert!(whole.paths().iter().any(|path| path == "/.git/HEAD"));
    let mut part = pages();
    let evidence = part.look_for(&declared(), Some(&BTreeSet::from(["http-response".to_owned()]))).await;
    let asked = part.paths();
    assert!(asked.len() <= 40, "{asked:?}");
    assert!(asked.iter().all(|path| !path.starts_with("/.") && !path.starts_with("/f")), "{asked:?}");
    assert_eq!(evidence.of_kind("http-wellknown").count(), 0);
    let census: Vec<_> = evidence.census_of("http-wellknown").map(|census| census.state.clone()).collect();
    assert!(
        matches!(census.as_slice(), [CensusState::NotAsked(reason)] if reason == "left out by --only or --skip"),
        "{census:?}"
    );
    assert!(evidence.of_kind("http-page").count() == 20);
}
