//! The official compliance suite of `JMESPath`, which is in the package of the crate `jmespath`; and expressions of
//! AWS's models.

use aws_api::jmespath::{search, Error, ErrorKind, Expression};
use package_source::package_source;
use rhai_vm::{json, Value};
use std::{fs, str};

fn value(json: &serde_json::Value) -> Value {
    json::from_json(json.clone()).unwrap()
}

/// What is found, as the suite has it: a value, or the name of an error.
fn outcome(expression: &str, given: &Value) -> Result<serde_json::Value, String> {
    let found = Expression::parse(expression).and_then(|expression| expression.search(given, &|| Ok(())));
    match found {
        Ok(found) => Ok(json::to_json(&found).unwrap()),
        Err(Error::Invalid(kind, _)) => Err(match kind {
            ErrorKind::Syntax => "syntax",
            ErrorKind::UnknownFunction => "unknown-function",
            ErrorKind::Arity => "invalid-arity",
            ErrorKind::Type => "invalid-type",
            ErrorKind::Value => "invalid-value",
        }
        .to_owned()),
        Err(Error::Stopped(error)) => panic!("{error}"),
    }
}

/// Whether two JSON values are the same: 1 is 1.0, and objects have no order.
fn is_same(left: &serde_json::Value, right: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| is_same(left, right)))
        }
        _ => left == right,
    }
}

#[test]
fn the_compliance_suite_passes() {
    let folder = package_source("jmespath").join("tests/compliance");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut count, mut failures) = (0, Vec::new());
    for file in files {
        let suites: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        for suite in suites.as_array().unwrap() {
            let given = value(&suite["given"]);
            for case in suite["cases"].as_array().unwrap() {
                let expression = case["expression"].as_str().unwrap();
                let found = outcome(expression, &given);
                let is_right = match (&found, case.get("result"), case["error"].as_str()) {
                    (Ok(found), Some(expected), _) => is_same(found, expected),
                    (Err(found), _, Some(expected)) => found == expected,
                    // Only their speed is measured; two of them are no expressions (jmespath.py says so, too).
                    (Ok(_), None, None) => case.get("bench").is_some(),
                    (Err(_), None, None) => {
                        expression.starts_with("sum(z, y") || expression.starts_with("foo[bar > baz]")
                    }
                    _ => false,
                };
                count += 1;
                if !is_right {
                    failures.push(format!("{} {expression}: {found:?}, not {case}", file.display()));
                }
            }
        }
    }
    assert!(count > 800, "the suite has only {count} cases");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn expressions_of_the_models() {
    for (expression, given, expected) in [
        ("a.b", r#"{"a":{"b":1}}"#, "1"),
        ("a || b[0]", r#"{"a":"","b":[7]}"#, "7"),
        ("a[].b[].c", r#"{"a":[{"b":[{"c":1},{}]},{"b":[{"c":2}]},{}]}"#, "[1,2]"),
        ("length(a[?b == 'X' || b == 'Y']) == length(a)", r#"{"a":[{"b":"X"},{"b":"Y"}]}"#, "true"),
        ("a < b", r#"{"a":"x","b":"y"}"#, "null"),
        ("length(a)", r#"{"a":1}"#, "null"),
        ("\"a b\"[0]", r#"{"a b":[1]}"#, "1"),
    ] {
        let given = json::decode(given.as_bytes()).unwrap();
        let found = search(expression, &given).unwrap_or_else(|| panic!("{expression}"));
        assert_eq!(str::from_utf8(&json::encode(&found).unwrap()).unwrap(), expected, "{expression}");
    }
}

#[test]
fn hostile_expressions_are_errors() {
    let many = |part: &str| part.repeat(50_000);
    for expression in [
        String::new(),
        many("!"),
        many("("),
        many("["),
        many("a."),
        many("a|"),
        many("&"),
        many("{a:"),
        many("[?"),
        format!("a{}", many("[]")),
        "a[9999999999999999999]".to_owned(),
        "'a".to_owned(),
        "`1".to_owned(),
        "\"\\uD800".to_owned(),
        "a = b".to_owned(),
        "sort_by(a, b)(c)".to_owned(),
        "\u{0}".to_owned(),
    ] {
        assert!(search(&expression, &Value::Unit).is_none(), "{expression:.20}");
    }
    // The longest and deepest ones that are allowed.
    for expression in
        ["a.".repeat(900) + "a", "@|".repeat(900) + "@", "!".repeat(190) + "a", "[@]|".repeat(400) + "@"]
    {
        assert!(search(&expression, &Value::Unit).is_some(), "{expression:.20}");
    }
}

#[test]
fn a_search_that_never_ends_is_stopped() {
    // Each step doubles what is compared, without much memory.
    let doubled = "[@,@]|".repeat(60);
    let expression = Expression::parse(&format!("[{doubled}@, {doubled}@]|[0]==[1]")).unwrap();
    let steps = std::cell::Cell::new(0);
    let found = expression.search(&Value::Int(1), &|| {
        steps.set(steps.get() + 1);
        if steps.get() > 100 {
            Err(rhai_vm::Error::text("stopped"))
        } else {
            Ok(())
        }
    });
    assert!(matches!(found, Err(Error::Stopped(_))));
}
