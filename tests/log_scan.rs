//! What the scanner finds in generated logs: every planted value, in every writing, across the edges of blocks; and nothing
//! in clean ones. Small here; TENKEN_LOG_VALUES=1000000 and TENKEN_LOG_BYTES=10000000000 give the full sizes (--release).
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // A test that cannot go on is a test that fails.
#![allow(clippy::cast_possible_truncation)] // Digits and small counts.

#[path = "logs/generator.rs"]
mod generator;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use generator::{Clean, Stream, WRITINGS, Writing, planted};
use tenken::scan::{Allowed, Class, Fault, Options, Packing, Patterns, Scanned, Tier, look};

fn wanted(name: &str, small: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(small)
}

fn scan(input: Box<dyn Read + Send + '_>, threads: usize) -> Scanned {
    let (allowed, patterns) = (Allowed::default(), Patterns::default());
    look(input, &Options { allowed: &allowed, patterns: &patterns, threads, size_bytes: None, progress: &|_| {} })
}

/// UTF-8 turned into UTF-16 with its mark.
struct Widened<R> {
    input: R,
    big: bool,
    left: Vec<u8>,
    out: Vec<u8>,
}

impl<R: Read> Read for Widened<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.out.is_empty() {
            let mut bytes = vec![0; 16 * 1024];
            let count = self.input.read(&mut bytes)?;
            self.left.extend_from_slice(&bytes[..count]);
            let whole = match std::str::from_utf8(&self.left) {
                Ok(_) => self.left.len(),
                Err(error) => error.valid_up_to(),
            };
            let text = String::from_utf8(self.left.drain(..whole).collect()).unwrap();
            let order = |unit: u16| if self.big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            self.out = text.encode_utf16().flat_map(order).collect();
        }
        let count = out.len().min(self.out.len());
        out[..count].copy_from_slice(&self.out[..count]);
        self.out.drain(..count);
        Ok(count)
    }
}

#[test]
fn every_planted_value_is_found() {
    let classes = Class::BUILT_IN;
    let each = wanted("TENKEN_LOG_VALUES", 3_600).div_ceil((classes.len() * WRITINGS.len()) as u64);
    for (number, class) in (0_u64..).zip(classes) {
        for (place, writing) in (0_u64..).zip(WRITINGS) {
            let mut clean = Clean::new(number * 100 + place);
            let mut left = each;
            let lines = Stream::new(move |out| {
                if left > 0 {
                    left -= 1;
                    // Lines of all lengths between, so that values lie everywhere against the edges of blocks.
                    for _ in 0..clean.dice.below(3) {
                        clean.line(out);
                    }
                    planted(class, writing, &mut clean, out);
                }
            });
            let seen = match writing {
                Writing::Utf16Little | Writing::Utf16Big => {
                    let big = writing == Writing::Utf16Big;
                    let mark = if big { vec![0xfe, 0xff] } else { vec![0xff, 0xfe] };
                    scan(Box::new(Widened { input: lines, big, left: Vec::new(), out: mark }), 1)
                }
                _ => scan(Box::new(lines), 1 + (place % 2) as usize),
            };
            let count = seen.counts.get(&(class, Tier::Confirmed)).copied().unwrap_or(0);
            assert_eq!(count, each, "{class:?} {writing:?}: {:?}", seen.counts);
            let others = seen.counts.iter().filter(|((of, tier), _)| *of != class && *tier == Tier::Confirmed);
            assert_eq!(others.count(), 0, "{class:?} {writing:?}: {:?}", seen.counts);
        }
    }
}

#[test]
fn clean_logs_hold_nothing_that_is_confirmed() {
    let bytes = wanted("TENKEN_LOG_BYTES", 3_000_000);
    let mut clean = Clean::new(20_261_124);
    let mut made = 0;
    let lines = Stream::new(|out| {
        if made < bytes {
            let before = out.len();
            clean.line(out);
            made += (out.len() - before) as u64;
        }
    });
    let seen = scan(Box::new(lines), 2);
    let confirmed: u64 =
        seen.counts.iter().filter(|((_, tier), _)| *tier == Tier::Confirmed).map(|(_, count)| count).sum();
    println!("{} bytes, {} lines, {:?}", seen.bytes, seen.lines, seen.counts);
    assert!(seen.bytes >= bytes && confirmed <= bytes / 10_000_000_000, "{:?} {:?}", seen.counts, seen.places.first());
}

const ZSTD: &str = "KLUv/SRWsQIAMTkyLjAuMi4xIC0gLSBbMjQvTm92LzIwMjY6MTA6MDA6MDAgKzA5MDBdICJHRVQgLz9tPXRhcm8lNDBleGFtcGxlLmpwIEhUVFAvMS4xIiAyMDAgMQr0p39m";
const XZ: &str = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ABVAFRdABiOQoh0t0nuvTpvvOHAwsa/GgyfbO93cvHF+JOKe02OQtygdDqLPQL6dWiPFHjuMMDAqQE6GpMqPmU5651NU+UJbD7KuAKi/nueqdhrMmK/xh3YAAAkYPGkbmGCbAABcFYcOLGNH7bzfQEAAAAABFla";
const BZIP2: &str = "QlpoOTFBWSZTWenwEaYAABXfgAAQUgv1MoLBRAoiFtVAIABUY9TEyaNGQaDIPT1QimGp4iAaaAyaAmzlnqwqNE6KquBhS49ryEMYoqK4C9RGYZpBzRGRv2Ky8qo/LlFqN5FNNwFEQn6YoM0gz/F3JFOFCQ6fARpg";
const ZIP: &str = "UEsDBBQAAAAIAMqpeF2PrYOtUwAAAFYAAAAFAAAAYS5sb2cztDTSM9Az0jNU0AXCaCMTfb/8Mn0jAyMzK0MDKwMQUtA2sDQwiFVQcncNUdC3z7UtSSzKVzUxSK1IzC3ISdXLKlDwCAkJ0DfUM1RSMAKqN+QCAFBLAwQUAAAAAAAAACEAj62DrVYAAABWAAAABQAAAGIubG9nMTkyLjAuMi4xIC0gLSBbMjQvTm92LzIwMjY6MTA6MDA6MDAgKzA5MDBdICJHRVQgLz9tPXRhcm8lNDBleGFtcGxlLmpwIEhUVFAvMS4xIiAyMDAgMQpQSwECFAMUAAAACADKqXhdj62DrVMAAABWAAAABQAAAAAAAAAAAAAApIEAAAAAYS5sb2dQSwECFAMUAAAAAAAAACEAj62DrVYAAABWAAAABQAAAAAAAAAAAAAAgAF2AAAAYi5sb2dQSwUGAAAAAAIAAgBmAAAA7wAAAAAA";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

const LINE: &[u8] = b"192.0.2.1 - - [24/Nov/2026:10:00:00 +0900] \"GET /?m=taro%40example.jp HTTP/1.1\" 200 1\n";

#[test]
fn every_packing_is_read_and_one_that_is_broken_off_is_said() {
    let of = |text: &str| STANDARD.decode(text).unwrap();
    for (packing, bytes, lines) in [
        (Packing::Gzip, gzip(LINE), 1),
        (Packing::Zstd, of(ZSTD), 1),
        (Packing::Xz, of(XZ), 1),
        (Packing::Bzip2, of(BZIP2), 1),
        // Two entries with the end of a line between.
        (Packing::Zip, of(ZIP), 4),
    ] {
        let seen = scan(Box::new(bytes.as_slice()), 1);
        assert_eq!((seen.packing, seen.faults.as_slice(), seen.lines), (packing, &[][..], lines));
        assert_eq!(seen.counts[&(Class::Email, Tier::Confirmed)], if packing == Packing::Zip { 2 } else { 1 });
        if packing != Packing::Zip {
            // Members and frames one after another, as a rotation that appends makes them.
            let seen = scan(Box::new([&bytes[..], &bytes[..]].concat().as_slice()), 2);
            assert_eq!((seen.faults.as_slice(), seen.lines), (&[][..], 2), "{packing:?}");
        }
        for length in 7..bytes.len() - if packing == Packing::Zip { 150 } else { 1 } {
            let seen = scan(Box::new(&bytes[..length]), 1);
            assert!(!seen.faults.is_empty(), "{packing:?} cut at {length} of {}", bytes.len());
        }
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("logs-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn tenken(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
    command.args(arguments).current_dir(folder).env_clear().env("LANG", "C");
    command.output().unwrap()
}

/// What must be in no output; each stands in the log below.
const SECRETS: [&str; 8] = [
    "taro.yamada",
    "090-1234-5678",
    "123456789018",
    "4111111111111111",
    "hunter22",
    "0f3a9c1b2d4e5f60",
    "%E5%B1%B1%E7%94%B0",
    "eyJzdWIi",
];

#[test]
fn no_output_holds_a_value() {
    let folder = folder("secrets");
    let log = SECRETS.map(|secret| match secret {
        "taro.yamada" => format!("/?m={secret}@example.jp"),
        "123456789018" => format!("/?mynumber={secret}"),
        "4111111111111111" => format!("/?card={secret}"),
        "hunter22" => format!("/?password={secret}"),
        "0f3a9c1b2d4e5f60" => format!("/?PHPSESSID={secret}"),
        "%E5%B1%B1%E7%94%B0" => format!("/?name={secret}"),
        "eyJzdWIi" => format!("/?t=eyJhbGciOiJIUzI1NiJ9.{secret}OiIxIn0.abc"),
        phone => format!("/?x={phone}"),
    });
    let lines = log
        .map(|query| format!("192.0.2.1 - - [24/Nov/2026:10:00:00 +0900] \"GET {query} HTTP/1.1\" 200 1\n"))
        .concat();
    std::fs::write(folder.join("access.log"), &lines).unwrap();
    std::fs::write(folder.join("access.log.1.gz"), gzip(lines.as_bytes())).unwrap();
    std::fs::write(folder.join("tenken.yml"), "site: example\nlogs: [{ path: \"access.log*\" }]\n").unwrap();
    let mut outputs = Vec::new();
    for arguments in [
        &["logs", "access.log", "access.log.1.gz", "missing"][..],
        &["logs", "--format", "json", "--lang", "ja", "."],
        &["collect", "--offline"],
        &[
            "assess",
            "--offline",
            "--evidence",
            "e.json",
            "-o",
            "json=r.json,html=r.html,sarif=r.sarif,markdown=r.md,csv=r.csv,oscal-results=r.oscal,junit=r.xml",
        ],
        &["assess", "--offline", "--lang", "ja", "--bundle", "b.tar"],
    ] {
        let output = tenken(&folder, arguments);
        assert_ne!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        outputs.push((arguments.join(" "), [output.stdout, output.stderr].concat()));
    }
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_str().unwrap().starts_with("access") {
            outputs.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    assert!(outputs.len() >= 14, "{}", outputs.len());
    for (name, bytes) in &outputs {
        let text = String::from_utf8_lossy(bytes);
        for secret in SECRETS.into_iter().chain(["山田", "yamada"]) {
            assert!(!text.contains(secret), "{secret} in {name}");
        }
    }
    let (_, logs) = &outputs[1];
    let report: serde_json::Value = serde_json::from_slice(logs).unwrap();
    assert_eq!(report["files"][0]["counts"].as_array().unwrap().len(), 6);
    let schema: serde_json::Value = serde_json::from_slice(&tenken(&folder, &["schema", "logs"]).stdout).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&report));
}

#[test]
#[cfg(unix)]
fn what_is_no_log_is_a_gap_and_the_rest_goes_on() {
    let folder = folder("odd");
    std::fs::write(folder.join("good.log"), LINE).unwrap();
    std::fs::write(folder.join("zeros.log"), vec![0; 3_000_000]).unwrap();
    std::fs::write(folder.join("cut.gz"), &gzip(&LINE.repeat(9))[..40]).unwrap();
    std::os::unix::fs::symlink("loop", folder.join("loop")).unwrap();
    let status = Command::new("mkfifo").arg(folder.join("pipe")).status();
    assert!(status.unwrap().success());
    let output = tenken(&folder, &["logs", "-f", "json", "--exit-zero", ".", "/dev/zero", "nowhere"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let gap = |name: &str| {
        let file =
            report["files"].as_array().unwrap().iter().find(|file| file["path"].as_str().unwrap().ends_with(name));
        file.unwrap_or_else(|| panic!("{name}"))["gaps"][0].as_str().map(str::to_owned)
    };
    assert_eq!(gap("good.log"), None);
    assert_eq!(gap("zeros.log").as_deref(), Some("a line longer than 1 MiB was cut where a value may lie"));
    assert_eq!(gap("cut.gz").as_deref(), Some("its packed data ends in the middle"));
    assert!(gap("loop").unwrap().contains("symbolic link"), "{:?}", gap("loop"));
    assert_eq!(gap("pipe").as_deref(), Some("not a regular file"));
    assert_eq!(gap("/dev/zero").as_deref(), Some("not a regular file"));
    assert_eq!(gap("nowhere").as_deref(), Some("not found"));
    assert_eq!(tenken(&folder, &["logs", "cut.gz"]).status.code(), Some(3));
    assert_eq!(tenken(&folder, &["logs", "good.log"]).status.code(), Some(1));
}

/// Words without an end of a line, and an address at their end.
struct OneLine {
    left: u64,
    end: &'static [u8],
}

impl Read for OneLine {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return self.end.read(out);
        }
        let count = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        for (at, byte) in out[..count].iter_mut().enumerate() {
            *byte = if at % 7 == 6 { b',' } else { b'a' };
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Small here; `TENKEN_LOG_LINE_BYTES=1000000000` gives a line of 1 GB.
#[test]
fn a_line_of_any_length_is_read_in_pieces() {
    let left = wanted("TENKEN_LOG_LINE_BYTES", 8 << 20);
    let seen = scan(Box::new(OneLine { left, end: b" ?mail=taro@example.jp" }), 1);
    assert_eq!((seen.lines, seen.counts.get(&(Class::Email, Tier::Confirmed))), (1, Some(&1)));
    assert_eq!(seen.faults, []);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    println!("a line of {left} bytes; peak memory of all tests of this file so far: {}", peak.trim());
}

#[test]
fn a_log_that_grows_is_renamed_or_cut_while_it_is_read_is_read_to_its_first_end_or_said() {
    type Move<'a> = (&'a str, &'a (dyn Fn(&Path) + Sync));
    let folder = folder("moving");
    let text = LINE.repeat(40_000);
    let (allowed, patterns) = (Allowed::default(), Patterns::default());
    let moves: [Move<'_>; 3] = [
        ("grows", &|path: &Path| {
            let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(&text).unwrap();
        }),
        ("is rotated", &|path: &Path| {
            std::fs::rename(path, path.with_extension("1")).unwrap();
            std::fs::write(path, LINE).unwrap();
        }),
        ("is cut", &|path: &Path| std::fs::File::options().write(true).open(path).unwrap().set_len(0).unwrap()),
    ];
    for (name, moved) in moves {
        let path = folder.join(format!("{}.log", name.replace(' ', "-")));
        std::fs::write(&path, &text).unwrap();
        let once = std::sync::Once::new();
        let options = Options {
            allowed: &allowed,
            patterns: &patterns,
            threads: 1,
            size_bytes: Some(text.len() as u64),
            progress: &|_| once.call_once(|| moved(&path)),
        };
        let seen = look(Box::new(std::fs::File::open(&path).unwrap()), &options);
        if name == "is cut" {
            assert_eq!(seen.faults, [Fault::Shrunk], "{name}");
            assert!(seen.bytes < text.len() as u64);
        } else {
            assert_eq!((seen.bytes, seen.faults.as_slice()), (text.len() as u64, [].as_slice()), "{name}");
            assert_eq!(seen.lines, 40_000, "{name}");
        }
    }
}

/// A terminal by script(1): the bar shows bytes and the time left, and the report follows it.
#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_a_bar_shows_bytes_and_the_time_left() {
    if !Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("TENKEN_REAL").is_none(), "script is missing");
        println!("!! the bar was not seen on a terminal: script is missing");
        return;
    }
    let folder = folder("bar");
    std::fs::write(folder.join("a.log"), LINE.repeat(40_000)).unwrap();
    let line = format!("{} logs --lang en a.log b.log", env!("CARGO_BIN_EXE_tenken"));
    std::fs::copy(folder.join("a.log"), folder.join("b.log")).unwrap();
    let mut command = Command::new("timeout");
    command.args(["60", "script", "-qec", &line, "/dev/null"]).current_dir(&folder).env("TERM", "xterm");
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let bar = text.find("/6.56 MiB").unwrap_or_else(|| panic!("no bar: {text}"));
    assert!(text.contains("MiB/s  0s"), "{text}");
    assert!(text.find("log(s)").is_some_and(|report| report > bar), "{text}");
}

#[test]
fn patterns_of_ones_own_are_found_and_bad_ones_refused() {
    let folder = folder("own");
    std::fs::write(folder.join("a.log"), "x\ny case-2026-17 and case-2026-18\ncase-x\n").unwrap();
    let good = "log_patterns:\n  - { id: case-number, literal: case-, regex: \"case-[0-9]{4}-[0-9]+\" }\n";
    std::fs::write(folder.join("good.yml"), good).unwrap();
    let output = tenken(&folder, &["logs", "--patterns", "good.yml", "a.log"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("confirmed case-number 2  line 2, 2"), "{text}");
    for bad in ["regex: \"(\"", "regex: \"a*\"", "regex: \"\\\\w{900}{900}\""] {
        std::fs::write(folder.join("bad.yml"), format!("log_patterns: [{{ id: x, literal: case-, {bad} }}]\n"))
            .unwrap();
        assert_eq!(tenken(&folder, &["logs", "--patterns", "bad.yml", "a.log"]).status.code(), Some(2), "{bad}");
    }
}
