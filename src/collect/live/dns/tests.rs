//! Resolvers that lie, stutter, break off and keep silent, on loopback.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket as StdUdpSocket};
use std::path::Path;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME, TXT};
use hickory_proto::rr::{Name, RData, Record};
use proptest::prelude::*;

use super::*;
use crate::collect::live::LiveOptions;
use crate::collect::question::{DnsData, DnsStatus, RecordType};
use crate::collect::world::World;
use crate::model::Site;

/// Packets in answer to a question; over TCP the first of them.
type Answers = fn(&Message, bool) -> Vec<Vec<u8>>;

fn resolver(answers: Answers) -> SocketAddr {
    // A port that is free for packets may be taken for streams by somebody else: then another is looked for.
    let both = || {
        let socket = StdUdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let listener = TcpListener::bind(socket.local_addr().ok()?).ok()?;
        Some((socket, listener))
    };
    let (socket, listener) = (0..50).find_map(|_| both()).unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 2_048];
        while let Ok((count, from)) = socket.recv_from(&mut buffer) {
            let question = Message::from_vec(&buffer[..count]).unwrap();
            for packet in answers(&question, false) {
                socket.send_to(&packet, from).unwrap();
            }
        }
    });
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut question).unwrap();
            if let Some(packet) = answers(&Message::from_vec(&question).unwrap(), true).first() {
                let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
                // A client that has read enough may be gone.
                let _ = stream.write_all(&[&length, packet.as_slice()].concat());
            }
        }
    });
    address
}

fn world(resolver: SocketAddr) -> LiveWorld {
    let site = Site { resolver: Some(resolver), ..Site::default() };
    LiveWorld::new(LiveOptions::of_site(Path::new("."), &site, Vec::new(), None, 5, 4, false))
}

fn asked(answers: Answers, record_type: RecordType) -> Result<DnsAnswer, Refusal> {
    let world = world(resolver(answers));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(world.dns(&DnsQuestion::new("www.example.jp", record_type)))
}

fn reply(question: &Message) -> Message {
    let mut reply = Message::response(question.metadata.id, question.metadata.op_code);
    reply.add_query(question.queries[0].clone());
    reply
}

fn record(name: &str, data: RData) -> Record {
    Record::from_rdata(Name::from_ascii(name).unwrap(), 60, data)
}

fn address(number: u8) -> RData {
    RData::A(A::new(192, 0, 2, number))
}

fn alias(name: &str) -> RData {
    RData::CNAME(CNAME(Name::from_ascii(name).unwrap()))
}

#[test]
fn packets_with_another_number_or_question_are_left_aside() {
    let answer = asked(
        |question, _| {
            let mut other = reply(question);
            other.metadata.id = question.metadata.id.wrapping_add(1);
            other.add_answer(record("www.example.jp.", address(66)));
            let mut elsewhere = reply(question);
            elsewhere.queries[0].set_name(Name::from_ascii("www.example.net.").unwrap());
            let mut right = reply(question);
            right.add_answer(record("WWW.example.jp.", address(1)));
            vec![
                other.to_vec().unwrap(),
                b"\x00".to_vec(),
                elsewhere.to_vec().unwrap(),
                question.to_vec().unwrap(),
                right.to_vec().unwrap(),
            ]
        },
        RecordType::A,
    );
    assert_eq!(answer.unwrap().data, [DnsData::Address("192.0.2.1".parse().unwrap())]);
}

#[test]
fn a_resolver_that_answers_other_questions_only_is_given_up() {
    let answer = asked(
        |question, _| {
            let mut other = reply(question);
            other.metadata.id = question.metadata.id.wrapping_add(1);
            vec![other.to_vec().unwrap(); 40]
        },
        RecordType::A,
    );
    assert_eq!(answer, Err(Refusal::Failed("the resolver answers other questions".to_owned())));
}

#[test]
fn records_of_other_names_are_not_believed() {
    let answer = asked(
        |question, _| {
            let mut reply = reply(question);
            reply.add_answer(record("www.example.net.", address(66)));
            reply.add_answer(record("www.example.jp.", alias("edge.example.net.")));
            reply.add_answer(record("edge.example.net.", address(1)));
            reply.add_answer(record("example.jp.", address(67)));
            vec![reply.to_vec().unwrap()]
        },
        RecordType::A,
    )
    .unwrap();
    assert_eq!(answer.aliases, ["edge.example.net"]);
    assert_eq!(answer.data, [DnsData::Address("192.0.2.1".parse().unwrap())]);
}

#[test]
fn aliases_in_a_circle_end() {
    let answer = asked(
        |question, _| {
            let mut reply = reply(question);
            reply.add_answer(record("www.example.jp.", alias("a.example.jp.")));
            reply.add_answer(record("a.example.jp.", alias("www.example.jp.")));
            vec![reply.to_vec().unwrap()]
        },
        RecordType::A,
    )
    .unwrap();
    assert!(answer.data.is_empty() && answer.aliases.len() <= crate::collect::limits::DNS_ALIASES);
}

#[test]
fn what_is_cut_off_is_asked_for_over_tcp() {
    let answer = asked(
        |question, over_tcp| {
            let mut reply = reply(question);
            if over_tcp {
                // As many strings as one answer holds.
                for number in 0..230 {
                    let text = format!("{number:03} {}", "x".repeat(250));
                    reply.add_answer(record("www.example.jp.", RData::TXT(TXT::new(vec![text]))));
                }
            } else {
                reply.metadata.truncation = true;
            }
            vec![reply.to_vec().unwrap()]
        },
        RecordType::Txt,
    );
    assert_eq!(answer.unwrap().data.len(), 230);
    let cut_again = asked(
        |question, _| {
            let mut reply = reply(question);
            reply.metadata.truncation = true;
            vec![reply.to_vec().unwrap()]
        },
        RecordType::Txt,
    );
    assert_eq!(cut_again, Err(Refusal::Failed("the answer is cut off over TCP".to_owned())));
    let closed = asked(
        |question, over_tcp| {
            let mut reply = reply(question);
            reply.metadata.truncation = true;
            if over_tcp { Vec::new() } else { vec![reply.to_vec().unwrap()] }
        },
        RecordType::Txt,
    );
    assert_eq!(closed, Err(Refusal::Failed("the answer is cut off".to_owned())));
}

#[test]
fn an_answer_that_cannot_be_read_is_no_absence() {
    let answer = asked(
        |question, _| {
            let mut bytes = reply(question).to_vec().unwrap();
            // It announces records that are not there.
            bytes[7] = 200;
            vec![bytes]
        },
        RecordType::A,
    );
    assert_eq!(answer, Err(Refusal::Failed("the resolver's answer cannot be read".to_owned())));
    let refused = asked(
        |question, _| {
            let mut reply = reply(question);
            reply.metadata.response_code = ResponseCode::Refused;
            vec![reply.to_vec().unwrap()]
        },
        RecordType::A,
    );
    assert_eq!(refused.unwrap().status, DnsStatus::Other(5));
}

#[test]
fn bytes_that_are_no_letters_are_escaped_in_names() {
    let answer = asked(
        |question, _| {
            let mut reply = reply(question);
            let name = Name::from_labels([&b"a\x00\x1b[31m"[..], b"example", b"net"]).unwrap();
            reply.add_answer(record("www.example.jp.", RData::CNAME(CNAME(name))));
            vec![reply.to_vec().unwrap()]
        },
        RecordType::A,
    )
    .unwrap();
    assert!(answer.aliases[0].chars().all(|one| one.is_ascii_graphic()), "{:?}", answer.aliases);
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_never_answers_is_asked_a_few_times_only() {
    let silent = StdUdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let world = world(silent.local_addr().unwrap());
    for number in 0..DNS_SILENCES {
        let question = DnsQuestion::new(&format!("a{number}.example.jp"), RecordType::A);
        assert_eq!(world.dns(&question).await, Err(Refusal::TimedOut(5)));
    }
    let next = world.dns(&DnsQuestion::new("b.example.jp", RecordType::A)).await;
    assert_eq!(next, Err(Refusal::Failed("the resolver does not answer".to_owned())));
}

#[test]
fn the_first_resolver_of_the_system_is_asked() {
    let text = "# x\noptions edns0\nnameserver not-an-address\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n";
    assert_eq!(first_resolver(text), Some("192.0.2.53:53".parse().unwrap()));
    assert_eq!(first_resolver("search example.jp\n"), None);
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..600), number in any::<u16>()) {
        let _ = read(&DnsQuestion::new("www.example.jp", RecordType::Txt), number, &bytes);
    }

    #[test]
    fn a_broken_answer_never_names_a_stranger(at in 12_usize..200, byte in any::<u8>()) {
        let question = DnsQuestion::new("www.example.jp", RecordType::A);
        let asked = Message::from_vec(&written(&question, 7).unwrap()).unwrap();
        let mut answer = reply(&asked);
        answer.add_answer(record("www.example.jp.", alias("edge.example.net.")));
        answer.add_answer(record("edge.example.net.", address(1)));
        let mut bytes = answer.to_vec().unwrap();
        if let Some(one) = bytes.get_mut(at) {
            *one = byte;
        }
        if let Reply::Answer(answer) = read(&question, 7, &bytes) {
            prop_assert!(answer.data.len() <= 1);
        }
    }

    #[test]
    fn any_name_is_asked_or_refused(name in ".{0,300}") {
        let _ = written(&DnsQuestion::new(&name, RecordType::A), 1);
    }
}

/// A resolver for which `example.jp` has one mail server, `mx.example.net`, at 192.0.2.25.
fn with_mail_server(question: &Message, _: bool) -> Vec<Vec<u8>> {
    let mut reply = reply(question);
    let asked = &question.queries[0];
    let name = asked.name().to_ascii();
    match (name.as_str(), asked.query_type()) {
        ("example.jp.", hickory_proto::rr::RecordType::MX) => {
            let host = Name::from_ascii("mx.example.net.").unwrap();
            reply.add_answer(record(&name, RData::MX(hickory_proto::rr::rdata::MX::new(10, host))));
        }
        ("mx.example.net.", hickory_proto::rr::RecordType::A) => {
            reply.add_answer(record(&name, address(25)));
        }
        _ => {}
    }
    vec![reply.to_vec().unwrap()]
}

#[test]
fn mail_servers_may_be_asked_on_port_25_where_starttls_is_asked_for_and_nowhere_else() {
    let mail = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let override_of = |host: &str, port: u16| (host.to_owned(), port, mail.local_addr().unwrap());
    let world = |starttls: bool, domains: Option<&str>| {
        let mut site = Site { resolver: Some(resolver(with_mail_server)), ..Site::default() };
        site.mail.starttls = starttls;
        site.declared.mail_domains = domains.map(|domain| vec![domain.to_owned()]);
        let overrides = vec![override_of("mx.example.net", 25), override_of("www.example.net", 25)];
        LiveWorld::new(LiveOptions::of_site(Path::new("."), &site, overrides, None, 5, 4, false))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let connect = |world: &LiveWorld, host: &str, port: u16| {
        let address = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
        runtime.block_on(world.connect(host, address)).map(|_| ())
    };
    let asked = world(true, Some("example.jp"));
    assert_eq!(connect(&asked, "mx.example.net", 25), Ok(()));
    assert_eq!(connect(&asked, "mx.example.net", 443), Err(Refusal::NotDeclared));
    assert_eq!(connect(&asked, "www.example.net", 25), Err(Refusal::NotDeclared), "no mail server of the domain");
    assert_eq!(connect(&world(false, Some("example.jp")), "mx.example.net", 25), Err(Refusal::NotDeclared));
    assert_eq!(connect(&world(true, None), "mx.example.net", 25), Err(Refusal::NotDeclared), "no domain is declared");
    assert_eq!(connect(&world(true, Some("example.net")), "mx.example.net", 25), Err(Refusal::NotDeclared));
}
