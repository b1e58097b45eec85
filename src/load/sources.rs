//! The documents that a run is judged by, and what they say: the same for a live run and for a replay.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::check::check_to_judge;
use super::condition::value;
use super::convert::{bilingual, optional_day, parameter_value};
use super::document::policy::{ClauseDocument, ParameterDocument, PolicyDocument};
use super::document::records::AttestationDocument;
use super::document::site::SiteDocument;
use super::document::waivers::{ActionDocument, WaiverDocument};
use super::error::nearest;
use super::schema::{placeless, typed};
use super::site::site_of;
use super::tls_profile::{tls_profile_json, tls_profile_of};
use super::tree::Tree;
use super::{LoadError, Problem};
use crate::model::{
    Action, Attestation, Check, Clause, Condition, Declaration, Declared, ManualReason, Operand, Parameter, Policy,
    Time, TlsProfile, Waiver,
};

/// The documents that a run is judged by. They travel in the evidence file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sources {
    /// The site file.
    pub site: Json,
    /// The policy.
    pub policy: Json,
    /// Every parameter that exists.
    pub parameters: Vec<Json>,
    /// The checks, each a JSON text; most are those that are bundled, and stay where they are.
    pub checks: Vec<Cow<'static, str>>,
    /// The TLS profile; null in evidence of a version that had none.
    pub tls_profile: Json,
    /// Waivers.
    pub waivers: Vec<Json>,
    /// Owners and due dates.
    pub actions: Vec<Json>,
    /// Attestations.
    pub attestations: Vec<Json>,
}

impl Sources {
    /// Judges by another TLS profile: a bundled id, or a file.
    ///
    /// # Errors
    /// `Unknown` with the nearest name, or the file's problems.
    pub fn hold_against_tls_profile(&mut self, name: &str) -> Result<(), LoadError> {
        self.tls_profile = tls_profile_json(name, std::path::Path::new("."))?;
        Ok(())
    }
}

/// What the documents say.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// All that is declared, without register, people and records: those speak through observations.
    pub declaration: Declaration,
    /// The checks, ordered by id.
    pub checks: Arc<[Check]>,
}

impl Judged {
    /// Endpoints are held against this profile, and the remedies of their checks speak of it.
    pub(crate) fn hold_against_tls_profile(&mut self, profile: Option<TlsProfile>) {
        if let Some(profile) = &profile {
            for check in Arc::make_mut(&mut self.checks).iter_mut().filter(|check| check.id.starts_with("tls-")) {
                for (program, snippet) in &mut check.remedy.snippets {
                    *snippet = profile.adapted(program, snippet);
                }
            }
        }
        self.declaration.site.tls_profile = profile;
    }

    /// The same without what only the run that looked knows: register, people, records and the places of waivers. A run is
    /// judged by this, so that its replay says the same.
    #[must_use]
    pub fn as_replayed(mut self) -> Self {
        let declaration = &mut self.declaration;
        (declaration.register, declaration.people, declaration.records) = (None, None, None);
        declaration.waivers.iter_mut().for_each(|waiver| waiver.line = 0);
        self
    }
}

/// Reads the documents that a run is judged by and holds them against each other.
///
/// # Errors
/// `Invalid` or `Unknown`: a check that the policy names and that does not exist, a parameter that does not exist,
/// two checks of one id, a waiver for a check that does not exist.
pub fn judged(sources: &Sources) -> Result<Judged, LoadError> {
    let mut checks = Vec::with_capacity(sources.checks.len());
    for document in &sources.checks {
        checks.push(check_to_judge("checks", document)?);
    }
    checks.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = checks.windows(2).find(|pair| pair[0].id == pair[1].id) {
        return Err(LoadError::invalid("checks", 0, 0, format!("two checks have the id {}", pair[0].id)));
    }
    let parameters = parameters_of(&sources.parameters)?;
    let site_document: SiteDocument = placeless("site", &sources.site)?;
    let site = site_of("site", &Tree::default(), site_document)?;
    let policy = policy_of("policy", &Tree::placeless(sources.policy.clone()))?;
    let declaration = Declaration {
        site,
        policy,
        parameters,
        register: None,
        people: None,
        records: None,
        attestations: each("attestations", &sources.attestations, attestation_of)?,
        waivers: each("waivers", &sources.waivers, |document| waiver_of(document, 0))?,
        actions: each("actions", &sources.actions, action_of)?,
    };
    hold_together(&declaration, &checks)?;
    let mut judged = Judged { declaration, checks: checks.into() };
    judged.hold_against_tls_profile(profile_of(&sources.tls_profile)?);
    Ok(judged)
}

/// The TLS profile of a document; null is none.
///
/// # Errors
/// `Invalid`.
pub(crate) fn profile_of(json: &Json) -> Result<Option<TlsProfile>, LoadError> {
    match json {
        Json::Null => Ok(None),
        json => tls_profile_of("tls_profile", &Tree::placeless(json.clone())).map(Some),
    }
}

fn hold_together(declaration: &Declaration, checks: &[Check]) -> Result<(), LoadError> {
    let ids: BTreeSet<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    for clause in &declaration.policy.clauses {
        for id in &clause.checks {
            if !ids.contains(id.as_str()) {
                return Err(LoadError::unknown("check in the policy", id, ids.iter().copied()));
            }
        }
    }
    let known = || declaration.parameters.keys().map(String::as_str);
    for name in declaration.site.parameters.keys().chain(declaration.policy.parameters.keys()) {
        if !declaration.parameters.contains_key(name) {
            return Err(LoadError::unknown("parameter", name, known()));
        }
    }
    for check in checks {
        for operand in operands(check) {
            match operand {
                Operand::Parameter(name) if !declaration.parameters.contains_key(name) => {
                    return Err(LoadError::unknown("parameter in a check", name, known()));
                }
                Operand::Declared(name) if !Declared::LISTS.contains(&name.as_str()) => {
                    return Err(LoadError::unknown("declared list in a check", name, Declared::LISTS));
                }
                _ => {}
            }
        }
    }
    let mut waived = BTreeSet::new();
    for waiver in &declaration.waivers {
        if !waived.insert((&waiver.check, &waiver.subject)) {
            let message = format!("two waivers for {} on {}; keep one", waiver.check, waiver.subject);
            return Err(LoadError::invalid("waivers", waiver.line, 1, message));
        }
    }
    for id in declaration
        .waivers
        .iter()
        .flat_map(|waiver| std::iter::once(&waiver.check).chain(&waiver.compensating))
        .chain(declaration.attestations.iter().filter_map(|attestation| attestation.check.as_ref()))
    {
        if !ids.contains(id.as_str()) {
            return Err(LoadError::unknown("check in a waiver or attestation", id, ids.iter().copied()));
        }
    }
    let clauses: BTreeSet<&str> = declaration.policy.clauses.iter().map(|clause| clause.id.as_str()).collect();
    for id in declaration.attestations.iter().filter_map(|attestation| attestation.clause.as_ref()) {
        if !clauses.contains(id.as_str()) {
            return Err(LoadError::unknown("clause in an attestation", id, clauses.iter().copied()));
        }
    }
    Ok(())
}

fn operands(check: &Check) -> Vec<&Operand> {
    check
        .applies_when
        .iter()
        .chain(std::iter::once(&check.pass_when))
        .chain(check.eased_when.iter().chain(&check.raised_when).map(|step| &step.when))
        .flat_map(Condition::leaves)
        .filter_map(|leaf| leaf.matcher.operand())
        .collect()
}

fn each<T>(file: &str, documents: &[Json], turn: impl Fn(&Json) -> Option<T>) -> Result<Vec<T>, LoadError> {
    documents
        .iter()
        .map(|document| turn(document).ok_or_else(|| LoadError::invalid(file, 0, 0, "an entry of the wrong shape")))
        .collect()
}

pub(crate) fn parameters_of(documents: &[Json]) -> Result<BTreeMap<String, Parameter>, LoadError> {
    let mut parameters = BTreeMap::new();
    for document in documents {
        let read: ParameterDocument = placeless("parameters", document)?;
        let default = match &read.default {
            None | Some(Json::Null) => None,
            Some(json) => Some(parameter_value(json).ok_or_else(|| {
                LoadError::invalid("parameters", 0, 0, format!("{}: not a number, text or list", read.name))
            })?),
        };
        let parameter = Parameter { name: read.name.clone(), title: bilingual(&read.title), default };
        if parameters.insert(read.name.clone(), parameter).is_some() {
            return Err(LoadError::invalid("parameters", 0, 0, format!("two parameters have the name {}", read.name)));
        }
    }
    Ok(parameters)
}

pub(crate) fn policy_of(file: &str, tree: &Tree) -> Result<Policy, LoadError> {
    let read: PolicyDocument = typed(file, tree)?;
    let parameters = read
        .parameters
        .iter()
        .map(|(name, json)| {
            parameter_value(json).map(|value| (name.clone(), value)).ok_or_else(|| {
                let (line, column) = tree.place(&format!("/parameters/{name}"));
                LoadError::invalid(file, line, column, format!("{name}: expected a whole number, a text or a list"))
            })
        })
        .collect::<Result<_, _>>()?;
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for (index, clause) in read.clauses.iter().enumerate() {
        let (line, column) = tree.place(&format!("/clauses/{index}/id"));
        if !seen.insert(clause.id.clone()) {
            problems.push(Problem {
                line,
                column,
                message: format!("two clauses have the id {}", clause.id),
                hint: None,
            });
        }
        if clause.checks.is_empty() && clause.manual.is_none() {
            let message = format!("clause {} names no check and does not say manual", clause.id);
            problems.push(Problem { line, column, message, hint: Some("a clause is never left unspoken".to_owned()) });
        }
    }
    if !problems.is_empty() {
        return Err(LoadError::Invalid { file: file.to_owned(), problems });
    }
    Ok(Policy {
        id: read.id,
        title: bilingual(&read.title),
        source: bilingual(&read.source),
        published_on: optional_day(read.published_on.as_ref()),
        originals: read.originals.iter().map(|language| language.word().to_owned()).collect(),
        parameters,
        clauses: read.clauses.into_iter().map(clause_of).collect(),
    })
}

fn clause_of(read: ClauseDocument) -> Clause {
    Clause {
        id: read.id,
        title: bilingual(&read.title),
        quote: bilingual(&read.quote),
        testable: read.testable.iter().map(bilingual).collect(),
        checks: read.checks,
        manual: read.manual.map(|manual| ManualReason { why: bilingual(&manual.why) }),
    }
}

pub(crate) fn attestation_of(json: &Json) -> Option<Attestation> {
    let read: AttestationDocument = serde_json::from_value(json.clone()).ok()?;
    Some(Attestation {
        on: Time::parse(&read.on)?,
        expires: Time::parse(&read.expires)?,
        id: read.id,
        clause: read.clause,
        check: read.check,
        statement: read.statement,
        by: read.by,
    })
}

pub(crate) fn waiver_of(json: &Json, line: u32) -> Option<Waiver> {
    let read: WaiverDocument = serde_json::from_value(json.clone()).ok()?;
    Some(Waiver {
        approved_on: Time::parse(&read.approved_on)?,
        expires: Time::parse(&read.expires)?,
        check: read.check,
        subject: read.subject,
        reason: read.reason,
        owner: read.owner,
        approver: read.approver,
        compensating: read.compensating,
        findings: read.findings,
        line,
    })
}

pub(crate) fn action_of(json: &Json) -> Option<Action> {
    let read: ActionDocument = serde_json::from_value(json.clone()).ok()?;
    Some(Action { fingerprint: read.fingerprint, owner: read.owner, due: optional_day(read.due.as_ref()) })
}

/// A parameter given on the command line: a whole number where it is one, else a text.
pub(crate) fn parameter_from_flag(
    parameters: &BTreeMap<String, Parameter>,
    flag: &str,
) -> Result<(String, Json), LoadError> {
    let (name, text) = flag.split_once('=').ok_or_else(|| LoadError::Target {
        target: format!("--parameter {flag}"),
        reason: "expected NAME=VALUE".to_owned(),
    })?;
    if !parameters.contains_key(name) {
        return Err(LoadError::Unknown {
            what: "parameter",
            name: name.to_owned(),
            nearest: nearest(name, parameters.keys().map(String::as_str)).map(str::to_owned),
        });
    }
    let json = text.parse::<i64>().map_or_else(|_| Json::from(text), Json::from);
    debug_assert!(value(&json).is_some(), "a number or a text is always a value");
    Ok((name.to_owned(), json))
}
