//! Against a real Apache httpd: what it answers is what we say that it answers; what it refuses to start with we name as faults;
//! Debian's own configuration is read without a gap. Without apache2 these tests say so and do nothing, unless TENKEN_REAL is set.
//! `TENKEN_PAIRS=N` asks at least N questions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tenken::collect::recorded::RecordedWorld;
use tenken::collect::webserver::apache::{Explained, explain};
use tenken::model::{WebServer, WebServerKind};
use tenken::syntax::apache::parse;

const MODULES: &str = "/usr/lib/apache2/modules";

fn program() -> Option<PathBuf> {
    let found = ["/usr/sbin/apache2", "/usr/sbin/httpd"].into_iter().map(PathBuf::from).find(|path| path.exists());
    assert!(
        found.is_some() || std::env::var_os("TENKEN_REAL").is_none(),
        "TENKEN_REAL is set and apache2 is not there"
    );
    if found.is_none() {
        eprintln!("apache2 is not there: nothing was compared");
    }
    found
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("apache-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn accepted(program: &Path, folder: &Path) -> (bool, String) {
    let output = Command::new(program)
        .arg("-t")
        .arg("-d")
        .arg(folder)
        .arg("-f")
        .arg(folder.join("apache2.conf"))
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What every configuration here begins with.
fn preamble(folder: &Path, modules: &[&str]) -> String {
    let mut text = format!(
        "ServerName main.example.jp\nPidFile {0}/pid\nErrorLog {0}/error.log\nDefaultRuntimeDir {0}\n",
        folder.display()
    );
    for module in modules {
        let _ = writeln!(text, "LoadModule {module}_module {MODULES}/mod_{module}.so");
    }
    text
}

const USED: [&str; 13] = [
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_host",
    "authz_user",
    "access_compat",
    "alias",
    "dir",
    "headers",
    "mime",
    "rewrite",
    "setenvif",
    "autoindex",
];

#[test]
fn the_grammar_is_httpds() {
    let Some(program) = program() else { return };
    let folder = folder("grammar");
    for (text, wanted) in [
        ("Header set A \"b c\"", true),
        ("Header set A 'b\"c'", true),
        ("Header \\\n  set A \\\n b", true),
        ("# a comment \\\nwith another line that is no directive", true),
        ("<Directory />\nRequire all denied\n</Directory>", true),
        ("<directory \"/\">\nRequire all denied\n</DIRECTORY>", true),
        ("<IfModule mod_none.c>\nNoSuchDirective\n</IfModule>", true),
        ("<IfModule !headers_module>\nNoSuchDirective\n</IfModule>", true),
        ("Define A set\nHeader ${A} B c", true),
        ("<Directory />\nRequire all denied", false),
        ("</Directory>", false),
        ("<Directory />\n</Location>", false),
        ("<Directory /\n</Directory>", false),
        ("IncludeOptional none/*.conf", true),
        ("Include none/*.conf", false),
        ("Include none.conf", false),
    ] {
        let whole = preamble(&folder, &USED) + "Listen 127.0.0.1:1\n" + text + "\n";
        std::fs::write(folder.join("apache2.conf"), &whole).unwrap();
        let (real, said) = accepted(&program, &folder);
        assert_eq!(real, wanted, "httpd itself on {text}: {said}");
        let grammar = parse(whole.as_bytes()).faults.is_empty();
        let world = RecordedWorld::new().file(&format!("{}/apache2.conf", folder.display()), whole);
        let read = explain(&world, &server(&folder), "main.example.jp", 1, "/");
        let has_fault = read.as_ref().is_err_and(|reason| reason.contains(": "));
        assert_eq!(grammar && !has_fault, real, "{text}: {read:?}");
    }
}

fn server(folder: &Path) -> WebServer {
    WebServer {
        kind: WebServerKind::Apache,
        path: format!("{}/apache2.conf", folder.display()),
        version: None,
        root: None,
    }
}

/// A small generator of numbers, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const FILES: [&str; 12] = [
    "index.html",
    "x.css",
    "x.php",
    "note.txt",
    ".env",
    "a/index.html",
    "a/x.css",
    "a/b/index.html",
    "a/b/x.php",
    "c/index.html",
    "c/note.txt~",
    "c/x.bak",
];

fn headers(dice: &mut Dice, text: &mut String, indent: &str) {
    for _ in 0..dice.roll(3) {
        let table = dice.pick(&["", "always ", "onsuccess "]);
        let action = dice.pick(&["set", "set", "set", "append", "add", "setifempty", "unset"]);
        let name = dice.pick(&["X-One", "X-Two", "x-three"]);
        let value = if action == "unset" { String::new() } else { format!(" v{}", dice.roll(5)) };
        let _ = writeln!(text, "{indent}Header {table}{action} {name}{value}");
    }
}

fn access(dice: &mut Dice, text: &mut String, indent: &str) {
    let rules = [
        "",
        "",
        "",
        "Require all granted",
        "Require all denied",
        "Require ip 127.0.0.0/8",
        "Require ip 192.0.2.0/24",
        "Require local",
        "<RequireAll>\nRequire all granted\nRequire not ip 127.0.0.1\n</RequireAll>",
        "<RequireAny>\nRequire ip 192.0.2.1\nRequire all granted\n</RequireAny>",
        "<RequireAll>\n<RequireNone>\nRequire ip 127.0.0.1\n</RequireNone>\nRequire all granted\n</RequireAll>",
        "Order deny,allow\nDeny from all",
        "Order allow,deny\nAllow from 127.0.0.1",
        "Order allow,deny\nAllow from all\nDeny from 127.0",
        "Order deny,allow\nDeny from all\nAllow from 127.0.0.1\nSatisfy any",
        "AuthMerging And\nRequire ip 127.0.0.1",
        "<Limit POST>\nRequire all denied\n</Limit>",
        "<LimitExcept POST>\nRequire all granted\n</LimitExcept>",
    ];
    for line in dice.pick(&rules).lines() {
        let _ = writeln!(text, "{indent}{line}");
    }
}

/// A configuration with its `.htaccess` files.
fn generated(dice: &mut Dice, folder: &Path, port: u16) -> (String, BTreeMap<String, String>) {
    let root = folder.join("www");
    let mut text = preamble(folder, &USED);
    let _ = writeln!(
        text,
        "Listen 127.0.0.1:{port}\nDirectoryIndex index.html\nTypesConfig /dev/null\nLogFormat \"%v %U %>s\" own"
    );
    let _ = writeln!(text, "<Directory />\n  AllowOverride None\n  Require all denied\n</Directory>");
    let _ = writeln!(text, "<Directory {}>\n  Require all granted", root.display());
    let allowed = dice.roll(3) == 0;
    if allowed {
        let _ = writeln!(text, "  AllowOverride {}", dice.pick(&["All", "FileInfo", "AuthConfig Limit FileInfo"]));
    }
    headers(dice, &mut text, "  ");
    let _ = writeln!(text, "</Directory>");
    headers(dice, &mut text, "");
    section(dice, &mut text, &root);
    for host in ["one", "two"] {
        let _ = writeln!(text, "<VirtualHost *:{port}>\nServerName {host}.example.jp\nDocumentRoot {}", root.display());
        let _ = writeln!(text, "CustomLog {}/{host}.log own", folder.display());
        headers(dice, &mut text, "");
        for _ in 0..dice.roll(5) {
            section(dice, &mut text, &root);
        }
        match dice.roll(9) {
            0 => text.push_str("Redirect permanent /a/b https://two.example.jp/b\n"),
            1 => text.push_str("RedirectMatch 404 \"/\\.env\"\nRedirectMatch 302 ^/c/(.*)\\.bak$ /a/$1\n"),
            2 => text.push_str("Redirect 410 /c\n"),
            3 => {
                let _ = writeln!(text, "Alias /alias {}/c", root.display());
            }
            4 => text.push_str("RewriteEngine On\nRewriteCond %{HTTPS} !=on\nRewriteCond %{REQUEST_URI} !^/a/\nRewriteRule ^/?(.*) https://%{HTTP_HOST}/$1 [R=301,L]\n"),
            5 => text.push_str("RewriteEngine On\nRewriteRule \"\\.(bak|env)$\" - [F,NC]\nRewriteRule ^/old/(.*)$ /a/$1\n"),
            6 => text.push_str("RewriteEngine On\nRewriteRule ^/a/(.+)$ /c/$1 [R,L]\n"),
            _ => {}
        }
        text.push_str("</VirtualHost>\n");
    }
    let mut inner = BTreeMap::new();
    if allowed {
        for at in ["a", "c", ""] {
            if dice.roll(2) == 0 {
                let mut own = String::new();
                own.push_str("Header set X-Three htaccess\n");
                inner.insert(at.to_owned(), own);
            }
        }
    }
    (text, inner)
}

fn section(dice: &mut Dice, text: &mut String, root: &Path) {
    let root = root.display();
    let opened = match dice.roll(9) {
        0 => format!("<Directory {root}/a>"),
        1 => format!("<Directory {root}/a/b/>"),
        2 => format!("<Directory \"{root}/*/b\">"),
        3 => format!("<DirectoryMatch \"{}\">", dice.pick(&["/(a|c)/", "/b/$"])),
        4 => format!("<Location {}>", dice.pick(&["/", "/a", "/a/", "/c/index.html", "/*/b"])),
        5 => format!("<LocationMatch \"{}\">", dice.pick(&["\\.css$", "^/a/", "^/c/index\\.html$"])),
        6 => format!("<Files {}>", dice.pick(&["x.css", "*.php", "index.html", "\"?.bak\""])),
        7 => format!("<FilesMatch \"{}\">", dice.pick(&["~$|\\.bak$", "^\\.", "\\.(css|php)$"])),
        _ => format!("<Location ~ \"{}\">", dice.pick(&["/b/", "/c"])),
    };
    let name = opened.trim_start_matches('<').split(' ').next().unwrap_or_default().to_owned();
    let _ = writeln!(text, "{opened}");
    headers(dice, text, "  ");
    access(dice, text, "  ");
    let _ = writeln!(text, "</{name}>");
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Asked to end by its own number, so that its children end with it.
        let _ = Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn started(program: &Path, folder: &Path, port: u16) -> Running {
    let child = Command::new(program)
        .arg("-d")
        .arg(folder)
        .arg("-f")
        .arg(folder.join("apache2.conf"))
        .arg("-DFOREGROUND")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    for _ in 0..2_000 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return running;
        }
        if let Some(status) = running.0.try_wait().unwrap() {
            let mut said = String::new();
            let _ = running.0.stderr.take().unwrap().read_to_string(&mut said);
            panic!("apache2 ended with {status}: {said}");
        }
        std::thread::yield_now();
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("apache2 does not listen");
}

fn asked(port: u16, host: &str, path: &str) -> (u16, Vec<(String, String)>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    let mut headers: Vec<(String, String)> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .filter(|(name, _)| name.starts_with("x-") || name == "location")
        .collect();
    headers.sort();
    (status, headers)
}

/// What the explanation promises for a request, with what the file system decides filled in.
fn promised(explained: &Explained) -> (u16, Vec<(String, String)>) {
    let status = explained.status.unwrap_or_else(|| match &explained.file {
        Some(file) if Path::new(file).is_file() => 200,
        Some(file) if Path::new(file).is_dir() => 301,
        _ => 404,
    });
    let is_success = status == 200;
    let mut headers: Vec<(String, String)> = explained
        .headers
        .iter()
        .filter(|(_, _, on_error)| is_success || *on_error)
        .map(|(name, value, _)| (name.clone(), value.clone().unwrap_or_default()))
        .collect();
    headers.sort();
    (status, headers)
}

#[test]
fn what_we_say_is_what_it_answers() {
    let Some(program) = program() else { return };
    let wanted: usize = std::env::var("TENKEN_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut pairs, mut equal, mut open) = (0, 0, 0);
    let mut wrong = String::new();
    while pairs < wanted {
        let folder = folder("oracle");
        for file in FILES {
            let path = folder.join("www").join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (text, inner) = generated(&mut dice, &folder, port);
        std::fs::write(folder.join("apache2.conf"), &text).unwrap();
        let mut world = RecordedWorld::new().file(&format!("{}/apache2.conf", folder.display()), text.clone());
        for file in FILES {
            world = world.file(folder.join("www").join(file).to_str().unwrap(), "");
        }
        for (at, own) in &inner {
            let path = folder.join("www").join(at).join(".htaccess");
            std::fs::write(&path, own).unwrap();
            world = world.file(path.to_str().unwrap(), own.clone());
        }
        let running = started(&program, &folder, port);
        let mut logged: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for host in ["one.example.jp", "two.example.jp", "nobody.example.jp"] {
            for path in [
                "/",
                "/x.css",
                "/x.php",
                "/.env",
                "/a/",
                "/a/x.css",
                "/a/b/",
                "/a/b/x.php",
                "/c/",
                "/c/index.html",
                "/c/note.txt~",
                "/c/x.bak",
                "/missing",
                "/alias/index.html",
                "/old/x.css",
                "/a",
            ] {
                pairs += 1;
                let (status, headers) = asked(port, host, path);
                match explain(&world, &server(&folder), host, port, path) {
                    Ok(explained) => {
                        let (wanted, mut promised) = promised(&explained);
                        if let Some(target) = &explained.location {
                            // httpd makes a path to a URL of its own name.
                            let whole =
                                if target.contains("://") { target.clone() } else { format!("http://{host}{target}") };
                            promised.push(("location".to_owned(), whole));
                        } else if wanted == 301 {
                            promised.push(("location".to_owned(), format!("http://{host}{path}/")));
                        }
                        let plain = |list: &[(String, String)]| -> Vec<(String, String)> {
                            let mut list: Vec<(String, String)> = list
                                .iter()
                                .map(|(name, value)| {
                                    let value = value.replace(&format!(":{port}"), "");
                                    // Without a name of its own in the request's host a redirect carries the server's.
                                    let value = if name == "location" {
                                        value.replace("nobody.example.jp", "one.example.jp")
                                    } else {
                                        value
                                    };
                                    (name.clone(), value)
                                })
                                .collect();
                            list.sort();
                            list
                        };
                        let (real, promised) = (plain(&headers), plain(&promised));
                        if (status, &real) == (wanted, &promised) {
                            equal += 1;
                        } else if wrong.len() < 20_000 {
                            let _ = writeln!(
                                wrong,
                                "{host}{path}: {status} {real:?}, and we said {wanted} {promised:?}\n{:?}\n{text}\n{inner:?}",
                                explained.sections
                            );
                        }
                        let log = explained
                            .logs
                            .first()
                            .map_or("", |(target, _)| if target.ends_with("two.log") { "two" } else { "one" });
                        logged.entry(log).or_default().push(format!(
                            "{log}.example.jp {} {wanted}",
                            if path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
                        ));
                    }
                    Err(reason) => {
                        open += 1;
                        let _ = writeln!(wrong, "{host}{path}: {reason}\n{text}");
                    }
                }
            }
        }
        drop(running);
        for (log, lines) in logged {
            let real = std::fs::read_to_string(folder.join(format!("{log}.log"))).unwrap_or_default();
            // Which host's log: as many lines as were promised to it.
            assert_eq!(real.lines().count(), lines.len(), "{log}.log\n{text}");
        }
        let _ = std::fs::remove_dir_all(&folder);
    }
    eprintln!("{pairs} pairs, {equal} equal, {open} open");
    assert!(open == 0 && equal * 1_000 >= pairs * 999, "{equal} of {pairs} equal, {open} open\n{wrong}");
}

#[test]
fn debians_own_configuration_is_read_without_a_gap() {
    let Some(program) = program() else { return };
    let main = Path::new("/etc/apache2/apache2.conf");
    if !main.exists() {
        assert!(std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set and {} is not there", main.display());
        eprintln!("{} is not there: nothing was read", main.display());
        return;
    }
    let _ = program;
    let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
        .args(["collect", "/etc/apache2/apache2.conf", "--offline"])
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let evidence: serde_json::Value = serde_json::from_str(&text).unwrap();
    let gaps: Vec<&serde_json::Value> =
        evidence["gaps"].as_array().unwrap().iter().filter(|gap| gap["collector"] == "webserver").collect();
    assert_eq!(gaps, Vec::<&serde_json::Value>::new());
    let kinds: Vec<&str> =
        evidence["observations"].as_array().unwrap().iter().filter_map(|seen| seen["kind"].as_str()).collect();
    for kind in ["web-server", "web-location", "web-socket", "web-log", "apache-section"] {
        assert!(kinds.contains(&kind), "{kind} is not among {kinds:?}");
    }
}
