//! Private keys that the configuration of a server names, and the accounts that it runs under.

use std::collections::BTreeMap;

use super::{apache, caddy, haproxy, include};
use crate::collect::world::World;
use crate::model::{Location, WebServer, WebServerKind};

/// What one configuration names.
#[derive(Debug, Default)]
pub(in crate::collect) struct Keys {
    /// Absolute paths on the host, and where each is named first.
    pub(in crate::collect) files: BTreeMap<String, Location>,
    /// Accounts under which its workers run.
    pub(in crate::collect) users: Vec<String>,
    /// Groups under which its workers run.
    pub(in crate::collect) groups: Vec<String>,
    /// What could not be read: subject and reason.
    pub(in crate::collect) faults: Vec<(String, String)>,
}

impl Keys {
    /// Adds a file; a relative one belongs to a folder. What is named by a variable cannot be followed.
    pub(super) fn add(&mut self, path: &str, folder: &str, place: Location) {
        if path.contains(['$', '%']) || path.starts_with("data:") || path.starts_with("engine:") {
            let subject = format!("{}:{}", place.file.clone().unwrap_or_default(), place.line.unwrap_or_default());
            self.faults.push((subject, "the key file is named by a variable".to_owned()));
            return;
        }
        let whole =
            if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", folder.trim_end_matches('/')) };
        self.files.entry(whole).or_insert(place);
    }
}

/// Reads the configuration of a server for the keys that it names.
pub(in crate::collect) fn keys_of(world: &dyn World, server: &WebServer) -> Keys {
    match server.kind {
        WebServerKind::Nginx => of_nginx(world, server),
        WebServerKind::Apache => apache::keys(world, server),
        WebServerKind::Haproxy => haproxy::keys(world, server),
        WebServerKind::Caddy => caddy::keys(world, server),
    }
}

fn of_nginx(world: &dyn World, server: &WebServer) -> Keys {
    let read = include::read(world, server);
    let mut keys = Keys { faults: read.faults, ..Keys::default() };
    let mut left = vec![&read.directives];
    while let Some(block) = left.pop() {
        for node in block {
            let argument = |number: usize| node.arguments.get(number).map_or("", String::as_str);
            match node.name.as_str() {
                "ssl_certificate_key" => keys.add(argument(0), "/etc/nginx", node.location()),
                "user" => {
                    keys.users.push(argument(0).to_owned());
                    // Without a second word the group has the name of the account.
                    let group = if argument(1).is_empty() { argument(0) } else { argument(1) };
                    keys.groups.push(group.to_owned());
                }
                _ => {}
            }
            left.extend(&node.block);
        }
    }
    keys
}
