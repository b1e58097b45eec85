//! The published policy as the site shows it, against the policy that it is held to: clause by clause, and one language
//! against the other. It keeps numbers, days and single words that differ, and no running text.

mod text;

pub use text::visible;

use std::collections::BTreeMap;

use super::collector::{Collector, LocalFuture, Task};
use super::limits::{BODY_BYTES, cut};
use super::world::World;
use crate::model::FieldType::{Bool, Integer, Text, Texts};
use crate::model::{
    Census, Evidence, FieldSpec, FieldType, Gap, KindSpec, Location, Observation, Subject, SubjectKind, Value,
};
use crate::syntax::policy_text::{self, Section};

/// The collector.
#[derive(Debug)]
pub struct PolicyCollector;

const NAME: &str = "policy";
const PAGE: &str = "policy-page";
const CLAUSE: &str = "policy-clause";
const TEXTS: &str = "policy-texts";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: PAGE,
        subject: "page:URL",
        en: "one page of the published policy that the site file declares",
        ja: "サイトファイルで宣言された公表方針のページ",
        fields: &[
            field("role", Text, "ja, en or security", "役割"),
            field("status", Integer, "status code", "状態コード"),
            field("sections", Integer, "numbered sections", "番号付きの項目数"),
            field(
                "missing_principles",
                Texts,
                "of safeguards, statutes, contractors and improvement, those that it does not speak of",
                "安全対策・法令・委託先・改善のうち記載のないもの",
            ),
        ],
    },
    KindSpec {
        name: CLAUSE,
        subject: "site:NAME#clause[ID]",
        en: "one clause of the policy, held word for word against the published pages of its language",
        ja: "方針の条項と、公表ページの文言との照合",
        fields: &[
            field("published", Bool, "a page has it word for word", "文言どおり公表されている"),
            field("missing_words", Texts, "words that the nearest page leaves out", "公表ページにない語"),
            field("added_words", Texts, "words that it has in their place", "公表ページで加わった語"),
        ],
    },
    KindSpec {
        name: TEXTS,
        subject: "site:NAME",
        en: "the Japanese and the English text of the policy, side by side",
        ja: "日本語版と英語版の比較",
        fields: &[
            field("numbers_ja", Texts, "numbers of the Japanese sections, in order", "日本語版の項目番号"),
            field("numbers_en", Texts, "numbers of the English sections, in order", "英語版の項目番号"),
            field("same_numbers", Bool, "count and order of the sections are the same", "項目の数と順序が一致している"),
            field(
                "classes_only_ja",
                Texts,
                "classes of information that only the Japanese text names",
                "日本語版のみの情報の区分",
            ),
            field(
                "classes_only_en",
                Texts,
                "classes of information that only the English text names",
                "英語版のみの情報の区分",
            ),
            field(
                "same_revision",
                Bool,
                "the latest day named is the same, or neither names one",
                "改定日が一致している",
            ),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// The most words that are shown of a difference.
const SHOWN_WORDS: usize = 20;

struct Page {
    url: String,
    status: u16,
    text: String,
}

impl Collector for PolicyCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let not_asked = |reason: &str| Evidence {
                census: KINDS.iter().map(|kind| Census::not_asked(kind.name, &site.name, reason)).collect(),
                ..Evidence::default()
            };
            let Some(base) = site.url.as_deref().and_then(|url| reqwest::Url::parse(url).ok()) else {
                return not_asked("no URL or host is named (site file: url)");
            };
            if site.declared.policy_pages.is_empty() {
                return not_asked("no policy pages are declared (site file: declared: policy_pages)");
            }
            if task.offline {
                return not_asked("left out by --offline");
            }
            let mut pages: BTreeMap<&str, Page> = BTreeMap::new();
            let mut gaps = Vec::new();
            for (role, path) in &site.declared.policy_pages {
                let Ok(url) = base.join(path) else {
                    gaps.push((path.clone(), "not a URL with a host".to_owned()));
                    continue;
                };
                match world.fetch(url.as_str(), BODY_BYTES).await {
                    Ok(answer) => {
                        if answer.truncated {
                            gaps.push((url.to_string(), "the page is longer than is read".to_owned()));
                        }
                        let text = text::visible(&answer.body);
                        pages.insert(role, Page { url: url.to_string(), status: answer.status, text });
                    }
                    Err(refusal) => gaps.push((url.to_string(), refusal.to_string())),
                }
            }
            seen(task, &pages, gaps)
        })
    }
}

fn seen(task: &Task<'_>, pages: &BTreeMap<&str, Page>, gaps: Vec<(String, String)>) -> Evidence {
    let site = &task.declaration.site;
    let policy = &task.declaration.policy;
    let mut evidence = Evidence::default();
    for (role, page) in pages {
        evidence.observations.push(page_seen(role, page));
    }
    let answered = |role: &str| pages.get(role).filter(|page| page.status == 200);
    // A language that no page is declared for is not published in it; the policy says which languages are its own.
    for (language, quote_of) in [("en", true), ("ja", false)] {
        if !policy.originals.iter().any(|original| original == language)
            || !site.declared.policy_pages.contains_key(language)
        {
            continue;
        }
        let words: Vec<Vec<String>> = [answered(language), answered("security")]
            .into_iter()
            .flatten()
            .map(|page| policy_text::words(&page.text))
            .collect();
        for clause in &policy.clauses {
            let quote = if quote_of { &clause.quote.en } else { &clause.quote.ja };
            let source = answered(language).map(|page| Location { url: Some(page.url.clone()), ..Location::default() });
            let subject = Subject::new(SubjectKind::Site, format!("{}#clause[{}]/{language}", site.name, clause.id));
            let mut one = Observation::new(CLAUSE, subject, source.unwrap_or_default(), "words of policy and page");
            state_clause(&mut one, &policy_text::words(quote), &words);
            evidence.observations.push(one);
        }
    }
    if let (Some(ja), Some(en)) = (answered("ja"), answered("en")) {
        let place = Location { url: Some(ja.url.clone()), ..Location::default() };
        let mut one = Observation::new(TEXTS, Subject::new(SubjectKind::Site, &site.name), place, "two texts compared");
        state_texts(&mut one, &ja.text, &en.text);
        evidence.observations.push(one);
    }
    let is_bilingual = ["ja", "en"].iter().all(|role| site.declared.policy_pages.contains_key(*role));
    for kind in KINDS {
        let count = evidence.of_kind(kind.name).count();
        evidence.census.push(match gaps.first() {
            Some((subject, reason)) => Census::incomplete(kind.name, &site.name, count, format!("{subject}: {reason}")),
            None if kind.name == TEXTS && is_bilingual && count == 0 => {
                Census::incomplete(kind.name, &site.name, 0, "a policy page does not answer with 200")
            }
            None => Census::complete(kind.name, &site.name, count),
        });
    }
    let kinds: Vec<String> = KINDS.iter().map(|kind| kind.name.to_owned()).collect();
    evidence.gaps.extend(gaps.into_iter().map(|(subject, reason)| Gap {
        collector: NAME.to_owned(),
        kinds: kinds.clone(),
        subject,
        reason,
    }));
    evidence
}

fn page_seen(role: &str, page: &Page) -> Observation {
    let place = Location { url: Some(page.url.clone()), ..Location::default() };
    let mut one = Observation::new(PAGE, Subject::new(SubjectKind::Page, format!("{}#{role}", page.url)), place, "GET");
    one.set("role", role).set("status", i64::from(page.status));
    let sections = policy_text::sections(&page.text).len();
    one.set("sections", i64::try_from(sections).unwrap_or(i64::MAX));
    let lower = page.text.to_lowercase();
    let missing =
        PRINCIPLES.iter().filter(|(_, words)| !words.iter().any(|word| lower.contains(word))).map(|(name, _)| *name);
    one.set("missing_principles", Value::texts(missing));
    one
}

/// The four principles, and words by which a text speaks of each.
const PRINCIPLES: [(&str, &[&str]); 4] = [
    ("safeguards", &["安全対策", "安全管理", "セキュリティ対策", "safety measure", "security measure", "safeguard"]),
    ("statutes", &["法令", "法律", "規程", "statute", "law", "regulation"]),
    ("contractors", &["委託", "再委託", "outsourc", "contractor", "consign", "entrust", "commission"]),
    ("improvement", &["改善", "見直", "評価", "improve", "review", "evaluat"]),
];

fn state_clause(one: &mut Observation, clause: &[String], pages: &[Vec<String>]) {
    if pages.is_empty() {
        for field in ["published", "missing_words", "added_words"] {
            one.unknown(field, "a policy page does not answer with 200");
        }
        return;
    }
    let differences: Vec<_> = pages.iter().map(|page| policy_text::difference(clause, page)).collect();
    let shown = |words: Vec<String>| Value::texts(words.into_iter().take(SHOWN_WORDS).map(|word| cut(&word)));
    match differences.into_iter().flatten().min_by_key(|differs| differs.missing.len()) {
        Some(differs) if !pages.iter().any(|page| policy_text::difference(clause, page).is_none()) => {
            one.set("published", false);
            one.set("missing_words", shown(differs.missing)).set("added_words", shown(differs.added));
        }
        _ => {
            one.set("published", true);
            one.set("missing_words", Value::List(Vec::new())).set("added_words", Value::List(Vec::new()));
        }
    }
}

/// Classes of information, and words by which a text names each, in Japanese and English.
const CLASSES: [(&str, &[&str]); 9] = [
    ("ip_address", &["ipアドレス", "ip address"]),
    ("domain_name", &["ドメイン名", "domain name"]),
    ("access_info", &["閲覧", "アクセス", "access to the site", "information about access", "access information"]),
    ("cookie", &["クッキー", "cookie"]),
    ("email", &["電子メール", "メールアドレス", "e-mail", "email"]),
    ("name", &["氏名", "お名前", "full name"]),
    ("address", &["住所", "postal address"]),
    ("phone", &["電話番号", "telephone number", "phone number"]),
    ("location", &["位置情報", "location data", "geolocation"]),
];

fn state_texts(one: &mut Observation, ja: &str, en: &str) {
    let numbers = |text: &str| -> Vec<String> {
        policy_text::sections(text).into_iter().map(|section: Section| arabic(&section.number)).collect()
    };
    let (left, right) = (numbers(ja), numbers(en));
    one.set("same_numbers", left == right);
    one.set("numbers_ja", Value::texts(left)).set("numbers_en", Value::texts(right));
    let classes = |text: &str| -> Vec<&'static str> {
        let lower = crate::syntax::japanese_day::folded(text).to_lowercase();
        CLASSES
            .iter()
            .filter(|(_, words)| words.iter().any(|word| lower.contains(word)))
            .map(|(name, _)| *name)
            .collect()
    };
    let (left, right) = (classes(ja), classes(en));
    one.set("classes_only_ja", Value::texts(left.iter().filter(|class| !right.contains(class)).copied()));
    one.set("classes_only_en", Value::texts(right.iter().filter(|class| !left.contains(class)).copied()));
    one.set("same_revision", policy_text::days(ja).last() == policy_text::days(en).last());
}

/// A section's number without what only one language writes around it.
fn arabic(number: &str) -> String {
    const DIGITS: &str = "一二三四五六七八九";
    let plain = number.trim_start_matches(['第', '(']).trim_end_matches(['条', ')']);
    let digit = |sign: char| {
        DIGITS.chars().position(|other| other == sign).map_or_else(|| sign.to_string(), |at| (at + 1).to_string())
    };
    match plain.chars().collect::<Vec<char>>().as_slice() {
        ['十'] => "10".to_owned(),
        ['十', unit] => format!("1{}", digit(*unit)),
        signs => signs.iter().filter(|sign| **sign != '十').map(|sign| digit(*sign)).collect(),
    }
}

#[cfg(test)]
mod tests;
