//! The process that runs the scripts: what a session asks of it.
//!
//! One thread reads requests. It answers those about breakpoints itself, and gives those about a waiting script to the
//! thread that runs it ([`script`]).

mod breakpoints;
mod conditions;
mod script;
mod sources;
mod values;

use super::transport;
use anyhow::{anyhow, Context as _, Result};
use breakpoints::Breakpoints;
use rhai_vm::debug;
use rhambda::stack;
use serde_json::{json, Value};
use sources::Base;
use std::collections::VecDeque;
use std::env;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

/// The environment variable that says where the session is: address, `/` and a token.
pub(super) const VARIABLE: &str = "RHAMBDA_DEBUGGER";

static SHARED: OnceLock<Shared> = OnceLock::new();

/// What the thread that reads requests and the one that runs scripts share.
struct Shared {
    session: Mutex<TcpStream>,
    /// The file of a script, by its name.
    path_of: fn(&str) -> PathBuf,
    base: Base,
    state: Mutex<State>,
    changed: Condvar,
    /// Whether statements must be looked at: there are breakpoints, or the editor wants the script to wait.
    is_watching: AtomicBool,
}

#[derive(Default)]
struct State {
    breakpoints: Breakpoints,
    /// Whether the editor has said everything, and wants the first statement to wait.
    begins: Option<bool>,
    wants_pause: bool,
    is_waiting: bool,
    /// The requests for the waiting script.
    requests: VecDeque<Request>,
}

/// A request.
struct Request {
    seq: Value,
    command: String,
    arguments: Value,
}

/// The body of a response, or the reason of a failure.
type Response = Result<Value, String>;

/// Whether a session debugs the scripts that this process or one of its own runs.
pub(crate) fn is_wanted() -> bool {
    env::var_os(VARIABLE).is_some()
}

/// Whether this process is debugged.
pub(crate) fn is_attached() -> bool {
    SHARED.get().is_some()
}

/// Connects to the session that wants to debug this process, if there is one, and waits until it has set its
/// breakpoints. To be called before there are other threads.
///
/// # Errors
/// When the session has gone.
pub(crate) fn attach(path_of: fn(&str) -> PathBuf) -> Result<()> {
    let Some(session) = env::var_os(VARIABLE) else {
        return Ok(());
    };
    // Scripts do not see it, nor does what they start.
    env::remove_var(VARIABLE);
    let session = session.to_string_lossy();
    let (address, token) = session.rsplit_once('/').ok_or_else(|| anyhow!("{VARIABLE} is invalid"))?;
    let connected = TcpStream::connect(address).and_then(|mut stream| {
        let _ = stream.set_nodelay(true);
        stream.write_all(format!("{token}\n").as_bytes())?;
        Ok((stream.try_clone()?, stream))
    });
    let (reader, writer) = connected.context("the debugger cannot be reached")?;
    let mut reader = BufReader::new(reader);
    let editor = transport::read(&mut reader).ok().flatten().context("the debugger has gone")?;
    let shared = Shared {
        session: Mutex::new(writer),
        path_of,
        base: Base::of(&editor),
        state: Mutex::default(),
        changed: Condvar::new(),
        is_watching: AtomicBool::new(false),
    };
    let shared = SHARED.get_or_init(|| shared);
    // Scripts may be nested deep, and it parses them.
    let thread = thread::Builder::new().stack_size(stack::SIZE);
    thread.spawn(move || serve(reader, shared)).context("not enough memory for the debugger")?;
    let begun = shared.changed.wait_while(shared.state(), |state| state.begins.is_none());
    let stops_on_entry = begun.unwrap_or_else(PoisonError::into_inner).begins == Some(true);
    STOPS_ON_ENTRY.store(stops_on_entry, Ordering::Relaxed);
    debug::attach(|| {
        let shared = SHARED.get().expect("it is attached");
        Rc::new(script::Script::new(shared, STOPS_ON_ENTRY.swap(false, Ordering::Relaxed)))
    });
    Ok(())
}

/// Whether the first thread that runs a script waits at its first statement.
static STOPS_ON_ENTRY: AtomicBool = AtomicBool::new(false);

/// Ends the process when it is dropped, also by a panic: nobody would be left who can make a waiting script go on.
struct ProcessEnd;

impl Drop for ProcessEnd {
    fn drop(&mut self) {
        process::exit(1);
    }
}

/// Reads requests until the session ends; the process ends with it.
fn serve(mut reader: BufReader<TcpStream>, shared: &'static Shared) {
    let _end = ProcessEnd;
    while let Ok(Some(message)) = transport::read(&mut reader) {
        let request = Request {
            seq: message["seq"].clone(),
            command: message["command"].as_str().unwrap_or_default().to_owned(),
            arguments: message["arguments"].clone(),
        };
        if let Some(response) = shared.respond_to(&request) {
            shared.respond(&request, response);
            // A script that begins may end the process: not before the response.
            if request.command == "configurationDone" {
                shared.begin(&request.arguments);
            }
        } else {
            shared.for_script(request);
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Responds to what does not depend on a waiting script.
    fn respond_to(&self, request: &Request) -> Option<Response> {
        let arguments = &request.arguments;
        Some(match request.command.as_str() {
            "setBreakpoints" => breakpoints::set(self, arguments),
            "setFunctionBreakpoints" => breakpoints::set_functions(self, arguments),
            "setExceptionBreakpoints" => breakpoints::set_exceptions(self, arguments),
            "breakpointLocations" => breakpoints::locations(self, arguments),
            "configurationDone" => Ok(Value::Null),
            "threads" => Ok(json!({ "threads": [{ "id": THREAD, "name": "script" }] })),
            "pause" => {
                let mut state = self.state();
                state.wants_pause = !state.is_waiting;
                self.watch(&state);
                Ok(Value::Null)
            }
            "source" => sources::inline(),
            "continue" | "next" | "stepIn" | "stepOut" | "stackTrace" | "scopes" | "variables"
            | "evaluate" | "setVariable" | "setExpression" | "exceptionInfo" => return None,
            other => Err(format!("the request \"{other}\" is not supported")),
        })
    }

    /// Lets the script begin.
    fn begin(&self, arguments: &Value) {
        self.state().begins = Some(arguments["stopOnEntry"] == true);
        self.changed.notify_all();
    }

    /// Gives a request to the script, if it waits.
    fn for_script(&self, request: Request) {
        let mut state = self.state();
        if state.is_waiting {
            state.requests.push_back(request);
            self.changed.notify_all();
            return;
        }
        drop(state);
        self.respond(&request, Err(IS_RUNNING.to_owned()));
    }

    /// Whether statements must be looked at from now on.
    fn watch(&self, state: &State) {
        self.is_watching.store(state.wants_pause || state.breakpoints.is_any(), Ordering::Relaxed);
    }

    fn respond(&self, request: &Request, response: Response) {
        self.send(&match response {
            Ok(body) => json!({
                "type": "response", "request_seq": request.seq, "success": true, "command": request.command, "body": body,
            }),
            Err(problem) => failure(&request.seq, &request.command, &problem),
        });
    }

    fn event(&self, event: &str, body: &Value) {
        self.send(&json!({ "type": "event", "event": event, "body": body }));
    }

    /// Sends a message. Where the session has gone, the thread that reads ends the process.
    fn send(&self, message: &Value) {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = transport::write(&mut *session, message);
    }
}

/// The number of the only thread.
pub(super) const THREAD: u32 = 1;
const IS_RUNNING: &str = "the script is running: pause it first";

/// The response to a request that failed.
pub(super) fn failure(seq: &Value, command: &str, problem: &str) -> Value {
    json!({
        "type": "response",
        "request_seq": seq,
        "success": false,
        "command": command,
        "message": problem,
        "body": { "error": { "id": 1, "format": problem, "showUser": true } },
    })
}

/// What editors can ask for.
pub(super) fn capabilities() -> Value {
    json!({
        "supportsConfigurationDoneRequest": true,
        "supportsFunctionBreakpoints": true,
        "supportsConditionalBreakpoints": true,
        "supportsHitConditionalBreakpoints": true,
        "supportsLogPoints": true,
        "supportsBreakpointLocationsRequest": true,
        "supportsEvaluateForHovers": true,
        "supportsSetVariable": true,
        "supportsSetExpression": true,
        "supportsExceptionInfoRequest": true,
        "supportsClipboardContext": true,
        "supportsSteppingGranularity": true,
        "supportsDelayedStackTraceLoading": true,
        "supportsTerminateRequest": true,
        "supportsRestartRequest": true,
        "supportTerminateDebuggee": true,
        "exceptionBreakpointFilters": [
            {
                "filter": breakpoints::ALL,
                "label": "Thrown errors",
                "description": "Waits at each error, also where a script catches it",
                "default": false,
            },
            {
                "filter": breakpoints::UNCAUGHT,
                "label": "Uncaught errors",
                "description": "Waits at each error that no script catches, and at the deadline",
                "default": true,
            },
        ],
    })
}
