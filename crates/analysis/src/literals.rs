//! Values as far as they are written out.

use crate::natives::Type;
use aws_api::Segment;
use rhai::Position;
use rhai_vm::{Kind, Map, Object, Value};

/// Variables with more values are not followed.
const MAX_SIZE: usize = 1000;

/// A value, and where it is written.
#[derive(Clone)]
pub(crate) struct Literal {
    pub(crate) place: Position,
    pub(crate) value: Known,
}

/// What is known of a value.
#[derive(Clone)]
pub(crate) enum Known {
    /// Its type at most.
    Of(Type),
    /// All of it.
    Scalar(Value),
    /// Its items.
    Array(Vec<Literal>),
    /// Its names, each with its place, and their values.
    Map(Vec<(String, Position, Literal)>),
}

/// Stands for a value that is only known when the script runs.
struct Unknown;

impl Object for Unknown {
    fn type_name(&self) -> &'static str {
        "unknown"
    }
}

impl Literal {
    /// The string that it is.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Known::Scalar(Value::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is an array.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Known::Array(items) => items,
            _ => &[],
        }
    }

    /// The entry of this name, if it is a map that has one: where the name is, and the value.
    pub(crate) fn entry(&self, name: &str) -> Option<(Position, &Self)> {
        let Known::Map(entries) = &self.value else { return None };
        entries.iter().find(|(key, ..)| key == name).map(|(_, place, value)| (*place, value))
    }

    /// The value at a place within it.
    pub(crate) fn at(&self, path: &[Segment]) -> Option<&Self> {
        path.iter().try_fold(self, |of, segment| match segment {
            Segment::Key(name) => of.entry(name).map(|(_, value)| value),
            Segment::Index(index) => of.items().get(*index),
        })
    }

    /// How many values it consists of.
    fn size(&self) -> usize {
        1 + match &self.value {
            Known::Of(_) | Known::Scalar(_) => 0,
            Known::Array(items) => items.iter().map(Self::size).sum(),
            Known::Map(entries) => entries.iter().map(|(.., value)| value.size()).sum::<usize>(),
        }
    }

    /// Itself as what a variable always is, if it says more than its type, and is not so large that variables which
    /// contain each other could take all memory.
    pub(crate) fn of_variable(self) -> Option<Self> {
        let is_more = !matches!(self.value, Known::Of(_));
        (is_more && self.size() <= MAX_SIZE).then_some(self)
    }

    /// Whether it is `()`.
    pub(crate) fn is_unit(&self) -> bool {
        matches!(self.value, Known::Scalar(Value::Unit))
    }

    /// Whether all of it is known.
    pub(crate) fn is_whole(&self) -> bool {
        match &self.value {
            Known::Of(_) => false,
            Known::Scalar(_) => true,
            Known::Array(items) => items.iter().all(Self::is_whole),
            Known::Map(entries) => entries.iter().all(|(.., value)| value.is_whole()),
        }
    }

    /// Whether nothing is known that [`Literal::value`] could show.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.value, Known::Of(of) if sample(of).is_none())
    }

    /// The value, with samples for what is only known by its type.
    pub(crate) fn value(&self) -> Value {
        match &self.value {
            Known::Of(of) => sample(*of).unwrap_or_else(|| Value::host(Unknown)),
            Known::Scalar(value) => value.clone(),
            Known::Array(items) => Value::array(items.iter().map(Self::value).collect()),
            Known::Map(_) => self.map().into(),
        }
    }

    /// The same of a map; empty for another value.
    pub(crate) fn map(&self) -> Map {
        let Known::Map(entries) = &self.value else { return Map::new() };
        entries.iter().map(|(name, _, value)| (name.as_str().into(), value.value())).collect()
    }

    /// Whether it may be options that set this one to something other than `false`.
    pub(crate) fn may_have(&self, name: &str) -> bool {
        match &self.value {
            Known::Map(_) => self.entry(name).is_some_and(|(_, value)| {
                !value.is_unit() && !matches!(value.value, Known::Scalar(Value::Bool(false)))
            }),
            _ => true,
        }
    }
}

/// Stands for a value whose type is known.
pub(crate) fn unknown() -> Value {
    Value::host(Unknown)
}

/// A value of a type of which all values are sent, or not, alike. A string may have to be a time.
fn sample(of: Type) -> Option<Value> {
    Some(match of? {
        Kind::Bool => false.into(),
        Kind::Int => 0.into(),
        Kind::Float => 0.5.into(),
        Kind::Char => Value::Char('x'),
        Kind::String => "1970-01-01T00:00:00Z".into(),
        Kind::Array => Value::array(Vec::new()),
        Kind::Blob => Value::blob(Vec::new()),
        _ => return None,
    })
}
