//! Endpoints of services with rules of their own are those of the AWS SDK for Python's own tests.

use aws::rules::{self, Named, Value};
use aws::services;
use serde_json::{json, Value as Json};
use std::fs;
use std::path::Path;

/// Services with endpoint rules, and how many tests the SDK has for each.
const TESTS: [(&str, usize); 9] = [
    ("cloudfront-keyvaluestore", 15),
    ("dynamodb", 548),
    ("eventbridgev2", 31),
    ("events", 61),
    ("kinesis", 271),
    ("s3", 393),
    ("s3control", 134),
    ("sesv2", 62),
    ("sts", 69),
];

/// `setup.sh suites` downloads them.
#[test]
fn endpoints_of_rules_are_those_of_the_sdk() {
    let folder = Path::new("target/aws/endpoint-tests");
    if !folder.exists() {
        eprintln!("SKIPPED: {} is not there; run tests/aws/setup.sh suites", folder.display());
        return;
    }
    for (service, expected) in TESTS {
        let text = fs::read_to_string(folder.join(service).join("endpoint-tests-1.json")).unwrap();
        let tests: Json = serde_json::from_str(&text).unwrap();
        let cases = tests["testCases"].as_array().unwrap();
        assert_eq!(cases.len(), expected, "{service}");
        let rules = rules::of(services::find(service).unwrap()).unwrap();
        for case in cases {
            let parameters = case["params"].as_object().cloned().unwrap_or_default();
            let named: Named = parameters
                .iter()
                .map(|(name, value)| (name.clone().leak() as &str, value_of(value)))
                .collect();
            let found = rules.resolve(named, "");
            if let Some(message) = case["expect"]["error"].as_str() {
                assert_eq!(found.unwrap_err().failure().unwrap().message, message, "{service}: {case:#}");
                continue;
            }
            let found = found.unwrap_or_else(|error| panic!("{service}: {error}: {case:#}"));
            let wanted = &case["expect"]["endpoint"];
            assert_eq!(
                found.url,
                wanted["url"].as_str().unwrap().trim_end_matches('/'),
                "{service}: {case:#}"
            );
            let headers: Json = found
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), json!([value])))
                .collect::<serde_json::Map<_, _>>()
                .into();
            let none = json!({});
            assert_eq!(&headers, wanted.get("headers").unwrap_or(&none), "{service}: {case:#}");
            let Some(scheme) = wanted["properties"]["authSchemes"].get(0) else { continue };
            let regions = scheme["signingRegionSet"].as_array().map(|set| set[0].clone());
            let (name, region) =
                (scheme["name"].as_str().unwrap(), regions.unwrap_or(scheme["signingRegion"].clone()));
            assert_eq!(
                (found.scheme.name(), json!(found.signing_name)),
                (name, scheme["signingName"].clone()),
                "{case:#}"
            );
            if !region.is_null() {
                assert_eq!(json!(found.region), region, "{service}: {case:#}");
            }
        }
    }
}

fn value_of(value: &Json) -> Value {
    match value {
        Json::Bool(value) => (*value).into(),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::List(items.iter().map(value_of).collect()),
        other => panic!("{other}"),
    }
}
