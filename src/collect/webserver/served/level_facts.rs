//! A level -> its observation.

use std::collections::BTreeSet;

use super::super::kinds::LOCATION;
use super::{Level, Server, header_facts, observed, put};
use crate::model::{Observation, Related, Value};

/// The observation of one level.
pub(super) fn observe(level: &Level, server: &Server, main: &str) -> Observation {
    let mut one = observed(LOCATION, main, &format!("server[{}]{}", server.name, level.locus), &level.place);
    let kept: Vec<&str> = level.logs.iter().map(|log| log.target.as_str()).collect();
    one.set("logging", !level.logs.is_empty());
    one.set("logs", Value::texts(kept.iter().copied()));
    one.set("static_assets", level.is_static);
    let outer = server.levels.first().map_or(&[][..], |own| &own.logs);
    let lost: BTreeSet<&str> = match kept.is_empty() {
        true => BTreeSet::new(),
        false => outer.iter().map(|log| log.target.as_str()).filter(|target| !kept.contains(target)).collect(),
    };
    one.set("lost_logs", Value::texts(lost));
    if let Some(root) = &level.root {
        one.set("root", root.as_str());
    }
    one.set("whole_server", level.locus.is_empty());
    one.set("answers", level.answers);
    one.set("tls", server.tls.is_some());
    one.set("serves_pages", level.serves_pages);
    header_facts::state(&mut one, level);
    match &level.access {
        Ok(access) => {
            one.set("restricted", access.restricted || access.closed);
            one.set("rules_unreachable", Value::texts(access.unreachable.iter().map(String::as_str)));
            one.set("allow_without_deny", access.allow_without_deny);
            one.set("password_skipped", access.password_skipped);
            if let Some(location) = &access.location {
                let note = "the first access rule in force".to_owned();
                one.related.push(Related { location: location.clone(), note });
            }
        }
        Err(reason) => {
            for field in ["restricted", "rules_unreachable", "allow_without_deny", "password_skipped"] {
                one.unknown(field, reason.clone());
            }
        }
    }
    put(&mut one, "exact_only", level.exact_only.clone());
    one.set("redirect_hosts_of_client", Value::texts(level.redirect_hosts.iter().map(String::as_str)));
    one.set("line_breaks_of_client", Value::texts(level.line_breaks.iter().map(String::as_str)));
    put(&mut one, "listing", level.listing.clone());
    one.set("backtracking", level.backtracking);
    one.set("status_endpoint", level.status_endpoint);
    put(&mut one, "body_limit_bytes", level.body_limit_bytes.clone());
    if let Some(leftovers) = &level.leftovers {
        put(&mut one, "leftovers_served", leftovers.clone().map(Value::texts));
    }
    one
}
