//! Against real servers of TLS: what they were set up for, and no more, is what is found.
//! Without the programs these tests say so and do nothing, unless TENKEN_REAL is set: then their absence is a failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

#[path = "real_tls/addresses.rs"]
mod addresses;
#[path = "real_tls/certificates.rs"]
mod certificates;
#[path = "real_tls/matrix.rs"]
mod matrix;
#[path = "real_tls/profiles.rs"]
mod profiles;
#[path = "real_tls/programs.rs"]
mod programs;
#[path = "real_tls/remedies.rs"]
mod remedies;

use std::process::Command;

fn is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    assert!(there || std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set and openssl is not there");
    if !there {
        eprintln!("openssl is not there: nothing was compared");
    }
    there
}
