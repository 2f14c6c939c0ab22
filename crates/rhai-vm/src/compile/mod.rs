//! Syntax tree → instructions.
//!
//! Each function is compiled by itself: its parameters and variables get registers, its expressions are
//! evaluated into the registers above them. A variable that a closure captures anywhere in the function
//! is read and written through instructions that look into its cell.

mod call;
mod chain;
mod condition;
mod ends;
mod expression;
mod function;
mod statement;
mod walk;

pub use chain::{flatten, Link, LinkKind};
pub use function::{captured_chunk, eval_chunk, session_text, unit, unit_of_tree, Library};

use crate::code::{Func, Local, Op, Reg, Scope};
use crate::function::Function;
use crate::text::Str;
use crate::value::Value;
use ahash::RandomState;
use ends::Ends;
use rhai::Position;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

/// Why a script cannot be compiled, and where.
#[derive(Debug)]
pub struct Problem {
    /// What is too much.
    pub message: String,
    /// Where.
    pub position: Position,
}

type Result<T> = std::result::Result<T, Problem>;

/// What all functions of a script know.
struct Script<'a> {
    /// Its functions by name and number of parameters.
    by_name: &'a HashMap<Str, Vec<(usize, u32)>, RandomState>,
    /// Those for `this` of a type: type, name, number of parameters.
    typed: &'a [(Str, Str, usize, u32)],
    /// The native functions of a name.
    natives: &'a dyn Fn(Option<&str>, &str) -> Vec<&'static Function>,
    /// The same string for the same text, so that keys are found by their address.
    intern: &'a dyn Fn(&str) -> Str,
    /// Whether there are functions that can ask for constants.
    has_functions: bool,
    /// Whether the host is told of every statement.
    tells_statements: bool,
    /// Closures that captured constants: which of their first parameters are.
    constant_captures: RefCell<HashMap<String, Vec<bool>>>,
    /// Whether some function may be called with `!`: here or in a text that is evaluated.
    may_capture: Cell<bool>,
}

impl<'a> Script<'a> {
    fn new(
        by_name: &'a HashMap<Str, Vec<(usize, u32)>, RandomState>,
        typed: &'a [(Str, Str, usize, u32)],
        library: Library<'a>,
        has_functions: bool,
    ) -> Self {
        Self {
            by_name,
            typed,
            natives: library.natives,
            intern: library.intern,
            has_functions,
            tells_statements: library.tells_statements,
            constant_captures: RefCell::default(),
            may_capture: Cell::default(),
        }
    }

    fn find(&self, name: &str, args: usize) -> Option<u32> {
        self.by_name.get(name)?.iter().find(|(count, _)| *count == args).map(|found| found.1)
    }
}

/// The compiler of one function.
struct Compiler<'a> {
    script: &'a Script<'a>,
    f: Func,
    scope: Scope,
    /// The first register that is free.
    next: Reg,
    loops: Vec<Loop>,
    /// Names of variables that closures capture somewhere in the function.
    captured: HashSet<String>,
    /// Whether any variable may be captured.
    may_capture_any: bool,
    /// Whether it is the top level, and not within a block.
    is_global: bool,
    /// Whether variables are being captured for a closure.
    #[cfg(feature = "debugger")]
    is_capturing: bool,
    ends: Ends,
    constants: HashMap<Key, u32>,
    problem: Option<Problem>,
}

/// A constant, to find it again.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Str(String),
    Float(u64),
    Int(i64),
    Char(char),
}

/// A loop that is being compiled.
#[derive(Default)]
struct Loop {
    breaks: Vec<usize>,
    continues: Vec<usize>,
    /// Where the value of `break` goes.
    value: Option<Reg>,
}

impl Compiler<'_> {
    /// Does `work`; how many registers it used that are free again.
    fn registers_of(&mut self, work: impl FnOnce(&mut Self) -> Result<()>) -> Result<Reg> {
        let before = std::mem::replace(&mut self.f.registers, self.next as usize);
        work(self)?;
        let used = self.f.registers - self.next as usize;
        self.f.registers = self.f.registers.max(before);
        Ok(Reg::try_from(used).unwrap_or_default())
    }

    /// A free register.
    fn register(&mut self) -> Reg {
        let register = self.next;
        if self.next >= Reg::MAX - 300 {
            self.problem.get_or_insert(Problem {
                message: "a function has more than 65,000 variables and values at the same time".into(),
                position: self.f.positions.last().copied().unwrap_or(Position::NONE),
            });
            return register;
        }
        self.next += 1;
        self.f.registers = self.f.registers.max(self.next as usize);
        register
    }

    fn emit(&mut self, op: Op, position: Position) -> usize {
        self.emit_spending(op, position, 0)
    }

    /// An instruction after which some of its operands are not needed any more.
    fn emit_spending(&mut self, op: Op, position: Position, spent: u8) -> usize {
        #[cfg(feature = "debugger")]
        if crate::debug::is_attached() && self.script.tells_statements && op.may_run_functions() {
            self.emit_spending(Op::Calling, position, 0);
        }
        self.f.code.push(op);
        self.f.positions.push(position);
        self.f.spent.push(spent);
        self.f.code.len() - 1
    }

    fn here(&self) -> u32 {
        u32::try_from(self.f.code.len()).unwrap_or(u32::MAX)
    }

    /// Makes jumps go to the next instruction.
    fn land(&mut self, jumps: impl IntoIterator<Item = usize>) {
        let here = self.here();
        for jump in jumps {
            self.aim(jump, here);
        }
    }

    fn aim(&mut self, jump: usize, to: u32) {
        match &mut self.f.code[jump] {
            Op::Jump(target)
            | Op::Loop(target)
            | Op::JumpIf(_, target)
            | Op::JumpUnless(_, target)
            | Op::JumpUnlessUnit(_, target)
            | Op::JumpIfUnit(_, target)
            | Op::UnlessInt(_, _, _, target)
            | Op::UnlessConst(_, _, _, target)
            | Op::Unless(_, _, _, target)
            | Op::ForNext(_, _, target)
            | Op::RangeNext(_, _, target)
            | Op::UnlessInRange(_, target, _) => *target = to,
            _ => {}
        }
    }

    fn constant(&mut self, value: Value) -> u32 {
        let key = match &value {
            Value::Str(text) => Some(Key::Str(text.to_string())),
            Value::Float(number) => Some(Key::Float(number.to_bits())),
            Value::Int(number) => Some(Key::Int(*number)),
            Value::Char(c) => Some(Key::Char(*c)),
            _ => None,
        };
        let count = u32::try_from(self.f.constants.len()).unwrap_or(u32::MAX);
        let number = match key {
            Some(key) => *self.constants.entry(key).or_insert(count),
            None => count,
        };
        if number == count {
            self.f.constants.push(value);
        }
        number
    }

    fn string(&mut self, text: &str) -> u32 {
        let text = (self.script.intern)(text);
        self.constant(Value::Str(text))
    }

    fn local(&self, name: &str) -> Option<&Local> {
        self.scope.variables.iter().rev().find(|local| local.name.as_str() == name)
    }

    /// A new variable in this register.
    fn declare(&mut self, name: &str, register: Reg, is_constant: bool) {
        let name = (self.script.intern)(name);
        let may_be_shared = self.may_capture_any || self.captured.contains(name.as_str());
        let from = self.here();
        let number = self.f.variables.len();
        self.f.variables.push(crate::code::Variable { name: name.clone(), register, from, to: u32::MAX });
        self.scope.variables.push(Local { name, register, is_constant, may_be_shared, number });
    }

    /// Ends the variables and imports that came after these.
    fn leave(&mut self, variables: usize, imports: usize) {
        let here = self.here();
        for local in self.scope.variables.drain(variables..) {
            // Those of a text that is evaluated came from another function.
            if let Some(variable) = self.f.variables.get_mut(local.number) {
                variable.to = here;
            }
        }
        self.scope.imports.truncate(imports);
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.position)
    }
}
