//! Settings in sections, `[Section]` and `Key=Value`, as systemd writes them.

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The section that it stands in; empty before the first.
    pub section: String,
    /// Key.
    pub key: String,
    /// Value, blanks around it dropped.
    pub value: String,
    /// Line, from 1.
    pub line: u32,
}

/// Reads all settings in order; comments and lines without `=` are passed over.
#[must_use]
pub fn parse(text: &str) -> Vec<Setting> {
    let (mut settings, mut section) = (Vec::new(), String::new());
    for (line, text) in (1_u32..).zip(text.lines()) {
        let text = text.trim();
        if let Some(name) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = text.split_once('=').filter(|_| !text.starts_with(['#', ';'])) {
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            settings.push(Setting { section: section.clone(), key, value, line });
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keys_and_comments_are_told_apart() {
        let settings = parse("a=1\n[Upload]\n# URL=x\nURL = https://x\n");
        assert_eq!(settings.len(), 2);
        assert_eq!(
            (settings[1].section.as_str(), settings[1].value.as_str(), settings[1].line),
            ("Upload", "https://x", 4)
        );
    }
}
