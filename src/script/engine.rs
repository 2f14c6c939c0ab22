//! The one place where a machine for scripts is set up.

use super::imports::Imports;
use super::{trace, MAX_CALL_LEVELS};
use crate::logging;
use crate::memory::{self, Exhausted};
use crate::modules::log::Printed;
use crate::modules::{self, LIBRARY};
use log::Level;
use rhai_vm::vm::{self, Description, Module, Moment, Options, Vm};
use rhai_vm::{Error, Position, Result, Value};
use std::any::Any;
use std::rc::Rc;

/// Deepest nesting of expressions, in scripts and in their functions.
const MAX_EXPRESSION_DEPTH: usize = 256;

/// A machine: what limits its scripts, where their imports are found, and what they can use.
pub(super) fn new(modules: &Rc<modules::Host>, imports: &Rc<Imports>) -> Vm {
    let host = Host { modules: Rc::clone(modules), imports: Rc::clone(imports) };
    with_host(Rc::new(host), modules)
}

/// The same, but what scripts print goes to `print`.
pub(super) fn printing(
    modules: &Rc<modules::Host>,
    imports: &Rc<Imports>,
    print: impl Fn(&str) + 'static,
) -> Vm {
    let host = Host { modules: Rc::clone(modules), imports: Rc::clone(imports) };
    with_host(Rc::new(Printing { host, print }), modules)
}

fn with_host(host: Rc<dyn vm::Host>, modules: &modules::Host) -> Vm {
    let options = Options {
        // Misspelt variables are found when the script is loaded.
        strict_variables: true,
        max_calls: MAX_CALL_LEVELS,
        max_expression_depth: MAX_EXPRESSION_DEPTH,
        tells_statements: modules.world.tells_statements(),
    };
    Vm::new(host, modules.world.library().unwrap_or(LIBRARY), options)
}

/// What a machine asks. The modules' part outlives the machine, the imports do not.
struct Host {
    modules: Rc<modules::Host>,
    imports: Rc<Imports>,
}

impl vm::Host for Host {
    /// The modules' part: their functions look for it.
    fn as_any(&self) -> &dyn Any {
        &*self.modules
    }

    fn print(&self, text: &str) {
        self.modules.state::<Printed>().print(text);
    }

    fn debug(&self, text: &str, _source: &str, _position: Position) {
        logging::script(Level::Debug, text, &[]);
    }

    fn check(&self) -> Result<()> {
        self.modules.deadline.check()?;
        Ok(memory::check()?)
    }

    fn statement(&self, at: &Moment<'_>) {
        self.modules.world.statement(at);
    }

    fn terminated(&self, why: &Value, at: &Moment<'_>) {
        if let Some(exhausted) = why.as_host::<Exhausted>() {
            exhausted.look_at(at);
        }
    }

    fn describe(&self, error: &Error, function: &str, source: &str) -> Description {
        let failure = trace::failure(error, &trace::display_name(function), source, &self.imports);
        let stack = failure.stack_trace();
        Description { error_type: failure.error_type, message: failure.message, stack }
    }

    fn import(&self, vm: &Vm, importer: &str, path: &str, position: Position) -> Result<Rc<Module>> {
        self.imports.resolve(vm, importer, path, position)
    }
}

/// A host whose scripts print elsewhere.
struct Printing<P> {
    host: Host,
    print: P,
}

impl<P: Fn(&str) + 'static> vm::Host for Printing<P> {
    fn as_any(&self) -> &dyn Any {
        self.host.as_any()
    }

    fn print(&self, text: &str) {
        (self.print)(text);
    }

    fn debug(&self, text: &str, source: &str, position: Position) {
        self.host.debug(text, source, position);
    }

    fn check(&self) -> Result<()> {
        self.host.check()
    }

    fn terminated(&self, why: &Value, at: &Moment<'_>) {
        self.host.terminated(why, at);
    }

    fn describe(&self, error: &Error, function: &str, source: &str) -> Description {
        self.host.describe(error, function, source)
    }

    fn import(&self, vm: &Vm, importer: &str, path: &str, position: Position) -> Result<Rc<Module>> {
        self.host.import(vm, importer, path, position)
    }
}
