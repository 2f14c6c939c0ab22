//! Every function with every kind of arguments, beside what rhai makes of the same call.

use super::functions_of_rhai;
use crate::error::ErrorKind;
use crate::function::Function;
use crate::value::Kind;
use crate::vm::{Host, Options, Vm};
use crate::Result;
use rhai::{Engine, EvalAltResult, Position};
use std::any::Any;
use std::rc::Rc;

/// Most calls of one function.
const MOST: usize = 400;

/// Not the same twice, or without a result.
const SKIPPED: [&str; 7] = ["print", "debug", "sleep", "timestamp", "elapsed", "get$elapsed", "exit"];

/// A callback with one parameter is a key here.
const SORTING: [&str; 4] = ["sort", "sort_by", "order", "order_by"];

const COMPARING: [&str; 5] = ["dedup", "sort", "sort_by", "order", "order_by"];

const PRELUDE: &str = "
    fn gt1(x) { x > 1 }
    fn less(a, b) { a < b }
    fn boom(x) { throw 1 }
    fn third(a, b, c) { c > 1 }
";

struct Silent;

impl Host for Silent {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn print(&self, _: &str) {}
    fn debug(&self, _: &str, _: &str, _: Position) {}
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// Values of this kind, as scripts write them.
fn samples(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Int => &["0", "1", "2", "3", "-1", "-2", "-9", "63", "64", "300", "-1234567890123"],
        Kind::Float => &["0.0", "-1.5", "0.25", "2.5", "1e20", "(0.0/0.0)"],
        Kind::Bool => &["true", "false"],
        Kind::Char => &["'a'", "'ß'", "'N'"],
        Kind::String => &[
            "\"\"",
            "\"a\"",
            "\"an\"",
            "\"banana\"",
            "\"  äßN a a  \"",
            "\"ff\"",
            "\" -12 \"",
            "\"less\"",
            "\"gt1\"",
            "\"no name\"",
            "\"if\"",
        ],
        Kind::Array => &[
            "[]",
            "[2]",
            "[3, 1, 2, 2, 1]",
            "[1.5, -2.0, 0.5]",
            "[\"b\", \"a\", \"less\"]",
            "['b', 'a']",
            "[true, false]",
            "[(), ()]",
            "[1, \"a\", [2]]",
            "[[1], [1], [2]]",
        ],
        Kind::Map => &["#{}", "#{a: 1}", "#{a: 1, b: 2, c: 3}", "#{b: 1, d: 2}"],
        Kind::Blob => &["blob()", "blob(1, 97)", "blob(12, 1)", "blob(3, 200)"],
        Kind::Range => &["(0..2)", "(1..1)", "(-3..4)", "(2..90)", "(5..1)", "(1..)"],
        Kind::RangeInclusive => &["(0..=2)", "(1..=1)", "(-3..=4)", "(2..=90)", "(5..=1)", "(0..=-1)"],
        Kind::Fn => &["Fn(\"gt1\")", "Fn(\"less\")", "Fn(\"third\")", "Fn(\"boom\")", "Fn(\"nothing\")"],
        _ => &["()", "1", "'a'", "\"a\"", "2.0", "[2]", "#{a: 1}"],
    }
}

fn root(error: &EvalAltResult) -> String {
    let mut error = error.unwrap_inner().clone_shallow();
    error.retain(|c| c != '\n');
    error
}

/// What an error says, without its place.
trait Shallow {
    fn clone_shallow(&self) -> String;
}

impl Shallow for EvalAltResult {
    fn clone_shallow(&self) -> String {
        match self {
            EvalAltResult::ErrorFunctionNotFound(..) => "function not found".to_owned(),
            EvalAltResult::ErrorArithmetic(text, _) => text.clone(),
            EvalAltResult::ErrorRuntime(value, _) => format!("Runtime error: {value}"),
            EvalAltResult::ErrorParsing(problem, _) => format!("Syntax error: {problem}"),
            EvalAltResult::ErrorBitFieldBounds(bits, index, _) => {
                format!("Bit-field index {index} out of bounds: only {bits} bits in bit-field")
            }
            other => other.to_string(),
        }
    }
}

fn script(function: &Function, args: &[&str]) -> String {
    let lazy = matches!(function.returns, Kind::Host(_));
    let items =
        if lazy { "for x in v { s += x.to_string() + `,`; if s.len() > 300 { break; } }" } else { "" };
    let expression = match (function.name.strip_prefix("get$"), args) {
        (Some(property), _) => format!("r.{property}"),
        (None, []) => format!("{}()", function.name),
        (None, [_, others @ ..]) => format!("r.{}({})", function.name, others.join(", ")),
    };
    let (receiver, shown) = match args.first() {
        Some(receiver) => (*receiver, "type_of(r) + ` ` + r.to_debug()"),
        None => ("()", "``"),
    };
    format!(
        "{PRELUDE} let r = {receiver}; let v = {expression}; let s = ``; {items} type_of(v) + ` ` + v.to_debug() + ` | ` + ({shown}) + ` | ` + s"
    )
}

fn ours(vm: &Vm, script: &str) -> String {
    match vm.compile(script, "", &[]).and_then(|unit| vm.run(&unit, Vec::new())) {
        Ok(value) => value.to_string(),
        Err(error) => match error.kind() {
            ErrorKind::FunctionNotFound(_) => "function not found".to_owned(),
            kind => kind.to_string(),
        },
    }
}

fn theirs(engine: &Engine, script: &str) -> String {
    match engine.eval::<String>(script) {
        Ok(text) => text,
        Err(error) => root(&error),
    }
}

#[test]
fn functions_do_what_rhai_does() {
    let engine = Engine::new();
    let vm = Vm::new(Rc::new(Silent), &[], Options::default());
    let mut failures = Vec::new();
    let mut calls = 0;
    for function in functions_of_rhai() {
        if SKIPPED.contains(&function.name) {
            continue;
        }
        let kinds: Vec<_> = function.params.iter().map(|param| samples(param.kind)).collect();
        let count: usize = kinds.iter().map(|kind| kind.len()).product();
        for round in 0..count.min(MOST) {
            let mut number = if count > MOST { round * 7919 % count } else { round };
            let mut literals = Vec::new();
            for kind in &kinds {
                literals.push(kind[number % kind.len()]);
                number /= kind.len();
            }
            if function.name == "pad" && literals.len() > 2 && literals[2] == "\"\"" {
                continue; // rhai never ends
            }
            if SORTING.contains(&function.name) && literals[1..].iter().any(|literal| literal.contains("gt1"))
            {
                continue;
            }
            calls += 1;
            let script = script(function, &literals);
            let (found, expected) = (ours(&vm, &script), theirs(&engine, &script));
            // Errors of comparers are not swallowed as in rhai.
            let swallowed = COMPARING.contains(&function.name)
                && (found == "function not found" || found == "Runtime error: 1");
            if expected != found && !swallowed {
                failures.push(format!(
                    "{}({}):\n    {expected}\n    {found}",
                    function.name,
                    literals.join(", ")
                ));
            }
        }
    }
    println!("{calls} calls");
    failures.truncate(60);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
