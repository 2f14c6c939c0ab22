//! What sends the requests of scripts, and of other modules.

use super::client;
use super::download::{self, Target};
use super::options::{Options, EXPIRES};
use crate::deadline::Deadline;
use crate::modules::host::{host, Host};
use crate::modules::http::{self, response::Response};
use crate::world::SharedWorld;
use aws::{Client, Received};
use rhai_vm::function::Call;
use rhai_vm::{Error, ErrorKind, Map, Result, Value};
use std::rc::Rc;

/// What calls AWS for a script. Clones are cheap.
#[derive(Clone)]
pub(in crate::modules) struct Caller {
    pub(super) client: Rc<Client>,
    pub(super) deadline: Deadline,
    world: SharedWorld,
}

impl Caller {
    pub(in crate::modules) fn of(call: &Call<'_>) -> Self {
        let host = host(call);
        Self { client: client::of(host), deadline: host.deadline.clone(), world: host.world.clone() }
    }

    pub(super) fn request(
        &self,
        host: &Host,
        service: &str,
        mut rest: aws::Rest,
        options: Map,
    ) -> Result<Response> {
        let action = rest.action();
        let read = Options::all(options, |options| options.request(&mut rest));
        let (target, common) = read.map_err(|error| self.thrown(error.of(service, &action)))?;
        self.receive(host, service, &rest, target, &common, &action)
    }

    /// Sends a request, with the body of the response to this target.
    pub(super) fn receive(
        &self,
        host: &Host,
        service: &str,
        rest: &aws::Rest,
        target: Target,
        options: &aws::Options,
        action: &str,
    ) -> Result<Response> {
        let received = match target {
            Target::Memory => self.send(service, rest, options).map(Received::Whole),
            _ => self.client.open_request(service, rest, options, self.deadline.until()),
        };
        let received = received.map_err(|error| self.thrown(error.of(service, action)))?;
        // In a file, the body is its path.
        Ok(match (received, target) {
            (Received::Whole(response), Target::File(path)) => {
                let (head, body) = response.into_parts();
                let path = download::write(host, &path, &body)?;
                Response::new(Ok(head.with_body(path.into_bytes())), "")
            }
            (Received::Arriving(response), Target::File(path)) => {
                let (head, body) = response.into_parts();
                let unreceived = |error: &_| self.thrown(aws::Error::from(error).of(service, action));
                let path = download::save(host, &path, body, unreceived)?;
                Response::new(Ok(head.with_body(path.into_bytes())), "")
            }
            (Received::Whole(response), _) => Response::new(Ok(response), ""),
            (Received::Arriving(response), _) => http::streamed(host, *response),
        })
    }

    pub(super) fn presign(&self, service: &str, method: &str, path: &str, options: Map) -> Result<String> {
        let mut rest = aws::Rest::new(method, path);
        let action = rest.action();
        let presign = || {
            let take = |options: &mut Options| options.presigned_request(&mut rest);
            let (expires, common) = Options::all(options, take)?;
            self.client.presign(service, &rest, expires, &common, self.deadline.until())
        };
        presign().map_err(|error| self.thrown(error.of(service, &action)))
    }

    pub(super) fn presign_call(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        options: Map,
    ) -> Result<String> {
        let presign = || {
            let (expires, common) = Options::all(options, Options::presigned)?;
            self.client.presign_call(service, operation, parameters, expires, &common, self.deadline.until())
        };
        presign().map_err(|error| self.thrown(error.of(service, operation)))
    }

    pub(super) fn send(
        &self,
        service: &str,
        rest: &aws::Rest,
        options: &aws::Options,
    ) -> aws::Result<net::Response> {
        self.client.request(service, rest, options, self.deadline.until())
    }

    /// Signs a URL for another module.
    pub(in crate::modules) fn presigned(
        &self,
        service: &str,
        request: &aws::Rest,
        options: &aws::Options,
        until: net::Until,
    ) -> aws::Result<String> {
        self.client.presign(service, request, EXPIRES, options, until)
    }

    /// Calls an operation for another module.
    pub(in crate::modules) fn try_call(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        options: &aws::Options,
    ) -> aws::Result<Map> {
        self.client.call(service, operation, parameters, options, self.deadline.until())
    }

    /// The same, with the error for the script.
    pub(in crate::modules) fn call(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        options: &aws::Options,
    ) -> Result<Map> {
        self.try_call(service, operation, parameters, options).map_err(|error| self.thrown(error))
    }

    /// What is in all pages of an operation.
    pub(in crate::modules) fn items(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        options: &aws::Options,
    ) -> Result<Vec<Value>> {
        let read = || {
            let mut pages = self.client.pages(service, operation, parameters, None, options)?;
            let mut items = Vec::new();
            while let Some(page) = pages.receive(&self.client, self.deadline.until())? {
                items.append(&mut pages.items(page));
            }
            Ok(items)
        };
        read().map_err(|error| self.thrown(error))
    }

    /// What a script gets of an error. At the deadline, and when the environment is to end, it is stopped.
    pub(in crate::modules) fn thrown(&self, error: aws::Error) -> Error {
        match error {
            aws::Error::Deadline => self.world.cut(&self.deadline),
            aws::Error::Failed(failure) => Error::new(ErrorKind::Runtime(self.error(*failure).into())),
        }
    }

    /// A failure as a value.
    pub(super) fn error(&self, failure: aws::Failure) -> Map {
        let mut thrown = self.client.error_members(&failure);
        let mut set = |name: &str, value: Value| thrown.insert(name.into(), value);
        set("type", "AwsError".into());
        set("service", failure.service.into());
        set("action", failure.action.into());
        set("code", failure.code.into());
        set("message", failure.message.into());
        set("status", failure.status.map(i64::from).into());
        set("request_id", failure.request_id.into());
        thrown
    }
}
