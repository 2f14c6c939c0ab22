//! Bad input, and what surrounds a call: endpoints, trust, traces.

use crate::script::{error, function, function_at_url, value};
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::json;
use web_server::{Authority, Reply, WebServer};

/// Calls that cannot be: what is written, the error's code, and a part of its message.
const BAD: [(&str, &str, &str); 46] = [
    (
        r#"aws::call("dynamo", "ListTables", #{})"#,
        "UnknownService",
        "there is no service \"dynamo\"; similar names are dynamodb, ",
    ),
    (r#"aws::call("", "ListTables", #{})"#, "UnknownService", "there is no service \"\""),
    (r#"aws::request("sqs", "GET", "/")"#, "WrongProtocol", "use aws::call(\"sqs\", operation, #{ … })"),
    (r#"aws::call("sdb", "ListDomains", #{})"#, "WrongProtocol", "accepts no signatures of version 4"),
    (
        r#"aws::call("cloudfront-keyvaluestore", "ListKeys", #{ KvsARN: "a" })"#,
        "NoEndpoint",
        "KVS ARN must be a valid ARN",
    ),
    (
        r#"aws::call("s3", "ListObjectsV2", #{ Bucket: "b" }, #{ addressing_style: "sideways" })"#,
        "InvalidArgument",
        "the setting `addressing_style` is \"sideways\"; it must be \"auto\", \"path\" or \"virtual\"",
    ),
    (
        r#"aws::call("s3control", "GetBucket", #{ AccountId: "2", Bucket: "arn:aws:s3-outposts:us-west-2:1:outpost/op/bucket/b" })"#,
        "InvalidArgument",
        "AccountId is \"2\", but the account in \"arn:aws:s3-outposts:us-west-2:1:outpost/op/bucket/b\" is \"1\"",
    ),
    (
        r#"aws::s3_presign_post("arn:aws:s3::123456789012:accesspoint/a.mrap", "key")"#,
        "InvalidArgument",
        "forms cannot be signed for \"arn:aws:s3::123456789012:accesspoint/a.mrap\", which has several regions: presign PutObject with aws::presign, or use one of its buckets",
    ),
    (
        r#"aws::call("sqs", "List Queues", #{})"#,
        "UnknownOperation",
        "sqs has no operation \"List Queues\"; similar names are ListQueues, ",
    ),
    (r#"aws::call("sqs", "", #{})"#, "UnknownOperation", "sqs has no operation \"\""),
    (r#"aws::call("dynamodb", "GetItem", #{})"#, "InvalidArgument", "GetItem needs TableName"),
    (
        r#"aws::call("dynamodb", "GetItem", #{ TableName: "a", Key: () })"#,
        "InvalidArgument",
        "GetItem needs Key",
    ),
    (
        r#"aws::call("dynamodb", "GetItem", #{ Tabelname: "a" })"#,
        "InvalidArgument",
        "unknown parameter Tabelname: did you mean TableName?",
    ),
    (
        r#"aws::call("dynamodb", "PutItem", #{ TableName: "a", Item: #{ id: #{ X: "1" } } })"#,
        "InvalidArgument",
        "unknown parameter Item.id.X: there are S, N, B, SS, NS, BS, M, L, NULL, BOOL",
    ),
    (
        r#"aws::call("dynamodb", "GetItem", #{ TableName: "a", Key: #{ id: #{ S: 7 } } })"#,
        "InvalidArgument",
        "Key.id.S must be a string, not an int",
    ),
    (
        r#"aws::call("dynamodb", "PutItem", #{ TableName: "a", Item: #{ l: #{ L: [#{ N: 1 }] } } })"#,
        "InvalidArgument",
        "Item.l.L[0].N must be a string, not an int",
    ),
    (
        r#"aws::call("s3", "PutObject", #{ Bucket: "b", Key: "k", Body: #{} })"#,
        "InvalidArgument",
        "Body must be a blob or a string, not a map",
    ),
    (r#"aws::call("s3", "GetObject", #{ Bucket: "b", Key: "" })"#, "InvalidArgument", "Key is empty"),
    (
        r#"aws::call("cloudwatch", "PutMetricData", #{ Namespace: "x", MetricData: [#{ Value: 1 }] })"#,
        "InvalidArgument",
        "MetricData[0] needs MetricName",
    ),
    (
        r#"aws::call("s3control", "ListJobs", #{ AccountId: "evil.com/" })"#,
        "InvalidArgument",
        "AccountId is \"evil.com/\", but becomes a part of a host name",
    ),
    (
        r#"aws::call("bedrock-runtime", "InvokeModelWithBidirectionalStream", #{ modelId: "m", body: [] })"#,
        "InvalidArgument",
        "body is a stream of events, which needs HTTP/2",
    ),
    (
        r#"aws::call("sqs", "ListQueues", #{ QueueNamePrefix: |x| x })"#,
        "InvalidArgument",
        "QueueNamePrefix must be a string, not a function",
    ),
    (
        r#"aws::call("sqs", "ListQueues", #{}, #{ regoin: "x" })"#,
        "InvalidArgument",
        "unknown option `regoin`; the options are each, to, stream, plain, region, endpoint, timeout, credentials, profile, signing_name, role, role_session_name, external_id, addressing_style, account_id_endpoint_mode, sigv4a_signing_region_set, use_accelerate_endpoint",
    ),
    (
        r#"aws::call("sqs", "ListQueues", #{}, #{ region: 5 })"#,
        "InvalidArgument",
        "`region` must be a string, not 5",
    ),
    (
        r#"aws::call("sqs", "ListQueues", #{}, #{ region: "a/b" })"#,
        "InvalidArgument",
        "\"a/b\" is not a region",
    ),
    (
        r#"aws::call("sqs", "ListQueues", #{}, #{ endpoint: "localhost" })"#,
        "InvalidArgument",
        "is not a URL such as",
    ),
    (
        r#"aws::call("sqs", "ListQueues", #{}, #{ timeout: 0 })"#,
        "InvalidArgument",
        "`timeout` must be a number of seconds, or a duration, above 0, not 0",
    ),
    (r#"aws::request("s3", "get", "/")"#, "InvalidArgument", "\"get\" is not a method"),
    (r#"aws::request("s3", "GET", "x")"#, "InvalidArgument", "the path \"x\" must begin with /"),
    (
        r#"aws::request("s3", "GET", "/", #{ headers: #{ Host: "x" } })"#,
        "InvalidArgument",
        "the header host follows from the signature",
    ),
    (
        r#"aws::request("s3", "PUT", "/", #{ body: 5 })"#,
        "InvalidArgument",
        "`body` must be a string, a blob, a map or an array, not 5",
    ),
    (
        r#"aws::request("s3", "PUT", "/", #{ json: 5, xml: 5 })"#,
        "InvalidArgument",
        "both `json` and `xml` are given",
    ),
    (
        r#"aws::request("s3", "PUT", "/", #{ xml: 5 })"#,
        "InvalidArgument",
        "an XML document must be a map with one key",
    ),
    (r#"aws::request("s3", "PUT", "/", #{ query: 5 })"#, "InvalidArgument", "`query` must be a map, not i64"),
    (r#"aws::request("s3", "PUT", "/", #{ headers: #{ a: "b\nc" } })"#, "InvalidArgument", "a"),
    (r#"aws::presign("s3", "GET", "/a/b", #{ expires: 604801 })"#, "InvalidArgument", "1 to 604800 seconds"),
    (r#"aws::presign("s3", "GET", "/a/b", #{ body: "x" })"#, "InvalidArgument", "unknown option `body`"),
    (r#"aws::s3_get("", "x")"#, "InvalidArgument", "\"\" is not the name of a bucket"),
    (r#"aws::s3_get("a/b", "x")"#, "InvalidArgument", "\"a/b\" is not the name of a bucket"),
    (r#"aws::s3_presign_post("a", "")"#, "InvalidArgument", "the key of the object is empty"),
    (
        r#"aws::s3_presign_post("a", "b", #{ max_size: 0 })"#,
        "InvalidArgument",
        "`max_size` must be an integer above 0, not 0",
    ),
    (r#"aws::s3_get("a", "")"#, "InvalidArgument", "the key of the object is empty"),
    (
        r#"aws::s3_put("a", "b", 5)"#,
        "InvalidArgument",
        "`body` must be a string, a blob, a map or an array, not 5",
    ),
    (
        r#"aws::s3_list("a", "", #{ limit: 0 })"#,
        "InvalidArgument",
        "`limit` must be an integer above 0, not 0",
    ),
    (r#"aws::lambda_invoke("f", 1, #{ wait: 1 })"#, "InvalidArgument", "`wait` must be a boolean, not 1"),
    (
        r#"let it = #{}; for n in 0..1100 { it = #{ a: #{ M: it } }; } aws::call("dynamodb", "PutItem", #{ TableName: "t", Item: it })"#,
        "InvalidArgument",
        "nested deeper than 200 levels",
    ),
];

#[test]
fn bad_input_is_explained() {
    for (body, code, message) in BAD {
        let (error, _) = error(&function_at_url("http://127.0.0.1:1", body));
        assert_eq!(error["errorType"], "AwsError", "{body}: {error}");
        assert_eq!(error["data"]["code"], code, "{body}: {error}");
        assert!(error["errorMessage"].as_str().unwrap().contains(message), "{body}: {error}");
        let place = error["stackTrace"][0].as_str().unwrap();
        assert!(place.starts_with("at handler (main.rhai:1:"), "{body}: {place}");
    }
}

#[test]
fn arguments_of_other_types_are_no_such_function() {
    for body in [
        r#"aws::call("sqs", "ListQueues", [])"#,
        r#"aws::call("sqs", "ListQueues")"#,
        "aws::s3_get(5, \"x\")",
    ] {
        let (error, _) = error(&function_at_url("http://127.0.0.1:1", body));
        assert_eq!(error["errorType"], "FunctionNotFound", "{body}");
    }
}

#[test]
fn the_region_must_be_known() {
    let body = r#"aws::call("sqs", "ListQueues", #{})"#;
    let (error, _) = error(&function(body));
    assert_eq!(error["data"]["code"], "MissingRegion");
    let expected = "no region is configured: set AWS_REGION, or pass the option `region`";
    assert_eq!(error["errorMessage"], expected);
}

#[test]
fn errors_can_be_caught() {
    let body = r#"
        let caught = ();
        try { aws::call("dynamo", "x", #{}); } catch (e) { caught = e; }
        [caught.type, caught.service, caught.action, caught.code, caught.status, caught.request_id]
    "#;
    let expected = json!(["AwsError", "dynamo", "x", "UnknownService", null, null]);
    assert_eq!(value(&function_at_url("http://127.0.0.1:1", body)), expected);
}

#[test]
fn call_is_still_the_method_of_functions() {
    let body = r#"
        let code = "";
        let next = |n| n + 1;
        try { aws::call("dynamo", "x", #{}); } catch (e) { code = e.code; }
        [next.call(1), code]
    "#;
    assert_eq!(value(&function_at_url("http://127.0.0.1:1", body)), json!([2, "UnknownService"]));
}

#[test]
fn endpoints_follow_region_and_environment() {
    let url = |body: &str, variables: &[(&str, &str)]| {
        let function = function(body).env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "B");
        let function = variables.iter().fold(function, |function, (name, value)| function.env(name, value));
        value(&function).as_str().unwrap().split('?').next().unwrap().to_owned()
    };
    let presign = r#"aws::presign("s3", "GET", "/a b/%2F")"#;
    let (region, fips, dual) = (
        ("AWS_REGION", "eu-west-1"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "TRUE"),
    );
    assert_eq!(url(presign, &[region]), "https://s3.eu-west-1.amazonaws.com/a%20b/%2F");
    assert_eq!(url(presign, &[region, fips]), "https://s3-fips.eu-west-1.amazonaws.com/a%20b/%2F");
    assert_eq!(
        url(presign, &[region, fips, dual]),
        "https://s3-fips.dualstack.eu-west-1.amazonaws.com/a%20b/%2F"
    );
    let other = ("AWS_DEFAULT_REGION", "cn-north-1");
    assert_eq!(url(presign, &[region, other]), "https://s3.eu-west-1.amazonaws.com/a%20b/%2F");
    assert_eq!(url(presign, &[other]), "https://s3.cn-north-1.amazonaws.com.cn/a%20b/%2F");
    let configured = ("AWS_ENDPOINT_URL", "http://localhost:4566/");
    assert_eq!(url(presign, &[region, configured]), "http://localhost:4566/a%20b/%2F");
    let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assert_eq!(url(presign, &[region, configured, ignored]), "https://s3.eu-west-1.amazonaws.com/a%20b/%2F");
    let options = r#"aws::presign("s3", "GET", "/a", #{ region: "us-gov-west-1" })"#;
    assert_eq!(url(options, &[region]), "https://s3.us-gov-west-1.amazonaws.com/a");
    let options = r#"aws::presign("s3", "GET", "/a", #{ endpoint: "https://x.test:443/base" })"#;
    assert_eq!(url(options, &[region, configured, ignored]), "https://x.test/base/a");
}

#[test]
fn requests_say_what_they_are_made_of() {
    let server = WebServer::start(|_| Reply::json("[]").header("x-one", "1"));
    let body = r#"
        let answer = aws::request("lambda", "POST", "/2015-03-31/functions/a%3Ab c?x=1", #{
            query: #{ tag: ["a b", "c"], none: () },
            headers: #{ "X-Two": "2" },
            json: #{ raw: "hi".to_blob() },
        });
        [answer.json(), answer.headers["x-one"], answer.status]
    "#;
    assert_eq!(value(&function_at_url(&server.url(), body)), json!([[], "1", 200]));
    let request = &server.requests()[0];
    assert_eq!((&*request.path, &*request.query), ("/2015-03-31/functions/a%3Ab%20c", "tag=a%20b&tag=c&x=1"));
    assert_eq!(
        (request.header("x-two"), request.header("content-type")),
        (Some("2"), Some("application/json"))
    );
    assert_eq!(request.text(), r#"{"raw":"aGk="}"#);
    let body = r#"aws::request("s3", "PUT", "/", #{ xml: #{ raw: "hi".to_blob() } }).status"#;
    assert_eq!(value(&function_at_url(&server.url(), body)), json!(200));
    assert_eq!(server.requests()[1].text(), "<raw>aGk=</raw>");
    let agent = request.header("user-agent").unwrap();
    assert!(agent.starts_with("rhambda/"), "{agent}");
}

#[test]
fn answers_that_are_none_are_errors() {
    for (reply, (service, operation), message) in [
        (Reply::text("<html>"), ("dynamodb", "ListTables"), "the response is not JSON"),
        (Reply::text("{}"), ("sns", "ListTopics"), "the response is not XML"),
        (Reply::text("").body([0xff]), ("sns", "ListTopics"), "the response is not UTF-8"),
        (Reply::status(200).body("<a>"), ("sns", "ListTopics"), "the response is not XML"),
        (Reply::status(200).body([0xff]), ("eventbridgev2", "ListEventBuses"), "the response is not CBOR"),
    ] {
        let server = WebServer::start(move |_| reply.clone());
        let (error, _) = error(&function_at_url(
            &server.url(),
            &format!("aws::call(\"{service}\", \"{operation}\", #{{}})"),
        ));
        assert_eq!(error["data"]["code"], "InvalidAnswer", "{error}");
        assert!(error["errorMessage"].as_str().unwrap().contains(message), "{error}");
    }
}

#[test]
fn lists_have_many_pages() {
    let server = WebServer::start(|request| {
        let object =
            |key: &str| format!("<Contents><Key>{key}</Key><Size>1</Size><ETag>\"e\"</ETag></Contents>");
        let is_second = request.query.contains("continuation-token=t%2B1");
        let content = if is_second {
            format!("{}<IsTruncated>false</IsTruncated>", object("c+d"))
        } else {
            let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t+1</NextContinuationToken>";
            format!("{}{}{more}", object("a"), object("%C3%BC%2B"))
        };
        let document =
            format!("<ListBucketResult><EncodingType>url</EncodingType>{content}</ListBucketResult>");
        Reply::status(200).header("content-type", "application/xml").body(document)
    });
    let body = r#"[aws::s3_list("b").map(|it| it.key), aws::s3_list("b", "p", #{ limit: 2 })[0]]"#;
    let first = json!({ "key": "a", "size": 1, "etag": "e", "last_modified": null, "storage_class": null });
    assert_eq!(value(&function_at_url(&server.url(), body)), json!([["a", "ü+", "c d"], first]));
    let queries: Vec<_> = server.requests().iter().map(|request| request.query.clone()).collect();
    let all = "encoding-type=url&list-type=2&max-keys=";
    assert_eq!(queries[0], format!("{all}1000&prefix="));
    assert_eq!(queries[1], format!("continuation-token=t%2B1&{all}1000&prefix="));
    assert_eq!(queries[2], format!("{all}2&prefix=p"));
    assert_eq!(queries.len(), 3);
}

#[test]
fn s3_says_which_region_a_bucket_is_in() {
    let server = WebServer::start(|_| Reply::status(301).header("x-amz-bucket-region", "eu-west-1"));
    let (error, _) = error(&function_at_url(&server.url(), r#"aws::s3_head("b", "k")"#));
    assert_eq!(error["errorMessage"], "the bucket is in the region eu-west-1: pass it as option `region`");
}

#[test]
fn the_ca_bundle_is_trusted() {
    let authority = Authority::new();
    let server =
        WebServer::start_secured(&authority.certificate(&["localhost"]), |_| Reply::json(r#"{"a":1}"#));
    let body = r#"aws::call("dynamodb", "ListTables", #{})"#;
    let function = function_at_url(&server.url(), body).file("ca.pem", authority.pem());
    let (error, _) = error(&function);
    assert_eq!(error["data"]["code"], "NotTrusted", "{error}");
    let bundle = function.task_root().join("ca.pem");
    assert_eq!(value(&function.env("AWS_CA_BUNDLE", bundle.to_str().unwrap())), json!({ "a": 1 }));
}

#[test]
fn the_trace_goes_on() {
    let server = WebServer::start(|_| Reply::json("{}"));
    let function = function_at_url(&server.url(), r#"aws::call("sqs", "ListQueues", #{})"#);
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a87bd80c:1";
    let api = FakeRuntimeApi::new()
        .invocation(Invocation::new("{}").header("Lambda-Runtime-Trace-Id", trace))
        .start();
    let process = function.start(&api);
    api.wait_for_answers(1);
    process.stop();
    assert_eq!(server.requests()[0].header("x-amzn-trace-id"), Some(trace));
}
