//! Operators over values of built-in types.
//!
//! [`binary`], [`assign`], [`negate`] and their like answer `None` where rhai has no such operator for
//! these types: then the machine looks for a function of the host's by that name. Operands are never
//! [`Value::Shared`].
//!
//! The common cases come first and are inlined into the machine's loop; all others are behind one call.

use crate::builtins::text::{push_text, to_text};
use crate::builtins::time::{self, Timestamp};
use crate::error::{Error, ErrorKind};
use crate::list::one_level_deeper;
use crate::map::Map;
use crate::memory::{self, own, Copied};
use crate::text::Str;
use crate::value::{Kind, Value};
use crate::Result;
use rhai::Token;
use std::rc::Rc;

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `**`
    Pow,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `..`
    Range,
    /// `..=`
    RangeInclusive,
}

impl BinaryOp {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Rem,
        Self::Pow,
        Self::Shl,
        Self::Shr,
        Self::And,
        Self::Or,
        Self::Xor,
        Self::Lt,
        Self::Le,
        Self::Gt,
        Self::Ge,
        Self::Eq,
        Self::Ne,
        Self::Range,
        Self::RangeInclusive,
    ];

    /// How it is written, which is also the name of its function.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::Pow => "**",
            Self::Shl => "<<",
            Self::Shr => ">>",
            Self::And => "&",
            Self::Or => "|",
            Self::Xor => "^",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Range => "..",
            Self::RangeInclusive => "..=",
        }
    }

    /// How its assignment is written; of those operators that can be assigned.
    pub const fn assignment_symbol(self) -> &'static str {
        match self {
            Self::Add => "+=",
            Self::Sub => "-=",
            Self::Mul => "*=",
            Self::Div => "/=",
            Self::Rem => "%=",
            Self::Pow => "**=",
            Self::Shl => "<<=",
            Self::Shr => ">>=",
            Self::And => "&=",
            Self::Or => "|=",
            Self::Xor => "^=",
            other => other.symbol(),
        }
    }

    /// The operator that rhai's parser means. `in` and `!in` are none: they are parsed as calls of
    /// `contains`.
    pub fn from_token(token: &Token) -> Option<Self> {
        Some(match token {
            Token::Plus => Self::Add,
            Token::Minus => Self::Sub,
            Token::Multiply => Self::Mul,
            Token::Divide => Self::Div,
            Token::Modulo => Self::Rem,
            Token::PowerOf => Self::Pow,
            Token::LeftShift => Self::Shl,
            Token::RightShift => Self::Shr,
            Token::Ampersand => Self::And,
            Token::Pipe => Self::Or,
            Token::XOr => Self::Xor,
            Token::LessThan => Self::Lt,
            Token::LessThanEqualsTo => Self::Le,
            Token::GreaterThan => Self::Gt,
            Token::GreaterThanEqualsTo => Self::Ge,
            Token::EqualsTo => Self::Eq,
            Token::NotEqualsTo => Self::Ne,
            Token::ExclusiveRange => Self::Range,
            Token::InclusiveRange => Self::RangeInclusive,
            _ => return None,
        })
    }

    /// The operator of an assignment, such as `+` of `+=`.
    pub fn from_assignment(token: &Token) -> Option<Self> {
        Some(match token {
            Token::PlusAssign => Self::Add,
            Token::MinusAssign => Self::Sub,
            Token::MultiplyAssign => Self::Mul,
            Token::DivideAssign => Self::Div,
            Token::ModuloAssign => Self::Rem,
            Token::PowerOfAssign => Self::Pow,
            Token::LeftShiftAssign => Self::Shl,
            Token::RightShiftAssign => Self::Shr,
            Token::AndAssign => Self::And,
            Token::OrAssign => Self::Or,
            Token::XOrAssign => Self::Xor,
            _ => return None,
        })
    }

    /// Whether it compares.
    pub const fn is_comparison(self) -> bool {
        matches!(self, Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::Eq | Self::Ne)
    }

    /// Compares two values of an ordered type; `None` if it does not compare.
    #[inline]
    fn compare<T: PartialOrd + ?Sized>(self, a: &T, b: &T) -> Option<bool> {
        Some(match self {
            Self::Lt => a < b,
            Self::Le => a <= b,
            Self::Gt => a > b,
            Self::Ge => a >= b,
            Self::Eq => a == b,
            Self::Ne => a != b,
            _ => return None,
        })
    }
}

/// What `a op b` is; `None` where there is no such operator for these types.
///
/// `==` and `!=` of arrays and maps give `None`, too, where the answer depends on values that have no
/// `==` of rhai's: [`equals`] asks for these. Where an operand is a host's object, comparisons answer as
/// rhai does when the host has no such function: look for that first.
#[inline]
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Option<Result<Value>> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(integers(op, *a, *b)),
        (Value::Float(a), Value::Float(b)) => floats(op, *a, *b),
        (Value::Str(a), Value::Str(b)) => strings(op, a, b),
        _ => mixed(op, a, b),
    }
}

/// Whether `a == b`. `other` is asked about pairs of values for which rhai has no `==`, such as functions and
/// hosts' objects.
///
/// # Errors
/// Those of `other`.
pub fn equals(a: &Value, b: &Value, other: &mut dyn FnMut(&Value, &Value) -> Result<bool>) -> Result<bool> {
    let too_deep = || Error::arithmetic("the values are nested too deeply to be compared");
    one_level_deeper(|| equal_level(a, b, other)).unwrap_or_else(|| Err(too_deep()))
}

fn equal_level(a: &Value, b: &Value, other: &mut dyn FnMut(&Value, &Value) -> Result<bool>) -> Result<bool> {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                if !equals(a, b, other)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (key, a) in a.iter() {
                match b.get(key) {
                    Some(b) if equals(a, b, other)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (Value::Shared(a), b) => equals(&a.borrow(), b, other),
        (a, Value::Shared(b)) => equals(a, &b.borrow(), other),
        (Value::Host(object), _) | (_, Value::Host(object)) if object.type_name() != time::TYPE_NAME => {
            other(a, b)
        }
        _ => match binary(BinaryOp::Eq, a, b) {
            Some(result) => Ok(matches!(result?, Value::Bool(true))),
            None => other(a, b),
        },
    }
}

/// Does `target op= value` in place; `None` where there is no such operator for these types, and `target`
/// becomes `target op value`.
#[inline]
pub fn assign(op: BinaryOp, target: &mut Value, value: Value) -> Option<Result<()>> {
    match (&mut *target, &value) {
        (Value::Int(a), Value::Int(b)) => {
            if op.is_comparison() || matches!(op, BinaryOp::Range | BinaryOp::RangeInclusive) {
                return None;
            }
            Some(integers(op, *a, *b).map(|result| *target = result))
        }
        (Value::Float(a), Value::Float(b)) => {
            *a = arithmetic(op, *a, *b)?;
            Some(Ok(()))
        }
        (Value::Str(a), Value::Str(b)) if op == BinaryOp::Add => {
            Some(memory::needs(a.bytes_to_append(b.len())).map(|()| append_str(a, b)))
        }
        _ => assign_mixed(op, target, value),
    }
}

/// What `-value` is.
#[inline]
pub fn negate(value: &Value) -> Option<Result<Value>> {
    match value {
        Value::Int(n) => {
            Some(n.checked_neg().map(Value::Int).ok_or_else(|| Error::arithmetic("integer overflow")))
        }
        Value::Float(x) => Some(Ok(Value::Float(-x))),
        _ => None,
    }
}

/// What `+value` is.
#[inline]
pub fn plus(value: &Value) -> Option<Result<Value>> {
    matches!(value, Value::Int(_) | Value::Float(_)).then(|| Ok(value.clone()))
}

/// What `!value` is.
#[inline]
pub fn not(value: &Value) -> Option<Result<Value>> {
    match value {
        Value::Bool(value) => Some(Ok(Value::Bool(!value))),
        _ => None,
    }
}

#[inline]
fn integers(op: BinaryOp, a: i64, b: i64) -> Result<Value> {
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => a.checked_div(b),
        BinaryOp::Rem => a.checked_rem(b),
        BinaryOp::Lt => return Ok(Value::Bool(a < b)),
        BinaryOp::Le => return Ok(Value::Bool(a <= b)),
        BinaryOp::Gt => return Ok(Value::Bool(a > b)),
        BinaryOp::Ge => return Ok(Value::Bool(a >= b)),
        BinaryOp::Eq => return Ok(Value::Bool(a == b)),
        BinaryOp::Ne => return Ok(Value::Bool(a != b)),
        BinaryOp::And => Some(a & b),
        BinaryOp::Or => Some(a | b),
        BinaryOp::Xor => Some(a ^ b),
        BinaryOp::Shl => Some(shift_left(a, b)),
        BinaryOp::Shr => Some(shift_right(a, b)),
        BinaryOp::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        BinaryOp::Range => return Ok(Value::Range(Rc::new((a, b)))),
        BinaryOp::RangeInclusive => return Ok(Value::RangeInclusive(Rc::new((a, b)))),
    };
    match result {
        Some(result) => Ok(Value::Int(result)),
        None => Err(overflow(op, a, b)),
    }
}

#[cold]
#[inline(never)]
fn overflow(op: BinaryOp, a: i64, b: i64) -> Error {
    let what = match op {
        BinaryOp::Add => "Addition overflow",
        BinaryOp::Sub => "Subtraction overflow",
        BinaryOp::Mul => "Multiplication overflow",
        BinaryOp::Div if b == 0 => "Division by zero",
        BinaryOp::Div => "Division overflow",
        BinaryOp::Rem => "Modulo division by zero or overflow",
        _ if b < 0 => "Integer raised to a negative power",
        _ => "Exponential overflow",
    };
    Error::arithmetic(format!("{what}: {a} {} {b}", op.symbol()))
}

/// Shifting by a negative number shifts the other way, and by too many bits leaves only the sign.
fn shift_left(a: i64, b: i64) -> i64 {
    match b {
        0..64 => a << b,
        64.. => 0,
        _ => shift_right(a, b.checked_abs().unwrap_or(i64::MAX)),
    }
}

fn shift_right(a: i64, b: i64) -> i64 {
    match b {
        0..64 => a >> b,
        64.. => a >> 63,
        _ => shift_left(a, b.checked_abs().unwrap_or(i64::MAX)),
    }
}

#[inline]
fn floats(op: BinaryOp, a: f64, b: f64) -> Option<Result<Value>> {
    if op.is_comparison() {
        Some(Ok(Value::Bool(compare_floats(op, a, b))))
    } else {
        arithmetic(op, a, b).map(|result| Ok(Value::Float(result)))
    }
}

#[inline]
fn arithmetic(op: BinaryOp, a: f64, b: f64) -> Option<f64> {
    Some(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        BinaryOp::Pow => a.powf(b),
        _ => return None,
    })
}

/// Compares as rhai does: numbers that differ by no more than a rounding error are equal. NaN, and two equal
/// infinities, come out as rhai's arithmetic has it.
#[inline]
fn compare_floats(op: BinaryOp, a: f64, b: f64) -> bool {
    let max = if a * b == 0.0 { 1.0 } else { a.abs().max(b.abs()) };
    if max == 0.0 {
        // One is zero and the other is not a number.
        return matches!(op, BinaryOp::Eq | BinaryOp::Ge | BinaryOp::Le);
    }
    match op {
        BinaryOp::Eq => (a - b).abs() / max <= f64::EPSILON,
        BinaryOp::Ne => (a - b).abs() / max > f64::EPSILON,
        BinaryOp::Gt => (a - b) / max > f64::EPSILON,
        BinaryOp::Ge => (a - b) / max > -f64::EPSILON,
        BinaryOp::Lt => (b - a) / max > f64::EPSILON,
        _ => (b - a) / max > -f64::EPSILON,
    }
}

#[inline]
fn strings(op: BinaryOp, a: &Str, b: &Str) -> Option<Result<Value>> {
    match op {
        BinaryOp::Eq => Some(Ok(Value::Bool(a.is_same(b) || a == b))),
        BinaryOp::Ne => Some(Ok(Value::Bool(!a.is_same(b) && a != b))),
        BinaryOp::Add => Some(memory::needs(a.len() + b.len()).map(|()| Value::Str(concat(a, b)))),
        BinaryOp::Sub => Some(Ok(Value::Str(without(a, b)))),
        _ => op.compare(a.as_str(), b.as_str()).map(|result| Ok(Value::Bool(result))),
    }
}

fn concat(a: &Str, b: &Str) -> Str {
    if b.is_empty() {
        return a.clone();
    }
    if a.is_empty() {
        return b.clone();
    }
    join(a, b).into()
}

fn join(a: &str, b: &str) -> String {
    let mut text = String::with_capacity(a.len() + b.len());
    text.push_str(a);
    text.push_str(b);
    text
}

/// `a` without the places where `b` occurs in it. That `"" - b` is `b` is rhai's.
fn without(a: &Str, b: &Str) -> Str {
    if b.is_empty() {
        a.clone()
    } else if a.is_empty() {
        b.clone()
    } else {
        a.replace(b.as_str(), "").into()
    }
}

/// Appends to a string in place; an empty one becomes the other without a copy.
#[inline]
fn append_str(target: &mut Str, text: &Str) {
    if target.is_empty() {
        *target = text.clone();
    } else if !text.is_empty() {
        target.to_mut().push_str(text);
    }
}

/// The operators with operands of other types.
#[inline(never)]
fn mixed(op: BinaryOp, a: &Value, b: &Value) -> Option<Result<Value>> {
    #[allow(clippy::cast_precision_loss)] // as rhai does
    match (a, b) {
        (Value::Int(a), Value::Float(b)) => floats(op, *a as f64, *b),
        (Value::Float(a), Value::Int(b)) => floats(op, *a, *b as f64),
        (Value::Bool(a), Value::Bool(b)) => booleans(op, *a, *b).map(|result| Ok(Value::Bool(result))),
        (Value::Char(a), Value::Char(b)) if op == BinaryOp::Add => {
            Some(Ok([*a, *b].into_iter().collect::<Str>().into()))
        }
        (Value::Char(a), Value::Char(b)) => comparison(op.compare(a, b)),
        (Value::Char(a), Value::Str(b)) if op.is_comparison() => {
            comparison(op.compare(&[Some(*a), None], &first_two(b)))
        }
        (Value::Str(a), Value::Char(b)) if op.is_comparison() => {
            comparison(op.compare(&first_two(a), &[Some(*b), None]))
        }
        (Value::Str(a), Value::Char(b)) if op == BinaryOp::Sub => Some(Ok(a.replace(*b, "").into())),
        (Value::Unit, Value::Unit) if op.is_comparison() => comparison(Some(op == BinaryOp::Eq)),
        (Value::Int(a), Value::Unit) => range(op, *a, i64::MAX),
        (Value::Unit, Value::Int(b)) => range(op, 0, *b),
        (Value::Range(a), Value::Range(b)) | (Value::RangeInclusive(a), Value::RangeInclusive(b)) => {
            equality(op, a == b)
        }
        // rhai compares for `=` here where it means `==`, so that there is only `!=`.
        (Value::Range(_), Value::RangeInclusive(_)) | (Value::RangeInclusive(_), Value::Range(_)) => {
            (op == BinaryOp::Ne).then_some(Ok(Value::Bool(true)))
        }
        (Value::Array(_), Value::Array(_)) | (Value::Map(_), Value::Map(_))
            if matches!(op, BinaryOp::Eq | BinaryOp::Ne) =>
        {
            collections(op, a, b)
        }
        (Value::Blob(a), Value::Blob(b)) if op.is_comparison() => equality(op, a == b),
        (Value::Host(_), _) => timestamps(op, a, b),
        _ => None,
    }
    .or_else(|| if op == BinaryOp::Add { checked_sum(a, b) } else { None })
    .or_else(|| other_types(op, a, b))
}

fn comparison(result: Option<bool>) -> Option<Result<Value>> {
    result.map(|result| Ok(Value::Bool(result)))
}

fn equality(op: BinaryOp, equal: bool) -> Option<Result<Value>> {
    match op {
        BinaryOp::Eq => comparison(Some(equal)),
        BinaryOp::Ne => comparison(Some(!equal)),
        _ => None,
    }
}

fn booleans(op: BinaryOp, a: bool, b: bool) -> Option<bool> {
    match op {
        BinaryOp::And => Some(a & b),
        BinaryOp::Or => Some(a | b),
        BinaryOp::Xor => Some(a ^ b),
        _ => op.compare(&a, &b),
    }
}

/// The first two characters of a string, which is all that comparing it with a single one needs.
fn first_two(text: &str) -> [Option<char>; 2] {
    let mut characters = text.chars();
    [characters.next(), characters.next()]
}

fn range(op: BinaryOp, start: i64, end: i64) -> Option<Result<Value>> {
    match op {
        BinaryOp::Range => Some(Ok(Value::Range(Rc::new((start, end))))),
        BinaryOp::RangeInclusive => Some(Ok(Value::RangeInclusive(Rc::new((start, end))))),
        _ => None,
    }
}

/// `==` and `!=` of arrays and maps, as far as it can be told without the machine.
fn collections(op: BinaryOp, a: &Value, b: &Value) -> Option<Result<Value>> {
    let mut unknown = false;
    let equal = equals(a, b, &mut |_, _| {
        unknown = true;
        Ok(false)
    });
    match equal {
        Ok(equal) if !unknown => equality(op, equal),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    }
}

/// `a + b` of other types than numbers.
fn checked_sum(a: &Value, b: &Value) -> Option<Result<Value>> {
    match memory::needs(memory::own_bytes(a) + memory::own_bytes(b)) {
        Ok(()) => sum(a, b),
        Err(error) => Some(Err(error)),
    }
}

fn sum(a: &Value, b: &Value) -> Option<Result<Value>> {
    Some(Ok(match (a, b) {
        (Value::Str(_), Value::Unit) => a.clone(),
        (Value::Unit, Value::Str(_)) => b.clone(),
        (Value::Str(a), Value::Char(b)) => {
            let mut text = String::with_capacity(a.len() + b.len_utf8());
            text.push_str(a);
            text.push(*b);
            text.into()
        }
        (Value::Char(a), Value::Str(b)) => join(a.encode_utf8(&mut [0; 4]), b).into(),
        (Value::Str(text), Value::Blob(bytes)) => join(text, &String::from_utf8_lossy(bytes)).into(),
        (Value::Blob(bytes), Value::Str(text)) => join(&String::from_utf8_lossy(bytes), text).into(),
        (Value::Str(text), other) => {
            let mut text = text.to_string();
            if let Err(error) = push_text(&mut text, other) {
                return Some(Err(error));
            }
            text.into()
        }
        (other, Value::Str(text)) => {
            let mut start = match to_text(other) {
                Ok(start) => start,
                Err(error) => return Some(Err(error)),
            };
            append_str(&mut start, text);
            start.into()
        }
        (Value::Array(x), Value::Array(y)) => {
            if y.is_empty() {
                return Some(Ok(a.clone()));
            }
            if x.is_empty() {
                return Some(Ok(b.clone()));
            }
            x.iter().chain(y.iter()).cloned().collect()
        }
        (Value::Map(x), Value::Map(y)) => {
            if y.is_empty() {
                return Some(Ok(a.clone()));
            }
            if x.is_empty() {
                return Some(Ok(b.clone()));
            }
            let mut merged = Map::clone(x);
            merged.extend(y.iter().map(|(key, value)| (key.clone(), value.clone())));
            merged.into()
        }
        (Value::Blob(x), Value::Blob(y)) => {
            if y.is_empty() {
                return Some(Ok(a.clone()));
            }
            if x.is_empty() {
                return Some(Ok(b.clone()));
            }
            [x.as_slice(), y.as_slice()].concat().into()
        }
        (Value::Blob(bytes), Value::Char(c)) => {
            [bytes.as_slice(), c.encode_utf8(&mut [0; 4]).as_bytes()].concat().into()
        }
        _ => return None,
    }))
}

/// Values of different types are neither equal nor is one less than the other.
fn other_types(op: BinaryOp, a: &Value, b: &Value) -> Option<Result<Value>> {
    let (a, b) = (a.kind(), b.kind());
    let ranges = |kind| matches!(kind, Kind::Range | Kind::RangeInclusive);
    // rhai knows nothing but `+` of these.
    let excepted = (ranges(a) && ranges(b)) || (a == Kind::Blob && b == Kind::Char);
    if op.is_comparison() && a != b && !excepted {
        Some(Ok(Value::Bool(op == BinaryOp::Ne)))
    } else {
        None
    }
}

fn timestamps(op: BinaryOp, a: &Value, b: &Value) -> Option<Result<Value>> {
    let at = a.as_host::<Timestamp>()?;
    let moved = match (op, b) {
        (BinaryOp::Add, Value::Int(seconds)) => at.plus(*seconds),
        (BinaryOp::Add, Value::Float(seconds)) => at.plus_float(*seconds),
        (BinaryOp::Sub, Value::Int(seconds)) => at.minus(*seconds),
        (BinaryOp::Sub, Value::Float(seconds)) => at.minus_float(*seconds),
        (BinaryOp::Sub, _) => return Some(Ok(Value::Float(at.since(b.as_host()?)))),
        _ => return comparison(op.compare(at, b.as_host()?)),
    };
    Some(moved.map(Value::host))
}

/// The assignments to targets of other types.
#[inline(never)]
fn assign_mixed(op: BinaryOp, target: &mut Value, value: Value) -> Option<Result<()>> {
    if op == BinaryOp::Add {
        if let Err(error) = memory::needs(memory::copied_bytes(target) + memory::own_bytes(&value)) {
            return Some(Err(error));
        }
    }
    match (&mut *target, op) {
        (Value::Float(a), _) => {
            #[allow(clippy::cast_precision_loss)] // as rhai does
            let value = value.as_int()? as f64;
            *a = arithmetic(op, *a, value)?;
        }
        (Value::Bool(a), BinaryOp::And | BinaryOp::Or | BinaryOp::Xor) => {
            *a = booleans(op, *a, value.as_bool()?)?;
        }
        (Value::Str(text), BinaryOp::Add) => match &value {
            Value::Unit => {}
            Value::Str(more) => append_str(text, more),
            Value::Char(c) => text.to_mut().push(*c),
            Value::Blob(bytes) => text.to_mut().push_str(&String::from_utf8_lossy(bytes)),
            other => {
                let more = match to_text(other) {
                    Ok(more) => more,
                    Err(error) => return Some(Err(error)),
                };
                return Some(
                    memory::needs(text.bytes_to_append(more.len())).map(|()| append_str(text, &more)),
                );
            }
        },
        (Value::Str(text), BinaryOp::Sub) => match &value {
            Value::Str(part) => *text = without(text, part),
            Value::Char(c) => *text = text.replace(*c, "").into(),
            _ => return None,
        },
        (Value::Char(_), BinaryOp::Add) => match &value {
            Value::Str(text) if text.is_empty() => {}
            Value::Char(_) | Value::Str(_) => return Some(sum(target, &value)?.map(|sum| *target = sum)),
            _ => return None,
        },
        (Value::Array(items), BinaryOp::Add) => match value {
            Value::Array(more) => return Some(append(items, more)),
            value => return Some(own(items).and_then(|items| items.push(value))),
        },
        (Value::Map(map), BinaryOp::Add) => match value {
            Value::Map(more) => return Some(mixin(map, more)),
            _ => return None,
        },
        (Value::Blob(bytes), BinaryOp::Add) => match value {
            Value::Blob(more) => return Some(append(bytes, more)),
            Value::Int(byte) => Rc::make_mut(bytes).push(low_byte(byte)),
            Value::Char(c) => Rc::make_mut(bytes).extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Value::Str(text) => {
                if !text.is_empty() {
                    Rc::make_mut(bytes).extend_from_slice(text.as_bytes());
                }
            }
            _ => return None,
        },
        _ => return None,
    }
    Some(Ok(()))
}

/// The byte that an integer gives in a blob.
pub(crate) fn low_byte(value: i64) -> u8 {
    value.to_le_bytes()[0]
}

/// Appends one list to another, with as few copies as their owners allow.
///
/// # Errors
/// The host's, where a large one has to grow.
pub(crate) fn append<T: Clone, L>(items: &mut Rc<L>, more: Rc<L>) -> Result<()>
where
    L: Copied + AsRef<Vec<T>> + AsMut<Vec<T>>,
{
    if (**items).as_ref().is_empty() {
        *items = more;
    } else if !(*more).as_ref().is_empty() {
        let items = own(items)?.as_mut();
        memory::reserve(items, (*more).as_ref().len())?;
        match Rc::try_unwrap(more) {
            Ok(mut more) => items.append(more.as_mut()),
            Err(more) => items.extend_from_slice((*more).as_ref()),
        }
    }
    Ok(())
}

/// Sets the entries of one map in another.
///
/// # Errors
/// The host's, where a large one has to grow.
pub(crate) fn mixin(map: &mut Rc<Map>, more: Rc<Map>) -> Result<()> {
    if map.is_empty() {
        *map = more;
    } else if !more.is_empty() {
        memory::needs(more.len() * Map::BYTES_OF_ENTRY)?;
        let map = own(map)?;
        for (key, value) in more.iter() {
            *map.get_or_insert(key)? = value.clone();
        }
    }
    Ok(())
}

/// The error of a call, or an operator, for which there is no function: rhai tells the types.
#[cold]
pub fn not_found(name: &str, args: &[&Value]) -> Error {
    let types: Vec<_> = args.iter().map(|arg| arg.type_name()).collect();
    Error::new(ErrorKind::FunctionNotFound(format!("{name} ({})", types.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::text::to_debug;
    use crate::value::FnPtr;
    use rhai::{Engine, EvalAltResult};

    /// Values, and how a script writes them.
    fn samples() -> Vec<(&'static str, Value)> {
        let map = |entries: &[(&str, i64)]| -> Value {
            entries.iter().map(|(key, n)| ((*key).into(), Value::Int(*n))).collect::<Map>().into()
        };
        vec![
            ("()", Value::Unit),
            ("true", true.into()),
            ("false", false.into()),
            ("0", Value::Int(0)),
            ("1", Value::Int(1)),
            ("-3", Value::Int(-3)),
            ("70", Value::Int(70)),
            ("9223372036854775807", Value::Int(i64::MAX)),
            ("(-9223372036854775807 - 1)", Value::Int(i64::MIN)),
            ("5000000000", Value::Int(5_000_000_000)),
            ("0.0", Value::Float(0.0)),
            ("1.0", Value::Float(1.0)),
            ("1.0000000000000002", Value::Float(1.000_000_000_000_000_2)),
            ("-2.5", Value::Float(-2.5)),
            ("(0.0 / 0.0)", Value::Float(f64::NAN)),
            ("(1.0 / 0.0)", Value::Float(f64::INFINITY)),
            ("1e-300", Value::Float(1e-300)),
            ("'a'", Value::Char('a')),
            ("'ü'", Value::Char('ü')),
            (r#""""#, "".into()),
            (r#""a""#, "a".into()),
            (r#""banana""#, "banana".into()),
            ("[]", Value::array(vec![])),
            ("[1, 'x', \"s\", 2.0]", vec![Value::Int(1), 'x'.into(), "s".into(), 2.0.into()].into()),
            ("[1.0, 'x', \"s\", 2]", vec![Value::Float(1.0), 'x'.into(), "s".into(), Value::Int(2)].into()),
            ("[[1], #{a: 1}]", vec![vec![Value::Int(1)].into(), map(&[("a", 1)])].into()),
            ("#{}", map(&[])),
            ("#{a: 1, b: 2}", map(&[("a", 1), ("b", 2)])),
            ("#{a: 1, c: 2}", map(&[("a", 1), ("c", 2)])),
            ("blob()", Value::blob(vec![])),
            ("blob(3, 97)", Value::blob(vec![97; 3])),
            ("(1..3)", Value::Range(Rc::new((1, 3)))),
            ("(1..4)", Value::Range(Rc::new((1, 4)))),
            ("(1..=3)", Value::RangeInclusive(Rc::new((1, 3)))),
            ("Fn(\"abc\")", FnPtr::named("abc".into()).into()),
            ("[Fn(\"abc\")]", Value::array(vec![FnPtr::named("abc".into()).into()])),
        ]
    }

    fn shown(result: Option<Result<Value>>) -> String {
        match result {
            None => "no function".to_owned(),
            Some(Ok(value)) => format!("{}: {}", value.type_name(), to_debug(&value).unwrap()),
            Some(Err(error)) => error.to_string(),
        }
    }

    fn oracle(engine: &Engine, script: &str) -> String {
        match engine.eval::<String>(script) {
            Ok(text) => text,
            Err(error) => match *error {
                EvalAltResult::ErrorFunctionNotFound(..) => "no function".to_owned(),
                mut error => {
                    error.set_position(rhai::Position::NONE);
                    error.to_string()
                }
            },
        }
    }

    #[test]
    fn operators_are_those_of_rhai() {
        let engine = Engine::new();
        let mut failures = Vec::new();
        for (x, a) in samples() {
            for (y, b) in samples() {
                for op in BinaryOp::ALL {
                    let symbol = op.symbol();
                    let script = format!(
                        "let a = {x}; let b = {y}; let r = a {symbol} b; type_of(r) + `: ` + r.to_debug()"
                    );
                    let (expected, found) = (oracle(&engine, &script), shown(binary(op, &a, &b)));
                    if expected != found {
                        failures.push(format!("{x} {symbol} {y}: {expected} != {found}"));
                    }
                }
            }
        }
        assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
    }

    #[test]
    fn assignments_are_those_of_rhai() {
        let engine = Engine::new();
        let mut failures = Vec::new();
        for (x, a) in samples() {
            for (y, b) in samples() {
                for op in &BinaryOp::ALL[..11] {
                    let symbol = op.assignment_symbol();
                    let script =
                        format!("let a = {x}; let b = {y}; a {symbol} b; type_of(a) + `: ` + a.to_debug()");
                    let mut target = a.clone();
                    let found = match assign(*op, &mut target, b.clone()) {
                        Some(result) => shown(Some(result.map(|()| target))),
                        None => shown(binary(*op, &a, &b)),
                    };
                    let expected = oracle(&engine, &script);
                    if expected != found {
                        failures.push(format!("{x} {symbol} {y}: {expected} != {found}"));
                    }
                }
            }
        }
        assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
    }

    #[test]
    fn unary_operators_are_those_of_rhai() {
        let engine = Engine::new();
        for (x, a) in samples() {
            for (symbol, found) in [("-", negate(&a)), ("+", plus(&a)), ("!", not(&a))] {
                let script = format!("let a = {x}; let r = {symbol}a; type_of(r) + `: ` + r.to_debug()");
                assert_eq!(oracle(&engine, &script), shown(found), "{symbol}{x}");
            }
        }
    }
}
