//! What a configuration promises for addresses that were asked on the wire.

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::model::{Declaration, Time, WebServer};

/// What the web server is, its configuration, and what was answered: path, status.
fn promised(kind: WebServerKind, text: &str, answers: &[(&str, i64)]) -> Evidence {
    let world = RecordedWorld::new().file("server.conf", text);
    let mut declaration = Declaration::default();
    declaration.site.name = "x".to_owned();
    declaration.site.web_servers = vec![WebServer { kind, path: "server.conf".to_owned(), version: None, root: None }];
    let task = Task { declaration: &declaration, offline: false, now: Time::from_unix_seconds(0), needed: None };
    let mut seen = Evidence { census: vec![Census::complete("http-head", "x", 1)], ..Evidence::default() };
    let mut named = Vec::new();
    for (path, status) in answers {
        // What begins with a dot was asked for by name.
        if path.starts_with("/.") {
            named.push(format!("{status} {path}"));
            continue;
        }
        let url = format!("https://www.example.jp{path}");
        let subject = Subject::new(SubjectKind::Page, url);
        let mut head = Observation::new("http-head", subject, Location::default(), "x");
        head.set("status", *status).set("asked", *path);
        seen.observations.push(head);
    }
    let subject = Subject::new(SubjectKind::Host, "www.example.jp");
    let mut asked = Observation::new("http-asked", subject, Location::default(), "x");
    asked.set("base", "https://www.example.jp").set("answers", Value::texts(named));
    seen.observations.push(asked);
    PromiseFollower.follow(&world, &task, &seen)
}

fn of<'e>(evidence: &'e Evidence, path: &str) -> &'e Observation {
    let name = format!("https://www.example.jp{path}");
    evidence.observations.iter().find(|seen| seen.subject.name() == name).unwrap()
}

const NGINX: &str = r#"http { server { listen 443 ssl; server_name www.example.jp; root /srv/www; server_tokens off;
    add_header Strict-Transport-Security "max-age=31536000" always;
    add_header X-Frame-Options DENY;
    location /assets/ { add_header Cache-Control no-store; }
    location /app/ { proxy_pass http://127.0.0.1:9000; }
    location /moved { return 301 https://www.example.jp/new$is_args$args; }
    location /inner/ { allow 192.0.2.0/24; deny all; }
    location /shop/ { try_files $uri $uri/ /front.php; }
    location = /front.php { add_header X-Robots-Tag none always; fastcgi_pass 127.0.0.1:9001; }
    location ~ /\. { deny all; }
    location /members/ { auth_basic members; }
} }"#;

#[test]
fn nginx_promises_by_status_and_path() {
    let answers = [
        ("/", 200),
        ("/none", 404),
        ("/assets/a.css", 200),
        ("/app/x", 500),
        ("/moved", 301),
        ("/inner/", 200),
        ("/shop/", 200),
        ("/shop/gone", 302),
        ("/members/", 200),
        ("/.git/HEAD", 200),
        ("/.well-known/x", 404),
    ];
    let evidence = promised(WebServerKind::Nginx, NGINX, &answers);
    let sent = |path| of(&evidence, path).texts("sent").join("|");
    let both = "strict-transport-security: max-age=31536000|x-frame-options: DENY";
    assert_eq!(sent("/"), both);
    assert_eq!(sent("/none"), "strict-transport-security: max-age=31536000", "without always no error has it");
    assert_eq!(sent("/assets/a.css"), "cache-control: no-store");
    assert_eq!(of(&evidence, "/assets/a.css").texts("lost"), ["strict-transport-security", "x-frame-options"]);
    assert_eq!(sent("/app/x"), "strict-transport-security: max-age=31536000");
    assert_eq!(of(&evidence, "/app/x").flag("own_content"), Some(false));
    assert_eq!(of(&evidence, "/app/x").texts("statuses"), ["any"]);
    assert_eq!(of(&evidence, "/moved").texts("statuses"), ["301"]);
    assert_eq!(of(&evidence, "/moved").texts("redirects"), ["https://www.example.jp/new"]);
    assert_eq!(of(&evidence, "/inner/").text("entry"), Some("address"));
    assert_eq!(of(&evidence, "/members/").text("entry"), Some("password"));
    assert_eq!(of(&evidence, "/.git/HEAD").text("entry"), Some("refused"));
    // Whether the page is a file or made by the program behind decides the headers, and nothing tells.
    assert_eq!(sent("/shop/"), "");
    assert_eq!(
        of(&evidence, "/shop/").texts("unsure"),
        ["strict-transport-security", "x-frame-options", "x-robots-tag"]
    );
    // Only the program can have answered this.
    assert_eq!(sent("/shop/gone"), "x-robots-tag: none");
    assert_eq!(of(&evidence, "/").flag("version_hidden"), Some(true));
    assert_eq!(evidence.census.first().unwrap().state, CensusState::Complete);
}

#[test]
fn what_is_not_meant_or_not_read_is_not_promised() {
    let other = NGINX.replace("server_name www", "server_name other");
    let evidence = promised(WebServerKind::Nginx, &other, &[("/", 200)]);
    assert!(evidence.observations.is_empty());
    assert!(matches!(evidence.census.first().unwrap().state, CensusState::Incomplete(_)));
    let broken = NGINX.replace("location /assets/ {", "include missing.conf; location /assets/ {");
    let evidence = promised(WebServerKind::Nginx, &broken, &[("/", 200)]);
    let seen = of(&evidence, "/");
    assert!(seen.unknown_fields["sent"].starts_with("missing.conf"), "{seen:?}");
    assert!(!seen.fields.contains_key("sent"));
    let unfilled = NGINX.replace("DENY", "${FRAMES}");
    let evidence = promised(WebServerKind::Nginx, &unfilled, &[("/", 200)]);
    assert!(of(&evidence, "/").unknown_fields.contains_key("sent"));
}

#[test]
fn apache_promises_the_same_things() {
    let text = r#"
Listen 443 https
LoadModule headers_module modules/mod_headers.so
LoadModule ssl_module modules/mod_ssl.so
LoadModule alias_module modules/mod_alias.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule authz_host_module modules/mod_authz_host.so
ServerTokens Prod
<VirtualHost *:443>
    ServerName www.example.jp
    SSLEngine on
    DocumentRoot "/srv/www"
    Header always set Strict-Transport-Security "max-age=31536000"
    Header set X-Frame-Options "DENY"
    Redirect permanent "/moved" "https://www.example.jp/new"
    <Location "/closed">
        Require all denied
    </Location>
    <Location "/inner">
        Require ip 192.0.2.0/24
    </Location>
</VirtualHost>
"#;
    let answers = [("/a.html", 200), ("/none", 404), ("/moved", 301), ("/closed", 200), ("/inner", 200)];
    let evidence = promised(WebServerKind::Apache, text, &answers);
    let sent = |path| of(&evidence, path).texts("sent").join("|");
    assert_eq!(sent("/a.html"), "strict-transport-security: max-age=31536000|x-frame-options: DENY");
    assert_eq!(sent("/none"), "strict-transport-security: max-age=31536000");
    assert_eq!(of(&evidence, "/moved").texts("redirects"), ["https://www.example.jp/new"]);
    assert_eq!(of(&evidence, "/closed").text("entry"), Some("refused"));
    assert_eq!(of(&evidence, "/inner").text("entry"), Some("address"));
}
