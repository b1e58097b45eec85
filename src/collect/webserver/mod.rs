//! The web server's configuration as the server understands it: effective logs, formats and roots. It never judges.

mod access;
mod admin_endpoint;
mod admin_path;
mod answer;
pub mod apache;
pub mod caddy;
pub mod haproxy;
mod include;
mod keys;
mod kinds;
mod level_facts;
mod location;
mod log_format;
mod model;
mod network;
mod nginx_facts;
mod placeholder;
mod promise;
mod remark;
mod routing;
mod served;
mod server_facts;
mod socket;
mod state;
mod target;
mod tree;
mod upstream;
mod variable;
mod version;

use super::collector::{Collector, LocalFuture, Task};
use super::limits::NO_ADMIN_PATHS;
use super::world::World;
use crate::model::{Census, Evidence, Gap, KindSpec, WebServer, WebServerKind};

pub use answer::{Answer, AnswerHeader, AnswerLog, Asked, Asking, Part};
pub(in crate::collect) use keys::{Keys, keys_of};
pub use kinds::KINDS;
pub use promise::PromiseFollower;

/// The collector.
#[derive(Debug)]
pub struct WebServerCollector;

const NAME: &str = "webserver";

impl Collector for WebServerCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let servers = &task.declaration.site.web_servers;
            let mut evidence = if servers.is_empty() { not_asked(task) } else { Evidence::default() };
            for server in servers {
                evidence.extend(match server.kind {
                    WebServerKind::Nginx => look(world, server, task),
                    WebServerKind::Apache | WebServerKind::Haproxy | WebServerKind::Caddy => {
                        served(world, server, task)
                    }
                });
            }
            evidence
        })
    }
}

fn not_asked(task: &Task<'_>) -> Evidence {
    let reason = "no server configuration is named (site file: configuration)";
    let census = KINDS.iter().map(|kind| Census::not_asked(kind.name, &task.declaration.site.name, reason));
    Evidence { census: census.collect(), ..Evidence::default() }
}

fn look(world: &dyn World, server: &WebServer, task: &Task<'_>) -> Evidence {
    let read = include::read(world, server);
    let sensitive = task.declaration.site.declared.sensitive_paths.as_deref();
    let admin = task.declaration.site.declared.admin_paths.as_deref();
    let mut evidence =
        Evidence { observations: model::observe(&read, server, sensitive, admin), ..Evidence::default() };
    let logs: Vec<_> = evidence.of_kind(kinds::LOG).cloned().collect();
    let acquisition = task.declaration.site.declared.acquisition.as_ref();
    let shortened = acquisition.map(|all| all.iter().any(|item| item.class == "ip_address_shortened"));
    evidence.observations.extend(target::observe(&read.directives, &logs, shortened));
    evidence.observations.extend(remark::observe(&read.remarks));
    for kind in KINDS {
        let count = evidence.of_kind(kind.name).count();
        let census = if kind.name == kinds::SENSITIVE_PATH && sensitive.is_none() {
            Census::not_asked(
                kind.name,
                &server.path,
                "no sensitive paths are declared (site file: declared: sensitive_paths)",
            )
        } else if read.fragment && placeholder::is_of_whole(kind.name) {
            let reason = "the file is a part of a configuration: its server is elsewhere";
            Census::incomplete(kind.name, &server.path, count, reason)
        } else if kind.name == admin_path::ADMIN_PATH && admin.is_none() {
            Census::not_asked(kind.name, &server.path, NO_ADMIN_PATHS)
        } else if let Some((subject, reason)) = read.faults.first() {
            Census::incomplete(kind.name, &server.path, count, format!("{subject}: {reason}"))
        } else {
            Census::complete(kind.name, &server.path, count)
        };
        evidence.census.push(census);
    }
    evidence.gaps.extend(read.faults.into_iter().map(|(subject, reason)| Gap {
        collector: NAME.to_owned(),
        kinds: KINDS.iter().map(|kind| kind.name.to_owned()).collect(),
        subject,
        reason,
    }));
    evidence
}

/// A server that is read into words of no program.
fn served(world: &dyn World, server: &WebServer, task: &Task<'_>) -> Evidence {
    let declared = &task.declaration.site.declared;
    let sensitive = declared.sensitive_paths.as_deref();
    let shortened =
        declared.acquisition.as_ref().map(|all| all.iter().any(|item| item.class == "ip_address_shortened"));
    let mut whole = match server.kind {
        WebServerKind::Haproxy => haproxy::look(world, server, sensitive),
        WebServerKind::Caddy => caddy::look(world, server, sensitive),
        WebServerKind::Apache | WebServerKind::Nginx => apache::look(world, server, sensitive),
    };
    let faults = std::mem::take(&mut whole.faults);
    let mut evidence =
        Evidence { observations: served::observe(whole, &server.path, shortened), ..Evidence::default() };
    for kind in KINDS {
        let count = evidence.of_kind(kind.name).count();
        evidence.census.push(if kind.name == kinds::SENSITIVE_PATH && sensitive.is_none() {
            let reason = "no sensitive paths are declared (site file: declared: sensitive_paths)";
            Census::not_asked(kind.name, &server.path, reason)
        } else if kind.name == admin_path::ADMIN_PATH && declared.admin_paths.is_none() {
            Census::not_asked(kind.name, &server.path, NO_ADMIN_PATHS)
        } else if kind.name == admin_path::ADMIN_PATH {
            Census::incomplete(kind.name, &server.path, 0, "paths of administration are looked for in nginx only")
        } else if let Some((subject, reason)) = faults.first() {
            Census::incomplete(kind.name, &server.path, count, format!("{subject}: {reason}"))
        } else {
            Census::complete(kind.name, &server.path, count)
        });
    }
    evidence.gaps.extend(faults.into_iter().map(|(subject, reason)| Gap {
        collector: NAME.to_owned(),
        kinds: KINDS.iter().map(|kind| kind.name.to_owned()).collect(),
        subject,
        reason,
    }));
    evidence
}

#[cfg(test)]
mod tests;
