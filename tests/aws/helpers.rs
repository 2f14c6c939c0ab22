//! Functions for many entries at once, cached parameters, and options for single calls, against local servers.

use crate::script::{error, function_at_url, value};
use serde_json::{json, Value};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use web_server::{Reply, Request, WebServer};

/// The JSON of a request's body.
fn body(request: &Request) -> Value {
    serde_json::from_str(&request.text()).unwrap()
}

/// The message bodies of the requests, in order.
fn sent(server: &WebServer) -> Vec<Vec<String>> {
    let messages = |request: &Request| {
        let entries = body(request)["Entries"].as_array().unwrap().clone();
        entries.iter().map(|entry| entry["MessageBody"].as_str().unwrap().to_owned()).collect()
    };
    server.requests().iter().map(messages).collect()
}

#[test]
fn refused_messages_are_sent_again() {
    let count = AtomicUsize::new(0);
    let server = WebServer::start(move |_| {
        let refused = |id: &str, code: &str, is_fault: bool| json!({ "Id": id, "SenderFault": is_fault, "Code": code, "Message": "no" });
        let failed = match count.fetch_add(1, Ordering::SeqCst) {
            0 => json!([refused("1", "InternalError", false), refused("2", "InvalidMessageContents", true)]),
            _ => json!([]),
        };
        Reply::json(&json!({ "Successful": [], "Failed": failed }).to_string())
    });
    let script = r#"
        let messages = ["a", #{ MessageBody: #{ b: 1 }, DelaySeconds: 5 }, "c"];
        for number in 3..12 { messages.push(`${number}`); }
        aws::sqs_send_all("https://sqs.eu-central-1.amazonaws.com/1/q.fifo", messages, #{ group_id: "g" })
    "#;
    let outcome = value(&function_at_url(&server.url(), script));
    assert_eq!(
        outcome,
        json!({ "sent": 11, "failed": [{ "index": 2, "code": "InvalidMessageContents", "message": "no" }] })
    );
    let first = ["a", r#"{"b":1}"#, "c", "3", "4", "5", "6", "7", "8", "9"].map(str::to_owned).to_vec();
    assert_eq!(sent(&server), [first, vec![r#"{"b":1}"#.to_owned()], vec!["10".to_owned(), "11".to_owned()]]);
    let entry = &body(&server.requests()[1])["Entries"][0];
    assert_eq!(
        (&entry["Id"], &entry["DelaySeconds"], &entry["MessageGroupId"]),
        (&json!("0"), &json!(5), &json!("g"))
    );
}

#[test]
fn what_is_refused_three_times_has_failed() {
    let server = WebServer::start(|request| {
        let entries = body(request)["Entries"].as_array().unwrap().len();
        let refused = json!({ "ErrorCode": "InternalFailure", "ErrorMessage": "no" });
        Reply::json(&json!({ "FailedEntryCount": entries, "Entries": vec![refused; entries] }).to_string())
    });
    let script = r#"aws::events_put_all([#{ Source: "shop", DetailType: "order", Detail: #{ id: 7 } }], #{ bus: "b" })"#;
    let outcome = value(&function_at_url(&server.url(), script));
    let failed = json!([{ "index": 0, "code": "InternalFailure", "message": "no" }]);
    assert_eq!(outcome, json!({ "sent": 0, "failed": failed }));
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    let entry =
        json!({ "Source": "shop", "DetailType": "order", "Detail": "{\"id\":7}", "EventBusName": "b" });
    assert_eq!(body(&requests[0])["Entries"], json!([entry]));
}

#[test]
fn a_request_that_fails_later_is_in_the_outcome() {
    let count = AtomicUsize::new(0);
    let server = WebServer::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::json(r#"{"Successful":[],"Failed":[]}"#),
        _ => Reply::status(403).body(r#"{"__type":"AccessDenied","message":"not any more"}"#),
    });
    let script = r#"
        let messages = [];
        for number in 0..12 { messages.push(`${number}`); }
        aws::sqs_send_all("https://sqs.eu-central-1.amazonaws.com/1/q", messages)
    "#;
    let outcome = value(&function_at_url(&server.url(), script));
    assert_eq!((&outcome["sent"], outcome["failed"].as_array().unwrap().len()), (&json!(10), 2));
    assert_eq!(
        outcome["failed"][1],
        json!({ "index": 11, "code": "AccessDenied", "message": "not any more" })
    );
    // The first one is an error.
    let (error, _) = error(&function_at_url(&server.url(), script));
    assert_eq!(
        (&error["data"]["code"], &error["data"]["action"]),
        (&json!("AccessDenied"), &json!("sqs_send_all"))
    );
}

#[test]
fn objects_that_s3_does_not_delete_are_listed() {
    let server = WebServer::start(|request| {
        let text = request.text();
        let error = |key: &str| {
            format!("<Error><Key>{key}</Key><Code>AccessDenied</Code><Message>no</Message></Error>")
        };
        let errors = if text.contains("<Key>a&amp;b</Key>") { error("a&amp;b") } else { String::new() };
        Reply::text(&format!("<DeleteResult>{errors}</DeleteResult>"))
    });
    let script = r#"
        let keys = ["a&b"];
        for number in 1..=1000 { keys.push(#{ key: `${number}`, size: 1 }); }
        aws::s3_delete_all("bucket", keys)
    "#;
    let outcome = value(&function_at_url(&server.url(), script));
    let failed = json!([{ "key": "a&b", "index": 0, "code": "AccessDenied", "message": "no" }]);
    assert_eq!(outcome, json!({ "deleted": 1000, "failed": failed }));
    let sizes =
        server.requests().iter().map(|request| request.text().matches("<Key>").count()).collect::<Vec<_>>();
    assert_eq!(sizes, [1000, 1]);
}

#[test]
fn app_config_sends_a_configuration_once() {
    let polls = AtomicUsize::new(0);
    let server = WebServer::start(move |request| {
        if request.path == "/configurationsessions" {
            return Reply::json(r#"{"InitialConfigurationToken":"first"}"#);
        }
        let token = request.query.split('=').nth(1).unwrap_or_default().to_owned();
        let number = polls.fetch_add(1, Ordering::SeqCst);
        let reply = match (&*token, number) {
            ("first", 0) => Reply::json(r#"{"on":true}"#),
            // Nothing has changed.
            ("t0", 1) => Reply::status(200),
            // The session has ended.
            ("t1", 2) => Reply::status(400).body(r#"{"__type":"BadRequestException","message":"expired"}"#),
            ("first", 3) => Reply::json(r#"{"on":false}"#),
            _ => Reply::status(404),
        };
        reply.header("Next-Poll-Configuration-Token", &format!("t{number}"))
    });
    let script = r#"
        let on = [];
        let get = |options| parameters::app_config("shop", "prod", "features", #{ transform: "json" } + options).on;
        [get.call(#{}), get.call(#{}), get.call(#{ force: true }), get.call(#{ force: true })]
    "#;
    assert_eq!(value(&function_at_url(&server.url(), script)), json!([true, true, true, false]));
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn parameters_are_fetched_again_when_they_are_too_old() {
    let count = AtomicUsize::new(0);
    let server = WebServer::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        Reply::json(&json!({ "Parameter": { "Value": format!("hush-{number}") } }).to_string())
    });
    let script = r#"
        let get = |options| parameters::get("/a", options);
        let values = [get.call(#{ max_age: 0.2 }), get.call(#{ max_age: 0.2 }), get.call(#{ decrypt: true })];
        sleep(0.25);
        values += [get.call(#{}), get.call(#{}), get.call(#{ region: "us-east-1" }), get.call(#{ force: true }), get.call(#{})];
        values
    "#;
    let values = value(&function_at_url(&server.url(), script));
    let expected = [0, 0, 1, 2, 2, 3, 4, 4].map(|number| format!("hush-{number}"));
    assert_eq!(values, json!(expected));
    let (error, log) =
        error(&function_at_url(&server.url(), r#"parameters::get("/a", #{ transform: "json" })"#));
    assert_eq!(error["errorType"], "ParameterError");
    assert_eq!(error["errorMessage"], "the value of \"/a\" is not JSON; correct it, or remove `transform`");
    assert!(!format!("{error}{log}").contains("hush-"), "{error}{log}");
}

#[test]
fn a_call_can_be_signed_for_another_service() {
    let server = WebServer::start(|_| Reply::json("{}"));
    let script = r#"aws::request("lambda", "GET", "/", #{ signing_name: "vpc-lattice-svcs" }).status"#;
    assert_eq!(value(&function_at_url(&server.url(), script)), 200);
    let authorization = server.requests()[0].header("authorization").unwrap().to_owned();
    assert!(authorization.contains("/eu-central-1/vpc-lattice-svcs/aws4_request"), "{authorization}");
}

#[test]
fn a_profile_of_the_cli_signs_single_calls() {
    let folder = tempfile::tempdir().unwrap();
    let cli = folder.path().join("aws");
    let script = r#"#!/bin/sh
        [ "$*" = 'configure export-credentials --format process --profile=audit' ] || { echo "no such profile" >&2; exit 255; }
        echo '{"Version":1,"AccessKeyId":"AUDIT","SecretAccessKey":"hush-secret"}'
    "#;
    std::fs::write(&cli, script).unwrap();
    std::fs::set_permissions(&cli, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/bin:/usr/bin", folder.path().display());
    let server = WebServer::start(|_| Reply::json(r#"{"TableNames":[]}"#));
    let script = r#"
        for options in [#{ profile: "audit" }, #{}, #{ profile: "audit" }] { aws::call("dynamodb", "ListTables", #{}, options); }
    "#;
    value(&function_at_url(&server.url(), script).env("PATH", &path));
    let requests = server.requests();
    let keys = requests
        .iter()
        .map(|request| request.header("authorization").unwrap().split(['=', '/']).nth(1).unwrap());
    assert_eq!(keys.collect::<Vec<_>>(), ["AUDIT", "AKIDEXAMPLE", "AUDIT"]);
    let script = r#"aws::call("dynamodb", "ListTables", #{}, #{ profile: "none" })"#;
    let (error, _) = error(&function_at_url(&server.url(), script).env("PATH", &path));
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("there are no credentials of the profile \"none\"."), "{message}");
    assert!(message.ends_with("The CLI says: no such profile"), "{message}");
}

#[test]
fn a_body_goes_to_a_file() {
    let server = WebServer::start(|request| match &*request.path {
        "/b/large" => Reply::status(200).body("x".repeat(3_000_000)),
        _ => Reply::status(404).body("<Error><Code>NoSuchKey</Code><Message>no</Message></Error>"),
    });
    let file = format!("/tmp/rhambda-test-{}", std::process::id());
    for script in [
        r#"aws::call("s3", "GetObject", #{ Bucket: "b", Key: "KEY" }, #{ to: "PATH" }).Body"#,
        r#"aws::s3_get("b", "KEY", #{ to: "PATH" }).text()"#,
        r#"aws::request("s3", "GET", "/b/KEY", #{ to: "PATH" }).text()"#,
    ] {
        let script = |key: &str, path: &str| script.replace("KEY", key).replace("PATH", path);
        let function = function_at_url(&server.url(), &script("large", &file));
        assert_eq!(value(&function), json!(file));
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 3_000_000);
        std::fs::remove_file(&file).unwrap();
        let (failure, _) = error(&function_at_url(&server.url(), &script("none", &file)));
        assert_eq!(failure["data"]["code"], "NoSuchKey");
        assert!(!std::path::Path::new(&file).exists());
        for wrong in ["/etc/x", "/tmp/../etc/x", "x", "/tmp"] {
            let (failure, _) = error(&function_at_url(&server.url(), &script("large", wrong)));
            let expected = format!("`to` is \"{wrong}\"; it must be the path of a file below /tmp");
            assert_eq!(failure["errorMessage"], expected);
        }
    }
    let both = format!(r#"aws::s3_get("b", "large", #{{ to: "{file}", stream: true }})"#);
    let (failure, _) = error(&function_at_url(&server.url(), &both));
    assert_eq!(failure["errorMessage"], "a body is streamed or written to a file: pass `stream` or `to`");
    let streamed = r#"
        let count = 0;
        for chunk in aws::request("s3", "GET", "/b/large", #{ stream: true }).chunks() { count += chunk.len(); }
        count
    "#;
    assert_eq!(value(&function_at_url(&server.url(), streamed)), 3_000_000);
}

#[test]
fn requests_to_directory_buckets_have_a_session() {
    let server = WebServer::start(|request| {
        if !request.query.starts_with("session") {
            return Reply::status(200).body("hello");
        }
        let credentials = "<AccessKeyId>SESSION</AccessKeyId><SecretAccessKey>hush</SecretAccessKey>\
            <SessionToken>hush-token</SessionToken><Expiration>2090-01-01T00:00:00Z</Expiration>";
        Reply::text(&format!(
            "<CreateSessionResult><Credentials>{credentials}</Credentials></CreateSessionResult>"
        ))
    });
    let script = r#"
        let bucket = "fast--euc1-az1--x-s3";
        aws::s3_put(bucket, "k", "hello");
        [aws::s3_get(bucket, "k").text(), aws::presign("s3", "GET", `/${bucket}/k`)]
    "#;
    let answer = value(&function_at_url(&server.url(), script).env("AWS_SESSION_TOKEN", "of-the-role"));
    assert_eq!(answer[0], "hello");
    let url = answer[1].as_str().unwrap();
    assert!(url.contains("X-Amz-S3session-Token=hush-token") && !url.contains("Security-Token"), "{url}");
    let requests = server.requests();
    let seen = |request: &Request| {
        let authorization = request.header("authorization").unwrap().to_owned();
        let scope = authorization.split(['=', ',']).nth(1).unwrap().split('/').collect::<Vec<_>>();
        format!(
            "{} {}?{} {} {} {} {}",
            request.method,
            request.path,
            request.query,
            scope[0],
            scope[3],
            request.header("x-amz-security-token").unwrap_or("-"),
            request.header("x-amz-s3session-token").unwrap_or("-"),
        )
    };
    assert_eq!(
        requests.iter().map(seen).collect::<Vec<_>>(),
        [
            "GET /fast--euc1-az1--x-s3?session= AKIDEXAMPLE s3express of-the-role -",
            "PUT /fast--euc1-az1--x-s3/k? SESSION s3express - hush-token",
            "GET /fast--euc1-az1--x-s3/k? SESSION s3express - hush-token",
        ]
    );
}

#[test]
fn nothing_is_sent_if_an_entry_is_wrong() {
    let server = WebServer::start(|_| Reply::json(r#"{"FailedEntryCount":0,"Entries":[]}"#));
    let script = r#"
        let events = [];
        for number in 0..11 { events.push(#{ Source: "shop", DetailType: "order", Detail: #{ id: number } }); }
        events[10].Sorce = "shop";
        aws::events_put_all(events)
    "#;
    let (error, _) = error(&function_at_url(&server.url(), script));
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("entries from index 10: "), "{message}");
    assert_eq!((&error["data"]["code"], server.requests().len()), (&json!("InvalidArgument"), 0));
}
