//! Checks a line against the embedded metric format: by its JSON schema, and by what the specification
//! says of the members that the metadata refers to.

use serde_json::Value;

/// Fails where a line is not in the format.
#[track_caller]
pub fn check(line: &Value) {
    let schema = serde_json::from_str(include_str!("schema.json")).unwrap();
    let mut problems = Vec::new();
    validate(&schema, line, "$", &mut problems);
    if problems.is_empty() {
        check_references(line, &mut problems);
    }
    assert!(problems.is_empty(), "{problems:#?} in {line}");
}

/// JSON schema, as far as the format's uses it.
fn validate(schema: &Value, value: &Value, path: &str, problems: &mut Vec<String>) {
    let mut demand = |holds: bool, what: &str| {
        if !holds {
            problems.push(format!("{path}: {what}"));
        }
    };
    for (keyword, argument) in schema.as_object().unwrap() {
        let number = argument.as_u64().and_then(|number| usize::try_from(number).ok());
        let length = value.as_str().map(|text| text.chars().count());
        let count = value.as_array().map(Vec::len);
        match keyword.as_str() {
            "type" => demand(is_of_type(value, argument.as_str().unwrap()), "another type"),
            "minLength" => demand(length >= number, "too short"),
            "maxLength" => demand(length <= number, "too long"),
            "minItems" => demand(count >= number, "too few"),
            "maxItems" => demand(count <= number, "too many"),
            "enum" => demand(argument.as_array().unwrap().contains(value), "an unknown value"),
            "required" => {
                for name in argument.as_array().unwrap() {
                    demand(value.get(name.as_str().unwrap()).is_some(), &format!("{name} is missing"));
                }
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                for name in value.as_object().unwrap().keys() {
                    demand(known.contains_key(name), &format!("{name} is unknown"));
                }
            }
            "title" | "properties" | "items" => {}
            _ => panic!("the schema uses {keyword}, which this checker doesn't know"),
        }
    }
    if let Some(properties) = schema.get("properties") {
        for (name, schema) in properties.as_object().unwrap() {
            if let Some(value) = value.get(name) {
                validate(schema, value, &format!("{path}.{name}"), problems);
            }
        }
    }
    if let Some(schema) = schema.get("items") {
        for (index, value) in value.as_array().unwrap().iter().enumerate() {
            validate(schema, value, &format!("{path}[{index}]"), problems);
        }
    }
}

fn is_of_type(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        _ => panic!("the schema uses the type {kind}, which this checker doesn't know"),
    }
}

/// "Target members": a metric's is a number, or up to 100 of them; a dimension's is a text.
fn check_references(line: &Value, problems: &mut Vec<String>) {
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        for name in directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap())
        {
            let is_text =
                line[name.as_str().unwrap()].as_str().is_some_and(|text| (1..=1024).contains(&text.len()));
            if !is_text {
                problems.push(format!("the dimension {name} refers to no text"));
            }
        }
        for metric in directive["Metrics"].as_array().unwrap() {
            let is_number = match &line[metric["Name"].as_str().unwrap()] {
                Value::Number(_) => true,
                Value::Array(values) => {
                    (1..=100).contains(&values.len()) && values.iter().all(Value::is_number)
                }
                _ => false,
            };
            if !is_number {
                problems.push(format!("the metric {metric} refers to no number"));
            }
        }
    }
}
