//! Text -> model: parse, don't validate. Every error names file, line, column and what would do.
//!
//! YAML is parsed for the user's own files only; what is bundled was turned into JSON by the build.

mod append;
mod block;
mod bundled;
mod check;
mod condition;
mod convert;
pub mod document;
mod draft;
mod duties;
mod error;
mod evidence;
mod log_patterns;
mod people;
mod reader;
mod register;
mod schema;
mod site;
mod site_draft;
mod sources;
mod target;
mod tls_profile;
mod tree;

pub use append::with_entry;
pub use block::{register_yaml, yaml_text};
pub use bundled::{
    bundled_checks, bundled_edition_documents, bundled_parameter_list, bundled_parameter_values, bundled_policy_ids,
    policy_named,
};
pub use check::{check_from_document, check_from_file, check_from_yaml};
pub use draft::{policy_draft, register_draft};
pub use error::{LoadError, Problem};
pub use evidence::{EvidenceFile, check_documents, evidence_from_text, evidence_to_text};
pub use log_patterns::log_patterns;
pub use people::{attestation_fits, record_fits};
pub use register::table::{Headings, TableEncoding, table_from_document};
pub use register::{register_document, register_from_csv, register_from_yaml};
pub use schema::{SCHEMA_NAMES, schema};
pub use site::load_draft;
pub use site::{LoadOptions, Loaded, load};
pub use site_draft::{SiteFacts, site_draft};
pub use sources::{Judged, Sources, judged};
pub use tls_profile::{bundled_tls_profile_list, tls_profile_from_yaml, tls_profile_named};
pub use tree::{Tree, tree_from_yaml};
