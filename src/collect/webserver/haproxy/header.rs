//! The headers of one answer: rules of the backend, then of the frontend; first those on answers of servers, then those on all.

use super::super::served::{Known, REFLECTED, SetHeader};
use super::acl::Acls;
use super::answer::{Outcome, What};
use super::read::{At, Proxy};
use super::sample::{Ask, Text, format};

const CONDITION: &str = "it is set under a condition that is not known here";
const VARIABLE: &str = "its value is a variable";
const EDITED: &str = "its value is edited";

/// What rules on answers come to.
#[derive(Debug, Default)]
pub(super) struct Headers {
    pub(super) set: Vec<SetHeader>,
    /// Names that are taken away from whatever a server sends.
    pub(super) removed: Vec<String>,
    /// The status and the target of a redirect that a rule puts in place of a server's answer.
    pub(super) replaced: Option<(u16, Option<String>)>,
    /// The status that rules give a server's answer.
    pub(super) status: Option<u16>,
    /// A rule under a condition that is not known here may end the answer.
    pub(super) is_open: bool,
}

/// The headers of an answer. `status` is that of the server, where it is known.
pub(super) fn of(acls: &Acls<'_>, frontend: &Proxy, outcome: &Outcome, status: Option<u16>) -> Headers {
    let mut found = Headers::default();
    if matches!(outcome.what, What::Dropped | What::Tunnel) {
        return found;
    }
    let backend = outcome.backend.map(|number| &acls.program.proxies[number]);
    let proxies: Vec<&Proxy> = backend.into_iter().chain([frontend]).collect();
    let mut ask = outcome.ask.clone();
    let is_own = match outcome.what {
        What::Status(status, _) => {
            ask.status = Some(Some(status));
            true
        }
        // Statistics are no answer of a server either.
        What::Statistics => {
            ask.status = Some(Some(200));
            true
        }
        _ => {
            ask.status = Some(status);
            false
        }
    };
    if !is_own {
        for proxy in &proxies {
            if let Some(end) = apply(acls, proxy, "http-response", &mut ask, &mut found) {
                ask.status = Some(Some(end.0));
                found.replaced = Some(end);
                found.status = None;
                found.set.clear();
                break;
            }
        }
    }
    for header in &mut found.set {
        header.on_error = false;
    }
    for proxy in &proxies {
        apply(acls, proxy, "http-after-response", &mut ask, &mut found);
    }
    found
}

/// Lays the rules of one proxy over the headers; the end that one of them makes.
fn apply(
    acls: &Acls<'_>,
    proxy: &Proxy,
    kind: &str,
    ask: &mut Ask,
    found: &mut Headers,
) -> Option<(u16, Option<String>)> {
    for line in proxy.lines(&[kind]) {
        let (words, condition) = line.parted();
        let certain: Known<()> = match acls.holds(proxy, condition, ask) {
            Some(false) => continue,
            Some(true) => Ok(()),
            None => Err(CONDITION.to_owned()),
        };
        let name = words.get(2).map(|name| name.to_ascii_lowercase()).unwrap_or_default();
        let value = words.get(3).map_or("", String::as_str);
        let status = |key: &str| line.behind(key).and_then(|text| text.parse::<u16>().ok());
        let end = match words.get(1).map_or("", String::as_str) {
            "set-header" | "add-header" => {
                if words.get(1).is_some_and(|action| action == "set-header") && certain.is_ok() {
                    found.set.retain(|header| header.name != name);
                    found.removed.push(name.clone());
                }
                found.set.push(set(name, value, ask, certain, line));
                None
            }
            "del-header" => {
                remove(&name, line, certain, found);
                None
            }
            "replace-header" | "replace-value" => {
                for header in found.set.iter_mut().filter(|header| header.name == name) {
                    header.value = Err(EDITED.to_owned());
                }
                None
            }
            "set-status" => {
                if let (Ok(()), Ok(status)) = (&certain, name.parse()) {
                    ask.status = Some(Some(status));
                    found.status = Some(status);
                }
                None
            }
            "allow" if certain.is_ok() => break,
            "deny" => Some((status("deny_status").or_else(|| status("status")).unwrap_or(502), None)),
            "return" => Some((status("status").unwrap_or(200), None)),
            "redirect" => match super::answer::redirect(words.get(2..).unwrap_or_default(), ask) {
                What::Status(status, target) => Some((status, target)),
                _ => None,
            },
            action if action == "allow" || action.starts_with("lua.") => {
                found.is_open = true;
                None
            }
            _ => None,
        };
        match (end, certain_of(acls, proxy, condition, ask)) {
            (Some(end), true) => return Some(end),
            (Some(_), false) => found.is_open = true,
            (None, _) => {}
        }
    }
    None
}

fn certain_of(acls: &Acls<'_>, proxy: &Proxy, condition: &[String], ask: &Ask) -> bool {
    acls.holds(proxy, condition, ask) == Some(true)
}

fn set(name: String, value: &str, ask: &Ask, certain: Known<()>, line: &At) -> SetHeader {
    let value = match format(ask, value) {
        Text::Known(text) => Ok(text),
        Text::Origin => Ok(REFLECTED.to_owned()),
        Text::Unknown => Err(VARIABLE.to_owned()),
    };
    SetHeader { name, value, on_success: true, on_error: true, certain, location: line.location() }
}

fn remove(name: &str, line: &At, certain: Known<()>, found: &mut Headers) {
    // `del-header X-Debug -m beg` takes away all that begins so.
    let by = line.behind("-m").unwrap_or("str");
    let fits = |other: &str| match by {
        "beg" => other.starts_with(name),
        "end" => other.ends_with(name),
        "sub" => other.contains(name),
        "str" => other == name,
        _ => false,
    };
    match certain {
        Ok(()) if by == "reg" => {
            for header in &mut found.set {
                header.certain = Err(CONDITION.to_owned());
            }
        }
        Ok(()) => {
            found.set.retain(|header| !fits(&header.name));
            found.removed.push(name.to_owned());
        }
        Err(reason) => {
            for header in found.set.iter_mut().filter(|header| fits(&header.name)) {
                header.certain = Err(reason.clone());
            }
        }
    }
}
