//! The levels of one frontend: itself, every backend it hands requests to, its statistics pages and services.

use std::collections::{BTreeMap, BTreeSet};

use super::super::served::{Access, Known, Level, Log, SetHeader, Upstream};
use super::super::variable::backtracks;
use super::acl::Acls;
use super::answer::{Course, Outcome, What};
use super::header;
use super::read::{At, Proxy};
use super::sample::Ask;
use super::stats;
use super::survey::{Named, asks};

/// Files that have no business on a web site, one for each way in which they come there.
pub(super) const LEFTOVERS: [&str; 7] =
    ["/.git/HEAD", "/.svn/entries", "/.env", "/.htpasswd", "/index.php~", "/backup.sql", "/site.bak"];

const OTHERS: &str = "the upstream may set headers here";
const TUNNEL: &str = "bytes are passed on without being read";
const NOBODY: &str = "no request that was tried here gets there";
const BODY: &str = "the upstream may limit it";
/// What the statistics page takes of a request (tune.bufsize, its default).
const STATISTICS_BYTES: i64 = 16_384;

/// Builds the levels of one frontend.
pub(super) struct Levels<'a> {
    pub(super) acls: &'a Acls<'a>,
    pub(super) number: usize,
    pub(super) logs: Vec<Log>,
    pub(super) tls: Vec<bool>,
    pub(super) port: u16,
}

impl<'a> Levels<'a> {
    fn proxies(&self) -> &'a [Proxy] {
        &self.acls.program.proxies
    }

    fn frontend(&self) -> &'a Proxy {
        &self.proxies()[self.number]
    }

    fn ask(&self, ask: &Ask) -> Known<Outcome> {
        Course { acls: self.acls, frontend: self.number }.outcome(ask)
    }

    /// All of them; the first is the frontend's own. `taken` holds the backends whose servers were stated already.
    pub(super) fn all(&self, taken: &mut BTreeSet<usize>) -> (Vec<Level>, Vec<Upstream>) {
        let frontend = self.frontend();
        let mut levels = vec![self.own()];
        let mut upstreams = Vec::new();
        let mut seen = BTreeSet::new();
        for (line, name) in self.choices() {
            let Some(number) = self.acls.program.backend(name).filter(|number| seen.insert(*number)) else { continue };
            let backend = &self.proxies()[number];
            if number != self.number {
                levels.push(self.level(format!("/backend[{name}]"), line, number, &self.named(name)));
            }
            if taken.insert(number) {
                upstreams.extend(super::upstream::of(self.acls.program, backend));
            }
            levels.extend(self.statistics(backend, number, name));
            levels.extend(self.services(backend, number));
        }
        if frontend.kind == "frontend" {
            levels.extend(self.statistics(frontend, self.number, ""));
            levels.extend(self.services(frontend, self.number));
        }
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        for level in levels.iter_mut().skip(1) {
            let count = names.entry(level.locus.clone()).or_insert(0);
            *count += 1;
            if *count > 1 {
                level.locus = format!("{}#{count}", level.locus);
            }
        }
        (levels, upstreams)
    }

    /// The lines by which a frontend chooses, with the names that they choose.
    fn choices(&self) -> Vec<(&'a At, &'a str)> {
        let frontend = self.frontend();
        let mut found: Vec<(&At, &str)> = frontend.own(&["use_backend"]).map(|line| (line, line.word(1))).collect();
        found.extend(frontend.setting(&["default_backend"]).map(|line| (line, line.word(1))));
        if frontend.kind == "listen" {
            found.push((&frontend.head, frontend.name.as_str()));
        }
        found
    }

    /// What the conditions name by which requests come to a backend, and those of rules that refuse or let in.
    fn named(&self, backend: &str) -> Named {
        let frontend = self.frontend();
        let chosen = frontend.own(&["use_backend"]).filter(|line| line.word(1) == backend);
        let mut named = Named::of(frontend, chosen);
        named.sources.extend(self.rules(frontend).sources);
        if let Some(number) = self.acls.program.backend(backend) {
            named.sources.extend(self.rules(&self.proxies()[number]).sources);
        }
        named
    }

    fn rules(&self, proxy: &Proxy) -> Named {
        Named::of(
            proxy,
            proxy.all().filter(|line| matches!(line.word(0), "http-request" | "tcp-request" | "use_backend")),
        )
    }

    fn own(&self) -> Level {
        let frontend = self.frontend();
        let mut named = Named::default();
        named.sources.extend(self.rules(frontend).sources);
        let mut level = self.level(String::new(), &frontend.head, self.number, &named);
        level.serves_pages &= frontend.kind == "listen" && frontend.own(&["server"]).next().is_some();
        if frontend.kind == "frontend" && level.access.is_err() {
            // A frontend that hands everything on answers nothing itself but refusals and redirects.
            level.access = Ok(Access::default());
        }
        let mut open = Vec::new();
        let mut is_passed_on = false;
        for path in LEFTOVERS {
            match self.ask(&super::survey::from_outside(
                super::survey::NO_HOST,
                path,
                self.tls.contains(&true),
                self.port,
            )) {
                Ok(outcome) => match outcome.what {
                    What::Status(200, _) | What::Statistics | What::Service(_) => {}
                    What::Status(..) | What::Dropped => {}
                    What::Upstream | What::Tunnel => is_passed_on = true,
                },
                Err(reason) => open.push(reason),
            }
        }
        level.leftovers = Some(match (open.pop(), is_passed_on) {
            (Some(reason), _) => Err(reason),
            (None, true) => Err("an upstream decides what is answered".to_owned()),
            (None, false) => Ok(Vec::new()),
        });
        level.backtracking = frontend.all().any(has_backtracking);
        level
    }

    /// One backend as requests from this frontend see it.
    fn level(&self, locus: String, line: &At, number: usize, named: &Named) -> Level {
        let mut place = line.place();
        let proxy = &self.proxies()[number];
        if number != self.number {
            place.related.push(crate::model::Related {
                location: proxy.head.location(),
                note: "the backend that answers".to_owned(),
            });
        }
        let mut level = Level::new(locus, place);
        level.logs = self.logs.clone();
        level.body_limit_bytes = self.body_limit(proxy);
        level.redirect_hosts = redirect_hosts(proxy);
        level.line_breaks = line_breaks(proxy);
        if !self.frontend().is_http() {
            level.serves_pages = false;
            level.others_set_headers = Some(TUNNEL.to_owned());
            level.listing = Err(TUNNEL.to_owned());
            level.access = self.access(proxy, number, named, None).map(|(access, _)| access);
            return level;
        }
        level.others_set_headers = Some(OTHERS.to_owned());
        match self.access(proxy, number, named, None) {
            Ok((access, outcome)) => {
                level.access = Ok(access);
                let read = header::of(self.acls, self.frontend(), &outcome, None);
                level.headers = read.set;
            }
            Err(reason) => {
                level.headers = self.headers(number);
                level.access = Err(reason);
            }
        }
        level
    }

    /// The headers that hold whichever way a request came.
    fn headers(&self, number: usize) -> Vec<SetHeader> {
        let ask = super::survey::from_outside(super::survey::NO_HOST, "/", self.tls.contains(&true), self.port);
        let backend = (number != self.number).then_some(number);
        header::of(self.acls, self.frontend(), &Outcome { what: What::Upstream, backend, ask }, None).set
    }

    /// Who gets to a level, and one request that does. `page` names what it answers, where that is no server.
    fn access(&self, proxy: &Proxy, number: usize, named: &Named, page: Option<&What>) -> Known<(Access, Outcome)> {
        let mut inside = None;
        let mut refused = false;
        let mut reason = None;
        let first = self.first_rule(proxy);
        for (ask, is_outside) in asks(named, &self.tls, self.port) {
            let outcome = match self.ask(&ask) {
                Ok(outcome) => outcome,
                Err(unknown) => {
                    reason = Some(unknown);
                    continue;
                }
            };
            if outcome.backend.unwrap_or(self.number) != number {
                continue;
            }
            let is_there = match page {
                Some(page) => outcome.what == *page,
                None => matches!(outcome.what, What::Upstream | What::Tunnel | What::Status(200, _)),
            };
            refused |= matches!(outcome.what, What::Status(401 | 403 | 407, _) | What::Dropped);
            if is_there && is_outside {
                let access = Access { unreachable: unreachable(proxy), location: first, ..Access::default() };
                return Ok((access, outcome));
            }
            if is_there || matches!(outcome.what, What::Status(401, _)) {
                inside.get_or_insert(outcome);
            }
        }
        match (reason, inside) {
            (Some(reason), _) => Err(reason),
            (None, Some(outcome)) => {
                let access =
                    Access { restricted: true, unreachable: unreachable(proxy), location: first, ..Access::default() };
                Ok((access, outcome))
            }
            (None, None) if refused && page.is_some() => {
                let ask = super::survey::from_outside(super::survey::NO_HOST, "/", self.tls.contains(&true), self.port);
                let outcome = Outcome { what: What::Status(403, None), backend: None, ask };
                Ok((Access { restricted: true, closed: true, location: first, ..Access::default() }, outcome))
            }
            (None, None) => Err(NOBODY.to_owned()),
        }
    }

    /// Where the first rule that refuses anybody stands.
    fn first_rule(&self, proxy: &Proxy) -> Option<crate::model::Location> {
        let refuses = |line: &&At| {
            matches!(line.word(0), "http-request" if matches!(line.word(1), "deny" | "auth" | "reject" | "silent-drop" | "tarpit"))
                || matches!(line.word(0), "tcp-request" if line.word(2) == "reject")
        };
        self.frontend().all().chain(proxy.all()).find(refuses).map(At::location)
    }

    fn statistics(&self, proxy: &Proxy, number: usize, name: &str) -> Option<Level> {
        let line = stats::enabled(proxy).filter(|_| proxy.is_http())?;
        let mut level = Level::new(format!("/statistics[{}]", proxy.name), line.place());
        level.logs = self.logs.clone();
        level.serves_pages = false;
        level.status_endpoint = true;
        level.body_limit_bytes = Ok(STATISTICS_BYTES);
        let mut named = self.named(name).and(self.rules(proxy));
        named.paths = BTreeSet::from([stats::uri(proxy).to_owned()]);
        level.access = match self.access(proxy, number, &named, Some(&What::Statistics)) {
            Ok((access, mut outcome)) => {
                outcome.what = What::Statistics;
                level.headers = header::of(self.acls, self.frontend(), &outcome, None).set;
                Ok(access)
            }
            Err(reason) => {
                level.others_set_headers = Some(reason.clone());
                Err(reason)
            }
        };
        Some(level)
    }

    fn services(&self, proxy: &'a Proxy, number: usize) -> Vec<Level> {
        let mut levels = Vec::new();
        for line in proxy.lines(&["http-request", "use-service"]) {
            let service = line.word(2);
            let mut level = Level::new(format!("/service[{}]", crate::collect::limits::cut(service)), line.place());
            level.logs = self.logs.clone();
            level.serves_pages = false;
            level.status_endpoint = service == "prometheus-exporter";
            level.body_limit_bytes = Err(BODY.to_owned());
            level.others_set_headers = Some(OTHERS.to_owned());
            let mut named = Named::of(proxy, std::iter::once(line)).and(self.named(&proxy.name));
            named.sources.extend(self.rules(proxy).sources);
            let page = What::Service(service.to_owned());
            level.access = self.access(proxy, number, &named, Some(&page)).map(|(access, _)| access);
            levels.push(level);
        }
        levels
    }

    /// A rule that refuses larger bodies: `deny if { req.body_size gt 1048576 }`.
    fn body_limit(&self, proxy: &Proxy) -> Known<i64> {
        let both = self.frontend().all().chain(proxy.all());
        for line in both.filter(|line| line.begins(&["http-request", "deny"])) {
            let words = line.parted().1;
            let acl = self.frontend().all().chain(proxy.all()).find(|acl| {
                acl.word(0) == "acl" && words.len() == 2 && words.get(1).is_some_and(|name| name == acl.word(1))
            });
            let criterion =
                acl.map_or(words.get(2..).unwrap_or_default(), |acl| acl.words.get(2..).unwrap_or_default());
            let [fetch, operator, number, ..] = criterion else { continue };
            let measures = ["req.body_size", "req.hdr_val(content-length)", "hdr_val(content-length)", "req.body_len"];
            if measures.contains(&fetch.to_ascii_lowercase().as_str()) && matches!(operator.as_str(), "gt" | "ge") {
                return number.parse().map_err(|_| BODY.to_owned());
            }
        }
        Err(BODY.to_owned())
    }
}

fn has_backtracking(line: &At) -> bool {
    let is_pattern = line.words.iter().any(|word| word.ends_with("_reg") || word == "reg" || word.contains("_reg("));
    is_pattern && line.words.iter().any(|word| backtracks(word))
}

/// Rules behind one that ends every request.
fn unreachable(proxy: &Proxy) -> Vec<String> {
    const ENDS: [&str; 9] =
        ["allow", "auth", "deny", "redirect", "reject", "return", "silent-drop", "tarpit", "use-service"];
    let mut found = Vec::new();
    let mut has_ended = false;
    for line in proxy.lines(&["http-request"]).filter(|line| ENDS.contains(&line.word(1))) {
        let (words, condition) = line.parted();
        if has_ended
            && words.get(1).is_some_and(|action| matches!(action.as_str(), "allow" | "deny" | "auth" | "reject"))
        {
            found.push(crate::collect::limits::cut(&line.words.join(" ")));
        }
        has_ended |= condition.is_empty();
    }
    found
}

/// What a client wrote that chooses the host of a redirect.
fn redirect_hosts(proxy: &Proxy) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in proxy.all().filter(|line| line.word(0) == "redirect" || line.begins(&["http-request", "redirect"])) {
        let target = line.behind("location").or_else(|| line.behind("prefix")).unwrap_or_default();
        let host = target.split_once("://").map_or(target, |(_, rest)| rest);
        let host =
            if host.starts_with("%[") || target.contains("://") { host.split('/').next().unwrap_or(host) } else { "" };
        for part in host.split("%[").skip(1) {
            let fetch = part.split([']', ',']).next().unwrap_or_default();
            if ["url_param", "urlp", "query", "req.cook", "cook", "req.hdr(x-", "hdr(x-"]
                .iter()
                .any(|own| fetch.starts_with(own))
            {
                found.insert(format!("%[{}]", crate::collect::limits::cut(fetch)));
            }
        }
    }
    found
}

/// Decoded text of the client in a header: only that can hold a line break.
fn line_breaks(proxy: &Proxy) -> BTreeSet<String> {
    let writes = |line: &&At| {
        matches!(line.word(0), "http-response" | "http-after-response" | "http-request")
            && matches!(line.word(1), "set-header" | "add-header" | "redirect" | "return")
    };
    let decoded = proxy.all().filter(writes).flat_map(|line| line.words.iter().skip(2));
    decoded
        .filter(|word| word.contains("%[") && word.contains("url_dec"))
        .map(|word| crate::collect::limits::cut(word))
        .collect()
}
