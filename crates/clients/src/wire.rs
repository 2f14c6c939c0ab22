//! A connection to a server, with the time and the memory of the operation that uses it.

use crate::address;
use crate::error::codes;
use crate::{Error, Result};
use net::{Config, Dialer, Link, Memory, Trust, Until};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::time::{Duration, Instant, SystemTime};

/// A connection that was idle for longer is tried out before it is used: what is between it and the server may have forgotten
/// it. The system's clock goes on while an environment is frozen.
const MAX_IDLE: Duration = Duration::from_mins(1);
/// What is asked of the system for memory at once, whatever length the server announces.
const PIECE: usize = 64 << 10;

/// How servers are reached: certificates, names and memory.
#[derive(Debug)]
pub struct Network {
    dialer: Dialer,
    pub(crate) memory: Memory,
}

/// How long an operation may take: by itself, and until when its caller waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    timeout: Duration,
    callers: Until,
    end: Until,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) reader: BufReader<Link>,
    /// `host:port`, for errors.
    pub(crate) name: String,
    used: SystemTime,
    /// What was sent last went out as a whole.
    was_sent: bool,
}

/// The memory that is left for a response.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    memory: Memory,
}

impl Network {
    /// How to reach servers, as configured.
    pub fn new(config: &Config) -> Self {
        Self { dialer: Dialer::new(config), memory: config.memory }
    }

    pub(crate) fn connect(&self, host: &str, port: u16, time: &Time) -> Result<Wire> {
        let link = self.dialer.connect(host, port, time.end).map_err(|error| time.refused(error))?;
        let name = format!("{}:{port}", address::written(host));
        Ok(Wire {
            reader: BufReader::with_capacity(16 << 10, link),
            name,
            used: SystemTime::now(),
            was_sent: false,
        })
    }

    /// Secures a connection. Whatever the server has sent before does not belong to it, and is an error.
    pub(crate) fn secure(&self, wire: &mut Wire, trust: Trust, time: &Time) -> Result<()> {
        if !wire.reader.buffer().is_empty() {
            return Err(wire.protocol("data arrived before the TLS handshake"));
        }
        let link = wire.reader.get_mut();
        link.limit(time.end);
        self.dialer.secure(link, trust).map_err(|error| time.refused(error))
    }
}

impl Time {
    pub(crate) fn new(timeout: Duration, callers: Until) -> Self {
        Self { timeout, callers, end: callers.by(Instant::now().checked_add(timeout)) }
    }

    /// The same, but so long at most.
    fn shortened(&self, timeout: Duration) -> Self {
        Self::new(self.timeout.min(timeout), self.end)
    }

    /// When it is over.
    pub(crate) fn end(&self) -> Until {
        self.end
    }

    /// Waits; whether all of this time has passed.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        self.end.wait(time)
    }

    /// The error of something that was not done in time.
    pub(crate) fn late(&self, what: &str) -> Error {
        if self.callers.is_told() || self.end.at() == self.callers.at() {
            return Error::Deadline;
        }
        Error::new(codes::TIMEOUT, format!("{what} within the timeout of {:?}", self.timeout))
    }

    /// The error of a connection that could not be made.
    fn refused(&self, error: net::Error) -> Error {
        match error.kind {
            net::ErrorKind::Timeout | net::ErrorKind::Deadline => match self.late("") {
                Error::Deadline => Error::Deadline,
                Error::Failed(_) => Error::new(codes::TIMEOUT, error.message),
            },
            _ => Error::new(codes::CONNECT, error.message),
        }
    }
}

impl Wire {
    /// Whether it can be used for the next operation. One that was idle for long passes `ping` first.
    pub(crate) fn is_alive(
        &mut self,
        time: &Time,
        ping: impl FnOnce(&mut Self, &Time) -> Result<()>,
    ) -> bool {
        if !self.reader.buffer().is_empty() || !self.reader.get_mut().is_idle() {
            return false;
        }
        let idle = SystemTime::now().duration_since(self.used);
        idle.is_ok_and(|idle| idle < MAX_IDLE) || ping(self, &time.shortened(Duration::from_secs(1))).is_ok()
    }

    /// Sends bytes.
    pub(crate) fn send(&mut self, bytes: &[u8], time: &Time) -> Result<()> {
        let link = self.reader.get_mut();
        link.limit(time.end);
        self.was_sent = false;
        let sent = link.write_all(bytes).and_then(|()| link.flush());
        self.was_sent = sent.is_ok();
        self.used = SystemTime::now();
        sent.map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => time.late(&format!("{} did not accept the request", self.name)),
            _ => Error::new(
                codes::CLOSED,
                format!("{} closed the connection while the request was sent ({error})", self.name),
            ),
        })
    }

    /// Reads what the server sends with `read`, which says `InvalidData` of what is not its protocol, and `OutOfMemory` of what
    /// exceeds the budget.
    pub(crate) fn receive<T>(
        &mut self,
        time: &Time,
        budget: &mut Budget,
        read: impl FnOnce(&mut BufReader<Link>, &mut Budget) -> io::Result<T>,
    ) -> Result<T> {
        self.reader.get_mut().limit(time.end);
        let received = read(&mut self.reader, budget);
        self.used = SystemTime::now();
        received.map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => time.late(&format!("{} did not respond", self.name)),
            io::ErrorKind::InvalidData => self.protocol(&error.to_string()),
            io::ErrorKind::OutOfMemory => budget.exceeded(),
            kind => {
                let why =
                    if kind == io::ErrorKind::UnexpectedEof { String::new() } else { format!(" ({error})") };
                Error::new(
                    codes::CLOSED,
                    format!(
                        "{} closed the connection before it responded{why}; what was sent may have run",
                        self.name
                    ),
                )
            }
        })
    }

    /// Whether what was sent last went out as a whole, so that the server may have done it.
    pub(crate) fn was_sent(&self) -> bool {
        self.was_sent
    }

    pub(crate) fn protocol(&self, what: &str) -> Error {
        Error::new(codes::PROTOCOL, format!("the response of {} is invalid: {what}", self.name))
    }
}

impl Budget {
    pub(crate) fn new(memory: Memory) -> Self {
        Self { left: memory.max_body, memory }
    }

    /// Nothing.
    pub(crate) fn none() -> Self {
        Self { left: 0, memory: Memory::default() }
    }

    /// Takes so many bytes.
    pub(crate) fn take(&mut self, bytes: usize) -> io::Result<()> {
        if bytes > self.left || (bytes >= PIECE && !(self.memory.fits)(bytes)) {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.left -= bytes;
        Ok(())
    }

    /// Reads so many bytes. Memory is asked for as they arrive.
    pub(crate) fn read(&mut self, reader: &mut impl BufRead, length: usize) -> io::Result<Vec<u8>> {
        if length > self.left {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let mut bytes = Vec::new();
        while bytes.len() < length {
            let piece = (length - bytes.len()).min(PIECE.max(bytes.len()));
            self.take(piece)?;
            bytes.reserve_exact(piece);
            if reader.by_ref().take(piece as u64).read_to_end(&mut bytes)? < piece {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(bytes)
    }

    fn exceeded(&self) -> Error {
        let Memory { max_body, limit, advice, .. } = self.memory;
        Error::new(
            codes::TOO_LARGE,
            format!(
                "the response exceeds {} MB, {limit}, or the memory that is left: {advice}, or read less",
                max_body >> 20
            ),
        )
    }
}

/// The error of what is not the server's protocol.
pub(crate) fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}
