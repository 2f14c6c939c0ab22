//! File → compiled, initialised script, ready to be called many times.

use super::deferred_drops::DeferredDrops;
use super::files::{Files, Source};
use super::imports::Imports;
use super::{engine, outline, trace};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::handler::HandlerSpec;
use crate::modules;
use crate::settings::{FunctionInfo, Roots};
use crate::value;
use crate::world::{SharedWorld, World};
use net::Until;
use rhai_vm::code::Unit;
use rhai_vm::vm::Vm;
use rhai_vm::{Error, FnPtr, Value};
use std::rc::Rc;

/// What a whole-file script finds in its scope.
pub(super) const SCRIPT_VARIABLES: [&str; 3] = ["event", "context", "payload"];
/// The name of an inline handler's source in errors.
pub(super) const INLINE: &str = "_HANDLER";
/// A handler takes `()`, `(event)`, `(event, context)` or `(event, context, stream)`.
const MAX_PARAMETERS: usize = 3;
/// The same in an error.
const HANDLERS: &str =
    "a handler has the parameters (), (event), (event, context) or (event, context, stream)";
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
    pub(super) deferred_drops: DeferredDrops,
    pub(super) deadline: Deadline,
    pub(super) host: Rc<modules::Host>,
    /// Whether the trace id is also in the environment.
    pub(super) has_trace_variable: bool,
    /// `None` after a panic in the machine, until the next call loads it anew.
    pub(super) loaded: Option<Loaded>,
}

/// A script whose top level has run.
pub(super) struct Loaded {
    pub(super) vm: Rc<Vm>,
    pub(super) imports: Rc<Imports>,
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
    fn of(unit: &Unit) -> Vec<Self> {
        let has = |hook: &Self| unit.find(hook.name(), 0).is_some();
        [Self::BeforeSnapshot, Self::AfterRestore].into_iter().filter(has).collect()
    }
}

/// What is called for each invocation.
pub(super) enum Entry {
    /// A function with so many parameters.
    Function { function: Callee, parameters: usize },
    /// All of a file.
    WholeFile(Rc<Unit>),
}

/// A function that can be called.
pub(super) enum Callee {
    /// A function of the script.
    Named(Rc<Unit>, String),
    /// The value of an inline handler.
    Inline(Rc<FnPtr>),
}

impl Script {
    /// Finds, compiles and initialises the script that the handler setting names, to be called on
    /// this thread. What runs of it now is stopped at the end of `until`.
    ///
    /// # Errors
    /// What is wrong with the setting, the file or the script: an init error.
    pub fn load(
        spec: HandlerSpec,
        roots: Roots,
        function: &FunctionInfo,
        until: Until,
    ) -> Result<Self, Failure> {
        Self::load_in_world(spec, roots, function, until, SharedWorld::default())
    }

    /// The same in a world other than the real one.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_in(
        world: Rc<dyn World>,
        spec: HandlerSpec,
        roots: Roots,
        function: &FunctionInfo,
        until: Until,
    ) -> Result<Self, Failure> {
        Self::load_in_world(spec, roots, function, until, world.into())
    }

    fn load_in_world(
        spec: HandlerSpec,
        roots: Roots,
        function: &FunctionInfo,
        until: Until,
        world: SharedWorld,
    ) -> Result<Self, Failure> {
        let deadline = Deadline::default();
        let host = modules::Host::new(&roots.task, function, deadline.clone(), world);
        let mut script = Self {
            spec,
            files: Rc::new(Files::new(roots)),
            deferred_drops: DeferredDrops::default(),
            deadline,
            host: Rc::new(host),
            has_trace_variable: true,
            loaded: None,
        };
        script.deadline.set(until);
        script.loaded = Some(script.catching_panics(Self::build)?);
        script.deadline.set(Until::NEVER);
        Ok(script)
    }

    /// Whether scripts see the trace id of their invocation in the variable `_X_AMZN_TRACE_ID` too.
    /// It is so unless invocations run at once.
    #[must_use]
    pub fn with_trace_variable(mut self, visible: bool) -> Self {
        self.has_trace_variable = visible;
        self
    }

    /// A new machine with the script in it.
    pub(super) fn build(&self) -> Result<Loaded, Failure> {
        let (main, source) = match &self.spec {
            HandlerSpec::Inline { source } => (INLINE, self.files.remember(INLINE, source)),
            HandlerSpec::Function { file, .. } | HandlerSpec::Script { file } => (&**file, self.read(file)?),
        };
        let imports = Rc::new(Imports::new(Rc::clone(&self.files), main));
        let vm = Rc::new(engine::new(&self.host, &imports));
        self.host.world.enter(Rc::downgrade(&vm));
        let compile = |variables: &[&str]| self.compile(&vm, &imports, &source, variables);
        let (entry, hooks) = match &self.spec {
            HandlerSpec::Function { function, .. } => {
                let unit = compile(&[])?;
                let parameters = find_handler(&unit, function)?;
                warn_of_hijacked_methods(&unit);
                vm.load(&unit).map_err(|error| top_level_failure(&error, &source.name, &imports))?;
                let hooks = Hook::of(&unit);
                let function = Callee::Named(unit, function.clone());
                (Entry::Function { function, parameters }, hooks)
            }
            HandlerSpec::Script { .. } => {
                let unit = compile(&SCRIPT_VARIABLES)?;
                warn_of_hijacked_methods(&unit);
                (Entry::WholeFile(unit), Vec::new())
            }
            HandlerSpec::Inline { .. } => {
                let unit = compile(&[])?;
                let value =
                    vm.run(&unit, Vec::new()).map_err(|error| top_level_failure(&error, INLINE, &imports))?;
                let (function, parameters) = inline_function(&value, &unit)?;
                (Entry::Function { function: Callee::Inline(function), parameters }, Vec::new())
            }
        };
        Ok(Loaded { vm, imports, name: source.name, entry, hooks })
    }

    fn read(&self, file: &str) -> Result<Source, Failure> {
        self.files.read(file).map_err(|problem| self.files.handler_failure(file, problem))
    }

    fn compile(
        &self,
        vm: &Vm,
        imports: &Imports,
        source: &Source,
        variables: &[&str],
    ) -> Result<Rc<Unit>, Failure> {
        imports
            .compile(vm, source, variables)
            .map_err(|error| trace::parse_failure(&error, &source.name, &self.files))
    }
}

/// What an error of a script's top level means.
fn top_level_failure(error: &Error, name: &str, imports: &Imports) -> Failure {
    trace::failure(error, trace::TOP_LEVEL, name, imports)
}

/// How many parameters the handler takes.
pub(super) fn find_handler(unit: &Unit, wanted: &str) -> Result<usize, Failure> {
    let file = &unit.name;
    let named: Vec<_> = unit
        .functions
        .iter()
        .filter(|function| function.name == wanted && function.this_type.is_none())
        .collect();
    let callable = named
        .iter()
        .filter(|function| function.params.len() <= MAX_PARAMETERS && !function.is_private)
        .map(|function| function.params.len())
        .max();
    if let Some(parameters) = callable {
        return Ok(parameters);
    }
    let message = match named.first() {
        Some(function) if function.is_private => {
            format!("the function `{wanted}` of {file} is private: remove the word `private`")
        }
        Some(function) => format!(
            "the function `{}` of {file} has {} parameters; {HANDLERS}",
            outline::signature(function),
            function.params.len()
        ),
        None => {
            let functions = likeness::sorted(wanted, outline::functions(unit), |function| &function.name);
            let there = if functions.is_empty() {
                format!("it contains no functions. To run the whole file for each event, set the handler to {file}")
            } else {
                let signatures =
                    functions.iter().take(20).map(|function| format!("`{}`", function.signature));
                format!("it has {}", signatures.collect::<Vec<_>>().join(", "))
            };
            format!("the function `{wanted}` does not exist in {file}; {there}")
        }
    };
    Err(Failure::new("Runtime.HandlerNotFound", message))
}

/// The function that an inline handler's value is, and how many parameters it takes.
fn inline_function(value: &Value, unit: &Unit) -> Result<(Rc<FnPtr>, usize), Failure> {
    let Some(function) = value.as_fn() else {
        let kind = value::type_of(value);
        return Err(Failure::new(
            "Runtime.MalformedHandlerName",
            format!("the inline handler must be a function, such as `|event|event.name`, not {kind}"),
        ));
    };
    let parameters = unit
        .functions
        .iter()
        .find(|candidate| candidate.name == function.name)
        .map_or(1, |candidate| candidate.params.len());
    if parameters > MAX_PARAMETERS {
        return Err(Failure::new(
            "Runtime.HandlerNotFound",
            format!("the inline handler has {parameters} parameters; {HANDLERS}"),
        ));
    }
    Ok((Rc::clone(function), parameters))
}

fn warn_of_hijacked_methods(unit: &Unit) {
    for function in &unit.functions {
        let method = (function.name.as_str(), function.params.len());
        if CALLING_METHODS.contains(&method) && function.this_type.is_none() {
            log::warn!(
                "`{}` in {} hides the array method `{}`: `array.{}(…)` calls it instead. Give it another name",
                outline::signature(function),
                unit.name,
                function.name,
                function.name
            );
        }
    }
}
