//! Caddy: its Caddyfile -> routes as Caddy's own adapter makes them -> servers in words of no program. Every site is asked what a
//! request would get, path by path.

mod answer;
mod ask;
mod explain;
mod facts;
mod handler;
mod header;
mod keys;
mod levels;
mod logs;
mod matcher;
mod proxy;
mod read;
mod route;
mod site;

use super::served::Whole;
use crate::collect::world::World;
use crate::model::WebServer;

pub use explain::{Explained, Request, adapted, explain};
pub(super) use keys::keys;

/// Reads a Caddyfile.
pub(super) fn look(world: &dyn World, server: &WebServer, sensitive: Option<&[String]>) -> Whole {
    let read = read::read(world, server);
    let program = site::program(&read.nodes);
    let mut whole = facts::of(&program, &server.path, sensitive);
    whole.faults.extend(read.faults.iter().cloned());
    for node in &program.unknown {
        let line = node.location.line.unwrap_or_default();
        let file = node.location.file.clone().unwrap_or_default();
        let subject = format!("{file}:{line} {}", crate::collect::limits::cut(node.word(0)));
        whole.faults.push((subject, explain::UNREAD.to_owned()));
    }
    whole
}

#[cfg(test)]
mod tests;
