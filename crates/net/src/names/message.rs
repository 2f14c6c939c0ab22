//! The packets of DNS: a question, and what an answer to it says.

use simple_dns::rdata::RData;
use simple_dns::{header_buffer, Name, Packet, PacketFlag, Question, CLASS, QCLASS, RCODE, TYPE};
use std::net::IpAddr;
use std::time::Duration;

/// The longest name that a packet can hold, as text.
const MAX_NAME: usize = 253;
/// An alias may lead to so many others.
pub(super) const MAX_ALIASES: usize = 16;

/// A question for one kind of address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query<'a> {
    /// Random: it is what makes a forged answer unlikely.
    pub(super) id: u16,
    pub(super) name: &'a str,
    pub(super) kind: Kind,
}

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    A,
    Aaaa,
}

impl Kind {
    fn code(self) -> TYPE {
        match self {
            Self::A => TYPE::A,
            Self::Aaaa => TYPE::AAAA,
        }
    }
}

/// What a server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// There is such a name.
    Found(Found),
    /// There is no such name.
    NoSuchName,
    /// The whole response is too large for UDP.
    Truncated,
    /// The server doesn't know; its word for it.
    Failed(String),
}

/// The addresses of one kind, if there are any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) addresses: Vec<IpAddr>,
    /// How long that is so.
    pub(super) ttl: Duration,
    /// The name that an alias leads to, when the server says nothing of that name itself.
    pub(super) alias: Option<String>,
}

/// Whether a host can be asked for: what is no host name would mean something else in a packet.
pub(super) fn is_host_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        matches!(label.len(), 1..=63) && label.bytes().all(plain)
    };
    host.len() <= MAX_NAME && host.split('.').all(is_label)
}

/// The packet of a question. `None` when the name is too long for one.
pub(super) fn encode(query: &Query<'_>) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(query.id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new(query.name).ok()?;
    packet.questions.push(Question::new(name, query.kind.code().into(), CLASS::IN.into(), false));
    packet.build_bytes_vec().ok()
}

/// What a packet says to a question. `None` when it is no answer to it.
pub(super) fn decode(packet: &[u8], query: &Query<'_>) -> Option<Reply> {
    if header_buffer::id(packet).ok()? != query.id
        || !header_buffer::has_flags(packet, PacketFlag::RESPONSE).ok()?
    {
        return None;
    }
    if header_buffer::has_flags(packet, PacketFlag::TRUNCATION).ok()? {
        return Some(Reply::Truncated);
    }
    let Some(packet) = parse(packet) else {
        return Some(Reply::Failed("a malformed packet".into()));
    };
    let question = packet.questions.first()?;
    let is_ours = text(&question.qname) == query.name.to_ascii_lowercase()
        && question.qtype == query.kind.code().into()
        && question.qclass == QCLASS::CLASS(CLASS::IN);
    if packet.questions.len() != 1 || !is_ours {
        return None;
    }
    Some(match packet.rcode() {
        RCODE::NoError => follow(&packet, query).map_or_else(Reply::Failed, Reply::Found),
        RCODE::NameError => Reply::NoSuchName,
        RCODE::ServerFailure => Reply::Failed("SERVFAIL".into()),
        RCODE::Refused => Reply::Failed("REFUSED".into()),
        RCODE::FormatError => Reply::Failed("FORMERR".into()),
        RCODE::NotImplemented => Reply::Failed("NOTIMP".into()),
        other => Reply::Failed(format!("{other:?}")),
    })
}

fn parse(packet: &[u8]) -> Option<Packet<'_>> {
    // The parser makes room for as many records as the packet claims to have.
    let count = usize::from(header_buffer::questions(packet).ok()?)
        + usize::from(header_buffer::answers(packet).ok()?)
        + usize::from(header_buffer::name_servers(packet).ok()?)
        + usize::from(header_buffer::additional_records(packet).ok()?);
    if count > packet.len() {
        return None;
    }
    Packet::parse(packet).ok()
}

/// The addresses that the answers lead to from the name that was asked for.
fn follow(packet: &Packet<'_>, query: &Query<'_>) -> Result<Found, String> {
    let mut name = query.name.to_ascii_lowercase();
    let mut ttl = u32::MAX;
    let mut is_alias = false;
    for _ in 0..=MAX_ALIASES {
        let of_name =
            || packet.answers.iter().filter(|record| record.class == CLASS::IN && text(&record.name) == name);
        let addresses: Vec<_> = of_name()
            .filter_map(|record| {
                let address: IpAddr = match (&record.rdata, query.kind) {
                    (RData::A(a), Kind::A) => a.address.to_be_bytes().into(),
                    (RData::AAAA(aaaa), Kind::Aaaa) => aaaa.address.to_be_bytes().into(),
                    _ => return None,
                };
                ttl = ttl.min(record.ttl);
                Some(address)
            })
            .collect();
        let alias = of_name().find_map(|record| match &record.rdata {
            RData::CNAME(target) => Some((text(&target.0), record.ttl)),
            _ => None,
        });
        let Some((target, alias_ttl)) = alias.filter(|_| addresses.is_empty()) else {
            let alias = Some(name).filter(|_| is_alias && addresses.is_empty());
            return Ok(Found { addresses, ttl: Duration::from_secs(ttl.into()), alias });
        };
        ttl = ttl.min(alias_ttl);
        name = target;
        is_alias = true;
    }
    Err("aliases that form a loop".into())
}

fn text(name: &Name<'_>) -> String {
    name.to_string().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QUERY: Query<'static> = Query { id: 0x1234, name: "api.example", kind: Kind::A };
    /// The question as it is in a packet.
    const QUESTION: &[u8] = b"\x03api\x07example\x00\x00\x01\x00\x01";
    /// A record of the question's name: 10.0.0.7 for a minute.
    const RECORD: &[u8] = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x07";

    fn packet(flags: [u8; 2], answers: u8, rest: &[&[u8]]) -> Vec<u8> {
        let head = [0x12, 0x34, flags[0], flags[1], 0, 1, 0, answers, 0, 0, 0, 0];
        [&head[..], QUESTION, &rest.concat()].concat()
    }

    #[test]
    fn a_question() {
        assert_eq!(encode(&QUERY).unwrap(), [&packet([0x01, 0x00], 0, &[])[..12], QUESTION].concat());
        assert_eq!(encode(&Query { name: &"a.".repeat(128), ..QUERY }), None);
    }

    #[test]
    fn an_answer() {
        let Some(Reply::Found(found)) = decode(&packet([0x81, 0x80], 1, &[RECORD]), &QUERY) else {
            panic!("not found");
        };
        assert_eq!(found.addresses, ["10.0.0.7".parse::<IpAddr>().unwrap()]);
        assert_eq!((found.ttl, found.alias), (Duration::from_mins(1), None));
    }

    #[test]
    fn what_is_no_answer() {
        let good = packet([0x81, 0x80], 1, &[RECORD]);
        assert_eq!(decode(&good, &Query { id: 0x1235, ..QUERY }), None);
        assert_eq!(decode(&good, &Query { kind: Kind::Aaaa, ..QUERY }), None);
        assert_eq!(decode(&good, &Query { name: "other.example", ..QUERY }), None);
        assert_eq!(decode(&packet([0x01, 0x80], 1, &[RECORD]), &QUERY), None);
        assert_eq!(decode(b"", &QUERY), None);
    }

    #[test]
    fn bad_news() {
        let code = |code: u8| decode(&packet([0x81, code], 0, &[]), &QUERY);
        assert_eq!(code(3), Some(Reply::NoSuchName));
        for (number, word) in [(1, "FORMERR"), (2, "SERVFAIL"), (4, "NOTIMP"), (5, "REFUSED")] {
            assert_eq!(code(number), Some(Reply::Failed(word.into())));
        }
        assert_eq!(decode(&packet([0x83, 0x80], 0, &[]), &QUERY), Some(Reply::Truncated));
    }

    #[test]
    fn what_is_cut_off_or_lies_about_its_length() {
        let malformed = Some(Reply::Failed("a malformed packet".into()));
        let good = packet([0x81, 0x80], 1, &[RECORD]);
        for length in 12..good.len() {
            assert_eq!(decode(&good[..length], &QUERY), malformed, "{length}");
        }
        let mut lie = good.clone();
        lie[6..8].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(decode(&lie, &QUERY), malformed);
        // A name that is a pointer to itself.
        let circle = packet([0x81, 0x80], 1, &[b"\xc0\x1d", &RECORD[2..]]);
        assert_eq!(decode(&circle, &QUERY), malformed);
    }

    proptest! {
        #[test]
        fn no_packet_is_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..80), answers in 0_u8..4) {
            let _ = decode(&bytes, &QUERY);
            let _ = decode(&packet([0x81, 0x80], answers, &[&bytes]), &QUERY);
        }

        #[test]
        fn no_record_is_too_strange(kind in any::<u16>(), data in prop::collection::vec(any::<u8>(), 0..60)) {
            let length = u16::try_from(data.len()).unwrap().to_be_bytes();
            let record = [&b"\xc0\x0c"[..], &kind.to_be_bytes(), b"\x00\x01\x00\x00\x00\x3c", &length, &data].concat();
            let reply = decode(&packet([0x81, 0x80], 2, &[&record, RECORD]), &QUERY);
            prop_assert!(reply.is_some());
        }
    }
}
