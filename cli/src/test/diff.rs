//! Where two JSON values differ.

use serde_json::Value;

/// So many differences are shown.
const MOST: usize = 20;
/// Longest value in a line, in characters.
const LONGEST: usize = 200;

/// A line for each difference, by its path.
pub(super) fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("$", Some(expected), Some(actual), &mut lines);
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("… {more} more"));
    }
    lines
}

fn compare(path: &str, expected: Option<&Value>, actual: Option<&Value>, lines: &mut Vec<String>) {
    match (expected, actual) {
        (Some(Value::Object(expected)), Some(Value::Object(actual))) => {
            let added = actual.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(added) {
                compare(&format!("{path}.{name}"), expected.get(name), actual.get(name), lines);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(actual))) => {
            for at in 0..expected.len().max(actual.len()) {
                compare(&format!("{path}[{at}]"), expected.get(at), actual.get(at), lines);
            }
        }
        (Some(Value::String(expected)), Some(Value::String(actual)))
            if expected != actual && (expected.contains('\n') || actual.contains('\n')) =>
        {
            compare_lines(path, expected, actual, lines);
        }
        (expected, actual) if expected != actual => {
            lines.push(format!("{path}: expected {}, actual {}", shown(expected), shown(actual)));
        }
        _ => {}
    }
}

/// Strings of several lines: the first line that differs.
fn compare_lines(path: &str, expected: &str, actual: &str, lines: &mut Vec<String>) {
    let (mut expected, mut actual) = (expected.split('\n'), actual.split('\n'));
    for number in 1.. {
        let (one, other) = (expected.next(), actual.next());
        if one != other {
            let quoted = |line: Option<&str>| line.map(Value::from);
            let (one, other) = (quoted(one), quoted(other));
            let (one, other) = (shown(one.as_ref()), shown(other.as_ref()));
            lines.push(format!("{path}, line {number}: expected {one}, actual {other}"));
            return;
        }
        if one.is_none() {
            return;
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short + "…"
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_have_their_paths() {
        let expected = json!({ "a": [1, { "b": 2 }], "c": "x\ny", "d": 1 });
        let actual = json!({ "a": [1, { "b": 3 }, 4], "c": "x\nz", "e": null });
        assert_eq!(
            differences(&expected, &actual),
            [
                "$.a[1].b: expected 2, actual 3",
                "$.a[2]: expected nothing, actual 4",
                "$.c, line 2: expected \"y\", actual \"z\"",
                "$.d: expected 1, actual nothing",
                "$.e: expected nothing, actual null",
            ]
        );
        assert_eq!(differences(&expected, &expected), [""; 0]);
    }

    #[test]
    fn many_differences_are_counted() {
        let (ones, twos): (Vec<u8>, Vec<u8>) = (vec![1; 30], vec![2; 30]);
        let lines = differences(&json!(ones), &json!(twos));
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (21, "… 10 more"));
    }
}
