//! From a schema to its nodes.

use crate::check::{Check, Limit, Node, NodeId, Properties, Types};
use crate::format::Format;
use crate::loops::refuse_loops;
use crate::path::escaped;
use crate::pattern::Pattern;
use crate::resources::{problem, Resources};
use crate::{Options, Problem, Schema};
use rhai_vm::{Map, Str, Value};
use std::collections::HashMap;
use std::rc::Rc;

type Result<T> = std::result::Result<T, Problem>;

pub(crate) fn compile(schema: &Value, options: &Options<'_>) -> Result<Schema> {
    let mut compiler = Compiler {
        resources: Resources::new(options.documents),
        nodes: Vec::new(),
        known: HashMap::new(),
        waiting: Vec::new(),
        dynamic_names: Vec::new(),
        pattern_memory: 0,
        options: *options,
    };
    let resource = compiler.resources.add_root(schema)?;
    let root = compiler.node(schema, resource, "")?;
    compiler.run()?;
    // Documents that are found on the way may have more of the anchors that are looked for.
    let mut anchors = HashMap::new();
    loop {
        let before = (compiler.nodes.len(), compiler.dynamic_names.len());
        for name in compiler.dynamic_names.clone() {
            for (resource, schema, at) in compiler.resources.dynamic_anchors(&name) {
                let node = compiler.node(&schema, resource, &at)?;
                anchors.insert((resource, name.clone()), node);
            }
        }
        compiler.run()?;
        if before == (compiler.nodes.len(), compiler.dynamic_names.len()) {
            break;
        }
    }
    refuse_loops(&compiler.nodes)?;
    Ok(Schema { nodes: compiler.nodes, root, anchors, pattern_memory: compiler.pattern_memory })
}

struct Compiler<'a> {
    resources: Resources<'a>,
    nodes: Vec<Node>,
    /// The nodes of schemas in their resources. Booleans have a node for each place.
    known: HashMap<(u32, *const Map), NodeId>,
    /// Nodes without checks so far.
    waiting: Vec<(NodeId, Rc<Map>)>,
    /// The names that `$dynamicRef` looks for.
    dynamic_names: Vec<Str>,
    /// The bytes of all patterns so far.
    pattern_memory: usize,
    options: Options<'a>,
}

/// A schema that is being compiled.
struct Place<'a> {
    map: &'a Map,
    resource: u32,
    at: &'a str,
}

impl Place<'_> {
    fn of(&self, keyword: &str) -> String {
        format!("{}/{keyword}", self.at)
    }

    fn wrong(&self, keyword: &str, needed: &str) -> Problem {
        problem(&self.of(keyword), format!("`{keyword}` must be {needed}"))
    }

    fn count(&self, keyword: &str, value: &Value) -> Result<u64> {
        let count = match value {
            Value::Int(count) => u64::try_from(*count).ok(),
            // A larger one is the largest.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            Value::Float(count) if *count >= 0.0 && count.fract() == 0.0 => Some(*count as u64),
            _ => None,
        };
        count.ok_or_else(|| self.wrong(keyword, "an integer of at least 0"))
    }

    fn strings(&self, keyword: &str, value: &Value) -> Result<Box<[Str]>> {
        let strings =
            value.as_array().and_then(|items| items.iter().map(|item| item.as_str().cloned()).collect());
        strings.ok_or_else(|| self.wrong(keyword, "an array of strings"))
    }
}

impl Compiler<'_> {
    /// The node of a schema, which may have its checks later.
    fn node(&mut self, schema: &Value, resource: u32, at: &str) -> Result<NodeId> {
        let number =
            NodeId::try_from(self.nodes.len()).map_err(|_| problem(at, "the schema is too large"))?;
        let resource = schema.as_map().and_then(|map| self.resources.of(map)).unwrap_or(resource);
        let mut node = Node { resource, at: at.into(), ..Node::default() };
        match schema {
            Value::Bool(true) => node.is_simple = true,
            Value::Bool(false) => node.checks.push(Check::Never),
            Value::Map(map) => {
                if let Some(known) = self.known.get(&(resource, Rc::as_ptr(map))) {
                    return Ok(*known);
                }
                self.known.insert((resource, Rc::as_ptr(map)), number);
                self.waiting.push((number, Rc::clone(map)));
            }
            other => {
                let message = format!("a schema must be a map or a boolean, not {}", other.type_name());
                return Err(problem(at, message));
            }
        }
        self.nodes.push(node);
        Ok(number)
    }

    fn run(&mut self) -> Result<()> {
        while let Some((number, map)) = self.waiting.pop() {
            let node = &self.nodes[number as usize];
            let (resource, at) = (node.resource, Rc::clone(&node.at));
            let checks = self.checks(&Place { map: &map, resource, at: &at })?;
            let node = &mut self.nodes[number as usize];
            node.tracks = checks
                .iter()
                .any(|check| matches!(check, Check::UnevaluatedItems(_) | Check::UnevaluatedProperties(_)));
            node.is_simple = checks.iter().all(|check| check.holds(&Value::Unit).is_some());
            node.checks = checks;
        }
        Ok(())
    }

    fn checks(&mut self, place: &Place<'_>) -> Result<Vec<Check>> {
        let mut checks = Vec::new();
        if self.resources.validates(place.resource) {
            for (keyword, value) in place.map {
                checks.extend(self.assertion(place, keyword, value)?);
            }
        }
        checks.extend(self.properties(place)?);
        checks.extend(self.items(place)?);
        for (keyword, value) in place.map {
            checks.extend(self.applicator(place, keyword, value)?);
        }
        if let Some(node) = self.inner(place, "unevaluatedItems")? {
            checks.push(Check::UnevaluatedItems(node));
        }
        if let Some(node) = self.inner(place, "unevaluatedProperties")? {
            checks.push(Check::UnevaluatedProperties(node));
        }
        Ok(checks)
    }

    /// The check of a keyword that looks at the value itself.
    fn assertion(&mut self, place: &Place<'_>, keyword: &str, value: &Value) -> Result<Option<Check>> {
        let count = || place.count(keyword, value);
        let limit = |limit| match value {
            Value::Int(_) => Ok(Check::Limit(limit, value.clone())),
            Value::Float(number) if number.is_finite() => Ok(Check::Limit(limit, value.clone())),
            _ => Err(place.wrong(keyword, "a number")),
        };
        Ok(Some(match keyword {
            "type" => Check::Type(types(place, value)?),
            "const" => Check::Const(value.clone()),
            "enum" => one_of(value.as_array().ok_or_else(|| place.wrong(keyword, "an array"))?),
            "minimum" => limit(Limit::Minimum)?,
            "maximum" => limit(Limit::Maximum)?,
            "exclusiveMinimum" => limit(Limit::ExclusiveMinimum)?,
            "exclusiveMaximum" => limit(Limit::ExclusiveMaximum)?,
            "multipleOf" => match value {
                Value::Int(1..) => Check::MultipleOf(value.clone()),
                Value::Float(number) if *number > 0.0 && number.is_finite() => {
                    Check::MultipleOf(value.clone())
                }
                _ => return Err(place.wrong(keyword, "a number above 0")),
            },
            "minLength" => Check::MinLength(count()?),
            "maxLength" => Check::MaxLength(count()?),
            "pattern" => Check::Pattern(self.pattern(&place.of(keyword), value.as_str())?),
            "format" => {
                let name = value.as_str().ok_or_else(|| place.wrong(keyword, "a string"))?;
                return Ok(Format::named(name).filter(|_| self.options.formats).map(Check::Format));
            }
            "minItems" => Check::MinItems(count()?),
            "maxItems" => Check::MaxItems(count()?),
            "uniqueItems" => match value.as_bool() {
                Some(true) => Check::UniqueItems,
                Some(false) => return Ok(None),
                None => return Err(place.wrong(keyword, "a boolean")),
            },
            "minProperties" => Check::MinProperties(count()?),
            "maxProperties" => Check::MaxProperties(count()?),
            "required" => Check::Required(place.strings(keyword, value)?),
            "dependentRequired" => {
                let map = value.as_map().ok_or_else(|| place.wrong(keyword, "a map of arrays of strings"))?;
                let entry =
                    |(name, names): (&Str, &Value)| Ok((name.clone(), place.strings(keyword, names)?));
                Check::DependentRequired(map.iter().map(entry).collect::<Result<_>>()?)
            }
            _ => return Ok(None),
        }))
    }

    /// The check of a keyword with other schemas for the same value.
    fn applicator(&mut self, place: &Place<'_>, keyword: &str, value: &Value) -> Result<Option<Check>> {
        Ok(Some(match keyword {
            "$ref" | "$dynamicRef" => {
                let at = place.of(keyword);
                let reference = value.as_str().ok_or_else(|| place.wrong(keyword, "a string"))?;
                let target = self.resources.resolve(place.resource, reference, &at)?;
                let node = self.node(&target.schema, target.resource, &target.at)?;
                match target.dynamic.filter(|_| keyword == "$dynamicRef") {
                    None => Check::Reference(node),
                    Some(name) => {
                        if !self.dynamic_names.contains(&name) {
                            self.dynamic_names.push(name.clone());
                        }
                        Check::DynamicReference { name, first: node }
                    }
                }
            }
            "allOf" => Check::AllOf(self.list(place, keyword, value)?),
            "anyOf" => Check::AnyOf(self.list(place, keyword, value)?),
            "oneOf" => Check::OneOf(self.list(place, keyword, value)?),
            "not" => Check::Not(self.node(value, place.resource, &place.of(keyword))?),
            "if" => Check::If {
                condition: self.node(value, place.resource, &place.of(keyword))?,
                then: self.inner(place, "then")?,
                otherwise: self.inner(place, "else")?,
            },
            "dependentSchemas" => Check::DependentSchemas(self.named(place, keyword)?),
            // It is never meant to be ignored.
            "dependencies" => {
                let message = "`dependencies` is not a keyword of JSON Schema 2020-12. Use `dependentRequired` or `dependentSchemas`";
                return Err(problem(&place.of(keyword), message));
            }
            _ => return Ok(None),
        }))
    }

    fn properties(&mut self, place: &Place<'_>) -> Result<Vec<Check>> {
        let mut checks = Vec::new();
        let mut patterns = Vec::new();
        for (source, node) in self.named(place, "patternProperties")? {
            patterns.push((self.pattern(&place.of("patternProperties"), Some(&source))?, node));
        }
        let named = self.named(place, "properties")?;
        let additional = self.inner(place, "additionalProperties")?;
        if !named.is_empty() || !patterns.is_empty() || additional.is_some() {
            checks.push(Check::Properties(Properties { named, patterns: patterns.into(), additional }));
        }
        checks.extend(self.inner(place, "propertyNames")?.map(Check::PropertyNames));
        Ok(checks)
    }

    fn items(&mut self, place: &Place<'_>) -> Result<Vec<Check>> {
        let mut checks = Vec::new();
        let prefix = match place.map.get("prefixItems") {
            Some(items) => self.list(place, "prefixItems", items)?,
            None => Box::default(),
        };
        if let Some(Value::Array(_)) = place.map.get("items") {
            let message = "`items` must be a map or a boolean. An array of schemas is `prefixItems` in JSON Schema 2020-12";
            return Err(problem(&place.of("items"), message));
        }
        let rest = self.inner(place, "items")?;
        if !prefix.is_empty() || rest.is_some() {
            checks.push(Check::Items { prefix, rest });
        }
        if let Some(node) = self.inner(place, "contains")? {
            let limit = |keyword| {
                let value = place.map.get(keyword).filter(|_| self.resources.validates(place.resource));
                value.map(|value| place.count(keyword, value)).transpose()
            };
            checks.push(Check::Contains {
                node,
                min: limit("minContains")?.unwrap_or(1),
                max: limit("maxContains")?,
            });
        }
        Ok(checks)
    }

    /// The node of a keyword with a schema.
    fn inner(&mut self, place: &Place<'_>, keyword: &str) -> Result<Option<NodeId>> {
        let node = |value| self.node(value, place.resource, &place.of(keyword));
        place.map.get(keyword).map(node).transpose()
    }

    fn list(&mut self, place: &Place<'_>, keyword: &str, value: &Value) -> Result<Box<[NodeId]>> {
        let items = value.as_array().filter(|items| !items.is_empty());
        let items = items.ok_or_else(|| place.wrong(keyword, "an array with at least one schema"))?;
        let node =
            |(index, item)| self.node(item, place.resource, &format!("{}/{keyword}/{index}", place.at));
        items.iter().enumerate().map(node).collect()
    }

    fn named(&mut self, place: &Place<'_>, keyword: &str) -> Result<Box<[(Str, NodeId)]>> {
        let Some(value) = place.map.get(keyword) else { return Ok(Box::default()) };
        let map = value.as_map().ok_or_else(|| place.wrong(keyword, "a map of schemas"))?;
        let node = |(name, schema): (&Str, &Value)| {
            let at = format!("{}/{keyword}/{}", place.at, escaped(name));
            Ok((name.clone(), self.node(schema, place.resource, &at)?))
        };
        map.iter().map(node).collect()
    }

    fn pattern(&mut self, at: &str, source: Option<&Str>) -> Result<Rc<Pattern>> {
        let source = source.ok_or_else(|| problem(at, "a pattern must be a string"))?;
        let limit = self.options.pattern_limit;
        let pattern = Pattern::compile(source, limit).map_err(|message| problem(at, message))?;
        self.pattern_memory += pattern.memory();
        if self.pattern_memory > limit {
            let message =
                format!("the patterns of the schema, compiled, exceed the size limit of {} KB", limit >> 10);
            return Err(problem(at, message));
        }
        Ok(Rc::new(pattern))
    }
}

fn types(place: &Place<'_>, value: &Value) -> Result<Types> {
    let names = match value {
        Value::Str(_) => std::slice::from_ref(value),
        Value::Array(items) => items.as_slice(),
        _ => &[],
    };
    let mut types = Types::default();
    for name in names {
        let with = name.as_str().and_then(|name| types.with(name));
        types = with.ok_or_else(|| {
            let message = format!(
                "the type {:?} does not exist. The types are {}",
                name.to_string(),
                Types::NAMES.join(", ")
            );
            problem(&place.of("type"), message)
        })?;
    }
    if types == Types::default() {
        return Err(place.wrong("type", "a string or an array of strings"));
    }
    Ok(types)
}

fn one_of(items: &[Value]) -> Check {
    let strings = items.iter().map(|item| item.as_str().cloned()).collect::<Option<Vec<_>>>();
    match strings {
        Some(mut strings) => {
            strings.sort();
            Check::EnumOfStrings(strings.into())
        }
        None => Check::Enum(items.into()),
    }
}
