//! A server while it runs.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::connections::{self, Shared};
use crate::Director;

/// A server on a free port of 127.0.0.1, which does what its director says. It ends when it is
/// dropped.
pub struct Running<D: Director> {
    address: SocketAddr,
    shared: Arc<Shared<D>>,
    acceptor: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

impl<D: Director> Running<D> {
    /// Starts the server.
    ///
    /// # Panics
    /// When there is no port or no thread to be had.
    pub fn start(director: D) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let shared = Arc::new(Shared::new(director));
        let accepting = Arc::clone(&shared);
        let acceptor = Some(thread::spawn(move || connections::accept(&accepting, &listener)));
        Self { address, shared, acceptor }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The director, who makes no decision meanwhile.
    pub fn director(&self) -> MutexGuard<'_, D> {
        self.shared.director()
    }

    /// Tells the director something upon which those that wait may have their reply.
    pub fn tell(&self, news: impl FnOnce(&mut D)) {
        news(&mut self.director());
        self.shared.changed.notify_all();
    }

    /// Waits until the director is where the condition wants it, so long at most; whether it is.
    pub fn wait(&self, patience: Duration, ready: impl Fn(&D) -> bool) -> (MutexGuard<'_, D>, bool) {
        let director = self.director();
        let (director, timeout) = self
            .shared
            .changed
            .wait_timeout_while(director, patience, |director| !ready(director))
            .unwrap_or_else(PoisonError::into_inner);
        (director, !timeout.timed_out())
    }

    /// Ends it: closes all connections and waits for its threads.
    ///
    /// # Panics
    /// When one of them panicked.
    pub(crate) fn end(&mut self) {
        let Some(acceptor) = self.acceptor.take() else {
            return;
        };
        self.shared.close();
        // The acceptor looks up only when somebody connects.
        drop(TcpStream::connect(self.address));
        let connections = acceptor.join();
        assert!(connections.is_ok() || thread::panicking(), "a connection panicked");
        self.shared.shut_down_streams();
        for connection in connections.unwrap_or_default() {
            let ended = connection.join();
            assert!(ended.is_ok() || thread::panicking(), "a connection panicked");
        }
    }
}

impl<D: Director> Drop for Running<D> {
    fn drop(&mut self) {
        self.end();
    }
}
