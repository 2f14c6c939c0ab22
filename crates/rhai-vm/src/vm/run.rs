//! The loop that runs a function's instructions.

use super::call::Place;
use super::path::{borrow, borrow_mut, Assignment};
use super::{Vm, MORE_STACK};
use crate::builtins;
use crate::code::{Case, Func, Op, Path, Step, StepKind, Unit};
#[cfg(feature = "debugger")]
use crate::debug;
use crate::error::{Error, ErrorKind};
use crate::map::Map;
use crate::memory::{self, own};
use crate::operators::{self, BinaryOp};
use crate::text::Str;
use crate::value::{self, FnPtr, Object, Value};
use crate::vm::{CaughtError, ModuleRef, Moment, BATCH, SLOW_BATCH};
use crate::Result;
use rhai::Position;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

/// A run of a function.
struct Frame<'a> {
    /// The function. Within the frame its parts are loaded when they are used: as an argument, the compiler would load
    /// all of them at the beginning of each call.
    function: &'a Func,
    /// The instruction that comes next.
    next: usize,
    /// What the innermost `catch` block is dealing with. It is no `Vec`, whose drop every call would pay for.
    caught: Option<Box<Caught>>,
    has_this: bool,
}

#[cfg(feature = "debugger")]
impl Frame<'_> {
    /// This instruction of the function, for the debugger.
    fn place<'a>(&'a self, vm: &'a Vm, unit: &'a Rc<Unit>, instruction: usize) -> debug::Place<'a> {
        debug::Place { vm, unit, function: self.function, instruction, has_this: self.has_this }
    }
}

/// An error that a `catch` block is dealing with.
struct Caught {
    /// The number of the block.
    number: usize,
    error: Rc<CaughtError>,
    /// The same of the next block outwards.
    around: Option<Box<Caught>>,
}

/// What a `for` goes through when it is no array.
struct Items(RefCell<builtins::Iter>);

impl Object for Items {
    fn type_name(&self) -> &'static str {
        "iterator"
    }
}

/// What a `for` goes through when the host makes its items.
pub(super) struct HostItems(pub(super) RefCell<value::Items>);

impl Object for HostItems {
    fn type_name(&self) -> &'static str {
        "iterator"
    }
}

/// A value with which `for` goes through the items of another; `None` where it cannot.
fn iterator(items: &Value) -> Option<Value> {
    if let Some(items) = builtins::iterate(items) {
        return Some(Value::host(Items(RefCell::new(items))));
    }
    match items {
        Value::Host(object) => Some(Value::host(HostItems(RefCell::new(object.iterate()?)))),
        _ => None,
    }
}

impl Vm {
    /// Runs a function whose arguments are in the first registers. Its registers are empty afterwards.
    #[inline]
    pub(super) fn enter(
        &self,
        unit: &Rc<Unit>,
        function: &Func,
        stack: &mut [Value],
        has_this: bool,
    ) -> Result<Value> {
        if stack.len() <= function.registers {
            return self.enter_elsewhere(unit, function, stack, has_this);
        }
        let result = self.enter_keeping(unit, function, stack, has_this);
        clear(&mut stack[..function.registers]);
        result
    }

    /// The same where the piece of the stack is too short.
    #[cold]
    fn enter_elsewhere(
        &self,
        unit: &Rc<Unit>,
        function: &Func,
        stack: &mut [Value],
        has_this: bool,
    ) -> Result<Value> {
        let mut more = vec![Value::Unit; MORE_STACK.max(function.registers * 2)];
        for (to, from) in more.iter_mut().zip(&mut stack[..]).take(function.params.len()) {
            *to = std::mem::take(from);
        }
        self.enter(unit, function, &mut more, has_this)
    }

    /// As [`Vm::enter`]; what the function leaves in its register of `this` comes back.
    pub(super) fn enter_with_this(
        &self,
        unit: &Rc<Unit>,
        function: &Func,
        stack: &mut [Value],
        this: &mut Value,
    ) -> Result<Value> {
        let result = self.enter_keeping(unit, function, stack, true);
        *this = std::mem::take(&mut stack[function.this as usize]);
        clear(&mut stack[..function.registers]);
        result
    }

    /// Runs a text's instructions in the registers of another function, and some more.
    pub(super) fn enter_part(
        &self,
        unit: &Rc<Unit>,
        function: &Func,
        stack: &mut [Value],
        kept: usize,
        has_this: bool,
    ) -> Result<Value> {
        let result = self.enter_keeping(unit, function, stack, has_this);
        clear(&mut stack[kept..function.registers.max(kept)]);
        result
    }

    /// Runs a function; its registers keep what it leaves in them.
    pub(crate) fn enter_keeping(
        &self,
        unit: &Rc<Unit>,
        function: &Func,
        stack: &mut [Value],
        has_this: bool,
    ) -> Result<Value> {
        let mut frame = Frame { function, next: 0, caught: None, has_this };
        self.enter_frame(unit, stack, &mut frame)
    }

    /// As [`Vm::enter_keeping`], and tells the number of the instruction at which an error ended it.
    pub(super) fn enter_telling(
        &self,
        unit: &Rc<Unit>,
        function: &Func,
        stack: &mut [Value],
    ) -> (Result<Value>, u32) {
        let mut frame = Frame { function, next: 0, caught: None, has_this: false };
        let result = self.enter_frame(unit, stack, &mut frame);
        let reached = if result.is_ok() { usize::MAX } else { frame.next.saturating_sub(1) };
        (result, u32::try_from(reached).unwrap_or(u32::MAX))
    }

    /// Runs the function of a frame from where this one stands.
    #[inline(always)]
    #[allow(clippy::inline_always)] // every call of a closure goes through here
    fn enter_frame(&self, unit: &Rc<Unit>, stack: &mut [Value], frame: &mut Frame<'_>) -> Result<Value> {
        let function = frame.function;
        let depth = self.depth.get();
        if depth > self.options.max_calls {
            return Err(Error::new(ErrorKind::StackOverflow));
        }
        self.depth.set(depth + 1);
        #[cfg(feature = "debugger")]
        let _running = debug::enter(unit, function);
        let mut result = self.execute(unit, stack, frame);
        while let Err(error) = result {
            #[cfg(feature = "debugger")]
            frame.place(self, unit, frame.next.saturating_sub(1)).failed(&error, stack);
            result = match self.handle(error, unit, stack, frame) {
                Ok(()) => self.execute(unit, stack, frame),
                Err(error) => {
                    self.depth.set(depth);
                    if let ErrorKind::Terminated(why) = error.kind() {
                        let next = frame.next.saturating_sub(1);
                        let position = function.positions.get(next).copied().unwrap_or(Position::NONE);
                        let instruction = u32::try_from(frame.next).unwrap_or(u32::MAX);
                        let source = &unit.name;
                        let moment = Moment { source, position, function, instruction, registers: stack };
                        self.host.terminated(why, &moment);
                    }
                    return Err(error);
                }
            };
        }
        self.depth.set(depth);
        result
    }

    /// Deals with an error where a `try` block is around it; gives it back otherwise.
    fn handle(
        &self,
        error: Error,
        unit: &Unit,
        stack: &mut [Value],
        frame: &mut Frame<'_>,
    ) -> std::result::Result<(), Error> {
        let function = frame.function;
        let at = frame.next.saturating_sub(1);
        let place = u32::try_from(at).unwrap_or(u32::MAX);
        let mut error = error.or_at(function.positions.get(at).copied().unwrap_or(Position::NONE));
        // `throw;` in a `catch` block throws what was caught once more.
        while let Some(caught) = frame.caught.take() {
            let around = &function.tries[caught.number];
            let is_within = (around.handler..around.end).contains(&place);
            if is_within
                && function.tries[..caught.number].iter().any(|inner| inner.from <= place && place < inner.to)
            {
                // Another `try` inside of the `catch` block will have it.
                frame.caught = Some(caught);
                break;
            }
            frame.caught = caught.around;
            let is_empty_throw =
                matches!(error.kind(), ErrorKind::Runtime(Value::Unit)) && error.calls().is_empty();
            if is_within && is_empty_throw {
                let position = error.position();
                // Nobody else has it but for the moment of a look at it.
                if let Some(caught) = Rc::into_inner(caught.error) {
                    error = caught.error;
                    error.set_position(position);
                }
            }
        }
        if !error.is_catchable() {
            return Err(error);
        }
        let found = function.tries.iter().position(|around| around.from <= place && place < around.to);
        let Some(number) = found else {
            return Err(error);
        };
        let around = &function.tries[number];
        // What the block has left in its registers is nobody's: a cell there would pass for a variable of another block.
        let behind = around.register as usize + 1;
        if let Some(left) = stack.get_mut(behind..function.registers) {
            clear(left);
        }
        let value = if around.is_named { error.caught(&unit.name) } else { Value::Unit };
        stack[around.register as usize] = value.clone();
        let (function, source) = (function.name.clone(), unit.name.clone());
        let error = Rc::new(CaughtError { error, value, function, source });
        if around.is_named {
            self.caught.add(&error);
        }
        frame.caught = Some(Box::new(Caught { number, error, around: frame.caught.take() }));
        frame.next = around.handler as usize;
        Ok(())
    }

    /// One step of a loop, a call or a callback: asks the host now and then whether the script may go on.
    #[inline]
    pub(crate) fn step(&self) -> Result<()> {
        let left = self.until_check.get();
        if left == 0 {
            return self.ask_host();
        }
        self.until_check.set(left - 1);
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn ask_host(&self) -> Result<()> {
        let now = Instant::now();
        let last = self.last_check.replace(Some(now));
        let is_slow = last.is_some_and(|last| now - last > SLOW_BATCH);
        self.until_check.set(if is_slow { 0 } else { BATCH });
        #[cfg(feature = "debugger")]
        debug::check()?;
        self.host.check()
    }

    #[inline(never)] // a second copy would be larger than the rest of the machine
    #[allow(clippy::too_many_lines)] // one arm an instruction: nobody would find them in pieces
    fn execute(&self, unit: &Rc<Unit>, stack: &mut [Value], frame: &mut Frame<'_>) -> Result<Value> {
        let function = frame.function;
        let code = &function.code[..];
        let mut next = frame.next;
        macro_rules! at {
            () => {{
                frame.next = next;
                function.positions[next - 1]
            }};
        }
        // The place of an error is looked up when there is one.
        macro_rules! check {
            ($result:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(error) => {
                        frame.next = next;
                        return Err(error);
                    }
                }
            };
        }
        macro_rules! set {
            ($register:expr, $value:expr) => {{
                let value = $value;
                stack[$register as usize].put(value);
            }};
        }
        macro_rules! spend {
            ($a:expr, $b:expr) => {{
                let spent = function.spent[next - 1];
                if spent & 1 != 0 {
                    stack[$a as usize] = Value::Unit;
                }
                if spent & 2 != 0 {
                    stack[$b as usize] = Value::Unit;
                }
            }};
        }
        macro_rules! arithmetic {
            ($to:expr, $a:expr, $b:expr, $op:ident, $int:ident, $float:tt) => {{
                match (&stack[$a as usize], &stack[$b as usize]) {
                    (Value::Int(a), Value::Int(b)) => {
                        if let Some(value) = a.$int(*b) {
                            set!($to, Value::Int(value));
                            continue;
                        }
                    }
                    (Value::Float(a), Value::Float(b)) => {
                        set!($to, Value::Float(a $float b));
                        continue;
                    }
                    _ => {}
                }
                let value = check!(self.binary(BinaryOp::$op, &stack[$a as usize], &stack[$b as usize]));
                spend!($a, $b);
                set!($to, value);
            }};
        }
        loop {
            let op = code[next];
            next += 1;
            match op {
                Op::Move(to, from) => {
                    if let Value::Int(number) = stack[from as usize] {
                        set!(to, Value::Int(number));
                    } else {
                        let value = stack[from as usize].copy();
                        set!(to, value);
                    }
                }
                Op::Take(to, from) => {
                    let value = std::mem::take(&mut stack[from as usize]);
                    set!(to, value);
                }
                Op::Const(to, number) => set!(to, function.constants[number as usize].copy()),
                Op::Int(to, number) => set!(to, Value::Int(i64::from(number))),
                Op::Unit(to) => set!(to, Value::Unit),
                Op::Clear(from, count) => clear(&mut stack[from as usize..from as usize + count as usize]),
                Op::Load(to, from) => {
                    let value = match &stack[from as usize] {
                        Value::Shared(cell) => check!(borrow(cell)).copy(),
                        value => value.copy(),
                    };
                    set!(to, value);
                }
                Op::Store(to, from) => {
                    let value = std::mem::take(&mut stack[from as usize]);
                    check!(store(&mut stack[to as usize], value));
                }
                Op::Share(register) => {
                    let slot = &mut stack[register as usize];
                    if !matches!(slot, Value::Shared(_)) {
                        let value = std::mem::take(slot);
                        let variable = Rc::new(RefCell::new(value));
                        self.captured.borrow_mut().add(&variable);
                        *slot = Value::Shared(variable);
                    }
                }
                Op::Statement => {
                    let position = at!();
                    let instruction = u32::try_from(next).unwrap_or(u32::MAX);
                    let moment =
                        Moment { source: &unit.name, position, function, instruction, registers: stack };
                    self.host.statement(&moment);
                    #[cfg(feature = "debugger")]
                    frame.place(self, unit, next).statement(stack);
                }
                #[cfg(feature = "debugger")]
                Op::Calling => {
                    frame.next = next;
                    frame.place(self, unit, next).calling(stack);
                }
                Op::NeedThis => {
                    if !frame.has_this {
                        return Err(Error::at(ErrorKind::UnboundThis, at!()));
                    }
                }
                Op::NeedFn(register) => {
                    if let Some(error) = not_a_function(&stack[register as usize]) {
                        return Err(error.or_at(at!()));
                    }
                }
                Op::Global(register, name) => {
                    if let Value::Str(name) = &function.constants[name as usize] {
                        let value = stack[register as usize].flat_clone();
                        unit.globals.borrow_mut().insert(name.clone(), value);
                    }
                }
                Op::GetGlobal(to, name) => {
                    let name = text(&function.constants[name as usize]);
                    let value = unit.globals.borrow().get(name).cloned();
                    match value {
                        Some(value) => set!(to, value),
                        None => {
                            let name = format!("global::{name}");
                            return Err(Error::at(ErrorKind::VariableNotFound(name), at!()));
                        }
                    }
                }

                Op::Add(to, a, b) => {
                    if function.spent[next - 1] & 1 != 0 {
                        if let Some(result) = extend(a, b, stack) {
                            set!(to, check!(result));
                            continue;
                        }
                    }
                    arithmetic!(to, a, b, Add, checked_add, +);
                }
                Op::Sub(to, a, b) => arithmetic!(to, a, b, Sub, checked_sub, -),
                Op::Mul(to, a, b) => arithmetic!(to, a, b, Mul, checked_mul, *),
                Op::AddInt(to, a, number) => {
                    let number = i64::from(number);
                    if let Value::Int(a) = stack[a as usize] {
                        if let Some(value) = a.checked_add(number) {
                            set!(to, Value::Int(value));
                            continue;
                        }
                    }
                    let value = check!(self.binary(BinaryOp::Add, &stack[a as usize], &Value::Int(number)));
                    spend!(a, a);
                    set!(to, value);
                }
                Op::Binary(op, to, a, b) => {
                    let value = check!(self.binary(op, &stack[a as usize], &stack[b as usize]));
                    spend!(a, b);
                    set!(to, value);
                }
                Op::BinaryInt(op, to, a, number) => {
                    let number = i64::from(number);
                    if let Value::Int(a) = stack[a as usize] {
                        let value = match op {
                            BinaryOp::Sub => a.checked_sub(number),
                            BinaryOp::Mul => a.checked_mul(number),
                            BinaryOp::Rem if number > 0 => Some(a % number),
                            _ => None,
                        };
                        if let Some(value) = value {
                            set!(to, Value::Int(value));
                            continue;
                        }
                    }
                    let value = check!(self.binary(op, &stack[a as usize], &Value::Int(number)));
                    spend!(a, a);
                    set!(to, value);
                }
                Op::AddTo(to, from) => {
                    match (&stack[to as usize], &stack[from as usize]) {
                        (Value::Int(a), Value::Int(b)) => {
                            if let Some(value) = a.checked_add(*b) {
                                set!(to, Value::Int(value));
                                continue;
                            }
                        }
                        (Value::Float(a), Value::Float(b)) => {
                            set!(to, Value::Float(a + b));
                            continue;
                        }
                        (Value::Str(_), Value::Char(c)) => {
                            let c = *c;
                            if let Value::Str(text) = &mut stack[to as usize] {
                                text.push(c);
                            }
                            continue;
                        }
                        _ => {}
                    }
                    check!(self.assign_registers(BinaryOp::Add, to, from, stack, function.spent[next - 1]));
                }
                Op::AddIntTo(to, number) => {
                    let number = i64::from(number);
                    if let Value::Int(a) = &mut stack[to as usize] {
                        if let Some(value) = a.checked_add(number) {
                            *a = value;
                            continue;
                        }
                    }
                    check!(self.assign_with(BinaryOp::Add, &mut stack[to as usize], Value::Int(number)));
                }
                Op::Assign(op, to, from) => {
                    if let (Value::Float(a), Value::Float(b)) = (&stack[to as usize], &stack[from as usize]) {
                        let value = match op {
                            BinaryOp::Sub => Some(a - b),
                            BinaryOp::Mul => Some(a * b),
                            BinaryOp::Div => Some(a / b),
                            _ => None,
                        };
                        if let Some(value) = value {
                            set!(to, Value::Float(value));
                            continue;
                        }
                    }
                    check!(self.assign_registers(op, to, from, stack, function.spent[next - 1]));
                }
                Op::AssignShared(op, to, from) => {
                    let value = if function.spent[next - 1] & 1 != 0 {
                        std::mem::take(&mut stack[from as usize])
                    } else {
                        stack[from as usize].clone()
                    };
                    let new = Assignment { with: Some(op), value, position: at!() };
                    check!(self.assign(&mut stack[to as usize], new));
                }
                Op::Not(to, from) => {
                    if let Value::Bool(value) = stack[from as usize] {
                        set!(to, Value::Bool(!value));
                        continue;
                    }
                    let value = check!(self.unary("!", operators::not, &stack[from as usize]));
                    set!(to, value);
                }
                Op::Negate(to, from) => {
                    let value = check!(self.unary("-", operators::negate, &stack[from as usize]));
                    set!(to, value);
                }
                Op::Plus(to, from) => {
                    let value = check!(self.unary("+", operators::plus, &stack[from as usize]));
                    set!(to, value);
                }

                Op::Jump(to) => next = to as usize,
                Op::Loop(to) => {
                    check!(self.step());
                    next = to as usize;
                }
                Op::JumpIf(register, to) => match stack[register as usize] {
                    Value::Bool(true) => next = to as usize,
                    Value::Bool(false) => {}
                    _ => {
                        if check!(boolean(&stack[register as usize])) {
                            next = to as usize;
                        }
                    }
                },
                Op::JumpUnless(register, to) => match stack[register as usize] {
                    Value::Bool(false) => next = to as usize,
                    Value::Bool(true) => {}
                    _ => {
                        if !check!(boolean(&stack[register as usize])) {
                            next = to as usize;
                        }
                    }
                },
                Op::JumpUnlessUnit(register, to) => {
                    if !stack[register as usize].is_unit() {
                        next = to as usize;
                    }
                }
                Op::JumpIfUnit(register, to) => {
                    if stack[register as usize].is_unit() {
                        next = to as usize;
                    }
                }
                Op::UnlessInt(op, a, number, to) => {
                    let holds = match &stack[a as usize] {
                        Value::Int(left) => compare(op, *left, i64::from(number)),
                        left => {
                            let number = Value::Int(i64::from(number));
                            let holds =
                                check!(self.binary(op, left, &number).and_then(|value| boolean(&value)));
                            spend!(a, a);
                            holds
                        }
                    };
                    if !holds {
                        next = to as usize;
                    }
                }
                Op::UnlessConst(op, a, number, to) => {
                    let holds = match (&stack[a as usize], &function.constants[number as usize]) {
                        (Value::Str(left), Value::Str(right))
                            if matches!(op, BinaryOp::Eq | BinaryOp::Ne) =>
                        {
                            (left.is_same(right) || left.as_str() == right.as_str()) == (op == BinaryOp::Eq)
                        }
                        (Value::Char(a), Value::Char(b)) => compare(op, *a, *b),
                        (a, b) => check!(self.binary(op, a, b).and_then(|value| boolean(&value))),
                    };
                    spend!(a, a);
                    if !holds {
                        next = to as usize;
                    }
                }
                Op::Unless(op, a, b, to) => {
                    let holds = match (&stack[a as usize], &stack[b as usize]) {
                        (Value::Int(a), Value::Int(b)) => compare(op, *a, *b),
                        (Value::Str(left), Value::Str(right))
                            if matches!(op, BinaryOp::Eq | BinaryOp::Ne) =>
                        {
                            let same = left.is_same(right) || left.as_str() == right.as_str();
                            spend!(a, b);
                            same == (op == BinaryOp::Eq)
                        }
                        (left, Value::Unit)
                            if matches!(op, BinaryOp::Eq | BinaryOp::Ne)
                                && !matches!(left, Value::Host(_) | Value::Shared(_)) =>
                        {
                            let same = matches!(left, Value::Unit);
                            spend!(a, b);
                            same == (op == BinaryOp::Eq)
                        }
                        (left, right) => {
                            let value = check!(self.binary(op, left, right));
                            spend!(a, b);
                            check!(boolean(&value))
                        }
                    };
                    if !holds {
                        next = to as usize;
                    }
                }
                Op::CheckBool(register) => {
                    if !matches!(stack[register as usize], Value::Bool(_)) {
                        check!(boolean(&stack[register as usize]));
                    }
                }

                Op::Property(to, from, path) => {
                    let step = &function.paths[path as usize].steps[0];
                    let StepKind::Property(name, hint) = &step.kind else { continue };
                    if let Value::Map(map) = &stack[from as usize] {
                        if let Some(found) = map.get_hinted(name, hint) {
                            let value = found.copy();
                            spend!(from, from);
                            set!(to, value);
                        } else {
                            spend!(from, from);
                            set!(to, Value::Unit);
                        }
                        continue;
                    }
                    let value = check!(self.property(&stack[from as usize], name, step));
                    spend!(from, from);
                    set!(to, value);
                }
                Op::Index(to, path) => {
                    let path = &function.paths[path as usize];
                    let step = &path.steps[0];
                    let StepKind::Index(index) = step.kind else { continue };
                    if let (Value::Array(items), Value::Int(index)) =
                        (&stack[path.root as usize], &stack[index as usize])
                    {
                        let index = *index;
                        let found = usize::try_from(index).ok().and_then(|index| items.get(index));
                        if let Some(item) = found {
                            let value = item.copy();
                            spend!(path.root, path.root);
                            set!(to, value);
                            continue;
                        }
                    }
                    let index = stack[index as usize].flat_clone();
                    let value = check!(self.element(&stack[path.root as usize], &index, step));
                    spend!(path.root, path.root);
                    set!(to, value);
                }
                Op::Get(to, path) => {
                    let path = &function.paths[path as usize];
                    if let Some(found) = Self::look(&stack[path.root as usize], &path.steps, stack) {
                        let value = found.copy();
                        spend!(path.root, path.root);
                        set!(to, value);
                        continue;
                    }
                    let value = check!(self.read(&stack[path.root as usize], &path.steps, stack));
                    spend!(path.root, path.root);
                    set!(to, value);
                }
                Op::Set(path, from) => {
                    let value = std::mem::take(&mut stack[from as usize]);
                    let Some(value) = set_item_of(&function.paths[path as usize], stack, value) else {
                        continue;
                    };
                    check!(self.set_path(function, path, None, value, stack, at!()));
                }
                Op::SetWith(op, path, from) => {
                    let value = std::mem::take(&mut stack[from as usize]);
                    check!(self.set_path(function, path, Some(op), value, stack, at!()));
                }

                Op::Array(to, from, count) => {
                    let from = from as usize;
                    let items: Vec<Value> =
                        stack[from..from + count as usize].iter_mut().map(std::mem::take).collect();
                    set!(to, Value::array(items));
                }
                Op::Append(to, from, count) => {
                    let (array, rest) = stack.split_at_mut(from as usize);
                    if let Value::Array(items) = &mut array[to as usize] {
                        check!(own(items)).extend(rest[..count as usize].iter_mut().map(std::mem::take));
                    }
                }
                Op::Map(to, from, template) => {
                    let keys = &function.templates[template as usize];
                    let mut map = Map::with_capacity(keys.len());
                    for (key, value) in keys.iter().zip(&mut stack[from as usize..]) {
                        map.insert(key.clone(), std::mem::take(value));
                    }
                    set!(to, Value::map(map));
                }
                Op::Concat(to, from, count) => {
                    let from = from as usize;
                    let value = check!(concat(&mut stack[from..from + count as usize]));
                    set!(to, value);
                }

                Op::Call(to, from, number) => {
                    check!(self.step());
                    let callee = &unit.functions[number as usize];
                    match self.enter(unit, callee, &mut stack[from as usize..], false) {
                        Ok(Value::Int(number)) => set!(to, Value::Int(number)),
                        Ok(value) => set!(to, value),
                        Err(error) => return Err(super::call::went_through(error, callee, unit, at!())),
                    }
                }
                Op::CallNamed(to, from, site) => {
                    let site = &function.sites[site as usize];
                    let place = Place { unit, position: at!() };
                    let from = from as usize;
                    let value = check!(self.call_named(site, &mut stack[from..], place));
                    clear(&mut stack[from..from + site.args]);
                    set!(to, value);
                }
                Op::CallQualified(to, from, site) => {
                    let site = &function.sites[site as usize];
                    let place = Place { unit, position: at!() };
                    let (base, rest) = stack.split_at_mut(from as usize);
                    let value = check!(self.call_qualified(site, base, rest, place));
                    clear(&mut rest[..site.args]);
                    set!(to, value);
                }
                Op::CallChanging(to, from, site) => {
                    let site = &function.sites[site as usize];
                    let place = Place { unit, position: at!() };
                    let Some(path) = site.path else { continue };
                    let path = &function.paths[path as usize];
                    let value = check!(self.call_changing(site, path, stack, from as usize, place));
                    clear(&mut stack[from as usize..from as usize + site.args]);
                    set!(to, value);
                }
                Op::MethodAt(to, from, site) => {
                    let site = &function.sites[site as usize];
                    let place = Place { unit, position: at!() };
                    let Some(path) = site.path else { continue };
                    let path = &function.paths[path as usize];
                    let value = match self.call_simple(site, path, stack, from as usize, place) {
                        Some(result) => check!(result),
                        None => check!(self.call_method_at(site, path, stack, from as usize, place)),
                    };
                    clear(&mut stack[from as usize..from as usize + site.args]);
                    set!(to, value);
                }
                Op::Push(array, from) => {
                    if matches!(stack[array as usize], Value::Array(_)) {
                        let value = std::mem::take(&mut stack[from as usize]);
                        if let Value::Array(items) = &mut stack[array as usize] {
                            check!(check!(own(items)).push(value));
                        }
                        #[cfg(feature = "debugger")]
                        if matches!(code[next], Op::Calling) {
                            next += 1;
                        }
                        if let Op::MethodAt(to, ..) = code[next] {
                            set!(to, Value::Unit);
                        }
                        next += 1;
                    }
                }
                Op::CallPointer(to, from, count) => {
                    let place = Place { unit, position: at!() };
                    let from = from as usize;
                    let value = check!(self.call_pointer_at(
                        &mut stack[from..],
                        count as usize,
                        place.position,
                        place
                    ));
                    set!(to, value);
                }
                Op::GetQualified(to, site) => {
                    let site = &function.sites[site as usize];
                    let value = check!(self.qualified_variable(site, stack, unit));
                    set!(to, value);
                }
                Op::Closure(to, number) => {
                    let name = unit.functions[number as usize].name.clone();
                    let pointer = FnPtr { name, curry: Vec::new(), target: Some((Rc::clone(unit), number)) };
                    set!(to, pointer.into());
                }
                Op::FnNamed(to, from) => {
                    let value = check!(named(&stack[from as usize]));
                    set!(to, value);
                }
                Op::Curry(to, from, count) => {
                    let from = from as usize;
                    let value = check!(curry(&mut stack[from..from + count as usize]));
                    set!(to, value);
                }
                Op::TypeOf(to, from) => {
                    let name = stack[from as usize].type_name();
                    spend!(from, from);
                    set!(to, Value::Str(self.intern(name)));
                }
                Op::IsShared(to, from) => {
                    let is_shared = matches!(stack[from as usize], Value::Shared(_));
                    set!(to, Value::Bool(is_shared));
                }
                Op::IsDefined(to, from, scope) => {
                    let Value::Str(name) = &stack[from as usize] else {
                        return Err(Error::mismatch("string", &stack[from as usize]).or_at(at!()));
                    };
                    let scope = &function.scopes[scope as usize];
                    let is_defined = scope.variables.iter().any(|local| local.name == *name);
                    set!(to, Value::Bool(is_defined));
                }
                Op::IsDefinedFn(to, from, count) => {
                    let from = from as usize;
                    let args = &stack[from..from + count as usize];
                    let value = check!(self.is_defined_fn(args, unit, at!()));
                    set!(to, value);
                }
                Op::Eval(to, from, scope) => {
                    let text = std::mem::take(&mut stack[from as usize]);
                    let scope = &function.scopes[scope as usize];
                    let place = Place { unit, position: at!() };
                    let value = check!(self.eval(&text, scope, function, stack, frame.has_this, place));
                    set!(to, value);
                }
                Op::CallCapturing(to, from, site) => {
                    let site = &function.sites[site as usize];
                    let place = Place { unit, position: at!() };
                    let value = check!(self.call_capturing(site, function, from as usize, stack, place));
                    clear(&mut stack[from as usize..from as usize + site.args]);
                    set!(to, value);
                }
                Op::Unknown(_, name) => {
                    let name = text(&function.constants[name as usize]).to_owned();
                    return Err(Error::at(ErrorKind::VariableNotFound(name), at!()));
                }

                Op::ForInit(state) => {
                    let state = state as usize;
                    let value = std::mem::take(&mut stack[state]).flatten();
                    stack[state] = match value {
                        Value::Array(_) | Value::Str(_) => value,
                        other => match iterator(&other) {
                            Some(items) => items,
                            None => return Err(Error::at(ErrorKind::For, at!())),
                        },
                    };
                    stack[state + 1] = Value::Int(0);
                    stack[state + 2] = Value::Unit;
                }
                Op::ForNext(item, state, end) => {
                    let state = state as usize;
                    // Arrays go straight from place to place: nothing is put together in between.
                    if let (Value::Array(items), Value::Int(number)) = (&stack[state], &stack[state + 1]) {
                        let number = *number;
                        let Some(value) = usize::try_from(number).ok().and_then(|number| items.get(number))
                        else {
                            next = end as usize;
                            continue;
                        };
                        let value = value.copy();
                        if let Value::Int(slot) = &mut stack[state + 1] {
                            *slot = number + 1;
                        }
                        match &mut stack[item as usize] {
                            slot @ Value::Shared(_) => check!(set_item(slot, value)),
                            slot => slot.put(value),
                        }
                        continue;
                    }
                    let found = match (&stack[state], &stack[state + 1]) {
                        // Of a string the place in bytes is counted.
                        (Value::Str(text), Value::Int(place)) => {
                            let place = *place;
                            let found =
                                usize::try_from(place).ok().and_then(|place| next_character(text, place));
                            if let Some(c) = found {
                                stack[state + 1] = Value::Int(place + WIDTHS[c.len_utf8()]);
                            }
                            found.map(Value::Char)
                        }
                        (items, _) => match items.as_host::<Items>() {
                            Some(items) => {
                                let found = items.0.borrow_mut().next();
                                found
                            }
                            None => {
                                let place = Place { unit, position: at!() };
                                check!(self.next_of_host(items, place))
                            }
                        },
                    };
                    match (found, &mut stack[item as usize]) {
                        (Some(value), slot @ Value::Shared(_)) => check!(set_item(slot, value)),
                        (Some(value), slot) => slot.put(value),
                        (None, _) => next = end as usize,
                    }
                }
                Op::RangeInit(state, is_inclusive) => {
                    let state = state as usize;
                    let (from, to) = match (&stack[state], &stack[state + 1]) {
                        (Value::Int(from), Value::Int(to)) => (*from, *to),
                        (from, to) => {
                            let op = if is_inclusive { BinaryOp::RangeInclusive } else { BinaryOp::Range };
                            let value = check!(self.binary(op, from, to));
                            let Some((from, to, _)) = value.as_range() else {
                                return Err(Error::at(ErrorKind::For, at!()));
                            };
                            (from, to)
                        }
                    };
                    let last = if is_inclusive { Some(to) } else { to.checked_sub(1) };
                    let last = last.filter(|last| from <= *last);
                    stack[state] = last.map_or(Value::Unit, |_| Value::Int(from));
                    stack[state + 1] = last.map_or(Value::Unit, Value::Int);
                    stack[state + 2] = Value::Unit;
                }
                Op::RangeNext(item, state, end) => {
                    let state = state as usize;
                    let (Value::Int(now), Value::Int(last)) = (&stack[state], &stack[state + 1]) else {
                        next = end as usize;
                        continue;
                    };
                    let (now, last) = (*now, *last);
                    stack[state] = if now == last { Value::Unit } else { Value::Int(now + 1) };
                    match &mut stack[item as usize] {
                        Value::Int(slot) => *slot = now,
                        slot => check!(set_item(slot, Value::Int(now))),
                    }
                }
                Op::ForCounter(register, state) => {
                    let count = &mut stack[state as usize + 2];
                    let number = count.as_int().map_or(0, |number| number + 1);
                    *count = Value::Int(number);
                    check!(set_item(&mut stack[register as usize], Value::Int(number)));
                }

                Op::Switch(register, table) => {
                    let switch = &function.switches[table as usize];
                    let value = &stack[register as usize];
                    if let Some(target) = switch.few(value) {
                        next = target as usize;
                        continue;
                    }
                    let target = match Case::of(value) {
                        Some(case) => switch.cases.get(&case).copied(),
                        None if switch.others.is_empty() => None,
                        None => {
                            let same = |other: &Value| self.equal(other, value).unwrap_or(false);
                            switch.others.iter().find(|(other, _)| same(other)).map(|(_, target)| *target)
                        }
                    };
                    next = target.unwrap_or(switch.default) as usize;
                }
                Op::UnlessInRange(register, to, number) => {
                    let (from, until, is_inclusive) = function.ranges[number as usize];
                    #[allow(clippy::cast_precision_loss)] // as rhai does
                    let holds = match &stack[register as usize] {
                        Value::Int(n) if is_inclusive => (from..=until).contains(n),
                        Value::Int(n) => (from..until).contains(n),
                        Value::Float(n) if is_inclusive => (from as f64..=until as f64).contains(n),
                        Value::Float(n) => (from as f64..until as f64).contains(n),
                        _ => false,
                    };
                    if !holds {
                        next = to as usize;
                    }
                }
                Op::Return(register) => {
                    let value = &mut stack[register as usize];
                    return Ok(match value {
                        Value::Int(number) => Value::Int(*number),
                        Value::Bool(value) => Value::Bool(*value),
                        Value::Shared(cell) => check!(borrow(cell)).clone(),
                        value => std::mem::take(value),
                    });
                }
                Op::Throw(register) => {
                    let value = std::mem::take(&mut stack[register as usize]).flatten();
                    return Err(Error::at(ErrorKind::Runtime(value), at!()));
                }
                Op::CatchEnd => frame.caught = frame.caught.take().and_then(|caught| caught.around),
                Op::Import(register, _) => {
                    let path = stack[register as usize].flat_clone();
                    let Value::Str(path) = &path else {
                        return Err(Error::mismatch("string", &path).or_at(at!()));
                    };
                    let module = check!(self.host.import(self, &unit.name, path, at!()));
                    set!(register, Value::host(ModuleRef(module)));
                }
                Op::Export(register, u32::MAX) => {
                    // The import before it is one of the top level's.
                    if let (Op::Import(_, name), Some(module)) =
                        (code[next - 2], stack[register as usize].as_host::<ModuleRef>())
                    {
                        if let Value::Str(name) = &function.constants[name as usize] {
                            unit.imports.borrow_mut().push((name.clone(), Rc::clone(&module.0)));
                        }
                    }
                }
                Op::Export(register, name) => {
                    if let Value::Str(name) = &function.constants[name as usize] {
                        unit.exports.borrow_mut().push((name.clone(), register));
                    }
                }
                Op::AssignConstant(name) => {
                    let name = text(&function.constants[name as usize]).to_owned();
                    return Err(Error::at(ErrorKind::AssignmentToConstant(name), at!()));
                }
            }
        }
    }

    #[inline(never)]
    fn unary(&self, symbol: &str, op: fn(&Value) -> Option<Result<Value>>, value: &Value) -> Result<Value> {
        let value = value.flat_clone();
        match op(&value) {
            Some(result) => result,
            None => match self.call_accessor(symbol, vec![value.clone()]) {
                Some(result) => result.map(|(value, _)| value),
                None => Err(operators::not_found(symbol, &[&value])),
            },
        }
    }

    /// `to op= from`.
    fn assign_registers(
        &self,
        op: BinaryOp,
        to: u16,
        from: u16,
        stack: &mut [Value],
        spent: u8,
    ) -> Result<()> {
        let value = if spent & 1 != 0 {
            std::mem::take(&mut stack[from as usize])
        } else {
            stack[from as usize].clone()
        };
        self.assign_with(op, &mut stack[to as usize], value)
    }

    #[inline(never)]
    fn set_path(
        &self,
        function: &Func,
        path: u32,
        with: Option<BinaryOp>,
        value: Value,
        stack: &mut [Value],
        position: Position,
    ) -> Result<()> {
        let path = &function.paths[path as usize];
        let root = path.root as usize;
        if let Some((name, place)) = &path.constant {
            // What could not be assigned to anyway says so.
            let mut copy = stack[root].flat_clone();
            let with = match path.steps.split_last() {
                Some((last, around)) => match (self.read(&copy, around, stack)?, &last.kind) {
                    (Value::Map(_), _) | (Value::Array(_), StepKind::Index(_)) => None,
                    _ => with,
                },
                None => with,
            };
            // Nothing is assigned after `?.` on `()`.
            if !self.write(&mut copy, &path.steps, stack, Assignment { with, value, position })? {
                return Ok(());
            }
            return Err(Error::at(ErrorKind::AssignmentToConstant(name.to_string()), *place));
        }
        // Taken out, so that the indices can be read meanwhile.
        let mut target = std::mem::take(&mut stack[root]);
        let result = self.write(&mut target, &path.steps, stack, Assignment { with, value, position });
        stack[root] = target;
        result.map(drop)
    }
}

/// Lengths of characters in bytes.
const WIDTHS: [i64; 5] = [0, 1, 2, 3, 4];

/// The character at a place in bytes.
#[inline]
fn next_character(text: &str, place: usize) -> Option<char> {
    match text.as_bytes().get(place)? {
        byte if byte.is_ascii() => Some(char::from(*byte)),
        _ => text.get(place..)?.chars().next(),
    }
}

/// `a + b` in place of `a`, which nobody needs any more, where both are strings or arrays.
#[inline]
fn extend(a: u16, b: u16, stack: &mut [Value]) -> Option<Result<Value>> {
    match (&stack[a as usize], &stack[b as usize]) {
        (Value::Str(text), Value::Str(_)) if text.copied_bytes() == 0 => {}
        (Value::Array(items), Value::Array(_)) if Rc::strong_count(items) == 1 => {}
        _ => return None,
    }
    let (mut sum, more) = (std::mem::take(&mut stack[a as usize]), stack[b as usize].clone());
    operators::assign(BinaryOp::Add, &mut sum, more).map(|result| result.map(|()| sum))
}

/// `array[i] = value` where the variable is an array and has this item; otherwise the value comes back.
#[inline]
fn set_item_of(path: &Path, stack: &mut [Value], value: Value) -> Option<Value> {
    let [Step { kind: StepKind::Index(index), .. }] = &*path.steps else {
        return Some(value);
    };
    let Value::Int(index) = stack[*index as usize] else {
        return Some(value);
    };
    let (Value::Array(items), None) = (&mut stack[path.root as usize], &path.constant) else {
        return Some(value);
    };
    let slot = usize::try_from(index).ok().and_then(|index| Rc::get_mut(items)?.get_mut(index));
    match slot {
        Some(slot) => {
            slot.put(value);
            None
        }
        None => Some(value),
    }
}

#[inline]
fn clear(registers: &mut [Value]) {
    for register in registers {
        if !register.is_plain() {
            *register = Value::Unit;
        }
    }
}

#[inline]
fn compare<T: PartialOrd + Copy>(op: BinaryOp, a: T, b: T) -> bool {
    match op {
        BinaryOp::Lt => a < b,
        BinaryOp::Le => a <= b,
        BinaryOp::Gt => a > b,
        BinaryOp::Ge => a >= b,
        BinaryOp::Eq => a == b,
        _ => a != b,
    }
}

#[cold]
fn boolean(value: &Value) -> Result<bool> {
    value.as_bool().ok_or_else(|| Error::mismatch("bool", value))
}

fn text(constant: &Value) -> &str {
    match constant {
        Value::Str(text) => text,
        _ => "",
    }
}

fn store(slot: &mut Value, value: Value) -> Result<()> {
    match slot {
        Value::Shared(cell) => *borrow_mut(cell)? = value,
        slot => *slot = value,
    }
    Ok(())
}

/// Sets the variable of a loop, which closures may share.
fn set_item(slot: &mut Value, value: Value) -> Result<()> {
    store(slot, value)
}

fn concat(parts: &mut [Value]) -> Result<Value> {
    memory::needs(parts.iter().map(memory::own_bytes).sum())?;
    // The first string may be one that nobody else has: it grows in place.
    let (mut text, rest) = match parts {
        [Value::Str(first), rest @ ..] => (std::mem::take(first), rest),
        rest => (Str::default(), rest),
    };
    let buffer = text.to_mut();
    let more: usize = rest.iter().map(|part| if let Value::Str(part) = part { part.len() } else { 8 }).sum();
    buffer.reserve(more);
    for part in rest.iter() {
        match part {
            Value::Str(part) => buffer.push_str(part),
            Value::Char(c) => buffer.push(*c),
            Value::Int(number) => buffer.push_str(itoa::Buffer::new().format(*number)),
            other => {
                let more = builtins::text::to_text(other)?;
                memory::needs(more.len())?;
                buffer.push_str(&more);
            }
        }
    }
    clear(rest);
    Ok(Value::Str(text))
}

/// `Fn("name")`.
fn named(name: &Value) -> Result<Value> {
    let Value::Str(name) = name else {
        return Err(Error::mismatch("string", name));
    };
    match rhai::FnPtr::new(name.as_str()) {
        Ok(_) => Ok(FnPtr::named(name.clone()).into()),
        Err(error) => Err(Error::new(match *error {
            rhai::EvalAltResult::ErrorParsing(kind, _) => ErrorKind::Parsing(Box::new(kind)),
            _ => ErrorKind::FunctionNotFound(name.to_string()),
        })),
    }
}

/// The error of a value that is called.
fn not_a_function(value: &Value) -> Option<Error> {
    match value {
        Value::Fn(_) => None,
        Value::Shared(_) => not_a_function(&value.flat_clone()),
        other => Some(Error::mismatch("Fn", other)),
    }
}

fn curry(values: &mut [Value]) -> Result<Value> {
    let Some((function, args)) = values.split_first_mut() else {
        return Ok(Value::Unit);
    };
    match std::mem::take(function).flatten() {
        Value::Fn(function) => {
            let mut function = Rc::unwrap_or_clone(function);
            function.curry.extend(args.iter_mut().map(std::mem::take));
            Ok(function.into())
        }
        other => Err(Error::mismatch("Fn", &other)),
    }
}
