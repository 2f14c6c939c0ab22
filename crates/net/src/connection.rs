//! A connection as ureq uses it: plain or secured, fresh or kept from an earlier request.

use crate::proxy::Proxy;
use crate::socket::Socket;
use crate::time;
use crate::tls::Secured;
use std::fmt;
use std::io::{self, Read, Write};
use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

/// The head of a response must fit into this, and each line of a request's head.
pub(crate) const MAX_HEAD: usize = 64 << 10;
const BUFFER: usize = MAX_HEAD + (8 << 10);

/// The bytes' way to the server and back.
#[derive(Debug)]
pub(crate) enum Channel {
    Plain(Socket),
    Secured(Box<Secured>),
}

/// A connection to a server.
#[derive(Debug)]
pub(crate) struct Connection {
    channel: Channel,
    buffers: LazyBuffers,
    /// The proxy that requests are sent to instead of the server, and the server's `http://host`.
    forwarded: Option<(Proxy, String)>,
    /// What comes next on its way out is the head of a request.
    at_head: bool,
    /// It was used before, and nothing came over it since.
    is_kept: bool,
}

/// A kept connection turned out to be closed before anything came over it.
#[derive(Debug)]
pub(crate) struct Stale {
    /// The request has not been sent as a whole.
    pub(crate) while_sending: bool,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pooled connection was closed")
    }
}

impl std::error::Error for Stale {}

impl Connection {
    pub(crate) fn new(channel: Channel, forwarded: Option<(Proxy, String)>) -> Self {
        let buffers = LazyBuffers::new(BUFFER, BUFFER);
        Self { channel, buffers, forwarded, at_head: true, is_kept: false }
    }

    /// An error of the channel in ureq's words.
    fn failed(&self, error: io::Error, timeout: NextTimeout, while_sending: bool) -> ureq::Error {
        match error.kind() {
            io::ErrorKind::TimedOut => ureq::Error::Timeout(timeout.reason),
            _ if self.is_kept => ureq::Error::Other(Box::new(Stale { while_sending })),
            _ => error.into(),
        }
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.channel.socket().limit(time::end());
        let output = &self.buffers.output()[..amount];
        let written = match self.forwarded.as_ref().filter(|_| self.at_head) {
            Some((proxy, origin)) => self.channel.write_all(&proxy.forward(output, origin)),
            None => self.channel.write_all(output),
        };
        self.at_head = false;
        written.and_then(|()| self.channel.flush()).map_err(|error| self.failed(error, timeout, true))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.channel.socket().limit(time::end());
        let count = match self.channel.read(self.buffers.input_append_buf()) {
            Ok(0) if self.is_kept => Err(io::ErrorKind::UnexpectedEof.into()),
            result => result,
        };
        let count = count.map_err(|error| self.failed(error, timeout, false))?;
        self.buffers.input_appended(count);
        self.is_kept = false;
        Ok(count > 0)
    }

    /// Asked when a request is done with the connection, and again before the next one.
    fn is_open(&mut self) -> bool {
        self.at_head = true;
        self.is_kept = true;
        self.channel.is_idle()
    }

    fn is_tls(&self) -> bool {
        matches!(self.channel, Channel::Secured(_))
    }
}

impl Channel {
    pub(crate) fn socket(&mut self) -> &mut Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Secured(secured) => &mut secured.sock,
        }
    }

    /// Whether it is open, and nothing has come that nobody asked for.
    pub(crate) fn is_idle(&mut self) -> bool {
        match self {
            Self::Plain(socket) => {
                let peeked = socket.without_waiting(|stream| stream.peek(&mut [0]));
                peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
            }
            Self::Secured(secured) => {
                let (connection, socket) = (&mut secured.conn, &mut secured.sock);
                // Servers send tickets for later sessions when they like.
                let read = socket.without_waiting(|stream| {
                    while connection.read_tls(stream)? > 0 {
                        let state = connection.process_new_packets().map_err(io::Error::other)?;
                        if state.plaintext_bytes_to_read() > 0 || state.peer_has_closed() {
                            break;
                        }
                    }
                    Ok(())
                });
                read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
            }
        }
    }
}

impl Read for Channel {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Secured(secured) => secured.read(buffer),
        }
    }
}

impl Write for Channel {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(data),
            Self::Secured(secured) => secured.write(data),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Secured(secured) => secured.flush(),
        }
    }
}
