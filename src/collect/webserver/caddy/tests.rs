//! Caddy on recorded Caddyfiles.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::model::{Observation, WebServerKind};

fn seen(world: &RecordedWorld) -> (Vec<Observation>, Vec<(String, String)>) {
    let server = WebServer { kind: WebServerKind::Caddy, path: "Caddyfile".to_owned(), version: None, root: None };
    let mut whole = look(world, &server, Some(&["/contact".to_owned()]));
    let faults = std::mem::take(&mut whole.faults);
    (super::super::served::observe(whole, "Caddyfile", Some(true)), faults)
}

fn of(text: &str) -> Vec<Observation> {
    let (observations, faults) = seen(&RecordedWorld::new().file("Caddyfile", text));
    assert_eq!(faults, [], "{text}");
    observations
}

fn find<'a>(all: &'a [Observation], kind: &str, locus: &str) -> &'a Observation {
    let subject = format!("file:Caddyfile#{locus}");
    all.iter().find(|one| one.kind == kind && one.subject.to_string() == subject).unwrap_or_else(|| {
        let names: Vec<String> = all.iter().map(|one| format!("{} {}", one.kind, one.subject)).collect();
        panic!("{kind} {subject} is not among {names:#?}")
    })
}

const SITE: &str = "\
{
\tadmin :2019
}
(headers) {
\theader {
\t\tStrict-Transport-Security \"max-age=31536000\"
\t\t-Server
\t}
\theader X-Frame-Options {args.0}
}
www.example.jp {
\timport headers DENY
\troot * /srv/www
\tlog {
\t\toutput file /var/log/caddy/access.log
\t\tformat filter {
\t\t\twrap json
\t\t\tfields {
\t\t\t\trequest>headers delete
\t\t\t\tresp_headers delete
\t\t\t\trequest>remote_ip ip_mask {
\t\t\t\t\tipv4 24
\t\t\t\t}
\t\t\t\trequest>uri query {
\t\t\t\t\tdelete token
\t\t\t\t}
\t\t\t}
\t\t}
\t}
\ttls {
\t\tprotocols tls1.2 tls1.3
\t}
\t@outside {
\t\tpath /admin/*
\t\tnot remote_ip 192.0.2.0/24
\t}
\trespond @outside 403
\tbasicauth /secret {
\t\tbob aGFzaA
\t}
\thandle_path /api/* {
\t\treverse_proxy https://app.example.jp {
\t\t\ttransport http {
\t\t\t\ttls_insecure_skip_verify
\t\t\t}
\t\t}
\t}
\tmetrics /metrics
\tfile_server browse
}
http://www.example.jp {
\tredir https://www.example.jp{uri} permanent
}
http://old.example.jp:8080 {
\trespond \"hello\"
}
";

#[test]
fn a_whole_site_is_stated_in_the_words_of_all_servers() {
    let all = of(SITE);
    let www = find(&all, "web-server", "server[www.example.jp:443]");
    assert_eq!((www.flag("tls"), www.flag("plain")), (Some(true), Some(false)));
    assert_eq!(www.texts("protocols"), ["TLSv1.2", "TLSv1.3"]);
    assert_eq!(find(&all, "web-server", "server[www.example.jp:80]").flag("plain_only_redirects"), Some(true));
    assert_eq!(find(&all, "web-server", "server[old.example.jp:8080]").flag("plain_only_redirects"), Some(false));
    let own = find(&all, "web-location", "server[www.example.jp:443]");
    assert_eq!(own.integer("hsts_max_age_seconds"), Some(31_536_000));
    assert_eq!(
        own.texts("headers_without_always"),
        ["strict-transport-security"],
        "a block with a deletion waits for the answer"
    );
    assert_eq!(own.texts("headers_missing"), ["x-content-type-options", "referrer-policy"]);
    assert_eq!((own.flag("listing"), own.text("root")), (Some(true), Some("/srv/www")));
    assert_eq!(own.texts("leftovers_served").len(), 7);
    let level = |path: &str| find(&all, "web-location", &format!("server[www.example.jp:443]/path[{path}]"));
    assert_eq!(level("/admin/*").flag("restricted"), Some(true));
    assert_eq!((level("/secret").flag("restricted"), level("/secret").flag("exact_only")), (Some(true), Some(true)));
    assert_eq!(
        (level("/metrics").flag("status_endpoint"), level("/metrics").flag("restricted")),
        (Some(true), Some(false))
    );
    assert!(level("/api/*").unknown_fields.contains_key("headers_missing"), "the upstream may set them");
    let upstream = find(&all, "web-upstream", "server[www.example.jp:443]/reverse_proxy[app.example.jp:443]/upstream");
    assert_eq!(
        (upstream.flag("tls"), upstream.flag("verified"), upstream.text("host")),
        (Some(true), Some(false), Some("app.example.jp"))
    );
    assert_eq!(find(&all, "web-admin-endpoint", "admin[:2019]").text("reach"), Some("network"));
    let log = all.iter().find(|one| one.kind == "web-log").unwrap();
    assert_eq!(log.subject.to_string(), "log:/var/log/caddy/access.log");
    assert_eq!(log.texts("classes"), ["access_info", "identity", "ip_address"]);
    let target = all.iter().find(|one| one.kind == "log-target" && one.text("role") == Some("access")).unwrap();
    assert_eq!(target.text("client_address"), Some("shortened"));
    assert_eq!(
        find(&all, "web-sensitive-path", "server[www.example.jp:443]/path[/contact]").flag("query_logged"),
        Some(true)
    );
    assert_eq!(find(&all, "web-socket", "socket[*:443]").text("unknown_names"), Some("refused"));
}

#[test]
fn a_rewrite_to_files_may_go_around_a_password() {
    let all = of(
        "a.example.jp {\n\troot * /srv\n\tbasicauth /admin/* {\n\t\tbob aGFzaA\n\t}\n\ttry_files {path} /index.php\n\tphp_fastcgi localhost:9000\n}\n",
    );
    let admin = find(&all, "web-location", "server[a.example.jp:443]/path[/admin/*]");
    assert!(admin.unknown_fields.contains_key("restricted"), "{admin:?}");
}

#[test]
fn defaults_are_caddys() {
    let all = of("a.example.jp\nrespond hi\n");
    assert_eq!(find(&all, "web-admin-endpoint", "admin[localhost:2019]").text("reach"), Some("loopback"));
    let own = find(&all, "web-location", "server[a.example.jp:443]");
    assert_eq!((own.flag("logging"), own.texts("leftovers_served").len()), (Some(false), 0));
    let all = of("{\n\tadmin off\n\tdebug\n}\n:8080 {\n\trespond hi\n}\n");
    assert_eq!(find(&all, "web-admin-endpoint", "admin[off]").text("reach"), Some("off"));
    assert_eq!(find(&all, "web-socket", "socket[*:8080]").text("unknown_names"), Some("served"));
    let error = all.iter().find(|one| one.text("role") == Some("error")).unwrap();
    assert_eq!(error.text("level"), Some("debug"));
}

#[test]
fn what_is_not_read_is_a_fault() {
    let faults = |text: &str, other: &str| {
        seen(&RecordedWorld::new().file("Caddyfile", text).file("sites/a.caddy", other)).1.len()
    };
    assert_eq!(faults("a.jp {\n\timport sites/*.caddy\n}\n", "respond x\n"), 0, "a folder with one file");
    assert_eq!(faults("a.jp {\n\timport sites/a.caddy\n}\n", "respond x\n"), 0);
    assert_eq!(faults("a.jp {\n\timport sites/none.caddy\n}\n", ""), 1);
    assert_eq!(faults("import Caddyfile\n", ""), 1, "a circle ends");
    assert_eq!(faults("a.jp {\n\tunheard_of x\n}\n", ""), 1);
    assert_eq!(faults("a.jp {\n\trespond /x {$STATUS}\n}\n", ""), 1);
    assert_eq!(faults("{$SITE:localhost} {\n\treverse_proxy {$APP:localhost:80}\n}\n", ""), 0);
    assert_eq!(faults("a.jp {\n", ""), 1);
}
