//! A published policy as running text -> numbered sections, word by word as published; and what differs between two texts. Pure.

use super::japanese_day::{folded, iso_day};

/// One section of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its number as written: `1`, `第3条`, `(2)`.
    pub number: String,
    /// The words behind the number, where they stand on a line of their own.
    pub title: String,
    /// All its words, number and title included, lines joined by one blank.
    pub text: String,
    /// Line at which it begins, from 1.
    pub line: u32,
}

/// Splits text at lines that begin with a number. A number that does not go on from the last one (1, 2, 3 … or a new 1)
/// begins no section, so that years, telephone numbers and lists inside a section stay where they are.
#[must_use]
pub fn sections(text: &str) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    let mut last: Option<(Style, u32)> = None;
    // Where the last line of the section begins, unless it is the only one.
    let mut tail: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let head = heading(line).filter(|head| match last {
            None => head.value == 1,
            Some((style, value)) => head.style == style && (head.value == value + 1 || head.value == 1),
        });
        match (head, found.last_mut()) {
            (Some(head), before) => {
                // Numbers that begin anew begin a new part, and a line without a full stop before it is the part's name.
                if let Some(section) = before.filter(|_| head.value == 1) {
                    without_part_name(section, &mut tail);
                }
                tail = None;
                last = Some((head.style, head.value));
                found.push(Section {
                    number: head.shown,
                    title: head.title,
                    text: line.to_owned(),
                    line: u32::try_from(number + 1).unwrap_or(u32::MAX),
                });
            }
            (None, Some(section)) => {
                tail = Some(section.text.len());
                section.text.push(' ');
                section.text.push_str(line);
            }
            // What stands in front of the first number belongs to no section.
            (None, None) => {}
        }
    }
    found
}

fn without_part_name(section: &mut Section, tail: &mut Option<usize>) {
    if let Some(at) = tail.take()
        && !section.text.ends_with(['。', '.', '．', '！', '!', '?', '？', ')', '）'])
    {
        section.text.truncate(at);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `1 Title`, `1. Title`, `１　題`.
    Plain,
    /// `(1)`.
    Bracketed,
    /// `第1条`, `第1`.
    Article,
}

struct Heading {
    style: Style,
    value: u32,
    shown: String,
    title: String,
}

fn heading(line: &str) -> Option<Heading> {
    let plain = folded(line);
    let (style, rest) = match plain.strip_prefix('第') {
        Some(rest) => (Style::Article, rest),
        None => match plain.strip_prefix('(') {
            Some(rest) => (Style::Bracketed, rest),
            None => (Style::Plain, plain.as_str()),
        },
    };
    let digits: String = rest.chars().take_while(|sign| sign.is_ascii_digit() || is_kanji_number(*sign)).collect();
    let value = number(&digits)?;
    let behind = &rest[digits.len()..];
    let title = match style {
        Style::Article => behind.trim_start_matches(['条', '章', '項']),
        Style::Bracketed => behind.strip_prefix(')')?,
        Style::Plain => {
            let title = behind.trim_start_matches(['.', '、', '.', ' ', ':']);
            // `2026年` and `3-5` are no headings: something has to part the number from the words.
            if title.len() == behind.len() || title.is_empty() {
                return None;
            }
            title
        }
    };
    let title = title.trim();
    let end = title.char_indices().nth(60).map_or(title.len(), |(at, _)| at);
    let is_title = title.len() == end && !title.contains(['。', ';']) && !title.ends_with('.');
    let shown = match style {
        Style::Plain => digits.clone(),
        Style::Bracketed => format!("({digits})"),
        Style::Article => format!("第{digits}条"),
    };
    Some(Heading { style, value, shown, title: if is_title { title.to_owned() } else { String::new() } })
}

fn is_kanji_number(sign: char) -> bool {
    "一二三四五六七八九十".contains(sign)
}

fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() || digits.chars().count() > 3 {
        return None;
    }
    if let Ok(value) = digits.parse() {
        return Some(value);
    }
    let digit = |sign: char| {
        "一二三四五六七八九".chars().position(|other| other == sign).and_then(|at| u32::try_from(at + 1).ok())
    };
    let signs: Vec<char> = digits.chars().collect();
    match signs.as_slice() {
        ['十'] => Some(10),
        ['十', unit] => Some(10 + digit(*unit)?),
        [ten, '十'] => Some(10 * digit(*ten)?),
        [ten, '十', unit] => Some(10 * digit(*ten)? + digit(*unit)?),
        [unit] => digit(*unit),
        _ => None,
    }
}

/// Days that a text names (令和8年4月1日, 2026-04-01, 2026/4/1), as ISO days, in order.
#[must_use]
pub fn days(text: &str) -> Vec<String> {
    let plain = folded(text);
    let mut found = Vec::new();
    let signs: Vec<(usize, char)> = plain.char_indices().collect();
    for (index, (at, sign)) in signs.iter().enumerate() {
        let starts = matches!(sign, '令' | '平' | '昭')
            || (sign.is_ascii_digit() && (index == 0 || !signs[index - 1].1.is_ascii_digit()));
        if !starts {
            continue;
        }
        // The longest beginning that is a day; a day has 14 characters at most.
        let day = (6..=14).rev().find_map(|length| {
            let end = signs.get(index + length).map_or(plain.len(), |(end, _)| *end);
            iso_day(&plain[*at..end]).ok().filter(|_| !plain[end..].starts_with(|next: char| next.is_ascii_digit()))
        });
        found.extend(day.filter(|_| index == 0 || !"和成".contains(signs[index - 1].1)));
    }
    found.dedup();
    found
}

/// Words of a text: letters and digits together, Japanese by runs of one script. Punctuation and blanks are no words.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut kind = 0;
    for sign in folded(text).chars() {
        let of = match u32::from(sign) {
            0x3041..=0x309F => 2,
            0x30A1..=0x30FF => 3,
            0x3005 | 0x3400..=0x9FFF => 4,
            _ if sign.is_alphanumeric() || sign == '\'' => 1,
            _ => 0,
        };
        if of != kind && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        kind = of;
        if of != 0 {
            word.extend(sign.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// What differs between a clause and the part of a page that is nearest to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Words of the clause that the page leaves out, in order.
    pub missing: Vec<String>,
    /// Words that the page has in their place, in order.
    pub added: Vec<String>,
}

/// Holds a clause against a page, both as words; `None` where the page has it word for word.
#[must_use]
pub fn difference(clause: &[String], page: &[String]) -> Option<Difference> {
    if clause.is_empty() || page.windows(clause.len()).any(|window| window == clause) {
        return None;
    }
    let window = nearest(clause, page);
    let common = longest_common(clause, window);
    let missing = clause.iter().enumerate().filter(|(at, _)| !common.iter().any(|(left, _)| left == at));
    // What stands in front of the first common word and behind the last one was replaced as well, as far as the clause goes.
    let (first, last) = match (common.first(), common.last()) {
        (Some((left, right)), Some((left_last, right_last))) => {
            (right.saturating_sub(*left), right_last + (clause.len() - 1 - left_last))
        }
        _ => return Some(Difference { missing: clause.to_vec(), added: Vec::new() }),
    };
    let inside = window.iter().enumerate().filter(|(at, _)| *at >= first && *at <= last);
    let added = inside.filter(|(at, _)| !common.iter().any(|(_, right)| right == at));
    Some(Difference {
        missing: missing.map(|(_, word)| word.clone()).collect(),
        added: added.map(|(_, word)| word.clone()).collect(),
    })
}

/// The most words of a page that a clause is held against.
const WINDOW: usize = 2_000;

/// The part of the page that shares most words with the clause.
fn nearest<'a>(clause: &[String], page: &'a [String]) -> &'a [String] {
    let width = (clause.len() + clause.len() / 3 + 4).min(WINDOW);
    if page.len() <= width {
        return page;
    }
    let wanted: std::collections::BTreeSet<&String> = clause.iter().collect();
    let hits: Vec<usize> = page.iter().map(|word| usize::from(wanted.contains(word))).collect();
    let mut sum: usize = hits[..width].iter().sum();
    let (mut best, mut at) = (sum, 0);
    for start in 1..=page.len() - width {
        sum = sum + hits[start + width - 1] - hits[start - 1];
        if sum > best {
            (best, at) = (sum, start);
        }
    }
    // What was replaced at the clause's end may lie just behind the words that are shared.
    &page[at..(at + width + clause.len() / 2 + 4).min(page.len())]
}

/// Pairs of places of the longest common subsequence.
fn longest_common(left: &[String], right: &[String]) -> Vec<(usize, usize)> {
    let left = &left[..left.len().min(WINDOW)];
    let width = right.len() + 1;
    let mut lengths = vec![0_u16; (left.len() + 1) * width];
    for (i, word) in left.iter().enumerate().rev() {
        for (j, other) in right.iter().enumerate().rev() {
            lengths[i * width + j] = if word == other {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < left.len() && j < right.len() {
        if left[i] == right[j] {
            pairs.push((i, j));
            i += 1;
            j += 1;
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sections_are_split_at_numbers_that_go_on() {
        let text = "Privacy policy\n1 Scope\nThis applies to 3 sites.\n2. Purpose\nSince\n2026 we do.\n3 Contact us in 5 days.\nSecurity\n1 Measures\n2 Law\n";
        let found = sections(text);
        let heads: Vec<(&str, &str)> = found.iter().map(|one| (one.number.as_str(), one.title.as_str())).collect();
        assert_eq!(heads, [("1", "Scope"), ("2", "Purpose"), ("3", ""), ("1", "Measures"), ("2", "Law")]);
        assert_eq!(found[1].text, "2. Purpose Since 2026 we do.");
        assert_eq!(found[3].line, 9);
    }

    #[test]
    fn japanese_headings_are_read() {
        let found = sections("基本方針\n第一条（目的）\nこの方針は…\n第二条 定義\n用語は…\n");
        assert_eq!(found.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), ["第一条", "第二条"]);
        let found = sections("１　適用範囲\n当サイト\n２　基本的な考え方\n第１項の\n");
        assert_eq!(found.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["適用範囲", "基本的な考え方"]);
    }

    #[test]
    fn days_in_running_text_are_found() {
        assert_eq!(days("制定 令和６年４月１日、改正 2026/4/1。電話 03-5320-6999"), ["2024-04-01", "2026-04-01"]);
        assert_eq!(days("no day here 12.5"), Vec::<String>::new());
    }

    #[test]
    fn words_that_differ_are_shown() {
        let page = words("Menu. We keep the log for one year only, and delete it. Footer");
        assert_eq!(difference(&words("We keep the log for one year only"), &page), None);
        let differs = difference(&words("We keep the log for two years only"), &page).unwrap();
        assert_eq!(
            (differs.missing, differs.added),
            (vec!["two".to_owned(), "years".to_owned()], vec!["one".to_owned(), "year".to_owned()])
        );
        let page = words("当サイトはIPアドレスを１年間保存します。");
        assert_eq!(difference(&words("当サイトはIPアドレスを1年間保存します"), &page), None);
        assert!(
            difference(&words("当サイトはCookieを保存します"), &page).unwrap().missing.contains(&"cookie".to_owned())
        );
    }

    proptest! {
        #[test]
        fn any_text_is_split_without_a_panic(text in "(第|[0-9一二十１]{1,3}|条|[ .)(\n。]|[a-zあ-お令和年月日]){0,80}") {
            let found = sections(&text);
            let _ = days(&text);
            let all = words(&text);
            for section in &found {
                prop_assert!(!section.text.is_empty());
                // Every section stands in the text, so a page is never different from its own sections.
                prop_assert_eq!(difference(&words(&section.text), &all), None);
            }
        }
    }
}
