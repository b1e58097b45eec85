//! The lane of SSL 3.0, TLS 1.0 and TLS 1.1, and whether a fallback to them is noticed.

use super::super::search::{Offer, Search};
use super::{Probe, Put, Told, hellos};
use crate::syntax::tls::Version;

/// protocol_version: nothing up to the version that was offered is spoken (RFC 5246 appendix E.1).
const PROTOCOL_VERSION: u8 = 70;
const OLD: [Version; 3] = [Version::Tls11, Version::Tls10, Version::Ssl3];

impl Probe<'_> {
    pub(super) async fn old(&self) {
        for version in OLD {
            let mut search = Search::new(hellos::space(version));
            let ran = self.run(version, &mut search).await;
            // The server's own word for all three: it speaks none that is as old as what was offered.
            if version == Version::Tls11 && search.suites().is_empty() && ran.alert == Some(PROTOCOL_VERSION) {
                OLD.into_iter().for_each(|version| self.tell(version, Told::Refused));
                return;
            }
            self.tell_by(version, search, ran);
        }
    }

    /// Asks for an old version as a client does that failed with a newer one (RFC 7507).
    pub(super) async fn fallback(&self) {
        let Some(version) = OLD.into_iter().find(|version| self.is_accepted(*version)) else { return };
        let is_newer = |newer: &Version| *newer > version && self.is_accepted(*newer);
        if !Version::ALL.iter().any(is_newer) {
            return;
        }
        let suites =
            self.found.borrow().searches.get(&version).map(|search| search.suites().to_vec()).unwrap_or_default();
        let space = hellos::space(version);
        let mut hello = self.hello(version, &Offer { suites, groups: space.groups, signatures: space.signatures });
        hello.fallback = true;
        let told = match self.put(version, &hello).await {
            Put::Accepted(_) => Some(false),
            Put::Refused(Some(86)) => Some(true),
            _ => None,
        };
        self.found.borrow_mut().fallback = told;
    }
}
