//! What a course came to, in words: headers in force, rules, and the entries of its logs.

use std::collections::BTreeMap;

use super::course::{Course, part};
use super::server::shown;
use super::value::Told;
use super::{Answer, AnswerHeader, AnswerLog, Part, Parts};
use crate::collect::webserver::log_format::COMBINED;
use crate::collect::webserver::model::Server;
use crate::collect::webserver::state::AccessLog;
use crate::collect::webserver::tree::{Block, Node};

/// Statuses with which `add_header` counts without `always`.
const WITHOUT_ALWAYS: [u16; 10] = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];

/// The answer of a course.
pub(super) fn answer(parts: &Parts<'_, '_>, server: &Server<'_>, mut course: Course<'_, '_>) -> Answer {
    course.values.status = course.status;
    course.values.root = course.state.root.clone();
    let name = course.server.node.own("server_name").next().map(|node| node.arguments.join(" "));
    let text = format!("server {} ({})", name.unwrap_or_default(), shown(server));
    let level = server.levels.get(course.level).filter(|_| course.level != 0);
    let formats = formats(parts.directives);
    let logs = course.state.logs(server.node);
    Answer {
        server: Some(Part { text, place: server.node.location() }),
        location: level.map(|level| part(level.place)),
        status: course.status,
        headers: headers(&course),
        lost: lost(server, &course),
        rules: course.state.rules.iter().map(|rule| part(rule.node)).chain(passwords(&course)).collect(),
        logs: logs.iter().map(|log| entry(log, &course, &formats)).collect(),
        entry: course.entry,
        elsewhere: course.elsewhere,
        headers_open: course.state.opaque_headers || intercepts(&course),
        version_hidden: matches!(course.state.word("server_tokens"), Some("off" | "")),
        server_subject: server.name.clone(),
        redirect: course.redirect,
        open: course.open,
        steps: course.steps,
        content: course.content,
        ..Answer::default()
    }
}

/// Whether another program's errors are answered by pages of this server, wherever these are.
fn intercepts(course: &Course<'_, '_>) -> bool {
    let names = ["proxy_intercept_errors", "fastcgi_intercept_errors", "uwsgi_intercept_errors"];
    course.elsewhere && names.iter().any(|name| course.state.is_on(name))
}

fn headers(course: &Course<'_, '_>) -> Vec<AnswerHeader> {
    let usual = course.status.map(|status| WITHOUT_ALWAYS.contains(&status));
    let mut headers = Vec::new();
    if let Some(node) =
        course.state.single("expires").filter(|node| node.arguments.first().is_some_and(|word| word != "off"))
    {
        let written = node.arguments.join(" ");
        let value = cache_control(&node.arguments);
        headers.push(AnswerHeader {
            name: "Cache-Control".to_owned(),
            value,
            written,
            sent: usual,
            place: node.location(),
        });
    }
    headers.extend(course.state.headers.iter().filter_map(|header| {
        let name = header.node.arguments.first()?.clone();
        let value = course.values.text(&header.value);
        let sent = match (header.always, value.as_deref()) {
            // A header whose value comes to nothing is not sent.
            (_, Some("")) => Some(false),
            (true, _) => Some(true),
            (false, _) => usual,
        };
        let sent = if course.status == Some(444) { Some(false) } else { sent };
        Some(AnswerHeader { name, value, written: header.value.clone(), sent, place: header.node.location() })
    }));
    headers
}

/// What `expires` makes of Cache-Control.
fn cache_control(words: &[String]) -> Option<String> {
    let [word] = words else { return None };
    match word.as_str() {
        "epoch" => Some("no-cache".to_owned()),
        "max" => Some("max-age=315360000".to_owned()),
        word if word.starts_with('-') => Some("no-cache".to_owned()),
        word => seconds(word).map(|seconds| format!("max-age={seconds}")),
    }
}

/// A time of nginx: `1h`, `30d`, `1h30m`, `90`.
fn seconds(word: &str) -> Option<u64> {
    let (mut total, mut number, mut digits) = (0_u64, 0_u64, false);
    for one in word.chars() {
        if let Some(digit) = one.to_digit(10) {
            number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
            digits = true;
            continue;
        }
        let unit = match one {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            'M' => 2_592_000,
            'y' => 31_536_000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        (number, digits) = (0, false);
    }
    Some(if digits { total.checked_add(number)? } else { total })
}

/// Headers of the levels around that are not in force here.
fn lost(server: &Server<'_>, course: &Course<'_, '_>) -> Vec<Part> {
    let mut found: BTreeMap<&str, Part> = BTreeMap::new();
    let mut around = vec![&server.outer];
    let mut number = Some(course.level);
    while let Some(level) = number.and_then(|number| server.levels.get(number)) {
        around.push(&level.state);
        number = level.parent;
    }
    for state in around {
        for header in state.headers.iter() {
            if !course.state.headers.iter().any(|own| own.name == header.name) {
                found.entry(&header.name).or_insert_with(|| part(header.node));
            }
        }
    }
    found.into_values().collect()
}

fn passwords(course: &Course<'_, '_>) -> Vec<Part> {
    let names = ["satisfy", "auth_basic", "auth_request", "auth_jwt"];
    names.iter().filter_map(|name| course.state.single(name)).map(part).collect()
}

/// Every format by its name.
fn formats(directives: &Block) -> BTreeMap<&str, &Node> {
    let mut found = BTreeMap::new();
    let blocks = directives.iter().filter(|node| node.name == "http").filter_map(|node| node.block.as_ref());
    for block in blocks.chain([directives]) {
        for node in block.iter().filter(|node| node.name == "log_format") {
            if let Some(name) = node.arguments.first() {
                found.insert(name.as_str(), node);
            }
        }
    }
    found
}

fn entry(log: &AccessLog<'_>, course: &Course<'_, '_>, formats: &BTreeMap<&str, &Node>) -> AnswerLog {
    let node = formats.get(log.format.as_str());
    let mut escape = "default";
    let text = match node {
        Some(node) => {
            let mut words = node.arguments.iter().skip(1).peekable();
            if let Some(way) = words.peek().and_then(|word| word.strip_prefix("escape=")) {
                escape = way;
                words.next();
            }
            Some(words.map(String::as_str).collect::<String>())
        }
        None if log.format == "combined" => Some(COMBINED.to_owned()),
        None => None,
    };
    let condition = log.node.arguments.iter().find_map(|word| word.strip_prefix("if="));
    let holds =
        condition.map_or(Some(true), |text| course.values.text(text).map(|text| !text.is_empty() && text != "0"));
    // A connection that is closed without an answer is logged with 444.
    let line = text.as_deref().and_then(|text| {
        let bytes = course.body_bytes;
        course.values.written(&known_bytes(text, bytes), &|told| match told {
            Told::Value(text) => Some(escaped(&text, escape)),
            Told::Absent => Some(if escape == "default" { "-".to_owned() } else { String::new() }),
            Told::Open => None,
        })
    });
    AnswerLog {
        target: log.target.clone(),
        format: log.format.clone(),
        text,
        written: holds,
        line,
        place: log.node.location(),
    }
}

/// A format with the size of the body written in, where that is known.
fn known_bytes(text: &str, bytes: Option<u64>) -> String {
    match bytes {
        Some(bytes) => text.replace("$body_bytes_sent", &bytes.to_string()),
        None => text.to_owned(),
    }
}

/// A value as a log holds it.
fn escaped(text: &str, way: &str) -> String {
    match way {
        "none" => text.to_owned(),
        "json" => text
            .chars()
            .map(|one| match one {
                '"' | '\\' => format!("\\{one}"),
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                '\t' => "\\t".to_owned(),
                '\u{8}' => "\\b".to_owned(),
                '\u{c}' => "\\f".to_owned(),
                one if u32::from(one) < 32 => format!("\\u{:04X}", u32::from(one)),
                one => one.to_string(),
            })
            .collect(),
        _ => text
            .bytes()
            .map(|byte| match byte {
                b'"' | b'\\' | 0..=31 | 127..=255 => format!("\\x{byte:02X}"),
                byte => char::from(byte).to_string(),
            })
            .collect(),
    }
}
