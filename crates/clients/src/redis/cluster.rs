//! Which node of a cluster has which keys.
//!
//! See <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/>.

use super::{Command, Reply};
use std::collections::BTreeMap;

const SLOTS: u16 = 16384;

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub(super) host: String,
    pub(super) port: u16,
}

/// The nodes of slots, as far as they are known: by the last slot of each range, its first slot and its node.
#[derive(Debug, Default)]
pub(super) struct Slots(BTreeMap<u16, (u16, Node)>);

/// What a server says of a command for another node.
#[derive(Debug, PartialEq)]
pub(super) enum Redirect {
    /// The keys of this slot are at that node from now on.
    Moved(u16, Node),
    /// This command is for that node; the next one may not be.
    Ask(Node),
    /// The keys are on their way from one node to the other: later.
    Again,
}

impl Slots {
    /// The node that has a command's keys, if that is known.
    pub(super) fn node(&self, command: &Command) -> Option<&Node> {
        if self.0.is_empty() {
            return None;
        }
        let slot = slot_of(command)?;
        let (_, (first, node)) = self.0.range(slot..).next()?;
        (*first <= slot).then_some(node)
    }

    /// All nodes.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.0.values().map(|(_, node)| node)
    }

    /// Reads the reply to `CLUSTER SLOTS`; a node without a name is the one that was asked.
    pub(super) fn read(reply: &Reply, asked: &Node) -> Option<Self> {
        let Reply::Array(ranges) = reply else { return None };
        let mut slots = BTreeMap::new();
        for range in ranges {
            let Reply::Array(range) = range else { return None };
            let [Reply::Integer(first), Reply::Integer(last), Reply::Array(node), ..] = range.as_slice()
            else {
                return None;
            };
            let [host, Reply::Integer(port), ..] = node.as_slice() else { return None };
            let host = match host {
                Reply::Bytes(host) if !host.is_empty() && host != b"?" => {
                    String::from_utf8(host.clone()).ok()?
                }
                _ => asked.host.clone(),
            };
            let node = Node { host, port: u16::try_from(*port).ok()? };
            let [first, last] =
                [first, last].map(|slot| u16::try_from(*slot).ok().filter(|slot| *slot < SLOTS));
            slots.insert(last?, (first?, node));
        }
        Some(Self(slots))
    }
}

impl Redirect {
    /// Reads an error such as `MOVED 3999 127.0.0.1:6381`; a node without a host is the one that was asked.
    pub(super) fn read(message: &str, asked: &Node) -> Option<Self> {
        let mut words = message.split(' ');
        let kind = words.next()?;
        if kind == "TRYAGAIN" {
            return Some(Self::Again);
        }
        if !matches!(kind, "MOVED" | "ASK") {
            return None;
        }
        let slot = words.next()?.parse().ok().filter(|slot| *slot < SLOTS)?;
        let (host, port) = words.next()?.rsplit_once(':')?;
        let host = if host.is_empty() { &asked.host } else { host.trim_matches(['[', ']']) };
        let node = Node { host: host.to_owned(), port: port.parse().ok()? };
        Some(if kind == "ASK" { Self::Ask(node) } else { Self::Moved(slot, node) })
    }
}

/// The slot of a command, if it has a key.
pub(super) fn slot_of(command: &Command) -> Option<u16> {
    key(command).map(slot)
}

/// The first key of a command. A wrong guess costs a redirect.
fn key(command: &Command) -> Option<&[u8]> {
    let at = match command.first()?.to_ascii_uppercase().as_slice() {
        b"EVAL" | b"EVALSHA" | b"EVAL_RO" | b"EVALSHA_RO" | b"FCALL" | b"FCALL_RO" | b"BLMPOP"
        | b"BZMPOP" => 3,
        b"BITOP" | b"OBJECT" | b"MEMORY" | b"XINFO" | b"XGROUP" | b"LMPOP" | b"ZMPOP" | b"SINTERCARD"
        | b"ZUNION" | b"ZINTER" | b"ZDIFF" | b"ZINTERCARD" | b"DEBUG" => 2,
        b"XREAD" | b"XREADGROUP" => {
            1 + command.iter().position(|argument| argument.eq_ignore_ascii_case(b"STREAMS"))?
        }
        b"PING" | b"INFO" | b"PUBLISH" | b"CLUSTER" | b"CONFIG" | b"SCRIPT" | b"DBSIZE" | b"TIME"
        | b"FLUSHALL" | b"FLUSHDB" | b"SCAN" => return None,
        _ => 1,
    };
    command.get(at).map(Vec::as_slice)
}

/// The slot of a key: only what is between the first `{` and the next `}` counts, if there is anything.
fn slot(key: &[u8]) -> u16 {
    let open = key.iter().position(|byte| *byte == b'{');
    let tag = open.and_then(|open| {
        let rest = &key[open + 1..];
        let close = rest.iter().position(|byte| *byte == b'}')?;
        Some(&rest[..close]).filter(|tag| !tag.is_empty())
    });
    crc16(tag.unwrap_or(key)) % SLOTS
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::connection::words;
    use super::*;

    fn node(host: &str, port: u16) -> Node {
        Node { host: host.to_owned(), port }
    }

    #[test]
    fn slots_are_those_of_the_specification() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(slot(b"{user1000}.following"), slot(b"user1000"));
        assert_eq!(slot(b"foo{}{bar}"), crc16(b"foo{}{bar}") % SLOTS);
        assert_eq!(slot(b"foo{{bar}}zap"), slot(b"{bar"));
        assert_eq!(slot(b"foo{bar}{zap}"), slot(b"bar"));
    }

    #[test]
    fn redirects_name_a_node() {
        let asked = node("a", 1);
        let read = |text| Redirect::read(text, &asked);
        assert_eq!(read("MOVED 3999 127.0.0.1:6381"), Some(Redirect::Moved(3999, node("127.0.0.1", 6381))));
        assert_eq!(read("MOVED 3999 :6381"), Some(Redirect::Moved(3999, node("a", 6381))));
        assert_eq!(read("ASK 3999 ::1:6381"), Some(Redirect::Ask(node("::1", 6381))));
        assert_eq!(read("TRYAGAIN Multiple keys"), Some(Redirect::Again));
        for text in ["MOVED", "MOVED x a:1", "MOVED 16384 a:1", "MOVED 1 a", "MOVED 1 a:x", "ERR no"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn keys_are_found() {
        for (command, expected) in [
            (&["GET", "k"][..], Some("k")),
            (&["EVAL", "return 1", "1", "k"], Some("k")),
            (&["eval", "return 1", "0"], None),
            (&["XREAD", "COUNT", "2", "streams", "k", "0"], Some("k")),
            (&["PING"], None),
            (&["PUBLISH", "channel", "x"], None),
        ] {
            assert_eq!(key(&words(command)), expected.map(str::as_bytes), "{command:?}");
        }
    }

    #[test]
    fn ranges_lead_to_nodes() {
        let range = |first, last, host: &str, port| {
            let node = Reply::Array(vec![Reply::Bytes(host.into()), Reply::Integer(port)]);
            Reply::Array(vec![Reply::Integer(first), Reply::Integer(last), node])
        };
        let reply = Reply::Array(vec![range(0, 99, "b", 2), range(200, 16383, "", 3)]);
        let slots = Slots::read(&reply, &node("a", 1)).unwrap();
        let key_in = |range: std::ops::Range<u16>| {
            (0..1_000_000_u32)
                .map(|number| number.to_string())
                .find(|key| range.contains(&slot(key.as_bytes())))
                .unwrap()
        };
        let found = |range| slots.node(&words(&["GET", &key_in(range)]));
        assert_eq!(found(0..100), Some(&node("b", 2)));
        assert_eq!(found(100..200), None);
        assert_eq!(found(200..16384), Some(&node("a", 3)));
        for reply in [Reply::Null, Reply::Array(vec![Reply::Null]), Reply::Array(vec![range(0, 99, "b", -1)])]
        {
            assert!(Slots::read(&reply, &node("a", 1)).is_none());
        }
    }
}
