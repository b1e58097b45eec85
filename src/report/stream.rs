//! JSON documents with long lists, written without holding the lists.

use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// A document by its kind.
pub(super) struct Document<B> {
    pub(super) kind: &'static str,
    pub(super) body: B,
}

impl<B: Serialize> Serialize for Document<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.kind, &self.body)])
    }
}

/// Some fields, and the lists behind them. Lists are written one member at a time: of 10,000 findings none is held
/// twice. OSCAL has no place for an empty list, so that is left out.
pub(super) struct Body<L> {
    pub(super) head: Json,
    pub(super) lists: BTreeMap<&'static str, L>,
}

/// A list that says whether it has a member.
pub(super) trait Listed: Serialize {
    fn is_empty(&self) -> bool;
}

impl<T: Serialize> Listed for [T; 1] {
    fn is_empty(&self) -> bool {
        false
    }
}

impl<L: Listed> Serialize for Body<L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.head.as_object().into_iter().flatten() {
            map.serialize_entry(name, value)?;
        }
        for (name, list) in self.lists.iter().filter(|(_, list)| !list.is_empty()) {
            map.serialize_entry(name, list)?;
        }
        map.end()
    }
}

/// Members, one after another.
pub(super) type Members<'a> = Box<dyn Iterator<Item = Json> + 'a>;

/// A list whose members are made while it is written.
pub(super) struct Stream<'a>(Box<dyn Fn() -> Members<'a> + 'a>);

impl<'a> Stream<'a> {
    /// Of something that gives the members anew each time.
    pub(super) fn boxed<I: Iterator<Item = Json> + 'a>(members: impl Fn() -> I + 'a) -> Self {
        Self(Box::new(move || Box::new(members())))
    }
}

impl Serialize for Stream<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

impl Listed for Stream<'_> {
    fn is_empty(&self) -> bool {
        (self.0)().next().is_none()
    }
}
