//! Every sentence of a report that a person reads and that no other room makes, in both languages.

use crate::model::{
    AssessedFinding, Assessment, Bilingual, Change, ClauseVerdict, Gate, GateVerdict, Grade, Language, LeafResult,
    Location, Milliunits, Outcome, Residual, Time, Value, reason_in_japanese,
};

use super::escape::terminal;

/// Fixed words.
macro_rules! words {
    ($($name:ident: $en:literal, $ja:literal;)*) => {
        $(
            pub(super) fn $name(language: Language) -> &'static str {
                match language {
                    Language::English => $en,
                    Language::Japanese => $ja,
                }
            }
        )*
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$(($en, $ja)),*];
    };
}

words! {
    site: "Site", "サイト";
    policy: "Policy", "方針";
    assessed: "Assessed", "点検日時";
    clause: "Clause", "条項";
    verdict: "Verdict", "判定";
    risk: "Risk (units)", "リスク(単位)";
    looked: "Looked at", "点検済";
    residual: "Residual risk", "残留リスク";
    accepted: "of which accepted", "うち受容";
    grade: "grade", "等級";
    gate: "Gate", "ゲート";
    exit_code: "exit code", "終了コード";
    clauses: "Clauses", "条項ごとの判定";
    clauses_in_short: "Clauses, with how many of their checks could look", "条項ごとの判定(点検できた検査/全検査)";
    mend_first: "To mend, greatest fall of risk first", "是正事項(リスク低減の大きい順)";
    cannot_tell: "Could not be told", "判断できなかった事項";
    not_looked: "Not looked at", "点検しなかった事項";
    gaps: "Evidence that was asked for and could not be had", "求めたが得られなかった証拠";
    expected: "expected", "期待";
    found: "found", "実際";
    nothing_found: "nothing", "なし";
    why: "why", "理由";
    mend: "mend", "対処";
    eased: "eased", "軽減";
    raised: "raised", "加重";
    waived: "accepted until", "受容期限";
    place: "place", "場所";
    next: "Next", "次にすること";
    explain_hint: "tenken explain ID tells what a check looks at and why", "tenken explain ID で点検の内容と理由を確認できます";
    none_failing: "No check fails.", "不適合はありません。";
    subjects_more: "more", "件ほか";
    details_hint: "tenken assess URL --details shows every finding, its evidence and the lines that mend it", "tenken assess URL --details で、すべての不適合・証拠・対処の設定例を表示します";
    init_hint: "tenken init URL writes a site file: then configuration, logs, contractors and records are looked at too", "tenken init URL でサイトファイルを作成すると、設定・ログ・委託先・記録も点検できます";
    finding: "Finding", "不適合";
    band: "Band", "区分";
    unset: "not set", "未設定";
}

/// The word of a clause's verdict.
pub fn clause_verdict(verdict: ClauseVerdict, language: Language) -> &'static str {
    match (verdict, language) {
        (ClauseVerdict::Kept, Language::English) => "kept",
        (ClauseVerdict::NotKept, Language::English) => "NOT KEPT",
        (ClauseVerdict::CannotTell, Language::English) => "cannot tell",
        (ClauseVerdict::Kept, Language::Japanese) => "守られている",
        (ClauseVerdict::NotKept, Language::Japanese) => "守られていない",
        (ClauseVerdict::CannotTell, Language::Japanese) => "判断できない",
    }
}

/// The verdict of the run, in one sentence with its counts.
pub(super) fn headline(gate: &Gate, kept: usize, broken: usize, open: usize, language: Language) -> String {
    let total = kept + broken + open;
    match language {
        Language::English => {
            let said = match gate.verdict {
                GateVerdict::Kept => "KEPT: this site keeps its policy",
                GateVerdict::NotKept => "NOT KEPT: this site does not keep its policy",
                GateVerdict::Incomplete => "INCOMPLETE: nothing broken was seen, but not everything could be told",
            };
            format!("{said} (of {total} clauses {kept} kept, {broken} not kept, {open} cannot tell)")
        }
        Language::Japanese => {
            let said = match gate.verdict {
                GateVerdict::Kept => "適合: 方針は守られています",
                GateVerdict::NotKept => "不適合: 方針が守られていません",
                GateVerdict::Incomplete => "未確定: 違反は見つかりませんが、判断できない条項があります",
            };
            format!("{said}(全{total}条項: 守られている{kept}、守られていない{broken}、判断できない{open})")
        }
    }
}

/// The grade of both ends; one letter only where both agree.
pub(super) fn grades(residual: &Residual) -> String {
    let letter = |grade: Grade| match grade {
        Grade::A => 'A',
        Grade::B => 'B',
        Grade::C => 'C',
        Grade::D => 'D',
        Grade::E => 'E',
    };
    let (low, high) = residual.grades();
    if low == high { letter(low).to_string() } else { format!("{}..{}", letter(low), letter(high)) }
}

/// The word of a band.
pub fn band_of(word: &str, language: Language) -> &str {
    match (language, word) {
        (Language::Japanese, "critical") => "重大",
        (Language::Japanese, "high") => "高",
        (Language::Japanese, "medium") => "中",
        (Language::Japanese, "low") => "低",
        (Language::Japanese, "info") => "参考",
        _ => word,
    }
}

/// What a leaf asked for.
pub(super) fn expected_of(leaf: &LeafResult, language: Language) -> String {
    let value = leaf.expected.as_ref().map_or_else(|| unset(language).to_owned(), shown);
    let (negated, word) = match leaf.matcher.strip_prefix("not ") {
        Some(word) => (true, word),
        None => (false, leaf.matcher.as_str()),
    };
    let text = match (language, word) {
        (Language::English, "equals") => value,
        (Language::English, "at_least") => format!("at least {value}"),
        (Language::English, "at_most") => format!("at most {value}"),
        (Language::English, "one_of") => format!("one of {value}"),
        (Language::English, "none_of") => format!("none of {value}"),
        (Language::English, "only") => format!("nothing outside {value}"),
        (Language::English, "includes") => format!("all of {value}"),
        (Language::English, "excludes") => format!("no part of {value}"),
        (Language::English, "is_empty") if value == "true" => "nothing".to_owned(),
        (Language::English, "is_empty") => "something".to_owned(),
        (Language::English, "days_past_at_most") => format!("at most {value} days ago"),
        (Language::English, "days_ahead_at_least") => format!("at least {value} days ahead"),
        (Language::Japanese, "equals") => value,
        (Language::Japanese, "at_least") => format!("{value}以上"),
        (Language::Japanese, "at_most") => format!("{value}以下"),
        (Language::Japanese, "one_of") => format!("{value}のいずれか"),
        (Language::Japanese, "none_of") => format!("{value}以外"),
        (Language::Japanese, "only") => format!("{value}の範囲内のみ"),
        (Language::Japanese, "includes") => format!("{value}をすべて含む"),
        (Language::Japanese, "excludes") => format!("{value}を含まない"),
        (Language::Japanese, "is_empty") if value == "true" => "該当なし".to_owned(),
        (Language::Japanese, "is_empty") => "該当あり".to_owned(),
        (Language::Japanese, "days_past_at_most") => format!("{value}日以内"),
        (Language::Japanese, "days_ahead_at_least") => format!("{value}日以上先"),
        _ => format!("{word} {value}"),
    };
    match (negated, language) {
        (false, _) => text,
        (true, Language::English) => format!("not {text}"),
        (true, Language::Japanese) => format!("{text}でないこと"),
    }
}

/// What a leaf saw, or why it saw nothing.
pub(super) fn actual(leaf: &LeafResult, language: Language) -> String {
    match (&leaf.actual, &leaf.reason) {
        (Some(value), None) => shown(value),
        (_, Some(reason)) => told(reason, language),
        (None, None) => nothing_found(language).to_owned(),
    }
}

/// A reason in the reader's language, where it is one of ours.
pub(super) fn told(reason: &str, language: Language) -> String {
    match language {
        Language::English => terminal(reason),
        Language::Japanese => terminal(&reason_in_japanese(reason)),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Time(time) => time.date(),
        Value::List(items) if items.is_empty() => "[]".to_owned(),
        Value::List(items) => {
            let shown: Vec<String> = items.iter().take(6).map(|item| terminal(&item.to_string())).collect();
            let more = if items.len() > 6 { format!(", … ({})", items.len()) } else { String::new() };
            shown.join(", ") + &more
        }
        other => terminal(&other.to_string()),
    }
}

/// Where a finding is, in the most exact words there are.
pub(super) fn location(found: &AssessedFinding) -> String {
    place_of(&found.finding.location)
}

/// A place in words.
pub(super) fn place_of(location: &Location) -> String {
    let Location { file, line, column, url, host, entry } = location;
    let place = match (file, line, column) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(file), Some(line), None) => format!("{file}:{line}"),
        (Some(file), None, _) => file.clone(),
        (None, _, _) => url.clone().or_else(|| host.clone()).unwrap_or_default(),
    };
    let place = match entry {
        Some(entry) if place.is_empty() => entry.clone(),
        Some(entry) => format!("{place} ({entry})"),
        None => place,
    };
    terminal(&place)
}

/// Why a finding is unknown or was not checked.
pub(super) fn reason(found: &AssessedFinding, language: Language) -> String {
    let said = |reason: &Bilingual| terminal(reason.text(language));
    match &found.finding.reason {
        Some(reason) => said(reason),
        None => found
            .finding
            .leaves
            .iter()
            .map(|leaf| format!("{}: {}", leaf.field, actual(leaf, language)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// An outcome in words.
pub(super) fn outcome_of(outcome: Outcome, language: Language) -> &'static str {
    match (outcome, language) {
        (_, Language::English) => outcome.word(),
        (Outcome::Pass, Language::Japanese) => "適合",
        (Outcome::Fail, Language::Japanese) => "不適合",
        (Outcome::Unknown, Language::Japanese) => "判断不能",
        (Outcome::NotApplicable, Language::Japanese) => "対象外",
        (Outcome::NotChecked, Language::Japanese) => "未点検",
    }
}

/// How many are not shown.
pub(super) fn left_out(count: usize, language: Language) -> String {
    match language {
        Language::English => format!("{count} more are in the other formats"),
        Language::Japanese => format!("ほか{count}件は他の形式の報告書にあります"),
    }
}

/// How many checks say what, beyond those that are shown.
pub(super) fn the_rest(failing: usize, unknown: usize, unseen: usize, language: Language) -> String {
    match language {
        Language::English => {
            format!("{failing} more check(s) fail, {unknown} cannot be told, {unseen} were not looked at")
        }
        Language::Japanese => {
            format!("ほかに不適合{failing}件、判断できなかった検査{unknown}件、点検しなかった検査{unseen}件")
        }
    }
}

/// How much evidence could not be had, and the first of it.
pub(super) fn first_gap(count: usize, first: &str, language: Language) -> String {
    match (count, language) {
        (0 | 1, Language::English) => format!("could not be had: {first}"),
        (_, Language::English) => format!("could not be had, {count} in all: {first}"),
        (0 | 1, Language::Japanese) => format!("得られなかった証拠: {first}"),
        (_, Language::Japanese) => format!("得られなかった証拠(全{count}件): {first}"),
    }
}

/// How many subjects a check fails on.
pub(super) fn subjects(first: &str, count: usize, language: Language) -> String {
    match (count, language) {
        (0 | 1, _) => first.to_owned(),
        (_, Language::English) => format!("{first} and {} more", count - 1),
        (_, Language::Japanese) => format!("{first} ほか{}件", count - 1),
    }
}

/// Residual risk in one line: interval, grades, method and pack, what is accepted, what is expected.
pub(super) fn residual_line(assessment: &Assessment, language: Language) -> String {
    let residual = &assessment.residual;
    let pack: String = assessment.pack_hash.chars().take(12).collect();
    let expected = assessment.expected.map_or_else(String::new, |expected| match language {
        Language::English => format!("; expected {expected}"),
        Language::Japanese => format!("; 期待値 {expected}"),
    });
    let (seen, all) = assessment.coverage;
    let examined = match language {
        Language::English => format!("examined {seen} of {all} units"),
        Language::Japanese => format!("{all}単位中{seen}単位を確認"),
    };
    format!(
        "{}..{} ({} {}, {} {pack}; {} {}{expected}; {examined})",
        residual.low,
        residual.high,
        grade(language),
        grades(residual),
        assessment.method,
        accepted(language),
        residual.accepted
    )
}

/// What happened since the runs in the ledger; `None` where there are none.
pub(super) fn since_last(assessment: &Assessment, language: Language) -> Option<String> {
    let last = assessment.past.as_ref()?.last()?;
    let count = |wanted: Change| {
        let fails = |found: &&AssessedFinding| found.finding.outcome == Outcome::Fail || wanted != Change::New;
        assessment.findings.iter().filter(|found| found.change == wanted).filter(fails).count()
    };
    let (new, fixed, back, unseen) =
        (count(Change::New), count(Change::Fixed), count(Change::Regressed), count(Change::Unverified));
    let date = last.at.date();
    Some(match language {
        Language::English => {
            format!("{date}: {new} new, {fixed} fixed, {back} came back, {unseen} not seen (stay open)")
        }
        Language::Japanese => {
            format!("{date}: 新規{new}件、是正{fixed}件、再発{back}件、未確認{unseen}件(未対応のまま)")
        }
    })
}

/// A day as each language writes it; in Japanese with the era from Reiwa on (its first day is 2019-05-01).
pub(super) fn day(time: Time, language: Language) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let iso = time.date();
    let mut parts = iso.splitn(3, '-').map(|part| part.parse::<usize>().ok());
    let (Some(Some(year)), Some(Some(month)), Some(Some(day))) = (parts.next(), parts.next(), parts.next()) else {
        return iso;
    };
    match language {
        Language::English => format!("{day} {} {year}", MONTHS.get(month.saturating_sub(1)).unwrap_or(&"")),
        Language::Japanese if iso.as_str() < "2019-05-01" => format!("{year}年{month}月{day}日"),
        Language::Japanese if year == 2019 => format!("令和元年{month}月{day}日"),
        Language::Japanese => format!("令和{}年{month}月{day}日", year - 2018),
    }
}

/// Units with their thousands set apart, as both languages do.
pub(super) fn units(units: Milliunits) -> String {
    let plain = units.to_string();
    let (whole, decimals) = plain.split_once('.').map_or((plain.as_str(), ""), |(whole, decimals)| (whole, decimals));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if decimals.is_empty() { grouped } else { format!("{grouped}.{decimals}") }
}

/// Label of [`since_last`].
pub(super) fn since(language: Language) -> &'static str {
    match language {
        Language::English => "Since",
        Language::Japanese => "前回から",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_units_are_written_as_each_language_does() {
        for (iso, en, ja) in [
            ("2026-11-24", "24 Nov 2026", "令和8年11月24日"),
            ("2019-05-01", "1 May 2019", "令和元年5月1日"),
            ("2019-04-30", "30 Apr 2019", "2019年4月30日"),
        ] {
            let time = Time::parse(iso).unwrap();
            assert_eq!((day(time, Language::English), day(time, Language::Japanese)), (en.to_owned(), ja.to_owned()));
        }
        for (milliunits, shown) in [(0, "0"), (999_000, "999"), (1_000_000, "1,000"), (43_026_880, "43,026.88")] {
            assert_eq!(units(Milliunits(milliunits)), shown);
        }
    }

    #[test]
    fn every_word_exists_in_both_languages() {
        for (en, ja) in ALL {
            assert!(!en.is_empty() && !ja.is_empty());
            assert!(en.is_ascii(), "{en} is not English");
            assert!(!ja.is_ascii(), "{ja} is not Japanese");
        }
    }
}
