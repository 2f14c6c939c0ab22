//! `JMESPath`, the whole language: see the specification at <https://jmespath.org/specification.html>.

mod compare;
mod evaluate;
mod functions;
mod lexer;
mod parse;
mod search;

use functions::Function;
use rhai_vm::Value;
use std::fmt;

/// What comes of an expression, or of a part of it.
type Result<T, E = Error> = std::result::Result<T, E>;

/// An expression that was parsed.
#[derive(Clone, Debug)]
pub struct Expression(Node);

#[derive(Clone, Debug)]
enum Node {
    Current,
    Literal(Value),
    Field(String),
    Index(i64),
    Slice(Option<i64>, Option<i64>, Option<i64>),
    /// The second of the first one's value.
    Sub(Box<Node>, Box<Node>),
    /// The items of a list, where lists among them are replaced by their own items.
    Flatten(Box<Node>),
    /// The second of each item of the first one's value.
    Project(Items, Box<Node>, Box<Node>),
    Compare(Operator, Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    /// `[a, b]`
    List(Vec<Node>),
    /// `{a: b}`
    Hash(Vec<(String, Node)>),
    Call(&'static Function, Vec<Node>),
    /// `&a`, an argument of a function.
    Reference(Box<Node>),
}

/// What a projection goes through.
#[derive(Clone, Debug)]
enum Items {
    /// The items of a list.
    List,
    /// Those of which this is true.
    Filtered(Box<Node>),
    /// The values of a map.
    Values,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The kinds of errors that the specification names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `syntax`
    Syntax,
    /// `unknown-function`
    UnknownFunction,
    /// `invalid-arity`
    Arity,
    /// `invalid-type`
    Type,
    /// `invalid-value`
    Value,
}

/// Why an expression has no result.
#[derive(Debug)]
pub enum Error {
    /// What is wrong with it.
    Invalid(ErrorKind, String),
    /// The host stops the search.
    Stopped(rhai_vm::Error),
}

impl Error {
    fn at(kind: ErrorKind, problem: impl fmt::Display, byte: usize) -> Self {
        Self::Invalid(kind, format!("{problem} (at byte {})", byte + 1))
    }

    fn syntax(problem: String, byte: usize) -> Self {
        Self::at(ErrorKind::Syntax, problem, byte)
    }
}

impl From<rhai_vm::Error> for Error {
    fn from(error: rhai_vm::Error) -> Self {
        Self::Stopped(error)
    }
}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    /// It is not one, or has a function that does not exist or a wrong number of arguments.
    pub fn parse(expression: &str) -> Result<Self, Error> {
        parse::parse(expression).map(Self)
    }

    /// What the expression finds in a value, `()` for nothing. `check` is asked now and then whether to go on.
    ///
    /// # Errors
    /// An argument of a function has a wrong type, the step of a slice is 0, or why the search must stop.
    pub fn search(&self, value: &Value, check: &dyn Fn() -> rhai_vm::Result<()>) -> Result<Value, Error> {
        search::Search::new(check).find(&self.0, value)
    }
}

/// What an expression finds in a value, `()` for nothing and for errors; `None` if it is not an expression.
pub fn search(expression: &str, value: &Value) -> Option<Value> {
    let expression = Expression::parse(expression).ok()?;
    Some(expression.search(value, &|| Ok(())).unwrap_or_default())
}
