//! An execution environment, from its start to its end, with one invocation in it.

use super::credentials::Credentials;
use super::invocation;
use super::outcome::{Outcome, MAX_RESPONSE};
use super::report::Report;
use super::runtime::Runtime;
use super::runtime_api::{Call, Content, Part, Reply, RuntimeApi};
use super::stdout::Stdout;
use super::Request;
use crate::dap::debuggee;
use anyhow::Result;
use std::future::Future;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep_until, timeout_at, Instant};
use uuid::Uuid;

/// Lambda's limit for the init phase.
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// A debugger may hold a script for as long as it likes, and has the runtime itself keep the deadline.
const DEBUGGED: Duration = Duration::from_hours(24 * 365);

/// The Runtime API, and the runtime that uses it.
struct Environment {
    api: RuntimeApi,
    runtime: Runtime,
    request_id: String,
    memory_mb: u32,
}

/// When a phase must be over, and the outcome if it is not.
struct Limit {
    end: Instant,
    outcome: Outcome,
}

/// Starts an environment, invokes the function in it once, and ends it. A streamed response is shown
/// as it comes; the outcome's response is what remains to be said.
///
/// # Errors
/// When this machine does not provide what is needed.
pub(crate) async fn run(request: &Request, stdout: &mut Stdout) -> Result<(Outcome, Report)> {
    let request_id = Uuid::new_v4().to_string();
    let started = Instant::now();
    let credentials = Credentials::new();
    let api = RuntimeApi::start(&request_id, credentials.clone()).await?;
    let runtime = Runtime::start(&request.function, api.address(), &credentials)?;
    let memory_mb = request.function.memory_mb;
    let mut environment = Environment { api, runtime, request_id, memory_mb };

    let outcome = Outcome::init_timeout(&environment.request_id, INIT_LIMIT);
    let limit = |limit| if debuggee::is_wanted() { DEBUGGED } else { limit };
    let next = match environment.ready(&Limit { end: started + limit(INIT_LIMIT), outcome }).await {
        Ok(next) => next,
        Err(outcome) => return Ok(environment.end(outcome, None, started.elapsed()).await),
    };

    let delivered = Instant::now();
    let timeout = request.function.timeout;
    next.deliver(invocation::headers(request, &environment.request_id)?, &request.event);
    let outcome = Outcome::timeout(&environment.request_id, timeout);
    let limit = Limit { end: delivered + limit(timeout), outcome };
    // The runtime would see its last call fail, and complain, if that were dropped before the end.
    let (outcome, _next) = match environment.response(&limit, stdout).await {
        // This response stands, whatever happens from now on: the caller has it.
        Ok(response) => (response, environment.ready(&limit).await.ok()),
        Err(outcome) => (outcome, None),
    };
    // Lambda counts no more than it allows.
    let duration = delivered.elapsed().min(timeout);
    Ok(environment.end(outcome, Some(delivered - started), duration).await)
}

impl Environment {
    /// Waits until the runtime asks for an invocation: it is initialised, or done with the
    /// invocation before.
    async fn ready(&mut self, limit: &Limit) -> Result<Reply, Outcome> {
        loop {
            let Call { content, reply } = self.call(limit).await?;
            match content {
                Content::Next => return Ok(reply),
                Content::InitError { error_type, body } => {
                    reply.accept();
                    // It goes on to log why, and ends by itself.
                    let _ = timeout_at(limit.end, self.runtime.exit()).await;
                    return Err(Outcome::init_error(error_type, body));
                }
                Content::Response(_) | Content::Stream(_) | Content::Error(_) => reply.refuse(),
            }
        }
    }

    /// Waits for the function's response to the invocation.
    async fn response(&mut self, limit: &Limit, stdout: &mut Stdout) -> Result<Outcome, Outcome> {
        loop {
            let Call { content, reply } = self.call(limit).await?;
            match content {
                Content::Response(response) if response.len() > MAX_RESPONSE => {
                    let outcome = Outcome::response_too_large();
                    reply.refuse_size();
                    return Ok(outcome);
                }
                Content::Response(response) => {
                    reply.accept();
                    return Ok(Outcome::success(response));
                }
                Content::Stream(parts) => {
                    // If it broke off, the runtime ends or has more to say.
                    if let Some(outcome) = self.stream(parts, limit, stdout).await? {
                        reply.accept();
                        return Ok(outcome);
                    }
                }
                Content::Error(error) => {
                    reply.accept();
                    return Ok(Outcome::function_error(error));
                }
                Content::Next | Content::InitError { .. } => reply.refuse(),
            }
        }
    }

    /// Shows a stream as it comes, until its end; `None` when it breaks off.
    async fn stream(
        &mut self,
        mut parts: mpsc::Receiver<Part>,
        limit: &Limit,
        stdout: &mut Stdout,
    ) -> Result<Option<Outcome>, Outcome> {
        loop {
            match within(limit, &self.request_id, &mut self.runtime, parts.recv()).await? {
                Some(Part::Data(data)) => stdout.stream(&data),
                Some(Part::End(error)) => return Ok(Some(Outcome::streamed(error))),
                None => return Ok(None),
            }
        }
    }

    /// Waits for a call.
    async fn call(&mut self, limit: &Limit) -> Result<Call, Outcome> {
        within(limit, &self.request_id, &mut self.runtime, self.api.call()).await
    }

    async fn end(self, outcome: Outcome, init: Option<Duration>, duration: Duration) -> (Outcome, Report) {
        let Self { request_id, memory_mb, runtime, .. } = self;
        let peak_memory_mb = runtime.peak_memory_mb();
        runtime.end().await;
        (outcome, Report { request_id, init, duration, memory_mb, peak_memory_mb })
    }
}

/// Waits for what the runtime says; it may end instead, or the time may be up.
async fn within<T>(
    limit: &Limit,
    request_id: &str,
    runtime: &mut Runtime,
    said: impl Future<Output = T>,
) -> Result<T, Outcome> {
    tokio::select! {
        biased; // what the runtime said comes before its end
        said = said => Ok(said),
        status = runtime.exit() => Err(Outcome::exit(request_id, status)),
        () = sleep_until(limit.end) => Err(limit.outcome.clone()),
    }
}
