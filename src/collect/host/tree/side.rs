//! Listings beside a root that say what an mtree listing or a tar leaves out: `NAME.facl` (getfacl -R), `NAME.lsattr`
//! (lsattr -R) and `NAME.getcap` (getcap -r). A path that a listing does not name has none of what it lists.

use super::Extra;
use crate::collect::limits::HOST_FILE_BYTES;
use crate::collect::world::{Refusal, World};
use crate::syntax::acl::{self, Flags, Listing, Lists};

/// The listings that are there.
#[derive(Debug, Default)]
pub(super) struct Side {
    lists: Option<Listing<Lists>>,
    flags: Option<Listing<Flags>>,
    capabilities: Option<Listing<bool>>,
}

const ENDINGS: [&str; 3] = [".facl", ".lsattr", ".getcap"];

impl Side {
    /// Reads the listings of a stem; what cannot be read is a fault.
    pub(super) fn read(world: &dyn World, stem: &str, faults: &mut Vec<String>) -> Self {
        Self {
            lists: listing(world, &format!("{stem}.facl"), acl::getfacl, faults),
            flags: listing(world, &format!("{stem}.lsattr"), acl::lsattr, faults),
            capabilities: listing(world, &format!("{stem}.getcap"), acl::getcap, faults),
        }
    }

    /// Whether a path is one of the listings that stand beside an mtree listing.
    pub(super) fn is_listing(path: &str, mtree: &str) -> bool {
        let stem = mtree.strip_suffix(".mtree").unwrap_or(mtree);
        path.strip_prefix(stem).is_some_and(|ending| ENDINGS.contains(&ending))
    }

    /// Fills in what the listings know.
    pub(super) fn complete(&self, path: &str, extra: &mut Extra) {
        if let Some(listing) = &self.lists {
            // getfacl -R names every path: one that is missing was not looked at.
            extra.acl = listing.entries.get(path).cloned().ok_or("the listing of getfacl does not name it");
        }
        if let Some(listing) = &self.flags {
            extra.flags = listing.entries.get(path).copied().ok_or("the listing of lsattr does not name it");
        }
        if let Some(listing) = &self.capabilities {
            // getcap -r names only what has a capability.
            extra.reads_all = Ok(listing.entries.get(path).copied().unwrap_or(false));
        }
    }

    /// Programs that a capability lets read every file, where a listing says so.
    pub(super) fn reading_programs(&self) -> Option<Vec<&str>> {
        let listing = self.capabilities.as_ref()?;
        Some(listing.entries.iter().filter(|(_, reads)| **reads).map(|(path, _)| path.as_str()).collect())
    }
}

fn listing<T>(
    world: &dyn World,
    path: &str,
    parse: impl Fn(&str) -> Listing<T>,
    faults: &mut Vec<String>,
) -> Option<Listing<T>> {
    let bytes = match world.read(path, HOST_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(Refusal::NotFound) => return None,
        Err(refusal) => {
            faults.push(format!("{path}: {refusal}"));
            return None;
        }
    };
    let listing = parse(&String::from_utf8_lossy(&bytes));
    let bad = listing.faults.iter().take(20).map(|line| format!("{path}:{line}: a line that is not understood"));
    faults.extend(bad);
    Some(listing)
}
