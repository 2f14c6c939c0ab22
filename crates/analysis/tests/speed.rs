//! How long the check of a long script takes.

mod support;

use std::fmt::Write as _;
use std::time::{Duration, Instant};
use support::{findings, shown};

/// A script of about so many lines, with calls, closures, strings and maps.
fn script(lines: usize) -> String {
    let mut script = String::from("const RATE = 1.2;\n");
    for number in 0..lines / 10 {
        let _ = write!(
            script,
            "fn order_{number}(event, context) {{\n    let items = event.items ?? [];\n    let total = 0.0;\n    \
             for item in items {{\n        total += item.price * item.count * global::RATE;\n    }}\n    \
             let names = items.map(|item| item.name.to_upper()).filter(|name| name != \"\");\n    \
             log_info(`order ${{context.aws_request_id}}`, #{{ total: total }});\n    \
             #{{ total: total, names: names, first: names.get(0) ?? \"none\" }}\n}}\n"
        );
    }
    script
}

/// The same with calls of so many services of AWS.
fn with_calls(services: &[(&str, &str, &str)], lines: usize) -> String {
    let mut script = String::new();
    for number in 0..lines / 5 {
        let (service, operation, parameters) = services[number % services.len()];
        let _ = write!(
            script,
            "fn call_{number}(x) {{\n    let parameters = #{{ {parameters} }};\n    let response = aws::call(\"{service}\", \
             \"{operation}\", parameters);\n    response.keys()\n}}\n"
        );
    }
    script
}

/// How long it takes to find nothing in a script.
fn time_of_check(script: &str) -> Duration {
    let started = Instant::now();
    let findings = findings(&[("a.rhai", script)], None);
    let took = started.elapsed();
    assert_eq!(findings.iter().map(shown).collect::<Vec<_>>(), [] as [&str; 0]);
    took
}

/// An unoptimised build takes many times as long as a released one, and so the limit is far above the 20 ms that a
/// script of this length may take there.
#[test]
fn a_thousand_lines_take_milliseconds() {
    let script = script(1000);
    assert!(script.lines().count() > 1000);
    let took = time_of_check(&script);
    println!("{} lines: {took:?}", script.lines().count());
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// Each function is looked at a few times, and not once for each of its calls.
#[test]
fn calls_of_own_functions_take_no_longer() {
    let mut script = String::from("fn handler(event, context) { step_0(event, context, 1) }\n");
    for number in 0..100 {
        let _ = writeln!(script, "fn step_{number}(event, context, n) {{");
        for line in 0..8 {
            let _ = writeln!(script, "    let a{line} = named(\"{line}\", n) + context.function_name;");
        }
        let names = (0..8).map(|line| format!("a{line}")).collect::<Vec<_>>().join(" + ");
        let next = if number == 99 {
            "event".to_owned()
        } else {
            format!("step_{}(event, context, n + 1)", number + 1)
        };
        let _ = writeln!(script, "    if n > 5 {{ return {names}; }}\n    {next}\n}}");
    }
    script.push_str("fn named(text, n) { let upper = text.to_upper(); `${upper} ${n}` }\n");
    let took = time_of_check(&script);
    println!("{} lines: {took:?}", script.lines().count());
    assert!(took < Duration::from_secs(3), "{took:?}");
}

/// The tables of services are read once for all calls, and in an editor once for all checks.
#[test]
fn calls_of_ten_services_take_milliseconds() {
    let script = with_calls(
        &[
            ("dynamodb", "GetItem", "TableName: x, Key: #{ id: #{ S: x } }"),
            ("s3", "GetObject", "Bucket: x, Key: x"),
            ("sqs", "SendMessage", "QueueUrl: x, MessageBody: x"),
            ("sns", "Publish", "TopicArn: x, Message: x"),
            ("events", "PutEvents", "Entries: [#{ Source: x, DetailType: x, Detail: x }]"),
            ("stepfunctions", "StartExecution", "stateMachineArn: x, input: x"),
            ("lambda", "Invoke", "FunctionName: x, Payload: x"),
            ("ssm", "GetParameter", "Name: x"),
            ("ec2", "DescribeInstances", "InstanceIds: [x]"),
            ("sesv2", "SendEmail", "FromEmailAddress: x, Content: #{ Raw: #{ Data: x } }"),
        ],
        1000,
    );
    assert_eq!(script.lines().count(), 1000);
    for _ in 0..2 {
        let took = time_of_check(&script);
        println!("{} lines with 10 services: {took:?}", script.lines().count());
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
}
