//! One request through the rules in HAProxy's order: connection, http-request, statistics, redirects, the choice of a backend, and
//! the same in the backend.

use super::acl::Acls;
use super::read::{At, Proxy};
use super::sample::{Ask, Text, expression, format, sample};

/// How a request ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// HAProxy answers itself: status and target of a redirect.
    Status(u16, Option<String>),
    /// The connection is closed without an answer.
    Dropped,
    /// The statistics page; with what it asks for a password.
    Statistics,
    /// A service inside the program (`prometheus-exporter`).
    Service(String),
    /// A server of the backend answers.
    Upstream,
    /// Bytes are passed on without being read.
    Tunnel,
}

/// The end of one request.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) what: What,
    /// The proxy whose servers or rules answer, where another than the frontend was chosen.
    pub(super) backend: Option<usize>,
    /// The request as it left the rules.
    pub(super) ask: Ask,
}

/// What is asked of one frontend. Its number is that among the proxies.
pub(super) struct Course<'a> {
    pub(super) acls: &'a Acls<'a>,
    pub(super) frontend: usize,
}

/// What the rules of one proxy came to.
enum Step {
    On,
    Ended(What),
}

impl Course<'_> {
    /// Where a request ends.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub(super) fn outcome(&self, ask: &Ask) -> Result<Outcome, String> {
        let proxies = &self.acls.program.proxies;
        let frontend = &proxies[self.frontend];
        let mut ask = ask.clone();
        ask.has_scripts = self.acls.program.has_scripts();
        let ended = |what, ask: Ask| Ok(Outcome { what, backend: None, ask });
        for kind in ["connection", "session", "content"] {
            if let Step::Ended(what) = self.connection(frontend, kind, &ask)? {
                return ended(what, ask);
            }
        }
        if frontend.is_http()
            && let Step::Ended(what) = self.http(frontend, &mut ask)?
        {
            return ended(what, ask);
        }
        let Some(number) = self.chosen(frontend, &ask)? else {
            return ended(if frontend.is_http() { What::Status(503, None) } else { What::Dropped }, ask);
        };
        let backend = &proxies[number];
        let other = (number != self.frontend).then_some(number);
        let ended = |what, ask: Ask| Ok(Outcome { what, backend: other, ask });
        if other.is_some() {
            if let Step::Ended(what) = self.connection(backend, "content", &ask)? {
                return ended(what, ask);
            }
            if frontend.is_http()
                && let Step::Ended(what) = self.http(backend, &mut ask)?
            {
                return ended(what, ask);
            }
        }
        if !frontend.is_http() {
            return ended(What::Tunnel, ask);
        }
        let has_servers = backend.all().any(|line| {
            matches!(line.word(0), "server" | "server-template" | "dispatch")
                || line.begins(&["option", "transparent"])
                || line.begins(&["option", "http_proxy"])
        });
        ended(if has_servers { What::Upstream } else { What::Status(503, None) }, ask)
    }

    /// The backend that a frontend chooses; a `listen` chooses itself.
    fn chosen(&self, frontend: &Proxy, ask: &Ask) -> Result<Option<usize>, String> {
        let find = |name: &str| -> Result<Option<usize>, String> {
            if name.contains('%') {
                let Text::Known(name) = format(ask, name) else {
                    return Err("the client or a map names the backend".to_owned());
                };
                return Ok(self.acls.program.backend(&name));
            }
            self.acls.program.backend(name).map(Some).ok_or_else(|| "a backend that is not there".to_owned())
        };
        for line in frontend.own(&["use_backend"]) {
            match self.acls.holds(frontend, line.parted().1, ask) {
                Some(true) => return find(line.word(1)),
                Some(false) => {}
                None => return Err("a condition that is not known here chooses the backend".to_owned()),
            }
        }
        match frontend.setting(&["default_backend"]) {
            Some(line) => find(line.word(1)),
            None if frontend.kind == "listen" => Ok(Some(self.frontend)),
            None => Ok(None),
        }
    }

    fn connection(&self, proxy: &Proxy, kind: &str, ask: &Ask) -> Result<Step, String> {
        for line in proxy.lines(&["tcp-request", kind]) {
            let (action, condition) = line.parted();
            let action = action.get(2).map_or("", String::as_str);
            if !matches!(action, "accept" | "reject" | "silent-drop") && !action.starts_with("lua.") {
                continue;
            }
            match self.acls.holds(proxy, condition, ask) {
                Some(false) => {}
                Some(true) if action == "accept" => return Ok(Step::On),
                Some(true) if !action.starts_with("lua.") => return Ok(Step::Ended(What::Dropped)),
                _ => return Err(RULE.to_owned()),
            }
        }
        Ok(Step::On)
    }

    /// `monitor-uri`, `http-request`, the statistics page and `redirect` lines of one proxy.
    fn http(&self, proxy: &Proxy, ask: &mut Ask) -> Result<Step, String> {
        if proxy.listens()
            && let Some(line) = proxy.setting(&["monitor-uri"])
            && sample(ask, &expression("pathq")).text().is_some_and(|path| path == line.word(1))
        {
            return Ok(Step::Ended(What::Status(200, None)));
        }
        let statistics = super::stats::asked(self.acls, proxy, ask)?;
        for line in proxy.lines(&["http-request"]) {
            let (words, condition) = line.parted();
            match self.acls.holds(proxy, condition, ask) {
                Some(false) => continue,
                Some(true) => {}
                None if changes_nothing(line.word(1)) => continue,
                None => return Err(RULE.to_owned()),
            }
            if line.word(1) == "allow" {
                break;
            }
            if let Some(what) = acted(words, line, ask)? {
                return Ok(Step::Ended(what));
            }
        }
        if let Some(what) = statistics {
            return Ok(Step::Ended(what));
        }
        for line in proxy.lines(&["redirect"]) {
            let (words, condition) = line.parted();
            match self.acls.holds(proxy, condition, ask) {
                Some(false) => {}
                Some(true) => return Ok(Step::Ended(redirect(words.get(1..).unwrap_or_default(), ask))),
                None => return Err(RULE.to_owned()),
            }
        }
        Ok(Step::On)
    }
}

const RULE: &str = "a rule depends on what is not known here";

/// Whether a rule leaves answer and path alone, so that its condition does not matter.
fn changes_nothing(action: &str) -> bool {
    const ENDS: [&str; 9] =
        ["allow", "auth", "deny", "redirect", "reject", "return", "silent-drop", "tarpit", "use-service"];
    const CHANGES: [&str; 10] = [
        "normalize-uri",
        "replace-path",
        "replace-pathq",
        "replace-uri",
        "set-method",
        "set-path",
        "set-pathq",
        "set-query",
        "set-src",
        "set-uri",
    ];
    let is_of_host = matches!(action, "set-header" | "replace-header" | "add-header" | "del-header");
    !(ENDS.contains(&action)
        || CHANGES.contains(&action)
        || is_of_host
        || action.starts_with("lua.")
        || action.starts_with("set-var"))
}

/// What one rule does whose condition holds; `None` where the request goes on.
fn acted(words: &[String], line: &At, ask: &mut Ask) -> Result<Option<What>, String> {
    let behind = |name: &str| line.behind(name).filter(|_| words.iter().any(|word| word == name));
    let status = |name: &str| behind(name).and_then(|text| text.parse::<u16>().ok());
    let value = words.get(2).map_or("", String::as_str);
    let action = words.get(1).map_or("", String::as_str);
    Ok(Some(match action {
        "deny" => What::Status(status("deny_status").or_else(|| status("status")).unwrap_or(403), None),
        "tarpit" => What::Status(status("deny_status").or_else(|| status("status")).unwrap_or(500), None),
        "return" => What::Status(status("status").unwrap_or(200), None),
        "auth" => What::Status(401, None),
        "reject" | "silent-drop" => What::Dropped,
        "redirect" => redirect(words.get(2..).unwrap_or_default(), ask),
        "use-service" => What::Service(value.to_owned()),
        _ => {
            match action {
                "set-path" => ask.path = known(ask, value),
                "set-query" => ask.query = known(ask, value),
                "replace-path" | "replace-pathq" | "replace-uri" | "set-uri" | "set-pathq" | "normalize-uri" => {
                    ask.path = None;
                }
                "set-method" => ask.method = known(ask, value).unwrap_or_default(),
                "set-src" => ask.source = sample(ask, &expression(value)).text().and_then(|text| text.parse().ok()),
                "set-header" | "add-header" | "replace-header" | "del-header" => header(action, words, ask),
                _ if action.starts_with("set-var") => {
                    let inside = action.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
                    let name = inside.split(',').next().unwrap_or_default().to_owned();
                    let found = if action.starts_with("set-var-fmt") {
                        match format(ask, value) {
                            Text::Known(text) => super::sample::Sample::Text(text),
                            Text::Origin => super::sample::Sample::Origin,
                            Text::Unknown => super::sample::Sample::Unknown,
                        }
                    } else {
                        sample(ask, &expression(value))
                    };
                    ask.variables.insert(name, found);
                }
                _ if action.starts_with("lua.") => return Err(RULE.to_owned()),
                _ => {}
            }
            return Ok(None);
        }
    }))
}

fn known(ask: &Ask, value: &str) -> Option<String> {
    match format(ask, value) {
        Text::Known(text) => Some(text),
        Text::Origin | Text::Unknown => None,
    }
}

/// A request header that a rule changes.
fn header(action: &str, words: &[String], ask: &mut Ask) {
    let name = words.get(2).map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    let value = known(ask, words.get(3).map_or("", String::as_str)).filter(|_| action == "set-header");
    if name == "host" {
        ask.host = value;
        return;
    }
    let Some(headers) = &mut ask.headers else { return };
    if action != "add-header" {
        headers.retain(|(known, _)| *known != name);
    }
    match (action, value) {
        ("del-header", _) => {}
        (_, Some(value)) => headers.push((name, value)),
        // What it is now is not known, and neither is what follows from it.
        (_, None) => ask.headers = None,
    }
}

/// `location X`, `prefix X`, `scheme X`, with `code` and options.
pub(super) fn redirect(words: &[String], ask: &Ask) -> What {
    let behind = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).map(String::as_str)
    };
    let has = |name: &str| words.iter().any(|word| word == name);
    let code = behind("code").and_then(|code| code.parse().ok()).unwrap_or(302);
    let path = || -> Option<String> {
        let mut path = ask.path.clone()?;
        if has("append-slash") && !path.ends_with('/') {
            path.push('/');
        }
        match &ask.query {
            Some(query) if !has("drop-query") => Some(format!("{path}?{query}")),
            _ => Some(path),
        }
    };
    let target = if let Some(text) = behind("location") {
        known(ask, text)
    } else if let Some(text) = behind("prefix") {
        // A prefix of one slash is taken for none.
        known(ask, text).and_then(|text| Some(if text == "/" { path()? } else { format!("{text}{}", path()?) }))
    } else if let Some(text) = behind("scheme") {
        known(ask, text).and_then(|text| Some(format!("{text}://{}{}", ask.host.as_ref()?, path()?)))
    } else {
        None
    };
    What::Status(code, Some(target.unwrap_or_else(|| UNKNOWN_TARGET.to_owned())))
}

/// Stands for a target of which the client's or a map's part is not known.
pub(super) const UNKNOWN_TARGET: &str = "%";
