//! The collector on recorded configurations.

mod meaning;

use std::collections::BTreeSet;

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::model::{Bilingual, Declaration, Policy, Site, Time, Value, WebServerKind};

fn declaration(root: Option<&str>) -> Declaration {
    let mut site = Site { name: "example".to_owned(), ..Site::default() };
    site.declared.sensitive_paths = Some(vec!["/contact".to_owned()]);
    site.declared.acquisition = Some(Vec::new());
    site.declared.admin_paths =
        Some(["www.example.jp/manage/", "/manage/", ":8443", "/none/"].map(str::to_owned).to_vec());
    site.web_servers = vec![WebServer {
        kind: WebServerKind::Nginx,
        path: "nginx/nginx.conf".to_owned(),
        version: None,
        root: root.map(str::to_owned),
    }];
    Declaration {
        site,
        policy: Policy {
            id: "p".to_owned(),
            title: Bilingual::default(),
            source: Bilingual::default(),
            published_on: None,
            originals: Vec::new(),
            parameters: Default::default(),
            clauses: Vec::new(),
        },
        parameters: Default::default(),
        register: None,
        people: None,
        records: None,
        attestations: Vec::new(),
        waivers: Vec::new(),
        actions: Vec::new(),
    }
}

fn look_at(world: &RecordedWorld) -> Evidence {
    let declaration = declaration(Some("root"));
    let task = Task { declaration: &declaration, offline: true, now: Time::from_unix_seconds(0), needed: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(WebServerCollector.collect(world, &task))
}

fn texts(evidence: &Evidence, kind: &str, subject: &str, field: &str) -> Vec<String> {
    let seen = evidence.of_kind(kind).find(|seen| seen.subject.to_string() == subject);
    let seen = seen.unwrap_or_else(|| panic!("no {kind} {subject}"));
    seen.texts(field).into_iter().map(str::to_owned).collect()
}

/// The directives of a text, as if it were the main file.
pub(super) fn nodes(text: &str) -> super::tree::Block {
    let world = RecordedWorld::new().file("nginx.conf", text);
    let server = WebServer { kind: WebServerKind::Nginx, path: "nginx.conf".to_owned(), version: None, root: None };
    let read = super::include::read(&world, &server);
    assert_eq!(read.faults, [], "{text}");
    let mut directives = read.directives;
    match directives.items.first_mut() {
        // A few directives by themselves are wanted as they stand.
        Some(super::tree::Item::Own(node)) if read.fragment => node.block.take().unwrap_or_default(),
        _ => directives,
    }
}

const WHOLE: &str = "
http {
  log_format privacy '$remote_addr [$time_iso8601] \"$request_method $uri\" $status $body_bytes_sent';
  map $http_cookie $session { ~sid=(?<id>.*) $http_cookie; default -; }
  log_format tracing '$remote_addr $time_local $request $status $bytes_sent $session';
  access_log /var/log/nginx/access.log privacy;
  include conf.d/*.conf;
  server {
    listen 443 ssl; server_name www.example.jp; root /srv/www;
    location / { }
    location /assets/ { access_log off; }
    location ~* \\.(css|js)$ { access_log off; }
    location /manage/ { allow 192.0.2.0/24; deny all; auth_basic x; }
    location = /contact { access_log /srv/www/logs/contact.log tracing; }
  }
}
error_log /var/log/nginx/error.log warn;
";

#[test]
fn effective_logs_formats_and_roots_are_stated() {
    let world = RecordedWorld::new()
        .file("nginx/nginx.conf", WHOLE)
        .file("nginx/conf.d/b.conf", "server { listen 80; return 301 https://x; }");
    let evidence = look_at(&world);
    assert_eq!(evidence.gaps, []);
    assert_eq!(texts(&evidence, LOG, "log:/var/log/nginx/access.log", "classes"), ["access_info", "ip_address"]);
    let contact = "log:/srv/www/logs/contact.log";
    assert_eq!(texts(&evidence, LOG, contact, "classes"), ["access_info", "cookie", "ip_address"]);
    let inside = evidence.of_kind(LOG).find(|seen| seen.subject.to_string() == contact).unwrap();
    assert_eq!(inside.flag("in_web_root"), Some(true));
    assert_eq!(inside.source.line, Some(14));
    let logging = |path: &str| {
        let subject = format!("file:nginx/nginx.conf#server[www.example.jp:443]/location[{path}]");
        let seen = evidence.of_kind(LOCATION).find(|seen| seen.subject.to_string() == subject).unwrap();
        (seen.flag("logging").unwrap(), seen.flag("static_assets").unwrap())
    };
    assert_eq!(logging("/"), (true, false));
    assert_eq!(logging("/assets/"), (false, false));
    assert_eq!(logging(r"~* \.(css|js)$"), (false, true));
    let path = evidence.of_kind(SENSITIVE_PATH).find(|seen| seen.subject.to_string().contains("443")).unwrap();
    assert_eq!(path.flag("query_logged"), Some(true));
}

use super::admin_path::ADMIN_PATH;
use super::kinds::{LOCATION, LOG, SENSITIVE_PATH};

#[test]
fn administration_is_let_in_from_where_its_own_level_says() {
    let world = RecordedWorld::new()
        .file("nginx/nginx.conf", WHOLE)
        .file("nginx/conf.d/a.conf", "server { listen 127.0.0.1:8443 ssl; server_name m; location / { return 200 x; root /m; } }")
        .file("nginx/conf.d/b.conf", "server { listen 443; server_name any; location /manage/ { satisfy any; allow 192.0.2.1; deny all; auth_basic x; } }");
    let evidence = look_at(&world);
    let told: Vec<(&str, Vec<&str>, Option<bool>)> = evidence
        .of_kind(ADMIN_PATH)
        .map(|seen| (seen.text("path").unwrap(), seen.texts("sources"), seen.flag("password")))
        .collect();
    assert_eq!(
        told,
        [
            (":8443", vec!["all"], Some(false)),
            ("/manage/", vec!["all"], Some(true)),
            ("www.example.jp/manage/", vec!["192.0.2.0/24"], Some(true)),
            ("/manage/", vec!["192.0.2.0/24"], Some(true)),
        ],
        "a path that no location names is no level of its own"
    );
}

#[test]
fn what_is_stated_is_what_is_declared() {
    let world = RecordedWorld::new().file("nginx/nginx.conf", WHOLE).file(
        "nginx/conf.d/x.conf",
        "# tenken: cfg-hsts because it is said so\nserver { listen 80; ssl_stapling on; listen 443 ssl; location /u { proxy_pass https://u.example.net; } }",
    );
    let evidence = look_at(&world);
    let of_others = [kinds::APACHE_SECTION, admin_endpoint::ADMIN_ENDPOINT];
    for kind in KINDS.iter().filter(|kind| !of_others.contains(&kind.name)) {
        let declared: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
        let stated: BTreeSet<&str> =
            evidence.of_kind(kind.name).flat_map(|seen| seen.fields.keys().map(String::as_str)).collect();
        assert_eq!(stated, declared, "{}", kind.name);
    }
}

#[test]
fn includes_come_in_byte_order_and_a_loop_is_a_gap() {
    let world = RecordedWorld::new()
        .file("nginx/nginx.conf", "http { include c/*.conf; include loop.conf; }")
        .file("nginx/c/b.conf", "server { server_name b; }")
        .file("nginx/c/B.conf", "server { server_name B; }")
        .file("nginx/c/a.conf.bak", "server { server_name bak; }")
        .file("nginx/loop.conf", "include loop.conf;");
    let evidence = look_at(&world);
    assert_eq!(evidence.of_kind("web-server").count(), 2);
    assert_eq!(evidence.gaps.len(), 1);
    assert_eq!(evidence.gaps[0].reason, "it includes itself");
    assert!(evidence.census.iter().all(|census| matches!(census.state, crate::model::CensusState::Incomplete(_))));
}

#[test]
fn a_missing_include_and_an_absolute_one_under_the_root() {
    let world = RecordedWorld::new()
        .file("nginx/nginx.conf", "http { include /etc/nginx/x.conf; include gone.conf; }")
        .file("root/etc/nginx/x.conf", "server { server_name x; }");
    let evidence = look_at(&world);
    assert_eq!(evidence.of_kind("web-server").count(), 1);
    assert_eq!(evidence.gaps[0].subject, "nginx/gone.conf");
}

#[test]
fn an_unknown_variable_or_format_is_unknown_and_never_empty() {
    let world = RecordedWorld::new().file(
        "nginx/nginx.conf",
        "http { log_format odd '$strange'; access_log /a odd; access_log /b none; server { } }",
    );
    let evidence = look_at(&world);
    for seen in evidence.of_kind(LOG) {
        assert!(!seen.fields.contains_key("classes"));
        assert!(seen.unknown_fields.contains_key("classes"));
    }
}

#[test]
fn without_any_access_log_nginx_writes_combined() {
    let world = RecordedWorld::new().file("nginx/nginx.conf", "http { server { } }");
    let evidence = look_at(&world);
    assert_eq!(texts(&evidence, LOG, "log:logs/access.log", "formats"), ["combined"]);
    let seen = evidence.of_kind(LOG).next().unwrap();
    assert!(matches!(&seen.fields["classes"], Value::List(items) if items.contains(&Value::from("identity"))));
}

#[test]
fn a_fifo_or_device_is_not_read() {
    let world = RecordedWorld::new().file("nginx/nginx.conf", "include pipe;").entry(
        "nginx/pipe",
        crate::collect::world::FileKind::Other,
        0o644,
        0,
        0,
        "",
    );
    assert_eq!(look_at(&world).gaps[0].reason, "not a regular file");
}
