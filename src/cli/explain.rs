//! `tenken explain`: a check, clause, parameter, kind, field or framework item in words.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::Streams;
use super::arguments::ExplainOptions;
use super::explain_url;
use super::failure::{Exit, Failure};
use super::output::print;
use crate::catalog::{Catalog, Edition, tls_profile_list, tls_profile_page};
use crate::load::{
    EvidenceFile, LoadError, bundled_checks, bundled_edition_documents, bundled_parameter_list,
    bundled_tls_profile_list, policy_named, tls_profile_named,
};
use crate::model::{Bilingual, Language, Outcome};
use crate::pipeline;

/// Runs the command.
///
/// # Errors
/// `Unknown` where nothing has that id.
pub(super) fn run(options: &ExplainOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    if let (Some(configuration), Some(url)) = (&options.configuration, &options.id) {
        return explain_url::run(options, configuration, url, language, streams);
    }
    if options.configuration.is_some() {
        return Err(Failure::Usage("--configuration needs a URL: tenken explain URL --configuration FILE".to_owned()));
    }
    if let Some(url) = options.id.as_ref().filter(|id| id.contains("://")) {
        return Err(Failure::Usage(format!("{url}: a URL needs --configuration nginx.conf")));
    }
    let checks = bundled_checks()?;
    let policy = policy_named(&options.policy)?;
    let parameters = bundled_parameter_list()?;
    let kinds = pipeline::kinds();
    let editions = editions()?;
    let outcomes = options.replay.as_deref().map(outcomes_of).transpose()?;
    let catalog = Catalog {
        checks: &checks,
        policy: &policy,
        parameters: &parameters,
        kinds: &kinds,
        editions: &editions,
        outcomes: outcomes.as_ref(),
    };
    let text = match (&options.id, options.format.as_str()) {
        (None, "json") => {
            let list: Vec<_> = checks
                .iter()
                .map(|check| {
                    json!({
                        "id": check.id,
                        "title": { "en": check.title.en, "ja": check.title.ja },
                        "needs": check.needs,
                        "impact": check.impact,
                        "likelihood": check.likelihood,
                        "group": check.group,
                        "maps": check.maps,
                    })
                })
                .collect();
            format!("{:#}\n", json!({ "checks": list }))
        }
        (None, _) => catalog.list(language),
        (Some(id), _) if id == "tls-profiles" => tls_profile_list(&bundled_tls_profile_list()?, language),
        (Some(id), format) if id.starts_with("tls-profile:") => {
            let page = tls_profile_page(&tls_profile_named(id.trim_start_matches("tls-profile:"))?, language);
            if format == "json" { format!("{:#}\n", json!({ "id": id, "markdown": page })) } else { page }
        }
        (Some(id), format) => {
            let page = catalog.page(id, language).ok_or_else(|| LoadError::unknown("id", id, catalog.ids()))?;
            match format {
                "json" => format!("{:#}\n", json!({ "id": id, "markdown": page })),
                _ => page,
            }
        }
    };
    print(streams, &text)?;
    Ok(Exit::DONE)
}

/// The bundled table of editions.
fn editions() -> Result<Vec<Edition>, Failure> {
    let text = |json: &serde_json::Value, key: &str| json[key].as_str().map(str::to_owned);
    let words = |json: &serde_json::Value| {
        Bilingual::new(text(json, "en").unwrap_or_default(), text(json, "ja").unwrap_or_default())
    };
    let of = |json: &serde_json::Value| Edition {
        key: text(json, "key").unwrap_or_default(),
        title: words(&json["title"]),
        edition: text(json, "edition").unwrap_or_default(),
        in_force_since: text(json, "in_force_since"),
        verified: text(json, "verified_by").zip(text(json, "verified_on")),
        duties: json["duties"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|duty| Some((duty["articles"][0].as_u64()?, duty["articles"][1].as_u64()?, words(duty))))
            .collect(),
    };
    Ok(bundled_edition_documents()?.iter().map(of).collect())
}

/// What a run said of each check, judged again from its evidence file.
fn outcomes_of(path: &Path) -> Result<BTreeMap<String, [u64; 5]>, Failure> {
    let file = EvidenceFile::read(path)?;
    let assessment = pipeline::judge(&file, &pipeline::JudgeOptions::default())?;
    let mut outcomes: BTreeMap<String, [u64; 5]> = BTreeMap::new();
    for found in &assessment.findings {
        let counts = outcomes.entry(found.finding.check.clone()).or_default();
        let at = match found.finding.outcome {
            Outcome::Pass => 0,
            Outcome::Fail => 1,
            Outcome::Unknown => 2,
            Outcome::NotApplicable => 3,
            Outcome::NotChecked => 4,
        };
        counts[at] += 1;
    }
    Ok(outcomes)
}
