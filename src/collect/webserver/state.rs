//! What is in force at a level: inherited unless the level sets its own, all or nothing per directive family.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::tree::{Block, Node};

/// One access log target.
#[derive(Debug, Clone)]
pub(super) struct AccessLog<'a> {
    pub(super) target: String,
    pub(super) format: String,
    pub(super) conditional: bool,
    pub(super) node: &'a Node,
}

/// One header that is set on a response or on a request to an upstream.
#[derive(Debug, Clone)]
pub(super) struct Header<'a> {
    /// In lower case.
    pub(super) name: String,
    pub(super) value: String,
    /// Also on error responses.
    pub(super) always: bool,
    pub(super) node: &'a Node,
}

/// One rule of access by address.
#[derive(Debug, Clone)]
pub(super) struct Rule<'a> {
    pub(super) allows: bool,
    /// An address, a network, or `all`.
    pub(super) source: String,
    pub(super) node: &'a Node,
}

/// Directives of one value that an inner level inherits until it sets its own.
const SINGLES: [&str; 32] = [
    "absolute_redirect",
    "add_header_inherit",
    "auth_basic",
    "auth_jwt",
    "auth_oidc",
    "auth_request",
    "autoindex",
    "client_max_body_size",
    "default_type",
    "expires",
    "fastcgi_intercept_errors",
    "http2",
    "index",
    "merge_slashes",
    "port_in_redirect",
    "proxy_intercept_errors",
    "proxy_ssl_verify",
    "real_ip_header",
    "resolver",
    "satisfy",
    "server_name_in_redirect",
    "server_tokens",
    "ssl_ciphers",
    "ssl_protocols",
    "ssl_session_cache",
    "ssl_session_ticket_key",
    "ssl_session_tickets",
    "ssl_stapling",
    "ssl_stapling_file",
    "ssl_verify_client",
    "uwsgi_intercept_errors",
    "recursive_error_pages",
];

/// Directives of modules that change response headers in ways that are not read here.
const OPAQUE: [&str; 4] =
    ["more_set_headers", "more_clear_headers", "header_filter_by_lua_block", "header_filter_by_lua_file"];

/// Effective directives of one level.
#[derive(Debug, Clone, Default)]
pub(super) struct State<'a> {
    /// `None` until a level sets one: nginx then writes its default log with the combined format.
    pub(super) logs: Option<Vec<AccessLog<'a>>>,
    pub(super) root: Option<String>,
    /// The `root` or `alias` that is in force.
    pub(super) files: Option<&'a Node>,
    /// `error_page` in force.
    pub(super) error_pages: Rc<Vec<&'a Node>>,
    /// `add_header` in force.
    pub(super) headers: Rc<Vec<Header<'a>>>,
    /// `proxy_set_header` in force.
    pub(super) request_headers: Rc<Vec<Header<'a>>>,
    /// `allow` and `deny` in force, in order.
    pub(super) rules: Rc<Vec<Rule<'a>>>,
    /// `set_real_ip_from` in force.
    pub(super) proxies: Rc<Vec<Rule<'a>>>,
    singles: BTreeMap<&'static str, &'a Node>,
    /// Another module changes headers here: what is read is not all.
    pub(super) opaque_headers: bool,
    /// The version does not know `add_header_inherit`.
    ignores_inherit: bool,
}

impl<'a> State<'a> {
    /// Nothing is in force yet; `knows_inherit`: the version follows `add_header_inherit`.
    pub(super) fn of_version(knows_inherit: bool) -> Self {
        Self { ignores_inherit: !knows_inherit, ..Self::default() }
    }

    /// This state with what a level of its own sets. Arrays such as access_log are replaced as a whole.
    pub(super) fn at(&self, level: &'a Block) -> Self {
        let mut state = self.clone();
        let mut logs: Option<Vec<AccessLog<'a>>> = None;
        let (mut headers, mut request_headers) = (Vec::new(), Vec::new());
        let (mut rules, mut proxies, mut error_pages) = (Vec::new(), Vec::new(), Vec::new());
        for node in level {
            match (node.name.as_str(), node.arguments.as_slice()) {
                ("access_log", [target, ..]) if target == "off" => logs = Some(Vec::new()),
                ("access_log", [target, options @ ..]) => {
                    let format = options.first().filter(|first| !first.contains('='));
                    logs.get_or_insert_default().push(AccessLog {
                        target: target.clone(),
                        format: format.cloned().unwrap_or_else(|| "combined".to_owned()),
                        conditional: options.iter().any(|option| option.starts_with("if=")),
                        node,
                    });
                }
                ("root" | "alias", [path]) => {
                    state.root = Some(path.trim_end_matches('/').to_owned());
                    state.files = Some(node);
                }
                ("error_page", [_, ..]) => error_pages.push(node),
                ("add_header", [name, value, options @ ..]) => headers.push(Header {
                    name: name.to_ascii_lowercase(),
                    value: value.clone(),
                    always: options.iter().any(|option| option == "always"),
                    node,
                }),
                ("proxy_set_header", [name, value]) => request_headers.push(Header {
                    name: name.to_ascii_lowercase(),
                    value: value.clone(),
                    always: true,
                    node,
                }),
                ("allow" | "deny", [source]) => {
                    rules.push(Rule { allows: node.name == "allow", source: source.clone(), node });
                }
                ("set_real_ip_from", [source]) => {
                    proxies.push(Rule { allows: true, source: source.clone(), node });
                }
                (name, _) if OPAQUE.contains(&name) => state.opaque_headers = true,
                (name, _) => {
                    if let Some(single) = SINGLES.iter().find(|single| **single == name) {
                        state.singles.insert(single, node);
                    }
                }
            }
        }
        if logs.is_some() {
            state.logs = logs;
        }
        // add_header_inherit (1.29.3): `merge` keeps what stands outside, `off` drops it even where nothing is set here.
        match state.word("add_header_inherit").filter(|_| !state.ignores_inherit) {
            Some("merge") => {
                headers.splice(0..0, state.headers.iter().cloned());
                state.headers = Rc::new(headers);
            }
            Some("off") => state.headers = Rc::new(headers),
            _ if !headers.is_empty() => state.headers = Rc::new(headers),
            _ => {}
        }
        if !request_headers.is_empty() {
            state.request_headers = Rc::new(request_headers);
        }
        if !rules.is_empty() {
            state.rules = Rc::new(rules);
        }
        if !error_pages.is_empty() {
            state.error_pages = Rc::new(error_pages);
        }
        if !proxies.is_empty() {
            state.proxies = Rc::new(proxies);
        }
        state
    }

    /// The logs in force; the default log where no level names one.
    pub(super) fn logs(&self, server: &'a Node) -> Vec<AccessLog<'a>> {
        self.logs.clone().unwrap_or_else(|| {
            vec![AccessLog {
                target: "logs/access.log".to_owned(),
                format: "combined".to_owned(),
                conditional: false,
                node: server,
            }]
        })
    }

    /// The directive of one value that is in force.
    pub(super) fn single(&self, name: &str) -> Option<&'a Node> {
        self.singles.get(name).copied()
    }

    /// Its first argument.
    pub(super) fn word(&self, name: &str) -> Option<&'a str> {
        self.single(name).and_then(|node| node.arguments.first()).map(String::as_str)
    }

    /// Whether a directive of one value is `on`.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.word(name) == Some("on")
    }

    /// The values of a response header in force, in order.
    pub(super) fn header<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Header<'a>> + 's {
        self.headers.iter().filter(move |header| header.name == name)
    }
}
