//! Against a real nginx: what it accepts and refuses, our parser accepts and refuses; our examples are configurations that it takes.
//! Without nginx these tests say so and do nothing, unless TENKEN_REAL is set: then its absence is a failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

#[path = "real_nginx/fixes.rs"]
mod fixes;
#[path = "real_nginx/generator.rs"]
mod generator;
#[path = "real_nginx/oracle.rs"]
mod oracle;
#[path = "real_nginx/wire.rs"]
mod wire;

use std::path::{Path, PathBuf};
use std::process::Command;

use tenken::syntax::nginx::parse;

fn nginx() -> Option<&'static str> {
    let there = Command::new("nginx").arg("-v").output().is_ok();
    assert!(there || std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set and nginx is not there");
    if !there {
        eprintln!("nginx is not there: nothing was compared");
    }
    there.then_some("nginx")
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("nginx-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("conf.d")).unwrap();
    folder
}

/// Whether the real server accepts a configuration; what it says goes into the message of a failure.
fn accepted(program: &str, folder: &Path) -> (bool, String) {
    let configuration = folder.join("nginx.conf");
    let output =
        Command::new(program).arg("-t").arg("-q").arg("-p").arg(folder).arg("-c").arg(&configuration).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_grammar_is_nginxs() {
    let Some(program) = nginx() else { return };
    let folder = folder("grammar");
    let inner = [
        (r#"add_header A "b c";"#, true),
        (r#"add_header A 'b"c';"#, true),
        (r#"add_header A "b\"c";"#, true),
        (r"add_header A b#c;", true),
        ("add_header A b; # a comment { } ; \"", true),
        ("add_header A\n  b;", true),
        ("add_header A ${host}x;", true),
        ("location ~ \\.(png|jpe?g)$ { return 204; }", true),
        ("location / { return 204; }", true),
        ("set $a \"{;}\"; return 200 $a;", true),
        (r#"add_header A "b"c;"#, false),
        (r#"add_header A "b;"#, false),
        ("add_header A b", false),
        ("location / { return 204; ", false),
        ("} server {", true),
        ("return 204; }", false),
        (";", false),
    ];
    for (text, wanted) in inner {
        let whole = format!(
            "pid {0}/pid; error_log {0}/error.log; events {{}} http {{ access_log off; server {{ listen 127.0.0.1:1;\n{text}\n}} }}\n",
            folder.display()
        );
        std::fs::write(folder.join("nginx.conf"), &whole).unwrap();
        let (real, said) = accepted(program, &folder);
        assert_eq!(real, wanted, "nginx itself on {text}: {said}");
        assert_eq!(parse(whole.as_bytes()).faults.is_empty(), real, "{text}: {:?}", parse(whole.as_bytes()).faults);
    }
}

#[test]
fn the_examples_are_configurations_that_nginx_takes() {
    let Some(program) = nginx() else { return };
    for name in ["kept", "broken"] {
        let folder = folder(name);
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).join("nginx");
        let mut files = vec!["nginx.conf".to_owned()];
        for entry in std::fs::read_dir(from.join("conf.d")).unwrap() {
            files.push(format!("conf.d/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
        for file in files {
            let text = std::fs::read_to_string(from.join(&file)).unwrap();
            // Only what belongs to another machine is changed: paths, and the certificate that is made elsewhere.
            let text = text
                .replace("/var/log/nginx", folder.to_str().unwrap())
                .replace("/srv/www/logs", folder.to_str().unwrap());
            let kept =
                text.lines().filter(|line| !line.contains("ssl_certificate") && !line.trim().starts_with("user "));
            let text: String = kept.map(|line| format!("{}\n", line.replace("443 ssl", "127.0.0.1:2"))).collect();
            let pid = if file == "nginx.conf" { format!("pid {}/pid;\n", folder.display()) } else { String::new() };
            std::fs::write(folder.join(&file), pid + &text).unwrap();
        }
        let (real, said) = accepted(program, &folder);
        assert!(real, "{name}: {said}");
    }
}

/// `TENKEN_NGINX_PAIRS` says how many pairs of configuration and request are compared; `TENKEN_NGINX_SEED` where to begin.
#[test]
fn what_is_predicted_is_what_nginx_does() {
    let Some(program) = nginx() else { return };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let requests = 20;
    let configurations = number("TENKEN_NGINX_PAIRS").unwrap_or(200).div_ceil(requests);
    let first = number("TENKEN_NGINX_SEED").unwrap_or(1);
    let folder = folder("oracle");
    let (pairs, departures) = oracle::compare(program, &folder, first, configurations, requests as usize);
    eprintln!("{pairs} pairs of configuration and request, {} departures", departures.len());
    let share = 1.0 - departures.len() as f64 / pairs as f64;
    let shown: Vec<&String> = departures.iter().take(20).collect();
    assert!(share >= 0.999, "{share:.4} equal: {shown:#?}");
}

#[test]
fn every_fix_mends_its_finding_and_breaks_nothing() {
    let program = nginx();
    let accepted = |folder: &Path| program.map(|program| accepted(program, folder));
    fixes::each(&folder("fixes"), accepted);
}

#[test]
fn the_file_is_held_against_what_runs() {
    let Some(program) = nginx() else { return };
    wire::hold(program, &folder("wire"));
}
