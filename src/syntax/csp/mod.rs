//! Content Security Policy Level 3 as an engine: given the policies in force on a page, may this script run, may that load go out?
//!
//! Policies come from header fields (a comma parts them) and from `<meta>` in the head; all of them apply at once, so one
//! that refuses is enough. Report-only policies are no policies here. Pure: it asks nobody and judges nothing.

mod decide;
mod policy;
mod proof;
mod reach;
mod source;

pub use decide::{Act, Decision, Kind, Load, Request, decide};
pub use policy::{Delivery, Directive, Oddity, Policy, policies_of_field, policy_of_meta};
pub use proof::{Proof, Seen, SeenLoad, prove};
pub use reach::{HostPattern, Reach, reach};
pub use source::{Algorithm, HostSource, Source};

#[cfg(test)]
mod tests;
