//! The lane of TLS 1.3, asked with an empty key share: a HelloRetryRequest names suite and group and costs the server no key operation.

use super::super::certificate::Met;
use super::super::search::{Offer, Pick, Search, Space};
use super::hellos::{self, Load, STRONG_13};
use super::{Probe, Put, Ran, Told, pick};
use crate::syntax::tls::{KeyShare, Version};

const VERSION: Version = Version::Tls13;
/// protocol_version: TLS 1.3 is not spoken at all.
const PROTOCOL_VERSION: u8 = 70;

impl Probe<'_> {
    /// Everything but what whole handshakes met already. Those had a key share; that a hello without one is answered too,
    /// so that its refusal counts, is seen first.
    pub(super) async fn everything_13(&self, met: &[Met]) {
        let mut search = Search::new(hellos::space(VERSION));
        self.found.borrow_mut().met.entry(VERSION).or_default().extend(met.iter().map(|one| one.suite));
        let ran = match met {
            [] => self.run(VERSION, &mut search).await,
            _ => self.go_on_from(met, &mut search).await,
        };
        let may_want_a_share = search.suites().is_empty() && ran.cut.is_none() && ran.alert != Some(PROTOCOL_VERSION);
        if may_want_a_share && self.answers_with_share().await {
            // It takes a key share and asks for none: only what that share brings can be told.
            self.tell(VERSION, Told::Accepted);
            return;
        }
        let is_whole = search.groups_are_whole();
        let hybrid =
            search.groups().iter().copied().filter(|group| crate::syntax::tls::is_post_quantum(*group)).collect();
        self.tell_by(VERSION, search, ran);
        if self.is_accepted(VERSION) {
            self.found.borrow_mut().hybrid = Some((hybrid, is_whole));
        }
    }

    async fn go_on_from(&self, met: &[Met], search: &mut Search) -> Ran {
        let Some(all) = search.next() else { return Ran { cut: None, alert: None } };
        let first = match self.put(VERSION, &self.hello(VERSION, &all)).await {
            Put::Accepted(flight) => pick(&flight),
            Put::Refused(alert) => return Ran { cut: None, alert },
            Put::Unknown(reason) => return Ran { cut: Some(reason), alert: None },
        };
        for one in met {
            search.witness(&one.offered, Pick { suite: one.suite, group: one.group, signature: None, curve: None });
        }
        if let Some(first) = first {
            search.witness(&all.suites, first);
        }
        self.run(VERSION, search).await
    }

    /// The suites alone that are not strong and, where the profile wants one, the hybrid groups alone.
    pub(super) async fn forbidden_13(&self) {
        if self.wants_hybrid && !self.hybrid_alone().await {
            return;
        }
        let space = hellos::space(VERSION);
        let suites = space.suites.iter().copied().filter(|suite| !STRONG_13.contains(suite)).collect();
        let mut search = Search::new(Space { suites, seek_groups: false, ..space });
        let ran = self.run(VERSION, &mut search).await;
        if ran.alert == Some(PROTOCOL_VERSION) && search.suites().is_empty() {
            self.tell(VERSION, Told::Refused);
            return;
        }
        let mut found = self.found.borrow_mut();
        if ran.cut.is_none() && search.suites_are_whole() {
            let at_most = STRONG_13.iter().chain(search.suites()).copied().collect();
            found.at_most.insert(VERSION, at_most);
        }
        if !search.suites().is_empty() {
            found.told.insert(VERSION, Told::Accepted);
        }
        found.searches.insert(VERSION, search);
    }

    /// Whether there is more to ask.
    async fn hybrid_alone(&self) -> bool {
        let signatures = hellos::signatures();
        let offer = Offer { suites: STRONG_13.to_vec(), groups: hellos::hybrid_groups(), signatures };
        match self.put(VERSION, &self.hello(VERSION, &offer)).await {
            Put::Accepted(flight) => {
                self.tell(VERSION, Told::Accepted);
                let group = pick(&flight).and_then(|pick| pick.group);
                self.found.borrow_mut().hybrid = Some((group.into_iter().collect(), false));
            }
            Put::Refused(Some(PROTOCOL_VERSION)) => {
                self.tell(VERSION, Told::Refused);
                return false;
            }
            Put::Refused(_) => self.found.borrow_mut().hybrid = Some((Vec::new(), true)),
            // Whether TLS 1.3 is spoken is told by what else is asked.
            Put::Unknown(_) => {}
        }
        true
    }

    /// After refusals alone it is a full handshake that says whether TLS 1.3 is spoken, or one more hello.
    pub(super) async fn settle_13(&self, negotiated: &Result<String, String>) {
        self.tell_13(negotiated).await;
        let is_alone = self.is_accepted(VERSION) && self.found.borrow().quirks.is_none();
        if !is_alone {
            return;
        }
        // Without TLS 1.2 the load was not yet put on any hello.
        let space = hellos::space(VERSION);
        let offer = Offer { suites: space.suites, groups: space.groups, signatures: space.signatures };
        let plain = self.hello(VERSION, &offer);
        let quirks = match self.put(VERSION, &hellos::loaded(plain.clone(), Load::ALL)).await {
            Put::Accepted(_) => std::collections::BTreeSet::new(),
            _ => self.quirks(VERSION, &plain).await,
        };
        self.found.borrow_mut().quirks = Some(quirks);
    }

    async fn tell_13(&self, negotiated: &Result<String, String>) {
        if self.is_told(VERSION) {
            return;
        }
        if negotiated.as_deref() == Ok("TLSv1.3") {
            self.tell(VERSION, Told::Accepted);
            return;
        }
        let space = hellos::space(VERSION);
        let offer = Offer { suites: STRONG_13.to_vec(), groups: space.groups, signatures: space.signatures };
        let told = match self.put(VERSION, &self.hello(VERSION, &offer)).await {
            Put::Accepted(_) => Told::Accepted,
            Put::Refused(_) => Told::Refused,
            Put::Unknown(reason) => Told::Unknown(reason),
        };
        if told == Told::Refused {
            let mut found = self.found.borrow_mut();
            (found.hybrid, found.at_most) = (None, {
                let mut at_most = std::mem::take(&mut found.at_most);
                at_most.remove(&VERSION);
                at_most
            });
        }
        self.tell(VERSION, told);
    }

    /// Whether a hello with a key share is answered where one without is refused.
    async fn answers_with_share(&self) -> bool {
        let space = hellos::space(VERSION);
        let offer = Offer { suites: space.suites, groups: vec![29, 23], signatures: space.signatures };
        for share in [KeyShare::X25519, KeyShare::P256] {
            let mut hello = self.hello(VERSION, &offer);
            hello.key_share = share;
            match self.put(VERSION, &hello).await {
                Put::Accepted(_) => return true,
                // protocol_version: there is nothing to find.
                Put::Refused(Some(PROTOCOL_VERSION)) => return false,
                _ => {}
            }
        }
        false
    }
}
