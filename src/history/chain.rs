//! The hash chain over entries: SHA-256. Touches no file.

use ring::digest;

use crate::model::KeptOutcome;

/// What the first entry has for a previous hash.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Hash of an entry: over its number, its time, its body and the hash before it, each ended by a line break.
pub(super) fn entry_hash(sequence: u64, at_seconds: i64, body: &str, previous: &str) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in ["tenken/ledger/1", &sequence.to_string(), &at_seconds.to_string(), body, previous] {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hex(hash.finish().as_ref())
}

/// Running hash over the outcomes of one run, in the order of their fingerprints.
pub(super) struct OutcomesHash(digest::Context);

impl OutcomesHash {
    pub(super) fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    pub(super) fn add(&mut self, kept: &KeptOutcome) {
        let (impact, likelihood) = (kept.rating.impact, kept.rating.likelihood);
        let words = [kept.outcome.word(), kept.strength.word()].join(" ");
        let flags = [kept.not_enumerated, kept.accepted, kept.stays_open].map(|flag| if flag { '1' } else { '0' });
        let line = format!(
            "{}\0{}\0{}\0{words} {impact} {likelihood} {}\n",
            kept.fingerprint,
            kept.check,
            kept.subject,
            String::from_iter(flags)
        );
        self.0.update(line.as_bytes());
    }

    pub(super) fn finish(self) -> String {
        hex(self.0.finish().as_ref())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
