//! `tenken init`: writes a site file and the files beside it, filled in as far as can be seen. It never overwrites.

use std::path::Path;

use super::Streams;
use super::arguments::InitOptions;
use super::assess::look_at;
use super::failure::{Exit, Failure};
use super::output::{print, write_file};
use crate::collect::limits::BODY_BYTES;
use crate::collect::live::{LiveOptions, LiveWorld};
use crate::collect::policy::visible;
use crate::collect::world::World;
use crate::load::{LoadOptions, SiteFacts, load, load_draft, policy_draft, register_draft, schema, site_draft};
use crate::model::{Evidence, Language};
use crate::pipeline::JudgeOptions;

/// Configuration files that are looked for, first match taken.
const CONFIGURATIONS: [&str; 5] =
    ["nginx.conf", "nginx/nginx.conf", "deploy/nginx.conf", "deploy/nginx/nginx.conf", "conf/nginx.conf"];

/// Folders and archives with a host's files that are looked for, first match taken.
const ROOTS: [&str; 7] =
    ["rootfs", "root", "deploy/rootfs", "deploy/root", "rootfs.tar", "root.tar", "deploy/rootfs.tar"];

/// Runs the command.
///
/// # Errors
/// `Usage` where a file is there already; then nothing is written.
pub(super) fn run(options: &InitOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    if let Some(source) = &options.look.policy {
        return policy(source, options, language, streams);
    }
    const NAMES: [&str; 5] = ["tenken.yml", "contractors.yml", "people.yml", "records.yml", "waivers.yml"];
    if let Some(name) = NAMES.into_iter().find(|name| options.dir.join(name).exists()) {
        return Err(Failure::Usage(format!(
            "{} is there already; nothing was written",
            options.dir.join(name).display()
        )));
    }
    let facts = facts(options)?;
    let evidence = seen(&facts, options, streams);
    let own = facts.host.as_deref().unwrap_or("");
    let files = [
        ("tenken.yml", site_draft(&facts, &evidence)),
        ("contractors.yml", register_draft(&evidence, own)),
        ("people.yml", PEOPLE.to_owned()),
        ("records.yml", RECORDS.to_owned()),
        ("waivers.yml", WAIVERS.to_owned()),
    ];
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

/// What is there to look at: the URL or the server's configuration that was named, and what lies in the folder.
fn facts(options: &InitOptions) -> Result<SiteFacts, Failure> {
    let mut facts = SiteFacts::default();
    match options.url.as_deref() {
        Some(path) if !path.contains("://") && Path::new(path).is_file() => {
            // The site file names files from its own folder.
            let inside = Path::new(path).strip_prefix(&options.dir).map(Path::to_path_buf);
            let path = inside.or_else(|_| Path::new(path).canonicalize()).unwrap_or_else(|_| path.into());
            facts.configuration = Some(path.display().to_string());
        }
        Some(url) => facts.url = Some(checked_url(url)?),
        None => {}
    }
    let is_there = |path: &&str| options.dir.join(path).is_file();
    facts.configuration = facts.configuration.or_else(|| CONFIGURATIONS.into_iter().find(is_there).map(str::to_owned));
    let is_root = |path: &&str| {
        let path = options.dir.join(path);
        path.is_file() || path.join("etc/passwd").is_file()
    };
    facts.root = ROOTS.into_iter().find(is_root).map(str::to_owned);
    let url = facts.url.as_deref().and_then(|url| reqwest::Url::parse(url).ok());
    facts.host = url.and_then(|url| url.host_str().map(str::to_owned));
    Ok(facts)
}

/// What can be seen of it, without asking anybody: nothing where there is nothing to look at.
fn seen(facts: &SiteFacts, options: &InitOptions, streams: &mut Streams<'_>) -> Evidence {
    if facts.url.is_none() && facts.configuration.is_none() && facts.root.is_none() {
        return Evidence::default();
    }
    let target = facts.url.as_deref().or(facts.configuration.as_deref()).unwrap_or("the host's files");
    let looked = load_draft(facts.site(), &options.dir)
        .map_err(Failure::from)
        .and_then(|loaded| look_at(loaded, target, &options.look, &JudgeOptions::default(), None, streams));
    match looked {
        Ok(seen) => seen.evidence.evidence,
        Err(failure) => {
            // A site that cannot be seen still gets its files; what was not seen is not in them.
            let _ = writeln!(streams.err, "{target} could not be looked at: {failure}");
            Evidence::default()
        }
    }
}

fn checked_url(url: &str) -> Result<String, Failure> {
    match reqwest::Url::parse(url) {
        Ok(parsed) if parsed.scheme() == "https" && parsed.host_str().is_some() => Ok(parsed.to_string()),
        _ => Err(Failure::Usage(format!("{url}: expected https://HOST"))),
    }
}

const PEOPLE: &str = "# yaml-language-server: $schema=.tenken/schema/people.json\npeople: []\n";
const RECORDS: &str = "# yaml-language-server: $schema=.tenken/schema/records.json\nrecords: []\nattestations: []\n";
const WAIVERS: &str = "# yaml-language-server: $schema=.tenken/schema/waivers.json\nwaivers: []\n";
