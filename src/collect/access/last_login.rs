//! When accounts were last used, by an export that the body makes on the host.

use std::collections::BTreeMap;

use super::Seen;
use super::kinds::LAST_LOGIN;
use crate::collect::limits::{HOST_FILE_BYTES, cut};
use crate::collect::world::World;
use crate::model::{Location, Observation, Site, Subject, SubjectKind, Time};
use crate::syntax::last_login::last_logins;

/// Observes the export.
pub(super) fn observe(world: &dyn World, site: &Site, host: &str, seen: &mut Seen) {
    let Some(path) = &site.accounts.lastlog else {
        return seen.not_asked(
            LAST_LOGIN,
            &site.name,
            "no export of last logins is named (site file: accounts: lastlog)",
        );
    };
    let text = match world.read(path, HOST_FILE_BYTES) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(refusal) => return seen.all(LAST_LOGIN, path, Vec::new(), vec![(path.clone(), refusal.to_string())]),
    };
    let Some((logins, lines)) = last_logins(&text) else {
        let fault = (path.clone(), "no export of last logins".to_owned());
        return seen.all(LAST_LOGIN, path, Vec::new(), vec![fault]);
    };
    // An account may stand there once for each terminal; the latest use counts.
    let mut latest: BTreeMap<String, Option<i64>> = BTreeMap::new();
    for (user, time) in logins {
        let entry = latest.entry(user).or_insert(time);
        *entry = (*entry).max(time);
    }
    let observations = latest.into_iter().map(|(user, time)| {
        let subject = Subject::new(SubjectKind::Account, format!("{host}/{}", cut(&user)));
        let mut one = Observation::new(LAST_LOGIN, subject, Location::whole_file(path), "export of last logins");
        one.set("user", cut(&user)).set("ever", time.is_some());
        match time {
            Some(time) => {
                one.set("last_on", Time::from_unix_seconds(time));
            }
            None => {
                one.unknown("last_on", "it was never used");
            }
        }
        one
    });
    let faults =
        lines.iter().take(20).map(|line| (format!("{path}:{line}"), "a line that is not understood".to_owned()));
    seen.all(LAST_LOGIN, path, observations.collect(), faults.collect());
}
