//! The little of HTTP/1.1 that the Runtime API needs: one connection, one request at a time, each
//! sent with one `write`, and responses with every framing that HTTP/1.1 has.

use net::Until;
use rustix::io::Errno;
use rustix::net::{recv, RecvFlags};
use std::io::{self, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A response's head is refused beyond this many bytes: invocation headers hold at most a few KiB.
const MAX_HEAD: usize = 256 * 1024;
/// Headers in a response.
const MAX_HEADERS: usize = 128;
/// What is reserved at once for a body, however long it is said to be.
const MAX_RESERVE: usize = 8 * 1024 * 1024;
/// What is read from the socket at once.
const READ_SIZE: usize = 4 * 1024;

/// Names in lower case with their values, in the order of their arrival.
pub(super) type Headers = Vec<(String, String)>;

/// A response, read to its end.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum Broken {
    /// Not one byte of a response came: the request may not have been seen.
    NoResponse(io::Error),
    /// The response began and cannot be used.
    Partial(io::Error),
}

/// One kept-alive connection; over anything that can be read, as far as only responses matter.
pub(super) struct Connection<S = TcpStream> {
    stream: S,
    /// Bytes read and not used yet are `buffer[..filled]`.
    buffer: Vec<u8>,
    filled: usize,
    /// Whether the server keeps the connection after the last response.
    pub(super) kept: bool,
    /// Whether a limit for writes is set.
    limits_writes: bool,
}

/// How the end of a body is found.
enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

/// A response's head, parsed.
struct Head {
    status: u16,
    headers: Headers,
    framing: Framing,
    keep: bool,
    length: usize,
}

impl Connection {
    pub(super) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream))
    }

    /// Sends a request, head and body in one `write`, and waits for the response without a limit:
    /// the environment may be frozen for hours meanwhile.
    pub(super) fn exchange(&mut self, head: &[u8], body: &[u8]) -> Result<Response, Broken> {
        // A server may respond and close before it has read all (413): look for its response even
        // when the rest could not be sent.
        let sent = self.send(&mut [IoSlice::new(head), IoSlice::new(body)], Until::NEVER);
        match self.receive() {
            Err(Broken::NoResponse(error)) => Err(Broken::NoResponse(sent.err().unwrap_or(error))),
            other => other,
        }
    }

    /// Whether it can be used for another request: it is open, and nothing has come over it that nobody
    /// asked for. That would be taken for the response to the next request.
    pub(super) fn is_idle(&self) -> bool {
        let peeked = recv(&self.stream, &mut [0; 1], RecvFlags::PEEK | RecvFlags::DONTWAIT);
        let has_more = self.filled > 0 || matches!(peeked, Ok((1.., _)));
        if has_more {
            log::warn!("the Runtime API sent more than one response to a request; the rest is dropped");
        }
        !has_more && peeked == Err(Errno::WOULDBLOCK)
    }

    /// How long a single read may take from now on.
    pub(super) fn limit_reads(&self, limit: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(limit)
    }

    /// Sends the parts one after the other, in one `write` if the system takes them so.
    ///
    /// # Errors
    /// `TimedOut` when not all of them could be sent in time.
    pub(super) fn send(&mut self, parts: &mut [IoSlice<'_>], until: Until) -> io::Result<()> {
        let mut rest = parts;
        while rest.iter().any(|slice| !slice.is_empty()) {
            self.limit_writes(until)?;
            match self.stream.write_vectored(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut rest, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A write ends at that instant.
    fn limit_writes(&mut self, until: Until) -> io::Result<()> {
        if until.at().is_none() && !self.limits_writes {
            return Ok(());
        }
        let left = until.left();
        if left.is_some_and(|left| left.is_zero()) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.limits_writes = left.is_some();
        self.stream.set_write_timeout(left)
    }
}

impl<S: Read> Connection<S> {
    /// A connection that is open.
    pub(super) fn over(stream: S) -> Self {
        Self { stream, buffer: vec![0; READ_SIZE], filled: 0, kept: true, limits_writes: false }
    }

    /// Waits for a response.
    pub(super) fn receive(&mut self) -> Result<Response, Broken> {
        self.kept = false;
        let head = loop {
            let head = self.read_head()?;
            self.consume(head.length);
            // Interim responses (100 Continue) come before the real one.
            if head.status >= 200 {
                break head;
            }
        };
        let body = match head.framing {
            Framing::Length(length) => self.read_sized(length),
            Framing::Chunked => self.read_chunked(),
            Framing::UntilClose => self.read_until_close(),
        };
        let body = body.map_err(Broken::Partial)?;
        self.kept = head.keep;
        Ok(Response { status: head.status, headers: head.headers, body })
    }

    fn read_head(&mut self) -> Result<Head, Broken> {
        loop {
            if self.filled > 0 {
                if let Some(head) = parse_head(&self.buffer[..self.filled]).map_err(Broken::Partial)? {
                    return Ok(head);
                }
                if self.filled >= MAX_HEAD {
                    return Err(Broken::Partial(invalid("the response's head is too long")));
                }
            }
            let silent = self.filled == 0;
            match self.fill() {
                Ok(()) => {}
                Err(error) if silent => return Err(Broken::NoResponse(error)),
                Err(error) => return Err(Broken::Partial(error)),
            }
        }
    }

    /// Reads at least one byte more into the buffer.
    fn fill(&mut self) -> io::Result<()> {
        if self.buffer.len() - self.filled < READ_SIZE / 2 {
            self.buffer.resize(self.buffer.len() + READ_SIZE, 0);
        }
        loop {
            match self.stream.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.filled += count;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Forgets the first `count` bytes of the buffer.
    fn consume(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
    }

    fn read_sized(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut body = Vec::with_capacity(length.min(MAX_RESERVE));
        self.append_sized(&mut body, length)?;
        Ok(body)
    }

    fn append_sized(&mut self, body: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let here = self.filled.min(length);
        body.extend_from_slice(&self.buffer[..here]);
        self.consume(here);
        let missing = length - here;
        if missing > 0 {
            let read = (&mut self.stream).take(missing as u64).read_to_end(body)?;
            if read < missing {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    fn read_chunked(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let (start, size) = loop {
                match httparse::parse_chunk_size(&self.buffer[..self.filled]) {
                    Ok(httparse::Status::Complete(found)) => break found,
                    Ok(httparse::Status::Partial) if self.filled < MAX_HEAD => self.fill()?,
                    _ => return Err(invalid("the response has a chunk without a valid size")),
                }
            };
            self.consume(start);
            if size == 0 {
                self.skip_trailers()?;
                return Ok(body);
            }
            let size =
                usize::try_from(size).map_err(|_| invalid("the response has a chunk that is too large"))?;
            self.append_sized(&mut body, size)?;
            while self.filled < 2 {
                self.fill()?;
            }
            if &self.buffer[..2] != b"\r\n" {
                return Err(invalid("a chunk of the response is longer than its size"));
            }
            self.consume(2);
        }
    }

    /// Reads to the empty line that ends a chunked body. The Runtime API's responses have no
    /// trailers that mean anything.
    fn skip_trailers(&mut self) -> io::Result<()> {
        loop {
            let here = &self.buffer[..self.filled];
            match here.windows(2).position(|pair| pair == b"\r\n") {
                Some(0) => {
                    self.consume(2);
                    return Ok(());
                }
                Some(end) => self.consume(end + 2),
                None if self.filled >= MAX_HEAD => {
                    return Err(invalid("the response's trailers are too long"))
                }
                None => self.fill()?,
            }
        }
    }

    fn read_until_close(&mut self) -> io::Result<Vec<u8>> {
        let mut body = self.buffer[..self.filled].to_vec();
        self.filled = 0;
        self.stream.read_to_end(&mut body)?;
        Ok(body)
    }
}

/// Parses a response's head; `None` when it is not all there yet.
fn parse_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut space = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut space);
    let length = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(invalid(&format!("the response is not HTTP/1.1: {error}"))),
    };
    let status = response.code.unwrap_or_default();
    let headers: Headers = response
        .headers
        .iter()
        .map(|header| {
            let value = String::from_utf8_lossy(header.value).into_owned();
            (header.name.to_ascii_lowercase(), value)
        })
        .collect();
    let connection = find(&headers, "connection").unwrap_or_default();
    let keep = if response.version == Some(1) {
        !has_token(connection, "close")
    } else {
        has_token(connection, "keep-alive")
    };
    let framing = framing(status, &headers)?;
    Ok(Some(Head { status, keep: keep && !matches!(framing, Framing::UntilClose), headers, framing, length }))
}

/// Which framing a body has (RFC 9112, section 6.3).
fn framing(status: u16, headers: &Headers) -> io::Result<Framing> {
    if status < 200 || matches!(status, 204 | 304) {
        return Ok(Framing::Length(0));
    }
    if let Some(coding) = find(headers, "transfer-encoding") {
        return if coding.eq_ignore_ascii_case("chunked") {
            Ok(Framing::Chunked)
        } else {
            Err(invalid(&format!("the response has the unknown transfer encoding \"{coding}\"")))
        };
    }
    let mut lengths = headers.iter().filter(|(name, _)| name == "content-length");
    let Some((_, first)) = lengths.next() else {
        return Ok(Framing::UntilClose);
    };
    if lengths.any(|(_, other)| other != first) {
        return Err(invalid("the response has two different Content-Length headers"));
    }
    match first.trim().parse() {
        Ok(length) => Ok(Framing::Length(length)),
        Err(_) => Err(invalid(&format!("the response has the Content-Length \"{first}\""))),
    }
}

/// The first value of a header; `name` in lower case.
pub(super) fn find<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn has_token(list: &str, token: &str) -> bool {
    list.split(',').any(|item| item.trim().eq_ignore_ascii_case(token))
}

fn invalid(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// What `exchange` makes of these bytes, sent in pieces of this size and then closed.
    fn response(bytes: &[u8], piece: usize) -> Result<Response, Broken> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut connection = Connection::open(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut request = [0; 5];
                server.read_exact(&mut request).unwrap();
                for piece in bytes.chunks(piece) {
                    if server.write_all(piece).is_err() {
                        break;
                    }
                }
            });
            connection.exchange(b"GE", b"T\n\n")
        })
    }

    fn body(bytes: &[u8]) -> Vec<u8> {
        for piece in [1, 3, 1000] {
            let response = response(bytes, piece).unwrap();
            if piece == 1000 {
                return response.body;
            }
        }
        unreachable!()
    }

    fn problem(bytes: &[u8]) -> String {
        match response(bytes, 1000) {
            Err(Broken::Partial(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_framing_is_read() {
        assert_eq!(body(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), b"hi");
        assert_eq!(body(b"HTTP/1.1 204 No Content\r\n\r\n"), b"");
        assert_eq!(body(b"HTTP/1.0 200 OK\r\n\r\nto the end"), b"to the end");
        assert_eq!(
            body(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"),
            b"abc0123456789"
        );
        assert_eq!(
            body(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\n"),
            b"a"
        );
        assert_eq!(body(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"), b"x");
    }

    #[test]
    fn keep_alive_is_known() {
        let keeps = |text: &str| {
            let head = format!("HTTP/1.{text}\r\n\r\n");
            parse_head(head.as_bytes()).unwrap().unwrap().keep
        };
        assert!(keeps("1 200 OK\r\nContent-Length: 0"));
        assert!(!keeps("1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close"));
        assert!(!keeps("0 200 OK\r\nContent-Length: 0"));
        assert!(keeps("0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive"));
        assert!(!keeps("1 200 OK"));
    }

    #[test]
    fn broken_responses_are_refused() {
        assert!(problem(b"SSH-2.0-OpenSSH\r\n\r\n").contains("not HTTP/1.1"));
        assert!(problem(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").contains("Content-Length \"x\""));
        assert!(problem(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
            .contains("two different"));
        assert!(problem(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n").contains("gzip"));
        assert!(problem(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").contains("chunk"));
        assert!(problem(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc").contains("longer"));
        problem(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        problem(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999\r\n\r\nhalf");
        problem(b"HTTP/1.1 200");
        assert!(matches!(response(b"", 1), Err(Broken::NoResponse(_))));
    }
}
