//! Declared paths of administration, asked for from where tenken runs: refused, or answered by a page or a question for a
//! password. One GET a path; what it answers is not kept.

use super::kinds::ADMIN_PATH;
use super::paths::Absent;
use super::{Visit, observe};
use crate::collect::limits::ADMIN_PATHS;
use crate::model::SubjectKind;

/// Asks for each path of this host; a port of its own is another service, which is not asked here.
pub(super) async fn observe(visit: &mut Visit<'_>, declared: &[String], absent: &Absent) {
    let host = visit.host.name.clone();
    let of_host = declared.iter().filter_map(|declared| {
        let bare = declared.strip_prefix(host.as_str()).unwrap_or(declared);
        bare.starts_with('/').then_some((declared, bare))
    });
    for (declared, path) in of_host.take(ADMIN_PATHS) {
        let url = visit.url(path);
        let mut seen = observe::new(ADMIN_PATH, SubjectKind::Page, &url, &url);
        seen.set("path", declared.as_str()).set("host", visit.host.name.as_str());
        match visit.ask(path).await {
            Ok(answer) => {
                let word = match answer.head.status {
                    200 if absent.is_like(path, &answer.body) => "absent",
                    404 | 410 => "absent",
                    403 | 444 => "refused",
                    401 => "password",
                    300..=399 => "redirect",
                    200..=299 => "page",
                    _ => "other",
                };
                seen.set("answer", word);
                visit.asked.insert(path.to_owned(), answer.head.status);
            }
            Err(refusal) => {
                seen.unknown("answer", refusal.to_string());
                visit.faults.push((url, refusal.to_string()));
            }
        }
        visit.evidence.observations.push(seen);
    }
}
