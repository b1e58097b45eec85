//! The loop over collectors: runs all of them together, then those that follow them, and holds each to what it promises.

use futures_util::future::join_all;

use super::collector::{Collector, Follower, Task};
use super::world::World;
use crate::model::{Census, Evidence, Gap, KindSpec, Observation};

/// Runs every collector on one world and brings what they saw into one order.
///
/// A kind that a collector declares and gives no census for becomes a gap and an incomplete census: a collector that
/// forgets to say what zero means cannot make a check pass.
pub async fn collect(collectors: &[&dyn Collector], world: &dyn World, task: &Task<'_>) -> Evidence {
    let parts = join_all(collectors.iter().map(|collector| async move {
        let mut seen = collector.collect(world, task).await;
        hold(collector.name(), collector.kinds(), &mut seen);
        seen
    }))
    .await;
    let mut evidence = Evidence::default();
    for part in parts {
        evidence.extend(part);
    }
    evidence.sort();
    evidence
}

/// Runs those that look at the world with what the collectors have seen of it, and adds what they see.
pub fn follow(followers: &[&dyn Follower], world: &dyn World, task: &Task<'_>, evidence: &mut Evidence) {
    for follower in followers {
        let mut seen = follower.follow(world, task, evidence);
        hold(follower.name(), follower.kinds(), &mut seen);
        evidence.extend(seen);
    }
    evidence.sort();
}

fn hold(name: &str, kinds: &[KindSpec], seen: &mut Evidence) {
    for kind in kinds {
        if seen.census_of(kind.name).next().is_none() {
            let reason = format!("{name} said nothing of it");
            seen.census.push(Census::incomplete(kind.name, "everywhere", 0, reason.clone()));
            seen.gaps.push(gap(name, kind.name, "everywhere", reason));
        }
    }
    let is_declared = |observation: &Observation| kinds.iter().any(|kind| kind.name == observation.kind);
    let strangers: Vec<String> =
        seen.observations.iter().filter(|seen| !is_declared(seen)).map(|seen| seen.kind.clone()).collect();
    seen.observations.retain(is_declared);
    for kind in strangers {
        seen.gaps.push(gap(name, &kind, "everywhere", "a kind that its collector does not declare".to_owned()));
    }
    one_a_subject(name, seen);
}

/// Two observations of one kind and subject would make two findings of one name: the later ones become a gap.
fn one_a_subject(name: &str, seen: &mut Evidence) {
    seen.observations.sort_by(|a, b| (&a.kind, &a.subject, a).cmp(&(&b.kind, &b.subject, b)));
    seen.observations.dedup();
    let mut twice = Vec::new();
    for pair in seen.observations.windows(2) {
        if let [first, second] = pair
            && first.kind == second.kind
            && first.subject == second.subject
        {
            twice.push((second.kind.clone(), second.subject.to_string()));
        }
    }
    for (kind, subject) in twice {
        let reason = "two observations of one subject disagree".to_owned();
        seen.census.push(Census::incomplete(&kind, subject.clone(), 0, reason.clone()));
        seen.gaps.push(gap(name, &kind, &subject, reason));
    }
    seen.observations.dedup_by(|second, first| first.kind == second.kind && first.subject == second.subject);
}

fn gap(collector: &str, kind: &str, subject: &str, reason: String) -> Gap {
    Gap { collector: collector.to_owned(), kinds: vec![kind.to_owned()], subject: subject.to_owned(), reason }
}
