//! When the entries of a log were written: oldest, newest, gaps, and time that runs backwards.
//!
//! Every sixteenth kibibyte one line's time is read. Where two such times lie close together and in order, nothing that
//! counts can lie between them; otherwise every line between them is read. A time counts as gone back only where the next
//! entries stay back: a server such as Apache writes when a request began, so that single entries lag behind.

use super::stamp;

/// Bytes between two lines whose time is read.
const STRIDE: usize = 16 * 1024;
/// Seconds between two read times up to which the lines between them are not read.
const CLOSE_SECONDS: i64 = 120;
/// Shorter gaps are not kept.
const GAP_SECONDS: i64 = 3_600;
/// Smaller steps back are not kept.
const BACK_SECONDS: i64 = 60;
/// Entries that must stay back.
const STAY: usize = 4;
/// Gaps, and steps back, that are kept: the longest.
const KEPT: usize = 64;

/// Time without entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pause {
    /// Last entry before, in seconds since 1970.
    pub from: i64,
    /// First entry after.
    pub to: i64,
    /// Line of the first entry after, from 1.
    pub line: u64,
}

/// A place where time runs backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepBack {
    /// By how much, in seconds.
    pub seconds: i64,
    /// Line of the first entry that is back, from 1.
    pub line: u64,
}

/// The times of one log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Times {
    /// The oldest entry, in seconds since 1970.
    pub oldest: Option<i64>,
    /// The newest.
    pub newest: Option<i64>,
    /// Gaps of an hour and more, the longest of them, in the order of the log.
    pub pauses: Vec<Pause>,
    /// Steps back of a minute and more, the longest of them, in the order of the log.
    pub steps_back: Vec<StepBack>,
    first: Vec<i64>,
    first_line: u64,
    last: Vec<i64>,
}

impl Times {
    /// The times of a block of whole lines, whose first is line `base`.
    pub(super) fn of_block(block: &[u8], base: u64) -> Self {
        let mut times = Self::default();
        let lines = Lines { block, base };
        let mut before: Option<(usize, i64)> = None;
        for at in lines.marks() {
            let Some(time) = stamp::seconds(line_at(block, at)) else { continue };
            match before {
                Some((_, from)) if (from..=from + CLOSE_SECONDS).contains(&time) => times.entry(time),
                Some((old, _)) => lines.between(old, at, &mut times),
                None => {
                    times.entry(time);
                    times.first_line = lines.number(at);
                }
            }
            before = Some((at, time));
        }
        times
    }

    /// The same, when the block's first line has this number.
    pub(super) fn numbered(mut self, base: u64) -> Self {
        self.first_line += base;
        self.pauses.iter_mut().for_each(|pause| pause.line += base);
        self.steps_back.iter_mut().for_each(|step| step.line += base);
        self
    }

    /// Adds the times of what follows.
    pub(super) fn follow(&mut self, next: Self) {
        if let (Some(last), Some(first)) = (self.last.iter().max().copied(), next.first.first().copied()) {
            self.pause(last, first, next.first_line);
            let highest = next.first.iter().max().copied().unwrap_or(first);
            self.step_back(last - highest, next.first_line);
        }
        self.oldest = self.oldest.into_iter().chain(next.oldest).min();
        self.newest = self.newest.into_iter().chain(next.newest).max();
        self.pauses.extend(next.pauses);
        self.steps_back.extend(next.steps_back);
        if self.first.is_empty() {
            self.first = next.first;
            self.first_line = next.first_line;
        }
        if !next.last.is_empty() {
            self.last = next.last;
        }
        self.keep();
    }

    fn entry(&mut self, time: i64) {
        self.oldest = Some(self.oldest.map_or(time, |oldest| oldest.min(time)));
        self.newest = Some(self.newest.map_or(time, |newest| newest.max(time)));
        if self.first.len() < STAY {
            self.first.push(time);
        }
        if self.last.len() == STAY {
            self.last.remove(0);
        }
        self.last.push(time);
    }

    fn pause(&mut self, from: i64, to: i64, line: u64) {
        if to - from >= GAP_SECONDS {
            self.pauses.push(Pause { from, to, line });
        }
    }

    fn step_back(&mut self, seconds: i64, line: u64) {
        if seconds >= BACK_SECONDS {
            self.steps_back.push(StepBack { seconds, line });
        }
    }

    fn keep(&mut self) {
        if self.pauses.len() > KEPT {
            self.pauses.sort_by_key(|pause| (pause.from - pause.to, pause.line));
            self.pauses.truncate(KEPT);
            self.pauses.sort_by_key(|pause| pause.line);
        }
        if self.steps_back.len() > KEPT {
            self.steps_back.sort_by_key(|step| (-step.seconds, step.line));
            self.steps_back.truncate(KEPT);
            self.steps_back.sort_by_key(|step| step.line);
        }
    }
}

/// A block with the number of its first line.
struct Lines<'a> {
    block: &'a [u8],
    base: u64,
}

impl Lines<'_> {
    /// The begins of the lines whose time is read: one a stride, and the last.
    fn marks(&self) -> impl Iterator<Item = usize> {
        let block = self.block;
        let last = block.len().saturating_sub(1);
        let last = memchr::memrchr(b'\n', &block[..last]).map_or(0, |end| end + 1);
        let next = move |at: &usize| {
            let goal = *at + STRIDE;
            let rest = block.get(goal..)?;
            let next = goal + memchr::memchr(b'\n', rest)? + 1;
            (next < last).then_some(next)
        };
        let strides = std::iter::successors((last > 0).then_some(0), next);
        strides.chain((!block.is_empty()).then_some(last))
    }

    /// The number of the line that begins at `at`. Lines are counted for the few places that are kept.
    fn number(&self, at: usize) -> u64 {
        self.base + u64::try_from(memchr::memchr_iter(b'\n', &self.block[..at]).count()).unwrap_or(0)
    }

    /// Reads every line after one mark, up to another and with it.
    fn between(&self, from: usize, to: usize, times: &mut Times) {
        let mut entries: Vec<(i64, u64)> = Vec::new();
        let mut at = from;
        let mut line = None;
        while at < self.block.len() && at <= to {
            let text = line_at(self.block, at);
            let number = line.map_or_else(|| self.number(at), |before: u64| before + 1);
            line = Some(number);
            if let Some(time) = stamp::seconds(text) {
                entries.push((time, number));
            }
            at += text.len() + 1;
        }
        let Some((mut highest, _)) = entries.first().copied() else { return };
        for number in 1..entries.len() {
            let (time, line) = entries[number];
            times.entry(time);
            if time - highest >= GAP_SECONDS {
                times.pause(highest, time, line);
            }
            if time < highest {
                let stay = entries[number..].iter().take(STAY).map(|(time, _)| *time).max().unwrap_or(time);
                if highest - stay >= BACK_SECONDS {
                    times.step_back(highest - stay, line);
                    highest = stay;
                }
            }
            highest = highest.max(time);
        }
        times.keep();
    }
}

fn line_at(block: &[u8], at: usize) -> &[u8] {
    let rest = &block[at..];
    &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(times: &[i64]) -> Vec<u8> {
        times.iter().flat_map(|time| format!("{time}.000 GET / 200 512\n").into_bytes()).collect()
    }

    const START: i64 = 1_795_482_000;

    #[test]
    fn oldest_newest_gap_and_step_back_are_found_wherever_they_lie() {
        for hole in [3, 500, 2_000, 9_990] {
            let mut times: Vec<i64> = (0..10_000).map(|number| START + number).collect();
            times[hole..].iter_mut().for_each(|time| *time += 90_000);
            times[hole + 5..].iter_mut().for_each(|time| *time -= 600);
            let seen = Times::of_block(&log(&times), 1);
            assert_eq!((seen.oldest, seen.newest), (Some(START), times.iter().max().copied()), "{hole}");
            assert_eq!(seen.pauses.len(), 1, "{hole}");
            assert_eq!(seen.pauses[0].line, u64::try_from(hole).unwrap() + 1);
            assert_eq!(seen.pauses[0].to - seen.pauses[0].from, 90_001);
            let back: Vec<u64> = seen.steps_back.iter().map(|step| step.line).collect();
            assert_eq!(back, [u64::try_from(hole).unwrap() + 6], "{hole}");
        }
    }

    #[test]
    fn one_entry_that_lags_behind_is_no_step_back() {
        let mut times: Vec<i64> = (0..2_000).map(|number| START + number * 30).collect();
        times[700] -= 5_000;
        assert_eq!(Times::of_block(&log(&times), 1).steps_back, []);
    }

    #[test]
    fn blocks_give_what_the_whole_gives() {
        let mut times: Vec<i64> = (0..3_000).map(|number| START + number * 7).collect();
        times[1_500..].iter_mut().for_each(|time| *time += 7_200);
        times[2_200..].iter_mut().for_each(|time| *time -= 900);
        let whole = Times::of_block(&log(&times), 1);
        for cut in [1, 1_499, 1_500, 2_199, 2_200, 2_999] {
            let mut parts = Times::of_block(&log(&times[..cut]), 1);
            parts.follow(Times::of_block(&log(&times[cut..]), u64::try_from(cut).unwrap() + 1));
            assert_eq!((parts.oldest, parts.newest), (whole.oldest, whole.newest), "{cut}");
            assert_eq!(parts.pauses, whole.pauses, "{cut}");
            assert_eq!(parts.steps_back.len(), whole.steps_back.len(), "{cut}");
        }
    }
}
