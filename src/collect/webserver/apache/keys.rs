//! Keys that mod_ssl reads, and the account that httpd runs under.

use super::super::keys::Keys;
use super::read::{self, Node};
use crate::collect::world::World;
use crate::model::WebServer;

/// Reads the configuration for them. A certificate without a key of its own beside it holds its key itself.
pub(in crate::collect::webserver) fn keys(world: &dyn World, server: &WebServer) -> Keys {
    let mut files = read::files(world, server);
    let read = read::read(&mut files, server);
    let mut keys = Keys { faults: read.faults, ..Keys::default() };
    let absolute = |path: &str| files.absolute(path);
    let mut left: Vec<&[Node]> = vec![&read.nodes];
    while let Some(nodes) = left.pop() {
        let has_own = nodes.iter().any(|node| node.name == "sslcertificatekeyfile");
        for node in nodes {
            match node.name.as_str() {
                "sslcertificatekeyfile" => keys.add(&absolute(node.argument(0)), "/", node.location()),
                "sslcertificatefile" if !has_own => keys.add(&absolute(node.argument(0)), "/", node.location()),
                "sslproxymachinecertificatefile" => keys.add(&absolute(node.argument(0)), "/", node.location()),
                "user" => keys.users.push(node.argument(0).to_owned()),
                "group" => keys.groups.push(node.argument(0).to_owned()),
                _ => {}
            }
            left.extend(node.block.as_deref());
        }
    }
    keys
}
