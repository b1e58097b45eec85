//! The world -> evidence: one file or folder a collector, all of them in [`COLLECTORS`].

pub mod accept;
pub mod access;
pub mod collector;
pub mod declared;
pub mod deploy;
pub mod dns;
pub mod excerpt;
pub mod host;
pub mod http;
pub mod key_file;
pub mod limits;
pub mod live;
pub mod log_class;
pub mod logs;
pub mod policy;
pub mod question;
pub mod recorded;
pub mod run;
pub mod tls;
mod turns;
mod unpacked;
pub mod webserver;
pub mod world;

use collector::{Collector, Follower};

/// Every collector, in the order in which their facts are listed.
pub const COLLECTORS: &[&dyn Collector] = &[
    &declared::DeclaredCollector,
    &webserver::WebServerCollector,
    &deploy::DeployCollector,
    &host::HostCollector,
    &access::AccessCollector,
    &key_file::KeyFileCollector,
    &logs::LogsCollector,
    &tls::TlsCollector,
    &http::HttpCollector,
    &dns::DnsCollector,
    &policy::PolicyCollector,
];

/// Those that look once more, with what the collectors have seen.
pub const FOLLOWERS: &[&dyn Follower] = &[&webserver::PromiseFollower];
