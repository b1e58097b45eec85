//! The statistics page of a proxy: whether a request reaches it, and what it asks for.

use super::acl::Acls;
use super::answer::What;
use super::read::{At, Proxy};
use super::sample::{Ask, expression, sample};

/// Where the page is when no `stats uri` says so.
const URI: &str = "/haproxy?stats";

/// The line that switches the page on; any setting of it does.
pub(super) fn enabled(proxy: &Proxy) -> Option<&At> {
    let is_setting = |line: &&At| {
        matches!(
            line.word(1),
            "enable" | "uri" | "auth" | "realm" | "scope" | "admin" | "hide-version" | "refresh" | "show-legends"
        )
    };
    proxy.lines(&["stats"]).find(is_setting)
}

/// The path of the page.
pub(super) fn uri(proxy: &Proxy) -> &str {
    proxy.setting(&["stats", "uri"]).map_or(URI, |line| line.word(2))
}

/// What a request to the page gets; `None` where it does not ask for the page.
///
/// # Errors
/// Why that cannot be told.
pub(super) fn asked(acls: &Acls<'_>, proxy: &Proxy, ask: &Ask) -> Result<Option<What>, String> {
    if enabled(proxy).is_none() || !proxy.is_http() {
        return Ok(None);
    }
    let Some(path) = sample(ask, &expression("pathq")).text() else {
        return Err("a rule depends on what is not known here".to_owned());
    };
    if !path.starts_with(uri(proxy)) {
        return Ok(None);
    }
    for line in proxy.lines(&["stats", "http-request"]) {
        let (words, condition) = line.parted();
        match acls.holds(proxy, condition, ask) {
            Some(false) => {}
            Some(true) => {
                return Ok(Some(match words.get(2).map_or("", String::as_str) {
                    "allow" => break,
                    "deny" => What::Status(403, None),
                    _ => What::Status(401, None),
                }));
            }
            None => return Err("a rule depends on what is not known here".to_owned()),
        }
    }
    let asks =
        proxy.lines(&["stats", "auth"]).next().is_some() && proxy.lines(&["stats", "http-request"]).next().is_none();
    Ok(Some(if asks { What::Status(401, None) } else { What::Statistics }))
}
