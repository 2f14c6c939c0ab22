//! What `aws::call` sends for operations of each protocol, and what it makes of the responses.

use crate::script::{error, function_at_url, value};
use serde_json::{json, Value};
use web_server::{Reply, Request, WebServer};

/// What the function returns when each request gets this reply, and the requests.
fn call(reply: Reply, body: &str) -> (Value, Vec<Request>) {
    let server = WebServer::start(move |_| reply.clone());
    let value = value(&function_at_url(&server.url(), body));
    (value, server.requests())
}

#[test]
fn rest_operations_have_paths_queries_and_headers() {
    let reply = Reply::json(r#"{"Functions":[{"MemorySize":128}],"NextMarker":null}"#);
    let (value, requests) = call(
        reply,
        r#"aws::call("lambda", "ListVersionsByFunction", #{ FunctionName: "a/b", MaxItems: 5, Marker: () })"#,
    );
    assert_eq!(value, json!({ "Functions": [{ "MemorySize": 128 }] }));
    assert_eq!((&*requests[0].method, &*requests[0].path), ("GET", "/2015-03-31/functions/a%2Fb/versions"));
    assert_eq!(requests[0].query, "MaxItems=5");
}

#[test]
fn bodies_and_headers_are_members() {
    let reply = Reply::text("späm")
        .header("content-length-x", "1")
        .header("etag", "\"e\"")
        .header("last-modified", "Sun, 22 Nov 2026 09:30:00 GMT")
        .header("x-amz-meta-shop", "1")
        .header("x-amz-missing-meta", "2");
    let body = r#"
        let object = aws::call("s3", "GetObject", #{ Bucket: "b", Key: "a b/c", Range: "bytes=0-5" });
        [object.Body.as_string(), object.ETag, object.LastModified.year, object.Metadata, object.MissingMeta]
    "#;
    let (value, requests) = call(reply, body);
    assert_eq!(value, json!(["späm", "\"e\"", 2026, { "shop": "1" }, 2]));
    assert_eq!((&*requests[0].path, requests[0].header("range")), ("/b/a%20b/c", Some("bytes=0-5")));
}

#[test]
fn s3_gets_the_checksums_that_it_wants() {
    let body = r#"
        aws::call("s3", "PutObject", #{ Bucket: "b", Key: "k", Body: "hello" });
        aws::call("s3", "PutObject", #{ Bucket: "b", Key: "k", Body: "hello", ChecksumAlgorithm: "SHA1" });
        aws::call("s3", "PutObject", #{ Bucket: "b", Key: "k", Body: "hello", ChecksumSHA256: "x" });
        aws::call("s3", "DeleteObjects", #{ Bucket: "b", Delete: #{ Objects: [#{ Key: "a&b" }] } });
        aws::call("s3control", "PutBucketPolicy", #{ AccountId: "1", Bucket: "n", Policy: "{}" });
    "#;
    let (_, requests) = call(Reply::status(200), body);
    let header = |number: usize, name: &str| requests[number].header(name).map(str::to_owned);
    assert_eq!(header(0, "x-amz-checksum-crc32").as_deref(), Some("NhCmhg=="));
    assert_eq!(header(0, "x-amz-sdk-checksum-algorithm").as_deref(), Some("CRC32"));
    assert_eq!(header(1, "x-amz-checksum-sha1").as_deref(), Some("qvTGHdzF6KLavt4PO0gs2a6pQ00="));
    assert_eq!(header(1, "x-amz-checksum-crc32"), None);
    assert_eq!(
        (header(2, "x-amz-checksum-sha256").as_deref(), header(2, "x-amz-checksum-crc32")),
        (Some("x"), None)
    );
    assert!(header(3, "x-amz-checksum-crc32").is_some());
    let delete = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b</Key></Object></Delete>";
    assert_eq!(requests[3].text(), delete);
    assert_eq!(header(4, "content-md5").map(|hash| hash.len()), Some(24));
}

#[test]
fn tokens_are_filled_in() {
    let body = r#"
        aws::call("ec2", "RunInstances", #{ MinCount: 1, MaxCount: 1 });
        aws::call("ec2", "RunInstances", #{ MinCount: 1, MaxCount: 1, ClientToken: "mine" });
    "#;
    let (_, requests) = call(Reply::text("<R/>"), body);
    let token = |number: usize| {
        let text = requests[number].text();
        text.split('&').find_map(|field| field.strip_prefix("ClientToken=")).unwrap().to_owned()
    };
    assert_eq!((token(0).len(), token(1).as_str()), (36, "mine"));
}

#[test]
fn cbor_goes_both_ways() {
    // {"EventBuses": [{"Name": "n", "CreationTime": 1(1.5)}]}
    let body = b"\xa1\x6aEventBuses\x81\xa2\x64Name\x61n\x6cCreationTime\xc1\xf9\x3e\x00";
    let reply = Reply::status(200).header("content-type", "application/cbor").body(*body);
    let (value, requests) = call(reply, r#"aws::call("eventbridgev2", "ListEventBuses", #{})"#);
    assert_eq!(value, json!({ "EventBuses": [{ "Name": "n", "CreationTime": "1970-01-01T00:00:01.500Z" }] }));
    assert!(requests[0].path.ends_with("/operation/ListEventBuses"), "{}", requests[0].path);
    assert_eq!(requests[0].header("smithy-protocol"), Some("rpc-v2-cbor"));
}

#[test]
fn special_floats_survive() {
    let body = r#"
        let series = #{ MetricName: "m", Value: 1.0 / 0.0 };
        aws::call("cloudwatch", "PutMetricData", #{ Namespace: "n", MetricData: [series] })
    "#;
    let (_, requests) = call(Reply::status(200), body);
    assert!(requests[0].text().contains(r#""Value":"Infinity""#), "{}", requests[0].text());
    let body = r#"
        aws::call("autoscaling", "PutScalingPolicy", #{
            AutoScalingGroupName: "a", PolicyName: "p", TargetTrackingConfiguration: #{ TargetValue: 0.0 / 0.0 },
        })
    "#;
    let (_, requests) = call(Reply::status(200), body);
    assert!(requests[0].text().ends_with("TargetValue=NaN"), "{}", requests[0].text());
}

#[test]
fn operations_without_authentication_are_not_signed() {
    let reply = Reply::json(r#"{"AuthenticationResult":{"AccessToken":"t"}}"#);
    let body = r#"aws::call("cognito-idp", "InitiateAuth", #{ AuthFlow: "USER_AUTH", ClientId: "c" })"#;
    let (value, requests) = call(reply, body);
    assert_eq!(value["AuthenticationResult"]["AccessToken"], "t");
    assert_eq!(requests[0].header("authorization"), None);
}

#[test]
fn errors_have_all_their_members() {
    for (reply, body, code, member, expected) in [
        (
            Reply::status(400).body(
                r#"{"__type":"com.amazonaws#TransactionCanceledException","Message":"m","CancellationReasons":[{"Code":"None"}]}"#,
            ),
            r#"aws::call("dynamodb", "TransactWriteItems", #{ TransactItems: [] })"#,
            "TransactionCanceledException",
            "CancellationReasons",
            json!([{ "Code": "None" }]),
        ),
        (
            Reply::status(400)
                .header("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")
                .body(r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}"#),
            r#"aws::call("sqs", "GetQueueUrl", #{ QueueName: "q" })"#,
            "AWS.SimpleQueueService.NonExistentQueue",
            "CancellationReasons",
            Value::Null,
        ),
        (
            Reply::status(404).body("<Error><Code>NoSuchKey</Code><Message>m</Message><Key>k</Key></Error>"),
            r#"aws::call("s3", "GetObject", #{ Bucket: "b", Key: "k" })"#,
            "NoSuchKey",
            "Key",
            json!("k"),
        ),
        (
            Reply::status(429)
                .header("x-amzn-errortype", "TooManyRequestsException")
                .header("retry-after", "7")
                .body(r#"{"message":"m","Reason":"ConcurrentInvocationLimitExceeded"}"#),
            r#"aws::call("lambda", "GetFunction", #{ FunctionName: "f" })"#,
            "TooManyRequestsException",
            "retryAfterSeconds",
            json!("7"),
        ),
    ] {
        let server = WebServer::start(move |_| reply.clone());
        let (error, _) = error(&function_at_url(&server.url(), body));
        assert_eq!(error["data"]["code"], code, "{error}");
        assert_eq!(error["data"][member], expected, "{error}");
        assert_eq!(error["errorMessage"], "m", "{error}");
    }
}

#[test]
fn the_members_of_errors_tell_no_secrets() {
    let said = "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message>\
                <CanonicalRequest>hush-secret</CanonicalRequest></Error>";
    let server = WebServer::start(move |_| Reply::status(403).body(said));
    let (error, log) = error(&function_at_url(&server.url(), r#"aws::call("s3", "ListBuckets", #{})"#));
    assert_eq!(error["data"]["code"], "SignatureDoesNotMatch");
    assert!(!format!("{error}{log}").contains("hush-secret"), "{error}");
}

#[test]
fn operations_can_be_presigned() {
    let body = r#"
        let url = |service, operation, parameters| aws::presign(service, operation, parameters, #{ expires: 60 });
        [
            url.call("s3", "PutObject", #{ Bucket: "b", Key: "a b", ContentType: "text/x" }),
            url.call("sts", "GetCallerIdentity", #{}),
        ]
    "#;
    let (value, _) = call(Reply::status(200), body);
    let urls: Vec<_> = value.as_array().unwrap().iter().map(|url| url.as_str().unwrap()).collect();
    assert!(urls[0].contains("/b/a%20b?X-Amz-Algorithm=AWS4-HMAC-SHA256"), "{}", urls[0]);
    assert!(urls[0].contains("X-Amz-SignedHeaders=content-type%3Bhost&"), "{}", urls[0]);
    assert!(urls[1].contains("/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm"), "{}", urls[1]);
    let failing = r#"aws::presign("dynamodb", "ListTables", #{})"#;
    let (error, _) = error(&function_at_url("http://127.0.0.1:1", failing));
    assert_eq!(error["errorMessage"], "ListTables has its parameters in the body, which is no part of a URL");
}
