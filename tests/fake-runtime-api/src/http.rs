//! The server's side of HTTP/1.1: reads requests, writes answers.
//!
//! It knows nothing of Lambda, and takes its timestamps right after `read`
//! returns, before any other work, so that the benchmarks can use it too.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::{Chunk, Request};

/// The bytes of an answer with a `Content-Length`, to be written in one go.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = head(status, headers);
    let length = body.len();
    bytes.extend_from_slice(format!("Content-Length: {length}\r\n\r\n").as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// The status line and the headers, without the empty line that ends them.
pub(crate) fn head(status: u16, headers: &[(&str, &str)]) -> Vec<u8> {
    // The reason carries no meaning in HTTP/1.1; real Lambda sends proper ones.
    let mut bytes = format!("HTTP/1.1 {status} Status\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes
}

/// One connection to a client.
pub struct Connection {
    stream: TcpStream,
    number: usize,
    buffer: Vec<u8>,
    /// `buffer[start..end]` was read from the stream and not used yet.
    start: usize,
    end: usize,
    last_read: Instant,
}

impl Connection {
    /// Takes an accepted stream; `number` will be in its requests.
    ///
    /// # Errors
    /// When `TCP_NODELAY` cannot be set.
    pub fn new(stream: TcpStream, number: usize) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, number, buffer: vec![0; 64 * 1024], start: 0, end: 0, last_read: Instant::now() })
    }

    /// Waits for the next request and reads all of it; `None` when the client
    /// closed the connection between two requests.
    ///
    /// # Errors
    /// When the connection ends within a request, or what comes is not HTTP.
    pub fn read_request(&mut self) -> io::Result<Option<Request>> {
        let Some(mut request) = self.read_head()? else {
            return Ok(None);
        };
        self.read_body(&mut request)?;
        Ok(Some(request))
    }

    /// The first part of [`Connection::read_request`]: all but the body.
    pub(crate) fn read_head(&mut self) -> io::Result<Option<Request>> {
        if self.start == self.end && !self.fill_or_closed()? {
            return Ok(None);
        }
        let received = self.last_read;
        loop {
            if let Some(request) = self.parse_head(received)? {
                return Ok(Some(request));
            }
            self.fill()?;
        }
    }

    /// The second part: the body.
    pub(crate) fn read_body(&mut self, request: &mut Request) -> io::Result<()> {
        if request.is_chunked() {
            self.read_chunks(request)?;
        } else if let Some(length) = request.header("content-length") {
            let length = length.parse().map_err(invalid)?;
            request.body = self.take(length)?;
        }
        request.completed = self.last_read;
        Ok(())
    }

    /// Writes the bytes in one `write`, where the socket takes them at once.
    ///
    /// # Errors
    /// When the client is gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Ends the connection with a FIN, for all clones of the stream.
    pub fn close(self) {
        // The other side may have closed it already: just as well.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Ends the connection with an RST. There must be no clone of the stream.
    pub(crate) fn reset(self) {
        let socket = socket2::SockRef::from(&self.stream);
        socket.set_linger(Some(Duration::ZERO)).expect("a TCP socket lets its linger time be set");
    }

    fn parse_head(&mut self, received: Instant) -> io::Result<Option<Request>> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        let parsed = head.parse(&self.buffer[self.start..self.end]).map_err(invalid)?;
        let httparse::Status::Complete(length) = parsed else {
            return Ok(None);
        };
        let request = Request {
            method: head.method.unwrap_or_default().to_owned(),
            path: head.path.unwrap_or_default().to_owned(),
            headers: head.headers.iter().map(field).collect(),
            body: Vec::new(),
            chunks: Vec::new(),
            trailers: Vec::new(),
            connection: self.number,
            received,
            completed: received,
        };
        self.start += length;
        Ok(Some(request))
    }

    fn read_chunks(&mut self, request: &mut Request) -> io::Result<()> {
        loop {
            let line = self.line()?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(invalid)?;
            if length == 0 {
                break;
            }
            let data = self.take(length)?;
            let received = self.last_read;
            if !self.line()?.is_empty() {
                return Err(invalid("a chunk is longer than its size says"));
            }
            request.body.extend_from_slice(&data);
            request.chunks.push(Chunk { data, received });
        }
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(());
            }
            let (name, value) = line.split_once(':').ok_or_else(|| invalid("a trailer"))?;
            let name = name.to_ascii_lowercase();
            request.trailers.push((name, value.trim().to_owned()));
        }
    }

    /// The next line, without its CRLF.
    fn line(&mut self) -> io::Result<String> {
        loop {
            let unread = &self.buffer[self.start..self.end];
            if let Some(length) = unread.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&unread[..length]).into_owned();
                self.start += length + 2;
                return Ok(line);
            }
            self.fill()?;
        }
    }

    /// The next `length` bytes.
    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let buffered = length.min(self.end - self.start);
        bytes[..buffered].copy_from_slice(&self.buffer[self.start..self.start + buffered]);
        self.start += buffered;
        // The rest of a large body goes straight to its place.
        let mut filled = buffered;
        while filled < length {
            filled += match self.stream.read(&mut bytes[filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => count,
            };
            self.last_read = Instant::now();
        }
        Ok(bytes)
    }

    /// Reads more bytes, of a request that has begun.
    fn fill(&mut self) -> io::Result<()> {
        if self.fill_or_closed()? {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    /// Reads more bytes; false when there will be none.
    fn fill_or_closed(&mut self) -> io::Result<bool> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if self.end == self.buffer.len() {
                self.buffer.resize(2 * self.end, 0);
            }
        }
        let between_requests = self.start == self.end;
        match self.stream.read(&mut self.buffer[self.end..]) {
            Ok(count) => {
                self.last_read = Instant::now();
                self.end += count;
                Ok(count > 0)
            }
            // A client that is killed with an answer unread resets the connection.
            Err(error) if between_requests && error.kind() == io::ErrorKind::ConnectionReset => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn field(header: &httparse::Header) -> (String, String) {
    let value = String::from_utf8_lossy(header.value).into_owned();
    (header.name.to_ascii_lowercase(), value)
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
