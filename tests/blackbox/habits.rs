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

/// A handler with this body, and this behind it, cannot be loaded, and the error ends with the hint.
fn assert_hint(body: &str, rest: &str, hint: &str) {
    let message = init_message(&format!("fn handler(event) {{\n{body}\n}}{rest}"));
    assert!(message.ends_with(hint), "{body}: {message}");
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
             limit` and write `global::limit`. To keep a value for later events, use `cache`",
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
fn maps_and_arrays_of_other_languages() {
    let map = ". A map begins with `#{`: `#{ a: 1 }`";
    let spread = ". Rhai has no `...`: `a.merge(b)` joins maps, `a + b` joins arrays";
    for (body, hint) in [
        ("return { a: 1 };", map),
        ("return {\n  \"a\": 1,\n  \"b\": 2\n};", map),
        ("let a = 1; return { a, b: 2 };", map),
        ("print([{ id: 1 }])", map),
        ("let a = 1; #{ a }", ". A map has keys and values: `#{ name: name }`"),
        ("#{ ...event, a: 1 }", spread),
        ("[...event, 1]", spread),
        ("#{\n  a: 1\n  b: 2\n}", ". A `,` is missing before `b`"),
        ("[1 2]", ". A `,` is missing before `2`"),
        ("let a = [1, 2;", ". A `]` is missing before `;`"),
        ("print((1);", ". A `)` is missing before `;`"),
        ("print(1));", ". There is a `)` too many: remove it, or one before it"),
        ("[x * 2 for x in event]", ". Rhai writes `list.filter(|x| x > 1).map(|x| x * 2)`"),
        ("let a = [1]; a[1:2]", ". Rhai writes `list.extract(1..3)` and `text.sub_string(1..3)`"),
        ("event.a?.[0]", ". Rhai writes `?[`: `list?[0]`"),
    ] {
        assert_hint(body, "", hint);
    }
}

#[test]
fn statements_of_other_languages() {
    let braces = ". A block is always in braces, even if it is a single statement: `if x { … }`";
    let for_loop =
        ". Rhai writes `for i in 0..3 { … }`, `for item in list { … }` and `for (item, index) in list { … }`";
    let catch = ". Rhai writes `try { … } catch (e) { … }`, with one variable without a type. `error::info(e).type` tells \
                 errors apart";
    let value = ". Rhai writes `if condition { a } else { b }`, also as a value: `let x = if …`";
    let separate = ". Declare each variable in a statement of its own: `let a = event.a; let b = event.b;`";
    for (body, hint) in [
        ("if event == 1:\n  return 1", braces),
        ("if event == 1 return 1;", braces),
        ("if event == 1 { 1 }\nelseif event == 2 { 2 }", ". Rhai writes `else if`"),
        ("for i = 0; i < 3; i++ { 1 }", for_loop),
        ("for (let i = 0; i < 3; i++) { 1 }", for_loop),
        ("for x of event { 1 }", for_loop),
        ("for k, v in event { 1 }", for_loop),
        ("for i in 3 { 1 }", ". To count, write `for i in 0..3 { … }`"),
        ("for i in 0...3 { 1 }", ". Rhai writes `0..3` without the end, and `0..=3` with it"),
        ("foreach x in event { 1 }", ". Rhai writes `for item in list { … }`"),
        ("let x = 1; x++;", ". Rhai has no `++`: write `x += 1`"),
        ("let x = 1; --x;", ". Rhai has no `--`: write `x -= 1`"),
        ("let x = event ? 1 : 2;", ". Rhai has no `? :`: write `if condition { a } else { b }`"),
        ("let x = 1 if event else 2;", value),
        ("let x = true; x &&= false;", ". Rhai has no `&&=`, `||=` and `??=`: write `x = x ?? 1`"),
        (
            "let x = event || \"none\";",
            ". `||` joins booleans. For a default, write `??`: `event.name ?? \"nobody\"`",
        ),
        ("if event <> 1 { 1 }", ". Rhai writes `!=`"),
        ("if event is None { 1 }", ". Rhai writes `==` and `!=`"),
        ("if event === 1 { 1 }", "This is not JavaScript! Should it be '=='?: `if event === 1 { 1 }`"),
        ("var x = 1;", ". Variables are declared with `let`"),
        ("let mut x = 1;", ". Every variable of `let` can be changed: remove `mut`"),
        ("let x: int = 1;", ". Rhai has no types of variables, parameters and results: remove the type"),
        ("let a = 1, b = 2;", separate),
        ("let { a, b } = event;", separate),
        ("total = 1;", ". Declare the variable first: `let total = …`"),
        ("let match = 1;", ". Choose another name"),
        ("event.match", ". Write `[\"match\"]` for a field of this name"),
        ("let a = 1\nlet b = 2;", ". A `;` is missing at the end of line 2"),
        ("raise \"x\"", ". Rhai writes `throw #{ type: \"NotFound\", message: \"…\" }`"),
        ("try {\n  1\n} except {\n  2\n}", ". Rhai writes `catch (e)`"),
        ("try { 1 } catch (Exception e) { 2 }", catch),
        ("try { throw 1; } catch e { 2 }", catch),
        (
            "try { 1 } catch (e) { 2 } finally { 3 }",
            ". Rhai has no `finally`: write these statements after the `catch` block",
        ),
        ("switch event { \"a\": 1 }", ". Rhai writes `switch x { 1 => \"one\", _ => \"other\" }`"),
        ("switch event { case 1 => 1 }", ". Rhai writes `switch x { 1 => \"one\", _ => \"other\" }`"),
        ("let x = 1; # one", ". Comments begin with `//`"),
        ("print \"a\"", ". Calls need parentheses: `print(…)`"),
    ] {
        assert_hint(body, "", hint);
    }
}

#[test]
fn functions_and_strings_of_other_languages() {
    let closure = ". Closures are written `|x| x + 1`";
    let inserts = ". A string that inserts values is written in backticks: `a ${x}`";
    let backslash = ". A backslash is written `\\\\` in double quotes. In backticks it stands for itself";
    let arguments = ". Arguments have no names: pass them in their order, or pass a map: `f(#{ a: 1 })`";
    for (body, hint) in [
        ("[1].map(x => x + 1)", closure),
        ("[1].reduce((a, b) => a + b)", closure),
        ("cache::get_or(\"a\", () => 1)", closure),
        ("[1].map(lambda x: x + 1)", closure),
        ("[1].map(function(x) { return x; })", closure),
        ("[1].map(fn(x) { x })", closure),
        ("handler(event=1)", arguments),
        ("f\"value {event}\"", inserts),
        ("regex::is_match(\"\\d\", \"1\")", backslash),
        (
            "let x = \"abc;",
            ". The closing quote is missing. Strings of several lines are written in backticks",
        ),
        ("“abc”", ". Replace the typographic quotes: `\"text\"`"),
        ("evnt.name", ". Did you mean `event`?"),
        ("jsn::decode(\"1\")", ". Did you mean `json`?"),
        ("context.deadline_ms", ". Functions see only their parameters: pass `context` as an argument"),
        (
            "json.loads(event)",
            ". `json` is a module, and functions of modules are called with `::`: `json::decode(…)`",
        ),
        ("boto3.client(\"s3\")", ". Use `aws::call(\"s3\", \"ListBuckets\", #{})`"),
        (
            "  fn inner(x) { x }",
            ". Declare the function at the top level, or write a closure: `let f = |x| x + 1;`, called as \
                               `f.call(1)`",
        ),
        (
            "[1].map(twice)",
            ". The function `twice` is declared further down: write `Fn(\"twice\")`, or declare it before",
        ),
    ] {
        assert_hint(body, "\nfn twice(x) { 2 * x }", hint);
    }
}

#[test]
fn the_indentation_says_what_is_not_closed() {
    let line = |number: usize, head: &str| {
        format!(". The block that begins in line {number} (`{head}`) is not closed: a `}}` is missing")
    };
    for (script, hint) in [
        ("fn handler(event) {\n  if event {\n    1;\n  2\n}\n", line(2, "if event {")),
        (
            "fn f() {\n  for x in [1] {\n    1;\n}\n\nfn handler(event) {\n  f()\n}\n",
            line(2, "for x in [1] {"),
        ),
        ("fn handler(event) {\n  [1].map(|x| {\n    x\n  );\n}\n", line(2, "[1].map(|x| {")),
        (
            "fn handler(event) {\n  if event {\n    1\n  else {\n    2\n  }\n}\n",
            ". A `}` is missing before `else`".to_owned(),
        ),
        (
            "fn handler(event) {\n  1\n  }\n}\n",
            ". There is a `}` too many: remove it, or one before it".to_owned(),
        ),
        (
            "fn handler(event) {\n  /* one\n  1\n}\n",
            ". The comment that begins in line 2 is not closed: `*/` is missing".to_owned(),
        ),
    ] {
        let message = init_message(script);
        assert!(message.ends_with(&hint), "{script}{message}");
    }
}

#[test]
fn values_of_other_types() {
    for (body, hint) in [
        (
            "let s = \" a \"; s = s.trim(); s.len()",
            "Function not found: len (()). The value that `len` is called with is `()`: it is missing or null. Write `?.len` or \
             `value ?? …` where that can happen",
        ),
        (
            "let s = \" a \";\ns = s.trim();\ns.len()",
            "Function not found: len (()). `s` is `()`, because `trim` changes its value in place and returns `()`: write \
             `trimmed`, which returns a copy",
        ),
        (
            "let a = [2, 1];\na.sort()[0]",
            "Indexer unavailable: () [i64]. `sort` changes its value in place and returns `()`: write `sorted`, which returns a \
             copy",
        ),
        (
            "event.list[0]",
            "Indexer unavailable: () [i64]. The value before `[` is `()`: it is missing or null. Write `?[` where that can happen",
        ),
        (
            "event.text[\"name\"]",
            "Data type incorrect: string (expecting i64). Names in `[…]` are keys of maps. If the value before it is a string with \
             JSON, decode it first: `json::decode(value)[\"name\"]`",
        ),
        (
            "if event.text { 1 }",
            "Data type incorrect: string (expecting bool). Conditions are booleans: compare the value, as in `x != ()` or \
             `!list.is_empty()`. For a default, write `a ?? b`",
        ),
        (
            "event.text * 2",
            "Function not found: * (string, i64). Convert strings that hold numbers: `int(text)` or `float(text)`",
        ),
        (
            "regex::is_match(\"a\", event.list)",
            "Function not found: regex::is_match (string, ()). Argument 2 is `()`: it is missing or null. Write `value ?? …` where \
             that can happen",
        ),
        (
            "sha256::hash(\"a\")",
            "Function not found: sha256::hash (string). The functions of `sha256` are digest, digest_blob, hmac, hmac_blob",
        ),
        ("let f = |x| x; f(1)", "Function not found: f (i64). `f` is a variable: call its function with `f.call(…)`"),
        (
            "const L = [1]; L.push(2)",
            "Non-pure method 'push' cannot be called on constant. A constant cannot be changed: declare it with `let`, or change \
             a copy: `let list = global::LIST;`",
        ),
        (
            "for key in event { 1 }",
            "`for` requires something to iterate over: an array, a string, a blob or a range. For a map, write `for key in \
             map.keys()`. A value that is `()` is missing or null: write `value ?? []` where that can happen",
        ),
        (
            "let m = {}; m.a = 1;",
            "No writable property 'a' - a setter is not registered for type '()' to handle 'i64'. The value before `.a` is `()`: \
             assign a map first. An empty map is `#{}`, and `{}` is an empty block",
        ),
    ] {
        let function = Function::main(&format!("fn handler(event) {{\n{body}\n}}"));
        let outcome = function.invoke("{\"text\":\"{}\"}");
        assert_eq!(error_parts(&outcome.answer.json()).1, hint, "{body}");
    }
}

#[test]
fn methods_that_hide_built_in_ones() {
    let function = Function::main("fn pop() { this.pop() }\nfn handler() { let list = [1]; list.pop() }");
    let hint = "Stack overflow. `.pop()` calls the script's own function, which hides the built-in method of that name. Give the \
                function another name";
    assert_eq!(error_parts(&function.invoke("{}").answer.json()).1, hint);
    let function =
        Function::main("fn pop_all() { this.pop_all() }\nfn handler() { let list = [1]; list.pop_all() }");
    let message = "calls are nested too deeply: more than 1000 levels, or the stack is full";
    assert_eq!(error_parts(&function.invoke("{}").answer.json()).1, message);
}

#[test]
fn names_of_other_languages() {
    for (code, expected) in [
        ("[1].forEach(|x| x)", "Function not found: forEach (array, Fn). In Rhai it is `for_each`"),
        ("[1].pusj(2)", "Function not found: pusj (array, i64). Did you mean `push`?"),
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
