//! What a run costs without the network: `cargo bench`. The figures stand in the README; nothing is asserted by the clock.

use std::path::Path;

use tenken::collect::live::{LiveOptions, LiveWorld};
use tenken::load::{EvidenceFile, LoadOptions, evidence_from_text, evidence_to_text, load};
use tenken::model::Time;
use tenken::pipeline::{self, JudgeOptions};

fn main() {
    divan::main();
}

fn example() -> String {
    format!("{}/examples/broken", env!("CARGO_MANIFEST_DIR"))
}

fn look() -> EvidenceFile {
    let Ok(loaded) = load(&example(), &LoadOptions::default()) else { return missing() };
    let site = &loaded.judged.declaration.site;
    let world = LiveWorld::new(LiveOptions::of_site(&loaded.base, site, Vec::new(), None, 1, 1, true));
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return missing() };
    let now = Time::parse("2026-11-24").unwrap_or_else(|| Time::from_unix_seconds(0));
    runtime.block_on(pipeline::collect(&loaded, &world, true, now))
}

/// A benchmark without its example has nothing to measure.
fn missing() -> EvidenceFile {
    std::process::exit(if Path::new(&example()).exists() { 2 } else { 3 })
}

/// Load, look and judge: a whole `tenken assess examples/broken --offline` but for starting and printing.
#[divan::bench]
fn assess_offline() -> usize {
    pipeline::judge(&look(), &JudgeOptions::default()).map_or(0, |assessment| assessment.findings.len())
}

/// Evidence files replayed, one after another: the time grows with their number, and nothing is kept between two.
#[divan::bench(args = [1, 10, 100, 1_000], sample_count = 3, sample_size = 1)]
fn replay(bencher: divan::Bencher<'_, '_>, files: usize) {
    let text = evidence_to_text(&look()).unwrap_or_default();
    bencher.bench(|| {
        (0..files)
            .filter_map(|_| evidence_from_text("bench", &text).ok())
            .filter_map(|file| pipeline::judge(&file, &JudgeOptions::default()).ok())
            .map(|assessment| assessment.findings.len())
            .sum::<usize>()
    });
}
