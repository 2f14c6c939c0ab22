//! `rhambda aws`, from the outside.

use std::process::{Command, Output};

fn aws(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rhambda")).arg("aws").args(arguments).output().unwrap()
}

/// What it prints when it succeeds.
fn printed(arguments: &[&str]) -> String {
    let output = aws(arguments);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn services_and_operations_are_listed() {
    let services = printed(&[]);
    assert!(services.lines().count() > 400, "{services}");
    assert!(services.contains("\ndynamodb\n") && services.contains("\nstepfunctions\n"), "{services}");
    // Another known name of `events`.
    let operations = printed(&["EventBridge"]);
    assert!(operations.contains("\nPutEvents\n"), "{operations}");
}

#[test]
fn an_operation_has_a_call_and_parameters() {
    assert_eq!(
        printed(&["sqs", "sendmessage"]),
        "aws::call(\"sqs\", \"SendMessage\", #{\n    \
             QueueUrl: \"\",\n    \
             MessageBody: \"\",\n\
         })\n\
         \n\
         QueueUrl                 string, required\n\
         MessageBody              string, required\n\
         DelaySeconds             integer\n\
         MessageAttributes        map of map\n  \
           StringValue            string\n  \
           BinaryValue            blob or string\n  \
           StringListValues       array of string\n  \
           BinaryListValues       array of blob or string\n  \
           DataType               string, required\n\
         MessageSystemAttributes  map of map\n  \
           StringValue            string\n  \
           BinaryValue            blob or string\n  \
           StringListValues       array of string\n  \
           BinaryListValues       array of blob or string\n  \
           DataType               string, required\n\
         MessageDeduplicationId   string\n\
         MessageGroupId           string\n"
    );
    assert_eq!(printed(&["sts", "GetCallerIdentity"]), "aws::call(\"sts\", \"GetCallerIdentity\", #{})\n");
}

#[test]
fn nested_required_parameters_are_in_the_call() {
    let text = printed(&["cloudwatch", "PutMetricData"]);
    assert!(
        text.starts_with("aws::call(\"cloudwatch\", \"PutMetricData\", #{\n    Namespace: \"\",\n"),
        "{text}"
    );
    // `package` is a word of the language.
    let text = printed(&["codeartifact", "DeletePackage"]);
    assert!(text.contains("    \"package\": \"\",\n"), "{text}");
    // Attribute values are within themselves.
    let text = printed(&["dynamodb", "PutItem"]);
    assert!(text.contains("    Item: #{ key: #{} },\n"), "{text}");
}

#[test]
fn unknown_names_are_errors() {
    for (arguments, message) in [
        (&["dinamodb"][..], "there is no service \"dinamodb\"; similar names are dynamodb"),
        (
            &["sqs", "SendMessages"],
            "sqs has no operation \"SendMessages\"; `rhambda aws sqs` lists all of them",
        ),
    ] {
        let output = aws(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(message), "{text}");
    }
}
