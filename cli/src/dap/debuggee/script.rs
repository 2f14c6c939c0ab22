//! The thread that runs scripts: when it waits, and what it responds meanwhile.

use super::breakpoints::{real, Breakpoint};
use super::conditions::{parts, Part};
use super::sources::{self, INLINE};
use super::values::{self, Entry};
use super::{Request, Response, Shared, IS_RUNNING, THREAD};
use net::pauses;
use rhai_vm::code::Unit;
use rhai_vm::debug::{self, Debugger, Here, Variable};
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::{Error, ErrorKind, Map, Position, Result, Value};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// An expression is stopped after this time.
const LIMIT: Duration = Duration::from_secs(10);
/// Frames of native functions have numbers above those of all others.
const NATIVE: u64 = 1 << 32;
/// Native functions that catch what their closures throw.
const CATCHING: [&str; 1] = ["assert_throws"];

/// The debugger of a thread that runs scripts.
pub(super) struct Script {
    shared: &'static Shared,
    mode: Cell<Mode>,
    files: RefCell<HashMap<*const Unit, Rc<File>>>,
    /// What the editor can ask for by numbers, from 1, as long as the script waits.
    handles: RefCell<Vec<Handle>>,
    /// The error at which the script waits.
    error: RefCell<Option<Failed>>,
    /// When the expression that is evaluated must have ended.
    end: Cell<Option<Instant>>,
    /// While the script waits: how long it was held before, and since when it is now.
    held: Cell<Option<(Duration, Instant)>>,
}

/// When the script waits next, breakpoints aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Running,
    /// At the first statement.
    Entry,
    /// At the next statement, or at one that no deeper function has.
    Step {
        deepest: usize,
        from: From,
    },
    /// In the function that has called the one at this depth.
    Out {
        from: From,
    },
}

/// Where a step began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct From {
    depth: usize,
    /// The line that the step leaves, if it goes by lines.
    line: Option<(*const Unit, usize)>,
}

/// A script, and its breakpoints.
struct File {
    /// It keeps its address as long as this lives.
    unit: Rc<Unit>,
    path: PathBuf,
    text: String,
    breakpoints: RefCell<Places>,
}

/// The breakpoints of a script by their places, of a version of all breakpoints.
#[derive(Default)]
struct Places {
    version: u64,
    ids: HashMap<(usize, usize), Vec<u64>>,
}

/// Something that an editor can ask for.
#[derive(Clone)]
enum Handle {
    /// The variables of a scope of a frame.
    Scope(usize, Vec<Entry>),
    /// The children of a value, the expression that gives it, and the frame in which it does.
    Value(usize, Value, Option<String>),
}

/// An error, for the editor.
struct Failed {
    error_type: String,
    message: String,
    stack: Vec<String>,
    is_caught: bool,
    value: Value,
}

/// Why the script waits.
struct Reason<'a> {
    name: &'a str,
    breakpoints: Vec<u64>,
    text: Option<String>,
}

/// What a request leads to.
enum Then {
    Wait(Response),
    Go(Mode),
}

impl Script {
    pub(super) fn new(shared: &'static Shared, stops_on_entry: bool) -> Self {
        Self {
            shared,
            mode: Cell::new(if stops_on_entry { Mode::Entry } else { Mode::Running }),
            files: RefCell::default(),
            handles: RefCell::default(),
            error: RefCell::default(),
            end: Cell::default(),
            held: Cell::default(),
        }
    }
}

impl Debugger for Script {
    fn statement(&self, here: &mut Here<'_>) {
        let is_watching = self.shared.is_watching.load(Ordering::Relaxed);
        let mode = self.mode.get();
        if !is_watching && mode == Mode::Running {
            return;
        }
        let depth = debug::depth();
        let here_line = (Rc::as_ptr(here.unit), here.position.line().unwrap_or_default());
        let is_other_line = |from: From| from.depth != depth || from.line != Some(here_line);
        let stepped = match mode {
            Mode::Running => None,
            Mode::Entry => Some("entry"),
            Mode::Step { deepest, from } => (depth <= deepest && is_other_line(from)).then_some("step"),
            Mode::Out { from } => (depth < from.depth).then_some("step"),
        };
        let (mut name, mut reached) = (stepped, Vec::new());
        if is_watching {
            reached = self.reached(here);
            if !reached.is_empty() {
                name = Some("breakpoint");
            }
            let mut state = self.shared.state();
            if std::mem::take(&mut state.wants_pause) {
                self.shared.watch(&state);
                name = name.or(Some("pause"));
            }
        }
        if let Some(name) = name {
            self.wait(here, Reason { name, breakpoints: reached, text: None });
        }
    }

    fn call(&self, here: &mut Here<'_>) {
        // A step out of a function ends before the next call in the same statement.
        if let Mode::Step { from, .. } | Mode::Out { from } = self.mode.get() {
            if debug::depth() < from.depth {
                self.wait(here, Reason { name: "step", breakpoints: Vec::new(), text: None });
            }
        }
    }

    fn error(&self, error: &Error, here: &mut Here<'_>) {
        let (all, uncaught) = {
            let breakpoints = &self.shared.state().breakpoints;
            (breakpoints.at_all_errors, breakpoints.at_uncaught_errors)
        };
        let is_caught = error.is_catchable() && is_caught(here);
        if !all && (!uncaught || is_caught) {
            return;
        }
        let description = here.describe(error);
        let value = error.caught(&here.unit.name);
        let text = format!("{}: {}", description.error_type, description.message);
        self.error.replace(Some(Failed {
            error_type: description.error_type,
            message: description.message,
            stack: description.stack,
            is_caught,
            value,
        }));
        self.wait(here, Reason { name: "exception", breakpoints: Vec::new(), text: Some(text) });
    }

    fn check(&self) -> Result<()> {
        match self.end.get() {
            Some(end) if Instant::now() > end => Err(Error::new(ErrorKind::Terminated(Value::Unit))),
            _ => Ok(()),
        }
    }
}

/// Whether a script catches an error that happens here.
fn is_caught(here: &Here<'_>) -> bool {
    let catches = |frame: &debug::Frame| {
        frame.is_in_try || frame.callee.as_ref().is_some_and(|name| CATCHING.contains(&name.as_str()))
    };
    // Of the innermost function only `here` knows.
    here.is_in_try() || debug::with_frames(|frames| frames.iter().rev().skip(1).any(catches))
}

impl Script {
    fn file(&self, unit: &Rc<Unit>) -> Rc<File> {
        let mut files = self.files.borrow_mut();
        let file = files.entry(Rc::as_ptr(unit)).or_insert_with(|| {
            let path = real(&(self.shared.path_of)(&unit.name));
            let text = match unit.name.as_str() {
                INLINE => sources::inline_text(),
                _ => fs::read_to_string(&path).unwrap_or_default(),
            };
            Rc::new(File { unit: Rc::clone(unit), path, text, breakpoints: RefCell::default() })
        });
        debug_assert!(Rc::ptr_eq(&file.unit, unit));
        Rc::clone(file)
    }

    /// The breakpoints here at which the script must wait.
    fn reached(&self, here: &mut Here<'_>) -> Vec<u64> {
        let mut ids = Vec::new();
        if !here.is_evaluated() {
            let file = self.file(here.unit);
            let mut known = file.breakpoints.borrow_mut();
            let state = self.shared.state();
            if known.version != state.breakpoints.version {
                known.version = state.breakpoints.version;
                known.ids.clear();
                for breakpoint in state.breakpoints.in_file(&file.path) {
                    known.ids.entry(breakpoint.place).or_default().push(breakpoint.id);
                }
            }
            let place =
                (here.position.line().unwrap_or_default(), here.position.position().unwrap_or_default());
            ids.extend(known.ids.get(&place).into_iter().flatten());
            if !here.function().is_empty() && here.is_at_beginning() {
                ids.extend(state.breakpoints.of_function(here.function()));
            }
        }
        ids.retain(|id| self.holds(*id, here));
        ids
    }

    /// Whether the script must wait at this breakpoint.
    fn holds(&self, id: u64, here: &mut Here<'_>) -> bool {
        let Some(breakpoint) = self.shared.state().breakpoints.find(id).cloned() else {
            return false;
        };
        if let Some(condition) = &breakpoint.condition {
            match self.evaluate(here, None, condition, false) {
                Ok(Value::Bool(true)) => {}
                Ok(Value::Bool(false)) => return false,
                Ok(other) => {
                    let problem = format!("it is not a boolean but {}", other.type_name());
                    self.say_condition_failed(here, condition, &problem);
                }
                // Whoever waits for it wants to know.
                Err(problem) => self.say_condition_failed(here, condition, &problem),
            }
        }
        let count = {
            let mut state = self.shared.state();
            let Some(Breakpoint { count, .. }) = state.breakpoints.find(id) else {
                return false;
            };
            *count += 1;
            *count
        };
        if breakpoint.hits.is_some_and(|hits| !hits.holds(count)) {
            return false;
        }
        let Some(message) = &breakpoint.message else {
            return true;
        };
        let mut text = String::new();
        for part in parts(message) {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Expression(expression) => match self.evaluate(here, None, expression, false) {
                    Ok(Value::Str(value)) => text.push_str(&value),
                    Ok(value) => text.push_str(&values::shown(&value)),
                    Err(problem) => drop(write!(text, "{{{problem}}}")),
                },
            }
        }
        self.say(here, &text);
        false
    }

    fn say_condition_failed(&self, here: &Here<'_>, condition: &str, problem: &str) {
        self.say(here, &format!("the condition `{condition}` of a breakpoint failed: {problem}"));
    }

    /// Shows a line to the user.
    fn say(&self, here: &Here<'_>, text: &str) {
        let file = self.file(here.unit);
        let mut body = json!({
            "category": "console",
            "output": format!("{text}\n"),
            "source": sources::source(&here.unit.name, &file.path),
        });
        self.shared.base.add(&mut body, here.position, &file.text);
        self.shared.event("output", &body);
    }

    /// Waits until the user wants the script to go on.
    fn wait(&self, here: &mut Here<'_>, reason: Reason<'_>) {
        let (before, since) = (pauses::total(), Instant::now());
        self.held.set(Some((before, since)));
        {
            let mut state = self.shared.state();
            state.is_waiting = true;
            state.wants_pause = false;
            self.shared.watch(&state);
        }
        let mut body = json!({ "reason": reason.name, "threadId": THREAD, "allThreadsStopped": true });
        if !reason.breakpoints.is_empty() {
            body["hitBreakpointIds"] = json!(reason.breakpoints);
        }
        if let Some(text) = reason.text {
            body["description"] = "The script failed".into();
            body["text"] = text.into();
        }
        self.shared.event("stopped", &body);
        let (request, mode) = loop {
            let request = self.next_request();
            match self.respond_to(&request, here) {
                Then::Wait(response) => self.shared.respond(&request, response),
                Then::Go(mode) => break (request, mode),
            }
        };
        self.handles.take();
        self.error.take();
        self.mode.set(mode);
        self.held.set(None);
        pauses::set(before + since.elapsed());
        let late = {
            let mut state = self.shared.state();
            state.is_waiting = false;
            std::mem::take(&mut state.requests)
        };
        self.shared.respond(&request, Ok(json!({ "allThreadsContinued": true })));
        for request in late {
            self.shared.respond(&request, Err(IS_RUNNING.to_owned()));
        }
    }

    fn next_request(&self) -> Request {
        loop {
            let state = self.shared.state();
            let waited = self.shared.changed.wait_while(state, |state| state.requests.is_empty());
            if let Some(request) = waited.unwrap_or_else(PoisonError::into_inner).requests.pop_front() {
                return request;
            }
        }
    }

    fn respond_to(&self, request: &Request, here: &mut Here<'_>) -> Then {
        let arguments = &request.arguments;
        let depth = debug::depth();
        let by_line = arguments["granularity"] == "line";
        let line = here.position.line().filter(|_| by_line).map(|line| (Rc::as_ptr(here.unit), line));
        let from = From { depth, line };
        Then::Wait(match request.command.as_str() {
            "continue" => return Then::Go(Mode::Running),
            "next" => return Then::Go(Mode::Step { deepest: depth, from }),
            "stepIn" => return Then::Go(Mode::Step { deepest: usize::MAX, from }),
            "stepOut" => return Then::Go(Mode::Out { from }),
            "stackTrace" => Ok(self.stack_trace(here, arguments)),
            "scopes" => self.scopes(here, &arguments["frameId"]),
            "variables" => self.variables(arguments),
            "evaluate" => self.evaluate_for_editor(here, arguments),
            "setVariable" => self.set_variable(here, arguments),
            "setExpression" => self.set_expression(here, arguments),
            "exceptionInfo" => self.exception_info(),
            other => Err(format!("the request \"{other}\" is not supported")),
        })
    }

    fn stack_trace(&self, here: &Here<'_>, arguments: &serde_json::Value) -> serde_json::Value {
        let mut frames = Vec::new();
        debug::with_frames(|running| {
            for (number, frame) in running.iter().enumerate().rev() {
                let is_innermost = number + 1 == running.len();
                let position = if is_innermost { here.position } else { frame.position };
                let mut shown = json!({ "id": number + 1, "name": display_name(&frame.function) });
                self.add_place(&mut shown, &frame.unit, position, frame.is_evaluated);
                frames.push(shown);
                // A native function has called this one back.
                let caller = number.checked_sub(1).map(|number| &running[number]);
                let native = caller.and_then(|caller| Some((caller, caller.callee.as_ref()?)));
                if let Some((caller, callee)) = native.filter(|(_, callee)| **callee != frame.function) {
                    let mut shown = json!({
                        "id": NATIVE + number as u64, "name": callee.as_str(), "presentationHint": "subtle",
                    });
                    self.add_place(&mut shown, &caller.unit, caller.position, caller.is_evaluated);
                    frames.push(shown);
                }
            }
        });
        let total = frames.len();
        let number = |name: &str| arguments[name].as_u64().and_then(|number| usize::try_from(number).ok());
        let levels = number("levels").filter(|levels| *levels > 0).unwrap_or(usize::MAX);
        let part: Vec<_> = frames.into_iter().skip(number("startFrame").unwrap_or(0)).take(levels).collect();
        json!({ "stackFrames": part, "totalFrames": total })
    }

    fn add_place(
        &self,
        shown: &mut serde_json::Value,
        unit: &Rc<Unit>,
        position: Position,
        is_evaluated: bool,
    ) {
        if is_evaluated {
            self.shared.base.add(shown, position, "");
            shown["source"] = json!({ "name": "text of `eval`" });
            return;
        }
        let file = self.file(unit);
        self.shared.base.add(shown, position, &file.text);
        shown["source"] = sources::source(&unit.name, &file.path);
    }

    /// The number of a frame, from 0, outermost first; the innermost where none is named.
    fn frame(id: &serde_json::Value) -> std::result::Result<usize, String> {
        let depth = debug::depth();
        if id.is_null() {
            return Ok(depth.saturating_sub(1));
        }
        let number = id.as_u64().and_then(|id| usize::try_from(id).ok()).and_then(|id| id.checked_sub(1));
        number
            .filter(|number| *number < depth)
            .ok_or_else(|| format!("there is no frame {id} with variables"))
    }

    fn scopes(&self, here: &Here<'_>, id: &serde_json::Value) -> Response {
        if id.as_u64().is_some_and(|id| id >= NATIVE) {
            return Ok(json!({ "scopes": [] }));
        }
        let frame = Self::frame(id)?;
        let is_innermost = frame + 1 == debug::depth();
        let (variables, this, unit) = if is_innermost {
            (here.variables(), here.this(), Rc::clone(here.unit))
        } else {
            debug::with_frames(|frames| {
                let frame = &frames[frame];
                (frame.variables.clone(), frame.this.clone(), Rc::clone(&frame.unit))
            })
        };
        let entry = |variable: &Variable| Entry::variable(&variable.name, &variable.value);
        let own = variables.iter().filter(|variable| !variable.is_captured).map(entry);
        let this = this.map(|this| Entry::variable("this", &this));
        let locals: Vec<_> = this.into_iter().chain(own).collect();
        let captured: Vec<_> = variables.iter().filter(|variable| variable.is_captured).map(entry).collect();
        let constant = |(name, value): (&rhai_vm::Str, &Value)| Entry {
            expression: Some(format!("global::{name}")),
            ..Entry::variable(name, value)
        };
        let constants: Vec<_> = debug::constants(&unit).iter().map(constant).collect();
        let imports = debug::imports(&unit).into_iter().filter(|(name, _)| !name.is_empty());
        let import = |(name, module): (rhai_vm::Str, Rc<rhai_vm::vm::Module>)| Entry {
            name: name.to_string(),
            value: Value::map(
                module.variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Map>(),
            ),
            expression: None,
        };
        let imports: Vec<_> = imports.map(import).collect();
        let mut scopes = Vec::new();
        if let Some(failed) = self.error.borrow().as_ref().filter(|_| is_innermost) {
            let error = Entry { name: "error".into(), value: failed.value.flat_clone(), expression: None };
            scopes.push(self.scope("Error", frame, vec![error]));
        }
        let mut locals = self.scope("Locals", frame, locals);
        locals["presentationHint"] = "locals".into();
        scopes.push(locals);
        for (name, entries) in [("Captured", captured), ("Constants", constants), ("Imports", imports)] {
            if !entries.is_empty() {
                scopes.push(self.scope(name, frame, entries));
            }
        }
        Ok(json!({ "scopes": scopes }))
    }

    fn scope(&self, name: &str, frame: usize, entries: Vec<Entry>) -> serde_json::Value {
        let count = entries.len();
        let reference = self.handle(Handle::Scope(frame, entries));
        json!({ "name": name, "variablesReference": reference, "namedVariables": count, "expensive": false })
    }

    fn handle(&self, handle: Handle) -> usize {
        let mut handles = self.handles.borrow_mut();
        handles.push(handle);
        handles.len()
    }

    fn handle_of(&self, reference: &serde_json::Value) -> std::result::Result<Handle, String> {
        let number = reference.as_u64().and_then(|number| usize::try_from(number).ok());
        let handles = self.handles.borrow();
        let handle = number.and_then(|number| handles.get(number.checked_sub(1)?));
        handle
            .cloned()
            .ok_or_else(|| format!("the variablesReference {reference} is unknown, or from an earlier stop"))
    }

    fn variables(&self, arguments: &serde_json::Value) -> Response {
        let (frame, entries) = match self.handle_of(&arguments["variablesReference"])? {
            // Scopes are never large.
            Handle::Scope(_, _) if arguments["filter"] == "indexed" => (0, Vec::new()),
            Handle::Scope(frame, entries) => (frame, entries),
            Handle::Value(frame, value, expression) => {
                (frame, values::children(&value, expression.as_deref(), arguments))
            }
        };
        let shown = entries.iter().map(|entry| {
            let mut shown = self.shown(frame, &entry.value, entry.expression.as_deref(), "value");
            shown["name"] = entry.name.as_str().into();
            if let Some(expression) = &entry.expression {
                shown["evaluateName"] = expression.as_str().into();
            }
            shown
        });
        Ok(json!({ "variables": shown.collect::<Vec<_>>() }))
    }

    /// A value, its type and how to ask for its children.
    fn shown(&self, frame: usize, value: &Value, expression: Option<&str>, key: &str) -> serde_json::Value {
        let (indexed, named) = values::counts(value);
        let mut shown = json!({ "type": value.type_name(), "variablesReference": 0 });
        shown[key] = values::shown(value).into();
        if indexed + named > 0 {
            let handle = Handle::Value(frame, value.clone(), expression.map(str::to_owned));
            shown["variablesReference"] = self.handle(handle).into();
            shown["indexedVariables"] = indexed.into();
            shown["namedVariables"] = named.into();
        }
        shown
    }

    fn evaluate_for_editor(&self, here: &mut Here<'_>, arguments: &serde_json::Value) -> Response {
        let expression = arguments["expression"].as_str().ok_or("`expression` is missing")?;
        let frame = Self::frame(&arguments["frameId"])?;
        let value = self.evaluate(here, Some(frame), expression, arguments["context"] == "repl")?;
        let mut shown = self.shown(frame, &value, Some(expression), "result");
        if arguments["context"] == "clipboard" {
            shown["result"] = values::copied(&value).into();
        }
        Ok(shown)
    }

    fn set_variable(&self, here: &mut Here<'_>, arguments: &serde_json::Value) -> Response {
        let name = arguments["name"].as_str().ok_or("`name` is missing")?;
        let text = arguments["value"].as_str().ok_or("`value` is missing")?;
        let (frame, entries) = match self.handle_of(&arguments["variablesReference"])? {
            Handle::Scope(frame, entries) => (frame, entries),
            Handle::Value(frame, value, expression) => {
                // The item that is meant may be far behind those that are listed at once.
                let number = name.trim_matches(['[', ']']).parse::<usize>().unwrap_or_default();
                let mut entries =
                    values::children(&value, expression.as_deref(), &json!({ "filter": "named" }));
                let part = json!({ "filter": "indexed", "start": number, "count": 1 });
                entries.extend(values::children(&value, expression.as_deref(), &part));
                (frame, entries)
            }
        };
        let entry = entries.into_iter().find(|entry| entry.name == name);
        let expression = entry.ok_or_else(|| format!("there is no variable `{name}` here"))?.expression;
        let expression = expression.filter(|expression| !expression.starts_with("global::"));
        let expression = expression.ok_or_else(|| format!("`{name}` cannot be changed"))?;
        self.assign(here, frame, &expression, text)
    }

    fn set_expression(&self, here: &mut Here<'_>, arguments: &serde_json::Value) -> Response {
        let expression = arguments["expression"].as_str().ok_or("`expression` is missing")?;
        let text = arguments["value"].as_str().ok_or("`value` is missing")?;
        self.assign(here, Self::frame(&arguments["frameId"])?, expression, text)
    }

    /// Assigns the value of an expression to another one.
    fn assign(&self, here: &mut Here<'_>, frame: usize, expression: &str, text: &str) -> Response {
        if frame + 1 != debug::depth() {
            return Err("only variables of the innermost function can be changed".into());
        }
        self.evaluate(here, None, &format!("{expression} = {text}"), true)?;
        let value = self.evaluate(here, None, expression, false)?;
        Ok(self.shown(frame, &value, Some(expression), "value"))
    }

    /// Evaluates an expression in a frame, by default the innermost. The deadline stands still meanwhile.
    fn evaluate(
        &self,
        here: &mut Here<'_>,
        frame: Option<usize>,
        text: &str,
        may_change: bool,
    ) -> std::result::Result<Value, String> {
        let (before, since) = self.held.get().unwrap_or_else(|| (pauses::total(), Instant::now()));
        // The deadline may have passed: what is evaluated has a limit of its own.
        pauses::set(before + since.elapsed() + LIMIT);
        let end = Instant::now() + LIMIT;
        self.end.set(Some(end));
        let outer = frame.filter(|frame| frame + 1 < debug::depth());
        let result = match outer {
            None => here.evaluate(text, may_change),
            Some(number) => debug::with_frames(|frames| frames[number].evaluate(here.vm, text)),
        };
        self.end.set(None);
        pauses::set(before + since.elapsed());
        result.map_err(|error| match error.kind() {
            ErrorKind::Parsing(_) => error.kind().to_string(),
            ErrorKind::Terminated(_) if Instant::now() >= end => {
                format!("it ran longer than {LIMIT:?} and was stopped")
            }
            _ => {
                let description = here.describe(&error);
                format!("{}: {}", description.error_type, description.message)
            }
        })
    }

    fn exception_info(&self) -> Response {
        let error = self.error.borrow();
        let failed = error.as_ref().ok_or("the script does not wait at an error")?;
        Ok(json!({
            "exceptionId": failed.error_type,
            "description": failed.message,
            "breakMode": if failed.is_caught { "always" } else { "unhandled" },
            "details": {
                "message": failed.message,
                "typeName": failed.error_type,
                "stackTrace": failed.stack.join("\n"),
            },
        }))
    }
}

/// A function's name in the list of frames.
fn display_name(name: &str) -> &str {
    if name.is_empty() {
        "<top level>"
    } else if name.starts_with(CLOSURE_PREFIX) {
        "<closure>"
    } else {
        name
    }
}
