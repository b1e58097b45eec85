//! Evidence -> evidence: facts that only two sources together can state. One file a join.

mod access;
mod account_owners;
mod admin_sources;
mod backup;
mod caa_issuers;
mod certificate_parties;
mod config_wire;
mod dangling_names;
mod dns_operators;
mod form_processors;
mod holders;
mod key_owners;
mod log_destinations;
mod log_keeping;
mod log_readers;
mod log_scopes;
mod log_shipments;
mod mail_contacts;
mod mail_leaves;
mod mail_operators;
mod operators;
mod page_hosts;
mod principal_owners;
mod register_use;
mod retired_domains;
mod service_names;
mod services;
mod shared_credentials;
mod sudo_scope;
mod tls_hosts;
mod tls_profile;
mod transfers;

pub use tls_profile::{TLS_PROFILE_KINDS, hold_against_tls_profile};

use crate::model::{Census, CensusState, Evidence, KindSpec};

/// One join: pure, reads evidence, states kinds of its own with their census.
pub struct Join {
    /// Its name, as gaps print it.
    pub name: &'static str,
    /// The kinds that it states.
    pub kinds: &'static [KindSpec],
    /// Concludes. What an incomplete source hides becomes an incomplete census.
    pub join: fn(&Evidence) -> Evidence,
}

/// Every join, in the order in which they run; a later one may read an earlier one's observations.
pub const JOINS: &[Join] = &[
    log_readers::LOG_READERS,
    log_shipments::LOG_SHIPMENTS,
    log_destinations::LOG_DESTINATIONS,
    log_scopes::LOG_SCOPES,
    log_keeping::LOG_KEEPING,
    backup::BACKUPS,
    account_owners::ACCOUNT_OWNERS,
    key_owners::KEY_OWNERS,
    principal_owners::PRINCIPAL_OWNERS,
    sudo_scope::SUDO_SCOPES,
    admin_sources::ADMIN_SOURCES,
    shared_credentials::SHARED_CREDENTIALS,
    caa_issuers::CAA_ISSUERS,
    certificate_parties::CERTIFICATE_PARTIES,
    page_hosts::PAGE_HOSTS,
    form_processors::FORM_PROCESSORS,
    mail_operators::MAIL_OPERATORS,
    dns_operators::DNS_OPERATORS,
    dangling_names::DANGLING_NAMES,
    retired_domains::RETIRED_DOMAINS,
    mail_contacts::MAIL_CONTACTS,
    mail_leaves::MAIL_LEAVES,
    transfers::TRANSFERS,
    tls_hosts::TLS_HOSTS,
    config_wire::CONFIG_WIRE,
    register_use::REGISTER_USE,
];

/// Runs every join and adds what each concludes.
pub fn join(evidence: &mut Evidence) {
    for join in JOINS {
        let derived = (join.join)(evidence);
        evidence.extend(derived);
    }
}

/// Drops what was concluded on kinds of which the census says that nobody asked: without the other source nothing is known.
pub(crate) fn retain_asked(derived: &mut Evidence) {
    let Evidence { observations, census, .. } = derived;
    observations.retain(|seen| {
        !census.iter().any(|entry| entry.kind == seen.kind && matches!(entry.state, CensusState::NotAsked(_)))
    });
}

/// The census of a joined kind: as complete as the least complete kind that it was made from.
///
/// A source that nobody asked for makes the join not asked for; one without any census makes it incomplete.
#[must_use]
pub fn joined_census(evidence: &Evidence, sources: &[&str], kind: &str, scope: &str, count: usize) -> Census {
    let mut incomplete = None;
    for source in sources {
        let mut entries = evidence.census_of(source).peekable();
        if entries.peek().is_none() {
            incomplete = Some(format!("{source} was not looked for"));
        }
        for entry in entries {
            match &entry.state {
                CensusState::NotAsked(reason) => return Census::not_asked(kind, scope, reason.clone()),
                CensusState::Incomplete(reason) => incomplete = Some(format!("{source}: {reason}")),
                CensusState::Complete => {}
            }
        }
    }
    match incomplete {
        Some(reason) => Census::incomplete(kind, scope, count, reason),
        None => Census::complete(kind, scope, count),
    }
}
