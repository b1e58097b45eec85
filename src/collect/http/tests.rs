//! The collector against servers in this process: the wire on loopback here, whole sites in memory below.

mod fake;
mod query;
mod walk;

use std::net::{IpAddr, Ipv4Addr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::collect::world::{Fetched, FileFacts, Stream};

struct Loopback;

impl World for Loopback {
    fn inspect(&self, _: &str) -> Result<FileFacts, Refusal> {
        Err(Refusal::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, Refusal> {
        Err(Refusal::NotFound)
    }

    fn open(&self, _: &str) -> Result<Box<dyn std::io::Read>, Refusal> {
        Err(Refusal::NotFound)
    }

    fn resolve<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }

    fn connect<'a>(&'a self, _: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await.map_err(|error| Refusal::Failed(error.to_string()))?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    fn fetch<'a>(&'a self, _: &'a str, _: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        Box::pin(async { Err(Refusal::NotDeclared) })
    }

    fn trust_anchor(&self, _: &str) -> Result<Option<Vec<u8>>, Refusal> {
        Ok(None)
    }

    fn timeout_seconds(&self) -> u64 {
        2
    }
}

/// Answers every connection with the start once and then, for ever, with the rest; gives what the client asked.
async fn ask(start: &'static [u8], rest: &'static [u8]) -> Result<Answer, Refusal> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 1024];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(start).await;
                while !rest.is_empty() && stream.write_all(rest).await.is_ok() {}
            });
        }
    });
    Client::new(&Loopback).ask(Question::get("www.example.jp", address, false, "/")).await
}

#[tokio::test]
async fn bodies_are_read_by_length_chunks_and_close() {
    for start in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhellomore"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello",
    ] {
        let answer = ask(start, b"").await.unwrap();
        assert_eq!((answer.body.as_slice(), answer.truncated, answer.head.status), (&b"hello"[..], false, 200));
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_and_a_short_one_is_told() {
    let answer = ask(
        b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
        b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    )
    .await
    .unwrap();
    assert!(answer.truncated && answer.body.len() == crate::collect::limits::BODY_BYTES);
    let answer = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b"").await.unwrap();
    assert!(answer.truncated);
}

#[tokio::test]
async fn endless_headers_contradictions_garbage_and_silence_are_refused() {
    for (start, rest, reason) in [
        (
            &b"HTTP/1.1 200 OK\r\n"[..],
            &b"A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"[..],
            "never end",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"", "contradict"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"", "chunks"),
        (b"SSH-2.0-x\r\n\r\n", b"", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", b"", "inside its header"),
    ] {
        let error = ask(start, rest).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_after_the_deadline() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody accepts, and the clock of this runtime jumps to the deadline by itself.
    tokio::time::pause();
    let question = Question::get("www.example.jp", address, false, "/");
    assert_eq!(Client::new(&Loopback).ask(question).await.unwrap_err(), Refusal::TimedOut(2));
}

#[test]
fn a_redirect_to_another_host_is_told_and_headers_stay_themselves() {
    let head = crate::syntax::header::head(b"HTTP/1.1 301 x\r\nLocation: https://other.example.net/\r\n\r\n").unwrap();
    let host = Host { name: "www.example.jp".to_owned(), ..Host::default() };
    let mut seen = observe::new(HOST, crate::model::SubjectKind::Host, "www.example.jp", "http://www.example.jp/");
    observe::plain(&mut seen, &head, &host);
    assert_eq!(seen.text("plain_http"), Some("redirect-elsewhere"));
}
