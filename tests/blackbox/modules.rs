//! The built-in modules.

mod batch;
mod cbor;
mod crypto;
mod csv;
mod decimal;
mod gzip;
mod hash;
mod hex;
mod json;
mod jwt;
mod mail;
mod markdown;
mod multipart;
mod random;
mod records;
mod regex;
mod router;
mod template;
mod toml;
mod url;
mod validate;
mod xml;
mod yaml;
mod zip;

use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use std::time::Duration;

/// What a handler body returns, as JSON text.
fn value(body: &str) -> String {
    let outcome = Function::main(&format!("fn handler(event) {{ {body} }}"))
        .env("GREETING", "hello")
        .invoke(r#"{"a":[1,2]}"#);
    outcome.answer.text().to_owned()
}

/// The same for work on 10 MB, which takes a build without optimisation some seconds.
fn large_value(body: &str) -> String {
    let patience = Duration::from_mins(1);
    let function = Function::main(&format!("fn handler(event) {{ {body} }}"));
    let api = FakeRuntimeApi::new()
        .patience(patience)
        .invocation(Invocation::new("{}").deadline_in(patience))
        .start();
    let _process = function.start(&api);
    api.wait_for_answers(1).remove(0).text().to_owned()
}

/// Type and message of the error that a handler body ends with.
fn error(body: &str) -> String {
    let function = Function::main(&format!("fn handler(event) {{ {body} }}"));
    let (kind, message, _) = function.invoke("{}").error();
    format!("{kind}: {message}")
}

#[test]
fn types_have_the_names_that_scripts_know() {
    for value in [
        "time::now()",
        "time::seconds(1)",
        "0..3",
        "0..=3",
        "range(0, 9, 2)",
        "|x| x",
        "5",
        "'x'",
        "timestamp()",
    ] {
        let name = self::value(&format!("type_of({value})"));
        let error = error(&format!("hex::encode({value})"));
        assert!(error.contains(&format!("a blob, not {}", name.trim_matches('"'))), "{name}: {error}");
    }
    for (body, message) in [
        ("csv::encode([[0..3]])", "a time, not range"),
        ("csv::decode(``, #{ header: [] })", "not array"),
        ("let x = []; let f = || x; csv::decode(``, #{ header: x })", "not array"),
        ("csv::encode([], #{ columns: 0..=1 })", "not range="),
        ("url::query(#{ a: timestamp() })", "not timestamp"),
        ("json::encode(0..3)", "is of type range,"),
        ("toml::encode(time::now())", "a map, not Time"),
        ("http::all([time::now()])", "a URL or a map of options, not Time"),
        ("http::get(`http://a`, #{ headers: time::now() })", "`headers` must be a map, not Time"),
        ("aws::s3_list(`a`, ``, #{ limit: 0..3 })", "an integer above 0, not range"),
        ("time::now() + (0..3)", "a time + range is not possible"),
        ("time::now() < time::seconds(1)", "a time < Duration is not possible"),
        ("time::hours(time::now())", "a number, not Time"),
        ("fs::write(`a`, time::now())", "cannot write Time to"),
        ("http_response(200, ``, #{ a: time::now() })", "not Time"),
        ("metrics::put(`a`, time::seconds(1))", "not Duration"),
        ("metrics::dimensions(#{ a: time::seconds(1) })", "not Duration"),
    ] {
        let error = error(body);
        assert!(error.contains(message), "{body}: {error}");
    }
}

#[test]
fn json() {
    assert_eq!(value("json::encode(event)"), r#""{\"a\":[1,2]}""#);
    assert_eq!(value("json::encode_pretty([1])"), r#""[\n  1\n]""#);
    assert_eq!(value("json::decode(\"[1, {}]\")"), "[1,{}]");
    assert_eq!(value("json::decode(\"5\".to_blob())"), "5");
    assert_eq!(value("parse_json(\"[1]\")"), "[1]");
    assert_eq!(
        value("[#{ a: 1 }.to_json(), [1].to_json(), \"x\".to_json(), (5).to_json(), ().to_json()]"),
        r#"["{\"a\":1}","[1]","\"x\"","5","null"]"#
    );
    assert!(error("json::decode(\"{\")").starts_with("JsonError: not JSON: it ends within an object"));
    assert!(error("json::encode(#{ f: |x| x })").starts_with("JsonError: $.f is a function"));
    assert!(error("json::decode(5)").contains("expects a string or a blob"));
}

#[test]
fn env() {
    assert_eq!(value("env::get(\"GREETING\")"), "\"hello\"");
    assert_eq!(value("[env::get(\"NOPE\", 5), env::get(\"GREETING\", 5)]"), "[5,\"hello\"]");
    assert_eq!(
        value("[env::has(\"NOPE\"), env::has(\"GREETING\"), env::has(\"\"), env::has(\"a=b\")]"),
        "[false,true,false,false]"
    );
    assert_eq!(value("env::all().GREETING"), "\"hello\"");
    assert!(error("env::get(\"NOPE\")").contains("use env::get(\"NOPE\", default)"));
}

#[test]
fn cache() {
    let function = Function::main(
        "fn handler(event) {
            let n = cache::get_or(\"n\", || 10);
            cache::set(\"n\", n + 1);
            n
        }",
    );
    let answers = function.invoke_all(["{}", "{}", "{}"]);
    let texts: Vec<_> = answers.iter().map(|answer| answer.text()).collect();
    assert_eq!(texts, ["10", "11", "12"]);
    assert_eq!(value("cache::get(\"nope\")"), "null");
    assert_eq!(value("cache::set(\"a\", 1); [cache::remove(\"a\"), cache::get(\"a\")]"), "[1,null]");
    assert_eq!(value("cache::set(\"a\", 1); cache::clear(); cache::get(\"a\")"), "null");
    assert_eq!(value("cache::set(\"a\", 1, 60); cache::get(\"a\")"), "1");
    assert_eq!(value("cache::set(\"a\", 1, 0.02); sleep(0.03); cache::get(\"a\")"), "null");
    assert_eq!(value("cache::set(\"a\", 1, 0); cache::get(\"a\")"), "null");
    assert_eq!(value("let x = 1; let f = || x; cache::set(\"a\", x); x = 2; cache::get(\"a\")"), "1");
    assert!(error("cache::get_or(\"a\", || throw \"no\")").starts_with("Error: no"));
}

#[test]
fn time() {
    assert_eq!(value("let t = unix_now(); t > 1700000000 && t < 10000000000"), "true");
    assert_eq!(value("let t = unix_ms_now(); (t / 1000 - unix_now()).abs() <= 1"), "true");
    assert_eq!(value("let t = unix_ms_now(); sleep(0.02); unix_ms_now() - t >= 20"), "true");
    assert_eq!(value("sleep(0); sleep(-1); sleep(-0.5); 1"), "1");
    assert!(error("sleep(0.0 / 0.0)").contains("NaN"));
}

#[test]
fn ids() {
    assert_eq!(value("let a = uuid_v4(); [a.len, a[14] == '4', a != uuid_v4()]"), "[36,true,true]");
}

#[test]
fn base64() {
    assert_eq!(value("base64::encode(\"hi?>\")"), "\"aGk/Pg==\"");
    assert_eq!(value("base64::encode(\"hi?>\", base64::URL_SAFE)"), "\"aGk_Pg==\"");
    assert_eq!(value("base64::encode(\"hi?>\", base64::URL_SAFE_NO_PAD)"), "\"aGk_Pg\"");
    assert_eq!(value("base64::decode(\"aGk/Pg==\")"), "\"hi?>\"");
    assert_eq!(value("base64::decode(\"aGk_Pg\", base64::URL_SAFE)"), "\"hi?>\"");
    assert_eq!(value("base64::decode_blob(\"/w==\")[0]"), "255");
    assert!(error("base64::decode(\"*\")").starts_with("Base64Error: not base64"));
    assert!(error("base64::decode(\"/w==\")").contains("use base64::decode_blob"));
    assert!(error("base64::encode(\"x\", \"NOPE\")").contains("unknown alphabet NOPE"));
}

#[test]
fn http_response() {
    let response = |body: &str| serde_json::from_str::<serde_json::Value>(&value(body)).unwrap();
    let json = response("http_response(200, #{ a: 1 })");
    assert_eq!(json["statusCode"], 200);
    assert_eq!(json["body"], "{\"a\":1}");
    assert_eq!(json["headers"]["content-type"], "application/json");
    assert_eq!(json["isBase64Encoded"], false);
    let blob = response("http_response(200, blob(1, 255))");
    assert_eq!((blob["body"].as_str(), blob["isBase64Encoded"].as_bool()), (Some("/w=="), Some(true)));
    let html = response("http_response(404, \"<p>\", #{ \"Content-Type\": \"text/html\" })");
    assert_eq!(html["headers"], serde_json::json!({ "Content-Type": "text/html" }));
    let empty = response("http_response(204, ())");
    assert_eq!((empty["body"].as_str(), empty["headers"].as_object().unwrap().len()), (Some(""), 0));
    assert!(error("http_response(42, \"\")").contains("42 is not an HTTP status"));
}

#[test]
fn sizes() {
    assert_eq!(
        value("let b = blob(2); b.pad(3, 257); b.pad(1, 5); [blob(-1), blob(2, 7), b].map(|b| b.to_array())"),
        "[[],[7,7],[0,0,1]]"
    );
    assert_eq!(value("let a = [1]; a.pad(3, \"x\"); a.pad(2, 0); a.pad(-5, 0); a"), r#"[1,"x","x"]"#);
    assert_eq!(value("let s = \"ä\"; s.pad(3, 'ö'); s.pad(2, 'x'); s"), "\"äöö\"");
    assert_eq!(value("let s = \"a\"; s.pad(6, \"(!)\"); s"), "\"a(!)(!\"");
    assert_eq!(value("let s = \"a\"; s.pad(6, \"\"); s"), "\"a\"");
    for call in [
        "blob(1 << 60)",
        "let b = blob(1); b.pad(1 << 60, 1)",
        "let a = []; a.pad(1 << 60, 1)",
        "let s = \"a\"; s.pad(1 << 60, 'ä')",
        "let s = \"a\"; s.pad(1 << 62, \"äö\")",
    ] {
        let error = error(call);
        assert!(error.starts_with("DataTooLarge: ") && error.ends_with(" too large"), "{call}: {error}");
    }
}
