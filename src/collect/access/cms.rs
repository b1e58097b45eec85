//! Users of the content management system, by its own export. Names, addresses and everything but user, role and state
//! stay in the export.

use super::Seen;
use super::kinds::CMS_ACCOUNT;
use crate::collect::limits::{HOST_FILE_BYTES, cut};
use crate::collect::world::World;
use crate::model::{Location, Observation, Site, Subject, SubjectKind, Value};
use crate::syntax::user_export::users;

/// Observes the export.
pub(super) fn observe(world: &dyn World, site: &Site, seen: &mut Seen) {
    let Some(path) = &site.accounts.cms else {
        return seen.not_asked(CMS_ACCOUNT, &site.name, "no export of CMS users is named (site file: accounts: cms)");
    };
    let bytes = match world.read(path, HOST_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(refusal) => return seen.all(CMS_ACCOUNT, path, Vec::new(), vec![(path.clone(), refusal.to_string())]),
    };
    let Some((users, lines)) = users(&bytes) else {
        let fault = (path.clone(), "no column of user names and roles".to_owned());
        return seen.all(CMS_ACCOUNT, path, Vec::new(), vec![fault]);
    };
    let observations = users.into_iter().map(|user| {
        let subject = Subject::new(SubjectKind::Account, format!("cms/{}", cut(&user.name)));
        let place = Location::file(path, user.line, 1);
        let mut one = Observation::new(CMS_ACCOUNT, subject, place, "export of users");
        one.set("user", cut(&user.name)).set("administrator", user.is_administrator()).set("active", user.active);
        one.set("roles", Value::texts(user.roles.iter().map(|role| cut(role))));
        one
    });
    let faults =
        lines.iter().take(20).map(|line| (format!("{path}:{line}"), "a line that is not understood".to_owned()));
    seen.all(CMS_ACCOUNT, path, observations.collect(), faults.collect());
}
