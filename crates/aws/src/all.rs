//! Several calls at the same time.
//!
//! Requests are signed one after the other, and sent at the same time. What failed for a temporary reason follows in
//! another round.

use crate::client::{Attempt, Client, Options, Sending, Step};
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::found::Found;
use net::{Client as Http, Request, Response, Until};
use rhai_vm::Map;
use std::time::{Duration, SystemTime};

/// What came of sending a request, and when.
pub type Received = (std::result::Result<Response, net::Error>, SystemTime);

/// A call that is about to be made.
pub struct Prepared {
    found: Found,
    /// The service as the caller names it.
    service: String,
    draft: Draft<'static>,
    /// The response of the environment in place of AWS's.
    response: Option<Result<Map>>,
    options: Options,
}

impl Client {
    /// A call whose parameters are checked, and which is not made yet.
    ///
    /// # Errors
    /// There is no such operation, or the parameters are wrong.
    pub fn prepare(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        options: Options,
    ) -> Result<Prepared> {
        let prepare = || {
            let found = self.find(service, operation)?.with(&options)?;
            let draft = found.draft(parameters)?;
            let response = found.replaced(parameters);
            Ok(Prepared { found, service: service.to_owned(), draft, response, options })
        };
        prepare().map_err(|error: Error| error.of(service, operation))
    }

    /// Makes calls at the same time, and returns their results in the same order.
    ///
    /// `send` sends requests at the same time, and returns as many responses, in the same order, each with the time at
    /// which it was there.
    pub fn all(
        &self,
        calls: &[Prepared],
        until: Until,
        send: impl Fn(&Http, &[Request]) -> Vec<Received>,
    ) -> Vec<Result<Map>> {
        let http = self.http.for_many();
        let mut results: Vec<Option<Result<Map>>> = calls.iter().map(|_| None).collect();
        let mut open = Vec::new();
        for (number, call) in calls.iter().enumerate() {
            if let Some(response) = &call.response {
                results[number] = Some(response.clone());
                continue;
            }
            match self.sending(&call.draft, &call.options, until) {
                Ok(sending) => open.push((number, sending)),
                Err(error) => results[number] = Some(Err(error)),
            }
        }
        while !open.is_empty() {
            let (round, delay) = round(&http, open, self.environment.values(), &send, |number, response| {
                results[number] = Some(response.and_then(|response| calls[number].found.result(response)));
            });
            open = round;
            if !open.is_empty() && !until.wait(delay) {
                break;
            }
        }
        let result = |(call, result): (&Prepared, Option<Result<Map>>)| {
            let result = result.unwrap_or(Err(Error::Deadline));
            result.map_err(|error| error.of(&call.service, &call.found.operation().name))
        };
        calls.iter().zip(results).map(result).collect()
    }
}

/// Sends requests once; those that are to be sent again, and after which time.
fn round<'a>(
    http: &Http,
    open: Vec<(usize, Sending<'a>)>,
    host: &dyn aws_api::Host,
    send: impl Fn(&Http, &[Request]) -> Vec<Received>,
    mut done: impl FnMut(usize, Result<Response>),
) -> (Vec<(usize, Sending<'a>)>, Duration) {
    let (mut signed, mut requests) = (Vec::new(), Vec::new());
    for (number, mut sending) in open {
        match sending.request() {
            Ok(request) => {
                requests.push(request);
                signed.push((number, sending));
            }
            Err(error) => done(number, Err(error)),
        }
    }
    let (mut again, mut delay) = (Vec::new(), Duration::ZERO);
    for ((number, mut sending), (sent, at)) in signed.into_iter().zip(send(http, &requests)) {
        match sending.take(sent.map(|response| Attempt::of(response, host)), at) {
            Step::Done(result) => done(number, result),
            Step::Again(pause) => {
                delay = delay.max(pause);
                again.push((number, sending));
            }
        }
    }
    (again, delay)
}
