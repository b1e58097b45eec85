//! TLS inside SMTP (RFC 3207): the few lines before the first hello. No mail is sent and no address is named.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::collect::world::{Refusal, Stream};

/// What is said of a server that has no STARTTLS; whoever asks may tell it from one that cannot be asked.
pub const NOT_OFFERED: &str = "STARTTLS is not offered";
/// What is said of a server that offers it and then does not begin.
pub const REFUSED: &str = "STARTTLS is refused";

/// Bytes of all replies before TLS; a greeting and an answer to EHLO have a few hundred.
const REPLY_BYTES: usize = 16 * 1024;

/// Brings an SMTP server to the point where TLS begins.
///
/// # Errors
/// `Failed` where it is no SMTP server, does not offer STARTTLS or refuses it.
pub async fn begin_smtp(stream: &mut Box<dyn Stream>) -> Result<(), Refusal> {
    let mut reader = Replies { stream, bytes: Vec::new(), total: 0 };
    let greeting = reader.reply().await?;
    wants(&greeting, "220", "no SMTP greeting")?;
    reader.say("EHLO tenken.invalid\r\n").await?;
    let offered = reader.reply().await?;
    wants(&offered, "250", "EHLO is refused")?;
    let is_offered =
        offered.iter().any(|line| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS")));
    if !is_offered {
        return Err(Refusal::Failed(NOT_OFFERED.to_owned()));
    }
    reader.say("STARTTLS\r\n").await?;
    let answer = reader.reply().await?;
    wants(&answer, "220", REFUSED)?;
    // Whatever was sent in the clear after the answer would be taken for a part of the encrypted conversation.
    if reader.bytes.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Failed("words follow the answer to STARTTLS".to_owned()))
    }
}

fn wants(reply: &[String], code: &str, reason: &str) -> Result<(), Refusal> {
    let is_it = reply.last().is_some_and(|line| line.starts_with(code));
    if is_it { Ok(()) } else { Err(Refusal::Failed(reason.to_owned())) }
}

struct Replies<'a> {
    stream: &'a mut Box<dyn Stream>,
    bytes: Vec<u8>,
    total: usize,
}

impl Replies<'_> {
    async fn say(&mut self, words: &str) -> Result<(), Refusal> {
        self.stream.write_all(words.as_bytes()).await.map_err(|error| Refusal::Failed(error.to_string()))
    }

    /// The lines of one reply; the last one has a blank after its code (RFC 5321 section 4.2.1).
    async fn reply(&mut self) -> Result<Vec<String>, Refusal> {
        let mut lines = Vec::new();
        loop {
            while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.bytes.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                let is_last = line.as_bytes().get(3) != Some(&b'-');
                lines.push(line);
                if is_last {
                    return Ok(lines);
                }
            }
            let mut buffer = [0; 1024];
            let count = self.stream.read(&mut buffer).await.map_err(|error| Refusal::Failed(error.to_string()))?;
            self.total += count;
            if count == 0 || self.total > REPLY_BYTES {
                return Err(Refusal::Failed("no SMTP reply".to_owned()));
            }
            self.bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
    }
}
