//! The one limit on connections that are open at a time, to a host and to an address: every collector and every port goes
//! through the same doors, however many names an address has, and a place is given back only when its connection is closed.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::collect::world::Refusal;

/// The doors of all hosts and addresses.
#[derive(Debug)]
pub(super) struct Doors {
    places: usize,
    doors: Mutex<BTreeMap<Whose, Arc<Door>>>,
}

/// Whose door it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Host(String),
    Address(IpAddr),
}

#[derive(Debug)]
struct Door {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// A place at a host and at its addresses, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permits: Vec<OwnedSemaphorePermit>,
}

impl Doors {
    /// Doors of so many places each.
    pub(super) fn new(places: usize) -> Self {
        Self { places, doors: Mutex::default() }
    }

    /// A place at a host and at each of the addresses that a connection may go to, as soon as there is one.
    ///
    /// Whoever waits at an address holds a place at a host, but never the other way round, and addresses are taken in one
    /// order: no two can wait for each other.
    pub(super) async fn place(&self, host: &str, addresses: &[IpAddr]) -> Result<Place, Refusal> {
        let mut permits = Vec::new();
        for whose in whose(host, addresses) {
            let door = self.door(whose);
            let permit = match Arc::clone(&door.places).try_acquire_owned() {
                Ok(permit) => permit,
                Err(_) => {
                    let _waiter = Waiter::new(&door.waiting);
                    let permit = Arc::clone(&door.places).acquire_owned().await;
                    permit.map_err(|error| Refusal::Failed(error.to_string()))?
                }
            };
            permits.push(permit);
        }
        Ok(Place { _permits: permits })
    }

    /// Whether anybody waits for a place at a host or at an address.
    pub(super) fn is_waited_for(&self, host: &str, address: IpAddr) -> bool {
        whose(host, &[address]).into_iter().any(|whose| self.door(whose).waiting.load(Ordering::Relaxed) > 0)
    }

    fn door(&self, whose: Whose) -> Arc<Door> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Door { places: Arc::new(Semaphore::new(self.places)), waiting: AtomicUsize::new(0) });
        Arc::clone(doors.entry(whose).or_insert_with(new))
    }
}

fn whose(host: &str, addresses: &[IpAddr]) -> Vec<Whose> {
    let mut addresses = addresses.to_vec();
    addresses.sort_unstable();
    addresses.dedup();
    std::iter::once(Whose::Host(host.to_owned())).chain(addresses.into_iter().map(Whose::Address)).collect()
}

/// Counts one who waits, until it is dropped: whoever gives up waiting counts no longer.
struct Waiter<'a>(&'a AtomicUsize);

impl<'a> Waiter<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::net::Ipv4Addr;

    use futures_util::FutureExt;
    use futures_util::future::join_all;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn ten_names_of_one_address_share_its_places() {
        let (doors, open, most) = (Doors::new(4), Cell::new(0), Cell::new(0));
        let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        join_all((0..100).map(|number| {
            let (doors, open, most) = (&doors, &open, &most);
            async move {
                let _place = doors.place(&format!("h{}.example.jp", number % 10), &[address]).await.unwrap();
                open.set(open.get() + 1);
                most.set(most.get().max(open.get()));
                yield_now().await;
                open.set(open.get() - 1);
            }
        }))
        .await;
        assert_eq!((most.get(), open.get()), (4, 0));
    }

    #[tokio::test]
    async fn a_host_of_two_addresses_has_its_places_once_and_who_waits_is_counted() {
        let doors = Doors::new(1);
        let [one, two] = [1, 2].map(|last| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)));
        let first = doors.place("www.example.jp", &[one]).await.unwrap();
        assert!(!doors.is_waited_for("www.example.jp", one));
        let second_address = [two];
        let second = doors.place("www.example.jp", &second_address);
        tokio::pin!(second);
        assert!(second.as_mut().now_or_never().is_none());
        assert!(doors.is_waited_for("www.example.jp", one));
        assert!(!doors.is_waited_for("other.example.jp", two));
        drop(first);
        assert!(second.as_mut().now_or_never().is_some());
        assert!(!doors.is_waited_for("www.example.jp", one));
    }
}
