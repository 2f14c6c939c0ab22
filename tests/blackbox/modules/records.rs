//! `json::lines`, `csv::rows`, `json::get`, `json::set`, `jmespath` and `mask`.

use super::{error, large_value, value};
use crate::function::Function;
use web_server::{Reply, WebServer};

#[test]
fn json_lines() {
    assert_eq!(
        value("let all = []; for v in json::lines(\"1\\n\\n [2] \\r\\n{\\\"a\\\":3}\") { all += [v]; } all"),
        r#"[1,[2],{"a":3}]"#
    );
    assert_eq!(value("let all = []; for v in json::lines(\"1\\n2\".to_blob()) { all += v; } all"), "[1,2]");
    assert_eq!(value("let n = 0; for v in json::lines(``) { n += 1; } n"), "0");
    assert_eq!(
        error("for v in json::lines(\"1\\n[\") { }"),
        "JsonError: line 2 is not JSON: it ends within a list at line 1 column 1"
    );
    assert!(error("for v in json::lines(blob(1, 255)) { }").starts_with("JsonError: line 1 is not JSON"));
    assert!(error("json::lines(5)")
        .contains("json::lines expects a string, a blob, a response or its lines, not i64"));
    assert!(error("json::lines([])").contains("not array"));
    assert!(error("json::lines(time::now())").contains("not Time"));
}

#[test]
fn csv_rows() {
    assert_eq!(
        value("let all = []; for row in csv::rows(\"a;b\\n1;\\\"x\\r\\ny\\\"\\n\", #{ delimiter: `;` }) { all += row; } all"),
        r#"[{"a":"1","b":"x\ny"}]"#
    );
    assert_eq!(
        value("let n = 0; for row in csv::rows(``) { n += 1; } for row in csv::rows(`a,b`) { n += 1; } n"),
        "0"
    );
    for (csv, problem) in [
        ("a,b\\n1,2\\n3\\n", "found record with 1 fields"),
        ("a\\n\\\"x", "the field whose quote opens in line 2 has no closing quote"),
        ("a\\n\\\"x\\\" y", "the field continues after its closing quote in line 2"),
        ("a,a\\n1,2", "the column `a` occurs twice"),
    ] {
        let error = error(&format!("for row in csv::rows(\"{csv}\") {{ }}"));
        assert!(error.starts_with("CsvError: ") && error.contains(problem), "{csv}: {error}");
    }
    assert!(error("csv::rows(5)").contains("csv::rows expects"));
    assert!(error("csv::rows(``, #{ head: 1 })").contains("options of csv::rows: unknown option `head`"));
}

#[test]
fn streams_are_read_row_by_row() {
    let lines: Vec<_> = (0..20_000).map(|n| format!("{n},\"a \"\"quoted\"\"\nfield\"\n")).collect();
    let lines = lines.concat();
    let server = WebServer::start(move |request| match &*request.path {
        "/rows" => Reply::text(&format!("id,text\n{lines}")),
        _ => Reply::text("{\"n\":1}\n{\"n\":2}\n"),
    });
    let url = server.url();
    let function = Function::main(&format!(
        "fn handler(event) {{
            let sum = 0;
            for row in csv::rows(http::get(`{url}/rows`, #{{ stream: true }})) {{ sum += parse_int(row.id); }}
            for row in csv::rows(http::get(`{url}/rows`)) {{ sum += row.text.len; break; }}
            for line in json::lines(http::get(`{url}/json`, #{{ stream: true }}).lines()) {{ sum += line.n; }}
            sum
        }}"
    ));
    let outcome = function.invoke("{}");
    assert_eq!(outcome.answer.text(), (19_999 * 10_000 + 16 + 3).to_string());
}

#[test]
fn large_tables_need_no_memory() {
    assert_eq!(large_value("let csv = \"\"; csv.pad(4000000, \"some text,more\\n\"); let n = 0; for row in csv::rows(csv, #{ header: false }) { n += row.len; } n"), "533334");
}

#[test]
fn pointers() {
    // The examples of RFC 6901, section 5.
    let document = r#"#{ foo: ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8 }"#;
    for (pointer, expected) in [
        ("/foo", r#"["bar","baz"]"#),
        ("/foo/0", "\"bar\""),
        ("/", "0"),
        ("/a~1b", "1"),
        ("/c%d", "2"),
        ("/e^f", "3"),
        ("/g|h", "4"),
        ("/i\\\\j", "5"),
        ("/k\\\"l", "6"),
        ("/ ", "7"),
        ("/m~0n", "8"),
        ("/foo/-", "null"),
        ("/foo/00", "null"),
        ("/foo/2", "null"),
        ("/foo/99999999999999999999", "null"),
        ("/foo/bar/x", "null"),
    ] {
        assert_eq!(value(&format!("json::get({document}, \"{pointer}\")")), expected, "{pointer}");
    }
    assert_eq!(value("json::get(5, ``)"), "5");
    assert_eq!(
        value("let a = #{ x: [1] }; let b = json::set(a, `/x/0`, 2); [a, b]"),
        r#"[{"x":[1]},{"x":[2]}]"#
    );
    assert_eq!(value("json::set((), `/a~1b/c`, 1)"), r#"{"a/b":{"c":1}}"#);
    assert_eq!(value("json::set(5, ``, 1)"), "1");
    for (call, problem) in [
        ("json::get(5, `a`)", "does not begin with /"),
        ("json::get(5, `/~`)", "has a ~ that is not"),
        ("json::get(5, `/~2`)", "has a ~ that is not"),
        (
            "json::set(#{ a: 5 }, `/a/b`, 1)",
            "leads into a value that is neither a map nor an array, but i64, at \"b\"",
        ),
        ("json::set([1], `/x`, 1)", "has \"x\" for an array of 1 items"),
        ("json::set([1], `/01`, 1)", "has \"01\" for an array of 1 items"),
        ("let p = ``; p.pad(100000, `/`); json::set((), p, 1)", "has more than 1000 parts"),
    ] {
        let error = error(call);
        assert!(error.starts_with("JsonError: ") && error.contains(problem), "{call}: {error}");
    }
}

#[test]
fn jmespath_errors() {
    for (expression, problem) in [
        ("", "its end is not expected"),
        ("a.[", "its end is not expected"),
        ("a b", "\"b\" is not expected (at byte 3)"),
        ("nothing(a)", "there is no function \"nothing\""),
        ("length(a, b)", "\"length\" has 1 arguments, not 2"),
        ("length(`5`)", "argument 1 of \"length\" must be an array, a string or an object, not number"),
        ("a[::0]", "the step of a slice is 0"),
    ] {
        let error = error(&format!("jmespath::search(\"{expression}\", #{{ a: [1] }})"));
        assert!(error.starts_with("JmesPathError: ") && error.contains(problem), "{expression}: {error}");
    }
    assert!(error("jmespath::search(5, 5)").starts_with("FunctionNotFound"));
}

#[test]
fn masks() {
    for (paths, expected) in [
        ("`a`", r#"{"a":"*****","b":[{"c":2,"d":{"c":3}}]}"#),
        ("`b[*].c`, `b[0].d.c`", r#"{"a":1,"b":[{"c":"*****","d":{"c":"*****"}}]}"#),
        ("`**.c`", r#"{"a":1,"b":[{"c":"*****","d":{"c":"*****"}}]}"#),
        ("`*`", r#"{"a":"*****","b":"*****"}"#),
        ("`b[7].c`, `x.y`, `a.b.c`", r#"{"a":1,"b":[{"c":2,"d":{"c":3}}]}"#),
        ("`b.*.d.*`", r#"{"a":1,"b":[{"c":2,"d":{"c":"*****"}}]}"#),
    ] {
        assert_eq!(
            value(&format!("mask::erase(#{{ a: 1, b: [#{{ c: 2, d: #{{ c: 3 }} }}] }}, [{paths}])")),
            expected,
            "{paths}"
        );
    }
    assert_eq!(
        value("let a = #{ x: #{ y: 1 } }; let b = mask::erase(a, [`x.y`], `-`); [a.x.y, b.x.y]"),
        r#"[1,"-"]"#
    );
    assert_eq!(value("mask::erase(#{ `x.y`: 1 }, [\"\\\"x.y\\\"\"])"), r#"{"x.y":"*****"}"#);
    for path in ["", ".", "a.", "a..b", "[", "[x]", "a[1", "a]b", "\\\"a", "***"] {
        let error = error(&format!("mask::erase(#{{}}, [\"{path}\"])"));
        assert!(error.starts_with("MaskError: "), "{path}: {error}");
    }
    assert!(error("mask::erase(#{}, [5])").contains("must be a string, not i64"));
}
