//! What references lead to: the resources of a schema (`$id`), their anchors, and the documents given beside it.

use crate::keywords;
use crate::path::unescaped;
use crate::Problem;
use fluent_uri::{Iri, IriRef};
use percent_encoding::percent_decode_str;
use rhai_vm::{Map, Str, Value};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The URI of a schema without `$id`. Documents with relative names are beside it.
const BASE: &str = "file:///";
/// The dialect, and the vocabulary without which keywords such as `type` mean nothing.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const VALIDATION: &str = "https://json-schema.org/draft/2020-12/vocab/validation";
const VOCABULARIES: &str = "https://json-schema.org/draft/2020-12/vocab/";

/// A schema with a URI of its own.
struct Resource {
    uri: String,
    root: Value,
    at: String,
    anchors: HashMap<Str, Anchor>,
    /// Whether the keywords of the vocabulary for validation mean something.
    validates: bool,
}

struct Anchor {
    schema: Value,
    at: String,
    is_dynamic: bool,
}

/// Where a reference leads.
pub(crate) struct Target {
    pub(crate) schema: Value,
    pub(crate) resource: u32,
    pub(crate) at: String,
    /// The name, if it is a `$dynamicAnchor`.
    pub(crate) dynamic: Option<Str>,
}

/// All resources that are known so far.
pub(crate) struct Resources<'a> {
    all: Vec<Resource>,
    by_uri: HashMap<String, u32>,
    /// Which resource a map with `$id` begins.
    by_map: HashMap<*const Map, u32>,
    indexed: HashSet<(u32, *const Map)>,
    documents: Option<&'a Map>,
}

pub(crate) fn problem(at: &str, message: impl Into<String>) -> Problem {
    Problem { at: at.to_owned(), message: message.into() }
}

/// A URI as errors show it.
fn shown(uri: &str) -> &str {
    uri.strip_prefix(BASE).unwrap_or(uri)
}

impl<'a> Resources<'a> {
    pub(crate) fn new(documents: Option<&'a Map>) -> Self {
        let (all, by_uri, by_map, indexed) = Default::default();
        Self { all, by_uri, by_map, indexed, documents }
    }

    /// Adds the schema that is compiled; returns its resource.
    pub(crate) fn add_root(&mut self, schema: &Value) -> Result<u32, Problem> {
        self.add_document(BASE.to_owned(), schema, "")
    }

    /// Whether keywords for validation mean something in a resource.
    pub(crate) fn validates(&self, resource: u32) -> bool {
        self.all[resource as usize].validates
    }

    /// The resource that a map with `$id` begins.
    pub(crate) fn of(&self, map: &Map) -> Option<u32> {
        self.by_map.get(&std::ptr::from_ref(map)).copied()
    }

    /// The schemas with a dynamic anchor of this name.
    pub(crate) fn dynamic_anchors(&self, name: &str) -> Vec<(u32, Value, String)> {
        let found = self.all.iter().zip(0..).filter_map(|(resource, number)| {
            let anchor = resource.anchors.get(name).filter(|anchor| anchor.is_dynamic)?;
            Some((number, anchor.schema.clone(), anchor.at.clone()))
        });
        found.collect()
    }

    fn add_document(&mut self, uri: String, schema: &Value, at: &str) -> Result<u32, Problem> {
        let number = self.add_resource(uri, schema, at)?;
        self.index(schema, number, at)?;
        // A document with an `$id` is known by both of its URIs.
        Ok(schema.as_map().and_then(|map| self.of(map)).unwrap_or(number))
    }

    fn add_resource(&mut self, uri: String, schema: &Value, at: &str) -> Result<u32, Problem> {
        let validates = match schema.as_map().and_then(|map| map.get("$schema")) {
            Some(dialect) => self.dialect(dialect, at)?,
            None => true,
        };
        let number = u32::try_from(self.all.len()).map_err(|_| problem(at, "there are too many schemas"))?;
        let (root, at, anchors) = (schema.clone(), at.to_owned(), HashMap::new());
        self.by_uri.insert(uri.clone(), number);
        self.all.push(Resource { uri, root, at, anchors, validates });
        Ok(number)
    }

    /// Whether a dialect has the keywords for validation.
    fn dialect(&self, dialect: &Value, at: &str) -> Result<bool, Problem> {
        let at = format!("{at}/$schema");
        let Some(dialect) = dialect.as_str() else { return Err(problem(&at, "`$schema` must be a string")) };
        let dialect = dialect.strip_suffix('#').unwrap_or(dialect);
        if dialect == DIALECT {
            return Ok(true);
        }
        let given = self.documents.and_then(|documents| documents.get(dialect)).and_then(Value::as_map);
        let Some(given) = given else {
            let message =
                format!("the dialect {dialect:?} is not supported. Write the schema for {DIALECT:?}");
            return Err(problem(&at, message));
        };
        let Some(vocabularies) = given.get("$vocabulary").and_then(Value::as_map) else { return Ok(true) };
        let is_unknown = |(uri, needed): &(&Str, &Value)| {
            needed.as_bool().unwrap_or(true) && !uri.starts_with(VOCABULARIES)
        };
        if let Some((uri, _)) = vocabularies.iter().find(is_unknown) {
            let message = format!(
                "the dialect {dialect:?} needs the vocabulary {:?}, which is not supported",
                uri.as_str()
            );
            return Err(problem(&at, message));
        }
        Ok(vocabularies.contains_key(VALIDATION))
    }

    /// Finds the resources and anchors within a schema.
    fn index(&mut self, schema: &Value, resource: u32, at: &str) -> Result<(), Problem> {
        let mut waiting = vec![(schema.clone(), resource, at.to_owned())];
        while let Some((schema, mut resource, at)) = waiting.pop() {
            let Value::Map(map) = &schema else { continue };
            let key = Rc::as_ptr(map);
            if !self.indexed.insert((resource, key)) {
                continue;
            }
            if let Some(id) = map.get("$id") {
                resource = self.identify(id, &schema, key, resource, &at)?;
                self.indexed.insert((resource, key));
            }
            for (keyword, is_dynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
                let Some(name) = map.get(keyword) else { continue };
                let name =
                    name.as_str().ok_or_else(|| problem(&at, format!("`{keyword}` must be a string")))?;
                let anchor = Anchor { schema: schema.clone(), at: at.clone(), is_dynamic };
                let anchors = &mut self.all[resource as usize].anchors;
                // The same name with both keywords is a dynamic anchor.
                if is_dynamic || !anchors.contains_key(name.as_str()) {
                    anchors.insert(name.clone(), anchor);
                }
            }
            let inner = keywords::schemas(map, &at).into_iter();
            waiting.extend(inner.map(|(at, schema)| (schema, resource, at)));
        }
        Ok(())
    }

    /// The resource that a schema with `$id` is.
    fn identify(
        &mut self,
        id: &Value,
        schema: &Value,
        key: *const Map,
        outer: u32,
        at: &str,
    ) -> Result<u32, Problem> {
        let place = format!("{at}/$id");
        let id = id.as_str().ok_or_else(|| problem(&place, "`$id` must be a string"))?;
        let (uri, fragment) = self.resolved(outer, id, &place)?;
        if !fragment.is_empty() {
            return Err(problem(
                &place,
                format!("`$id` has the fragment {fragment:?}. Use `$anchor` for it"),
            ));
        }
        let number = match self.by_uri.get(&uri).copied() {
            // What was given by the same URI as its own.
            Some(known)
                if self.all[known as usize].root.as_map().is_some_and(|map| std::ptr::eq(map, key)) =>
            {
                known
            }
            Some(_) => {
                return Err(problem(&place, format!("another schema has the `$id` {:?}, too", shown(&uri))))
            }
            None => self.add_resource(uri, schema, at)?,
        };
        self.by_map.insert(key, number);
        Ok(number)
    }

    /// An absolute URI and its fragment.
    fn resolved(&self, base: u32, reference: &str, at: &str) -> Result<(String, String), Problem> {
        let (before, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let fragment = percent_decode_str(fragment).decode_utf8_lossy().into_owned();
        let base = &self.all[base as usize].uri;
        if before.is_empty() {
            return Ok((base.clone(), fragment));
        }
        let invalid = |why: String| problem(at, format!("{reference:?} is not a valid URI reference: {why}"));
        let parsed = IriRef::parse(before).map_err(|error| invalid(error.to_string()))?;
        let parsed_base = Iri::parse(base.as_str()).map_err(|error| invalid(error.to_string()))?;
        let uri = parsed.resolve_against(&parsed_base).map_err(|error| invalid(error.to_string()))?;
        Ok((uri.normalize().into_string(), fragment))
    }

    /// Where a reference leads. Documents are read when they are referred to for the first time.
    pub(crate) fn resolve(&mut self, base: u32, reference: &str, at: &str) -> Result<Target, Problem> {
        let (uri, fragment) = self.resolved(base, reference, at)?;
        let resource = match self.by_uri.get(&uri) {
            Some(resource) => *resource,
            None => self.document(&uri, reference, at)?,
        };
        if fragment.is_empty() || fragment.starts_with('/') {
            return self.walk(resource, &fragment, reference, at);
        }
        let found = self.all[resource as usize].anchors.get(fragment.as_str());
        let anchor = found.ok_or_else(|| not_found(at, reference))?;
        let dynamic = anchor.is_dynamic.then(|| fragment.as_str().into());
        Ok(Target { schema: anchor.schema.clone(), resource, at: anchor.at.clone(), dynamic })
    }

    /// A document that is given.
    fn document(&mut self, uri: &str, reference: &str, at: &str) -> Result<u32, Problem> {
        let documents = self.documents.into_iter().flat_map(Map::iter);
        let mut given = documents.filter(|(name, _)| name.as_str() == uri || name.as_str() == shown(uri));
        match given.next() {
            Some((name, schema @ (Value::Map(_) | Value::Bool(_)))) => {
                self.add_document(uri.to_owned(), schema, &format!("{name}#"))
            }
            Some((name, _)) => Err(problem(at, format!("the schema {:?} is neither a map nor a boolean", name.as_str()))),
            None => Err(problem(
                at,
                format!("the reference {reference:?} leads to {:?}, which is not given. Nothing is fetched: pass it in the option `schemas`", shown(uri)),
            )),
        }
    }

    /// Follows a JSON pointer.
    fn walk(
        &mut self,
        mut resource: u32,
        pointer: &str,
        reference: &str,
        at: &str,
    ) -> Result<Target, Problem> {
        let start = &self.all[resource as usize];
        let (mut schema, mut place) = (start.root.clone(), start.at.clone());
        for part in pointer.split('/').skip(1) {
            let key = unescaped(part);
            let inner = match &schema {
                Value::Map(map) => map.get(&key).cloned(),
                Value::Array(items) => key.parse().ok().and_then(|index: usize| items.get(index).cloned()),
                _ => None,
            };
            schema = inner.ok_or_else(|| not_found(at, reference))?;
            place = format!("{place}/{part}");
            resource = schema.as_map().and_then(|map| self.of(map)).unwrap_or(resource);
        }
        // It may be within a keyword that has no schemas.
        self.index(&schema, resource, &place)?;
        Ok(Target { schema, resource, at: place, dynamic: None })
    }
}

fn not_found(at: &str, reference: &str) -> Problem {
    problem(at, format!("the reference {reference:?} leads to no schema"))
}
