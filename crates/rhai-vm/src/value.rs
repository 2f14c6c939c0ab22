//! A script's values: 16 bytes, cheap to clone, copied only when one of several owners changes them.

use crate::code::Unit;
use crate::list::{one_level_deeper, List};
use crate::map::Map;
use crate::text::Str;
use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// A value of a script.
#[derive(Clone, Default)]
pub enum Value {
    /// `()`: nothing.
    #[default]
    Unit,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A character.
    Char(char),
    /// A string.
    Str(Str),
    /// An array.
    Array(Rc<List>),
    /// A map.
    Map(Rc<Map>),
    /// Bytes.
    Blob(Rc<Vec<u8>>),
    /// `start..end`.
    Range(Rc<(i64, i64)>),
    /// `start..=end`.
    RangeInclusive(Rc<(i64, i64)>),
    /// A function pointer.
    Fn(Rc<FnPtr>),
    /// A variable that closures have captured. Never inside another value, never an argument of a
    /// native function.
    Shared(Rc<RefCell<Value>>),
    /// A value of the host's.
    Host(Rc<Box<dyn Object>>),
}

/// A pointer to a function, with the first of its arguments where it has them.
#[derive(Clone)]
pub struct FnPtr {
    /// The function's name.
    pub name: Str,
    /// The first arguments.
    pub curry: Vec<Value>,
    /// The function that is meant, where the name was written in a script: in which unit, and its
    /// number there.
    pub target: Option<(Rc<Unit>, u32)>,
}

impl FnPtr {
    /// A pointer to a function of this name, which is looked up when it is called.
    pub fn named(name: Str) -> Self {
        Self { name, curry: Vec::new(), target: None }
    }

    /// Where it begins: `orders.rhai:3:12`.
    pub fn place(&self) -> Option<String> {
        let (unit, number) = self.target.as_ref()?;
        let function = unit.functions.get(*number as usize)?;
        let position = function.positions.iter().find(|position| !position.is_none())?;
        Some(format!("{}:{}:{}", unit.name, position.line()?, position.position()?))
    }

    /// Whether it is a closure.
    pub fn is_anonymous(&self) -> bool {
        self.name.starts_with(CLOSURE_PREFIX)
    }
}

impl Drop for FnPtr {
    fn drop(&mut self) {
        crate::list::free(std::mem::take(&mut self.curry));
    }
}

pub use crate::parse::CLOSURE_PREFIX;

/// A type of values that the host brings.
pub trait Object: Any {
    /// What `type_of` says.
    fn type_name(&self) -> &'static str;
    /// What `to_string` gives.
    ///
    /// # Errors
    /// Those of the formatter.
    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name())
    }
    /// What `to_debug` gives.
    ///
    /// # Errors
    /// Those of the formatter.
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(f)
    }
    /// `object.name` and `object["name"]`; `None` where the type has no properties at all.
    fn property(&self, _name: &str) -> Option<crate::Result<Value>> {
        None
    }
    /// The object as plain data (maps, arrays, strings, …), for JSON and the like; `None` where it has no
    /// such form.
    fn to_plain(&self) -> Option<Value> {
        None
    }
    /// The digits of an object that is a number: JSON has them as they are.
    fn digits(&self) -> Option<String> {
        None
    }
    /// The items for `for`, each created when the loop asks for it; `None` where `for` cannot run over the object. An
    /// error ends the loop, and its place is that of the loop.
    fn iterate(&self) -> Option<Items> {
        None
    }
}

/// The items of an object of the host. `next` may wait, as long as the script may run.
pub type Items = Box<dyn Iterator<Item = crate::Result<Value>>>;

/// The type of a value, as far as functions and operators tell types apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every type: of parameters only.
    Any,
    /// `()`.
    Unit,
    /// A boolean.
    Bool,
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
    /// A character.
    Char,
    /// A string.
    String,
    /// An array.
    Array,
    /// A map.
    Map,
    /// Bytes.
    Blob,
    /// `start..end`.
    Range,
    /// `start..=end`.
    RangeInclusive,
    /// A function pointer.
    Fn,
    /// A host's type of this name.
    Host(&'static str),
}

impl Kind {
    /// The name that `type_of` gives.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "?",
            Self::Unit => "()",
            Self::Bool => "bool",
            Self::Int => "i64",
            Self::Float => "f64",
            Self::Char => "char",
            Self::String => "string",
            Self::Array => "array",
            Self::Map => "map",
            Self::Blob => "blob",
            Self::Range => "range",
            Self::RangeInclusive => "range=",
            Self::Fn => "Fn",
            Self::Host(name) => name,
        }
    }
}

impl Value {
    /// An array.
    pub fn array(items: Vec<Value>) -> Self {
        Self::Array(Rc::new(items.into()))
    }

    /// A map.
    pub fn map(map: Map) -> Self {
        Self::Map(Rc::new(map))
    }

    /// Bytes.
    pub fn blob(bytes: Vec<u8>) -> Self {
        Self::Blob(Rc::new(bytes))
    }

    /// A host's object.
    pub fn host(object: impl Object) -> Self {
        Self::Host(Rc::new(Box::new(object)))
    }

    /// A function pointer.
    pub fn function(function: FnPtr) -> Self {
        Self::Fn(Rc::new(function))
    }

    /// Whether other values may be in it.
    #[inline]
    pub(crate) fn has_parts(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Map(_) | Self::Fn(_) | Self::Shared(_) | Self::Host(_))
    }

    /// Whether it is a value without memory of its own.
    #[allow(clippy::inline_always)] // measured: a tenth of a tight loop
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Unit | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Char(_))
    }

    /// As `clone`, in place for plain values.
    #[allow(clippy::inline_always)] // measured: a tenth of a tight loop
    #[inline(always)]
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Unit => Self::Unit,
            Self::Bool(value) => Self::Bool(*value),
            Self::Int(value) => Self::Int(*value),
            Self::Float(value) => Self::Float(*value),
            Self::Char(value) => Self::Char(*value),
            Self::Str(text) => Self::Str(text.clone()),
            Self::Array(items) => Self::Array(Rc::clone(items)),
            Self::Map(map) => Self::Map(Rc::clone(map)),
            other => other.clone_shared(),
        }
    }

    #[inline(never)]
    fn clone_shared(&self) -> Self {
        self.clone()
    }

    /// Puts a value here; what was here is dropped without a call where it has no memory of its own.
    ///
    /// Each kind is taken apart and put together again: a value that was just made of its parts cannot be loaded as a
    /// whole before the processor has written these.
    #[allow(clippy::inline_always)] // measured: a tenth of a tight loop
    #[inline(always)]
    pub(crate) fn put(&mut self, value: Self) {
        match value {
            Self::Int(number) => match self {
                Self::Int(slot) => *slot = number,
                slot => slot.replace(Self::Int(number)),
            },
            Self::Float(number) => match self {
                Self::Float(slot) => *slot = number,
                slot => slot.replace(Self::Float(number)),
            },
            Self::Unit => self.replace(Self::Unit),
            Self::Bool(value) => self.replace(Self::Bool(value)),
            Self::Char(c) => self.replace(Self::Char(c)),
            Self::Str(text) => self.replace(Self::Str(text)),
            Self::Array(items) => self.replace(Self::Array(items)),
            Self::Map(map) => self.replace(Self::Map(map)),
            other => self.replace(other),
        }
    }

    #[allow(clippy::inline_always)] // see above
    #[inline(always)]
    fn replace(&mut self, value: Self) {
        if self.is_plain() {
            std::mem::forget(std::mem::replace(self, value));
        } else {
            *self = value;
        }
    }

    /// Its type. A captured variable has the type of its value.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Unit => Kind::Unit,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Float(_) => Kind::Float,
            Self::Char(_) => Kind::Char,
            Self::Str(_) => Kind::String,
            Self::Array(_) => Kind::Array,
            Self::Map(_) => Kind::Map,
            Self::Blob(_) => Kind::Blob,
            Self::Range(_) => Kind::Range,
            Self::RangeInclusive(_) => Kind::RangeInclusive,
            Self::Fn(_) => Kind::Fn,
            Self::Shared(cell) => cell.borrow().kind(),
            Self::Host(object) => Kind::Host(object.type_name()),
        }
    }

    /// The name of its type, as `type_of` gives it.
    pub fn type_name(&self) -> &'static str {
        self.kind().name()
    }

    /// Whether it is `()`.
    pub fn is_unit(&self) -> bool {
        match self {
            Self::Unit => true,
            Self::Shared(cell) => cell.borrow().is_unit(),
            _ => false,
        }
    }

    /// The value, or that of the captured variable.
    #[must_use]
    #[inline]
    pub fn flatten(self) -> Self {
        match self {
            Self::Shared(cell) => cell.borrow().clone(),
            value => value,
        }
    }

    /// A copy of the value, or of that of the captured variable.
    #[must_use]
    #[inline]
    pub fn flat_clone(&self) -> Self {
        match self {
            Self::Shared(cell) => cell.borrow().clone(),
            value => value.clone(),
        }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Shared(cell) => cell.borrow().as_bool(),
            _ => None,
        }
    }

    /// The value of an integer.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Shared(cell) => cell.borrow().as_int(),
            _ => None,
        }
    }

    /// The value of a float; not of an integer.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            Self::Shared(cell) => cell.borrow().as_float(),
            _ => None,
        }
    }

    /// The value of a character.
    pub fn as_char(&self) -> Option<char> {
        match self {
            Self::Char(value) => Some(*value),
            _ => None,
        }
    }

    /// A string.
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// An array.
    pub fn as_array(&self) -> Option<&Vec<Value>> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// A map.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Bytes.
    pub fn as_blob(&self) -> Option<&Vec<u8>> {
        match self {
            Self::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A function pointer.
    pub fn as_fn(&self) -> Option<&Rc<FnPtr>> {
        match self {
            Self::Fn(function) => Some(function),
            _ => None,
        }
    }

    /// A range as `start` and `end`, and whether `end` is part of it.
    pub fn as_range(&self) -> Option<(i64, i64, bool)> {
        match self {
            Self::Range(range) => Some((range.0, range.1, false)),
            Self::RangeInclusive(range) => Some((range.0, range.1, true)),
            _ => None,
        }
    }

    /// A host's object of this type.
    pub fn as_host<T: Object>(&self) -> Option<&T> {
        match self {
            Self::Host(object) => (&***object as &dyn Any).downcast_ref(),
            _ => None,
        }
    }
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::Unit
    }
}

macro_rules! from {
    ($($type:ty => $make:expr;)*) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                let make: fn($type) -> Value = $make;
                make(value)
            }
        })*
    };
}

from! {
    bool => Value::Bool;
    i64 => Value::Int;
    f64 => Value::Float;
    char => Value::Char;
    Str => Value::Str;
    String => |text| Value::Str(text.into());
    &str => |text| Value::Str(text.into());
    Vec<Value> => Value::array;
    Map => Value::map;
    Vec<u8> => Value::blob;
    FnPtr => Value::function;
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unit, Into::into)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::array(items.into_iter().collect())
    }
}

/// What `print` shows, without the `to_string` of the host's types inside of arrays and maps.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => Ok(()),
            Self::Bool(value) => fmt::Display::fmt(value, f),
            Self::Int(value) => fmt::Display::fmt(value, f),
            Self::Float(value) => write_float(*value, f),
            Self::Char(value) => fmt::Display::fmt(value, f),
            Self::Str(text) => fmt::Display::fmt(text, f),
            Self::Fn(function) => write!(f, "Fn({})", function.name),
            Self::Host(object) => object.display(f),
            // Borrowed as if to change it: where it is found within itself, it is not shown once more.
            Self::Shared(cell) => match cell.try_borrow_mut() {
                Ok(value) => fmt::Display::fmt(&*value, f),
                Err(_) => f.write_str("<shared>"),
            },
            _ => fmt::Debug::fmt(self, f),
        }
    }
}

/// What `debug` shows.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => f.write_str("()"),
            Self::Bool(value) => fmt::Debug::fmt(value, f),
            Self::Int(value) => fmt::Debug::fmt(value, f),
            Self::Float(value) => fmt::Debug::fmt(value, f),
            Self::Char(value) => fmt::Debug::fmt(value, f),
            Self::Str(text) => fmt::Debug::fmt(text, f),
            Self::Array(items) => one_level_deeper(|| f.debug_list().entries(items.iter()).finish())
                .unwrap_or_else(|| f.write_str("…")),
            Self::Map(map) => {
                f.write_str("#")?;
                one_level_deeper(|| f.debug_map().entries(map.iter()).finish())
                    .unwrap_or_else(|| f.write_str("…"))
            }
            Self::Blob(bytes) => {
                f.write_str("[")?;
                for (number, byte) in bytes.iter().enumerate() {
                    let space = if number > 0 && number % 8 == 0 { " " } else { "" };
                    write!(f, "{space}{byte:02x}")?;
                }
                f.write_str("]")
            }
            Self::Range(range) => write_range(range.0, "..", range.1, f),
            Self::RangeInclusive(range) => write_range(range.0, "..=", range.1, f),
            Self::Fn(function) => {
                let mut tuple = f.debug_tuple(if function.target.is_some() { "Fn*" } else { "Fn" });
                tuple.field(&function.name);
                for value in &function.curry {
                    tuple.field(value);
                }
                tuple.finish()
            }
            Self::Host(object) => object.debug(f),
            Self::Shared(cell) => match cell.try_borrow_mut() {
                Ok(value) => fmt::Debug::fmt(&*value, f),
                Err(_) => f.write_str("<shared>"),
            },
        }
    }
}

fn write_range(start: i64, dots: &str, end: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if end == i64::MAX {
        write!(f, "{start}{dots}")
    } else {
        write!(f, "{start}{dots}{end}")
    }
}

/// Writes a float as scripts show it: always with a fraction, and with an exponent where it is very large
/// or very small.
///
/// # Errors
/// Those of the writer.
pub fn write_float(value: f64, f: &mut impl fmt::Write) -> fmt::Result {
    write!(f, "{}", rhai::FloatWrapper::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_small() {
        assert_eq!(size_of::<Value>(), 16);
        assert_eq!(size_of::<crate::Result<Value>>(), 16);
        assert_eq!(size_of::<Option<Value>>(), 16);
    }
}
