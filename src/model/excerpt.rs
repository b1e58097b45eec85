//! Lines of what was read, kept so that a report can show the place without reading the file again.

use std::collections::BTreeMap;

/// Lines by file and number (from 1), with everything that looks like a secret taken out.
pub type Excerpts = BTreeMap<String, BTreeMap<u32, String>>;
