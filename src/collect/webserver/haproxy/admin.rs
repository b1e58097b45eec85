//! Sockets on which HAProxy takes orders (`stats socket`).

use super::super::admin_endpoint::{Reach, endpoint};
use super::bind::is_loopback;
use super::read::Program;
use crate::collect::limits::cut;
use crate::model::Observation;

/// One observation a socket.
pub(super) fn observe(program: &Program, main: &str) -> Vec<Observation> {
    let mut found = Vec::new();
    for line in program.global.iter().filter(|line| line.begins(&["stats", "socket"])) {
        let address = line.word(2);
        let is_file = address.starts_with('/')
            || ["unix@", "abns@", "fd@", "sockpair@"].iter().any(|kind| address.starts_with(kind));
        // Whoever may write to a socket file gives orders; without a mode that is its owner.
        let everybody = line.behind("mode").is_some_and(|mode| mode.ends_with(['2', '3', '6', '7']));
        let reach = match (is_file, everybody) {
            (true, true) => Reach::EveryAccount,
            (true, false) => Reach::File,
            (false, _) if is_loopback(address) => Reach::Loopback,
            (false, _) => Reach::Network,
        };
        let level = line.behind("level").unwrap_or("operator");
        found.push(endpoint(main, &cut(address), &line.place(), reach, level != "user"));
    }
    found
}
