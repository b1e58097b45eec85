//! One assessment in every format, for a kept, a broken and a hostile site, against what was approved before. What a
//! person reads is kept whole; of what a machine reads the SHA-256 is kept. `TENKEN_BLESS=1` approves.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::path::Path;

use ring::digest;
use tenken::load::{LoadOptions, load};
use tenken::model::{Assessment, Language, Time};
use tenken::pipeline::{JudgeOptions, judge};
use tenken::report::{FORMATS, RenderOptions};

mod worlds;

const WHOLE: [&str; 3] = ["text", "markdown", "github"];

fn assessment(target: &str) -> Assessment {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let loaded = load(&here.join(target).display().to_string(), &LoadOptions::default()).unwrap();
    let world = tenken::collect::live::LiveWorld::new(tenken::collect::live::LiveOptions::of_site(
        &loaded.base,
        &loaded.judged.declaration.site,
        Vec::new(),
        None,
        1,
        1,
        true,
    ));
    let now = Time::parse("2026-11-24").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let evidence = runtime.block_on(tenken::pipeline::collect(&loaded, &world, true, now));
    judge(&evidence, &JudgeOptions::default()).unwrap()
}

fn sha256(text: &str) -> String {
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_format_is_as_it_was_approved() {
    let sites = [
        ("kept", assessment("examples/kept")),
        ("broken", assessment("examples/broken")),
        ("hostile", worlds::assessment(3, 60, true)),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("TENKEN_BLESS").is_some();
    let mut hashes = String::new();
    let mut files = Vec::new();
    for (site, assessment) in &sites {
        for (code, language) in [("en", Language::English), ("ja", Language::Japanese)] {
            let options =
                RenderOptions { language, width: 80, color: false, explain: false, quiet: false, summary: false };
            for format in FORMATS {
                let text = (format.render)(assessment, &options);
                hashes.push_str(&format!("{}  {site}/{code}/{}\n", sha256(&text), format.file));
                if WHOLE.contains(&format.name) {
                    files.push((format!("{site}.{code}.{}", format.file), text));
                }
            }
        }
    }
    files.push(("SHA256".to_owned(), hashes));
    for (name, text) in files {
        let path = folder.join(&name);
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let approved = std::fs::read_to_string(&path).unwrap_or_default();
        let differs = approved.lines().zip(text.lines()).position(|(one, other)| one != other);
        assert!(approved == text, "tests/golden/{name}, line {differs:?}: TENKEN_BLESS=1 approves, after a look");
    }
}
