//! Scripts that need more memory than the function has: an error, and the environment serves the next event.

use crate::cgroup::Cgroup;
use crate::process::bootstrap;
use crate::support::{error_parts, Function};
use fake_runtime_api::{Answer, FakeRuntimeApi};

/// What Lambda gives to a function by default.
const MEMORY: u64 = 128 << 20;

/// The answers of a function with 128 MB to these events, and its log; `None` where memory cannot be limited here.
fn run(script: &str, events: &[&str]) -> Option<(Vec<Answer>, String)> {
    let group = Cgroup::new(MEMORY)?;
    let function = Function::main(script).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
    let api = events.iter().fold(FakeRuntimeApi::new(), |plan, event| plan.event(*event)).start();
    let process = function.start_by(&mut group.command(bootstrap()), &api.address());
    let answers = api.wait_for_answers(events.len());
    Some((answers, process.stop()))
}

#[test]
fn the_error_has_a_trace_and_names_the_largest_variables() {
    let script = "fn handler(event) { let small = 1; fill(`x`) }
fn fill(text) {
    let rows = [];
    loop { rows.push(text + blob(1000)); }
}";
    let Some((answers, log)) = run(script, &["1"]) else { return };
    let (kind, message, stack) = error_parts(&answers[0].json());
    assert_eq!(kind, "Runtime.OutOfMemory");
    assert!(
        message.starts_with(
            "the script needs more memory than the function has: of 128 MB it can use 104 MB. \
             Largest variables: `rows` of fill (array, about "
        ),
        "{message}"
    );
    assert!(message.ends_with(" MB). Raise the function's memory, or work on smaller pieces"), "{message}");
    assert!(stack[0].starts_with("at fill (main.rhai:4:"), "{stack:?}");
    assert!(stack[1].starts_with("at handler (main.rhai:1:"), "{stack:?}");
    assert!(log.contains("Runtime.OutOfMemory"), "{log}");
}

#[test]
fn something_large_is_not_even_begun() {
    for (code, asked) in [
        ("let text = ``; text.pad(300000000, 'x');", "286.1 MB"),
        ("let bytes = blob(300000000);", "286.1 MB"),
        ("let list = []; list.pad(30000000, 1);", "457.7 MB"),
        ("let text = `x`; loop { text += text; }", "64.0 MB"),
        ("let bytes = blob(60000000); let copy = bytes; copy[0] = 1;", "57.2 MB"),
        ("let text = ``; text.pad(30000000, ','); text.split(`,`)", "1630.7 MB"),
    ] {
        let Some((answers, _)) = run(&format!("fn handler(event) {{ {code} }}"), &["1"]) else { return };
        let (kind, message, _) = error_parts(&answers[0].json());
        assert_eq!(kind, "Runtime.OutOfMemory", "{code}: {message}");
        assert!(message.contains(&format!("and asked for {asked} more")), "{code}: {message}");
    }
}

#[test]
fn no_script_catches_it_and_the_next_event_is_served() {
    let script = "let starts = (cache::get(`starts`) ?? 0) + 1; cache::set(`starts`, starts);
fn handler(event) {
    if event == `fill` { try { let rows = []; loop { rows.push(1); } } catch { return `caught`; } }
    cache::get(`starts`)
}";
    let Some((answers, _)) = run(script, &["0", "\"fill\"", "0", "\"fill\"", "0"]) else { return };
    for answer in [&answers[1], &answers[3]] {
        assert_eq!(error_parts(&answer.json()).0, "Runtime.OutOfMemory");
    }
    assert_eq!([answers[0].text(), answers[2].text(), answers[4].text()], ["1", "1", "1"]);
}

#[test]
fn what_cannot_be_stopped_begins_again() {
    let script = "fn handler(event) {
    if event == 2 { return 2; }
    let text = `<a>`; text.pad(20000000, `<b>1</b>`); text += `</a>`;
    xml::decode(text)
}";
    let Some((answers, log)) = run(script, &["1", "2", "1", "2"]) else { return };
    for answer in [&answers[0], &answers[2]] {
        let (kind, message, stack) = error_parts(&answer.json());
        assert_eq!(kind, "Runtime.OutOfMemory");
        assert!(message.starts_with("the function's 128 MB of memory are used up"), "{message}");
        assert_eq!(stack, ["at main.rhai:4:10"]);
    }
    assert_eq!([answers[1].text(), answers[3].text()], ["2", "2"]);
    assert_eq!(log.matches("Runtime.OutOfMemory").count(), 2, "{log}");
}

#[test]
fn an_initialization_that_needs_too_much_is_an_init_error() {
    for code in [
        "let rows = []; loop { rows.push(1); }",
        "let text = ``; text.pad(20000000, `<b/>`); xml::decode(`<a>${text}</a>`);",
    ] {
        let script = format!("{code} fn handler(event) {{ 1 }}");
        let function = Function::main(&script).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
        let (body, _) = function.init_error();
        assert_eq!(error_parts(&body).0, "Runtime.OutOfMemory", "{body}");
    }
}

#[test]
fn a_full_cache_is_emptied() {
    let script = "fn handler(event) { cache::set(`${event}`, blob(10000000)); event }";
    let events: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    let events: Vec<_> = events.iter().map(String::as_str).collect();
    let Some((answers, log)) = run(script, &events) else { return };
    let failed = answers.iter().filter(|answer| answer.text().contains("Runtime.OutOfMemory")).count();
    assert!((1..=2).contains(&failed), "{failed}: {log}");
    assert!(log.contains("WARN\t`cache` held most of the function's memory: it is empty now"), "{log}");
}

#[test]
fn an_invocation_that_comes_near_the_limit_is_told_of() {
    let script = "fn handler(event) { let bytes = blob(event * 1000000); bytes.len }";
    let Some((answers, log)) = run(script, &["10", "97", "10"]) else { return };
    assert_eq!(answers[1].text(), "97000000");
    assert_eq!(log.matches("memory: this invocation used up to ").count(), 1, "{log}");
    assert!(log.contains(" MB, and a script is stopped at 104 of the function's 128 MB"), "{log}");
}

#[test]
fn one_of_several_workers_is_stopped_and_the_others_go_on() {
    let Some(group) = Cgroup::new(4 * MEMORY) else { return };
    let script = "fn handler(event) {
    if event == 1 { let rows = []; loop { rows.push(blob(10000)); } }
    let rows = []; for n in 0..10000 { rows.push(`${n}`); } rows.len
}";
    let function = Function::main(script)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_MAX_CONCURRENCY", "4");
    let events = (0..40).map(|number| if number % 10 == 5 { "1" } else { "2" });
    let api = events.clone().fold(FakeRuntimeApi::new().concurrency(4), FakeRuntimeApi::event).start();
    let process = function.start_by(&mut group.command(bootstrap()), &api.address());
    let answers = api.wait_for_answers(40);
    process.stop();
    let failed = answers.iter().filter(|answer| answer.text().contains("Runtime.OutOfMemory")).count();
    let served = answers.iter().filter(|answer| answer.text() == "10000").count();
    assert_eq!((failed, served), (4, 36));
}
