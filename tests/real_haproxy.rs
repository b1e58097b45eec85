//! Against a real HAProxy: what it answers and logs is what we say; what `haproxy -c` refuses by its grammar we name as faults.
//! Without haproxy these tests say so and do nothing, unless TENKEN_REAL is set. `TENKEN_PAIRS=N` asks at least N questions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tenken::collect::recorded::RecordedWorld;
use tenken::collect::webserver::haproxy::{Explained, Request, explain};
use tenken::model::{WebServer, WebServerKind};

fn program() -> Option<PathBuf> {
    let found =
        ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy"].into_iter().map(PathBuf::from).find(|path| path.exists());
    assert!(
        found.is_some() || std::env::var_os("TENKEN_REAL").is_none(),
        "TENKEN_REAL is set and haproxy is not there"
    );
    if found.is_none() {
        eprintln!("haproxy is not there: nothing was compared");
    }
    found
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("haproxy-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn server(version: Option<&str>) -> WebServer {
    let version = version.map(str::to_owned);
    WebServer { kind: WebServerKind::Haproxy, path: "haproxy.cfg".to_owned(), version, root: None }
}

/// What is asked on a port from this machine.
fn request<'a>(port: u16, host: &'a str, target: &'a str, status: u16) -> Request<'a> {
    let source = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let headers = &[("connection", "close"), ("x-want", ""), ("x-number", "")];
    Request { port, method: "GET", target, host, headers, source, upstream_status: status }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

const GRAMMAR: [(&str, bool); 28] = [
    ("http-request set-header A \"b c\"", true),
    ("http-request set-header A 'b\"c'", true),
    ("http-request set-header A b\\ c # x", true),
    ("http-request set-header A \"b", false),
    ("http-request set-header A 'b", false),
    ("http-request set-header A a\\x4", false),
    ("http-request set-header A \"x$\"", false),
    ("http-request set-header A \"x${B\"", false),
    ("http-request set-header A \"x${B}\"", true),
    ("http-request set-header A \"x${B-c d}\"", true),
    ("http-request set-header A $B", true),
    (".if 1\nmaxconn 10\n.endif", true),
    (".if 0\nnosuch\n.endif", true),
    (".if 0\nnosuch\n.else\nmaxconn 10\n.endif", true),
    (".if 0\nnosuch\n.elif 1\nmaxconn 10\n.else\nnosuch\n.endif", true),
    (".if streq(a,a) && !streq(a,b)\nmaxconn 10\n.else\nnosuch\n.endif", true),
    (".if version_atleast(2.4)\nmaxconn 10\n.else\nnosuch\n.endif", true),
    (".if version_before(2.4)\nnosuch\n.endif", true),
    (".if 1\nmaxconn 10", false),
    (".else\n.endif", false),
    (".endif", false),
    (".if nosuch(1)\n.endif", false),
    (".if 1 x\n.endif", false),
    (".if defined(A) ||\n.endif", false),
    (".if (1\n.endif", false),
    (".nosuch", false),
    (".notice \"x\"", true),
    (".if 0\n.if nosuch(1)\n.endif\n.endif", true),
];

#[test]
fn the_grammar_is_haproxys() {
    let Some(program) = program() else { return };
    let folder = folder("grammar");
    let path = folder.join("haproxy.cfg");
    for (text, wanted) in GRAMMAR {
        let port = free_port();
        let whole = format!(
            "global\n  setenv B b\ndefaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\nlisten a\n  bind 127.0.0.1:{port}\n{text}\n"
        );
        std::fs::write(&path, &whole).unwrap();
        let output = Command::new(&program).arg("-c").arg("-f").arg(&path).env_clear().output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), wanted, "haproxy itself on {text}: {said}");
        let world = RecordedWorld::new().file("haproxy.cfg", whole);
        let read = explain(&world, &server(Some("2.6.12")), &request(port, "a", "/", 200));
        let has_fault = read.as_ref().is_err_and(|reason| reason.contains(": "));
        assert_eq!(!has_fault, wanted, "{text}: {read:?}");
    }
    let _ = std::fs::remove_dir_all(&folder);
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

const CONDITIONS: [&str; 34] = [
    "",
    "",
    "",
    " if { path_beg /a }",
    " if { path_beg -i /A/ }",
    " if { path /a /c/x.css }",
    " if { path_end .css .php }",
    " if { path_end -i .CSS }",
    " if { path_dir b }",
    " if { path_sub x }",
    " if { path_reg ^/(a|c)/ }",
    " if { path -m reg -i ^/A/B }",
    " if { path,lower -m beg /a/b }",
    " if { hdr(host) one.example.jp }",
    " if { hdr(host) -i TWO.example.jp }",
    " if { hdr_dom(host) -i example.jp }",
    " if { hdr_beg(host) -i one. }",
    " if { hdr_end(host) .example.jp } { path_beg /c }",
    " if { src 127.0.0.0/8 }",
    " if { src 192.0.2.0/24 2001:db8::/32 }",
    " if !{ src 127.0.0.1 }",
    " unless { ssl_fc }",
    " if { method POST PUT }",
    " if METH_GET { query -m found }",
    " if is_a",
    " if !is_a is_host",
    " if is_a or is_host",
    " unless is_a is_host",
    " unless is_a || { path_beg /c }",
    " if { req.hdr(x-none) -m found }",
    " if { req.hdr_cnt(x-none) eq 0 } is_host",
    " if { dst_port ge 1 } { url_beg /a/b }",
    " if { base -m end /c/ }",
    " if LOCALHOST !HTTP_1.0 { pathq -m len 3:9 }",
];

fn acls(dice: &mut Dice, text: &mut String) {
    let _ = writeln!(text, "  acl is_a path_beg {}", dice.pick(&["/a", "/a/b", "/c"]));
    if dice.roll(2) == 0 {
        let _ = writeln!(text, "  acl is_a path_end {}", dice.pick(&[".php", ".bak"]));
    }
    let _ = writeln!(
        text,
        "  acl is_host hdr(host) -i {}",
        dice.pick(&["one.example.jp", "two.example.jp", "one.example.jp two.example.jp"])
    );
}

fn request_rules(dice: &mut Dice, text: &mut String) {
    for _ in 0..dice.roll(4) {
        let rule = dice.pick(&[
            "deny",
            "deny deny_status 404",
            "deny status 429",
            "allow",
            "auth realm x",
            "tarpit deny_status 503",
            "return status 200 content-type text/plain string ok",
            "return status 418 hdr x-own yes content-type text/plain lf-string %[path]",
            "redirect location https://www.example.jp/",
            "redirect location https://www.example.jp%[path] code 301",
            "redirect prefix https://www.example.jp code 301",
            "redirect prefix /new drop-query append-slash",
            "redirect scheme https",
            "redirect scheme https code 308",
            "redirect location https://%[hdr(host)]%[capture.req.uri] code 302",
            "set-path /c/",
            "set-path /a%[path]",
            "set-header Host two.example.jp",
            "set-header X-Up %[path]",
            "set-var(txn.path) path,lower",
            "set-var(txn.host) hdr(host)",
            "reject",
            "set-log-level info",
            "del-header X-Up",
            "set-query a=b",
        ]);
        let condition = dice.pick(&CONDITIONS);
        let _ = writeln!(text, "  http-request {rule}{condition}");
    }
    if dice.roll(5) == 0 {
        let rule = dice.pick(&[
            "redirect prefix http://old.example.jp",
            "redirect scheme https code 301",
            "redirect location /x",
        ]);
        let condition = dice.pick(&CONDITIONS);
        let _ = writeln!(text, "  {rule}{condition}");
    }
}

fn answer_rules(dice: &mut Dice, text: &mut String) {
    for _ in 0..dice.roll(4) {
        let kind = dice.pick(&["http-response", "http-response", "http-after-response"]);
        let rule = match dice.roll(11) {
            0..=3 => format!("set-header {} v{}", dice.pick(&["X-One", "X-Two", "x-three"]), dice.roll(5)),
            4 => format!("add-header {} v{}", dice.pick(&["X-One", "X-Two", "x-three"]), dice.roll(5)),
            5 => format!("del-header {}", dice.pick(&["X-One", "X-Served", "x-t -m beg"])),
            6 => "set-header X-One %[src]".to_owned(),
            7 => "set-header X-Two %[status]".to_owned(),
            8 => "set-header X-Three %[var(txn.path)]".to_owned(),
            9 if kind == "http-response" => {
                dice.pick(&["deny", "return status 503", "redirect location /gone"]).to_owned()
            }
            _ => "set-status 203".to_owned(),
        };
        let condition = dice.pick(&[
            "",
            "",
            "",
            " if { status 404 }",
            " if { status 200:299 }",
            " unless { status ge 400 }",
            " if { ssl_fc }",
            " if { src 127.0.0.0/8 }",
            " if { path_beg /a }",
            " unless { path_beg /a }",
            " if { var(txn.host) -m str one.example.jp }",
        ]);
        let _ = writeln!(text, "  {kind} {rule}{condition}");
    }
}

struct Ports {
    fronts: [u16; 2],
    upstream: u16,
    syslog: u16,
}

fn generated(dice: &mut Dice, ports: &Ports) -> String {
    let mut text = format!(
        "global\n  log 127.0.0.1:{0} local0\n  log 127.0.0.1:{0} local1 notice\n  setenv PLACE /c\ndefaults\n  mode http\n  log global\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n  timeout tarpit 1\n  log-format \"own %hr %f %b %ST %HM\"\n",
        ports.syslog
    );
    let named = dice.roll(3) == 0;
    if named {
        let _ = writeln!(
            text,
            "defaults base\n  mode http\n  log global\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n  timeout tarpit 1\n  log-format \"own %hr %f %b %ST %HM\""
        );
        answer_rules(dice, &mut text);
    }
    for (number, name) in ["www", "alt"].iter().enumerate() {
        let kind = if dice.roll(4) == 0 { "listen" } else { "frontend" };
        let _ = writeln!(text, "{kind} {name}\n  bind 127.0.0.1:{}", ports.fronts[number]);
        text.push_str("  capture request header X-Number len 10\n");
        acls(dice, &mut text);
        if dice.roll(5) == 0 {
            let kind = dice.pick(&["connection", "content"]);
            let rule = dice.pick(&[
                "reject if { src 192.0.2.1 }",
                "accept if { src 127.0.0.1 }",
                "reject if !{ src 127.0.0.0/8 }",
            ]);
            let _ = writeln!(text, "  tcp-request {kind} {rule}");
        }
        if dice.roll(6) == 0 {
            text.push_str("  monitor-uri /a/x.css\n");
        }
        if dice.roll(3) == 0 {
            text.push_str(".if streq(\"$PLACE\",/c)\n  http-request deny deny_status 410 if { path_beg \"${PLACE}/gone\" }\n.else\n  nosuch\n.endif\n");
        }
        statistics(dice, &mut text);
        request_rules(dice, &mut text);
        answer_rules(dice, &mut text);
        for _ in 0..dice.roll(3) {
            let backend = dice.pick(&["app", "static", "void"]);
            let condition = dice.pick(&CONDITIONS);
            let _ = writeln!(text, "  use_backend {backend}{condition}");
        }
        if kind == "listen" {
            let _ = writeln!(text, "  server s 127.0.0.1:{}", ports.upstream);
        } else if dice.roll(4) > 0 {
            let _ = writeln!(text, "  default_backend {}", dice.pick(&["app", "static"]));
        }
    }
    for name in ["app", "static", "void"] {
        let _ = writeln!(text, "backend {name}");
        acls(dice, &mut text);
        if name == "static" {
            statistics(dice, &mut text);
        }
        request_rules(dice, &mut text);
        answer_rules(dice, &mut text);
        if name != "void" {
            let _ = writeln!(text, "  server s 127.0.0.1:{}", ports.upstream);
        }
    }
    text
}

fn statistics(dice: &mut Dice, text: &mut String) {
    match dice.roll(7) {
        0 => text.push_str("  stats enable\n  stats uri /c/index\n"),
        1 => text.push_str("  stats uri /a/b\n  stats auth a:b\n"),
        2 => text.push_str("  stats uri /c\n  stats http-request deny if is_host\n  stats http-request allow if is_a\n  stats http-request auth realm x\n"),
        _ => {}
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts HAProxy; `None` where it refuses the configuration.
fn started(program: &Path, config: &Path, port: u16) -> Result<Running, String> {
    let check = Command::new(program).arg("-c").arg("-f").arg(config).env_clear().output().unwrap();
    if !check.status.success() {
        return Err(String::from_utf8_lossy(&check.stderr).into_owned());
    }
    let child = Command::new(program)
        .args(["-db", "-q", "-f"])
        .arg(config)
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    for _ in 0..2_000 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(running);
        }
        if let Some(status) = running.0.try_wait().unwrap() {
            return Err(format!("haproxy ended with {status}"));
        }
        std::thread::park_timeout(std::time::Duration::from_millis(2));
    }
    Err("haproxy does not listen".to_owned())
}

/// A server that answers with the status that the request asks for.
fn upstream() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut status = "200".to_owned();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
                if let Some(wanted) = line.to_ascii_lowercase().strip_prefix("x-want: ") {
                    wanted.trim().clone_into(&mut status);
                }
                line.clear();
            }
            // One piece: a second one would wait for the first to be acknowledged.
            let answer = format!(
                "HTTP/1.1 {status} x\r\nX-Served: up\r\nX-One: up\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

type Heads = Vec<(String, String)>;

fn asked(port: u16, host: &str, path: &str, status: u16, number: usize) -> (Option<u16>, Heads) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let own = format!("X-Want: {status}\r\nX-Number: {number}\r\nConnection: close\r\n");
    let whole = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{own}\r\n");
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
        .filter(|(name, _)| name.starts_with("x-") && name != "x-own" || name == "location")
        .collect();
    headers.sort();
    (status, headers)
}

/// What the explanation promises, with what the server adds.
fn promised(explained: &Explained) -> (Option<u16>, Heads) {
    let mut headers: Heads = explained
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().unwrap_or_else(|| "?".to_owned())))
        .collect();
    if explained.passed_on {
        for (name, value) in [("x-served", "up"), ("x-one", "up")] {
            if !explained.removed.iter().any(|gone| gone == name) {
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    headers.extend(explained.location.clone().map(|target| ("location".to_owned(), target)));
    headers.sort();
    (explained.status, headers)
}

/// The entries of the requests of one configuration, by the number that each carries.
fn logged(syslog: &UdpSocket, expected: &BTreeMap<usize, (String, String)>, before: usize) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut buffer = [0; 4096];
    while !expected.keys().all(|number| found.iter().any(|(seen, _)| seen == number)) {
        let Ok(length) = syslog.recv(&mut buffer) else { break };
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let Some((head, entry)) = text.trim_end().split_once("]: own ") else { continue };
        // Requests are entries of the level info: the line for notice and above gets none.
        assert!(head.starts_with("<134>"), "{text}");
        let Some((number, entry)) = entry.split_once(' ') else { continue };
        if let Some(number) = number.trim_matches(['{', '}']).parse().ok().filter(|number| *number > before) {
            found.push((number, format!("own {entry}")));
        }
    }
    found
}

const PATHS: [&str; 12] = [
    "/",
    "/a",
    "/a/x.css",
    "/a/b?x=1",
    "/A/B/",
    "/c/",
    "/c/x.css",
    "/c/gone",
    "/c/index.php",
    "/x.bak",
    "/a/b/c/",
    "/n?x",
];

#[test]
fn what_we_say_is_what_it_answers() {
    let Some(program) = program() else { return };
    let wanted: usize = std::env::var("TENKEN_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let folder = folder("oracle");
    let config = folder.join("haproxy.cfg");
    let syslog = UdpSocket::bind("127.0.0.1:0").unwrap();
    syslog.set_read_timeout(Some(std::time::Duration::from_millis(500))).unwrap();
    let upstream = upstream();
    let (mut pairs, mut equal, mut open, mut refused) = (0, 0, 0, 0);
    let mut wrong: Vec<String> = Vec::new();
    while pairs < wanted {
        let ports = Ports { fronts: [free_port(), free_port()], upstream, syslog: syslog.local_addr().unwrap().port() };
        let text = generated(&mut dice, &ports);
        std::fs::write(&config, &text).unwrap();
        let world = RecordedWorld::new().file("haproxy.cfg", text.clone());
        let running = match started(&program, &config, ports.fronts[0]) {
            Ok(running) => running,
            Err(said) => {
                refused += 1;
                assert!(refused * 10 < pairs + 200, "too many configurations are refused: {said}\n{text}");
                continue;
            }
        };
        let mut expected: BTreeMap<usize, (String, String)> = BTreeMap::new();
        let before = pairs;
        for (port, host) in ports
            .fronts
            .into_iter()
            .flat_map(|port| ["one.example.jp", "two.example.jp", "nobody"].map(|host| (port, host)))
        {
            for path in PATHS {
                pairs += 1;
                let upstream_status = if pairs % 3 == 0 { 404 } else { 200 };
                let (status, headers) = asked(port, host, path, upstream_status, pairs);
                let explained =
                    match explain(&world, &server(Some("2.6.12")), &request(port, host, path, upstream_status)) {
                        Ok(explained) => explained,
                        Err(reason) => {
                            assert!(!reason.contains(": "), "{reason}\n{text}");
                            open += 1;
                            continue;
                        }
                    };
                let (wanted_status, wanted_headers) = promised(&explained);
                if status == wanted_status && headers == wanted_headers {
                    equal += 1;
                    if let (Some(status), false) = (status, explained.logs.is_empty()) {
                        let line = format!("own {} {} {status} GET", explained.frontend, explained.backend);
                        expected.insert(pairs, (line, format!("{host}{path}")));
                    }
                } else if wrong.len() < 100 {
                    wrong.push(format!(
                        "{host}{path} on {port}: {status:?} {headers:?}\nbut we say {wanted_status:?} {wanted_headers:?} {explained:?}\n{text}"
                    ));
                }
            }
        }
        // What is not logged at all is the health check alone.
        if text.contains("monitor-uri") {
            expected.retain(|_, (_, asked)| !asked.ends_with("/a/x.css"));
        }
        for (number, line) in logged(&syslog, &expected, before) {
            let Some((wanted, asked)) = expected.remove(&number) else { continue };
            // A request that the statistics refuse is logged as a bad one, whatever it was answered.
            let is_statistics =
                text.contains("stats uri") && (wanted.ends_with(" 403 GET") || wanted.ends_with(" 401 GET"));
            if line != wanted && !(is_statistics && line.ends_with(" 400 GET")) {
                equal -= 1;
                wrong.push(format!("{asked} is logged as {line}, not {wanted}\n{text}"));
            }
        }
        equal -= expected.len();
        wrong
            .extend(expected.into_values().map(|(wanted, asked)| format!("{asked} is not logged as {wanted}\n{text}")));
        drop(running);
    }
    let _ = std::fs::remove_dir_all(&folder);
    for one in &wrong {
        eprintln!("{}", one.lines().take(2).collect::<Vec<_>>().join(" | "));
    }
    eprintln!("{pairs} pairs, {equal} equal, {open} left open, {refused} configurations refused");
    assert!(
        equal + open >= pairs * 999 / 1000,
        "{equal} of {pairs} are equal, {open} open; the first that are not:\n{}",
        wrong.iter().take(3).cloned().collect::<Vec<_>>().join("\n-----\n")
    );
    assert!(open * 20 <= pairs, "{open} of {pairs} were left open");
}
