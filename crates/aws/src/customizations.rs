//! What AWS's SDKs do for single operations beyond their models, and scripts may expect of them.
//!
//! The SDK for Python calls these its handlers.

use crate::error::{Error, Result};
use crate::uri;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use md5::{Digest, Md5};
use percent_encoding::percent_decode_str;
use rhai_vm::{json, Map, Value};

/// The ids that Route 53 returns with a path before them, and accepts without it.
const ROUTE_53_IDS: [&str; 4] = ["Id", "HostedZoneId", "DelegationSetId", "ResourceId"];
/// Members of IAM's responses that are JSON, percent-encoded.
const POLICIES: [&str; 3] = ["AssumeRolePolicyDocument", "Document", "PolicyDocument"];
/// Deeper than any response of IAM.
const MAX_DEPTH: usize = 10;

/// The parameters as they are sent; `None` if they stay as they are.
///
/// # Errors
/// They contradict each other.
pub(crate) fn parameters(service: &str, operation: &str, parameters: &Map) -> Result<Option<Map>> {
    let mut changed = None;
    let mut set = |name: &str, value: Value| {
        changed.get_or_insert_with(|| parameters.clone()).insert(name.into(), value);
    };
    match (service, operation) {
        ("s3", _) => {
            for name in ["SSECustomerKey", "CopySourceSSECustomerKey"] {
                if let Some(key) = parameters.get(name).and_then(bytes) {
                    set(name, BASE64_STANDARD.encode(key).into());
                    set(&format!("{name}MD5"), BASE64_STANDARD.encode(Md5::digest(key)).into());
                }
            }
            if let Some(source) = parameters.get("CopySource").and_then(copy_source) {
                set("CopySource", source.into());
            }
        }
        ("s3control", _) => {
            if let Some(account) = outpost_account(operation, parameters)? {
                set("AccountId", account);
            }
        }
        ("route53", _) => {
            for name in ROUTE_53_IDS {
                let id = parameters.get(name).and_then(Value::as_str);
                if let Some((_, id)) = id.and_then(|id| id.strip_prefix('/')?.split_once('/')) {
                    set(name, id.into());
                }
            }
        }
        ("glacier", _) if !parameters.contains_key("accountId") => set("accountId", "-".into()),
        ("ec2", "RunInstances") | ("autoscaling", "CreateLaunchConfiguration") => {
            if let Some(data) = parameters.get("UserData").and_then(bytes) {
                set("UserData", BASE64_STANDARD.encode(data).into());
            }
        }
        _ => {}
    }
    Ok(changed)
}

/// The account of an access point or a bucket on Outposts, from its ARN.
fn outpost_account(operation: &str, parameters: &Map) -> Result<Option<Value>> {
    let arn =
        |name: &str| parameters.get(name).and_then(Value::as_str).filter(|text| text.starts_with("arn:"));
    let named = if operation == "CreateAccessPoint" { None } else { arn("Name") };
    let Some(arn) = named.or_else(|| arn("Bucket")) else { return Ok(None) };
    let account = arn.split(':').nth(4).unwrap_or_default();
    match parameters.get("AccountId").and_then(Value::as_str) {
        Some(given) if given.as_str() != account => {
            let message = format!("AccountId is \"{given}\", but the account in \"{arn}\" is \"{account}\"");
            Err(Error::invalid_argument(message))
        }
        Some(_) => Ok(None),
        None => Ok(Some(account.into())),
    }
}

/// The headers that a service demands without saying so in its model.
pub(crate) fn headers(service: &str) -> &'static [(&'static str, &'static str)] {
    match service {
        "glacier" => &[("x-amz-glacier-version", "2012-06-01")],
        "apigateway" => &[("accept", "application/json")],
        _ => &[],
    }
}

/// Decodes what is encoded in a response once more than the model says.
pub(crate) fn decode(service: &str, operation: &str, response: &mut Map) {
    let (name, decode): (_, fn(&str) -> Option<Value>) = match (service, operation) {
        ("iam", _) => return decode_policies(response, 0),
        ("cloudformation", "GetTemplate") => ("TemplateBody", |text| {
            // It may be YAML.
            text.starts_with('{').then(|| json::decode(text.as_bytes()).ok())?
        }),
        ("ec2", "GetConsoleOutput") => ("Output", |text| {
            Some(String::from_utf8_lossy(&BASE64_STANDARD.decode(text).ok()?).into_owned().into())
        }),
        _ => return,
    };
    let decoded = response.get(name).and_then(Value::as_str).and_then(|text| decode(text));
    response.extend(decoded.map(|value| (name.into(), value)));
}

fn decode_policies(map: &mut Map, depth: usize) {
    let names: Vec<_> = map.keys().cloned().collect();
    for name in names {
        let Some(value) = map.get_mut(&name) else { continue };
        decode_policy(&name, value, depth);
    }
}

fn decode_policy(name: &str, value: &mut Value, depth: usize) {
    match value {
        Value::Map(map) if depth < MAX_DEPTH => decode_policies(std::rc::Rc::make_mut(map), depth + 1),
        Value::Array(items) if depth < MAX_DEPTH => {
            for item in std::rc::Rc::make_mut(items).iter_mut() {
                decode_policy(name, item, depth + 1);
            }
        }
        Value::Str(text) if POLICIES.contains(&name) => {
            let json = percent_decode_str(text).decode_utf8_lossy();
            if let Ok(policy) = json::decode(json.as_bytes()) {
                *value = policy;
            }
        }
        _ => {}
    }
}

fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Str(text) => Some(text.as_bytes()),
        Value::Blob(bytes) => Some(bytes),
        _ => None,
    }
}

/// `bucket/key`, encoded, from that or from a map with `Bucket`, `Key` and perhaps `VersionId`.
fn copy_source(source: &Value) -> Option<String> {
    let (path, version) = match source {
        Value::Str(text) => match text.split_once("?versionId=") {
            Some((path, version)) => (path.to_owned(), Some(version.to_owned())),
            None => (text.to_string(), None),
        },
        Value::Map(map) => {
            let text = |name: &str| Some(map.get(name)?.as_str()?.to_string());
            (format!("{}/{}", text("Bucket")?, text("Key")?), text("VersionId"))
        }
        _ => return None,
    };
    let path = uri::encode_rest(&path);
    Some(version.map_or(path.clone(), |version| format!("{path}?versionId={version}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(json: &str) -> Map {
        json::decode(json.as_bytes()).unwrap().as_map().unwrap().clone()
    }

    fn sent(service: &str, operation: &str, json: &str) -> String {
        let changed = parameters(service, operation, &map(json)).unwrap();
        let parameters = changed.unwrap_or_else(|| map(json));
        String::from_utf8(json::encode_map(&parameters).unwrap()).unwrap()
    }

    #[test]
    fn parameters_are_encoded_as_the_sdk_does() {
        for (service, operation, given, expected) in [
            ("s3", "GetObject", r#"{"Key":"k"}"#, r#"{"Key":"k"}"#),
            (
                "s3",
                "GetObject",
                r#"{"SSECustomerKey":"secret"}"#,
                r#"{"SSECustomerKey":"c2VjcmV0","SSECustomerKeyMD5":"Xr4ilOzQ4PCOq3aQ0qbuaQ=="}"#,
            ),
            (
                "s3",
                "CopyObject",
                r#"{"CopySource":"b/a b?versionId=1"}"#,
                r#"{"CopySource":"b/a%20b?versionId=1"}"#,
            ),
            (
                "s3",
                "CopyObject",
                r#"{"CopySource":{"Bucket":"b","Key":"ü"}}"#,
                r#"{"CopySource":"b/%C3%BC"}"#,
            ),
            (
                "s3control",
                "GetBucket",
                r#"{"Bucket":"arn:aws:s3-outposts:us-west-2:123:outpost/op/bucket/b"}"#,
                r#"{"AccountId":"123","Bucket":"arn:aws:s3-outposts:us-west-2:123:outpost/op/bucket/b"}"#,
            ),
            ("s3control", "GetBucket", r#"{"Bucket":"b"}"#, r#"{"Bucket":"b"}"#),
            ("route53", "GetHostedZone", r#"{"Id":"/hostedzone/Z1"}"#, r#"{"Id":"Z1"}"#),
            ("route53", "GetHostedZone", r#"{"Id":"Z1"}"#, r#"{"Id":"Z1"}"#),
            ("glacier", "ListVaults", "{}", r#"{"accountId":"-"}"#),
            ("ec2", "RunInstances", r#"{"UserData":"hi"}"#, r#"{"UserData":"aGk="}"#),
        ] {
            assert_eq!(sent(service, operation, given), expected);
        }
    }

    #[test]
    fn responses_are_decoded_as_the_sdk_does() {
        for (service, operation, given, expected) in [
            (
                "iam",
                "GetRole",
                r#"{"Role":{"AssumeRolePolicyDocument":"%7B%22a%22%3A1%7D","RoleName":"%7B"}}"#,
                r#"{"Role":{"AssumeRolePolicyDocument":{"a":1},"RoleName":"%7B"}}"#,
            ),
            (
                "cloudformation",
                "GetTemplate",
                r#"{"TemplateBody":"{\"a\":1}"}"#,
                r#"{"TemplateBody":{"a":1}}"#,
            ),
            ("cloudformation", "GetTemplate", r#"{"TemplateBody":"a: 1"}"#, r#"{"TemplateBody":"a: 1"}"#),
            ("ec2", "GetConsoleOutput", r#"{"Output":"aGk="}"#, r#"{"Output":"hi"}"#),
            ("sns", "Publish", r#"{"Output":"aGk="}"#, r#"{"Output":"aGk="}"#),
        ] {
            let mut response = map(given);
            decode(service, operation, &mut response);
            assert_eq!(json::encode_map(&response).unwrap(), expected.as_bytes());
        }
    }
}
