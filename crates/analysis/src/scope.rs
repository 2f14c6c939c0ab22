//! Variables and imports that are in scope.

use crate::literals::Literal;
use crate::natives::Type;
use crate::responses::Response;
use crate::returned::Fields;
use rhai_vm::Kind;
use std::ops::Range;

/// How a variable came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `let` or `const`.
    Declared,
    /// A parameter, the variable of a `for` or a `catch`, or one from outside.
    Given,
}

/// The fields that a value has which a function of Rhambda's returns, or calls a closure with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The function's namespace.
    pub(crate) space: &'static str,
    /// Its name.
    pub(crate) of: &'static str,
    pub(crate) fields: &'static [&'static str],
    /// Whether it is an array of such values.
    pub(crate) is_array: bool,
}

impl Shape {
    /// An item of the array.
    pub(crate) fn item(self) -> Option<Self> {
        self.is_array.then_some(Self { is_array: false, ..self })
    }

    /// What has the fields, in a sentence.
    pub(crate) fn what(&self) -> String {
        match self.space {
            "router" => "a request of a router".to_owned(),
            "batch" => "a record of `batch::process`".to_owned(),
            space => format!("what `{space}::{}` returns", self.of),
        }
    }
}

/// A variable.
#[derive(Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    /// The type that its value always has.
    pub(crate) of: Type,
    /// The types of which its value always has one; empty for any.
    pub(crate) kinds: Vec<Kind>,
    /// The fields that its value always has.
    pub(crate) shape: Option<Shape>,
    /// The fields that its value may have, if it always is a map that a function of a script has returned.
    pub(crate) fields: Option<Fields>,
    /// What its value always is, as far as that is written out.
    pub(crate) literal: Option<Literal>,
    /// The response of AWS of which its value always is a part.
    pub(crate) response: Option<Response>,
    /// The name of the closure that its value always is, and how many variables that captures.
    pub(crate) closure: Option<(String, usize)>,
    /// Where it is declared.
    pub(crate) span: Range<usize>,
    /// How many loops are around its declaration.
    pub(crate) loops: usize,
    pub(crate) is_read: bool,
    pub(crate) is_constant: bool,
    /// Whether its value always is what `type_of` returns.
    pub(crate) is_type_name: bool,
}

/// The alias of an import.
#[derive(Debug)]
pub(crate) struct Alias {
    pub(crate) name: String,
    pub(crate) path: Option<String>,
    pub(crate) span: Range<usize>,
    pub(crate) is_used: bool,
}

/// What is in scope, the innermost last.
#[derive(Default)]
pub(crate) struct Scope {
    pub(crate) variables: Vec<Variable>,
    pub(crate) aliases: Vec<Alias>,
    /// Where the variables of the running function begin: those before are invisible.
    pub(crate) first: usize,
}

impl Scope {
    /// The variable that a name means.
    pub(crate) fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables[self.first..].iter().rev().find(|variable| variable.name == name)
    }

    /// The same, to note something on it.
    pub(crate) fn variable_mut(&mut self, name: &str) -> Option<&mut Variable> {
        self.variables[self.first..].iter_mut().rev().find(|variable| variable.name == name)
    }

    /// The outermost variable of this name, visible or not.
    pub(crate) fn anywhere(&mut self, name: &str) -> Option<&mut Variable> {
        self.variables.iter_mut().find(|variable| variable.name == name)
    }

    /// The import that a name means.
    pub(crate) fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.iter().rev().find(|alias| alias.name == name)
    }

    /// The same, to note something on it.
    pub(crate) fn alias_mut(&mut self, name: &str) -> Option<&mut Alias> {
        self.aliases.iter_mut().rev().find(|alias| alias.name == name)
    }
}
