//! A small resolver on loopback that knows one body's zone, out of the file `dns.zone` of its example: NAME TYPE DATA.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// What the file says.
struct Zone {
    records: Vec<Record>,
    names: BTreeSet<Name>,
    /// The resolver says that it validated what it answers.
    is_signed: bool,
}

/// Answers from a file until the process ends, over UDP and TCP on one port.
pub(crate) fn serve(file: &Path) -> Result<SocketAddr, Box<dyn Error>> {
    let zone = Arc::new(read(&std::fs::read_to_string(file)?)?);
    // The port that is free for UDP may be taken for TCP; another is.
    let pair = (0..20).find_map(|_| {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let listener = TcpListener::bind(socket.local_addr().ok()?).ok()?;
        Some((socket, listener))
    });
    let (socket, listener) = pair.ok_or("no port is free for both UDP and TCP")?;
    let address = socket.local_addr()?;
    let over_tcp = Arc::clone(&zone);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut length = [0; 2];
            if stream.read_exact(&mut length).is_err() {
                continue;
            }
            let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
            if stream.read_exact(&mut question).is_ok()
                && let Some(answer) = over_tcp.answer(&question)
                && let Ok(length) = u16::try_from(answer.len())
            {
                // A client that went away is no concern of a server.
                let _ = stream.write_all(&[&length.to_be_bytes(), answer.as_slice()].concat());
            }
        }
    });
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((count, from)) = socket.recv_from(&mut buffer) {
            if let Some(answer) = zone.answer(&buffer[..count]) {
                let _ = socket.send_to(&answer, from);
            }
        }
    });
    Ok(address)
}

fn read(text: &str) -> Result<Zone, Box<dyn Error>> {
    let mut zone = Zone { records: Vec::new(), names: BTreeSet::new(), is_signed: false };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix(';') {
            zone.is_signed |= comment.trim() == "signed";
            continue;
        }
        let mut parts = line.splitn(3, char::is_whitespace);
        let (Some(name), Some(kind), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(format!("{line}: expected NAME TYPE DATA").into());
        };
        let data = data.trim();
        let name = Name::from_ascii(name)?;
        let kind = RecordType::from_str(kind)?;
        // Long texts stand in the file in one piece and are sent in strings of at most 255 bytes.
        let data = match kind {
            RecordType::TXT => {
                RData::TXT(hickory_proto::rr::rdata::TXT::from_bytes(data.as_bytes().chunks(255).collect()))
            }
            _ => RData::try_from_str(kind, data)?,
        };
        let mut above = name.clone();
        while !above.is_root() {
            zone.names.insert(above.clone());
            above = above.base_name();
        }
        zone.records.push(Record::from_rdata(name, 300, data));
    }
    Ok(zone)
}

impl Zone {
    fn answer(&self, question: &[u8]) -> Option<Vec<u8>> {
        let question = Message::from_vec(question).ok()?;
        let query = question.queries.first()?.clone();
        let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
        answer.metadata.message_type = MessageType::Response;
        answer.metadata.recursion_desired = true;
        answer.metadata.recursion_available = true;
        answer.metadata.authentic_data = self.is_signed || query.name().is_root();
        answer.add_query(query.clone());
        let mut owner = query.name().clone();
        for _ in 0..8 {
            let alias =
                self.records.iter().find(|record| record.name == owner && record.record_type() == RecordType::CNAME);
            let Some(alias) = alias else { break };
            answer.add_answer(alias.clone());
            if let RData::CNAME(target) = &alias.data {
                owner = target.0.clone();
            }
        }
        let of_type = |record: &&Record| record.name == owner && record.record_type() == query.query_type();
        answer.add_answers(self.records.iter().filter(of_type).cloned());
        if !owner.is_root() && !self.names.contains(&owner) {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        answer.to_vec().ok()
    }
}
