//! Expressions → values.

use super::compare::{compare, is_true};
use super::search::Search;
use super::{Error, ErrorKind, Items, Node, Result};
use rhai_vm::{memory, Map, Value};

impl Search<'_> {
    /// What an expression finds in a value.
    pub(super) fn find(&self, node: &Node, value: &Value) -> Result<Value> {
        self.step()?;
        Ok(match node {
            Node::Current => value.clone(),
            Node::Literal(literal) => literal.clone(),
            Node::Field(name) => value.as_map().and_then(|map| map.get(name)).cloned().unwrap_or_default(),
            Node::Index(index) => item(value, *index),
            Node::Slice(start, stop, stride) => return slice(value, *start, *stop, *stride),
            Node::Sub(left, right) => return self.find(right, &self.find(left, value)?),
            Node::Flatten(list) => return self.flatten(&self.find(list, value)?),
            Node::Project(items, left, right) => return self.project(items, &self.find(left, value)?, right),
            Node::Compare(operator, left, right) => {
                return compare(self, *operator, &self.find(left, value)?, &self.find(right, value)?);
            }
            Node::And(left, right) => {
                let left = self.find(left, value)?;
                if is_true(&left) {
                    return self.find(right, value);
                }
                left
            }
            Node::Or(left, right) => {
                let left = self.find(left, value)?;
                if is_true(&left) {
                    return Ok(left);
                }
                return self.find(right, value);
            }
            Node::Not(node) => (!is_true(&self.find(node, value)?)).into(),
            // Nothing is found in nothing.
            Node::List(_) | Node::Hash(_) if value.is_unit() => Value::Unit,
            Node::List(nodes) => {
                Value::array(nodes.iter().map(|node| self.find(node, value)).collect::<Result<_>>()?)
            }
            Node::Hash(entries) => {
                let entries =
                    entries.iter().map(|(key, node)| Ok((key.as_str().into(), self.find(node, value)?)));
                Map::from_entries(entries.collect::<Result<_>>()?).into()
            }
            Node::Call(function, arguments) => return function.call(self, arguments, value),
            Node::Reference(_) => {
                return Err(Error::Invalid(
                    ErrorKind::Type,
                    "an expression with & can only be an argument of a function".to_owned(),
                ));
            }
        })
    }

    fn project(&self, items: &Items, of: &Value, node: &Node) -> Result<Value> {
        let mut found = Vec::new();
        match (items, of) {
            (Items::List, Value::Array(items)) => {
                items.iter().try_for_each(|item| self.add(&mut found, node, item))?;
            }
            (Items::Filtered(condition), Value::Array(items)) => {
                for item in items.iter() {
                    if is_true(&self.find(condition, item)?) {
                        self.add(&mut found, node, item)?;
                    }
                }
            }
            (Items::Values, Value::Map(map)) => {
                map.values().try_for_each(|item| self.add(&mut found, node, item))?;
            }
            _ => return Ok(Value::Unit),
        }
        Ok(Value::array(found))
    }

    fn add(&self, found: &mut Vec<Value>, node: &Node, item: &Value) -> Result<()> {
        let value = self.find(node, item)?;
        if !value.is_unit() {
            push(found, value)?;
        }
        Ok(())
    }

    fn flatten(&self, value: &Value) -> Result<Value> {
        let Some(items) = value.as_array() else { return Ok(Value::Unit) };
        let mut flat = Vec::new();
        for item in items {
            self.step()?;
            match item.as_array() {
                Some(inner) => {
                    memory::reserve(&mut flat, inner.len())?;
                    flat.extend(inner.iter().cloned());
                }
                None => push(&mut flat, item.clone())?,
            }
        }
        Ok(Value::array(flat))
    }
}

/// Appends to a list that may become large.
pub(super) fn push(items: &mut Vec<Value>, item: Value) -> Result<()> {
    memory::reserve(items, 1)?;
    items.push(item);
    Ok(())
}

fn item(value: &Value, index: i64) -> Value {
    let Some(items) = value.as_array() else { return Value::Unit };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let index = if index < 0 { length.saturating_add(index) } else { index };
    usize::try_from(index).ok().and_then(|index| items.get(index)).cloned().unwrap_or_default()
}

/// The items from `start` to before `stop`, as Python has it.
fn slice(value: &Value, start: Option<i64>, stop: Option<i64>, stride: Option<i64>) -> Result<Value> {
    let stride = stride.unwrap_or(1);
    if stride == 0 {
        return Err(Error::Invalid(ErrorKind::Value, "the step of a slice is 0".to_owned()));
    }
    let Some(items) = value.as_array() else { return Ok(Value::Unit) };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (lowest, highest) = if stride > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |index: i64| {
        let index = if index < 0 { length.saturating_add(index) } else { index };
        index.clamp(lowest, highest)
    };
    let start = start.map_or(if stride > 0 { lowest } else { highest }, bound);
    let stop = stop.map_or(if stride > 0 { highest } else { lowest }, bound);
    let mut found = Vec::new();
    let mut at = start;
    while if stride > 0 { at < stop } else { at > stop } {
        if let Some(item) = usize::try_from(at).ok().and_then(|at| items.get(at)) {
            push(&mut found, item.clone())?;
        }
        at = at.saturating_add(stride);
    }
    Ok(Value::array(found))
}
