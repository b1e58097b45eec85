//! TLS of binds: protocols in force with their defaults, suites, tickets, and what a list of certificates says otherwise.

use super::super::served::{Known, Tls};
use super::super::server_facts::weak_ciphers;
use super::bind::Bind;
use super::read::{At, Program};
use super::version::{TLS12_BY_DEFAULT, Version};
use crate::collect::limits::CONFIGURATION_BYTES;
use crate::collect::world::World;
use crate::model::Related;

const ALL: [&str; 5] = ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
/// The same in HAProxy's words.
const OWN: [&str; 5] = ["sslv3", "tlsv10", "tlsv11", "tlsv12", "tlsv13"];

/// TLS of the binds of one proxy; `None` where none speaks it. What cannot be read is told in `faults`.
pub(super) fn of(
    world: &dyn World,
    program: &Program,
    binds: &[Bind<'_>],
    version: Option<Version>,
    faults: &mut Vec<(String, String)>,
) -> Option<Tls> {
    let own: Vec<&At> = binds.iter().filter(|bind| bind.tls).map(|bind| bind.line).collect();
    if own.is_empty() {
        return None;
    }
    let defaults: Vec<&At> = program.global.iter().filter(|line| line.word(0) == "ssl-default-bind-options").collect();
    let default_list = program.global("ssl-default-bind-ciphers");
    let (mut on, mut weak) = ([false; ALL.len()], Vec::new());
    for bind in &own {
        let words: Vec<&[String]> = defaults.iter().copied().chain([*bind]).map(|line| line.words.as_slice()).collect();
        for lines in with_lists(world, program, bind, &words, faults) {
            let lines: Vec<&[String]> = lines.iter().map(Vec::as_slice).collect();
            for (place, offered) in on.iter_mut().zip(protocols(&lines, version)) {
                *place |= offered;
            }
        }
        weak.extend(weak_ciphers(
            bind.behind("ciphers").or_else(|| default_list.map(|line| line.word(1))).unwrap_or_default(),
        ));
    }
    weak.sort();
    weak.dedup();
    let protocols: Known<Vec<String>> =
        Ok(on.iter().zip(ALL).filter(|(on, _)| **on).map(|(_, name)| name.to_owned()).collect());
    let has = |bind: &At, word: &str| bind.has(word) || defaults.iter().any(|line| line.has(word));
    let mut related: Vec<Related> = Vec::new();
    related.extend(
        defaults.last().map(|line| Related { location: line.location(), note: "the protocols in force".to_owned() }),
    );
    related.extend(
        default_list.map(|line| Related { location: line.location(), note: "the cipher list in force".to_owned() }),
    );
    let stapling = own.iter().all(|bind| bind.behind("ocsp-update") == Some("on"))
        || program.global.iter().any(|line| line.word(0).contains("ocsp-update.mode") && line.word(1) == "on");
    Some(Tls {
        protocols,
        ciphers_weak: Ok(weak),
        session_tickets: own.iter().any(|bind| !has(bind, "no-tls-tickets")),
        ticket_keys_rotated: own.iter().all(|bind| bind.has("tls-ticket-keys") || has(bind, "no-tls-tickets")),
        stapling,
        stapling_complete: stapling,
        related,
    })
}

/// The words that hold for each certificate of a bind: of a `crt-list`, those in the brackets of its line come last.
fn with_lists(
    world: &dyn World,
    program: &Program,
    bind: &At,
    words: &[&[String]],
    faults: &mut Vec<(String, String)>,
) -> Vec<Vec<Vec<String>>> {
    let plain: Vec<Vec<String>> = words.iter().map(|words| words.to_vec()).collect();
    let Some(list) = bind.behind("crt-list") else { return vec![plain] };
    let local = program.local(list);
    let bytes = match world.read(&local, CONFIGURATION_BYTES) {
        Ok(bytes) => bytes,
        Err(refusal) => {
            faults.push((local, refusal.to_string()));
            return vec![plain];
        }
    };
    let mut found = Vec::new();
    for line in
        String::from_utf8_lossy(&bytes).lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let inside = line.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
        let mut all = plain.clone();
        // The first word of a line of settings is its name; brackets have none.
        all.push(std::iter::once("crt-list").chain(inside.split_whitespace()).map(str::to_owned).collect());
        if !found.contains(&all) {
            found.push(all);
        }
    }
    if found.is_empty() { vec![plain] } else { found }
}

/// The protocols that a bind offers: the defaults of the global section, then its own words.
fn protocols(lines: &[&[String]], version: Option<Version>) -> [bool; ALL.len()] {
    let index = |text: &str| {
        let plain = text.to_ascii_lowercase().replace("tlsv1.", "tlsv1");
        OWN.iter().position(|name| *name == plain)
    };
    // Since 2.2 nothing below TLS 1.2 is offered unless a lowest version is asked for.
    let lowest = if version.is_some_and(|version| version < TLS12_BY_DEFAULT) { 1 } else { 3 };
    let (mut low, mut high, mut off) = (lowest, ALL.len() - 1, [false; ALL.len()]);
    for line in lines {
        let mut words = line.iter().skip(1).map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "ssl-min-ver" => low = words.next().and_then(index).unwrap_or(low),
                "ssl-max-ver" => high = words.next().and_then(index).unwrap_or(high),
                _ => {
                    if let Some(number) = word.strip_prefix("no-").and_then(index) {
                        if let Some(place) = off.get_mut(number) {
                            *place = true;
                        }
                    } else if let Some(number) = word.strip_prefix("force-").and_then(index) {
                        (low, high) = (number, number);
                    }
                }
            }
        }
    }
    std::array::from_fn(|number| number >= low && number <= high && !off[number])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(lines: &[&str], version: Option<Version>) -> String {
        let lines: Vec<Vec<String>> =
            lines.iter().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect();
        let lines: Vec<&[String]> = lines.iter().map(Vec::as_slice).collect();
        let on = protocols(&lines, version);
        on.iter().zip(ALL).filter(|(on, _)| **on).map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_bind_has_its_own_words_and_the_defaults() {
        const BIND: &str = "bind :443 ssl";
        const OLD: &str = "ssl-default-bind-options ssl-min-ver TLSv1.0";
        assert_eq!(offered(&[BIND], None), "TLSv1.2 TLSv1.3");
        assert_eq!(offered(&[BIND], Some((1, 8, 0))), "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3");
        assert_eq!(offered(&[OLD, BIND], None), "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3");
        assert_eq!(offered(&[OLD, "bind :443 ssl ssl-min-ver TLSv1.3"], None), "TLSv1.3");
        assert_eq!(
            offered(&["ssl-default-bind-options no-sslv3 no-tlsv10", "bind :1 ssl force-tlsv12"], None),
            "TLSv1.2"
        );
        assert_eq!(offered(&[BIND, "crt-list ssl-min-ver TLSv1.1"], None), "TLSv1.1 TLSv1.2 TLSv1.3");
    }
}
