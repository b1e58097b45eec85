//! Which commands lead to a log: shells, editors, pagers, copy tools, printers whose file is free.

/// Programs from which a person gets a shell or any file: shells, interpreters, editors, pagers, tools that copy, pack, run
/// another program, or rewrite who may read.
const OPENERS: [&[&str]; 6] = [
    &["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish", "rbash", "busybox"],
    &[
        "su",
        "sudo",
        "doas",
        "runuser",
        "pkexec",
        "env",
        "nice",
        "ionice",
        "timeout",
        "time",
        "nohup",
        "setsid",
        "stdbuf",
        "xargs",
        "watch",
        "script",
        "screen",
        "tmux",
        "expect",
        "chroot",
        "unshare",
        "nsenter",
        "setpriv",
        "capsh",
        "chrt",
        "taskset",
        "flock",
        "run-parts",
        "start-stop-daemon",
        "ssh",
        "at",
        "batch",
        "systemd-run",
        "ctr",
        "lxc",
        "strace",
        "ltrace",
        "gdb",
        "perf",
    ],
    &[
        "python",
        "python2",
        "python3",
        "perl",
        "ruby",
        "irb",
        "node",
        "php",
        "lua",
        "tclsh",
        "wish",
        "guile",
        "jjs",
        "jshell",
        "ghci",
        "awk",
        "gawk",
        "mawk",
        "nawk",
        "sqlite3",
        "mysql",
        "psql",
        "ftp",
        "sftp",
        "cpan",
        "ansible-playbook",
    ],
    &[
        "vi",
        "vim",
        "nvim",
        "view",
        "rvim",
        "rview",
        "vimdiff",
        "ex",
        "nano",
        "rnano",
        "pico",
        "emacs",
        "emacsclient",
        "ed",
        "red",
        "joe",
        "jed",
        "mg",
        "mcedit",
        "mc",
        "micro",
        "ne",
        "visudo",
        "vipw",
        "vigr",
    ],
    &["less", "more", "most", "pg", "man", "info", "lesspipe", "bat", "batcat", "zless", "zmore"],
    &[
        "find", "fd", "sed", "tar", "bsdtar", "zip", "unzip", "7z", "cpio", "ar", "cp", "mv", "install", "ln", "dd",
        "rsync", "scp", "tee", "chmod", "chown", "chgrp", "setfacl", "chattr", "setcap", "nc", "ncat", "netcat",
        "socat", "curl", "wget", "openssl", "tcpdump", "debugfs",
    ],
];
/// Programs that lead anywhere while their arguments are free, and do one thing where they are given.
const FREE: &[&str] = &[
    "git",
    "apt",
    "apt-get",
    "aptitude",
    "dpkg",
    "rpm",
    "yum",
    "dnf",
    "pip",
    "pip3",
    "npm",
    "gem",
    "systemctl",
    "docker",
    "podman",
    "nerdctl",
    "kubectl",
    "make",
    "mount",
    "umount",
    "usermod",
    "gpasswd",
    "adduser",
    "passwd",
    "crontab",
    "restic",
    "borg",
    "rclone",
    "machinectl",
];
/// Their first arguments that open a pager or an editor, from which a shell is one key away.
const PAGED: &[(&str, &[&str])] = &[
    ("systemctl", &["status", "cat", "edit", "show", "help", "list-units", "list-unit-files", "list-timers"]),
    ("git", &["log", "diff", "show", "blame", "help", "reflog", "commit", "rebase"]),
    ("crontab", &["-e"]),
    ("apt", &["changelog"]),
    ("apt-get", &["changelog"]),
];
/// Programs that print a file.
const PRINTERS: &[&str] = &[
    "cat",
    "tac",
    "tail",
    "tailf",
    "head",
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "ag",
    "zcat",
    "zgrep",
    "zegrep",
    "bzcat",
    "bzgrep",
    "xzcat",
    "xzgrep",
    "zstdcat",
    "gunzip",
    "gzip",
    "strings",
    "od",
    "hd",
    "xxd",
    "hexdump",
    "base32",
    "base64",
    "cut",
    "sort",
    "uniq",
    "nl",
    "pr",
    "fold",
    "fmt",
    "paste",
    "join",
    "comm",
    "diff",
    "colordiff",
    "cmp",
    "rev",
    "expand",
    "unexpand",
    "column",
    "iconv",
    "jq",
    "multitail",
    "lnav",
    "goaccess",
    "journalctl",
    "sudoedit",
    "split",
    "csplit",
    "shuf",
    "ptx",
    "look",
    "file",
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
    if OPENERS.iter().any(|programs| programs.contains(&program)) {
        return true;
    }
    if FREE.contains(&program) {
        let verb = arguments.iter().find(|word| !word.starts_with("--"));
        let is_paged = PAGED.iter().any(|(of, verbs)| *of == program && verb.is_some_and(|verb| verbs.contains(verb)));
        let has_pattern = arguments.iter().any(|word| word.contains(['*', '?', '[']));
        return arguments.is_empty() || has_pattern || (is_paged && !arguments.contains(&"--no-pager"));
    }
    // Without arguments any may be given; with a pattern the file is free; a named log is a log.
    let is_free =
        arguments.is_empty() || arguments.iter().any(|word| word.contains(['*', '?', '[']) || word.contains("/log"));
    PRINTERS.contains(&program) && is_free && arguments != ["\"\""]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_editors_pagers_wildcards_and_free_printers_open_logs() {
        for command in [
            "ALL",
            "/usr/bin/",
            "/bin/bash",
            "/usr/bin/vim /etc/hosts",
            "/usr/bin/less /var/log/nginx/access.log",
            "/usr/bin/systemctl status nginx",
            "/usr/bin/git log",
            "/usr/bin/docker",
            "/usr/bin/apt-get *",
            "/usr/bin/cat",
            "/usr/bin/cat /var/log/nginx/*",
            "/usr/bin/tail -f /var/log/nginx/access.log",
            "/opt/tools/*",
            "sudoedit /var/log/nginx/access.log",
            "/usr/bin/env",
            "/usr/bin/tar cf /tmp/a.tar /etc/nginx",
        ] {
            assert!(opens_logs(command), "{command}");
        }
        for command in [
            "/usr/sbin/nginx -s reload",
            "/usr/bin/cat /etc/motd",
            "/usr/bin/cat \"\"",
            "/usr/sbin/service nginx restart",
            "",
        ] {
            assert!(!opens_logs(command), "{command}");
        }
    }
}
