//! The lane of TLS 1.2: the first contact, then what is forbidden or everything.

use tokio::join;

use super::super::search::{Offer, Reply, Search, Space};
use super::super::session::can_be_spoken;
use super::hellos::{self, Load, STRONG_12};
use super::{Probe, Put, Told, pick};
use crate::syntax::tls::{Hello, Suite, Version};

const VERSION: Version = Version::Tls12;
/// DEFLATE (RFC 3749) and LZS (RFC 3943).
const COMPRESSION: [u8; 2] = [1, 64];
/// A name that nobody has.
const NOBODY: &str = "unknown.invalid";

impl Probe<'_> {
    /// The first hello of all, with every load at once; a plain one where that one is not taken.
    ///
    /// # Errors
    /// The reason where nothing came, and none where TLS 1.2 was refused in TLS and nothing else is known yet.
    pub(super) async fn first_of_12(&self) -> Result<(), Option<String>> {
        let mut search = Search::new(hellos::space(VERSION));
        let Some(all) = search.next() else { return Err(None) };
        let ecdsa = hellos::strong_ecdsa_12();
        let others = all.suites.iter().copied().filter(|suite| !ecdsa.contains(suite)).collect();
        // A verdict run asks first for what an RSA certificate signs for: a browser of today gets the other one, where there
        // are two, so both are met without a question about either.
        let offered = if self.deep { vec![all.suites.clone()] } else { vec![others, ecdsa] };
        let mut answer = None;
        for (at, suites) in offered.into_iter().enumerate() {
            let mut hello = self.hello(VERSION, &Offer { suites, ..all.clone() });
            hello.compression = COMPRESSION.to_vec();
            hello.alpn = self.alpn_before_http2();
            match self.put_through(VERSION, &hellos::loaded(hello, Load::ALL)).await {
                Put::Accepted(flight) => {
                    let mut found = self.found.borrow_mut();
                    found.quirks = Some(std::collections::BTreeSet::new());
                    // The same loads were on both, so it was the suites that were refused.
                    found.has_no_rsa = at > 0;
                    answer = Some(Put::Accepted(flight));
                }
                Put::Refused(Some(70)) => answer = Some(Put::Refused(Some(70))),
                Put::Unknown(reason) if reason.contains("refused") || reason.contains("within") => {
                    answer = Some(Put::Unknown(reason));
                }
                // Closed or garbled: the next hello is the plain one.
                Put::Unknown(_) => break,
                Put::Refused(_) => continue,
            }
            break;
        }
        let plain = self.hello(VERSION, &all);
        let answer = match answer {
            Some(answer) => answer,
            None => self.put_through(VERSION, &plain).await,
        };
        match answer {
            Put::Accepted(flight) => {
                if self.found.borrow().quirks.is_none() {
                    let quirks = self.quirks(VERSION, &plain).await;
                    self.found.borrow_mut().quirks = Some(quirks);
                }
                self.tell(VERSION, Told::Accepted);
                if self.deep {
                    search.learn(pick(&flight).map_or(Reply::Unknown, Reply::Accepted));
                    self.found.borrow_mut().searches.insert(VERSION, search);
                }
                Ok(())
            }
            Put::Refused(_) if self.asker.has_good() => Ok(()),
            Put::Refused(alert) => {
                if alert == Some(70) {
                    self.tell(VERSION, Told::Refused);
                }
                Err(None)
            }
            Put::Unknown(reason) => Err(Some(reason)),
        }
    }

    pub(super) async fn tls12(&self) {
        if self.found.borrow().told.get(&VERSION) == Some(&Told::Refused) {
            return;
        }
        if self.deep { self.everything_12().await } else { self.forbidden_12().await }
    }

    async fn everything_12(&self) {
        let begun = self.found.borrow_mut().searches.remove(&VERSION);
        let mut search = begun.unwrap_or_else(|| Search::new(hellos::space(VERSION)));
        let was_accepted = self.is_accepted(VERSION);
        let names = async {
            if was_accepted {
                self.names().await;
            }
        };
        let (ran, ()) = join!(self.run(VERSION, &mut search), names);
        let is_whole = search.suites_are_whole();
        self.tell_by(VERSION, search, ran);
        if self.is_accepted(VERSION) {
            // Every suite was met, and with it every certificate that goes with one.
            self.found.borrow_mut().chains_are_whole = is_whole;
            if !was_accepted {
                self.names().await;
            }
            self.through().await;
        }
    }

    /// Another handshake that can be carried to its end, where the first one could not.
    async fn through(&self) {
        if self.asker.after().is_some() {
            return;
        }
        let known = self.suites_12();
        let suites: Vec<u16> = known.into_iter().filter(|suite| can_be_spoken(*suite)).collect();
        let met = self.found.borrow().searches.get(&VERSION).map(|search| search.suites().to_vec()).unwrap_or_default();
        if !suites.iter().any(|suite| met.contains(suite)) {
            return;
        }
        let groups = hellos::strong_groups_12().into_iter().chain(self.certificate_curve()).collect();
        let offer = Offer { suites, groups, signatures: hellos::signatures() };
        self.put_through(VERSION, &self.hello(VERSION, &offer)).await;
    }

    async fn forbidden_12(&self) {
        let is_clean = self.is_accepted(VERSION);
        if self.found.borrow().has_no_rsa {
            // Everything but these was refused at the first contact.
            self.found.borrow_mut().at_most.insert(VERSION, hellos::strong_ecdsa_12());
            self.weak_groups().await;
            return;
        }
        let space = Space { seek_groups: false, seek_signatures: false, ..hellos::space(VERSION) };
        let is_weak_met =
            self.found.borrow().met.get(&VERSION).is_some_and(|met| met.iter().any(|suite| !STRONG_12.contains(suite)));
        if is_weak_met {
            self.list_12(space).await;
            self.weak_groups().await;
            self.through().await;
            return;
        }
        let mut others = space.clone();
        others.suites.retain(|suite| !STRONG_12.contains(suite));
        let mut search = Search::new(others);
        let ran = self.run(VERSION, &mut search).await;
        if search.suites().is_empty() && ran.cut.is_none() && search.suites_are_whole() {
            if !is_clean {
                self.tell(VERSION, Told::Refused);
                return;
            }
            self.found.borrow_mut().at_most.insert(VERSION, STRONG_12.to_vec());
        } else if !search.suites().is_empty() && ran.cut.is_none() {
            // Something is amiss, so all of it is listed: which suites, and in whose order.
            self.list_12(space).await;
        } else {
            let was_met = is_clean || !search.suites().is_empty();
            self.tell_by(VERSION, search, ran);
            if was_met {
                self.tell(VERSION, Told::Accepted);
            }
        }
        self.weak_groups().await;
        self.through().await;
    }

    /// Every suite, where a verdict run found something amiss.
    async fn list_12(&self, space: Space) {
        let mut whole = Search::new(space);
        let ran = self.run(VERSION, &mut whole).await;
        self.tell_by(VERSION, whole, ran);
    }

    /// Suites that are accepted or may be.
    fn suites_12(&self) -> Vec<u16> {
        let found = self.found.borrow();
        let listed = found.searches.get(&VERSION).map(|search| search.suites().to_vec()).unwrap_or_default();
        let more = listed.into_iter().filter(|suite| !STRONG_12.contains(suite));
        STRONG_12.into_iter().chain(more).collect()
    }

    /// Groups that are weak or unusual: with suites that any certificate but an ECDSA one signs or, where there is no other,
    /// beside that one's own curve. Groups are the server's and not the certificate's, so one of the two is enough.
    async fn weak_groups(&self) {
        let space = Space {
            groups: hellos::other_groups_12(),
            signatures: hellos::signatures(),
            seek_groups: true,
            ..Space::default()
        };
        let (signed, others): (Vec<u16>, Vec<u16>) =
            self.suites_12().into_iter().partition(|suite| Suite(*suite).is_ecdsa());
        let curve = self.certificate_curve();
        let (has_no_rsa, has_rsa) = {
            let found = self.found.borrow();
            (found.has_no_rsa, found.notes.chains.iter().any(|sent| sent.is_rsa() == Some(true)))
        };
        let asked = match curve {
            Some(_) if has_no_rsa => vec![(signed, curve)],
            Some(_) if has_rsa => vec![(others, None)],
            Some(_) => vec![(others, None), (signed, curve)],
            // An EdDSA certificate has no curve that has to be named.
            None => vec![(self.suites_12(), None)],
        };
        let (mut groups, mut whole) = (Vec::new(), true);
        for (suites, curve) in asked {
            let mut search = Search::seeded(suites, space.clone(), curve);
            let ran = self.run(VERSION, &mut search).await;
            groups.extend(search.groups().iter().copied().filter(|group| !groups.contains(group)).collect::<Vec<_>>());
            whole &= ran.cut.is_none() && search.groups_are_whole();
        }
        self.found.borrow_mut().other_groups = Some((groups, whole));
    }

    fn certificate_curve(&self) -> Option<u16> {
        self.found.borrow().notes.curve
    }

    /// One hello for what a clean site refuses: signatures over SHA-1 and MD5 and, where one certificate was met, every
    /// signature of another family of keys, for which there would be a second one.
    ///
    /// It is asked last, when it is known whether a browser gets a certificate with an RSA key.
    pub(super) async fn weak_signatures(&self, browser_is_rsa: Option<bool>) {
        let weak = hellos::weak_signatures();
        let suites: Vec<u16> = self.suites_12().into_iter().filter(|suite| Suite(*suite).is_signed()).collect();
        let (is_rsa, has_no_rsa) = (self.found.borrow().notes.is_rsa(), self.found.borrow().has_no_rsa);
        let are_both_met = browser_is_rsa.is_some() && browser_is_rsa != is_rsa;
        let others = match is_rsa {
            Some(is_rsa) if !are_both_met && !has_no_rsa => hellos::signatures_of_others(is_rsa),
            _ => Vec::new(),
        };
        let both = others.iter().chain(&weak).copied().collect();
        match self.put_signed(&suites, both).await {
            Put::Refused(_) => {
                let mut found = self.found.borrow_mut();
                found.weak_signatures = Some((Vec::new(), true));
                found.chains_are_whole = is_rsa.is_some();
                return;
            }
            Put::Unknown(_) => {
                self.found.borrow_mut().weak_signatures = Some((Vec::new(), false));
                return;
            }
            Put::Accepted(_) => {}
        }
        let has_other = |found: &super::Found| found.notes.chains.iter().any(|sent| sent.is_rsa() != is_rsa);
        let is_other_met = has_other(&self.found.borrow());
        let is_other_told =
            is_other_met || others.is_empty() || !matches!(self.put_signed(&suites, others).await, Put::Unknown(_));
        let space = Space { groups: hellos::groups_12(), signatures: weak, seek_signatures: true, ..Space::default() };
        let mut search = Search::seeded(suites, space, None);
        let ran = self.run(VERSION, &mut search).await;
        let told = (search.signatures().to_vec(), ran.cut.is_none() && search.signatures_are_whole());
        let mut found = self.found.borrow_mut();
        found.weak_signatures = Some(told);
        found.chains_are_whole = is_rsa.is_some() && is_other_told;
    }

    async fn put_signed(&self, suites: &[u16], signatures: Vec<u16>) -> Put {
        let offer = Offer { suites: suites.to_vec(), groups: hellos::groups_12(), signatures };
        self.put(VERSION, &self.hello(VERSION, &offer)).await
    }

    /// What is answered to no name and to a name that nobody has.
    async fn names(&self) {
        let space = hellos::space(VERSION);
        let own = self.found.borrow().notes.chains.first().map(|sent| sent.chain.clone());
        let mut hello =
            self.hello(VERSION, &Offer { suites: space.suites, groups: space.groups, signatures: space.signatures });
        if hello.server_name.is_none() {
            let reason = || Some(Err("an address is asked for without a name".to_owned()));
            let mut found = self.found.borrow_mut();
            (found.sni_absent, found.sni_unknown) = (reason(), reason());
            return;
        }
        hello.server_name = None;
        let nameless = hello.clone();
        hello.server_name = Some(NOBODY.to_owned());
        let (absent, unknown) =
            join!(self.answer_to(&nameless, own.as_deref()), self.answer_to(&hello, own.as_deref()));
        let mut found = self.found.borrow_mut();
        (found.sni_absent, found.sni_unknown) = (Some(absent), Some(unknown));
    }

    async fn answer_to(&self, hello: &Hello, own: Option<&[Vec<u8>]>) -> Result<&'static str, String> {
        match self.asker.ask(&hello.bytes()).await {
            super::Answer::Hello(flight) => {
                let leaf = |chain: &[Vec<u8>]| chain.first().cloned();
                let answered = flight.certificates.as_deref().and_then(leaf);
                match (answered, own.and_then(leaf)) {
                    (Some(answered), Some(own)) => Ok(if answered == own { "same" } else { "other certificate" }),
                    _ => Err("no certificate was sent to compare".to_owned()),
                }
            }
            super::Answer::Refused(_) => Ok("refused"),
            super::Answer::Unknown(reason) => Err(reason),
        }
    }
}
