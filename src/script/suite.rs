//! A script whose functions a tool calls by their names, each time in a fresh environment: for test runners.

use super::engine;
use super::files::{Files, Source};
use super::imports::Imports;
use super::trace;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::modules;
use crate::settings::{FunctionInfo, Roots};
use crate::world::World;
use net::Until;
use rhai_vm::code::Unit;
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::vm::Vm;
use rhai_vm::{Error, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// A compiled script. It lives on one thread.
pub struct Suite {
    world: Rc<dyn World>,
    function: Rc<FunctionInfo>,
    roots: Roots,
    source: Source,
    /// Whether the script may import itself.
    imports_itself: bool,
    last: Environment,
    unit: Rc<Unit>,
}

/// A function that is written in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// The number of its parameters.
    pub parameters: usize,
    /// The line in which its name is written, from 1.
    pub line: usize,
}

/// A machine with the state of the modules, for the functions of one script.
pub struct Environment {
    name: String,
    deadline: Deadline,
    host: Rc<modules::Host>,
    imports: Rc<Imports>,
    vm: Rc<Vm>,
    unit: Option<Rc<Unit>>,
}

impl Suite {
    /// Reads and compiles a script, without running anything of it.
    ///
    /// # Errors
    /// The file cannot be read, or is no script.
    pub fn load(
        world: Rc<dyn World>,
        file: &str,
        roots: Roots,
        function: Rc<FunctionInfo>,
    ) -> Result<Self, Failure> {
        Self::new(world, file, roots, function, None)
    }

    /// The same with this text in place of the file's, for a script with examples: those may import the script. Errors
    /// show the lines of the file.
    ///
    /// # Errors
    /// The file cannot be read, or the text is no script.
    pub fn with_examples(
        world: Rc<dyn World>,
        file: &str,
        roots: Roots,
        function: Rc<FunctionInfo>,
        text: &str,
    ) -> Result<Self, Failure> {
        Self::new(world, file, roots, function, Some(text))
    }

    fn new(
        world: Rc<dyn World>,
        file: &str,
        roots: Roots,
        function: Rc<FunctionInfo>,
        text: Option<&str>,
    ) -> Result<Self, Failure> {
        let files = Rc::new(Files::new(roots.clone()));
        let mut source = files.read(file).map_err(|problem| files.handler_failure(file, problem))?;
        let imports_itself = text.is_some();
        if let Some(text) = text {
            source.text = text.into();
        }
        let last = Environment::new(&world, &function, &roots, &source.name, imports_itself, files, None);
        let unit = last
            .imports
            .compile(&last.vm, &source, &[])
            .map_err(|error| trace::parse_failure(&error, &source.name, &last.imports.files))?;
        Ok(Self { world, function, roots, source, imports_itself, last, unit })
    }

    /// The functions with names, in the order in which they are written.
    pub fn functions(&self) -> Vec<Declared> {
        let lines = declarations(&self.source.text);
        let named = self.unit.functions.iter().filter(|function| !function.name.starts_with(CLOSURE_PREFIX));
        let mut functions: Vec<_> = named
            .filter(|function| function.this_type.is_none())
            .map(|function| Declared {
                name: function.name.to_string(),
                parameters: function.params.len(),
                line: lines.get(function.name.as_str()).copied().unwrap_or_default(),
            })
            .collect();
        functions.sort_by(|a, b| (a.line, &a.name).cmp(&(b.line, &b.name)));
        functions
    }

    /// A fresh environment, in which the top level has run. Environments of before must not be used any more.
    ///
    /// # Errors
    /// Those of the top level.
    pub fn environment(&mut self, until: Until) -> Result<&Environment, Failure> {
        let files = Rc::clone(&self.last.imports.files);
        let before = Some(&self.last);
        let name = &self.source.name;
        let itself = self.imports_itself;
        let mut fresh =
            Environment::new(&self.world, &self.function, &self.roots, name, itself, files, before);
        fresh.vm.adopt(&self.unit);
        fresh.imports.remember(&self.unit);
        fresh.unit = Some(Rc::clone(&self.unit));
        self.world.enter(Rc::downgrade(&fresh.vm));
        self.last = fresh;
        self.last.run(until, trace::TOP_LEVEL, |vm, unit| vm.load(unit).map(|_| Value::Unit))?;
        Ok(&self.last)
    }
}

/// The lines in which functions are declared, by their names.
fn declarations(text: &str) -> HashMap<&str, usize> {
    let mut lines = HashMap::new();
    for (line, number) in text.lines().zip(1..) {
        for behind in line.split("fn ").skip(1) {
            let name = behind.trim_start();
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            lines.entry(&name[..end]).or_insert(number);
        }
    }
    lines
}

impl Environment {
    fn new(
        world: &Rc<dyn World>,
        function: &FunctionInfo,
        roots: &Roots,
        name: &str,
        imports_itself: bool,
        files: Rc<Files>,
        before: Option<&Self>,
    ) -> Self {
        let deadline = Deadline::default();
        let host = modules::Host::new(&roots.task, function, deadline.clone(), Rc::clone(world).into());
        let host = Rc::new(host);
        let main = if imports_itself { "" } else { name };
        let imports = Rc::new(Imports::new(files, main).knowing(before.map(|before| &*before.imports)));
        let vm = Rc::new(engine::new(&host, &imports));
        if let Some(before) = before {
            vm.continue_after(&before.vm);
        }
        Self { name: name.to_owned(), deadline, host, imports, vm, unit: None }
    }

    /// Calls a function. It is stopped at the end of `until`.
    ///
    /// # Errors
    /// Whatever went wrong in it.
    pub fn call(&self, function: &str, args: Vec<Value>, until: Until) -> Result<Value, Failure> {
        self.run(until, function, |vm, unit| vm.call(unit, function, args))
    }

    fn run(
        &self,
        until: Until,
        function: &str,
        work: impl FnOnce(&Vm, &Rc<Unit>) -> Result<Value, Error>,
    ) -> Result<Value, Failure> {
        let Some(unit) = &self.unit else {
            return Ok(Value::Unit);
        };
        self.deadline.set(until);
        let result = super::call::guarded(|| {
            super::call::exited(work(&self.vm, unit))
                .map_err(|error| trace::failure(&error, function, &self.name, &self.imports))
        });
        self.host.end_invocation();
        self.deadline.set(Until::NEVER);
        result
    }
}
