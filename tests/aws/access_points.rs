//! Endpoints of access points are those of the AWS SDK for Python's own tests.

use aws::access_points;
use aws::endpoints::Variant;
use serde_json::Value;
use std::fs;

/// What Rhambda has no option for, and Multi-Region Access Points.
fn is_ours(arn: &str, parameters: &Value) -> bool {
    let is = |name: &str, value: bool| parameters[name] == value;
    let no_options =
        ["Accelerate", "ForcePathStyle", "DisableAccessPoints", "DisableMultiRegionAccessPoints"];
    // With an endpoint, the kind that the environment wants does not matter.
    let is_ignored = parameters["Endpoint"].is_string() && is("UseDualStack", true);
    arn.starts_with("arn:")
        && !arn.ends_with(".mrap")
        && no_options.iter().all(|name| !is(name, true))
        && !is("UseArnRegion", false)
        && !is_ignored
        // These are names of regions only for other endpoints.
        && !["aws-global", "s3-external-1"].iter().any(|region| parameters["Region"] == *region)
}

/// `setup.sh suites` downloads botocore's endpoint tests.
#[test]
fn access_points_have_the_endpoints_of_the_sdk() {
    let file = "target/aws/endpoint-tests/s3/endpoint-tests-1.json";
    let Ok(text) = fs::read_to_string(file) else {
        eprintln!("SKIPPED: {file} is not there; run tests/aws/setup.sh suites");
        return;
    };
    let tests: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for case in tests["testCases"].as_array().unwrap() {
        let parameters = &case["params"];
        let arn = parameters["Bucket"].as_str().unwrap_or_default();
        if !is_ours(arn, parameters) {
            continue;
        }
        count += 1;
        let variant =
            Variant { fips: parameters["UseFIPS"] == true, dual_stack: parameters["UseDualStack"] == true };
        let region = parameters["Region"].as_str().unwrap();
        let endpoint = access_points::resolve(arn, region, variant, parameters["Endpoint"].as_str());
        let expected = &case["expect"]["endpoint"];
        if expected.is_null() {
            assert!(endpoint.is_err(), "{case:#}");
            continue;
        }
        let endpoint = endpoint.unwrap_or_else(|error| panic!("{error}: {case:#}"));
        let schemes = expected["properties"]["authSchemes"].as_array().unwrap();
        let scheme = schemes.iter().find(|scheme| scheme["name"] == "sigv4").unwrap();
        let found = (&*endpoint.url, &*endpoint.signing_name, &*endpoint.region);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let expected = (text(&expected["url"]), text(&scheme["signingName"]), text(&scheme["signingRegion"]));
        assert_eq!(found, (&*expected.0, &*expected.1, &*expected.2), "{case:#}");
    }
    assert!(count > 50, "{count}");
}
