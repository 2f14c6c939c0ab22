//! What a compiled schema consists of.

use crate::equal::equal;
use crate::format::Format;
use crate::number;
use crate::pattern::Pattern;
use rhai_vm::{Str, Value};
use std::cmp::Ordering;
use std::rc::Rc;

/// The number of a node in its schema.
pub(crate) type NodeId = u32;

/// A compiled subschema.
#[derive(Default)]
pub(crate) struct Node {
    /// The number of the resource in which it is: the scope of `$dynamicRef`.
    pub(crate) resource: u32,
    /// Where it is in the schema, as a JSON pointer.
    pub(crate) at: Rc<str>,
    /// In the order in which they are run: `unevaluated…` is last.
    pub(crate) checks: Vec<Check>,
    /// Whether it has a keyword `unevaluated…`, which must know what the other keywords have seen.
    pub(crate) tracks: bool,
    /// Whether all checks look at the value itself, and not at what is in it or at other nodes.
    pub(crate) is_simple: bool,
}

/// A keyword, or several that belong together.
pub(crate) enum Check {
    /// The schema `false`.
    Never,
    Type(Types),
    Const(Value),
    Enum(Box<[Value]>),
    /// `enum` with nothing but strings, sorted.
    EnumOfStrings(Box<[Str]>),
    Limit(Limit, Value),
    MultipleOf(Value),
    MinLength(u64),
    MaxLength(u64),
    Pattern(Rc<Pattern>),
    Format(Format),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    Items {
        prefix: Box<[NodeId]>,
        rest: Option<NodeId>,
    },
    Contains {
        node: NodeId,
        min: u64,
        max: Option<u64>,
    },
    MinProperties(u64),
    MaxProperties(u64),
    Required(Box<[Str]>),
    DependentRequired(Box<[(Str, Box<[Str]>)]>),
    Properties(Properties),
    PropertyNames(NodeId),
    DependentSchemas(Box<[(Str, NodeId)]>),
    Reference(NodeId),
    DynamicReference {
        name: Str,
        /// The node if no resource in the dynamic scope has the anchor.
        first: NodeId,
    },
    AllOf(Box<[NodeId]>),
    AnyOf(Box<[NodeId]>),
    OneOf(Box<[NodeId]>),
    Not(NodeId),
    If {
        condition: NodeId,
        then: Option<NodeId>,
        otherwise: Option<NodeId>,
    },
    UnevaluatedItems(NodeId),
    UnevaluatedProperties(NodeId),
}

/// `properties`, `patternProperties` and `additionalProperties`.
#[derive(Default)]
pub(crate) struct Properties {
    /// Sorted by name.
    pub(crate) named: Box<[(Str, NodeId)]>,
    pub(crate) patterns: Box<[(Rc<Pattern>, NodeId)]>,
    pub(crate) additional: Option<NodeId>,
}

/// A limit for numbers.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
}

/// A set of types.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    /// The names of the types, in the order of their bits.
    pub(crate) const NAMES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
    const NULL: Self = Self(1);
    const BOOLEAN: Self = Self(1 << 1);
    const NUMBER: Self = Self(1 << 3);
    const INTEGER: Self = Self(1 << 2 | 1 << 3);
    const STRING: Self = Self(1 << 4);
    const ARRAY: Self = Self(1 << 5);
    const OBJECT: Self = Self(1 << 6);

    /// The set with one more type; `None` if there is no type of this name.
    pub(crate) fn with(self, name: &str) -> Option<Self> {
        let number = Self::NAMES.iter().position(|known| *known == name)?;
        Some(Self(self.0 | 1 << number))
    }

    /// The types of a value: integers are numbers, too.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Unit => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Int(_) => Self::INTEGER,
            Value::Float(number) if number.fract() == 0.0 => Self::INTEGER,
            Value::Float(_) => Self::NUMBER,
            Value::Str(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Map(_) => Self::OBJECT,
            _ => Self(0),
        }
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of the types in the set.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES
            .into_iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 & 1 << bit != 0)
            .map(|(_, name)| name)
    }
}

impl Check {
    /// The keyword that a failure names.
    pub(crate) fn keyword(&self) -> &'static str {
        match self {
            Self::Never => "false",
            Self::Type(_) => "type",
            Self::Const(_) => "const",
            Self::Enum(_) | Self::EnumOfStrings(_) => "enum",
            Self::Limit(Limit::Minimum, _) => "minimum",
            Self::Limit(Limit::Maximum, _) => "maximum",
            Self::Limit(Limit::ExclusiveMinimum, _) => "exclusiveMinimum",
            Self::Limit(Limit::ExclusiveMaximum, _) => "exclusiveMaximum",
            Self::MultipleOf(_) => "multipleOf",
            Self::MinLength(_) => "minLength",
            Self::MaxLength(_) => "maxLength",
            Self::Pattern(_) => "pattern",
            Self::Format(_) => "format",
            Self::MinItems(_) => "minItems",
            Self::MaxItems(_) => "maxItems",
            Self::UniqueItems => "uniqueItems",
            Self::Items { .. } => "items",
            Self::Contains { .. } => "contains",
            Self::MinProperties(_) => "minProperties",
            Self::MaxProperties(_) => "maxProperties",
            Self::Required(_) => "required",
            Self::DependentRequired(_) => "dependentRequired",
            Self::Properties(_) => "properties",
            Self::PropertyNames(_) => "propertyNames",
            Self::DependentSchemas(_) => "dependentSchemas",
            Self::Reference(_) => "$ref",
            Self::DynamicReference { .. } => "$dynamicRef",
            Self::AllOf(_) => "allOf",
            Self::AnyOf(_) => "anyOf",
            Self::OneOf(_) => "oneOf",
            Self::Not(_) => "not",
            Self::If { .. } => "if",
            Self::UnevaluatedItems(_) => "unevaluatedItems",
            Self::UnevaluatedProperties(_) => "unevaluatedProperties",
        }
    }

    /// Whether a value itself matches; `None` if the check is not simple: it looks at what is in the value, or at other nodes.
    #[inline]
    pub(crate) fn holds(&self, value: &Value) -> Option<bool> {
        Some(match self {
            Self::Type(types) => types.overlaps(Types::of(value)),
            Self::Const(expected) => equal(value, expected),
            Self::Enum(values) => values.iter().any(|expected| equal(value, expected)),
            Self::EnumOfStrings(values) => {
                value.as_str().is_some_and(|text| values.binary_search(text).is_ok())
            }
            Self::Limit(limit, number) => number::compare(value, number).is_none_or(|order| match limit {
                Limit::Minimum => order != Ordering::Less,
                Limit::Maximum => order != Ordering::Greater,
                Limit::ExclusiveMinimum => order == Ordering::Greater,
                Limit::ExclusiveMaximum => order == Ordering::Less,
            }),
            Self::MultipleOf(of) => {
                !matches!(value, Value::Int(_) | Value::Float(_)) || number::is_multiple(value, of)
            }
            Self::MinLength(min) => value.as_str().is_none_or(|text| has_at_least(text, *min)),
            Self::MaxLength(max) => value
                .as_str()
                .is_none_or(|text| max.checked_add(1).is_none_or(|more| !has_at_least(text, more))),
            Self::Pattern(pattern) => value.as_str().is_none_or(|text| pattern.is_match(text)),
            Self::Format(format) => value.as_str().is_none_or(|text| format.is_valid(text)),
            Self::MinItems(min) => value.as_array().is_none_or(|items| items.len() as u64 >= *min),
            Self::MaxItems(max) => value.as_array().is_none_or(|items| items.len() as u64 <= *max),
            Self::MinProperties(min) => value.as_map().is_none_or(|map| map.len() as u64 >= *min),
            Self::MaxProperties(max) => value.as_map().is_none_or(|map| map.len() as u64 <= *max),
            _ => return None,
        })
    }

    /// The nodes that see the same value as this one.
    pub(crate) fn in_place(&self) -> Vec<NodeId> {
        match self {
            Self::Reference(node) | Self::Not(node) => vec![*node],
            Self::AllOf(nodes) | Self::AnyOf(nodes) | Self::OneOf(nodes) => nodes.to_vec(),
            Self::DependentSchemas(nodes) => nodes.iter().map(|(_, node)| *node).collect(),
            Self::If { condition, then, otherwise } => {
                [Some(*condition), *then, *otherwise].into_iter().flatten().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn has_at_least(text: &str, count: u64) -> bool {
    // Characters have up to four bytes.
    let bytes = text.len() as u64;
    bytes >= count && (bytes / 4 >= count || text.chars().count() as u64 >= count)
}
