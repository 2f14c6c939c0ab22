//! A TCP connection, made and used within a time.

use crate::{Error, ErrorKind, Until};
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

/// An address that is silent for so long is given up for the next one, if there is another.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest that the last address is waited for when the caller sets no limit.
const LAST_PATIENCE: Duration = Duration::from_secs(30);

/// A connection. Reading and writing end with [`io::ErrorKind::TimedOut`] when the time is over, and
/// when the environment is to end.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    until: Until,
}

impl Socket {
    /// Connects to the first of a host's addresses that accepts.
    ///
    /// # Errors
    /// `Connect` with what came of each address, `Timeout`.
    pub(crate) fn connect(host: &str, addresses: &[IpAddr], port: u16, until: Until) -> Result<Self, Error> {
        let mut failed = Vec::new();
        for (index, address) in addresses.iter().enumerate() {
            let address = SocketAddr::new(*address, port);
            let left = until.left().unwrap_or(LAST_PATIENCE);
            if left.is_zero() || until.is_told() {
                break;
            }
            let is_last = index + 1 == addresses.len();
            let patience = if is_last { left } else { PATIENCE.min(left / 2) };
            let connected = TcpStream::connect_timeout(&address, patience)
                .and_then(|stream| stream.set_nodelay(true).map(|()| stream));
            let what = match connected {
                Ok(stream) => return Ok(Self { stream, until }),
                Err(error) => match error.kind() {
                    io::ErrorKind::ConnectionRefused => "refused the connection".to_owned(),
                    io::ErrorKind::TimedOut => format!("did not respond within {patience:.1?}"),
                    _ => format!("cannot be reached ({error})"),
                },
            };
            failed.push(format!("{address} {what}"));
        }
        let message = format!("no connection to {host}: {}", failed.join(", "));
        Err(Error::new(if until.is_over() { ErrorKind::Timeout } else { ErrorKind::Connect }, message))
    }

    /// From now on, the time is over then.
    pub(crate) fn limit(&mut self, until: Until) {
        self.until = until;
    }

    /// Does `work` without waiting for anything.
    pub(crate) fn without_waiting<T>(
        &mut self,
        work: impl FnOnce(&mut TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        self.stream.set_nonblocking(true)?;
        let result = work(&mut self.stream);
        self.stream.set_nonblocking(false)?;
        result
    }

    /// Does `work` as often as it takes.
    fn patiently<T>(
        &mut self,
        mut work: impl FnMut(&mut TcpStream, Duration) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            let slice = self.until.slice().ok_or(io::ErrorKind::TimedOut)?;
            match work(&mut self.stream, slice) {
                Err(error) if is_unfinished(&error) => {}
                result => return result,
            }
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.patiently(|stream, slice| {
            stream.set_read_timeout(Some(slice))?;
            stream.read(buffer)
        })
    }
}

impl Write for Socket {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.patiently(|stream, slice| {
            stream.set_write_timeout(Some(slice))?;
            stream.write(data)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a wait came to its end, which the system says in two ways, or a signal ended it.
fn is_unfinished(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
