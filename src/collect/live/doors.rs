//! The one limit on connections that are open to a host at a time: every collector, every address and every port of one
//! host goes through the same door, and a place is given back only when its connection is closed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::collect::world::Refusal;

/// The doors of all hosts.
#[derive(Debug)]
pub(super) struct Doors {
    places: usize,
    doors: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

impl Doors {
    /// Doors of so many places each.
    pub(super) fn new(places: usize) -> Self {
        Self { places, doors: Mutex::default() }
    }

    /// A place at a host, as soon as there is one.
    pub(super) async fn place(&self, host: &str) -> Result<OwnedSemaphorePermit, Refusal> {
        let door = {
            let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(doors.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.places))))
        };
        door.acquire_owned().await.map_err(|error| Refusal::Failed(error.to_string()))
    }
}
