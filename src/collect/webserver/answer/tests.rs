//! Answers of small configurations; `tests/real_nginx.rs` asks the real server the same.

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::model::WebServerKind;

fn answer(text: &str, url: &str) -> Answer {
    let world = RecordedWorld::new()
        .file("nginx.conf", text)
        .file("root/srv/index.html", "home")
        .file("root/srv/a.html", "a")
        .file("root/srv/img/x.png", "png");
    let server = WebServer {
        kind: WebServerKind::Nginx,
        path: "nginx.conf".to_owned(),
        version: None,
        root: Some("root".to_owned()),
    };
    let asking = Asking::new(&world, &server);
    let mut asked = Asked::of_url(url).unwrap();
    asked.client = Some("192.0.2.7".parse().unwrap());
    asking.answers(&[asked]).remove(0)
}

fn location(answer: &Answer) -> &str {
    answer.location.as_ref().map_or("", |part| part.text.as_str())
}

const SITE: &str = r#"http {
    log_format short '$remote_addr $uri $status $zone "$http_x"';
    map $arg_z $zone { default none; ~^a(.)$ $1; B big; }
    access_log /var/log/a.log short;
    add_header X-Outer one;
    server { listen 80 default_server; return 444; }
    server {
        listen 80; server_name www.example.jp *.w.example.jp; root /srv;
        error_page 404 /gone;
        location / { }
        location /admin/ { deny 192.0.2.0/24; allow all; }
        location /inner/ { add_header X-Inner "$uri"; access_log /var/log/b.log short if=$arg_log; try_files $uri /a.html; }
        location = /gone { internal; return 200 gone; }
        location /old { return 301 /new$is_args$args; }
        location ~ ^/user/(?<id>\d+)$ { return 200 "user $id $1"; }
        location /r { rewrite ^/r/(.*)$ /user/$1 last; return 403; }
    }
}"#;

#[test]
fn servers_are_found_by_name_and_socket() {
    assert_eq!(answer(SITE, "http://other.example.jp/").status, Some(444));
    let wild = answer(SITE, "http://a.w.example.jp/a.html");
    assert_eq!((wild.status, wild.chosen_by), (Some(200), "wildcard"));
    assert_eq!(answer(SITE, "https://www.example.jp/").open, ["no server listens there"]);
}

#[test]
fn the_course_goes_through_rewrites_access_and_files() {
    let of = |path: &str| answer(SITE, &format!("http://www.example.jp{path}"));
    assert_eq!((of("/admin/x").status, location(&of("/admin/x"))), (Some(403), "location /admin/"));
    assert_eq!((of("/r/12").status, location(&of("/r/12"))), (Some(200), "location ~ ^/user/(?<id>\\d+)$"));
    assert_eq!(of("/r").status, Some(403));
    assert_eq!(of("/old?x=1").redirect.as_deref(), Some("http://www.example.jp/new?x=1"));
    assert_eq!(of("/img").redirect.as_deref(), Some("http://www.example.jp/img/"));
    assert_eq!((of("/img/").status, of("/").status), (Some(403), Some(200)));
    assert_eq!((of("/nothing").status, location(&of("/nothing"))), (Some(404), "location = /gone"));
    assert_eq!(of("/gone").status, Some(404));
    assert_eq!(of("/%2e%2e/").status, Some(400));
}

#[test]
fn headers_are_those_of_the_answering_level_and_the_lost_ones_are_named() {
    let inner = answer(SITE, "http://www.example.jp/inner/x?z=ab");
    // try_files sends the request to `/`, where the outer header is in force, and without its arguments.
    assert_eq!((inner.status, location(&inner)), (Some(200), "location /"));
    assert_eq!(inner.headers[0].value.as_deref(), Some("one"));
    assert_eq!(inner.logs[0].line.as_deref(), Some("192.0.2.7 /a.html 200 none \"-\""));
    let text = "server { listen 80; add_header A 1; location /x { add_header B 2; return 404 no; } }";
    let seen = answer(text, "http://a/x");
    assert_eq!(seen.headers.iter().map(|one| (one.name.as_str(), one.sent)).collect::<Vec<_>>(), [("B", Some(false))]);
    assert_eq!(seen.lost.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["add_header A 1"]);
}

#[test]
fn what_is_not_known_is_open() {
    let text =
        "server { listen 80; location / { proxy_pass http://app; } location /f { if ($unknown) { return 403; } } }";
    assert_eq!(answer(text, "http://a/").status, None);
    assert_eq!(answer(text, "http://a/f").open, ["the condition of an if cannot be decided"]);
}
