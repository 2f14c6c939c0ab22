//! Where two JSON values differ.

use serde_json::Value;

/// So many differences are shown.
const MOST: usize = 20;
/// Longest value in a line, in characters.
const LONGEST: usize = 200;
/// So many characters before the first difference of long strings are shown.
const CONTEXT: usize = 20;

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
        (Some(Value::String(expected)), Some(Value::String(actual))) if expected != actual => {
            compare_strings(path, expected, actual, lines);
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
            let path = format!("{path}, line {number}");
            if let (Some(one), Some(other)) = (one, other) {
                compare_strings(&path, one, other, lines);
            } else {
                let quoted = |line: Option<&str>| shown(line.map(Value::from).as_ref());
                lines.push(format!("{path}: expected {}, actual {}", quoted(one), quoted(other)));
            }
            return;
        }
        if one.is_none() {
            return;
        }
    }
}

/// Strings of one line; long ones from shortly before their first difference.
fn compare_strings(path: &str, expected: &str, actual: &str, lines: &mut Vec<String>) {
    let is_long = |text: &str| text.chars().nth(LONGEST).is_some();
    let (mut place, mut start) = (String::new(), 0);
    if is_long(expected) || is_long(actual) {
        let same = expected.chars().zip(actual.chars()).take_while(|(one, other)| one == other).count();
        (place, start) = (format!(", character {}", same + 1), same.saturating_sub(CONTEXT));
    }
    let quoted = |text: &str| {
        let text: String = text.chars().skip(start).collect();
        let mark = if start > 0 { "…" } else { "" };
        format!("{mark}{}", shown(Some(&text.into())))
    };
    lines.push(format!("{path}{place}: expected {}, actual {}", quoted(expected), quoted(actual)));
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
    fn long_strings_are_shown_where_they_differ() {
        let long = |end: &str| json!("ü".repeat(300) + end);
        let context = "ü".repeat(20);
        assert_eq!(
            differences(&long("b"), &long("c")),
            [format!("$, character 301: expected …\"{context}b\", actual …\"{context}c\"")]
        );
        assert_eq!(
            differences(&long(""), &long("c")),
            [format!("$, character 301: expected …\"{context}\", actual …\"{context}c\"")]
        );
        let lines = |end: &str| json!({ "a": format!("x\n{}{end}\nz", "ü".repeat(300)) });
        assert_eq!(
            differences(&lines("b"), &lines("c")),
            [format!("$.a, line 2, character 301: expected …\"{context}b\", actual …\"{context}c\"")]
        );
        let at_the_start = &differences(&long(""), &json!("c"))[0];
        assert!(at_the_start.starts_with("$, character 1: expected \"üüü"), "{at_the_start}");
    }

    #[test]
    fn many_differences_are_counted() {
        let (ones, twos): (Vec<u8>, Vec<u8>) = (vec![1; 30], vec![2; 30]);
        let lines = differences(&json!(ones), &json!(twos));
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (21, "… 10 more"));
    }
}
