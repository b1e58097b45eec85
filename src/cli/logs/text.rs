//! The report of `tenken logs` for a person, in both languages.

use std::fmt::Write as _;

use super::Log;
use super::document::{name, of_tier};
use crate::model::{Bilingual, Language, Time, reason_in_japanese};
use crate::scan::{Class, Hit, Tier};

/// Places that are shown of one log; the JSON report has more.
const PLACES: usize = 10;

/// The report.
pub(super) fn text(logs: &[Log], own: &[&str], language: Language, color: bool) -> String {
    let mut text = String::new();
    let mut total = (0, 0, 0);
    for log in logs {
        one(&mut text, log, own, language, color);
        match &log.seen {
            Ok(seen) => {
                total.0 += of_tier(seen, Tier::Confirmed);
                total.1 += of_tier(seen, Tier::Suspect);
                total.2 += usize::from(!seen.faults.is_empty());
            }
            Err(_) => total.2 += 1,
        }
    }
    let (confirmed, suspect, gaps) = total;
    let words = Bilingual::new(
        format!(
            "\n{} log(s): {confirmed} confirmed, {suspect} for a person to look at, {gaps} not read whole\n",
            logs.len()
        ),
        format!("\nログ{}件: 確認 {confirmed}、要確認 {suspect}、全体を読めなかったもの {gaps}\n", logs.len()),
    );
    // Writing into a String does not fail.
    text.push_str(words.text(language));
    text
}

fn one(text: &mut String, log: &Log, own: &[&str], language: Language, color: bool) {
    let path = printable(&log.path);
    let bold = |words: &str| if color { format!("\u{1b}[1m{words}\u{1b}[0m") } else { words.to_owned() };
    let say = |en: String, ja: String| Bilingual::new(en, ja).text(language).to_owned();
    let reason = |reason: &str| match language {
        Language::English => printable(reason),
        Language::Japanese => printable(&reason_in_japanese(reason)),
    };
    let seen = match &log.seen {
        Ok(seen) => seen,
        Err(why) => {
            let _ = writeln!(
                text,
                "{}  {}",
                bold(&path),
                say(format!("not read: {}", reason(why)), format!("読めません: {}", reason(why)))
            );
            return;
        }
    };
    let day = |seconds: Option<i64>| seconds.map(|seconds| Time::from_unix_seconds(seconds).date());
    let span = match (day(seen.times.oldest), day(seen.times.newest)) {
        (Some(oldest), Some(newest)) => format!(", {oldest} .. {newest}"),
        _ => String::new(),
    };
    let lines = say(format!("{} line(s)", seen.lines), format!("{}行", seen.lines));
    let _ = writeln!(text, "{}  {lines}, {}{span}", bold(&path), seen.packing.word());
    for fault in &seen.faults {
        let fault = reason(&fault.to_string());
        let _ = writeln!(text, "  {}", say(format!("not read whole: {fault}"), format!("全体を読めません: {fault}")));
    }
    for ((class, tier), count) in &seen.counts {
        let hits: Vec<&Hit> = seen.places.iter().filter(|hit| hit.class == *class && hit.tier == *tier).collect();
        let shown: Vec<String> = hits.iter().take(PLACES).map(|hit| place(log, hit)).collect();
        let more = if *count > shown.len() as u64 { ", …" } else { "" };
        let place = say("line".to_owned(), "行".to_owned());
        let _ = writeln!(
            text,
            "  {} {} {count}  {place} {}{more}",
            word(*tier, language),
            class_word(*class, own, language),
            shown.join(", ")
        );
    }
}

fn place(log: &Log, hit: &Hit) -> String {
    let column = log.columns.get(&(hit.line, hit.class)).copied();
    let words: Vec<&str> = hit.field.into_iter().chain(column).collect();
    if words.is_empty() { hit.line.to_string() } else { format!("{} ({})", hit.line, words.join(", ")) }
}

fn word(tier: Tier, language: Language) -> &'static str {
    match (tier, language) {
        (Tier::Confirmed, Language::English) => "confirmed",
        (Tier::Suspect, Language::English) => "suspect",
        (Tier::Confirmed, Language::Japanese) => "確認",
        (Tier::Suspect, Language::Japanese) => "要確認",
    }
}

fn class_word(class: Class, own: &[&str], language: Language) -> String {
    let japanese = match class {
        _ if language == Language::English => None,
        Class::Email => Some("メールアドレス"),
        Class::Phone => Some("電話番号"),
        Class::MyNumber => Some("個人番号"),
        Class::Card => Some("カード番号"),
        Class::Credential => Some("認証情報"),
        Class::Personal => Some("氏名・住所・生年月日"),
        Class::Own(_) => None,
    };
    japanese.map_or_else(|| printable(&name(class, own)), str::to_owned)
}

/// Text of the outside, without control characters and without the signs that turn its direction.
fn printable(text: &str) -> String {
    let is_hostile = |character: char| {
        character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|character| if is_hostile(character) { '\u{fffd}' } else { character }).collect()
}
