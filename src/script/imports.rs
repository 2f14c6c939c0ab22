//! `import`: where a module is found, each module run once, cycles found.
//!
//! `import "lib/money"` is looked for in the task root and then in `/opt/rhai`; a path that begins
//! with `./` or `../` is relative to the importing script and stays in its root.

use super::files::{list, Files, Problem, Source};
use super::habits;
use crate::handler::{relative_path, with_extension};
use crate::modules;
use rhai_vm::code::Unit;
use rhai_vm::error::Call;
use rhai_vm::vm::{Module, Vm};
use rhai_vm::{Error, Position, Result, Str};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// The scripts of one function's machine.
pub(super) struct Imports {
    pub(super) files: Rc<Files>,
    /// Modules by their script's name.
    loaded: RefCell<HashMap<String, Rc<Module>>>,
    /// The scripts whose top level is running, outermost first.
    running: RefCell<Vec<String>>,
    /// Every script that was compiled, by its name: errors look up what is written in it.
    units: RefCell<BTreeMap<String, Rc<Unit>>>,
    /// Scripts that an earlier machine has compiled, and whose texts are as they were.
    known: BTreeMap<String, Rc<Unit>>,
}

impl Imports {
    /// The imports of a handler's script of this name.
    pub(super) fn new(files: Rc<Files>, main: &str) -> Self {
        let running = RefCell::new(vec![main.to_owned()]);
        Self { files, loaded: RefCell::default(), running, units: RefCell::default(), known: BTreeMap::new() }
    }

    /// The same, without the need to compile again what an earlier machine has compiled.
    pub(super) fn knowing(mut self, earlier: Option<&Self>) -> Self {
        if let Some(earlier) = earlier {
            self.known.clone_from(&earlier.known);
            self.known.extend(earlier.units.borrow().clone());
        }
        self
    }

    /// Remembers a script that this machine has.
    pub(super) fn remember(&self, unit: &Rc<Unit>) {
        self.units.borrow_mut().insert(unit.name.to_string(), Rc::clone(unit));
    }

    /// Compiles a script whose top level finds these variables.
    pub(super) fn compile(&self, vm: &Vm, source: &Source, variables: &[&str]) -> Result<Rc<Unit>> {
        let unit = vm.compile(&source.text, &source.name, variables)?;
        for (line, column, expression) in habits::uninterpolated(&source.text) {
            log::warn!(
                "{}:{line}:{column}: `{expression}` is not evaluated in a string with double quotes. Write the string in \
                 backticks to insert the value",
                source.name
            );
        }
        self.remember(&unit);
        vm.host_state::<modules::Host>().world.compiled(&unit);
        Ok(unit)
    }

    /// The script of this name, if it was compiled.
    pub(super) fn unit(&self, name: &str) -> Option<Rc<Unit>> {
        self.units.borrow().get(name).cloned()
    }

    /// All scripts that were compiled, in the order of their names.
    pub(super) fn units(&self) -> Vec<Rc<Unit>> {
        self.units.borrow().values().cloned().collect()
    }

    /// The module that the script of the name `importer` imports by this path.
    pub(super) fn resolve(
        &self,
        vm: &Vm,
        importer: &str,
        path: &str,
        position: Position,
    ) -> Result<Rc<Module>> {
        let thrown = |kind: &str, message: String| Error::thrown(kind, message).or_at(position);
        let source =
            find(&self.files, importer, path).map_err(|problem| thrown("ModuleNotFound", problem))?;
        let name = &source.name;
        if let Some(module) = self.loaded.borrow().get(name) {
            return Ok(Rc::clone(module));
        }
        if let Some(chain) = self.cycle(name) {
            return Err(thrown("ImportCycle", format!("scripts import each other: {chain}")));
        }
        let module = self.load(vm, &source).map_err(|error| in_module(error, name, position))?;
        self.loaded.borrow_mut().insert(source.name, Rc::clone(&module));
        Ok(module)
    }

    /// How the script of this name comes to import itself, if it does.
    fn cycle(&self, name: &str) -> Option<String> {
        let running = self.running.borrow();
        let start = running.iter().position(|running| running == name)?;
        let chain = running[start..].iter().map(String::as_str).chain([name]);
        Some(chain.collect::<Vec<_>>().join(" → "))
    }

    fn load(&self, vm: &Vm, source: &Source) -> Result<Rc<Module>> {
        let unit = match self.known.get(&source.name) {
            Some(unit) => {
                vm.adopt(unit);
                self.remember(unit);
                Rc::clone(unit)
            }
            None => self.compile(vm, source, &[])?,
        };
        self.running.borrow_mut().push(source.name.clone());
        let module = vm.load(&unit);
        self.running.borrow_mut().pop();
        module
    }
}

/// An error of a module that is imported at this place.
fn in_module(error: Error, name: &str, position: Position) -> Error {
    error.through(Call { name: name.into(), source: Str::default(), position, is_import: true })
}

/// What to do where a path is not that of a script.
fn remedy(path: &str) -> String {
    let mut spaces = modules::LIBRARY.iter().flat_map(|module| module.namespaces);
    if spaces.any(|space| space.name == path) {
        return format!(". `{path}` is built in: remove the import");
    }
    match path.strip_suffix(".rhai") {
        Some(name) => format!(". Rhambda appends `.rhai`: import \"{name}\""),
        None => String::new(),
    }
}

/// The script that the script of the name `importer` means by this path. The name is empty for a script that none imports.
///
/// # Errors
/// Why there is none.
pub fn find(files: &Files, importer: &str, path: &str) -> std::result::Result<Source, String> {
    let relative = path.starts_with("./") || path.starts_with("../");
    let place = if relative {
        let importer = files.layer_path(importer).unwrap_or(importer);
        match importer.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{path}"),
            None => path.to_owned(),
        }
    } else {
        path.to_owned()
    };
    let place =
        relative_path(&place).map_err(|problem| format!("\"{path}\" cannot be imported: {problem}"))?;
    let place = with_extension(&place);
    let found = if relative { files.read_beside(importer, &place) } else { files.read(&place) };
    found.map_err(|problem| match problem {
        Problem::Missing(places) => {
            format!("the module \"{path}\" does not exist. Looked for {}{}", list(&places), remedy(path))
        }
        Problem::Unusable(what) if importer.is_empty() => what,
        Problem::Unusable(what) => format!("\"{path}\" cannot be imported: {what}"),
    })
}
