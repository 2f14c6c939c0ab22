//! A bomb in Rhambda.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{ensure, Context, Result};
use fake_runtime_api::{Director, Endpoint, Invocation, Reply, Request, Running};
use serde_json::{json, Value};

use super::bomb::Bomb;
use super::outcome::Outcome;
use super::{folder, server, PATIENCE};
use crate::peers::root;
use test_support::cgroup::Cgroup;

/// Sets a bomb off in a function with so many MB and workers. With several, others serve events beside it;
/// afterwards each serves one.
pub(super) fn set_off(bootstrap: &Path, bomb: &Bomb, size: u64, workers: usize) -> Result<Outcome> {
    let group = Cgroup::new(size << 20).context("no control group")?;
    let server = server::start();
    let api = Running::start(Book::default());
    let mut command = group.command(bootstrap);
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
        .env("_HANDLER", "bombs.handler")
        .env("LAMBDA_TASK_ROOT", folder())
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", size.to_string())
        .env("BOMB_URL", server.url())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(root().join("target/bench/memory.txt")).context("no log")?);
    if workers > 1 {
        command.env("AWS_LAMBDA_MAX_CONCURRENCY", workers.to_string());
    }
    let mut process = Process(spawn(&mut command)?);
    let others = || vec![next(); workers];
    api.tell(|book| book.plan(others()));
    ensure!(process.waits_for(&api)?, "the bombs cannot be loaded, or the function does not start");
    api.tell(|book| book.plan([bomb.event(size << 20)].into_iter().chain(others())));
    let is_first_over = process.waits_for(&api)?;
    api.tell(|book| book.plan(others()));
    let is_over = is_first_over && process.waits_for(&api)?;
    let has_ended = process.0.try_wait()?.is_some();
    let book = api.director();
    Ok(book.outcome(workers, is_over, has_ended))
}

fn next() -> Value {
    json!({ "bomb": "next" })
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().context("bootstrap does not start")
}

/// The process; it ends with this.
struct Process(Child);

impl Process {
    /// Waits until all events have their responses; whether that comes.
    fn waits_for(&mut self, api: &Running<Book>) -> Result<bool> {
        let until = Instant::now() + PATIENCE + Duration::from_secs(5);
        while Instant::now() < until {
            if api.wait(Duration::from_millis(100), Book::is_settled).1 {
                return Ok(true);
            }
            if self.0.try_wait()?.is_some() {
                return Ok(false);
            }
        }
        Ok(false)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What is delivered, and what comes of it. An event's id is its number.
#[derive(Default)]
struct Book {
    planned: VecDeque<(usize, Value)>,
    answers: Vec<Option<Answer>>,
}

struct Answer {
    /// The type of the error that it is.
    error_type: Option<String>,
    body: Vec<u8>,
}

impl Book {
    fn plan(&mut self, events: impl IntoIterator<Item = Value>) {
        for event in events {
            self.planned.push_back((self.answers.len(), event));
            self.answers.push(None);
        }
    }

    fn is_settled(&self) -> bool {
        self.answers.iter().all(Option::is_some)
    }

    fn outcome(&self, bomb: usize, is_over: bool, has_ended: bool) -> Outcome {
        if has_ended {
            return Outcome::Killed;
        }
        for (number, answer) in self.answers.iter().enumerate().filter(|(number, _)| *number != bomb) {
            match answer {
                Some(answer) if answer.body == b"\"served\"" => {}
                None if number > bomb && self.answers[bomb].is_none() => {}
                None => return Outcome::Harmed(format!("no response to event {number}")),
                Some(answer) => return Outcome::Harmed(String::from_utf8_lossy(&answer.body).into_owned()),
            }
        }
        match &self.answers[bomb] {
            Some(Answer { error_type: Some(error_type), body }) if is_over => {
                Outcome::of_error(error_type, &String::from_utf8_lossy(body))
            }
            Some(_) if is_over => Outcome::Finished,
            _ => Outcome::TooSlow,
        }
    }
}

impl Director for Book {
    fn receive(&mut self, request: Request) -> Option<Reply> {
        let id = match Endpoint::of(&request, "") {
            Endpoint::Next => return None,
            Endpoint::Response(id) | Endpoint::Error(id) => id,
            _ => return Some(Reply::error(404, "NotFound")),
        };
        let answer = id.parse().ok().and_then(|number: usize| self.answers.get_mut(number));
        if let Some(answer) = answer {
            let error_type =
                request.error_type_header().or(request.trailer("lambda-runtime-function-error-type"));
            *answer = Some(Answer { error_type: error_type.map(str::to_owned), body: request.body });
        }
        Some(Reply::accepted())
    }

    fn waiting_reply(&mut self) -> Option<Reply> {
        let (number, event) = self.planned.pop_front()?;
        let invocation =
            Invocation::new(event.to_string()).request_id(number.to_string()).deadline_in(PATIENCE);
        Some(Reply::Invocation(invocation))
    }

    fn receive_broken(&mut self, _problem: &io::Error) {}
}
