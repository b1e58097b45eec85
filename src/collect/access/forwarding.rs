//! Where mail ends: aliases, virtual tables, .forward files, Sieve scripts and exported lists, followed to their leaves.

use std::collections::{BTreeMap, BTreeSet};

use super::Seen;
use super::kinds::MAIL_FORWARD;
use crate::collect::host::tree::HostTree;
use crate::collect::limits::{HOST_FILE_BYTES, cut};
use crate::collect::world::{Refusal, World};
use crate::model::{Location, Observation, Site, Subject, SubjectKind, Value};
use crate::syntax::accounts;
use crate::syntax::mail_alias::{self, Aliases, Target};

/// Names that one alias may lead to before following ends.
const FOLLOWED: usize = 10_000;

/// Everything that says where mail goes.
#[derive(Default)]
struct Map {
    /// Name or address -> targets, where they stand.
    names: BTreeMap<String, (Vec<Target>, Location)>,
    /// Names whose script or file could not be followed, with why.
    unresolved: BTreeMap<String, BTreeSet<String>>,
    /// Domains of virtual tables: mail to them ends only where the table says.
    virtual_domains: BTreeSet<String>,
    faults: Vec<(String, String)>,
    asked: bool,
}

/// Observes forwarding.
pub(super) fn observe(world: &dyn World, site: &Site, tree: Option<&HostTree<'_>>, seen: &mut Seen) {
    let mut map = Map::default();
    if let Some(tree) = tree {
        of_host(tree, &mut map);
    }
    for path in &site.mail.aliases {
        named(world, path, &mut map, |text| Some(mail_alias::aliases(text)));
    }
    for path in &site.mail.virtual_tables {
        named(world, path, &mut map, |text| Some(mail_alias::virtual_table(text)));
    }
    for path in &site.mail.lists {
        named(world, path, &mut map, mail_alias::exported);
    }
    for (mailbox, path) in &site.mail.sieve {
        map.asked = true;
        match text_of(world, path) {
            Ok(text) => sieve(&mut map, mailbox, &text, Location::whole_file(path)),
            Err(reason) => map.faults.push((path.clone(), reason)),
        }
    }
    if !map.asked {
        let reason = "no mail forwarding is named and the host root has none (site file: mail)";
        return seen.not_asked(MAIL_FORWARD, &site.name, reason);
    }
    let observations: Vec<Observation> = map.names.keys().map(|name| leaves(&map, name)).collect();
    let faults = std::mem::take(&mut map.faults);
    seen.all(MAIL_FORWARD, &site.name, observations, faults);
}

fn text_of(world: &dyn World, path: &str) -> Result<String, String> {
    let bytes = world.read(path, HOST_FILE_BYTES).map_err(|refusal| refusal.to_string())?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => encoding_rs::SHIFT_JIS.decode(error.as_bytes()).0.into_owned(),
    })
}

fn named(world: &dyn World, path: &str, map: &mut Map, read: impl Fn(&str) -> Option<(Aliases, Vec<u32>)>) {
    map.asked = true;
    match text_of(world, path).map(|text| read(&text)) {
        Ok(Some((aliases, lines))) => add(map, path, aliases, &lines),
        Ok(None) => map.faults.push((path.to_owned(), "no column of mailboxes and of targets".to_owned())),
        Err(reason) => map.faults.push((path.to_owned(), reason)),
    }
}

fn add(map: &mut Map, shown: &str, aliases: Aliases, lines: &[u32]) {
    for line in lines.iter().take(20) {
        map.faults.push((format!("{shown}:{line}"), "a line that is not understood".to_owned()));
    }
    for (name, (targets, line)) in aliases {
        if let Some((_, domain)) = name.rsplit_once('@') {
            map.virtual_domains.insert(domain.to_owned());
        }
        let entry = map.names.entry(name).or_insert_with(|| (Vec::new(), Location::file(shown, line, 1)));
        entry.0.extend(targets);
    }
}

/// Aliases, virtual tables, .forward files and Sieve scripts at their usual places in a host's tree.
fn of_host(tree: &HostTree<'_>, map: &mut Map) {
    type Reader = fn(&str) -> (Aliases, Vec<u32>);
    let tables: [(&str, Reader); 4] = [
        ("etc/aliases", mail_alias::aliases),
        ("etc/mail/aliases", mail_alias::aliases),
        ("etc/postfix/virtual", mail_alias::virtual_table),
        ("etc/postfix/virtual_aliases", mail_alias::virtual_table),
    ];
    for (path, read) in tables {
        if let Some(text) = of_tree(tree, path, map) {
            let (aliases, lines) = read(&text);
            add(map, &tree.shown(path), aliases, &lines);
        }
    }
    let users = tree.text("etc/passwd").map(|text| accounts::passwd(&text).0).unwrap_or_default();
    for user in users {
        let home = user.home.trim_matches('/');
        if home.is_empty() || home.split('/').any(|part| part == "..") {
            continue;
        }
        let path = format!("{home}/.forward");
        if let Some(text) = of_tree(tree, &path, map) {
            let place = Location::whole_file(tree.shown(&path));
            let entry = map.names.entry(user.name.to_lowercase()).or_insert_with(|| (Vec::new(), place));
            entry.0.extend(mail_alias::forward(&text));
        }
        for script in [".dovecot.sieve", "sieve/.dovecot.sieve"] {
            let path = format!("{home}/{script}");
            if let Some(text) = of_tree(tree, &path, map) {
                sieve(map, &user.name.to_lowercase(), &text, Location::whole_file(tree.shown(&path)));
            }
        }
    }
}

fn of_tree(tree: &HostTree<'_>, path: &str, map: &mut Map) -> Option<String> {
    match tree.text(path) {
        Ok(text) => {
            map.asked = true;
            Some(text)
        }
        Err(Refusal::NotFound) => None,
        Err(refusal) => {
            map.asked = true;
            map.faults.push((tree.shown(path), refusal.to_string()));
            None
        }
    }
}

fn sieve(map: &mut Map, mailbox: &str, text: &str, place: Location) {
    let (targets, unresolved) = mail_alias::sieve_redirects(text);
    let name = mailbox.to_lowercase();
    if unresolved {
        map.unresolved.entry(name.clone()).or_default().insert("a Sieve script".to_owned());
    }
    if unresolved || !targets.is_empty() {
        // The script may keep a copy as well; what matters here is where else the mail goes.
        map.names.entry(name).or_insert_with(|| (Vec::new(), place)).0.extend(targets);
    }
}

fn leaves(map: &Map, start: &str) -> Observation {
    let place = map.names.get(start).map(|(_, place)| place.clone()).unwrap_or_default();
    let subject = Subject::new(SubjectKind::Mailbox, cut(start));
    let mut one = Observation::new(MAIL_FORWARD, subject, place, "aliases followed to their leaves");
    let (mut domains, mut local, mut programs, mut cycle) = (BTreeSet::new(), false, 0_i64, false);
    let mut unresolved: BTreeSet<String> = map.unresolved.get(start).cloned().unwrap_or_default();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<(&str, Vec<&str>)> = vec![(start, Vec::new())];
    while let Some((name, path)) = left.pop() {
        if path.contains(&name) {
            // A name that also leads to itself keeps a copy there: .forward with \name, or an alias of a real account.
            cycle |= path.last() != Some(&name);
            local = true;
            continue;
        }
        if done.len() > FOLLOWED {
            unresolved.insert("more names than are followed".to_owned());
            break;
        }
        if !done.insert(name) {
            continue;
        }
        unresolved.extend(map.unresolved.get(name).into_iter().flatten().cloned());
        let Some((targets, _)) = map.names.get(name) else { continue };
        let mut inner = path.clone();
        inner.push(name);
        for target in targets {
            match target {
                Target::Program => programs += 1,
                Target::File => local = true,
                Target::Include(_) => {
                    unresolved.insert("a file with more targets".to_owned());
                }
                Target::Local(other) => match map.names.contains_key(other.as_str()) {
                    true => left.push((other, inner.clone())),
                    false => local = true,
                },
                Target::Address(address) => {
                    let (user, domain) = address.rsplit_once('@').unwrap_or((address, ""));
                    if map.names.contains_key(address.as_str()) {
                        left.push((address, inner.clone()));
                    } else if domain == "localhost" {
                        match map.names.contains_key(user) {
                            true => left.push((user, inner.clone())),
                            false => local = true,
                        }
                    } else {
                        domains.insert(cut(domain));
                    }
                }
            }
        }
    }
    one.set("leaf_domains", Value::texts(domains)).set("local", local).set("programs", programs);
    one.set("unresolved", Value::texts(unresolved)).set("cycle", cycle);
    one
}
