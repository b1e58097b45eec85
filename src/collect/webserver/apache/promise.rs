//! What Apache promises for one request: the answer of its sections, with the headers that this status has.

use std::collections::{BTreeMap, BTreeSet};

use super::access;
use super::answer::{Question, Site, What};
use super::header::{Circumstance, effective};
use super::host::Program;
use super::{Configuration, facts, logs};
use crate::collect::webserver::answer::Asked;
use crate::collect::webserver::promise::{Promise, Promises, compared};
use crate::collect::world::World;
use crate::model::{Subject, SubjectKind, WebServer};

/// An address from which nobody asks (RFC 5737), to tell rules by address from others.
const STRANGER: &str = "203.0.113.254";

/// A configuration that may be asked.
pub(in crate::collect::webserver) struct Promising<'w> {
    configuration: Configuration<'w>,
    main: String,
}

impl<'w> Promising<'w> {
    /// Reads a configuration.
    pub(in crate::collect::webserver) fn of(world: &'w dyn World, server: &WebServer) -> Self {
        Self { configuration: Configuration::read(world, server), main: server.path.clone() }
    }
}

impl Promises for Promising<'_> {
    fn promise(&self, asked: &Asked, status: u16) -> Option<Promise> {
        let configuration = &self.configuration;
        let program = Program::of(&configuration.read.nodes);
        let htaccess = |folder: &str| configuration.htaccess(folder);
        let is_folder = |path: &str| configuration.is_folder(path);
        let site =
            Site { program: &program, patterns: &configuration.patterns, htaccess: &htaccess, is_folder: &is_folder };
        let port = asked.port.to_string();
        let host = program.answering(&asked.host, &port).filter(|host| host.tls() == asked.tls)?;
        let (path, _) = asked.parts(true)?;
        let locus = format!("{}#server[{}]", self.main, host.name);
        let mut promise = Promise {
            program: "Apache",
            server: Subject::new(SubjectKind::File, locus).to_string(),
            is_named: host.is_for(&asked.host),
            place: host.section.map(|section| section.location()).unwrap_or_default(),
            logs: logs::access(configuration, &program, host).into_iter().map(|log| log.target).collect(),
            version_hidden: host
                .word("servertokens")
                .is_some_and(|word| matches!(word.as_str(), "prod" | "productonly")),
            ..Promise::default()
        };
        let answer = match site.answer(host, &Question { path: &path, port: &port }) {
            Ok(answer) => answer,
            Err(reason) => {
                promise.doubt = Some(reason);
                return Some(promise);
            }
        };
        promise.doubt =
            configuration.faults().into_iter().next().map(|(subject, reason)| format!("{subject}: {reason}"));
        if let Some(section) = answer.sections.last() {
            promise.place = section.location();
        }
        let scope = &answer.scope;
        let from = |address| access::status(scope.require.as_deref(), scope.compat.as_deref(), address);
        promise.entry = match (from(access::LOOPBACK), from(STRANGER)) {
            (Some(200), Some(200)) => "open",
            (Some(401), Some(401)) => "password",
            (Some(403), Some(403)) if is_closed(scope) => "refused",
            (Some(_), Some(_)) => "address",
            _ => "elsewhere",
        };
        promise.is_own_content = matches!(answer.what, What::Status(..) | What::File(_));
        match &answer.what {
            // Whether somebody is kept out by an address is not the same from everywhere.
            What::Status(401 | 403, _) if promise.entry == "address" => {}
            What::Status(number, target) => {
                promise.statuses = Some(BTreeSet::from([*number]));
                promise.redirects = target.iter().map(|target| absolute(target, asked)).collect();
            }
            What::File(_) | What::Proxied(_) | What::Handler(_) => {}
        }
        if promise.statuses.as_ref().is_none_or(|all| all.contains(&status)) {
            headers(&mut promise, &program, host, scope, status);
        }
        Some(promise)
    }
}

/// Whether nobody comes in from anywhere.
fn is_closed(scope: &super::scope::Scope) -> bool {
    access::access(scope.require.as_deref(), scope.compat.as_deref(), false).is_ok_and(|access| access.closed)
}

/// A target with scheme and name, as mod_alias adds them.
fn absolute(target: &str, asked: &Asked) -> String {
    if !target.starts_with('/') {
        return target.to_owned();
    }
    let usual = if asked.tls { 443 } else { 80 };
    let port = if asked.port == usual { String::new() } else { format!(":{}", asked.port) };
    format!("{}://{}{port}{target}", if asked.tls { "https" } else { "http" }, asked.host)
}

fn headers(
    promise: &mut Promise,
    program: &Program<'_>,
    host: &super::host::VirtualHost<'_>,
    scope: &super::scope::Scope,
    status: u16,
) {
    let circumstance = Circumstance { tls: host.tls(), page: true };
    let all = effective(&scope.headers, circumstance, &|value| facts::reflected(program, host, value));
    let mut sent: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for header in all {
        // Without `always` a header stands on answers that succeed (2xx), and on what a handler answers at all.
        let counts = if (200..300).contains(&status) { header.on_success || header.on_error } else { header.on_error };
        match (&header.certain, &header.value) {
            _ if !counts => {}
            (Ok(()), Ok(value)) => {
                let shown = compared(&header.name, value);
                sent.entry(header.name.clone()).or_default().push((shown, header.location.clone()));
            }
            _ => {
                promise.unsure.insert(header.name.clone());
            }
        }
    }
    sent.retain(|name, _| !promise.unsure.contains(name));
    promise.sent = sent;
}
