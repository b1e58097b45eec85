//! A target -> all that is declared: the site file and every file that it names.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::bundled::{bundled_check_texts, bundled_parameters, bundled_policies};
use super::check::own_check;
use super::convert::{optional_day, parameter_value};
use super::document::policy::PolicyDocument;
use super::document::records::RecordsDocument;
use super::document::site::{ConfigurationDocument, LogKindDocument, SiteDocument};
use super::document::waivers::{ActionsDocument, WaiversDocument};
use super::reader::{self, YAML_LIMIT_BYTES};
use super::schema::{document, placeless};
use super::sources::{Judged, Sources, judged, parameter_from_flag, parameters_of, policy_of, profile_of, waiver_of};
use super::target::{Target, read_target, shown};
use super::tls_profile::tls_profile_json;
use super::tree::{Tree, tree_from_yaml};
use super::{LoadError, duties, people, register};
use crate::model::{
    AccountExports, Acquisition, Declared, DeclaredForm, Deployment, Holding, Host, HostRoot, LogFile, LogKind,
    MailExports, Release, RetiredDomain, RiskTolerance, Site, Value, WebServer, WebServerKind, resolver_address,
};

/// What the command line says about loading.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Policy instead of the site file's.
    pub policy: Option<String>,
    /// Folder with more checks.
    pub checks: Option<PathBuf>,
    /// `NAME=VALUE`, over those of the site file.
    pub parameters: Vec<String>,
    /// Folder that stands for / in a configuration.
    pub root: Option<String>,
    /// TLS profile instead of the site's or the policy's.
    pub tls_profile: Option<String>,
}

/// All that was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is declared and the checks.
    pub judged: Judged,
    /// The documents behind it.
    pub sources: Sources,
    /// The folder to which relative paths belong.
    pub base: PathBuf,
    /// Files of a folder that was given as the target in which nothing was recognised.
    pub unrecognised: Vec<String>,
}

/// Loads a target: a site file, a folder with tenken.yml, an https:// URL, or a configuration file.
///
/// # Errors
/// A [`LoadError`] with its place; nothing is half loaded.
pub fn load(target: &str, options: &LoadOptions) -> Result<Loaded, LoadError> {
    load_target(target, options, read_target(target, options)?)
}

/// Loads a site file that is not written yet.
///
/// # Errors
/// As [`load`].
pub fn load_draft(site: Json, base: &Path) -> Result<Loaded, LoadError> {
    let target = Target { site, base: base.to_owned(), ..Target::default() };
    load_target("the draft", &LoadOptions::default(), target)
}

fn load_target(target: &str, options: &LoadOptions, read: Target) -> Result<Loaded, LoadError> {
    let Target { site: mut site_json, tree: site_tree, base, unrecognised } = read;
    let shown_site = if site_tree.values.is_empty() { target.to_owned() } else { shown(&base, "tenken.yml", target) };
    let parameters = bundled_parameters()?;
    let known = parameters_of(&parameters)?;
    // The site file's own parameters are held here, where their place is known.
    if let Some(set) = site_json.get("parameters").and_then(Json::as_object)
        && let Some(name) = set.keys().find(|name| !known.contains_key(*name))
    {
        let (line, column) = site_tree.keys.get(&format!("/parameters/{name}")).copied().unwrap_or_default();
        let hint = super::error::nearest(name, known.keys().map(String::as_str));
        let message = format!("unknown parameter `{name}`");
        let hint = hint.map(|near| format!("did you mean `{near}`?"));
        let problem = super::Problem { line, column, message, hint };
        return Err(LoadError::Invalid { file: shown_site, problems: vec![problem] });
    }
    for flag in &options.parameters {
        let (name, value) = parameter_from_flag(&known, flag)?;
        if let Some(map) = site_json.as_object_mut() {
            let set = map.entry("parameters").or_insert_with(|| json!({}));
            if let Some(set) = set.as_object_mut() {
                set.insert(name, value);
            }
        }
    }
    // What no file says was written by the program itself, which needs no schema to be told of its slips.
    let site_document: SiteDocument = if site_tree.values.is_empty() {
        placeless(&shown_site, &site_json)?
    } else {
        document(&shown_site, &Tree { json: site_json.clone(), ..site_tree.clone() })?
    };
    let site = site_of(&shown_site, &site_tree, site_document)?;
    let policy = policy_json(options.policy.as_deref().unwrap_or(&site.policy), &base, options.policy.is_some())?;
    let mut checks: Vec<Cow<'static, str>> = bundled_check_texts().map(Cow::Borrowed).collect();
    if let Some(folder) = &options.checks {
        for path in reader::yaml_files(folder)? {
            checks.push(own_check(&path)?.1.to_string().into());
        }
    }
    let mut sources = Sources { site: site_json, policy, parameters, checks, ..Sources::default() };
    let records = named::<RecordsDocument>(&base, site.records.as_deref())?;
    let waivers = named::<WaiversDocument>(&base, site.waivers.as_deref())?;
    let actions = named::<ActionsDocument>(&base, site.actions.as_deref())?;
    sources.attestations = list_in(&records, "attestations");
    sources.waivers = list_in(&waivers, "waivers");
    sources.actions = list_in(&actions, "actions");
    let mut judged = judged(&sources)?;
    sources.tls_profile = match &options.tls_profile {
        // A path on the command line is relative to where the user stands, one in the site file to that file.
        Some(name) => tls_profile_json(name, Path::new("."))?,
        None => match judged.declaration.parameter("tls_profile") {
            Some(Value::Text(name)) => tls_profile_json(name, &base)?,
            _ => Json::Null,
        },
    };
    judged.hold_against_tls_profile(profile_of(&sources.tls_profile)?);
    if let Some((file, tree)) = &waivers {
        // The places of waivers are known here only; a replay has none.
        judged.declaration.waivers = held_waivers(file, tree, &sources.waivers)?;
    }
    judged.declaration.records = records.as_ref().map(|(_, tree)| people::records_of(tree)).transpose()?;
    if let Some(path) = site.register.as_deref() {
        judged.declaration.register = Some(register::read(&base.join(path), path)?);
    }
    if let Some(path) = site.people.as_deref() {
        judged.declaration.people = Some(people::read(&base.join(path), path)?);
    }
    Ok(Loaded { judged, sources, base, unrecognised })
}

fn policy_json(policy: &str, base: &Path, from_flag: bool) -> Result<Json, LoadError> {
    let mut bundled = bundled_policies()?;
    if let Some(json) = bundled.remove(policy) {
        return Ok(json);
    }
    if !policy.contains(['/', '.']) {
        return Err(LoadError::unknown("policy", policy, bundled.keys().map(String::as_str)));
    }
    // A path on the command line is relative to where the user stands, one in the site file to that file.
    let path = if from_flag { PathBuf::from(policy) } else { base.join(policy) };
    let text = reader::text(&path, policy, YAML_LIMIT_BYTES)?;
    let tree = tree_from_yaml(policy, &text)?;
    document::<PolicyDocument>(policy, &tree)?;
    policy_of(policy, &tree)?;
    Ok(tree.json)
}

fn named<T: serde::de::DeserializeOwned + schemars::JsonSchema>(
    base: &Path,
    path: Option<&str>,
) -> Result<Option<(String, Tree)>, LoadError> {
    let Some(path) = path else { return Ok(None) };
    let text = reader::text(&base.join(path), path, YAML_LIMIT_BYTES)?;
    let tree = tree_from_yaml(path, &text)?;
    document::<T>(path, &tree)?;
    Ok(Some((path.to_owned(), tree)))
}

fn list_in(read: &Option<(String, Tree)>, key: &str) -> Vec<Json> {
    read.as_ref().and_then(|(_, tree)| tree.json.get(key)?.as_array().cloned()).unwrap_or_default()
}

fn held_waivers(file: &str, tree: &Tree, documents: &[Json]) -> Result<Vec<crate::model::Waiver>, LoadError> {
    documents
        .iter()
        .enumerate()
        .map(|(index, json)| {
            let (line, column) = tree.place(&format!("/waivers/{index}"));
            waiver_of(json, line).ok_or_else(|| LoadError::invalid(file, line, column, "a waiver of the wrong shape"))
        })
        .collect()
}

/// Turns a site document into a site.
pub(crate) fn site_of(file: &str, tree: &Tree, read: SiteDocument) -> Result<Site, LoadError> {
    let at = |pointer: &str, message: String| {
        let (line, column) = tree.place(pointer);
        LoadError::invalid(file, line, column, message)
    };
    let mut hosts: Vec<Host> = Vec::new();
    let mut main_port = 443;
    if let Some(url) = &read.url {
        let bad =
            || at("/url", format!("url: expected https://HOST, found {}", url.chars().take(80).collect::<String>()));
        let parsed = reqwest::Url::parse(url).map_err(|_| bad())?;
        if parsed.scheme() != "https" {
            return Err(bad());
        }
        main_port = parsed.port().unwrap_or(443);
    }
    for (index, host) in read.hosts.iter().enumerate() {
        // A name in another script is asked for as DNS knows it.
        let name = host_of(&format!("https://{}", host.name)).unwrap_or_else(|| host.name.to_ascii_lowercase());
        if hosts.iter().any(|other| other.name == name) {
            return Err(at(&format!("/hosts/{index}/name"), format!("two hosts have the name {name}")));
        }
        let addresses: Vec<String> = host.address.iter().chain(&host.addresses).cloned().collect();
        if let Some(bad) = addresses.iter().find(|address| address.parse::<std::net::IpAddr>().is_err()) {
            return Err(at(&format!("/hosts/{index}"), format!("address: expected an IP address, found {bad}")));
        }
        hosts.push(Host {
            name,
            addresses,
            https_port: host.https_port.unwrap_or(443),
            http_port: match host.http_port {
                Some(0) => None,
                Some(port) => Some(port),
                None => Some(80),
            },
            ports: host.ports.clone(),
            trust: host.trust.clone(),
            pages: host.pages.clone(),
        });
    }
    if let Some(name) = read.url.as_deref().and_then(host_of) {
        match hosts.iter().position(|host| host.name == name) {
            Some(index) => {
                let mut main = hosts.remove(index);
                if main_port != 443 {
                    main.https_port = main_port;
                }
                hosts.insert(0, main);
            }
            None => hosts.insert(0, Host { name, https_port: main_port, http_port: Some(80), ..Host::default() }),
        }
    }
    let main_host = hosts.first().map_or_else(|| "localhost".to_owned(), |host| host.name.clone());
    let mut parameters = std::collections::BTreeMap::new();
    for (name, json) in &read.parameters {
        let value = parameter_value(json)
            .ok_or_else(|| at(&format!("/parameters/{name}"), format!("{name}: expected a number, text or list")))?;
        parameters.insert(name.clone(), value);
    }
    let resolver = match &read.dns {
        Some(dns) => Some(
            resolver_address(&dns.resolver)
                .ok_or_else(|| at("/dns/resolver", "resolver: expected ADDR:PORT, such as 192.0.2.53:53".to_owned()))?,
        ),
        None => None,
    };
    Ok(Site {
        name: read.site,
        url: read.url,
        hosts,
        policy: read.policy.unwrap_or_else(|| "four-principles".to_owned()),
        parameters,
        tls_profile: None,
        deployment: read.configuration.as_ref().map(deployment_of).unwrap_or_default(),
        web_servers: read.configuration.map(web_servers_of).unwrap_or_default(),
        host_root: read
            .host
            .map(|host| HostRoot { path: host.root, name: host.name.unwrap_or_else(|| main_host.clone()) }),
        logs: read
            .logs
            .into_iter()
            .map(|log| LogFile {
                path: log.path,
                kind: match log.kind {
                    LogKindDocument::Access => LogKind::Access,
                    LogKindDocument::Error => LogKind::Error,
                    LogKindDocument::Application => LogKind::Application,
                },
            })
            .collect(),
        release: read.release.map(|release| Release {
            manifest: release.manifest,
            root: release.root,
            uploads: release.uploads,
        }),
        log_patterns: read.log_patterns.into_iter().map(super::log_patterns::pattern_of).collect(),
        declared: declared_of(read.declared),
        resolver,
        accounts: AccountExports { lastlog: read.accounts.lastlog, cms: read.accounts.cms },
        mail: MailExports {
            starttls: read.mail.starttls,
            aliases: read.mail.aliases,
            virtual_tables: read.mail.virtual_tables,
            lists: read.mail.lists,
            sieve: read.mail.sieve,
            store: read.mail.store,
        },
        people: read.people,
        register: read.contractors,
        records: read.records,
        actions: read.actions,
        waivers: read.waivers,
    })
}

/// The version that is named is that of the first server in this order.
fn web_servers_of(read: ConfigurationDocument) -> Vec<WebServer> {
    let ConfigurationDocument { nginx, apache, haproxy, caddy, root, mut server_version, .. } = read;
    [
        (WebServerKind::Nginx, nginx),
        (WebServerKind::Apache, apache),
        (WebServerKind::Haproxy, haproxy),
        (WebServerKind::Caddy, caddy),
    ]
    .into_iter()
    .filter_map(|(kind, path)| {
        let path = path?;
        Some(WebServer { kind, path, version: server_version.take(), root: root.clone() })
    })
    .collect()
}

fn deployment_of(read: &ConfigurationDocument) -> Deployment {
    Deployment {
        compose: read.compose.clone(),
        kubernetes: read.kubernetes.clone(),
        dockerfiles: read.dockerfiles.clone(),
        systemd: read.systemd.clone(),
    }
}

fn declared_of(read: super::document::site::DeclaredDocument) -> Declared {
    Declared {
        allow_values: read.allow_values,
        scope_hosts: read.scope_hosts,
        first_parties: read.first_parties,
        third_parties: read.third_parties,
        policy_pages: read.policy_pages,
        policy_texts: read.policy_texts,
        acquisition: read.acquisition.map(|list| {
            list.into_iter().map(|item| Acquisition { class: item.class, purpose: item.purpose }).collect()
        }),
        sensitive_paths: read.sensitive_paths,
        admin_paths: read.admin_paths,
        admin_sources: read.admin_sources,
        log_readers: read.log_readers,
        log_write_once: read.log_write_once,
        administrators: read.administrators,
        mail_domains: read.mail_domains,
        dkim_selectors: read.dkim_selectors,
        retired_domains: read.retired_domains.map(|list| {
            let held = list.into_iter().map(|item| RetiredDomain {
                name: item.name.trim_end_matches('.').to_ascii_lowercase(),
                hold_until: optional_day(item.hold_until.as_ref()),
            });
            held.collect()
        }),
        forms: read.forms.map(|list| {
            list.into_iter()
                .map(|form| DeclaredForm { page: form.page, categories: form.categories, purpose: form.purpose })
                .collect()
        }),
        cookies: read.cookies,
        statutes: read.statutes.map(|statutes| statutes.into_iter().map(duties::statute_of).collect()),
        entity: read.entity.map(duties::entity_word),
        responsibilities: read.responsibilities,
        breach_plan: read.breach_plan.map(duties::breach_plan_of),
        holdings: read.holdings.map(|list| {
            list.into_iter()
                .map(|one| Holding { name: one.name, persons: one.persons, register_ref: one.register_ref })
                .collect()
        }),
        risk_tolerance: read.risk_tolerance.map(|tolerance| RiskTolerance {
            units: tolerance.units,
            approver: tolerance.approver,
            approved_on: optional_day(tolerance.approved_on.as_ref()),
        }),
    }
}

/// The host of a URL in lower case, punycode where it was not ASCII.
pub(super) fn host_of(url: &str) -> Option<String> {
    reqwest::Url::parse(url).ok()?.host_str().map(str::to_ascii_lowercase)
}
