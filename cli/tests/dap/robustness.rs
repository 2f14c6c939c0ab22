//! Editors that say what they should not.

use crate::client::Client;
use serde_json::{json, Value};

const SCRIPT: &str = "fn handler(event) {\n    let list = [1, 2];\n    list\n}\n";

/// Waits in line 3.
fn waiting() -> Client {
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 3 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:3:5");
    client
}

#[test]
fn requests_before_their_time_fail() {
    let mut client = Client::started(&[("main.rhai", SCRIPT)]);
    assert_eq!(client.error("launch", &json!({})), "the first request must be `initialize`");
    let problem = client.error("initialize", &json!({ "pathFormat": "uri" }));
    assert!(problem.contains("pathFormat"), "{problem}");
    client.request("initialize", &json!({}));
    assert_eq!(client.error("initialize", &json!({})), "the session is already initialized");
    assert_eq!(client.error("stackTrace", &json!({})), "nothing is being debugged: send `launch` first");
    assert!(client.error("attach", &json!({})).contains("use `launch`"));
}

#[test]
fn messages_that_cannot_be_understood_are_ignored() {
    let mut client = Client::started(&[("main.rhai", SCRIPT)]);
    let deep = "[".repeat(100_000);
    for message in [
        "",
        "{",
        "null",
        "7",
        "[]",
        "{}",
        "\"x\"",
        "{\"type\":\"request\"}",
        "{\"type\":\"request\",\"seq\":\"x\"}",
        "{\"type\":\"response\",\"seq\":1}",
        "{\"type\":\"request\",\"seq\":1e99,\"command\":\"initialize\"}",
        &deep,
        "\u{0}\u{ff}",
    ] {
        client.send_message(message.as_bytes());
    }
    client.send_message(b"\xff\xfe");
    client.request("initialize", &json!({}));
}

#[test]
fn streams_that_cannot_be_read_end_the_session() {
    for bytes in [
        &b"Content-Length: 99999999999999999999\r\n\r\n"[..],
        b"Content-Length: 18446744073709551615\r\n\r\n",
        b"Content-Length: -5\r\n\r\n{}",
        b"Content-Length: 1000000000000\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\r\n\r\n",
        &vec![b'x'; 100_000],
    ] {
        let mut client = waiting();
        client.send_bytes(bytes);
        assert!(client.exit().success(), "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(50)]));
    }
    let mut client = waiting();
    client.send_bytes(b"Content-Length: 500\r\n\r\n{\"seq\": 1");
    client.leave();
    assert!(client.exit().success());
}

#[test]
fn wrong_arguments_are_errors_and_the_script_still_waits() {
    let mut client = waiting();
    for (command, arguments) in [
        ("variables", json!({})),
        ("variables", json!({ "variablesReference": 0 })),
        ("variables", json!({ "variablesReference": 4_000_000_000_u64 })),
        ("variables", json!({ "variablesReference": -1 })),
        ("scopes", json!({ "frameId": 77 })),
        ("scopes", json!({ "frameId": "x" })),
        ("scopes", json!({ "frameId": 0 })),
        ("evaluate", json!({})),
        ("evaluate", json!({ "expression": 7 })),
        ("evaluate", json!({ "expression": "list", "frameId": 99 })),
        ("setVariable", json!({ "variablesReference": 1 })),
        ("exceptionInfo", json!({ "threadId": 1 })),
        ("breakpointLocations", json!({ "source": {}, "line": 1 })),
        ("breakpointLocations", json!({ "source": { "path": "/nowhere.rhai" }, "line": 1 })),
        ("stepBack", json!({ "threadId": 1 })),
        ("", json!({})),
        ("a\u{0}b", json!([[[]]])),
    ] {
        let problem = client.error(command, &arguments);
        assert!(!problem.is_empty(), "{command} {arguments}");
    }
    for breakpoints in [
        json!(null),
        json!(7),
        json!({}),
        json!([null]),
        json!([{}]),
        json!([{ "line": -1 }]),
        json!([{ "line": 1e300 }]),
        json!([{ "line": u64::MAX, "column": u64::MAX }]),
        json!([{ "line": 1, "column": "x", "condition": 7 }, { "line": "1" }]),
    ] {
        let source = json!({ "path": client.path("main.rhai") });
        client.request("setBreakpoints", &json!({ "source": source, "breakpoints": breakpoints }));
    }
    for source in [
        json!(null),
        json!({ "path": 7 }),
        json!({ "path": "" }),
        json!({ "path": "/" }),
        json!({ "path": "/dev/zero" }),
        json!({ "path": "\u{0}" }),
    ] {
        let body =
            client.request("setBreakpoints", &json!({ "source": source, "breakpoints": [{ "line": 1 }] }));
        assert_eq!(body["breakpoints"][0]["verified"], false, "{source}");
    }
    client.request("stackTrace", &json!({ "startFrame": u64::MAX, "levels": u64::MAX }));
    assert_eq!(client.evaluate("list", "watch"), "[1, 2]");
    assert_eq!(client.finish().0, 0);
}

/// Numbers of a linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth > 3 { 7 } else { 9 }) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.below(6)),
            3 => json!(-1),
            4 => json!(u64::MAX),
            5 => json!("main.rhai"),
            6 => json!("list[0] + \"}{\u{1F600}"),
            7 => (0..self.below(3)).map(|_| self.value(depth + 1)).collect(),
            _ => self.arguments(depth + 1),
        }
    }

    fn arguments(&mut self, depth: usize) -> Value {
        const NAMES: [&str; 14] = [
            "source",
            "path",
            "breakpoints",
            "line",
            "column",
            "condition",
            "hitCondition",
            "logMessage",
            "variablesReference",
            "frameId",
            "expression",
            "start",
            "count",
            "name",
        ];
        let count = self.below(NAMES.len());
        (0..count).map(|_| (NAMES[self.below(NAMES.len())].to_owned(), self.value(depth))).collect()
    }
}

#[test]
fn random_requests_are_all_responded_to() {
    const COMMANDS: [&str; 14] = [
        "setBreakpoints",
        "setFunctionBreakpoints",
        "setExceptionBreakpoints",
        "breakpointLocations",
        "threads",
        "stackTrace",
        "scopes",
        "variables",
        "evaluate",
        "setVariable",
        "exceptionInfo",
        "source",
        "pause",
        "cancel",
    ];
    let mut random = Random(7);
    let mut client = waiting();
    let sent: Vec<_> = (0..1500)
        .map(|_| {
            let command = COMMANDS[random.below(COMMANDS.len())];
            let arguments = random.value(0);
            client.send(command, &arguments)
        })
        .collect();
    for seq in sent {
        client.response(seq);
    }
    client.request("setFunctionBreakpoints", &json!({}));
    client.breakpoints("main.rhai", &json!([]));
    assert_eq!(client.evaluate("list", "watch"), "[1, 2]");
    client.request("disconnect", &Value::Null);
    assert!(client.exit().success());
}

#[test]
fn messages_may_arrive_byte_by_byte() {
    let mut client = Client::started(&[("main.rhai", SCRIPT)]);
    let message = "{\"seq\":1,\"type\":\"request\",\"command\":\"initialize\"}";
    for byte in format!("content-length: {}\r\nContent-Type: x\r\n\r\n{message}", message.len()).bytes() {
        client.send_bytes(&[byte]);
    }
    assert_eq!(client.response(1)["success"], true);
}
