//! File → compiled, initialised script, ready to be called many times.

use super::files::{likeliest_first, Files, Source};
use super::guard::Guard;
use super::leftovers::Leftovers;
use super::resolver::Resolver;
use super::{engine, outline, trace};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::handler::HandlerSpec;
use crate::modules;
use crate::settings::{FunctionInfo, Roots};
use crate::value;
use rhai::{Dynamic, Engine, EvalAltResult, FnAccess, FnPtr, Module, ParseError, Scope, AST};
use std::rc::Rc;
use std::time::Instant;

/// What a whole-file script finds in its scope.
pub(super) const SCRIPT_VARIABLES: [&str; 3] = ["event", "context", "payload"];
/// The name of an inline handler's source in errors.
pub(super) const INLINE: &str = "_HANDLER";
/// A handler takes `()`, `(event)`, `(event, context)` or `(event, context, stream)`.
const MAX_PARAMETERS: usize = 3;
/// The same in an error.
const HANDLERS: &str = "a handler takes (), (event), (event, context) or (event, context, stream)";
/// Array methods that call a closure, and how many arguments they are called with. Rhai prefers a
/// script's own function of that name.
const CALLING_METHODS: [(&str, usize); 14] = [
    ("all", 1),
    ("dedup", 1),
    ("drain", 1),
    ("filter", 1),
    ("find", 1),
    ("find_map", 1),
    ("for_each", 1),
    ("index_of", 1),
    ("map", 1),
    ("reduce", 1),
    ("reduce", 2),
    ("retain", 1),
    ("some", 1),
    ("sort", 1),
];

/// A function's script. It lives on one thread.
pub struct Script {
    pub(super) spec: HandlerSpec,
    pub(super) files: Rc<Files>,
    pub(super) guard: Rc<Guard>,
    pub(super) leftovers: Leftovers,
    pub(super) deadline: Deadline,
    pub(super) host: modules::Host,
    /// Whether the trace id is also in the environment.
    pub(super) has_trace_variable: bool,
    /// `None` after a panic in the engine, until the next call loads it anew.
    pub(super) loaded: Option<Loaded>,
}

/// A script whose top level has run.
pub(super) struct Loaded {
    pub(super) engine: Engine,
    /// The handler's script, as errors name it.
    pub(super) name: String,
    pub(super) entry: Entry,
    /// Which of the hooks around a snapshot the script has.
    pub(super) hooks: Vec<Hook>,
}

/// A function of the script that is called on an occasion other than an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// `before_snapshot()`: `SnapStart` is about to freeze the initialised environment.
    BeforeSnapshot,
    /// `after_restore()`: an environment was thawed out of the snapshot.
    AfterRestore,
}

impl Hook {
    /// The name of the function.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeforeSnapshot => "before_snapshot",
            Self::AfterRestore => "after_restore",
        }
    }

    /// Those that this script has.
    fn of(ast: &AST) -> Vec<Self> {
        let has = |hook: &Self| ast.iter_functions().any(|f| f.name == hook.name() && f.params.is_empty());
        [Self::BeforeSnapshot, Self::AfterRestore].into_iter().filter(has).collect()
    }
}

/// What is called for each invocation.
pub(super) enum Entry {
    /// A function with so many parameters.
    Function { function: Callee, parameters: usize },
    /// All of a file.
    WholeFile(AST),
}

/// A function that can be called.
pub(super) enum Callee {
    /// A function of the script.
    Named(String),
    /// The value of an inline handler, and where it is written.
    Inline(FnPtr, AST),
}

impl Script {
    /// Finds, compiles and initialises the script that the handler setting names, to be called on
    /// this thread, whose stack has `stack_size` bytes. What runs of it now is stopped at `stop_at`.
    ///
    /// # Errors
    /// What is wrong with the setting, the file or the script: an init error.
    pub fn load(
        spec: HandlerSpec,
        roots: Roots,
        function: &FunctionInfo,
        stack_size: usize,
        stop_at: Option<Instant>,
    ) -> Result<Self, Failure> {
        let deadline = Deadline::default();
        let leftovers = Leftovers::default();
        let host = modules::Host::new(&roots.task, function);
        let mut script = Self {
            spec,
            files: Rc::new(Files::new(roots)),
            guard: Guard::new(deadline.clone(), leftovers.clone(), stack_size),
            leftovers,
            deadline,
            host,
            has_trace_variable: true,
            loaded: None,
        };
        script.deadline.set(stop_at);
        script.loaded = Some(script.catching_panics(Self::build)?);
        script.deadline.set(None);
        Ok(script)
    }

    /// Whether scripts see the trace id of their invocation in the variable `_X_AMZN_TRACE_ID` too.
    /// It is so unless invocations run at once.
    #[must_use]
    pub fn with_trace_variable(mut self, visible: bool) -> Self {
        self.has_trace_variable = visible;
        self
    }

    /// A new engine with the script in it.
    pub(super) fn build(&self) -> Result<Loaded, Failure> {
        self.guard.begin();
        let (main, source) = match &self.spec {
            HandlerSpec::Inline { source } => (INLINE, self.files.remember(INLINE, source)),
            HandlerSpec::Function { file, .. } | HandlerSpec::Script { file } => (&**file, self.read(file)?),
        };
        let resolver = Resolver::new(Rc::clone(&self.files), main);
        let mut engine = engine::new(&self.guard, resolver, &self.deadline, &self.host, &source.text);
        let (name, entry, hooks) = match &self.spec {
            HandlerSpec::Function { function, .. } => {
                let ast = self.compile(&source, engine.compile(&*source.text))?;
                let parameters = find_handler(&ast, function, &source.name)?;
                warn_of_hijacked_methods(&ast, &source.name);
                let module = self
                    .unless_stopped(Module::eval_ast_as_new(Scope::new(), &ast, &engine))
                    .map_err(|error| self.failure(*error, &source.name))?;
                engine.register_global_module(module.into());
                let function = Callee::Named(function.clone());
                (source.name, Entry::Function { function, parameters }, Hook::of(&ast))
            }
            HandlerSpec::Script { .. } => {
                let compiled = engine.compile_with_scope(&script_scope(), &*source.text);
                let ast = self.compile(&source, compiled)?;
                warn_of_hijacked_methods(&ast, &source.name);
                (source.name, Entry::WholeFile(ast), Vec::new())
            }
            HandlerSpec::Inline { .. } => {
                let ast = self.compile(&source, engine.compile(&*source.text))?;
                let value = self
                    .unless_stopped(engine.eval_ast::<Dynamic>(&ast))
                    .map_err(|error| self.failure(*error, INLINE))?;
                let (function, parameters) = inline_function(value, &ast)?;
                let entry = Entry::Function { function: Callee::Inline(function, ast), parameters };
                (source.name, entry, Vec::new())
            }
        };
        Ok(Loaded { engine, name, entry, hooks })
    }

    fn read(&self, file: &str) -> Result<Source, Failure> {
        self.files.read(file).map_err(|problem| self.files.handler_failure(file, problem))
    }

    fn compile(&self, source: &Source, compiled: Result<AST, ParseError>) -> Result<AST, Failure> {
        let mut ast = compiled.map_err(|error| trace::parse_failure(&error, &source.name, &self.files))?;
        ast.set_source(source.name.as_str());
        Ok(ast)
    }

    /// What an error in the evaluation of the script of this name means.
    pub(super) fn failure(&self, error: EvalAltResult, name: &str) -> Failure {
        trace::failure(error, name, &self.files)
    }
}

/// What a whole-file script finds in its scope, without the values of an invocation.
pub(super) fn script_scope() -> Scope<'static> {
    let mut scope = Scope::new();
    for name in SCRIPT_VARIABLES {
        scope.push(name, ());
    }
    scope
}

/// How many parameters the handler takes.
pub(super) fn find_handler(ast: &AST, wanted: &str, file: &str) -> Result<usize, Failure> {
    let named: Vec<_> = ast
        .iter_functions()
        .filter(|function| function.name == wanted && function.this_type.is_none())
        .collect();
    let callable = named
        .iter()
        .filter(|function| function.params.len() <= MAX_PARAMETERS && function.access == FnAccess::Public)
        .map(|function| function.params.len())
        .max();
    if let Some(parameters) = callable {
        return Ok(parameters);
    }
    let message = match named.first() {
        Some(function) if function.access == FnAccess::Private => {
            format!("the function `{wanted}` of {file} is private: take the word `private` away")
        }
        Some(function) => format!(
            "the function `{function}` of {file} takes {} parameters; {HANDLERS}",
            function.params.len()
        ),
        None => {
            let functions = likeliest_first(wanted, outline::functions_of(ast), |function| &function.name);
            let there = if functions.is_empty() {
                format!("it has none. To run the whole file for each event, set the handler to {file}")
            } else {
                let signatures =
                    functions.iter().take(20).map(|function| format!("`{}`", function.signature));
                format!("it has {}", signatures.collect::<Vec<_>>().join(", "))
            };
            format!("there is no function `{wanted}` in {file}; {there}")
        }
    };
    Err(Failure::new("Runtime.HandlerNotFound", message))
}

/// The function that an inline handler's value is, and how many parameters it takes.
fn inline_function(value: Dynamic, ast: &AST) -> Result<(FnPtr, usize), Failure> {
    let kind = value::type_of(&value);
    let Some(function) = value.try_cast::<FnPtr>() else {
        return Err(Failure::new(
            "Runtime.MalformedHandlerName",
            format!("the inline handler's value is of type {kind}; a function is needed, such as `|event|event.name`"),
        ));
    };
    let parameters = ast
        .iter_functions()
        .find(|candidate| candidate.name == function.fn_name())
        .map_or(1, |candidate| candidate.params.len());
    if parameters > MAX_PARAMETERS {
        return Err(Failure::new(
            "Runtime.HandlerNotFound",
            format!("the inline handler takes {parameters} parameters; {HANDLERS}"),
        ));
    }
    Ok((function, parameters))
}

fn warn_of_hijacked_methods(ast: &AST, file: &str) {
    for function in ast.iter_functions() {
        let method = (function.name, function.params.len());
        if CALLING_METHODS.contains(&method) && function.this_type.is_none() {
            log::warn!(
                "`{function}` in {file} hides the array method `{}`: `array.{}(…)` calls it instead. Give it another name",
                function.name,
                function.name
            );
        }
    }
}
