//! The Runtime API for one process: delivers events, takes the times.
//!
//! All peers meet the same server. It answers with bytes made beforehand, in
//! one write each, and takes its timestamps before it looks at a request.

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{bail, ensure, Context, Result};
use fake_runtime_api::http::{self, Connection};
use fake_runtime_api::Request;

const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:bench";
const TRACE_ID: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// A server for one process. It ends when it is dropped.
pub(crate) struct Session {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    workers: usize,
    acceptor: Option<JoinHandle<()>>,
}

/// What was measured since the last `plan`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Times {
    /// When the first `/next` of the process came.
    pub(crate) first_next: Option<Instant>,
    /// When the first answer of the process had come.
    pub(crate) first_answer: Option<Instant>,
    /// For each invocation, from before its write until its answer was read
    /// to the end: what a caller waits for. The `/next` after it is not part
    /// of it, as Lambda passes the answer on at once.
    pub(crate) invocations: Vec<Duration>,
    /// The body of the last answer.
    pub(crate) last_answer: Vec<u8>,
}

impl Times {
    /// Fails unless the last response was this event.
    pub(crate) fn expect_echo(&self, event: &str) -> Result<()> {
        let response: serde_json::Value = serde_json::from_slice(&self.last_answer)?;
        ensure!(
            response == serde_json::from_str::<serde_json::Value>(event)?,
            "the response is not the event"
        );
        Ok(())
    }
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    accepted: Vec<u8>,
}

#[derive(Default)]
struct State {
    invocation: Arc<[u8]>,
    undelivered: usize,
    /// How many of the process's workers wait for an invocation that is not there.
    waiting: usize,
    written: Option<Instant>,
    times: Times,
    failure: Option<String>,
    closing: bool,
    streams: Vec<TcpStream>,
}

impl Session {
    /// A server for a process that serves so many invocations at once.
    pub(crate) fn start(workers: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the Runtime API")?;
        let address = listener.local_addr()?;
        let json = [("Content-Type", "application/json")];
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            accepted: http::answer(202, &json, br#"{"status":"OK"}"#),
        });
        let accepting = Arc::clone(&shared);
        let acceptor = Some(thread::spawn(move || accept(&accepting, &listener)));
        Ok(Self { address, shared, workers, acceptor })
    }

    /// Delivers an event that many times, from now on.
    pub(crate) fn plan(&self, event: &str, count: usize) {
        let mut state = self.shared.state();
        state.invocation = invocation(event).into();
        state.undelivered = count;
        state.times.invocations = Vec::with_capacity(count);
        self.shared.changed.notify_all();
    }

    /// Waits until what was planned is answered and the process asks for more.
    /// `check` is called now and then, and may end the waiting with an error.
    pub(crate) fn wait(&self, mut check: impl FnMut() -> Result<()>) -> Result<Times> {
        let mut state = self.shared.state();
        let limit = Instant::now() + Duration::from_mins(5);
        while !(state.waiting == self.workers && state.undelivered == 0) {
            if let Some(failure) = state.failure.take() {
                bail!(failure);
            }
            if Instant::now() > limit {
                bail!("not done after 5 minutes");
            }
            // A rare look, so as not to disturb what is measured.
            let pause = Duration::from_millis(200);
            let waited = self.shared.changed.wait_timeout(state, pause);
            state = waited.expect("no thread panics with the state").0;
            check()?;
        }
        Ok(state.times.clone())
    }

    /// Closes all connections, upon which most clients end by themselves.
    pub(crate) fn end(&mut self) {
        self.shared.state().closing = true;
        self.shared.changed.notify_all();
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().expect("the acceptor does not panic");
        }
        for stream in &self.shared.state().streams {
            // A client that was killed has closed it already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}

fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    loop {
        let (stream, _) = listener.accept().expect("a listener accepts");
        let mut state = shared.state();
        if state.closing {
            return;
        }
        let clone = stream.try_clone().expect("a file descriptor");
        // bash + curl opens two connections for each invocation.
        state.streams.retain(|stream| stream.peer_addr().is_ok());
        state.streams.push(clone);
        drop(state);
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            let mut connection = Connection::new(stream, 0).expect("a socket without delay");
            // Ends with the client, which is killed when all is measured.
            while let Ok(Some(request)) = connection.read_request() {
                if shared.reply(request, &mut connection).is_err() {
                    break;
                }
            }
            connection.close();
        });
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics with the state")
    }

    fn reply(&self, request: Request, connection: &mut Connection) -> Result<()> {
        if request.path.ends_with("/next") {
            let invocation = self.next(request.received)?;
            connection.write(&invocation)?;
            return Ok(());
        }
        if request.path.ends_with("/response") {
            let mut state = self.state();
            let times = &mut state.times;
            times.first_answer.get_or_insert(request.completed);
            times.last_answer = request.body;
            if let Some(written) = state.written.take() {
                let time = request.completed - written;
                state.times.invocations.push(time);
            }
        } else {
            let body = String::from_utf8_lossy(&request.body);
            let failure = format!("{} was sent {body}", request.path);
            self.state().failure = Some(failure);
            self.changed.notify_all();
        }
        connection.write(&self.accepted)?;
        Ok(())
    }

    /// The bytes of the next invocation, which are to be written at once.
    fn next(&self, received: Instant) -> Result<Arc<[u8]>> {
        let mut state = self.state();
        state.times.first_next.get_or_insert(received);
        if state.undelivered == 0 {
            state.waiting += 1;
            self.changed.notify_all();
            let waiting = |state: &mut State| state.undelivered == 0 && !state.closing;
            let waited = self.changed.wait_while(state, waiting);
            state = waited.expect("no thread panics with the state");
            state.waiting -= 1;
        }
        if state.closing {
            bail!("the session is over");
        }
        state.undelivered -= 1;
        state.written = Some(Instant::now());
        Ok(Arc::clone(&state.invocation))
    }
}

fn invocation(event: &str) -> Vec<u8> {
    // 15 minutes, the longest that a function may run.
    let deadline = SystemTime::now() + Duration::from_mins(15);
    let since = deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
    let headers = [
        ("Content-Type", "application/json"),
        ("Lambda-Runtime-Aws-Request-Id", REQUEST_ID),
        ("Lambda-Runtime-Deadline-Ms", &since.as_millis().to_string()),
        ("Lambda-Runtime-Invoked-Function-Arn", ARN),
        ("Lambda-Runtime-Trace-Id", TRACE_ID),
    ];
    http::answer(200, &headers, event.as_bytes())
}
