//! What is likely known of a value, without running anything and although the script is half typed.

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

impl Value {
    /// The type, if that is known.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Of(kind) => Some(*kind),
            Self::Map(_) => Some(Kind::Map),
            Self::Unknown | Self::Event(_) => None,
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

    /// Where the item of a list ends.
    fn end_of_item(&self, mut at: usize, end: usize) -> usize {
        while at < end && self.outline.piece(at) != "," {
            at = if is_open(self.outline.piece(at)) { self.partner(at) + 1 } else { at + 1 };
            self.step();
        }
        at.min(end)
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
            Value::Of(Kind::Range | Kind::RangeInclusive) => Value::Of(Kind::Int),
            Value::Of(Kind::String) => Value::Of(Kind::Char),
            _ => Value::Unknown,
        }
    }

    /// Where the chain begins that ends before a dot.
    fn start(&self, dot: usize) -> Option<usize> {
        let outline = self.outline;
        let mut at = dot.checked_sub(1)?;
        loop {
            self.step().then_some(())?;
            match outline.pieces.get(at)?.kind {
                PieceKind::String | PieceKind::Number => return Some(at),
                PieceKind::StringEnd => return self.string_start(at),
                PieceKind::Word => match at.checked_sub(1).map(|before| (before, outline.piece(before))) {
                    Some((before, "." | "?." | "::")) => at = before.checked_sub(1)?,
                    _ => return Some(at),
                },
                PieceKind::Symbol => {
                    let open = match outline.piece(at) {
                        "()" => at,
                        ")" | "]" | "}" => self.opening(at)?,
                        _ => return None,
                    };
                    let is_map = outline.piece(open) == "#{";
                    let before = open.checked_sub(1).filter(|before| !is_map && self.ends_value(*before));
                    match before {
                        Some(before) => at = before,
                        None => return Some(open),
                    }
                }
                _ => return None,
            }
        }
    }

    /// Whether a call or an index can follow this piece.
    fn ends_value(&self, at: usize) -> bool {
        let text = self.outline.piece(at);
        match self.outline.pieces[at].kind {
            PieceKind::Word => crate::outline::is_name(text) || text == "this",
            PieceKind::String | PieceKind::StringEnd => true,
            PieceKind::Symbol => matches!(text, ")" | "]" | "()"),
            _ => false,
        }
    }

    fn string_start(&self, end: usize) -> Option<usize> {
        let mut depth = 0_usize;
        (0..=end).rev().find(|at| {
            match self.outline.pieces[*at].kind {
                PieceKind::StringEnd => depth += 1,
                PieceKind::StringStart => depth -= 1,
                _ => {}
            }
            depth == 0
        })
    }

    /// The bracket that ends at this piece.
    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..=close).rev() {
            self.step().then_some(())?;
            let text = self.outline.piece(at);
            depth += usize::from(is_close(text));
            if is_open(text) {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }

    /// The bracket that ends what begins at this piece, or the end.
    fn partner(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..self.outline.pieces.len() {
            if !self.step() {
                break;
            }
            let text = self.outline.piece(at);
            depth += usize::from(is_open(text));
            if is_close(text) {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
        }
        self.outline.pieces.len()
    }

    /// Counts a step. Whether one more may be taken.
    fn step(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
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

    fn string_end(&self, start: usize) -> usize {
        let mut depth = 0_usize;
        let end = (start..self.outline.pieces.len()).find(|at| {
            match self.outline.pieces[*at].kind {
                PieceKind::StringStart => depth += 1,
                PieceKind::StringEnd => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        end.unwrap_or(self.outline.pieces.len())
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

    /// What follows a name and its arguments.
    fn behind(&self, name: usize) -> usize {
        match self.outline.piece(name + 1) {
            "()" => name + 2,
            "(" => self.partner(name + 1) + 1,
            _ => name + 1,
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
            Value::Map(open) => {
                let entry = self.entries(open).into_iter().find(|(key, _)| key == name);
                entry.map_or(Value::Unknown, |(_, pieces)| self.value(pieces))
            }
            Value::Of(kind) => {
                self.catalog.returned(None, name, Some(kind)).map_or(Value::Unknown, Value::Of)
            }
            Value::Unknown => Value::Unknown,
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

fn is_open(text: &str) -> bool {
    matches!(text, "(" | "[" | "?[" | "{" | "#{")
}

fn is_close(text: &str) -> bool {
    matches!(text, ")" | "]" | "}" | "")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known of the value before the last dot.
    fn before(script: &str) -> Value {
        let outline = Outline::new(script.into());
        let dot = (0..outline.pieces.len()).rev().find(|at| outline.piece(*at) == ".").unwrap();
        Infer::new(&outline, &Catalog::new(&[])).before(dot)
    }

    #[test]
    fn types_are_followed_through_variables_and_chains() {
        for (script, kind) in [
            ("let x = \"a\"; x.", Kind::String),
            ("let x = `a ${1}`; let y = x; y.", Kind::String),
            ("\"a,b\".split(\",\").", Kind::Array),
            ("let x = [1, 2].map(|x| x + 1).len() == 2; x.", Kind::Bool),
            ("fn f(event, context) { context.", Kind::Host("Context")),
            ("json::encode(#{ a: (1) }).", Kind::String),
            ("let x = #{ a: [1], b: #{ c: 1.5 } }; x.b.c.", Kind::Float),
            ("for (x, i) in 0..3 { i.", Kind::Int),
            ("for x in 0..3 { x.", Kind::Int),
            ("f((1 + 2).", Kind::Int),
        ] {
            assert_eq!(before(script).kind(), Some(kind), "{script}");
        }
        assert_eq!(before("fn f() { 1 } f()."), Value::Unknown);
    }

    #[test]
    fn parts_of_the_event_are_known() {
        let field = |name: &str| Step::Field(name.into());
        let expected = Value::Event(vec![field("Records"), Step::Item, field("body")]);
        for script in [
            "fn handler(event) { event.Records[0].body.",
            "fn handler(event) { for record in event.Records { record[\"body\"].",
            "fn handler(event) { event.Records.map(|record| record.body.",
            "let first = event.Records[0]; first.body.",
        ] {
            assert_eq!(before(script), expected, "{script}");
        }
    }

    #[test]
    fn looking_ends() {
        let script = "let x = x + x; ".repeat(3000) + "x.";
        assert_eq!(before(&script), Value::Unknown);
        let nested = format!("{}{}.", "(".repeat(3000), ")".repeat(3000));
        assert_eq!(before(&nested), Value::Unknown);
    }
}
