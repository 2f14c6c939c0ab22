//! Variables and imports that are in scope.

use crate::literals::Literal;
use crate::natives::Type;
use crate::responses::Response;
use std::ops::Range;

/// How a variable came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `let` or `const`.
    Declared,
    /// A parameter, the variable of a `for` or a `catch`, or one from outside.
    Given,
}

/// A variable.
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    /// The type that its value always has.
    pub(crate) of: Type,
    /// What its value always is, as far as that is written out.
    pub(crate) literal: Option<Literal>,
    /// The response of AWS of which its value always is a part.
    pub(crate) response: Option<Response>,
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
    pub(crate) fn alias_mut(&mut self, name: &str) -> Option<&mut Alias> {
        self.aliases.iter_mut().rev().find(|alias| alias.name == name)
    }
}
