//! Turns at an address: how many parties look at one address side by side, so that whoever looks shares its few connections
//! with few others and nobody's time runs out while it waits.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The turns of one collector.
#[derive(Debug)]
pub(super) struct Turns {
    at_once: usize,
    addresses: RefCell<BTreeMap<IpAddr, Arc<Semaphore>>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// So many at a time at each address.
    pub(super) fn new(at_once: usize) -> Self {
        Self { at_once, addresses: RefCell::default() }
    }

    /// The next turn at an address.
    pub(super) async fn at(&self, address: IpAddr) -> Turn {
        let turns = {
            let mut addresses = self.addresses.borrow_mut();
            Arc::clone(addresses.entry(address).or_insert_with(|| Arc::new(Semaphore::new(self.at_once))))
        };
        // Nobody ever closes the semaphore, so there is always a permit.
        Turn { _permit: turns.acquire_owned().await.ok() }
    }
}
