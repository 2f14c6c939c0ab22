//! JSON Schema 2020-12 over the values of scripts.
//!
//! [`Schema::compile`] turns a schema into a list of nodes, each with its checks; [`Schema::failures`] runs them over a
//! value. References are resolved when the schema is compiled, and nothing is fetched: documents that a schema refers
//! to are given beside it.

#![forbid(unsafe_code)]

mod array;
mod check;
mod compile;
mod equal;
mod format;
mod in_place;
mod keywords;
mod loops;
mod number;
mod object;
mod path;
mod pattern;
mod plain;
mod resources;
mod run;
mod say;
mod seen;

pub use equal::equal;
pub use number::compare;

use check::{Node, NodeId};
use rhai_vm::{Map, Str, Value};
use std::collections::HashMap;

/// What a schema is compiled with.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Whether `format` is checked; otherwise it is an annotation.
    pub formats: bool,
    /// Other documents by their URIs, to which the schema may refer.
    pub documents: Option<&'a Map>,
    /// The most bytes of all compiled patterns together.
    pub pattern_limit: usize,
}

/// A compiled schema.
pub struct Schema {
    nodes: Vec<Node>,
    root: NodeId,
    /// The nodes with a `$dynamicAnchor`, by the number of their resource and its name.
    anchors: HashMap<(u32, Str), NodeId>,
    pattern_memory: usize,
}

/// What is wrong with a schema, and where, as a JSON pointer.
#[derive(Debug)]
pub struct Problem {
    /// The place in the schema.
    pub at: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// A place where a value does not match the schema.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Where in the value, as a JSON pointer; `""` is the whole.
    pub path: String,
    /// The keyword that is not fulfilled.
    pub keyword: &'static str,
    /// What the value must be, in English.
    pub message: String,
    /// Where the keyword is in the schema, as a JSON pointer.
    pub schema: String,
}

/// The most failures that are reported.
pub const MAX_FAILURES: usize = 100;

impl Schema {
    /// Compiles a schema: a map or a boolean.
    ///
    /// # Errors
    /// The first problem of the schema.
    pub fn compile(schema: &Value, options: &Options<'_>) -> Result<Self, Problem> {
        compile::compile(schema, options)
    }

    /// The bytes that the compiled patterns take.
    pub fn pattern_memory(&self) -> usize {
        self.pattern_memory
    }

    /// Whether a value matches the schema. `check` is asked from time to time whether to go on.
    ///
    /// # Errors
    /// Those of `check`; and the value is nested too deep.
    pub fn is_valid(&self, value: &Value, check: &dyn Fn() -> rhai_vm::Result<()>) -> rhai_vm::Result<bool> {
        run::is_valid(self, value, check)
    }

    /// Where a value does not match the schema, [`MAX_FAILURES`] at most.
    ///
    /// # Errors
    /// As [`Schema::is_valid`].
    pub fn failures(
        &self,
        value: &Value,
        check: &dyn Fn() -> rhai_vm::Result<()>,
    ) -> rhai_vm::Result<Vec<Failure>> {
        run::failures(self, value, check)
    }
}
