//! What one request would get, in words that can be held against the real server: status, headers, sections, logs.

use super::answer::{Question, Site, What};
use super::header::{Circumstance, effective};
use super::host::Program;
use super::{Configuration, facts, logs};
use crate::collect::world::World;
use crate::model::{Location, WebServer};

/// What a request from the same host, without a password, would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// `www.example.jp:443`
    pub server: String,
    /// The status that the configuration decides; `None` where the file system, a handler or an upstream does.
    pub status: Option<u16>,
    /// The target of a redirect.
    pub location: Option<String>,
    /// The file that would be sent.
    pub file: Option<String>,
    /// Where it would be passed on to.
    pub upstream: Option<String>,
    /// Response headers that are set: name in lower case, value, and whether error answers have it too.
    pub headers: Vec<(String, Option<String>, bool)>,
    /// The sections that hold, in the order in which they are laid over each other.
    pub sections: Vec<Location>,
    /// Access logs: target and name of the format.
    pub logs: Vec<(String, String)>,
}

/// Explains one request: a host name, a port and a decoded path.
///
/// # Errors
/// Why it cannot be told: a part of the configuration could not be read, or the answer depends on what is not known here.
pub fn explain(world: &dyn World, server: &WebServer, host: &str, port: u16, path: &str) -> Result<Explained, String> {
    let configuration = Configuration::read(world, server);
    let told = |configuration: &Configuration<'_>| match configuration.faults().into_iter().next() {
        Some((subject, reason)) => Err(format!("{subject}: {reason}")),
        None => Ok(()),
    };
    told(&configuration)?;
    let program = Program::of(&configuration.read.nodes);
    let htaccess = |folder: &str| configuration.htaccess(folder);
    let is_folder = |path: &str| configuration.is_folder(path);
    let site =
        Site { program: &program, patterns: &configuration.patterns, htaccess: &htaccess, is_folder: &is_folder };
    let port = port.to_string();
    let answering = program.answering(host, &port).ok_or_else(|| "nothing listens on this port".to_owned())?;
    let answer = site.answer(answering, &Question { path, port: &port })?;
    told(&configuration)?;
    let circumstance = Circumstance { tls: answering.tls(), page: true };
    let headers = effective(&answer.scope.headers, circumstance, &|value| facts::reflected(&program, answering, value));
    let (mut status, mut location, mut file, mut upstream) = (None, None, None, None);
    match answer.what {
        What::Status(number, target) => (status, location) = (Some(number), target),
        What::File(path) => file = Some(path),
        What::Proxied(target) => upstream = Some(target),
        What::Handler(_) => {}
    }
    Ok(Explained {
        server: answering.name.clone(),
        status,
        location,
        file,
        upstream,
        headers: headers
            .into_iter()
            .filter(|header| header.certain.is_ok())
            .map(|header| (header.name, header.value.ok(), header.on_error))
            .collect(),
        sections: answer.sections.iter().map(|section| section.location()).collect(),
        logs: logs::access(&configuration, &program, answering)
            .into_iter()
            .map(|log| (log.target, log.format))
            .collect(),
    })
}
