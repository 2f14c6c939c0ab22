//! Pages and waiters, beside those of the AWS SDK for Python.

use crate::aws::python;
use crate::script::{error, function_at_url, value};
use serde_json::{json, Value};
use std::sync::atomic::{AtomicUsize, Ordering};
use web_server::{Reply, Request, WebServer};

/// A server that sends these replies one after the other, and the last one again and again.
fn scripted(replies: &[Reply]) -> WebServer {
    let (replies, next) = (replies.to_vec(), AtomicUsize::new(0));
    WebServer::start(move |_| replies[next.fetch_add(1, Ordering::SeqCst).min(replies.len() - 1)].clone())
}

/// What was requested: methods, paths, queries, and the parameters in the bodies.
fn requested(server: &WebServer) -> Vec<String> {
    let parameters = |request: &Request| {
        let body = request.text();
        let body = serde_json::from_str::<Value>(&body).map_or(body, |json| json.to_string());
        let mut query: Vec<_> = request.query.split('&').collect();
        query.sort_unstable();
        format!("{} {} {} {body}", request.method, request.path, query.join("&"))
    };
    server.requests().iter().map(parameters).collect()
}

/// What the SDK makes of these replies, and its requests.
fn theirs(replies: &[Reply], arguments: [&str; 4]) -> (Value, Vec<String>) {
    let server = scripted(replies);
    let output = python().arg("tests/aws/pages.py").arg(server.url()).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let result = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{errors}"));
    (result, requested(&server))
}

fn ours(replies: &[Reply], body: &str) -> (Value, Vec<String>) {
    let server = scripted(replies);
    (value(&function_at_url(&server.url(), body)), requested(&server))
}

fn compare_pages(service: &str, operation: &str, parameters: &str, replies: &[Reply]) -> Value {
    let body = format!(
        r#"let found = [];
        try {{
            for page in aws::pages("{service}", "{operation}", json::decode(`{parameters}`)) {{ found.push(page); }}
        }} catch (error) {{
            found.push(if error.message.contains("same token") {{ "repeated" }} else {{ error.message }});
        }}
        found"#
    );
    let (ours, theirs) = (ours(replies, &body), theirs(replies, [service, "pages", operation, parameters]));
    assert_eq!(ours, theirs, "{service} {operation}");
    ours.0
}

#[test]
fn pages_are_those_of_the_sdk() {
    let table = [
        Reply::json(
            r#"{"Items":[{"a":{"S":"1"}}],"Count":1,"ScannedCount":1,"LastEvaluatedKey":{"a":{"S":"1"}}}"#,
        ),
        Reply::json(r#"{"Items":[],"Count":0,"ScannedCount":1,"LastEvaluatedKey":{"a":{"S":"2"}}}"#),
        Reply::json(r#"{"Items":[{"a":{"S":"3"}}],"Count":1,"ScannedCount":1}"#),
    ];
    assert_eq!(
        compare_pages("dynamodb", "Scan", r#"{"TableName":"t"}"#, &table).as_array().unwrap().len(),
        3
    );
    let logs = [
        Reply::json(r#"{"events":[{"message":"a"}],"nextToken":"x"}"#),
        Reply::json(r#"{"events":[],"nextToken":""}"#),
    ];
    compare_pages("logs", "FilterLogEvents", r#"{"logGroupName":"g"}"#, &logs);
    // The service says itself whether there are more.
    let streams = [
        Reply::json(r#"{"StreamNames":["a","b"],"HasMoreStreams":true,"NextToken":"n"}"#),
        Reply::json(r#"{"StreamNames":["c"],"HasMoreStreams":false,"NextToken":"o"}"#),
    ];
    compare_pages("kinesis", "ListStreams", "{}", &streams);
    let instances = |token: &str| {
        Reply::text(&format!(
            "<DescribeInstancesResponse><reservationSet><item><reservationId>r</reservationId></item></reservationSet>\
             {token}</DescribeInstancesResponse>"
        ))
    };
    compare_pages("ec2", "DescribeInstances", "{}", &[instances("<nextToken>t</nextToken>"), instances("")]);
    // Three tokens, one of which is not always there.
    let records = |more: &str| {
        Reply::text(&format!(
            "<ListResourceRecordSetsResponse><ResourceRecordSets><ResourceRecordSet><Name>n</Name><Type>A</Type>\
             </ResourceRecordSet></ResourceRecordSets>{more}<MaxItems>1</MaxItems></ListResourceRecordSetsResponse>"
        ))
    };
    let sets = [
        records("<IsTruncated>true</IsTruncated><NextRecordName>b</NextRecordName><NextRecordType>A</NextRecordType>\
                 <NextRecordIdentifier>i</NextRecordIdentifier>"),
        records("<IsTruncated>true</IsTruncated><NextRecordName>c</NextRecordName><NextRecordType>MX</NextRecordType>"),
        records("<IsTruncated>false</IsTruncated>"),
    ];
    compare_pages("route53", "ListResourceRecordSets", r#"{"HostedZoneId":"Z"}"#, &sets);
    // A path in the response.
    let health = [
        Reply::json(
            r#"{"ResourceCollection":{"CloudFormation":{"StackNames":["a"]}},"NextToken":"0123456789abcdef0123456789abcdef0123"}"#,
        ),
        Reply::json(r#"{"ResourceCollection":{"CloudFormation":{"StackNames":["b"]}}}"#),
    ];
    compare_pages(
        "devops-guru",
        "GetResourceCollection",
        r#"{"ResourceCollectionType":"AWS_CLOUD_FORMATION"}"#,
        &health,
    );
}

#[test]
fn repeated_tokens_are_errors() {
    let same = [Reply::json(r#"{"events":[],"nextToken":"x"}"#)];
    let pages = compare_pages("logs", "FilterLogEvents", r#"{"logGroupName":"g"}"#, &same);
    assert_eq!(pages.as_array().unwrap().last().unwrap(), "repeated");
}

#[test]
fn items_are_those_of_all_lists() {
    let page = |more: &str| {
        Reply::text(&format!(
            "<ListBucketResult><IsTruncated>{}</IsTruncated><Contents><Key>a</Key></Contents>\
             <CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>{more}</ListBucketResult>",
            !more.is_empty()
        ))
    };
    let replies = [page("<NextContinuationToken>t</NextContinuationToken>"), page("")];
    let body = r#"
        let found = [];
        for item in aws::items("s3", "ListObjectsV2", #{ Bucket: "b" }) { found.push(item); }
        found
    "#;
    let item = json!([{ "Key": "a" }, { "Prefix": "p/" }, { "Key": "a" }, { "Prefix": "p/" }]);
    assert_eq!(ours(&replies, body).0, item);
}

/// A page is requested when the loop needs it, and retried as other calls are.
#[test]
fn pages_are_requested_one_by_one() {
    let replies = [
        Reply::json(r#"{"TableNames":["a","b"],"LastEvaluatedTableName":"b"}"#),
        Reply::status(400).body(r#"{"__type":"ThrottlingException","message":"slowly"}"#),
        Reply::json(r#"{"TableNames":["c"],"LastEvaluatedTableName":"c"}"#),
        Reply::status(400).body(r#"{"__type":"ResourceNotFoundException","message":"gone"}"#),
    ];
    let body = r#"
        let found = [];
        let tables = aws::items("dynamodb", "ListTables", #{}, #{ page_size: 2 });
        for name in tables { found.push(name); if name == "c" { break; } }
        found
    "#;
    let (found, requests) = ours(&replies, body);
    assert_eq!(found, json!(["a", "b", "c"]));
    let (first, next) = (r#"{"Limit":2}"#, r#"{"ExclusiveStartTableName":"b","Limit":2}"#);
    assert_eq!(requests, [first, next, next].map(|body| format!("POST /  {body}")));
    let server = scripted(&replies);
    let (error, _) = error(&function_at_url(&server.url(), &body.replace("if name == \"c\" { break; }", "")));
    assert_eq!((&error["errorMessage"], &error["data"]["action"]), (&json!("gone"), &json!("ListTables")));
}

#[test]
fn what_has_no_pages_is_an_error() {
    let at = |body: &str| error(&function_at_url("http://127.0.0.1:1", body)).0["data"]["code"].take();
    assert_eq!(at(r#"aws::pages("sts", "GetCallerIdentity", #{})"#), "NoPages");
    assert_eq!(at(r#"aws::pages("sts", "GetCallerIdentities", #{})"#), "UnknownOperation");
    assert_eq!(
        at(r#"aws::pages("dynamodb", "Scan", #{ TableName: "t" }, #{ page_size: 0 })"#),
        "InvalidArgument"
    );
}

fn compare_wait(service: &str, waiter: &str, parameters: &str, replies: &[Reply]) -> Value {
    let body = format!(
        r#"try {{
            aws::wait("{service}", "{waiter}", json::decode(`{parameters}`), #{{ delay: 0.01, max_attempts: 4 }});
            return "reached";
        }} catch (error) {{
            return if error.code == "WaiterTimeout" {{ "late" }} else {{ "failed" }};
        }}"#
    );
    let (ours, theirs) = (ours(replies, &body), theirs(replies, [service, "wait", waiter, parameters]));
    assert_eq!(ours, theirs, "{service} {waiter}");
    ours.0
}

#[test]
fn waiters_are_those_of_the_sdk() {
    let instances = |states: &[&str]| {
        let item = |state: &&str| format!("<item><instanceState><name>{state}</name></instanceState></item>");
        let items: String = states.iter().map(item).collect();
        Reply::text(&format!(
            "<DescribeInstancesResponse><reservationSet><item><instancesSet>{items}</instancesSet></item>\
             </reservationSet></DescribeInstancesResponse>"
        ))
    };
    let missing = || {
        Reply::status(400).body(
            "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>m</Message></Error></Errors></Response>",
        )
    };
    let (pending, running) = (|| instances(&["running", "pending"]), instances(&["running", "running"]));
    let ec2 =
        |replies: &[Reply]| compare_wait("ec2", "InstanceRunning", r#"{"InstanceIds":["i-1"]}"#, replies);
    assert_eq!(ec2(&[missing(), pending(), running]), "reached");
    assert_eq!(ec2(&[pending()]), "late");
    assert_eq!(ec2(&[instances(&["running", "terminated"])]), "failed");
    assert_eq!(ec2(&[instances(&[])]), "late");
    let denied = Reply::status(403)
        .body("<Response><Errors><Error><Code>Denied</Code><Message>m</Message></Error></Errors></Response>");
    assert_eq!(ec2(&[denied]), "failed");

    let bucket = |replies: &[Reply]| compare_wait("s3", "BucketExists", r#"{"Bucket":"b"}"#, replies);
    assert_eq!(bucket(&[Reply::status(404), Reply::status(200)]), "reached");
    assert_eq!(bucket(&[Reply::status(404)]), "late");
    assert_eq!(
        compare_wait("s3", "BucketNotExists", r#"{"Bucket":"b"}"#, &[Reply::status(200), Reply::status(404)]),
        "reached"
    );

    let gone = Reply::status(400).body(r#"{"__type":"ResourceNotFoundException","message":"m"}"#);
    let table = Reply::json(r#"{"Table":{"TableStatus":"DELETING"}}"#);
    assert_eq!(compare_wait("dynamodb", "TableNotExists", r#"{"TableName":"t"}"#, &[table, gone]), "reached");

    // An expression with filters and comparisons.
    let services = |running: u8| {
        let service =
            json!({ "status": "ACTIVE", "deployments": [{}], "runningCount": running, "desiredCount": 2 });
        Reply::json(&json!({ "services": [service], "failures": [] }).to_string())
    };
    let ecs = |replies: &[Reply]| compare_wait("ecs", "ServicesStable", r#"{"services":["s"]}"#, replies);
    assert_eq!(ecs(&[services(1), services(2)]), "reached");
    assert_eq!(ecs(&[services(1)]), "late");
    // Booleans.
    let snapshot = |done: bool| {
        Reply::json(
            &json!({ "Configuration": { "State": if done { "Active" } else { "Pending" } } }).to_string(),
        )
    };
    assert_eq!(
        compare_wait(
            "lambda",
            "FunctionActiveV2",
            r#"{"FunctionName":"f"}"#,
            &[snapshot(false), snapshot(true)]
        ),
        "reached"
    );
}

#[test]
fn waiters_say_the_last_state() {
    let pending = Reply::json(r#"{"Table":{"TableStatus":"CREATING"}}"#);
    let body =
        r#"aws::wait("dynamodb", "table_exists", #{ TableName: "t" }, #{ delay: 0.01, max_attempts: 2 })"#;
    let server = scripted(std::slice::from_ref(&pending));
    let (failed, _) = error(&function_at_url(&server.url(), body));
    assert_eq!(
        failed["errorMessage"],
        "TableExists is not reached after 2 calls; the last state is \"CREATING\""
    );
    // The tests give a function two minutes.
    let body = r#"aws::wait("dynamodb", "TableExists", #{ TableName: "t" }, #{ delay: 1000000000 })"#;
    let server = scripted(&[pending]);
    let (late, _) = error(&function_at_url(&server.url(), body));
    let message = "TableExists is not reached before the function's deadline; the last state is \"CREATING\"";
    assert_eq!((&late["errorMessage"], &late["data"]["code"]), (&json!(message), &json!("WaiterTimeout")));
    let (unknown, _) =
        error(&function_at_url("http://127.0.0.1:1", r#"aws::wait("dynamodb", "TableExist", #{})"#));
    let message = unknown["errorMessage"].as_str().unwrap();
    assert!(
        message.starts_with("dynamodb has no waiter \"TableExist\"; similar names are TableExists"),
        "{message}"
    );
}
