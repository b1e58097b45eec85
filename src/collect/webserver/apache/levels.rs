//! The levels of a virtual host that answer requests: the host itself, every Location, alias, proxied path, folder and name for
//! which a section says something of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::location::{Matching as Endings, is_static};
use super::super::served::{Access, Known, Level, Place, SetHeader, Upstream};
use super::super::variable::backtracks;
use super::Configuration;
use super::access;
use super::answer::{Answer, Question, Site, What};
use super::header::{Circumstance, effective};
use super::host::{Program, VirtualHost, listed, sections};
use super::read::Node;
use super::rewrite::{self, Rule};
use super::scope::Scope;
use super::section::{Matching, is_below};
use super::target::{captured_hosts, has_open_capture, host_of};
use super::version::{BODY_LIMITED, Version, is_at_least};

/// Files that have no business on a web site, one for each way in which they come there.
const LEFTOVERS: [&str; 7] =
    ["/.git/HEAD", "/.svn/entries", "/.env", "/.htpasswd", "/index.php~", "/backup.sql", "/site.bak"];

const OTHERS: &str = "another module or the upstream may set headers here";

/// Builds the levels of one host.
pub(super) struct Levels<'s, 'a, 'w> {
    pub(super) configuration: &'s Configuration<'w>,
    pub(super) program: &'s Program<'a>,
    pub(super) site: &'s Site<'s>,
    pub(super) host: &'s VirtualHost<'a>,
    pub(super) version: Option<Version>,
}

impl Levels<'_, '_, '_> {
    /// All of them; the first is the host's own.
    pub(super) fn all(&self) -> (Vec<Level>, Vec<Upstream>) {
        let mut levels = vec![self.own()];
        let mut upstreams = Vec::new();
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        let mut name = |locus: String| {
            let count = taken.entry(locus.clone()).or_insert(0);
            *count += 1;
            if *count == 1 { locus } else { format!("{locus}#{count}") }
        };
        for section in sections(self.program, self.host, &["location", "locationmatch"]) {
            let matching = Matching::of(&section);
            let locus = name(format!("/Location[{}]", matching.text()));
            let answer = match &matching {
                Matching::Path(path) if path != "/" => self.asked(path),
                _ => self.overlaid(&section),
            };
            let mut level = self.level(
                locus,
                place(&section),
                answer,
                matches!(&matching, Matching::Pattern(pattern) if is_of_assets(pattern)),
            );
            level.backtracking = matches!(&matching, Matching::Pattern(pattern) if backtracks(pattern));
            levels.push(level);
        }
        for node in listed(self.program, self.host, &["alias", "scriptalias", "aliasmatch", "scriptaliasmatch"]) {
            let from = node.argument(0);
            let locus = name(format!("/Alias[{from}]"));
            let answer = match node.name.ends_with("match") {
                true => Err("what the expression of an alias matches is not known here".to_owned()),
                false => self.asked(from),
            };
            let mut level = self.level(locus, place(node), answer, false);
            level.root = Some(node.argument(1).trim_end_matches('/').to_owned());
            level.backtracking = node.name.ends_with("match") && backtracks(from);
            levels.push(level);
        }
        for node in listed(self.program, self.host, &["proxypass", "proxypassmatch"])
            .into_iter()
            .filter(|node| node.argument(1) != "!")
        {
            let locus = name(format!("/ProxyPass[{}]", node.argument(0)));
            let answer = match node.name.as_str() {
                "proxypass" => self.asked(node.argument(0)),
                _ => Ok(Answer {
                    what: What::Proxied(node.argument(1).to_owned()),
                    scope: self.host.scope.clone(),
                    sections: Vec::new(),
                }),
            };
            levels.push(self.level(locus.clone(), place(node), answer, false));
            upstreams.push(self.upstream(
                format!("{locus}/upstream"),
                place(node),
                node.argument(1),
                node.name.ends_with("match"),
            ));
        }
        for (section, url) in self.folders() {
            let locus = name(format!("/Directory[{}]", Matching::of(&section).text()));
            levels.push(self.level(locus, place(&section), self.asked(&url), false));
        }
        let own = self.asked("/").map_or_else(|_| self.host.scope.clone(), |answer| answer.scope);
        for section in own.files.iter().chain(&own.conditions) {
            let is_name = section.name.starts_with("files");
            let matching = Matching::of(section);
            let text = if is_name { matching.text().to_owned() } else { crate::collect::limits::cut(&section.rest) };
            let locus = name(format!("/{}[{text}]", if is_name { "Files" } else { "If" }));
            let of_assets = is_name && matches!(&matching, Matching::Pattern(pattern) if is_of_assets(pattern));
            let mut level = self.level(locus, place(section), self.overlaid(section), of_assets);
            level.backtracking = matches!(&matching, Matching::Pattern(pattern) if is_name && backtracks(pattern));
            levels.push(level);
        }
        for (number, rule) in rewrite::rules(self.host.nodes).iter().enumerate() {
            if rule.flag("P", "proxy").is_some() {
                upstreams.push(self.upstream(
                    format!("/RewriteRule[{}]/upstream", number + 1),
                    place(rule.node),
                    rule.target,
                    true,
                ));
            }
        }
        if let Some(node) = self.host.single("proxyrequests").filter(|node| node.argument(0).eq_ignore_ascii_case("on"))
        {
            let mut open = self.upstream("/ProxyRequests/upstream".to_owned(), place(node), "", false);
            if !self.proxy_is_limited() {
                open.chosen_by_client.insert("any URL (ProxyRequests On)".to_owned());
            }
            upstreams.push(open);
        }
        let answers = !self.host.addresses.is_empty();
        if !answers {
            levels.iter_mut().for_each(|level| (level.answers, level.serves_pages) = (false, false));
        }
        (levels, upstreams)
    }

    fn own(&self) -> Level {
        let at = self.host.section.or_else(|| self.host.single("documentroot")).or(self.program.main.first());
        let mut level = self.level(String::new(), at.map(place).unwrap_or_default(), self.asked("/"), false);
        let served = |path: &&&str| match self.asked(path) {
            Ok(answer) => Ok(matches!(answer.what, What::File(_))),
            Err(reason) => Err(reason),
        };
        let mut found = Ok(Vec::new());
        for path in &LEFTOVERS {
            found = match (found, served(&path)) {
                (Ok(mut list), Ok(is_served)) => {
                    if is_served {
                        list.push((*path).to_owned());
                    }
                    Ok(list)
                }
                (Err(reason), _) | (_, Err(reason)) => Err(reason),
            };
        }
        level.leftovers = Some(found);
        level.backtracking = rewrite::rules(self.host.nodes).iter().any(|rule| backtracks(rule.pattern));
        self.rewriting(&mut level, &rewrite::rules(self.host.nodes));
        level
    }

    fn asked(&self, path: &str) -> Known<Answer> {
        let port = self.host.addresses.first().map_or("80", |address| address.port.as_str());
        self.site.answer(self.host, &Question { path, port })
    }

    /// The host's own scope with one section laid over it: for sections of which no path is known.
    fn overlaid(&self, section: &Node) -> Known<Answer> {
        let own = self.asked("/")?;
        let scope = own.scope.at(section.inside());
        let handler = scope.single("sethandler").map(|node| node.argument(0).to_owned());
        let closed =
            access::access(scope.require.as_deref(), scope.compat.as_deref(), false).is_ok_and(|access| access.closed);
        let what = match (closed, handler) {
            (true, _) => What::Status(403, None),
            (false, Some(handler)) if !handler.eq_ignore_ascii_case("none") => match handler.strip_prefix("proxy:") {
                Some(target) => What::Proxied(target.to_owned()),
                None => What::Handler(handler),
            },
            _ => match own.what {
                What::Status(403 | 401, _) => What::File(String::new()),
                what => what,
            },
        };
        Ok(Answer { what, scope, sections: own.sections })
    }

    fn level(&self, locus: String, place: Place, answer: Known<Answer>, is_static: bool) -> Level {
        let mut level = Level::new(locus, place);
        level.is_static = is_static;
        level.logs = super::logs::access(self.configuration, self.program, self.host);
        let answer = match answer {
            Ok(answer) => answer,
            Err(reason) => {
                level.others_set_headers = Some(reason.clone());
                level.access = Err(reason.clone());
                level.listing = Err(reason.clone());
                level.body_limit_bytes = Err(reason.clone());
                level.exact_only = Err(reason);
                level.headers = self.headers(&self.host.scope, is_static);
                return level;
            }
        };
        let scope = &answer.scope;
        level.headers = self.headers(scope, is_static);
        level.others_set_headers = match &answer.what {
            What::Proxied(_) => Some(OTHERS.to_owned()),
            What::Handler(name) if !is_status(name) => Some(OTHERS.to_owned()),
            _ => None,
        };
        let by_certificate =
            scope.word("sslverifyclient").or_else(|| self.host.word("sslverifyclient")).as_deref() == Some("require");
        level.access = access::access(scope.require.as_deref(), scope.compat.as_deref(), by_certificate);
        let closed = level.access.as_ref().is_ok_and(|access: &Access| access.closed);
        level.status_endpoint = matches!(&answer.what, What::Handler(name) if is_status(name))
            || scope.single("sethandler").is_some_and(|node| is_status(node.argument(0)));
        let is_file = matches!(&answer.what, What::File(_));
        level.root = match &answer.what {
            What::File(_) => {
                self.host.single("documentroot").map(|node| node.argument(0).trim_end_matches('/').to_owned())
            }
            _ => None,
        };
        level.serves_pages =
            !matches!(answer.what, What::Status(..)) && !is_static && !closed && !level.status_endpoint;
        level.listing = Ok(is_file && scope.indexes && self.configuration.read.modules.has("mod_autoindex.c"));
        level.body_limit_bytes = self.body_limit(scope);
        self.redirect_hosts(&mut level, scope);
        self.rewriting(&mut level, &rewrite::rules(&scope.rewrite));
        level.exact_only = self.exact_only(&level, &answer);
        level
    }

    fn headers(&self, scope: &Scope, is_static: bool) -> Vec<SetHeader> {
        let circumstance = Circumstance { tls: self.host.tls(), page: !is_static };
        effective(&scope.headers, circumstance, &|value| super::facts::reflected(self.program, self.host, value))
    }

    fn body_limit(&self, scope: &Scope) -> Known<i64> {
        match scope.single("limitrequestbody") {
            Some(node) => node.argument(0).parse().map_err(|_| "LimitRequestBody is no number".to_owned()),
            None => match is_at_least(self.version, BODY_LIMITED) {
                Some(true) => Ok(1 << 30),
                Some(false) => Ok(0),
                None => Err("the default depends on the version, which is not declared".to_owned()),
            },
        }
    }

    /// Whether a name is the client's own choice: where the host answers any name, `%{HTTP_HOST}` is.
    fn is_client_name(&self, text: &str) -> bool {
        let upper = text.to_ascii_uppercase();
        let is_default = !self.host.default_of.is_empty();
        ["%{HTTP_HOST}", "%{SERVER_NAME}", "%{HTTP:HOST}"].iter().any(|name| upper.contains(name)) && is_default
            || upper.contains("%{QUERY_STRING}")
            || upper.contains("%{HTTP_X_FORWARDED_HOST}")
            || upper.contains("%{HTTP:X-FORWARDED-HOST}")
    }

    fn redirect_hosts(&self, level: &mut Level, scope: &Scope) {
        for node in scope.redirects.iter().map(Rc::as_ref).chain(listed(self.program, self.host, &["redirectmatch"])) {
            if node.name == "redirectmatch" {
                level.redirect_hosts.extend(captured_hosts(node.arguments.last().map_or("", String::as_str)));
            }
        }
    }

    fn rewriting(&self, level: &mut Level, rules: &[Rule<'_>]) {
        for rule in rules {
            if rule.redirects() {
                let host = host_of(rule.target);
                level.redirect_hosts.extend(captured_hosts(rule.target));
                // What a condition holds to fixed names is no choice any more.
                let is_held = rule.conditions.iter().any(|condition| {
                    self.is_client_name(condition.argument(0)) && !condition.argument(1).starts_with('!')
                });
                if self.is_client_name(host) && !is_held {
                    level.redirect_hosts.insert(crate::collect::limits::cut(host));
                }
                if rule.flag("NE", "noescape").is_some() && has_open_capture(rule) {
                    level.line_breaks.insert("a capture with [NE]".to_owned());
                }
            }
            // A capture in the query of a proxied request splits it where nothing escapes it (CVE-2023-25690).
            let in_query = rule.target.split_once('?').is_some_and(|(_, query)| query.contains('$'));
            if rule.flag("P", "proxy").is_some() && in_query && rule.flag("B", "B").is_none() && has_open_capture(rule)
            {
                level.line_breaks.insert("a capture in the query of a proxied request".to_owned());
            }
        }
        for operation in
            level.headers.iter().filter(|header| header.value.as_ref().is_err_and(|reason| reason.contains("unescape")))
        {
            level.line_breaks.insert(format!("unescape in {}", operation.name));
        }
    }

    /// A LocationMatch or Files that limits one path exactly leaves what is below to others.
    fn exact_only(&self, level: &Level, answer: &Answer) -> Known<bool> {
        let Some(text) = level.locus.strip_prefix("/Location[^").and_then(|rest| rest.strip_suffix("$]")) else {
            return Ok(false);
        };
        let restricted = level.access.as_ref().is_ok_and(|access| access.restricted || access.closed);
        let plain = text.replace('\\', "");
        let is_path = plain.starts_with('/') && !plain.contains(['(', '[', '*', '+', '?', '|', '.']);
        if !restricted || !is_path || matches!(answer.what, What::Handler(_)) {
            return Ok(false);
        }
        let below = self.asked(&format!("{plain}/x"))?;
        let open = access::access(below.scope.require.as_deref(), below.scope.compat.as_deref(), false)?;
        Ok(!open.restricted && !open.closed)
    }

    fn upstream(&self, locus: String, place: Place, target: &str, has_captures: bool) -> Upstream {
        let tls = target.starts_with("https://") || target.starts_with("wss://") || target.starts_with("h2://");
        let verified = self.host.word("sslproxyverify").as_deref() == Some("require")
            && self.host.word("sslproxycheckpeername").as_deref() != Some("off");
        let host = host_of(target);
        let mut chosen = BTreeSet::new();
        if has_captures && host.contains('$') {
            chosen.insert(crate::collect::limits::cut(host));
        }
        if self.is_client_name(host) {
            chosen.insert(crate::collect::limits::cut(host));
        }
        let plain = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
        let host = match plain.is_empty() || host.contains(['$', '%']) {
            true => Err("a socket, a group or a variable".to_owned()),
            false => Ok(crate::collect::limits::cut(&plain.to_ascii_lowercase())),
        };
        Upstream { locus, place, tls, verified, chosen_by_client: chosen, host }
    }

    /// Whether `<Proxy *>` limits who may use the forward proxy.
    fn proxy_is_limited(&self) -> bool {
        sections(self.program, self.host, &["proxy", "proxymatch"]).iter().any(|section| {
            let scope = self.host.scope.at(section.inside());
            access::access(scope.require.as_deref(), scope.compat.as_deref(), false)
                .is_ok_and(|access| access.restricted)
        })
    }

    /// Directory sections inside what is served, each with the path by which it is asked for.
    fn folders(&self) -> Vec<(Rc<Node>, String)> {
        let root = self.host.single("documentroot").map(|node| node.argument(0).trim_end_matches('/').to_owned());
        let aliases = listed(self.program, self.host, &["alias", "scriptalias"]);
        let mut found = Vec::new();
        for section in sections(self.program, self.host, &["directory"]) {
            let Matching::Path(folder) = Matching::of(&section) else { continue };
            let folder = folder.trim_end_matches('/');
            let by_alias = aliases.iter().find_map(|node| {
                let to = node.argument(1).trim_end_matches('/');
                let below =
                    (!to.is_empty() && is_below(folder, to) && folder != to).then(|| folder.strip_prefix(to))??;
                Some(format!("{}{below}/", node.argument(0).trim_end_matches('/')))
            });
            let by_root = || {
                let root =
                    root.as_deref().filter(|root| !root.is_empty() && folder != *root && is_below(folder, root))?;
                Some(format!("{}/", folder.strip_prefix(root)?))
            };
            if let Some(url) = by_alias.or_else(by_root) {
                found.push((section, url));
            }
        }
        found
    }
}

pub(super) fn place(node: &Node) -> Place {
    Place { location: node.location(), related: node.chain.as_ref().clone() }
}

fn is_status(handler: &str) -> bool {
    matches!(
        handler.to_ascii_lowercase().as_str(),
        "server-status"
            | "server-info"
            | "balancer-manager"
            | "ldap-status"
            | "md-status"
            | "status"
            | "proxy-balancer-manager"
    )
}

fn is_of_assets(pattern: &str) -> bool {
    let plain =
        pattern.trim_start_matches("(?i)").trim_start_matches("(?i:").trim_start_matches(".*").trim_start_matches(".+");
    is_static(&Endings::Pattern(plain.to_owned(), true))
}
