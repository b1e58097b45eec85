//! What a collector is: one way of looking, which states facts and never judges.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use super::world::World;
use crate::model::{Declaration, Evidence, KindSpec, Time};

/// A future on the one thread that collects; it need not be `Send`.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a collector is asked to look at.
#[derive(Debug)]
pub struct Task<'a> {
    /// All that the body declares.
    pub declaration: &'a Declaration,
    /// Nothing may go over the network; network kinds are then not asked for.
    pub offline: bool,
    /// When the collection began.
    pub now: Time,
    /// The kinds that some check of this run needs; `None` where all are wanted. What is asked for one kind alone need not be asked without it.
    pub needed: Option<&'a BTreeSet<String>>,
}

impl Task<'_> {
    /// Whether some check of this run needs a kind.
    #[must_use]
    pub fn needs(&self, kind: &str) -> bool {
        self.needed.is_none_or(|needed| needed.contains(kind))
    }
}

/// Why a kind was not looked at that no check of this run needs.
pub const NOT_NEEDED: &str = "left out by --only or --skip";

/// One way of looking.
pub trait Collector: Sync {
    /// Its name, as gaps print it.
    fn name(&self) -> &'static str;

    /// The kinds that it states; every one of them gets at least one census entry in each run.
    fn kinds(&self) -> &'static [KindSpec];

    /// Whether a kind is stated of the host's own files, so that a snapshot of the host stands in for it.
    fn is_of_host(&self, _kind: &str) -> bool {
        false
    }

    /// Looks. Whatever cannot be seen becomes a gap and an incomplete census, never a silence.
    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence>;
}

/// A second way of looking: at the world, with what the collectors have seen of it. It states facts and never judges.
pub trait Follower: Sync {
    /// Its name, as gaps print it.
    fn name(&self) -> &'static str;

    /// The kinds that it states; every one of them gets at least one census entry in each run.
    fn kinds(&self) -> &'static [KindSpec];

    /// Looks. Whatever cannot be seen becomes a gap and an incomplete census, never a silence.
    fn follow(&self, world: &dyn World, task: &Task<'_>, seen: &Evidence) -> Evidence;
}
