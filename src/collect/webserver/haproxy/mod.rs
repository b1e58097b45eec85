//! HAProxy: its configuration -> servers in words of no program. Requests are taken through its rules as it does it, and every
//! frontend and backend is asked what they would get.

mod acl;
mod admin;
mod answer;
mod bind;
mod environment;
mod explain;
mod facts;
mod header;
mod keys;
mod levels;
mod logs;
mod read;
mod sample;
mod stats;
mod survey;
mod tls;
mod upstream;
mod version;

use super::served::Whole;
use crate::collect::world::World;
use crate::model::WebServer;

pub(super) use bind::is_loopback;
pub use explain::{Explained, Request, explain};
pub(super) use keys::keys;

/// Reads a configuration: a file, or a folder of files.
pub(super) fn look(world: &dyn World, server: &WebServer, sensitive: Option<&[String]>) -> Whole {
    let program = read::read(world, server);
    let acls = acl::Acls::new(world, &program);
    let mut whole = facts::of(world, &acls, server, sensitive);
    whole.faults.extend(program.faults.iter().cloned());
    whole.faults.extend(acls.faults.into_inner());
    whole
}

#[cfg(test)]
mod tests;
