//! What a debugger is told of running scripts, and what it sees and does while they wait.
//!
//! Only with the feature `debugger`, which the developer's tool has and `bootstrap` does not. Scripts that are compiled
//! while a debugger is [attached](attach) have an instruction before each statement and before each call that may run
//! another function of a script. All machines of a thread have the same debugger: tests invoke handlers in machines of
//! their own.

use crate::code::{Func, Op, Reg, Site, Unit};
use crate::compile;
use crate::error::{Error, ErrorKind};
use crate::map::Map;
use crate::text::Str;
use crate::value::{Value, CLOSURE_PREFIX};
use crate::vm::{imported, Description, Module, Vm};
use crate::Result;
use rhai::Position;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::OnceLock;

/// Makes the debugger of a thread.
type Attach = fn() -> Rc<dyn Debugger>;

static ATTACH: OnceLock<Attach> = OnceLock::new();

thread_local! {
    static DEBUGGER: OnceCell<Option<Rc<dyn Debugger>>> = const { OnceCell::new() };
    static FRAMES: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
    /// Whether the debugger is at work: what it runs is not debugged.
    static IS_AT_WORK: Cell<bool> = const { Cell::new(false) };
}

/// From now on each thread that runs scripts has a debugger. To be called before any script is compiled.
pub fn attach(attach: Attach) {
    let _ = ATTACH.set(attach);
}

/// Whether scripts are compiled for a debugger.
pub(crate) fn is_attached() -> bool {
    ATTACH.get().is_some()
}

/// What a machine tells. The script goes on when a method returns.
pub trait Debugger {
    /// A statement is about to run.
    fn statement(&self, here: &mut Here<'_>);
    /// In the middle of a statement, a function of a script is about to be called.
    fn call(&self, here: &mut Here<'_>);
    /// The innermost function has failed, and nothing has caught the error yet.
    fn error(&self, error: &Error, here: &mut Here<'_>);
    /// Whether the script, or what the debugger evaluates, may go on; asked now and then.
    ///
    /// # Errors
    /// Why it must stop.
    fn check(&self) -> Result<()>;
}

/// A running function.
pub struct Frame {
    /// Its script.
    pub unit: Rc<Unit>,
    /// Its name, as [`Func::name`].
    pub function: Str,
    /// Whether it is a text that `eval` runs: its places are in that text.
    pub is_evaluated: bool,
    /// The call that it waits for, or the last statement.
    pub position: Position,
    /// The function that it has called, as it is written there.
    pub callee: Option<Str>,
    /// Whether a `try` block is around the call.
    pub is_in_try: bool,
    /// What it saw when it called.
    pub variables: Vec<Variable>,
    /// `this`, where it has it.
    pub this: Option<Value>,
}

/// A variable of a function, and what is in it.
#[derive(Clone)]
pub struct Variable {
    /// Its name.
    pub name: Str,
    /// The value; [`Value::Shared`] where closures have captured the variable.
    pub value: Value,
    /// Whether a closure has it from around it.
    pub is_captured: bool,
    register: Reg,
}

/// Where a script waits: the innermost function, and what it sees.
pub struct Here<'a> {
    /// The machine.
    pub vm: &'a Vm,
    /// The script.
    pub unit: &'a Rc<Unit>,
    /// The place in it.
    pub position: Position,
    function: &'a Func,
    instruction: u32,
    registers: &'a mut [Value],
    has_this: bool,
}

/// How many functions are running on this thread.
pub fn depth() -> usize {
    FRAMES.with_borrow(Vec::len)
}

/// Looks at the running functions, the outermost first. Of the innermost one only script and name are known here.
pub fn with_frames<T>(look: impl FnOnce(&[Frame]) -> T) -> T {
    FRAMES.with_borrow(|frames| look(frames))
}

impl Here<'_> {
    /// The name of the function; empty at the top level.
    pub fn function(&self) -> &Str {
        &self.function.name
    }

    /// Whether the place is in a text that `eval` runs.
    pub fn is_evaluated(&self) -> bool {
        with_frames(|frames| frames.last().is_some_and(|frame| frame.is_evaluated))
    }

    /// Whether nothing of the function has run yet.
    pub fn is_at_beginning(&self) -> bool {
        let first = self.function.code.iter().position(|op| matches!(op, Op::Statement));
        first.is_some_and(|first| first + 1 == self.instruction as usize)
    }

    /// Whether a `try` block of the function is around this place.
    pub fn is_in_try(&self) -> bool {
        is_in_try(self.function, self.instruction)
    }

    /// The variables that can be seen here, the outermost first.
    pub fn variables(&self) -> Vec<Variable> {
        variables(self.function, self.instruction, self.registers)
    }

    /// `this`, where the function has it.
    pub fn this(&self) -> Option<Value> {
        this(self.function, self.registers, self.has_this)
    }

    /// The value of an expression, or of the last of several statements. With `may_change` assignments change the
    /// variables here, otherwise they change copies.
    ///
    /// # Errors
    /// Those of parsing and of running it.
    pub fn evaluate(&mut self, text: &str, may_change: bool) -> Result<Value> {
        let variables = self.variables();
        let this = self.this();
        if !may_change {
            return self
                .vm
                .evaluate(self.unit, &copies(&variables), copy(this.as_ref()), text)
                .map(|left| left.value);
        }
        let has_this = this.is_some();
        let left = self.vm.evaluate(self.unit, &variables, this, text)?;
        for (variable, value) in variables.iter().zip(left.variables) {
            assign(&mut self.registers[variable.register as usize], value);
        }
        if let Some(this) = left.this.filter(|_| has_this) {
            assign(&mut self.registers[self.function.this as usize], this);
        }
        Ok(left.value)
    }

    /// What an error means, in the host's words.
    pub fn describe(&self, error: &Error) -> Description {
        let _at_work = AtWork::begin();
        self.vm.host().describe(error, &self.function.name, &self.unit.name)
    }
}

/// Sets a variable. One that closures have captured was changed in its cell.
fn assign(register: &mut Value, value: Value) {
    if !matches!(register, Value::Shared(_)) {
        *register = value.flatten();
    }
}

fn copy(value: Option<&Value>) -> Option<Value> {
    value.map(Value::flat_clone)
}

fn copies(variables: &[Variable]) -> Vec<Variable> {
    let copy = |variable: &Variable| Variable { value: variable.value.flat_clone(), ..variable.clone() };
    variables.iter().map(copy).collect()
}

impl Frame {
    /// The value of an expression over what the function saw when it called. Assignments change copies.
    ///
    /// # Errors
    /// Those of parsing and of running it.
    pub fn evaluate(&self, vm: &Vm, text: &str) -> Result<Value> {
        let left = vm.evaluate(&self.unit, &copies(&self.variables), copy(self.this.as_ref()), text);
        left.map(|left| left.value)
    }
}

/// The constants of a script's top level, as they are so far.
pub fn constants(unit: &Unit) -> Map {
    unit.globals.borrow().clone()
}

/// The modules that the top level of a script has imported so far.
pub fn imports(unit: &Unit) -> Vec<(Str, Rc<Module>)> {
    unit.imports.borrow().clone()
}

/// What an expression has left.
struct Left {
    value: Value,
    variables: Vec<Value>,
    this: Option<Value>,
}

impl Vm {
    /// Evaluates a text that sees these variables and what the script imports.
    fn evaluate(
        &self,
        unit: &Rc<Unit>,
        variables: &[Variable],
        this: Option<Value>,
        text: &str,
    ) -> Result<Left> {
        let _at_work = AtWork::begin();
        let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
        // `this` is a word of functions alone.
        let function = this.as_ref().filter(|_| text.contains("this"));
        let function = function.map(|_| format!("fn {FUNCTION}({}) {{ {text}\n}}", names.join(", ")));
        let compiled = match &function {
            Some(function) => self.compile_among(unit, function, &[])?,
            None => self.compile_among(unit, text, &names)?,
        };
        let number = compiled.find(FUNCTION, names.len()).filter(|_| function.is_some());
        let running = number.map_or(&compiled.main, |number| &compiled.functions[number as usize]);
        let mut stack = vec![Value::Unit; EXPRESSION_STACK.max(running.registers + 16)];
        for (register, variable) in stack.iter_mut().zip(variables) {
            *register = variable.value.clone();
        }
        let this = this.filter(|_| running.this != Reg::MAX);
        let (this_register, has_this) = (running.this as usize, this.is_some());
        if let Some(this) = this {
            stack[this_register] = this;
        }
        let run = || self.enter_keeping(&compiled, running, &mut stack, has_this);
        let value = self.run_among(&[unit, &compiled], run)?;
        let this = has_this.then(|| std::mem::take(&mut stack[this_register]));
        stack.truncate(variables.len());
        Ok(Left { value: value.flatten(), variables: stack, this })
    }

    /// Compiles a text that sees these variables, and the constants and imports of a script.
    fn compile_among(&self, unit: &Unit, text: &str, names: &[&str]) -> Result<Rc<Unit>> {
        let imports = unit.imports.borrow();
        // The text remains in the first line.
        let parsed = Rc::new(self.parse(&(imported(&imports) + text), names)?);
        let variables: Vec<_> = names.iter().map(|name| (Str::from(*name), false)).collect();
        let (compiled, _) = self
            .with_library(|library| {
                compile::session_text(&parsed, imports.len(), EXPRESSION, &variables, library)
            })
            .map_err(|problem| Error::at(ErrorKind::TooComplex(problem.message), problem.position))?;
        compiled.globals.borrow_mut().clone_from(&unit.globals.borrow());
        compiled.imports.borrow_mut().clone_from(&imports);
        Ok(self.register(compiled))
    }
}

/// The name of a script that is nothing but an expression.
pub const EXPRESSION: &str = "<expression>";
/// The name of the function that it is in where it needs one.
const FUNCTION: &str = "__expression";
const EXPRESSION_STACK: usize = 256;

/// While it lives, scripts run for the debugger.
struct AtWork(bool);

impl AtWork {
    fn begin() -> Self {
        Self(IS_AT_WORK.replace(true))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        IS_AT_WORK.set(self.0);
    }
}

/// Whether what is compiled now is for the debugger: any of its variables may be one that closures have captured.
pub(crate) fn is_at_work() -> bool {
    IS_AT_WORK.get()
}

/// A function is running as long as this lives.
pub(crate) struct Running(bool);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0 {
            let ended = FRAMES.with_borrow_mut(Vec::pop);
            // Not within the borrow: it may own what only it owns.
            drop(ended);
        }
    }
}

/// A function begins.
pub(crate) fn enter(unit: &Rc<Unit>, function: &Func) -> Running {
    if !is_attached() || IS_AT_WORK.get() {
        return Running(false);
    }
    let frame = Frame {
        unit: Rc::clone(unit),
        function: function.name.clone(),
        is_evaluated: function.name.is_empty() && !std::ptr::eq(function, &raw const unit.main),
        position: Position::NONE,
        callee: None,
        is_in_try: false,
        variables: Vec::new(),
        this: None,
    };
    FRAMES.with_borrow_mut(|frames| frames.push(frame));
    Running(true)
}

/// The debugger of this thread, unless it is at work itself.
fn debugger() -> Option<Rc<dyn Debugger>> {
    let attach = ATTACH.get()?;
    if IS_AT_WORK.get() {
        return None;
    }
    DEBUGGER.with(|debugger| debugger.get_or_init(|| Some(attach())).clone())
}

/// Whether the script may go on, as the debugger says.
pub(crate) fn check() -> Result<()> {
    // Also while the debugger evaluates something.
    let debugger = DEBUGGER.with(|debugger| debugger.get().cloned().flatten());
    debugger.map_or(Ok(()), |debugger| debugger.check())
}

/// Where in which function a machine is.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) vm: &'a Vm,
    pub(crate) unit: &'a Rc<Unit>,
    pub(crate) function: &'a Func,
    /// The instruction.
    pub(crate) instruction: usize,
    pub(crate) has_this: bool,
}

impl<'a> Place<'a> {
    fn here(self, registers: &'a mut [Value], position: Position) -> Here<'a> {
        let instruction = u32::try_from(self.instruction).unwrap_or(u32::MAX);
        let Self { vm, unit, function, has_this, .. } = self;
        Here { vm, unit, position, function, instruction, registers, has_this }
    }

    /// A statement begins after this instruction.
    pub(crate) fn statement(self, registers: &mut [Value]) {
        let Some(debugger) = debugger() else {
            return;
        };
        let position = self.function.positions[self.instruction - 1];
        let left = FRAMES.with_borrow_mut(|frames| {
            let frame = frames.last_mut()?;
            frame.position = position;
            frame.callee = None;
            // A second owner would make changes of the variables copy them.
            Some((std::mem::take(&mut frame.variables), frame.this.take()))
        });
        drop(left);
        debugger.statement(&mut self.here(registers, position));
    }

    /// This instruction calls something.
    pub(crate) fn calling(self, registers: &mut [Value]) {
        let Some(debugger) = debugger() else {
            return;
        };
        let function = self.function;
        let position = function.positions[self.instruction];
        let (site, is_script) = called(function, function.code[self.instruction]);
        if let Some((site, start)) = site.filter(|_| !is_script) {
            if is_plain(function, site, start, registers) {
                return;
            }
        }
        let variables = variables(function, self.number(), registers);
        let this = this(function, registers, self.has_this);
        let left = FRAMES.with_borrow_mut(|frames| {
            let frame = frames.last_mut()?;
            frame.position = position;
            frame.callee = site.map(|(site, _)| site.name.clone());
            frame.is_in_try = is_in_try(function, self.number());
            Some((
                std::mem::replace(&mut frame.variables, variables),
                std::mem::replace(&mut frame.this, this),
            ))
        });
        drop(left);
        if is_script {
            debugger.call(&mut self.here(registers, position));
        }
    }

    /// This instruction has failed.
    pub(crate) fn failed(self, error: &Error, registers: &mut [Value]) {
        // What went through a call was told of where it happened.
        if !error.calls().is_empty() || matches!(error.kind(), ErrorKind::Exit(_)) {
            return;
        }
        let Some(debugger) = debugger() else {
            return;
        };
        let own = self.function.positions.get(self.instruction).copied().unwrap_or(Position::NONE);
        let position = if error.position().is_none() { own } else { error.position() };
        debugger.error(error, &mut self.here(registers, position));
    }

    fn number(self) -> u32 {
        u32::try_from(self.instruction).unwrap_or(u32::MAX)
    }
}

/// The site of a call with the first of its argument's registers, and whether it calls a function of a script.
fn called(function: &Func, op: Op) -> (Option<(&Site, Reg)>, bool) {
    let at = |start: Reg, number: u32| function.sites.get(number as usize).map(|site| (site, start));
    let is_script = |site: &Site| site.own.is_some() || !site.typed.is_empty() || site.natives.is_empty();
    let site = match op {
        Op::CallNamed(_, start, site)
        | Op::CallQualified(_, start, site)
        | Op::CallChanging(_, start, site)
        | Op::MethodAt(_, start, site)
        | Op::CallCapturing(_, start, site) => at(start, site),
        _ => return (None, matches!(op, Op::Call(..) | Op::CallPointer(..))),
    };
    (site, site.is_some_and(|(site, _)| is_script(site)))
}

/// Whether a call of a native function that may change a variable cannot call back: then nobody will look at the
/// variables meanwhile, and a second owner would make each change copy what is changed.
fn is_plain(function: &Func, site: &Site, start: Reg, registers: &[Value]) -> bool {
    let Some(path) = site.path.and_then(|number| function.paths.get(number as usize)) else {
        return false;
    };
    let first = start as usize + 1;
    let args = registers.get(first..first + site.args.saturating_sub(1)).unwrap_or_default();
    if args.iter().any(|arg| matches!(arg, Value::Fn(_) | Value::Host(_))) {
        return false;
    }
    match Vm::look(&registers[path.root as usize], &path.steps, registers) {
        Some(Value::Map(map)) => !map.contains_key(&site.name),
        Some(Value::Host(_) | Value::Fn(_) | Value::Shared(_)) | None => false,
        Some(_) => true,
    }
}

fn is_in_try(function: &Func, instruction: u32) -> bool {
    function.tries.iter().any(|around| (around.from..around.to).contains(&instruction))
}

fn variables(function: &Func, instruction: u32, registers: &[Value]) -> Vec<Variable> {
    let is_closure = function.name.starts_with(CLOSURE_PREFIX);
    let mut seen: Vec<Variable> = Vec::new();
    for variable in function.variables.iter().filter(|known| (known.from..known.to).contains(&instruction)) {
        let value = registers[variable.register as usize].clone();
        // A later variable of the same name hides an earlier one.
        seen.retain(|other| other.name != variable.name);
        let is_parameter = (variable.register as usize) < function.params.len();
        let is_captured = is_closure && is_parameter && matches!(value, Value::Shared(_));
        seen.push(Variable { name: variable.name.clone(), value, is_captured, register: variable.register });
    }
    seen
}

fn this(function: &Func, registers: &[Value], has_this: bool) -> Option<Value> {
    (has_this && function.this != Reg::MAX).then(|| registers[function.this as usize].clone())
}
