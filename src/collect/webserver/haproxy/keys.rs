//! Files with certificate and key that binds and servers name, and the account that HAProxy runs under.

use super::super::keys::Keys;
use super::read;
use crate::collect::limits::CONFIGURATION_BYTES;
use crate::collect::world::World;
use crate::model::WebServer;

/// Reads the configuration for them.
pub(in crate::collect::webserver) fn keys(world: &dyn World, server: &WebServer) -> Keys {
    let program = read::read(world, server);
    let mut keys = Keys { faults: program.faults.clone(), ..Keys::default() };
    for line in &program.global {
        match line.word(0) {
            "user" => keys.users.push(line.word(1).to_owned()),
            "group" => keys.groups.push(line.word(1).to_owned()),
            _ => {}
        }
    }
    let base = program.global("crt-base").map_or("/", |line| line.word(1));
    for line in program.proxies.iter().flat_map(|proxy| proxy.all()) {
        if !matches!(line.word(0), "bind" | "server" | "default-server" | "server-template") {
            continue;
        }
        for pair in line.words.windows(2) {
            let [name, file] = pair else { continue };
            match name.as_str() {
                "crt" => keys.add(file, base, line.location()),
                "crt-list" => {
                    let local = program.local(file);
                    match world.read(&local, CONFIGURATION_BYTES) {
                        Ok(bytes) => {
                            let text = String::from_utf8_lossy(&bytes).into_owned();
                            let named = text.lines().filter_map(|line| line.split_whitespace().next());
                            for file in named.filter(|file| !file.starts_with('#')) {
                                keys.add(file, base, line.location());
                            }
                        }
                        Err(refusal) => keys.faults.push((local, refusal.to_string())),
                    }
                }
                _ => {}
            }
        }
    }
    keys
}
