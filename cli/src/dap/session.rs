//! A session with an editor: its requests, and what becomes of the program.

use super::debuggee;
use super::launch::{Launch, Prepared};
use super::transport::{self, Problem};
use crate::visible::tell;
use anyhow::{Context as _, Result};
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tempfile::NamedTempFile;
use uuid::Uuid;

/// So many lines wait at most: a program that prints faster than the editor reads is slowed down.
const MOST_WAITING: usize = 1000;
/// The longest part of a line that is shown at once, in bytes.
const MOST_OUTPUT: u64 = 16 << 10;
/// How often a new debuggee is looked for, and how long it may take to say who it is.
const LOOK: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(5);
/// So much of what a program says before it can be debugged is kept, for the error that says why it cannot.
const MOST_SAID: usize = 4000;

/// The requests that set breakpoints.
const BREAKPOINTS: [&str; 3] = ["setBreakpoints", "setFunctionBreakpoints", "setExceptionBreakpoints"];

/// What happens.
enum Event {
    /// The editor sent a message, or something that is not a valid one.
    Editor(Result<Value, String>),
    EditorLeft,
    /// Something happens to the program of this number.
    Program(usize, Happened),
}

/// What happens to a program.
enum Happened {
    /// The process that runs the scripts has connected.
    Connected(BufReader<TcpStream>),
    Debuggee(Value),
    DebuggeeLeft,
    /// The program wrote this to stdout or stderr.
    Output(&'static str, String),
    /// The program has ended, with this exit status.
    Ended(i32),
}

/// Where events go. All but output is received at once: a session that waits for a debuggee which waits for the session
/// would never end.
type Events = Sender<Event>;

/// What a program tells the session.
#[derive(Clone)]
struct Reporter {
    program: usize,
    events: Events,
}

impl Reporter {
    /// Whether somebody still wants to know it.
    fn tell(&self, happened: Happened) -> bool {
        self.events.send(Event::Program(self.program, happened)).is_ok()
    }
}

/// A request, as far as its response needs it.
struct Asked {
    seq: Value,
    command: String,
}

/// The command that runs the scripts.
struct Program {
    child: Arc<Mutex<Child>>,
    /// Set when nobody waits for the debuggee any more.
    is_over: Arc<AtomicBool>,
    /// The lines that wait to be shown.
    lines: Arc<AtomicUsize>,
    _event: Option<NamedTempFile>,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        self.is_over.store(true, Ordering::Relaxed);
    }
}

impl Program {
    fn kill(&self) {
        if let Ok(mut child) = self.child.lock() {
            let _ = child.kill();
        }
    }
}

struct Session {
    output: Box<dyn Write>,
    seq: u64,
    events: Events,
    /// The arguments of `initialize`.
    editor: Option<Value>,
    program: Option<Program>,
    /// How many programs were started: what an earlier one still says does not count.
    started: usize,
    /// The arguments with which the program was started.
    arguments: Value,
    /// The requests that set breakpoints, for a program that is started again. All of them: so breakpoints keep their
    /// numbers.
    breakpoints: Vec<Value>,
    debuggee: Option<TcpStream>,
    /// The `launch` or `restart` that waits for the debuggee.
    launching: Option<Asked>,
    stops_on_entry: bool,
    no_debug: bool,
    /// What the program has said before that.
    said: String,
    /// The requests that the debuggee has not responded to, by their numbers.
    pending: BTreeMap<i64, Asked>,
    /// The exit status of the program, until the debuggee has said everything.
    status: Option<i32>,
}

/// Serves an editor until it ends the session or leaves.
pub(super) fn serve(input: impl Read + Send + 'static, output: Box<dyn Write>) {
    let (events, happened) = channel();
    let of_editor = events.clone();
    thread::spawn(move || read_editor(input, &of_editor));
    let session = Session {
        output,
        seq: 0,
        events,
        editor: None,
        program: None,
        started: 0,
        arguments: Value::Null,
        breakpoints: Vec::new(),
        debuggee: None,
        launching: None,
        stops_on_entry: false,
        no_debug: false,
        said: String::new(),
        pending: BTreeMap::new(),
        status: None,
    };
    session.run(&happened);
}

fn read_editor(input: impl Read, events: &Events) {
    let mut input = BufReader::new(input);
    loop {
        let event = match transport::read(&mut input) {
            Ok(Some(message)) => Event::Editor(Ok(message)),
            Err(Problem::Message(problem)) => Event::Editor(Err(problem)),
            Err(Problem::Stream(problem)) => {
                tell(&format!("rhambda: {problem}; the session ends"));
                Event::EditorLeft
            }
            Ok(None) => Event::EditorLeft,
        };
        let is_last = matches!(event, Event::EditorLeft);
        if events.send(event).is_err() || is_last {
            return;
        }
    }
}

impl Session {
    fn run(mut self, happened: &Receiver<Event>) {
        while let Ok(event) = happened.recv() {
            match event {
                Event::Editor(Ok(message)) => {
                    if !self.message(message) {
                        return;
                    }
                }
                Event::Editor(Err(problem)) => tell(&format!("rhambda: {problem}; it is ignored")),
                Event::EditorLeft => return,
                Event::Program(number, happened) if number == self.started => self.happened(happened),
                Event::Program(..) => {}
            }
        }
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Connected(debuggee) => self.connected(debuggee),
            Happened::Debuggee(message) => self.of_debuggee(message),
            Happened::DebuggeeLeft => self.debuggee_left(),
            Happened::Output(category, text) => self.output(category, &text),
            Happened::Ended(status) => self.ended(status),
        }
    }

    /// A message of the editor; whether the session goes on.
    fn message(&mut self, message: Value) -> bool {
        let command = message["command"].as_str().unwrap_or_default().to_owned();
        if message["type"] != "request" || !message["seq"].is_i64() {
            tell("rhambda: a message is neither a request nor has it a number in `seq`; it is ignored");
            return true;
        }
        let asked = Asked { seq: message["seq"].clone(), command };
        match asked.command.as_str() {
            "initialize" => self.initialize(&asked, &message["arguments"]),
            _ if self.editor.is_none() => self.fail(&asked, "the first request must be `initialize`"),
            "launch" if self.program.is_some() => {
                self.fail(&asked, "a session debugs one program: end this one first");
            }
            "launch" => self.launch(asked, message["arguments"].clone()),
            "restart" => self.restart(asked, &message["arguments"]["arguments"]),
            "attach" => self.fail(&asked, "Rhambda starts what it debugs: use `launch` in place of `attach`"),
            "disconnect" => {
                self.program = None;
                self.respond(&asked, Value::Null);
                return false;
            }
            "terminate" => {
                if let Some(program) = &self.program {
                    program.kill();
                }
                self.respond(&asked, Value::Null);
            }
            _ => self.pass_on(asked, message),
        }
        true
    }

    fn initialize(&mut self, asked: &Asked, arguments: &Value) {
        if self.editor.is_some() {
            return self.fail(asked, "the session is already initialized");
        }
        if arguments["pathFormat"].as_str().is_some_and(|format| format != "path") {
            return self.fail(asked, "the only `pathFormat` that is supported is \"path\"");
        }
        self.editor = Some(arguments.clone());
        self.respond(asked, debuggee::capabilities());
    }

    /// Starts a program, for `launch` or `restart`.
    fn launch(&mut self, asked: Asked, arguments: Value) {
        self.started += 1;
        let reporter = Reporter { program: self.started, events: self.events.clone() };
        let started = Launch::parse(&arguments).and_then(|launch| {
            let (stops_on_entry, no_debug) = (launch.stop_on_entry, launch.no_debug);
            let program = start(launch.prepare()?, !no_debug, &reporter)?;
            Ok((program, stops_on_entry, no_debug))
        });
        match started {
            Ok((program, stops_on_entry, no_debug)) => {
                self.program = Some(program);
                self.arguments = arguments;
                (self.stops_on_entry, self.no_debug) = (stops_on_entry, no_debug);
                if no_debug {
                    self.launched(&asked);
                } else {
                    self.launching = Some(asked);
                }
            }
            Err(problem) => {
                self.fail(&asked, &format!("{problem:#}"));
                if asked.command == "restart" {
                    self.event("terminated", &json!({}));
                }
            }
        }
    }

    /// Ends the program and starts it again, with the arguments that the editor has for it now, if any.
    fn restart(&mut self, asked: Asked, arguments: &Value) {
        if self.program.is_none() {
            return self.fail(&asked, "nothing is being debugged: send `launch` first");
        }
        if let Some(launching) = self.launching.take() {
            self.fail(&launching, "the program was restarted");
        }
        for pending in std::mem::take(&mut self.pending).into_values() {
            self.fail(&pending, "the program was restarted");
        }
        (self.program, self.debuggee, self.status) = (None, None, None);
        self.said.clear();
        let arguments = if arguments.is_object() { arguments.clone() } else { self.arguments.clone() };
        self.launch(asked, arguments);
    }

    /// Responds to `launch` or `restart`. The editor sends breakpoints for the first program only.
    fn launched(&mut self, asked: &Asked) {
        if asked.command == "launch" {
            self.respond(asked, Value::Null);
            return self.event("initialized", &json!({}));
        }
        let begin = json!({
            "type": "request", "seq": 0, "command": "configurationDone",
            "arguments": { "stopOnEntry": self.stops_on_entry },
        });
        if let Some(debuggee) = &mut self.debuggee {
            for message in self.breakpoints.iter().chain([&begin]) {
                // A debuggee that has left says so itself.
                let _ = transport::write(debuggee, message);
            }
        }
        self.respond(asked, Value::Null);
        self.event("continued", &json!({ "threadId": debuggee::THREAD, "allThreadsContinued": true }));
    }

    /// The debuggee waits for breakpoints.
    fn connected(&mut self, mut debuggee: BufReader<TcpStream>) {
        let Some(asked) = self.launching.take() else {
            return;
        };
        let writer = debuggee.get_ref().try_clone();
        let begun = writer.and_then(|mut writer| {
            transport::write(&mut writer, &self.editor.clone().unwrap_or_default())?;
            Ok(writer)
        });
        match begun {
            Ok(writer) => self.debuggee = Some(writer),
            Err(problem) => return self.fail(&asked, &format!("the program cannot be debugged: {problem}")),
        }
        let reporter = Reporter { program: self.started, events: self.events.clone() };
        thread::spawn(move || {
            while let Ok(Some(message)) = transport::read(&mut debuggee) {
                if !reporter.tell(Happened::Debuggee(message)) {
                    return;
                }
            }
            reporter.tell(Happened::DebuggeeLeft);
        });
        self.launched(&asked);
    }

    /// A request that concerns scripts.
    fn pass_on(&mut self, asked: Asked, mut message: Value) {
        if BREAKPOINTS.contains(&asked.command.as_str()) {
            self.breakpoints.push(message.clone());
        }
        if asked.command == "configurationDone" {
            message["arguments"] = json!({ "stopOnEntry": self.stops_on_entry });
        }
        if let Some(debuggee) = &mut self.debuggee {
            let seq = asked.seq.as_i64().unwrap_or_default();
            if transport::write(debuggee, &message).is_ok() {
                self.pending.insert(seq, asked);
                return;
            }
        }
        match asked.command.as_str() {
            // An editor that runs a program without debugging it asks for these.
            "configurationDone" if self.program.is_some() => self.respond(&asked, Value::Null),
            "threads" => self.respond(&asked, json!({ "threads": [] })),
            command if self.no_debug && self.program.is_some() && BREAKPOINTS.contains(&command) => {
                let wanted = ["breakpoints", "filters"].map(|list| message["arguments"][list].as_array());
                let count = wanted.into_iter().flatten().map(Vec::len).next().unwrap_or_default();
                let why = "the program runs without debugging";
                let breakpoints = vec![json!({ "verified": false, "message": why }); count];
                self.respond(&asked, json!({ "breakpoints": breakpoints }));
            }
            _ if self.program.is_none() => {
                self.fail(&asked, "nothing is being debugged: send `launch` first");
            }
            _ => self.fail(&asked, "the program is not being debugged, or has ended"),
        }
    }

    fn of_debuggee(&mut self, mut message: Value) {
        if message["type"] == "response" {
            let seq = message["request_seq"].as_i64();
            if seq.and_then(|seq| self.pending.remove(&seq)).is_none() {
                return;
            }
        }
        if let Some(message) = message.as_object_mut() {
            self.send(message);
        }
    }

    fn debuggee_left(&mut self) {
        self.debuggee = None;
        for asked in std::mem::take(&mut self.pending).into_values() {
            self.fail(&asked, "the program has ended");
        }
        if let Some(status) = self.status.take() {
            self.event("exited", &json!({ "exitCode": status }));
            self.event("terminated", &json!({}));
        }
    }

    fn output(&mut self, category: &str, text: &str) {
        if let Some(program) = &self.program {
            program.lines.fetch_sub(1, Ordering::Relaxed);
        }
        if self.launching.is_some() && self.said.len() < MOST_SAID {
            self.said.push_str(text);
        }
        self.event("output", &json!({ "category": category, "output": text }));
    }

    fn ended(&mut self, status: i32) {
        if let Some(asked) = self.launching.take() {
            let said = self.said.trim();
            let why = if said.is_empty() { format!("its exit status is {status}") } else { said.to_owned() };
            self.fail(&asked, &format!("the program ended before it could be debugged: {why}"));
        }
        self.status = Some(status);
        match &self.debuggee {
            // What it has said may not have arrived yet; and it must not outlive the program.
            Some(debuggee) => drop(debuggee.shutdown(Shutdown::Write)),
            None => self.debuggee_left(),
        }
    }

    fn respond(&mut self, asked: &Asked, body: Value) {
        let mut message = json!({
            "type": "response", "request_seq": asked.seq, "success": true, "command": asked.command,
        });
        if !body.is_null() {
            message["body"] = body;
        }
        self.send(message.as_object_mut().expect("an object"));
    }

    fn fail(&mut self, asked: &Asked, problem: &str) {
        let mut message = debuggee::failure(&asked.seq, &asked.command, problem);
        self.send(message.as_object_mut().expect("an object"));
    }

    fn event(&mut self, event: &str, body: &Value) {
        let mut message = json!({ "type": "event", "event": event, "body": body });
        self.send(message.as_object_mut().expect("an object"));
    }

    /// Sends a message. An editor that no longer reads is about to leave.
    fn send(&mut self, message: &mut Map<String, Value>) {
        self.seq += 1;
        message.insert("seq".into(), self.seq.into());
        let _ = transport::write(&mut self.output, &Value::Object(std::mem::take(message)));
    }
}

/// Starts the program.
fn start(prepared: Prepared, is_debugged: bool, reporter: &Reporter) -> Result<Program> {
    let Prepared { mut command, event } = prepared;
    let is_over = Arc::new(AtomicBool::new(false));
    if is_debugged {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free for the debugger")?;
        let token = Uuid::new_v4().to_string();
        command.env(debuggee::VARIABLE, format!("{}/{token}", listener.local_addr()?));
        listener.set_nonblocking(true)?;
        let (reporter, is_over) = (reporter.clone(), Arc::clone(&is_over));
        thread::spawn(move || {
            if let Some(debuggee) = accept(&listener, &token, &is_over) {
                reporter.tell(Happened::Connected(debuggee));
            }
        });
    }
    let mut child = command.spawn().context("the program cannot be started")?;
    let lines = Arc::new(AtomicUsize::new(0));
    let shown = [
        child.stdout.take().map(|stdout| show(stdout, "stdout", reporter, &lines, &is_over)),
        child.stderr.take().map(|stderr| show(stderr, "stderr", reporter, &lines, &is_over)),
    ];
    let child = Arc::new(Mutex::new(child));
    let (reporter, ending) = (reporter.clone(), Arc::clone(&child));
    thread::spawn(move || {
        for shown in shown.into_iter().flatten() {
            let _ = shown.join();
        }
        let status = ending.lock().ok().and_then(|mut child| child.wait().ok());
        reporter.tell(Happened::Ended(status.and_then(|status| status.code()).unwrap_or(-1)));
    });
    Ok(Program { child, is_over, lines, _event: event })
}

/// Waits for the process that knows the token.
fn accept(listener: &TcpListener, token: &str, is_over: &AtomicBool) -> Option<BufReader<TcpStream>> {
    while !is_over.load(Ordering::Relaxed) {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(LOOK);
            continue;
        };
        if stream.set_nonblocking(false).is_err() || stream.set_read_timeout(Some(PATIENCE)).is_err() {
            continue;
        }
        let _ = stream.set_nodelay(true);
        let mut stream = BufReader::new(stream);
        let mut said = String::new();
        let is_it = (&mut stream).take(token.len() as u64 + 1).read_line(&mut said).is_ok();
        if is_it && said.trim_end() == token && stream.get_ref().set_read_timeout(None).is_ok() {
            return Some(stream);
        }
    }
    None
}

/// Passes on what the program writes, until its end.
fn show(
    output: impl Read + Send + 'static,
    category: &'static str,
    reporter: &Reporter,
    lines: &Arc<AtomicUsize>,
    is_over: &Arc<AtomicBool>,
) -> JoinHandle<()> {
    let (reporter, lines, is_over) = (reporter.clone(), Arc::clone(lines), Arc::clone(is_over));
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        loop {
            line.clear();
            match (&mut output).take(MOST_OUTPUT).read_until(b'\n', &mut line) {
                Ok(1..) => {}
                _ => return,
            }
            // A response has no line break at its end, and what is shown after it should not follow in its line.
            if line.last() != Some(&b'\n') && (line.len() as u64) < MOST_OUTPUT {
                line.push(b'\n');
            }
            // A character may be cut where a very long line is.
            let text = String::from_utf8_lossy(&line).into_owned();
            while lines.load(Ordering::Relaxed) >= MOST_WAITING {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                thread::sleep(LOOK);
            }
            lines.fetch_add(1, Ordering::Relaxed);
            if !reporter.tell(Happened::Output(category, text)) {
                return;
            }
        }
    })
}
