//! rsyslog.conf, both its syntaxes: what is sent elsewhere and how, what is thrown away, and with which mode files are made.
//! Of a selector only whether it reaches everything of a facility is kept; filters of RainerScript are not evaluated.

mod statement;

use std::collections::BTreeMap;

use statement::{object, statements};

/// One action that hands messages on to another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Host or address, without brackets.
    pub target: String,
    /// Port, where one is written.
    pub port: Option<String>,
    /// `udp`, `tcp`, `relp`.
    pub transport: String,
    /// TLS on the way.
    pub encrypted: bool,
    /// The receiver must show a certificate of the name that is written here.
    pub peer_verified: bool,
    /// The selector or condition in front of it, as written; `*.*` for everything.
    pub selector: String,
    /// Line, from 1.
    pub line: u32,
}

/// One rule that throws messages away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// What is thrown away, as written.
    pub what: String,
    /// Line, from 1.
    pub line: u32,
}

/// One file that is followed line by line (imfile).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Path or glob.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
}

/// What one or more files say together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// Actions that send messages on.
    pub forwards: Vec<Forward>,
    /// Rules that throw messages away.
    pub discards: Vec<Discard>,
    /// Files that are followed.
    pub followed: Vec<Followed>,
    /// Mode of new files, with its line, where one is set.
    pub file_mode: Option<(u32, u32)>,
    /// Includes, as written: globs.
    pub includes: Vec<String>,
    /// Lines that could not be read.
    pub faults: Vec<(u32, String)>,
}

/// Settings of the old syntax that hold for what follows them, across files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    driver: String,
    mode: bool,
    auth: String,
    has_peer: bool,
}

/// Reads one file; `state` goes on from file to file, as rsyslog reads them.
#[must_use]
pub fn parse(text: &str, state: &mut State) -> File {
    let mut file = File::default();
    let mut condition: Option<String> = None;
    for (line, statement) in statements(text) {
        let statement = statement.trim();
        if let Some(directive) = statement.strip_prefix('$') {
            legacy(directive, line, state, &mut file);
        } else if let Some((name, parameters)) = object(statement) {
            match parameters {
                Some(parameters) => construct(&name, &parameters, line, condition.as_deref(), state, &mut file),
                None => file.faults.push((line, format!("{name}: its brackets do not close"))),
            }
        } else if let Some(rest) = statement.strip_prefix("if ") {
            let (test, action) = rest.split_once(" then").unwrap_or((rest, ""));
            let action = action.trim().trim_start_matches('{').trim();
            condition = Some(test.trim().to_owned());
            inner(action, line, test.trim(), state, &mut file);
        } else if statement == "}" || statement.starts_with("} else") || statement.starts_with("else") {
            condition = None;
        } else if matches!(statement, "stop" | "~") {
            let what = condition.clone().unwrap_or_else(|| "*.*".to_owned());
            file.discards.push(Discard { what, line });
        } else if matches!(statement, "{" | "&stop") || statement.is_empty() {
            if statement == "&stop" {
                file.discards.push(Discard { what: "the rule before".to_owned(), line });
            }
        } else {
            rule(statement, line, state, &mut file);
        }
    }
    file
}

fn construct(
    name: &str,
    parameters: &BTreeMap<String, String>,
    line: u32,
    condition: Option<&str>,
    state: &mut State,
    file: &mut File,
) {
    let of = |key: &str| parameters.get(key).map(String::as_str).unwrap_or_default();
    match name {
        "include" => file.includes.extend(parameters.get("file").cloned()),
        "global" => {
            if let Some(driver) = parameters.get("defaultnetstreamdriver") {
                state.driver.clone_from(driver);
            }
        }
        "module" if of("load").ends_with("omfile") => mode_of(of("filecreatemode"), line, file),
        "input" if of("type") == "imfile" => file.followed.push(Followed { path: of("file").to_owned(), line }),
        "action" => action(parameters, line, condition, state, file),
        _ => {}
    }
}

fn action(parameters: &BTreeMap<String, String>, line: u32, condition: Option<&str>, state: &State, file: &mut File) {
    let of = |key: &str| parameters.get(key).map(String::as_str).unwrap_or_default();
    let selector = condition.unwrap_or("*.*").to_owned();
    let port = parameters.get("port").filter(|port| !port.is_empty()).cloned();
    match of("type") {
        "omfwd" => {
            let driver = if of("streamdriver").is_empty() { state.driver.as_str() } else { of("streamdriver") };
            let is_tls = matches!(driver, "gtls" | "ossl" | "mbedtls");
            // Mode 0 is plain TCP whatever the driver; without a mode that is what the driver does.
            let mode = if of("streamdrivermode").is_empty() { state.mode } else { of("streamdrivermode") == "1" };
            let tcp = of("protocol").eq_ignore_ascii_case("tcp");
            let auth =
                if of("streamdriverauthmode").is_empty() { state.auth.as_str() } else { of("streamdriverauthmode") };
            let has_peer = !of("streamdriverpermittedpeers").is_empty() || state.has_peer;
            file.forwards.push(Forward {
                target: unbracketed(of("target")),
                port,
                transport: if tcp { "tcp" } else { "udp" }.to_owned(),
                encrypted: tcp && is_tls && mode,
                peer_verified: tcp && is_tls && mode && verifies(auth, has_peer),
                selector,
                line,
            });
        }
        "omrelp" => {
            let encrypted = of("tls").eq_ignore_ascii_case("on");
            let has_peer = !of("tls.permittedpeer").is_empty();
            file.forwards.push(Forward {
                target: unbracketed(of("target")),
                port,
                transport: "relp".to_owned(),
                encrypted,
                peer_verified: encrypted && verifies(of("tls.authmode"), has_peer),
                selector,
                line,
            });
        }
        "omelasticsearch" | "omhttp" | "omclickhouse" => file.forwards.push(Forward {
            target: of("server").trim_start_matches("https://").trim_start_matches("http://").to_owned(),
            port: parameters.get("serverport").cloned(),
            transport: "http".to_owned(),
            encrypted: of("usehttps").eq_ignore_ascii_case("on") || of("server").starts_with("https://"),
            peer_verified: of("usehttps").eq_ignore_ascii_case("on")
                && !of("skipverifyhost").eq_ignore_ascii_case("on"),
            selector,
            line,
        }),
        "omfile" => mode_of(of("filecreatemode"), line, file),
        "" => file.faults.push((line, "an action without a type".to_owned())),
        _ => {}
    }
}

/// `x509/name` with a name, or a fingerprint: anything less takes any certificate of the authority, or any at all.
fn verifies(auth: &str, has_peer: bool) -> bool {
    let auth = auth.to_ascii_lowercase();
    has_peer && (auth.ends_with("name") || auth.ends_with("fingerprint"))
}

fn legacy(directive: &str, line: u32, state: &mut State, file: &mut File) {
    let (name, value) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
    let value = value.trim();
    match name.to_ascii_lowercase().as_str() {
        "includeconfig" => file.includes.push(value.to_owned()),
        "filecreatemode" => mode_of(value, line, file),
        "defaultnetstreamdriver" | "actionsendstreamdriver" => value.clone_into(&mut state.driver),
        "actionsendstreamdrivermode" => state.mode = value == "1",
        "actionsendstreamdriverauthmode" => value.clone_into(&mut state.auth),
        "actionsendstreamdriverpermittedpeer" => state.has_peer = !value.is_empty(),
        "inputfilename" => file.followed.push(Followed { path: value.to_owned(), line }),
        _ => {}
    }
}

fn mode_of(value: &str, line: u32, file: &mut File) {
    if !value.is_empty() {
        match u32::from_str_radix(value, 8) {
            Ok(mode) if mode <= 0o7777 => file.file_mode = Some((mode, line)),
            _ => file.faults.push((line, "a file mode that is no octal number".to_owned())),
        }
    }
}

/// An old rule: a selector (or a property filter) and an action.
fn rule(statement: &str, line: u32, state: &State, file: &mut File) {
    let (selector, act) = if statement.starts_with(':') {
        // `:property, operation, "value" action`
        match statement.rsplit_once(['"', ' ', '\t']) {
            Some((filter, act)) => (filter.trim(), act.trim()),
            None => (statement, ""),
        }
    } else if let Some(act) = statement.strip_prefix('&') {
        ("the rule before", act.trim())
    } else {
        match statement.split_once(char::is_whitespace) {
            Some((selector, act)) if selector.contains('.') => (selector, act.trim()),
            _ => {
                // Statements of RainerScript that neither send nor drop: set, unset, call, foreach, …
                let word = statement.split([' ', '(', '=']).next().unwrap_or_default();
                let known = ["set", "unset", "reset", "call", "call_indirect", "foreach", "continue", "template", "}"];
                if !known.contains(&word) && !statement.starts_with('}') {
                    file.faults.push((line, "a line that is not understood".to_owned()));
                }
                return;
            }
        }
    };
    if act.is_empty() {
        file.faults.push((line, "a selector without an action".to_owned()));
        return;
    }
    inner(act, line, selector, state, file);
}

fn inner(act: &str, line: u32, selector: &str, state: &State, file: &mut File) {
    if let Some((_, Some(parameters))) = object(act) {
        action(&parameters, line, Some(selector), state, file);
    } else if act == "~" || act == "stop" || act.starts_with("stop") {
        file.discards.push(Discard { what: selector.to_owned(), line });
    } else if let Some(rest) = act.strip_prefix("@@") {
        let (target, port) = place(rest);
        let encrypted = state.mode && matches!(state.driver.as_str(), "gtls" | "ossl" | "mbedtls");
        let peer_verified = encrypted && verifies(&state.auth, state.has_peer);
        let transport = "tcp".to_owned();
        file.forwards.push(Forward {
            target,
            port,
            transport,
            encrypted,
            peer_verified,
            selector: selector.to_owned(),
            line,
        });
    } else if let Some(rest) = act.strip_prefix('@') {
        let (target, port) = place(rest);
        let transport = "udp".to_owned();
        let selector = selector.to_owned();
        file.forwards.push(Forward { target, port, transport, encrypted: false, peer_verified: false, selector, line });
    } else if let Some(rest) = act.strip_prefix(":omrelp:") {
        let (target, port) = place(rest);
        let transport = "relp".to_owned();
        let selector = selector.to_owned();
        file.forwards.push(Forward { target, port, transport, encrypted: false, peer_verified: false, selector, line });
    }
}

/// `(o,z9)host:port;template`, `[2001:db8::1]:514`.
fn place(text: &str) -> (String, Option<String>) {
    let text = text.strip_prefix('(').and_then(|text| text.split_once(')')).map_or(text, |(_, rest)| rest);
    let text = text.split([';', ' ', '\t']).next().unwrap_or(text);
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return (host.to_owned(), rest.strip_prefix(':').map(str::to_owned));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host.to_owned(), Some(port.to_owned())),
        _ => (text.to_owned(), None),
    }
}

fn unbracketed(text: &str) -> String {
    text.trim_matches(['[', ']']).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_old_syntax_is_read_with_its_state() {
        let mut state = State::default();
        let file = parse(
            "$FileCreateMode 0640\n*.* @192.0.2.9\nauth.* @@(o)logs.example.jp:10514;RSYSLOG_Format # x\n$IncludeConfig /etc/rsyslog.d/*.conf\n\
             $DefaultNetstreamDriver gtls\n$ActionSendStreamDriverMode 1\n$ActionSendStreamDriverAuthMode x509/name\n\
             $ActionSendStreamDriverPermittedPeer logs.example.jp\n*.* @@[2001:db8::9]:6514\n:msg, contains, \"health\" ~\n& stop\nkern.* /var/log/kern.log\nnonsense\n",
            &mut state,
        );
        let forwards: Vec<_> = file
            .forwards
            .iter()
            .map(|to| (to.target.as_str(), to.port.as_deref(), to.transport.as_str(), to.encrypted, to.peer_verified))
            .collect();
        assert_eq!(
            forwards,
            [
                ("192.0.2.9", None, "udp", false, false),
                ("logs.example.jp", Some("10514"), "tcp", false, false),
                ("2001:db8::9", Some("6514"), "tcp", true, true),
            ]
        );
        assert_eq!(file.file_mode, Some((0o640, 1)));
        assert_eq!(file.includes, ["/etc/rsyslog.d/*.conf"]);
        assert_eq!(file.discards.len(), 2);
        assert_eq!(file.faults, [(13, "a line that is not understood".to_owned())]);
    }

    #[test]
    fn the_new_syntax_is_read_over_lines() {
        let text = "module(load=\"imfile\")\ninput(type=\"imfile\" File=\"/var/log/nginx/access.log\"\n  Tag=\"nginx\")\nglobal(DefaultNetstreamDriver=\"gtls\")\n\
                    if $programname == 'nginx' then {\n  action(type=\"omfwd\" target=\"logs.example.jp\" port=\"6514\" protocol=\"tcp\"\n    StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/name\"\n    StreamDriverPermittedPeers=\"logs.example.jp\")\n  stop\n}\n\
                    *.* action(type=\"omrelp\" target=\"relp.example.jp\" tls=\"on\")\n";
        let file = parse(text, &mut State::default());
        assert_eq!(file.faults, []);
        assert_eq!(file.followed[0].path, "/var/log/nginx/access.log");
        assert_eq!((file.forwards[0].line, file.forwards[0].peer_verified), (6, true));
        assert_eq!((file.forwards[1].encrypted, file.forwards[1].peer_verified), (true, false));
        assert!(file.discards[0].what.contains("nginx"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-z*.@$:()=\"'\\[\\]{}~& #\\\\\n0-9]{0,300}") {
            let _ = parse(&text, &mut State::default());
        }
    }
}
