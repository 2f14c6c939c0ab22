//! What the modules for databases share: how servers are reached, the clients of this environment, and errors.

use super::host::{Host, ModuleState};
use crate::network;
use crate::tracing::{self, Problem, Subject};
use ::clients::{codes, Failure, Network};
use net::Until;
use rhai_vm::{Error, ErrorKind, Map, Value};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::SystemTime;

/// So many clients are kept of one kind. Each has connections, which servers limit.
const MAX_CLIENTS: usize = 32;

/// How servers are reached.
struct Shared(Rc<Network>);

impl ModuleState for Shared {
    fn new(host: &Host) -> Self {
        Self(Rc::new(Network::new(&network::config(|name| host.world.variable(name)))))
    }
}

pub(super) fn network(host: &Host) -> Rc<Network> {
    Rc::clone(&host.state::<Shared>().0)
}

/// Clients by their settings: the same settings have the same client, and so its connections.
pub(super) struct Clients<S, C>(RefCell<Vec<(S, Rc<C>)>>);

impl<S, C> Default for Clients<S, C> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<S: PartialEq + Clone, C> Clients<S, C> {
    /// The client of these settings.
    pub(super) fn get(&self, settings: &S, make: impl FnOnce() -> C) -> Rc<C> {
        let mut clients = self.0.borrow_mut();
        if let Some((_, client)) = clients.iter().find(|(known, _)| known == settings) {
            return Rc::clone(client);
        }
        if clients.len() >= MAX_CLIENTS {
            clients.remove(0);
        }
        let client = Rc::new(make());
        clients.push((settings.clone(), Rc::clone(&client)));
        client
    }

    /// Does something with each client.
    pub(super) fn for_each(&self, mut work: impl FnMut(&C)) {
        self.0.borrow().iter().for_each(|(_, client)| work(client));
    }
}

/// Does something with the server of a URL without user and password, in the trace of the invocation.
pub(super) fn traced<T>(
    host: &Host,
    system: &'static str,
    url: &impl ToString,
    work: impl FnOnce(Until) -> ::clients::Result<T>,
) -> ::clients::Result<T> {
    let span = host.tracer.begin(|| {
        let url = url.to_string();
        (tracing::host(&url).to_owned(), Subject::Database { system, url })
    });
    let result = work(host.deadline.until());
    match &result {
        // A span that is dropped is one of a script that was stopped.
        Err(::clients::Error::Deadline) => drop(span),
        Err(::clients::Error::Failed(failure)) => span.end(SystemTime::now(), |record| {
            record.problem = Some(Problem::new(&failure.code, &failure.message));
        }),
        Ok(_) => span.end(SystemTime::now(), |_| {}),
    }
    result
}

/// What a script gets of an error. At the deadline, and when the environment is to end, it is stopped.
pub(super) fn thrown(host: &Host, error_type: &str, error: ::clients::Error) -> Error {
    match error {
        ::clients::Error::Deadline => host.cut(),
        ::clients::Error::Failed(failure) => failed(error_type, *failure),
    }
}

/// An error about an argument: nothing was sent.
pub(super) fn invalid(error_type: &str, message: String) -> Error {
    failed(error_type, Failure { code: codes::INVALID.into(), message, ..Failure::default() })
}

fn failed(error_type: &str, failure: Failure) -> Error {
    let mut thrown = Map::new();
    thrown.insert("type".into(), error_type.into());
    thrown.insert("code".into(), (&*failure.code).into());
    thrown.insert("message".into(), failure.message.into());
    for (name, value) in failure.fields {
        thrown.insert(name.into(), value.into());
    }
    Error::new(ErrorKind::Runtime(Value::from(thrown)))
}
