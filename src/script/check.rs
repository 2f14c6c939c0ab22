//! Whether scripts would load, found out without running anything of them: for the developer's tool.

use super::files::{Files, Source};
use super::imports::Imports;
use super::load::{find_handler, INLINE, SCRIPT_VARIABLES};
use super::{engine, trace};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::handler::HandlerSpec;
use crate::modules;
use crate::settings::{FunctionInfo, Roots};
use crate::world::SharedWorld;
use rhai_vm::code::Unit;
use std::rc::Rc;

/// Checks the scripts of one function with the compiler that they will be compiled with. It needs a
/// large stack: [`crate::stack::with_large`].
pub struct Checker {
    files: Rc<Files>,
    host: Rc<modules::Host>,
}

impl Checker {
    /// A checker of the scripts in these folders.
    pub fn new(roots: Roots) -> Self {
        let host = modules::Host::new(
            &roots.task,
            &FunctionInfo::default(),
            Deadline::default(),
            SharedWorld::default(),
        );
        Self { host: Rc::new(host), files: Rc::new(Files::new(roots)) }
    }

    /// Whether the script of this path, relative to a root, parses: as a module, or as a whole file
    /// that is run for each event.
    ///
    /// # Errors
    /// What is wrong with it, as Lambda would say it.
    pub fn script(&self, file: &str) -> Result<(), Failure> {
        self.compile(&self.read(file)?, &SCRIPT_VARIABLES).map(drop)
    }

    /// Whether the handler setting leads to a script, and to a function in it that can be called.
    ///
    /// # Errors
    /// What is wrong, as Lambda would say it.
    pub fn handler(&self, handler: &HandlerSpec) -> Result<(), Failure> {
        match handler {
            HandlerSpec::Function { file, function } => {
                let unit = self.compile(&self.read(file)?, &[])?;
                find_handler(&unit, function).map(drop)
            }
            HandlerSpec::Script { file } => self.script(file),
            HandlerSpec::Inline { source } => {
                self.compile(&self.files.remember(INLINE, source), &[]).map(drop)
            }
        }
    }

    fn read(&self, file: &str) -> Result<Source, Failure> {
        self.files.read(file).map_err(|problem| self.files.handler_failure(file, problem))
    }

    fn compile(&self, source: &Source, variables: &[&str]) -> Result<Rc<Unit>, Failure> {
        let imports = Rc::new(Imports::new(Rc::clone(&self.files), &source.name));
        imports
            .compile(&engine::new(&self.host, &imports), source, variables)
            .map_err(|error| trace::parse_failure(&error, &source.name, &self.files))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack;
    use std::fs;
    use tempfile::TempDir;

    fn with_checker<T: Send>(files: &[(&str, &str)], look: impl FnOnce(&Checker) -> T + Send) -> T {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let roots = Roots { task: folder.path().into(), layer: folder.path().join("layer") };
        stack::with_large(|| look(&Checker::new(roots))).unwrap()
    }

    #[test]
    fn nothing_is_run() {
        let files = [("a.rhai", "import \"missing\" as m; throw 1; fn handler() { m::x() }")];
        with_checker(&files, |checker| {
            checker.script("a.rhai").unwrap();
            checker.handler(&HandlerSpec::parse("a.handler").unwrap()).unwrap();
            checker.handler(&HandlerSpec::parse("a").unwrap()).unwrap();
        });
    }

    #[test]
    fn what_lambda_would_refuse_is_refused() {
        let files = [
            ("bad.rhai", "let x = ;"),
            ("a.rhai", "fn handle(event) { event } private fn hidden() {}"),
            ("whole.rhai", "event.name"),
        ];
        with_checker(&files, |checker| {
            let error = checker.script("bad.rhai").unwrap_err();
            assert_eq!(error.error_type, "Runtime.UserCodeSyntaxError");
            assert!(error.to_text().contains("bad.rhai:1:9"), "{}", error.to_text());
            checker.script("whole.rhai").unwrap();
            for (setting, error_type, message) in [
                ("a.handler", "Runtime.HandlerNotFound", "it has `handle(event)`"),
                ("a.hidden", "Runtime.HandlerNotFound", "is private"),
                ("b.handler", "Runtime.ImportModuleError", "the script b.rhai does not exist"),
                ("whole.handler", "Runtime.UserCodeSyntaxError", "event"),
                ("|event", "Runtime.UserCodeSyntaxError", ""),
            ] {
                let error = checker.handler(&HandlerSpec::parse(setting).unwrap()).unwrap_err();
                assert_eq!(error.error_type, error_type, "{setting}: {error}");
                assert!(error.message.contains(message), "{setting}: {error}");
            }
            checker.handler(&HandlerSpec::parse("whole").unwrap()).unwrap();
            checker.handler(&HandlerSpec::parse("|event| event.a + 1").unwrap()).unwrap();
        });
    }
}
