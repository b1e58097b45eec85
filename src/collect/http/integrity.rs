//! Subresource integrity: whether a load is pinned, and, where its body may be had, whether the digest is right.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use url::Url;

use super::Visit;
use super::crawl::{Crawl, body_of};
use super::party::Party;
use crate::collect::limits::cut;
use crate::collect::world::Refusal;
use crate::syntax::csp::Kind;

/// What is known of the digests of one page's loads, by host.
#[derive(Debug, Default, Clone)]
pub(super) struct Digests {
    /// Hosts of scripts and styles of others that carry no digest that a browser can read.
    pub(super) unpinned: BTreeSet<String>,
    /// Hosts of loads whose digest is not that of the body.
    pub(super) wrong: BTreeSet<String>,
    /// Why the digest of a load of others could not be made.
    pub(super) untold: Option<String>,
}

/// One digest of an `integrity` attribute.
type Digest = (&'static digest::Algorithm, Vec<u8>);

/// The digests of the strongest algorithm that is there: only they count (SRI section 3.3.3).
fn digests(integrity: &str) -> Vec<Digest> {
    let of_word = |word: &str| {
        let (name, rest) = word.split_once('-')?;
        let (algorithm, strength): (&'static digest::Algorithm, u8) = match name.to_ascii_lowercase().as_str() {
            "sha256" => (&digest::SHA256, 1),
            "sha384" => (&digest::SHA384, 2),
            "sha512" => (&digest::SHA512, 3),
            _ => return None,
        };
        let encoded = rest.split('?').next()?.replace('-', "+").replace('_', "/");
        let bytes = STANDARD.decode(encoded).ok()?;
        (bytes.len() == algorithm.output_len()).then_some((strength, (algorithm, bytes)))
    };
    let all: Vec<(u8, Digest)> = integrity.split_ascii_whitespace().filter_map(of_word).collect();
    let strongest = all.iter().map(|(strength, _)| *strength).max();
    all.into_iter().filter(|(strength, _)| Some(*strength) == strongest).map(|(_, digest)| digest).collect()
}

/// Whether a body has one of the digests.
fn fits(body: &[u8], digests: &[Digest]) -> bool {
    digests.iter().any(|(algorithm, wanted)| digest::digest(algorithm, body).as_ref() == wanted)
}

/// Looks at the scripts and styles of every page.
pub(super) async fn check(visit: &Visit<'_>, crawl: &mut Crawl) {
    let mut bodies: BTreeMap<Url, Result<Vec<u8>, Refusal>> = BTreeMap::new();
    for number in 0..crawl.pages.len() {
        let mut found = Digests::default();
        let loads: Vec<(Url, String)> = crawl.pages[number]
            .page
            .loads
            .iter()
            .filter(|load| matches!(load.kind, Kind::Script | Kind::Style) && load.from != "css")
            .map(|load| (load.url.clone(), load.integrity.clone()))
            .collect();
        for (url, integrity) in loads {
            let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
            let is_foreign = visit.parties.party(&host) != Party::First;
            let digests = digests(&integrity);
            if digests.is_empty() {
                if is_foreign {
                    found.unpinned.insert(cut(&host));
                }
                continue;
            }
            if !bodies.contains_key(&url) {
                let body = if crawl.may_ask() { body_of(visit, &url).await } else { Err(Refusal::NotDeclared) };
                bodies.insert(url.clone(), body);
            }
            match bodies.get(&url) {
                Some(Ok(body)) if !fits(body, &digests) => {
                    found.wrong.insert(cut(&host));
                }
                Some(Err(refusal)) if is_foreign => {
                    found.untold.get_or_insert_with(|| format!("{}: {refusal}", cut(&host)));
                }
                _ => {}
            }
        }
        crawl.pages[number].digests = found;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_strongest_readable_digests_count() {
        let of = |algorithm, body: &[u8]| STANDARD.encode(digest::digest(algorithm, body));
        let weak = format!("sha256-{}", of(&digest::SHA256, b"other"));
        let strong = format!("sha384-{}", of(&digest::SHA384, b"body"));
        assert!(fits(b"body", &digests(&format!("{weak} {strong}?opt"))));
        assert!(!fits(b"other", &digests(&format!("{weak} {strong}"))));
        for unreadable in ["", "sha384-x", "sha1-AAAA", "md5-abc", "sha256-AAAA", "sha384-…"] {
            assert!(digests(unreadable).is_empty(), "{unreadable}");
        }
    }
}
