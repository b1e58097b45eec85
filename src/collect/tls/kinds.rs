//! What the TLS collector states.

use super::certificate::CERTIFICATE_KIND;
use super::endpoint_kind::ENDPOINT_KIND;
use crate::model::KindSpec;

pub(super) use super::endpoint_kind::ENDPOINT;

/// The kinds.
pub const KINDS: &[KindSpec] = &[ENDPOINT_KIND, CERTIFICATE_KIND];
