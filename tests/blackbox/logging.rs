//! The log in its two forms.

use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::Value;

const SCRIPT: &str = r#"
fn handler(e) {
    log_trace("t"); log_debug("d"); debug("dd"); print("p"); log_info("i", #{ order: 7, who: "x y" });
    log_warn(#{ a: 1 }); log_error("two\nlines");
    1
}"#;

/// Level and message of each line in text form.
fn text(function: &Function) -> Vec<(String, String)> {
    let log = function.invoke("{}").log;
    log.lines()
        .map(|line| {
            let parts: Vec<_> = line.splitn(4, '\t').collect();
            assert_eq!(parts[0].len(), "2026-11-22T00:39:27.924Z".len(), "{line}");
            assert_eq!(parts[1], "req-1", "{line}");
            (parts[2].to_owned(), parts[3].to_owned())
        })
        .collect()
}

fn pairs(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|(level, message)| ((*level).to_owned(), (*message).to_owned())).collect()
}

#[test]
fn text_lines() {
    let info =
        [("INFO", "p"), ("INFO", "i order=7 who=\"x y\""), ("WARN", "{\"a\":1}"), ("ERROR", "two\rlines")];
    assert_eq!(text(&Function::main(SCRIPT)), pairs(&info));
}

#[test]
fn levels() {
    let count = |variables: &[(&str, &str)]| {
        let mut function = Function::main(SCRIPT);
        for (name, value) in variables {
            function = function.env(name, value);
        }
        text(&function).len()
    };
    assert_eq!(count(&[("AWS_LAMBDA_LOG_LEVEL", "TRACE")]), 7);
    assert_eq!(count(&[("AWS_LAMBDA_LOG_LEVEL", "debug")]), 6);
    assert_eq!(count(&[("AWS_LAMBDA_LOG_LEVEL", "WARN")]), 2);
    assert_eq!(count(&[("AWS_LAMBDA_LOG_LEVEL", "FATAL")]), 0);
    assert_eq!(count(&[("RUST_LOG", "script=error")]), 1);
    assert_eq!(count(&[("RUST_LOG", "error"), ("AWS_LAMBDA_LOG_LEVEL", "INFO")]), 4);
}

/// The lines of the log as JSON.
fn json(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

#[test]
fn json_lines() {
    let function = Function::main(SCRIPT).env("AWS_LAMBDA_LOG_FORMAT", "JSON");
    let invocation = Invocation::new("{}").header("Lambda-Runtime-Aws-Tenant-Id", "blue");
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let process = function.start(&api);
    api.wait_for_answers(1);
    let lines = json(&process.stop());
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1]["message"], "i");
    assert_eq!(lines[1]["order"], 7);
    assert_eq!(lines[1]["who"], "x y");
    assert_eq!(lines[1]["level"], "INFO");
    assert_eq!(lines[1]["requestId"], "req-1");
    assert_eq!(lines[1]["tenantId"], "blue");
    assert_eq!(lines[3]["message"], "two\nlines");
}

#[test]
fn errors_in_json() {
    let function = Function::main("fn handler(e) {\n  throw #{ type: \"A\", message: \"b\", c: 1 }\n}")
        .env("AWS_LAMBDA_LOG_FORMAT", "json");
    let lines = json(&function.invoke("{}").log);
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["message"], "A: b");
    assert_eq!(line["errorType"], "A");
    assert_eq!(line["errorMessage"], "b");
    assert_eq!(line["stackTrace"][0], "at handler (main.rhai:2:3)");
    assert_eq!(line["data"]["c"], 1);
    assert_eq!(line["requestId"], "req-1");
}

#[test]
fn lines_of_the_init_phase_belong_to_no_request() {
    let script = "print(\"init\"); fn handler(e) { 1 }";
    let log = Function::main(script).invoke("{}").log;
    assert!(log.contains("\t-\tINFO\tinit\n"), "{log}");
    let log = Function::main(script).env("AWS_LAMBDA_LOG_FORMAT", "JSON").invoke("{}").log;
    assert!(json(&log)[0].get("requestId").is_none(), "{log}");
}

#[test]
fn each_line_is_one_write() {
    // A pipe keeps writes of up to 4096 bytes whole: many lines from a script stay lines.
    let script = "fn handler(e) { for i in 0..500 { log_info(`line ${i}`, #{ n: i }); } 1 }";
    let log = Function::main(script).env("AWS_LAMBDA_LOG_FORMAT", "JSON").invoke("{}").log;
    assert_eq!(json(&log).len(), 500);
}

/// The messages of a log's lines, without what stands before them.
fn messages(log: &str) -> Vec<String> {
    log.lines().map(|line| line.splitn(4, '\t').nth(3).unwrap_or(line).to_owned()).collect()
}

/// The log of one environment that serves these events.
fn log_of(function: &Function, events: &[&str]) -> String {
    let api = events.iter().fold(FakeRuntimeApi::new(), |plan, event| plan.event(*event)).start();
    let process = function.start(&api);
    api.wait_for_answers(events.len());
    process.stop()
}

#[test]
fn fields_are_in_every_line_of_their_invocation() {
    let script = "log::fields(#{ service: \"shop\", stage: \"dev\" });
        fn handler(e) {
            if e == 1 { log::fields(#{ order: 7, stage: () }); }
            log_info(\"a\");
            log_info(\"b\", #{ order: 8 });
            print(\"c\");
        }";
    let log = log_of(&Function::main(script), &["1", "2"]);
    assert_eq!(
        messages(&log),
        [
            "a service=shop order=7",
            "b service=shop order=8",
            "c service=shop order=7",
            "a service=shop stage=dev",
            "b service=shop stage=dev order=8",
            "c service=shop stage=dev",
        ]
    );
}

#[test]
fn fields_are_keys_in_json_and_in_the_line_of_an_error() {
    let script = "fn handler() {
            log::fields(#{ order: 7, message: \"m\", errorType: \"mine\", items: [1, #{ a: 2 }] });
            log_info(\"a\");
            throw #{ type: \"Bad\", message: \"b\" }
        }";
    let function = Function::main(script).env("AWS_LAMBDA_LOG_FORMAT", "JSON");
    let lines = json(&function.invoke("{}").log);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["order"], 7);
    assert_eq!(lines[0]["message"], "a");
    assert_eq!(lines[0]["_message"], "m");
    assert_eq!(lines[0]["items"], serde_json::json!([1, { "a": 2 }]));
    assert_eq!(lines[1]["order"], 7);
    assert_eq!(lines[1]["errorType"], "Bad");
}

#[test]
fn fields_that_are_too_large_are_an_error_and_change_nothing() {
    let script = "fn handler() {
            log::fields(#{ a: 1 });
            try { log::fields(#{ b: \"x\".repeat(70_000) }); } catch (e) { log_info(e.message); }
        }";
    let log = Function::main(script).invoke("{}").log;
    let message = "the fields have 70005 bytes, but at most 65536 can be in every line; log them once a=1";
    assert_eq!(messages(&log), [message]);
}

#[test]
fn correlation_ids_come_from_the_events_that_have_one() {
    let function = Function::main("fn handler(e) { let id = log::correlate(e); log_info(\"x\"); id }");
    let correlated = |event: &str| {
        let outcome = function.invoke(event);
        let id = outcome.answer.json().as_str().map(str::to_owned);
        let field = id.as_ref().map_or("x".to_owned(), |id| format!("x correlation_id={id}"));
        assert_eq!(messages(&outcome.log), [field]);
        id
    };
    for event in [
        r#"{"requestContext":{"requestId":"id-1"},"headers":{"x-amzn-trace-id":"no"}}"#,
        r#"{"requestContext":{"elb":{}},"headers":{"X-Amzn-Trace-Id":"id-1"}}"#,
        r#"{"requestContext":{"elb":{}},"multiValueHeaders":{"x-amzn-trace-id":["id-1"]}}"#,
        r#"{"request":{"headers":{"x-amzn-trace-id":"id-1"}}}"#,
        r#"{"detail-type":"Order","id":"id-1","detail":{}}"#,
        r#"{"xAmzRequestId":"id-1"}"#,
    ] {
        assert_eq!(correlated(event).as_deref(), Some("id-1"), "{event}");
    }
    for event in ["7", "{}", r#"{"id":"x"}"#, r#"{"Records":[{}]}"#, r#"{"requestContext":{"requestId":""}}"#]
    {
        assert_eq!(correlated(event), None, "{event}");
    }
}

#[test]
fn sampled_invocations_log_at_level_debug() {
    let count = |rate: &str, format: &str| {
        let function = Function::main(SCRIPT)
            .env("POWERTOOLS_LOGGER_SAMPLE_RATE", rate)
            .env("AWS_LAMBDA_LOG_FORMAT", format);
        function.invoke("{}").log.lines().count()
    };
    for format in ["Text", "JSON"] {
        assert_eq!(count("1", format), 6);
        assert_eq!(count("0", format), 4);
    }
}

#[test]
fn sampling_takes_a_share_of_the_invocations() {
    let function =
        Function::main("fn handler() { log_debug(\"d\"); }").env("POWERTOOLS_LOGGER_SAMPLE_RATE", "0.5");
    // The chance that it is all or nothing is 2 to the power of -199.
    let count = log_of(&function, &["{}"; 200]).lines().count();
    assert!(count > 0 && count < 200, "{count}");
}

#[test]
fn a_sample_rate_that_is_none_is_ignored_with_a_warning() {
    let function =
        Function::main("fn handler() { log_debug(\"d\"); }").env("POWERTOOLS_LOGGER_SAMPLE_RATE", "50%");
    let log = function.invoke("{}").log;
    assert_eq!(
        messages(&log),
        ["POWERTOOLS_LOGGER_SAMPLE_RATE is \"50%\", not a number from 0 to 1; using 0"]
    );
}

/// A handler that keeps lines of this level, and fails for the event 1, logs an error for 2, and flushes for 3.
fn buffering(options: &str) -> Function {
    Function::main(&format!(
        "log::buffer({options});
        fn handler(e) {{
            log_debug(`d${{e}}`); log_info(`i${{e}}`); log_warn(`w${{e}}`);
            if e == 1 {{ throw \"bad\"; }}
            if e == 2 {{ log_error(\"e2\"); }}
            if e == 3 {{ log::flush(); }}
            log_debug(`D${{e}}`);
        }}"
    ))
}

#[test]
fn buffered_lines_are_written_when_the_invocation_fails() {
    let function = buffering("").env("AWS_LAMBDA_LOG_FORMAT", "JSON");
    let lines = json(&log_of(&function, &["0", "1", "0"]));
    let found: Vec<_> = lines
        .iter()
        .map(|line| format!("{} {}", line["level"].as_str().unwrap(), line["message"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        ["INFO i0", "WARN w0", "INFO i1", "WARN w1", "DEBUG d1", "ERROR Error: bad", "INFO i0", "WARN w0"]
    );
    assert_eq!(lines[4]["requestId"], "req-2");
    // It has the time at which it was logged.
    assert!(lines[4]["timestamp"].as_str() <= lines[2]["timestamp"].as_str());
}

#[test]
fn buffered_lines_are_written_before_an_error_that_is_logged() {
    let log = log_of(&buffering("#{ buffer_at_verbosity: \"WARNING\" }"), &["0", "2", "3"]);
    assert_eq!(messages(&log), ["d2", "i2", "w2", "e2", "d3", "i3", "w3"]);
    let log = log_of(&buffering("#{ flush_on_error_log: false }"), &["2"]);
    assert_eq!(messages(&log), ["i2", "w2", "e2"]);
}

#[test]
fn buffered_lines_are_written_at_a_timeout() {
    let script = "log::buffer(); fn handler() { log_debug(\"before\"); loop {} }";
    let invocation = Invocation::new("{}").deadline_in(std::time::Duration::from_millis(300));
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let process = Function::main(script).start(&api);
    api.wait_for_answers(1);
    let log = process.stop();
    assert!(messages(&log)[0] == "before" && log.contains("Runtime.Timeout"), "{log}");
}

#[test]
fn the_oldest_buffered_lines_are_dropped_with_a_note() {
    let script = "log::buffer(#{ max_bytes: 1000 });
        fn handler() { for n in 0..1000 { log_debug(`line ${n}`); } log_error(\"e\"); }";
    let found = messages(&Function::main(script).invoke("{}").log);
    let kept = found.len() - 2;
    assert!((10..40).contains(&kept), "{found:?}");
    assert_eq!(found[0], format!("line {}", 1000 - kept));
    assert_eq!(found[kept - 1], "line 999");
    let note = format!(
        "{} older lines of the log buffer were dropped, because it holds 1000 bytes; increase `max_bytes` of log::buffer",
        1000 - kept
    );
    assert_eq!(found[kept..], [note, "e".to_owned()]);
}

#[test]
fn options_of_the_buffer_are_checked() {
    for (options, part) in [
        (
            "#{ buffer_at_verbosity: \"ERROR\" }",
            "`buffer_at_verbosity` must be \"DEBUG\", \"INFO\" or \"WARNING\", not \"ERROR\"",
        ),
        ("#{ max_bytes: 2_000_000 }", "`max_bytes` must be at most 1048576, not 2000000"),
        ("#{ max_byte: 1 }", "unknown option `max_byte`"),
    ] {
        let (kind, message, _) =
            Function::main(&format!("fn handler() {{ log::buffer({options}); }}")).invoke("{}").error();
        assert!(kind == "LogError" && message.contains(part), "{kind}: {message}");
    }
}

#[test]
fn workers_have_fields_and_buffers_of_their_own() {
    let script = "log::buffer();
        fn handler(e) {
            log::fields(#{ e: e });
            log_debug(\"kept\");
            sleep(0.2);
            log_info(\"done\");
            if e == 1 { throw \"bad\"; }
        }";
    let function = Function::main(script).env("AWS_LAMBDA_MAX_CONCURRENCY", "2");
    let api = FakeRuntimeApi::new().concurrency(2).event("1").event("2").start();
    let process = function.start(&api);
    api.wait_for_answers(2);
    let lines = json(&process.stop());
    let of = |event: i64| -> Vec<&str> {
        lines.iter().filter(|line| line["e"] == event).map(|line| line["message"].as_str().unwrap()).collect()
    };
    assert_eq!(of(1), ["done", "kept", "Error: bad"]);
    assert_eq!(of(2), ["done"]);
}
