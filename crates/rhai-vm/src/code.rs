//! What the compiler makes of a script: functions, each a list of instructions over numbered registers.

use crate::function::Function;
use crate::map::Map;
use crate::operators::BinaryOp;
use crate::parse::Tree;
use crate::text::Str;
use crate::value::Value;
use crate::vm::Module;
use ahash::RandomState;
use rhai::{Position, AST};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// The number of a register of the running function.
pub type Reg = u16;

/// An instruction. The first register is mostly the one that gets the result.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// A copy of a register.
    Move(Reg, Reg),
    /// What a register holds, which is left empty.
    Take(Reg, Reg),
    /// A constant by its number.
    Const(Reg, u32),
    /// An integer.
    Int(Reg, i32),
    /// `()`.
    Unit(Reg),
    /// Empties so many registers from this one on.
    Clear(Reg, u16),
    /// The value of a variable that closures may have captured.
    Load(Reg, Reg),
    /// Sets such a variable to what the second register holds, which is left empty.
    Store(Reg, Reg),
    /// Makes a variable one that closures share.
    Share(Reg),
    /// The function needs a `this`.
    NeedThis,
    /// An error, if it is not a function.
    NeedFn(Reg),
    /// Makes a constant of the script's visible in its functions.
    Global(Reg, u32),
    /// A constant of the script's: `global::NAME`.
    GetGlobal(Reg, u32),

    /// `a + b`.
    Add(Reg, Reg, Reg),
    /// `a - b`.
    Sub(Reg, Reg, Reg),
    /// `a * b`.
    Mul(Reg, Reg, Reg),
    /// `a + 1`.
    AddInt(Reg, Reg, i32),
    /// Any other operator.
    Binary(BinaryOp, Reg, Reg, Reg),
    /// The same with a number that is written in the script.
    BinaryInt(BinaryOp, Reg, Reg, i32),
    /// `a += b`.
    AddTo(Reg, Reg),
    /// `a += 1`.
    AddIntTo(Reg, i32),
    /// Any other assignment with an operator.
    Assign(BinaryOp, Reg, Reg),
    /// The same to a variable that closures may have captured.
    AssignShared(BinaryOp, Reg, Reg),
    /// `!a`.
    Not(Reg, Reg),
    /// `-a`.
    Negate(Reg, Reg),
    /// `+a`.
    Plus(Reg, Reg),

    /// Goes on there.
    Jump(u32),
    /// Goes back there: the end of a loop's body.
    Loop(u32),
    /// Goes there if a boolean is true.
    JumpIf(Reg, u32),
    /// Goes there if a boolean is false.
    JumpUnless(Reg, u32),
    /// Goes there unless the value is `()`.
    JumpUnlessUnit(Reg, u32),
    /// Goes there if the value is `()`.
    JumpIfUnit(Reg, u32),
    /// Goes there unless the comparison with a small number holds.
    UnlessInt(BinaryOp, Reg, i16, u32),
    /// Goes there unless the comparison with a constant holds.
    UnlessConst(BinaryOp, Reg, u16, u32),
    /// Goes there unless the comparison holds.
    Unless(BinaryOp, Reg, Reg, u32),
    /// That a value is a boolean.
    CheckBool(Reg),

    /// A property; the last number is that of the path, which has this one step.
    Property(Reg, Reg, u32),
    /// `a[i]`: the number of the path, which has this one step.
    Index(Reg, u32),
    /// What a path leads to.
    Get(Reg, u32),
    /// Sets what a path leads to.
    Set(u32, Reg),
    /// `path op= value`.
    SetWith(BinaryOp, u32, Reg),

    /// An array of so many registers, which are left empty.
    Array(Reg, Reg, u32),
    /// Appends so many registers, which are left empty, to the array in the first one.
    Append(Reg, Reg, u32),
    /// A map: its keys by their number.
    Map(Reg, Reg, u32),
    /// A string of so many registers.
    Concat(Reg, Reg, u32),

    /// Calls a function of this script with the registers from the second on.
    Call(Reg, Reg, u32),
    /// Calls a function by its name: the site.
    CallNamed(Reg, Reg, u32),
    /// Calls a function in a namespace.
    CallQualified(Reg, Reg, u32),
    /// Calls a native function that changes the variable at the beginning of the site's path.
    CallChanging(Reg, Reg, u32),
    /// Calls a method of what the site's path leads to.
    MethodAt(Reg, Reg, u32),
    /// `array.push(value)`: if it is an array, the call that follows is left out.
    Push(Reg, Reg),
    /// `call(function, …)`: the function and so many arguments.
    CallPointer(Reg, Reg, u32),
    /// A variable or constant in a namespace.
    GetQualified(Reg, u32),
    /// A pointer to a function of this script.
    Closure(Reg, u32),
    /// `Fn("name")`.
    FnNamed(Reg, Reg),
    /// `curry(function, …)`: the function and so many arguments.
    Curry(Reg, Reg, u32),
    /// `type_of(value)`.
    TypeOf(Reg, Reg),
    /// Whether a variable is shared with closures.
    IsShared(Reg, Reg),
    /// Whether a name that is only known when it runs is a variable here: the names by their number.
    IsDefined(Reg, Reg, u32),
    /// Whether a function is defined: so many arguments.
    IsDefinedFn(Reg, Reg, u32),
    /// Runs a text: what it sees by its number.
    Eval(Reg, Reg, u32),
    /// `f!(…)`: a call of a function that sees the variables here.
    CallCapturing(Reg, Reg, u32),
    /// A variable that is not known: the name by its constant.
    Unknown(Reg, u32),

    /// Begins to go through something: it is in the first of three registers.
    ForInit(Reg),
    /// The next item into the first register, or goes there at the end.
    ForNext(Reg, Reg, u32),
    /// Begins to go through a range: start and end are in two registers.
    RangeInit(Reg, bool),
    /// The next number.
    RangeNext(Reg, Reg, u32),
    /// The number of rounds, which the third of the loop's registers counts, for the script.
    ForCounter(Reg, Reg),

    /// Goes to the case of a value.
    Switch(Reg, u32),
    /// Goes there unless the value is in the range.
    UnlessInRange(Reg, u32, u16),
    /// Ends the function.
    Return(Reg),
    /// `throw`.
    Throw(Reg),
    /// The end of a `catch` block; the register holds what was caught.
    CatchEnd,
    /// `import path as name`: the path's register becomes the module; the name by its constant.
    Import(Reg, u32),
    /// `export`: the name by its constant.
    Export(Reg, u32),
    /// Assignment to a constant: the name by its constant.
    AssignConstant(u32),
    /// A statement begins: the host is told. Only in programs that are compiled for it.
    Statement,
    /// The next instruction may run another function of a script: the debugger is told.
    #[cfg(feature = "debugger")]
    Calling,
}

#[cfg(feature = "debugger")]
impl Op {
    /// Whether another function of a script may run before the next instruction.
    pub(crate) fn may_run_functions(self) -> bool {
        matches!(
            self,
            Self::Call(..)
                | Self::CallNamed(..)
                | Self::CallQualified(..)
                | Self::CallChanging(..)
                | Self::MethodAt(..)
                | Self::CallPointer(..)
                | Self::CallCapturing(..)
                | Self::Eval(..)
                | Self::Import(..)
        )
    }
}

/// A function of a script, or its top level.
pub struct Func {
    /// Its name; that of a closure begins with [`crate::value::CLOSURE_PREFIX`], that of the top level is empty.
    pub name: Str,
    /// Its parameters. Their values are in the first registers.
    pub params: Vec<Str>,
    /// Whether only its own script can call it.
    pub is_private: bool,
    /// The type that `this` must have.
    pub this_type: Option<Str>,
    /// Whether it has no statement.
    pub is_empty: bool,
    /// How many registers it has.
    pub registers: usize,
    /// The register of `this`.
    pub this: Reg,
    /// Its instructions.
    pub code: Vec<Op>,
    /// Where each of them is written.
    pub positions: Vec<Position>,
    /// For each of them whether its operands (bit 0: the first one read, bit 1: the second) are only of this use.
    pub spent: Vec<u8>,
    /// Its constants.
    pub constants: Vec<Value>,
    /// Its calls by name.
    pub sites: Vec<Site>,
    /// Its paths into values.
    pub paths: Vec<Path>,
    /// The keys of the maps that it makes.
    pub templates: Vec<Box<[Str]>>,
    /// The cases of its `switch` statements.
    pub switches: Vec<Switch>,
    /// The ranges in them.
    pub ranges: Vec<(i64, i64, bool)>,
    /// Its `try` blocks, the inner ones first.
    pub tries: Vec<Try>,
    /// What names mean at places where that is only asked when it runs.
    pub scopes: Vec<Scope>,
    /// Which register is which variable, and from which instruction to which.
    pub variables: Vec<Variable>,
}

impl Default for Func {
    /// A function without anything, `this` included.
    fn default() -> Self {
        Self {
            name: Str::default(),
            params: Vec::new(),
            is_private: false,
            this_type: None,
            is_empty: false,
            registers: 0,
            this: Reg::MAX,
            code: Vec::new(),
            positions: Vec::new(),
            spent: Vec::new(),
            constants: Vec::new(),
            sites: Vec::new(),
            paths: Vec::new(),
            templates: Vec::new(),
            switches: Vec::new(),
            ranges: Vec::new(),
            tries: Vec::new(),
            scopes: Vec::new(),
            variables: Vec::new(),
        }
    }
}

/// A variable, for errors and debuggers.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Str,
    /// Its register.
    pub register: Reg,
    /// The first instruction that can see it.
    pub from: u32,
    /// The first that can't any more.
    pub to: u32,
}

/// The instructions of a `try` block, and where its `catch` block begins.
#[derive(Clone, Copy, Debug)]
pub struct Try {
    /// The first instruction.
    pub from: u32,
    /// The first one behind it.
    pub to: u32,
    /// The first one of the `catch` block.
    pub handler: u32,
    /// The first one behind the `catch` block.
    pub end: u32,
    /// The register of what is caught.
    pub register: Reg,
    /// Whether the script wants to know it.
    pub is_named: bool,
}

/// A call of a function by its name.
pub struct Site {
    /// The name.
    pub name: Str,
    /// How many arguments it has, with the object of a method.
    pub args: usize,
    /// The namespace in front of it.
    pub namespace: Option<Qualified>,
    /// What the method's object is.
    pub path: Option<u32>,
    /// The native functions of this name.
    pub natives: Vec<&'static Function>,
    /// A function of this script with so many arguments.
    pub own: Option<u32>,
    /// Functions of this script for `this` of a certain type.
    pub typed: Vec<(Str, u32)>,
    /// The types of the arguments that came last, and the native function that suits them.
    pub cache: Cell<(u32, u16)>,
    /// Until which number of units no other one has a function of this name.
    pub elsewhere: Cell<u32>,
    /// Whether a method of this name may change what it is called on.
    pub may_change: bool,
    /// Whether nothing but native functions that change nothing can be meant in this script.
    pub is_simple: bool,
    /// Whether it is `len`.
    pub is_len: bool,
    /// Where the first argument is written.
    pub first: Position,
    /// What a function sees that is called with `!`.
    pub captured: Option<Captured>,
}

/// What a call with `!` shows to the function.
pub struct Captured {
    /// What names mean there: by its number.
    pub scope: u32,
    /// The functions of this unit, compiled for this place, that were called before.
    pub compiled: RefCell<Vec<(u32, Rc<Func>)>>,
}

/// A namespace, as it is written.
#[derive(Clone, Debug)]
pub struct Qualified {
    /// The names before the last `::`.
    pub path: Vec<Str>,
    /// Where it is written.
    pub position: Position,
    /// The register of the module, where it was imported in the same function.
    pub register: Option<Reg>,
    /// The name in it.
    pub name: Str,
}

/// A way into a value: `root.a[i].b`.
#[derive(Debug)]
pub struct Path {
    /// The variable.
    pub root: Reg,
    /// The name of the variable and where it is written, if it is a constant.
    pub constant: Option<(Str, Position)>,
    /// The steps into it.
    pub steps: Vec<Step>,
}

/// A step into a value.
#[derive(Clone, Debug)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// Whether `()` is left as it is: `?.`, `?[`.
    pub is_optional: bool,
    /// Where the property or the index is written.
    pub position: Position,
    /// Where the `.` or `[` is written.
    pub operator: Position,
}

/// The kind of a step.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// `.name`, and where it was found last.
    Property(Str, Cell<u32>),
    /// `[i]`: the register of the index.
    Index(Reg),
}

/// The cases of a `switch` statement.
#[derive(Debug, Default)]
pub struct Switch {
    /// Where the code of each value is.
    pub cases: HashMap<Case, u32, RandomState>,
    /// The same as a list, if there are only a few.
    pub in_order: Vec<(Case, u32)>,
    /// The same of values that cannot be hashed.
    pub others: Vec<(Value, u32)>,
    /// Where it goes on for any other value.
    pub default: u32,
}

impl Switch {
    /// Where a string or a number goes if there are only a few cases: comparing them is faster than a hash then. `None`
    /// where it must be looked up.
    #[inline]
    pub fn few(&self, value: &Value) -> Option<u32> {
        if self.in_order.is_empty() {
            return None;
        }
        let found = match value {
            Value::Int(number) => {
                self.in_order.iter().find(|(case, _)| matches!(case, Case::Int(case) if case == number))
            }
            Value::Str(text) => {
                let is_it = |case: &Case| match case {
                    Case::Str(case) => case.is_same(text) || case.as_str() == text.as_str(),
                    _ => false,
                };
                self.in_order.iter().find(|(case, _)| is_it(case))
            }
            _ => return None,
        };
        Some(found.map_or(self.default, |(_, target)| *target))
    }
}

/// A value of a `switch` case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// `()`.
    Unit,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float, by its bits.
    Float(u64),
    /// A character.
    Char(char),
    /// A string.
    Str(Str),
}

/// What names mean at one place of a function.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The variables, the innermost last.
    pub variables: Vec<Local>,
    /// The imported modules, the innermost last.
    pub imports: Vec<(Str, Reg)>,
}

/// A variable of a function.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: Str,
    /// Its register.
    pub register: Reg,
    /// Whether it cannot be changed.
    pub is_constant: bool,
    /// Whether closures may capture it.
    pub may_be_shared: bool,
    /// Its number among the function's variables.
    pub number: usize,
}

/// A syntax tree of one of the two parsers.
#[derive(Clone)]
pub enum SharedTree {
    /// Rhai's.
    Rhai(Rc<AST>),
    /// Our own.
    Plain(Rc<Tree>),
}

/// The functions of one script.
#[derive(Default)]
pub struct Unit {
    /// The name of the script.
    pub name: Str,
    /// The number of the script among those of its thread.
    pub number: u32,
    /// Its functions and closures.
    pub functions: Vec<Func>,
    /// Their numbers by name and number of parameters; those for `this` of a type only are not in it.
    pub by_name: HashMap<Str, Vec<(usize, u32)>, RandomState>,
    /// Those for `this` of a type only.
    pub typed: Vec<(Str, Str, usize, u32)>,
    /// The top level.
    pub main: Func,
    /// The syntax tree, where functions are compiled again for calls with `!`.
    pub tree: Option<SharedTree>,
    /// The constants of the top level.
    pub globals: RefCell<Map>,
    /// The modules that the top level imported.
    pub imports: RefCell<Vec<(Str, Rc<Module>)>>,
    /// The variables that the top level exports, by their registers.
    pub exports: RefCell<Vec<(Str, Reg)>>,
}

impl Unit {
    /// The number of a function.
    pub fn find(&self, name: &str, args: usize) -> Option<u32> {
        self.by_name.get(name)?.iter().find(|(count, _)| *count == args).map(|found| found.1)
    }

    /// The number of a function for `this` of this type.
    pub fn find_typed(&self, this_type: &str, name: &str, args: usize) -> Option<u32> {
        let mut typed = self.typed.iter();
        typed
            .find(|(of, found, count, _)| of == this_type && found == name && *count == args)
            .map(|found| found.3)
    }
}

impl std::fmt::Debug for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unit({})", self.name)
    }
}

/// The instructions with their numbers, for people.
impl std::fmt::Display for Func {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, (op, position)) in self.code.iter().zip(&self.positions).enumerate() {
            let place = if position.is_none() { String::new() } else { format!("{position:?}") };
            let line = format!("{number:3}  {op:?}");
            writeln!(f, "{}", format!("{line:40}{place}").trim_end())?;
        }
        Ok(())
    }
}
