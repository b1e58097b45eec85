//! Runs of digits: My Number, payment cards, telephone numbers. A check digit alone proves nothing: one random number
//! in ten passes it, so that a hit without context is for a person to look at.

use super::key::{Key, Meaning};
use super::{Class, Tier};

/// What a number is: class, tier, where it begins, and the place after it.
pub(super) type Verdict = Option<(Class, Tier, usize, usize)>;

/// One number as written: its digits, the lengths of its groups, what stands between them.
struct Run {
    digits: [u8; DIGITS],
    count: usize,
    groups: [usize; GROUPS],
    group_count: usize,
    /// Where each group ends.
    ends: [usize; GROUPS],
    plus: bool,
    /// Groups may belong to different numbers: what stands between them is a space.
    loose: bool,
    /// A value that stands behind `=`, `:` or a quote.
    in_a_pair: bool,
}

/// The longest run that is one of ours.
const DIGITS: usize = 20;
const GROUPS: usize = 6;
/// The fewest bytes of a number without a name: shorter ones are judged by a name alone.
const SHORTEST: usize = 11;

/// The number that begins with the digit at `at`, where no known name stands before it.
#[inline]
pub(super) fn unnamed(line: &[u8], at: usize) -> Verdict {
    if !may_begin(line, at) {
        return None;
    }
    let run = run(line, at)?;
    for count in cuts(&run) {
        let part = run.cut(count);
        if !ends_here(line, part.end) || part.end < at + SHORTEST {
            continue;
        }
        let verdict = my_number(&part, false)
            .map(|tier| (Class::MyNumber, tier))
            .or_else(|| card(&part, false).map(|tier| (Class::Card, tier)))
            .or_else(|| phone(&part, false).map(|tier| (Class::Phone, tier)));
        if let Some((class, tier)) = verdict {
            return Some((class, tier, at, part.end));
        }
    }
    None
}

/// Whether the first group can begin a number of ours: most digits of a log are passed over here.
#[inline]
fn may_begin(line: &[u8], at: usize) -> bool {
    let Some(first) = line.get(at).filter(|byte| byte.is_ascii_digit()) else { return false };
    if !begins(line, at) {
        return false;
    }
    // A telephone number, or one behind a plus.
    if *first == b'0' || at > 0 && line[at - 1] == b'+' {
        return true;
    }
    let mut length = 1;
    while length < DIGITS && line.get(at + length).is_some_and(u8::is_ascii_digit) {
        length += 1;
    }
    match length {
        // My Number and cards in groups.
        4 => true,
        // My Number behind a sign of a pair.
        12 => at.checked_sub(1).is_some_and(|sign| b"=:\"(".contains(&line[sign])),
        14..=19 => (b'2'..=b'6').contains(first),
        _ => false,
    }
}

/// Whether a number can begin behind what stands before `at`.
fn begins(line: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| !(line[before].is_ascii_alphanumeric() || b"_-.".contains(&line[before])))
}

/// The number that begins at `at`, behind a name that says what it is.
pub(super) fn named(line: &[u8], at: usize, key: Key) -> Verdict {
    let signs = line.get(at..)?.iter().take(3).take_while(|byte| b" +(".contains(byte)).count();
    let run = run(line, at + signs)?;
    for count in cuts(&run) {
        let part = run.cut(count);
        if !ends_here(line, part.end) {
            continue;
        }
        let verdict = match key.meaning {
            Meaning::MyNumber => my_number(&part, true).map(|tier| (Class::MyNumber, tier)),
            Meaning::Card => card(&part, true).map(|tier| (Class::Card, tier)),
            _ => phone(&part, true).map(|tier| (Class::Phone, tier)),
        };
        if let Some((class, tier)) = verdict {
            return Some((class, tier, at + signs, part.end));
        }
    }
    None
}

fn ends_here(line: &[u8], end: usize) -> bool {
    line.get(end).is_none_or(|byte| !(byte.is_ascii_alphanumeric() || b"_-".contains(byte)))
}

/// How many groups are looked at together: all of them, and fewer where a space may part two numbers.
fn cuts(run: &Run) -> impl Iterator<Item = usize> {
    let least = if run.loose { 1 } else { run.group_count };
    (least..=run.group_count).rev()
}

/// The leading groups of a run.
struct Part<'a> {
    digits: &'a [u8],
    groups: &'a [usize],
    end: usize,
    plus: bool,
    in_a_pair: bool,
}

impl Run {
    fn cut(&self, count: usize) -> Part<'_> {
        let groups = &self.groups[..count];
        Part {
            digits: &self.digits[..groups.iter().sum::<usize>().min(self.count)],
            groups,
            end: self.ends[count - 1],
            plus: self.plus,
            in_a_pair: self.in_a_pair,
        }
    }
}

fn run(line: &[u8], at: usize) -> Option<Run> {
    let before = at.checked_sub(1).map(|before| line[before]);
    if !line.get(at)?.is_ascii_digit() || !begins(line, at) {
        return None;
    }
    // A plus behind a letter or digit is a space of a form.
    let plus = before == Some(b'+')
        && at.checked_sub(2).is_none_or(|sign| !line[sign].is_ascii_alphanumeric() && line[sign] != b')');
    let sign = at - usize::from(matches!(before, Some(b'+' | b'(')));
    let mut run = Run {
        digits: [0; DIGITS],
        count: 0,
        groups: [0; GROUPS],
        group_count: 0,
        ends: [0; GROUPS],
        plus,
        loose: false,
        in_a_pair: sign.checked_sub(1).is_some_and(|sign| b"=:\"".contains(&line[sign])),
    };
    let (mut place, mut between) = (at, None);
    loop {
        let length = line[place..].iter().take(DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
        if run.count + length > DIGITS {
            // The end of what is kept: a number that goes on is none of ours.
            return (run.group_count > 0 && run.loose).then_some(run);
        }
        for (kept, byte) in run.digits[run.count..].iter_mut().zip(&line[place..place + length]) {
            *kept = byte - b'0';
        }
        run.count += length;
        place += length;
        run.groups[run.group_count] = length;
        run.ends[run.group_count] = place;
        run.group_count += 1;
        let width = line[place..].iter().take(3).take_while(|byte| b" -+()".contains(byte)).count();
        let joint = &line[place..place + width];
        // One kind of sign in the whole number: `200 4111-…` is a status and a number.
        let kind = match joint {
            [b'-'] => b'-',
            [b' ' | b'+'] => b' ',
            [b'(' | b')'] | [b')', b' ' | b'-'] | [b' ', b'('] => b'(',
            _ => return Some(run),
        };
        let same = match between {
            None => true,
            Some(b'(') => true,
            Some(first) => first == kind,
        };
        if !same || run.group_count == GROUPS || !line.get(place + width).is_some_and(u8::is_ascii_digit) {
            return Some(run);
        }
        between = between.or(Some(kind));
        run.loose |= kind == b' ';
        place += width;
    }
}

/// Twelve digits with the check digit of the ministerial ordinance under the My Number Act (2014, no. 85, article 5).
fn my_number(part: &Part<'_>, named: bool) -> Option<Tier> {
    let grouped = part.groups == [4, 4, 4];
    if part.plus || !(grouped || part.groups == [12]) {
        return None;
    }
    let (check, rest) = part.digits.split_last()?;
    let sum: u32 =
        rest.iter().rev().zip(1_u32..).map(|(digit, n)| u32::from(*digit) * if n <= 6 { n + 1 } else { n - 5 }).sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        remainder => 11 - remainder,
    };
    if u32::from(*check) != expected || (!named && is_time(part.digits)) || is_one_digit(part.digits) {
        return None;
    }
    match named {
        true => Some(Tier::Confirmed),
        false => (grouped || part.in_a_pair).then_some(Tier::Suspect),
    }
}

/// Luhn's check digit (ISO/IEC 7812-1, annex B) with an issuer's prefix and length.
fn card(part: &Part<'_>, named: bool) -> Option<Tier> {
    let digits = part.digits;
    let shape = matches!(part.groups, [14..=19] | [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4]);
    if part.plus || !shape || is_time(digits) || is_one_digit(digits) {
        return None;
    }
    let lead = |count: usize| digits.iter().take(count).fold(0_u32, |value, digit| value * 10 + u32::from(*digit));
    let issued = match digits.len() {
        14 => (300..=305).contains(&lead(3)) || matches!(lead(2), 36 | 38 | 39),
        15 => matches!(lead(2), 34 | 37),
        16 => {
            lead(1) == 4
                || (51..=55).contains(&lead(2))
                || (2221..=2720).contains(&lead(4))
                || (3528..=3589).contains(&lead(4))
                || lead(4) == 6011
                || (644..=659).contains(&lead(3))
                || lead(2) == 62
        }
        17..=19 => lead(2) == 62 || (lead(1) == 4 && digits.len() == 19),
        _ => false,
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit) * 2) {
            (0, double) => double / 2,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    if !issued || !sum.is_multiple_of(10) {
        return None;
    }
    Some(if named || part.groups.len() > 1 { Tier::Confirmed } else { Tier::Suspect })
}

/// A Japanese number in its published shapes, or one with a country's code.
fn phone(part: &Part<'_>, named: bool) -> Option<Tier> {
    let mut digits = part.digits;
    if part.plus && !digits.starts_with(&[8, 1]) {
        // ITU-T E.164: at most 15 digits, and no country's code begins with a zero.
        let shape = (8..=15).contains(&digits.len()) && digits.first() != Some(&0) && !is_time(digits);
        return shape.then_some(if named { Tier::Confirmed } else { Tier::Suspect });
    }
    let mut national = [0; DIGITS + 1];
    if part.plus {
        let rest = digits.get(2..)?;
        let rest = rest.strip_prefix(&[0]).unwrap_or(rest);
        national[1..=rest.len()].copy_from_slice(rest);
        digits = &national[..=rest.len()];
    }
    // 060 was opened for mobile telephones in July 2026.
    let is_mobile = digits.len() == 11 && matches!(digits, [0, 5..=9, 0, 1..=9, ..]);
    let is_fixed = digits.len() == 10 && has_area(digits);
    // Numbers of services belong to nobody: free calls, navigation, information.
    let is_service =
        matches!(digits, [0, 1, 2, 0, ..] | [0, 8, 0, 0, ..] | [0, 5, 7, 0, ..] | [0, 9, 9, 0, ..] | [0, 1, 8, 0, ..]);
    if !(is_mobile || is_fixed) || is_service || is_one_digit(&digits[1..]) {
        return None;
    }
    let shape = match part.groups {
        [3, 4, 4] => is_mobile,
        [2, 4, 4] => is_fixed && matches!(digits, [0, 3 | 6, ..]),
        [3, 3, 4] | [4, 2, 4] | [5, 1, 4] => is_fixed && !matches!(digits, [0, 3 | 6, ..]),
        _ => false,
    };
    if named || part.plus || shape {
        return Some(Tier::Confirmed);
    }
    (is_mobile && part.in_a_pair).then_some(Tier::Suspect)
}

/// Area codes by their first two digits behind the zero (numbering plan of the Ministry of Internal Affairs and
/// Communications); 03 and 06 have eight digits behind them.
fn has_area(digits: &[u8]) -> bool {
    match digits {
        [0, 3 | 6, local, ..] => *local != 0,
        [0, 1, second, ..] => matches!(second, 1..=9),
        [0, 2, second, ..] => matches!(second, 2..=9),
        [0, 4 | 7, second, ..] => matches!(second, 1..=9),
        [0, 5, second, ..] => matches!(second, 2..=9),
        [0, 8, second, ..] => matches!(second, 2..=9),
        [0, 9, second, ..] => matches!(second, 2..=9),
        _ => false,
    }
}

fn is_one_digit(digits: &[u8]) -> bool {
    digits.iter().all(|digit| Some(digit) == digits.first())
}

/// yyyymmddHHMM with or without seconds and fractions.
fn is_time(digits: &[u8]) -> bool {
    let pair = |at: usize| digits.get(at..at + 2).map_or(99, |pair| pair[0] * 10 + pair[1]);
    digits.len() >= 12
        && matches!(pair(0), 19 | 20)
        && (1..=12).contains(&pair(4))
        && (1..=31).contains(&pair(6))
        && pair(8) < 24
        && pair(10) < 60
}
