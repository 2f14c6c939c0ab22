//! Connections for protocols other than HTTP: databases and mail servers.

use crate::client::beginning;
use crate::connection::Channel;
use crate::end_point;
use crate::names::Names;
use crate::socket::Socket;
use crate::tls::{Tls, Trust};
use crate::{Config, Error, Until};
use std::fmt;
use std::io::{self, Read, Write};

/// Connects to servers. Cheap to create: nothing of TLS is set up before the first connection that needs it.
#[derive(Debug)]
pub struct Dialer {
    names: Names,
    tls: Tls,
}

/// A connection to a server, plain or secured. Reading and writing end with [`io::ErrorKind::TimedOut`] when the time of
/// [`Link::limit`] is over, and when the environment is to end.
pub struct Link {
    /// Missing only after a handshake that failed.
    channel: Option<Channel>,
    host: String,
    beginning: usize,
}

impl Dialer {
    /// Connects as configured, but never through a proxy: those are for HTTP.
    pub fn new(config: &Config) -> Self {
        Self { names: Names::new(config.names.clone()), tls: Tls::new(config.roots.clone()) }
    }

    /// Connects to a host, which is a name or an address.
    ///
    /// # Errors
    /// `Name`, `Connect`, `Timeout`.
    pub fn connect(&self, host: &str, port: u16, until: Until) -> Result<Link, Error> {
        let beginning = beginning();
        let addresses = self.names.addresses(host, until)?;
        let socket = Socket::connect(host, &addresses, port, until)?;
        Ok(Link { channel: Some(Channel::Plain(socket)), host: host.to_owned(), beginning })
    }

    /// Secures a connection, on which nothing was read that belongs to the handshake.
    ///
    /// # Errors
    /// `Tls`, `Timeout`.
    pub fn secure(&self, link: &mut Link, trust: Trust) -> Result<(), Error> {
        if let Some(Channel::Plain(socket)) = link.channel.take() {
            link.channel = Some(Channel::Secured(Box::new(self.tls.secure(&link.host, socket, trust)?)));
        }
        Ok(())
    }
}

impl Link {
    /// From now on, the time is over then.
    pub fn limit(&mut self, until: Until) {
        if let Some(channel) = &mut self.channel {
            channel.socket().limit(until);
        }
    }

    /// Whether the connection can be used for the next request: it is open, nothing arrived that nobody asked for, and the
    /// environment did not go on from a snapshot since it was made.
    pub fn is_idle(&mut self) -> bool {
        self.beginning == beginning() && self.channel.as_mut().is_some_and(Channel::is_idle)
    }

    /// Whether it is secured with TLS.
    pub fn is_secured(&self) -> bool {
        matches!(self.channel, Some(Channel::Secured(_)))
    }

    /// What binds a login to this TLS connection (`tls-server-end-point`); `None` without TLS, or for a certificate that has
    /// no such hash.
    pub fn end_point(&self) -> Option<Vec<u8>> {
        match &self.channel {
            Some(Channel::Secured(secured)) => end_point::hash(secured.conn.peer_certificates()?.first()?),
            _ => None,
        }
    }

    fn channel(&mut self) -> io::Result<&mut Channel> {
        self.channel.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Read for Link {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.channel()?.read(buffer)
    }
}

impl Write for Link {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.channel()?.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.channel()?.flush()
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({:?})", self.host)
    }
}
