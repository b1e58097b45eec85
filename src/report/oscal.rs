//! OSCAL (NIST, 1.2.3): the plan that the checks are, the results of a run, and the plan of action for what is open.
//!
//! A clause is a control. OSCAL knows only satisfied and not satisfied: what cannot be told is not satisfied, with an
//! observation and an open risk. An accepted risk is `deviation-approved`. Ids are UUIDs of version 5 over names, so the
//! same finding has the same id in every run, and a run its own.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::escape::terminal;
use super::stream::{Body, Document, Members, Stream};
use super::{RenderOptions, words};
use crate::model::{AssessedFinding, Assessment, ClauseVerdict, Language, Outcome, Strength};

const OSCAL_VERSION: &str = "1.2.3";

/// Name space of the figures of a risk. OSCAL's own facets name other methods only.
const TRM: &str = "urn:tenken:trm-1";

/// Renders the assessment plan.
pub(super) fn plan(assessment: &Assessment, options: &RenderOptions) -> String {
    let writer = Writer { assessment, language: options.language };
    let activities: Vec<Json> = assessment
        .checks
        .iter()
        .map(|check| {
            json!({
                "uuid": id(&["activity", &check.id]),
                "title": writer.text(check.title.text(options.language)),
                "description": writer.text(check.why.text(options.language)),
                "props": [{ "name": "check", "ns": "urn:tenken:check", "value": token(&check.id) }],
            })
        })
        .collect();
    document(&json!({ "assessment-plan": {
        "uuid": writer.plan_id(),
        "metadata": writer.metadata("assessment plan", "点検計画"),
        "import-ssp": { "href": format!("#{}", writer.policy_id()) },
        "local-definitions": { "activities": activities },
        "reviewed-controls": writer.reviewed(),
        "back-matter": writer.back_matter(),
    } }))
}

/// Renders the assessment results.
pub(super) fn results(assessment: &Assessment, options: &RenderOptions) -> String {
    let writer = Writer { assessment, language: options.language };
    let result = Body {
        head: json!({
            "uuid": id(&["run", &assessment.site, &assessment.assessed_at.to_string(), &assessment.pack_hash]),
            "title": writer.text(&assessment.site),
            "description": writer.headline(),
            "start": assessment.collected_at.to_string(),
            "end": assessment.assessed_at.max(assessment.collected_at).to_string(),
            "reviewed-controls": writer.reviewed(),
        }),
        lists: BTreeMap::from([
            ("observations", writer.observations(|_| true)),
            ("risks", writer.risks()),
            ("findings", Stream::boxed(|| writer.findings())),
        ]),
    };
    document(&Document {
        kind: "assessment-results",
        body: Body {
            head: json!({
                "uuid": id(&["results", &assessment.site, &assessment.assessed_at.to_string(), &assessment.pack_hash]),
                "metadata": writer.metadata("assessment results", "点検結果"),
                "import-ap": { "href": format!("#{}", writer.plan_id()) },
                "back-matter": writer.back_matter(),
            }),
            lists: BTreeMap::from([("results", [result])]),
        },
    })
}

/// Renders the plan of action and milestones.
pub(super) fn poam(assessment: &Assessment, options: &RenderOptions) -> String {
    let writer = Writer { assessment, language: options.language };
    document(&Document {
        kind: "plan-of-action-and-milestones",
        body: Body {
            head: json!({
                "uuid": id(&["poam", &assessment.site, &assessment.assessed_at.to_string(), &assessment.pack_hash]),
                "metadata": writer.metadata("plan of action and milestones", "是正計画"),
                "system-id": { "identifier-type": "urn:tenken:site", "id": writer.text(&assessment.site) },
            }),
            lists: BTreeMap::from([
                ("observations", writer.observations(is_open)),
                ("risks", writer.risks()),
                ("poam-items", Stream::boxed(|| writer.items())),
            ]),
        },
    })
}

fn document(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default() + "\n"
}

/// What fails or cannot be told.
fn is_open(found: &AssessedFinding) -> bool {
    matches!(found.finding.outcome, Outcome::Fail | Outcome::Unknown | Outcome::NotChecked)
}

/// The UUID of a thing by its names.
fn id(names: &[&str]) -> String {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:tenken");
    // A zero byte parts the names: none holds one.
    Uuid::new_v5(&namespace, names.join("\0").as_bytes()).to_string()
}

/// An OSCAL token: letters, digits, dots, hyphens and underscores, the first a letter or an underscore.
fn token(text: &str) -> String {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    let mut token: String = text.chars().map(|character| if fits(character) { character } else { '_' }).collect();
    if !token.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        token.insert(0, '_');
    }
    token
}

struct Writer<'a> {
    assessment: &'a Assessment,
    language: Language,
}

impl Writer<'_> {
    fn said(&self, en: &str, ja: &str) -> String {
        match self.language {
            Language::English => en.to_owned(),
            Language::Japanese => ja.to_owned(),
        }
    }

    /// Text of one line with something in it.
    fn text(&self, text: &str) -> String {
        let safe = terminal(text);
        let trimmed = safe.trim();
        if trimmed.is_empty() { "-".to_owned() } else { trimmed.to_owned() }
    }

    fn policy_id(&self) -> String {
        id(&["policy", &self.assessment.policy_id])
    }

    fn plan_id(&self) -> String {
        id(&["plan", &self.assessment.policy_id, &self.assessment.pack_hash])
    }

    fn metadata(&self, en: &str, ja: &str) -> Json {
        json!({
            "title": self.text(&format!("{}: {}", self.assessment.site, self.said(en, ja))),
            "last-modified": self.assessment.assessed_at.to_string(),
            "version": env!("CARGO_PKG_VERSION"),
            "oscal-version": OSCAL_VERSION,
            "props": [{ "name": "marking", "ns": "urn:tenken:mapping", "value": "unverified" }],
        })
    }

    fn headline(&self) -> String {
        let of = |verdict| self.assessment.clauses.iter().filter(|clause| clause.verdict == verdict).count();
        let (kept, broken, open) = (of(ClauseVerdict::Kept), of(ClauseVerdict::NotKept), of(ClauseVerdict::CannotTell));
        words::headline(&self.assessment.gate, kept, broken, open, self.language)
    }

    fn reviewed(&self) -> Json {
        let controls: Vec<Json> =
            self.assessment.clauses.iter().map(|clause| json!({ "control-id": token(&clause.id) })).collect();
        json!({ "control-selections": [{ "include-controls": controls }] })
    }

    fn back_matter(&self) -> Json {
        let inputs = self.assessment.inputs.iter().map(|(name, hash)| {
            json!({
                "uuid": id(&["input", name, hash]),
                "title": self.text(name),
                "rlinks": [{ "href": format!("#{}", token(name)), "hashes": [{ "algorithm": "SHA-256", "value": hash }] }],
            })
        });
        let policy = json!({
            "uuid": self.policy_id(),
            "title": self.text(self.assessment.policy_title.text(self.language)),
        });
        json!({ "resources": std::iter::once(policy).chain(inputs).collect::<Vec<_>>() })
    }

    fn observations(&self, wanted: fn(&AssessedFinding) -> bool) -> Stream<'_> {
        let found = move || self.assessment.findings.iter().filter(move |found| wanted(found));
        Stream::boxed(move || found().map(|found| self.observation(found)))
    }

    fn risks(&self) -> Stream<'_> {
        let open = || self.assessment.findings.iter().filter(|found| is_open(found));
        Stream::boxed(move || open().map(|found| self.risk(found)))
    }

    fn items(&self) -> Members<'_> {
        let mut open = self.assessment.findings.iter().filter(|found| is_open(found)).peekable();
        if open.peek().is_none() {
            let nothing = self.said("Nothing is open", "未対応の事項はありません");
            let item = json!({ "uuid": id(&["item", "nothing"]), "title": nothing, "description": self.headline() });
            return Box::new(std::iter::once(item));
        }
        Box::new(open.map(|found| {
            let remedy = self.assessment.check(&found.finding.check).map(|check| check.remedy.text.text(self.language));
            json!({
                "uuid": id(&["item", &found.fingerprint]),
                "title": self.text(found.title.text(self.language)),
                "description": self.text(remedy.unwrap_or_default()),
                "related-observations": [{ "observation-uuid": id(&["observation", &found.fingerprint]) }],
                "related-risks": [{ "risk-uuid": id(&["risk", &found.fingerprint]) }],
            })
        }))
    }

    fn observation(&self, found: &AssessedFinding) -> Json {
        let finding = &found.finding;
        let method = if finding.strength == Strength::Attested { "INTERVIEW" } else { "TEST" };
        let place = words::location(found);
        let subject = finding.subject.to_string();
        let evidence = if place.is_empty() { subject } else { format!("{subject} — {place}") };
        json!({
            "uuid": id(&["observation", &found.fingerprint]),
            "title": self.text(found.title.text(self.language)),
            "description": self.text(&self.description(found)),
            "props": [
                { "name": "outcome", "ns": "urn:tenken:outcome", "value": finding.outcome.word() },
                { "name": "check", "ns": "urn:tenken:check", "value": token(&finding.check) },
            ],
            "methods": [method],
            "types": ["finding"],
            "relevant-evidence": [{ "description": self.text(&evidence) }],
            "collected": self.assessment.collected_at.to_string(),
        })
    }

    fn description(&self, found: &AssessedFinding) -> String {
        match found.finding.outcome {
            Outcome::Unknown | Outcome::NotChecked => words::reason(found, self.language),
            outcome => {
                let leaves = found.finding.leaves.iter().map(|leaf| {
                    let expected = words::expected_of(leaf, self.language);
                    format!("{}: {expected}; {}", leaf.field, words::actual(leaf, self.language))
                });
                let first = words::outcome_of(outcome, self.language).to_owned();
                std::iter::once(first).chain(leaves).collect::<Vec<_>>().join(" / ")
            }
        }
    }

    fn risk(&self, found: &AssessedFinding) -> Json {
        let finding = &found.finding;
        let check = self.assessment.check(&finding.check);
        let figure = |name: &str, value: String| json!({ "name": name, "ns": TRM, "value": value });
        let mut risk = json!({
            "uuid": id(&["risk", &found.fingerprint]),
            "title": self.text(found.title.text(self.language)),
            "description": self.text(&self.description(found)),
            "statement": self.text(check.map(|check| check.why.text(self.language)).unwrap_or_default()),
            "status": if found.waiver.is_some() { "deviation-approved" } else { "open" },
            "props": [
                figure("impact", finding.rating.impact.to_string()),
                figure("likelihood", finding.rating.likelihood.to_string()),
                figure("band", finding.rating.band().word().to_owned()),
                figure("units", finding.rating.units().to_string()),
            ],
        });
        if let (Some(fields), Some(due)) = (risk.as_object_mut(), found.due) {
            fields.insert("deadline".to_owned(), json!(due.to_string()));
        }
        risk
    }

    /// One finding a clause.
    fn findings(&self) -> impl Iterator<Item = Json> {
        let mut of_clause: BTreeMap<&str, Vec<&AssessedFinding>> = BTreeMap::new();
        for found in &self.assessment.findings {
            for clause in found.clauses.iter() {
                of_clause.entry(clause).or_default().push(found);
            }
        }
        self.assessment.clauses.iter().map(move |clause| {
            let found = of_clause.get(clause.id.as_str()).map_or(&[][..], Vec::as_slice);
            let kept = clause.verdict == ClauseVerdict::Kept;
            let mut finding = json!({
                "uuid": id(&["clause", &self.assessment.policy_id, &clause.id]),
                "title": self.text(&format!("{} {}", clause.id, clause.title.text(self.language))),
                "description": self.text(clause.because.text(self.language)),
                "target": {
                    "type": "objective-id",
                    "target-id": token(&clause.id),
                    "status": {
                        "state": if kept { "satisfied" } else { "not-satisfied" },
                        "reason": match clause.verdict {
                            ClauseVerdict::Kept => "pass",
                            ClauseVerdict::NotKept => "fail",
                            ClauseVerdict::CannotTell => "other",
                        },
                    },
                },
            });
            let Some(fields) = finding.as_object_mut() else { return finding };
            let link = |kind: &str, found: &AssessedFinding| {
                let mut link = serde_json::Map::new();
                link.insert(format!("{kind}-uuid"), json!(id(&[kind, &found.fingerprint])));
                Json::Object(link)
            };
            let observations: Vec<Json> = found.iter().map(|found| link("observation", found)).collect();
            let risks: Vec<Json> =
                found.iter().filter(|found| is_open(found)).map(|found| link("risk", found)).collect();
            for (name, list) in [("related-observations", observations), ("related-risks", risks)] {
                if !list.is_empty() {
                    fields.insert(name.to_owned(), Json::Array(list));
                }
            }
            finding
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_begins_with_a_letter_or_an_underscore() {
        for (text, wanted) in [("P1-1", "P1-1"), ("1.2", "_1.2"), ("条項 1", "___1"), ("", "_")] {
            assert_eq!(token(text), wanted);
        }
    }

    #[test]
    fn ids_are_the_same_for_ever() {
        assert_eq!(id(&["risk", "2f4bcb13841f63f7"]), "0e22f1ff-6478-553a-9d9f-026cfff25f60");
    }
}
