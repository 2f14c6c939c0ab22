//! What people write who know Python or JavaScript: the error, or a warning, says what it is in Rhai.

use crate::function::{error_parts, Function};

/// The message of the error of a script, wherever it comes.
fn message(script: &str) -> String {
    let function = Function::main(script);
    let outcome = function.invoke("{}");
    error_parts(&outcome.answer.json()).1
}

fn init_message(script: &str) -> String {
    error_parts(&Function::main(script).init_error().0).1
}

#[test]
fn syntax_of_other_languages() {
    for (script, hint) in [
        ("fn handler() { 'text' }", "`fn handler() { 'text' }`. Write strings in double quotes or in backticks: \"text\""),
        ("fn handler() { return { \"a\": 1 } }", ". A map begins with `#{`: `#{ a: 1 }`"),
        ("fn handler() { if true { 1 } elif true { 2 } }", ". Rhai writes `else if`"),
        ("fn handler() { let x = None; }", ". Rhai writes `()` for no value"),
        ("function handler() { 1 }", ". Functions are declared with `fn`, closures are written `|x| x + 1`"),
        ("fn handler() { let f = (x) => x; }", ". Closures are written `|x| x + 1`"),
        ("fn handler() { true and false }", ". Rhai writes `&&`"),
        ("fn handler() { JSON.parse(\"1\") }", ". Use `json::encode` and `json::decode`"),
        (
            "let limit = 5; fn handler() { limit }",
            ". Functions do not see the variables of the top level: pass `limit` as an argument, or declare it as `const \
             limit` and write `global::limit`",
        ),
        (
            "fn handler() {\n  if true {\n    1\n\nfn other() { 2 }",
            ". The block that begins in line 2 (`if true {`) is not closed: a `}` is missing",
        ),
        ("fn handler() { [1", ""),
    ] {
        let message = init_message(script);
        assert!(message.ends_with(hint), "{script}: {message}");
    }
}

#[test]
fn names_of_other_languages() {
    for (code, expected) in [
        ("[1].forEach(|x| x)", "Function not found: forEach (array, Fn). In Rhai it is `for_each`"),
        ("[3].srot()", "Function not found: srot (array). Did you mean `sort`?"),
        ("base64::encod(\"a\")", "Function not found: base64::encod (string). Did you mean `base64::encode`?"),
        (
            "\"abc\".crop(\"a\")",
            "Function not found: crop (string, string). `crop` takes (string, i64), or (string, i64, i64), or (string, range)",
        ),
        (
            "\" a \".trim().to_upper()",
            "Function not found: to_upper (()). `trim` changes its value in place and returns `()`: write `trimmed`, which \
             returns a copy",
        ),
        (
            "[1].push(2).len()",
            "Function not found: len (()). `push` changes its value in place and returns `()`: call it in a statement of its \
             own, and `len` in the next",
        ),
        ("\" a \".strip()", "Function not found: strip (string). In Rhai it is `trimmed`"),
        ("#{}.items()", "Function not found: items (map). In Rhai it is `entries`"),
        ("[1].length", "Unknown property 'length' - a getter is not registered for type 'array'. In Rhai it is `len`"),
        (
            "let body = \"{}\"; body.name",
            "Unknown property 'name' - a getter is not registered for type 'string'. The value before `.name` is a string. \
             If it is JSON, decode it first: `json::decode(value).name`",
        ),
    ] {
        assert_eq!(message(&format!("fn handler() {{ {code} }}")), expected, "{code}");
    }
}

#[test]
fn strings_that_look_interpolated_are_warned_of() {
    let script =
        "fn handler(event) { let a = \"Hello ${event.name}\"; let b = `Hello ${event.name}`; [a, b] }";
    let outcome = Function::main(script).invoke("{\"name\":\"Ada\"}");
    assert_eq!(outcome.answer.text(), "[\"Hello ${event.name}\",\"Hello Ada\"]");
    let warning = "WARN\tmain.rhai:1:29: `${event.name}` is not evaluated in a string with double quotes. Write the string in \
                   backticks to insert the value";
    assert!(outcome.log.contains(warning), "{}", outcome.log);
    assert_eq!(outcome.log.lines().count(), 1, "{}", outcome.log);
}
