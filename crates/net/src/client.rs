//! Sends requests, over connections that are kept for the next ones.

use crate::budget::Budget;
use crate::connector::{Connections, NoNames};
use crate::exchange::exchange;
use crate::failed::Failed;
use crate::time::Time;
use crate::{connection, redirect, Body, Config, Error, Memory, Request, Response, Until};
use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A connection that was idle for longer is not used again: many servers close theirs after a minute.
const MAX_IDLE: Duration = Duration::from_mins(1);
/// So many idle connections are kept, and so many of them to one host.
const KEPT: usize = 64;
const KEPT_PER_HOST: usize = 32;

/// How often the environment began anew; see [`forget_connections`].
static BEGINNING: AtomicUsize = AtomicUsize::new(0);

/// Makes every client of the process forget its connections and the names it looked up: it goes on
/// somewhere else, from a snapshot.
pub fn forget_connections() {
    BEGINNING.fetch_add(1, Ordering::Relaxed);
}

/// How often that happened: what was connected before is not used again.
pub(crate) fn beginning() -> usize {
    BEGINNING.load(Ordering::Relaxed)
}

/// Sends requests. Cheap to make: nothing is set up before the first request, and nothing of TLS
/// before the first one that needs it. Clones are the same client, also on other threads.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// For the bodies of all its responses together; without it, for each of them alone.
    budget: Option<Arc<Budget>>,
}

struct Shared {
    config: Box<dyn Fn() -> Config + Send + Sync>,
    parts: Mutex<Option<Parts>>,
}

/// What is set up at the first request.
#[derive(Clone)]
struct Parts {
    beginning: usize,
    agent: ureq::Agent,
    memory: Memory,
}

impl Client {
    /// A client that asks for its configuration at the first request.
    pub fn new(config: impl Fn() -> Config + Send + Sync + 'static) -> Self {
        Self { shared: Arc::new(Shared { config: Box::new(config), parts: Mutex::default() }), budget: None }
    }

    /// The same client for responses that are kept together: all their bodies may be as large as one
    /// alone.
    #[must_use]
    pub fn for_many(&self) -> Self {
        let memory = self.shared.parts().memory;
        Self { shared: Arc::clone(&self.shared), budget: Some(Arc::new(Budget::new(memory))) }
    }

    /// Sends a request and waits for the whole response, but not beyond `until`.
    ///
    /// # Errors
    /// Whenever there is no complete response. No status is an error.
    pub fn send(&self, request: &Request, until: Until) -> Result<Response, Error> {
        self.read_all(follow(&self.shared.parts().agent, request, until)?)
    }

    /// Reads the rest of a response.
    ///
    /// # Errors
    /// Whenever the body is not complete, or does not fit into the function's memory.
    pub fn read_all(&self, response: Response<Body>) -> Result<Response, Error> {
        let (head, body) = response.into_parts();
        let bytes = match &self.budget {
            Some(budget) => body.read_all(budget),
            None => body.read_all(&Budget::new(self.shared.parts().memory)),
        };
        Ok(head.with_body(bytes?))
    }

    /// Sends a request and waits for the head of the response. The caller reads the body while it arrives, but not
    /// beyond `until`, or passes the response to [`Client::read_all`]. The request's timeout is for the head, and then for each wait for more
    /// of the body.
    ///
    /// # Errors
    /// Whenever there is no response. No status is an error.
    pub fn open(&self, request: &Request, until: Until) -> Result<Response<Body>, Error> {
        let (head, body) = follow(&self.shared.parts().agent, request, until)?.into_parts();
        Ok(head.with_body(body.streamed()))
    }
}

/// Sends a request, and those that redirects ask for.
fn follow(agent: &ureq::Agent, request: &Request, until: Until) -> Result<Response<Body>, Error> {
    let time = Time::new(request.timeout, until);
    let mut request = Cow::Borrowed(request);
    let mut redirects = 0;
    loop {
        let response = send_once(agent, &request, &time)?;
        let Some(next) = redirect::next(&request, &response, redirects)? else {
            return Ok(response);
        };
        request = Cow::Owned(next);
        redirects += 1;
    }
}

/// Sends one request, anew as long as kept connections turn out to be closed.
fn send_once(agent: &ureq::Agent, request: &Request, time: &Time) -> Result<Response<Body>, Error> {
    loop {
        match exchange(agent, request, time) {
            Ok(response) => return Ok(response),
            Err(Failed::Stale { while_sending }) if request.repeatable || while_sending => {}
            Err(failed) => return Err(failed.into()),
        }
    }
}

impl Shared {
    fn parts(&self) -> Parts {
        let beginning = beginning();
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let current = parts.take().filter(|parts| parts.beginning == beginning);
        let current = current.unwrap_or_else(|| Parts::new(&(self.config)(), beginning));
        parts.insert(current).clone()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Parts {
    fn new(config: &Config, beginning: usize) -> Self {
        // What ureq would do beyond sending one request is done here, or not at all.
        let settings = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .proxy(None)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .max_response_header_size(connection::MAX_HEAD)
            .max_idle_connections(KEPT)
            .max_idle_connections_per_host(KEPT_PER_HOST)
            .max_idle_age(MAX_IDLE)
            .build();
        let agent = ureq::Agent::with_parts(settings, Connections::new(config), NoNames);
        Self { beginning, agent, memory: config.memory }
    }
}
