//! What a server chose in a handshake of rustls, read off the bytes as they come in: the first answer of TLS 1.3 is in the
//! clear, and rustls keeps neither suite nor group of a handshake that is left before its end.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::collect::world::Stream;
use crate::syntax::tls::FlightReader;

/// What a server chose in a whole handshake of TLS 1.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Met {
    /// The suites that were offered.
    pub(crate) offered: Vec<u16>,
    pub(crate) suite: u16,
    pub(crate) group: Option<u16>,
}

/// Suite and group of the first answer, where it is one of TLS 1.3.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Option<Chosen>>>);

/// A suite and a group.
type Chosen = (u16, Option<u16>);

impl Heard {
    /// What was chosen out of what was offered.
    pub(super) fn met(&self, offered: Vec<u16>) -> Option<Met> {
        let (suite, group) = self.0.lock().ok().and_then(|heard| *heard)?;
        Some(Met { offered, suite, group })
    }
}

/// A stream that is listened to until the first answer is read.
pub(super) struct Overheard {
    stream: Box<dyn Stream>,
    reader: Option<FlightReader>,
    heard: Heard,
}

impl Overheard {
    /// Listens to a stream.
    pub(super) fn new(stream: Box<dyn Stream>, heard: Heard) -> Self {
        Self { stream, reader: Some(FlightReader::new()), heard }
    }

    fn hear(&mut self, part: &[u8]) {
        let Some(reader) = &mut self.reader else { return };
        reader.push(part);
        let Some(hello) = &reader.flight().hello else { return };
        if hello.version == 0x0304
            && let Ok(mut heard) = self.heard.0.lock()
        {
            *heard = Some((hello.suite, hello.group()));
        }
        self.reader = None;
    }
}

impl AsyncRead for Overheard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Poll::Ready(Ok(())) = polled {
            let part = buffer.filled().get(before..).unwrap_or_default();
            self.hear(part);
        }
        polled
    }
}

impl AsyncWrite for Overheard {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
