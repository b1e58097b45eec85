//! Approved, dated deviations, and owners of findings.

use super::Time;

/// An approved deviation. It annotates findings and removes none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The check.
    pub check: String,
    /// The subject's spelling; a `*` at its end stands for any rest.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it; never the owner.
    pub approver: String,
    /// When.
    pub approved_on: Time,
    /// Last day.
    pub expires: Time,
    /// A check that makes up for it, where one does.
    pub compensating: Option<String>,
    /// How many findings it covered when it was approved.
    pub findings: Option<u64>,
    /// Line of the entry in the file, from 1.
    pub line: u32,
}

impl Waiver {
    /// Whether the waiver speaks of this check and subject.
    #[must_use]
    pub fn covers(&self, check: &str, subject: &str) -> bool {
        if self.check != check {
            return false;
        }
        match self.subject.strip_suffix('*') {
            Some(start) => subject.starts_with(start),
            None => self.subject == subject,
        }
    }

    /// Whether it is in force: approved on or before `now`, and its last day not over.
    #[must_use]
    pub fn in_force(&self, now: Time) -> bool {
        self.approved_on <= now && now < self.expires.plus_days(1)
    }
}

/// Owner and due date of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The finding.
    pub fingerprint: String,
    /// Who mends it.
    pub owner: String,
    /// By when.
    pub due: Option<Time>,
}
