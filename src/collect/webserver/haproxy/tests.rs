//! HAProxy on recorded configurations.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::collect::world::FileKind;
use crate::model::{Observation, WebServerKind};

fn server(path: &str) -> WebServer {
    WebServer { kind: WebServerKind::Haproxy, path: path.to_owned(), version: None, root: None }
}

fn seen(world: &RecordedWorld, path: &str) -> (Vec<Observation>, Vec<(String, String)>) {
    let mut whole = look(world, &server(path), Some(&["/contact".to_owned()]));
    let faults = std::mem::take(&mut whole.faults);
    (super::super::served::observe(whole, path, Some(false)), faults)
}

fn of(text: &str) -> Vec<Observation> {
    let (observations, faults) = seen(&RecordedWorld::new().file("haproxy.cfg", text), "haproxy.cfg");
    assert_eq!(faults, [], "{text}");
    observations
}

fn find<'a>(all: &'a [Observation], kind: &str, locus: &str) -> &'a Observation {
    let subject = format!("file:haproxy.cfg#{locus}");
    all.iter().find(|one| one.kind == kind && one.subject.to_string() == subject).unwrap_or_else(|| {
        let names: Vec<String> = all.iter().map(|one| format!("{} {}", one.kind, one.subject)).collect();
        panic!("{kind} {subject} is not among {names:#?}")
    })
}

const SITE: &str = "\
global
  log /dev/log local0
  log /dev/log local1 notice
  stats socket /run/haproxy/admin.sock mode 660 level admin
  stats socket ipv4@192.0.2.1:9999 level admin
  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
defaults
  mode http
  log global
  option httplog
  timeout client 30s
frontend www
  bind :80
  bind :443 ssl crt /etc/haproxy/site.pem
  capture request header Authorization len 32
  http-request redirect scheme https code 301 unless { ssl_fc }
  http-after-response set-header Strict-Transport-Security max-age=31536000
  http-response set-header X-Frame-Options DENY
  acl is_admin path_beg /admin
  acl inside src 192.0.2.0/24
  http-request deny if is_admin !inside
  use_backend admin if is_admin
  use_backend metrics if { path /haproxy }
  default_backend app
backend app
  server one 192.0.2.10:443 ssl verify required ca-file /etc/ssl/ca.pem
backend admin
  server two app.example.jp:8443 ssl verify none
backend metrics
  stats enable
  stats uri /haproxy
  stats hide-version
listen old
  bind :8080
  stats enable
  server three 127.0.0.1:1
";

#[test]
fn a_whole_site_is_stated_in_the_words_of_all_servers() {
    let all = of(SITE);
    let www = find(&all, "web-server", "server[www]");
    assert_eq!((www.flag("plain"), www.flag("plain_only_redirects")), (Some(true), Some(true)));
    assert_eq!(www.texts("protocols"), ["TLSv1.2", "TLSv1.3"]);
    assert_eq!((www.flag("session_tickets"), www.flag("version_hidden")), (Some(false), Some(true)));
    let app = find(&all, "web-location", "server[www]/backend[app]");
    assert_eq!(app.integer("hsts_max_age_seconds"), Some(31_536_000));
    assert_eq!(app.texts("headers_without_always"), ["x-frame-options"]);
    assert!(app.unknown_fields.contains_key("headers_missing"), "an upstream may set the others");
    assert_eq!(app.flag("restricted"), Some(false));
    let admin = find(&all, "web-location", "server[www]/backend[admin]");
    assert_eq!(admin.flag("restricted"), Some(true));
    let statistics = find(&all, "web-location", "server[www]/statistics[metrics]");
    assert_eq!((statistics.flag("status_endpoint"), statistics.flag("restricted")), (Some(true), Some(false)));
    let upstream = |locus: &str| {
        let one = find(&all, "web-upstream", locus);
        (one.flag("tls"), one.flag("verified"), one.text("host").map(str::to_owned))
    };
    assert_eq!(
        upstream("server[www]/backend[app]/server[one]/upstream"),
        (Some(true), Some(true), Some("192.0.2.10".into()))
    );
    assert_eq!(upstream("server[www]/backend[admin]/server[two]/upstream").1, Some(false));
    let old = find(&all, "web-server", "server[old]");
    assert_eq!((old.flag("plain_only_redirects"), old.flag("version_hidden")), (Some(false), Some(false)));
    let stated: Vec<&str> =
        find(&all, "web-admin-endpoint", "admin[/run/haproxy/admin.sock]").fields.keys().map(String::as_str).collect();
    let declared: Vec<&str> = super::super::admin_endpoint::KIND.fields.iter().map(|field| field.name).collect();
    assert_eq!(stated, declared);
    let endpoint = |name: &str| find(&all, "web-admin-endpoint", name).text("reach").map(str::to_owned);
    assert_eq!(endpoint("admin[/run/haproxy/admin.sock]").as_deref(), Some("file"));
    assert_eq!(endpoint("admin[ipv4@192.0.2.1:9999]").as_deref(), Some("network"));
    let log = all.iter().find(|one| one.kind == "web-log").unwrap();
    assert_eq!(log.subject.to_string(), "log:syslog:server=unix:/dev/log");
    assert!(log.texts("classes").contains(&"authorization"), "{:?}", log.texts("classes"));
    let path = find(&all, "web-sensitive-path", "server[www]/path[/contact]");
    assert_eq!(path.flag("query_logged"), Some(true));
}

#[test]
fn what_depends_on_the_environment_is_a_fault_where_it_decides() {
    let with = |text: &str| {
        let text = format!("global\n  setenv KNOWN 127.0.0.1\n{text}");
        seen(&RecordedWorld::new().file("haproxy.cfg", text), "haproxy.cfg").1.len()
    };
    assert_eq!(with("frontend a\n  mode http\n  bind \"${ADDRESS}:80\"\n"), 0);
    assert_eq!(with("frontend a\n  mode http\n  http-request deny if { src \"$KNOWN\" }\n"), 0);
    assert_eq!(with("frontend a\n  mode http\n  http-request deny if { src \"$OTHER\" }\n"), 1);
    assert_eq!(with("frontend a\n  mode http\n.if defined(X)\n  bind :80\n.endif\n"), 1);
    assert_eq!(with("frontend a\n  mode http\n.if 0\n.if defined(X)\n  bind :80\n.endif\n.endif\n"), 0);
    assert_eq!(
        with("frontend a\n  mode http\n  http-request deny if { src -f /etc/list }\n  default_backend b\nbackend b\n"),
        1
    );
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names() {
    let world = RecordedWorld::new()
        .entry("conf", FileKind::Directory, 0o755, 0, 0, "")
        .file("conf/b.cfg", "frontend b\n  bind :80\n")
        .file("conf/a.cfg", "defaults\n  mode http\n")
        .file("conf/c.txt", "listen c\n  bind :81\n");
    let (all, faults) = seen(&world, "conf");
    assert_eq!(faults, []);
    let names: Vec<String> =
        all.iter().filter(|one| one.kind == "web-server").map(|one| one.subject.to_string()).collect();
    assert_eq!(names, ["file:conf#server[b]"]);
    assert_eq!(all.iter().find(|one| one.kind == "web-server").unwrap().flag("plain_only_redirects"), Some(true));
}

#[test]
fn sections_take_over_the_defaults_that_they_name() {
    let all = of(
        "defaults one\n  mode http\n  http-response set-header X-Frame-Options DENY\ndefaults two from one\n  log 192.0.2.9:514 local0\nfrontend a from one\n  bind :80\n  default_backend x\nfrontend b\n  bind :81\n  default_backend x\nbackend x from two\n  server s 127.0.0.1:1\n",
    );
    assert_eq!(find(&all, "web-location", "server[a]/backend[x]").flag("logging"), Some(false));
    assert_eq!(find(&all, "web-location", "server[b]/backend[x]").flag("logging"), Some(true));
    let targets: Vec<&str> = all.iter().filter(|one| one.kind == "web-log").map(|one| one.subject.name()).collect();
    assert_eq!(targets, ["syslog:server=192.0.2.9:514"]);
}

#[test]
fn certificates_of_a_list_may_offer_more() {
    let world = RecordedWorld::new()
        .file("haproxy.cfg", "frontend a\n  mode http\n  bind :443 ssl crt-list /etc/list strict-sni\n")
        .file("/etc/list", "/etc/a.pem\n/etc/b.pem [ssl-min-ver TLSv1.0] old.example.jp\n");
    let (all, faults) = seen(&world, "haproxy.cfg");
    assert_eq!(faults, []);
    assert_eq!(find(&all, "web-server", "server[a]").texts("protocols_old"), ["TLSv1", "TLSv1.1"]);
    assert_eq!(find(&all, "web-socket", "socket[*:443]").text("unknown_names"), Some("refused"));
}
