//! Where a host takes its time from: chrony.conf, ntp.conf, timesyncd.conf.

/// A source as written, and its line, from 1.
pub type Source = (String, u32);

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    /// Servers, pools, peers and reference clocks, as written, with their lines.
    pub sources: Vec<Source>,
    /// Of these, pools: a name behind which several servers stand.
    pub pools: usize,
    /// Folders of `*.sources` files (`sourcedir`) and of further settings (`confdir`, `include`).
    pub includes: Vec<String>,
    /// Lines that could not be read.
    pub faults: Vec<(u32, String)>,
}

/// Reads chrony.conf, a `*.sources` file or ntp.conf: their lines for sources are alike.
#[must_use]
pub fn chrony(text: &str) -> Sources {
    let mut found = Sources::default();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.split(['#', '!', '%', ';']).next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(word) = words.next() else { continue };
        match (word.to_ascii_lowercase().as_str(), words.next()) {
            (kind @ ("server" | "pool" | "peer" | "refclock"), Some(name)) => {
                // ntp writes -4 or -6 in front of the name.
                let name = if matches!(name, "-4" | "-6") { words.next().unwrap_or(name) } else { name };
                found.pools += usize::from(kind == "pool");
                found.sources.push((name.to_owned(), number));
            }
            ("sourcedir" | "confdir" | "include" | "includefile", Some(path)) => found.includes.push(path.to_owned()),
            ("server" | "pool" | "peer" | "refclock" | "sourcedir" | "confdir" | "include" | "includefile", None) => {
                found.faults.push((number, format!("{word}: no name")));
            }
            _ => {}
        }
    }
    found
}

/// Reads timesyncd.conf: `NTP=`, which is emptied by an empty value; `FallbackNTP=` is used only where nothing else is.
#[must_use]
pub fn timesyncd(text: &str) -> Sources {
    let (mut ntp, mut fallback): (Vec<Source>, Option<Vec<Source>>) = (Vec::new(), None);
    let mut section = String::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut section);
        }
        let Some((key, value)) = line.split_once('=').filter(|_| section == "Time" && !line.starts_with(['#', ';']))
        else {
            continue;
        };
        let named = value.split_whitespace().map(|name| (name.to_owned(), number));
        match key.trim() {
            "NTP" if value.trim().is_empty() => ntp.clear(),
            "NTP" => ntp.extend(named),
            "FallbackNTP" => fallback = Some(named.collect()),
            _ => {}
        }
    }
    let sources = if ntp.is_empty() { fallback.unwrap_or_default() } else { ntp };
    Sources { sources, ..Sources::default() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn servers_pools_and_includes_are_read() {
        let found = chrony(
            "pool ntp.example.jp iburst # x\nserver -4 192.0.2.1\n! server no\nsourcedir /etc/chrony/sources.d\nserver\n",
        );
        assert_eq!(found.sources, [("ntp.example.jp".to_owned(), 1), ("192.0.2.1".to_owned(), 2)]);
        assert_eq!((found.pools, found.includes.len(), found.faults.len()), (1, 1, 1));
    }

    #[test]
    fn the_fallback_counts_only_alone() {
        assert_eq!(timesyncd("[Time]\nNTP=a b\nFallbackNTP=c\n").sources.len(), 2);
        assert_eq!(timesyncd("[Time]\n#NTP=a\nFallbackNTP=c\n").sources, [("c".to_owned(), 3)]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(server|pool|NTP=|\\[Time\\]|[a-z =#!\n0-9.-]){0,60}") {
            let _ = (chrony(&text), timesyncd(&text));
        }
    }
}
