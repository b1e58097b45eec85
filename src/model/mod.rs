//! The vocabulary: plain data that every stage shares.
//!
//! Nothing here reads a file, opens a socket, asks the clock or knows a file format.

mod assessment;
mod check;
mod clause;
mod condition;
mod declaration;
mod evidence;
mod excerpt;
mod facts;
mod finding;
mod history;
mod log_series;
mod observation;
mod reason;
mod register;
mod risk;
mod run;
mod site;
mod subject;
mod text;
mod time;
mod tls_lines;
mod tls_profile;
mod value;
mod waiver;

pub use assessment::{
    AssessedFinding, Assessment, Baseline, Change, ClauseAssessment, ClauseVerdict, Ending, EndingKind, Gate,
    GateOptions, GateVerdict, NotChecked, Residual,
};
pub use check::{Check, ContextMove, Examples, Remedy};
pub use clause::{Clause, ManualReason, Parameter, ParameterValue, Policy};
pub use condition::{Condition, Leaf, Matcher, Operand};
pub use declaration::Declaration;
pub use evidence::{Census, CensusState, Evidence, Gap};
pub use excerpt::Excerpts;
pub use facts::{FieldSpec, FieldType, KindSpec};
pub use finding::{Finding, LeafResult, Outcome, Strength};
pub use history::{KeptOutcome, Past, PastRun, Track};
pub use log_series::log_series;
pub use observation::{Location, Observation, Related};
pub use reason::reason_in_japanese;
pub use register::{
    Approval, Attestation, Certification, Contract, Contractor, ContractorAccount, ContractorAssessment, ContractorKey,
    ContractorStatus, ContractorToken, Person, PersonAccount, Record, Register, Service,
};
pub use risk::{Band, Grade, Milliunits, RiskRating};
pub use run::{EXCEPTION_KIND, LEDGER_KIND, RUN_KINDS};
pub use site::{
    AccountExports, Acquisition, BreachPlan, Declared, DeclaredForm, Deployment, Holding, Host, HostRoot, LogFile,
    LogKind, LogPattern, MailExports, Release, RetiredDomain, RiskTolerance, Site, Statute, WebServer, WebServerKind,
    resolver_address,
};
pub use subject::{Subject, SubjectKind};
pub use text::{Bilingual, Language};
pub use time::Time;
pub use tls_lines::TLS_LINE_PROGRAMS;
pub use tls_profile::{TlsDemands, TlsProfile};
pub use value::Value;
pub use waiver::{Action, Waiver};
