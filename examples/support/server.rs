//! A small file server on loopback, over TLS and in the clear, whose headers are those of the example's nginx.conf.

use std::error::Error;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A certificate authority that exists as long as the example runs.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// Makes one.
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let mut parameters = CertificateParams::new(Vec::new())?;
        parameters.distinguished_name.push(DnType::CommonName, "Example Authority");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?))
    }

    /// Its certificate in PEM.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }
}

/// What the site's certificate is like on the day of the example.
#[derive(Clone, Copy)]
pub(crate) enum Certificate {
    /// In date.
    Valid,
    /// Ran out.
    Expired,
}

/// Where a site is served.
pub(crate) struct Served {
    /// Port of HTTPS.
    pub(crate) https_port: u16,
    /// Port of plain HTTP.
    pub(crate) http_port: u16,
}

/// Serves a folder until the process ends.
pub(crate) fn serve(
    folder: &Path,
    name: &str,
    authority: &Authority,
    certificate: Certificate,
) -> Result<Served, Box<dyn Error>> {
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::new(vec!["www.example.jp".to_owned()])?;
    let (from, to) = match certificate {
        Certificate::Valid => (2026, 2036),
        Certificate::Expired => (2024, 2025),
    };
    (parameters.not_before, parameters.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    // The broken one says nothing of its use, and its server sends the root along.
    if matches!(certificate, Certificate::Valid) {
        parameters.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    }
    let leaf = parameters.signed_by(&key, &authority.0)?;
    let mut chain = vec![leaf.der().clone()];
    if matches!(certificate, Certificate::Expired) {
        chain.push(authority.0.der().clone());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let private = PrivateKeyDer::try_from(key.serialize_der())?;
    let configuration = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)?;
    let (tls, plain) = (listener()?, listener()?);
    let served = Served { https_port: tls.local_addr()?.port(), http_port: plain.local_addr()?.port() };
    let site = Arc::new(Site { folder: folder.to_owned(), is_kept: name == "kept" });
    let acceptor = TlsAcceptor::from(Arc::new(configuration));
    std::thread::spawn(move || run(tls, plain, acceptor, site));
    Ok(served)
}

fn listener() -> Result<StdListener, Box<dyn Error>> {
    let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn run(tls: StdListener, plain: StdListener, acceptor: TlsAcceptor, site: Arc<Site>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async move {
        let (Ok(tls), Ok(plain)) = (TcpListener::from_std(tls), TcpListener::from_std(plain)) else { return };
        loop {
            let site = Arc::clone(&site);
            tokio::select! {
                Ok((stream, _)) = tls.accept() => {
                    let acceptor = acceptor.clone();
                    tokio::spawn(async move {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            site.answer(stream, true).await;
                        }
                    });
                }
                Ok((stream, _)) = plain.accept() => {
                    tokio::spawn(async move { site.answer(stream, false).await });
                }
                else => return,
            }
        }
    });
}

struct Site {
    folder: PathBuf,
    is_kept: bool,
}

/// The headers of `examples/kept/nginx/conf.d/20-www.conf`.
const HEADERS: &str = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n\
    Content-Security-Policy: default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n\
    X-Content-Type-Options: nosniff\r\nReferrer-Policy: strict-origin-when-cross-origin\r\n";

impl Site {
    async fn answer(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin, over_tls: bool) {
        let mut request = Vec::new();
        let mut buffer = [0; 2048];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < 16_384 {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => request.extend_from_slice(&buffer[..count]),
            }
        }
        let request = String::from_utf8_lossy(&request);
        let path = request.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or("/").to_owned();
        let response = self.response(&path, over_tls);
        // A client that went away is no concern of a server.
        let _ = stream.write_all(&response).await;
        let _ = stream.shutdown().await;
    }

    fn response(&self, path: &str, over_tls: bool) -> Vec<u8> {
        if !over_tls && self.is_kept {
            return format!("HTTP/1.1 301 Moved Permanently\r\nLocation: https://www.example.jp{path}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes();
        }
        let (status, body) = match self.file(path).map(std::fs::read) {
            Some(Ok(body)) => ("200 OK", body),
            _ => ("404 Not Found", b"<!DOCTYPE html><title>404</title><p>404".to_vec()),
        };
        let kind = match path.rsplit('.').next() {
            _ if status.starts_with('4') => "text/html; charset=utf-8",
            Some("css") => "text/css",
            Some("txt" | "log") | None => "text/plain; charset=utf-8",
            _ if path.contains(".git") => "text/plain",
            _ => "text/html; charset=utf-8",
        };
        let own = if self.is_kept { HEADERS } else { "Set-Cookie: visitor=0123456789; Path=/\r\n" };
        let mut response = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{own}Connection: close\r\n\r\n",
            body.len()
        )
        .into_bytes();
        response.extend(body);
        response
    }

    /// The file behind a path; nothing outside the folder.
    fn file(&self, path: &str) -> Option<PathBuf> {
        // A version control system keeps no folder of its own name, so the planted one is stored under another.
        if path == "/.git/HEAD" && !self.is_kept {
            return Some(self.folder.join("git-head.txt"));
        }
        let path = if path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
        let inside = path.trim_start_matches('/');
        (!inside.split('/').any(|part| part == "..")).then(|| self.folder.join(inside))
    }
}
