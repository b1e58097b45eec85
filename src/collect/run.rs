//! The loop over collectors: runs all of them together, holds them to what they promise.

use futures_util::future::join_all;

use super::collector::{Collector, Task};
use super::world::World;
use crate::model::{Census, Evidence, Gap, Observation};

/// Runs every collector on one world and brings what they saw into one order.
///
/// A kind that a collector declares and gives no census for becomes a gap and an incomplete census: a collector that
/// forgets to say what zero means cannot make a check pass.
pub async fn collect(collectors: &[&dyn Collector], world: &dyn World, task: &Task<'_>) -> Evidence {
    let parts = join_all(collectors.iter().map(|collector| async move {
        let mut seen = collector.collect(world, task).await;
        hold(*collector, &mut seen);
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

fn hold(collector: &dyn Collector, seen: &mut Evidence) {
    for kind in collector.kinds() {
        if seen.census_of(kind.name).next().is_none() {
            let reason = format!("{} said nothing of it", collector.name());
            seen.census.push(Census::incomplete(kind.name, "everywhere", 0, reason.clone()));
            seen.gaps.push(gap(collector, kind.name, "everywhere", reason));
        }
    }
    let is_declared = |observation: &Observation| collector.kinds().iter().any(|kind| kind.name == observation.kind);
    let strangers: Vec<String> =
        seen.observations.iter().filter(|seen| !is_declared(seen)).map(|seen| seen.kind.clone()).collect();
    seen.observations.retain(is_declared);
    for kind in strangers {
        seen.gaps.push(gap(collector, &kind, "everywhere", "a kind that its collector does not declare".to_owned()));
    }
    one_a_subject(collector, seen);
}

/// Two observations of one kind and subject would make two findings of one name: the later ones become a gap.
fn one_a_subject(collector: &dyn Collector, seen: &mut Evidence) {
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
        seen.gaps.push(gap(collector, &kind, &subject, reason));
    }
    seen.observations.dedup_by(|second, first| first.kind == second.kind && first.subject == second.subject);
}

fn gap(collector: &dyn Collector, kind: &str, subject: &str, reason: String) -> Gap {
    Gap { collector: collector.name().to_owned(), kinds: vec![kind.to_owned()], subject: subject.to_owned(), reason }
}
