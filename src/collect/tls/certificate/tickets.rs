//! Tickets that a server sends after a handshake of TLS 1.3, and how much early data they allow. None is ever used.

use std::sync::Mutex;
use std::time::Duration;

use rustls::Error;
use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// Bytes that are read while waiting for tickets; a server sends two of some hundred bytes.
const WAITED_BYTES: usize = 64 * 1024;

/// What the tickets say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tickets {
    /// How many were sent.
    pub(crate) count: u32,
    /// Bytes of early data that the most generous of them allows; 0 for none (RFC 8446 section 4.2.10).
    pub(crate) early_data_bytes: u32,
}

/// A store that counts and keeps nothing, so that no session is ever resumed.
#[derive(Debug, Default)]
pub(super) struct Counting(Mutex<Tickets>);

impl Counting {
    pub(super) fn counted(&self) -> Tickets {
        self.0.lock().map(|tickets| *tickets).unwrap_or_default()
    }
}

impl ClientSessionStore for Counting {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        if let Ok(mut tickets) = self.0.lock() {
            tickets.count = tickets.count.saturating_add(1);
            tickets.early_data_bytes = tickets.early_data_bytes.max(ticket.max_early_data_size());
        }
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// How a connection ended after its handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// All that the server had to say was read.
    Whole,
    /// The server refused what the client had shown by a fatal alert: in TLS 1.3 it does so only here.
    Refused,
    /// It did not end in time.
    Open,
}

/// Says goodbye and reads to the end, because tickets come after the handshake.
pub(super) async fn read_out(mut stream: impl AsyncRead + AsyncWrite + Unpin, seconds: u64) -> Ended {
    let whole = async {
        // Where the server has gone already, what it said before is still there to be read.
        let _ = stream.shutdown().await;
        let (mut total, mut buffer) = (0, [0; 4096]);
        while total < WAITED_BYTES {
            match stream.read(&mut buffer).await {
                Ok(0) => return Ended::Whole,
                Ok(count) => total += count,
                Err(error) => {
                    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
                    let is_refusal = matches!(inner, Some(Error::AlertReceived(_)));
                    // A server that ends without a goodbye of its own has ended all the same.
                    return if is_refusal { Ended::Refused } else { Ended::Whole };
                }
            }
        }
        Ended::Open
    };
    timeout(Duration::from_millis(seconds.saturating_mul(200)), whole).await.unwrap_or(Ended::Open)
}
