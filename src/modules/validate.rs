//! `validate`: values against JSON Schema.

use super::accepted::read;
use super::arguments::error;
use super::host::{host, Host, ModuleState};
use super::options::Options;
use json_schema::{equal, Failure, Schema};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{memory, module, Error, ErrorKind, Map, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// So many compiled schemas are kept.
const MAX_KEPT: usize = 32;
/// Which part of the function's memory the compiled patterns may take.
const PART_OF_MEMORY: usize = 16;
/// So many failures are in the message of an error; all of them are in its `errors`.
const MAX_TOLD: usize = 3;

/// The compiled schemas that were used lately, the last one first.
pub(super) struct Schemas {
    kept: RefCell<Vec<Kept>>,
    pattern_limit: usize,
}

struct Kept {
    /// That it is kept makes the identity of the map its content: a script that changes it changes a copy.
    schema: Value,
    documents: Value,
    formats: bool,
    compiled: Rc<Schema>,
}

impl ModuleState for Schemas {
    fn new(host: &Host) -> Self {
        Self { kept: RefCell::default(), pattern_limit: host.memory() / PART_OF_MEMORY }
    }
}

impl Schemas {
    /// A schema, which is compiled unless it is the same, or has the same content, as one that is kept.
    pub(super) fn compiled(&self, schema: &Value, formats: bool, documents: &Value) -> Result<Rc<Schema>> {
        let mut kept = self.kept.borrow_mut();
        let find = |same: fn(&Value, &Value) -> bool| {
            kept.iter().position(|known| {
                known.formats == formats && same(&known.schema, schema) && same(&known.documents, documents)
            })
        };
        if let Some(at) = find(is_same).or_else(|| find(equal)) {
            kept[..=at].rotate_right(1);
            return Ok(Rc::clone(&kept[0].compiled));
        }
        // A node takes several times what its map does.
        memory::needs((memory::size(schema) + memory::size(documents)).saturating_mul(8))?;
        let options = json_schema::Options {
            formats,
            documents: documents.as_map(),
            pattern_limit: self.pattern_limit,
        };
        let compiled = Schema::compile(schema, &options).map_err(|problem| {
            let place = if problem.at.is_empty() { String::new() } else { format!(" at {}", problem.at) };
            error("SchemaError", format!("the schema is invalid{place}: {}", problem.message))
        })?;
        let compiled = Rc::new(compiled);
        kept.truncate(MAX_KEPT - 1);
        let (schema, documents) = (schema.clone(), documents.clone());
        kept.insert(0, Kept { schema, documents, formats, compiled: Rc::clone(&compiled) });
        let mut total = 0;
        kept.retain(|kept| {
            total += kept.compiled.pattern_memory();
            total <= self.pattern_limit
        });
        Ok(compiled)
    }
}

/// Whether two values are the same map in memory.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => Rc::ptr_eq(a, b),
        (Value::Unit, Value::Unit) => true,
        _ => false,
    }
}

module! {
    /// Values against [JSON Schema](https://json-schema.org/understanding-json-schema) 2020-12, such as the bodies of requests and
    /// the messages of a queue. All of the standard's required keywords are supported, with `$ref`, `$dynamicRef` and
    /// `unevaluatedProperties`; the standard's own test suite is one of the tests. A [router](#router) checks the bodies of requests
    /// with the option `body` of a route.
    ///
    /// A schema is a map. A schema in a file is `json::decode(fs::read("order.schema.json"))`. It is compiled at its first use;
    /// the environment keeps the 32 schemas that were used last.
    ///
    /// ```rust
    /// const ORDER = #{
    ///     type: "object",
    ///     required: ["id", "items"],
    ///     properties: #{
    ///         id: #{ type: "string", pattern: `^[A-Z]{2}\d+$` },
    ///         items: #{ type: "array", minItems: 1, items: #{ type: "object", required: ["sku"] } },
    ///     },
    /// };
    ///
    /// fn handler(event, context) {
    ///     let order = validate::check(global::ORDER, event);
    ///     // …
    /// }
    /// ```
    ///
    /// **Options** of all functions: `formats: true` also checks `format` (`date-time`, `date`, `time`, `duration`, `email`, `idn-email`,
    /// `hostname`, `ipv4`, `ipv6`, `uri`, `uri-reference`, `uri-template`, `iri`, `iri-reference`, `uuid`, `regex`, `json-pointer` and
    /// `relative-json-pointer`), which the standard treats as an annotation; `schemas` is a map of other schemas by their URIs, to which
    /// the schema may refer. Nothing is fetched.
    ///
    /// Values are checked as the JSON that they become: a time is a string, a decimal number is a number, and `()` is `null`. `1.0` is an
    /// integer. Patterns are JavaScript's, without look-around and back-references, and match in linear time, as in [`regex`](#regex).
    ///
    /// **Errors.** `SchemaError`, with the place, if the schema is invalid, refers to a schema that is not given, or refers to itself
    /// without end; schemas of older drafts are errors, too.
    "`validate`"

    namespace "validate" {
        /// Checks a value against a schema and returns it. Throws `ValidationError` if it does not match. The message names the first
        /// failures; `errors` of the error has all of them, as `validate::errors` returns them.
        ///
        /// ```rhai
        /// let schema = #{ type: "object", properties: #{ quantity: #{ type: "integer", minimum: 1 } }, required: ["sku"] };
        /// validate::check(schema, #{ sku: "tea", quantity: 2 }).quantity // → 2
        /// let message = "";
        /// try { validate::check(schema, #{ quantity: 0 }); } catch (e) { message = e.message; }
        /// message // → "the value must have the property \"sku\"; /quantity must be at least 1, not 0"
        /// validate::check(schema, #{ quantity: 0 }) // ✗ ValidationError
        /// validate::check(#{ type: "text" }, 1) // ✗ SchemaError
        /// ```
        new "check" (schema: Any "map | bool", value: Any; options: Map) -> Any throws SchemaError, ValidationError = |call| {
            let failures = compiled(call, "validate::check")?.failures(call.value(1), &|| call.check())?;
            if failures.is_empty() {
                return Ok(call.take(1));
            }
            let mut thrown = Map::new();
            thrown.insert("type".into(), "ValidationError".into());
            thrown.insert("message".into(), told("the value", &failures).into());
            thrown.insert("errors".into(), listed(&failures));
            Err(Error::new(ErrorKind::Runtime(thrown.into())))
        };

        /// Returns an array of the places where a value does not match a schema, 100 at most; it is empty if the value matches. Each
        /// is a map: `path` is the place in the value as a JSON pointer (`""` for the whole value), `keyword` the keyword that it does not
        /// match, `message` says what is wrong, and `schema` is the place of the keyword in the schema.
        ///
        /// ```rhai
        /// let schema = #{ type: "array", items: #{ type: "string", maxLength: 3 } };
        /// validate::errors(schema, ["tea"]) // → []
        /// validate::errors(schema, ["milk"]) // → [{"path": "/0", "keyword": "maxLength", "message": "must have at most 3 characters, not 4", "schema": "/items/maxLength"}]
        /// validate::errors(#{ format: "email" }, "ada", #{ formats: true })[0].message // → "must have the format email"
        /// ```
        new "errors" (schema: Any "map | bool", value: Any; options: Map) -> Array throws SchemaError = |call| {
            let failures = compiled(call, "validate::errors")?.failures(call.value(1), &|| call.check())?;
            Ok(listed(&failures))
        };

        /// Returns whether a value matches a schema.
        ///
        /// ```rhai
        /// let address = #{ "type": "object", required: ["city"] };
        /// let schema = #{ properties: #{ to: #{ "$ref": "address.json" } } };
        /// validate::is_valid(schema, #{ to: #{ city: "Oslo" } }, #{ schemas: #{ "address.json": address } }) // → true
        /// validate::is_valid(schema, #{ to: 1 }, #{ schemas: #{ "address.json": address } }) // → false
        /// validate::is_valid(schema, #{ to: 1 }) // ✗ SchemaError
        /// ```
        new "is_valid" (schema: Any "map | bool", value: Any; options: Map) -> Bool throws SchemaError = |call| {
            Ok(compiled(call, "validate::is_valid")?.is_valid(call.value(1), &|| call.check())?.into())
        };
    }

    options OPTIONS;
}

/// The schema that is a call's first argument, with the options that are its third.
fn compiled(call: &Call<'_>, function: &'static str) -> Result<Rc<Schema>> {
    let (formats, documents) = formats_and_documents(&mut Options::of(call, 2, function))?;
    host(call).state::<Schemas>().compiled(call.value(0), formats, &documents)
}

/// Whether formats are checked, and the schemas that the schema refers to.
fn formats_and_documents(options: &mut Options<Error>) -> Result<(bool, Value)> {
    let formats = options.boolean("formats")?.unwrap_or(false);
    let documents = options.read("schemas", "a map", |value| value.as_map().map(|_| value.clone()))?;
    options.end()?;
    Ok((formats, documents.unwrap_or_default()))
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("validate::check", "options", |options| read(options, formats_and_documents)),
    OptionsParam::new("validate::errors", "options", |options| read(options, formats_and_documents)),
    OptionsParam::new("validate::is_valid", "options", |options| read(options, formats_and_documents)),
];

/// Failures in a sentence.
pub(super) fn told(whole: &str, failures: &[Failure]) -> String {
    let tell = |failure: &Failure| {
        let path = if failure.path.is_empty() { whole } else { &failure.path };
        format!("{path} {}", failure.message)
    };
    let told = failures.iter().take(MAX_TOLD).map(tell).collect::<Vec<_>>().join("; ");
    match failures.len().saturating_sub(MAX_TOLD) {
        0 => told,
        more => format!("{told}; and {more} more"),
    }
}

/// Failures as an array of maps.
pub(super) fn listed(failures: &[Failure]) -> Value {
    let map = |failure: &Failure| -> Value {
        let entries = [
            ("path", failure.path.as_str()),
            ("keyword", failure.keyword),
            ("message", &failure.message),
            ("schema", &failure.schema),
        ];
        entries.into_iter().map(|(name, text)| (name.into(), text.into())).collect::<Map>().into()
    };
    failures.iter().map(map).collect()
}
