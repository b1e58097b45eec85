//! What a configuration means, case by case: each fact is shown where it holds and beside it where it does not.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use super::super::kinds::{LOCATION, NGINX_LOCATION, NGINX_SERVER, SERVER, UPSTREAM};
use super::super::model::observe;
use super::nodes;
use crate::model::{Observation, Value, WebServer, WebServerKind};

fn observations(text: &str, version: &str) -> Vec<Observation> {
    let server = WebServer {
        kind: WebServerKind::Nginx,
        path: "nginx.conf".to_owned(),
        version: Some(version.to_owned()),
        root: None,
    };
    let read = super::super::include::Read { directives: nodes(text), ..Default::default() };
    observe(&read, &server, None, None)
}

/// The value of a field of the one observation of a kind whose subject ends so.
fn value(text: &str, kind: &str, ends: &str, field: &str) -> String {
    value_in(text, "1.26", kind, ends, field)
}

fn value_in(text: &str, version: &str, kind: &str, ends: &str, field: &str) -> String {
    let seen = observations(text, version);
    let mut found = seen.iter().filter(|one| one.kind == kind && one.subject.to_string().ends_with(ends));
    let one = found.next().unwrap_or_else(|| panic!("no {kind} {ends} in {seen:#?}"));
    match (one.fields.get(field), one.unknown_fields.get(field)) {
        (Some(Value::List(items)), _) => items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        (Some(value), _) => value.to_string(),
        (None, Some(_)) => "unknown".to_owned(),
        (None, None) => "absent".to_owned(),
    }
}

fn location(block: &str, path: &str, field: &str) -> String {
    value(
        &format!("http {{ server {{ listen 443 ssl; root /srv; {block} }} }}"),
        LOCATION,
        &format!("location[{path}]"),
        field,
    )
}

fn nginx(block: &str, path: &str, field: &str) -> String {
    value(&format!("server {{ {block} }}"), NGINX_LOCATION, &format!("location[{path}]"), field)
}

#[test]
fn headers_are_lost_where_a_block_sets_one_of_its_own() {
    let outer = "add_header X-Content-Type-Options nosniff always; add_header Referrer-Policy no-referrer always;";
    let lost = |inner: &str| nginx(&format!("{outer} location /a {{ {inner} }}"), "/a", "headers_lost");
    assert_eq!(lost("add_header Cache-Control no-store;"), "referrer-policy, x-content-type-options");
    assert_eq!(lost("expires 1h;"), "");
    let all = "add_header Cache-Control x; add_header X-Content-Type-Options nosniff; add_header referrer-policy x;";
    assert_eq!(lost(all), "", "every header is set again: nothing is lost");
    let merged = |version| {
        let text = format!("server {{ {outer} location /a {{ add_header_inherit merge; add_header A b; }} }}");
        value_in(&text, version, NGINX_LOCATION, "location[/a]", "headers_lost")
    };
    assert_eq!(merged("1.29.3"), "");
    assert_eq!(merged("1.29.2"), "referrer-policy, x-content-type-options");
    let request = "proxy_set_header X-Forwarded-For $remote_addr; location /a { proxy_set_header Host $host; }";
    assert_eq!(nginx(request, "/a", "request_headers_lost"), "x-forwarded-for");
}

#[test]
fn the_lost_header_is_found_where_it_is_to_be_mended() {
    let text = "server {\n add_header X-Frame-Options DENY;\n location /a {\n  expires 1h;\n  add_header A b;\n }\n}";
    let seen = observations(text, "1.26");
    let one = seen.iter().find(|one| one.kind == NGINX_LOCATION && one.subject.to_string().ends_with("[/a]")).unwrap();
    assert_eq!(one.source.line, Some(5));
    assert!(one.related.iter().any(|related| related.location.line == Some(2)), "{:?}", one.related);
}

#[test]
fn missing_headers_are_unknown_behind_an_upstream_and_missing_elsewhere() {
    assert_eq!(
        location("location / { }", "/", "headers_missing"),
        "x-content-type-options, referrer-policy, x-frame-options"
    );
    assert_eq!(location("location / { proxy_pass http://a; }", "/", "headers_missing"), "unknown");
    assert_eq!(location("more_set_headers x; location / { }", "/", "hsts_max_age_seconds"), "unknown");
    let csp = "add_header Content-Security-Policy \"frame-ancestors 'none'\" always; location / { }";
    assert_eq!(location(csp, "/", "headers_missing"), "x-content-type-options, referrer-policy");
    assert_eq!(
        location("add_header X-Frame-Options DENY; location / { }", "/", "headers_without_always"),
        "x-frame-options"
    );
}

#[test]
fn a_policy_that_lets_anything_run_is_named_by_its_words() {
    let words = |policy: &str| {
        location(&format!("add_header Content-Security-Policy \"{policy}\"; location / {{ }}"), "/", "csp_unsafe")
    };
    assert_eq!(words("default-src 'self' 'unsafe-inline'"), "'unsafe-inline'");
    assert_eq!(words("script-src 'unsafe-inline' 'nonce-abc'"), "");
    assert_eq!(words("default-src *; script-src 'self'"), "");
    assert_eq!(words("script-src https: 'unsafe-eval'"), "'unsafe-eval', https:");
    assert_eq!(words("script-src $allowed"), "unknown");
}

#[test]
fn origins_are_told_apart() {
    let cors = |value: &str| {
        location(&format!("add_header Access-Control-Allow-Origin {value}; location / {{ }}"), "/", "cors")
    };
    assert_eq!(cors("*"), "any");
    assert_eq!(cors("https://www.example.jp"), "fixed");
    assert_eq!(cors("$http_origin"), "reflected");
    assert_eq!(cors("$allowed"), "unknown");
    assert_eq!(location("location / { }", "/", "cors"), "none");
}

#[test]
fn access_is_read_with_what_lies_around_it() {
    let exact = |more: &str| {
        location(&format!("location / {{ }} location = /admin {{ deny all; }} {more}"), "= /admin", "exact_only")
    };
    assert_eq!(exact(""), "true");
    assert_eq!(exact("location ^~ /admin/ { deny all; }"), "false");
    assert_eq!(exact("location /admin/ { return 403; }"), "false");
    let guarded = "location /admin/ { allow 192.0.2.1; deny all; }";
    let bypass = |more: &str| nginx(&format!("{guarded} {more}"), "/admin/", "bypasses");
    assert_eq!(bypass(r"location ~ \.php$ { }"), r"~ \.php$");
    assert_eq!(bypass(r"location ~ \.php$ { deny all; }"), "");
    assert_eq!(bypass(r"location ~ ^/shop { }"), "");
    let stopped = guarded.replace("/admin/", "^~ /admin/");
    assert_eq!(nginx(&format!("{stopped} location ~ \\.php$ {{ }}"), "^~ /admin/", "bypasses"), "");
    assert_eq!(nginx("location /a { return 200 x; deny all; }", "/a", "return_before_rules"), "true");
    assert_eq!(nginx("location /a { return 403; deny all; }", "/a", "return_before_rules"), "false");
    assert_eq!(nginx("deny all; location /a { allow all; }", "/a", "rules_weakened"), "true");
    assert_eq!(nginx("deny all; location /a { }", "/a", "rules_weakened"), "false");
}

#[test]
fn what_a_client_writes_is_followed_to_where_it_counts() {
    let host =
        |target: &str| location(&format!("location /a {{ return 301 {target}; }}"), "/a", "redirect_hosts_of_client");
    assert_eq!(host("https://$http_host$request_uri"), "$http_host");
    assert_eq!(host("https://$host/x"), "$host", "this server answers names that it does not know");
    assert_eq!(host("https://www.example.jp$request_uri"), "");
    assert_eq!(host("$arg_next"), "$arg_next");
    assert_eq!(host("/login?next=$arg_next"), "");
    let broken = |block: &str| {
        location(&format!("location {block}"), block.split(" {").next().unwrap(), "line_breaks_of_client")
    };
    assert_eq!(broken("/a { return 301 https://www.example.jp$uri; }"), "$uri");
    assert_eq!(broken("/a { return 301 https://www.example.jp$request_uri; }"), "");
    assert_eq!(broken("~ ^/a/([^/]*)$ { add_header X-A $1; }"), "$1");
    assert_eq!(broken("~ ^/a/(.*)$ { add_header X-A $1; }"), "");
    let upstream = |target: &str| {
        value(
            &format!(
                "map $http_x $b {{ default app; ~^(.+)$ $1; }} server {{ location /a {{ proxy_pass {target}; }} }}"
            ),
            UPSTREAM,
            "/upstream",
            "chosen_by_client",
        )
    };
    assert_eq!(upstream("http://$arg_host/"), "$arg_host");
    assert_eq!(upstream("http://$b/"), "$1, $http_x");
    assert_eq!(upstream("http://app:8080"), "");
}

#[test]
fn leftovers_are_asked_of_the_locations() {
    let served = |block: &str| {
        let seen = observations(&format!("server {{ root /srv; {block} }}"), "1.26");
        let one = seen.iter().find(|one| one.kind == LOCATION && one.flag("whole_server") == Some(true)).unwrap();
        (one.texts("leftovers_served").len(), one.unknown_fields.contains_key("leftovers_served"))
    };
    assert_eq!(served("location / { }"), (7, false));
    assert_eq!(served(r"location / { } location ~ /\. { deny all; }"), (3, false));
    assert_eq!(
        served(r"location ~ /\.(?!well-known/) { return 404; } location ~ (~|\.(bak|sql))$ { deny all; }"),
        (0, false)
    );
    assert_eq!(served("location / { proxy_pass http://app; }"), (0, false));
    assert_eq!(served(r"location ~ (*ACCEPT) { }"), (0, true));
}

#[test]
fn tls_in_force_is_the_default_servers_until_versions_change_that() {
    let text = "http { server { listen 443 ssl default_server; server_name a; ssl_protocols TLSv1 TLSv1.2; }
                       server { listen 443 ssl; server_name b; ssl_protocols TLSv1.3; } server { listen 8443 ssl; server_name c; } }";
    let old = |version: &str, name: &str| value_in(text, version, SERVER, &format!("server[{name}]"), "protocols_old");
    assert_eq!(old("1.26", "b:443"), "TLSv1");
    assert_eq!(old("1.29.2", "b:443"), "");
    assert_eq!(old("1.26", "c:8443"), "TLSv1, TLSv1.1");
    assert_eq!(old("1.27.3", "c:8443"), "");
    let idle = |version: &str| value_in(text, version, NGINX_SERVER, "server[b:443]", "settings_without_effect");
    assert_eq!((idle("1.26").as_str(), idle("1.29.2").as_str()), ("ssl_protocols TLSv1.3", ""));
}

#[test]
fn a_plain_server_redirects_or_serves() {
    let only = |block: &str| {
        value(
            &format!("server {{ listen 80; server_name a; {block} }}"),
            SERVER,
            "server[a:80]",
            "plain_only_redirects",
        )
    };
    assert_eq!(only("return 301 https://a$request_uri;"), "true");
    assert_eq!(
        only("location /.well-known/acme-challenge/ { root /a; } location / { return 301 https://a$request_uri; }"),
        "true"
    );
    assert_eq!(only("location /x { root /a; } location / { return 301 https://a$request_uri; }"), "false");
    assert_eq!(only("return 301 http://b$request_uri;"), "false");
    assert_eq!(only("rewrite ^ https://a$request_uri permanent;"), "true");
}

#[test]
fn an_alias_without_its_slash_is_seen() {
    assert_eq!(nginx("location /img { alias /srv/img/; }", "/img", "alias_traversal"), "true");
    assert_eq!(nginx("location /img/ { alias /srv/img/; }", "/img/", "alias_traversal"), "false");
    assert_eq!(nginx("location /img { alias /srv/img; }", "/img", "alias_traversal"), "true");
    assert_eq!(
        nginx("location / { if ($arg_a) { proxy_pass http://a; } if ($x) { return 403; } }", "/", "directives_in_if"),
        "proxy_pass"
    );
}

#[test]
fn an_empty_list_is_a_value_and_not_nothing() {
    let seen = observations("server { location / { } }", "1.26");
    let one = seen.iter().find(|one| one.kind == NGINX_LOCATION).unwrap();
    assert_eq!(one.fields.get("headers_lost"), Some(&Value::List(Vec::new())));
}

#[test]
fn variables_of_geo_and_split_clients_hold_what_is_written_and_nothing_of_the_client() {
    let tables = r#"geo $zone { default /outside; 192.0.2.0/24 /inside; } geo $remote_addr $name { default a.example.jp; }
        split_clients $remote_addr $half { 50% b.example.jp; * c.example.jp; } map $arg_x $open { a b.example.jp; ~^(.*)$ $1; }"#;
    let chosen = |target: &str| {
        let text = format!("http {{ {tables} server {{ location /a {{ proxy_pass {target}; }} }} }}");
        value(&text, super::super::kinds::UPSTREAM, "location[/a]/upstream", "chosen_by_client")
    };
    for fixed in ["http://$name", "http://$half", "http://b$zone$arg_host", "http://b$request_uri", "http://b/$arg_x"] {
        assert_eq!(chosen(fixed), "", "{fixed}");
    }
    assert_eq!(chosen("http://$open"), "$1, $arg_x");
    assert_eq!(chosen("$http_scheme://b"), "$http_scheme");
    assert_eq!(chosen("http://b$arg_host"), "$arg_host");
}

#[test]
fn aliases_with_captures_stay_in_their_folder_or_do_not() {
    let leads_out = |location: &str, alias: &str| {
        nginx(&format!("location {location} {{ alias {alias}; }}"), location, "alias_traversal") == "true"
    };
    assert!(leads_out("/files", "/home/") && leads_out("/files", "/home") && !leads_out("/files/", "/home/"));
    assert!(leads_out("~ /images(.*)", "/app/static/$1") && leads_out("~ ^/site/(.*)$", "/lol$1"));
    assert!(leads_out("~ /images(?<rest>.*)", "/app/static/$rest"));
    assert!(!leads_out("~ ^/images/(.*)$", "/app/static/$1") && !leads_out("~ ^/i([0-9]+)$", "/app/static/$1"));
}

#[test]
fn an_answer_before_the_rules_is_one_whoever_wrote_them() {
    let early = |block: &str| {
        nginx(&format!("allow 192.0.2.1; deny all; location /a {{ {block} }}"), "/a", "return_before_rules")
    };
    assert_eq!(early("return 200 hello;"), "true", "rules of the server are in force here as well");
    assert_eq!(early("return 404 hello;"), "true");
    assert_eq!(early("return 404;"), "false");
    assert_eq!(early("rewrite ^ https://www.example.jp/;"), "true");
    assert_eq!(early("rewrite ^/a/(.*)$ /b/$1 last;"), "false");
}

#[test]
fn whoever_is_asked_for_a_password_is_not_let_in_by_silence() {
    let silent =
        |more: &str| location(&format!("location /a {{ allow 192.0.2.1; {more} }}"), "/a", "allow_without_deny");
    assert_eq!(silent(""), "true");
    assert_eq!(silent("auth_basic members;"), "true");
    assert_eq!(silent("satisfy any; auth_basic members;"), "false");
}

#[test]
fn what_holds_only_in_an_if_is_a_level_of_its_own() {
    let text = "server { location /a { if ($arg_x) { proxy_pass http://$arg_x; } } }";
    let seen = observations(text, "1.26");
    assert!(
        seen.iter().any(|one| one.kind == super::super::kinds::UPSTREAM && !one.texts("chosen_by_client").is_empty())
    );
}
