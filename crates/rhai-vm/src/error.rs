//! What ends a script, or can be caught by it.

use crate::map::Map;
use crate::text::Str;
use crate::value::Value;
use rhai::{ParseErrorType, Position};
use std::fmt;

/// An error, with its place and the calls it went through.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    position: Position,
    calls: Vec<Call>,
}

/// A call that an error went through.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name of the function, or of the module whose top level ran.
    pub name: Str,
    /// The script in which the function is written.
    pub source: Str,
    /// Where it was called.
    pub position: Position,
    /// Whether it is not a call but an import.
    pub is_import: bool,
}

/// What happened. The names are rhai's, without `Error`.
#[derive(Debug)]
pub enum ErrorKind {
    /// `throw` with this value, or an error of a native function.
    Runtime(Value),
    /// The text cannot be parsed.
    Parsing(Box<ParseErrorType>),
    /// There is no variable of this name.
    VariableNotFound(String),
    /// There is no property of this name; a whole message where it begins with a backtick.
    PropertyNotFound(String),
    /// There is no such index.
    IndexNotFound(Value),
    /// There is no function with this signature.
    FunctionNotFound(String),
    /// There is no module of this name.
    ModuleNotFound(String),
    /// `this` outside of a method.
    UnboundThis,
    /// What type is needed, and what was given.
    MismatchDataType(String, String),
    /// What type a callback must return, and what it returned.
    MismatchOutputType(String, String),
    /// There is no indexer for these types.
    IndexingType(String),
    /// The number of elements, and the index.
    ArrayBounds(usize, i64),
    /// The number of characters, and the index.
    StringBounds(usize, i64),
    /// The number of bits, and the index.
    BitFieldBounds(usize, i64),
    /// `for` over something that has no items.
    For,
    /// A variable is read or changed while one of its methods runs.
    DataRace(String),
    /// A method that changes a constant.
    NonPureMethodCallOnConstant(String),
    /// Assignment to a constant.
    AssignmentToConstant(String),
    /// A wrong property.
    DotExpr(String),
    /// Overflow, division by zero, and the like.
    Arithmetic(String),
    /// Calls are nested too deep.
    StackOverflow,
    /// Something would become too large.
    DataTooLarge(String),
    /// The script has a form that cannot be compiled.
    TooComplex(String),
    /// The host stops the script. It cannot be caught.
    Terminated(Value),
    /// `exit` ends the script with this value. It cannot be caught.
    Exit(Value),
}

impl Error {
    /// An error without a place: it gets that of the call.
    #[cold]
    pub fn new(kind: ErrorKind) -> Self {
        Self::at(kind, Position::NONE)
    }

    /// An error at a place.
    #[cold]
    pub fn at(kind: ErrorKind, position: Position) -> Self {
        Self(Box::new(Inner { kind, position, calls: Vec::new() }))
    }

    /// An error as `throw "text"` makes it.
    #[cold]
    pub fn text(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Runtime(Value::from(message.into())))
    }

    /// An error as `throw #{ type, message }` makes it.
    #[cold]
    pub fn thrown(error_type: &str, message: impl Into<String>) -> Self {
        let mut thrown = Map::new();
        thrown.insert("type".into(), error_type.into());
        thrown.insert("message".into(), message.into().into());
        Self::new(ErrorKind::Runtime(thrown.into()))
    }

    /// The error of arithmetic that failed.
    #[cold]
    pub fn arithmetic(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Arithmetic(message.into()))
    }

    /// The error of a value that has another type than the one needed.
    #[cold]
    pub fn mismatch(needed: &str, value: &Value) -> Self {
        Self::new(ErrorKind::MismatchDataType(needed.to_owned(), value.type_name().to_owned()))
    }

    /// What happened.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What happened, without the place.
    pub fn into_kind(self) -> ErrorKind {
        self.0.kind
    }

    /// Where it happened.
    pub fn position(&self) -> Position {
        self.0.position
    }

    /// The calls it went through, innermost first.
    pub fn calls(&self) -> &[Call] {
        &self.0.calls
    }

    /// Sets the place of what happened, or of the outermost call, as rhai's `set_position` does.
    pub fn set_position(&mut self, position: Position) {
        match self.0.calls.last_mut() {
            Some(call) => call.position = position,
            None => self.0.position = position,
        }
    }

    /// Sets the place unless the error already has one.
    #[must_use]
    #[cold]
    pub fn or_at(mut self, position: Position) -> Self {
        let own = match self.0.calls.last_mut() {
            Some(call) => &mut call.position,
            None => &mut self.0.position,
        };
        if own.is_none() {
            *own = position;
        }
        self
    }

    /// The error has gone through a call. What a script cannot catch, or a call of another kind than of
    /// a script's function, keeps no such record in rhai; here it does.
    #[must_use]
    #[cold]
    pub fn through(mut self, call: Call) -> Self {
        self.0.calls.push(call);
        self
    }

    /// Whether `catch` gets it.
    pub fn is_catchable(&self) -> bool {
        // That a text does not parse can be caught where `eval` has it, not where the text itself is run.
        let is_in_eval = !self.0.calls.is_empty() && matches!(self.0.kind, ErrorKind::Parsing(_));
        is_in_eval
            || !matches!(
                self.0.kind,
                ErrorKind::Parsing(_)
                    | ErrorKind::StackOverflow
                    | ErrorKind::DataTooLarge(_)
                    | ErrorKind::TooComplex(_)
                    | ErrorKind::Terminated(_)
                    | ErrorKind::Exit(_)
            )
    }

    /// The value that `catch` gets: what was thrown; or of an error of the interpreter's a map with its
    /// message, its place and what it is about. `source` is the script that catches it.
    pub fn caught(&self, source: &str) -> Value {
        if let ErrorKind::Runtime(thrown) = &self.0.kind {
            return thrown.clone();
        }
        let mut map = Map::new();
        let position = self.0.calls.last().map_or(self.0.position, |call| call.position);
        map.insert("message".into(), self.message(false).into());
        if !source.is_empty() {
            map.insert("source".into(), source.into());
        }
        if let Some(line) = position.line() {
            let number = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
            map.insert("line".into(), number(line));
            map.insert("position".into(), number(position.position().unwrap_or(0)));
        }
        self.dump_fields(&mut map);
        map.into()
    }

    fn dump_fields(&self, map: &mut Map) {
        let number = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let mut set = |name: &str, value: Value| drop(map.insert(name.into(), value));
        if let Some(call) = self.0.calls.last() {
            if call.is_import {
                set("error", "ErrorInModule".into());
                set("module", call.name.clone().into());
            } else {
                set("error", "ErrorInFunctionCall".into());
                set("function", call.name.clone().into());
                set("source", call.source.clone().into());
            }
            return;
        }
        set("error", format!("Error{}", self.0.kind.name()).into());
        match &self.0.kind {
            ErrorKind::FunctionNotFound(name) | ErrorKind::NonPureMethodCallOnConstant(name) => {
                set("function", name.as_str().into());
            }
            ErrorKind::MismatchDataType(needed, given) | ErrorKind::MismatchOutputType(needed, given) => {
                set("requested", needed.as_str().into());
                set("actual", given.as_str().into());
            }
            ErrorKind::ArrayBounds(length, index)
            | ErrorKind::StringBounds(length, index)
            | ErrorKind::BitFieldBounds(length, index) => {
                set("length", number(*length));
                set("index", Value::Int(*index));
            }
            ErrorKind::VariableNotFound(name)
            | ErrorKind::PropertyNotFound(name)
            | ErrorKind::DataRace(name)
            | ErrorKind::AssignmentToConstant(name) => set("variable", name.as_str().into()),
            ErrorKind::IndexNotFound(index) => set("index", index.clone()),
            ErrorKind::ModuleNotFound(name) => set("module", name.as_str().into()),
            ErrorKind::DotExpr(text) => set("property", text.as_str().into()),
            ErrorKind::IndexingType(text) | ErrorKind::DataTooLarge(text) => {
                set("type", text.as_str().into());
            }
            _ => {}
        }
    }

    /// The error in rhai's words, with the calls it went through. `outermost` is whether the place of the
    /// outermost one is told.
    fn message(&self, outermost: bool) -> String {
        use fmt::Write;
        let mut text = self.0.kind.to_string();
        let mut source = "";
        let count = self.0.calls.len();
        let place = |position: Position, last: bool| {
            if position.is_none() || (last && !outermost) {
                String::new()
            } else {
                format!(" ({position})")
            }
        };
        if let Some(call) = self.0.calls.first() {
            if !call.is_import {
                source = &call.source;
            }
        }
        if !source.is_empty() {
            let _ = write!(text, " @ '{source}'");
        }
        text.push_str(&place(self.0.position, count == 0));
        for (number, call) in self.0.calls.iter().enumerate() {
            let Call { name, source, position, is_import } = call;
            let _ = match (is_import, call.name.starts_with(crate::value::CLOSURE_PREFIX)) {
                (true, _) => write!(text, "\nin module '{name}'"),
                (false, true) if source.is_empty() => write!(text, "\nin closure call"),
                (false, true) => write!(text, "\nin closure call (from '{source}')"),
                (false, false) if source.is_empty() => write!(text, "\nin call to function '{name}'"),
                (false, false) => write!(text, "\nin call to function '{name}' (from '{source}')"),
            };
            let outer =
                self.0.calls.get(number + 1).filter(|outer| !outer.is_import && !outer.source.is_empty());
            if let Some(outer) = outer {
                let _ = write!(text, " @ '{}'", outer.source);
            }
            text.push_str(&place(*position, number + 1 == count));
        }
        text
    }
}

impl ErrorKind {
    /// The name of the kind, which is rhai's without `Error`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Runtime(_) => "Runtime",
            Self::Parsing(_) => "Parsing",
            Self::VariableNotFound(_) => "VariableNotFound",
            Self::PropertyNotFound(_) => "PropertyNotFound",
            Self::IndexNotFound(_) => "IndexNotFound",
            Self::FunctionNotFound(_) => "FunctionNotFound",
            Self::ModuleNotFound(_) => "ModuleNotFound",
            Self::UnboundThis => "UnboundThis",
            Self::MismatchDataType(..) => "MismatchDataType",
            Self::MismatchOutputType(..) => "MismatchOutputType",
            Self::IndexingType(_) => "IndexingType",
            Self::ArrayBounds(..) => "ArrayBounds",
            Self::StringBounds(..) => "StringBounds",
            Self::BitFieldBounds(..) => "BitFieldBounds",
            Self::For => "For",
            Self::DataRace(_) => "DataRace",
            Self::NonPureMethodCallOnConstant(_) => "NonPureMethodCallOnConstant",
            Self::AssignmentToConstant(_) => "AssignmentToConstant",
            Self::DotExpr(_) => "DotExpr",
            Self::Arithmetic(_) => "Arithmetic",
            Self::StackOverflow => "StackOverflow",
            Self::DataTooLarge(_) => "DataTooLarge",
            Self::TooComplex(_) => "TooComplex",
            Self::Terminated(_) => "Terminated",
            Self::Exit(_) => "Exit",
        }
    }
}

/// What happened in rhai's words.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runtime(Value::Unit) => f.write_str("Runtime error"),
            Self::Runtime(Value::Str(text)) if text.is_empty() => f.write_str("Runtime error"),
            Self::Runtime(thrown) => write!(f, "Runtime error: {thrown}"),
            Self::Parsing(problem) => write!(f, "Syntax error: {problem}"),
            Self::VariableNotFound(name) => write!(f, "Variable not found: {name}"),
            Self::PropertyNotFound(name) => write!(f, "Property not found: {name}"),
            Self::IndexNotFound(index) => write!(f, "Invalid index: {index}"),
            Self::FunctionNotFound(signature) => write!(f, "Function not found: {signature}"),
            Self::ModuleNotFound(name) => write!(f, "Module not found: {name}"),
            Self::UnboundThis => f.write_str("'this' not bound"),
            Self::MismatchDataType(needed, given) => write_mismatch("Data", needed, given, f),
            Self::MismatchOutputType(needed, given) => write_mismatch("Output", needed, given, f),
            Self::IndexingType(types) => write!(f, "Indexer unavailable: {types}"),
            Self::ArrayBounds(count, index) => {
                write_bounds("Array", *count, *index, ["array", "element", "elements"], f)
            }
            Self::StringBounds(count, index) => {
                write_bounds("String", *count, *index, ["string", "character", "characters"], f)
            }
            Self::BitFieldBounds(count, index) => {
                write!(f, "Bit-field index {index} out of bounds: only {count} bits in bit-field")
            }
            Self::For => f.write_str("For loop expects iterable type"),
            Self::DataRace(what) if what.is_empty() => f.write_str("Data race detected"),
            Self::DataRace(what) => write!(f, "Data race detected on {what}"),
            Self::NonPureMethodCallOnConstant(name) => write_constant(name, f),
            Self::AssignmentToConstant(name) => write!(f, "Cannot modify constant {name}"),
            Self::DotExpr(text) if text.is_empty() => f.write_str("Malformed dot expression"),
            Self::Arithmetic(text) if text.is_empty() => f.write_str("Arithmetic error"),
            Self::DotExpr(text) | Self::TooComplex(text) | Self::Arithmetic(text) => f.write_str(text),
            Self::StackOverflow => f.write_str("Stack overflow"),
            Self::DataTooLarge(what) => write!(f, "{what} too large"),
            Self::Terminated(_) => f.write_str("Script terminated"),
            Self::Exit(_) => f.write_str("NOT AN ERROR - exit value"),
        }
    }
}

fn write_mismatch(what: &str, needed: &str, given: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (given, needed) {
        ("", needed) => write!(f, "{what} type incorrect, expecting {needed}"),
        (given, "") => write!(f, "{what} type incorrect: {given}"),
        (given, needed) => write!(f, "{what} type incorrect: {given} (expecting {needed})"),
    }
}

fn write_bounds(
    what: &str,
    count: usize,
    index: i64,
    [whole, one, many]: [&str; 3],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "{what} index {index} out of bounds: ")?;
    match count {
        0 => write!(f, "{whole} is empty"),
        1 => write!(f, "only 1 {one} in {whole}"),
        _ => write!(f, "only {count} {many} in {whole}"),
    }
}

fn write_constant(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(property) = name.strip_prefix("get$") {
        write!(f, "Non-pure property {property} cannot be accessed on constant")
    } else if let Some(property) = name.strip_prefix("set$") {
        write!(f, "Cannot modify property '{property}' of constant")
    } else if name == "index$get$" {
        f.write_str("Non-pure indexer cannot be accessed on constant")
    } else if name == "index$set$" {
        f.write_str("Cannot assign to indexer of constant")
    } else {
        write!(f, "Non-pure method '{name}' cannot be called on constant")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(true))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {:?}", self.0.calls)
    }
}

impl std::error::Error for Error {}
