//! Patterns of file names (glob(7)) inside one part of a path: `*`, `?` and `[…]`; `*` never crosses a `/`.

/// Whether a pattern names a whole path, part by part.
#[must_use]
pub fn matches_path(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len() && pattern.iter().zip(&path).all(|(pattern, part)| matches(pattern, part))
}

/// Whether a pattern names one part of a path.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Of a star only the last one is ever tried again: time stays within the product of both lengths.
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        let one = pattern.get(p).and_then(|_| single(&pattern[p..], name[n]));
        if pattern.get(p) == Some(&'*') {
            star = Some((p, n));
            p += 1;
        } else if let Some(length) = one {
            p += length;
            n += 1;
        } else if let Some((at, from)) = star {
            p = at + 1;
            n = from + 1;
            star = Some((at, n));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|character| *character == '*')
}

/// Whether one character fits what the pattern begins with, and how many characters of the pattern that took.
fn single(pattern: &[char], character: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['\\', escaped, ..] => (*escaped == character).then_some(2),
        ['[', rest @ ..] => {
            let (negated, start) = match rest {
                ['!' | '^', ..] => (true, 1),
                _ => (false, 0),
            };
            // A bracket that stands first is a member, and one that never closes is itself.
            let Some(end) = rest.iter().skip(start + 1).position(|end| *end == ']').map(|at| at + start + 1) else {
                return (character == '[').then_some(1);
            };
            let members = rest.get(start..end)?;
            let (mut found, mut at) = (false, 0);
            while let Some(first) = members.get(at) {
                if let (Some('-'), Some(last)) = (members.get(at + 1), members.get(at + 2)) {
                    found |= (*first..=*last).contains(&character);
                    at += 3;
                } else {
                    found |= *first == character;
                    at += 1;
                }
            }
            (found != negated).then_some(end + 2)
        }
        [plain, ..] => (*plain == character).then_some(1),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_marks_and_sets_stay_inside_one_part() {
        for (pattern, path) in [
            ("/var/log/nginx/*.log", "/var/log/nginx/access.log"),
            ("/var/log/*/*.log", "/var/log/nginx/access.log"),
            ("/x/a?c", "/x/abc"),
            ("/x/[a-c]*[!0-9]", "/x/b1x"),
            ("/x/{a}", "/x/{a}"),
        ] {
            assert!(matches_path(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("/var/log/*.log", "/var/log/nginx/access.log"),
            ("/var/log/nginx/*.log", "/var/log/nginx/access.log.1"),
            ("/x/[!a]", "/x/a"),
            ("/x/?", "/x/"),
        ] {
            assert!(!matches_path(pattern, path), "{pattern} {path}");
        }
    }

    proptest! {
        #[test]
        fn a_name_matches_itself_with_stars_in_it(name in "[a-z.]{0,12}", at in 0_usize..12) {
            let at = at.min(name.len());
            let starred = format!("{}*{}", &name[..at], &name[at..]);
            prop_assert!(matches(&name, &name));
            prop_assert!(matches(&starred, &name));
        }

        #[test]
        fn anything_ends(pattern in "[a*?!\\[\\]-]{0,30}", name in "[a-c]{0,60}") {
            let _ = matches(&pattern, &name);
        }
    }
}
