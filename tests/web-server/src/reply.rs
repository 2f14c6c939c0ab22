//! What is answered to a request.

use std::fmt::{self, Write as _};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// What is answered to a request, and what becomes of the connection.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) content: Content,
    pub(crate) delay: Duration,
    pub(crate) ending: Ending,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Response { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    Raw(Vec<u8>),
    Written(Writer),
    Tunnel(SocketAddr),
}

type Write = dyn Fn(&mut dyn io::Write) -> io::Result<()> + Send + Sync;

/// Writes a response.
#[derive(Clone)]
pub(crate) struct Writer(Arc<Write>);

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    KeepAlive,
    Close,
    Stall,
}

impl Reply {
    /// A response with this status and nothing in it.
    pub fn status(status: u16) -> Self {
        Self::of(Content::Response { status, headers: Vec::new(), body: Vec::new() })
    }

    /// 200 with this text.
    pub fn text(text: &str) -> Self {
        Self::status(200).header("content-type", "text/plain; charset=utf-8").body(text)
    }

    /// 200 with this JSON text.
    pub fn json(json: &str) -> Self {
        Self::status(200).header("content-type", "application/json").body(json)
    }

    /// A redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header("location", location)
    }

    /// These bytes, whatever they are, and then the end of the connection.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(Content::Raw(bytes.into())).close()
    }

    /// What `write` writes, which may take its time; and then the end of the connection.
    pub fn written(write: impl Fn(&mut dyn io::Write) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self::of(Content::Written(Writer(Arc::new(write)))).close()
    }

    /// These bytes, whatever they are, piece by piece, each after a delay; and then the end of the connection.
    pub fn pieces<B: Into<Vec<u8>>>(pieces: impl IntoIterator<Item = (Duration, B)>) -> Self {
        let pieces: Vec<_> = pieces.into_iter().map(|(delay, bytes)| (delay, bytes.into())).collect();
        Self::written(move |to| {
            pieces.iter().try_for_each(|(delay, bytes)| {
                thread::sleep(*delay);
                send(to, bytes)
            })
        })
    }

    /// These bytes, and then `piece` again and again until the client goes away.
    pub fn endless(head: impl Into<Vec<u8>>, piece: impl Into<Vec<u8>>) -> Self {
        let (head, piece) = (head.into(), piece.into());
        Self::written(move |to| {
            send(to, &head)?;
            loop {
                send(to, &piece)?;
            }
        })
    }

    /// As a proxy answers to `CONNECT`: what follows goes to that address and back.
    pub fn tunnel(address: SocketAddr) -> Self {
        Self::of(Content::Tunnel(address))
    }

    /// Nothing at all: the connection is closed.
    pub fn hang_up() -> Self {
        Self::raw("")
    }

    /// The same with one header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Content::Response { headers, .. } = &mut self.content {
            headers.push((name.into(), value.into()));
        }
        self
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, new: u16) -> Self {
        if let Content::Response { status, .. } = &mut self.content {
            *status = new;
        }
        self
    }

    /// The same with this body.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        if let Content::Response { body, .. } = &mut self.content {
            *body = bytes.into();
        }
        self
    }

    /// The same, some time later.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The same, and then the connection is closed, of which no header tells.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.ending = Ending::Close;
        self
    }

    /// The same, and then the connection is ready for the next request.
    #[must_use]
    pub fn keep_alive(mut self) -> Self {
        self.ending = Ending::KeepAlive;
        self
    }

    /// The same, and then nothing more until the client goes away.
    #[must_use]
    pub fn stall(mut self) -> Self {
        self.ending = Ending::Stall;
        self
    }

    fn of(content: Content) -> Self {
        Self { content, delay: Duration::ZERO, ending: Ending::KeepAlive }
    }

    /// Writes what goes over the wire. A response to `HEAD` has no body.
    pub(crate) fn write(&self, method: &str, to: &mut dyn io::Write) -> io::Result<()> {
        thread::sleep(self.delay);
        match &self.content {
            Content::Written(Writer(write)) => write(to),
            _ => send(to, &self.bytes(method)),
        }
    }

    fn bytes(&self, method: &str) -> Vec<u8> {
        match &self.content {
            Content::Raw(bytes) => bytes.clone(),
            Content::Written(_) => Vec::new(),
            Content::Tunnel(_) => b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec(),
            Content::Response { status, headers, body } => {
                // The reason carries no meaning.
                let mut head = format!("HTTP/1.1 {status} Status\r\n");
                for (name, value) in headers {
                    let _ = write!(head, "{name}: {value}\r\n");
                }
                let has_length = !matches!(status, 100..=199 | 204 | 304);
                if has_length {
                    let _ = write!(head, "content-length: {}\r\n", body.len());
                }
                head += "\r\n";
                let body = if method == "HEAD" || !has_length { &[][..] } else { body };
                [head.as_bytes(), body].concat()
            }
        }
    }
}

fn send(to: &mut dyn io::Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)?;
    to.flush()
}
