//! The keywords for objects.

use crate::check::{Check, Node, NodeId, Properties};
use crate::path::Path;
use crate::run::Run;
use crate::say;
use crate::seen::Seen;
use rhai_vm::{Map, Result, Str, Value};

impl<'s> Run<'s> {
    pub(crate) fn object(
        &mut self,
        node: &'s Node,
        check: &'s Check,
        map: &Map,
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        match check {
            Check::Required(names) => Ok(self.required(node, "required", names, map, path, say::required)),
            Check::DependentRequired(dependencies) => {
                let mut is_valid = true;
                for (name, names) in dependencies.iter().filter(|(name, _)| map.contains_key(name)) {
                    let message = |missing: &str| say::dependent(missing, name);
                    is_valid &= self.required(node, "dependentRequired", names, map, path, message);
                }
                Ok(is_valid)
            }
            Check::Properties(properties) => self.properties(properties, map, path, seen),
            Check::PropertyNames(inner) => self.property_names(*inner, map, path),
            Check::UnevaluatedProperties(inner) => self.unevaluated_properties(*inner, map, path, seen),
            _ => Ok(true),
        }
    }

    fn required(
        &mut self,
        node: &'s Node,
        keyword: &'static str,
        names: &[Str],
        map: &Map,
        path: &Path<'_>,
        message: impl Fn(&str) -> String,
    ) -> bool {
        let mut is_valid = true;
        for name in names {
            if !map.contains_key(name) {
                is_valid = self.fail(node, keyword, path, || message(name));
                if self.may_stop() {
                    break;
                }
            }
        }
        is_valid
    }

    fn properties(
        &mut self,
        properties: &'s Properties,
        map: &Map,
        path: &Path<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let Properties { named, patterns, additional } = properties;
        let mut is_valid = true;
        if patterns.is_empty() && additional.is_none() {
            for (name, node) in named {
                let Some(value) = map.get(name) else { continue };
                is_valid &= self.property(*node, name, value, path, seen.as_deref_mut())?;
                if !is_valid && self.may_stop() {
                    break;
                }
            }
            return Ok(is_valid);
        }
        // Both are in the same order.
        let mut named = named.iter().peekable();
        for (name, value) in map {
            while named.next_if(|(known, _)| known < name).is_some() {}
            let own = named.next_if(|(known, _)| known == name).map(|(_, node)| *node);
            let matching =
                patterns.iter().filter(|(pattern, _)| pattern.is_match(name)).map(|(_, node)| *node);
            let mut is_known = false;
            for node in own.into_iter().chain(matching) {
                is_known = true;
                is_valid &= self.property(node, name, value, path, seen.as_deref_mut())?;
            }
            if let Some(node) = additional.filter(|_| !is_known) {
                is_valid &= self.property(node, name, value, path, seen.as_deref_mut())?;
            }
            if !is_valid && self.may_stop() {
                break;
            }
        }
        Ok(is_valid)
    }

    fn property(
        &mut self,
        node: NodeId,
        name: &Str,
        value: &Value,
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        if let Some(seen) = seen {
            seen.add_name(name);
        }
        self.node(node, value, &path.key(name), None)
    }

    fn property_names(&mut self, node: NodeId, map: &Map, path: &Path<'_>) -> Result<bool> {
        let mut is_valid = true;
        for name in map.keys() {
            if !self.node(node, &Value::Str(name.clone()), &path.key(name), None)? {
                is_valid = false;
                if self.may_stop() {
                    break;
                }
            }
        }
        Ok(is_valid)
    }

    fn unevaluated_properties(
        &mut self,
        node: NodeId,
        map: &Map,
        path: &Path<'_>,
        seen: Option<&mut Seen>,
    ) -> Result<bool> {
        let Some(seen) = seen else { return Ok(true) };
        let mut is_valid = true;
        for (name, value) in map.iter().filter(|(name, _)| !seen.has_name(name)) {
            if !self.node(node, value, &path.key(name), None)? {
                is_valid = false;
                if self.may_stop() {
                    break;
                }
            }
        }
        seen.add_all_names();
        Ok(is_valid)
    }
}
