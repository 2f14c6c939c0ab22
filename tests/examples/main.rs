//! Runs every folder of `scripts-examples` through the real `bootstrap`.
//!
//! A new example needs no word here: its folder is found, and its `example.json` says what to run.

mod example;
mod ports;
mod runtime;
mod web;

use example::{Example, Function, Outcome};
use fake_runtime_api::{Answer, AnswerKind, FakeRuntimeApi};
use runtime::Runtime;
use serde_json::Value;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::Command;
use test_support::process::bootstrap;

#[test]
fn examples_answer_as_expected() {
    let mut failed = Vec::new();
    for example in Example::all() {
        // The others run all the same, so that one look shows everything.
        let run = || {
            let functions = example.functions.iter();
            functions.for_each(|function| run(Command::new(bootstrap()), &example, function));
        };
        if catch_unwind(AssertUnwindSafe(run)).is_err() {
            failed.push(example.name.clone());
        }
    }
    assert!(failed.is_empty(), "failed, see above: {}", failed.join(", "));
}

#[test]
fn readmes_name_the_handlers() {
    for example in Example::all() {
        let readme = example.read("README.md");
        for Function { handler, .. } in &example.functions {
            assert!(
                readme.contains(&format!("`{handler}`")),
                "{}: no `{handler}`",
                example.path("README.md")
            );
            assert!(
                readme.contains(&format!("invoke {handler} "))
                    || readme.contains(&format!("invoke '{handler}' ")),
                "{}: not how to invoke {handler}",
                example.path("README.md")
            );
        }
    }
}

#[test]
fn events_and_answers_are_all_used() {
    for example in Example::all() {
        let used: Vec<_> = example
            .functions
            .iter()
            .flat_map(|function| &function.invocations)
            .flat_map(|invocation| [&invocation.event, &invocation.expected])
            .collect();
        for file in example.files() {
            let data = file.ends_with(".json") || file.ends_with(".txt");
            assert!(
                !data || file == "example.json" || used.contains(&&file),
                "{} is not in example.json",
                example.path(&file)
            );
        }
    }
}

/// Serves all invocations of a function in one environment, as Lambda would.
fn run(program: Command, example: &Example, function: &Function) {
    if function.postgres && runtime::postgres().is_none() {
        return;
    }
    let server = web::serve(function.server.clone());
    let mut api = FakeRuntimeApi::new();
    for invocation in &function.invocations {
        api = api.event(web::with_url(&example.read(&invocation.event), &server.url()));
    }
    let api = api.start();
    let runtime = Runtime::start(program, &api.address(), example, function, &server.url());
    // A script that cannot be loaded would never answer.
    api.wait_for(|requests| {
        let ends = |end: &str| requests.iter().filter(|request| request.path.ends_with(end)).count();
        ends("/init/error") > 0 || ends("/response") + ends("/error") == function.invocations.len()
    });
    if let Some(failure) = api.init_errors().first() {
        panic!("{} of {} cannot be loaded: {}", function.handler, example.name, failure.text());
    }
    let answers = api.wait_for_answers(function.invocations.len());
    drop(runtime);
    for (invocation, answer) in function.invocations.iter().zip(&answers) {
        let place = format!("{} with {}", function.handler, example.path(&invocation.event));
        let outcome = match answer.kind {
            AnswerKind::Response => Outcome::Response,
            AnswerKind::Error => Outcome::Error,
        };
        assert_eq!(outcome, invocation.outcome, "{place}: {}", answer.text());
        compare(example, &invocation.expected, answer, &place);
    }
}

fn compare(example: &Example, expected: &str, answer: &Answer, place: &str) {
    let text = example.read(expected);
    if expected.ends_with(".json") {
        let value: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{} is not JSON: {error}", example.path(expected)));
        let answered = http_response(answer).unwrap_or_else(|| answer.json());
        assert!(fits(&value, &answered), "{place}: the answer is not that of {expected} but\n{answered:#}");
    } else {
        assert_eq!(answer.text(), text, "{place}: the answer is not that of {expected}");
    }
}

/// A streamed HTTP response: what Lambda makes of its prelude, and its body.
fn http_response(answer: &Answer) -> Option<Value> {
    let text = answer.text();
    let (prelude, body) = text.split_once("\0\0\0\0\0\0\0\0")?;
    let mut response: Value = serde_json::from_str(prelude).expect("the prelude is JSON");
    response["body"] = body.into();
    Some(response)
}

/// Whether an answer is the expected one, in which `…` stands for whatever text.
fn fits(expected: &Value, answer: &Value) -> bool {
    match (expected, answer) {
        (Value::String(any), Value::String(_)) if any == "…" => true,
        (Value::Array(expected), Value::Array(items)) => {
            expected.len() == items.len()
                && expected.iter().zip(items).all(|(expected, item)| fits(expected, item))
        }
        (Value::Object(expected), Value::Object(entries)) => {
            let fits = |(name, expected)| entries.get(name).is_some_and(|entry| fits(expected, entry));
            expected.len() == entries.len() && expected.iter().all(fits)
        }
        (expected, answer) => expected == answer,
    }
}
