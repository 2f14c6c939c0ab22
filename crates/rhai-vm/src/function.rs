//! Native functions: what a script can call beside its own.
//!
//! They are described by static tables, from which the compiler takes them by name: nothing is
//! registered when a program starts.

use crate::error::Error;
use crate::map::Map;
use crate::memory::own;
use crate::text::Str;
use crate::value::{FnPtr, Kind, Object, Value};
use crate::vm::Vm;
use crate::Result;
use rhai::Position;
use std::rc::Rc;

/// A native function, or one of several of the same name for other types of arguments.
#[derive(Debug)]
pub struct Function {
    /// The name by which scripts call it.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// What it returns.
    pub returns: Kind,
    /// Whether it changes its first argument, as `push` does: `array.push(1)` changes `array`.
    pub changes_first: bool,
    /// What it does.
    pub call: NativeFn,
    /// Of its name.
    pub(crate) hash: u32,
}

/// A hash of a name (FNV-1a), which the compiler can calculate.
pub(crate) const fn hash(name: &str) -> u32 {
    let (bytes, mut hash, mut at) = (name.as_bytes(), 0x811c_9dc5_u32, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}

/// What a native function does. Its arguments have the types of its parameters.
pub type NativeFn = fn(&mut Call<'_>) -> Result<Value>;

/// A parameter of a native function.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name, for documentation.
    pub name: &'static str,
    /// Its type; [`Kind::Any`] takes every value for which there is no function with its type.
    pub kind: Kind,
    /// Whether it, and those after it, may be left out.
    pub optional: bool,
}

/// A parameter that is needed.
pub const fn param(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, optional: false }
}

/// A parameter that may be left out.
pub const fn optional(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, optional: true }
}

impl Function {
    /// A function that does not change its first argument.
    pub const fn new(name: &'static str, params: &'static [Param], returns: Kind, call: NativeFn) -> Self {
        Self { name, params, returns, changes_first: false, call, hash: hash(name) }
    }

    /// A method that changes its first argument.
    pub const fn changing(
        name: &'static str,
        params: &'static [Param],
        returns: Kind,
        call: NativeFn,
    ) -> Self {
        Self { name, params, returns, changes_first: true, call, hash: hash(name) }
    }

    /// Whether it can be called with so many arguments.
    pub fn takes(&self, count: usize) -> bool {
        let needed = self.params.iter().filter(|param| !param.optional).count();
        (needed..=self.params.len()).contains(&count)
    }

    /// How well it suits these types: `None` not at all, otherwise less is better. Rhai prefers exact types, and
    /// then those in which the last parameters are the ones that take everything.
    pub fn suits(&self, args: &[Value]) -> Option<u32> {
        if !self.takes(args.len()) {
            return None;
        }
        let mut mask = 0;
        for (number, (param, arg)) in self.params.iter().zip(args).enumerate() {
            if param.kind == Kind::Any {
                mask |= 1 << (args.len() - number - 1).min(31);
            } else if param.kind != arg.kind() {
                return None;
            }
        }
        Some(mask)
    }
}

/// The namespace of native functions, such as `json` in `json::encode`.
#[derive(Debug)]
pub struct Namespace {
    /// Its name.
    pub name: &'static str,
    /// The functions in it.
    pub functions: &'static [Function],
    /// The constants in it.
    pub constants: &'static [(&'static str, Constant)],
}

/// The value of a constant in a namespace.
#[derive(Clone, Copy, Debug)]
pub enum Constant {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(&'static str),
}

impl From<Constant> for Value {
    fn from(constant: Constant) -> Self {
        match constant {
            Constant::Bool(value) => Self::Bool(value),
            Constant::Int(value) => Self::Int(value),
            Constant::Float(value) => Self::Float(value),
            Constant::Str(value) => value.into(),
        }
    }
}

/// A call of a native function.
pub struct Call<'a> {
    /// The machine that makes it.
    pub vm: &'a Vm,
    /// The arguments. The function may take them away; what a method leaves in the first place is the new
    /// value of what it was called on.
    pub args: &'a mut [Value],
    /// Where a function that is called back finds its registers.
    pub(crate) stack: &'a mut [Value],
    /// The name of the function that is called.
    pub name: &'static str,
    /// Where the call is.
    pub position: Position,
    /// The script in which it is.
    pub source: &'a Str,
}

impl Call<'_> {
    /// How many arguments there are.
    pub fn len(&self) -> usize {
        self.args.len()
    }

    /// Whether there is no argument.
    pub fn is_empty(&self) -> bool {
        self.args.is_empty()
    }

    /// Takes an argument; `()` where it was left out.
    pub fn take(&mut self, number: usize) -> Value {
        self.args.get_mut(number).map(std::mem::take).unwrap_or_default()
    }

    /// An argument; `()` where it was left out.
    pub fn value(&self, number: usize) -> &Value {
        self.args.get(number).unwrap_or(&Value::Unit)
    }

    /// An argument that is a boolean.
    pub fn bool(&self, number: usize) -> bool {
        self.value(number).as_bool().unwrap_or_default()
    }

    /// An argument that is an integer.
    pub fn int(&self, number: usize) -> i64 {
        self.value(number).as_int().unwrap_or_default()
    }

    /// An argument that is a float.
    pub fn float(&self, number: usize) -> f64 {
        self.value(number).as_float().unwrap_or_default()
    }

    /// An argument that is a character.
    pub fn char(&self, number: usize) -> char {
        self.value(number).as_char().unwrap_or_default()
    }

    /// An argument that is a string.
    pub fn str(&self, number: usize) -> &str {
        self.value(number).as_str().map_or("", Str::as_str)
    }

    /// Takes an argument that is a string.
    pub fn take_str(&mut self, number: usize) -> Str {
        match self.take(number) {
            Value::Str(text) => text,
            _ => Str::default(),
        }
    }

    /// An argument that is an array.
    pub fn array(&self, number: usize) -> &[Value] {
        self.value(number).as_array().map_or(&[], Vec::as_slice)
    }

    /// An argument that is an array, to be changed in place; it is copied first where someone else has it,
    /// too.
    ///
    /// # Errors
    /// The host's, where there is no memory for a copy.
    pub fn array_mut(&mut self, number: usize) -> Result<&mut Vec<Value>> {
        if !matches!(self.args[number], Value::Array(_)) {
            self.args[number] = Value::array(Vec::new());
        }
        match &mut self.args[number] {
            Value::Array(items) => own(items).map(|items| &mut **items),
            _ => unreachable!("it is an array by now"),
        }
    }

    /// Takes an argument that is an array: its items, without a copy where nobody else has it.
    ///
    /// # Errors
    /// The host's, where there is no memory for a copy.
    pub fn take_array(&mut self, number: usize) -> Result<Vec<Value>> {
        match self.take(number) {
            Value::Array(mut items) => {
                own(&mut items)?;
                Ok(Rc::unwrap_or_clone(items).into_vec())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// An argument that is a map.
    pub fn map(&self, number: usize) -> Option<&Map> {
        self.value(number).as_map()
    }

    /// An argument that is a map, to be changed in place; it is copied first where someone else has it,
    /// too.
    ///
    /// # Errors
    /// The host's, where there is no memory for a copy.
    pub fn map_mut(&mut self, number: usize) -> Result<&mut Map> {
        if !matches!(self.args[number], Value::Map(_)) {
            self.args[number] = Value::map(Map::new());
        }
        match &mut self.args[number] {
            Value::Map(map) => own(map),
            _ => unreachable!("it is a map by now"),
        }
    }

    /// Takes an argument that is a map, without a copy where nobody else has it.
    ///
    /// # Errors
    /// The host's, where there is no memory for a copy.
    pub fn take_map(&mut self, number: usize) -> Result<Map> {
        match self.take(number) {
            Value::Map(mut map) => {
                own(&mut map)?;
                Ok(Rc::unwrap_or_clone(map))
            }
            _ => Ok(Map::new()),
        }
    }

    /// An argument that is bytes.
    pub fn blob(&self, number: usize) -> &[u8] {
        self.value(number).as_blob().map_or(&[], Vec::as_slice)
    }

    /// An argument that is bytes, to be changed in place; they are copied first where someone else has them,
    /// too.
    ///
    /// # Errors
    /// The host's, where there is no memory for a copy.
    pub fn blob_mut(&mut self, number: usize) -> Result<&mut Vec<u8>> {
        if !matches!(self.args[number], Value::Blob(_)) {
            self.args[number] = Value::blob(Vec::new());
        }
        match &mut self.args[number] {
            Value::Blob(bytes) => own(bytes),
            _ => unreachable!("it is a blob by now"),
        }
    }

    /// Takes an argument that is bytes, without a copy where nobody else has them.
    ///
    /// # Errors
    /// The host's, where there is no memory for a copy.
    pub fn take_blob(&mut self, number: usize) -> Result<Vec<u8>> {
        match self.take(number) {
            Value::Blob(mut bytes) => {
                own(&mut bytes)?;
                Ok(Rc::unwrap_or_clone(bytes))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// An argument that is a host's object of this type.
    ///
    /// # Errors
    /// That it has another type: of parameters whose kind is not that host's type.
    pub fn host<T: Object>(&self, number: usize) -> Result<&T> {
        let value = self.value(number);
        value.as_host().ok_or_else(|| Error::mismatch(std::any::type_name::<T>(), value))
    }

    /// An argument that is a function.
    ///
    /// # Errors
    /// The argument is not a function.
    pub fn function(&self, number: usize) -> Result<Rc<FnPtr>> {
        let value = self.value(number);
        value.as_fn().cloned().ok_or_else(|| Error::mismatch("Fn", value))
    }

    /// Whether the script has this function with so many parameters, beside the arguments that it has already.
    pub fn takes(&self, function: &FnPtr, count: usize) -> bool {
        self.vm.takes(function, function.curry.len() + count)
    }

    /// Calls a function of the script's with these arguments.
    ///
    /// # Errors
    /// The errors of the function, or no function takes that many arguments.
    pub fn invoke<const N: usize>(&mut self, function: &Rc<FnPtr>, mut args: [Value; N]) -> Result<Value> {
        self.vm.invoke_slice(function, None, &mut args, self.stack, self.position)
    }

    /// Calls a function of the script's as a method of `this`, which it may change.
    ///
    /// # Errors
    /// The errors of the function, or no function takes that many arguments.
    pub fn invoke_on<const N: usize>(
        &mut self,
        function: &Rc<FnPtr>,
        this: &mut Value,
        mut args: [Value; N],
    ) -> Result<Value> {
        self.vm.invoke_slice(function, Some(this), &mut args, self.stack, self.position)
    }

    /// Calls a function as the methods of arrays do (rhai's `call_raw_with_extra_args`): with `item` as
    /// `this` and `args`, if it has that many parameters; or else, where `place` is given, with `item` among `args`
    /// at that place; or else with `extras` after them, too. Errors have gone through a call of this native
    /// function.
    ///
    /// # Errors
    /// The errors of the function, or no function takes that many arguments.
    #[allow(clippy::needless_pass_by_value)] // callers have them in their hands
    pub fn invoke_item<const N: usize, const E: usize>(
        &mut self,
        function: &Rc<FnPtr>,
        item: &mut Value,
        mut args: [Value; N],
        extras: [Value; E],
        place: Option<usize>,
    ) -> Result<Value> {
        self.vm
            .invoke_item(function, item, &mut args, &extras, place, self.stack, self.position)
            .map_err(|error| self.in_callback(error))
    }

    /// The error of a function that this native function called.
    #[cold]
    fn in_callback(&self, error: Error) -> Error {
        error.through(crate::error::Call {
            name: self.name.into(),
            source: self.source.clone(),
            position: Position::NONE,
            is_import: false,
        })
    }

    /// Whether two values are equal as `==` says, of host's types, too.
    ///
    /// # Errors
    /// Those of the operator.
    pub fn equal(&mut self, a: &Value, b: &Value) -> Result<bool> {
        self.vm.equal(a, b)
    }

    /// The host of the machine, which must be of this type.
    ///
    /// # Panics
    /// If it is of another type: a fault of the host's.
    pub fn host_state<T: 'static>(&self) -> &T {
        self.vm.host_state()
    }

    /// One step of a loop that may take long: asks the host now and then whether the script may go on.
    ///
    /// # Errors
    /// Why it must stop.
    #[inline]
    pub(crate) fn step(&self) -> Result<()> {
        self.vm.step()
    }

    /// That the script may go on; functions that take long ask now and then.
    ///
    /// # Errors
    /// Why it must stop.
    pub fn check(&self) -> Result<()> {
        self.vm.check()
    }
}
