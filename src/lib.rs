//! tenken (点検) tells a public body, with evidence, whether its web site keeps the policy that it has published.
//!
//! ```text
//! load()      text of policy, checks, site, register, records, waivers -> model values   reads files
//! collect()   Site, register, records … -> Evidence (Observations, Census, Gaps)         reads the world
//! join()      Evidence -> Evidence (derived observations: who really can read …)         pure
//! evaluate()  Checks, Evidence -> Findings                                               pure
//! assess()    Policy, Findings, Waivers, now -> Assessment                               pure
//! render()    Assessment -> text                                                         pure
//! ```
//!
//! Each stage is one room (module); `tests/architecture.rs` holds who may know whom. See ARCHITECTURE.md.
#![deny(unsafe_code)] // Allowed in one small module of the scanner, with its reasons there.

pub mod assess;
pub mod bundle;
pub mod catalog;
pub mod cli;
pub mod collect;
pub mod evaluate;
pub mod history;
pub mod join;
pub mod key;
pub mod load;
pub mod mend;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod scan;
pub mod syntax;
