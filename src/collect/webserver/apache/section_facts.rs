//! What Apache alone has: settings that a condition hides, limits that a Location lifts, what `.htaccess` may change.

use std::collections::BTreeMap;

use super::super::kinds::APACHE_SECTION;
use super::super::served::{Place, observed};
use super::Configuration;
use super::access;
use super::answer::{Answer, Question, Site, What};
use super::host::{Program, sections};
use super::levels::place;
use super::read::Node;
use super::scope::Scope;
use super::section::{Matching, is_below};
use crate::collect::limits::cut;
use crate::model::{Observation, Related, Value};

/// The observations of all sections.
pub(super) fn observe(
    configuration: &Configuration<'_>,
    program: &Program<'_>,
    site: &Site<'_>,
    main: &str,
) -> Vec<Observation> {
    let mut found = Vec::new();
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let mut name = move |locus: String| {
        let count = taken.entry(locus.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { locus } else { format!("{locus}#{count}") }
    };
    for guard in &configuration.read.guards {
        let at = Place { location: guard.location.clone(), related: guard.chain.clone() };
        let mut one = observed(APACHE_SECTION, main, &name(format!("{}[{}]", guard.name, guard.condition)), &at);
        one.set("form", "condition");
        match &guard.open {
            Some(reason) => one.unknown("settings_hidden", reason.clone()),
            None => one.set("settings_hidden", Value::texts(guard.hidden.iter().map(String::as_str))),
        };
        found.push(one);
    }
    for host in &program.hosts {
        let own = host.section.map(|_| host.nodes).unwrap_or(program.main);
        let port = host.addresses.first().map_or("80", |address| address.port.as_str());
        for section in own.iter().filter(|node| matches!(node.name.as_str(), "location" | "locationmatch")) {
            let locus = name(format!("server[{}]/Location[{}]", host.name, cut(Matching::of(section).text())));
            let mut one = observed(APACHE_SECTION, main, &locus, &place(section));
            one.set("form", "Location");
            match lifted(program, site, host, port, section, &mut one.related) {
                Ok(lifted) => one.set("limits_lifted", Value::texts(lifted)),
                Err(reason) => one.unknown("limits_lifted", reason),
            };
            found.push(one);
        }
    }
    for section in program
        .main
        .iter()
        .chain(program.hosts.iter().filter(|host| host.section.is_some()).flat_map(|host| host.nodes))
    {
        if !matches!(section.name.as_str(), "directory" | "directorymatch") {
            continue;
        }
        let locus = name(format!("Directory[{}]", cut(Matching::of(section).text())));
        let mut one = observed(APACHE_SECTION, main, &locus, &place(section));
        one.set("form", "Directory");
        let scope = Scope::default().at(section.inside());
        let mut classes: Vec<String> = scope.overrides.classes.iter().map(|class| (*class).to_owned()).collect();
        classes.extend(scope.overrides.list.iter().map(|name| cut(name)));
        // What a folder lists and how matters to no safety by itself.
        classes.retain(|class| class != "Indexes");
        if let Some(node) = &scope.overrides_at {
            one.source = node.location();
        }
        one.set("htaccess_may_change", Value::texts(classes));
        found.push(one);
    }
    found
}

/// The folders whose limits a Location lifts: what the folder's sections refuse and the Location lets in.
fn lifted(
    program: &Program<'_>,
    site: &Site<'_>,
    host: &super::host::VirtualHost<'_>,
    port: &str,
    section: &Node,
    related: &mut Vec<Related>,
) -> Result<Vec<String>, String> {
    let own = Scope::default().at(section.inside());
    if own.require.is_none() && own.compat.is_none() {
        return Ok(Vec::new());
    }
    let matching = Matching::of(section);
    let root =
        host.single("documentroot").map(|node| node.argument(0).trim_end_matches('/').to_owned()).unwrap_or_default();
    // The folder of the Location's own path, and every folder with a section of its own below the document root.
    let mut asked: Vec<(String, String)> = Vec::new();
    if let Matching::Path(path) = &matching
        && let Some((file, _)) = site.file(host, path)?
    {
        asked.push((path.clone(), file.trim_end_matches('/').to_owned()));
    }
    for folder in sections(program, host, &["directory"]) {
        let Matching::Path(folder) = Matching::of(&folder) else { continue };
        let folder = folder.trim_end_matches('/').to_owned();
        if !root.is_empty() && is_below(&folder, &root) {
            asked.push((format!("{}/", folder.strip_prefix(root.as_str()).unwrap_or_default()), folder));
        }
    }
    let mut found = Vec::new();
    for (path, folder) in asked {
        let holds = matching.holds_for_url(&path, site.patterns);
        if !holds.ok_or_else(|| "an expression that cannot be evaluated here may hold for this path".to_owned())? {
            continue;
        }
        if site.proxied(host, &path).is_some() {
            continue;
        }
        // A handler of the server's own needs no folder, so a folder's refusal was never meant for it.
        if own.single("sethandler").is_some() {
            continue;
        }
        let mut before = Answer { what: What::File(String::new()), scope: host.scope.clone(), sections: Vec::new() };
        site.in_folder(host, &folder, &format!("{folder}/index.html"), &mut before)?;
        let after = site.answer(host, &Question { path: &path, port })?;
        let old = access::access(before.scope.require.as_deref(), before.scope.compat.as_deref(), false)?;
        let new = access::access(after.scope.require.as_deref(), after.scope.compat.as_deref(), false)?;
        let strictness =
            |access: &super::super::served::Access| if access.closed { 2 } else { u8::from(access.restricted) };
        if strictness(&new) < strictness(&old) {
            found.push(cut(&folder));
            if let Some(location) = old.location {
                related.push(Related { location, note: "the limit of the folder, which is lifted".to_owned() });
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}
