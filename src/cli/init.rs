//! `tenken init`: writes a site file and the files beside it, filled in as far as can be seen. It never overwrites.

use std::path::Path;

use super::Streams;
use super::arguments::InitOptions;
use super::assess::look;
use super::failure::{Exit, Failure};
use super::output::{print, write_file};
use crate::collect::limits::BODY_BYTES;
use crate::collect::live::{LiveOptions, LiveWorld};
use crate::collect::policy::visible;
use crate::collect::world::World;
use crate::load::{LoadOptions, load, policy_draft, register_draft, schema};
use crate::model::Language;
use crate::pipeline::JudgeOptions;

/// Configuration files that are looked for, first match taken.
const CONFIGURATIONS: [&str; 5] =
    ["nginx.conf", "nginx/nginx.conf", "deploy/nginx.conf", "deploy/nginx/nginx.conf", "conf/nginx.conf"];

/// Runs the command.
///
/// # Errors
/// `Usage` where a file is there already; then nothing is written.
pub(super) fn run(options: &InitOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let url = options.url.as_deref().map(checked_url).transpose()?;
    if let Some(source) = &options.look.policy {
        return policy(source, options, language, streams);
    }
    let found = CONFIGURATIONS.into_iter().find(|path| options.dir.join(path).is_file());
    let files = [
        ("tenken.yml", site(url.as_deref(), found)),
        ("contractors.yml", contractors(url.as_deref(), options, streams)),
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

/// Splits a published policy, a file or an https:// URL, into policy.yml.
fn policy(source: &str, options: &InitOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let path = options.dir.join("policy.yml");
    if path.exists() {
        return Err(Failure::Usage(format!("{} is there already; nothing was written", path.display())));
    }
    let said = |reason: String| Failure::Usage(format!("{source}: {reason}"));
    let bytes = if source.starts_with("https://") {
        fetched(source, options).map_err(said)?
    } else {
        std::fs::read(source).map_err(|error| said(error.to_string()))?
    };
    let text = visible(&bytes);
    let draft = policy_draft("policy", source, &text).ok_or_else(|| {
        said("no numbered section was found; a policy is split at lines that begin with 1, 2, 3 …".to_owned())
    })?;
    let schemas = options.dir.join(".tenken").join("schema");
    std::fs::create_dir_all(&schemas)
        .map_err(|error| Failure::Unwritable { file: schemas.display().to_string(), reason: error.to_string() })?;
    if let Some(schema) = schema("policy") {
        write_file(&schemas.join("policy.json"), format!("{schema:#}\n"))?;
    }
    write_file(&path, draft)?;
    print(
        streams,
        &match language {
            Language::English => {
                format!("{}\n\nMap each clause, then name it in tenken.yml: policy: policy.yml\n", path.display())
            }
            Language::Japanese => {
                format!(
                    "{}\n\n各条項を対応付けてから、tenken.yml に policy: policy.yml と記載してください\n",
                    path.display()
                )
            }
        },
    )?;
    Ok(Exit::DONE)
}

fn fetched(url: &str, options: &InitOptions) -> Result<Vec<u8>, String> {
    let loaded = load(url, &LoadOptions::default()).map_err(|error| error.to_string())?;
    let look = &options.look;
    let overrides = look.resolve.iter().map(|over| (over.host.clone(), over.port, over.address)).collect();
    let live = LiveOptions::of_site(
        &loaded.base,
        &loaded.judged.declaration.site,
        overrides,
        look.cacert.clone(),
        look.timeout,
        usize::from(look.jobs),
        look.offline,
    );
    let world = LiveWorld::new(live);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let answer = runtime.block_on(world.fetch(url, BODY_BYTES)).map_err(|refusal| refusal.to_string())?;
    if answer.status != 200 { Err(format!("it answers with {}", answer.status)) } else { Ok(answer.body) }
}

/// The register with every party that the site shows; the empty one where nothing can be asked.
fn contractors(url: Option<&str>, options: &InitOptions, streams: &mut Streams<'_>) -> String {
    let host = url.and_then(|url| reqwest::Url::parse(url).ok()).and_then(|url| url.host_str().map(str::to_owned));
    let (Some(url), Some(host)) = (url, host) else { return CONTRACTORS.to_owned() };
    if options.look.offline {
        return CONTRACTORS.to_owned();
    }
    match look(url, &options.look, &JudgeOptions::default(), None, streams) {
        Ok((file, _)) => register_draft(&file.evidence, &host),
        Err(failure) => {
            // A site that cannot be seen still gets its files; what was not seen is not in them.
            let _ = writeln!(streams.err, "{url} could not be looked at: {failure}");
            CONTRACTORS.to_owned()
        }
    }
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
