//! The server's threads: one accepts, one serves each connection.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::http::Connection;
use crate::reply::{status_bytes, Reply};
use crate::{Director, Request};

/// What the threads share.
pub(crate) struct Shared<D> {
    director: Mutex<D>,
    pub(crate) changed: Condvar,
    /// Set while the director is locked, so that nobody who waits for a change misses it.
    closing: AtomicBool,
    /// The open connections by their number, so that they can be ended.
    streams: Mutex<HashMap<usize, TcpStream>>,
}

/// Whether a connection goes on after a reply.
enum After {
    Keep,
    Close,
    Reset,
}

/// Serves each connection in a thread, until the server closes; the threads that are left then.
pub(crate) fn accept<D: Director>(shared: &Arc<Shared<D>>, listener: &TcpListener) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    for number in 1.. {
        let (stream, _) = listener.accept().expect("a listener accepts");
        if shared.is_closing() {
            break;
        }
        threads = reap(threads);
        let clone = stream.try_clone().expect("a file descriptor");
        shared.streams().insert(number, clone);
        let shared = Arc::clone(shared);
        threads.push(thread::spawn(move || shared.serve(stream, number)));
    }
    threads
}

/// Those that go on. One that has ended keeps its memory until it is joined.
fn reap(threads: Vec<JoinHandle<()>>) -> Vec<JoinHandle<()>> {
    let (ended, going): (Vec<_>, Vec<_>) = threads.into_iter().partition(JoinHandle::is_finished);
    for thread in ended {
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    }
    going
}

impl<D: Director> Shared<D> {
    pub(crate) fn new(director: D) -> Self {
        Self {
            director: Mutex::new(director),
            changed: Condvar::new(),
            closing: AtomicBool::new(false),
            streams: Mutex::default(),
        }
    }

    /// The director, also after a panic of a test's own condition.
    pub(crate) fn director(&self) -> MutexGuard<'_, D> {
        self.director.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on nothing is accepted, and nobody waits any more.
    pub(crate) fn close(&self) {
        let director = self.director();
        self.closing.store(true, Ordering::Relaxed);
        drop(director);
        self.changed.notify_all();
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    pub(crate) fn shut_down_streams(&self) {
        for stream in self.streams().values() {
            // The client may have closed it already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<usize, TcpStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream, number: usize) {
        let mut connection = Connection::new(stream, number).expect("a socket without delay");
        // A client that is gone before its reply is no violation: it may have
        // been killed by the test.
        let after = self.serve_requests(&mut connection).unwrap_or(After::Close);
        self.streams().remove(&number);
        match after {
            After::Reset => connection.reset(),
            _ => connection.close(),
        }
    }

    fn serve_requests(&self, connection: &mut Connection) -> io::Result<After> {
        loop {
            let request = match self.read_request(connection) {
                Ok(Some(request)) => request,
                Ok(None) => return Ok(After::Close),
                Err(error) => {
                    if !self.is_closing() {
                        self.director().receive_broken(&error);
                    }
                    return Err(error);
                }
            };
            let last = request.header("connection") == Some("close");
            let Some(reply) = self.reply_to(request) else {
                return Ok(After::Close);
            };
            match self.perform(reply, connection)? {
                After::Keep if !last => {}
                after => return Ok(after),
            }
        }
    }

    /// `None` when there will be none, or none that is to be read.
    fn read_request(&self, connection: &mut Connection) -> io::Result<Option<Request>> {
        let Some(mut request) = connection.read_head()? else {
            return Ok(None);
        };
        if self.director().breaks_off(&request) {
            return Ok(None);
        }
        let delay = self.director().reading_delay(&request);
        thread::sleep(delay);
        connection.read_body(&mut request)?;
        Ok(Some(request))
    }

    /// The reply to a request; `None` when the server closes while it waits for it.
    fn reply_to(&self, request: Request) -> Option<Reply> {
        let mut director = self.director();
        let mut reply = director.receive(request);
        self.changed.notify_all();
        loop {
            reply = reply.or_else(|| director.waiting_reply());
            if reply.is_some() || self.is_closing() {
                return reply;
            }
            director = self.changed.wait(director).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn perform(&self, reply: Reply, connection: &mut Connection) -> io::Result<After> {
        match reply {
            Reply::Status(status, body) => connection.write(&status_bytes(status, &body))?,
            Reply::Invocation(invocation) => {
                let bytes = invocation.to_bytes();
                for piece in bytes.chunks(invocation.piece_size.unwrap_or(bytes.len())) {
                    if piece.len() < bytes.len() {
                        thread::sleep(Duration::from_millis(1));
                    }
                    connection.write(piece)?;
                }
                if invocation.close {
                    return Ok(After::Close);
                }
            }
            Reply::Raw(bytes) => connection.write(&bytes)?,
            Reply::RawThenClose(bytes) => {
                connection.write(&bytes)?;
                return Ok(After::Close);
            }
            Reply::Close => return Ok(After::Close),
            Reply::Reset => return Ok(After::Reset),
            Reply::Both(first, second) => {
                return match self.perform(*first, connection)? {
                    After::Keep => self.perform(*second, connection),
                    ended => Ok(ended),
                }
            }
            Reply::WhenAnswered(_, reply) => return self.perform(*reply, connection),
            Reply::Delay(time, reply) => {
                self.pause(time);
                return self.perform(*reply, connection);
            }
        }
        Ok(After::Keep)
    }

    /// Waits, but no longer than the server runs.
    fn pause(&self, time: Duration) {
        let director = self.director();
        let waited = self.changed.wait_timeout_while(director, time, |_| !self.is_closing());
        drop(waited);
    }
}
