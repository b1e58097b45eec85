//! A target -> the site file that stands for it: a site file, a folder, an https:// URL, or configuration files, which are
//! recognised by their content.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::LoadError;
use super::reader::{self, YAML_LIMIT_BYTES};
use super::site::{LoadOptions, host_of};
use super::tree::{Tree, tree_from_yaml};

/// What a target stands for.
#[derive(Debug, Default)]
pub(super) struct Target {
    /// The site file, read or made up.
    pub(super) site: Json,
    /// Places in it; none where it was made up.
    pub(super) tree: Tree,
    /// The folder to which relative paths belong.
    pub(super) base: PathBuf,
    /// Files of a folder in which nothing was recognised.
    pub(super) unrecognised: Vec<String>,
}

/// Bytes of a file by which it is recognised.
const HEAD_BYTES: u64 = 64 * 1024;
/// Files of one folder that are looked at.
const FILES: usize = 100_000;

/// Reads a target.
///
/// # Errors
/// `Target` where it is nothing that can be looked at, and whatever is wrong with a site file.
pub(super) fn read_target(target: &str, options: &LoadOptions) -> Result<Target, LoadError> {
    let wrong = |reason: &str| LoadError::Target { target: target.to_owned(), reason: reason.to_owned() };
    if target.starts_with("https://") {
        let host = host_of(target).ok_or_else(|| wrong("not a URL with a host"))?;
        let site = json!({ "site": host, "url": target });
        return Ok(Target { site, base: PathBuf::from("."), ..Target::default() });
    }
    if target.starts_with("http://") {
        return Err(wrong("give the https:// URL; plain HTTP is looked at as well"));
    }
    let path = Path::new(target);
    if !reader::exists(path) {
        return Err(wrong("no such file or folder; tenken init makes a site file"));
    }
    if reader::is_folder(path) {
        let site_file = path.join("tenken.yml");
        return if reader::exists(&site_file) { site_from(&site_file, options) } else { folder(target, path, options) };
    }
    match kind_of(path, path)? {
        Some(Kind::Site) => site_from(path, options),
        Some(kind) => {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            let found = Found { files: vec![(kind, name.clone())], unrecognised: Vec::new() };
            Ok(made_up(&name, folder_of(path), found, options))
        }
        None => Err(wrong(
            "expected a site file (tenken.yml), a folder, an https:// URL, or a configuration file: nginx.conf, apache2.conf, haproxy.cfg, Caddyfile, compose.yml, a Kubernetes manifest, a Dockerfile, a systemd unit",
        )),
    }
}

/// The name of the site file in messages.
pub(super) fn shown(base: &Path, name: &str, target: &str) -> String {
    let path = Path::new(target);
    if reader::is_folder(path) { base.join(name).display().to_string() } else { target.to_owned() }
}

fn site_from(file: &Path, options: &LoadOptions) -> Result<Target, LoadError> {
    let name = file.display().to_string();
    let text = reader::text(file, &name, YAML_LIMIT_BYTES)?;
    let mut tree = tree_from_yaml(&name, &text)?;
    if let (Some(root), Some(map)) =
        (&options.root, tree.json.pointer_mut("/configuration").and_then(Json::as_object_mut))
    {
        map.insert("root".to_owned(), Json::from(root.clone()));
    }
    Ok(Target { site: tree.json.clone(), tree, base: folder_of(file), unrecognised: Vec::new() })
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// What a file is, by its content first and its name where the content leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Site,
    Nginx,
    NginxPart,
    Apache,
    ApachePart,
    Haproxy,
    HaproxyPart,
    Caddy,
    Compose,
    Kubernetes,
    Dockerfile,
    Systemd,
    /// A drop-in: read together with its unit.
    DropIn,
}

struct Found {
    files: Vec<(Kind, String)>,
    unrecognised: Vec<String>,
}

fn folder(target: &str, path: &Path, options: &LoadOptions) -> Result<Target, LoadError> {
    let mut found = Found { files: Vec::new(), unrecognised: Vec::new() };
    for file in reader::files_below(path, FILES)? {
        let name = file.strip_prefix(path).unwrap_or(&file).display().to_string();
        // A file that may not be read is said with the others of which nothing is known.
        match kind_of(&file, path) {
            Ok(Some(kind)) => found.files.push((kind, name)),
            Ok(None) | Err(_) => found.unrecognised.push(name),
        }
    }
    if found.files.iter().all(|(kind, _)| matches!(kind, Kind::Site | Kind::DropIn)) {
        return Err(LoadError::Target {
            target: target.to_owned(),
            reason:
                "there is no tenken.yml, and no file was recognised as configuration; tenken init makes a site file"
                    .to_owned(),
        });
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(target).to_owned();
    Ok(made_up(&name, path.to_owned(), found, options))
}

/// A site of which nothing is known but its files.
fn made_up(name: &str, base: PathBuf, mut found: Found, options: &LoadOptions) -> Target {
    let mut configuration = Map::new();
    // A main file includes the others; without one the first part stands for it, and the rest is said to be unread.
    for (key, main, part) in [
        ("nginx", Kind::Nginx, Kind::NginxPart),
        ("apache", Kind::Apache, Kind::ApachePart),
        ("haproxy", Kind::Haproxy, Kind::HaproxyPart),
        ("caddy", Kind::Caddy, Kind::Caddy),
    ] {
        let mut mains: Vec<String> = files_of(&found, main);
        if mains.is_empty() {
            mains = files_of(&found, part);
        }
        let mut mains = mains.into_iter();
        if let Some(main) = mains.next() {
            configuration.insert(key.to_owned(), Json::from(main));
        }
        found.unrecognised.extend(mains);
    }
    for (kind, key) in [
        (Kind::Compose, "compose"),
        (Kind::Kubernetes, "kubernetes"),
        (Kind::Dockerfile, "dockerfiles"),
        (Kind::Systemd, "systemd"),
    ] {
        let mut files = files_of(&found, kind);
        // A file that overrides comes after the one that it overrides: compose.yml before compose.override.yml.
        files.sort_by_key(|file| (file.matches('.').count(), file.clone()));
        if !files.is_empty() {
            configuration.insert(key.to_owned(), Json::from(files));
        }
    }
    if let Some(root) = &options.root {
        configuration.insert("root".to_owned(), Json::from(root.clone()));
    }
    found.unrecognised.sort();
    let site = json!({ "site": name, "configuration": configuration });
    Target { site, tree: Tree::default(), base, unrecognised: found.unrecognised }
}

fn files_of(found: &Found, wanted: Kind) -> Vec<String> {
    found.files.iter().filter(|(kind, _)| *kind == wanted).map(|(_, file)| file.clone()).collect()
}

fn kind_of(file: &Path, shown: &Path) -> Result<Option<Kind>, LoadError> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(head) = reader::head(file, &shown.display().to_string(), HEAD_BYTES)? else { return Ok(None) };
    if head.contains(&0) {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&head);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    Ok(if matches!(ending, "yml" | "yaml") {
        // A site file that is broken is still one: its own reader says what is wrong with it.
        Some(of_yaml(name, &text)).filter(|kind| *kind != Kind::Site || has_key(&text, "site") || name == "tenken.yml")
    } else if name == "Dockerfile"
        || name == "Containerfile"
        || name.starts_with("Dockerfile.")
        || ending == "Dockerfile"
    {
        Some(Kind::Dockerfile)
    } else if name == "Caddyfile" || name.starts_with("Caddyfile.") || matches!(ending, "caddy" | "caddyfile") {
        Some(Kind::Caddy)
    } else if ending == "service" && text.contains("[Service]") {
        Some(Kind::Systemd)
    } else if file.parent().is_some_and(|folder| folder.to_string_lossy().ends_with(".service.d")) {
        Some(Kind::DropIn)
    } else if ending == "cfg" || ending == "conf" || name.starts_with("nginx") || name.starts_with("haproxy") {
        of_haproxy(name, &text).or_else(|| of_apache(name, &text)).or_else(|| of_nginx(name, &text))
    } else {
        None
    })
}

/// httpd's sections and its directives that no other program has.
fn of_apache(name: &str, text: &str) -> Option<Kind> {
    let begins = |words: &[&str]| {
        text.lines().map(str::trim_start).any(|line| {
            words.iter().any(|word| {
                line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                    && !line[word.len()..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
            })
        })
    };
    if matches!(name, "apache2.conf" | "httpd.conf")
        || begins(&["ServerRoot", "LoadModule"]) && begins(&["Listen", "Include"])
    {
        Some(Kind::Apache)
    } else if begins(&[
        "<VirtualHost",
        "<Directory",
        "<DirectoryMatch",
        "<Location",
        "<LocationMatch",
        "<IfModule",
        "<FilesMatch",
    ]) || begins(&["LoadModule", "DocumentRoot", "ServerTokens", "RewriteEngine"])
    {
        Some(Kind::ApachePart)
    } else {
        None
    }
}

/// HAProxy's sections: a line that begins in its first column with the name of one.
fn of_haproxy(name: &str, text: &str) -> Option<Kind> {
    let opens = |words: &[&str]| {
        text.lines().filter(|line| !line.contains(['{', ';'])).any(|line| {
            let mut parts = line.split_ascii_whitespace();
            parts.next().is_some_and(|first| words.contains(&first))
                && line.starts_with(|first: char| !first.is_whitespace())
        })
    };
    let serves = opens(&["frontend", "listen"]);
    let is_whole = opens(&["global"]) || opens(&["defaults"]);
    let says = |words: &[&str]| {
        text.lines().any(|line| line.split_ascii_whitespace().next().is_some_and(|first| words.contains(&first)))
    };
    let is_own =
        says(&["bind", "use_backend", "default_backend", "http-request", "timeout", "acl", "balance", "maxconn"]);
    if name == "haproxy.cfg" || (is_whole && (serves || opens(&["backend"])) && is_own) {
        Some(Kind::Haproxy)
    } else if (serves || opens(&["backend"])) && is_own {
        Some(Kind::HaproxyPart)
    } else {
        None
    }
}

fn of_yaml(name: &str, text: &str) -> Kind {
    if has_key(text, "services") && !has_key(text, "site") {
        Kind::Compose
    } else if has_key(text, "kind") && (has_key(text, "apiVersion") || has_key(text, "metadata")) {
        Kind::Kubernetes
    } else if name.starts_with("compose") || name.starts_with("docker-compose") {
        Kind::Compose
    } else {
        Kind::Site
    }
}

/// Whether a line begins with this key.
fn has_key(text: &str, key: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches('\u{feff}');
        line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')) && !line.starts_with(' ')
    })
}

fn of_nginx(name: &str, text: &str) -> Option<Kind> {
    let opens = |word: &str| {
        text.lines().any(|line| {
            line.trim_start()
                .strip_prefix(word)
                .is_some_and(|rest| rest.trim_start().starts_with('{') || rest.trim().is_empty())
        })
    };
    if opens("http") || opens("events") || name == "nginx.conf" {
        Some(Kind::Nginx)
    } else if opens("server") || text.lines().any(|line| line.trim_start().starts_with("location ")) {
        Some(Kind::NginxPart)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_recognised_by_their_content() {
        let yaml = |text: &str| of_yaml("x.yml", text);
        assert_eq!(yaml("services:\n  a: {}\n"), Kind::Compose);
        assert_eq!(yaml("# x\napiVersion: v1\nkind: Pod\n"), Kind::Kubernetes);
        assert_eq!(yaml("site: a\nservices: b\n"), Kind::Site);
        assert_eq!(yaml("a:\n  services: b\n"), Kind::Site);
        assert_eq!(of_nginx("a.conf", "events {}\nhttp {\n"), Some(Kind::Nginx));
        assert_eq!(of_nginx("a.conf", "  server\n  {\n"), Some(Kind::NginxPart));
        assert_eq!(of_nginx("a.conf", "[Service]\nserver_name x\n"), None);
        assert_eq!(of_apache("x.conf", "ServerRoot /etc/httpd\nListen 80\n"), Some(Kind::Apache));
        assert_eq!(of_apache("x.conf", "  <virtualhost *:80>\n"), Some(Kind::ApachePart));
        assert_eq!(of_apache("x.conf", "server { listen 80; }"), None);
        assert_eq!(of_haproxy("x.cfg", "global\n  maxconn 1\nfrontend a\n  bind :80\n"), Some(Kind::Haproxy));
        assert_eq!(of_haproxy("x.cfg", "frontend a\n  bind :80\n"), Some(Kind::HaproxyPart));
        assert_eq!(of_haproxy("x.conf", "server {\n  listen 80;\n}\n"), None);
        assert_eq!(of_haproxy("setup.cfg", "[metadata]\nname = x\n"), None);
    }
}
