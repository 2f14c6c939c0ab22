//! A session of a tool: texts that a person types are run one after the other in one environment.

use super::drawing::draw;
use super::engine;
use super::files::Files;
use super::imports::Imports;
use super::trace;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::modules;
use crate::settings::{FunctionInfo, Roots};
use crate::world::World;
use net::Until;
use rhai_vm::vm::{self, Vm};
use rhai_vm::Value;
use std::rc::Rc;

/// What people type, in errors.
const TYPED: &str = "repl";

/// A text to run.
pub struct Input<'a> {
    /// The text.
    pub text: &'a str,
    /// What errors show in place of it, with the same places.
    pub shown: &'a str,
    /// The line in which it begins, from 1: of all that was typed, or of its file.
    pub line: usize,
    /// Where it comes from, if nobody has typed it.
    pub file: Option<&'a str>,
}

/// Where a text is that has run.
struct Place {
    /// The number of lines before it in the transcript.
    before: usize,
    lines: usize,
    /// The line in which it begins, as in [`Input`].
    line: usize,
    file: Option<String>,
}

/// A machine with the state of the modules and of the texts that it has run. It lives on one thread.
pub struct Session {
    deadline: Deadline,
    host: Rc<modules::Host>,
    imports: Rc<Imports>,
    vm: Rc<Vm>,
    kept: vm::Session,
    /// All texts. Places in the machine are places in this.
    transcript: String,
    /// Where these are for people.
    places: Vec<Place>,
}

impl Session {
    /// A session of the scripts in these folders. What scripts print goes to `print`.
    pub fn new(
        world: &Rc<dyn World>,
        roots: &Roots,
        function: &FunctionInfo,
        print: impl Fn(&str) + 'static,
    ) -> Self {
        let deadline = Deadline::default();
        let host = modules::Host::new(&roots.task, function, deadline.clone(), Rc::clone(world).into());
        let host = Rc::new(host);
        let imports = Rc::new(Imports::new(Rc::new(Files::new(roots.clone())), TYPED));
        let vm = Rc::new(engine::printing(&host, &imports, print));
        world.enter(Rc::downgrade(&vm));
        // Texts begin in the second line.
        let transcript = "\n".to_owned();
        Self { deadline, host, imports, vm, kept: vm::Session::default(), transcript, places: Vec::new() }
    }

    /// Runs a text, which stops at the end of `until`.
    ///
    /// # Errors
    /// Whatever went wrong in it; the session goes on.
    pub fn run(&mut self, input: &Input<'_>, until: Until) -> Result<Value, Failure> {
        let &Input { text, shown, line, file } = input;
        let (before, lines) = (self.transcript.lines().count(), text.lines().count().max(1));
        self.transcript.push_str(shown);
        if !text.ends_with('\n') {
            self.transcript.push('\n');
        }
        if let Some(file) = file {
            self.imports.files.remember(file, text);
        }
        self.places.push(Place { before, lines, line, file: file.map(str::to_owned) });
        self.imports.files.remember(TYPED, &self.transcript);
        self.deadline.set(until);
        let (vm, kept, imports) = (&self.vm, &mut self.kept, &self.imports);
        let result = super::call::guarded(|| {
            super::call::exited(vm.run_next(text, TYPED, kept))
                .map_err(|error| trace::failure(&error, trace::TOP_LEVEL, TYPED, imports))
        });
        if result.as_ref().is_err_and(|failure| failure.error_type == "Runtime.Panic") {
            self.vm.reset();
        }
        self.host.end_invocation();
        self.deadline.set(Until::NEVER);
        result.map_err(|failure| self.at_its_places(failure))
    }

    /// The variables, in the order of their names, with their values.
    pub fn variables(&self) -> impl Iterator<Item = (&str, Value)> {
        self.kept.variables()
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Value) {
        self.kept.set(name, value);
    }

    /// Removes a variable.
    pub fn remove(&mut self, name: &str) {
        self.kept.remove(name);
    }

    /// Places in the transcript are shown as those that people know.
    fn at_its_places(&self, mut failure: Failure) -> Failure {
        let innermost = failure.stack.first().cloned();
        for frame in failure.stack.iter_mut().filter(|frame| frame.file == TYPED) {
            let is_in =
                |place: &&Place| (place.before + 1..=place.before + place.lines).contains(&frame.line);
            if let Some(place) = self.places.iter().rev().find(is_in) {
                frame.line = frame.line - place.before - 1 + place.line;
                frame.file = place.file.clone().unwrap_or_else(|| TYPED.to_owned());
            }
        }
        let (Some(old), Some(new)) = (innermost, failure.stack.first()) else { return failure };
        if old == *new {
            return failure;
        }
        let [from, to] = [&old, new].map(|frame| format!("{}:{}:", frame.file, frame.line));
        failure.message = failure.message.replace(&from, &to);
        self.imports.files.remember(TYPED, &self.typed());
        // The title may leave out what the message says of the place.
        let title = failure.drawing.as_deref().and_then(|drawing| {
            let (title, _) = drawing.split_once(&format!("--> {from}"))?;
            Some(title.trim_end().strip_prefix(&format!("error[{}]: ", failure.error_type))?.to_owned())
        });
        let titled = title.map(|message| Failure { message, ..failure.clone() });
        failure.drawing = draw(titled.as_ref().unwrap_or(&failure), new, &self.imports.files);
        failure
    }

    /// What was typed, each line where people count it.
    fn typed(&self) -> String {
        let lines: Vec<_> = self.transcript.lines().collect();
        let mut typed = Vec::new();
        for place in self.places.iter().filter(|place| place.file.is_none()) {
            typed.resize((place.line - 1).max(typed.len()), "");
            typed.extend_from_slice(&lines[place.before..place.before + place.lines]);
        }
        typed.join("\n")
    }
}
