//! Events made to harm: none ends a function that has as much memory as Lambda gives by default, or takes
//! it longer than its deadline.

use crate::cgroup::Cgroup;
use crate::function::{error_parts, Function};
use crate::process::bootstrap;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::json;
use std::time::{Duration, Instant};
use web_server::{Reply, WebServer};

/// What Lambda gives to a function by default.
const MEMORY: u64 = 128 << 20;

/// The error that a function with 128 MB ends with for this event; checks that the same environment
/// answers the next one. `None` where memory cannot be limited here.
fn error_of(handler: &str, event: &serde_json::Value) -> Option<(String, String)> {
    let group = Cgroup::new(MEMORY)?;
    let function =
        Function::main(&format!("fn handler(event) {{ if event == 2 {{ return 2; }} {handler} }}"));
    let api = FakeRuntimeApi::new().event(event.to_string()).event("2").start();
    let process = function.start_by(&mut group.command(bootstrap()), &api.address());
    let answers = api.wait_for_answers(2);
    assert_eq!(answers[1].text(), "2");
    process.stop();
    let (kind, message, _) = error_parts(&answers[0].json());
    Some((kind, message))
}

#[test]
fn long_thrown_texts_with_line_breaks() {
    let event = json!({ "t": "T".repeat(30_000), "m": "line\n".repeat(5_000) });
    let thrown = "throw #{ type: event.t, message: event.m };";
    let Some((kind, message)) = error_of(thrown, &event) else { return };
    assert!(kind.starts_with("TTTT") && kind.len() < 2_000, "{} bytes", kind.len());
    assert!(message.starts_with("line\nline"), "{message}");
}

/// What quotes a string of the event in an error, one way or another.
const QUOTING: &[&str] = &[
    "parse_int(s)",
    "parse_float(s)",
    "throw s",
    "throw [s]",
    "throw #{ type: s, message: s, more: s }",
    "throw #{ order: [s, s] }",
    "let m = #{}; m[s].x",
    "Fn(s).call()",
    "s.no_such_method()",
    "call(s)",
    "eval(s)",
    "import s as m",
    "json::decode(s)",
    "xml::decode(s)",
    "toml::decode(s)",
    "csv::decode(`\"${s}`)",
    "base64::decode(s)",
    "hex::decode(s)",
    "gzip::decode(s)",
    "regex::find(`(${s.sub_string(0, 10000)}`, s)",
    "regex::find(s, s)",
    "regex::find(`a`, s); throw regex::replace(`.`, s, `$0$0`)",
    "time::parse(s)",
    "time::parse(s, s)",
    "time::format(time::now(), `%${s}`)",
    "url::parse(s)",
    "url::query(s)",
    "env::get(s)",
    "fs::read(s)",
    "fs::list(s)",
    "http::get(s)",
    "http::get(`http://127.0.0.1:1/${s}`)",
    "http::request(#{ url: s, method: s })",
    "http::get(`http://127.0.0.1:1/`, #{ headers: map(s) })",
    "aws::call(s, s, #{})",
    "aws::call(`dynamodb`, s, #{})",
    "aws::request(s, s, s)",
    "metrics::put(s, 1, s)",
    "http_response(200, s, map(s)); throw 1",
    "random::choice(s)",
    "sleep(s)",
    "cache::set(s, s, s)",
    "uuid_v4(s)",
    "sha256::hmac(s, 1)",
    "secure_equals(s, 1)",
    "log_info(s, s)",
];

#[test]
fn megabytes_in_every_error() {
    let Some(group) = Cgroup::new(MEMORY) else { return };
    let cases = QUOTING.iter().enumerate().map(|(index, code)| format!("{index} => {{ {code} }}"));
    let cases = cases.collect::<Vec<_>>().join(",\n");
    let function = Function::main(&format!(
        "fn handler(event) {{ let s = event.s; switch event.number {{ {cases} }} }}
        fn map(s) {{ let map = #{{}}; map[s] = s; map }}"
    ));
    for text in [format!("?{}", "\n".repeat(1_400_000)), "ü\u{1}".repeat(900_000)] {
        let events = (0..QUOTING.len()).map(|number| json!({ "number": number, "s": text }).to_string());
        let api = events.fold(FakeRuntimeApi::new(), FakeRuntimeApi::event).start();
        let process = function.start_by(&mut group.command(bootstrap()), &api.address());
        for (answer, code) in api.wait_for_answers(QUOTING.len()).iter().zip(QUOTING) {
            let body = answer.json();
            assert!(body["errorMessage"].is_string(), "{code}: {body}");
        }
        process.stop();
    }
}

/// What a function with 128 MB answers to so many equal events, all of which have this server's URL.
fn answers_of(handler: &str, server: &WebServer, events: usize) -> Option<Vec<String>> {
    let group = Cgroup::new(MEMORY)?;
    let function = Function::main(&format!("fn handler(event) {{ let url = event.url; {handler} }}"))
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
    let event = json!({ "url": server.url() }).to_string();
    let invocation = || Invocation::new(event.as_str()).deadline_in(Duration::from_mins(1));
    let api = (0..events).fold(FakeRuntimeApi::new(), |plan, _| plan.invocation(invocation())).start();
    let process = function.start_by(&mut group.command(bootstrap()), &api.address());
    let mut answers = Vec::new();
    for count in 1..=events {
        answers = api.wait_for_answers(count);
    }
    process.stop();
    Some(answers.iter().map(|answer| answer.text().to_owned()).collect())
}

#[test]
fn many_large_responses_again_and_again() {
    let server = WebServer::start(|_| Reply::text(&"x".repeat(3 << 20)));
    let handler = "let urls = []; for n in 0..16 { urls.push(`${url}/${n}`); }
        let sum = 0; for response in http::all(urls) { sum += response.blob().len; } sum";
    let Some(answers) = answers_of(handler, &server, 80) else { return };
    assert!(answers.iter().all(|answer| answer == &(16 * (3 << 20)).to_string()), "{answers:?}");
}

#[test]
fn a_body_of_half_the_memory_as_a_blob() {
    let server = WebServer::start(|_| Reply::text(&"x".repeat(63 << 20)));
    let handler =
        "let response = http::get(url); let a = response.blob(); let b = response.blob(); a.len + b.len";
    let Some(answers) = answers_of(handler, &server, 3) else { return };
    assert!(answers.iter().all(|answer| answer == &(2 * (63 << 20)).to_string()), "{answers:?}");
}

#[test]
fn many_large_patterns() {
    let handler =
        r"let count = 0; for n in 0..45 { if regex::is_match(`\w{50}${n}`, url) { count += 1; } } count";
    let server = WebServer::start(|_| Reply::status(200));
    let Some(answers) = answers_of(handler, &server, 1) else { return };
    assert_eq!(answers, ["0"]);
}

#[test]
fn closures_that_capture_what_they_are_stored_in() {
    let function = Function::main(
        "fn handler(event) { let o = #{ event: event, n: 0 }; o.inc = || { o.n += 1; }; o.inc.call(); o.n }",
    );
    let event = json!({ "text": "x".repeat(50_000) }).to_string();
    let api = (0..1000).fold(FakeRuntimeApi::new(), |plan, _| plan.event(event.as_str())).start();
    let process = function.start(&api);
    api.wait_for_answers(100);
    let before = process.peak_memory();
    let answers = api.wait_for_answers(1000);
    assert!(answers.iter().all(|answer| answer.text() == "1"));
    let grown = process.peak_memory() - before;
    assert!(grown < 4096, "{grown} KiB more than before");
}

#[test]
fn scripts_made_of_events_end_at_the_deadline() {
    let item = |count: usize, item: &str| vec![item; count].join(",");
    for code in [
        format!("f({})", item(100_000, "1")),
        format!("parse_int({})", item(100_000, "1")),
        format!("[{}].len", item(800_000, "1")),
        "let a = 1; ".repeat(400_000),
        format!("fn f({}) {{}} f(1)", (0..100_000).map(|n| format!("p{n}")).collect::<Vec<_>>().join(",")),
        format!("`{}`", "${1}".repeat(300_000)),
        format!(
            "switch 1 {{ {} }}",
            (0..300_000).map(|n| format!("{n} => {n}")).collect::<Vec<_>>().join(",")
        ),
    ] {
        let function = Function::main("fn handler(event) { if event == 2 { return 2 } eval(event) }");
        let event = serde_json::Value::from(code.as_str()).to_string();
        let invocation = Invocation::new(event).deadline_in(Duration::from_secs(1));
        let api = FakeRuntimeApi::new().invocation(invocation).event("2").start();
        let process = function.start(&api);
        let start = Instant::now();
        api.wait_for_answers(1);
        assert!(start.elapsed() < Duration::from_secs(4), "{} {:?}", &code[..20], start.elapsed());
        assert_eq!(api.wait_for_answers(2)[1].text(), "2");
        process.stop();
    }
}
