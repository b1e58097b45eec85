//! `tenken record`: adds one dated activity, or one attestation, to the records file.

use serde_json::{Map, Value as Json, json};

use super::arguments::RecordOptions;
use super::assess::day;
use super::failure::{Exit, Failure};
use super::{Streams, clock, list_file};
use crate::load::{LoadError, LoadOptions, Loaded, attestation_fits, load, record_fits};
use crate::model::Time;

/// Days after which an attestation ends where nobody says when.
const ATTESTED_DAYS: i64 = 365;

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: an activity that does not exist, a clause or check that does not, or a file that cannot be added to.
pub(super) fn run(options: &RecordOptions, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let loaded = load(&options.target, &LoadOptions::default())?;
    let on = options.on.as_deref().map_or_else(|| Ok(clock()), |text| day("--on", text))?;
    let (list, entry) = if options.activity == "attestation" {
        ("attestations", attestation(options, &loaded, on)?)
    } else {
        ("records", record(options, &loaded, on)?)
    };
    let (path, is_named) = list_file::add_to(&loaded.base, &loaded.sources.site, "records", list, &[entry])?;
    // The record is written; that this is said is a courtesy.
    let _ = writeln!(streams.err, "{}", list_file::told(&path, "records", is_named));
    Ok(Exit::DONE)
}

fn id_of(options: &RecordOptions, on: Time) -> String {
    options.id.clone().unwrap_or_else(|| format!("{}-{}", options.activity, on.date()))
}

fn taken(list: &str, id: &str) -> Failure {
    Failure::Usage(format!("{list} has the id {id} already; give another with --id"))
}

fn record(options: &RecordOptions, loaded: &Loaded, on: Time) -> Result<Json, Failure> {
    let strangers = [
        ("--clause", &options.clause),
        ("--check", &options.check),
        ("--statement", &options.statement),
        ("--expires", &options.expires),
    ];
    if let Some((flag, _)) = strangers.into_iter().find(|(_, value)| value.is_some()) {
        return Err(Failure::Usage(format!("{flag} belongs to an attestation: tenken record attestation")));
    }
    let until = options.until.as_deref().map(|text| day("--until", text)).transpose()?;
    if until.is_some() && options.activity != "outage" {
        return Err(Failure::Usage("--until belongs to an outage".to_owned()));
    }
    if until.is_some_and(|until| until < on) {
        return Err(Failure::Usage("--until: it ends before it begins".to_owned()));
    }
    let id = id_of(options, on);
    let mut fields = Map::new();
    fields.insert("id".to_owned(), json!(id));
    fields.insert("activity".to_owned(), json!(options.activity));
    fields.insert("on".to_owned(), json!(on.date()));
    fields.insert("by".to_owned(), json!(options.by));
    let until = until.map(|until| until.date());
    for (key, value) in [("until", &until), ("operator", &options.operator), ("document_ref", &options.document)] {
        fields.extend(value.iter().map(|value| (key.to_owned(), json!(value))));
    }
    if !options.persons.is_empty() {
        fields.insert("persons".to_owned(), json!(options.persons));
    }
    let entry = Json::Object(fields);
    record_fits(&entry)?;
    if loaded.judged.declaration.records.iter().flatten().any(|record| record.id == id) {
        return Err(taken("a record", &id));
    }
    Ok(entry)
}

/// What is stated, by whom, for what and until when; for a clause of the policy or a check that there is.
fn attestation(options: &RecordOptions, loaded: &Loaded, on: Time) -> Result<Json, Failure> {
    let statement = options.statement.as_ref().ok_or_else(|| {
        Failure::Usage("an attestation needs --statement, and --clause or --check that it speaks for".to_owned())
    })?;
    let judged = &loaded.judged;
    let (key, name) = match (&options.clause, &options.check) {
        (Some(clause), _) => {
            let clauses: Vec<&str> =
                judged.declaration.policy.clauses.iter().map(|clause| clause.id.as_str()).collect();
            if !clauses.contains(&clause.as_str()) {
                return Err(LoadError::unknown("clause", clause, clauses).into());
            }
            ("clause", clause)
        }
        (None, Some(check)) => {
            let checks: Vec<&str> = judged.checks.iter().map(|check| check.id.as_str()).collect();
            if !checks.contains(&check.as_str()) {
                return Err(LoadError::unknown("check", check, checks).into());
            }
            ("check", check)
        }
        (None, None) => {
            return Err(Failure::Usage("an attestation speaks for something: --clause or --check".to_owned()));
        }
    };
    let expires = options.expires.as_deref().map(|text| day("--expires", text)).transpose()?;
    let expires = expires.unwrap_or_else(|| on.plus_days(ATTESTED_DAYS));
    let id = id_of(options, on);
    let entry = json!({
        "id": id,
        key: name,
        "statement": statement,
        "by": options.by,
        "on": on.date(),
        "expires": expires.date(),
    });
    attestation_fits(&entry)?;
    if judged.declaration.attestations.iter().any(|attestation| attestation.id == id) {
        return Err(taken("an attestation", &id));
    }
    Ok(entry)
}
