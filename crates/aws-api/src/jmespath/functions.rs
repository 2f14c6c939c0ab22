//! The functions of the language.

use super::compare::{is_equal, order};
use super::evaluate::push;
use super::search::Search;
use super::{Error, ErrorKind, Node, Result};
use rhai_vm::{json, memory, Map, Value};
use std::cmp::Ordering;

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    name: &'static str,
    /// The types of its arguments.
    parameters: &'static [Type],
    /// Whether the last parameter may be repeated.
    is_variadic: bool,
    call: Call,
}

#[derive(Debug)]
enum Call {
    Plain(fn(&Search<'_>, &[Value]) -> Result<Value>),
    /// With an expression, which is this argument; the list is the other one.
    Reference(usize, fn(&Search<'_>, &Node, &[Value]) -> Result<Value>),
}

/// What an argument may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Any,
    Number,
    String,
    Array,
    Object,
    Numbers,
    Strings,
    /// Of which all items are numbers, or all are strings.
    Sortable,
    ArrayOrString,
    ArrayStringOrObject,
    Reference,
}

const fn plain(
    name: &'static str,
    parameters: &'static [Type],
    call: fn(&Search<'_>, &[Value]) -> Result<Value>,
) -> Function {
    Function { name, parameters, is_variadic: false, call: Call::Plain(call) }
}

const fn by(
    name: &'static str,
    parameters: &'static [Type],
    number: usize,
    call: fn(&Search<'_>, &Node, &[Value]) -> Result<Value>,
) -> Function {
    Function { name, parameters, is_variadic: false, call: Call::Reference(number, call) }
}

static FUNCTIONS: [Function; 26] = [
    plain("abs", &[Type::Number], |_, of| {
        Ok(match &of[0] {
            Value::Int(number) => {
                number.checked_abs().map_or_else(|| Value::Float(-float(&of[0])), Value::Int)
            }
            number => Value::Float(float(number).abs()),
        })
    }),
    plain("avg", &[Type::Numbers], |_, of| {
        let items = list(&of[0]);
        #[allow(clippy::cast_precision_loss)] // far below 2^53
        let count = items.len() as f64;
        Ok(if items.is_empty() {
            Value::Unit
        } else {
            Value::Float(items.iter().map(float).sum::<f64>() / count)
        })
    }),
    plain("ceil", &[Type::Number], |_, of| Ok(whole(&of[0], f64::ceil))),
    plain("contains", &[Type::ArrayOrString, Type::Any], |search, of| match &of[0] {
        Value::Str(text) => Ok(of[1].as_str().is_some_and(|part| text.contains(part.as_str())).into()),
        list => {
            for item in self::list(list) {
                if is_equal(search, item, &of[1])? {
                    return Ok(true.into());
                }
            }
            Ok(false.into())
        }
    }),
    plain("ends_with", &[Type::String, Type::String], |_, of| {
        Ok(text(&of[0]).ends_with(text(&of[1])).into())
    }),
    plain("floor", &[Type::Number], |_, of| Ok(whole(&of[0], f64::floor))),
    plain("join", &[Type::String, Type::Strings], |_, of| join(text(&of[0]), list(&of[1]))),
    plain("keys", &[Type::Object], |_, of| {
        Ok(of[0].as_map().into_iter().flat_map(Map::keys).cloned().map(Value::Str).collect())
    }),
    plain("length", &[Type::ArrayStringOrObject], |_, of| {
        let length = match &of[0] {
            Value::Str(text) => text.chars().count(),
            Value::Map(map) => Map::len(map),
            other => list(other).len(),
        };
        Ok(i64::try_from(length).ok().into())
    }),
    by("map", &[Type::Reference, Type::Array], 0, |search, node, of| {
        let mut found = Vec::new();
        for item in list(&of[1]) {
            push(&mut found, search.find(node, item)?)?;
        }
        Ok(Value::array(found))
    }),
    plain("max", &[Type::Sortable], |_, of| Ok(most(list(&of[0]), Ordering::Greater))),
    by("max_by", &[Type::Array, Type::Reference], 1, |search, node, of| {
        most_by(search, node, list(&of[0]), Ordering::Greater)
    }),
    Function {
        name: "merge",
        parameters: &[Type::Object],
        is_variadic: true,
        call: Call::Plain(|_, of| {
            let mut merged = Map::new();
            for map in of.iter().filter_map(Value::as_map) {
                memory::needs(memory::own_bytes(&of[0]))?;
                merged.extend(map.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            Ok(merged.into())
        }),
    },
    plain("min", &[Type::Sortable], |_, of| Ok(most(list(&of[0]), Ordering::Less))),
    by("min_by", &[Type::Array, Type::Reference], 1, |search, node, of| {
        most_by(search, node, list(&of[0]), Ordering::Less)
    }),
    Function {
        name: "not_null",
        parameters: &[Type::Any],
        is_variadic: true,
        call: Call::Plain(|_, of| Ok(of.iter().find(|value| !value.is_unit()).cloned().unwrap_or_default())),
    },
    plain("reverse", &[Type::ArrayOrString], |_, of| {
        memory::needs(memory::own_bytes(&of[0]))?;
        Ok(match &of[0] {
            Value::Str(text) => text.chars().rev().collect::<String>().into(),
            list => self::list(list).iter().rev().cloned().collect(),
        })
    }),
    plain("sort", &[Type::Sortable], |_, of| {
        memory::needs(2 * memory::own_bytes(&of[0]))?;
        Ok(sorted(list(&of[0]).iter().map(|item| (item.clone(), item)).collect()))
    }),
    by("sort_by", &[Type::Array, Type::Reference], 1, |search, node, of| {
        Ok(sorted(keyed(search, node, list(&of[0]))?))
    }),
    plain("starts_with", &[Type::String, Type::String], |_, of| {
        Ok(text(&of[0]).starts_with(text(&of[1])).into())
    }),
    plain("sum", &[Type::Numbers], |_, of| Ok(sum(list(&of[0])))),
    plain("to_array", &[Type::Any], |_, of| {
        Ok(if of[0].as_array().is_some() { of[0].clone() } else { Value::array(vec![of[0].clone()]) })
    }),
    plain("to_number", &[Type::Any], |_, of| {
        Ok(match &of[0] {
            Value::Str(text) => number(text),
            value @ (Value::Int(_) | Value::Float(_)) => value.clone(),
            _ => Value::Unit,
        })
    }),
    plain("to_string", &[Type::Any], |_, of| to_string(&of[0])),
    plain("type", &[Type::Any], |_, of| Ok(type_of(&of[0]).into())),
    plain("values", &[Type::Object], |_, of| {
        Ok(of[0].as_map().into_iter().flat_map(Map::values).cloned().collect())
    }),
];

impl Function {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.name == name)
    }

    pub(super) fn check_count(&self, count: usize) -> std::result::Result<(), String> {
        let wanted = self.parameters.len();
        if count == wanted || (self.is_variadic && count > wanted) {
            return Ok(());
        }
        let (name, least) = (self.name, if self.is_variadic { "at least " } else { "" });
        Err(format!("{name:?} has {least}{wanted} arguments, not {count}"))
    }

    /// Calls the function for the values of its arguments.
    pub(super) fn call(&self, search: &Search<'_>, arguments: &[Node], value: &Value) -> Result<Value> {
        let mut values = Vec::with_capacity(arguments.len());
        for (number, argument) in arguments.iter().enumerate() {
            let of = self.parameters[number.min(self.parameters.len() - 1)];
            values.push(match (of, argument) {
                (Type::Reference, Node::Reference(_)) => Value::Unit,
                (Type::Reference, _) | (_, Node::Reference(_)) => {
                    return Err(self.mismatch(number, of, "an expression"))
                }
                _ => search.find(argument, value)?,
            });
            let found = &values[number];
            if !of.accepts(found) {
                return Err(self.mismatch(number, of, type_of(found)));
            }
        }
        match &self.call {
            Call::Plain(call) => call(search, &values),
            Call::Reference(number, call) => match &arguments[*number] {
                Node::Reference(node) => call(search, node, &values),
                _ => Err(self.mismatch(*number, Type::Reference, "a value")),
            },
        }
    }

    fn mismatch(&self, number: usize, of: Type, found: &str) -> Error {
        let Self { name, .. } = self;
        invalid(format!("argument {} of {name:?} must be {}, not {found}", number + 1, of.name()))
    }
}

fn invalid(problem: String) -> Error {
    Error::Invalid(ErrorKind::Type, problem)
}

impl Type {
    fn accepts(self, value: &Value) -> bool {
        let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
        let is_string = |value: &Value| matches!(value, Value::Str(_));
        let all = |is: fn(&Value) -> bool| value.as_array().is_some_and(|items| items.iter().all(is));
        match self {
            Self::Any | Self::Reference => true,
            Self::Number => is_number(value),
            Self::String => is_string(value),
            Self::Array => value.as_array().is_some(),
            Self::Object => value.as_map().is_some(),
            Self::Numbers => all(is_number),
            Self::Strings => all(is_string),
            Self::Sortable => all(is_number) || all(is_string),
            Self::ArrayOrString => value.as_array().is_some() || is_string(value),
            Self::ArrayStringOrObject => {
                value.as_array().is_some() || is_string(value) || value.as_map().is_some()
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Numbers => "an array of numbers",
            Self::Strings => "an array of strings",
            Self::Sortable => "an array of numbers or an array of strings",
            Self::ArrayOrString => "an array or a string",
            Self::ArrayStringOrObject => "an array, a string or an object",
            Self::Reference => "an expression that begins with &",
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().map_or("", rhai_vm::Str::as_str)
}

#[allow(clippy::cast_precision_loss)] // as in JSON
fn float(value: &Value) -> f64 {
    match value {
        Value::Int(number) => *number as f64,
        value => value.as_float().unwrap_or_default(),
    }
}

/// A float rounded to an integer, if it has one.
fn whole(value: &Value, round: fn(f64) -> f64) -> Value {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    match value {
        Value::Float(number) => {
            let number = round(*number);
            #[allow(clippy::cast_possible_truncation)] // it is within the limits
            if (-LIMIT..LIMIT).contains(&number) {
                Value::Int(number as i64)
            } else {
                Value::Float(number)
            }
        }
        other => other.clone(),
    }
}

fn sum(items: &[Value]) -> Value {
    let integers = items.iter().try_fold(0_i64, |sum, item| sum.checked_add(item.as_int()?));
    integers.map_or_else(|| Value::Float(items.iter().map(float).sum()), Value::Int)
}

fn join(glue: &str, items: &[Value]) -> Result<Value> {
    let length = items.iter().map(|item| text(item).len() + glue.len()).sum();
    memory::needs(length)?;
    let mut joined = String::with_capacity(length);
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            joined.push_str(glue);
        }
        joined.push_str(text(item));
    }
    Ok(joined.into())
}

/// A number as JSON has it.
fn number(text: &str) -> Value {
    match json::decode(text.as_bytes()) {
        Ok(number @ (Value::Int(_) | Value::Float(_))) => number,
        _ => Value::Unit,
    }
}

fn to_string(value: &Value) -> Result<Value> {
    if value.as_str().is_some() {
        return Ok(value.clone());
    }
    let json = json::encode(value).map_err(|problem| match memory::stopped() {
        Some(stopped) => Error::Stopped(stopped),
        None => invalid(problem),
    })?;
    Ok(String::from_utf8_lossy(&json).into_owned().into())
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Unit => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Array(_) => "array",
        Value::Map(_) => "object",
        _ => "string",
    }
}

fn most(items: &[Value], wanted: Ordering) -> Value {
    let better = |best: &'_ Value, item: &Value| order(item, best) == wanted;
    items.iter().reduce(|best, item| if better(best, item) { item } else { best }).cloned().into()
}

fn most_by(search: &Search<'_>, node: &Node, items: &[Value], wanted: Ordering) -> Result<Value> {
    let items = keyed(search, node, items)?;
    let best = items.iter().reduce(|best, item| if order(&item.0, &best.0) == wanted { item } else { best });
    Ok(best.map(|(_, item)| (*item).clone()).into())
}

/// The items in the order of their keys.
fn sorted(mut items: Vec<(Value, &Value)>) -> Value {
    items.sort_by(|(left, _), (right, _)| order(left, right));
    items.into_iter().map(|(_, item)| item.clone()).collect()
}

/// The items and what they are compared by: numbers, or strings.
fn keyed<'v>(search: &Search<'_>, node: &Node, items: &'v [Value]) -> Result<Vec<(Value, &'v Value)>> {
    memory::needs(items.len() * size_of::<(Value, &Value)>())?;
    let mut keyed: Vec<(Value, &Value)> = Vec::with_capacity(items.len());
    for item in items {
        let key = search.find(node, item)?;
        let of = type_of(&key);
        let expected = keyed.first().map_or(of, |(first, _)| type_of(first));
        if !Type::Number.accepts(&key) && !Type::String.accepts(&key) || of != expected {
            return Err(invalid(format!("items are compared by numbers, or by strings, not by {of}")));
        }
        keyed.push((key, item));
    }
    Ok(keyed)
}
