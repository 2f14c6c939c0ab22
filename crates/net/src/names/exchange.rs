//! One name server is asked for the addresses of one name.

use super::message::{decode, encode, Kind, Query, Reply};
use crate::Until;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

/// How much longer the other kind of address is waited for when there are addresses of one kind: the
/// "resolution delay" of RFC 8305 is 50 ms, and a function's network slower than most.
const PATIENCE: Duration = Duration::from_millis(100);
/// Longer than any packet over UDP without EDNS.
const MAX_PACKET: usize = 4096;

/// Asks for both kinds of address at once, over UDP, and over TCP where an answer is too large. What
/// is missing did not come in time.
///
/// # Errors
/// When the server cannot be reached.
pub(super) fn ask(server: SocketAddr, name: &str, until: Until) -> io::Result<[Option<Reply>; 2]> {
    let queries = [query(name, Kind::A)?, query(name, Kind::Aaaa)?];
    let mut replies = over_udp(server, &queries, until)?;
    for (reply, query) in replies.iter_mut().zip(&queries) {
        if *reply == Some(Reply::Truncated) {
            *reply = Some(over_tcp(server, query, until)?);
        }
    }
    Ok(replies)
}

fn query(name: &str, kind: Kind) -> io::Result<Query<'_>> {
    let mut id = [0; 2];
    getrandom::fill(&mut id)?;
    Ok(Query { id: u16::from_ne_bytes(id), name, kind })
}

fn over_udp(server: SocketAddr, queries: &[Query<'_>; 2], until: Until) -> io::Result<[Option<Reply>; 2]> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    // Port 0: the system picks a random one. Connected, it takes packets from this server alone.
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    for query in queries {
        socket.send(&packet(query)?)?;
    }
    let mut replies = [None, None];
    let mut until = until;
    let mut buffer = [0; MAX_PACKET];
    while replies.iter().any(Option::is_none) {
        let Some(slice) = until.slice() else {
            break;
        };
        socket.set_read_timeout(Some(slice))?;
        let length = match socket.recv(&mut buffer) {
            Ok(length) => length,
            Err(error) if is_timeout(&error) || error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for (reply, query) in replies.iter_mut().zip(queries) {
            if let Some(answer) = decode(&buffer[..length], query) {
                if matches!(&answer, Reply::Found(found) if !found.addresses.is_empty()) {
                    until = until.by(Some(Instant::now() + PATIENCE));
                }
                *reply = Some(answer);
            }
        }
    }
    Ok(replies)
}

fn over_tcp(server: SocketAddr, query: &Query<'_>, until: Until) -> io::Result<Reply> {
    let late = || io::Error::from(ErrorKind::TimedOut);
    let left = || until.left().filter(|left| !left.is_zero()).ok_or_else(late);
    let mut stream = TcpStream::connect_timeout(&server, left()?)?;
    let packet = packet(query)?;
    let length = u16::try_from(packet.len()).map_err(io::Error::other)?;
    stream.set_write_timeout(Some(left()?))?;
    stream.write_all(&[&length.to_be_bytes(), &*packet].concat())?;
    let mut read = |buffer: &mut [u8]| -> io::Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            stream.set_read_timeout(Some(until.slice().ok_or_else(late)?))?;
            match stream.read(&mut buffer[filled..]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => filled += count,
                Err(error) if is_timeout(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    };
    let mut length = [0; 2];
    read(&mut length)?;
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    read(&mut answer)?;
    Ok(match decode(&answer, query) {
        Some(Reply::Truncated) | None => Reply::Failed("a malformed packet".into()),
        Some(reply) => reply,
    })
}

fn packet(query: &Query<'_>) -> io::Result<Vec<u8>> {
    encode(query).ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "the name is too long"))
}

/// Whether waiting came to its end: the system says it in two ways.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
