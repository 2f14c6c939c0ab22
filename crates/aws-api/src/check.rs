//! Whether parameters are what an operation accepts: nothing is missing, unknown or of another type.

use crate::table::{Location, Member, Operation, Service, Shape, Type};
use crate::{time, Error, Host, Result, MAX_DEPTH};
use rhai_vm::{Map, Value};
use std::cell::RefCell;
use std::fmt;

/// How similar a suggested name must be.
const ALIKE: f64 = 0.75;
/// So many names are listed where none is similar.
const MAX_LISTED: usize = 12;
/// The longest unknown name that an error shows, in bytes.
const MAX_SHOWN: usize = 100;

/// What an operation does not accept about its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// The way from the parameters to the value.
    pub path: Vec<Segment>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Which names there are, for one that is unknown.
    pub hint: Option<String>,
}

/// What an operation does not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is no parameter of this name, which is the last segment of the path.
    Unknown,
    /// The map has no value for a parameter that is required.
    Missing,
    /// The value cannot be sent.
    Value,
}

/// A step from a value to one within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// To the value of this name in a map.
    Key(String),
    /// To the item with this index of an array.
    Index(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, ": {hint}"))
    }
}

/// Checks the parameters of an operation.
///
/// # Errors
/// The first problem, with the path of the parameter.
pub(crate) fn check(
    service: &Service,
    operation: &Operation,
    parameters: &Map,
    host: &dyn Host,
) -> Result<()> {
    let report = |problem: Problem| Err(Error::parameters(problem.to_string()));
    Checker { service, operation, host, report: &report }.structure(operation.input, parameters, None)
}

impl Service {
    /// All that an operation does not accept about these parameters. Where a map has an unknown parameter, one that is
    /// missing is no problem of its own: it is likely the same one.
    pub fn problems(&self, operation: &Operation, parameters: &Map, host: &dyn Host) -> Vec<Problem> {
        let found = RefCell::new(Vec::new());
        let report = |problem| {
            found.borrow_mut().push(problem);
            Ok(())
        };
        let checker = Checker { service: self, operation, host, report: &report };
        // Only what is nested too deep to be looked at ends the check.
        let _ = checker.structure(operation.input, parameters, None);
        found.into_inner()
    }
}

struct Checker<'a> {
    service: &'a Service,
    operation: &'a Operation,
    host: &'a dyn Host,
    /// Takes a problem. An error ends the check.
    report: &'a dyn Fn(Problem) -> Result<()>,
}

/// Where a value is in the parameters.
struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: usize,
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    fn new(outer: Option<&'a Path<'a>>, step: Step<'a>) -> Result<Self> {
        let depth = outer.map_or(0, |outer| outer.depth) + 1;
        if depth > MAX_DEPTH {
            return Err(Error::parameters(format!(
                "the parameters are nested deeper than {MAX_DEPTH} levels"
            )));
        }
        Ok(Self { outer, step, depth })
    }

    fn segments(&self) -> Vec<Segment> {
        let mut segments = self.outer.map_or(Vec::new(), Path::segments);
        segments.push(match self.step {
            Step::Key(key) => Segment::Key(key.to_owned()),
            Step::Index(index) => Segment::Index(index),
        });
        segments
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer {
            outer.fmt(f)?;
        }
        match self.step {
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => {
                f.write_str(if self.outer.is_some() { "." } else { "" })?;
                f.write_str(shown(key))
            }
        }
    }
}

/// The beginning of a name.
fn shown(name: &str) -> &str {
    if name.len() <= MAX_SHOWN {
        return name;
    }
    &name[..name.floor_char_boundary(MAX_SHOWN)]
}

impl Checker<'_> {
    fn value(&self, of: Type, value: &Value, path: &Path<'_>) -> Result<()> {
        match (self.service.shape(of), value) {
            (Some(Shape::Structure(_)), Value::Map(map)) => self.structure(of, map, Some(path)),
            (Some(Shape::List { item, .. }), Value::Array(items)) => {
                items.iter().enumerate().try_for_each(|(index, value)| {
                    self.value(*item, value, &Path::new(Some(path), Step::Index(index))?)
                })
            }
            (Some(Shape::Map { value: of, .. }), Value::Map(map)) => map
                .iter()
                .try_for_each(|(key, value)| self.value(*of, value, &Path::new(Some(path), Step::Key(key))?)),
            (shape, value) if shape.is_some() || !self.fits(of, value) => {
                let (needed, found) = (needed(of, shape), named(value, self.host));
                self.report(
                    ProblemKind::Value,
                    Some(path),
                    format!("{path} must be {needed}, not {found}"),
                    None,
                )
            }
            _ => Ok(()),
        }
    }

    fn structure(&self, of: Type, map: &Map, path: Option<&Path<'_>>) -> Result<()> {
        let members = self.service.members(of);
        let mut is_known = true;
        for (key, value) in map.iter().filter(|(_, value)| !value.is_unit()) {
            let inner = Path::new(path, Step::Key(key))?;
            let Some(member) = members.iter().find(|member| member.name == *key) else {
                is_known = false;
                self.unknown(key, members, &inner)?;
                continue;
            };
            if member.location == Location::Events {
                let name = &self.operation.name;
                let message =
                    format!("{inner} is a stream of events, which needs HTTP/2: Rhambda cannot call {name}");
                self.report(ProblemKind::Value, Some(&inner), message, None)?;
                continue;
            }
            self.value(member.of, value, &inner)?;
        }
        let is_missing = |member: &&Member| {
            member.is_required && !member.is_token && map.get(&member.name).is_none_or(Value::is_unit)
        };
        match members.iter().find(is_missing).filter(|_| is_known) {
            None => Ok(()),
            Some(Member { name, .. }) => {
                let what = path.map_or(self.operation.name.to_string(), Path::to_string);
                self.report(ProblemKind::Missing, path, format!("{what} needs {name}"), None)
            }
        }
    }

    fn unknown(&self, name: &str, members: &[Member], path: &Path<'_>) -> Result<()> {
        let hint = match likeness::best(name, members, |member| &member.name, ALIKE) {
            Some(best) => format!("did you mean {}?", best.name),
            None if members.is_empty() => format!(
                "{} has no parameters",
                path.outer.map_or(self.operation.name.to_string(), Path::to_string)
            ),
            None => listed(members),
        };
        self.report(ProblemKind::Unknown, Some(path), format!("unknown parameter {path}"), Some(hint))
    }

    fn report(
        &self,
        kind: ProblemKind,
        path: Option<&Path<'_>>,
        message: String,
        hint: Option<String>,
    ) -> Result<()> {
        let path = path.map_or(Vec::new(), Path::segments);
        (self.report)(Problem { kind, path, message, hint })
    }

    /// Whether the value can be sent as a scalar.
    fn fits(&self, of: Type, value: &Value) -> bool {
        match of {
            Type::String | Type::Text => matches!(value, Value::Str(_) | Value::Char(_)),
            Type::Integer => matches!(value, Value::Int(_)),
            Type::Float => matches!(value, Value::Int(_) | Value::Float(_)),
            Type::Boolean => matches!(value, Value::Bool(_)),
            Type::Blob | Type::Stream => matches!(value, Value::Blob(_) | Value::Str(_)),
            of if of.is_time() => time::microseconds(value, self.host).is_some(),
            _ => true,
        }
    }
}

fn listed(members: &[Member]) -> String {
    let names: Vec<_> = members.iter().take(MAX_LISTED).map(|member| member.name.as_str()).collect();
    let more = if members.len() > MAX_LISTED { " and others" } else { "" };
    format!("there are {}{more}", names.join(", "))
}

fn needed(of: Type, shape: Option<&Shape>) -> &'static str {
    match (of, shape) {
        (_, Some(Shape::Structure(_) | Shape::Map { .. })) => "a map",
        (_, Some(Shape::List { .. })) => "an array",
        (Type::Integer, _) => "an int",
        (Type::Float, _) => "a number",
        (Type::Boolean, _) => "a boolean",
        (Type::Blob | Type::Stream, _) => "a blob or a string",
        (of, _) if of.is_time() => "a time",
        _ => "a string",
    }
}

/// What a value is, with its article.
fn named(value: &Value, host: &dyn Host) -> String {
    match value {
        Value::Unit => "()".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Int(_) => "an int".to_owned(),
        Value::Float(_) => "a float".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Str(_) => "a string".to_owned(),
        Value::Char(_) => "a character".to_owned(),
        Value::Blob(_) => "a blob".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        Value::Fn(_) => "a function".to_owned(),
        other if host.microseconds(other).is_some() => "a time".to_owned(),
        other => format!("a value of type {}", other.type_name()),
    }
}
