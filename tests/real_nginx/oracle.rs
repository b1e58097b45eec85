//! The real server on loopback, asked what the model predicts.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tenken::collect::live::{LiveOptions, LiveWorld};
use tenken::collect::webserver::{Answer, Asked, Asking};
use tenken::model::{Site, WebServer, WebServerKind};

use super::generator::{Dice, FILES, Made, Request, configuration, request};

/// What the real server did.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    status: Option<u16>,
    headers: Vec<(String, String)>,
    redirect: Option<String>,
    location: String,
    /// Entries by file.
    entries: BTreeMap<String, Vec<String>>,
}

/// Compares `count` configurations with `requests` each; gives the number of pairs and the departures in words.
pub(crate) fn compare(program: &str, folder: &Path, first: u64, count: u64, requests: usize) -> (usize, Vec<String>) {
    let mut pairs = 0;
    let mut departures = Vec::new();
    for seed in first..first + count {
        let own = folder.join(format!("s{seed}"));
        let mut dice = Dice::new(seed);
        let ports = [free_port(), free_port()];
        let made = configuration(&mut dice, own.to_str().unwrap(), ports);
        write(&own, &made);
        let asked: Vec<Request> = (0..requests).map(|_| request(&mut dice, ports)).collect();
        let (seen, clients) = ask_real(program, &own, &asked);
        let answers = predict(&own, &asked, &clients);
        for (number, ((request, seen), answer)) in asked.iter().zip(&seen).zip(&answers).enumerate() {
            pairs += 1;
            let predicted = predicted(answer, &made, &own);
            if predicted != *seen {
                departures.push(format!(
                    "seed {seed} request {number}: {} http://{}:{}{} ({})\n  predicted {predicted:?}\n  seen      {seen:?}\n  open {:?}",
                    request.method, request.host, request.port, request.target, request.address, answer.open
                ));
            }
        }
        if departures.is_empty() {
            let _ = std::fs::remove_dir_all(&own);
        }
    }
    (pairs, departures)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn write(folder: &Path, made: &Made) {
    let _ = std::fs::remove_dir_all(folder);
    for file in FILES {
        let path = folder.join("site").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    for (name, text) in &made.files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    std::fs::write(folder.join("none"), "").unwrap();
}

/// Kills its own child when it goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ask_real(program: &str, folder: &Path, asked: &[Request]) -> (Vec<Seen>, Vec<std::net::IpAddr>) {
    let configuration = folder.join("nginx.conf");
    let mut command = Command::new(program);
    command.arg("-p").arg(folder).arg("-c").arg(&configuration).stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    let first = (asked[0].address, asked[0].port);
    while TcpStream::connect(first).is_err() {
        if let Some(ended) = running.0.try_wait().unwrap() {
            let said = Command::new(program).arg("-t").arg("-p").arg(folder).arg("-c").arg(&configuration).output();
            panic!("{}: nginx ended ({ended}): {}", folder.display(), String::from_utf8_lossy(&said.unwrap().stderr));
        }
        std::thread::yield_now();
    }
    let mut clients = Vec::new();
    let mut seen: Vec<Seen> = Vec::new();
    for (number, request) in asked.iter().enumerate() {
        let mut stream = TcpStream::connect((request.address, request.port)).unwrap();
        clients.push(stream.local_addr().unwrap().ip());
        let more: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let text = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nX-Id: {number}\r\nConnection: close\r\n{more}\r\n",
            request.method, request.target, request.host
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        seen.push(read_answer(&bytes));
    }
    drop(running);
    for name in ["main.log", "server.log", "own.log"] {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else { continue };
        for line in text.lines() {
            let mut parts = line.split('|');
            let Some(number) = parts.next().and_then(|id| id.parse::<usize>().ok()) else { continue };
            if let (Some(at), Some(one)) = (parts.next(), seen.get_mut(number)) {
                one.location = at.to_owned();
                one.entries.entry(name.to_owned()).or_default().push(line.to_owned());
            }
        }
    }
    (seen, clients)
}

fn read_answer(bytes: &[u8]) -> Seen {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|word| word.parse().ok());
    let mut seen = Seen { status, ..Seen::default() };
    for line in lines {
        let Some((name, value)) = line.split_once(": ") else { continue };
        let lower = name.to_ascii_lowercase();
        if lower == "location" {
            seen.redirect = Some(value.to_owned());
        } else if lower.starts_with("x-") || lower == "cache-control" {
            seen.headers.push((lower, value.to_owned()));
        }
    }
    seen.headers.sort();
    seen
}

fn predict(folder: &Path, asked: &[Request], clients: &[std::net::IpAddr]) -> Vec<Answer> {
    let world = LiveWorld::new(LiveOptions::of_site(folder, &Site::default(), Vec::new(), None, 10, 1, true));
    let server = WebServer {
        kind: WebServerKind::Nginx,
        path: "nginx.conf".to_owned(),
        version: None,
        root: Some("/".to_owned()),
    };
    let asked: Vec<Asked> = asked
        .iter()
        .zip(clients)
        .enumerate()
        .map(|(number, (request, client))| {
            let mut headers = vec![("x-id".to_owned(), number.to_string()), ("host".to_owned(), request.host.clone())];
            headers.extend(request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())));
            Asked {
                tls: false,
                host: request.host.clone(),
                port: request.port,
                address: request.address.parse().ok(),
                client: Some(*client),
                method: request.method.to_owned(),
                target: request.target.clone(),
                headers,
            }
        })
        .collect();
    Asking::new(&world, &server).answers(&asked)
}

/// A prediction in the words of what is seen; what is open is a departure.
fn predicted(answer: &Answer, made: &Made, folder: &Path) -> Seen {
    let mut seen = Seen { status: answer.status, redirect: answer.redirect.clone(), ..Seen::default() };
    for header in answer.headers.iter().filter(|header| header.sent == Some(true)) {
        let value = header.value.clone().unwrap_or_else(|| "open".to_owned());
        seen.headers.push((header.name.to_ascii_lowercase(), value));
    }
    seen.headers.sort();
    for log in answer.logs.iter().filter(|log| log.written == Some(true)) {
        let name = log.target.strip_prefix(folder.to_str().unwrap()).unwrap_or(&log.target).trim_start_matches('/');
        let line = log.line.clone().unwrap_or_else(|| "open".to_owned());
        seen.location = line.split('|').nth(1).unwrap_or_default().to_owned();
        seen.entries.entry(name.to_owned()).or_default().push(line);
    }
    // The number that the entry holds must be that of the location that was found.
    if let Some(number) = seen.location.parse::<usize>().ok().filter(|_| !seen.entries.is_empty()) {
        let wanted = format!("location {}", made.locations[number]);
        let found = answer.location.as_ref().map(|part| part.text.clone()).unwrap_or_default();
        if wanted != found {
            seen.location = format!("{number} but {found}");
        }
    }
    seen
}
