//! capability.conf(5) of pam_cap: capabilities that users get when they log in.

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Capabilities in small letters, `^` in front of those that are ambient; `all` and `none` are words of their own.
    pub capabilities: Vec<String>,
    /// Users, `@group`, or `*`.
    pub whom: Vec<String>,
    /// Line, from 1.
    pub line: u32,
}

/// Reads the file; the second part names lines that are not understood.
#[must_use]
pub fn parse(text: &str) -> (Vec<Grant>, Vec<u32>) {
    let (mut grants, mut faults) = (Vec::new(), Vec::new());
    for (line, content) in (1_u32..).zip(text.lines()) {
        let content = content.split('#').next().unwrap_or_default().trim();
        if content.is_empty() {
            continue;
        }
        let mut words = content.split_whitespace();
        let capabilities: Vec<String> =
            words.next().unwrap_or_default().split(',').map(str::to_ascii_lowercase).collect();
        let is_known = |word: &String| {
            let bare = word.trim_start_matches(['^', '!']);
            matches!(bare, "all" | "none") || bare.starts_with("cap_") || bare.bytes().all(|byte| byte.is_ascii_digit())
        };
        let whom: Vec<String> = words.map(str::to_owned).collect();
        if whom.is_empty() || !capabilities.iter().all(is_known) {
            faults.push(line);
        } else {
            grants.push(Grant { capabilities, whom, line });
        }
    }
    (grants, faults)
}

/// The ambient capability by which a user may read every file, of the first line that names the user, as pam_cap takes it.
/// A capability that is only inherited does nothing by itself.
#[must_use]
pub fn reads_all<'a>(grants: &'a [Grant], user: &str, groups: &[&str]) -> Option<&'a str> {
    let is_of = |who: &String| match who.strip_prefix('@') {
        Some(group) => groups.contains(&group),
        None => who == user || who == "*",
    };
    let first = grants.iter().find(|grant| grant.whom.iter().any(is_of))?;
    let reading = ["^cap_dac_read_search", "^cap_dac_override", "^cap_sys_admin", "^all"];
    first.capabilities.iter().map(String::as_str).find(|word| reading.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_line_that_names_a_user_counts() {
        let text = "# all\nnone taro\n^cap_dac_read_search,cap_net_raw @ops taro hanako # readers\ncap_dac_override jiro\nbad\nwhat x\n";
        let (grants, faults) = parse(text);
        assert_eq!((grants.len(), faults), (3, vec![5, 6]));
        assert_eq!(reads_all(&grants, "hanako", &[]), Some("^cap_dac_read_search"));
        assert_eq!(reads_all(&grants, "x", &["ops"]), Some("^cap_dac_read_search"));
        assert_eq!(reads_all(&grants, "taro", &[]), None);
        assert_eq!(reads_all(&grants, "jiro", &[]), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,60}") {
            let _ = parse(&text);
        }
    }
}
