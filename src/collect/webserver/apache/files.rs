//! Which file a path of the configuration is: below ServerRoot, below the folder that stands for `/`, or as it is. Each file is read once.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::collect::limits::CONFIGURATION_BYTES;
use crate::collect::world::{FileKind, Refusal, World};
use crate::model::WebServer;
use crate::syntax::apache::{self, Directive};
use crate::syntax::glob;

/// Folders inside each other that one Include goes through.
const FOLDER_DEPTH: usize = 16;

type Parsed = (Option<Rc<Vec<Directive>>>, Vec<(String, String)>);

/// Files of one configuration.
pub(super) struct Files<'w> {
    world: &'w dyn World,
    root: Option<String>,
    /// The folder of the main file, or the one above it where that is `conf`.
    base: String,
    is_relative: bool,
    /// As the configuration names it.
    server_root: String,
    variables: BTreeMap<String, String>,
    read: BTreeMap<String, Parsed>,
}

impl std::fmt::Debug for Files<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Files").field("base", &self.base).finish_non_exhaustive()
    }
}

impl<'w> Files<'w> {
    pub(super) fn new(world: &'w dyn World, server: &WebServer) -> Self {
        let folder = server.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let base = match folder.rsplit_once('/') {
            Some((above, "conf")) => above,
            None if folder == "conf" => "",
            _ => folder,
        };
        let is_relative = !server.path.starts_with('/');
        // What distributions build in, where the configuration does not say it.
        let built_in = if server.path.ends_with("apache2.conf") { "/etc/apache2" } else { "/etc/httpd" };
        let server_root = if is_relative { built_in } else { base };
        let variables = environment(world, &joined(folder, "envvars"));
        Self {
            world,
            root: server.root.as_ref().map(|root| root.trim_end_matches('/').to_owned()),
            base: base.to_owned(),
            is_relative,
            server_root: server_root.to_owned(),
            variables,
            read: BTreeMap::new(),
        }
    }

    /// ServerRoot is set.
    pub(super) fn server_root(&mut self, path: &str) {
        path.trim_end_matches('/').clone_into(&mut self.server_root);
    }

    /// A path as the configuration means it: absolute.
    pub(super) fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') { path.to_owned() } else { joined(&self.server_root, path) }
    }

    /// Where an absolute path of the server is found in the world.
    pub(super) fn local(&self, path: &str) -> String {
        if let Some(root) = &self.root {
            return format!("{root}/{}", path.trim_start_matches('/'));
        }
        // A copy of a configuration stands for its ServerRoot.
        match path.strip_prefix(self.server_root.as_str()) {
            Some(rest) if self.is_relative && (rest.is_empty() || rest.starts_with('/')) => {
                joined(&self.base, rest.trim_start_matches('/'))
            }
            _ => path.to_owned(),
        }
    }

    /// Where a path of an Include is found: relative ones stand beside the main file even where ServerRoot is elsewhere in the world.
    fn of_include(&self, path: &str) -> String {
        match self.root {
            // With a root the main file's own folder is still the ServerRoot that was not named.
            Some(_) if !path.starts_with('/') => {
                let there = self.local(&self.absolute(path));
                let folder = there.rsplit_once('/').map_or("", |(folder, _)| folder);
                if self.world.inspect(folder).is_ok() { there } else { joined(&self.base, path) }
            }
            _ => self.local(&self.absolute(path)),
        }
    }

    /// A variable of the environment file.
    pub(super) fn variable(&self, name: &str) -> Option<&String> {
        self.variables.get(name)
    }

    /// Whether a path of the configuration exists.
    pub(super) fn is_there(&self, path: &str) -> bool {
        self.world.inspect(&self.local(&self.absolute(path))).is_ok()
    }

    /// What a path of the world is.
    pub(super) fn list(&self, local: &str) -> Result<Vec<String>, Refusal> {
        self.world.list(local)
    }

    /// One file, read and parsed once, with what is wrong with it.
    pub(super) fn parsed(&mut self, path: &str) -> Parsed {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let parsed = match self.world.read(path, CONFIGURATION_BYTES) {
            Ok(bytes) if bytes.contains(&0) => (None, vec![(path.to_owned(), "it is no text".to_owned())]),
            Ok(bytes) => {
                let read = apache::parse(&bytes);
                let mut faults: Vec<(String, String)> = read
                    .faults
                    .into_iter()
                    .take(20)
                    .map(|fault| (format!("{path}:{}:{}", fault.line, fault.column), fault.message))
                    .collect();
                if bytes.windows(2).any(|pair| pair == b"{{" || pair == b"{%") && is_template(&bytes) {
                    faults.push((path.to_owned(), "it is a template ({{ … }}) that was not filled in".to_owned()));
                }
                (Some(Rc::new(read.directives)), faults)
            }
            Err(refusal) => (None, vec![(path.to_owned(), refusal.to_string())]),
        };
        self.read.insert(path.to_owned(), parsed.clone());
        parsed
    }

    /// The files of an Include in byte order, folders gone through, and what could not be listed.
    pub(super) fn matching(&self, pattern: &str, optional: bool) -> (Vec<String>, Vec<(String, String)>) {
        let path = self.of_include(pattern.trim_end_matches('/'));
        let mut faults = Vec::new();
        let mut found = Vec::new();
        if is_pattern(&path) {
            let (fixed, parts) = split(&path);
            self.walk(fixed, &parts, &mut found, &mut faults, optional);
            if found.is_empty() && !optional && faults.is_empty() {
                faults.push((path, "no file matches, and httpd does not start".to_owned()));
            }
        } else {
            match self.world.list(&path) {
                Ok(_) if self.is_folder(&path) => self.folder(&path, &mut found, &mut faults, 0),
                _ => match self.world.inspect(&path) {
                    Err(Refusal::NotFound) if optional => {}
                    _ => found.push(path),
                },
            }
        }
        (found, faults)
    }

    /// Whether a path of the world is a folder.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        !matches!(self.world.inspect(path).map(|facts| facts.kind), Ok(FileKind::File | FileKind::Other) | Err(_))
            && self.world.list(path).is_ok()
    }

    fn walk(
        &self,
        folder: &str,
        parts: &[&str],
        found: &mut Vec<String>,
        faults: &mut Vec<(String, String)>,
        optional: bool,
    ) {
        let Some((part, rest)) = parts.split_first() else {
            if self.is_folder(folder) {
                self.folder(folder, found, faults, 0);
            } else {
                found.push(folder.to_owned());
            }
            return;
        };
        if !is_pattern(part) {
            return self.walk(&joined(folder, part), rest, found, faults, optional);
        }
        match self.world.list(folder) {
            Ok(names) => {
                // A leading dot is matched by a dot alone.
                let fits =
                    |name: &&String| (!name.starts_with('.') || part.starts_with('.')) && glob::matches(part, name);
                for name in names.iter().filter(fits) {
                    self.walk(&joined(folder, name), rest, found, faults, optional);
                }
            }
            // For IncludeOptional a folder that is not there is as good as one that is empty.
            Err(Refusal::NotFound | Refusal::NotAFile) if optional => {}
            Err(refusal) => faults.push((folder.to_owned(), refusal.to_string())),
        }
    }

    /// Every file below a folder, as an Include of a folder takes them.
    fn folder(&self, folder: &str, found: &mut Vec<String>, faults: &mut Vec<(String, String)>, depth: usize) {
        if depth > FOLDER_DEPTH {
            return faults.push((folder.to_owned(), "more than 16 folders inside each other".to_owned()));
        }
        match self.world.list(folder) {
            Ok(names) => {
                for name in names {
                    let path = joined(folder, &name);
                    if self.is_folder(&path) {
                        self.folder(&path, found, faults, depth + 1);
                    } else {
                        found.push(path);
                    }
                }
            }
            Err(refusal) => faults.push((folder.to_owned(), refusal.to_string())),
        }
    }
}

/// `a/b/*/c.conf` -> `a/b` and `*`, `c.conf`.
fn split(path: &str) -> (&str, Vec<&str>) {
    let at = path.find(['*', '?', '[']).unwrap_or(path.len());
    match path[..at].rfind('/') {
        Some(slash) => (&path[..slash], path[slash + 1..].split('/').collect()),
        None => ("", path.split('/').collect()),
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// A template's braces stand at places where httpd has none: `%{{ x }}` is no name that any format knows.
fn is_template(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with('#'))
        // `%{%Y-%m-%d}t` is the time in a log format: a template's brace never stands behind a percent sign.
        .any(|line| line.contains("{{ ") || line.replace("%{%", "").contains("{%"))
}

/// A path beside a folder.
pub(super) fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// The environment file of Debian (`envvars`): `export NAME=value`, with `$NAME` of lines before.
fn environment(world: &dyn World, path: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    let Ok(bytes) = world.read(path, CONFIGURATION_BYTES) else { return variables };
    for line in String::from_utf8_lossy(&bytes).lines() {
        let line = line.trim().trim_start_matches("export ").trim_start();
        let assignment = line.strip_prefix(": ${").and_then(|rest| rest.strip_suffix('}'));
        let Some((name, value)) = assignment.map_or_else(|| line.split_once('='), |inner| inner.split_once(":="))
        else {
            continue;
        };
        if name.is_empty() || !name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_') {
            continue;
        }
        let bare = value.trim().trim_matches(['"', '\'']);
        let mut value = bare.to_owned();
        for (known, text) in &variables {
            value = value.replace(&format!("${{{known}}}"), text).replace(&format!("${known}"), text);
        }
        // What stands for another instance on the same host is empty for the first one.
        value = value.replace("${SUFFIX}", "").replace("$SUFFIX", "");
        if !value.contains('$') {
            variables.insert(name.to_owned(), value);
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::recorded::RecordedWorld;
    use crate::model::WebServerKind;

    #[test]
    fn the_environment_file_of_debian_is_read() {
        let world = RecordedWorld::new().file(
            "envvars",
            "unset HOME\nif [ x ] ; then\n\tSUFFIX=\"-${X##/etc}\"\nelse\n\tSUFFIX=\nfi\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n: ${A:=b}\nexport C=\"$A c\"\nexport LANG\n",
        );
        let read = environment(&world, "envvars");
        assert_eq!(read.get("APACHE_LOG_DIR").map(String::as_str), Some("/var/log/apache2"));
        assert_eq!(read.get("C").map(String::as_str), Some("b c"));
    }

    #[test]
    fn a_copy_of_a_configuration_stands_for_its_server_root() {
        let world = RecordedWorld::new();
        let server = |path: &str, root: Option<&str>| WebServer {
            kind: WebServerKind::Apache,
            path: path.to_owned(),
            version: None,
            root: root.map(str::to_owned),
        };
        let mut files = Files::new(&world, &server("deploy/httpd/conf/httpd.conf", None));
        files.server_root("/etc/httpd");
        assert_eq!(files.of_include("conf.d/x.conf"), "deploy/httpd/conf.d/x.conf");
        assert_eq!(files.of_include("/etc/httpd/conf.d/x.conf"), "deploy/httpd/conf.d/x.conf");
        assert_eq!(files.local("/srv/www"), "/srv/www");
        let files = Files::new(&world, &server("/etc/apache2/apache2.conf", None));
        assert_eq!(files.of_include("ports.conf"), "/etc/apache2/ports.conf");
        let files = Files::new(&world, &server("root/etc/apache2/apache2.conf", Some("root")));
        assert_eq!(files.of_include("/etc/apache2/ports.conf"), "root/etc/apache2/ports.conf");
        assert_eq!(files.of_include("ports.conf"), "root/etc/apache2/ports.conf");
    }
}
