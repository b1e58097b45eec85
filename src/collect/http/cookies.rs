//! Cookies of a first visit -> `http-cookie`, one a name. Values are compared in memory and never stated.

use std::collections::BTreeMap;

use super::kinds::COOKIE;
use super::observe::new;
use crate::collect::limits::cut;
use crate::model::{Evidence, Observation, SubjectKind};
use crate::syntax::header::{Cookie, Head, Prefix, SameSite, set_cookie};

/// Whether a domain belongs to many: it is a public suffix.
pub(super) fn is_public_suffix(domain: &str) -> bool {
    psl::domain_str(domain).is_none() && domain.parse::<std::net::IpAddr>().is_err()
}

/// What was seen of one name.
#[derive(Debug)]
struct Sighting {
    cookie: Cookie,
    url: String,
    over_tls: bool,
    /// Another visitor got another value; `None` where only one visit was made.
    differs: Option<bool>,
}

/// The cookies that one host sets on visitors who bring none.
#[derive(Debug, Default)]
pub(super) struct Jar {
    seen: BTreeMap<String, Sighting>,
}

impl Jar {
    /// Notes the cookies of one answer; `now` in seconds since 1970. Every request is that of a new visitor, so the same
    /// name from two answers with two values tells visitors apart.
    pub(super) fn note(&mut self, url: &str, head: &Head, over_tls: bool, now: i64) {
        for cookie in head.values("set-cookie").filter_map(|field| set_cookie(field, now)) {
            // What is set to be deleted at once is no cookie.
            if cookie.lifetime_seconds.is_some_and(|seconds| seconds <= 0) {
                continue;
            }
            match self.seen.get_mut(&cookie.name) {
                Some(seen) => {
                    let differs = !seen.cookie.has_value_of(&cookie);
                    seen.differs = Some(seen.differs.unwrap_or(false) || differs);
                    weaken(&mut seen.cookie, &cookie);
                    seen.over_tls |= over_tls;
                }
                None => {
                    let sighting = Sighting { cookie: cookie.clone(), url: url.to_owned(), over_tls, differs: None };
                    self.seen.insert(cookie.name, sighting);
                }
            }
        }
    }

    /// States every cookie, and one thing more where scripts run: what they may set is not seen from here.
    pub(super) fn state(self, evidence: &mut Evidence, host: &str, scripts_run: Option<&str>) {
        for (name, sighting) in self.seen {
            evidence.observations.push(observation(host, &name, &sighting));
        }
        if let Some(url) = scripts_run {
            let mut seen = new(COOKIE, SubjectKind::Host, &format!("{host}#cookies-of-scripts"), url);
            seen.set("by", "script");
            for field in ["name", "identifier"] {
                seen.unknown(field, "what scripts store is seen by a browser only");
            }
            for field in ["secure", "http_only", "same_site", "session_like", "prefix_kept", "domain", "kept", "host"] {
                seen.unknown(field, "what scripts store is seen by a browser only");
            }
            evidence.observations.push(seen);
        }
    }
}

/// Of two sightings the weaker attribute is what visitors may get.
fn weaken(kept: &mut Cookie, other: &Cookie) {
    kept.secure &= other.secure;
    kept.http_only &= other.http_only;
    let rank = |same_site: SameSite| match same_site {
        SameSite::Strict => 0,
        SameSite::Lax => 1,
        SameSite::Absent => 2,
        SameSite::Invalid => 3,
        SameSite::None => 4,
    };
    if rank(other.same_site) > rank(kept.same_site) {
        kept.same_site = other.same_site;
    }
    if kept.domain.is_none() {
        kept.domain.clone_from(&other.domain);
    }
    kept.lifetime_seconds = kept.lifetime_seconds.max(other.lifetime_seconds);
}

/// A life of a day and more lets a visitor be known again.
const RECOGNISED_SECONDS: i64 = 86_400;
/// So many bits of chance name one visitor among all: 2^33 is every person alive.
const NAMING_BITS: u32 = 64;

fn observation(host: &str, name: &str, sighting: &Sighting) -> Observation {
    let Sighting { cookie, url, over_tls, differs } = sighting;
    let shown = cut(name);
    let mut seen = new(COOKIE, SubjectKind::Host, &format!("{host}#cookie[{shown}]"), url);
    seen.set("by", "header").set("name", shown).set("host", host);
    seen.set("secure", cookie.secure).set("http_only", cookie.http_only).set("same_site", cookie.same_site.word());
    seen.set("session_like", cookie.looks_like_session_id);
    seen.set("prefix_kept", cookie.keeps_prefix());
    seen.set("prefixed", cookie.prefix != Prefix::None);
    let dropped = cookie.dropped(host, *over_tls, is_public_suffix);
    seen.set("kept", dropped.is_none())
        .set("dropped_for", dropped.map_or("nothing", crate::syntax::header::Drop::word));
    seen.set("domain", cookie.domain.as_deref().map_or_else(|| "host-only".to_owned(), cut));
    seen.set("wide", cookie.domain.is_some());
    seen.set("persistent", cookie.lifetime_seconds.is_some());
    seen.set("lifetime_days", cookie.lifetime_seconds.map_or(0, |seconds| seconds / 86_400));
    let lasts = cookie.lifetime_seconds.is_some_and(|seconds| seconds >= RECOGNISED_SECONDS);
    let names_one = differs.unwrap_or(cookie.value_max_bits >= NAMING_BITS);
    seen.set("identifier", lasts && names_one && dropped.is_none());
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::header::head;

    fn jar(answers: &[&str]) -> Evidence {
        let mut jar = Jar::default();
        for fields in answers {
            let head = head(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n").as_bytes()).unwrap();
            jar.note("https://www.example.jp/", &head, true, 0);
        }
        let mut evidence = Evidence::default();
        jar.state(&mut evidence, "www.example.jp", None);
        evidence
    }

    #[test]
    fn a_value_that_changes_from_visitor_to_visitor_names_them() {
        let lang = "Set-Cookie: lang=ja; Max-Age=31536000; Secure";
        assert_eq!(jar(&[lang, lang]).observations[0].flag("identifier"), Some(false));
        let first = "Set-Cookie: id=1; Max-Age=31536000; Secure";
        let second = "Set-Cookie: id=2; Max-Age=31536000; Secure";
        assert_eq!(jar(&[first, second]).observations[0].flag("identifier"), Some(true));
        assert_eq!(jar(&["Set-Cookie: id=1", "Set-Cookie: id=2"]).observations[0].flag("identifier"), Some(false));
        let long = "Set-Cookie: id=0f2a6b1c9d8e7f60a1b2c3d4; Max-Age=31536000; Secure";
        assert_eq!(jar(&[long]).observations[0].flag("identifier"), Some(true), "by its shape, seen once");
        assert!(jar(&["Set-Cookie: gone=1; Max-Age=0"]).observations.is_empty());
    }

    #[test]
    fn the_weaker_attributes_count_and_values_stay_out() {
        let evidence = jar(&[
            "Set-Cookie: sid=topsecret; Secure; HttpOnly; SameSite=Strict",
            "Set-Cookie: sid=othersecret; SameSite=Lax",
        ]);
        let seen = &evidence.observations[0];
        assert_eq!(
            (seen.flag("secure"), seen.flag("http_only"), seen.text("same_site")),
            (Some(false), Some(false), Some("lax"))
        );
        assert!(!format!("{evidence:?}").contains("secret"));
    }
}
