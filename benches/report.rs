//! What each format costs, for a usual site and for one of 10,000 findings: `cargo bench --bench report`. With
//! `TENKEN_MEMORY=FORMAT` it renders 10,000 findings once in that format and prints the peak of its memory.

use tenken::model::Language;
use tenken::report::{FORMATS, RenderOptions};

#[path = "../tests/worlds/mod.rs"]
mod worlds;

fn main() {
    if let Ok(format) = std::env::var("TENKEN_MEMORY") {
        return memory(&format);
    }
    divan::main();
}

fn options() -> RenderOptions {
    RenderOptions { language: Language::Japanese, width: 80, color: false, explain: true, quiet: false, summary: false }
}

fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

fn render(bencher: divan::Bencher<'_, '_>, name: &str, findings: usize) {
    let assessment = worlds::assessment(1, findings, false);
    let Some(format) = FORMATS.iter().find(|format| format.name == name) else { return };
    bencher.bench(|| (format.render)(&assessment, &options()).len());
}

#[divan::bench(args = names(), sample_count = 20)]
fn usual_site(bencher: divan::Bencher<'_, '_>, name: &str) {
    render(bencher, name, 200);
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn ten_thousand_findings(bencher: divan::Bencher<'_, '_>, name: &str) {
    render(bencher, name, 10_000);
}

#[allow(clippy::print_stdout)] // The one thing that this program says.
fn memory(name: &str) {
    let assessment = worlds::assessment(1, 10_000, false);
    let bytes = FORMATS
        .iter()
        .find(|format| format.name == name)
        .map_or(0, |format| (format.render)(&assessment, &options()).len());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: not told");
    println!("{name}: {bytes} bytes, {peak}");
}
