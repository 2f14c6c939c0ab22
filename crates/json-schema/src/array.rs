//! The keywords for arrays.

use crate::check::{Check, Node, NodeId};
use crate::equal;
use crate::path::Path;
use crate::run::Run;
use crate::say;
use crate::seen::Seen;
use rhai_vm::{Result, Value};

impl<'s> Run<'s> {
    pub(crate) fn array(
        &mut self,
        node: &'s Node,
        check: &'s Check,
        items: &[Value],
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        match check {
            Check::UniqueItems => {
                let Some((earlier, later)) = equal::same_items(items, self.check)? else { return Ok(true) };
                let message = || {
                    format!(
                        "must have no two items that are the same, but those at {earlier} and {later} are"
                    )
                };
                Ok(self.fail(node, "uniqueItems", path, message))
            }
            Check::Items { prefix, rest } => self.items(prefix, *rest, items, path, seen),
            Check::Contains { node: inner, min, max } => {
                self.contains(node, *inner, (*min, *max), items, path, seen)
            }
            Check::UnevaluatedItems(inner) => self.unevaluated_items(*inner, items, path, seen),
            _ => Ok(true),
        }
    }

    fn items(
        &mut self,
        prefix: &[NodeId],
        rest: Option<NodeId>,
        items: &[Value],
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let nodes = prefix.iter().copied().map(Some).chain(std::iter::repeat(rest));
        let mut is_valid = true;
        for ((index, item), node) in items.iter().enumerate().zip(nodes) {
            let Some(node) = node else { break };
            if !self.node(node, item, &path.index(index), None)? {
                is_valid = false;
                if self.may_stop() {
                    break;
                }
            }
        }
        if let Some(seen) = seen {
            seen.add_first_items(if rest.is_some() { items.len() } else { prefix.len() });
        }
        Ok(is_valid)
    }

    fn contains(
        &mut self,
        node: &'s Node,
        inner: NodeId,
        (min, max): (u64, Option<u64>),
        items: &[Value],
        path: &Path<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let mut found = 0;
        for (index, item) in items.iter().enumerate() {
            if self.quietly(|run| run.node(inner, item, &path.index(index), None))? {
                found += 1;
                match seen.as_deref_mut() {
                    Some(seen) => seen.add_item(index),
                    None if found >= min && max.is_none() => return Ok(true),
                    None => {}
                }
            }
        }
        let is_valid = found >= min && max.is_none_or(|max| found <= max);
        let keyword = match max {
            Some(max) if found > max => "maxContains",
            _ if min != 1 => "minContains",
            _ => "contains",
        };
        Ok(is_valid || self.fail(node, keyword, path, || say::contains(found, min, max)))
    }

    fn unevaluated_items(
        &mut self,
        node: NodeId,
        items: &[Value],
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let Some(seen) = seen else { return Ok(true) };
        let mut is_valid = true;
        for (index, item) in items.iter().enumerate().filter(|(index, _)| !seen.has_item(*index)) {
            if !self.node(node, item, &path.index(index), None)? {
                is_valid = false;
                if self.may_stop() {
                    break;
                }
            }
        }
        seen.add_first_items(items.len());
        Ok(is_valid)
    }
}
