//! `tenken explain URL --configuration nginx.conf`: what the configuration answers, each line with its place.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::Streams;
use super::arguments::ExplainOptions;
use super::failure::{Exit, Failure};
use super::output::print;
use crate::collect::live::{LiveOptions, LiveWorld};
use crate::collect::webserver::{Answer, Asked, Asking, Part};
use crate::model::{Language, Location, Site, WebServer, WebServerKind, reason_in_japanese};

/// Runs the command.
///
/// # Errors
/// `Usage`: no URL, or a configuration that cannot be read.
pub(super) fn run(
    options: &ExplainOptions,
    configuration: &Path,
    url: &str,
    language: Language,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let mut asked = Asked::of_url(url)
        .ok_or_else(|| Failure::Usage(format!("{url}: expected a URL such as https://www.example.jp/path")))?;
    asked.client = options.client;
    let path = configuration.display().to_string();
    let root = options.root.as_ref().map(|root| root.display().to_string());
    // A path is taken from where the user is: nothing of a site file is there to stand beside.
    let world = LiveWorld::new(LiveOptions::of_site(Path::new(""), &Site::default(), Vec::new(), None, 10, 1, true));
    let server = WebServer { kind: WebServerKind::Nginx, path: path.clone(), version: None, root };
    let answer = Asking::new(&world, &server).answers(&[asked]).remove(0);
    if let Some((subject, reason)) = answer.faults.iter().find(|(subject, _)| *subject == path) {
        return Err(Failure::Usage(format!("{subject}: {reason}")));
    }
    let text = match options.format.as_str() {
        "json" => format!("{:#}\n", document(url, &answer)),
        _ => page(url, &answer, language),
    };
    print(streams, &text)?;
    Ok(Exit::DONE)
}

fn place(location: &Location) -> String {
    match (&location.file, location.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.clone(),
        _ => "-".to_owned(),
    }
}

/// Outside text on one line, without control characters.
fn clean(text: &str) -> String {
    text.chars()
        .flat_map(|one| if one.is_control() { one.escape_default().collect::<Vec<_>>() } else { vec![one] })
        .collect()
}

fn page(url: &str, answer: &Answer, language: Language) -> String {
    let say = |en: &'static str, ja: &'static str| if language == Language::Japanese { ja } else { en };
    let mut text = format!("{}\n", clean(url));
    let mut line = |word: &str, what: &str, at: &str| {
        // Writing to a text cannot fail.
        let _ = if at.is_empty() {
            writeln!(text, "  {word}: {}", clean(what))
        } else {
            writeln!(text, "  {word}: {}  [{}]", clean(what), clean(at))
        };
    };
    let of_part = |part: &Part| (part.text.clone(), place(&part.place));
    if let Some(server) = &answer.server {
        let by = match answer.chosen_by {
            "name" => say("by its name", "名前の一致"),
            "wildcard" => say("by a name with a star", "ワイルドカード名の一致"),
            "expression" => say("by an expression of its name", "名前の正規表現の一致"),
            _ => say("as the default server of the socket", "待受けの既定サーバ"),
        };
        let (what, at) = of_part(server);
        line(say("server", "サーバ"), &format!("{what}, {by}"), &at);
    }
    match &answer.location {
        Some(location) => {
            let (what, at) = of_part(location);
            line(say("location", "ロケーション"), &what, &at);
        }
        None if answer.server.is_some() => {
            line(say("location", "ロケーション"), say("none: the server itself answers", "なし(サーバ自身が応答)"), "");
        }
        None => {}
    }
    for step in &answer.steps {
        let (what, at) = of_part(step);
        line(say("on the way", "途中の処理"), &what, &at);
    }
    match answer.status {
        Some(444) => line(
            say("status", "ステータス"),
            say("none: the connection is closed (444)", "なし(接続を閉じる。444)"),
            "",
        ),
        Some(status) => line(say("status", "ステータス"), &status.to_string(), ""),
        None => line(say("status", "ステータス"), say("open", "設定だけでは決まらない"), ""),
    }
    for reason in &answer.open {
        let reason = if language == Language::Japanese { reason_in_japanese(reason) } else { reason.clone() };
        line(say("open because", "理由"), &reason, "");
    }
    if let Some(target) = &answer.redirect {
        line(say("redirects to", "転送先"), target, "");
    }
    if let Some(content) = &answer.content {
        let (what, at) = of_part(content);
        line(say("content", "内容の出所"), &what, &at);
    }
    for header in &answer.headers {
        let value = header.value.as_deref().unwrap_or(&header.written);
        let sent = match header.sent {
            Some(true) => "",
            Some(false) => say(" (not sent with this answer)", " (この応答には付かない)"),
            None => say(" (only with 2xx and 3xx: no always)", " (2xx・3xxのみ。alwaysなし)"),
        };
        line(say("header", "ヘッダ"), &format!("{}: {value}{sent}", header.name), &place(&header.place));
    }
    for lost in &answer.lost {
        let (what, at) = of_part(lost);
        line(say("lost here", "ここで失われる"), &what, &at);
    }
    for rule in &answer.rules {
        let (what, at) = of_part(rule);
        line(say("access", "アクセス制限"), &what, &at);
    }
    if answer.rules.is_empty() && answer.server.is_some() {
        line(say("access", "アクセス制限"), say("no rule: everybody comes in", "規則なし(誰でも可)"), "");
    }
    for log in &answer.logs {
        let condition = match log.written {
            Some(true) => "",
            Some(false) => say(" (not this request: if=)", " (この要求は条件により記録されない)"),
            None => say(" (depends on if=)", " (if=の条件による)"),
        };
        line(say("log", "ログ"), &format!("{}, {}{condition}", log.target, log.format), &place(&log.place));
        if let Some(format) = &log.text {
            line(say("format", "書式"), format, "");
        }
    }
    if answer.logs.is_empty() && answer.server.is_some() {
        line(say("log", "ログ"), say("none is written", "記録されない"), "");
    }
    for (subject, reason) in &answer.faults {
        line(say("not read", "読めなかったもの"), &format!("{subject}: {reason}"), "");
    }
    text
}

fn document(url: &str, answer: &Answer) -> Value {
    let part = |part: &Part| json!({ "text": part.text, "file": part.place.file, "line": part.place.line, "column": part.place.column });
    let parts = |all: &[Part]| all.iter().map(part).collect::<Vec<_>>();
    let headers = answer.headers.iter().map(|header| {
        json!({ "name": header.name, "value": header.value, "written": header.written, "sent": header.sent,
                "file": header.place.file, "line": header.place.line })
    });
    let logs = answer.logs.iter().map(|log| {
        json!({ "target": log.target, "format": log.format, "text": log.text, "written": log.written,
                "file": log.place.file, "line": log.place.line })
    });
    json!({
        "url": url,
        "server": answer.server.as_ref().map(part),
        "chosen_by": answer.chosen_by,
        "location": answer.location.as_ref().map(part),
        "status": answer.status,
        "open": answer.open,
        "steps": parts(&answer.steps),
        "redirect": answer.redirect,
        "content": answer.content.as_ref().map(part),
        "headers": headers.collect::<Vec<_>>(),
        "lost": parts(&answer.lost),
        "access": parts(&answer.rules),
        "logs": logs.collect::<Vec<_>>(),
        "not_read": answer.faults.iter().map(|(subject, reason)| json!({ "subject": subject, "reason": reason })).collect::<Vec<_>>(),
    })
}
