//! systemd unit files: bytes -> assignments by section, with their places (systemd.syntax(7)). It knows no setting.

/// One assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Section that it stands in; empty before the first.
    pub section: String,
    /// Name of the setting.
    pub name: String,
    /// Its value, continued lines joined by a blank; empty takes back what was set before.
    pub value: String,
    /// Line of the name, from 1.
    pub line: u32,
}

/// Reads one file. Lines that are neither a section nor an assignment are left aside, as systemd does with a warning.
#[must_use]
pub fn parse(bytes: &[u8]) -> Vec<Assignment> {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let mut found: Vec<Assignment> = Vec::new();
    let mut section = String::new();
    let mut continued = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        let is_comment = line.starts_with('#') || line.starts_with(';');
        if continued {
            // A comment inside a continued value is left out, and the value goes on behind it.
            if is_comment {
                continue;
            }
            continued = line.ends_with('\\');
            if let Some(last) = found.last_mut() {
                last.value.push(' ');
                last.value.push_str(line.trim_end_matches('\\').trim());
            }
            continue;
        }
        if is_comment || line.is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((name, value)) = line.split_once('=') {
            continued = value.ends_with('\\');
            found.push(Assignment {
                section: section.clone(),
                name: name.trim().to_owned(),
                value: value.trim_end_matches('\\').trim().to_owned(),
                line: number,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sections_continuations_and_comments_are_read() {
        let read = parse(b"# c\n[Service]\nUser = web\nExecStart=/a \\\n # x\n  b\nUMask=\n[Install]\nWantedBy=x\n");
        let read: Vec<_> =
            read.iter().map(|one| (one.section.as_str(), one.name.as_str(), one.value.as_str(), one.line)).collect();
        assert_eq!(
            read,
            [
                ("Service", "User", "web", 3),
                ("Service", "ExecStart", "/a b", 4),
                ("Service", "UMask", "", 7),
                ("Install", "WantedBy", "x", 9)
            ]
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }
    }
}
