//! One list of what a server may accept, under search: what is found, what is left, and whether the rest is known to be refused.

/// How far a list can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Whole,
    Unknown,
}

/// One list under search.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) left: Vec<u16>,
    pub(super) found: Vec<u16>,
    pub(super) state: State,
}

impl List {
    pub(super) fn new(candidates: Vec<u16>, sought: bool) -> Self {
        Self { left: candidates, found: Vec::new(), state: if sought { State::Open } else { State::Unknown } }
    }

    /// Moves one over to what is found. Whether it was new.
    pub(super) fn find(&mut self, value: u16) -> bool {
        match self.left.iter().position(|left| *left == value) {
            Some(at) => {
                self.left.remove(at);
                self.found.push(value);
                true
            }
            None => false,
        }
    }

    /// Everything, what is not yet found first.
    pub(super) fn all(&self) -> Vec<u16> {
        self.left.iter().chain(&self.found).copied().collect()
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }
}
