//! Every way in which a promise is kept, broken or open.

use super::*;
use crate::model::{Census, Outcome};

const URL: &str = "https://www.example.jp/assets";

fn of(kind: &str, subject: &str) -> Observation {
    Observation::new(kind, Subject::parse(subject).unwrap(), Location::whole_file("nginx.conf"), "x")
}

fn promise(edit: impl Fn(&mut Observation)) -> Observation {
    let mut promise = of("web-answer", &format!("page:{URL}"));
    promise
        .set("server", "file:nginx.conf#server[www]")
        .set("program", "nginx")
        .set("has_head", true)
        .set("version_hidden", true)
        .set("own_content", true)
        .set("http2", false)
        .set("entry", "open")
        .set("statuses", Value::texts(["200"]))
        .set("redirects", Value::texts(Vec::<String>::new()))
        .set("sent", Value::texts(["referrer-policy: no-referrer"]))
        .set("unsure", Value::texts(Vec::<String>::new()))
        .set("lost", Value::texts(Vec::<String>::new()));
    edit(&mut promise);
    promise
}

fn head(status: i64, fields: &[&str]) -> Observation {
    let mut head = of("http-head", &format!("page:{URL}"));
    head.source = Location::url(URL);
    head.set("status", status).set("fields", Value::texts(fields.iter().copied()));
    head.set("server", "nginx").set("server_version", false).set("leads_to", "");
    head
}

fn joined(observations: Vec<Observation>) -> Evidence {
    let kinds = ["web-answer", "http-head", "http-asked", "web-server", "tls-endpoint", "http-host"];
    join(&Evidence {
        observations,
        census: kinds.map(|kind| Census::complete(kind, "x", 1)).to_vec(),
        ..Evidence::default()
    })
}

fn wire(promise: Observation, head: Observation) -> Observation {
    joined(vec![promise, head]).of_kind(WIRE).next().unwrap().clone()
}

/// missing, lost, different, unexplained, differs
fn told(seen: &Observation) -> [Option<String>; 5] {
    ["missing", "lost", "different", "unexplained", "differs"]
        .map(|field| seen.fields.contains_key(field).then(|| seen.texts(field).join(" ")))
}

fn words(words: [&str; 5]) -> [Option<String>; 5] {
    words.map(|word| Some(word.to_owned()))
}

#[test]
fn what_is_promised_and_answered_is_compared_both_ways() {
    let same = ["referrer-policy: no-referrer", "date", "content-type"];
    assert_eq!(told(&wire(promise(|_| {}), head(200, &same))), words(["", "", "", "", ""]));
    assert_eq!(told(&wire(promise(|_| {}), head(200, &["date"]))), words(["referrer-policy", "", "", "", ""]));
    let other = head(200, &["referrer-policy: origin", "x-cache"]);
    assert_eq!(told(&wire(promise(|_| {}), other)), words(["", "", "referrer-policy", "x-cache", ""]));
    let mut named = head(200, &same);
    named.set("server", "Example");
    assert_eq!(told(&wire(promise(|_| {}), named)), words(["", "", "", "server", ""]));
    let mut versioned = head(200, &same);
    versioned.set("server_version", true);
    assert_eq!(told(&wire(promise(|_| {}), versioned)), words(["", "", "", "server", ""]));
}

#[test]
fn a_header_that_an_inner_block_drops_is_told_with_all_three_places() {
    let lost = promise(|promise| {
        promise.set("lost", Value::texts(["strict-transport-security"]));
        let at = |line, note: &str| Related { location: Location::file("nginx.conf", line, 5), note: note.to_owned() };
        promise.related = vec![
            at(57, "referrer-policy: set here"),
            at(41, "strict-transport-security: set here and lost inside"),
            at(57, "this header takes the place of all those around"),
        ];
    });
    let seen = wire(lost.clone(), head(200, &["referrer-policy: no-referrer"]));
    assert_eq!(told(&seen), words(["", "strict-transport-security", "", "", ""]));
    assert_eq!(seen.source.line, Some(57), "the place to edit is the inner one");
    assert!(seen.related.iter().any(|one| one.location.line == Some(41)));
    assert!(seen.related.iter().any(|one| one.location.url.as_deref() == Some(URL)));
    // Where something else brings it, nothing is lacking; that nobody configured it is told.
    let fields = ["referrer-policy: no-referrer", "strict-transport-security: max-age=1"];
    assert_eq!(told(&wire(lost, head(200, &fields))), words(["", "", "", "strict-transport-security", ""]));
}

#[test]
fn an_answer_of_somebody_else_proves_nothing_for_its_headers() {
    let seen = wire(promise(|_| {}), head(302, &["date"]));
    assert_eq!(told(&seen), [None, None, None, None, Some("status".to_owned())]);
    assert_eq!(told(&wire(promise(|_| {}), head(503, &[]))), [None, None, None, None, None]);
    let doubtful = promise(|promise| {
        promise.fields.remove("sent");
        promise.unknown("sent", "conf.d/x.conf: not found");
    });
    let seen = wire(doubtful, head(200, &[]));
    assert_eq!(told(&seen), [None, None, None, None, None]);
    assert_eq!(seen.unknown_fields["missing"], "conf.d/x.conf: not found");
    let upstream = promise(|promise| {
        promise.set("own_content", false).set("statuses", Value::texts(["any"]));
    });
    let seen = wire(upstream, head(200, &["x-powered-by"]));
    let told = told(&seen);
    assert_eq!((told[0].as_deref(), told[3].as_deref()), (Some("referrer-policy"), None));
}

#[test]
fn redirects_lead_where_they_are_to_lead() {
    let moved = |target: &'static str| {
        promise(move |promise| {
            promise.set("statuses", Value::texts(["301"])).set("redirects", Value::texts([target]));
        })
    };
    let answered = |target: &str| {
        let mut head = head(301, &["location", "referrer-policy: no-referrer"]);
        head.set("leads_to", target);
        head
    };
    let differs = |promised, answer: &str| told(&wire(moved(promised), answered(answer)))[4].clone().unwrap();
    assert_eq!(differs("https://www.example.jp/new?a=1", "https://www.example.jp/new"), "");
    assert_eq!(differs("/new", "https://www.example.jp/new"), "");
    assert_eq!(differs("https://www.example.jp/new", "https://old.example.jp/new"), "redirect");
}

#[test]
fn who_is_kept_out_is_kept_out() {
    let let_in = |entry: &'static str, status: i64| {
        let kept_out = promise(move |promise| {
            promise.set("entry", entry).set("statuses", Value::texts(["403"]));
        });
        let evidence = joined(vec![kept_out, head(status, &[])]);
        let access = evidence.of_kind(ACCESS).next().cloned();
        access.map(|seen| (seen.flag("let_in"), seen.unknown_fields.contains_key("let_in")))
    };
    assert_eq!(let_in("refused", 403), Some((Some(false), false)));
    assert_eq!(let_in("refused", 404), Some((Some(false), false)));
    assert_eq!(let_in("refused", 200), Some((Some(true), false)));
    assert_eq!(let_in("password", 200), Some((Some(true), false)));
    assert_eq!(let_in("address", 200), Some((None, true)));
    assert_eq!(let_in("address", 403), Some((Some(false), false)));
    assert_eq!(let_in("open", 200), None);
    // Of what was only asked for by name, the list tells.
    let mut closed = promise(|promise| {
        promise.set("entry", "refused").set("has_head", false);
    });
    closed.subject = Subject::parse("page:https://www.example.jp/.git/HEAD").unwrap();
    let mut asked = of("http-asked", "host:www.example.jp");
    asked.set("base", "https://www.example.jp").set("answers", Value::texts(["200 /.git/HEAD", "404 /.env"]));
    let evidence = joined(vec![closed, asked]);
    assert_eq!(evidence.of_kind(ACCESS).next().unwrap().flag("let_in"), Some(true));
    assert_eq!(evidence.of_kind(WIRE).count(), 0);
}

#[test]
fn protocols_are_compared_and_old_ones_may_be_refused() {
    let protocols = |configured: &[&str], offered: &[&str], complete: bool, http2: (bool, bool)| {
        let mut root = promise(|promise| {
            promise.set("http2", http2.0);
        });
        root.subject = Subject::parse("page:https://www.example.jp/").unwrap();
        let mut server = of("web-server", "file:nginx.conf#server[www]");
        server.set("protocols", Value::texts(configured.iter().copied()));
        let mut endpoint = of("tls-endpoint", "endpoint:192.0.2.1:443/www.example.jp");
        endpoint.set("protocols.offered", Value::texts(offered.iter().copied())).set("protocols.complete", complete);
        let mut host = of("http-host", "host:www.example.jp");
        host.set("http2", http2.1);
        let evidence = joined(vec![root, server, endpoint, host]);
        let seen = evidence.of_kind(PROTOCOL).next().unwrap().clone();
        ["beyond", "not_spoken"].map(|field| seen.fields.contains_key(field).then(|| seen.texts(field).join(" ")))
    };
    let some = |a: &str, b: &str| [Some(a.to_owned()), Some(b.to_owned())];
    let both = ["TLSv1.2", "TLSv1.3"];
    assert_eq!(protocols(&both, &both, true, (false, false)), some("", ""));
    assert_eq!(protocols(&["TLSv1", "TLSv1.2"], &["TLSv1.2"], true, (false, false)), some("", ""));
    assert_eq!(protocols(&["TLSv1"], &["TLSv1.0"], true, (false, false)), some("", ""));
    assert_eq!(protocols(&both, &["TLSv1.1", "TLSv1.2"], true, (true, false)), some("TLSv1.1", "HTTP/2 TLSv1.3"));
    assert_eq!(protocols(&both, &["TLSv1.2"], false, (false, false)), [None, None]);
    assert_eq!(protocols(&["TLSv1.2"], &both, false, (false, true)), [Some("HTTP/2 TLSv1.3".to_owned()), None]);
}

#[test]
fn without_one_of_both_nothing_is_said() {
    let evidence = join(&Evidence {
        census: vec![Census::not_asked("web-answer", "x", "left out by --offline")],
        ..Evidence::default()
    });
    assert!(evidence.observations.is_empty());
    assert!(evidence.census.iter().all(|entry| !matches!(entry.state, crate::model::CensusState::Complete)));
    // An outcome is never made of nothing.
    assert_ne!(Outcome::Pass, Outcome::Unknown);
}
