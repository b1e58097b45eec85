//! A stream -> blocks of whole lines -> what was seen, on one thread or several. Memory: some blocks a thread, whatever
//! the size of the file. The same bytes give the same result with any number of threads and any size of reads.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use super::block::{self, Buffers, Seen};
use super::unpack::{MAGIC_BYTES, Packing, unpacked};
use super::wide::{Narrowed, order_of};
use super::{Allowed, Hit, PLACES, Patterns, Scanned, Times};

/// Bytes of a block: it stays in the cache of one core.
pub const BLOCK_BYTES: usize = 256 * 1024;
/// Bytes of one line that are looked at together; a longer line is cut where no value lies.
pub const LINE_BYTES: usize = 1024 * 1024;
/// Bytes before the end of a piece of a long line in which a place to cut is looked for.
const CUT_BYTES: usize = 64 * 1024;
/// How often a lock is asked for before a thread sleeps: some hundred microseconds.
const TRIES: u32 = 10_000;
/// How many times its size an input may unpack to, beyond the first [`FREE_BYTES`]: real logs stay below a hundred.
const BOMB_TIMES: u64 = 500;
/// Bytes that any input may unpack to; few in the scanner's own tests.
const FREE_BYTES: u64 = if cfg!(test) { 1 << 22 } else { 1 << 30 };

/// Why not all of a log was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fault {
    /// The packed data stops in the middle: a copy that was broken off.
    #[error("its packed data ends in the middle")]
    Truncated,
    /// The packed data contradicts itself.
    #[error("its packed data is broken")]
    Broken,
    /// The packed data is of a kind that is not read: an encrypted zip.
    #[error("its way of packing is not read")]
    Unsupported,
    /// Unpacking would need more memory than is given.
    #[error("unpacking it needs more memory than is given")]
    Memory,
    /// It unpacks to far more than any log does.
    #[error("it unpacks to more than 500 times its size, so reading was stopped")]
    Bomb,
    /// The file became shorter while it was read.
    #[error("it became shorter while it was read")]
    Shrunk,
    /// A line had to be cut where a value may lie.
    #[error("a line longer than 1 MiB was cut where a value may lie")]
    LongLine,
    /// The operating system's words.
    #[error("{0}")]
    Unreadable(String),
}

/// How a log is looked at.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Values that are no hits.
    pub allowed: &'a Allowed,
    /// Patterns of the body's own.
    pub patterns: &'a Patterns,
    /// Threads; 0 counts as 1.
    pub threads: usize,
    /// Bytes to read at most: the size that the file had, so that one that grows has an end. `None`: to the end.
    pub size_bytes: Option<u64>,
    /// Told how many more bytes of the input were read.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Looks through one log to its end. Whatever stops it before is among the faults; what was seen until then stays.
#[must_use]
pub fn look(input: Box<dyn Read + Send + '_>, options: &Options<'_>) -> Scanned {
    let read = AtomicU64::new(0);
    let counted = Counted { input, read: &read, progress: options.progress };
    let (mut feed, packing) = Feed::new(counted, options.size_bytes, &read);
    let mut merge = Merge::default();
    if options.threads <= 1 {
        let mut buffers = Buffers::default();
        let mut block = Vec::new();
        while let Some(piece) = feed.next(&mut block) {
            merge.take(piece.number, judged(&block[..piece.length], &piece, options, &mut buffers));
        }
    } else {
        let (shared, merged) = (Mutex::new(feed), Mutex::new(std::mem::take(&mut merge)));
        std::thread::scope(|scope| {
            for _ in 0..options.threads {
                scope.spawn(|| {
                    let mut buffers = Buffers::default();
                    let mut block = Vec::new();
                    let next = |block: &mut Vec<u8>| taken(&shared).and_then(|mut feed| feed.next(block));
                    while let Some(piece) = next(&mut block) {
                        let seen = judged(&block[..piece.length], &piece, options, &mut buffers);
                        if let Ok(mut merge) = merged.lock() {
                            merge.take(piece.number, seen);
                        }
                    }
                });
            }
        });
        // A lock is poisoned by a panic of ours alone; then what was seen so far is given.
        feed = shared.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        merge = merged.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    }
    let mut scanned = merge.done;
    scanned.packing = packing;
    scanned.is_wide = feed.is_wide;
    scanned.bytes = feed.bytes;
    scanned.lines += u64::from(feed.ends_in_a_line);
    scanned.faults = std::mem::take(&mut feed.faults);
    scanned.faults.sort();
    scanned.faults.dedup();
    drop(feed);
    scanned.read_bytes = read.load(Ordering::Relaxed);
    if packing == Packing::Plain && options.size_bytes.is_some_and(|size| scanned.read_bytes < size) {
        scanned.faults.push(Fault::Shrunk);
    }
    scanned
}

/// The lock, which is waited for awake as long as a block takes to unpack: a thread that sleeps wakes too late, and then
/// nobody unpacks.
fn taken<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    for _ in 0..TRIES {
        match lock.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
            Err(TryLockError::Poisoned(_)) => return None,
        }
    }
    lock.lock().ok()
}

fn judged(bytes: &[u8], piece: &Piece, options: &Options<'_>, buffers: &mut Buffers) -> (Seen, Times) {
    let times = if piece.begins_a_line { Times::of_block(bytes, 0) } else { Times::default() };
    (block::look(bytes, options.allowed, options.patterns, buffers), times)
}

/// Bytes of the input as they are read.
struct Counted<'a, R> {
    input: R,
    read: &'a AtomicU64,
    progress: &'a (dyn Fn(u64) + Sync),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(out)?;
        let bytes = u64::try_from(count).unwrap_or(u64::MAX);
        self.read.fetch_add(bytes, Ordering::Relaxed);
        (self.progress)(bytes);
        Ok(count)
    }
}

/// One block: its number, its bytes at the front of the buffer, and whether they begin with a line.
struct Piece {
    number: u64,
    length: usize,
    begins_a_line: bool,
}

/// The unpacked bytes, cut into blocks.
struct Feed<'a> {
    input: Box<dyn Read + Send + 'a>,
    read: &'a AtomicU64,
    packing: Packing,
    is_wide: bool,
    /// What stands behind the last end of a line.
    carry: Vec<u8>,
    number: u64,
    bytes: u64,
    is_at_end: bool,
    begins_a_line: bool,
    ends_in_a_line: bool,
    faults: Vec<Fault>,
}

impl<'a> Feed<'a> {
    fn new(input: impl Read + Send + 'a, size_bytes: Option<u64>, read: &'a AtomicU64) -> (Self, Packing) {
        let mut input = input.take(size_bytes.unwrap_or(u64::MAX));
        let (magic, mut fault) = first_bytes(&mut input, MAGIC_BYTES);
        let packing = Packing::of(&magic);
        let mut plain = unpacked(packing, Cursor::new(magic).chain(input));
        let mut is_wide = false;
        if fault.is_none() {
            let (first, of_first) = first_bytes(&mut plain, 16);
            fault = of_first;
            let order = order_of(&first);
            is_wide = order.is_some();
            let skipped = order.map_or(0, |(_, mark)| mark);
            let rest = Cursor::new(first[skipped..].to_vec()).chain(plain);
            plain = match order {
                Some((order, _)) => Box::new(Narrowed::new(rest, order)),
                None => Box::new(rest),
            };
        }
        let is_at_end = fault.is_some();
        let feed = Self {
            input: plain,
            read,
            packing,
            is_wide,
            carry: Vec::new(),
            number: 0,
            bytes: 0,
            is_at_end,
            begins_a_line: true,
            ends_in_a_line: false,
            faults: fault.into_iter().map(|error| fault_of(&error, packing)).collect(),
        };
        (feed, packing)
    }

    /// The next block, in a buffer that is used again.
    fn next(&mut self, block: &mut Vec<u8>) -> Option<Piece> {
        if block.len() < BLOCK_BYTES {
            block.resize(BLOCK_BYTES, 0);
        }
        if block.len() < self.carry.len() {
            block.resize(LINE_BYTES, 0);
        }
        let mut filled = self.carry.len();
        block[..filled].copy_from_slice(&self.carry);
        loop {
            let searched = filled;
            filled += self.fill(&mut block[filled..]);
            if self.is_at_end {
                self.carry.clear();
                self.ends_in_a_line |= filled > 0 && block[filled - 1] != b'\n';
                return (filled > 0).then(|| self.piece(filled, true));
            }
            if let Some(end) = memchr::memrchr(b'\n', &block[searched..filled]).map(|end| searched + end + 1) {
                self.carry.clear();
                self.carry.extend_from_slice(&block[end..filled]);
                return Some(self.piece(end, true));
            }
            if block.len() >= LINE_BYTES {
                let end = self.cut(&block[..filled]);
                self.carry.clear();
                self.carry.extend_from_slice(&block[end..filled]);
                return Some(self.piece(end, false));
            }
            block.resize(LINE_BYTES, 0);
        }
    }

    fn piece(&mut self, length: usize, ends_a_line: bool) -> Piece {
        let piece = Piece { number: self.number, length, begins_a_line: self.begins_a_line };
        self.number += 1;
        self.begins_a_line = ends_a_line;
        piece
    }

    /// Fills a buffer, or comes to the end.
    fn fill(&mut self, out: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < out.len() && !self.is_at_end {
            match self.input.read(&mut out[filled..]) {
                Ok(0) => self.is_at_end = true,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.faults.push(fault_of(&error, self.packing));
                    self.is_at_end = true;
                }
            }
        }
        self.bytes += u64::try_from(filled).unwrap_or(u64::MAX);
        if self.packing != Packing::Plain
            && self.bytes > FREE_BYTES
            && self.bytes / BOMB_TIMES > self.read.load(Ordering::Relaxed)
        {
            self.faults.push(Fault::Bomb);
            self.is_at_end = true;
        }
        filled
    }

    /// Where a line that is too long is cut: behind a sign that no value has.
    fn cut(&mut self, line: &[u8]) -> usize {
        let from = line.len() - CUT_BYTES;
        match line[from..].iter().rposition(|byte| b"&,;{}|\t".contains(byte)) {
            Some(at) => from + at + 1,
            None => {
                self.faults.push(Fault::LongLine);
                self.faults.dedup();
                line.len()
            }
        }
    }
}

fn first_bytes(input: &mut impl Read, count: usize) -> (Vec<u8>, Option<io::Error>) {
    let mut first = vec![0; count];
    let mut filled = 0;
    while filled < count {
        match input.read(&mut first[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                first.truncate(filled);
                return (first, Some(error));
            }
        }
    }
    first.truncate(filled);
    (first, None)
}

fn fault_of(error: &io::Error, packing: Packing) -> Fault {
    match error.kind() {
        _ if packing == Packing::Plain => Fault::Unreadable(error.to_string()),
        io::ErrorKind::UnexpectedEof => Fault::Truncated,
        io::ErrorKind::OutOfMemory => Fault::Memory,
        io::ErrorKind::Unsupported => Fault::Unsupported,
        io::ErrorKind::PermissionDenied => Fault::Unreadable(error.to_string()),
        _ if error.raw_os_error().is_some() => Fault::Unreadable(error.to_string()),
        _ => Fault::Broken,
    }
}

/// Blocks in the order of the log, whatever the order in which threads end them.
#[derive(Default)]
struct Merge {
    waiting: BTreeMap<u64, (Seen, Times)>,
    next: u64,
    done: Scanned,
}

impl Merge {
    fn take(&mut self, number: u64, seen: (Seen, Times)) {
        self.waiting.insert(number, seen);
        while let Some((seen, times)) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.add(seen, times);
        }
    }

    fn add(&mut self, seen: Seen, times: Times) {
        let base = self.done.lines;
        for (of, count) in seen.counts {
            *self.done.counts.entry(of).or_default() += count;
        }
        let room = PLACES.saturating_sub(self.done.places.len());
        let places = seen.places.into_iter().take(room);
        self.done.places.extend(places.map(|hit| Hit { line: base + hit.line + 1, ..hit }));
        self.done.times.follow(times.numbered(base + 1));
        self.done.lines += seen.lines;
    }
}
