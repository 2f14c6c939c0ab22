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
    /// Where it comes from, if nobody has typed it.
    pub file: Option<&'a str>,
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
    /// The texts that are in files: the line before their first, their number of lines, and the file.
    loaded: Vec<(usize, usize, String)>,
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
        Self { deadline, host, imports, vm, kept: vm::Session::default(), transcript, loaded: Vec::new() }
    }

    /// Runs a text, which stops at the end of `until`.
    ///
    /// # Errors
    /// Whatever went wrong in it; the session goes on.
    pub fn run(&mut self, input: &Input<'_>, until: Until) -> Result<Value, Failure> {
        let &Input { text, shown, file } = input;
        let (before, lines) = (self.transcript.lines().count(), text.lines().count().max(1));
        self.transcript.push_str(shown);
        if !text.ends_with('\n') {
            self.transcript.push('\n');
        }
        if let Some(file) = file {
            self.loaded.push((before, lines, file.to_owned()));
            self.imports.files.remember(file, text);
        }
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
        result.map_err(|failure| self.in_files(failure))
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

    /// Places in texts from files are shown as places in these.
    fn in_files(&self, mut failure: Failure) -> Failure {
        let mut is_moved = false;
        for frame in failure.stack.iter_mut().filter(|frame| frame.file == TYPED && frame.line > 0) {
            let mut loaded = self.loaded.iter().rev();
            let found =
                loaded.find(|(before, lines, _)| (*before + 1..=before + lines).contains(&frame.line));
            if let Some((before, _, file)) = found {
                let old = format!("{TYPED}:{}:", frame.line);
                frame.file.clone_from(file);
                frame.line -= before;
                failure.message = failure.message.replace(&old, &format!("{file}:{}:", frame.line));
                is_moved = true;
            }
        }
        if let Some(place) = failure.stack.first().filter(|_| is_moved) {
            failure.drawing = draw(&failure, place, &self.imports.files);
        }
        failure
    }
}
