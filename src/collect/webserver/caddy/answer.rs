//! One request through the routes of a site, in Caddy's order: matchers are asked when their route is reached, so that a rewrite
//! decides what later routes see.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::routing::Patterns;
use super::ask::{Ask, filled, matches};

/// How a request ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Caddy answers itself: status and target of a redirect.
    Status(u16, Option<String>),
    /// As an error: headers that wait for the answer are then not there.
    Failed(u16),
    /// The connection is closed without an answer.
    Dropped,
    /// A file of this folder, or a list of it.
    File { root: Option<String>, path: String, browse: bool, hide: Vec<String> },
    /// A server behind it answers.
    Upstream,
    /// Figures of the server.
    Metrics,
    /// No handler answers: an empty 200.
    Nothing,
}

/// One change of the answer's headers, in the order in which it was passed.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) response: Value,
    pub(super) line: usize,
    /// The request as it was then.
    pub(super) ask: Ask,
}

/// The end of one request.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) what: What,
    pub(super) changes: Vec<Change>,
    /// The lines whose handlers were passed.
    pub(super) lines: Vec<usize>,
    /// The largest body that is taken; `None` where nothing limits it.
    pub(super) body_limit_bytes: Option<i64>,
    /// The request as it left the rewrites.
    pub(super) ask: Ask,
}

/// The way of one request.
pub(super) struct Course<'a> {
    patterns: &'a Patterns,
    ask: Ask,
    root: Option<String>,
    outcome: Outcome,
    /// A rewrite to a file that may be there leaves two ways; this is the one that is gone.
    found_files: bool,
}

const CONDITION: &str = "a matcher depends on what is not known here";
const HANDLER: &str = "a handler that is not read here may answer";

/// Where a request ends. Both ways of a rewrite to files are gone; where they end unlike, it is not known.
///
/// # Errors
/// Why that cannot be told.
pub(super) fn outcome(patterns: &Patterns, routes: &[Value], ask: &Ask) -> Result<Outcome, String> {
    let gone = |found_files| {
        let outcome = Outcome {
            what: What::Nothing,
            changes: Vec::new(),
            lines: Vec::new(),
            body_limit_bytes: None,
            ask: ask.clone(),
        };
        let mut course = Course { patterns, ask: ask.clone(), root: None, outcome, found_files };
        course.routes(routes)?;
        course.outcome.ask = course.ask;
        Ok::<Outcome, String>(course.outcome)
    };
    let plain = gone(false)?;
    if !has_files(routes) {
        return Ok(plain);
    }
    let rewritten = gone(true)?;
    let is_open = |what: &What| !matches!(what, What::Status(401 | 403, _) | What::Failed(401 | 403) | What::Dropped);
    if is_open(&plain.what) == is_open(&rewritten.what) {
        return Ok(if matches!(plain.what, What::Nothing) { rewritten } else { plain });
    }
    Err("a rewrite to files that may be there decides who gets in".to_owned())
}

fn has_files(routes: &[Value]) -> bool {
    routes.iter().any(|route| {
        let inner = route.get("handle").and_then(Value::as_array).into_iter().flatten();
        route.pointer("/match/0/file").is_some()
            || inner.filter_map(|handler| handler.get("routes")?.as_array()).any(|routes| has_files(routes))
    })
}

impl Course<'_> {
    /// Whether a handler of these routes answered.
    fn routes(&mut self, routes: &[Value]) -> Result<bool, String> {
        let mut groups: BTreeSet<&str> = BTreeSet::new();
        for route in routes {
            let group = route.get("group").and_then(Value::as_str);
            if group.is_some_and(|group| groups.contains(group)) {
                continue;
            }
            let is_of_files = route.pointer("/match/0/file").is_some();
            let holds = if is_of_files {
                self.found_files
            } else {
                matches(self.patterns, route.get("match"), &self.ask).ok_or_else(|| CONDITION.to_owned())?
            };
            if !holds {
                continue;
            }
            groups.extend(group);
            if is_of_files {
                self.go_to_file(route);
                continue;
            }
            for handler in route.get("handle").and_then(Value::as_array).into_iter().flatten() {
                if self.handler(handler)? {
                    return Ok(true);
                }
            }
            if route.get("terminal").and_then(Value::as_bool) == Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The last of the files that are tried is the one that is there in any case.
    fn go_to_file(&mut self, route: &Value) {
        let files = route.pointer("/match/0/file/try_files").and_then(Value::as_array);
        let last = files.and_then(|files| files.last()).and_then(Value::as_str).unwrap_or_default();
        if let Some(target) = filled(last, &self.ask) {
            self.to(&target);
        }
    }

    fn to(&mut self, uri: &str) {
        let (path, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
        if !path.is_empty() {
            path.clone_into(&mut self.ask.path);
        }
        if let Some(query) = query {
            query.clone_into(&mut self.ask.query);
        }
    }

    fn handler(&mut self, handler: &Value) -> Result<bool, String> {
        let line = handler.get("@").and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok());
        self.outcome.lines.extend(line);
        let text = |name: &str| handler.get(name).and_then(Value::as_str);
        self.outcome.what = match text("handler").unwrap_or_default() {
            "subroute" => {
                let routes = handler.get("routes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                return self.routes(routes);
            }
            "vars" => {
                self.root = text("root").map(str::to_owned).or(self.root.take());
                return Ok(false);
            }
            "headers" => {
                if let Some(response) = handler.get("response") {
                    let line = line.unwrap_or_default();
                    self.outcome.changes.push(Change { response: response.clone(), line, ask: self.ask.clone() });
                }
                return Ok(false);
            }
            "rewrite" => return self.rewrite(handler).map(|()| false),
            "request_body" => {
                self.outcome.body_limit_bytes = handler.get("max_size").and_then(Value::as_i64);
                return Ok(false);
            }
            "encode" | "push" | "templates" | "tracing" | "skip_log" | "log_skip" | "map" => return Ok(false),
            "authentication" => What::Failed(401),
            "static_response" if handler.get("abort").is_some() => What::Dropped,
            "static_response" => {
                let status = handler.get("status_code").and_then(Value::as_u64).unwrap_or(200);
                let target = handler.pointer("/headers/Location/0").and_then(Value::as_str);
                let target =
                    target.map(|target| filled(target, &self.ask).unwrap_or_else(|| UNKNOWN_TARGET.to_owned()));
                What::Status(u16::try_from(status).unwrap_or(200), target)
            }
            "error" => {
                let status = handler.get("status_code").and_then(Value::as_u64).unwrap_or(500);
                What::Failed(u16::try_from(status).unwrap_or(500))
            }
            "file_server" => {
                let hide = handler.get("hide").and_then(Value::as_array).into_iter().flatten();
                What::File {
                    root: text("root").map(str::to_owned).or(self.root.clone()),
                    path: self.ask.path.clone(),
                    browse: handler.get("browse").is_some(),
                    hide: hide.filter_map(Value::as_str).map(str::to_owned).collect(),
                }
            }
            "reverse_proxy" => What::Upstream,
            "metrics" => What::Metrics,
            _ => return Err(HANDLER.to_owned()),
        };
        Ok(true)
    }

    fn rewrite(&mut self, handler: &Value) -> Result<(), String> {
        let text = |name: &str| handler.get(name).and_then(Value::as_str);
        if let Some(method) = text("method") {
            method.clone_into(&mut self.ask.method);
        }
        if let Some(uri) = text("uri") {
            let uri = filled(uri, &self.ask).ok_or_else(|| CONDITION.to_owned())?;
            self.to(&uri);
        }
        if let Some(prefix) = text("strip_path_prefix") {
            let path = &self.ask.path;
            let is_there = path.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
            if is_there {
                self.ask.path = path[prefix.len()..].to_owned();
            }
        }
        if let Some(suffix) = text("strip_path_suffix") {
            self.ask.path = self.ask.path.strip_suffix(suffix).unwrap_or(&self.ask.path).to_owned();
        }
        for change in handler.get("uri_substring").and_then(Value::as_array).into_iter().flatten() {
            let of = |name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default();
            if !of("find").is_empty() {
                let uri = self.ask.uri().replace(of("find"), of("replace"));
                self.to(&uri);
            }
        }
        Ok(())
    }
}

/// Stands for a target of which the client's part is not known.
pub(super) const UNKNOWN_TARGET: &str = "{";
