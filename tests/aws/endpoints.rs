//! Endpoints of services with rules of their own: those of the AWS SDK for Python's own tests, and where requests go.

use crate::aws::python;
use crate::function::Function;
use crate::script::{error, function, function_at_url, value};
use aws::endpoints::{self, Variant};
use aws::rules::{self, Named, Value};
use aws::services::{self, Protocol};
use serde_json::{json, Value as Json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use web_server::{Reply, WebServer};

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

/// Names that stand for an endpoint and not for a region, which Rhambda does not know.
const NO_REGIONS: [(&str, &str); 9] = [
    ("freetier", "aws-cn-global"),
    ("greengrass", "dataplane-us-gov-east-1"),
    ("greengrass", "dataplane-us-gov-west-1"),
    ("greengrassv2", "dataplane-us-gov-east-1"),
    ("greengrassv2", "dataplane-us-gov-west-1"),
    ("health", "aws-cn-global"),
    ("health", "aws-global"),
    ("memorydb", "fips"),
    ("mturk", "sandbox"),
];

/// All other services, whose endpoints are in a table.
#[test]
fn endpoints_of_the_table_are_those_of_the_sdk() {
    let folder = Path::new("target/aws/endpoint-tests");
    if !folder.exists() {
        eprintln!("SKIPPED: {} is not there; run tests/aws/setup.sh suites", folder.display());
        return;
    }
    let (mut count, mut configured) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let service = services::find(&name).unwrap();
        if rules::of(service).is_some() || service.protocol() == Protocol::Unsupported {
            continue;
        }
        let text = fs::read_to_string(entry.path().join("endpoint-tests-1.json")).unwrap();
        let tests: Json = serde_json::from_str(&text).unwrap();
        for case in tests["testCases"].as_array().unwrap() {
            let parameters = &case["params"];
            // An endpoint that is configured is taken as it is, whatever the rules are.
            if parameters["Endpoint"].is_string() || parameters["Region"].is_null() {
                configured += 1;
                continue;
            }
            let variant = Variant {
                fips: parameters["UseFIPS"] == true,
                dual_stack: parameters["UseDualStack"] == true,
            };
            let known = ["Region", "UseFIPS", "UseDualStack"];
            let others =
                parameters.as_object().unwrap().iter().filter(|(name, _)| !known.contains(&name.as_str()));
            let others = others.filter(|(_, value)| **value != false).map(|(name, value)| match value {
                Json::Bool(_) => format!("{name}.True"),
                value => format!("{name}.{}", value.as_str().unwrap()),
            });
            let context = others.collect::<Vec<_>>().join(",");
            // Its operations have the usual endpoint.
            let context = if context == "ServiceType.ACM" { "" } else { &context };
            let region = parameters["Region"].as_str().unwrap();
            if NO_REGIONS.contains(&(&name, region)) || context == "ApiType.someUnknownValue" {
                continue;
            }
            let found = endpoints::resolve(service, context, region, variant);
            let url = case["expect"]["endpoint"]["url"].as_str();
            assert_eq!(found.ok().map(|found| found.url).as_deref(), url, "{name}: {case:#}");
            count += 1;
        }
    }
    println!("{count} cases, and {configured} with an endpoint that is configured or without a region");
    assert!(count > 5_000, "{count}");
}

fn value_of(value: &Json) -> Value {
    match value {
        Json::Bool(value) => (*value).into(),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::List(items.iter().map(value_of).collect()),
        other => panic!("{other}"),
    }
}

#[test]
fn objects_are_where_the_sdk_looks_for_them() {
    let output = python().args(["tests/aws/sdk.py", "buckets"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let script = r#"
        let urls = [];
        for entry in json::decode(fs::read("cases.json")) {
            let url = "";
            let parameters = #{ Bucket: entry[0], Key: "a b/c" };
            try { url = aws::presign("s3", "GetObject", parameters, entry[1]); } catch (e) { url = e.code; }
            urls.push(url);
        }
        urls
    "#;
    let urls = value(
        &function(script)
            .file("cases.json", &output.stdout)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "hush-secret"),
    );
    let cases: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((cases.len(), urls.as_array().unwrap().len()), (378, 378));
    for (case, url) in cases.iter().zip(urls.as_array().unwrap()) {
        let url = url.as_str().unwrap();
        let Some(wanted) = case[2].as_str() else {
            assert_eq!(url, "NoEndpoint", "{case}");
            continue;
        };
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        assert_eq!(place, wanted, "{case}");
        let parameter =
            |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        let scope = parameter("X-Amz-Credential").unwrap().split("%2F").skip(2).collect::<Vec<_>>();
        assert_eq!(json!(scope), case[3], "{case}");
        assert_eq!(
            json!(parameter("X-Amz-Region-Set").map(|set| set.replace("%2A", "*"))),
            case[4],
            "{case}"
        );
    }
}

/// A proxy that connects nobody, and where it was to connect to.
fn refusing_proxy() -> (String, impl FnOnce() -> String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let first = thread::spawn(move || {
        let mut hosts = listener.incoming().map(|stream| {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").unwrap();
            line.split([' ', ':']).nth(1).unwrap().to_owned()
        });
        hosts.next().unwrap()
    });
    (url, move || first.join().unwrap())
}

/// The host that the first request of a script goes to.
fn host_of(function: Function) -> String {
    let (proxy, first) = refusing_proxy();
    error(&function.env("HTTPS_PROXY", &proxy).env("AWS_REGION", "eu-central-1"));
    first()
}

fn with_keys(body: &str) -> Function {
    function(body).env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "hush-secret")
}

const GET: &str = r#"aws::call("dynamodb", "GetItem", #{ TableName: "t", Key: #{ id: #{ S: "1" } } })"#;
const USUAL: &str = "dynamodb.eu-central-1.amazonaws.com";
const OWN: &str = "111122223333.ddb.eu-central-1.amazonaws.com";

#[test]
fn accounts_have_endpoints_of_their_own() {
    assert_eq!(host_of(with_keys(GET)), USUAL);
    assert_eq!(host_of(with_keys(GET).env("AWS_ACCOUNT_ID", "111122223333")), OWN);
    for (name, value, expected) in [
        ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required", OWN),
        ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled", USUAL),
        ("AWS_USE_FIPS_ENDPOINT", "true", "dynamodb-fips.eu-central-1.amazonaws.com"),
    ] {
        let function = with_keys(GET).env("AWS_ACCOUNT_ID", "111122223333").env(name, value);
        assert_eq!(host_of(function), expected, "{name}={value}");
    }
    let with = |options: &str| format!("{}, #{{ {options} }})", GET.strip_suffix(')').unwrap());
    let own = r#"credentials: #{ AccessKeyId: "A", SecretAccessKey: "hush", AccountId: "111122223333" }"#;
    assert_eq!(host_of(function(&with(own))), OWN);
    let disabled = format!(r#"{own}, account_id_endpoint_mode: "disabled""#);
    assert_eq!(host_of(function(&with(&disabled))), USUAL);
    let arn = GET.replace(r#""t""#, r#""arn:aws:dynamodb:eu-central-1:111122223333:table/t""#);
    assert_eq!(host_of(with_keys(&arn).env("AWS_ACCOUNT_ID", "444455556666")), OWN);
    let kinesis = r#"aws::call("kinesis", "PutRecord", #{ StreamName: "s", Data: "x", PartitionKey: "1" })"#;
    let host = host_of(with_keys(kinesis).env("AWS_ACCOUNT_ID", "111122223333"));
    assert_eq!(host, "111122223333.data-kinesis.eu-central-1.amazonaws.com");
}

#[test]
fn accounts_can_be_required() {
    let function = with_keys(GET).env("AWS_REGION", "eu-central-1");
    let (failure, _) = error(&function.env("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required"));
    assert_eq!(failure["data"]["code"], "NoEndpoint");
    let message = "AccountIdEndpointMode is required but no AccountID was provided or able to be loaded";
    assert_eq!(failure["errorMessage"], message);
    let function = with_keys(GET).env("AWS_REGION", "eu-central-1");
    let (failure, _) = error(&function.env("AWS_ACCOUNT_ID_ENDPOINT_MODE", "maybe"));
    let message = "the setting `account_id_endpoint_mode` is \"maybe\"; it must be \"preferred\", \"disabled\" or \"required\"";
    assert_eq!(failure["errorMessage"], message);
}

#[test]
fn accounts_come_with_credentials() {
    let container = WebServer::start(|_| {
        Reply::json(
            r#"{"AccessKeyId":"A","SecretAccessKey":"hush","Token":"t","AccountId":"111122223333","Expiration":"2090-01-01T00:00:00Z"}"#,
        )
    });
    let of_container = function(GET).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.url());
    assert_eq!(host_of(of_container), OWN);
    let sts = WebServer::start(|_| {
        Reply::text(
            "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/s</Arn>\
             </AssumedRoleUser><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>hush</SecretAccessKey>\
             <SessionToken>t</SessionToken><Expiration>2090-01-01T00:00:00Z</Expiration></Credentials>\
             </AssumeRoleResult></AssumeRoleResponse>",
        )
    });
    let role = r#"#{ role: "arn:aws:iam::111122223333:role/r" }"#;
    let of_role = with_keys(&format!("{}, {role})", GET.strip_suffix(')').unwrap()));
    let of_role = of_role.env("AWS_ENDPOINT_URL_STS", &sts.url()).env("AWS_ACCOUNT_ID", "444455556666");
    assert_eq!(host_of(of_role), OWN);
}

/// The `PATH` of a folder with an AWS CLI that has keys.
fn with_cli(folder: &Path) -> String {
    let cli = folder.join("aws");
    fs::write(&cli, "#!/bin/sh\necho '{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\"}'\n").unwrap();
    fs::set_permissions(&cli, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/bin:/usr/bin", folder.display())
}

#[test]
fn accounts_and_settings_come_from_the_configuration_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = with_cli(folder.path());
    let file = folder.path().join("config");
    for (settings, expected) in [
        ("aws_account_id = 111122223333", OWN),
        ("sso_account_id = 111122223333", OWN),
        ("role_arn = arn:aws:iam::111122223333:role/r\naws_account_id = 444455556666", OWN),
        ("sso_account_id = 111122223333\naccount_id_endpoint_mode = disabled", USUAL),
    ] {
        fs::write(&file, format!("[default]\n{settings}\n")).unwrap();
        let function = function(GET).env("PATH", &path).env("AWS_CONFIG_FILE", file.to_str().unwrap());
        assert_eq!(host_of(function), expected, "{settings}");
        // Keys of the environment are of another account.
        let function = with_keys(GET).env("AWS_CONFIG_FILE", file.to_str().unwrap());
        assert_eq!(host_of(function), USUAL, "{settings}");
    }
    fs::write(&file, "[profile fast]\ns3 =\n  use_accelerate_endpoint = true\n").unwrap();
    let body = r#"aws::s3_get("b-1", "k")"#;
    let function = with_keys(body).env("AWS_CONFIG_FILE", file.to_str().unwrap());
    assert_eq!(host_of(function), "b-1.s3.eu-central-1.amazonaws.com");
    let function = with_keys(body).env("AWS_CONFIG_FILE", file.to_str().unwrap()).env("AWS_PROFILE", "fast");
    assert_eq!(host_of(function), "b-1.s3-accelerate.amazonaws.com");
}

#[test]
fn accounts_of_keys_are_those_that_the_sdk_finds() {
    let output = python().args(["tests/aws/sdk.py", "accounts"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let cases: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = with_cli(folder.path());
    let (config, keys) = (folder.path().join("config"), folder.path().join("credentials"));
    for case in &cases {
        fs::write(&config, case["config"].as_str().unwrap()).unwrap();
        fs::write(&keys, case["keys"].as_str().unwrap()).unwrap();
        let mut function = function(GET)
            .env("PATH", &path)
            .env("AWS_CONFIG_FILE", config.to_str().unwrap())
            .env("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap());
        if let Some(profile) = case["profile"].as_str() {
            function = function.env("AWS_PROFILE", profile);
        }
        let expected = case["account"]
            .as_str()
            .map_or_else(|| USUAL.to_owned(), |id| USUAL.replace("dynamodb", &format!("{id}.ddb")));
        assert_eq!(host_of(function), expected, "{case:#}");
    }
    assert_eq!(cases.len(), 10);
}

#[test]
fn global_endpoints_of_eventbridge_are_signed_for_several_regions() {
    let entry = r#"#{ Source: "s", DetailType: "d", Detail: "{}", EventBusName: "b" }"#;
    let body =
        format!(r#"aws::call("events", "PutEvents", #{{ EndpointId: "abc.456", Entries: [{entry}] }})"#);
    assert_eq!(host_of(with_keys(&body)), "abc.456.endpoint.events.amazonaws.com");
    let invalid = with_keys(&body.replace("abc.456", "a_b")).env("AWS_REGION", "eu-central-1");
    assert_eq!(error(&invalid).0["errorMessage"], "EndpointId must be a valid host label.");
}

#[test]
fn requests_for_several_regions_name_them() {
    let server = WebServer::start(|_| Reply::json("{}"));
    let url = server.url().replace("127.0.0.1", "localhost");
    let body = r#"
        let arn = "arn:aws:cloudfront::111122223333:key-value-store/a";
        aws::call("cloudfront-keyvaluestore", "ListKeys", #{ KvsARN: arn });
        aws::call("cloudfront-keyvaluestore", "ListKeys", #{ KvsARN: arn }, #{ sigv4a_signing_region_set: "us-*,eu-west-1" })
    "#;
    value(&function_at_url(&url, body));
    let requests = server.requests();
    let sets: Vec<_> = requests.iter().map(|request| request.header("x-amz-region-set")).collect();
    assert_eq!(sets, [Some("*"), Some("us-*,eu-west-1")]);
    for request in &requests {
        assert!(request.header("host").unwrap().starts_with("111122223333.localhost:"));
        let authorization = request.header("authorization").unwrap();
        assert!(
            authorization.starts_with("AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/2"),
            "{authorization}"
        );
        assert!(
            authorization.contains("/cloudfront-keyvaluestore/aws4_request, SignedHeaders="),
            "{authorization}"
        );
    }
}
