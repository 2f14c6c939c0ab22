//! `import`: where a module is found, each module run once, cycles found.
//!
//! `import "lib/money"` is looked for in the task root and then in `/opt/rhai`; a path that begins
//! with `./` or `../` is relative to the importing script and stays in its root.

use super::files::{list, Files, Problem};
use crate::handler::{relative_path, with_extension};
use crate::modules;
use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Resolves the imports of one function's scripts.
pub(super) struct Resolver {
    files: Rc<Files>,
    /// Modules by their script's name.
    loaded: RefCell<HashMap<String, Shared<Module>>>,
    /// The scripts whose top level is running, outermost first.
    running: RefCell<Vec<String>>,
}

impl Resolver {
    /// A resolver for a handler's script of this name.
    pub(super) fn new(files: Rc<Files>, main: &str) -> Self {
        Self { files, loaded: RefCell::default(), running: RefCell::new(vec![main.to_owned()]) }
    }

    fn find(&self, importer: &str, path: &str, pos: Position) -> Result<super::files::Source> {
        // Rhai has an error of its own for missing modules, but replaces the message in it.
        let not_found = |message| thrown("ModuleNotFound", message, pos);
        let relative = path.starts_with("./") || path.starts_with("../");
        let place = if relative {
            let importer = self.files.layer_path(importer).unwrap_or(importer);
            match importer.rsplit_once('/') {
                Some((folder, _)) => format!("{folder}/{path}"),
                None => path.to_owned(),
            }
        } else {
            path.to_owned()
        };
        let place = relative_path(&place)
            .map_err(|problem| not_found(format!("\"{path}\" cannot be imported: {problem}")))?;
        let place = with_extension(&place);
        let found = if relative { self.files.read_beside(importer, &place) } else { self.files.read(&place) };
        found.map_err(|problem| {
            not_found(match problem {
                Problem::Missing(places) => {
                    format!("there is no module \"{path}\". Looked for {}", list(&places))
                }
                Problem::Unusable(what) => format!("\"{path}\" cannot be imported: {what}"),
            })
        })
    }
}

impl ModuleResolver for Resolver {
    fn resolve(
        &self,
        engine: &Engine,
        importer: Option<&str>,
        path: &str,
        pos: Position,
    ) -> Result<Shared<Module>> {
        let source = self.find(importer.unwrap_or_default(), path, pos)?;
        let name = &source.name;
        if let Some(module) = self.loaded.borrow().get(name) {
            return Ok(Shared::clone(module));
        }
        if let Some(start) = self.running.borrow().iter().position(|running| running == name) {
            let chain = [&self.running.borrow()[start..], std::slice::from_ref(name)].concat().join(" → ");
            return Err(thrown("ImportCycle", format!("scripts import each other: {chain}"), pos));
        }
        let in_module = |error| Box::new(EvalAltResult::ErrorInModule(name.clone(), error, pos));
        let mut ast = engine.compile(&*source.text).map_err(|error| in_module(Box::new(error.into())))?;
        ast.set_source(name.as_str());
        self.running.borrow_mut().push(name.clone());
        let module = Module::eval_ast_as_new(Scope::new(), &ast, engine);
        self.running.borrow_mut().pop();
        let module = Shared::new(module.map_err(in_module)?);
        self.loaded.borrow_mut().insert(name.clone(), Shared::clone(&module));
        Ok(module)
    }
}

#[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
fn thrown(kind: &str, message: String, pos: Position) -> Box<EvalAltResult> {
    let mut error = modules::error(kind, message);
    error.set_position(pos);
    error
}
