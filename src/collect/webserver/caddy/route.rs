//! The lines of a site -> routes as Caddy's own JSON has them: sorted, grouped and joined as its adapter does it. The key `@` of a
//! handler says which line it comes from.

use serde_json::{Value, json};

use super::handler;
use super::matcher::{Matchers, named, token};
use super::read::Node;

/// The order of directives (Caddy documentation, Directive order).
const ORDER: [&str; 34] = [
    "tracing",
    "map",
    "vars",
    "root",
    "skip_log",
    "header",
    "copy_response_headers",
    "request_body",
    "redir",
    "method",
    "rewrite",
    "uri",
    "try_files",
    "basicauth",
    "basic_auth",
    "forward_auth",
    "request_header",
    "encode",
    "push",
    "templates",
    "invoke",
    "handle",
    "handle_path",
    "route",
    "abort",
    "error",
    "copy_response",
    "respond",
    "metrics",
    "reverse_proxy",
    "php_fastcgi",
    "file_server",
    "acme_server",
    "log_skip",
];

/// Whether a line of a site is one of these.
pub(super) fn is_directive(name: &str) -> bool {
    ORDER.contains(&name)
}

/// One route before it is sorted.
struct Unsorted {
    directive: &'static str,
    matcher: Option<Value>,
    handlers: Vec<Value>,
}

/// What building routes needs and finds.
#[derive(Debug, Default)]
pub(super) struct Builder<'a> {
    /// The lines that `@` counts.
    pub(super) lines: Vec<&'a Node>,
    /// Directives that are not read here.
    pub(super) unknown: Vec<&'a Node>,
    groups: usize,
}

impl<'a> Builder<'a> {
    /// The routes of a block whose directives Caddy sorts.
    pub(super) fn sorted(&mut self, nodes: &'a [Node], around: &Matchers) -> Vec<Value> {
        let mut all = self.unsorted(nodes, around);
        // Caddy's comparison is no total order, so the way of sorting is part of the answer: its own, by insertion.
        for end in 1..all.len() {
            let mut at = end;
            while at > 0 && comes_first(&all[at], &all[at - 1]) {
                all.swap(at, at - 1);
                at -= 1;
            }
        }
        let count = |names: &[&str]| all.iter().filter(|one| names.contains(&one.directive)).count();
        let mut group = |wanted: bool| {
            self.groups += 1;
            wanted.then(|| format!("group{}", self.groups))
        };
        let rewrites = group(count(&["rewrite"]) > 0);
        let roots = group(count(&["root"]) > 1);
        let handles = group(count(&["handle", "handle_path"]) > 1);
        let mut routes: Vec<Value> = Vec::new();
        for one in all {
            let group = match one.directive {
                "rewrite" => rewrites.as_deref(),
                "root" => roots.as_deref(),
                "handle" | "handle_path" => handles.as_deref(),
                _ => None,
            };
            // Neighbours with the same matcher become one.
            let is_same = routes.last().is_some_and(|last| {
                last.pointer("/match/0") == one.matcher.as_ref() && last.get("group").and_then(Value::as_str) == group
            });
            match routes.last_mut().and_then(|last| last.get_mut("handle")).and_then(Value::as_array_mut) {
                Some(list) if is_same => list.extend(one.handlers),
                _ => routes.push(route(one.matcher, one.handlers, group)),
            }
        }
        routes
    }

    /// The routes of a block in the order in which they stand.
    pub(super) fn in_order(&mut self, nodes: &'a [Node], around: &Matchers) -> Vec<Value> {
        self.unsorted(nodes, around).into_iter().map(|one| route(one.matcher, one.handlers, None)).collect()
    }

    fn unsorted(&mut self, nodes: &'a [Node], around: &Matchers) -> Vec<Unsorted> {
        let mut matchers = around.clone();
        matchers.extend(named(nodes));
        let mut found = Vec::new();
        for node in nodes.iter().filter(|node| !node.word(0).starts_with('@')) {
            let Some(directive) = ORDER.iter().find(|name| **name == node.word(0)).copied() else {
                if !matches!(node.word(0), "log" | "tls" | "bind" | "handle_errors") {
                    self.unknown.push(node);
                }
                continue;
            };
            let mut rest = node.words.get(1..).unwrap_or_default();
            let mut matcher = None;
            let alone =
                matches!(directive, "root" | "redir" | "try_files") && rest.len() == 1 || directive == "try_files";
            if let Some(read) = rest.first().filter(|_| !alone).and_then(|word| token(word, &matchers)) {
                matcher = read;
                rest = rest.get(1..).unwrap_or_default();
            }
            let place = self.lines.len();
            self.lines.push(node);
            for (own, mut handlers) in self.handlers(directive, rest, node, &matchers, matcher.as_ref()) {
                for handler in &mut handlers {
                    if let Some(handler) = handler.as_object_mut() {
                        handler.insert("@".to_owned(), json!(place));
                    }
                }
                found.push(Unsorted { directive, matcher: own.or_else(|| matcher.clone()), handlers });
            }
        }
        found
    }

    /// The handlers of one directive; a matcher beside them stands in place of the directive's own.
    fn handlers(
        &mut self,
        directive: &str,
        words: &[String],
        node: &'a Node,
        matchers: &Matchers,
        matcher: Option<&Value>,
    ) -> Vec<(Option<Value>, Vec<Value>)> {
        let inner = match directive {
            "handle" => self.sorted(node.inside(), matchers),
            "route" => self.in_order(node.inside(), matchers),
            "handle_path" => {
                let path = matcher.and_then(|set| set.pointer("/path/0")).and_then(Value::as_str).unwrap_or_default();
                let prefix = path.trim_end_matches('*').trim_end_matches('/');
                let strip = json!({ "handle": [{ "handler": "rewrite", "strip_path_prefix": prefix }] });
                let mut routes = vec![strip];
                routes.extend(self.sorted(node.inside(), matchers));
                routes
            }
            _ => return handler::of(directive, words, node),
        };
        vec![(None, vec![json!({ "handler": "subroute", "routes": inner })])]
    }
}

/// Whether one comes before another: by directive, by the longer of two paths, and with a matcher before none.
fn comes_first(one: &Unsorted, other: &Unsorted) -> bool {
    let (position, others) = (position(one.directive), position(other.directive));
    if position != others {
        return position < others;
    }
    let (one, other) = if one.directive == "vars" { (other, one) } else { (one, other) };
    match (path_length(one), path_length(other)) {
        (0, _) | (_, 0) => one.matcher.is_some() && other.matcher.is_none(),
        (length, others) => length > others,
    }
}

fn position(directive: &str) -> usize {
    let name = match directive {
        "handle_path" => "handle",
        "basic_auth" => "basicauth",
        other => other,
    };
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}

/// The length of the one path of the one matcher set.
fn path_length(route: &Unsorted) -> usize {
    let paths = route.matcher.as_ref().and_then(|set| set.get("path")).and_then(Value::as_array);
    match paths.map(Vec::as_slice) {
        Some([path]) => path.as_str().map_or(0, str::len),
        _ => 0,
    }
}

fn route(matcher: Option<Value>, handlers: Vec<Value>, group: Option<&str>) -> Value {
    let mut route = json!({ "handle": handlers });
    if let Some(route) = route.as_object_mut() {
        if let Some(matcher) = matcher {
            route.insert("match".to_owned(), json!([matcher]));
        }
        if let Some(group) = group {
            route.insert("group".to_owned(), json!(group));
        }
    }
    route
}
