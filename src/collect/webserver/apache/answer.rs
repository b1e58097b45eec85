//! What one request gets: rewriting, proxies, redirects and aliases at the server level, then the sections that hold for
//! the file and the path, then who may come in, then what the innermost scope does.

use std::rc::Rc;

use super::super::routing::Patterns;
use super::super::served::Known;
use super::access::{self, LOOPBACK};
use super::host::{Program, VirtualHost, listed, sections};
use super::read::Node;
use super::rewrite::{self, Asked, Outcome};
use super::scope::Scope;
use super::section::{Matching, is_below};

/// What a request gets.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) what: What,
    pub(super) scope: Scope,
    /// Sections that hold, in the order in which they are laid over each other.
    pub(super) sections: Vec<Rc<Node>>,
}

/// What answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A status that the server itself makes, with the target of a redirect.
    Status(u16, Option<String>),
    /// Another server.
    Proxied(String),
    /// A handler: `server-status`, `cgi-script`, …
    Handler(String),
    /// A file, by its path on the server.
    File(String),
}

/// A question: a path on a host, asked from loopback without a password.
pub(super) struct Question<'a> {
    pub(super) path: &'a str,
    pub(super) port: &'a str,
}

/// Everything that answers need to know.
pub(super) struct Site<'a> {
    pub(super) program: &'a Program<'a>,
    pub(super) patterns: &'a Patterns,
    /// Directives of `.htaccess` files that were read, by folder.
    pub(super) htaccess: &'a dyn Fn(&str) -> Option<Rc<Vec<Node>>>,
    /// Whether a path of the server is a folder; `None` where its files cannot be looked at.
    pub(super) is_folder: &'a dyn Fn(&str) -> Option<bool>,
}

impl Site<'_> {
    /// What a path gets. `Err` where that depends on what is not known here.
    pub(super) fn answer(&self, host: &VirtualHost<'_>, question: &Question<'_>) -> Known<Answer> {
        let name = host.server_name.as_deref().unwrap_or("_");
        let asked = Asked { path: question.path, host: name, port: question.port, tls: host.tls() };
        let made = |what, scope: Scope| Answer { what, scope, sections: Vec::new() };
        let path = match rewrite::run(&rewrite::rules(host.nodes), &asked, self.patterns)? {
            Outcome::On(path) => path,
            Outcome::Status(status, target) => {
                // A redirect of the server level never comes to a section; its headers are those of the level and of Location.
                return self.located(host, question.path, made(What::Status(status, target), host.scope.clone()));
            }
            Outcome::Proxied(target) => {
                return self.located(host, question.path, made(What::Proxied(target), host.scope.clone()));
            }
        };
        if let Some(target) = self.proxied(host, &path) {
            return self.located(host, &path, made(What::Proxied(target), host.scope.clone()));
        }
        if let Some((status, target)) = self.redirected(&listed(self.program, host, REDIRECTS), &path)? {
            return self.located(host, &path, made(What::Status(status, target), host.scope.clone()));
        }
        let Some((file, is_script)) = self.file(host, &path)? else {
            return self.located(host, &path, made(What::Status(404, None), host.scope.clone()));
        };
        // A folder answers with its index, and that is asked for anew.
        let is_index = path.ends_with('/') && file.ends_with('/');
        let (path, file) = if is_index {
            let index = host.single("directoryindex").map_or("index.html", |node| node.argument(0));
            (format!("{path}{index}"), format!("{file}{index}"))
        } else {
            (path, file)
        };
        let (folder, file_name) = match file.rsplit_once('/') {
            // A folder that is asked for without a slash is held against its own sections, and has no name.
            _ if (self.is_folder)(&file) == Some(true) => (file.as_str(), ""),
            // In a folder that is not there httpd looks at no name.
            Some((folder, _)) if (self.is_folder)(folder) == Some(false) => (folder, ""),
            Some((folder, name)) => (folder, name),
            None => ("", file.as_str()),
        };
        let mut answer = made(What::File(file.clone()), host.scope.clone());
        // What holds for a folder is kept for its index.
        let whole = if is_index { format!("{folder}/") } else { file.clone() };
        self.in_folder(host, folder, &whole, &mut answer)?;
        self.of_name(file_name, &mut answer)?;
        let mut answer = self.located(host, &path, answer)?;
        answer.what = self.inside(&answer, &path, host, question, is_script, &file)?;
        Ok(answer)
    }

    /// The scope of a path with all sections, whatever answers it.
    fn located(&self, host: &VirtualHost<'_>, path: &str, mut answer: Answer) -> Known<Answer> {
        for section in sections(self.program, host, &["location", "locationmatch"]) {
            let holds = Matching::of(&section).holds_for_url(path, self.patterns);
            if holds.ok_or_else(|| "an expression that cannot be evaluated here may hold for this path".to_owned())? {
                answer.scope = answer.scope.at(section.inside());
                answer.sections.push(section);
            }
        }
        Ok(answer)
    }

    /// Directory sections by the number of their parts with `.htaccess` between them, then regular expressions in their order.
    pub(super) fn in_folder(&self, host: &VirtualHost<'_>, folder: &str, file: &str, answer: &mut Answer) -> Known<()> {
        let all = sections(self.program, host, &["directory", "directorymatch"]);
        let mut plain: Vec<(usize, Rc<Node>)> = Vec::new();
        let mut patterns = Vec::new();
        for section in all {
            match Matching::of(&section) {
                Matching::Pattern(_) => patterns.push(section),
                matching => plain.push((matching.depth(), section)),
            }
        }
        plain.sort_by_key(|(depth, _)| *depth);
        let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for depth in 0..=parts.len() {
            let here = format!("/{}", parts[..depth].join("/"));
            for (_, section) in plain.iter().filter(|(own, _)| *own == depth) {
                if Matching::of(section).holds_for_folder(&here, file, self.patterns) == Some(true) {
                    answer.scope = answer.scope.at(section.inside());
                    answer.sections.push(Rc::clone(section));
                }
            }
            if !answer.scope.overrides.is_none()
                && let Some(nodes) = (self.htaccess)(&here)
            {
                let allowed: Vec<Node> =
                    nodes.iter().filter(|node| may_override(&answer.scope, node)).cloned().collect();
                answer.scope = answer.scope.at(&allowed);
            }
        }
        for section in patterns {
            let holds = Matching::of(&section).holds_for_folder(folder, file, self.patterns);
            if holds.ok_or_else(|| "an expression that cannot be evaluated here may hold for this path".to_owned())? {
                answer.scope = answer.scope.at(section.inside());
                answer.sections.push(section);
            }
        }
        Ok(())
    }

    /// Files sections of everything that holds so far.
    fn of_name(&self, name: &str, answer: &mut Answer) -> Known<()> {
        if name.is_empty() {
            return Ok(());
        }
        for section in answer.scope.files.clone() {
            let holds = Matching::of(&section).holds_for_name(name, self.patterns);
            if holds.ok_or_else(|| "an expression that cannot be evaluated here may hold for this path".to_owned())? {
                answer.scope = answer.scope.at(section.inside());
                answer.sections.push(section);
            }
        }
        Ok(())
    }

    /// The target of the first ProxyPass that holds; `!` keeps a path here.
    pub(super) fn proxied(&self, host: &VirtualHost<'_>, path: &str) -> Option<String> {
        for node in listed(self.program, host, &["proxypass", "proxypassmatch"]) {
            let (from, to) = (node.argument(0), node.argument(1));
            let holds = match node.name.as_str() {
                "proxypassmatch" => self.patterns.is_match(from, false, path)?,
                _ => is_below(path, from) || path == from,
            };
            if holds {
                return (to != "!").then(|| to.to_owned());
            }
        }
        let of_location = |section: &Rc<Node>| {
            let holds = Matching::of(section).holds_for_url(path, self.patterns) == Some(true);
            section
                .inside()
                .iter()
                .filter(|_| holds)
                .rfind(|node| node.name == "proxypass")
                .map(|node| node.argument(0).to_owned())
        };
        sections(self.program, host, &["location", "locationmatch"])
            .iter()
            .rev()
            .find_map(of_location)
            .filter(|to| to != "!")
    }

    /// The first redirect that holds: status and target.
    fn redirected(&self, nodes: &[&Node], path: &str) -> Known<Option<(u16, Option<String>)>> {
        for node in nodes {
            let (status, rest) = redirect_status(node);
            let (from, to) = (rest.first().map_or("", String::as_str), rest.get(1).map(String::as_str));
            let is_match = node.name == "redirectmatch";
            let holds = if is_match {
                self.patterns
                    .is_match(from, false, path)
                    .ok_or_else(|| "an expression that cannot be evaluated here may redirect this path".to_owned())?
            } else {
                redirects_below(path, from)
            };
            if holds {
                let target = to.filter(|_| (300..400).contains(&status)).map(|to| match is_match {
                    true => matched(from, to, path),
                    // What follows the path is kept (mod_alias: Redirect).
                    false => format!("{to}{}", path.strip_prefix(from).unwrap_or_default()),
                });
                return Ok(Some((status, target)));
            }
        }
        Ok(None)
    }

    /// The file of a path, and whether a ScriptAlias names it; `None` where there is no document root.
    pub(super) fn file(&self, host: &VirtualHost<'_>, path: &str) -> Known<Option<(String, bool)>> {
        for node in listed(self.program, host, &["alias", "aliasmatch", "scriptalias", "scriptaliasmatch"]) {
            let (from, to) = (node.argument(0), node.argument(1));
            let is_script = node.name.starts_with("script");
            if node.name.ends_with("match") {
                let holds = self.patterns.is_match(from, false, path);
                if holds
                    .ok_or_else(|| "an expression that cannot be evaluated here may hold for this path".to_owned())?
                {
                    return Ok(Some((matched(from, to, path), is_script)));
                }
            } else if is_below(path, from) && !to.is_empty() {
                let rest = path.strip_prefix(from).unwrap_or_default();
                return Ok(Some((format!("{to}{rest}"), is_script)));
            }
        }
        let root = host.single("documentroot").map(|node| node.argument(0).trim_end_matches('/').to_owned());
        Ok(root.filter(|root| !root.is_empty()).map(|root| (format!("{root}{path}"), false)))
    }

    /// Who may come in, then redirects and rewriting of the folder, then the handler.
    fn inside(
        &self,
        answer: &Answer,
        path: &str,
        host: &VirtualHost<'_>,
        question: &Question<'_>,
        is_script: bool,
        file: &str,
    ) -> Known<What> {
        let scope = &answer.scope;
        match access::status(scope.require.as_deref(), scope.compat.as_deref(), LOOPBACK) {
            Some(200) => {}
            Some(status) => return Ok(What::Status(status, None)),
            None => return Err("an access rule depends on what is not known here".to_owned()),
        }
        for node in &scope.redirects {
            let (status, rest) = redirect_status(node);
            match rest.as_slice() {
                // In a Location a redirect names its target alone.
                [target] if node.name != "redirectmatch" => {
                    return Ok(What::Status(status, (300..400).contains(&status).then(|| target.clone())));
                }
                [] => return Ok(What::Status(status, None)),
                _ => {
                    if let Some((status, target)) = self.redirected(&[node.as_ref()], path)? {
                        return Ok(What::Status(status, target));
                    }
                }
            }
        }
        if !scope.rewrite.is_empty() {
            let name = host.server_name.as_deref().unwrap_or("_");
            // In a folder the path is asked for without the folder's own part, which begins no pattern with a slash.
            let inner = path.trim_start_matches('/');
            let asked = Asked { path: inner, host: name, port: question.port, tls: host.tls() };
            match rewrite::run(&rewrite::rules(&scope.rewrite), &asked, self.patterns)? {
                Outcome::Status(status, target) => return Ok(What::Status(status, target)),
                Outcome::Proxied(target) => return Ok(What::Proxied(target)),
                Outcome::On(_) => {}
            }
        }
        if let Some(handler) =
            scope.single("sethandler").map(|node| node.argument(0)).filter(|word| !word.eq_ignore_ascii_case("none"))
        {
            return Ok(match handler.strip_prefix("proxy:") {
                Some(target) => What::Proxied(target.to_owned()),
                None => What::Handler(handler.to_owned()),
            });
        }
        Ok(if is_script { What::Handler("cgi-script".to_owned()) } else { What::File(file.to_owned()) })
    }
}

pub(super) const REDIRECTS: &[&str] = &["redirect", "redirectmatch", "redirectpermanent", "redirecttemp"];

/// The status of a redirect, and its arguments without it.
pub(super) fn redirect_status(node: &Node) -> (u16, Vec<String>) {
    match node.name.as_str() {
        "redirectpermanent" => return (301, node.arguments.clone()),
        "redirecttemp" => return (302, node.arguments.clone()),
        _ => {}
    }
    let status = match node.argument(0).to_ascii_lowercase().as_str() {
        "permanent" => Some(301),
        "temp" => Some(302),
        "seeother" => Some(303),
        "gone" => Some(410),
        number => number.parse().ok(),
    };
    match status {
        Some(status) => (status, node.arguments.iter().skip(1).cloned().collect()),
        None => (302, node.arguments.clone()),
    }
}

/// Redirect of mod_alias: whole parts of a path, as for Alias.
fn redirects_below(path: &str, from: &str) -> bool {
    is_below(path, from)
}

fn matched(pattern: &str, target: &str, path: &str) -> String {
    let Ok(regex) = fancy_regex::RegexBuilder::new(pattern).backtrack_limit(100_000).build() else {
        return target.to_owned();
    };
    let Ok(Some(found)) = regex.captures(path) else { return target.to_owned() };
    let mut out = target.to_owned();
    for number in 0..found.len().min(10) {
        out = out.replace(&format!("${number}"), found.get(number).map_or("", |one| one.as_str()));
    }
    out
}

/// Whether a directive of a `.htaccess` file counts where it stands.
fn may_override(scope: &Scope, node: &Node) -> bool {
    let class = match node.name.as_str() {
        "require" | "requireall" | "requireany" | "requirenone" | "authtype" | "authname" | "authmerging"
        | "authuserfile" => "AuthConfig",
        "order" | "allow" | "deny" | "satisfy" => "Limit",
        "options" => "Options",
        "directoryindex" | "indexoptions" => "Indexes",
        "files" | "filesmatch" | "if" | "limit" | "limitexcept" => return true,
        _ => "FileInfo",
    };
    scope.overrides.classes.contains(&class)
        || scope.overrides.list.iter().any(|name| name.eq_ignore_ascii_case(&node.name))
}
