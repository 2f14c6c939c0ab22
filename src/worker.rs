//! One worker: its own connection, its own script, and the poll/invoke/respond loop between them,
//! the one place where the Runtime API and scripts meet.

use crate::context::{Context, Parts};
use crate::failure::Failure;
use crate::handler::HandlerSpec;
use crate::logging;
use crate::memory;
use crate::restart;
use crate::runtime_api::{Client, Delivery, Invocation};
use crate::script::{Hook, Script, Sink};
use crate::settings::{FunctionInfo, Settings};
use crate::shutdown::Shutdown;
use crate::value;
use anyhow::{bail, Result};
use net::Until;
use rhai_vm::{Map, Value};
use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

/// Pauses before a worker among others asks for an event again after a failure.
const PAUSES_MS: [u64; 5] = [100, 200, 400, 800, 1600];

/// A worker whose script is initialised.
pub(crate) struct Worker<'a> {
    settings: &'a Settings,
    shutdown: Shutdown,
    client: Rc<RefCell<Client>>,
    script: Script,
    function: Rc<FunctionInfo>,
}

impl<'a> Worker<'a> {
    /// Initialises the script. If that fails, the first worker reports it to Lambda, which takes one
    /// such report at most.
    pub(crate) fn start(settings: &'a Settings, shutdown: Shutdown, is_first: bool) -> Result<Self> {
        // A worker lives as long as the environment.
        memory::keep_small_blocks();
        let mut client = Client::new(settings.runtime_api.clone());
        client.connect();
        let loaded = HandlerSpec::parse(&settings.handler)
            .and_then(|spec| Script::load(spec, settings.roots.clone(), &settings.function, shutdown.until()))
            .map(|script| script.with_trace_variable(settings.concurrency.is_none()));
        match loaded {
            Ok(script) => Ok(Self {
                settings,
                shutdown,
                client: Rc::new(RefCell::new(client)),
                script,
                function: Rc::new(settings.function.clone()),
            }),
            Err(failure) => {
                logging::failure(&failure);
                if is_first {
                    report_last(client.fail_init(&failure), "init error");
                }
                bail!("the function could not be initialized, see the error above");
            }
        }
    }

    /// Goes through the snapshot of `SnapStart`: the initialised environment is frozen here, and goes
    /// on from here each time it is thawed.
    ///
    /// See "Building a custom runtime for AWS Lambda" in the AWS Lambda developer guide.
    fn pass_snapshot(&self) -> Result<()> {
        let mut client = self.client.borrow_mut();
        if let Err(failure) = self.script.call_hook(Hook::BeforeSnapshot, self.shutdown.until()) {
            let failure = hook_failure("Runtime.BeforeSnapshotError", Hook::BeforeSnapshot, failure);
            report_last(client.fail_init(&failure), "init error");
            return Err(Exit { code: 64 }.into());
        }
        client.wait_for_restore()?;
        net::forget_connections();
        if let Err(failure) = self.script.call_hook(Hook::AfterRestore, self.shutdown.until()) {
            let failure = hook_failure("Runtime.AfterRestoreError", Hook::AfterRestore, failure);
            report_last(client.fail_restore(&failure), "restore error");
            return Err(Exit { code: 65 }.into());
        }
        Ok(())
    }

    /// Serves invocations until the environment ends.
    pub(crate) fn run(mut self) -> Result<Infallible> {
        if self.settings.snap_start {
            self.pass_snapshot()?;
        }
        restart::end_initialization();
        loop {
            let invocation = self.next()?;
            self.shutdown.during(|| self.serve(invocation))?;
        }
    }

    fn next(&mut self) -> Result<Invocation> {
        let mut client = self.client.borrow_mut();
        if self.settings.concurrency.is_none() {
            return client.next();
        }
        // Where many invocations run at once, an event that got lost is Lambda's to deliver again.
        for pause in PAUSES_MS {
            match client.next() {
                Ok(invocation) => return Ok(invocation),
                Err(error) => log::warn!("{error:#}; retrying in {pause} ms"),
            }
            thread::sleep(Duration::from_millis(pause));
        }
        client.next()
    }

    fn serve(&mut self, mut invocation: Invocation) -> Result<()> {
        let tenant_id = invocation.header("lambda-runtime-aws-tenant-id");
        logging::begin_invocation(&invocation.request_id, tenant_id);
        restart::begin_invocation(&invocation);
        // The script is stopped a little before Lambda would kill the process.
        let deadline = invocation.time_left.and_then(|left| Instant::now().checked_add(left));
        let stop_at = deadline.and_then(|deadline| deadline.checked_sub(self.settings.deadline_margin));
        let until = self.shutdown.until().by(stop_at);
        let event = std::mem::take(&mut invocation.event);
        let context = context(&self.function, &mut invocation);
        let invocation = Rc::new(invocation);
        let sink = || -> Rc<dyn Sink> {
            Rc::new(ToLambda { client: Rc::clone(&self.client), invocation: Rc::clone(&invocation) })
        };
        let result = context.and_then(|context| self.script.call(event, context, until, sink));
        if let Err(failure) = &result {
            logging::failure(failure);
        }
        logging::end_invocation();
        restart::end_invocation();
        let mut client = self.client.borrow_mut();
        let delivery = match &result {
            _ if client.is_streaming() => {
                client.end_stream(result.as_ref().err(), Until::NEVER.by(deadline))?
            }
            Ok(response) => client.respond(&invocation, response)?,
            Err(failure) => client.fail(&invocation, failure)?,
        };
        report(delivery, "response");
        drop(client);
        self.script.export_traces(until);
        self.script.free_leftovers();
        memory::end_invocation();
        Ok(())
    }
}

/// The end of the process with an exit code that Lambda knows.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) code: u8,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a snapshot hook failed, see the error above; exit code {}", self.code)
    }
}

impl std::error::Error for Exit {}

/// The failure of a hook under the type that Lambda has for it, logged.
fn hook_failure(error_type: &str, hook: Hook, failure: Failure) -> Failure {
    logging::failure(&failure);
    let message = format!("{}() failed with {failure}", hook.name());
    Failure { error_type: error_type.to_owned(), message, ..failure }
}

/// A streamed response on its way to Lambda.
struct ToLambda {
    client: Rc<RefCell<Client>>,
    invocation: Rc<Invocation>,
}

impl Sink for ToLambda {
    fn begin(&self, content_type: &str, until: Until) -> io::Result<()> {
        self.client.borrow_mut().begin_stream(&self.invocation, content_type, until)
    }

    fn write(&self, data: &[u8], until: Until) -> io::Result<()> {
        self.client.borrow_mut().stream(data, until)
    }
}

fn report(delivery: Delivery, what: &str) {
    if let Delivery::Refused(why) = delivery {
        log::error!("Lambda did not accept the {what}: {why}");
    }
}

/// What became of a report after which the process exits in any case.
fn report_last(delivery: Result<Delivery>, what: &str) {
    report(delivery.unwrap_or_else(|error| Delivery::Refused(format!("{error:#}"))), what);
}

fn context(function: &Rc<FunctionInfo>, invocation: &mut Invocation) -> Result<Context, Failure> {
    let client_context = json_header(invocation, "lambda-runtime-client-context")?;
    let identity = json_header(invocation, "lambda-runtime-cognito-identity")?;
    Ok(Context::from(Parts {
        function: Rc::clone(function),
        aws_request_id: invocation.request_id.clone(),
        deadline_ms: invocation.deadline_ms,
        client_context,
        identity: snake_case_identity(&identity),
        headers: std::mem::take(&mut invocation.headers),
    }))
}

fn json_header(invocation: &Invocation, name: &str) -> Result<Value, Failure> {
    match invocation.header(name) {
        None => Ok(Value::Unit),
        Some(json) => value::decode(json.as_bytes()).map_err(|problem| {
            Failure::new("Runtime.UnmarshalError", format!("the header {name} is not JSON: {problem}"))
        }),
    }
}

/// Cognito's identity under the names that the context's other properties follow.
fn snake_case_identity(identity: &Value) -> Value {
    let Some(identity) = identity.as_map() else {
        return Value::Unit;
    };
    let mut renamed = Map::new();
    for (name, theirs) in
        [("cognito_identity_id", "cognitoIdentityId"), ("cognito_identity_pool_id", "cognitoIdentityPoolId")]
    {
        renamed.insert(name.into(), identity.get(theirs).cloned().unwrap_or_default());
    }
    renamed.into()
}
