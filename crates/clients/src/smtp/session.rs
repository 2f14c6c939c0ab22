//! One session: greeting, TLS, login, and the message.

use super::reply::Reply;
use super::{Message, Settings};
use crate::error::codes;
use crate::wire::{Budget, Network, Time, Wire};
use crate::{Error, Failure, Result};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use net::{Trust, Until};

/// How this client introduces itself: it has no name that others know.
const HELLO: &str = "EHLO [127.0.0.1]";

/// Sends a message, to all recipients or to none: if the server refuses one of them, nothing is sent. Returns what the server
/// says of the message, which mostly names it.
///
/// # Errors
/// The server's error with its code (`550`), or an error of the connection.
pub fn send(network: &Network, settings: &Settings, message: &Message<'_>, until: Until) -> Result<String> {
    check(message)?;
    let time = Time::new(settings.timeout, until);
    let wire = network.connect(&settings.host, settings.port, &time)?;
    let mut session = Session { wire, network, time };
    let reply = session.begin(settings)?;
    if let Some((user, password)) = &settings.login {
        session.log_in(&reply, user, password, settings)?;
    }
    if let Some(limit) = reply.extension("SIZE").and_then(|words| words.first()?.parse::<usize>().ok()) {
        if limit > 0 && message.content.len() > limit {
            let size = message.content.len();
            return Err(Error::invalid(format!(
                "the message has {size} bytes, and the server accepts {limit}"
            )));
        }
    }
    session.command(&format!("MAIL FROM:<{}>", message.from))?;
    for recipient in message.to {
        session.command(&format!("RCPT TO:<{recipient}>"))?;
    }
    session.command("DATA")?;
    session.wire.send(&dotted(message.content), &session.time)?;
    let accepted = session.reply("the message")?;
    // The message is the server's now, whatever becomes of the connection.
    let _ = session.wire.send(b"QUIT\r\n", &session.time);
    Ok(accepted.lines.join(" "))
}

struct Session<'a> {
    wire: Wire,
    network: &'a Network,
    time: Time,
}

impl Session<'_> {
    /// Everything up to the server's list of what it can do, over TLS.
    fn begin(&mut self, settings: &Settings) -> Result<Reply> {
        if settings.is_secured {
            self.network.secure(&mut self.wire, Trust::Full, &self.time)?;
        }
        self.reply("the connection")?;
        let reply = self.command(HELLO)?;
        if settings.is_secured {
            return Ok(reply);
        }
        if reply.extension("STARTTLS").is_none() {
            if settings.is_plain {
                return Ok(reply);
            }
            let message = format!(
                "{} does not offer STARTTLS; if it has TLS from the beginning, write smtps://, and if you trust the network, use the option `tls: false`",
                self.wire.name
            );
            return Err(Error::new(codes::CONNECT, message));
        }
        self.command("STARTTLS")?;
        self.network.secure(&mut self.wire, Trust::Full, &self.time)?;
        // What it said before may have been somebody else's.
        self.command(HELLO)
    }

    fn log_in(&mut self, reply: &Reply, user: &str, password: &str, settings: &Settings) -> Result<()> {
        if !self.wire.reader.get_ref().is_secured() && !settings.is_plain {
            return Err(Error::new(codes::CONNECT, "the password is sent only over TLS"));
        }
        let methods = reply.extension("AUTH").unwrap_or_default();
        let has = |name: &str| methods.iter().any(|method| method.eq_ignore_ascii_case(name));
        if has("PLAIN") {
            let token = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
            self.secret(&format!("AUTH PLAIN {token}"))
        } else if has("LOGIN") {
            self.command("AUTH LOGIN")?;
            self.secret(&BASE64_STANDARD.encode(user))?;
            self.secret(&BASE64_STANDARD.encode(password))
        } else {
            Err(Error::new(
                codes::CONNECT,
                format!("{} does not offer AUTH PLAIN or AUTH LOGIN", self.wire.name),
            ))
        }
    }

    /// Sends a line that must not be in an error.
    fn secret(&mut self, line: &str) -> Result<()> {
        self.wire.send(format!("{line}\r\n").as_bytes(), &self.time)?;
        self.reply("user and password").map(|_| ())
    }

    fn command(&mut self, line: &str) -> Result<Reply> {
        self.wire.send(format!("{line}\r\n").as_bytes(), &self.time)?;
        self.reply(line)
    }

    /// The reply to something, unless the server refuses that.
    fn reply(&mut self, to: &str) -> Result<Reply> {
        let reply = self.wire.receive(&self.time, &mut Budget::none(), |reader, _| Reply::read(reader))?;
        if reply.is_positive() {
            return Ok(reply);
        }
        Err(Error::Failed(Box::new(Failure {
            code: reply.code.to_string().into(),
            message: format!("the server refuses {to}: {}", reply.lines.join(" ")),
            fields: vec![("server", self.wire.name.clone())],
        })))
    }
}

/// Refuses what would end a line, or is no ASCII, before anything is sent.
fn check(message: &Message<'_>) -> Result<()> {
    for address in message.to.iter().chain([&message.from]) {
        if !address.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>')) {
            return Err(Error::invalid(format!(
                "the address {address:?} cannot be sent: it must be ASCII, without spaces"
            )));
        }
    }
    if message.to.is_empty() {
        return Err(Error::invalid("the message has no recipients: add `to`, `cc` or `bcc`"));
    }
    Ok(())
}

/// A message as it is sent: a line that begins with a dot gets another one, and a dot of its own is the end.
fn dotted(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + content.len() / 50 + 5);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            bytes.push(b'.');
        }
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        bytes.extend_from_slice(bare.strip_suffix(b"\r").unwrap_or(bare));
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b".\r\n");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_at_the_beginning_are_doubled() {
        for (content, expected) in
            [("a\r\n", "a\r\n.\r\n"), ("a\n.\n..b", "a\r\n..\r\n...b\r\n.\r\n"), ("", ".\r\n")]
        {
            assert_eq!(dotted(content.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn addresses_cannot_be_commands() {
        for address in ["a@b\r\nDATA", "a@b> SIZE=1", "ä@b", "a b@c"] {
            assert!(check(&Message { from: address, to: &["a@b"], content: b"" }).is_err());
            assert!(check(&Message { from: "a@b", to: &[address], content: b"" }).is_err());
        }
        assert!(check(&Message { from: "a@b", to: &[], content: b"" }).is_err());
        assert!(check(&Message { from: "a@b", to: &["c@d"], content: b"" }).is_ok());
    }
}
