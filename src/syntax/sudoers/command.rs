//! Which commands lead to a log: shells, editors, pagers, copy tools, printers whose file is free.

/// Programs from which a person gets a shell or any file: shells, interpreters, editors, pagers, copy and archive tools.
const OPENERS: [&str; 40] = [
    "sh", "bash", "dash", "zsh", "ksh", "fish", "su", "sudo", "env", "python", "python3", "perl", "ruby", "node",
    "php", "lua", "vi", "vim", "nvim", "view", "nano", "emacs", "ed", "less", "more", "man", "find", "awk", "gawk",
    "sed", "tar", "cp", "mv", "dd", "rsync", "scp", "xargs", "tee", "chmod", "chown",
];
/// Programs that print a file.
const PRINTERS: [&str; 14] = [
    "cat",
    "tail",
    "head",
    "grep",
    "zcat",
    "zgrep",
    "zless",
    "strings",
    "od",
    "hexdump",
    "base64",
    "cut",
    "sort",
    "journalctl",
];

/// Whether a command lets its user read any log: everything, a shell, an editor, or a printer whose file is free.
#[must_use]
pub fn opens_logs(command: &str) -> bool {
    if command == "ALL" || command.ends_with('/') {
        return true;
    }
    let mut words = command.split_whitespace();
    let Some(path) = words.next() else { return false };
    let program = path.rsplit('/').next().unwrap_or(path);
    let arguments: Vec<&str> = words.collect();
    if path.contains(['*', '?', '[']) {
        return true;
    }
    if OPENERS.contains(&program) {
        return true;
    }
    // Without arguments any may be given; with a pattern the file is free; a named log is a log.
    let is_free =
        arguments.is_empty() || arguments.iter().any(|word| word.contains(['*', '?', '[']) || word.contains("/log"));
    PRINTERS.contains(&program) && is_free && arguments != ["\"\""]
}
