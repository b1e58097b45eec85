//! Every format on random and hostile worlds, in memory: the manager's page rests on findings, nothing steers a reader,
//! no English leaks into Japanese, nothing grows without bound.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{Html, Selector};
use tenken::model::{Assessment, Band, ClauseVerdict, Language, Outcome};
use tenken::report::{FORMATS, RenderOptions};

mod worlds;

const SEEDS: u64 = 60;

fn options(language: Language) -> RenderOptions {
    RenderOptions { language, width: 80, color: false, explain: true, quiet: false, summary: false }
}

fn rendered(assessment: &Assessment, format: &str, language: Language) -> String {
    let format = FORMATS.iter().find(|known| known.name == format).unwrap();
    (format.render)(assessment, &options(language))
}

fn worlds() -> impl Iterator<Item = Assessment> {
    (0..SEEDS).map(|seed| {
        let findings = [0, 1, 7, 40, 120][usize::try_from(seed % 5).unwrap()];
        worlds::assessment(seed, findings, seed.is_multiple_of(2))
    })
}

#[test]
fn every_sentence_of_the_managers_page_rests_on_findings_of_its_kind() {
    let (sentence, with_id) = (Selector::parse("#manager .sentence").unwrap(), Selector::parse("[id]").unwrap());
    let clause_row = Selector::parse("#manager .clause-lines tbody tr").unwrap();
    let mut traced = 0;
    for assessment in worlds() {
        let page = Html::parse_document(&rendered(&assessment, "html", Language::English));
        let ids: BTreeSet<&str> = page.select(&with_id).filter_map(|element| element.attr("id")).collect();
        for one in page.select(&sentence) {
            let cites: Vec<&str> = one.attr("data-cites").unwrap().split(' ').collect();
            let text: String = one.text().collect();
            assert!(!text.trim().is_empty() && !cites.is_empty(), "{text}");
            for cite in &cites {
                assert!(ids.contains(cite), "{text} rests on {cite}, which is not there");
            }
            traced += 1;
        }
        let by_anchor: BTreeMap<String, _> =
            assessment.findings.iter().map(|found| (format!("f-{}", found.fingerprint), found)).collect();
        for (row, clause) in page.select(&clause_row).zip(&assessment.clauses) {
            let one = row.select(&Selector::parse(".sentence").unwrap()).next().unwrap();
            for cite in one.attr("data-cites").unwrap().split(' ').filter(|cite| cite.starts_with("f-")) {
                let found = by_anchor[cite];
                let outcome = found.finding.outcome;
                assert!(found.clauses.contains(&clause.id));
                match clause.verdict {
                    ClauseVerdict::Kept => assert_eq!(outcome, Outcome::Pass),
                    ClauseVerdict::NotKept => {
                        assert!(outcome == Outcome::Fail && found.finding.rating.band() > Band::Info);
                    }
                    ClauseVerdict::CannotTell => {
                        assert!(matches!(outcome, Outcome::Unknown | Outcome::NotChecked));
                    }
                }
            }
        }
    }
    assert!(traced > 1_000, "only {traced} sentences were traced");
}

#[test]
fn a_summary_fits_one_screen_and_counts_what_it_leaves_out() {
    let text = FORMATS.iter().find(|known| known.name == "text").unwrap();
    for assessment in worlds() {
        let failing: BTreeSet<&str> =
            assessment.failing().into_iter().map(|found| found.finding.check.as_str()).collect();
        for (language, more) in
            [(Language::English, " more check(s) fail"), (Language::Japanese, "件、判断できなかった検査")]
        {
            let options = RenderOptions { width: 100, summary: true, ..options(language) };
            let page = (text.render)(&assessment, &options);
            assert!(page.lines().count() <= 39, "{page}");
            // What the counted rest is called stands there as far as a line has room, and so does what could not be had.
            let gap = assessment.gaps.first().map(|gap| gap.collector.clone());
            assert!(gap.is_none_or(|collector| page.contains(&format!("({collector}): "))), "{page}");
            let shown = page.lines().filter(|line| line.get(2..5).is_some_and(|start| start == ". [")).count();
            let counted = page.lines().find_map(|line| {
                let (before, _) = line.split_once(more)?;
                before.rsplit(|character: char| !character.is_ascii_digit()).next()?.parse::<usize>().ok()
            });
            assert_eq!(counted.map(|more| more + shown), Some(failing.len()), "{page}");
        }
    }
}

#[test]
fn the_managers_page_claims_nothing_good_out_of_nothing() {
    let mut said = BTreeSet::new();
    for seed in 0..200 {
        let assessment = worlds::assessment(seed, usize::try_from(seed % 12).unwrap(), false);
        let page = rendered(&assessment, "html", Language::English);
        let any = |wanted: &dyn Fn(&str, Outcome) -> bool| {
            assessment.findings.iter().any(|found| wanted(&found.finding.check, found.finding.outcome))
        };
        let undecided = any(&|_, outcome| matches!(outcome, Outcome::Unknown | Outcome::NotChecked));
        let contractors_open = any(&|check, outcome| {
            check.starts_with("ctr-") && !matches!(outcome, Outcome::Pass | Outcome::NotApplicable)
        });
        let nothing = assessment.findings.is_empty();
        for (sentence, is_false) in [
            ("No contractor fails a check.", contractors_open || nothing),
            ("Everything that applies was examined.", undecided || nothing || !assessment.gaps.is_empty()),
            ("No decision is asked.", undecided || any(&|_, outcome| outcome == Outcome::Fail)),
        ] {
            let there = page.contains(sentence);
            assert!(!(there && is_false), "seed {seed}: {sentence}");
            if there {
                said.insert(sentence);
            }
        }
    }
    assert_eq!(said.len(), 3, "only {said:?} was ever said");
}

#[test]
fn nothing_of_the_outside_becomes_markup() {
    let allowed: BTreeSet<&str> = [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "input",
        "label",
        "nav",
        "a",
        "main",
        "section",
        "header",
        "h1",
        "h2",
        "h3",
        "p",
        "time",
        "code",
        "span",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "li",
        "svg",
        "polygon",
        "polyline",
        "b",
        "article",
        "blockquote",
        "details",
        "summary",
        "pre",
        "mark",
        "dl",
        "dt",
        "dd",
        "script",
        "output",
    ]
    .into();
    let all = Selector::parse("*").unwrap();
    for assessment in worlds() {
        let text = rendered(&assessment, "html", Language::Japanese);
        let page = Html::parse_document(&text);
        for element in page.select(&all) {
            assert!(allowed.contains(element.value().name()), "<{}>", element.value().name());
            for (name, value) in element.value().attrs() {
                assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}={value}");
                assert!(name != "href" || value.starts_with('#'), "{value}");
            }
        }
        assert_eq!(page.select(&Selector::parse("script").unwrap()).count(), 1);
        let ids: Vec<&str> = page.select(&all).filter_map(|element| element.attr("id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id is there twice");
    }
}

#[test]
fn no_format_lets_a_control_character_or_an_override_through_or_grows_with_one_value() {
    for seed in (0..SEEDS).step_by(2) {
        let assessment = worlds::assessment(seed, 40, true);
        for format in FORMATS {
            for language in [Language::English, Language::Japanese] {
                let text = (format.render)(&assessment, &options(language));
                // JSON escapes controls; it carries the values themselves, for machines.
                let raw = matches!(format.name, "json" | "sarif");
                for hostile in ['\u{1b}', '\u{0}', '\u{7}', '\u{202e}', '\u{2066}', '\u{2028}'] {
                    let may = raw && !hostile.is_control();
                    assert!(may || !text.contains(hostile), "{}: {hostile:?}", format.name);
                }
                assert!(raw || text.len() < 2_000_000, "{}: {} bytes", format.name, text.len());
            }
        }
    }
}

#[test]
fn a_japanese_report_has_no_english_sentence_in_it() {
    for assessment in worlds().filter(|assessment| assessment.site.starts_with("host-")) {
        for format in ["text", "markdown", "csv", "junit", "github", "oscal-results", "oscal-poam", "oscal-plan"] {
            let text = rendered(&assessment, format, Language::Japanese);
            assert_eq!(english_in(&text, &assessment), Vec::<String>::new(), "{format}");
        }
        let page = Html::parse_document(&rendered(&assessment, "html", Language::Japanese));
        let mut text = String::new();
        for node in page.root_element().descendants() {
            let Some(shown) = node.value().as_text() else { continue };
            let inside = |wanted: &dyn Fn(&scraper::node::Element) -> bool| {
                node.ancestors().filter_map(|node| node.value().as_element()).any(wanted)
            };
            let hidden = inside(&|element| {
                element.attr("lang") == Some("en") || ["script", "style", "pre", "code"].contains(&element.name())
            });
            if !hidden {
                text.push_str(shown);
                text.push('\n');
            }
        }
        assert_eq!(english_in(&text, &assessment), Vec::<String>::new(), "html");
    }
}

/// Runs of three or more English words, outside of snippets and commands.
fn english_in(text: &str, assessment: &Assessment) -> Vec<String> {
    let mut snippets: Vec<String> = vec!["tenken explain".to_owned(), "tenken history".to_owned()];
    for check in assessment.checks.iter() {
        snippets
            .extend(check.remedy.snippets.values().flat_map(|text| text.lines()).map(|line| line.trim().to_owned()));
    }
    // The longest first: a lone bracket is a line of some snippet too, and a part of others.
    snippets.sort_by_key(|snippet| std::cmp::Reverse(snippet.len()));
    let mut leaks = Vec::new();
    for line in text.lines() {
        let line = snippets
            .iter()
            .filter(|snippet| !snippet.is_empty())
            .fold(line.to_owned(), |line, snippet| line.replace(snippet.as_str(), ""));
        let mut run: Vec<&str> = Vec::new();
        for word in line.split(' ') {
            if word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
                run.push(word);
            } else {
                run.clear();
            }
            if run.len() == 3 {
                leaks.push(line.chars().take(200).collect());
            }
        }
    }
    leaks
}

#[test]
fn every_format_says_the_same_verdict_and_is_the_same_twice() {
    for assessment in worlds().take(10) {
        for format in FORMATS {
            let once = (format.render)(&assessment, &options(Language::Japanese));
            assert_eq!(once, (format.render)(&assessment, &options(Language::Japanese)), "{}", format.name);
            assert!(!once.is_empty() || format.name == "github", "{}", format.name);
        }
    }
}
