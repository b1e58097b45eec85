//! `tenken explain`: a check, clause, parameter, kind, field or framework item in words.

use serde_json::json;

use super::Streams;
use super::arguments::ExplainOptions;
use super::failure::{Exit, Failure};
use super::output::print;
use crate::catalog::{Catalog, tls_profile_list, tls_profile_page};
use crate::load::{
    LoadError, bundled_checks, bundled_parameter_list, bundled_tls_profile_list, policy_named, tls_profile_named,
};
use crate::model::Language;
use crate::pipeline;

/// Runs the command.
///
/// # Errors
/// `Unknown` where nothing has that id.
pub(super) fn run(options: &ExplainOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let checks = bundled_checks()?;
    let policy = policy_named(&options.policy)?;
    let parameters = bundled_parameter_list()?;
    let kinds = pipeline::kinds();
    let catalog = Catalog { checks: &checks, policy: &policy, parameters: &parameters, kinds: &kinds };
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
