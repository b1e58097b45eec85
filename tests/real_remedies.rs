//! Remedies that mend: a real nginx and a real Apache serve one bad setting each, the check finds it, the check's own snippet
//! is put in its place, and the finding is gone while nothing else got worse. The table is `remedies/cases.rs`.
//! Without the servers these tests say so and do nothing, unless TENKEN_REAL is set: then their absence is a failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

#[path = "remedies/cases.rs"]
mod cases;
#[path = "remedies/configuration.rs"]
mod configuration;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use cases::{APACHE, Case, NGINX};
use configuration::{Placed, Ports, apache, nginx};
use tenken::collect::collector::{Collector, Task};
use tenken::collect::live::{LiveOptions, LiveWorld};
use tenken::collect::{COLLECTORS, run};
use tenken::evaluate::{Selection, evaluate};
use tenken::model::{Check, Outcome, Time};

const NOW: &str = "2026-11-24";
/// One server process answers more than a hundred places here: that it is slow on a busy machine is not what is shown.
const TIMEOUT_SECONDS: u64 = 60;

/// Whether a program is there; without it nothing is compared.
fn is_there(program: &str) -> bool {
    let there = Command::new(program).arg("-v").output().is_ok();
    assert!(there || std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set and {program} is not there");
    if !there {
        eprintln!("{program} is not there: nothing was compared");
    }
    there
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Its own children end with it: both servers are asked, not killed.
        let _ = Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Free ports of one address; all of them are held until the last is taken, so that no two are the same.
fn ports(address: IpAddr, count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind((address, 0)).unwrap()).collect();
    held.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("remedies-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A certificate for the site's name and its authority, in PEM, for every server of a run.
fn certificate(folder: &Path) {
    let made = rcgen::generate_simple_self_signed(vec!["www.example.jp".to_owned()]).unwrap();
    std::fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

/// The pages that every case has, and its own files over them.
fn pages(root: &Path, case: &Case) {
    let page = |title: &str, more: &str| {
        format!(
            "<!DOCTYPE html><html lang=en><head><title>{title}</title><link rel=stylesheet href=/style.css></head><body><p><a href=/policy.html>Policy</a> {more}</body></html>"
        )
    };
    let form = "<form method=post action=/send><label for=m>E-mail</label><input id=m name=email autocomplete=email><button>Send</button></form>";
    let files = [
        ("index.html", page("Home", "<a href=/contact.html>Contact</a>")),
        ("policy.html", page("Policy", "")),
        ("contact.html", page("Contact", form)),
        ("404.html", page("Not found", "")),
        ("style.css", "p { margin: 0 }\n".to_owned()),
        ("robots.txt", "User-agent: *\nDisallow:\n".to_owned()),
    ];
    for (name, content) in files {
        std::fs::create_dir_all(root).unwrap();
        std::fs::write(root.join(name), content).unwrap();
    }
    for (name, content) in case.files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}

/// One server looks for its ports at a time: between the choice of a few hundred ports and their use nobody of this test takes one.
static STARTING: Mutex<()> = Mutex::new(());

/// Starts a server; it is up when it answers. `None` where it ended, because somebody else took a port: nginx then tries for some
/// seconds to get it, while its other ports take connections that are never answered.
fn up(command: &mut Command, port: SocketAddr, log: &Path) -> Option<Server> {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(log).unwrap());
    let mut server = Server(quiet.spawn().unwrap());
    for _ in 0..2_000 {
        if server.0.try_wait().unwrap().is_some() {
            eprintln!("{command:?} ended: {}", std::fs::read_to_string(log).unwrap());
            return None;
        }
        if answers(port).is_ok_and(|is_http| is_http) {
            return Some(server);
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("{command:?} did not start");
}

/// Whether HTTP is answered at a port.
fn answers(port: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(port)?;
    stream.set_read_timeout(Some(std::time::Duration::from_secs(5)))?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut start = [0; 5];
    stream.read_exact(&mut start)?;
    Ok(&start == b"HTTP/")
}

/// What is found at one place: outcomes by check and subject.
type Found = BTreeMap<(String, String), Outcome>;

fn look(folder: &Path, case: &Case, ports: Ports, checks: &[Check]) -> Found {
    let site = folder.join(format!("{}-{}.yml", case.check, ports.tls.port()));
    std::fs::write(
        &site,
        format!(
            "site: x\nurl: https://www.example.jp\nhosts: [{{ name: www.example.jp, trust: certificate.pem, pages: [/contact.html, /policy.html] }}]\n\
             declared:\n  first_parties: [example.jp]\n  policy_pages: {{ ja: /policy.html }}\n  mail_domains: [example.jp]\n  cookies: [session, __Host-session]\n\
             \x20 forms: [{{ page: /contact.html, categories: [email] }}]\n{}",
            case.site
        ),
    )
    .unwrap();
    let loaded = tenken::load::load(site.to_str().unwrap(), &tenken::load::LoadOptions::default()).unwrap();
    let declaration = &loaded.judged.declaration;
    let name = || "www.example.jp".to_owned();
    let overrides = vec![(name(), 443, ports.tls), (name(), 80, ports.plain)];
    let world = LiveWorld::new(LiveOptions::of_site(
        &loaded.base,
        &declaration.site,
        overrides,
        None,
        TIMEOUT_SECONDS,
        4,
        false,
    ));
    let now = Time::parse(NOW).unwrap();
    let task = Task { declaration, offline: false, now, needed: None };
    // What the web answers is what these remedies are about; nothing else is looked at.
    let collectors: Vec<&dyn Collector> =
        COLLECTORS.iter().copied().filter(|collector| ["http", "declared"].contains(&collector.name())).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut evidence = runtime.block_on(run::collect(&collectors, &world, &task));
    tenken::join::join(&mut evidence);
    let checks: Vec<&Check> = checks.iter().filter(|check| is_of_the_web(check)).collect();
    let findings = evaluate(&checks, declaration, &evidence, &Selection::default(), now);
    let mut found = Found::new();
    for finding in findings {
        let worst = found.entry((finding.check, finding.subject.to_string())).or_insert(finding.outcome);
        if rank(finding.outcome) > rank(*worst) {
            *worst = finding.outcome;
        }
    }
    found
}

fn is_of_the_web(check: &Check) -> bool {
    check.needs.starts_with("http-")
}

fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Pass | Outcome::NotApplicable => 0,
        Outcome::Unknown | Outcome::NotChecked => 1,
        Outcome::Fail => 2,
    }
}

fn failing(found: &Found, check: &str) -> Vec<String> {
    let of = found.iter().filter(|((id, _), outcome)| id == check && **outcome == Outcome::Fail);
    of.map(|((_, subject), _)| subject.clone()).collect()
}

/// What is wrong with one remedy.
fn faults(case: &Case, program: &str, before: &Found, after: &Found) -> Vec<String> {
    let mut faults = Vec::new();
    let at = format!("{program} {} ({})", case.check, case.what);
    let shown = failing(before, case.check);
    if shown.is_empty() {
        faults.push(format!("{at}: the bad setting is not found"));
    }
    let left = failing(after, case.check);
    if !left.is_empty() {
        faults.push(format!("{at}: still failing at {left:?}"));
    }
    // Gone means seen to be good, not merely out of sight.
    let outcome = |subject: &String| after.get(&(case.check.to_owned(), subject.clone()));
    for subject in &shown {
        if outcome(subject).is_none_or(|outcome| rank(*outcome) != 0) && !case.removes {
            faults.push(format!("{at}: {subject} is {:?} afterwards", outcome(subject)));
        }
    }
    // Where the subject is gone with the fault, the check has to say that it looked and found none.
    let looked: Vec<Outcome> =
        after.iter().filter(|((id, _), _)| id == case.check).map(|(_, outcome)| *outcome).collect();
    if looked.is_empty() || looked.iter().any(|outcome| rank(*outcome) != 0) {
        faults.push(format!("{at}: afterwards the check says {looked:?}"));
    }
    for (key, outcome) in after {
        let was = before.get(key).copied().unwrap_or(Outcome::Pass);
        if rank(*outcome) > rank(was) && !case.costs.contains(&key.0.as_str()) {
            faults.push(format!("{at}: {} {} was {was:?} and is {outcome:?}", key.0, key.1));
        }
    }
    faults
}

fn mended(
    program: &'static str,
    cases: &'static [Case],
    write: fn(&Path, &[Placed<'_>]) -> PathBuf,
    start: fn(&Path, &Path) -> Command,
) {
    if !is_there(program) {
        return;
    }
    let checks = tenken::load::bundled_checks().unwrap();
    let folder = folder(program);
    certificate(&folder);
    let name = if program == "apache2" { "apache" } else { program };
    let with_snippet = cases.iter().enumerate().map(|(number, case)| {
        pages(&folder.join(number.to_string()), case);
        let check = checks.iter().find(|check| check.id == case.check).unwrap_or_else(|| panic!("no {}", case.check));
        let snippet = check.remedy.snippets.get(name).unwrap_or_else(|| panic!("{} has none", case.check));
        (case, snippet.clone())
    });
    let with_snippet: Vec<(&Case, String)> = with_snippet.collect();
    // A port may be taken by somebody else before the server takes it; then all are taken anew.
    let started = (0..10).find_map(|_| {
        let _alone = STARTING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let four = ports(Ipv4Addr::LOCALHOST.into(), cases.len() * 6);
        let six = ports(Ipv6Addr::LOCALHOST.into(), cases.iter().filter(|case| case.from_outside).count() * 6);
        let (mut four, mut six) = (four.into_iter(), six.into_iter());
        let places: Vec<Placed<'_>> = with_snippet
            .iter()
            .map(|(case, snippet)| {
                let mut next = || match case.from_outside {
                    true => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), six.next().unwrap()),
                    false => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), four.next().unwrap()),
                };
                let mut place = || Ports { tls: next(), plain: next(), backend: next() };
                (*case, place(), place(), snippet.clone())
            })
            .collect();
        let configuration = write(&folder, &places);
        let server = up(&mut start(&folder, &configuration), places[0].1.plain, &folder.join("stderr.log"))?;
        Some((server, places))
    });
    let (_server, places) = started.unwrap_or_else(|| panic!("{program} did not start"));
    let half = places.len().div_ceil(2);
    let all: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = places
            .chunks(half)
            .map(|part| {
                let (folder, checks) = (&folder, &checks);
                scope.spawn(move || {
                    let mut all = Vec::new();
                    for (case, bad, good, _) in part {
                        let (before, after) = (look(folder, case, *bad, checks), look(folder, case, *good, checks));
                        all.extend(faults(case, program, &before, &after));
                    }
                    all
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn snippets_for_nginx_mend() {
    assert!(NGINX.len() >= 40, "only {} findings", NGINX.len());
    mended("nginx", NGINX, nginx, |folder, configuration| {
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder).arg("-c").arg(configuration);
        command
    });
}

#[test]
fn snippets_for_apache_mend() {
    let checks: BTreeSet<&str> = APACHE.iter().map(|case| case.check).collect();
    assert!(checks.len() >= 10, "only {} findings", checks.len());
    mended("apache2", APACHE, apache, |folder, configuration| {
        let mut command = Command::new("apache2");
        command.arg("-X").arg("-d").arg(folder).arg("-f").arg(configuration);
        command
    });
}
