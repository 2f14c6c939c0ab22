//! What becomes of an input.

use super::args::Request;
use super::command::{self, Command};
use super::environment::{self, Here};
use super::input::{last_values, named};
use super::show::show;
use crate::invoke::function::Function;
use crate::lsp::Typed;
use crate::{doc, event, stdout, visible};
use anyhow::{anyhow, Context as _, Result};
use net::Until;
use rhai_vm::Value;
use rhambda::context::{Context, Parts};
use rhambda::failure::Failure;
use rhambda::handler::HandlerSpec;
use rhambda::script::{Input, Script, Session as Scripts, Sink};
use rhambda::settings::Roots;
use rhambda::value;
use std::cell::RefCell;
use std::fs;
use std::io;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::time::{Instant, SystemTime};
use uuid::Uuid;

/// The texts that completion looks at: the last ones.
const MAX_CONTEXT: usize = 256 << 10;

/// What follows an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Further inputs.
    More,
    /// Nothing.
    End,
}

/// The state of all inputs.
pub(super) struct Session {
    function: Function,
    roots: Roots,
    world: Rc<Here>,
    scripts: Scripts,
    last: Value,
    typed: Rc<Typed>,
    /// The scripts that ran, for completion.
    context: Rc<RefCell<String>>,
    interrupted: Option<&'static AtomicBool>,
    /// The line in which the running input begins, and the number of lines so far.
    line: usize,
    lines: usize,
}

/// Why there is nothing to show.
enum Problem {
    /// A script failed.
    Script(Failure),
    /// A command is wrong.
    Command(anyhow::Error),
}

impl Session {
    pub(super) fn new(request: &Request, typed: Rc<Typed>, interrupted: Option<&'static AtomicBool>) -> Self {
        let function = environment::function(request);
        let world = Rc::new(environment::world(&function));
        let roots = environment::roots(request);
        let scripts = scripts(&world, &roots, &function);
        let last = Value::Unit;
        let (context, line, lines) = (Rc::default(), 1, 0);
        Self { function, roots, world, scripts, last, typed, context, interrupted, line, lines }
    }

    /// The scripts that ran.
    pub(super) fn context(&self) -> Rc<RefCell<String>> {
        Rc::clone(&self.context)
    }

    /// Runs an input; what follows, and whether nothing went wrong.
    pub(super) fn take(&mut self, text: &str) -> (Next, bool) {
        self.line = self.lines + 1;
        self.lines += text.lines().count().max(1);
        let result = match command::parse(text) {
            None => {
                self.run(text, None).map(|value| if value.is_unit() { String::new() } else { show(&value) })
            }
            Some(Ok(Command::Quit)) => return (Next::End, true),
            Some(Ok(command)) => self.command(&command),
            Some(Err(problem)) => Err(anyhow!(problem).into()),
        };
        match result {
            Ok(shown) if shown.is_empty() => (Next::More, true),
            // A reader that has enough ends the process that writes.
            Ok(shown) => match stdout::print(&(visible::escaped(&shown).into_owned() + "\n")) {
                Ok(()) => (Next::More, true),
                Err(_) => (Next::End, false),
            },
            Err(problem) => {
                visible::tell(&problem.shown());
                (Next::More, false)
            }
        }
    }

    fn command(&mut self, command: &Command<'_>) -> Result<String, Problem> {
        Ok(match command {
            Command::Doc(name) => self.docs(name)?,
            Command::Event(what) => {
                let json = event_of(what)?;
                let event = value::decode(json.as_bytes())
                    .map_err(|problem| anyhow!("the event is not JSON: {problem}"))?;
                self.scripts.set("event", event.clone());
                self.note("let event;");
                show(&event)
            }
            Command::Help => command::help(),
            Command::Invoke(handler) => self.invoke(handler)?,
            Command::Load(file) => {
                let path = self.function.task_root.join(file);
                let text = fs::read_to_string(&path).with_context(|| format!("{file} cannot be read"))?;
                let value = self.run(text.strip_prefix('\u{feff}').unwrap_or(&text), Some(file))?;
                if value.is_unit() {
                    String::new()
                } else {
                    show(&value)
                }
            }
            Command::Quit => String::new(),
            Command::Reset => {
                self.scripts = scripts(&self.world, &self.roots, &self.function);
                self.last = Value::Unit;
                self.context.borrow_mut().clear();
                String::new()
            }
            Command::Time(text) => {
                let began = Instant::now();
                let value = self.run(text, None)?;
                let time = began.elapsed();
                format!("{}\n{:.3} ms", show(&value), time.as_secs_f64() * 1000.0)
            }
            Command::Type(text) => self.run(text, None)?.type_name().to_owned(),
        })
    }

    /// Runs a script. Its value is the last one from now on.
    fn run(&mut self, text: &str, file: Option<&str>) -> Result<Value, Problem> {
        let last = if file.is_some() { Vec::new() } else { last_values(text) };
        let known: Vec<String> = self.scripts.variables().map(|(name, _)| name.to_owned()).collect();
        let named = if last.is_empty() {
            None
        } else {
            named(text, &last, |name| known.iter().any(|known| known == name))
        };
        let until = self.interrupted.map_or(Until::NEVER, Until::told);
        let line = if file.is_some() { 1 } else { self.line };
        let result = match &named {
            Some((text_with_name, name)) => {
                self.scripts.set(name, self.last.clone());
                let result =
                    self.scripts.run(&Input { text: text_with_name, shown: text, line, file }, until);
                self.scripts.remove(name);
                result
            }
            None => self.scripts.run(&Input { text, shown: text, line, file }, until),
        };
        let value = result.map_err(Problem::Script)?;
        self.note(text);
        if !value.is_unit() {
            self.last = value.clone();
        }
        Ok(value)
    }

    /// Remembers a script for completion.
    fn note(&self, text: &str) {
        let mut context = self.context.borrow_mut();
        if text.len() > MAX_CONTEXT {
            return;
        }
        if context.len() + text.len() > MAX_CONTEXT {
            context.clear();
        }
        context.push_str(text);
        context.push_str("\n;\n");
    }

    /// What a name means here, or else anywhere.
    fn docs(&self, name: &str) -> Result<String> {
        let is_own = self.scripts.variables().any(|(variable, _)| variable == name);
        let here = || {
            let docs = self.typed.docs(&self.context.borrow(), name);
            docs.filter(|docs| !docs.is_empty())
        };
        match here().filter(|_| is_own) {
            Some(docs) => Ok(docs),
            None => doc::of_builtin(name).or_else(|error| here().ok_or(error)),
        }
    }

    /// Invokes a handler in an environment of its own.
    fn invoke(&self, handler: &str) -> Result<String, Problem> {
        let failed = Problem::Script;
        let spec = HandlerSpec::parse(handler).map_err(failed)?;
        let info = environment::info(&self.function);
        let timeout = self.function.timeout;
        let until = self.interrupted.map_or(Until::NEVER, Until::told);
        let event = self.scripts.variables().find(|(name, _)| *name == "event").map(|(_, event)| event);
        let event = event.map_or(Ok(b"{}".to_vec()), |event| value::encode(&event));
        let event = event.map_err(|problem| anyhow!("`event` cannot be JSON: {problem}"))?;
        let world = Rc::clone(&self.world);
        let mut script = Script::load_in(world, spec, self.roots.clone(), &info, until).map_err(failed)?;
        let deadline = SystemTime::now() + timeout;
        let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let context = Context::from(Parts {
            aws_request_id: Uuid::new_v4().to_string(),
            deadline_ms: i64::try_from(deadline.as_millis()).ok(),
            client_context: Value::Unit,
            identity: Value::Unit,
            headers: vec![("lambda-runtime-invoked-function-arn".into(), self.function.arn())],
            function: Rc::new(info),
        });
        let until = until.by(Some(Instant::now() + timeout));
        let response = script.call(event, context, until, || Rc::new(Stdout)).map_err(failed)?;
        Ok(match value::decode(&response) {
            Ok(value) => show(&value),
            Err(_) => String::from_utf8_lossy(&response).into_owned(),
        })
    }
}

fn scripts(world: &Rc<Here>, roots: &Roots, function: &Function) -> Scripts {
    let print = |text: &str| {
        let text = visible::escaped(text).into_owned() + "\n";
        // What nobody reads is lost.
        let _ = stdout::print(&text);
    };
    let mut scripts = Scripts::new(&(Rc::clone(world) as _), roots, &environment::info(function), print);
    scripts.set("event", Value::Unit);
    scripts
}

/// JSON, the JSON in a file, or the event of this name with its options.
fn event_of(what: &str) -> Result<String> {
    if let Some(file) = what.strip_prefix('@') {
        return fs::read_to_string(file).with_context(|| format!("{file} cannot be read"));
    }
    if what.starts_with(['{', '[', '"']) {
        return Ok(what.to_owned());
    }
    let words = shlex::split(what).ok_or_else(|| {
        anyhow!("a quotation mark is not closed: {what}. Close it, or write a backslash before it")
    })?;
    let (name, options) = words.split_first().context("the event has no name: write :event NAME")?;
    Ok(event::make(name, &event::pairs(options)?)?.to_string())
}

/// Where the streams of handlers go.
struct Stdout;

impl Sink for Stdout {
    fn begin(&self, _: &str, _: Until) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, bytes: &[u8], _: Until) -> io::Result<()> {
        visible::write(&mut io::stdout(), bytes)
    }
}

impl Problem {
    fn shown(&self) -> String {
        match self {
            Self::Command(error) => format!("rhambda: {error:#}"),
            Self::Script(failure) if failure.error_type == "Runtime.Shutdown" => {
                let place = failure.stack.first().map(|place| format!(" {place}")).unwrap_or_default();
                format!("interrupted{place}")
            }
            Self::Script(failure) => {
                let drawing = failure.drawing.as_deref().map(str::to_owned);
                let mut shown =
                    drawing.unwrap_or_else(|| format!("error[{}]: {}", failure.error_type, failure.message));
                if failure.stack.len() > 1 {
                    for line in failure.stack_trace() {
                        shown.push_str("\n  ");
                        shown.push_str(&line);
                    }
                }
                shown
            }
        }
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::Command(error)
    }
}
