//! `tenken init`: writes a site file and the files beside it, filled in as far as can be seen. It never overwrites.

use std::path::Path;

use super::Streams;
use super::arguments::InitOptions;
use super::failure::{Exit, Failure};
use super::output::{print, write_file};
use crate::load::schema;
use crate::model::Language;

/// Configuration files that are looked for, first match taken.
const CONFIGURATIONS: [&str; 5] =
    ["nginx.conf", "nginx/nginx.conf", "deploy/nginx.conf", "deploy/nginx/nginx.conf", "conf/nginx.conf"];

/// Runs the command.
///
/// # Errors
/// `Usage` where a file is there already; then nothing is written.
pub(super) fn run(options: &InitOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let url = options.url.as_deref().map(checked_url).transpose()?;
    let found = CONFIGURATIONS.into_iter().find(|path| options.dir.join(path).is_file());
    let files = [
        ("tenken.yml", site(url.as_deref(), found)),
        ("contractors.yml", CONTRACTORS.to_owned()),
        ("people.yml", PEOPLE.to_owned()),
        ("records.yml", RECORDS.to_owned()),
        ("waivers.yml", WAIVERS.to_owned()),
    ];
    if let Some((name, _)) = files.iter().find(|(name, _)| options.dir.join(name).exists()) {
        return Err(Failure::Usage(format!(
            "{} is there already; nothing was written",
            options.dir.join(name).display()
        )));
    }
    let schemas = options.dir.join(".tenken").join("schema");
    std::fs::create_dir_all(&schemas)
        .map_err(|error| Failure::Unwritable { file: schemas.display().to_string(), reason: error.to_string() })?;
    for name in ["site", "contractors", "people", "records", "waivers"] {
        if let Some(schema) = schema(name) {
            write_file(&schemas.join(format!("{name}.json")), format!("{schema:#}\n"))?;
        }
    }
    let mut said = String::new();
    for (name, text) in &files {
        write_file(&options.dir.join(name), text)?;
        said.push_str(&format!("{}\n", Path::new(&options.dir).join(name).display()));
    }
    said.push_str(match language {
        Language::English => "\nFill in what is marked `decide`, then run: tenken assess\n",
        Language::Japanese => "\n`decide` の箇所を記入してから、tenken assess を実行してください\n",
    });
    print(streams, &said)?;
    Ok(Exit::DONE)
}

fn checked_url(url: &str) -> Result<String, Failure> {
    match reqwest::Url::parse(url) {
        Ok(parsed) if parsed.scheme() == "https" && parsed.host_str().is_some() => Ok(parsed.to_string()),
        _ => Err(Failure::Usage(format!("{url}: expected https://HOST"))),
    }
}

fn site(url: Option<&str>, configuration: Option<&str>) -> String {
    let host = url.and_then(|url| reqwest::Url::parse(url).ok()).and_then(|url| url.host_str().map(str::to_owned));
    let name = host.clone().unwrap_or_else(|| "decide: name of the body".to_owned());
    let url_line = url.map_or_else(|| "# url: https://www.example.jp".to_owned(), |url| format!("url: {url}"));
    let configuration = configuration.map_or_else(
        || "# configuration: { nginx: nginx.conf, server_version: \"1.26\", root: rootfs }".to_owned(),
        |path| format!("configuration: {{ nginx: {path} }}"),
    );
    let scope = host.map_or_else(
        || "  # scope_hosts: [www.example.jp]          # decide: hosts inside the policy's scope".to_owned(),
        |host| format!("  scope_hosts: [{host}]          # decide: all hosts inside the policy's scope"),
    );
    format!(
        "# yaml-language-server: $schema=.tenken/schema/site.json\n\
         site: \"{name}\"\n\
         {url_line}\n\
         # policy: tokyo-labor-commission              # decide: your own policy file; without it, four-principles\n\
         {configuration}\n\
         # host: {{ root: rootfs.tar }}                  # the host's files: a tar, a folder with an mtree listing, or /\n\
         # logs: [ {{ path: var/log/nginx/access.log*, kind: access }} ]\n\
         declared:\n\
         {scope}\n\
         \x20 # acquisition: [ {{ class: ip_address, purpose: \"decide\" }} ]   # decide: what the policy says is acquired\n\
         \x20 # log_readers: [logadmin]                 # decide: accounts that may read logs\n\
         \x20 # policy_pages: {{ ja: /policy.html, en: /en/policy.html, security: /security.html }}\n\
         contractors: contractors.yml\n\
         people: people.yml\n\
         records: records.yml\n\
         waivers: waivers.yml\n"
    )
}

const CONTRACTORS: &str = "# yaml-language-server: $schema=.tenken/schema/contractors.json\n\
    # decide: who approved this register, and when\n\
    # approval: { by: head of general affairs, on: 2026-04-01 }\n\
    contractors: []\n";
const PEOPLE: &str = "# yaml-language-server: $schema=.tenken/schema/people.json\npeople: []\n";
const RECORDS: &str = "# yaml-language-server: $schema=.tenken/schema/records.json\nrecords: []\nattestations: []\n";
const WAIVERS: &str = "# yaml-language-server: $schema=.tenken/schema/waivers.json\nwaivers: []\n";
