//! Key files that `tls` lines name.

use super::super::keys::Keys;
use super::read::{self, Node};
use crate::collect::world::World;
use crate::model::WebServer;

/// Reads the Caddyfile for them. The service of Caddy's packages runs under an account of its own name.
pub(in crate::collect::webserver) fn keys(world: &dyn World, server: &WebServer) -> Keys {
    let read = read::read(world, server);
    let mut keys = Keys { faults: read.faults, ..Keys::default() };
    keys.users.push("caddy".to_owned());
    keys.groups.push("caddy".to_owned());
    let mut left: Vec<&Node> = read.nodes.iter().collect();
    while let Some(node) = left.pop() {
        if node.word(0) == "tls" && node.words.len() == 3 {
            keys.add(node.word(2), "/etc/caddy", node.location.clone());
        }
        left.extend(node.inside());
    }
    keys
}
