//! Runs of digits: My Number, payment cards, telephone numbers. A check digit alone proves nothing: one random number
//! in ten passes it, so that a hit without context is for a person to look at.

use super::text::{Found, key_before};
use super::{Class, Tier};

/// One run: its digits, the lengths of its groups, what stands between them.
struct Run {
    digits: Vec<u8>,
    groups: Vec<usize>,
    end: usize,
    plus: bool,
}

/// The longest run that is one of ours.
const DIGITS: usize = 19;

/// Looks at the run of digits that begins here. Gives where to go on.
pub(super) fn number(line: &[u8], at: usize, hit: &mut Found<'_>) -> usize {
    let first = at + line[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let before = at.checked_sub(1).map(|before| line[before]);
    if before.is_some_and(|byte| byte.is_ascii_alphabetic() || b"_-.".contains(&byte)) {
        return first;
    }
    let run = run(line, at, before);
    if line.get(run.end).is_some_and(|byte| byte.is_ascii_alphabetic() || b"_-".contains(byte)) || run.digits.len() < 8
    {
        return first;
    }
    let sign = at - usize::from(run.plus);
    let key = sign.checked_sub(1).filter(|sign| b"=:\"".contains(&line[*sign])).map(|mut sign| {
        while sign > 0 && b"=:\"".contains(&line[sign]) {
            sign -= 1;
        }
        key_before(line, sign + 1).to_ascii_lowercase()
    });
    let named = |words: &[&'static str]| -> Option<&'static str> {
        let key = key.as_deref()?;
        words.iter().copied().find(|word| key.windows(word.len()).any(|window| window == word.as_bytes()))
    };
    let value = &line[at..run.end];
    let in_a_pair = key.is_some();
    if let Some((tier, name)) =
        my_number(&run, named(&["mynumber", "my_number", "kojinbango", "kojin_bango"]), in_a_pair)
    {
        hit(Class::MyNumber, tier, name, value);
    } else if let Some((tier, name)) = card(&run, named(&["card", "ccnum", "cc_number", "pan"])) {
        hit(Class::Card, tier, name, value);
    } else if let Some((tier, name)) =
        phone(&run, named(&["phone", "tel", "denwa", "mobile", "keitai", "fax"]), in_a_pair)
    {
        hit(Class::Phone, tier, name, value);
    }
    run.end
}

fn run(line: &[u8], at: usize, before: Option<u8>) -> Run {
    let mut run = Run { digits: Vec::new(), groups: vec![0], end: at, plus: before == Some(b'+') };
    let mut between = None;
    while let Some(&byte) = line.get(run.end) {
        if byte.is_ascii_digit() {
            run.digits.push(byte - b'0');
            *run.groups.last_mut().unwrap_or(&mut 0) += 1;
        } else {
            let goes_on = line.get(run.end + 1).is_some_and(u8::is_ascii_digit);
            // One sign in the whole number: `200 4111-…` is a status and a number.
            if !goes_on || !b"- ".contains(&byte) || between.is_some_and(|sign| sign != byte) || run.groups.len() > 5 {
                break;
            }
            between = Some(byte);
            run.groups.push(0);
        }
        run.end += 1;
        if run.digits.len() > DIGITS + 20 {
            break;
        }
    }
    run
}

type Verdict = Option<(Tier, Option<&'static str>)>;

/// Twelve digits with the check digit of the ministerial ordinance under the My Number Act (2014, no. 85, article 5).
fn my_number(run: &Run, named: Option<&'static str>, in_a_pair: bool) -> Verdict {
    let grouped = run.groups == [4, 4, 4];
    if run.plus || !(grouped || run.groups == [12]) {
        return None;
    }
    let (check, rest) = run.digits.split_last()?;
    let sum: u32 =
        rest.iter().rev().zip(1_u32..).map(|(digit, n)| u32::from(*digit) * if n <= 6 { n + 1 } else { n - 5 }).sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        remainder => 11 - remainder,
    };
    if u32::from(*check) != expected || (named.is_none() && is_time(&run.digits)) {
        return None;
    }
    match named {
        Some(name) => Some((Tier::Confirmed, Some(name))),
        None => (grouped || in_a_pair).then_some((Tier::Suspect, None)),
    }
}

/// Luhn's check digit (ISO/IEC 7812-1, annex B) with an issuer's prefix and length.
fn card(run: &Run, named: Option<&'static str>) -> Verdict {
    let digits = &run.digits;
    let shape = matches!(run.groups.as_slice(), [14..=19] | [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4]);
    if run.plus || !shape || is_time(digits) {
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
    let is_one_digit = digits.iter().all(|digit| Some(digit) == digits.first());
    if !issued || !sum.is_multiple_of(10) || is_one_digit {
        return None;
    }
    let sure = named.is_some() || run.groups.len() > 1;
    Some((if sure { Tier::Confirmed } else { Tier::Suspect }, named))
}

/// A Japanese number in its published shapes, or one with a country's code.
fn phone(run: &Run, named: Option<&'static str>, in_a_pair: bool) -> Verdict {
    let mut digits = run.digits.as_slice();
    let abroad = run.plus && !digits.starts_with(&[8, 1]);
    if abroad {
        let sure = named.is_some() && (8..=15).contains(&digits.len()) && digits[0] != 0;
        return sure.then_some((Tier::Confirmed, named));
    }
    let national: Vec<u8>;
    if run.plus {
        national = [&[0], digits[2..].strip_prefix(&[0]).unwrap_or(&digits[2..])].concat();
        digits = &national;
    }
    let is_mobile = digits.len() == 11 && matches!(digits, [0, 5..=9, 0, 1..=9, ..]);
    let is_fixed = digits.len() == 10 && matches!(digits, [0, 1..=9, ..]) && digits[2] + digits[3] != 0;
    // Numbers of services belong to nobody: free calls, navigation, information.
    let is_service =
        matches!(digits, [0, 1, 2, 0, ..] | [0, 8, 0, 0, ..] | [0, 5, 7, 0, ..] | [0, 9, 9, 0, ..] | [0, 1, 8, 0, ..]);
    if !(is_mobile || is_fixed) || is_service {
        return None;
    }
    let shape = match run.groups.as_slice() {
        [3, 4, 4] => is_mobile,
        [2..=5, 1..=4, 4] => is_fixed,
        _ => false,
    };
    if named.is_some() || run.plus || shape {
        return Some((Tier::Confirmed, named));
    }
    (is_mobile && in_a_pair).then_some((Tier::Suspect, None))
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
