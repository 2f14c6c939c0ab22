//! Where credentials come from, and what happens when they don't.

use crate::function::Function;
use crate::script::{error, function, value};
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use web_server::{Reply, WebServer};

const LIST: &str = r#"aws::call("dynamodb", "ListTables", #{})"#;
/// It needs no network.
const PRESIGN: &str = r#"aws::presign("s3", "GET", "/a/b")"#;

fn function_in_a_region(body: &str) -> Function {
    function(body).env("AWS_REGION", "eu-central-1")
}

fn keys(name: &str, expires: SystemTime) -> String {
    let expires = humantime::format_rfc3339_seconds(expires).to_string();
    let keys = json!({
        "AccessKeyId": name, "SecretAccessKey": "hush-secret", "Token": "hush-token", "Expiration": expires
    });
    keys.to_string()
}

fn in_an_hour() -> SystemTime {
    SystemTime::now() + Duration::from_hours(1)
}

/// Whose signature a request has.
fn key_of(request: &web_server::Request) -> &str {
    let authorization = request.header("authorization").unwrap_or_default();
    authorization.split_once("Credential=").map_or("", |(_, rest)| rest.split('/').next().unwrap())
}

#[test]
fn requests_are_signed_with_the_environment() {
    let server = WebServer::start(|_| Reply::json("{}"));
    let function = function_in_a_region(LIST)
        .env("AWS_ENDPOINT_URL_DYNAMODB", &server.url())
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "hush-secret")
        .env("AWS_SESSION_TOKEN", "hush-token");
    value(&function);
    let request = &server.requests()[0];
    assert_eq!(request.header("x-amz-security-token"), Some("hush-token"));
    assert_eq!(key_of(request), "AKIDEXAMPLE");
    let authorization = request.header("authorization").unwrap();
    let signed =
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target";
    assert!(authorization.contains(signed), "{authorization}");
    assert!(authorization.contains("/eu-central-1/dynamodb/aws4_request"), "{authorization}");
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert_eq!((request.text().as_str(), request.header("x-amz-content-sha256")), ("{}", Some(hash)));
}

#[test]
fn containers_give_them() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "token-of-the-file\n").unwrap();
    let aws = WebServer::start(|_| Reply::json("{}"));
    for (name, value_of, expected) in [
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token-itself", "token-itself"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.path().to_str().unwrap(), "token-of-the-file"),
    ] {
        let container = WebServer::start(|_| Reply::json(&keys("FROMCONTAINER", in_an_hour())));
        let function = function_in_a_region(&format!("{LIST}; {LIST}"))
            .env("AWS_ENDPOINT_URL", &aws.url())
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/get?role=x", container.url()))
            .env(name, value_of);
        value(&function);
        let requests = container.requests();
        // They are good for an hour.
        assert_eq!(requests.len(), 1);
        assert_eq!((&*requests[0].path, &*requests[0].query), ("/get", "role=x"));
        assert_eq!(requests[0].header("authorization"), Some(expected));
    }
    let requests = aws.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests.iter().all(|request| key_of(request) == "FROMCONTAINER"));
}

#[test]
fn they_are_renewed_before_they_expire() {
    let count = AtomicUsize::new(0);
    let container = WebServer::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let expires = SystemTime::now() + Duration::from_mins(if number == 0 { 4 } else { 60 });
        Reply::json(&keys(&format!("KEY{number}"), expires))
    });
    let aws = WebServer::start(|_| Reply::json("{}"));
    let function = function_in_a_region(&format!("{LIST}; {LIST}; {LIST}"))
        .env("AWS_ENDPOINT_URL", &aws.url())
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.url());
    value(&function);
    let requests = aws.requests();
    let keys: Vec<_> = requests.iter().map(key_of).collect();
    assert_eq!(keys, ["KEY0", "KEY1", "KEY1"]);
}

#[test]
fn old_ones_are_used_while_there_are_no_new_ones() {
    let count = AtomicUsize::new(0);
    let container = WebServer::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::json(&keys("OLD", SystemTime::now() + Duration::from_mins(4))),
        _ => Reply::status(500),
    });
    let aws = WebServer::start(|_| Reply::json("{}"));
    let function = function_in_a_region(&format!("{LIST}; {LIST}"))
        .env("AWS_ENDPOINT_URL", &aws.url())
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.url());
    let outcome = function.invoke("{}");
    assert!(outcome.log.contains("cannot be renewed"), "{}", outcome.log);
    assert_eq!(aws.requests().iter().map(key_of).collect::<Vec<_>>(), ["OLD", "OLD"]);
}

#[test]
fn expired_ones_are_replaced() {
    let count = AtomicUsize::new(0);
    let container = WebServer::start(move |_| {
        Reply::json(&keys(&format!("KEY{}", count.fetch_add(1, Ordering::SeqCst)), in_an_hour()))
    });
    let aws = WebServer::start(|request| match key_of(request) {
        "KEY0" => Reply::status(400).body(r#"{"__type":"ExpiredTokenException","message":"expired"}"#),
        _ => Reply::json("{}"),
    });
    let function = function_in_a_region(LIST)
        .env("AWS_ENDPOINT_URL", &aws.url())
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.url());
    assert_eq!(value(&function), json!({}));
    // Those of the environment cannot be.
    let (error, _) = error(&function.env("AWS_ACCESS_KEY_ID", "KEY0").env("AWS_SECRET_ACCESS_KEY", "hush"));
    assert_eq!(
        (&error["data"]["code"], &error["errorMessage"]),
        (&json!("ExpiredTokenException"), &json!("expired"))
    );
}

#[test]
fn the_cli_gives_them() {
    let folder = tempfile::tempdir().unwrap();
    let cli = folder.path().join("aws");
    let keys = json!({ "Version": 1, "AccessKeyId": "FROMCLI", "SecretAccessKey": "hush-secret", "SessionToken": "t" });
    let install = |script: &str| {
        std::fs::write(&cli, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&cli, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let function =
        function_in_a_region(PRESIGN).env("PATH", &format!("{}:/bin:/usr/bin", folder.path().display()));
    install(&format!("[ \"$*\" = 'configure export-credentials --format process' ] && echo '{keys}'"));
    let url = value(&function);
    assert!(url.as_str().unwrap().contains("X-Amz-Credential=FROMCLI%2F"), "{url}");
    install("echo 'The SSO session has expired' >&2; exit 255");
    let (failure, _) = error(&function);
    let message = failure["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("The CLI says: The SSO session has expired"), "{message}");
    install("echo 'usage: aws [options]\n\naws: error: argument operation: Invalid choice' >&2; exit 2");
    let (failure, _) = error(&function);
    let message = failure["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("This AWS CLI is too old to give its own: version 2 can"), "{message}");
    install("echo hush-secret");
    let (failure, log) = error(&function);
    let expected = "`aws configure export-credentials` prints something that is not JSON";
    assert_eq!(failure["errorMessage"], expected);
    assert!(!log.contains("hush"), "{log}");
}

#[test]
fn without_any_it_is_said_what_to_do() {
    let broken = WebServer::start(|_| Reply::json(r#"{"SecretAccessKey":"hush-secret"}"#));
    let refusing = WebServer::start(|_| Reply::status(403).body("hush-secret"));
    let uri = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    for (variables, expected) in [
        (vec![], "no credentials were found. In AWS, the function's role gives them; elsewhere, set AWS_ACCESS_KEY_ID"),
        (vec![("AWS_ACCESS_KEY_ID", "A")], "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"),
        (vec![("AWS_SECRET_ACCESS_KEY", "hush")], "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"),
        (vec![(uri, "http://example.com/x")], "it must begin with https://, or name this machine"),
        (vec![(uri, &*broken.url())], "responds with no AccessKeyId"),
        (vec![(uri, &*refusing.url())], "responds with status 403"),
        (
            vec![(uri, &*broken.url()), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nowhere/token")],
            "the file /nowhere/token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read",
        ),
    ] {
        let function = function_in_a_region(PRESIGN).env("PATH", "/nowhere");
        let function = variables.iter().fold(function, |function, (name, value)| function.env(name, value));
        let (error, log) = error(&function);
        assert_eq!((&error["errorType"], &error["data"]["code"]), (&json!("AwsError"), &json!("MissingCredentials")));
        assert!(error["errorMessage"].as_str().unwrap().contains(expected), "{error}");
        assert!(!format!("{error}{log}").contains("hush"), "{error}{log}");
    }
}

#[test]
fn services_that_quote_the_token_are_not_quoted() {
    let aws = WebServer::start(|_| {
        Reply::status(403).body(
            r#"{"__type":"InvalidSignatureException","message":"should have been x-amz-security-token:hush-token"}"#,
        )
    });
    let function = function_in_a_region(LIST)
        .env("AWS_ENDPOINT_URL", &aws.url())
        .env("AWS_ACCESS_KEY_ID", "A")
        .env("AWS_SECRET_ACCESS_KEY", "hush-secret")
        .env("AWS_SESSION_TOKEN", "hush-token");
    let (error, log) = error(&function);
    assert_eq!(error["errorMessage"], "should have been x-amz-security-token:…");
    assert!(!log.contains("hush"), "{log}");
}
