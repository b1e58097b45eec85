//! Apache on recorded configurations.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::model::{Observation, WebServerKind};

pub(super) fn server(path: &str, root: Option<&str>) -> WebServer {
    WebServer { kind: WebServerKind::Apache, path: path.to_owned(), version: None, root: root.map(str::to_owned) }
}

/// The directives of a text, as if it were the main file.
pub(super) fn nodes(text: &str) -> Vec<Node> {
    let world = RecordedWorld::new().file("apache2.conf", text);
    let server = server("apache2.conf", None);
    let read = read::read(&mut read::files(&world, &server), &server);
    assert_eq!(read.faults, [], "{text}");
    read.nodes
}

fn seen(world: &RecordedWorld, root: Option<&str>) -> (Vec<Observation>, Vec<(String, String)>) {
    let mut whole = look(world, &server("apache2.conf", root), Some(&["/contact".to_owned()]));
    let faults = std::mem::take(&mut whole.faults);
    (super::super::served::observe(whole, "apache2.conf", Some(false)), faults)
}

fn of(text: &str) -> Vec<Observation> {
    let (observations, faults) = seen(&RecordedWorld::new().file("apache2.conf", text), None);
    assert_eq!(faults, [], "{text}");
    observations
}

fn find<'a>(all: &'a [Observation], kind: &str, locus: &str) -> &'a Observation {
    let subject = format!("file:apache2.conf#{locus}");
    all.iter().find(|one| one.kind == kind && one.subject.to_string() == subject).unwrap_or_else(|| {
        let names: Vec<String> = all.iter().map(|one| format!("{} {}", one.kind, one.subject)).collect();
        panic!("{kind} {subject} is not among {names:#?}")
    })
}

const SITE: &str = "\
LoadModule headers_module x.so
LoadModule autoindex_module x.so
LoadModule ssl_module x.so
Listen 80
Listen 443
ServerTokens Prod
TraceEnable Off
ErrorLog /var/log/apache2/error.log
LogFormat \"%h %l %u %t \\\"%r\\\" %>s %O\" common
CustomLog /var/log/apache2/access.log common
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<Directory /srv/www>
  Options -Indexes
  Require all granted
</Directory>
<FilesMatch \"^\\.|~$|\\.(bak|sql)$\">
  Require all denied
</FilesMatch>
<DirectoryMatch \"/\\.(git|svn)\">
  Require all denied
</DirectoryMatch>
<VirtualHost *:80>
  ServerName www.example.jp
  Redirect permanent / https://www.example.jp/
</VirtualHost>
<VirtualHost *:443>
  ServerName www.example.jp
  DocumentRoot /srv/www
  SSLEngine on
  SSLProtocol -all +TLSv1.2 +TLSv1.3
  SSLSessionTickets off
  Header always set Strict-Transport-Security \"max-age=31536000\"
  Header set X-Content-Type-Options nosniff
  <Location /server-status>
    SetHandler server-status
    Require ip 192.0.2.0/24
  </Location>
  ProxyPass /app/ https://127.0.0.1:9/
  <IfModule mod_security2.c>
    SecRuleEngine On
  </IfModule>
  <IfModule mod_headers.c>
    Header always set Referrer-Policy no-referrer
  </IfModule>
</VirtualHost>
";

#[test]
fn a_whole_site_is_stated_in_the_words_of_all_servers() {
    let all = of(SITE);
    let plain = find(&all, "web-server", "server[www.example.jp:80]");
    assert_eq!(
        (plain.flag("plain"), plain.flag("plain_only_redirects"), plain.flag("version_hidden")),
        (Some(true), Some(true), Some(true))
    );
    let tls = find(&all, "web-server", "server[www.example.jp:443]");
    assert_eq!(tls.texts("protocols"), ["TLSv1.2", "TLSv1.3"]);
    assert_eq!((tls.flag("session_tickets"), tls.texts("methods_open").len()), (Some(false), 0));
    let own = find(&all, "web-location", "server[www.example.jp:443]");
    assert_eq!(own.integer("hsts_max_age_seconds"), Some(31_536_000));
    assert_eq!(own.texts("headers_without_always"), ["x-content-type-options"]);
    assert_eq!(own.texts("headers_missing"), ["x-frame-options"]);
    assert_eq!(own.texts("leftovers_served"), Vec::<&str>::new());
    assert_eq!(
        (own.flag("listing"), own.flag("logging"), own.flag("restricted")),
        (Some(false), Some(true), Some(false))
    );
    let status = find(&all, "web-location", "server[www.example.jp:443]/Location[/server-status]");
    assert_eq!((status.flag("status_endpoint"), status.flag("restricted")), (Some(true), Some(true)));
    let upstream = find(&all, "web-upstream", "server[www.example.jp:443]/ProxyPass[/app/]/upstream");
    assert_eq!((upstream.flag("tls"), upstream.flag("verified")), (Some(true), Some(false)));
    let proxied = find(&all, "web-location", "server[www.example.jp:443]/ProxyPass[/app/]");
    assert!(proxied.unknown_fields.contains_key("headers_missing"));
    let guard = find(&all, "apache-section", "IfModule[mod_security2.c]");
    assert_eq!(guard.texts("settings_hidden"), ["SecRuleEngine"]);
    let socket = find(&all, "web-socket", "socket[*:443]");
    assert_eq!(socket.text("unknown_names"), Some("served"));
    assert_eq!(find(&all, "web-socket", "socket[*:80]").text("unknown_names"), Some("redirected"));
}

#[test]
fn a_location_that_lifts_a_folders_limit_is_seen() {
    let text = SITE.replace(
        "  ProxyPass",
        "  <Directory /srv/www/staff>\n    Require ip 192.0.2.0/24\n  </Directory>\n  <Location />\n    Require all granted\n  </Location>\n  ProxyPass",
    );
    let all = of(&text);
    let section = find(&all, "apache-section", "server[www.example.jp:443]/Location[/]");
    assert_eq!(section.texts("limits_lifted"), ["/srv/www/staff"]);
    let folder = find(&all, "web-location", "server[www.example.jp:443]/Directory[/srv/www/staff]");
    assert_eq!(folder.flag("restricted"), Some(false), "the Location holds for it too");
    let without = of(SITE);
    let status = find(&without, "apache-section", "server[www.example.jp:443]/Location[/server-status]");
    assert!(status.texts("limits_lifted").is_empty());
}

#[test]
fn what_htaccess_may_change_is_listed_and_what_stands_there_counts() {
    let text = SITE.replace("  Options -Indexes\n", "  Options -Indexes\n  AllowOverride All\n");
    let (all, faults) = seen(&RecordedWorld::new().file("apache2.conf", text.clone()), None);
    let section = find(&all, "apache-section", "Directory[/srv/www]");
    assert_eq!(section.texts("htaccess_may_change"), ["AuthConfig", "FileInfo", "Limit", "Options"]);
    assert!(faults.iter().any(|(path, _)| path == "/srv/www/.htaccess"), "{faults:?}");
    let world = RecordedWorld::new()
        .file("apache2.conf", text)
        .file("root/srv/www/.htaccess", "Options +Indexes\nHeader set X-Frame-Options DENY\n")
        .file("root/srv/www/index.html", "");
    let (all, faults) = seen(&world, Some("root"));
    let relevant: Vec<_> = faults.iter().filter(|(path, _)| path == "root/srv/www/.htaccess").collect();
    assert_eq!(relevant, Vec::<&(String, String)>::new());
    let own = find(&all, "web-location", "server[www.example.jp:443]");
    assert_eq!((own.flag("listing"), own.texts("headers_missing").len()), (Some(true), 0));
}

#[test]
fn logs_are_stated_with_their_classes() {
    let all = of(SITE);
    let log = all.iter().find(|one| one.kind == "web-log").unwrap();
    assert_eq!(log.subject.to_string(), "log:/var/log/apache2/access.log");
    assert_eq!(log.texts("classes"), ["access_info", "identity", "ip_address"]);
    let targets: Vec<_> =
        all.iter().filter(|one| one.kind == "log-target").map(|one| one.subject.to_string()).collect();
    assert_eq!(targets, ["log:/var/log/apache2/access.log#access", "log:/var/log/apache2/error.log#error"]);
    let path = find(&all, "web-sensitive-path", "server[www.example.jp:443]/path[/contact]");
    assert_eq!(path.flag("query_logged"), Some(true));
    let plain = find(&all, "web-sensitive-path", "server[www.example.jp:80]/path[/contact]");
    assert_eq!(plain.flag("query_logged"), Some(false), "a redirect alone");
}

#[test]
fn every_loaded_fact_is_declared_and_every_declared_one_of_a_section_is_stated() {
    let text = SITE.replace("AllowOverride None", "AllowOverride None\n  Options None");
    let all = of(&text);
    for kind in super::super::KINDS.iter() {
        for one in all.iter().filter(|one| one.kind == kind.name) {
            for field in one.fields.keys().chain(one.unknown_fields.keys()) {
                assert!(kind.fields.iter().any(|known| known.name == field), "{} {field}", kind.name);
            }
        }
    }
    let sections: std::collections::BTreeSet<&str> = all
        .iter()
        .filter(|one| one.kind == "apache-section")
        .flat_map(|one| one.fields.keys().map(String::as_str))
        .collect();
    assert_eq!(
        sections.into_iter().collect::<Vec<_>>(),
        ["form", "htaccess_may_change", "limits_lifted", "settings_hidden"]
    );
}

#[test]
fn conditions_includes_variables_and_macros_are_read() {
    let world = RecordedWorld::new()
        .file("apache2.conf", "LoadModule a_module x\nDefine DIR conf.d\nInclude ${DIR}/*.conf\nIncludeOptional gone/*.conf\nInclude gone.conf\nListen ${PORT}\nUse Site www.example.jp\n<IfVersion >= 2.4>\nServerTokens Prod\n</IfVersion>\n<IfDefine X>\nRequire all denied\n</IfDefine>")
        .file("conf.d/b.conf", "ServerName b\nInclude conf.d/b.conf")
        .file("conf.d/a.conf", "<Macro Site $name>\n<VirtualHost *:80>\nServerName $name\n</VirtualHost>\n</Macro>")
        .file("conf.d/.hidden.conf", "ServerName hidden");
    let server = server("apache2.conf", None);
    let read = read::read(&mut read::files(&world, &server), &server);
    let names: Vec<&str> = read.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["servername", "listen", "virtualhost", "servertokens"]);
    assert_eq!(read.nodes[2].inside()[0].argument(0), "www.example.jp");
    let reasons: Vec<(&str, &str)> =
        read.faults.iter().map(|(subject, reason)| (subject.as_str(), reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("conf.d/b.conf", "it includes itself"),
            ("gone.conf", "not found"),
            ("apache2.conf:6:1", "the variable PORT is not set here"),
        ]
    );
    assert_eq!(read.guards.len(), 1);
    assert!(read.guards[0].open.is_some());
}

#[test]
fn bad_input_gives_gaps_and_no_panic() {
    for text in [
        "<VirtualHost *:80>\n<Directory />\n",
        "\u{0}\u{1}binary",
        "{{ range }}\nListen 80",
        "<Location \"[\">\n</Location>\n<LocationMatch \"(\">\n</LocationMatch>",
    ] {
        let (_, faults) = seen(&RecordedWorld::new().file("apache2.conf", text), None);
        assert!(!faults.is_empty() || text.contains("Location"), "{text}");
    }
    let world = RecordedWorld::new().file("apache2.conf", "Include pipe").entry(
        "pipe",
        crate::collect::world::FileKind::Other,
        0o644,
        0,
        0,
        "",
    );
    assert_eq!(seen(&world, None).1, [("pipe".to_owned(), "not a regular file".to_owned())]);
}

proptest::proptest! {
    #[test]
    fn any_configuration_ends(lines in proptest::collection::vec(proptest::sample::select(vec![
        "Listen 80", "<VirtualHost *:80>", "</VirtualHost>", "DocumentRoot /srv", "<Directory /srv>", "</Directory>", "Require all denied",
        "<Location /a>", "</Location>", "Header always set X-Frame-Options DENY", "RewriteEngine On", "RewriteRule ^/(.*)$ /b/$1 [R]",
        "Alias /a /srv/b", "ProxyPass /p http://x/", "<IfModule mod_x.c>", "</IfModule>", "<FilesMatch \"\\.php$\">", "</FilesMatch>",
        "CustomLog logs/a \"%h %{x}C\"", "SSLEngine on", "Options +Indexes", "AllowOverride All", "Order deny,allow", "Deny from all",
    ]), 0..24)) {
        let world = RecordedWorld::new().file("apache2.conf", lines.join("\n"));
        let _ = seen(&world, None);
    }
}
