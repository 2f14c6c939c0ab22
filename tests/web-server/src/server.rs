//! The running server, as the test sees it.

use crate::{connection, Certificate, Reply, Request};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Any free port.
const ANY: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

/// A running server. It ends when it is dropped.
pub struct WebServer {
    address: SocketAddr,
    is_secured: bool,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    answer: Box<Answer>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    streams: Vec<TcpStream>,
    threads: Vec<JoinHandle<()>>,
    ended: usize,
    is_closing: bool,
}

impl WebServer {
    /// Answers requests with what the function says, at a free port of 127.0.0.1.
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(ANY, None, Box::new(answer))
    }

    /// The same at this address.
    pub fn start_at(address: SocketAddr, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(address, None, Box::new(answer))
    }

    /// The same with TLS.
    pub fn start_secured(
        certificate: &Certificate,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(ANY, Some(certificate.clone()), Box::new(answer))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:port`, with TLS `https://localhost:port`.
    pub fn url(&self) -> String {
        if self.is_secured {
            format!("https://localhost:{}", self.address.port())
        } else {
            format!("http://{}", self.address)
        }
    }

    /// Every request so far, in the order they came.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.shared.state().streams.len()
    }

    /// How many connections are over, whichever side ended them.
    pub fn ended_connections(&self) -> usize {
        self.shared.state().ended
    }

    /// Closes every connection, of which clients may or may not hear.
    pub fn close_connections(&self) {
        for stream in &self.shared.state().streams {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn serve(address: SocketAddr, certificate: Option<Certificate>, answer: Box<Answer>) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let is_secured = certificate.is_some();
        let shared = Arc::new(Shared { answer, state: Mutex::default() });
        let accepting = Arc::clone(&shared);
        let acceptor = thread::spawn(move || accept(&accepting, &listener, certificate.as_ref()));
        Self { address, is_secured, shared, acceptor: Some(acceptor) }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.shared.state().is_closing = true;
        // The acceptor looks up only when somebody connects.
        drop(TcpStream::connect(self.address));
        let _ = self.acceptor.take().map(JoinHandle::join);
        let (streams, threads) = {
            let mut state = self.shared.state();
            (std::mem::take(&mut state.streams), std::mem::take(&mut state.threads))
        };
        for stream in streams {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for thread in threads {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "an answer panicked");
        }
    }
}

fn accept(shared: &Arc<Shared>, listener: &TcpListener, certificate: Option<&Certificate>) {
    for stream in listener.incoming() {
        let mut state = shared.state();
        if state.is_closing {
            return;
        }
        let Ok((stream, clone)) = stream.and_then(|stream| Ok((stream.try_clone()?, stream))) else {
            continue;
        };
        state.streams.push(clone);
        let number = state.streams.len();
        let tls = certificate.map(Certificate::config);
        let serving = Arc::clone(shared);
        let thread = thread::spawn(move || {
            let answer = |request: Request| {
                serving.state().requests.push(request.clone());
                (serving.answer)(&request)
            };
            // Clients may go away at any time.
            let _ = connection::serve(stream, tls, number, &answer);
            serving.state().ended += 1;
        });
        state.threads.push(thread);
    }
}
