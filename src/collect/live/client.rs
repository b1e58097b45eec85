//! The live world's full HTTP client: HTTP/2 where offered, redirects never followed, bodies cut at the limit.

use std::net::{IpAddr, SocketAddr};

use tokio::task::yield_now;

use super::LiveWorld;
use crate::collect::accept;
use crate::collect::world::{Fetched, Refusal};

/// Turns of the scheduler in which a connection that nobody needs any more says goodbye and closes: one for the news, one for
/// the goodbye, and as many again for what stands in the queue before it.
const TURNS_TO_CLOSE: usize = 4;

/// What tenken calls itself, so that an operator finds it in the log.
pub const USER_AGENT: &str = concat!("tenken/", env!("CARGO_PKG_VERSION"));

impl LiveWorld {
    pub(super) async fn fetched(&self, url: &str, limit_bytes: usize) -> Result<Fetched, Refusal> {
        let mut parsed = reqwest::Url::parse(url).map_err(|error| Refusal::Failed(error.to_string()))?;
        let host = parsed.host_str().unwrap_or_default().to_ascii_lowercase();
        let declared = self.host(&host)?;
        let port = parsed.port_or_known_default().unwrap_or_default();
        if !declared.ports.contains(&port) {
            return Err(Refusal::NotDeclared);
        }
        let addresses: Vec<SocketAddr> =
            self.addresses(&host).await?.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        if let Some(first) = addresses.first() {
            let destination = self.destination(&host, *first).port();
            // A URL without a host has no port to set, and then it would not have been declared.
            let _ = parsed.set_port(Some(destination));
        }
        // Taken before the client is made, so that it is given back after the client is gone.
        // Any of the addresses may be the one that answers.
        let destinations: Vec<IpAddr> =
            addresses.iter().map(|address| self.destination(&host, *address).ip()).collect();
        let _place = self.doors.place(&host, &destinations).await?;
        let mut tls = accept::configuration()?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .resolve_to_addrs(&host, &addresses)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(USER_AGENT)
            .build()
            .map_err(|error| Refusal::Failed(said(&error)))?;
        let answer = async {
            let mut response = client.get(parsed).send().await.map_err(|error| Refusal::Failed(said(&error)))?;
            let mut fetched = Fetched {
                status: response.status().as_u16(),
                version: format!("{:?}", response.version()),
                headers: response
                    .headers()
                    .iter()
                    .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
                    .collect(),
                body: Vec::new(),
                truncated: false,
            };
            while let Some(chunk) = response.chunk().await.map_err(|error| Refusal::Failed(said(&error)))? {
                let room = limit_bytes.saturating_sub(fetched.body.len());
                fetched.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    fetched.truncated = true;
                    break;
                }
            }
            Ok(fetched)
        };
        let answered = self.in_time(answer).await;
        // The connection is a task of its own, which closes it when it next has its turn: the place is held until then.
        drop(client);
        for _ in 0..TURNS_TO_CLOSE {
            yield_now().await;
        }
        answered
    }
}

/// reqwest hides the cause; the innermost error says what happened.
fn said(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
