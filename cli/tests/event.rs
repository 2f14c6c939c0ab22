//! `rhambda event`, from the outside.

use serde_json::Value;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rhambda")).arg("event").args(arguments).output().unwrap()
}

#[test]
fn events_are_printed_in_the_order_of_their_fields() {
    let output = run(&["s3:put", "--bucket", "photos", "--key=a b.jpg"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("{\n  \"Records\": [\n    {\n      \"eventVersion\""), "{text}");
    let event: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(event["Records"][0]["s3"]["bucket"]["arn"], "arn:aws:s3:::photos");
    assert_eq!(event["Records"][0]["s3"]["object"]["key"], "a%20b.jpg");
}

#[test]
fn all_events_are_listed_with_options_and_sources() {
    let text = String::from_utf8(run(&[]).stdout).unwrap();
    for part in [
        "s3:put\n",
        "\nfunction-url:request\n",
        "--bucket [default: example-bucket]",
        "AWS SAM CLI",
        "aws_lambda_events",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn wrong_command_lines_are_refused() {
    for (arguments, reason) in [
        (&["s3:puts"][..], "similar ones are \"s3:put\""),
        (&["s3:put", "--buckets", "b"], "--buckets is unknown"),
        (&["s3:put", "--bucket"], "--bucket requires a value"),
        (&["s3:put", "b"], "\"b\" is not an option"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(reason), "{said}");
    }
}
