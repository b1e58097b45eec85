//! The access check of POSIX.1-2017 (file access permissions) and of access control lists (acl(5), "access check
//! algorithm") on facts of a file: which entry lets an account in, if one does.

use std::collections::BTreeSet;

use crate::model::Observation;

/// The bit that reads a file.
pub(super) const READ: u32 = 4;
/// The bit that enters a directory or starts a program.
pub(super) const ENTER: u32 = 1;

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder<'a> {
    pub(super) user: &'a str,
    pub(super) groups: &'a BTreeSet<&'a str>,
}

/// All that decides who may do what with one file or directory.
#[derive(Debug)]
pub(super) struct Access<'a> {
    bits: u32,
    owner: &'a str,
    group: &'a str,
    /// Tag, name and bits of each entry; empty where the mode says all.
    list: Vec<(&'a str, &'a str, u32)>,
}

impl<'a> Access<'a> {
    /// Reads the facts; `None` where one of them is not known.
    pub(super) fn of(seen: &'a Observation) -> Option<Self> {
        let bits = u32::from_str_radix(seen.text("mode")?, 8).ok()?;
        seen.fields.get("acl")?;
        let list = seen.texts("acl").into_iter().map(entry).collect::<Option<Vec<_>>>()?;
        Some(Self { bits, owner: seen.text("owner")?, group: seen.text("group")?, list })
    }

    /// The mode in octal.
    pub(super) fn mode(&self) -> String {
        format!("{:04o}", self.bits)
    }

    /// What gives a holder the bit, in words; `None` where it is refused.
    pub(super) fn grants(&self, holder: &Holder<'_>, bit: u32) -> Option<String> {
        let has = |bits: u32| bits & bit != 0;
        // The first class that fits decides: an owner without the bit gets nothing from a group.
        if holder.user == self.owner {
            return has(self.bits >> 6).then(|| "owner".to_owned());
        }
        // Linux does not look into the list where the mode's group bits, which then show the mask, are all clear
        // (fs/namei.c, acl_permission_check): whom the list would refuse is then one of the others.
        if self.bits & 0o070 == 0 {
            let is_member = holder.groups.contains(self.group);
            return (!is_member && has(self.bits)).then(|| "others".to_owned());
        }
        let mask = self.list.iter().find(|(tag, _, _)| *tag == "mask").map_or(7, |(_, _, bits)| *bits);
        let of_tag =
            |wanted: &'static str| self.list.iter().filter(move |(tag, name, _)| *tag == wanted && !name.is_empty());
        if let Some((_, name, bits)) = of_tag("user").find(|(_, name, _)| *name == holder.user) {
            return has(bits & mask).then(|| format!("access control list user:{name}"));
        }
        // The group's own entry stands in the list where there is one; the mode then shows the mask in its place.
        let own = self.list.iter().find(|(tag, name, _)| *tag == "group" && name.is_empty());
        let own = own.map_or(self.bits >> 3, |(_, _, bits)| *bits);
        let mut is_member = false;
        if holder.groups.contains(self.group) {
            is_member = true;
            if has(own & mask) {
                return Some(format!("group {}", self.group));
            }
        }
        for (_, name, bits) in of_tag("group").filter(|(_, name, _)| holder.groups.contains(name)) {
            is_member = true;
            if has(bits & mask) {
                return Some(format!("access control list group:{name}"));
            }
        }
        (!is_member && has(self.bits)).then(|| "others".to_owned())
    }
}

fn entry(text: &str) -> Option<(&str, &str, u32)> {
    let (tag, rest) = text.split_once(':')?;
    let (name, letters) = rest.rsplit_once(':')?;
    let bits = letters.chars().fold(0, |bits, letter| {
        bits | match letter {
            'r' => 4,
            'w' => 2,
            'x' => 1,
            _ => 0,
        }
    });
    Some((tag, name, bits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Subject, SubjectKind, Value};

    fn file(mode: &str, list: &[&str]) -> Observation {
        let mut seen = Observation::new("log-file", Subject::new(SubjectKind::Log, "/x"), Location::default(), "test");
        seen.set("mode", mode).set("owner", "www-data").set("group", "adm");
        seen.set("acl", Value::texts(list.iter().copied()));
        seen
    }

    fn by(seen: &Observation, user: &str, groups: &[&str]) -> Option<String> {
        Access::of(seen).unwrap().grants(&Holder { user, groups: &groups.iter().copied().collect() }, READ)
    }

    #[test]
    fn the_first_class_that_fits_decides() {
        assert_eq!(by(&file("0644", &[]), "alice", &[]), Some("others".to_owned()));
        assert_eq!(by(&file("0604", &[]), "alice", &["adm"]), None);
        assert_eq!(by(&file("0044", &[]), "www-data", &["adm"]), None);
        assert_eq!(by(&file("0640", &[]), "alice", &["adm"]), Some("group adm".to_owned()));
    }

    #[test]
    fn the_mask_narrows_named_entries_and_every_group() {
        let list = ["user::rw-", "user:alice:r--", "group::r--", "group:ops:r--", "mask::-w-", "other::r--"];
        assert_eq!(by(&file("0624", &list), "alice", &[]), None);
        assert_eq!(by(&file("0624", &list), "bob", &["ops"]), None);
        let list = ["user::rw-", "user:alice:---", "group::---", "group:ops:r--", "mask::r--", "other::r--"];
        assert_eq!(by(&file("0644", &list), "alice", &["ops"]), None);
        assert_eq!(by(&file("0644", &list), "bob", &["adm"]), None);
        assert_eq!(by(&file("0644", &list), "bob", &["adm", "ops"]), Some("access control list group:ops".to_owned()));
        assert_eq!(by(&file("0644", &list), "carol", &[]), Some("others".to_owned()));
    }

    #[test]
    fn a_mask_of_nothing_makes_linux_pass_the_list_over() {
        let list = ["user::rw-", "user:alice:r--", "group::r--", "mask::---", "other::r--"];
        assert_eq!(by(&file("0604", &list), "alice", &[]), Some("others".to_owned()));
        assert_eq!(by(&file("0604", &list), "alice", &["adm"]), None);
    }

    #[test]
    fn without_a_list_that_is_known_nothing_is_said() {
        let mut seen = file("0644", &[]);
        seen.fields.remove("acl");
        assert!(Access::of(&seen).is_none());
    }
}
