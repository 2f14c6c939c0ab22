//! Runs the checks of a schema over a value.

use crate::check::{Check, Node, NodeId};
use crate::path::Path;
use crate::plain::{is_plain, plain};
use crate::say;
use crate::seen::Seen;
use crate::{Failure, Schema, MAX_FAILURES};
use rhai_vm::{memory, Error, Result, Value};

/// Checks run one within the other as deep as this; a check takes about 1 KB of the stack.
const MAX_DEPTH: u32 = 5000;
/// After so many nodes it is asked whether to go on.
const STEPS: u32 = 256;

pub(crate) fn is_valid(schema: &Schema, value: &Value, check: &dyn Fn() -> Result<()>) -> Result<bool> {
    Run::new(schema, check, None).node(schema.root, value, &Path::WHOLE, None)
}

pub(crate) fn failures(
    schema: &Schema,
    value: &Value,
    check: &dyn Fn() -> Result<()>,
) -> Result<Vec<Failure>> {
    let mut run = Run::new(schema, check, Some(Vec::new()));
    run.node(schema.root, value, &Path::WHOLE, None)?;
    Ok(run.failures.unwrap_or_default())
}

/// A run over one value.
pub(crate) struct Run<'s> {
    pub(crate) schema: &'s Schema,
    pub(crate) check: &'s dyn Fn() -> Result<()>,
    /// Where failures are collected; otherwise the first one ends the run.
    failures: Option<Vec<Failure>>,
    /// The resources through which the run has come, for `$dynamicRef`.
    pub(crate) scope: Vec<u32>,
    depth: u32,
    steps: u32,
}

impl<'s> Run<'s> {
    fn new(schema: &'s Schema, check: &'s dyn Fn() -> Result<()>, failures: Option<Vec<Failure>>) -> Self {
        Self { schema, check, failures, scope: Vec::new(), depth: 0, steps: 0 }
    }

    /// Whether the rest need not be looked at, once something has failed.
    pub(crate) fn may_stop(&self) -> bool {
        self.failures.as_ref().is_none_or(|failures| failures.len() >= MAX_FAILURES)
    }

    /// Notes a failure; returns `false`.
    pub(crate) fn fail(
        &mut self,
        node: &Node,
        keyword: &'static str,
        path: &Path<'_>,
        message: impl FnOnce() -> String,
    ) -> bool {
        if !self.may_stop() {
            let schema = format!("{}/{keyword}", node.at);
            let failure = Failure { path: path.pointer(), keyword, message: message(), schema };
            self.failures.get_or_insert_default().push(failure);
        }
        false
    }

    /// Runs something whose failures do not count.
    pub(crate) fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let failures = self.failures.take();
        let result = work(self);
        self.failures = failures;
        result
    }

    /// The first failure of a value that does not match a node.
    pub(crate) fn first_failure(
        &mut self,
        number: NodeId,
        value: &Value,
        path: &Path<'_>,
    ) -> Result<Option<Failure>> {
        let outer = self.failures.replace(Vec::new());
        let result = self.node(number, value, path, None);
        let failures = std::mem::replace(&mut self.failures, outer);
        result.map(|_| failures.into_iter().flatten().next())
    }

    /// Whether a value matches a node. What the node has seen of it is added to `seen`.
    pub(crate) fn node(
        &mut self,
        number: NodeId,
        value: &Value,
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS) {
            (self.check)()?;
        }
        let node: &'s Node = &self.schema.nodes[number as usize];
        if node.is_simple && is_plain(value) {
            return Ok(self.simple(node, value, path));
        }
        if self.depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.depth += 1;
        let enters = self.scope.last() != Some(&node.resource);
        if enters {
            self.scope.push(node.resource);
        }
        let result = if is_plain(value) {
            self.plain_value(node, value, path, seen)
        } else {
            if let Value::Blob(bytes) = value {
                memory::needs(bytes.len() / 3 * 4)?;
            }
            self.plain_value(node, &plain(value), path, seen)
        };
        if enters {
            self.scope.pop();
        }
        self.depth -= 1;
        result
    }

    /// The checks of a node. A keyword `unevaluated…` sees what this node has seen, and not its neighbours.
    fn plain_value(
        &mut self,
        node: &'s Node,
        value: &Value,
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        if !node.tracks {
            return self.checks(node, value, path, seen);
        }
        let mut own = Seen::default();
        let is_valid = self.checks(node, value, path, Some(&mut own))?;
        if let Some(seen) = seen {
            seen.merge(own);
        }
        Ok(is_valid)
    }

    fn checks(
        &mut self,
        node: &'s Node,
        value: &Value,
        path: &Path<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let mut is_valid = true;
        for check in &node.checks {
            if !self.check_one(node, check, value, path, seen.as_deref_mut())? {
                is_valid = false;
                if self.may_stop() {
                    break;
                }
            }
        }
        Ok(is_valid)
    }

    fn check_one(
        &mut self,
        node: &'s Node,
        check: &'s Check,
        value: &Value,
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        match check {
            Check::Never => Ok(self.never(node, path)),
            Check::UniqueItems
            | Check::Items { .. }
            | Check::Contains { .. }
            | Check::UnevaluatedItems(_) => {
                let Some(items) = value.as_array() else { return Ok(true) };
                self.array(node, check, items, path, seen)
            }
            Check::Required(_)
            | Check::DependentRequired(_)
            | Check::Properties(_)
            | Check::PropertyNames(_)
            | Check::UnevaluatedProperties(_) => {
                let Some(map) = value.as_map() else { return Ok(true) };
                self.object(node, check, map, path, seen)
            }
            _ => match check.holds(value) {
                Some(is_valid) => Ok(is_valid || self.fail_simple(node, check, value, path)),
                None => self.in_place(node, check, value, path, seen),
            },
        }
    }

    /// Whether a value matches a node all of whose checks are simple.
    fn simple(&mut self, node: &'s Node, value: &Value, path: &Path<'_>) -> bool {
        let mut is_valid = true;
        for check in &node.checks {
            if check.holds(value) == Some(false) {
                is_valid = self.fail_simple(node, check, value, path);
                if self.may_stop() {
                    break;
                }
            }
        }
        is_valid
    }

    fn fail_simple(&mut self, node: &Node, check: &Check, value: &Value, path: &Path<'_>) -> bool {
        self.fail(node, check.keyword(), path, || say::message(check, value))
    }

    /// Notes that there is something where the schema is `false`, which is the value of a keyword in most cases.
    fn never(&mut self, node: &Node, path: &Path<'_>) -> bool {
        if !self.may_stop() {
            let (keyword, message) = say::never(&node.at);
            let failure = Failure {
                path: path.pointer(),
                keyword,
                message: message.to_owned(),
                schema: node.at.to_string(),
            };
            self.failures.get_or_insert_default().push(failure);
        }
        false
    }
}

#[cold]
fn too_deep() -> Error {
    Error::thrown(
        "SchemaError",
        "the value is nested too deep for the schema, or the schema refers to itself without end",
    )
}
