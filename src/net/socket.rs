//! A TCP connection, made and used within a time.

use super::{Error, ErrorKind};
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// An address that is silent for so long is given up for the next one, if there is another.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest that the last address is waited for when the caller sets no limit.
const LAST_PATIENCE: Duration = Duration::from_secs(30);

/// A connection. Reading and writing end with [`io::ErrorKind::TimedOut`] when the time is over.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    until: Option<Instant>,
}

impl Socket {
    /// Connects to the first of a host's addresses that accepts.
    ///
    /// # Errors
    /// `Connect` with what came of each address, `Timeout`.
    pub(super) fn connect(
        host: &str,
        addresses: &[IpAddr],
        port: u16,
        until: Option<Instant>,
    ) -> Result<Self, Error> {
        let mut failed = Vec::new();
        for (index, address) in addresses.iter().enumerate() {
            let address = SocketAddr::new(*address, port);
            let left = until.map_or(LAST_PATIENCE, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
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
                    io::ErrorKind::TimedOut => format!("was silent for {patience:.1?}"),
                    _ => format!("cannot be reached ({error})"),
                },
            };
            failed.push(format!("{address} {what}"));
        }
        let message = format!("no connection to {host}: {}", failed.join(", "));
        let is_late = until.is_some_and(|until| Instant::now() >= until);
        Err(Error::new(if is_late { ErrorKind::Timeout } else { ErrorKind::Connect }, message))
    }

    /// From now on, the time is over then.
    pub(super) fn limit(&mut self, until: Option<Instant>) {
        self.until = until;
    }

    /// Does `work` without waiting for anything.
    pub(super) fn without_waiting<T>(
        &mut self,
        work: impl FnOnce(&mut TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        self.stream.set_nonblocking(true)?;
        let result = work(&mut self.stream);
        self.stream.set_nonblocking(false)?;
        result
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        let Some(until) = self.until else {
            return Ok(None);
        };
        match until.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => Ok(Some(left)),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(self.left()?)?;
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map_err(timed_out),
            }
        }
    }
}

impl Write for Socket {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(data).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The system has another word for the end of waiting.
fn timed_out(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}
