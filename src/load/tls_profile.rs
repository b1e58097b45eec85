//! A TLS profile -> model: a bundled one by its id, or a file of the body's own.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::LoadError;
use super::bundled::bundled_tls_profiles;
use super::convert::bilingual;
use super::document::tls_profile::{ProfileStatusDocument, TlsDemandsDocument, TlsProfileDocument};
use super::reader::{self, YAML_LIMIT_BYTES};
use super::schema::{document, typed};
use super::tree::{Tree, tree_from_yaml};
use crate::model::{TlsDemands, TlsProfile};

/// The profile of this name.
///
/// # Errors
/// `Unknown` with the nearest name, or the file's problems.
pub fn tls_profile_named(name: &str) -> Result<TlsProfile, LoadError> {
    tls_profile_of(name, &Tree::placeless(tls_profile_json(name, Path::new("."))?))
}

/// Every bundled profile, ordered by id.
///
/// # Errors
/// `Bundled` or `Invalid` where the bundle is broken, which the tests would show.
pub fn bundled_tls_profile_list() -> Result<Vec<TlsProfile>, LoadError> {
    bundled_tls_profiles()?.into_iter().map(|(name, json)| tls_profile_of(&name, &Tree::placeless(json))).collect()
}

/// Reads a profile from YAML; its schema is checked.
///
/// # Errors
/// `Invalid` with every place.
pub fn tls_profile_from_yaml(file: &str, text: &str) -> Result<TlsProfile, LoadError> {
    tls_profile_of(file, &checked(file, text)?)
}

/// The document of a profile: a bundled id, or a path relative to `base`.
pub(crate) fn tls_profile_json(name: &str, base: &Path) -> Result<Json, LoadError> {
    let mut bundled = bundled_tls_profiles()?;
    if let Some(json) = bundled.remove(name) {
        return Ok(json);
    }
    if !name.contains(['/', '.']) {
        return Err(LoadError::unknown("TLS profile", name, bundled.keys().map(String::as_str)));
    }
    let path: PathBuf = base.join(name);
    let tree = checked(name, &reader::text(&path, name, YAML_LIMIT_BYTES)?)?;
    Ok(tree.json)
}

pub(crate) fn tls_profile_of(file: &str, tree: &Tree) -> Result<TlsProfile, LoadError> {
    let read: TlsProfileDocument = typed(file, tree)?;
    Ok(TlsProfile {
        id: read.id,
        title: bilingual(&read.title),
        edition: read.edition,
        source: bilingual(&read.source),
        is_verified: read.status == ProfileStatusDocument::Verified,
        note: bilingual(&read.note),
        must: demands(read.must),
        should: demands(read.should),
    })
}

fn checked(file: &str, text: &str) -> Result<Tree, LoadError> {
    let tree = tree_from_yaml(file, text)?;
    document::<TlsProfileDocument>(file, &tree)?;
    Ok(tree)
}

fn demands(read: TlsDemandsDocument) -> TlsDemands {
    let protocols = |list: Vec<super::document::tls_profile::ProtocolDocument>| {
        list.into_iter().map(|version| version.name().to_owned()).collect::<Vec<_>>()
    };
    TlsDemands {
        protocols: read.protocols.map(protocols),
        protocols_offered: protocols(read.protocols_offered),
        suites: read.suites,
        suites_tls13: read.suites_tls13,
        groups: read.groups,
        key_algorithms: read
            .key_algorithms
            .map(|list| list.into_iter().map(|algorithm| algorithm.name().to_owned()).collect()),
        rsa_min_bits: read.rsa_min_bits,
        ec_min_bits: read.ec_min_bits,
        dh_min_bits: read.dh_min_bits,
        lifetime_max_days: read.lifetime_max_days,
        server_order: read.server_order,
        client_order: read.client_order,
        hybrid_group: read.hybrid_group,
        ocsp_stapling: read.ocsp_stapling,
        extended_master_secret: read.extended_master_secret,
        secure_renegotiation: read.secure_renegotiation,
        no_client_renegotiation: read.no_client_renegotiation,
        no_compression: read.no_compression,
        no_early_data: read.no_early_data,
    }
}
