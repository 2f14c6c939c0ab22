//! Features with their rules, in the schema of Powertools for AWS Lambda.

use super::condition::Condition;
use super::document::{order, plain, RULES};
use super::python::is_true;
use crate::time::Time;
use rhai_vm::{Map, Object, Value};
use std::fmt;
use std::rc::Rc;

/// Features with their names, in the order of these. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Features(Rc<[(String, Feature)]>);

struct Feature {
    default: Value,
    is_boolean: bool,
    rules: Vec<Rule>,
}

struct Rule {
    when_match: Value,
    conditions: Vec<Condition>,
}

impl Features {
    pub(super) const TYPE_NAME: &'static str = "FeatureFlags";

    /// Reads features.
    ///
    /// # Errors
    /// What is wrong with them, and where.
    pub(super) fn read(document: &Value) -> Result<Self, String> {
        let map = document.as_map().ok_or("the features must be an object with a member for each feature")?;
        // Notes about the order of members that happen to be called `rules`.
        let named = map.iter().filter(|(name, _)| !name.starts_with('\0'));
        let feature = |(name, feature): (&rhai_vm::Str, &Value)| {
            let read = Feature::read(feature)
                .map_err(|problem| format!("the feature {:?}: {problem}", name.as_str()))?;
            Ok((name.to_string(), read))
        };
        // A map is in the order of its keys.
        Ok(Self(named.map(feature).collect::<Result<_, String>>()?))
    }

    /// The value of a feature for a context; `None` if there is no such feature.
    pub(super) fn evaluate(&self, name: &str, context: &Map, now: &Time) -> Option<Value> {
        let index = self.0.binary_search_by(|(other, _)| other.as_str().cmp(name)).ok()?;
        Some(self.0[index].1.evaluate(context, now))
    }

    /// The names of the features whose value is true for a context.
    pub(super) fn enabled(&self, context: &Map, now: &Time) -> Vec<&str> {
        let enabled = self.0.iter().filter(|(_, feature)| is_true(&feature.evaluate(context, now)));
        enabled.map(|(name, _)| name.as_str()).collect()
    }
}

impl Feature {
    fn read(feature: &Value) -> Result<Self, String> {
        let map =
            feature.as_map().filter(|map| !map.is_empty()).ok_or("it must be an object that is not empty")?;
        let is_boolean = map.get("boolean_type").is_none_or(is_true);
        let default = map.get("default").map(plain).unwrap_or_default();
        if default.is_unit() || (is_boolean && default.as_bool().is_none()) {
            return Err(
                "`default` must be a boolean, or any value but null with \"boolean_type\": false".to_owned()
            );
        }
        let rules = match map.get(RULES).filter(|rules| is_true(rules)) {
            None => Vec::new(),
            Some(Value::Map(rules)) => {
                let rule = |name: &rhai_vm::Str| {
                    let read = Rule::read(rules.get(name).unwrap_or(&Value::Unit), is_boolean);
                    read.map_err(|problem| format!("the rule {:?}: {problem}", name.as_str()))
                };
                order(map).iter().map(rule).collect::<Result<_, _>>()?
            }
            Some(_) => return Err("`rules` must be an object".to_owned()),
        };
        Ok(Self { default, is_boolean, rules })
    }

    fn evaluate(&self, context: &Map, now: &Time) -> Value {
        let matching = self.rules.iter().find(|rule| rule.matches(context, now));
        let value = matching.map_or(&self.default, |rule| &rule.when_match);
        if self.is_boolean {
            is_true(value).into()
        } else {
            value.clone()
        }
    }
}

impl Rule {
    fn read(rule: &Value, is_boolean: bool) -> Result<Self, String> {
        let map =
            rule.as_map().filter(|map| !map.is_empty()).ok_or("it must be an object that is not empty")?;
        let when_match = map.get("when_match").map(plain).unwrap_or_default();
        if is_boolean && when_match.as_bool().is_none() {
            return Err("`when_match` must be a boolean".to_owned());
        }
        let conditions =
            map.get("conditions").and_then(Value::as_array).filter(|conditions| !conditions.is_empty());
        let conditions = conditions.ok_or("`conditions` must be an array that is not empty")?;
        let conditions = conditions.iter().map(Condition::read).collect::<Result<_, _>>()?;
        Ok(Self { when_match, conditions })
    }

    fn matches(&self, context: &Map, now: &Time) -> bool {
        self.conditions.iter().all(|condition| condition.is_met(context, now))
    }
}

impl Object for Features {
    fn type_name(&self) -> &'static str {
        Self::TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} feature flags", self.0.len())
    }
}
