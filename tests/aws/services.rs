//! Calls of many services at both emulators, of which `MiniStack` verifies the signatures.

use crate::aws::Emulator;
use crate::script::{at_both, error, function_at, value};
use serde_json::json;

#[test]
fn dynamodb() {
    let body = r#"
        let table = "orders";
        aws::call("dynamodb", "CreateTable", #{
            TableName: table,
            KeySchema: [#{ AttributeName: "id", KeyType: "HASH" }],
            AttributeDefinitions: [#{ AttributeName: "id", AttributeType: "S" }],
            BillingMode: "PAY_PER_REQUEST",
        });
        let item = #{ id: #{ S: "7" }, price: #{ N: "2.5" }, raw: #{ B: "hi".to_blob() } };
        aws::call("dynamodb", "PutItem", #{ TableName: table, Item: item });
        let got = aws::call("dynamodb", "GetItem", #{ TableName: table, Key: #{ id: #{ S: "7" } } });
        let none = aws::call("dynamodb", "GetItem", #{ TableName: table, Key: #{ id: #{ S: "8" } } });
        let found = aws::call("dynamodb", "Query", #{
            TableName: table,
            KeyConditionExpression: "id = :id",
            ExpressionAttributeValues: #{ ":id": #{ S: "7" } },
        });
        [got.Item, none, found.Count]
    "#;
    for answer in at_both(body) {
        let item = json!({ "id": { "S": "7" }, "price": { "N": "2.5" }, "raw": { "B": "aGk=" } });
        assert_eq!(answer, json!([item, {}, 1]));
    }
}

#[test]
fn sqs() {
    let body = r#"
        let queue = aws::call("sqs", "CreateQueue", #{ QueueName: "jobs" }).QueueUrl;
        aws::call("sqs", "SendMessage", #{ QueueUrl: queue, MessageBody: "ü & <b>" });
        let message = aws::call("sqs", "ReceiveMessage", #{ QueueUrl: queue }).Messages[0];
        aws::call("sqs", "DeleteMessage", #{ QueueUrl: queue, ReceiptHandle: message.ReceiptHandle });
        message.Body
    "#;
    assert_eq!(at_both(body), [json!("ü & <b>"), json!("ü & <b>")]);
}

#[test]
fn sns_takes_form_fields_and_answers_in_xml() {
    let body = r#"
        let none = aws::call("sns", "ListSubscriptions", #{}).Subscriptions;
        let topic = aws::call("sns", "CreateTopic", #{ Name: "news", Tags: [#{ Key: "a", Value: "b" }] }).TopicArn;
        let sent = aws::call("sns", "Publish", #{
            TopicArn: topic,
            Message: "ü & <b>",
            MessageAttributes: #{ kind: #{ DataType: "String", StringValue: "x" } },
        });
        let topics = aws::call("sns", "ListTopics", #{}).Topics;
        let attributes = aws::call("sns", "GetTopicAttributes", #{ TopicArn: topic }).Attributes;
        let tags = aws::call("sns", "ListTagsForResource", #{ ResourceArn: topic }).Tags;
        let gone = aws::call("sns", "DeleteTopic", #{ TopicArn: topic });
        [none, sent.MessageId.len(), topics.map(|it| it.TopicArn == topic), attributes.TopicArn == topic, tags, gone]
    "#;
    let tags = json!([{ "Key": "a", "Value": "b" }]);
    for answer in at_both(body) {
        assert_eq!(answer, json!([[], 36, [true], true, tags, {}]));
    }
}

#[test]
fn parameters_and_secrets() {
    let body = r#"
        aws::call("ssm", "PutParameter", #{ Name: "/app/mode", Value: "fast", Type: "String" });
        aws::call("secretsmanager", "CreateSecret", #{ Name: "key", SecretString: "hush" });
        [
            aws::call("ssm", "GetParameter", #{ Name: "/app/mode" }).Parameter.Value,
            aws::call("secretsmanager", "GetSecretValue", #{ SecretId: "key" }).SecretString,
        ]
    "#;
    assert_eq!(at_both(body), [json!(["fast", "hush"]), json!(["fast", "hush"])]);
}

#[test]
fn sts() {
    let body = r#"aws::call("sts", "GetCallerIdentity", #{}).Account"#;
    assert_eq!(at_both(body), [json!("000000000000"), json!("123456789012")]);
}

#[test]
fn events_and_metrics() {
    let body = r#"
        let put = aws::call("eventbridge", "PutEvents", #{
            Entries: [#{ Source: "shop", DetailType: "paid", Detail: json::encode(#{ order: 7 }) }],
        });
        let metric = #{ MetricName: "orders", Value: 1.5, Unit: "Count", Dimensions: [#{ Name: "shop", Value: "1" }] };
        aws::call("cloudwatch", "PutMetricData", #{ Namespace: "Shop", MetricData: [metric] });
        let metrics = aws::call("cloudwatch", "ListMetrics", #{ Namespace: "Shop" }).Metrics;
        [put.FailedEntryCount, metrics.map(|it| it.MetricName)]
    "#;
    assert_eq!(at_both(body), [json!([0, ["orders"]]), json!([0, ["orders"]])]);
}

#[test]
fn step_functions() {
    let body = r#"
        let role = aws::call("iam", "CreateRole", #{ RoleName: "steps", AssumeRolePolicyDocument: "{}" }).Role.Arn;
        let machine = aws::call("stepfunctions", "CreateStateMachine", #{
            name: "machine",
            roleArn: role,
            definition: json::encode(#{ StartAt: "A", States: #{ A: #{ Type: "Pass", End: true } } }),
        }).stateMachineArn;
        let started = aws::call("stepfunctions", "StartExecution", #{ stateMachineArn: machine, input: "{}" });
        started.executionArn.contains("machine")
    "#;
    assert_eq!(at_both(body), [json!(true), json!(true)]);
}

#[test]
fn ec2_and_iam() {
    let body = r#"
        let filters = [#{ Name: "isDefault", Values: ["true", "yes"] }];
        let vpcs = aws::call("ec2", "DescribeVpcs", #{ Filters: filters }).Vpcs;
        let group = aws::call("ec2", "CreateSecurityGroup", #{ GroupName: "web", Description: "a web server" }).GroupId;
        let ids = aws::call("ec2", "DescribeSecurityGroups", #{ GroupIds: [group] }).SecurityGroups;
        aws::call("iam", "CreateUser", #{ UserName: "ada", Tags: [#{ Key: "team", Value: "x" }] });
        let user = aws::call("iam", "GetUser", #{ UserName: "ada" }).User;
        [vpcs[0].IsDefault, ids.map(|it| it.GroupId == group), ids[0].IpPermissions, user.UserName, user.Tags]
    "#;
    let tags = json!([{ "Key": "team", "Value": "x" }]);
    for answer in at_both(body) {
        assert_eq!(answer, json!([true, [true], [], "ada", tags]));
    }
}

#[test]
fn s3_objects() {
    let body = r#"
        aws::request("s3", "PUT", "/things", #{
            xml: #{ CreateBucketConfiguration: #{ LocationConstraint: "eu-central-1" } },
        });
        let key = "a b/ü+%41//..";
        let stored = aws::s3_put("things", key, "héllo", #{ metadata: #{ who: "me" }, content_type: "text/x" });
        let got = aws::s3_get("things", key);
        let part = aws::s3_get("things", key, #{ headers: #{ range: "bytes=0-0" } });
        let head = aws::s3_head("things", key);
        aws::s3_put("things", "b", blob(3, 255));
        aws::s3_put("things", "c", #{ a: [1] });
        let keys = aws::s3_list("things").map(|it| it.key);
        let some = aws::s3_list("things", "a b/");
        let first = aws::s3_list("things", "", #{ limit: 1 });
        let all = [
            stored.etag == head.etag, got.text(), part.text(), part.status, head.size, head.content_type,
            head.metadata, keys, some.len(), some[0].size, first.len(), aws::s3_get("things", "b").blob().len(),
            aws::s3_get("things", "c").json(),
        ];
        for key in keys { aws::s3_delete("things", key); }
        all.push(aws::s3_list("things"));
        all
    "#;
    let key = "a b/ü+%41//..";
    for answer in at_both(body) {
        let expected = json!([
            true, "héllo", "h", 206, 6, "text/x", { "who": "me" }, [key, "b", "c"], 1, 6, 1, 3, { "a": [1] }, []
        ]);
        assert_eq!(answer, expected);
    }
}

#[test]
fn s3_demands_checksums() {
    let body = r#"
        aws::request("s3", "PUT", "/heap", #{
            xml: #{ CreateBucketConfiguration: #{ LocationConstraint: "eu-central-1" } },
        });
        aws::s3_put("heap", "a", "1");
        aws::request("s3", "POST", "/heap?delete", #{ xml: #{ Delete: #{ Object: [#{ Key: "a" }] } } });
        aws::s3_list("heap")
    "#;
    assert_eq!(at_both(body), [json!([]), json!([])]);
}

#[test]
fn presigned_urls() {
    let body = r#"
        aws::request("s3", "PUT", "/shared", #{
            xml: #{ CreateBucketConfiguration: #{ LocationConstraint: "eu-central-1" } },
        });
        let upload = aws::presign("s3", "PUT", "/shared/a b.txt", #{ headers: #{ "content-type": "text/x" } });
        let sent = http::put(upload, "hello", #{ headers: #{ "content-type": "text/x" } });
        let wrong = http::put(upload, "hello", #{ headers: #{ "content-type": "text/y" } });
        let url = aws::presign("s3", "GET", "/shared/a b.txt", #{
            expires: time::minutes(1),
            query: #{ "response-content-type": "text/z" },
        });
        let got = http::get(url);
        [sent.status, wrong.status, got.text(), got.headers["content-type"], http::get(url + "0").status]
    "#;
    let answer = value(&function_at(Emulator::ministack(), body));
    assert_eq!(answer, json!([200, 403, "hello", "text/z", 403]));
}

#[test]
fn lambda() {
    let body = r#"
        let failed = ();
        try { aws::lambda_invoke("double", #{ m: 7 }); } catch (e) { failed = e; }
        [
            aws::lambda_invoke("double", #{ n: 7 }),
            aws::lambda_invoke("double", #{ n: 7 }, #{ qualifier: "$LATEST" }),
            aws::lambda_invoke("double", #{ n: 7 }, #{ wait: false }),
            failed.code, failed.message, failed.status,
        ]
    "#;
    let answer = value(&function_at(Emulator::ministack(), body));
    assert_eq!(answer, json!([14, 14, null, "FunctionError", "Runtime.HandlerError: 'n'", 200]));
}

#[test]
fn errors_say_what_aws_says() {
    for (body, code, message, action, status) in [
        (
            r#"aws::call("dynamodb", "GetItem", #{ TableName: "nope", Key: #{ id: #{ S: "1" } } })"#,
            "ResourceNotFoundException",
            "Requested resource not found",
            "GetItem",
            400,
        ),
        (
            r#"aws::call("sns", "GetTopicAttributes", #{ TopicArn: "arn:aws:sns:eu-central-1:000000000000:nope" })"#,
            "NotFound",
            "Topic",
            "GetTopicAttributes",
            404,
        ),
        (r#"aws::s3_get("nope-nope", "x")"#, "NoSuchBucket", "bucket does not exist", "s3_get", 404),
        (
            r#"aws::request("lambda", "GET", "/2015-03-31/functions/nope")"#,
            "ResourceNotFoundException",
            "nope",
            "GET /2015-03-31/functions/nope",
            404,
        ),
    ] {
        let (error, _) = error(&function_at(Emulator::ministack(), body));
        assert_eq!(error["errorType"], "AwsError", "{error}");
        assert!(error["errorMessage"].as_str().unwrap().contains(message), "{error}");
        let data = &error["data"];
        assert_eq!((&data["code"], &data["action"]), (&json!(code), &json!(action)), "{error}");
        assert_eq!(data["status"], status, "{error}");
        assert!(data["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{error}");
    }
}

#[test]
fn wrong_secrets_are_refused_and_not_told() {
    for body in [
        r#"aws::call("sns", "ListTopics", #{})"#,
        r#"aws::call("dynamodb", "ListTables", #{})"#,
        r#"aws::request("lambda", "GET", "/2015-03-31/functions")"#,
        r#"aws::s3_list("things")"#,
    ] {
        let function =
            function_at(Emulator::ministack(), body).env("AWS_SECRET_ACCESS_KEY", "wrong-and-hush");
        let (error, log) = error(&function);
        let code = error["data"]["code"].as_str().unwrap_or_default();
        assert!(matches!(code, "SignatureDoesNotMatch" | "InvalidSignatureException"), "{error}");
        assert!(matches!(error["data"]["status"].as_u64(), Some(400 | 403)), "{error}");
        assert!(error["errorMessage"].as_str().unwrap().contains("signature"), "{error}");
        assert!(!format!("{error}{log}").contains("hush"), "{error}{log}");
    }
}

#[test]
fn the_token_of_a_role_is_signed() {
    let role = r#"
        let role = aws::call("iam", "CreateRole", #{ RoleName: "reader", AssumeRolePolicyDocument: json::encode(#{
            Version: "2012-10-17",
            Statement: [#{ Effect: "Allow", Principal: #{ AWS: "*" }, Action: "sts:AssumeRole" }],
        }) }).Role.Arn;
        aws::call("iam", "PutRolePolicy", #{ RoleName: "reader", PolicyName: "all", PolicyDocument: json::encode(#{
            Version: "2012-10-17",
            Statement: [#{ Effect: "Allow", Action: "*", Resource: "*" }],
        }) });
        aws::call("sts", "AssumeRole", #{ RoleArn: role, RoleSessionName: "me" }).Credentials
    "#;
    let credentials = value(&function_at(Emulator::ministack(), role));
    let text = |key: &str| credentials[key].as_str().unwrap();
    let body = r#"
        let url = aws::presign("dynamodb", "GET", "/");
        [aws::call("dynamodb", "ListTables", #{}).TableNames.len() >= 0, url.contains("X-Amz-Security-Token=")]
    "#;
    let function = function_at(Emulator::ministack(), body)
        .env("AWS_ACCESS_KEY_ID", text("AccessKeyId"))
        .env("AWS_SECRET_ACCESS_KEY", text("SecretAccessKey"));
    let (failure, _) = error(&function);
    assert_eq!(failure["data"]["code"], "UnrecognizedClientException", "{failure}");
    assert_eq!(value(&function.env("AWS_SESSION_TOKEN", text("SessionToken"))), json!([true, true]));
}
