//! What failures and problems say, and schemas and values that mean harm.

use json_schema::{Options, Schema, MAX_FAILURES};
use rhai_vm::{json, Map, Value};
use std::cell::Cell;
use std::thread;
use std::time::{Duration, Instant};

const OPTIONS: Options<'static> = Options { formats: true, documents: None, pattern_limit: 8 << 20 };

fn value(json: &str) -> Value {
    json::decode(json.as_bytes()).unwrap()
}

fn compile(schema: &str) -> Schema {
    Schema::compile(&value(schema), &OPTIONS).unwrap_or_else(|problem| panic!("{schema}: {problem:?}"))
}

/// Path, keyword and message of each failure.
fn failures(schema: &str, json: &str) -> Vec<String> {
    let failures = compile(schema).failures(&value(json), &|| Ok(())).unwrap();
    failures
        .into_iter()
        .map(|failure| format!("{}|{}|{}", failure.path, failure.schema, failure.message))
        .collect()
}

fn problem(schema: &str) -> String {
    let problem =
        Schema::compile(&value(schema), &OPTIONS).err().unwrap_or_else(|| panic!("{schema} is valid"));
    format!("{}: {}", problem.at, problem.message)
}

/// Scripts have such a stack.
fn with_stack(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn failures_say_what_the_value_must_be() {
    for (schema, json, expected) in [
        (r#"{"type":"integer"}"#, "1.5", "|/type|must be an integer, not a number"),
        (r#"{"type":["string","null"]}"#, "{}", "|/type|must be null or a string, not an object"),
        (r#"{"enum":["a","b","c"]}"#, "1", "|/enum|must be one of \"a\", \"b\" or \"c\""),
        (r#"{"enum":[1,null]}"#, "2", "|/enum|must be 1 or null"),
        (r#"{"enum":[]}"#, "2", "|/enum|is never allowed: `enum` has no values"),
        (r#"{"const":{"a":1}}"#, "2", "|/const|must be {\"a\":1}"),
        (r#"{"minimum":1}"#, "0", "|/minimum|must be at least 1, not 0"),
        (r#"{"exclusiveMaximum":1.5}"#, "1.5", "|/exclusiveMaximum|must be less than 1.5, not 1.5"),
        (r#"{"multipleOf":0.01}"#, "0.005", "|/multipleOf|must be a multiple of 0.01, not 0.005"),
        (r#"{"minLength":1}"#, r#""""#, "|/minLength|must have at least 1 character, not 0"),
        (r#"{"maxLength":2}"#, r#""äöü""#, "|/maxLength|must have at most 2 characters, not 3"),
        (r#"{"pattern":"^a"}"#, r#""b""#, "|/pattern|must match the pattern `^a`"),
        (r#"{"format":"date"}"#, r#""2026-02-30""#, "|/format|must have the format date"),
        (r#"{"uniqueItems":true}"#, "[1,2,1.0]", "|/uniqueItems|must have no two items that are the same, but those at 0 and 2 are"),
        (r#"{"minItems":2}"#, "[1]", "|/minItems|must have at least 2 items, not 1"),
        (r#"{"contains":{"const":1},"minContains":2}"#, "[1]", "|/minContains|must have at least 2 items that match `contains`, not 1"),
        (r#"{"contains":{"const":1},"maxContains":1}"#, "[1,1]", "|/maxContains|must have at most 1 item that match `contains`, not 2"),
        (r#"{"prefixItems":[true],"items":false}"#, "[1,2]", "/1|/items|is one item too many"),
        (r#"{"maxProperties":1}"#, r#"{"a":1,"b":2}"#, "|/maxProperties|must have at most 1 property, not 2"),
        (r#"{"required":["a/b"]}"#, "{}", "|/required|must have the property \"a/b\""),
        (r#"{"dependentRequired":{"a":["b"]}}"#, r#"{"a":1}"#, "|/dependentRequired|must have the property \"b\", because it has \"a\""),
        (r#"{"properties":{"a/b~":{"items":{"type":"null"}}}}"#, r#"{"a/b~":[null,1]}"#, "/a~1b~0/1|/properties/a~1b~0/items/type|must be null, not a number"),
        (r#"{"additionalProperties":false}"#, r#"{"a":1}"#, "/a|/additionalProperties|is not an allowed property"),
        (r#"{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}"#, r#"{"a":1,"b":1}"#, "/b|/unevaluatedProperties|is not an allowed property"),
        (r#"{"not":{}}"#, "1", "|/not|must not match the schema in `not`"),
        (r#"{"oneOf":[{"type":"number"},true]}"#, "1", "|/oneOf|must match only one schema in `oneOf`, but it matches those at 0 and 1"),
        (
            r#"{"anyOf":[{"type":"string"},{"properties":{"a":{"type":"string"}},"type":"object"}]}"#,
            r#"{"a":1}"#,
            "|/anyOf|matches none of the 2 schemas in `anyOf`. The closest one says: /a: must be a string, not a number",
        ),
        (r##"{"$ref":"#/$defs/n","$defs":{"n":{"type":"null"}}}"##, "1", "|/$defs/n/type|must be null, not a number"),
        ("false", "1", "||is not allowed"),
    ] {
        assert_eq!(failures(schema, json), [expected], "{schema} {json}");
    }
}

#[test]
fn all_failures_are_told_up_to_a_limit() {
    let schema = r#"{"type":"object","required":["a","b"],"properties":{"c":{"type":"string","minLength":2},"d":{"minimum":1}}}"#;
    assert_eq!(failures(schema, r#"{"c":"","d":0}"#).len(), 4);
    let many = format!("[{}]", vec!["1"; 100_000].join(","));
    assert_eq!(failures(r#"{"items":{"type":"null"}}"#, &many).len(), MAX_FAILURES);
    assert_eq!(
        failures(r#"{"items":{"anyOf":[{"type":"null"},{"type":"string"}]}}"#, &many).len(),
        MAX_FAILURES
    );
}

#[test]
fn problems_of_schemas_say_where_and_what_to_do() {
    for (schema, expected) in [
        ("1", ": a schema must be a map or a boolean, not i64"),
        (r#"{"properties":{"a":{"type":"text"}}}"#, "/properties/a/type: the type \"text\" does not exist. The types are null, boolean, integer, number, string, array, object"),
        (r#"{"type":[]}"#, "/type: `type` must be a string or an array of strings"),
        (r#"{"items":[{}]}"#, "/items: `items` must be a map or a boolean. An array of schemas is `prefixItems` in JSON Schema 2020-12"),
        (r#"{"minLength":-1}"#, "/minLength: `minLength` must be an integer of at least 0"),
        (r#"{"multipleOf":0}"#, "/multipleOf: `multipleOf` must be a number above 0"),
        (r#"{"anyOf":[]}"#, "/anyOf: `anyOf` must be an array with at least one schema"),
        (r#"{"required":"a"}"#, "/required: `required` must be an array of strings"),
        (r#"{"pattern":"("}"#, "/pattern: the pattern `(` is invalid: unclosed group"),
        (r##"{"$ref":"#/$defs/a"}"##, "/$ref: the reference \"#/$defs/a\" leads to no schema"),
        (r##"{"$ref":"#a"}"##, "/$ref: the reference \"#a\" leads to no schema"),
        (
            r#"{"$ref":"http://example.com/a.json"}"#,
            "/$ref: the reference \"http://example.com/a.json\" leads to \"http://example.com/a.json\", which is not given. Nothing is fetched: pass it in the option `schemas`",
        ),
        (r#"{"$ref":"file:///etc/passwd"}"#, "/$ref: the reference \"file:///etc/passwd\" leads to \"etc/passwd\", which is not given. Nothing is fetched: pass it in the option `schemas`"),
        (r#"{"$ref":"a b"}"#, "/$ref: \"a b\" is not a valid URI reference"),
        (r#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#, "/$schema: the dialect \"http://json-schema.org/draft-07/schema\" is not supported"),
        (r#"{"dependencies":{}}"#, "/dependencies: `dependencies` is not a keyword of JSON Schema 2020-12"),
        (r#"{"$id":"a#b"}"#, "/$id: `$id` has the fragment \"b\". Use `$anchor` for it"),
        (r#"{"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}}"#, "another schema has the `$id` \"x\", too"),
        (r##"{"$ref":"#"}"##, ": the schema refers to itself for the same value, without end"),
        (r##"{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"}"##, "the schema refers to itself for the same value"),
    ] {
        let problem = problem(schema);
        assert!(problem.contains(expected), "{schema}\n{problem}\n{expected}");
    }
}

#[test]
fn documents_are_found_by_relative_names_and_uris() {
    let documents = value(
        r#"{"types/address.json":{"properties":{"city":{"$ref":"city.json"}}},"types/city.json":{"type":"string"},
            "https://example.com/all":{"$defs":{"n":{"$anchor":"number","type":"number"}}}}"#,
    );
    let options = Options { documents: documents.as_map(), ..OPTIONS };
    let schema = value(
        r#"{"properties":{"to":{"$ref":"types/address.json"},"n":{"$ref":"https://example.com/all#number"}}}"#,
    );
    let schema = Schema::compile(&schema, &options).unwrap();
    let failures = schema.failures(&value(r#"{"to":{"city":1},"n":"x"}"#), &|| Ok(())).unwrap();
    let places: Vec<_> =
        failures.iter().map(|failure| (failure.path.as_str(), failure.schema.as_str())).collect();
    assert_eq!(
        places,
        [("/n", "https://example.com/all#/$defs/n/type"), ("/to/city", "types/city.json#/type")]
    );
}

#[test]
fn recursion_through_values_is_no_loop() {
    let schema =
        || compile(r##"{"type":"object","properties":{"child":{"$ref":"#"}},"additionalProperties":false}"##);
    let nested = |depth: usize| value(&format!("{}{{}}{}", r#"{"child":"#.repeat(depth), "}".repeat(depth)));
    with_stack(move || {
        assert!(schema().is_valid(&nested(900), &|| Ok(())).unwrap());
        // Deeper than JSON can be, as a script can make it.
        let deep =
            (0..1_000_000).fold(Value::Unit, |inner, _| Map::from_iter([("child".into(), inner)]).into());
        let error = schema().is_valid(&deep, &|| Ok(())).unwrap_err();
        assert!(error.to_string().contains("nested too deep"), "{error}");
    });
}

#[test]
fn dynamic_references_without_end_are_errors() {
    with_stack(|| {
        let schema = compile(r##"{"$dynamicAnchor":"a","$dynamicRef":"#a"}"##);
        let error = schema.is_valid(&Value::Unit, &|| Ok(())).unwrap_err();
        assert!(error.to_string().contains("refers to itself without end"), "{error}");
    });
}

#[test]
fn runs_stop_when_they_are_told() {
    // Each level doubles the work.
    let branch = r##"{"properties":{"a":{"$ref":"#"}}}"##;
    let schema = compile(&format!(r#"{{"type":"object","oneOf":[{branch},{branch}]}}"#));
    let nested = value(&format!("{}{{}}{}", r#"{"a":"#.repeat(60), "}".repeat(60)));
    let (start, asked) = (Instant::now(), Cell::new(0));
    let check = || {
        asked.set(asked.get() + 1);
        if asked.get() > 100 {
            Err(rhai_vm::Error::text("the time is over"))
        } else {
            Ok(())
        }
    };
    assert!(schema.is_valid(&nested, &check).is_err());
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn patterns_and_arrays_take_linear_time() {
    let start = Instant::now();
    let long = format!("\"{}!\"", "a".repeat(1_000_000));
    assert_eq!(failures(r#"{"pattern":"^(a+)+$"}"#, &long).len(), 1);
    let items: Vec<_> = (0..100_000).map(|number| format!("{{\"n\":{number}}}")).collect();
    assert!(failures(r#"{"uniqueItems":true}"#, &format!("[{}]", items.join(","))).is_empty());
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn large_numbers_are_compared_exactly() {
    assert!(failures(r#"{"maximum":9007199254740993}"#, "9007199254740993").is_empty());
    assert_eq!(failures(r#"{"maximum":9007199254740992}"#, "9007199254740993").len(), 1);
    assert!(failures(r#"{"type":"integer"}"#, "1e300").is_empty());
    assert!(failures(r#"{"multipleOf":1e-8}"#, "1e308").is_empty());
    assert!(failures(r#"{"maxLength":1e30,"minItems":0.0}"#, "\"a\"").is_empty());
}

#[test]
fn large_schemas_compile_in_linear_time() {
    let start = Instant::now();
    let many: Vec<_> =
        (0..20_000).map(|number| format!(r##""p{number}":{{"$ref":"#/$defs/d{number}"}}"##)).collect();
    let defs: Vec<_> =
        (0..20_000).map(|number| format!(r##""d{number}":{{"$ref":"#/$defs/d{}"}}"##, number + 1)).collect();
    let schema = format!(
        r#"{{"properties":{{{}}},"$defs":{{{},"d20000":{{"type":"null"}}}}}}"#,
        many.join(","),
        defs.join(",")
    );
    with_stack(move || {
        let error = compile(&schema).is_valid(&value(r#"{"p0":1}"#), &|| Ok(())).unwrap_err();
        assert!(
            error.to_string().contains("without end"),
            "a chain of 20,000 references is too deep: {error}"
        );
    });
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn patterns_have_a_limit_together() {
    let patterns: Vec<_> = (0..50).map(|number| format!(r#""^a{{1,400}}{number}$":{{}}"#)).collect();
    let schema = value(&format!(r#"{{"patternProperties":{{{}}}}}"#, patterns.join(",")));
    let options = Options { pattern_limit: 1 << 20, ..OPTIONS };
    let problem = Schema::compile(&schema, &options).err().unwrap();
    assert!(problem.message.contains("exceed the size limit of 1024 KB"), "{}", problem.message);
    assert!(Schema::compile(&schema, &OPTIONS).is_ok_and(|schema| schema.pattern_memory() > 1 << 20));
}
