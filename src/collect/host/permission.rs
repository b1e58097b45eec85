//! Owner, group, mode and access control list of a path as facts, with names where the host has them.

use std::collections::BTreeSet;

use super::identity::Identities;
use super::tree::{Entry, Extra};
use crate::model::{Observation, Value};
use crate::syntax::acl::{self, Acl, Lists, Tag};

pub(super) const MODE_UNKNOWN: &str = "the mode is not known";

/// States mode, owner and group.
pub(super) fn permissions(observation: &mut Observation, entry: &Entry, identities: &Identities) {
    match entry.mode {
        Some(mode) => {
            observation.set("mode", format!("{mode:04o}")).set("other_access", mode & 0o007 != 0);
        }
        None => {
            observation.unknown("mode", MODE_UNKNOWN).unknown("other_access", MODE_UNKNOWN);
        }
    }
    let owner = entry.owner.clone().or_else(|| identities.owner(entry.uid?));
    match owner {
        Some(owner) => {
            observation.set("owner", owner);
        }
        None => {
            observation.unknown("owner", "the owner is not known");
        }
    }
    let group = entry.group.clone().or_else(|| identities.owning_group(entry.gid?));
    match group {
        Some(group) => {
            observation.set("group", group);
        }
        None => {
            observation.unknown("group", "the group is not known");
        }
    }
}

/// States the access control list; one that says no more than the mode is empty.
pub(super) fn acl_seen(observation: &mut Observation, extra: &Extra, identities: &Identities) {
    match &extra.acl {
        Ok(lists) => {
            observation.set("acl", Value::texts(named(&lists.access, identities).iter().map(acl::shown)));
        }
        Err(reason) => {
            observation.unknown("acl", *reason);
        }
    }
}

/// Users and groups that the access or the default list names.
pub(super) fn principals(lists: &Lists, identities: &Identities) -> BTreeSet<String> {
    let both = [named(&lists.access, identities), named(&lists.default, identities)].concat();
    both.into_iter()
        .filter(|entry| entry.bits != 0)
        .filter_map(|entry| match entry.tag {
            Tag::User(name) => Some(name),
            Tag::NamedGroup(name) => Some(format!("group:{name}")),
            Tag::Owner | Tag::Group | Tag::Mask | Tag::Other => None,
        })
        .collect()
}

/// The list with names for numbers; empty where nobody is named in it.
fn named(list: &Acl, identities: &Identities) -> Acl {
    if !list.iter().any(|entry| matches!(entry.tag, Tag::User(_) | Tag::NamedGroup(_) | Tag::Mask)) {
        return Acl::new();
    }
    let name = |text: &str, of: &dyn Fn(u32) -> Option<String>| {
        text.parse().ok().and_then(of).unwrap_or_else(|| text.to_owned())
    };
    let mut list = list.clone();
    for entry in &mut list {
        match &mut entry.tag {
            Tag::User(user) => *user = name(user, &|uid| identities.user_name(uid).map(str::to_owned)),
            Tag::NamedGroup(group) => *group = name(group, &|gid| identities.group_name(gid).map(str::to_owned)),
            Tag::Owner | Tag::Group | Tag::Mask | Tag::Other => {}
        }
    }
    list
}
