//! What is likely known of a value, without running anything and although the script is half typed.

mod tokens;

use crate::aws::{self, Operation};
use crate::catalog::Catalog;
use crate::outline::{Declaration, Kind as Declared, Outline, PieceKind, What};
use rhai_vm::Kind;
use std::cell::Cell;
use std::ops::Range;

/// So many tokens are looked at for one value.
const MAX_STEPS: usize = 2000;
/// Values are followed so deep.
const MAX_DEPTH: usize = 50;
/// Methods that call a closure for each item.
const FOR_ITEMS: [&str; 12] = [
    "map", "filter", "for_each", "all", "some", "find", "find_map", "index_of", "retain", "drain", "sort_by",
    "dedup",
];

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Unknown,
    /// Its type.
    Of(Kind),
    /// It is the map that is written at this piece.
    Map(usize),
    /// It is a part of the event.
    Event(Vec<Step>),
    /// It is a part of the response of an operation of AWS.
    Response(Operation, Vec<Step>),
    /// It is an iterator over the responses of an operation of AWS.
    Pages(Operation),
    /// It is an iterator over the items in the responses of an operation of AWS.
    Items(Operation),
}

/// A way into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A field of a map.
    Field(String),
    /// Any item of an array.
    Item,
}

/// Looks at the values of a script.
pub struct Infer<'a> {
    outline: &'a Outline,
    catalog: &'a Catalog,
    steps: Cell<usize>,
    depth: Cell<usize>,
}

/// The same way in the terms of AWS.
fn aws_steps(path: &[Step]) -> Vec<aws_api::Step> {
    let step = |step: &Step| match step {
        Step::Field(name) => aws_api::Step::Member(name.clone()),
        Step::Item => aws_api::Step::Item,
    };
    path.iter().map(step).collect()
}

impl Value {
    /// What the table of AWS's operations says about it, if it is a part of a response.
    pub fn described(&self) -> Option<aws_api::Described> {
        match self {
            Self::Response(operation, path) => operation.response(&aws_steps(path)),
            _ => None,
        }
    }

    /// The type, if that is known.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Of(kind) => Some(*kind),
            Self::Map(_) => Some(Kind::Map),
            Self::Response(operation, path) => aws::kind(&operation.response(&aws_steps(path))?),
            Self::Unknown | Self::Event(_) | Self::Pages(_) | Self::Items(_) => None,
        }
    }
}

impl<'a> Infer<'a> {
    /// Looks at the values of this script.
    pub fn new(outline: &'a Outline, catalog: &'a Catalog) -> Self {
        Self { outline, catalog, steps: Cell::new(MAX_STEPS), depth: Cell::new(0) }
    }

    /// The value before the dot that is this piece.
    pub fn before(&self, dot: usize) -> Value {
        self.start(dot).map_or(Value::Unknown, |start| self.value(start..dot))
    }

    /// The value of a variable or parameter.
    pub fn variable(&self, declaration: &Declaration) -> Value {
        let value = || self.value(declaration.value.clone());
        match declaration.kind {
            Declared::Variable | Declared::Constant => value(),
            Declared::Counter => Value::Of(Kind::Int),
            Declared::Item => Self::item(value()),
            Declared::Parameter(number) => self.parameter(declaration, number),
            _ => Value::Unknown,
        }
    }

    /// The keys of the map that is written at this piece, each with the pieces of its value.
    pub fn entries(&self, open: usize) -> Vec<(String, Range<usize>)> {
        let end = self.partner(open);
        let mut entries: Vec<(String, Range<usize>)> = Vec::new();
        let mut at = open + 1;
        while at < end {
            let key = self.outline.piece(at);
            if self.outline.piece(at + 1) == ":" && self.steps.get() > 0 {
                let start = at + 2;
                at = self.end_of_item(start, end);
                entries.push((key.trim_matches('"').to_owned(), start..at));
            }
            at += 1;
        }
        entries
    }

    fn parameter(&self, declaration: &Declaration, number: usize) -> Value {
        if let Some(receiver) = self.receiver_of_closure(declaration).filter(|_| number == 0) {
            return Self::item(receiver);
        }
        match (declaration.name.as_str(), declaration.owner) {
            ("event", Some(_)) if number == 0 => Value::Event(Vec::new()),
            ("context", Some(_)) if number == 1 => Value::Of(Kind::Host("Context")),
            _ => Value::Unknown,
        }
    }

    /// The value with whose items a closure is called that has this as its first parameter.
    fn receiver_of_closure(&self, parameter: &Declaration) -> Option<Value> {
        let at = self.outline.piece_before(parameter.span.start)?;
        let open = at.checked_sub(1).filter(|_| self.outline.piece(at) == "|")?;
        let method = open.checked_sub(1).filter(|_| self.outline.piece(open) == "(")?;
        let dot = method.checked_sub(1).filter(|_| FOR_ITEMS.contains(&self.outline.piece(method)))?;
        matches!(self.outline.piece(dot), "." | "?.").then(|| self.before(dot))
    }

    fn item(of: Value) -> Value {
        match of {
            Value::Event(mut path) => {
                path.push(Step::Item);
                Value::Event(path)
            }
            Value::Response(operation, mut path) => {
                path.push(Step::Item);
                Value::Response(operation, path)
            }
            Value::Pages(operation) => Value::Response(operation, Vec::new()),
            Value::Items(operation) => {
                // The first of several lists is the one that is meant most often.
                let key = aws::result_keys(&operation).and_then(|keys| keys.into_iter().next());
                let Some(key) = key else { return Value::Unknown };
                let fields = key.into_iter().map(|step| match step {
                    aws_api::Step::Member(name) => Step::Field(name),
                    aws_api::Step::Item => Step::Item,
                });
                Value::Response(operation, fields.chain([Step::Item]).collect())
            }
            Value::Of(Kind::Range | Kind::RangeInclusive) => Value::Of(Kind::Int),
            Value::Of(Kind::String) => Value::Of(Kind::Char),
            _ => Value::Unknown,
        }
    }

    /// The value of an expression.
    fn value(&self, pieces: Range<usize>) -> Value {
        if self.depth.get() == MAX_DEPTH || !self.step() || pieces.is_empty() {
            return Value::Unknown;
        }
        self.depth.set(self.depth.get() + 1);
        let (mut value, mut at) = self.primary(&pieces);
        while at < pieces.end {
            match self.outline.piece(at) {
                "." | "?." => (value, at) = self.link(&value, at + 1),
                "[" | "?[" => {
                    value = self.indexed(value, at + 1);
                    at = self.partner(at) + 1;
                }
                operator => {
                    value = self.operation(&value, operator, at + 1..pieces.end);
                    break;
                }
            }
        }
        self.depth.set(self.depth.get() - 1);
        value
    }

    /// The first value of an expression, and what follows.
    fn primary(&self, pieces: &Range<usize>) -> (Value, usize) {
        let (at, outline) = (pieces.start, self.outline);
        let text = outline.piece(at);
        match outline.pieces.get(at).map(|piece| piece.kind) {
            Some(PieceKind::String) if text.starts_with('\'') => (Value::Of(Kind::Char), at + 1),
            Some(PieceKind::String) => (Value::Of(Kind::String), at + 1),
            Some(PieceKind::StringStart) => (Value::Of(Kind::String), self.string_end(at) + 1),
            Some(PieceKind::Number) => {
                let is_float = !text.starts_with("0x") && text.contains(['.', 'e']);
                (Value::Of(if is_float { Kind::Float } else { Kind::Int }), at + 1)
            }
            Some(PieceKind::Word) => self.name(at),
            Some(PieceKind::Symbol) => match text {
                "[" => (Value::Of(Kind::Array), self.partner(at) + 1),
                "#{" => (Value::Map(at), self.partner(at) + 1),
                "(" => {
                    let end = self.partner(at);
                    (self.value(at + 1..end.min(pieces.end)), end + 1)
                }
                "()" => (Value::Of(Kind::Unit), at + 1),
                "!" => (Value::Of(Kind::Bool), pieces.end),
                "-" | "+" => (self.value(at + 1..pieces.end), pieces.end),
                "|" | "||" => (Value::Of(Kind::Fn), pieces.end),
                _ => (Value::Unknown, pieces.end),
            },
            _ => (Value::Unknown, pieces.end),
        }
    }

    /// What a name means, and what follows.
    fn name(&self, at: usize) -> (Value, usize) {
        let outline = self.outline;
        match outline.piece(at) {
            "true" | "false" => return (Value::Of(Kind::Bool), at + 1),
            "this" | "if" | "switch" | "loop" => return (Value::Unknown, at + 1),
            _ => {}
        }
        let (mut name, mut space) = (at, None);
        if outline.piece(at + 1) == "::" {
            (name, space) = (at + 2, Some(outline.piece(at)));
        }
        let is_call = matches!(outline.piece(name + 1), "(" | "()");
        let mention = outline.pieces.get(at).and_then(|piece| outline.mention_at(piece.span.start));
        let what = mention.map(|(_, mention)| &mention.what);
        match what {
            // It is imported.
            Some(What::Local(_)) if space.is_some() => (Value::Unknown, self.behind(name)),
            Some(What::Local(number)) => (self.variable(&outline.declarations[*number]), at + 1),
            _ if is_call => {
                let text = outline.piece(name);
                if let Some(value) = space.and_then(|space| self.aws_call(space, name)) {
                    return (value, self.behind(name));
                }
                let is_own = space.is_none() && outline.named(text).next().is_some();
                let kind = self.catalog.returned(space, text, None).filter(|_| !is_own);
                (kind.map_or(Value::Unknown, Value::Of), self.behind(name))
            }
            // The top level of a script finds them.
            _ if outline.piece(at) == "event" => (Value::Event(Vec::new()), at + 1),
            _ if outline.piece(at) == "context" => (Value::Of(Kind::Host("Context")), at + 1),
            _ => (Value::Unknown, name + 1),
        }
    }

    /// The value of `aws::call`, `aws::pages` or `aws::items`, if the operation is written out.
    fn aws_call(&self, space: &str, name: usize) -> Option<Value> {
        let text = |at: usize| {
            let is_string = self.outline.pieces.get(at).is_some_and(|piece| piece.kind == PieceKind::String);
            is_string.then(|| self.outline.piece(at).trim_matches('"').to_owned())
        };
        if space != "aws" || self.outline.piece(name + 3) != "," {
            return None;
        }
        let operation = Operation { service: text(name + 2)?, name: text(name + 4)? };
        match self.outline.piece(name) {
            "call" => Some(Value::Response(operation, Vec::new())),
            "pages" => Some(Value::Pages(operation)),
            "items" => Some(Value::Items(operation)),
            _ => None,
        }
    }

    /// The value of a property or method, and what follows.
    fn link(&self, of: &Value, name: usize) -> (Value, usize) {
        let text = self.outline.piece(name);
        let next = self.behind(name);
        if next > name + 1 {
            let is_own = self.outline.named(text).next().is_some();
            let kind = self.catalog.returned(None, text, of.kind()).filter(|_| !is_own);
            return (kind.map_or(Value::Unknown, Value::Of), next);
        }
        (self.field(of.clone(), text), next)
    }

    fn field(&self, of: Value, name: &str) -> Value {
        match of {
            Value::Event(mut path) => {
                path.push(Step::Field(name.to_owned()));
                Value::Event(path)
            }
            Value::Response(operation, mut path) => {
                path.push(Step::Field(name.to_owned()));
                Value::Response(operation, path)
            }
            Value::Map(open) => {
                let entry = self.entries(open).into_iter().find(|(key, _)| key == name);
                entry.map_or(Value::Unknown, |(_, pieces)| self.value(pieces))
            }
            Value::Of(kind) => {
                self.catalog.returned(None, name, Some(kind)).map_or(Value::Unknown, Value::Of)
            }
            Value::Pages(_) | Value::Items(_) | Value::Unknown => Value::Unknown,
        }
    }

    fn indexed(&self, of: Value, index: usize) -> Value {
        let text = self.outline.piece(index);
        let is_key = self.outline.pieces.get(index).is_some_and(|piece| piece.kind == PieceKind::String);
        if is_key {
            self.field(of, text.trim_matches('"'))
        } else {
            Self::item(of)
        }
    }

    fn operation(&self, left: &Value, operator: &str, right: Range<usize>) -> Value {
        match operator {
            "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" | "in" | "!in" => Value::Of(Kind::Bool),
            ".." => Value::Of(Kind::Range),
            "..=" => Value::Of(Kind::RangeInclusive),
            "??" if *left == Value::Unknown => self.value(right),
            "??" => left.clone(),
            "+" | "-" | "*" | "/" | "%" | "**" => match (left.kind(), self.value(right).kind()) {
                (Some(Kind::String), _) => Value::Of(Kind::String),
                (Some(Kind::Int), Some(kind @ (Kind::Int | Kind::Float))) => Value::Of(kind),
                (Some(Kind::Float), _) => Value::Of(Kind::Float),
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
