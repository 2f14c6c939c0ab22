//! `http_response`: what each of the services in front of a function makes of the answer, as their
//! documentation says.

use crate::function::Function;
use serde_json::{json, Map, Value};

const HTTP_API: &str = r#"{ "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
    "headers": { "host": "x" }, "requestContext": { "apiId": "a", "http": { "method": "GET", "path": "/" } } }"#;
const FUNCTION_URL: &str = r#"{ "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
    "headers": {}, "requestContext": { "domainName": "x.lambda-url.eu-central-1.on.aws", "http": { "method": "GET" } } }"#;
const HTTP_API_V1: &str = r#"{ "version": "1.0", "resource": "/", "path": "/", "httpMethod": "GET", "headers": {},
    "multiValueHeaders": {}, "requestContext": { "apiId": "a", "stage": "$default" } }"#;
const REST_API: &str = r#"{ "resource": "/", "path": "/", "httpMethod": "GET", "headers": {},
    "multiValueHeaders": {}, "requestContext": { "apiId": "a", "stage": "prod" } }"#;
const WEB_SOCKET: &str =
    r#"{ "requestContext": { "connectionId": "c", "routeKey": "$default" }, "body": "" }"#;
const ALB: &str = r#"{ "requestContext": { "elb": { "targetGroupArn": "arn:x" } }, "httpMethod": "GET",
    "path": "/", "headers": { "host": "x" }, "body": "", "isBase64Encoded": false }"#;
const ALB_MULTI_VALUE: &str = r#"{ "requestContext": { "elb": { "targetGroupArn": "arn:x" } }, "httpMethod": "GET",
    "path": "/", "multiValueHeaders": { "host": ["x"] }, "body": "", "isBase64Encoded": false }"#;

const FORMATS: [(&str, Format); 7] = [
    (HTTP_API, Format::V2),
    (FUNCTION_URL, Format::V2),
    (HTTP_API_V1, Format::V1),
    (REST_API, Format::V1),
    (WEB_SOCKET, Format::V1),
    (ALB, Format::Alb),
    (ALB_MULTI_VALUE, Format::AlbMultiValue),
];

/// How a service reads an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    /// "Lambda function response for format 2.0", Amazon API Gateway developer guide; function URLs are
    /// the same.
    V2,
    /// "Lambda function response for format 1.0", and for REST APIs "Output format of a Lambda function
    /// for proxy integration", which says that any other field is an error.
    V1,
    /// "Respond to the load balancer", user guide for Application Load Balancers.
    Alb,
    /// The same with multi-value headers.
    AlbMultiValue,
}

/// What reaches the client.
#[derive(Debug, PartialEq)]
struct Received {
    status: u64,
    /// Names in lower case; sorted.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Format {
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::V2 => &["statusCode", "headers", "cookies", "body", "isBase64Encoded"],
            Self::V1 => &["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"],
            Self::Alb => &["statusCode", "statusDescription", "headers", "body", "isBase64Encoded"],
            Self::AlbMultiValue => {
                &["statusCode", "statusDescription", "multiValueHeaders", "body", "isBase64Encoded"]
            }
        }
    }

    #[track_caller]
    fn receive(self, answer: &Value) -> Received {
        let answer = answer.as_object().unwrap();
        for field in answer.keys() {
            assert!(self.fields().contains(&field.as_str()), "{self:?} doesn't know {field}: {answer:?}");
        }
        let status = answer["statusCode"].as_u64().unwrap();
        if matches!(self, Self::Alb | Self::AlbMultiValue) {
            let description = answer["statusDescription"].as_str().unwrap();
            let phrase = description.strip_prefix(&format!("{status} ")).unwrap();
            assert!(!phrase.is_empty() && !phrase.starts_with(' '));
        }
        let required = if self == Self::AlbMultiValue { "multiValueHeaders" } else { "headers" };
        assert!(answer[required].is_object());
        let mut headers = Self::headers(answer);
        headers.sort();
        Received { status, headers, body: body(answer) }
    }

    fn headers(answer: &Map<String, Value>) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("a header's value is a text").to_owned();
        let mut headers = Vec::new();
        if let Some(single) = answer.get("headers") {
            for (name, value) in single.as_object().unwrap() {
                headers.push((name.to_lowercase(), text(value)));
            }
        }
        if let Some(multiple) = answer.get("multiValueHeaders") {
            for (name, values) in multiple.as_object().unwrap() {
                // "If you specify values for both, API Gateway merges them": a header is in one of them here.
                assert!(headers.iter().all(|(known, _)| *known != name.to_lowercase()), "{answer:?}");
                headers.extend(
                    values.as_array().unwrap().iter().map(|value| (name.to_lowercase(), text(value))),
                );
            }
        }
        if let Some(cookies) = answer.get("cookies") {
            headers
                .extend(cookies.as_array().unwrap().iter().map(|cookie| ("set-cookie".into(), text(cookie))));
        }
        headers
    }
}

fn body(answer: &Map<String, Value>) -> Vec<u8> {
    let body = answer["body"].as_str().expect("a body is a text");
    if answer["isBase64Encoded"].as_bool().unwrap() {
        use base64::prelude::{Engine as _, BASE64_STANDARD};
        return BASE64_STANDARD.decode(body).unwrap();
    }
    body.as_bytes().to_vec()
}

fn function(response: &str) -> Function {
    Function::main(&format!("fn handler(event) {{ {response} }}"))
}

/// What a client gets through every front.
#[track_caller]
fn received(response: &str, status: u64, headers: &[(&str, &str)], body: &[u8]) {
    for (event, front) in FORMATS {
        let answer = function(response).invoke(event).answer.json();
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(front.receive(&answer), Received { status, headers, body: body.to_vec() }, "{event}");
    }
}

/// Type and message of the error for this event.
fn error(response: &str, event: &str) -> (String, String) {
    let (kind, message, stack) = function(response).invoke(event).error();
    assert!(stack[0].starts_with("at handler (main.rhai:1:"), "{stack:?}");
    (kind, message)
}

#[test]
fn bodies() {
    received("http_response(200, \"hi\")", 200, &[("content-type", "text/plain; charset=utf-8")], b"hi");
    received("http_response(201, #{ a: [1] })", 201, &[("content-type", "application/json")], b"{\"a\":[1]}");
    received(
        "http_response(200, time::from_unix(0))",
        200,
        &[("content-type", "application/json")],
        b"\"1970-01-01T00:00:00Z\"",
    );
    received("http_response(204, ())", 204, &[], b"");
    received(
        "http_response(200, blob(2, 255))",
        200,
        &[("content-type", "application/octet-stream")],
        &[255, 255],
    );
    received(
        "http_response(200, blob(1, 0), #{ \"Content-Type\": \"image/png\" })",
        200,
        &[("content-type", "image/png")],
        &[0],
    );
    received("http_response(599, \"\", #{ \"content-type\": () })", 599, &[], b"");
}

#[test]
fn one_value_a_header() {
    received(
        "http_response(302, (), #{ Location: \"/x\", \"X-Count\": 7, \"x-ok\": true, \"set-cookie\": \"a=1\", none: (), \
         empty: [], one: [\"1\"] })",
        302,
        &[("location", "/x"), ("one", "1"), ("set-cookie", "a=1"), ("x-count", "7"), ("x-ok", "true")],
        b"",
    );
}

#[test]
fn several_values_a_header() {
    let response = "http_response(200, (), #{ Vary: [\"Accept\", \"Origin\"], \"x\": 1, \"X\": [2, 3] })";
    for (event, front) in FORMATS {
        let received = front.receive(&function(response).invoke(event).answer.json());
        let values = |name: &str| {
            let values = received.headers.iter().filter(|(known, _)| known == name);
            values.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
        };
        // Where there can be one value only, it is a list, which means the same in HTTP.
        match front {
            Format::V1 | Format::AlbMultiValue => {
                assert_eq!((values("vary"), values("x")), (vec!["Accept", "Origin"], vec!["1", "2", "3"]));
            }
            Format::V2 | Format::Alb => {
                assert_eq!((values("vary"), values("x").len()), (vec!["Accept, Origin"], 1));
            }
        }
    }
}

#[test]
fn several_cookies() {
    let response = "http_response(200, (), #{ \"Set-Cookie\": [\"a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT\", \"b=2\"] })";
    for (event, front) in FORMATS {
        if front == Format::Alb {
            let (kind, message) = error(response, event);
            assert_eq!(kind, "HttpResponseError");
            assert!(message.contains("lambda.multi_value_headers.enabled"), "{message}");
            continue;
        }
        let received = front.receive(&function(response).invoke(event).answer.json());
        let cookies: Vec<_> = received.headers.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(cookies, ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"]);
    }
}

#[test]
fn an_event_of_another_kind_gets_format_2() {
    for event in ["", "null", "5", "[]", "{}", r#"{ "requestContext": 5 }"#, r#"{ "requestContext": null }"#]
    {
        let answer =
            function("http_response(200, \"\", #{ \"set-cookie\": \"a=1\" })").invoke(event).answer.json();
        assert_eq!(answer["cookies"], json!(["a=1"]), "{event}");
    }
}

#[test]
fn each_event_gets_its_own_form() {
    let function = function("http_response(200, ())");
    let answers = function.invoke_all([ALB, HTTP_API, ALB_MULTI_VALUE, "{}", REST_API]);
    let has =
        |field: &str| answers.iter().map(|answer| answer.json().get(field).is_some()).collect::<Vec<_>>();
    assert_eq!(has("statusDescription"), [true, false, true, false, false]);
    assert_eq!(has("multiValueHeaders"), [false, false, true, false, false]);
}

#[test]
fn the_event_that_counts_is_the_one_that_came() {
    let body = "event = (); http_response(200, ())";
    assert_eq!(function(body).invoke(ALB).answer.json()["statusDescription"], "200 OK");
    let whole_file = Function::new("main.rhai").file("main.rhai", "http_response(404, \"no\")").invoke(ALB);
    assert_eq!(whole_file.answer.json()["statusDescription"], "404 Not Found");
}

#[test]
fn wrong_input() {
    for (response, kind, part) in [
        ("http_response(42, \"\")", "HttpResponseError", "42 is not an HTTP status"),
        ("http_response(\"200\", \"\")", "FunctionNotFound", "http_response (string, string)"),
        ("http_response(200, \"\", \"\")", "FunctionNotFound", "http_response"),
        ("http_response(200, |x| x)", "HttpResponseError", ", which has no JSON form"),
        (
            "http_response(200, \"\", #{ a: #{} })",
            "MismatchedTypes",
            "the header a must be a string, a number or an array of these, not map",
        ),
        (
            "http_response(200, \"\", #{ a: [()] })",
            "MismatchedTypes",
            "the header a must be a string, a number or an array of these, not ()",
        ),
        ("http_response(200, \"\", #{ \"a b\": 1 })", "HttpResponseError", "is not a valid header name"),
        ("http_response(200, \"\", #{ \"\": 1 })", "HttpResponseError", "is not a valid header name"),
        (
            "http_response(200, \"\", #{ a: \"b\\r\\nc: d\" })",
            "HttpResponseError",
            "only visible ASCII characters",
        ),
        ("http_response(200, \"\", #{ a: \"ü\" })", "HttpResponseError", "only visible ASCII characters"),
    ] {
        let (found, message) = error(response, "{}");
        assert!(found == kind && message.contains(part), "{response}: {found}: {message}");
    }
}
