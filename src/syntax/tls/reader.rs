//! The record layer of a server's first flight: bytes as they come in, records and messages split anywhere, never more kept than needed.

use super::Flight;

/// How far a flight has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More bytes are needed.
    More,
    /// All that a server says before it waits was read, or a fatal alert.
    Done,
    /// Not TLS at all, or broken beyond reading. What was read before stays.
    NotTls,
}

/// Bytes of one handshake message that are waited for: a long chain of certificates has 20 KiB.
const MESSAGE_BYTES: usize = 256 * 1024;
/// Empty records and warnings that a server may send before it says something.
const IDLE_RECORDS: usize = 64;

/// Reads a server's first flight.
#[derive(Debug, Clone, Default)]
pub struct FlightReader {
    record: Vec<u8>,
    messages: Vec<u8>,
    flight: Flight,
    idle: usize,
    ended: Option<Progress>,
}

impl FlightReader {
    /// A reader that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was read so far.
    #[must_use]
    pub fn flight(&self) -> &Flight {
        &self.flight
    }

    /// What was read.
    #[must_use]
    pub fn into_flight(self) -> Flight {
        self.flight
    }

    /// Whether nothing came yet, not even half a record.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.record.is_empty() && self.messages.is_empty() && self.flight == Flight::default() && self.idle == 0
    }

    /// Takes bytes in. After `Done` or `NotTls` nothing more is read.
    pub fn push(&mut self, bytes: &[u8]) -> Progress {
        if let Some(ended) = self.ended {
            return ended;
        }
        self.record.extend_from_slice(bytes);
        let mut from = 0;
        let progress = loop {
            match self.step(from) {
                Step::Record(next) => from = next,
                Step::More => break Progress::More,
                Step::End(progress) => break progress,
            }
        };
        self.record.drain(..from.min(self.record.len()));
        if progress != Progress::More {
            self.ended = Some(progress);
        }
        progress
    }

    fn step(&mut self, from: usize) -> Step {
        let Some(rest) = self.record.get(from..).filter(|rest| !rest.is_empty()) else { return Step::More };
        // What the first bytes already exclude is not waited for.
        if !matches!(rest, [20..=23] | [20..=23, 3] | [20..=23, 3, ..]) {
            return Step::End(Progress::NotTls);
        }
        let Some((header, body)) = rest.split_first_chunk::<5>() else { return Step::More };
        let [kind, _, _, high, low] = *header;
        let length = usize::from(u16::from_be_bytes([high, low]));
        // A record longer than 2^14 and its expansion is no TLS (RFC 5246 section 6.2.3).
        if length > 16_384 + 2_048 {
            return Step::End(Progress::NotTls);
        }
        let Some(fragment) = body.get(..length) else { return Step::More };
        let next = from + 5 + length;
        match kind {
            21 => match fragment {
                [2, description, ..] => {
                    self.flight.alert = Some(*description);
                    return Step::End(Progress::Done);
                }
                // A warning (such as unrecognized_name) is no refusal: the ServerHello may follow.
                [1, description, ..] => {
                    if self.flight.warnings.len() < 8 {
                        self.flight.warnings.push(*description);
                    }
                    self.idle += 1;
                }
                _ => return Step::End(Progress::NotTls),
            },
            22 => {
                if fragment.is_empty() {
                    self.idle += 1;
                }
                self.messages.extend_from_slice(fragment);
                let progress = self.messages();
                if progress != Progress::More {
                    return Step::End(progress);
                }
            }
            // A change of cipher or application data before the end of the flight: only TLS 1.3 does so, and it has ended.
            _ => return Step::End(Progress::NotTls),
        }
        if self.idle > IDLE_RECORDS { Step::End(Progress::NotTls) } else { Step::Record(next) }
    }

    fn messages(&mut self) -> Progress {
        let mut from = 0;
        let progress = loop {
            let Some((header, rest)) = self.messages.get(from..).and_then(|rest| rest.split_first_chunk::<4>()) else {
                break Progress::More;
            };
            let [kind, high, middle, low] = *header;
            let length = usize::try_from(u32::from_be_bytes([0, high, middle, low])).unwrap_or(usize::MAX);
            // A flight begins with a ServerHello; anything else is no answer to a hello.
            if self.flight.hello.is_none() && !matches!(kind, 0 | 2) || length > MESSAGE_BYTES {
                break Progress::NotTls;
            }
            let Some(body) = rest.get(..length) else { break Progress::More };
            if self.flight.take(kind, body).is_none() {
                break Progress::NotTls;
            }
            if kind == 0 {
                self.idle += 1;
            }
            from += 4 + length;
            if self.flight.is_whole {
                break Progress::Done;
            }
        };
        self.messages.drain(..from.min(self.messages.len()));
        progress
    }
}

enum Step {
    /// A record was taken in; the next one begins here.
    Record(usize),
    More,
    End(Progress),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::syntax::tls::{Exchange, ServerHello};

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend(u32::try_from(body.len()).unwrap().to_be_bytes().iter().skip(1));
        bytes.extend(body);
        bytes
    }

    fn hello(version: u16, suite: u16, extensions: &[u8]) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend([7; 32]);
        body.push(0);
        body.extend(suite.to_be_bytes());
        body.push(0);
        if !extensions.is_empty() {
            body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
            body.extend(extensions);
        }
        message(2, &body)
    }

    fn in_records(handshake: &[u8], size: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in handshake.chunks(size) {
            bytes.extend([22, 3, 3]);
            bytes.extend(u16::try_from(part.len()).unwrap().to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }

    /// Hello, certificates, key exchange with x25519, request for a certificate, end.
    fn flight() -> Vec<u8> {
        let mut all = hello(0x0303, 0xc02f, &[0xff, 0x01, 0, 1, 0, 0, 23, 0, 0]);
        all.extend(message(11, &[0, 0, 10, 0, 0, 3, 1, 2, 3, 0, 0, 1, 9]));
        let mut exchange = vec![3, 0, 29, 2, 5, 5, 8, 4, 0, 2, 1, 1];
        exchange.truncate(12);
        all.extend(message(12, &exchange));
        all.extend(message(13, &[1, 64, 0, 2, 4, 1, 0, 6, 0, 1, 7, 0, 1, 8]));
        all.extend(message(14, &[]));
        all
    }

    #[test]
    fn a_flight_is_read_however_it_is_cut() {
        for size in [1, 7, 1_000] {
            let bytes = in_records(&flight(), size);
            let mut reader = FlightReader::new();
            for (at, byte) in bytes.iter().enumerate() {
                let wanted = if at + 1 == bytes.len() { Progress::Done } else { Progress::More };
                assert_eq!(reader.push(&[*byte]), wanted, "{at} of {size}");
            }
            let read = reader.into_flight();
            let Some(ServerHello { version: 0x0303, suite: 0xc02f, .. }) = read.hello else { panic!("{read:?}") };
            assert_eq!(read.certificates, Some(vec![vec![1, 2, 3], vec![9]]));
            assert_eq!(
                read.exchange,
                Some(Exchange::Elliptic { group: 29, point: vec![5, 5], signature: Some(0x0804) })
            );
            assert_eq!(read.certificate_request.map(|request| request.authorities), Some(2));
            assert!(read.is_whole);
        }
    }

    #[test]
    fn a_fatal_alert_is_a_refusal_and_a_warning_is_not() {
        let mut reader = FlightReader::new();
        assert_eq!(reader.push(&[21, 3, 3, 0, 2, 2, 70]), Progress::Done);
        assert_eq!(reader.flight().alert, Some(70));
        let mut reader = FlightReader::new();
        assert_eq!(reader.push(&[21, 3, 3, 0, 2, 1, 112]), Progress::More);
        assert_eq!(reader.push(&in_records(&flight(), 100)), Progress::Done);
        assert_eq!(reader.flight().warnings, [112]);
    }

    #[test]
    fn tls_1_3_ends_with_its_hello_and_a_retry_is_told_apart() {
        let mut bytes = hello(0x0303, 0x1301, &[0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0x11, 0xec]);
        let mut reader = FlightReader::new();
        assert_eq!(reader.push(&in_records(&bytes, 100)), Progress::Done);
        let read = reader.into_flight().hello.unwrap();
        assert_eq!((read.version, read.group(), read.is_retry), (0x0304, Some(4588), false));
        bytes[6..38].copy_from_slice(&[
            0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2,
            0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
        ]);
        let mut reader = FlightReader::new();
        reader.push(&in_records(&bytes, 100));
        assert!(reader.flight().hello.as_ref().is_some_and(|hello| hello.is_retry));
    }

    #[test]
    fn what_is_not_tls_is_said_to_be_so() {
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"SSH-2.0-x\r\n",
            &[22, 3, 3, 0xff, 0xff],
            &[22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff],
            &[22, 3, 3, 0, 4, 11, 0, 0, 0],
            &[23, 3, 3, 0, 1, 0],
        ] {
            assert_eq!(FlightReader::new().push(bytes), Progress::NotTls, "{bytes:?}");
        }
    }

    #[test]
    fn warnings_and_empty_records_without_end_are_not_waited_for() {
        for record in [&[21, 3, 3, 0, 2, 1, 112][..], &[22, 3, 3, 0, 0]] {
            let mut reader = FlightReader::new();
            let ended = (0..100).map(|_| reader.push(record)).position(|progress| progress == Progress::NotTls);
            assert_eq!(ended, Some(64));
        }
    }

    #[test]
    fn megabytes_of_certificates_are_not_kept() {
        let mut reader = FlightReader::new();
        reader.push(&in_records(&hello(0x0303, 0xc02f, &[]), 100));
        let mut announced = vec![11];
        announced.extend([0xa0, 0, 0]);
        assert_eq!(reader.push(&in_records(&announced, 100)), Progress::NotTls);
        assert!(reader.flight().hello.is_some(), "what was read before stays");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            FlightReader::new().push(&bytes);
        }

        #[test]
        fn a_changed_flight_reads_the_same_in_one_piece_and_in_many(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            size in 1_usize..60, step in 1_usize..50,
        ) {
            let mut bytes = in_records(&flight(), size);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let (mut whole, mut pieces) = (FlightReader::new(), FlightReader::new());
            let wanted = whole.push(&bytes);
            let mut told = Progress::More;
            for piece in bytes.chunks(step) {
                told = pieces.push(piece);
            }
            prop_assert_eq!(told, wanted);
            prop_assert_eq!(pieces.into_flight(), whole.into_flight());
        }
    }
}
