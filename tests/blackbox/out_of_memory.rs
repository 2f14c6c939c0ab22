//! Scripts that need more memory than the function has: an error, and the environment serves the next event.

use crate::cgroup::Cgroup;
use crate::function::{error_parts, Function};
use crate::process::bootstrap;
use fake_runtime_api::{Answer, FakeRuntimeApi, Invocation};
use std::time::Duration;

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
fn the_error_names_variables_of_closures() {
    let script =
        "fn handler(event) { [1].map(|n| { let rows = []; loop { rows.push(`x`.repeat(100000)); } }) }";
    let Some((answers, _)) = run(script, &["1"]) else { return };
    let (_, message, _) = error_parts(&answers[0].json());
    let (largest, _) = message.split_once(", about ").unwrap();
    assert_eq!(
        largest,
        "the script needs more memory than the function has: of 128 MB it can use 104 MB. \
         Largest variables: `rows` of a closure (array"
    );
}

#[test]
fn something_large_is_not_even_begun() {
    for (code, asked) in [
        ("let text = ``; text.pad(300000000, 'x');", "286.1 MB"),
        ("let bytes = blob(300000000);", "286.1 MB"),
        ("let list = []; list.pad(30000000, 1);", "457.7 MB"),
        ("`x`.repeat(300000000)", "286.1 MB"),
        ("`x`.pad_start(300000001)", "286.1 MB"),
        ("let list = []; list.pad(2000000, 1); list.enumerate()", "244.1 MB"),
        ("let list = []; list.pad(2000000, 1); list.chunks(1)", "244.1 MB"),
        ("let text = `xxxxx`; loop { text += text; }", "80.0 MB"),
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
    // The decoder of strings with escapes asks nobody.
    let script = r#"fn handler(event) {
    if event == 2 { return 2; }
    let text = `"`; text.pad(70000000, `\n`); text += `n"`;
    json::decode(text)
}"#;
    let Some((answers, log)) = run(script, &["1", "2", "1", "2"]) else { return };
    for answer in [&answers[0], &answers[2]] {
        let (kind, message, stack) = error_parts(&answer.json());
        assert_eq!(kind, "Runtime.OutOfMemory");
        assert!(message.starts_with("the function's 128 MB of memory are used up"), "{message}");
        assert_eq!(stack, ["at main.rhai:4:11"]);
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
    assert!(log.contains("WARN\t`cache` held most of the function's memory, so Rhambda emptied it"), "{log}");
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

/// Some of the bombs of `make memory`, which sets off all of them.
const BOMBS: [(&str, u64); 24] = [
    ("push_strings", 10_000),
    ("push_maps", 10_000),
    ("push_closures", 10_000),
    ("append_strings", 1_000_000),
    ("append_blobs", 1_000_000),
    ("cached", 1_000_000),
    ("double_by_interpolation", MEMORY),
    ("double_in_arrays", MEMORY),
    ("double_in_text", MEMORY),
    ("double_in_log", MEMORY),
    ("double_in_error", MEMORY),
    ("double_in_response", MEMORY),
    ("recurse_strings", MEMORY),
    ("split_string", MEMORY),
    ("map_array", MEMORY),
    ("json_of_same_string", MEMORY),
    ("decode_arrays", MEMORY),
    ("xml_elements", MEMORY),
    ("csv_wide", MEMORY),
    ("base64_encode", MEMORY),
    ("gzip_bomb", MEMORY),
    ("regex_find_all", MEMORY),
    ("read_file", MEMORY),
    ("return_blobs", MEMORY),
];

#[test]
fn bombs_are_stopped_before_they_go_off() {
    let Some(group) = Cgroup::new(MEMORY) else { return };
    let function = Function::new("bombs.handler")
        .file("bombs.rhai", include_str!("../../benches/memory/bombs.rhai"))
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
    let events = BOMBS.map(|(bomb, size)| format!(r#"{{"bomb":"{bomb}","size":{size}}}"#));
    let api = FakeRuntimeApi::new().patience(Duration::from_mins(2));
    let api = events.iter().fold(api, |plan, event| {
        plan.invocation(Invocation::new(event.as_str()).deadline_in(Duration::from_mins(1)))
            .event(r#"{"bomb":"next"}"#)
    });
    let api = api.start();
    let _process = function.start_by(&mut group.command(bootstrap()), &api.address());
    let answers = api.wait_for_answers(2 * BOMBS.len());
    for ((bomb, _), pair) in BOMBS.iter().zip(answers.chunks(2)) {
        let (kind, message, _) = error_parts(&pair[0].json());
        assert_eq!(kind, "Runtime.OutOfMemory", "{bomb}: {message}");
        assert!(message.starts_with("the script needs more memory"), "{bomb}: {message}");
        assert_eq!(pair[1].text(), "\"served\"", "{bomb}");
    }
}

#[test]
fn the_memory_of_a_stopped_script_is_free_again() {
    // Many blocks of a middle size, beside small ones that live on.
    let script = "fn handler(event) {
        if event == 1 { let all = []; loop { all.push(blob(100_000, 1)); } }
        let all = [];
        for i in 0..500 { all.push(blob(100_000, 1)); }
        regex::find(\"[0-9]+\", regex::find(\"VmRSS:.*\", fs::read(\"/proc/self/status\"))).parse_int()
    }";
    let function = Function::main(script).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
    let answers = function.invoke_all(["0", "1", "0", "1", "0"]);
    for stopped in [1, 3] {
        assert_eq!(error_parts(&answers[stopped].json()).0, "Runtime.OutOfMemory");
    }
    for ran in [0, 2, 4] {
        let kilobytes = answers[ran].json().as_u64();
        assert!(kilobytes.is_some_and(|size| size < 80_000), "{ran}: {}", answers[ran].text());
    }
}
