//! What an operation accepts, for people: its parameters with their types, and a call to begin with.

use crate::table::{Member, Operation, Service, Shape, Type};

/// Rhai's keywords, and what it reserves.
#[rustfmt::skip]
const WORDS: [&str; 63] = [
    "as", "async", "await", "break", "call", "case", "catch", "const", "continue", "curry", "debug",
    "default", "do", "else", "eval", "exit", "export", "false", "Fn", "fn", "for", "global", "go", "goto",
    "if", "import", "in", "is", "is_def_fn", "is_def_var", "is_shared", "let", "loop", "match", "module",
    "new", "nil", "null", "package", "print", "private", "protected", "public", "return", "shared", "spawn",
    "static", "super", "switch", "sync", "this", "thread", "throw", "true", "try", "type_of", "until", "use",
    "var", "void", "while", "with", "yield",
];

/// A parameter, or a member of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// How deep it is within other parameters; 0 for a parameter of the operation.
    pub depth: usize,
    /// What scripts pass, such as `array of strings`.
    pub kind: String,
    /// Whether a call without it is an error.
    pub is_required: bool,
}

/// A way into the parameters or the response of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A member of a structure, or a key of a map.
    Member(String),
    /// An item of a list.
    Item,
}

/// What is at a place in the parameters or the response of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// What scripts have there, such as `array of string`.
    pub kind: String,
    /// The members of a structure. `None` for another value: a map may have any keys.
    pub members: Option<Vec<Parameter>>,
}

impl Service {
    /// What is at a place in the parameters of an operation; `None` if there is nothing.
    pub fn parameter_at(&self, operation: &Operation, path: &[Step]) -> Option<Described> {
        self.described(operation.input, path)
    }

    /// What is at a place in the response of an operation; `None` if there is nothing.
    pub fn response_at(&self, operation: &Operation, path: &[Step]) -> Option<Described> {
        self.described(operation.output, path)
    }

    fn described(&self, mut of: Type, path: &[Step]) -> Option<Described> {
        for step in path {
            of = match (self.shape(of)?, step) {
                (Shape::Structure(members), Step::Member(name)) => {
                    members.iter().find(|member| member.name.as_str() == name)?.of
                }
                (Shape::Map { value, .. }, Step::Member(_)) => *value,
                (Shape::List { item, .. }, Step::Item) => *item,
                _ => return None,
            };
        }
        let parameter = |member: &Member| Parameter {
            name: member.name.to_string(),
            depth: 0,
            kind: self.kind(member.of),
            is_required: is_required(member),
        };
        let members = match self.shape(of) {
            Some(Shape::Structure(members)) => Some(members.iter().map(parameter).collect()),
            _ => None,
        };
        Some(Described { kind: self.kind(of), members })
    }

    /// The parameters of an operation, each followed by its members. A structure within itself has none.
    pub fn parameters(&self, operation: &Operation) -> Vec<Parameter> {
        let mut found = Vec::new();
        self.describe(operation.input, &mut Vec::new(), &mut found);
        found
    }

    /// The required parameters as a script writes them, with values to be replaced.
    pub fn skeleton(&self, operation: &Operation) -> String {
        self.literal(operation.input, 1, &mut Vec::new())
    }

    fn describe(&self, of: Type, outer: &mut Vec<Type>, found: &mut Vec<Parameter>) {
        let of = self.innermost(of);
        if outer.contains(&of) {
            return;
        }
        outer.push(of);
        for member in self.members(of) {
            found.push(Parameter {
                name: member.name.to_string(),
                depth: outer.len() - 1,
                kind: self.kind(member.of),
                is_required: is_required(member),
            });
            self.describe(member.of, outer, found);
        }
        outer.pop();
    }

    /// What a list is of, or what a map has as values.
    fn innermost(&self, mut of: Type) -> Type {
        // No list of AWS is nested nearly as deep.
        for _ in 0..10 {
            of = match self.shape(of) {
                Some(Shape::List { item, .. }) => *item,
                Some(Shape::Map { value, .. }) => *value,
                _ => break,
            };
        }
        of
    }

    fn kind(&self, of: Type) -> String {
        match self.shape(of) {
            Some(Shape::Structure(_)) => "map".to_owned(),
            Some(Shape::List { item, .. }) => format!("array of {}", self.kind(*item)),
            Some(Shape::Map { value, .. }) => format!("map of {}", self.kind(*value)),
            None => scalar(of).to_owned(),
        }
    }

    fn literal(&self, of: Type, depth: usize, outer: &mut Vec<Type>) -> String {
        if outer.contains(&of) {
            return "#{}".to_owned();
        }
        outer.push(of);
        let literal = match self.shape(of) {
            Some(Shape::Structure(members)) => self.map_literal(members, depth, outer),
            Some(Shape::List { item, .. }) => format!("[{}]", self.literal(*item, depth, outer)),
            Some(Shape::Map { value, .. }) => format!("#{{ key: {} }}", self.literal(*value, depth, outer)),
            None => value(of).to_owned(),
        };
        outer.pop();
        literal
    }

    fn map_literal(&self, members: &[Member], depth: usize, outer: &mut Vec<Type>) -> String {
        let indent = "    ".repeat(depth);
        let line = |member: &Member| {
            let value = self.literal(member.of, depth + 1, outer);
            format!("{indent}{}: {value},\n", key(&member.name))
        };
        let lines: String = members.iter().filter(|member| is_required(member)).map(line).collect();
        if lines.is_empty() {
            return "#{}".to_owned();
        }
        format!("#{{\n{lines}{}}}", &indent[4..])
    }
}

fn is_required(member: &Member) -> bool {
    member.is_required && !member.is_token
}

/// A name as a script writes it in a map: in quotes if it is a word of the language, or has other characters than
/// letters, digits and `_`.
pub fn key(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain && !WORDS.contains(&name) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

fn scalar(of: Type) -> &'static str {
    match of {
        Type::Any | Type::Document | Type::Shape(_) => "any value",
        Type::String | Type::Text | Type::JsonValue => "string",
        Type::Integer => "integer",
        Type::Float => "number",
        Type::Boolean => "boolean",
        Type::Blob | Type::Stream => "blob or string",
        Type::Time | Type::TimeIso | Type::TimeHttp | Type::TimeUnix => "time",
    }
}

fn value(of: Type) -> &'static str {
    match of {
        Type::Integer => "0",
        Type::Float => "0.0",
        Type::Boolean => "false",
        Type::Document | Type::Any | Type::Shape(_) => "#{}",
        Type::Time | Type::TimeIso | Type::TimeHttp | Type::TimeUnix => "time::now()",
        Type::String | Type::Text | Type::JsonValue | Type::Blob | Type::Stream => "\"\"",
    }
}
