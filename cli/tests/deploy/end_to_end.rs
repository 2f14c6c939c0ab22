//! Functions that are deployed and then run, with the real runtime.

use crate::account::{bootstrap, wait_for, Account, Said};
use serde_json::{json, Value};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts-examples").join(name)
}

/// Deploys an example under its own name.
fn deploy(account: &Account, name: &str, handler: &str, options: &[&str]) -> Said {
    let (folder, bootstrap) = (example(name), bootstrap());
    let arguments = ["deploy", "--dir", folder.to_str().unwrap(), "--handler", handler, "--with-bootstrap"];
    let said = account.rhambda(&[&arguments[..], &[bootstrap.to_str().unwrap()], options].concat());
    assert_eq!(said.code, 0, "{said:?}");
    said
}

#[test]
fn a_function_answers() {
    let account = Account::ministack();
    deploy(&account, "greeting", "greeting.handler", &["--alias", "live", "--timeout", "30"]);
    let said = account.rhambda(&["invoke", "--remote", "greeting", "--event", r#"{"name":"Ada"}"#]);
    assert_eq!(said.code, 0, "{said:?}");
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(answer, json!({ "greeting": "Hello Ada!" }));
    assert!(said.stderr.contains("INFO"), "the end of the log is shown: {said:?}");
    let event = format!("@{}", example("greeting").join("event.json").display());
    let said = account.rhambda(&["invoke", "--remote", "greeting", "--qualifier", "live", "-e", &event]);
    assert_eq!(said.code, 0, "{said:?}");
    let log = account.rhambda(&["logs", "greeting"]);
    assert!(log.stdout.contains("REPORT RequestId: ") && log.stdout.contains("INFO"), "{log:?}");
    let none = account.rhambda(&["logs", "greeting", "--filter", "nothing-like-this"]);
    assert_eq!((none.code, &*none.stdout), (0, ""), "{none:?}");
}

#[test]
fn a_function_fails() {
    let account = Account::ministack();
    deploy(&account, "error-trace", "checkout.handler", &["--timeout", "30"]);
    let log = account.rhambda(&["logs", "error-trace"]);
    assert!(
        log.code == 1 && log.stderr.contains("the log group /aws/lambda/error-trace does not exist yet"),
        "{log:?}"
    );
    let event = format!("@{}", example("error-trace").join("event.json").display());
    let said = account.rhambda(&["invoke", "--remote", "error-trace", "--event", &event]);
    assert_eq!(said.code, 1, "{said:?}");
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    let expected = std::fs::read_to_string(example("error-trace").join("expected.json")).unwrap();
    assert_eq!(answer["errorMessage"], serde_json::from_str::<Value>(&expected).unwrap()["errorMessage"]);
    assert!(said.stderr.contains("ERROR"), "{said:?}");
}

#[test]
fn functions_that_are_not_there() {
    let account = Account::ministack();
    for arguments in [&["invoke", "--remote", "nobody"][..], &["logs", "nobody"]] {
        let said = account.rhambda(arguments);
        assert_eq!((said.code, &*said.stdout), (1, ""), "{said:?}");
        assert!(
            said.stderr.contains("ResourceNotFoundException") && said.stderr.contains("nobody"),
            "{said:?}"
        );
    }
}

#[test]
fn a_url_answers_everyone() {
    let account = Account::ministack();
    let said = deploy(&account, "http-api", "books.handler", &["--url", "public", "--timeout", "30"]);
    let url = said.stdout.lines().nth(1).expect("a URL").to_owned();
    let (status, body) = get(&account, &url, "/books");
    assert_eq!(status, 200, "{body}");
    assert!(serde_json::from_str::<Value>(&body).unwrap()["books"].is_array(), "{body}");
    assert_eq!(get(&account, &url, "/nothing").0, 404);
}

#[test]
fn routes_answer_at_a_url() {
    let account = Account::ministack();
    let said = deploy(&account, "router-api", "tasks.handler", &["--url", "public", "--timeout", "30"]);
    let url = said.stdout.lines().nth(1).expect("a URL").to_owned();
    let (status, body) = get(&account, &url, "/tasks?done=true");
    assert_eq!((status, body.as_str()), (200, r#"{"tasks":[{"done":true,"id":1,"title":"Buy tea"}]}"#));
    let (status, body) = get(&account, &url, "/assets/tasks.css");
    assert_eq!((status, body.as_str()), (200, "body { font-family: sans-serif; }\n"));
    assert_eq!(get(&account, &url, "/tasks/nine").0, 404);
}

/// A request for a function's URL, which the emulator serves under the URL's host.
pub(crate) fn get(account: &Account, url: &str, path: &str) -> (u16, String) {
    let host = url.trim_start_matches("https://").trim_end_matches('/');
    let mut connection = TcpStream::connect(account.url().trim_start_matches("http://")).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// A queue that feeds a function with these messages; its URL.
fn queue(account: &Account, name: &str, function: &str, messages: &[&str]) -> String {
    let create = json!({ "QueueName": name, "Attributes": { "VisibilityTimeout": "20" } });
    let queue = account.call("sqs", "CreateQueue", &create);
    let queue = queue["QueueUrl"].as_str().unwrap();
    for message in messages {
        account.call("sqs", "SendMessage", &json!({ "QueueUrl": queue, "MessageBody": message }));
    }
    let mapping = json!({
        "FunctionName": function, "EventSourceArn": attribute(account, queue, "QueueArn"), "BatchSize": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    });
    account.lambda("POST", "/2015-03-31/event-source-mappings/", &mapping);
    queue.to_owned()
}

fn attribute(account: &Account, queue: &str, name: &str) -> Value {
    let attributes = json!({ "QueueUrl": queue, "AttributeNames": [name] });
    account.call("sqs", "GetQueueAttributes", &attributes)["Attributes"][name].clone()
}

#[test]
fn only_failed_messages_of_a_queue_come_again() {
    let account = Account::ministack();
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
        fn handler(event) {
            batch::process(event, |record| {
                print(`processing ${record.body} ${record.attempts}`);
                if record.body == "flaky" && record.attempts == 1 { throw "not now" }
            })
        }
    "#;
    std::fs::write(folder.path().join("main.rhai"), script).unwrap();
    let bootstrap = bootstrap();
    let options = ["--handler", "main.handler", "--timeout", "20", "--name", "flaky"];
    account
        .deploy(folder.path(), &[&options[..], &["--with-bootstrap", bootstrap.to_str().unwrap()]].concat());
    let queue = queue(&account, "flaky", "flaky", &["fine", "flaky"]);
    let processed = || {
        let log = account.rhambda(&["logs", "flaky"]).stdout;
        let messages = log.lines().filter_map(|line| line.split_once("processing "));
        let mut messages: Vec<_> = messages.map(|(_, message)| message.to_owned()).collect();
        messages.sort();
        messages
    };
    wait_for("second attempt in the log", || {
        processed().iter().any(|message| message == "flaky 2").then_some(())
    });
    assert_eq!(processed(), ["fine 1", "flaky 1", "flaky 2"]);
    wait_for("empty queue", || {
        let left = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        left.iter().all(|name| attribute(&account, &queue, name) == "0").then_some(())
    });
}

#[test]
fn a_queue_feeds_a_function() {
    let account = Account::ministack();
    deploy(&account, "sqs-batch", "orders.handler", &["--timeout", "20"]);
    let queue = queue(&account, "orders", "sqs-batch", &[]);
    let order = json!({ "order": "from-the-queue", "amount": 2 }).to_string();
    account.call("sqs", "SendMessage", &json!({ "QueueUrl": queue, "MessageBody": order }));
    wait_for("order in the log", || {
        let log = account.rhambda(&["logs", "sqs-batch"]);
        log.stdout.contains("from-the-queue").then_some(())
    });
}

#[test]
fn the_log_is_followed() {
    let account = Account::ministack();
    deploy(&account, "hello", "hello.handler", &["--timeout", "30", "--name", "followed"]);
    let mut logs = account.command(&["logs", "followed", "--follow"]).spawn().unwrap();
    let mut lines = BufReader::new(logs.stdout.take().unwrap()).lines();
    let mut next_report = || loop {
        let line = lines.next().expect("it goes on").unwrap();
        if line.starts_with("REPORT") {
            return line;
        }
    };
    let invoke = || account.rhambda(&["invoke", "--remote", "followed"]).code;
    assert_eq!(invoke(), 0);
    let first = next_report();
    assert_eq!(invoke(), 0);
    assert_ne!(next_report(), first);
    logs.kill().unwrap();
    logs.wait().unwrap();
}
