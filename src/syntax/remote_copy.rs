//! Commands that take files to another machine: which program, and where to, out of the words of a job or unit. Nothing is
//! run and nothing is kept of a command but hosts: users, paths, keys and passwords stay where they are.

/// One way out that a command names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteCopy {
    /// The program by its own name, such as `rsync`.
    pub program: String,
    /// Host or address in lower case; `None` where the command does not say it (a variable, a remote of rclone).
    pub host: Option<String>,
    /// The name of a remote that the program's own settings explain.
    pub remote: Option<String>,
}

/// Programs whose arguments `[USER@]HOST:PATH` mean another machine.
const BY_COLON: [&str; 4] = ["rsync", "scp", "sftp", "borg"];
/// Programs that know other machines by URL alone, or by `sftp:HOST:PATH`.
const BY_URL: [&str; 10] = ["curl", "restic", "duplicity", "lftp", "aws", "gsutil", "gcloud", "az", "azcopy", "mc"];
/// Programs that exist to send files away, so that they do even where the words do not say where to.
const ALWAYS: [&str; 5] = ["scp", "sftp", "borg", "restic", "duplicity"];
/// Schemes whose authority is a bucket, and the host behind it.
const BUCKETS: [(&str, &str); 3] =
    [("s3", "s3.amazonaws.com"), ("gs", "storage.googleapis.com"), ("b2", "backblazeb2.com")];

/// Every way out in one command line; a pipeline or list of commands is read as one.
#[must_use]
pub fn remote_copies(command: &str) -> Vec<RemoteCopy> {
    let words: Vec<&str> = command
        .split(|sign: char| sign.is_whitespace() || ";|&()'\"<>`".contains(sign))
        .filter(|word| !word.is_empty())
        .collect();
    let mut found: Vec<RemoteCopy> = Vec::new();
    let mut program: Option<&str> = None;
    let mut named = false;
    let end = |program: Option<&str>, named: bool, found: &mut Vec<RemoteCopy>| {
        if let Some(program) = program.filter(|program| !named && ALWAYS.contains(program)) {
            found.push(RemoteCopy { program: program.to_owned(), host: None, remote: None });
        }
    };
    for word in words {
        let name = word.rsplit('/').next().unwrap_or(word);
        if name == "curl" && !uploads(command) {
            continue;
        }
        if !word.contains([':', '=', '@']) && (BY_COLON.contains(&name) || BY_URL.contains(&name) || name == "rclone") {
            end(program, named, &mut found);
            (program, named) = (Some(name), false);
            continue;
        }
        let Some(of) = program else { continue };
        let value = word.split_once('=').filter(|(key, _)| key.starts_with('-')).map_or(word, |(_, value)| value);
        let Some(way) = destination(of, value) else { continue };
        named = true;
        if !found.contains(&way) {
            found.push(way);
        }
    }
    end(program, named, &mut found);
    found
}

/// Whether the words of a curl command send something rather than fetch it (curl(1): -T, -F, -d and their long names).
fn uploads(command: &str) -> bool {
    command.split_whitespace().any(|word| match word.strip_prefix("--") {
        Some(long) => ["upload-file", "form", "data"].iter().any(|name| long.starts_with(name)),
        None => word.strip_prefix('-').is_some_and(|short| short.contains(['T', 'F', 'd'])),
    })
}

/// The host of a remote file system as fstab(5) names it: `HOST:/PATH`, `//HOST/SHARE`, `USER@HOST:PATH`.
#[must_use]
pub fn mounted_host(device: &str) -> Option<String> {
    match device.strip_prefix("//") {
        Some(rest) => host(rest.split('/').next()?),
        None => {
            let (place, path) = device.split_once(":/")?;
            (!place.contains('/') && !path.starts_with('/')).then(|| host(place))?
        }
    }
}

/// The host of a git remote: a URL or `[USER@]HOST:PATH`; `None` for a folder of this machine.
#[must_use]
pub fn git_host(url: &str) -> Option<String> {
    match url.split_once("://") {
        Some(("file", _)) => None,
        Some((_, rest)) => host(rest.split('/').next()?),
        None => {
            let (place, _) = url.split_once(':')?;
            (!place.contains('/')).then(|| host(place))?
        }
    }
}

fn destination(program: &str, word: &str) -> Option<RemoteCopy> {
    let way = |host: Option<String>, remote: Option<&str>| RemoteCopy {
        program: program.to_owned(),
        host,
        remote: remote.map(str::to_owned),
    };
    if word.starts_with('-') {
        return None;
    }
    if let Some((scheme, rest)) = word.split_once("://") {
        // `s3:https://HOST/BUCKET` is restic's way to name a service of its own.
        let scheme = scheme.rsplit(':').next().unwrap_or(scheme).rsplit('+').next_back().unwrap_or(scheme);
        if scheme == "file" {
            return None;
        }
        let bucket = BUCKETS.iter().find(|(name, _)| *name == scheme).map(|(_, host)| (*host).to_owned());
        return Some(way(bucket.or_else(|| host(rest.split('/').next().unwrap_or(rest))), None));
    }
    if program == "rclone" {
        let (remote, _) = word.split_once(':')?;
        let is_name =
            !remote.is_empty() && remote.chars().all(|sign| sign.is_ascii_alphanumeric() || "_-. +@".contains(sign));
        return is_name.then(|| way(None, Some(remote)));
    }
    if let Some(rest) = word.strip_prefix("sftp:") {
        return Some(way(host(rest.split('/').next().unwrap_or(rest)), None));
    }
    if BY_COLON.contains(&program) {
        // A word with a slash before the colon is a path (rsync(1)); a variable names a host that nobody sees here.
        let place = word.split('/').next().unwrap_or(word);
        return (place.contains(':') && !place.starts_with(':')).then(|| way(host(place), None));
    }
    None
}

/// A host out of `[USER[:PASSWORD]@]HOST[:PORT]`; `None` where it is no name.
fn host(authority: &str) -> Option<String> {
    let place = authority.rsplit('@').next().unwrap_or(authority);
    if let Some(address) = place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.0.parse::<std::net::Ipv6Addr>().ok().map(|address| address.to_string());
    }
    let name = place.split(':').next().unwrap_or(place).trim_end_matches('.').to_ascii_lowercase();
    let is_name = !name.is_empty()
        && name.len() <= 253
        && name.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._".contains(sign))
        && !name.starts_with(['-', '.']);
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hosts(command: &str) -> Vec<Option<String>> {
        remote_copies(command).into_iter().map(|way| way.host).collect()
    }

    #[test]
    fn destinations_are_told_from_paths_options_and_passwords() {
        let one = |name: &str| vec![Some(name.to_owned())];
        for (command, wanted) in [
            ("rsync -a --delete /srv/www/ backup@Backup.example.net:/www/", one("backup.example.net")),
            ("/usr/bin/rsync -e 'ssh -p 22' /var/www rsync://192.0.2.7/www", one("192.0.2.7")),
            ("tar c / | scp - ops@[2001:db8::7]:x", one("2001:db8::7")),
            ("restic -r sftp:user@vault.example.net:/repo backup /srv", one("vault.example.net")),
            ("restic -r s3:https://store.example.net/bucket backup /srv", one("store.example.net")),
            ("borg create ssh://u:secret@borg.example.net/./r::a /srv", one("borg.example.net")),
            ("aws s3 sync /srv s3://city-backup", one("s3.amazonaws.com")),
            ("duplicity --file-prefix=x /srv sftp://d.example.net/x", one("d.example.net")),
            ("rsync -a /srv/ /mnt/copy/", Vec::new()),
            ("rsync -a /srv/a:b /mnt", Vec::new()),
            ("scp $FILE $TARGET", vec![None]),
            ("restic backup /srv", vec![None]),
            ("echo hello:world", Vec::new()),
        ] {
            assert_eq!(hosts(command), wanted, "{command}");
        }
        let rclone = remote_copies("rclone sync /srv vault:www");
        assert_eq!(rclone[0].remote.as_deref(), Some("vault"));
    }

    #[test]
    fn mounts_and_repositories_name_hosts_too() {
        assert_eq!(mounted_host("nas.example.net:/export").as_deref(), Some("nas.example.net"));
        assert_eq!(mounted_host("//nas.example.net/share").as_deref(), Some("nas.example.net"));
        assert_eq!(mounted_host("/dev/sda1"), None);
        assert!(mounted_host("UUID=0a:/x").is_none());
        assert_eq!(git_host("git@git.example.net:city/www.git").as_deref(), Some("git.example.net"));
        assert_eq!(git_host("https://u:p@git.example.net/city/www.git").as_deref(), Some("git.example.net"));
        assert_eq!((git_host("/srv/repo.git"), git_host("file:///srv/repo")), (None, None));
    }

    proptest! {
        #[test]
        fn any_command_is_read_and_gives_names_only(command in "(rsync|scp|restic|rclone|aws|[a-z0-9@:/$\\[\\]='\" .-]){0,60}") {
            for way in remote_copies(&command) {
                prop_assert!(way.host.is_none_or(|host| !host.contains(['@', '/', ' '])));
            }
            let _ = (mounted_host(&command), git_host(&command));
        }
    }

    #[test]
    fn curl_is_a_way_out_where_it_sends() {
        let hosts = |command: &str| remote_copies(command).into_iter().filter_map(|way| way.host).collect::<Vec<_>>();
        assert_eq!(hosts("curl -sT /var/log/nginx/access.log.1 https://drop.example.org/in/"), ["drop.example.org"]);
        assert!(hosts("curl -s https://www.example.jp/health").is_empty());
    }
}
