//! Endpoints of access points and of directory buckets are those of the AWS SDK for Python's own tests.

use aws::endpoints::Variant;
use aws::{access_points, directory_buckets};
use serde_json::Value;
use std::fs;

/// What Rhambda has no option for, and Multi-Region Access Points.
fn is_ours(bucket: &str, parameters: &Value) -> bool {
    let is = |name: &str, value: bool| parameters[name] == value;
    let no_options =
        ["Accelerate", "ForcePathStyle", "DisableAccessPoints", "DisableMultiRegionAccessPoints"];
    // With an endpoint, the kind that the environment wants does not matter.
    let is_ignored = parameters["Endpoint"].is_string() && is("UseDualStack", true);
    (bucket.starts_with("arn:") || is_directory(bucket) || is("UseS3ExpressControlEndpoint", true))
        && !bucket.ends_with(".mrap")
        && no_options.iter().all(|name| !is(name, true))
        && !is("UseArnRegion", false)
        && !is_ignored
        // These are names of regions only for other endpoints.
        && !["aws-global", "s3-external-1"].iter().any(|region| parameters["Region"] == *region)
}

fn is_directory(bucket: &str) -> bool {
    bucket.ends_with("--x-s3") || bucket.ends_with("--xa-s3")
}

/// `setup.sh suites` downloads botocore's endpoint tests.
#[test]
fn buckets_have_the_endpoints_of_the_sdk() {
    let file = "target/aws/endpoint-tests/s3/endpoint-tests-1.json";
    let Ok(text) = fs::read_to_string(file) else {
        eprintln!("SKIPPED: {file} is not there; run tests/aws/setup.sh suites");
        return;
    };
    let tests: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for case in tests["testCases"].as_array().unwrap() {
        let parameters = &case["params"];
        let bucket = parameters["Bucket"].as_str().unwrap_or_default();
        if !is_ours(bucket, parameters) {
            continue;
        }
        count += 1;
        let variant =
            Variant { fips: parameters["UseFIPS"] == true, dual_stack: parameters["UseDualStack"] == true };
        let region = parameters["Region"].as_str().unwrap();
        let configured = parameters["Endpoint"].as_str();
        let is_regional = parameters["UseS3ExpressControlEndpoint"] == true;
        let endpoint = match configured {
            // It comes before that of a region, and the bucket stays in the path.
            Some(_) if is_regional => continue,
            None if is_regional => directory_buckets::regional(region, variant),
            _ if is_directory(bucket) => directory_buckets::zonal(bucket, region, variant, configured),
            _ => access_points::resolve(bucket, region, variant, configured),
        };
        let expected = &case["expect"]["endpoint"];
        if expected.is_null() {
            assert!(endpoint.is_err(), "{case:#}");
            continue;
        }
        let endpoint = endpoint.unwrap_or_else(|error| panic!("{error}: {case:#}"));
        let schemes = expected["properties"]["authSchemes"].as_array().unwrap();
        let ours = ["sigv4", "sigv4-s3express"];
        let scheme = schemes.iter().find(|scheme| ours.iter().any(|name| scheme["name"] == *name)).unwrap();
        let found = (&*endpoint.url, &*endpoint.signing_name, &*endpoint.region);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let url = text(&expected["url"]);
        // The bucket is in the path of the request.
        let url = if is_regional { url.trim_end_matches(&format!("/{bucket}")).to_owned() } else { url };
        let expected = (url, text(&scheme["signingName"]), text(&scheme["signingRegion"]));
        assert_eq!(found, (&*expected.0, &*expected.1, &*expected.2), "{case:#}");
    }
    assert!(count > 150, "{count}");
}
