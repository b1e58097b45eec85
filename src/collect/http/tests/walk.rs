//! The walk, the paths and the facts of whole sites, good ones and hostile ones.

use std::net::{IpAddr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::fake::{Fake, NAME, Reply, answer, declared, not_found, one, page};
use crate::collect::limits::{CRAWL_REQUESTS_PER_HOST, LISTED_DIRECTORIES, PAGES_PER_HOST};
use crate::model::{CensusState, Evidence, Host};

/// Everything that is asked for by name, probes of headers included; what a page declares comes on top of the walk.
const BY_NAME: usize = super::super::exposure::EXPOSURES.len() + LISTED_DIRECTORIES + 40;

fn incomplete(evidence: &Evidence, kind: &str) -> Option<String> {
    evidence.census_of(kind).find_map(|census| match &census.state {
        CensusState::Incomplete(reason) => Some(reason.clone()),
        _ => None,
    })
}

#[tokio::test]
async fn a_site_is_walked_politely_and_every_fact_is_stated() {
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" if asked.address.port() == 80 => {
            Reply::Kept(b"HTTP/1.1 301 x\r\nLocation: https://www.example.jp/\r\nContent-Length: 0\r\n\r\n".to_vec())
        }
        "/" => page(
            "<link rel=stylesheet href=/a.css><a href=/contact>x</a><a href=/secret/a>y</a><a href=/policy>p</a><img src=/i/x.png>\
             <script src=https://cdn.example.net/x.js></script>",
        ),
        "/a.css" => {
            answer("Content-Type: text/css\r\n", "@import 'b.css'; body { background: url(https://img.example.org/x) }")
        }
        "/b.css" => answer("Content-Type: text/css\r\n", "@font-face { src: url(https://font.example.org/f.woff2) }"),
        "/contact" => page("<form method=post action=/send><input name=email type=email></form><a href=/policy>p</a>"),
        "/policy" => page("<h1>方針</h1><p>当サイトは記録を取得します。</p>"),
        "/robots.txt" => answer("Content-Type: text/plain\r\n", "User-agent: *\nDisallow: /secret/\n"),
        "/.well-known/security.txt" => answer(
            "Content-Type: text/plain\r\n",
            "Contact: mailto:security@example.jp\nExpires: 2036-03-31T15:00:00Z\nCanonical: https://www.example.jp/.well-known/security.txt\n",
        ),
        _ => not_found(),
    });
    fake.files.insert("policy.txt".to_owned(), "方針 当サイトは、記録を取得します".as_bytes().to_vec());
    let mut declaration = declared();
    declaration.site.declared.policy_pages.insert("ja".to_owned(), "/policy".to_owned());
    declaration.site.declared.policy_texts.insert("ja".to_owned(), "policy.txt".to_owned());
    let evidence = fake.look(&declaration).await;

    let crawl = one(&evidence, "http-crawl", NAME);
    assert_eq!(crawl.texts("read"), ["/", "/a.css", "/b.css", "/contact", "/policy"]);
    assert_eq!(crawl.texts("unread"), ["/secret/a: robots.txt forbids it"]);
    assert_eq!(incomplete(&evidence, "http-page").as_deref(), Some("/secret/a: robots.txt forbids it"));
    let root = one(&evidence, "http-page", "example.jp/");
    assert_eq!((root.flag("policy_link"), root.text("proof")), (Some(true), Some("refuted")));
    assert_eq!(root.texts("proof_because"), ["cdn.example.net", "font.example.org", "img.example.org"]);
    assert_eq!(root.texts("unpinned"), ["cdn.example.net"]);
    assert_eq!(one(&evidence, "http-page", "/policy").text("policy_text"), Some("as declared"));
    let form = one(&evidence, "http-form", "#form[0]");
    assert_eq!(
        (form.texts("categories"), form.flag("post"), form.flag("targets_https")),
        (vec!["email"], Some(true), Some(true))
    );
    assert_eq!(one(&evidence, "http-load", "font.example.org").texts("kinds"), ["font"]);
    assert_eq!(one(&evidence, "http-load", "cdn.example.net").text("party"), Some("third"));
    assert_eq!(one(&evidence, "http-wellknown", "#paths[leftover]").flag("exposed"), Some(false));
    let contact = one(&evidence, "http-wellknown", "security.txt");
    assert_eq!(
        (contact.texts("security_txt.errors").len(), contact.flag("security_txt.names_itself")),
        (0, Some(true))
    );

    // Manners: declared hosts only, no body, at most the stated number of requests.
    let asked = fake.asked.borrow();
    assert!(asked.iter().all(|asked| asked.host == NAME && asked.head.contains("\r\nHost: www.example.jp")));
    for asked in asked.iter() {
        let head = asked.head.to_ascii_lowercase();
        assert!(!head.contains("content-length") && !head.contains("transfer-encoding"), "{head}");
        assert!(["get ", "head ", "options ", "trace "].iter().any(|method| head.starts_with(method)), "{head}");
        assert!(head.contains("user-agent: tenken/"));
    }
    assert!(asked.len() <= CRAWL_REQUESTS_PER_HOST + BY_NAME, "{} requests", asked.len());
    assert!(fake.connections.borrow().iter().all(|(host, _)| host == NAME));
}

#[tokio::test]
async fn pages_beyond_the_limit_are_listed_and_leave_the_census_incomplete() {
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" => page((0..100).map(|number| format!("<a href=/p{number:03}>x</a>")).collect::<String>()),
        path if path.starts_with("/p") && path.len() == 5 => page("<p>x"),
        _ => not_found(),
    });
    let mut declaration = declared();
    declaration.site.hosts[0].pages = (90..99).map(|number| format!("/p{number:03}")).collect();
    let evidence = fake.look(&declaration).await;
    assert_eq!(evidence.of_kind("http-page").count(), PAGES_PER_HOST);
    let crawl = one(&evidence, "http-crawl", NAME);
    assert_eq!(crawl.texts("unread").len(), 101 - PAGES_PER_HOST);
    assert!(crawl.texts("read").contains(&"/p098"), "declared pages come first");
    assert!(incomplete(&evidence, "http-form").unwrap().contains("beyond the limit of 20 pages"));
}

#[tokio::test]
async fn without_robots_txt_only_declared_pages_are_read() {
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" => page("<a href=/a>a</a><a href=/b>b</a>"),
        "/robots.txt" => Reply::Kept(b"HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n".to_vec()),
        _ => page("<p>x"),
    });
    let mut declaration = declared();
    declaration.site.hosts[0].pages = vec!["/b".to_owned()];
    let evidence = fake.look(&declaration).await;
    let crawl = one(&evidence, "http-crawl", NAME);
    assert_eq!(
        (crawl.texts("read"), crawl.texts("unread")),
        (vec!["/", "/b"], vec!["/a: robots.txt could not be had"])
    );
}

#[tokio::test]
async fn redirects_to_others_are_told_and_never_followed() {
    let targets = [
        "http://127.0.0.1/",
        "https://[::1]/x",
        "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://other.example.net/?v=1",
        "https://img.example.jp/",
        "file:///etc/passwd",
        "//user:pass@evil.example.org/",
    ];
    let mut fake = Fake::new(move |asked| {
        let location = |target: &str| {
            Reply::Kept(format!("HTTP/1.1 302 x\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n").into_bytes())
        };
        match asked.path.as_str() {
            "/" => page(
                (0..targets.len())
                    .map(|number| format!("<a href=/r{number}>x</a><a href=/loop>l</a>"))
                    .collect::<String>(),
            ),
            "/loop" => location("/loop2"),
            "/loop2" => location("https://www.example.jp/loop"),
            path => match path.strip_prefix("/r").and_then(|number| number.parse::<usize>().ok()) {
                Some(number) => location(targets[number]),
                None => not_found(),
            },
        }
    });
    let evidence = fake.look(&declared()).await;
    assert!(
        fake.connections
            .borrow()
            .iter()
            .all(|(host, address)| host == NAME && address.ip().to_string() == "192.0.2.80")
    );
    assert!(fake.paths().iter().filter(|path| *path == "/loop").count() <= 4, "a loop is not walked round");
    let crawl = one(&evidence, "http-crawl", NAME);
    assert!(crawl.texts("sent_on").contains(&"/r4: other.example.net"));
    assert!(crawl.texts("unread").contains(&"https://img.example.jp/: its host is not declared"));
    let shown = format!("{evidence:?}");
    assert!(!shown.contains("user:pass") && !shown.contains("v=1"));
}

#[tokio::test]
async fn a_site_that_answers_everything_is_not_open() {
    // The words of every signature, for every path: what a honest site never says, and a friendly one may.
    let says = "ref: refs/heads/main\nDB_HOST=db\n-- MySQL dump\n<?php\n[error] 1 \"GET / HTTP/1.1\" [x]\n# HELP x\n# TYPE x\n";
    let mut fake = Fake::new(move |asked| match asked.path.as_str() {
        "/" => page("<p>x"),
        path => answer("Content-Type: text/plain\r\n", format!("{says}{path}")),
    });
    let evidence = fake.look(&declared()).await;
    assert!(evidence.of_kind("http-wellknown").all(|seen| seen.flag("exposed") != Some(true)));
    let names: Vec<String> = fake
        .paths()
        .into_iter()
        .filter(|path| path.len() >= 17 && path[1..17].bytes().all(|byte| byte.is_ascii_hexdigit()))
        .collect();
    assert!(
        names.len() >= 2 && !format!("{evidence:?}").contains(&names[0][1..]),
        "what is random stays in the question"
    );
}

#[tokio::test]
async fn an_open_path_is_proved_and_its_secret_stays_where_it_is() {
    let mut fake = Fake::of_pages(&[
        ("/", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 23\r\n\r\n<img src=/photos/a.jpg>"),
        ("/.env", "HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\nDB_PASSWORD=hunter2hunter2\nAPI_KEY=abc123"),
        (
            "/access.log",
            "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n203.0.113.9 - - [01/Apr/2026:00:00:00 +0900] \"GET /a?name=yamada HTTP/1.1\"",
        ),
        (
            "/photos/",
            "HTTP/1.1 200 OK\r\nContent-Length: 58\r\n\r\n<html><title>Index of /photos/</title><a href=\"a.jpg\">a</a>",
        ),
        ("/phpinfo.php", "HTTP/1.1 403 Forbidden\r\nContent-Length: 32\r\n\r\nPHP Version phpinfo() PHP Version"),
    ]);
    let evidence = fake.look(&declared()).await;
    let env = one(&evidence, "http-wellknown", "/.env");
    assert_eq!((env.flag("exposed"), env.text("sign")), (Some(true), Some("environment settings")));
    assert_eq!(one(&evidence, "http-wellknown", "/access.log").text("category"), Some("log"));
    assert_eq!(one(&evidence, "http-wellknown", "/photos/").text("category"), Some("listing"));
    assert_eq!(one(&evidence, "http-wellknown", "#paths[debug]").flag("exposed"), Some(false), "a 403 is no exposure");
    let shown = format!("{evidence:?}");
    for secret in ["hunter2", "abc123", "203.0.113.9", "yamada"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn packed_cut_and_endless_pages_are_unknown() {
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" => page("<a href=/packed>x</a><a href=/short>x</a><a href=/endless>x</a><a href=/deep>x</a>"),
        // A bomb would unpack to gigabytes; nothing here unpacks it.
        "/packed" => answer("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", [0x1f, 0x8b, 8, 0].repeat(1_000)),
        "/short" => {
            Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<p>cut".to_vec())
        }
        "/endless" => {
            Reply::Endless(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n".to_vec(), b"<p>more ".repeat(1_000))
        }
        "/deep" => page("<div>".repeat(60_000)),
        _ => not_found(),
    });
    let evidence = fake.look(&declared()).await;
    assert!(one(&evidence, "http-crawl", NAME).texts("unread")[0].starts_with("/packed: the page is packed (gzip)"));
    for path in ["/short", "/endless", "/deep"] {
        let seen = one(&evidence, "http-page", path);
        for field in ["proof", "foreign_scripts", "insecure", "scripts_run", "generator_version", "mail.links"] {
            assert!(
                seen.unknown_fields.contains_key(field) && !seen.fields.contains_key(field),
                "{path} {field}: {seen:?}"
            );
        }
    }
    assert_eq!(evidence.gaps.len(), 4);
    assert!(incomplete(&evidence, "http-form").is_some());
}

#[tokio::test]
async fn what_follows_a_body_is_no_answer_to_the_next_question() {
    // A length that is too short: the rest looks like an answer, and a client that keeps the connection would take it for one.
    let mut fake = Fake::new(|asked| {
        match asked.path.as_str() {
        "/" => Reply::Kept(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 22\r\n\r\n<a href=/next>next</a>HTTP/1.1 200 OK\r\n\
              Content-Type: text/html\r\nContent-Length: 33\r\n\r\n<script src=//evil.example></script>"
                .to_vec(),
        ),
        "/next" => page("<p>the real one"),
        _ => not_found(),
    }
    });
    let evidence = fake.look(&declared()).await;
    assert!(one(&evidence, "http-crawl", NAME).texts("read").contains(&"/next"));
    assert!(!format!("{evidence:?}").contains("evil.example"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_drips_is_left_soon() {
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" if asked.address.port() == 443 => page("<p>x"),
        _ => Reply::Drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_vec()),
    });
    // The clock of this runtime jumps to the next deadline by itself: a minute of it takes no time.
    let a_minute = std::time::Duration::from_secs(60);
    let evidence = tokio::time::timeout(a_minute, fake.look(&declared())).await.unwrap();
    assert!(evidence.of_kind("http-wellknown").all(|seen| seen.flag("exposed").is_none()));
    assert!(incomplete(&evidence, "http-wellknown").is_some());
    let mut fake = Fake::new(|_| Reply::Silence);
    let evidence = fake.look(&declared()).await;
    assert_eq!((evidence.observations.len(), fake.asked.borrow().len()), (0, 1));
}

#[tokio::test]
async fn no_http_and_hostile_headers_are_gaps_or_plain_facts() {
    for start in [
        &b"<html>HTTP/0.9 says only this"[..],
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
    ] {
        let mut fake = Fake::new(|_| Reply::Bytes(start.to_vec()));
        let evidence = fake.look(&declared()).await;
        assert!(evidence.observations.is_empty() && !evidence.gaps.is_empty(), "{}", String::from_utf8_lossy(start));
    }
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" => answer(
            "Content-Type: text/html\r\nX: \x1b[2J\x1b]0;owned\x07\r\nLink: <\x1b[31m>; rel=preload\r\n",
            "<form id='\x1b[31m'><input name=email>",
        ),
        _ => not_found(),
    });
    let evidence = fake.look(&declared()).await;
    assert_eq!(evidence.of_kind("http-form").count(), 1);
}

#[tokio::test]
async fn digests_are_made_where_the_body_may_be_had() {
    let digest = |body: &[u8]| format!("sha384-{}", STANDARD.encode(ring::digest::digest(&ring::digest::SHA384, body)));
    let (right, wrong) = (digest(b"right"), digest(b"other"));
    let mut fake = Fake::new(move |asked| match (asked.host.as_str(), asked.path.as_str()) {
        (NAME, "/") => page(format!("<script src=https://static.example.com/a.js integrity='{right}'></script>")),
        (NAME, "/wrong") => page(format!("<script src=https://static.example.com/a.js integrity='{wrong}'></script>")),
        (NAME, "/far") => page(format!("<script src=https://cdn.example.net/a.js integrity='{right}'></script>")),
        ("static.example.com", "/a.js") => answer("Content-Type: text/javascript\r\n", "right"),
        _ => not_found(),
    });
    let mut declaration = declared();
    declaration.site.hosts[0].pages = vec!["/wrong".to_owned(), "/far".to_owned()];
    let other = Host { name: "static.example.com".to_owned(), https_port: 443, ..Host::default() };
    declaration.site.hosts.push(other);
    declaration.site.declared.first_parties = Some(vec!["example.jp".to_owned()]);
    let evidence = fake.look(&declaration).await;
    assert_eq!(one(&evidence, "http-page", "www.example.jp/").texts("wrong_digest").len(), 0);
    assert_eq!(one(&evidence, "http-page", "/wrong").texts("wrong_digest"), ["static.example.com"]);
    let far = one(&evidence, "http-page", "/far");
    assert!(far.unknown_fields["wrong_digest"].contains("not declared") && far.texts("unpinned").is_empty());
}

#[tokio::test]
async fn policies_mark_loads_and_prove_pages() {
    let mut fake = Fake::new(|asked| match asked.path.as_str() {
        "/" => answer(
            "Content-Type: text/html\r\nContent-Security-Policy: default-src 'self'\r\n",
            "<script src=https://cdn.example.net/x.js></script><script>1</script><form method=post><input name=email></form>",
        ),
        _ => not_found(),
    });
    let evidence = fake.look(&declared()).await;
    let root = one(&evidence, "http-page", "example.jp/");
    assert_eq!((root.text("proof"), root.texts("foreign_scripts_allowed").len()), (Some("proved"), 0));
    assert_eq!(root.texts("foreign_scripts"), ["cdn.example.net"]);
    assert_eq!(one(&evidence, "http-load", "cdn.example.net").flag("blocked"), Some(true));
    let mut fake = Fake::new(|asked| if asked.path == "/" { page("<script>1</script>") } else { not_found() });
    let evidence = fake.look(&declared()).await;
    assert_eq!(one(&evidence, "http-page", "example.jp/").text("proof"), Some("open"));
}

#[tokio::test]
async fn addresses_that_answer_otherwise_are_named() {
    let second = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
    let mut fake = Fake::new(move |asked| {
        let fields = if asked.address.ip() == second { "" } else { "X-Content-Type-Options: nosniff\r\n" };
        if asked.path == "/" { answer(&format!("Content-Type: text/html\r\n{fields}"), "<p>x") } else { not_found() }
    });
    fake.addresses.push(second);
    let evidence = fake.look(&declared()).await;
    let host = one(&evidence, "http-host", NAME);
    assert!(host.texts("compared.address_differences").contains(&"2001:db8::1: nosniff"));
    assert_eq!(host.integer("compared.views"), Some(2));
}
