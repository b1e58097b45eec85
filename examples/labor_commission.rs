//! The main job, end to end: two small HTTPS sites on loopback, one that keeps its policy and one that does not, both
//! assessed exactly as `tenken assess` would. `-- --serve` keeps the sites up and prints the line to try by hand.

#![allow(clippy::print_stdout)] // An example talks to the person who runs it.

#[path = "support/dns.rs"]
mod dns;
#[path = "support/server.rs"]
mod server;

use std::error::Error;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use tenken::cli::{self, Streams};

/// The day on which both example bodies are judged; their records are dated around it.
const NOW: &str = "2026-11-24";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = root.join("target").join("labor_commission");
    std::fs::create_dir_all(&out)?;
    let authority = server::Authority::new()?;
    let cacert = out.join("ca.pem");
    std::fs::write(&cacert, authority.pem())?;
    let mut written = Vec::new();
    let mut lines = Vec::new();
    for (name, certificate) in [("kept", server::Certificate::Valid), ("broken", server::Certificate::Expired)] {
        let folder = root.join("examples").join(name);
        let served = server::serve(&folder.join("site"), name, &authority, certificate)?;
        let resolve = format!(
            "www.example.jp:443:127.0.0.1:{},www.example.jp:80:127.0.0.1:{}",
            served.https_port, served.http_port
        );
        let resolver = dns::serve(&folder.join("dns.zone"))?.to_string();
        // Each run of this example is the first in its ledger; that none may be there is no news.
        let _ = std::fs::remove_file(out.join(format!("{name}.history.sqlite")));
        let arguments = arguments(&folder, &resolve, &resolver, &cacert, &out, name);
        println!("\n=== examples/{name} ===\n");
        let exit = assess(&arguments)?;
        println!("\nexit code {}", exit.code());
        let wanted = u8::from(name == "broken");
        if exit.code() != wanted {
            return Err(format!("examples/{name} was to end with exit code {wanted}").into());
        }
        if name == "kept" {
            hold_to_nothing(&out.join("kept.json"))?;
        }
        written.extend(["json", "md"].map(|ending| out.join(format!("{name}.{ending}"))));
        lines.push(format!(
            "tenken assess {} --resolve {resolve} --resolver {resolver} --cacert {} --now {NOW}",
            folder.display(),
            cacert.display()
        ));
    }
    println!("\nReports written:");
    for path in written {
        println!("  {}", path.display());
    }
    if std::env::args().any(|argument| argument == "--serve") {
        println!("\nThe sites are up until Ctrl-C. Try:");
        for line in lines {
            println!("  {line}");
        }
        loop {
            std::thread::park();
        }
    }
    Ok(())
}

/// The body that keeps its policy has nothing to be found: no check fails in any band, and none is unknown.
fn hold_to_nothing(report: &Path) -> Result<(), Box<dyn Error>> {
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report)?)?;
    let findings = report["findings"].as_array().ok_or("a report without findings")?;
    let open: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["outcome"] == "fail" || finding["outcome"] == "unknown")
        .filter_map(|finding| finding["check"].as_str())
        .collect();
    if open.is_empty() { Ok(()) } else { Err(format!("examples/kept: {}", open.join(", ")).into()) }
}

fn arguments(folder: &Path, resolve: &str, resolver: &str, cacert: &Path, out: &Path, name: &str) -> Vec<OsString> {
    let file = |ending: &str, format: &str| -> OsString {
        let mut argument = OsString::from(format!("{format}="));
        argument.push(PathBuf::from(out).join(format!("{name}.{ending}")));
        argument
    };
    let words = [
        "tenken".into(),
        "assess".into(),
        folder.into(),
        "--resolve".into(),
        resolve.into(),
        "--resolver".into(),
        resolver.into(),
        "--cacert".into(),
    ];
    let rest = ["--now".into(), NOW.into(), "--timeout".into(), "5".into(), "--output".into(), file("json", "json")];
    let last = [
        "--output".into(),
        file("md", "markdown"),
        "--evidence".into(),
        out.join(format!("{name}.evidence.json")).into(),
        "--history".into(),
        out.join(format!("{name}.history.sqlite")).into(),
    ];
    words.into_iter().chain([cacert.into()]).chain(rest).chain(last).collect()
}

fn assess(arguments: &[OsString]) -> Result<cli::Exit, Box<dyn Error>> {
    let (mut stdout, mut stderr) = (std::io::stdout().lock(), std::io::stderr().lock());
    let exit = {
        let mut streams = Streams { out: &mut stdout, err: &mut stderr, width: 80, color: false, progress: false };
        cli::run(arguments.iter().cloned(), &mut streams)
    };
    stdout.flush()?;
    Ok(exit)
}
