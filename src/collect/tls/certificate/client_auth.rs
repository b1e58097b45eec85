//! Whether a server asks for a client's certificate, and whether it insists on one. None is ever shown.

use std::sync::{Arc, Mutex};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

use super::tickets::Ended;

/// How a client's certificate is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    /// It is not.
    None,
    /// It is, by so many authorities, and whoever shows none is let in all the same.
    Requested(usize),
    /// It is, by so many authorities, and whoever shows none is not let in.
    Required(usize),
}

/// Shows no certificate, and keeps how many authorities were named to it.
#[derive(Debug, Default)]
pub(super) struct Asked(Mutex<Option<usize>>);

impl Asked {
    /// What was asked for, by how the connection ended.
    pub(super) fn told(&self, ended: Ended) -> Option<ClientAuth> {
        let authorities = self.0.lock().ok().and_then(|asked| *asked);
        match (authorities, ended) {
            (None, _) => Some(ClientAuth::None),
            (Some(authorities), Ended::Whole) => Some(ClientAuth::Requested(authorities)),
            (Some(authorities), Ended::Refused) => Some(ClientAuth::Required(authorities)),
            (Some(_), Ended::Open) => None,
        }
    }
}

impl ResolvesClientCert for Asked {
    fn resolve(&self, authorities: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        if let Ok(mut asked) = self.0.lock() {
            *asked = Some(authorities.len());
        }
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}
