//! `regex`.

use super::{error, large_value, value};
use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use std::time::Duration;

#[test]
fn finds() {
    assert_eq!(value(r#"[regex::is_match(`^\d+$`, "42"), regex::is_match(`^\d+$`, "42a")]"#), "[true,false]");
    assert_eq!(value(r#"[regex::find(`\d+`, "a 42 b 7"), regex::find(`\d+`, "none")]"#), r#"["42",null]"#);
    assert_eq!(
        value(r#"[regex::find_all(`\w+`, "grüne Äpfel"), regex::find_all("x", "")]"#),
        r#"[["grüne","Äpfel"],[]]"#
    );
    assert_eq!(value(r#"regex::split(`\s*,\s*`, "a , b,c")"#), r#"["a","b","c"]"#);
    assert_eq!(value(r#"regex::split(",", "")"#), r#"[""]"#);
    assert_eq!(value(r#"regex::find("", "abc")"#), r#""""#);
}

#[test]
fn captures() {
    assert_eq!(
        value(r#"regex::captures(`(\w+)@(\w+)(\.com)?`, "to ada@home")"#),
        r#"["ada@home","ada","home",null]"#
    );
    assert_eq!(
        value(r#"regex::captures(`(?<year>\d+)-(\d+)`, "on 2026-11")"#),
        r#"{"0":"2026-11","2":"11","year":"2026"}"#
    );
    assert_eq!(value(r#"regex::captures("(a)", "b")"#), "null");
    assert_eq!(
        value(r#"regex::captures_all(`(\w)=(\d)`, "a=1 b=2").map(|c| c[1] + c[2])"#),
        r#"["a1","b2"]"#
    );
}

#[test]
fn replaces() {
    assert_eq!(
        value(r#"regex::replace(`(\w+) (\w+)`, "hello world, a b", "$2 ${1}!")"#),
        r#""world hello!, b a!""#
    );
    assert_eq!(value(r#"regex::replace("x", "abc", "y")"#), r#""abc""#);
    assert_eq!(value(r#"regex::replace("b*", "abc", "-")"#), r#""-a-c-""#);
    assert_eq!(value(r#"let n = 10; regex::replace(`\d`, "a1ü2", |m| parse_int(m[0]) + n)"#), r#""a11ü12""#);
    assert_eq!(value(r#"regex::replace(`(?<first>\w)\w*`, "ada l", |m| m.first.to_upper())"#), r#""A L""#);
    assert_eq!(
        value(
            r#"[regex::replace("a(b)?", "a-ab", |m| m[1]), regex::replace("a(b)?", "a-ab", "$1"), regex::replace("a", "a-a", |m| {})]"#
        ),
        r#"["-b","-b","-"]"#
    );
    assert_eq!(error(r#"regex::replace("a", "a", |m| throw "no")"#), "Error: no");
}

#[test]
fn wrong_patterns_say_where() {
    assert_eq!(
        error(r#"regex::find("a(b", "")"#),
        "RegexError: the pattern `a(b` is invalid at character 2: unclosed group"
    );
    assert_eq!(
        error(r#"regex::is_match(`ü\p{Nope}`, "")"#),
        "RegexError: the pattern `ü\\p{Nope}` is invalid at character 2: Unicode property not found"
    );
    assert!(error(r#"regex::is_match(`(?=a)`, "")"#)
        .contains("look-around, including look-ahead and look-behind, is not supported"));
    assert!(error(r#"regex::is_match(`(\w{200}){200}`, "")"#).contains("exceeds the size limit"));
    assert!(error(r#"regex::find(5, "")"#)
        .starts_with("FunctionNotFound: Function not found: regex::find (i64, "));
    assert!(error(r#"regex::find("a", ())"#).starts_with("FunctionNotFound"));
}

#[test]
fn catastrophic_patterns_take_linear_time() {
    // An engine that tries one way after the other would not end.
    let script = "let text = \"\"; text.pad(1000000, 'a'); text += '!';
        [regex::is_match(\"^(a+)+$\", text), regex::is_match(\"(a|aa)+$\", text), regex::is_match(\"(.*)*b\", text)]";
    assert_eq!(large_value(script), "[false,false,false]");
}

#[test]
fn more_patterns_than_are_kept() {
    let script = "let count = 0;
        for round in 0..2 { for n in 0..150 { if regex::is_match(`^${n}$`, n.to_string()) { count += 1; } } }
        count";
    assert_eq!(value(script), "300");
}

#[test]
fn ten_megabytes() {
    let script = "let text = \"order=7 user=ada, \"; for i in 0..19 { text += text; }
        [regex::find_all(\"user\", text).len, regex::replace(`\\d`, text, \"\").len, regex::split(\", \", text).len]";
    assert_eq!(large_value(script), "[524288,8912896,524289]");
}

#[test]
fn the_deadline_holds_between_matches() {
    // Each match begins a search that goes through the rest of the text.
    let text = "let text = \"\"; for i in 0..50000 { text += `<!-- >`; }";
    let pattern = "`<!--.*?-->|<[^>]*>`";
    for call in [
        "replace(PATTERN, text, ``)",
        "find_all(PATTERN, text)",
        "split(PATTERN, text)",
        "captures_all(PATTERN, text)",
        "replace(PATTERN, text, |m| ``)",
    ] {
        let call = call.replace("PATTERN", pattern);
        let function = Function::main(&format!("fn handler(event) {{ {text} regex::{call}.len }}"));
        let api = FakeRuntimeApi::new();
        let api = api.invocation(Invocation::new("{}").deadline_in(Duration::from_millis(700))).start();
        let _process = function.start(&api);
        let answer = api.wait_for_answers(1).remove(0);
        assert_eq!(answer.json()["errorType"], "Runtime.Timeout", "{call}: {}", answer.text());
    }
}

#[test]
fn long_patterns_are_refused() {
    assert!(error("let p = \"\"; p.pad(40000, 'x'); regex::find(p, p)")
        .starts_with("RegexError: the pattern has 40000 bytes; the function's memory allows 32768"));
}
