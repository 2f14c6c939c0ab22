//! `mask::erase`: values without what nobody should see.

use super::arguments::error;
use crate::value::type_of;
use rhai_vm::function::Call;
use rhai_vm::memory::{self, Meter};
use rhai_vm::{module, Result, Value};
use std::rc::Rc;

/// What is in place of a value.
const MASK: &str = "*****";
/// The deepest place that is looked at.
const MAX_DEPTH: usize = 1000;

module! {
    /// Sensitive data, to be left out of logs and responses.
    "`mask`"

    namespace "mask" {
        /// Returns a copy of a value in which the values at these paths are `*****`, or `replacement`. A path has keys and indexes,
        /// `*` for all entries of a map or all items of an array, and `**` for all levels: `customer.card`, `items[0].price`, `items[*].price`, `**.password`. A key
        /// with other characters than letters, digits, `_` and `-` is in quotes: `headers."x.api.key"`. Paths that lead nowhere are ignored.
        /// Throws `MaskError` for what is not a path.
        ///
        /// ```rhai
        /// let order = #{ id: 7, customer: #{ name: "Ada", card: "4111…" }, items: [#{ price: 3, note: "x" }] };
        /// mask::erase(order, ["customer.card", "items[*].note"]) // → {"id": 7, "customer": {"name": "Ada", "card": "*****"}, "items": [{"price": 3, "note": "*****"}]}
        /// mask::erase(order, ["**.name"], ()).customer.name // → null
        /// mask::erase(order, ["customer..card"]) // ✗ MaskError
        /// ```
        new "erase" (value: Any, paths: Array; replacement: Any) -> Any throws MaskError = |call| {
            let replacement = if call.len() > 2 { call.take(2) } else { MASK.into() };
            let mut value = call.take(0);
            for path in call.array(1) {
                let steps = parse(path)?;
                let eraser = Eraser { call, replacement: &replacement, meter: Meter::new() };
                eraser.erase(&mut value, &steps, 0)?;
            }
            Ok(value)
        };
    }
}

/// A step of a path.
enum Step {
    Key(String),
    Index(usize),
    /// `*`
    Each,
    /// `**`
    Deep,
}

fn parse(path: &Value) -> Result<Vec<Step>> {
    let Some(text) = path.as_str() else {
        let kind = type_of(path);
        return Err(error("MismatchedTypes", format!("a path of mask::erase must be a string, not {kind}")));
    };
    let problem =
        || error("MaskError", format!("{text:?} is not a path such as \"items[*].card\" or \"**.password\""));
    let mut steps = Vec::new();
    let mut rest = text.as_str();
    loop {
        let (step, after) = step(rest).ok_or_else(problem)?;
        steps.push(step);
        if after.is_empty() {
            return Ok(steps);
        }
        rest = match after.strip_prefix('.') {
            Some(rest) => rest,
            None if after.starts_with('[') => after,
            None => return Err(problem()),
        };
    }
}

/// The first step of a path, and what is after it.
fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(inner) = text.strip_prefix('[') {
        let (inner, after) = inner.split_once(']')?;
        let step = if inner == "*" { Step::Each } else { Step::Index(inner.parse().ok()?) };
        return Some((step, after));
    }
    if let Some(after) = text.strip_prefix("**") {
        return Some((Step::Deep, after));
    }
    if let Some(after) = text.strip_prefix('*') {
        return Some((Step::Each, after));
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let (key, after) = quoted.split_once('"')?;
        return Some((Step::Key(key.to_owned()), after));
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(text.len());
    (end > 0).then(|| (Step::Key(text[..end].to_owned()), &text[end..]))
}

struct Eraser<'a, 'b> {
    call: &'a Call<'b>,
    replacement: &'a Value,
    meter: Meter,
}

impl Eraser<'_, '_> {
    /// Replaces what is at the end of these steps.
    fn erase(&self, value: &mut Value, steps: &[Step], depth: usize) -> Result<()> {
        let Some((step, rest)) = steps.split_first() else {
            *value = self.replacement.clone();
            return Ok(());
        };
        self.call.check()?;
        if depth > MAX_DEPTH {
            return Err(error("MaskError", format!("the value is nested deeper than {MAX_DEPTH} levels")));
        }
        match step {
            Step::Key(key) if has_key(value, key) => {
                let Value::Map(map) = self.owned(value)? else { return Ok(()) };
                match Rc::make_mut(map).get_mut(key) {
                    Some(inner) => self.erase(inner, rest, depth + 1),
                    None => Ok(()),
                }
            }
            Step::Index(index) if value.as_array().is_some_and(|items| *index < items.len()) => {
                let Value::Array(items) = self.owned(value)? else { return Ok(()) };
                self.erase(&mut Rc::make_mut(items).as_mut()[*index], rest, depth + 1)
            }
            Step::Each => self.each(value, rest, depth),
            Step::Deep => {
                self.erase_here(value, rest, depth)?;
                self.each(value, steps, depth)
            }
            Step::Key(_) | Step::Index(_) => Ok(()),
        }
    }

    /// A value that is copied before it is changed, where somebody else has it, too.
    fn owned<'v>(&self, value: &'v mut Value) -> Result<&'v mut Value> {
        let is_shared = match value {
            Value::Array(items) => Rc::strong_count(items) > 1,
            Value::Map(map) => Rc::strong_count(map) > 1,
            _ => false,
        };
        if is_shared {
            self.meter.needs(memory::own_bytes(value))?;
        }
        Ok(value)
    }

    /// What `**` says of this level; `**` at the end is what is in it.
    fn erase_here(&self, value: &mut Value, rest: &[Step], depth: usize) -> Result<()> {
        if rest.is_empty() {
            return self.each(value, rest, depth);
        }
        self.erase(value, rest, depth + 1)
    }

    /// Goes on in all entries or items.
    fn each(&self, value: &mut Value, steps: &[Step], depth: usize) -> Result<()> {
        if !matches!(value, Value::Array(_) | Value::Map(_)) {
            return Ok(());
        }
        match self.owned(value)? {
            Value::Array(items) => Rc::make_mut(items)
                .as_mut()
                .iter_mut()
                .try_for_each(|item| self.erase(item, steps, depth + 1)),
            Value::Map(map) => {
                Rc::make_mut(map).values_mut().try_for_each(|item| self.erase(item, steps, depth + 1))
            }
            _ => Ok(()),
        }
    }
}

fn has_key(value: &Value, key: &str) -> bool {
    value.as_map().is_some_and(|map| map.contains_key(key))
}
