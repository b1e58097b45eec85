//! Against a real Caddy: what its adapter makes of a Caddyfile is what we make of it, and what it answers is what we say.
//! Without caddy these tests say so and do nothing, unless TENKEN_REAL is set. `TENKEN_PAIRS=N` asks at least N questions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Map, Value, json};
use tenken::collect::recorded::RecordedWorld;
use tenken::collect::webserver::caddy::{Explained, Request, adapted, explain};
use tenken::model::{WebServer, WebServerKind};

fn program() -> Option<PathBuf> {
    let found = ["/usr/bin/caddy", "/usr/local/bin/caddy"].into_iter().map(PathBuf::from).find(|path| path.exists());
    assert!(found.is_some() || std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set and caddy is not there");
    if found.is_none() {
        eprintln!("caddy is not there: nothing was compared");
    }
    found
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("caddy-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn server() -> WebServer {
    WebServer { kind: WebServerKind::Caddy, path: "Caddyfile".to_owned(), version: None, root: None }
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

const MATCHERS: [&str; 14] = [
    "path /a*",
    "path /a /c/*",
    "path *.css",
    "path_regexp ^/(a|c)/",
    "path_regexp name /b",
    "method GET HEAD",
    "method POST",
    "host one.example.jp",
    "host *.example.jp",
    "remote_ip 127.0.0.0/8",
    "remote_ip 192.0.2.0/24 private_ranges",
    "not path /a/*",
    "protocol https",
    "query x=1",
];

fn matchers(dice: &mut Dice, text: &mut String, tabs: &str) {
    let _ = writeln!(text, "{tabs}@one {}", dice.pick(&MATCHERS));
    let _ = writeln!(
        text,
        "{tabs}@two {{\n{tabs}\t{}\n{tabs}\t{}\n{tabs}}}",
        dice.pick(&MATCHERS[..5]),
        dice.pick(&MATCHERS[5..12])
    );
    let _ = writeln!(
        text,
        "{tabs}@three {{\n{tabs}\tnot {{\n{tabs}\t\t{}\n{tabs}\t\t{}\n{tabs}\t}}\n{tabs}}}",
        dice.pick(&MATCHERS[..3]),
        dice.pick(&MATCHERS[5..7])
    );
}

const TOKENS: [&str; 12] =
    ["", "", "", "* ", "/a ", "/a/* ", "/c* ", "/c/x.css ", "@one ", "@two ", "@three ", "/A/B/* "];

fn directives(dice: &mut Dice, text: &mut String, depth: usize, root: &str) {
    let tabs = "\t".repeat(depth);
    for _ in 0..1 + dice.roll(4) {
        let token = dice.pick(&TOKENS);
        let plain = match dice.roll(20) {
            0 => format!("header {token}X-One v{}", dice.roll(4)),
            1 => format!("header {token}+X-Two v{}", dice.roll(4)),
            2 => format!("header {token}-X-One"),
            3 => format!("header {token}?X-Three d{}", dice.roll(4)),
            4 => format!(
                "header {token}{{\n{tabs}\tX-One b{}\n{tabs}\t-X-Two\n{tabs}\t+X-Three {{path}}\n{tabs}}}",
                dice.roll(4)
            ),
            5 => format!("header {token}{{\n{tabs}\tX-Two b{}\n{tabs}\tX-Three {{host}}\n{tabs}}}", dice.roll(4)),
            6 => format!(
                "redir {} {}",
                if token.starts_with(['/', '@', '*']) { token.trim() } else { "*" },
                dice.pick(&[
                    "/new",
                    "https://www.example.jp{uri} permanent",
                    "https://{host}{uri} 308",
                    "/x{path} temporary"
                ])
            ),
            7 => format!("respond {token}\"text\" {}", dice.pick(&["200", "403", "404", "503"])),
            8 if !token.starts_with('/') => format!("respond {token}{}", dice.pick(&["204", "\"words\"", "410"])),
            9 => format!("error {token}\"no\" {}", dice.pick(&["403", "500"])),
            10 => format!(
                "rewrite {} {}",
                if token.trim().is_empty() { "*" } else { token.trim() },
                dice.pick(&["/a/x.css", "/c{uri}", "/c/"])
            ),
            11 => format!("uri {token}strip_prefix /a"),
            12 => format!("request_header {token}X-Up v"),
            13 => format!(
                "basicauth {token}{{\n{tabs}\tbob JDJhJDEwJEVCNmdaNEg2Ti5iejRMYkF3MFZhZ3VtV3E1SzBWZEZ5Q3VWc0tzOEJwZE9TaFlZdEVkZDhX\n{tabs}}}"
            ),
            14 => format!(
                "root {} {root}{}",
                if token.trim().is_empty() { "*" } else { token.trim() },
                dice.pick(&["", "/c"])
            ),
            15 => format!("file_server {token}{}", dice.pick(&["", "browse"])),
            16 if depth < 3 => {
                let mut inner = String::new();
                directives(dice, &mut inner, depth + 1, root);
                format!("handle {token}{{\n{inner}{tabs}}}")
            }
            17 if depth < 3 => {
                let mut inner = String::new();
                directives(dice, &mut inner, depth + 1, root);
                format!("handle_path {} {{\n{inner}{tabs}}}", dice.pick(&["/a/*", "/c*", "/c/*"]))
            }
            18 if depth < 3 => {
                let mut inner = String::new();
                directives(dice, &mut inner, depth + 1, root);
                format!("route {token}{{\n{inner}{tabs}}}")
            }
            19 if token.is_empty() => "abort /abort".to_owned(),
            _ => format!("request_body {token}{{\n{tabs}\tmax_size {}\n{tabs}}}", dice.pick(&["10MB", "1KB"])),
        };
        let _ = writeln!(text, "{tabs}{plain}");
    }
}

fn generated(dice: &mut Dice, ports: [u16; 2], root: &str) -> String {
    let mut text = format!("{{\n\tadmin off\n\tauto_https off\n\thttp_port {}\n}}\n", ports[0]);
    let _ = writeln!(text, "(shared) {{\n\theader X-Shared {{args.0}}\n\theader /a* X-Shared other\n}}");
    let keys = [
        format!("http://one.example.jp:{}, http://two.example.jp:{}", ports[0], ports[1]),
        format!("http://*.example.jp:{}", ports[0]),
        format!(":{}", ports[1]),
    ];
    for key in keys {
        let _ = writeln!(text, "{key} {{");
        if dice.roll(3) == 0 {
            let _ = writeln!(text, "\timport shared word");
        }
        matchers(dice, &mut text, "\t");
        directives(dice, &mut text, 1, root);
        if dice.roll(2) == 0 {
            let _ = writeln!(text, "\troot * {root}\n\tfile_server");
        }
        text.push_str("}\n");
    }
    text
}

/// The adapter's routes by listener, in a form that both sides share.
fn shared(value: &Value) -> Value {
    fn one(value: &Value, groups: &mut Vec<String>) -> Value {
        match value {
            Value::Object(map) => {
                let mut found = Map::new();
                // A group is counted where its route begins.
                let mut entries: Vec<(&String, &Value)> = map.iter().collect();
                entries.sort_by_key(|(key, _)| (key.as_str() != "group", key.as_str()));
                for (key, value) in entries {
                    let value = match (key.as_str(), value) {
                        ("group", Value::String(name)) => {
                            let at = groups.iter().position(|known| known == name).unwrap_or_else(|| {
                                groups.push(name.clone());
                                groups.len() - 1
                            });
                            json!(format!("group{at}"))
                        }
                        ("hash" | "hash_cache" | "password", _) => continue,
                        ("hide", Value::Array(list)) => {
                            let own: Vec<&Value> = list
                                .iter()
                                .filter(|name| !name.as_str().unwrap_or("").ends_with("Caddyfile"))
                                .collect();
                            json!(own)
                        }
                        (_, value) => one(value, groups),
                    };
                    let is_empty = value.as_array().is_some_and(Vec::is_empty);
                    if !is_empty {
                        found.insert(key.clone(), value);
                    }
                }
                Value::Object(found)
            }
            Value::Array(list) => Value::Array(list.iter().map(|value| one(value, groups)).collect()),
            other => other.clone(),
        }
    }
    let mut found = BTreeMap::new();
    for (listener, routes) in value.as_object().unwrap() {
        found.insert(listener.clone(), one(routes, &mut Vec::new()));
    }
    json!(found)
}

fn of_program(program: &Path, config: &Path) -> Result<Value, String> {
    let output =
        Command::new(program).args(["adapt", "--adapter", "caddyfile", "--config"]).arg(config).output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let whole: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found = Map::new();
    for server in whole.pointer("/apps/http/servers").and_then(Value::as_object).unwrap().values() {
        let listener = server.pointer("/listen/0").and_then(Value::as_str).unwrap();
        found.insert(listener.to_owned(), server.get("routes").cloned().unwrap_or_else(|| json!([])));
    }
    Ok(Value::Object(found))
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn started(program: &Path, config: &Path, home: &Path, port: u16) -> Option<Running> {
    let child = Command::new(program)
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(config)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    for _ in 0..4_000 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(running);
        }
        if running.0.try_wait().unwrap().is_some() {
            return None;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(3));
    }
    panic!("caddy does not listen");
}

type Heads = Vec<(String, String)>;

fn asked(port: u16, host: &str, path: &str) -> (Option<u16>, Heads) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let whole = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(whole.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let mut headers: Heads = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .filter(|(name, _)| name.starts_with("x-") || name == "location")
        .collect();
    headers.sort();
    (status, headers)
}

/// What the explanation promises, with what the file system decides filled in; `None` where that is a way of the file server's own.
fn promised(explained: &Explained, asked: &str) -> Option<(Option<u16>, Heads)> {
    let status = match (&explained.file, explained.dropped) {
        (_, true) => None,
        (Some((root, path)), _) => {
            let file = Path::new(root).join(path.trim_start_matches('/'));
            let is_folder = file.is_dir();
            // A folder without its slash, and a file with one, are redirected: by the path that was asked for, where its end is the same.
            let asked = asked.split('?').next().unwrap_or_default();
            if file.exists() && (is_folder != path.ends_with('/') || is_folder != asked.ends_with('/')) {
                return None;
            }
            let index = file.join("index.html");
            let is_there = if is_folder { explained.listed || index.is_file() } else { file.is_file() };
            Some(if is_there { 200 } else { 404 })
        }
        (None, false) => explained.status,
    };
    let is_failure = status.is_some_and(|status| status >= 400) && (explained.file.is_some() || explained.failed);
    let mut headers: Heads = explained
        .headers
        .iter()
        .filter(|(_, _, on_error)| !is_failure || *on_error)
        .map(|(name, value, _)| (name.clone(), value.clone().unwrap_or_else(|| "?".to_owned())))
        .collect();
    headers.extend(explained.location.clone().map(|target| ("location".to_owned(), target)));
    headers.sort();
    Some((status, headers))
}

const PATHS: [&str; 14] = [
    "/",
    "/a",
    "/a/",
    "/a/x.css",
    "/a/b?x=1",
    "/A/B/c",
    "/c/",
    "/c/x.css",
    "/c",
    "/c/index.html",
    "/abort",
    "/n?x=1",
    "/missing.css",
    "/a/none/",
];

#[test]
fn what_we_say_is_what_it_answers() {
    let Some(program) = program() else { return };
    let wanted: usize = std::env::var("TENKEN_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(250);
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let folder = folder("oracle");
    let root = folder.join("www");
    for file in ["index.html", "a/x.css", "c/index.html", "c/x.css", "x.css"] {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    let config = folder.join("Caddyfile");
    let (mut pairs, mut equal, mut open, mut configurations, mut alike, mut refused) = (0, 0, 0, 0, 0, 0);
    let mut wrong: Vec<String> = Vec::new();
    while pairs < wanted {
        let ports =
            [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap()).map(|one| one.local_addr().unwrap().port());
        let text = generated(&mut dice, ports, root.to_str().unwrap());
        std::fs::write(&config, &text).unwrap();
        let world = RecordedWorld::new().file("Caddyfile", text.clone());
        let real = match of_program(&program, &config) {
            Ok(real) => real,
            Err(said) => {
                refused += 1;
                assert!(refused * 10 < pairs + 200, "too many are refused: {said}\n{text}");
                continue;
            }
        };
        configurations += 1;
        let ours = adapted(&world, &server()).unwrap_or_else(|reason| panic!("{reason}\n{text}"));
        if shared(&real) == shared(&ours) {
            alike += 1;
        } else {
            wrong.push(format!("adapted to\n{}\nbut we say\n{}\n{text}", shared(&real), shared(&ours)));
        }
        let Some(running) = started(&program, &config, &folder, ports[0]) else {
            refused += 1;
            continue;
        };
        for (port, host) in
            ports.into_iter().flat_map(|port| ["one.example.jp", "two.example.jp", "x.nobody"].map(|host| (port, host)))
        {
            for path in PATHS {
                pairs += 1;
                let (status, headers) = asked(port, host, path);
                let source = IpAddr::V4(Ipv4Addr::LOCALHOST);
                let request = Request { port, method: "GET", target: path, host, headers: &[], source };
                let Some(said) =
                    explain(&world, &server(), &request).ok().and_then(|explained| promised(&explained, path))
                else {
                    open += 1;
                    continue;
                };
                if (status, headers.clone()) == said {
                    equal += 1;
                } else if wrong.len() < 200 {
                    wrong.push(format!("{host}{path} on {port}: {status:?} {headers:?}\nbut we say {said:?}\n{text}"));
                }
            }
        }
        drop(running);
    }
    let _ = std::fs::remove_dir_all(&folder);
    for one in &wrong {
        eprintln!("{}", one.lines().take(4).collect::<Vec<_>>().join(" | "));
    }
    eprintln!(
        "{configurations} configurations, {alike} adapted alike; {pairs} pairs, {equal} equal, {open} left open, {refused} refused"
    );
    let first = wrong.iter().take(2).cloned().collect::<Vec<_>>().join("\n-----\n");
    assert!(alike * 100 >= configurations * 96, "{alike} of {configurations} are adapted alike; first:\n{first}");
    assert!((equal + open) * 100 >= pairs * 99, "{equal} of {pairs} are equal, {open} open; first:\n{first}");
    assert!(open * 8 <= pairs, "{open} of {pairs} were left open");
}
