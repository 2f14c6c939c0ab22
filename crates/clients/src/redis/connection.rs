//! A connection to one node: logging in, and commands with their replies.

use super::cluster::Node;
use super::{Command, Reply, Settings};
use crate::wire::{Budget, Network, Time, Wire};
use crate::{Error, Failure, Result};
use net::Trust;

/// So many commands are sent before their replies are read: a server that holds back more of them may close the connection.
pub(super) const BATCH: usize = 1000;

/// Connects to a node and logs in.
pub(super) fn open(network: &Network, settings: &Settings, node: &Node, time: &Time) -> Result<Wire> {
    let mut wire = network.connect(&node.host, node.port, time)?;
    if settings.is_secured {
        network.secure(&mut wire, Trust::Full, time)?;
    }
    let user = settings.user.as_deref().unwrap_or("default");
    let mut hello = words(&["HELLO", "3"]);
    if let Some(password) = &settings.password {
        hello.extend(words(&["AUTH", user, password]));
    }
    let reply = exchange(&mut wire, network, &[&hello], time)?.remove(0);
    if let Reply::Error(message) = &reply {
        // A server before Redis 6: it has neither RESP3 nor users, unless the password is for one.
        let is_unknown = message.starts_with("ERR unknown command") || message.starts_with("NOPROTO");
        match (&settings.password, is_unknown) {
            (_, false) => return Err(thrown(&wire.name, message)),
            (None, true) => {}
            (Some(password), true) => {
                let user = settings.user.as_deref();
                let login: Vec<_> = ["AUTH"].into_iter().chain(user).chain([password.as_str()]).collect();
                expect(&mut wire, network, &words(&login), time)?;
            }
        }
    }
    if settings.database != 0 {
        expect(&mut wire, network, &words(&["SELECT", &settings.database.to_string()]), time)?;
    }
    Ok(wire)
}

/// Whether a connection from before can be used.
pub(super) fn is_alive(wire: &mut Wire, network: &Network, time: &Time) -> bool {
    wire.is_alive(time, |wire, time| expect(wire, network, &words(&["PING"]), time))
}

fn expect(wire: &mut Wire, network: &Network, command: &Command, time: &Time) -> Result<()> {
    match exchange(wire, network, &[command], time)?.remove(0) {
        Reply::Error(message) => Err(thrown(&wire.name, &message)),
        _ => Ok(()),
    }
}

/// Sends commands and reads a reply to each.
pub(super) fn exchange(
    wire: &mut Wire,
    network: &Network,
    commands: &[&Command],
    time: &Time,
) -> Result<Vec<Reply>> {
    let mut budget = Budget::new(network.memory);
    let mut replies = Vec::with_capacity(commands.len());
    for commands in commands.chunks(BATCH) {
        let mut bytes = Vec::new();
        for command in commands {
            encode(command, &mut bytes);
        }
        wire.send(&bytes, time)?;
        for _ in commands {
            replies.push(wire.receive(time, &mut budget, Reply::read)?);
        }
    }
    Ok(replies)
}

/// The error that a server's reply is.
pub(super) fn thrown(server: &str, message: &str) -> Error {
    let (code, text) = match message.split_once(' ') {
        Some((code, text)) if code.bytes().all(|byte| byte.is_ascii_uppercase()) => (code, text),
        _ => ("ERR", message),
    };
    let advice = match code {
        "NOAUTH" => "; add user and password to the URL",
        "WRONGPASS" => "; check user and password of the URL",
        _ => "",
    };
    Error::Failed(Box::new(Failure {
        code: code.to_owned().into(),
        message: format!("{text}{advice}"),
        fields: vec![("server", server.to_owned())],
    }))
}

/// A command made of words.
pub(super) fn words(words: &[&str]) -> Command {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

fn encode(command: &Command, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(format!("*{}\r\n", command.len()).as_bytes());
    for argument in command {
        bytes.extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
        bytes.extend_from_slice(argument);
        bytes.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_arrays_of_strings() {
        let mut bytes = Vec::new();
        encode(&words(&["SET", "k", ""]), &mut bytes);
        assert_eq!(bytes, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
    }

    #[test]
    fn codes_are_the_first_word() {
        let code = |message| match thrown("h:1", message) {
            Error::Failed(failure) => (failure.code.into_owned(), failure.message),
            Error::Deadline => unreachable!(),
        };
        assert_eq!(code("WRONGTYPE Operation"), ("WRONGTYPE".into(), "Operation".into()));
        assert_eq!(code("the sky is falling"), ("ERR".into(), "the sky is falling".into()));
    }
}
