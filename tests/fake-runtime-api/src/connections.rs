//! The server's threads: one accepts, one serves each connection.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::http::Connection;
use crate::reply::{status_bytes, Reply};
use crate::state::State;
use crate::Request;

/// What the threads share.
pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) changed: Condvar,
    /// The open connections by their number, so that they can be ended.
    streams: Mutex<HashMap<usize, TcpStream>>,
}

/// Whether a connection goes on after a reply.
enum After {
    Keep,
    Close,
    Reset,
}

/// Serves each connection in a thread, until the server closes; the threads.
pub(crate) fn accept(shared: &Arc<Shared>, listener: &TcpListener) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    for number in 1.. {
        let (stream, _) = listener.accept().expect("a listener accepts");
        if shared.state().closing {
            break;
        }
        let clone = stream.try_clone().expect("a file descriptor");
        shared.streams().insert(number, clone);
        let shared = Arc::clone(shared);
        threads.push(thread::spawn(move || shared.serve(stream, number)));
    }
    threads
}

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self { state: Mutex::new(state), changed: Condvar::new(), streams: Mutex::default() }
    }

    /// The state, also after a panic of a test's own condition.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
            let request = match connection.read_request() {
                Ok(Some(request)) => request,
                Ok(None) => return Ok(After::Close),
                Err(error) => {
                    self.note_broken_request(&error);
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

    fn note_broken_request(&self, error: &io::Error) {
        let mut state = self.state();
        if !state.closing {
            let violation = format!("a request that could not be read: {error}");
            state.violations.push(violation);
        }
    }

    /// Records the request and finds the reply; `None` when the server closes
    /// while a `/next` waits for an invocation.
    fn reply_to(&self, request: Request) -> Option<Reply> {
        let mut state = self.state();
        let reply = state.receive(request);
        let reply = reply.or_else(|| state.next_reply());
        self.changed.notify_all();
        if reply.is_some() {
            return reply;
        }
        // Nothing is added to the plan, so there is only the end to wait for.
        let waiting = self.changed.wait_while(state, |state| !state.closing);
        drop(waiting);
        None
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
            Reply::WhenAnswered(count, reply) => {
                let waiting = |state: &mut State| !state.closing && state.answers() < count;
                drop(self.changed.wait_while(self.state(), waiting));
                return self.perform(*reply, connection);
            }
            Reply::Delay(time, reply) => {
                self.pause(time);
                return self.perform(*reply, connection);
            }
        }
        Ok(After::Keep)
    }

    /// Waits, but no longer than the server runs.
    fn pause(&self, time: Duration) {
        let state = self.state();
        let waited = self.changed.wait_timeout_while(state, time, |state| !state.closing);
        drop(waited);
    }
}
