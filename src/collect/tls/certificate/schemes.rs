//! Signature schemes of TLS 1.3, where they are encrypted: one handshake as far as the signature for each that is accepted,
//! and one that is refused. On the way each shows a suite and a group that were not yet met, so that nobody has to ask again.

use super::capture::{Captured, Family, Narrowed, Question, RING_GROUPS, RING_SUITES};
use super::overhear::Met;
use super::{Behind, Greeting, Place, capture};
use crate::syntax::tls::{SIGNATURES, is_signature_of_tls13};

/// RSA with PKCS #1 signs no handshake of TLS 1.3, but may sign the chain (RFC 8446 section 4.2.3), which some servers look at.
const SCHEMES_OF_CHAINS: [u16; 3] = [0x0401, 0x0501, 0x0601];
/// What one key of RSA signs with: where one of these was met, the others are expected.
const OF_ONE_KEY: [u16; 3] = [0x0804, 0x0805, 0x0806];

/// Finds the schemes of a server that has just greeted in TLS 1.3.
pub(in crate::collect::tls) async fn look_at_schemes(place: Place<'_>, greeting: &Greeting, behind: &mut Behind) {
    let is_known = |scheme: &u16| schemes_of_tls13().any(|known| known == *scheme);
    let mut found: Vec<u16> = greeting.scheme().filter(is_known).into_iter().collect();
    // A refusal of a part of the suites or groups says nothing of the schemes; after one everything is offered.
    let mut may_narrow = true;
    let is_whole = loop {
        let left: Vec<u16> = schemes_of_tls13().filter(|scheme| !found.contains(scheme)).collect();
        let schemes: Vec<u16> = left.iter().copied().chain(SCHEMES_OF_CHAINS).collect();
        let is_expected = found.last().is_some_and(|last| OF_ONE_KEY.contains(last))
            && OF_ONE_KEY.iter().any(|scheme| left.contains(scheme));
        let narrowed = if may_narrow && is_expected { Some(unmet(&behind.met)) } else { None };
        let is_narrow = narrowed.is_some();
        let question = Question { family: Family::Any, schemes: Some(schemes), narrowed };
        let mut told = capture(place, question.clone(), behind).await;
        if matches!(told, Captured::Unknown(_)) {
            told = capture(place, question, behind).await;
        }
        match told {
            Captured::Chain(shown) => match shown.scheme.filter(|scheme| left.contains(scheme)) {
                Some(scheme) => found.push(scheme),
                None => break false,
            },
            Captured::Refused(_) if is_narrow => may_narrow = false,
            Captured::Refused(_) => break true,
            Captured::Unknown(_) => break false,
        }
    };
    behind.schemes = Some((found, is_whole));
}

/// Suites and groups that were not met, or all where none is left. After the first handshake the suite of that one is
/// listed last: whoever chooses it again has an order of its own.
fn unmet(met: &[Met]) -> Narrowed {
    let left = |all: &[u16], is_met: &dyn Fn(u16) -> bool| -> Vec<u16> {
        all.iter().copied().filter(|one| !is_met(*one)).collect()
    };
    let mut suites = left(&RING_SUITES, &|suite| met.iter().any(|met| met.suite == suite));
    if let [only] = met {
        suites.reverse();
        suites.push(only.suite);
    }
    let groups = left(&RING_GROUPS, &|group| met.iter().any(|met| met.group == Some(group)));
    Narrowed {
        suites: if suites.is_empty() { RING_SUITES.to_vec() } else { suites },
        groups: if groups.is_empty() { RING_GROUPS.to_vec() } else { groups },
    }
}

fn schemes_of_tls13() -> impl Iterator<Item = u16> {
    SIGNATURES.iter().map(|(scheme, _)| *scheme).filter(|scheme| is_signature_of_tls13(*scheme))
}
