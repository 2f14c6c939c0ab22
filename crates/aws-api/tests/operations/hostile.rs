//! Whatever a service sends, it is a value or an error.

use crate::{map, table, TestHost};
use aws_api::{event_stream, Response};
use proptest::prelude::*;

/// A service of each protocol, and an operation with a response.
const OPERATIONS: [(&str, &str); 8] = [
    ("dynamodb", "GetItem"),
    ("lambda", "GetFunction"),
    ("s3", "ListObjectsV2"),
    ("s3", "SelectObjectContent"),
    ("eventbridgev2", "ListEventBuses"),
    ("sns", "ListTopics"),
    ("ec2", "DescribeInstances"),
    ("bedrock-runtime", "ConverseStream"),
];

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        "[\\[\\]{}\":,a-zA-Z0-9.-]{0,60}".prop_map(String::into_bytes),
        "(</?[a-zA-Z:]{1,8}( a='[^']*')?/?>|&[a-z#0-9]{1,6};|<!--|]]>|[a-z<& ]){0,20}"
            .prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn responses_are_values_or_errors(body in bodies(), number in 0..OPERATIONS.len()) {
        let (service, operation) = OPERATIONS[number];
        let service = table().service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        let response = Response { status: 200, headers: Vec::new(), body };
        let _ = service.error("NoSuchThing", &response, &TestHost);
        let _ = service.response(operation, response, &TestHost);
    }

    #[test]
    fn streams_of_events_end(stream in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(event_stream::messages(&stream).count() <= stream.len());
    }

    #[test]
    fn changed_messages_are_found_out(at in 0..21_usize, bit in 0..8_u8) {
        let mut message = message();
        message[at] ^= 1_u8 << bit;
        let read: Vec<_> = event_stream::messages(&message).collect();
        prop_assert!(read.len() == 1 && read[0].is_err());
    }
}

/// A message with the header `a`, `true`, and the payload `hi`.
fn message() -> Vec<u8> {
    let mut message = vec![0, 0, 0, 21, 0, 0, 0, 3];
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message.extend([1, b'a', 0, b'h', b'i']);
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message
}

#[test]
fn deep_responses_are_errors() {
    let table = table();
    for (service, operation, body) in [
        ("dynamodb", "GetItem", "[".repeat(100_000).into_bytes()),
        ("dynamodb", "GetItem", format!("{}1{}", "{\"a\":".repeat(900), "}".repeat(900)).into_bytes()),
        ("s3", "ListObjectsV2", "<a>".repeat(100_000).into_bytes()),
        ("eventbridgev2", "ListEventBuses", vec![0x81; 100_000]),
        ("eventbridgev2", "ListEventBuses", vec![0xc1; 100_000]),
    ] {
        let service = table.service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        let response = Response { status: 200, headers: Vec::new(), body };
        let error = service.response(operation, response, &TestHost).unwrap_err().to_string();
        assert!(error.contains("nested deeper than"), "{error}");
    }
}

#[test]
fn lengths_that_are_not_there_take_no_memory() {
    let table = table();
    let service = table.service("eventbridgev2").unwrap();
    let operation = service.operation("ListEventBuses").unwrap();
    for major in 2..6_u8 {
        let mut body = vec![major << 5 | 0x1b];
        body.extend([0xff; 8]);
        let response = Response { status: 200, headers: Vec::new(), body };
        let error = service.response(operation, response, &TestHost).unwrap_err();
        assert_eq!(error.to_string(), "the response is not CBOR");
    }
}

#[test]
fn entities_are_never_expanded() {
    let table = table();
    let service = table.service("sns").unwrap();
    let operation = service.operation("ListTopics").unwrap();
    let body = "<!DOCTYPE a [<!ENTITY b 'c'>]><R><ListTopicsResult><NextToken>&b;</NextToken></ListTopicsResult></R>";
    let response = Response { status: 200, headers: Vec::new(), body: body.into() };
    let error = service.response(operation, response, &TestHost).unwrap_err().to_string();
    assert_eq!(error, "the response is not XML: it has an entity that XML does not define");
}

#[test]
fn labels_are_no_way_to_another_host_or_path() {
    let table = table();
    let s3control = table.service("s3control").unwrap();
    let jobs = s3control.operation("ListJobs").unwrap();
    for id in ["", "a.b", "a/b", "a@b", "ä", &"a".repeat(64)] {
        let parameters = map(&format!("{{\"AccountId\": {id:?}}}"));
        assert!(s3control.request(jobs, &parameters, &TestHost).is_err(), "{id}");
    }
    let lambda = table.service("lambda").unwrap();
    let get = lambda.operation("GetFunction").unwrap();
    let request = lambda.request(get, &map(r#"{"FunctionName": "../a?b#c"}"#), &TestHost).unwrap();
    assert_eq!(request.path, "/2015-03-31/functions/..%2Fa%3Fb%23c");
}
