//! A session: texts that are run one after the other, each of which finds what those before it have left.

use super::{Module, Vm, FIRST_STACK};
use crate::compile;
use crate::error::{Error, ErrorKind};
use crate::map::Map;
use crate::memory;
use crate::text::Str;
use crate::value::Value;
use crate::Result;
use rhai::AST;
use std::fmt::Write as _;
use std::rc::Rc;

/// About how many bytes a byte of a text becomes while it is compiled.
const BYTES_COMPILED: usize = 64;
/// rhai counts no further lines.
const MAX_LINES: usize = 60_000;

/// What texts leave for the next one: variables, functions and imports.
#[derive(Default)]
pub struct Session {
    variables: Vec<Variable>,
    imports: Vec<(Str, Rc<Module>)>,
    functions: AST,
    lines: usize,
}

struct Variable {
    name: Str,
    value: Value,
    is_constant: bool,
}

impl Session {
    /// The variables, in the order of their names, with their values.
    pub fn variables(&self) -> impl Iterator<Item = (&str, Value)> {
        self.variables.iter().map(|variable| (variable.name.as_str(), variable.value.flat_clone()))
    }

    /// Sets a variable; one of this name is replaced.
    pub fn set(&mut self, name: &str, value: Value) {
        self.keep(Variable { name: name.into(), value, is_constant: false });
    }

    /// Removes a variable.
    pub fn remove(&mut self, name: &str) {
        self.variables.retain(|variable| variable.name.as_str() != name);
    }

    fn keep(&mut self, variable: Variable) {
        match self.variables.binary_search_by(|known| known.name.as_str().cmp(variable.name.as_str())) {
            Ok(at) => self.variables[at] = variable,
            Err(at) => self.variables.insert(at, variable),
        }
    }

    /// The text at its line of the session. Before it are the names of modules.
    fn at_its_line(&self, text: &str) -> String {
        let mut padded = imported(&self.imports);
        padded.extend(std::iter::repeat_n('\n', self.lines));
        padded.push_str(text);
        padded
    }
}

/// Statements from which the parser knows the names of modules that are imported already.
pub(crate) fn imported(modules: &[(Str, Rc<Module>)]) -> String {
    modules.iter().fold(String::new(), |mut text, (name, _)| {
        let _ = write!(text, "import \"\" as {name};");
        text
    })
}

impl Vm {
    /// Runs a text after those that the session has seen. The places of its errors are counted from the
    /// first line of the session on. Functions replace those of the same name and number of parameters.
    ///
    /// # Errors
    /// Those of the text. The variables before the place of the error are kept.
    pub fn run_next(&self, text: &str, name: &str, session: &mut Session) -> Result<Value> {
        self.check()?;
        memory::needs(text.len().saturating_mul(BYTES_COMPILED))?;
        // Imports stand on the first line, which no text has.
        session.lines = session.lines.max(1);
        let padded = session.at_its_line(text);
        session.lines = (session.lines + text.lines().count().max(1)).min(MAX_LINES);
        let names: Vec<&str> = session.variables.iter().map(|variable| variable.name.as_str()).collect();
        let parsed = self.parse(&padded, &names)?;
        let functions = Rc::new(session.functions.merge(&parsed));
        let variables: Vec<_> =
            session.variables.iter().map(|variable| (variable.name.clone(), variable.is_constant)).collect();
        let (unit, locals) = self
            .with_library(|library| {
                compile::session_text(&functions, session.imports.len(), name, &variables, library)
            })
            .map_err(|problem| Error::at(ErrorKind::TooComplex(problem.message), problem.position))?;
        session.functions = functions.clone_functions_only();
        let unit = self.register(unit);

        let mut constants = Map::new();
        for variable in session.variables.iter().filter(|variable| variable.is_constant) {
            constants.insert(variable.name.clone(), variable.value.flat_clone());
        }
        unit.globals.replace(constants);
        unit.imports.replace(session.imports.clone());
        let mut stack = vec![Value::Unit; FIRST_STACK.max(unit.main.registers + 16)];
        for (register, variable) in stack.iter_mut().zip(&mut session.variables) {
            *register = std::mem::take(&mut variable.value);
        }
        self.chain.borrow_mut().push(Rc::clone(&unit));
        let depth = self.depth.get();
        let (result, reached) = self.enter_telling(&unit, &unit.main, &mut stack);
        self.depth.set(depth);
        self.chain.borrow_mut().pop();

        for local in locals {
            // After an error, later variables do not exist.
            if unit.main.variables[local.number].from <= reached {
                let value = std::mem::take(&mut stack[local.register as usize]);
                session.keep(Variable { name: local.name, value, is_constant: local.is_constant });
            }
        }
        let mut imports: Vec<(Str, Rc<Module>)> = Vec::new();
        for (name, module) in unit.imports.take() {
            imports.retain(|(known, _)| *known != name);
            imports.push((name, module));
        }
        // Functions that closures have kept call these modules, too.
        unit.imports.replace(imports.clone());
        session.imports = imports;
        result.map(Value::flatten)
    }
}
