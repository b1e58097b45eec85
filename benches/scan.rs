//! The scanner's speed as ratios to public programs, made in one run on one machine: `cargo bench --bench scan`. It writes
//! its section of docs/quality.md. TENKEN_SCAN_BYTES sets the size of the log (256 MiB unless told).

#![allow(clippy::print_stdout)] // A benchmark talks to the person who runs it.
#![allow(clippy::cast_precision_loss)] // Figures of two places.

#[path = "../tests/logs/generator.rs"]
mod generator;

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use generator::{Clean, WRITINGS, Writing, planted};
use tenken::scan::{Allowed, Class, Options, Patterns, Scanned, look};

/// One alternation of the classes that the scanner knows, in their raw and percent-encoded forms.
const ALTERNATION: &str = r#"[A-Za-z0-9._+-]+(?:@|%40|%2540)[A-Za-z0-9.-]+\.[A-Za-z]{2,}|0[5-9]0-?[0-9]{4}-?[0-9]{4}|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}|\+[1-9][0-9 -]{7,16}|\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b|\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}\b|(?i:password|passwd|pwd|token|secret|api_?key|session_?id|phpsessid|jsessionid|authorization)["']?[=:]|eyJ[A-Za-z0-9_-]+\.|(?i:name|shimei|namae|kana|jusho|address|birth|birthday|seinengappi)=[^& ]+"#;

fn main() -> Result<(), Box<dyn Error>> {
    // cargo test runs benchmarks as programs without this word.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let size = std::env::var("TENKEN_SCAN_BYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(256 << 20);
    let log = generated(size);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan");
    std::fs::create_dir_all(&folder)?;
    let (plain, packed) = (folder.join("access.log"), folder.join("access.log.gz"));
    std::fs::write(&plain, &log)?;
    let mut encoder = flate2::write::GzEncoder::new(File::create(&packed)?, flate2::Compression::default());
    encoder.write_all(&log)?;
    encoder.finish()?;
    let gigabytes = log.len() as f64 / 1e9;
    let gzip = std::fs::read(&packed)?;

    let memory = best(|| {
        // Eight sums at once: the reading is what takes time.
        let mut sums = [0_u64; 8];
        for chunk in log.as_chunks::<64>().0 {
            for (sum, word) in sums.iter_mut().zip(chunk.as_chunks::<8>().0) {
                *sum = sum.wrapping_add(u64::from_le_bytes(*word));
            }
        }
        black_box(sums);
    });
    let one = best(|| drop(black_box(scanned(Box::new(log.as_slice()), 1))));
    let clock = best_by_clock(|| drop(black_box(scanned(Box::new(log.as_slice()), 1))));
    let two = best_by_clock(|| drop(black_box(scanned(Box::new(log.as_slice()), 2))));
    let inflate = best(|| inflated(&gzip));
    let gzip_scan = best(|| drop(black_box(scanned(Box::new(gzip.as_slice()), 1))));
    let gzip_two = best_by_clock(|| drop(black_box(scanned(Box::new(gzip.as_slice()), 2))));
    let inflate_clock = best_by_clock(|| inflated(&gzip));
    let tool = run(&["taskset", "-c", "0", env!("CARGO_BIN_EXE_tenken"), "logs", "-f", "json", "--jobs", "1"], &plain);
    let by_ripgrep =
        |count| run(&["taskset", "-c", "0", "rg", "-j", "1", "--no-config", "-a", count, "-e", ALTERNATION], &plain);
    // The first leaves a line at its first match; the second counts every value, as the scanner does.
    let (ripgrep, every) = (by_ripgrep("-c"), by_ripgrep("--count-matches"));
    let copied = best(|| {
        let mut block = vec![0; 256 * 1024];
        let mut file = File::open(&plain).ok();
        while file.as_mut().is_some_and(|file| file.read(&mut block).is_ok_and(|count| count > 0)) {}
    });
    let seen = scanned(Box::new(log.as_slice()), 1);
    let hits: u64 = seen.counts.values().sum();
    let peak = peak_memory(&plain);
    std::fs::remove_dir_all(&folder)?;

    let rate = |seconds: Option<f64>| seconds.map_or("-".to_owned(), |seconds| format!("{:.2}", gigabytes / seconds));
    let ratio =
        |of: Option<f64>, to: Option<f64>| of.zip(to).map_or("-".to_owned(), |(of, to)| format!("{:.2}", to / of));
    let (memory, one, clock, two) = (Some(memory), Some(one), Some(clock), Some(two));
    let (inflate, gzip_scan) = (Some(inflate), Some(gzip_scan));
    let (inflate_clock, gzip_two) = (Some(inflate_clock), Some(gzip_two));
    let mut text = format!(
        "{} bytes of generated log, {} lines, {hits} planted values and suspects; processor time, best of three, all in one run. Ratios count; \
         absolute figures change with the machine.\n\n| what | GB/s |\n|---|---|\n",
        log.len(),
        seen.lines
    );
    for (name, seconds) in [
        ("plain memory read, one core", memory),
        ("scan in memory, one thread", one),
        ("scan in memory, one thread, by the clock", clock),
        ("scan in memory, two threads, by the clock", two),
        ("`tenken logs`, one core, start and file reading included", tool),
        ("reading that file and doing nothing with it, one core", Some(copied)),
        ("`rg -c` with one alternation of the same classes, one core", ripgrep),
        ("`rg --count-matches` with it, one core", every),
        ("bare inflate (zlib-rs)", inflate),
        ("scan of gzip, one thread", gzip_scan),
        ("bare inflate, by the clock", inflate_clock),
        ("scan of gzip, two threads, by the clock", gzip_two),
    ] {
        text.push_str(&format!("| {name} | {} |\n", rate(seconds)));
    }
    text.push_str("\n| ratio | goal | measured |\n|---|---|---|\n");
    for (name, goal, measured) in [
        ("`tenken logs` to `rg -c`, both one core", ">= 10", ratio(tool, ripgrep)),
        ("`tenken logs` to `rg --count-matches`, both one core", ">= 10", ratio(tool, every)),
        ("scan in memory to `rg -c`", ">= 10", ratio(one, ripgrep)),
        ("scan to plain memory read", ">= 0.25", ratio(one, memory)),
        ("two threads to one", "close to 2", ratio(two, clock)),
        ("gzip scan to bare inflate, one thread", ">= 0.9", ratio(gzip_scan, inflate)),
        ("gzip scan on two threads to bare inflate, by the clock", ">= 0.9", ratio(gzip_two, inflate_clock)),
    ] {
        text.push_str(&format!("| {name} | {goal} | {measured} |\n"));
    }
    text.push_str(&format!("\nPeak memory of `tenken logs --jobs 2` on this log: {peak}.\n"));
    println!("{text}");
    write_section("Log scanner: speed", "cargo bench --bench scan", &text)?;
    Ok(())
}

/// Unpacks and does nothing else.
fn inflated(gzip: &[u8]) {
    let mut reader = flate2::bufread::MultiGzDecoder::new(gzip);
    let mut block = vec![0; 256 * 1024];
    while reader.read(&mut block).is_ok_and(|count| count > 0) {}
}

/// Clean lines with one planted value in a thousand, in every writing that a plain log can have.
fn generated(size: usize) -> Vec<u8> {
    let mut clean = Clean::new(7);
    let mut log = Vec::with_capacity(size + 4_096);
    while log.len() < size {
        if clean.dice.below(1_000) == 0 {
            let class = clean.dice.of(&Class::BUILT_IN);
            let writing = match clean.dice.of(&WRITINGS) {
                Writing::Utf16Little | Writing::Utf16Big => Writing::Raw,
                writing => writing,
            };
            planted(class, writing, &mut clean, &mut log);
        } else {
            clean.line(&mut log);
        }
    }
    log
}

fn scanned(input: Box<dyn Read + Send + '_>, threads: usize) -> Scanned {
    let (allowed, patterns) = (Allowed::default(), Patterns::default());
    look(input, &Options { allowed: &allowed, patterns: &patterns, threads, size_bytes: None, progress: &|_| {} })
}

/// Seconds of the best of three on this thread's processor, so that neighbours on the machine do not count.
fn best(mut work: impl FnMut()) -> f64 {
    (0..3)
        .map(|_| {
            let start = processor_seconds();
            work();
            processor_seconds() - start
        })
        .fold(f64::INFINITY, f64::min)
}

/// Seconds that this thread was on a processor.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

/// Seconds by the clock, the best of three.
fn best_by_clock(mut work: impl FnMut()) -> f64 {
    (0..3)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

/// Processor seconds of a program on a file, the best of three; `None` where it is not there.
fn run(words: &[&str], file: &Path) -> Option<f64> {
    let once = || {
        let mut command = Command::new("/usr/bin/time");
        let output = command.args(["-f", "%U %S"]).args(words).arg(file).stdout(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().last()?;
        let mut parts = line.split(' ').map(str::parse::<f64>);
        let seconds = parts.next()?.ok()? + parts.next()?.ok()?;
        (seconds > 0.0 && matches!(output.status.code(), Some(0 | 1))).then_some(seconds)
    };
    (0..3).map(|_| once()).try_fold(f64::INFINITY, |best, seconds| Some(best.min(seconds?)))
}

/// The most memory that the program held, as the kernel counts it.
fn peak_memory(file: &Path) -> String {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M", env!("CARGO_BIN_EXE_tenken"), "logs", "--jobs", "2", "-f", "json"])
        .arg(file)
        .stdout(Stdio::null())
        .output();
    // A scan that finds something ends with 1, which is said on a line before.
    let last = |output: std::process::Output| {
        String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().trim().to_owned()
    };
    let text = output.ok().map(last);
    text.filter(|text| !text.is_empty())
        .map_or("not measured (no /usr/bin/time)".to_owned(), |kibibytes| format!("{kibibytes} KiB"))
}

/// Puts a section into docs/quality.md, in the place of the one of that name.
fn write_section(title: &str, command: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/quality.md");
    let page = std::fs::read_to_string(&path).unwrap_or_else(|_| "# Quality, measured\n".to_owned());
    let head = format!("## {title}\n");
    let section = format!("{head}\nMade by `{command}`.\n\n{text}");
    let page = match page.find(&head) {
        Some(start) => {
            let rest = page[start + head.len()..].find("\n## ").map_or(page.len(), |at| start + head.len() + at + 1);
            format!("{}{section}\n{}", &page[..start], &page[rest..])
        }
        None => format!("{}\n{section}", page.trim_end().to_owned() + "\n"),
    };
    std::fs::write(path, page)?;
    Ok(())
}
