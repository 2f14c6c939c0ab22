//! The machine: it runs what the compiler has made.

mod call;
mod caught;
mod eval;
mod library;
mod path;
mod run;
mod session;

pub use caught::CaughtError;
pub use library::Library;
#[cfg(feature = "debugger")]
pub(crate) use session::imported;
pub use session::Session;

use crate::code::{Func, Unit};
use crate::compile;
use crate::cycles::Captured;
use crate::error::{Error, ErrorKind};
use crate::json;
use crate::list;
use crate::map::Map;
use crate::operators;
use crate::parse::{self, Tree};
use crate::text::Str;
use crate::value::{Object, Value};
use crate::Result;
use caught::CaughtErrors;
use library::Index;
use rhai::{Engine, Position, AST};
use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

/// Where the machine lives: what scripts print, when they must stop, where their imports are.
pub trait Host: Any {
    /// The host as `Any`, so that its functions find their state.
    fn as_any(&self) -> &dyn Any;
    /// A script printed this.
    fn print(&self, text: &str);
    /// A script debugged this, at a place in a script.
    fn debug(&self, text: &str, source: &str, position: Position);
    /// Whether the script may go on; asked now and then.
    ///
    /// # Errors
    /// Why it must stop: nobody can catch that.
    fn check(&self) -> Result<()>;
    /// A statement is about to run; see [`Options::tells_statements`].
    fn statement(&self, _at: &Moment<'_>) {}
    /// An error that nobody can catch ends a function, whose variables are still there.
    fn terminated(&self, _why: &Value, _at: &Moment<'_>) {}
    /// An error in the host's words. `function` and `source` are where it was caught.
    fn describe(&self, error: &Error, _function: &str, _source: &str) -> Description {
        let kind = error.kind();
        Description { error_type: kind.name().to_owned(), message: kind.to_string(), stack: Vec::new() }
    }
    /// The module that the script of the name `importer` means by this path.
    ///
    /// # Errors
    /// The module does not exist or cannot be loaded.
    fn import(&self, vm: &Vm, importer: &str, path: &str, position: Position) -> Result<Rc<Module>> {
        let _ = (vm, importer);
        Err(Error::at(ErrorKind::ModuleNotFound(path.to_owned()), position))
    }
}

/// Where a script is.
pub struct Moment<'a> {
    /// The script.
    pub source: &'a str,
    /// The statement in it.
    pub position: Position,
    function: &'a Func,
    instruction: u32,
    registers: &'a [Value],
}

impl Moment<'_> {
    /// The name of the running function; empty at the top level.
    pub fn function(&self) -> &str {
        &self.function.name
    }

    /// The variables that can be seen here, the outermost first.
    pub fn variables(&self) -> impl Iterator<Item = (&str, Value)> {
        let seen = self
            .function
            .variables
            .iter()
            .filter(|variable| (variable.from..variable.to).contains(&self.instruction));
        seen.map(|variable| (variable.name.as_str(), self.registers[variable.register as usize].flat_clone()))
    }
}

/// What scripts are told of an error that they have caught.
pub struct Description {
    /// The name of its type.
    pub error_type: String,
    /// What happened and what to do about it.
    pub message: String,
    /// The places that it went through, innermost first.
    pub stack: Vec<String>,
}

/// A host that shows nothing, stops nothing and has no modules: for tests and tools.
impl Host for () {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn print(&self, _: &str) {}

    fn debug(&self, _: &str, _: &str, _: Position) {}

    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// What an import gives.
pub struct Module {
    /// The script's functions.
    pub unit: Rc<Unit>,
    /// The variables that it exports.
    pub variables: Map,
    /// The modules that it imported itself, by their names.
    pub modules: Vec<(Str, Rc<Module>)>,
}

/// A module that a namespace means.
struct ModuleHandle {
    unit: Rc<Unit>,
    module: Rc<Module>,
}

/// A module in a register.
struct ModuleRef(Rc<Module>);

impl Object for ModuleRef {
    fn type_name(&self) -> &'static str {
        "module"
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("module")
    }
}

/// How scripts are parsed and run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether a variable that is nowhere defined is a syntax error.
    pub strict_variables: bool,
    /// How deep calls may be nested.
    pub max_calls: u32,
    /// How deep expressions may be nested.
    pub max_expression_depth: usize,
    /// Whether the host is told of every statement, for coverage and debuggers. Programs that are compiled without it
    /// have nothing of it in them.
    pub tells_statements: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { strict_variables: false, max_calls: 1000, max_expression_depth: 256, tells_statements: false }
    }
}

/// A method of a type: the type, its name, the number of arguments, and where it is.
type TypedMethod = (Str, Str, usize, Rc<Unit>, u32);

/// A machine. It lives on one thread.
pub struct Vm {
    host: Rc<dyn Host>,
    options: Options,
    index: OnceCell<Index>,
    library: Library,
    parser: Engine,
    interned: RefCell<HashSet<Str, ahash::RandomState>>,
    /// Every script that was compiled.
    units: RefCell<Vec<Weak<Unit>>>,
    /// How many these are.
    unit_count: Cell<u32>,
    /// See [`free_trees`](Self::free_trees).
    trees: RefCell<Vec<Box<dyn Any>>>,
    /// The scripts whose functions are running, outermost first, each as often as one calls another.
    chain: RefCell<Vec<Rc<Unit>>>,
    /// Methods of types that imported modules bring.
    typed: RefCell<Vec<TypedMethod>>,
    captured: RefCell<Captured>,
    caught: CaughtErrors,
    until_check: Cell<u32>,
    last_check: Cell<Option<Instant>>,
    depth: Cell<u32>,
}

/// The host is asked once in so many calls and rounds of loops (the question takes as long as one of them), …
const BATCH: u32 = 64;
/// … where a call of a native function counts as several; …
const NATIVE: u32 = 4;
/// … or each time while a batch takes longer than this.
const SLOW_BATCH: Duration = Duration::from_millis(1);
/// While a script is parsed, the host is asked once in so many tokens.
const TOKENS: u32 = 16;
/// Registers of the first piece of the stack.
const FIRST_STACK: usize = 256;
/// Registers of a further piece.
const MORE_STACK: usize = 4096;
/// Syntax trees of longer scripts, in bytes, are freed at once: they take many times as much memory.
const LARGEST_KEPT: usize = 256 << 10;

impl Vm {
    /// A machine for scripts that can call rhai's own functions and those of this library.
    pub fn new(host: Rc<dyn Host>, library: Library, options: Options) -> Self {
        let mut parser = Engine::new_raw();
        parser.set_max_expr_depths(options.max_expression_depth, options.max_expression_depth);
        parser.set_strict_variables(options.strict_variables);
        parser.set_max_strings_interned(0);
        watch_tokens(&mut parser, Rc::clone(&host));
        // The parser knows a namespace by a module of its name; one with an index and an id is not copied.
        let mut empty = rhai::Module::new();
        empty.set_id("namespace").build_index();
        let empty: rhai::Shared<rhai::Module> = empty.into();
        for namespace in library.iter().flat_map(|module| module.namespaces) {
            parser.register_static_module(namespace.name, empty.clone());
        }
        Self {
            host,
            options,
            index: OnceCell::new(),
            library,
            parser,
            interned: RefCell::default(),
            units: RefCell::default(),
            unit_count: Cell::new(0),
            trees: RefCell::default(),
            chain: RefCell::default(),
            typed: RefCell::default(),
            captured: RefCell::default(),
            caught: CaughtErrors::default(),
            until_check: Cell::new(BATCH),
            last_check: Cell::new(None),
            depth: Cell::new(0),
        }
    }

    /// The host, which must be of this type.
    ///
    /// # Panics
    /// If it is of another type: a fault of the host's.
    pub fn host_state<T: 'static>(&self) -> &T {
        self.host.as_any().downcast_ref().expect("the host has this type")
    }

    /// The host.
    pub fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// Frees variables that closures have captured and that hold only one another. To be called between two
    /// runs of scripts; it costs nothing where no closure captured anything.
    pub fn collect_cycles(&self) {
        let unused = self.captured.borrow_mut().collect();
        // Not within the borrow.
        list::free(unused);
    }

    /// That the script may go on.
    ///
    /// # Errors
    /// Why it must stop.
    pub fn check(&self) -> Result<()> {
        self.host.check()
    }

    /// Parses a script with rhai's parser, whose top level finds variables of these names.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, text: &str, variables: &[&str]) -> Result<AST> {
        let mut scope = rhai::Scope::new();
        for name in variables {
            scope.push(*name, ());
        }
        self.parser.compile_with_scope(&scope, text).map_err(|error| match self.check() {
            Ok(()) => parse_error(&error),
            Err(stop) => stop,
        })
    }

    /// Compiles a script of this name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(&self, text: &str, name: &str, variables: &[&str]) -> Result<Rc<Unit>> {
        let (unit, tree): (_, Box<dyn Any>) = match self.parse_plain(text, variables) {
            Some(tree) => {
                let tree = Rc::new(tree);
                let unit =
                    self.with_library(|library| compile::unit_of_tree(&tree, name, variables, library));
                (self.compiled(unit), Box::new(tree))
            }
            None => {
                let ast = Rc::new(self.parse(text, variables)?);
                (self.compile_ast(&ast, name, variables), Box::new(ast))
            }
        };
        if text.len() <= LARGEST_KEPT {
            self.trees.borrow_mut().push(tree);
        }
        unit
    }

    /// Parses a script without rhai, if it can be.
    fn parse_plain(&self, text: &str, variables: &[&str]) -> Option<Tree> {
        let is_namespace = |name: &str| {
            let mut namespaces = self.library.iter().flat_map(|module| module.namespaces);
            namespaces.any(|namespace| namespace.name == name)
        };
        let settings = parse::Settings {
            variables,
            is_strict: self.options.strict_variables,
            max_depth: self.options.max_expression_depth,
            has_module: &is_namespace,
            may_go_on: &|| self.check().is_ok(),
        };
        parse::parse(text, &settings).ok()
    }

    /// Frees the syntax trees of the scripts that were compiled, which takes a tenth of the time to compile them: best done
    /// while nobody waits.
    pub fn free_trees(&self) {
        self.trees.take();
    }

    /// Compiles a script that has been parsed.
    ///
    /// # Errors
    /// What is too much in it.
    pub fn compile_ast(&self, ast: &Rc<AST>, name: &str, variables: &[&str]) -> Result<Rc<Unit>> {
        self.compiled(self.with_library(|library| compile::unit(ast, name, variables, library)))
    }

    fn compiled(&self, unit: std::result::Result<Unit, compile::Problem>) -> Result<Rc<Unit>> {
        let unit =
            unit.map_err(|problem| Error::at(ErrorKind::TooComplex(problem.message), problem.position))?;
        Ok(self.register(unit))
    }

    /// Takes in a script that was compiled.
    pub(crate) fn register(&self, unit: Unit) -> Rc<Unit> {
        let unit = Rc::new(unit);
        let mut units = self.units.borrow_mut();
        units.retain(|unit| unit.strong_count() > 0);
        units.push(Rc::downgrade(&unit));
        self.unit_count.set(self.unit_count.get() + 1);
        unit
    }

    /// Takes over a script that another machine on this thread has compiled, with the same library and options, and
    /// that is not running there any more: for tools that run a script in many fresh machines. Call
    /// [`continue_after`](Self::continue_after) first.
    pub fn adopt(&self, unit: &Rc<Unit>) {
        unit.globals.borrow_mut().clear();
        unit.imports.borrow_mut().clear();
        unit.exports.borrow_mut().clear();
        self.units.borrow_mut().push(Rc::downgrade(unit));
        self.unit_count.set(self.unit_count.get() + 1);
    }

    /// Counts scripts on from those of another machine: calls in them remember up to which number they have looked
    /// for functions.
    pub fn continue_after(&self, other: &Self) {
        self.unit_count.set(other.unit_count.get() + 1);
    }

    pub(crate) fn with_library<T>(&self, work: impl FnOnce(compile::Library<'_>) -> T) -> T {
        let natives = |namespace: Option<&str>, name: &str| self.index().find(namespace, name);
        let intern = |text: &str| self.intern(text);
        let tells_statements = self.options.tells_statements;
        #[cfg(feature = "debugger")]
        let tells_statements = tells_statements || crate::debug::is_attached();
        work(compile::Library { natives: &natives, intern: &intern, tells_statements })
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.library))
    }

    /// The same string for the same text, of names that scripts use: that of the keys of decoded JSON.
    pub fn intern(&self, text: &str) -> Str {
        let mut interned = self.interned.borrow_mut();
        if let Some(found) = interned.get(text) {
            return found.clone();
        }
        let new = json::key(text);
        interned.insert(new.clone());
        new
    }

    /// Runs the top level of a script with these values of its variables.
    ///
    /// # Errors
    /// Those of the script.
    pub fn run(&self, unit: &Rc<Unit>, variables: Vec<Value>) -> Result<Value> {
        self.run_main(unit, variables).map(|(value, _)| value)
    }

    /// Runs the top level of a script; what it exports is what a module is made of.
    ///
    /// # Errors
    /// Those of the script.
    pub fn load(&self, unit: &Rc<Unit>) -> Result<Rc<Module>> {
        let (_, variables) = self.run_main(unit, Vec::new())?;
        let mut typed = self.typed.borrow_mut();
        for (of, name, count, number) in &unit.typed {
            typed.push((of.clone(), name.clone(), *count, Rc::clone(unit), *number));
        }
        drop(typed);
        let modules = unit.imports.borrow().clone();
        Ok(Rc::new(Module { unit: Rc::clone(unit), variables, modules }))
    }

    fn run_main(&self, unit: &Rc<Unit>, variables: Vec<Value>) -> Result<(Value, Map)> {
        let mut stack = vec![Value::Unit; FIRST_STACK.max(unit.main.registers + 16)];
        for (register, value) in stack.iter_mut().zip(variables) {
            *register = value;
        }
        unit.exports.borrow_mut().clear();
        self.chain.borrow_mut().push(Rc::clone(unit));
        let depth = self.depth.get();
        let result = self.enter_keeping(unit, &unit.main, &mut stack, false);
        self.depth.set(depth);
        self.chain.borrow_mut().pop();
        let value = result?;
        let mut exported = Map::new();
        // The first name wins where two variables have the same one.
        for (name, register) in unit.exports.borrow().iter().rev() {
            if !exported.contains_key(name) {
                exported.insert(name.clone(), stack[*register as usize].flat_clone());
            }
        }
        Ok((value, exported))
    }

    /// Calls a function of a script.
    ///
    /// # Errors
    /// Those of the function; that there is none of this name for so many arguments.
    pub fn call(&self, unit: &Rc<Unit>, name: &str, args: Vec<Value>) -> Result<Value> {
        self.call_leaving(unit, name, args, &mut Vec::new())
    }

    /// As [`Vm::call`]. What the function leaves in its registers is added to `left`, to be freed when there is time.
    ///
    /// # Errors
    /// As [`Vm::call`].
    pub fn call_leaving(
        &self,
        unit: &Rc<Unit>,
        name: &str,
        args: Vec<Value>,
        left: &mut Vec<Value>,
    ) -> Result<Value> {
        let number = unit.find(name, args.len()).ok_or_else(|| {
            let types: Vec<_> = args.iter().map(Value::type_name).collect();
            Error::new(ErrorKind::FunctionNotFound(format!("{name} ({})", types.join(", "))))
        })?;
        let function = &unit.functions[number as usize];
        let mut stack = vec![Value::Unit; FIRST_STACK.max(function.registers + 16)];
        for (register, value) in stack.iter_mut().zip(args) {
            *register = value;
        }
        self.chain.borrow_mut().push(Rc::clone(unit));
        let depth = self.depth.get();
        self.depth.set(depth + 1);
        let result = self.enter_keeping(unit, function, &mut stack, false);
        self.depth.set(depth);
        self.chain.borrow_mut().pop();
        stack.truncate(function.registers);
        left.extend(stack.into_iter().filter(|value| !value.is_plain()));
        result
    }

    /// Calls the function that a pointer means.
    ///
    /// # Errors
    /// Those of the function; that there is none for so many arguments.
    pub fn call_pointer(&self, function: &Rc<crate::FnPtr>, args: &mut [Value]) -> Result<Value> {
        let mut stack = vec![Value::Unit; FIRST_STACK];
        let depth = self.depth.get();
        self.depth.set(depth + 1);
        let result = self.invoke_slice(function, None, args, &mut stack, Position::NONE);
        self.depth.set(depth);
        result
    }

    /// Does `work` while functions are looked for in these scripts, too.
    #[cfg(feature = "debugger")]
    pub(crate) fn run_among<T>(&self, units: &[&Rc<Unit>], work: impl FnOnce() -> T) -> T {
        let (count, depth) = (self.chain.borrow().len(), self.depth.get());
        self.chain.borrow_mut().extend(units.iter().map(|unit| Rc::clone(unit)));
        let result = work();
        self.depth.set(depth);
        self.chain.borrow_mut().truncate(count);
        result
    }

    /// Whether two values are equal as `==` says.
    ///
    /// # Errors
    /// Those of the operator.
    pub fn equal(&self, a: &Value, b: &Value) -> Result<bool> {
        operators::equals(a, b, &mut |a, b| {
            let symbol = operators::BinaryOp::Eq.symbol();
            match self.native_operator(symbol, a, b) {
                Some(result) => Ok(result?.as_bool().unwrap_or(false)),
                None if a.kind() != b.kind() => Ok(false),
                None => Err(operators::not_found(symbol, &[a, b])),
            }
        })
    }

    /// Forgets what a run that ended in a panic has left.
    pub fn reset(&self) {
        self.depth.set(0);
        self.until_check.set(BATCH);
        self.chain.borrow_mut().clear();
    }
}

/// The error of a text that does not parse.
fn parse_error(error: &rhai::ParseError) -> Error {
    Error::at(ErrorKind::Parsing(Box::new(error.err_type().clone())), error.position())
}

/// Makes `call` a name like any other after `::`, as in `aws::call`: Rhai reserves it for the method of
/// functions, which never stands there. And asks the host now and then whether to go on; if not, the text
/// ends in an error.
fn watch_tokens(engine: &mut Engine, host: Rc<dyn Host>) {
    let is_after_colons = Cell::new(false);
    let count = Cell::new(0_u32);
    #[allow(deprecated)] // marked as volatile, not as obsolete
    engine.on_parse_token(move |token, _, _| {
        count.set(count.get().wrapping_add(1));
        if count.get().is_multiple_of(TOKENS) && host.check().is_err() {
            return rhai::Token::LexError(Box::new(rhai::LexError::Runtime("stopped".to_owned())));
        }
        let is_name = is_after_colons.replace(matches!(token, rhai::Token::DoubleColon));
        match token {
            rhai::Token::Reserved(name) if is_name && *name == "call" => rhai::Token::Identifier(name),
            token => token,
        }
    });
}
