//! Roles: of single calls, and of a web identity.

use crate::script::{error, function, function_at_url, value};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use web_server::{Reply, Request, WebServer};

/// STS, whose credentials are valid until then, and SQS, which finds the first ones expired if they are called so.
fn server(expiration: &'static str, is_expired: bool) -> WebServer {
    let count = AtomicUsize::new(0);
    WebServer::start(move |request| {
        let text = request.text();
        let Some(action) = text.split('&').find_map(|field| field.strip_prefix("Action=")) else {
            let is_first = request.header("x-amz-security-token") == Some("token1");
            return if is_expired && is_first {
                Reply::status(403).body(r#"{"__type":"ExpiredToken","message":"expired"}"#)
            } else {
                Reply::json("{}")
            };
        };
        let number = 1 + count.fetch_add(1, Ordering::SeqCst);
        Reply::text(&format!(
            "<{action}Response><{action}Result><Credentials><AccessKeyId>ROLE{number}</AccessKeyId>\
             <SecretAccessKey>hush-role</SecretAccessKey><SessionToken>token{number}</SessionToken>\
             <Expiration>{expiration}</Expiration></Credentials></{action}Result></{action}Response>"
        ))
    })
}

/// The keys that signed the requests, and what was asked of STS.
fn seen(server: &WebServer) -> (Vec<String>, Vec<String>) {
    let key = |request: &Request| {
        let authorization = request.header("authorization").unwrap_or("=none/").to_owned();
        authorization.split(['=', '/']).nth(1).unwrap().to_owned()
    };
    let requests = server.requests();
    let asked = requests.iter().map(Request::text).filter(|text| text.contains("Action=")).collect();
    (requests.iter().map(key).collect(), asked)
}

const TWICE: &str = r#"
    let options = #{ role: "arn:aws:iam::123456789012:role/r", role_session_name: "s", external_id: "x" };
    aws::call("sqs", "ListQueues", #{}, options);
    aws::call("sqs", "ListQueues", #{}, options);
    aws::call("sqs", "ListQueues", #{});
"#;

#[test]
fn roles_are_assumed_once() {
    let server = server("2090-01-01T00:00:00Z", false);
    value(&function_at_url(&server.url(), TWICE));
    let (keys, asked) = seen(&server);
    assert_eq!(keys, ["AKIDEXAMPLE", "ROLE1", "ROLE1", "AKIDEXAMPLE"]);
    let arn = "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr";
    assert_eq!(
        asked[0],
        format!("Action=AssumeRole&Version=2011-06-15&{arn}&RoleSessionName=s&ExternalId=x")
    );
}

#[test]
fn roles_are_assumed_again_before_they_expire() {
    let server = server("2020-01-01T00:00:00Z", false);
    value(&function_at_url(&server.url(), TWICE));
    assert_eq!(seen(&server).0, ["AKIDEXAMPLE", "ROLE1", "AKIDEXAMPLE", "ROLE2", "AKIDEXAMPLE"]);
}

#[test]
fn expired_credentials_of_roles_are_replaced() {
    let server = server("2090-01-01T00:00:00Z", true);
    value(&function_at_url(&server.url(), TWICE));
    assert_eq!(seen(&server).0, ["AKIDEXAMPLE", "ROLE1", "AKIDEXAMPLE", "ROLE2", "ROLE2", "AKIDEXAMPLE"]);
}

#[test]
fn web_identities_need_no_other_credentials() {
    let server = server("2090-01-01T00:00:00Z", false);
    let web = |file: &str| {
        function(r#"aws::call("sqs", "ListQueues", #{}); aws::call("sqs", "ListQueues", #{});"#)
            .file("token", "web-token\n")
            .env("AWS_ENDPOINT_URL", &server.url())
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web")
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", file)
    };
    value(&web("task/token"));
    let (keys, asked) = seen(&server);
    assert_eq!(keys, ["none", "ROLE1", "ROLE1"]);
    assert!(asked[0].contains("&WebIdentityToken=web-token"), "{}", asked[0]);
    let (error, _) = error(&web("task/none"));
    assert_eq!(error["data"]["code"], "MissingCredentials");
    assert!(
        error["errorMessage"].as_str().unwrap().contains("\"task/none\", which cannot be read"),
        "{error}"
    );
}

#[test]
fn options_of_a_role_need_one() {
    let body = r#"aws::call("sqs", "ListQueues", #{}, #{ external_id: "x" })"#;
    let (error, _) = error(&function_at_url("http://127.0.0.1:1", body));
    let message = "`role_session_name` and `external_id` belong to a role: pass its ARN as `role`";
    assert_eq!(error["errorMessage"], json!(message));
}
