//! The keywords with other schemas for the same value.

use crate::check::{Check, Node, NodeId};
use crate::path::Path;
use crate::run::Run;
use crate::say;
use crate::seen::Seen;
use crate::Failure;
use rhai_vm::{Result, Value};

impl<'s> Run<'s> {
    /// The keywords with other schemas for the same value.
    pub(crate) fn in_place(
        &mut self,
        node: &'s Node,
        check: &'s Check,
        value: &Value,
        path: &Path<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Result<bool> {
        match check {
            Check::Reference(target) => self.node(*target, value, path, seen),
            Check::DynamicReference { name, first } => {
                let anchors = &self.schema.anchors;
                let outermost =
                    self.scope.iter().find_map(|resource| anchors.get(&(*resource, name.clone())));
                let target = outermost.copied().unwrap_or(*first);
                self.node(target, value, path, seen)
            }
            Check::AllOf(nodes) => self.all_of(nodes.iter(), value, path, seen),
            Check::DependentSchemas(schemas) => {
                let Some(map) = value.as_map() else { return Ok(true) };
                let nodes = schemas.iter().filter(|(name, _)| map.contains_key(name)).map(|(_, node)| node);
                self.all_of(nodes, value, path, seen)
            }
            Check::AnyOf(nodes) => self.any_of(node, nodes, value, path, seen),
            Check::OneOf(nodes) => self.one_of(node, nodes, value, path, seen),
            Check::Not(inner) => {
                let matches = self.quietly(|run| run.node(*inner, value, path, None))?;
                Ok(!matches || self.fail(node, "not", path, || say::message(check, value)))
            }
            Check::If { condition, then, otherwise } => {
                let branch = if self.alternative(*condition, value, path, seen.as_deref_mut())? {
                    then
                } else {
                    otherwise
                };
                branch.map_or(Ok(true), |branch| self.node(branch, value, path, seen))
            }
            _ => Ok(true),
        }
    }

    fn all_of<'n>(
        &mut self,
        nodes: impl Iterator<Item = &'n NodeId>,
        value: &Value,
        path: &Path<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let mut is_valid = true;
        for node in nodes {
            if !self.node(*node, value, path, seen.as_deref_mut())? {
                is_valid = false;
                if self.may_stop() {
                    break;
                }
            }
        }
        Ok(is_valid)
    }

    /// Whether a value matches one of several schemas. What it has seen counts only if it does.
    fn alternative(
        &mut self,
        node: NodeId,
        value: &Value,
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let Some(seen) = seen else { return self.quietly(|run| run.node(node, value, path, None)) };
        let mut own = Seen::default();
        let matches = self.quietly(|run| run.node(node, value, path, Some(&mut own)))?;
        if matches {
            seen.merge(own);
        }
        Ok(matches)
    }

    fn any_of(
        &mut self,
        node: &'s Node,
        nodes: &[NodeId],
        value: &Value,
        path: &Path<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let mut matches = false;
        for inner in nodes {
            matches |= self.alternative(*inner, value, path, seen.as_deref_mut())?;
            if matches && seen.is_none() {
                return Ok(true);
            }
        }
        if matches {
            return Ok(true);
        }
        self.none_matches(node, "anyOf", nodes, value, path)
    }

    fn one_of(
        &mut self,
        node: &'s Node,
        nodes: &[NodeId],
        value: &Value,
        path: &Path<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let mut first = None;
        for (index, inner) in nodes.iter().enumerate() {
            if self.alternative(*inner, value, path, seen.as_deref_mut())? {
                if let Some(first) = first {
                    let message = || {
                        format!("must match only one schema in `oneOf`, but it matches those at {first} and {index}")
                    };
                    return Ok(self.fail(node, "oneOf", path, message));
                }
                first = Some(index);
            }
        }
        if first.is_some() {
            return Ok(true);
        }
        self.none_matches(node, "oneOf", nodes, value, path)
    }

    /// The failure of a value that matches none of several schemas, with that of the schema that comes closest.
    fn none_matches(
        &mut self,
        node: &'s Node,
        keyword: &'static str,
        nodes: &[NodeId],
        value: &Value,
        path: &Path<'_>,
    ) -> Result<bool> {
        if self.may_stop() {
            return Ok(false);
        }
        let mut closest: Option<Failure> = None;
        for inner in nodes {
            // The failure that is deepest in the value tells most about what was meant.
            let depth = |failure: &Failure| failure.path.matches('/').count();
            if let Some(found) = self.first_failure(*inner, value, path)? {
                if closest.as_ref().is_none_or(|closest| depth(&found) > depth(closest)) {
                    closest = Some(found);
                }
            }
        }
        let message = || {
            let because = closest.map(|closest| {
                let place =
                    if closest.path.is_empty() { String::new() } else { format!("{}: ", closest.path) };
                format!(". The closest one says: {place}{}", closest.message)
            });
            format!(
                "matches none of the {} schemas in `{keyword}`{}",
                nodes.len(),
                because.unwrap_or_default()
            )
        };
        Ok(self.fail(node, keyword, path, message))
    }
}
