//! A WebSocket client. Frames are those of `tungstenite`; connections, TLS and time are ours.

use crate::error::codes;
use crate::wire::{Network, Time};
use crate::{Error, Result};
use net::{Link, Memory, Trust, Until};
use std::fmt;
use std::io;
use std::time::Duration;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::{HeaderName, HeaderValue, Uri};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{client, HandshakeError, Message as Frame, WebSocket};

/// What is read of the system at once.
const BUFFER: usize = 16 << 10;

/// An open connection.
pub struct Socket {
    inner: WebSocket<Link>,
    name: String,
    timeout: Duration,
    memory: Memory,
}

/// A message.
#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    /// UTF-8.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Socket {
    /// Connects to a URL, `ws://` or, with TLS, `wss://`, with further headers.
    ///
    /// # Errors
    /// `InvalidArgument`, the status with which the server refuses, or an error of the connection.
    pub fn connect(
        network: &Network,
        url: &str,
        headers: &[(String, String)],
        timeout: Duration,
        until: Until,
    ) -> Result<Self> {
        let uri: Uri =
            url.parse().map_err(|_| Error::invalid("the URL is invalid; write it as wss://HOST/PATH"))?;
        let is_secured = match uri.scheme_str() {
            Some("wss") => true,
            Some("ws") => false,
            _ => return Err(Error::invalid("the URL must begin with ws:// or wss://")),
        };
        let host = uri.host().filter(|host| !host.is_empty());
        let host =
            host.ok_or_else(|| Error::invalid("the URL has no host"))?.trim_matches(['[', ']']).to_owned();
        let port = uri.port_u16().unwrap_or(if is_secured { 443 } else { 80 });
        let mut request = uri.into_client_request().map_err(|error| Error::invalid(error.to_string()))?;
        for (name, value) in headers {
            let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            let (name, value) =
                header.ok_or_else(|| Error::invalid(format!("the header {name:?} is invalid")))?;
            request.headers_mut().append(name, value);
        }
        let time = Time::new(timeout, until);
        let mut wire = network.connect(&host, port, &time)?;
        if is_secured {
            network.secure(&mut wire, Trust::Full, &time)?;
        }
        let name = wire.name.clone();
        let mut link = wire.reader.into_inner();
        link.limit(time.end());
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(network.memory.max_body))
            .max_frame_size(Some(network.memory.max_body));
        match client::client_with_config(request, link, Some(config)) {
            Ok((inner, _)) => Ok(Self { inner, name, timeout, memory: network.memory }),
            Err(HandshakeError::Failure(error)) => Err(failed(&error, &name, &time, network.memory)),
            Err(HandshakeError::Interrupted(_)) => Err(time.late(&format!("{name} did not respond"))),
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// An error of the connection.
    pub fn send(&mut self, message: Message, until: Until) -> Result<()> {
        let time = self.limit(self.timeout, until);
        let frame = match message {
            Message::Text(text) => Frame::text(text),
            Message::Bytes(bytes) => Frame::binary(bytes),
        };
        self.inner.send(frame).map_err(|error| failed(&error, &self.name, &time, self.memory))
    }

    /// Waits for the next message; `None` if the server has closed the connection in good order. After a timeout, the
    /// connection can be used as before.
    ///
    /// # Errors
    /// An error of the connection.
    pub fn receive(&mut self, timeout: Option<Duration>, until: Until) -> Result<Option<Message>> {
        let time = self.limit(timeout.unwrap_or(self.timeout), until);
        loop {
            match self.inner.read() {
                Ok(Frame::Text(text)) => return Ok(Some(Message::Text(text.as_str().to_owned()))),
                Ok(Frame::Binary(bytes)) => return Ok(Some(Message::Bytes(bytes.into()))),
                // Pings are answered by the next read, and a closing handshake is completed by it.
                Ok(_) => {}
                Err(tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed) => {
                    return Ok(None)
                }
                Err(error) => return Err(failed(&error, &self.name, &time, self.memory)),
            }
        }
    }

    /// Says goodbye, without waiting for the server.
    pub fn close(&mut self, until: Until) {
        self.limit(Duration::from_secs(1), until);
        let _ = self.inner.close(None);
        let _ = self.inner.flush();
    }

    fn limit(&mut self, timeout: Duration, until: Until) -> Time {
        let time = Time::new(timeout, until);
        self.inner.get_mut().limit(time.end());
        time
    }
}

fn failed(error: &tungstenite::Error, name: &str, time: &Time, memory: Memory) -> Error {
    use tungstenite::Error as Cause;
    match error {
        Cause::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
            time.late(&format!("{name} did not respond"))
        }
        Cause::Io(error) => Error::new(codes::CLOSED, format!("{name} closed the connection ({error})")),
        Cause::ConnectionClosed | Cause::AlreadyClosed => {
            Error::new(codes::CLOSED, "the connection is closed")
        }
        Cause::Http(response) => {
            let status = response.status().as_u16();
            Error::refused(status, format!("{name} refuses the connection with the status {status}"))
        }
        Cause::Capacity(_) => {
            let Memory { max_body, limit, advice, .. } = memory;
            Error::new(
                codes::TOO_LARGE,
                format!("a message exceeds {} MB, {limit}: {advice}", max_body >> 20),
            )
        }
        other => Error::new(codes::PROTOCOL, format!("the response of {name} is invalid: {other}")),
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Socket({:?})", self.name)
    }
}
