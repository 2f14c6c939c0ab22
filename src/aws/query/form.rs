//! Parameters as form fields.

use super::Rules;
use crate::aws::error::{Error, Result};
use crate::aws::services::Service;
use crate::aws::uri;
use serde_json::{Map, Value};

/// The body of a request.
///
/// # Errors
/// When the parameters are no object.
pub fn body(service: Service, action: &str, parameters: &Value) -> Result<String> {
    let Value::Object(parameters) = parameters else {
        return Err(Error::invalid_argument("the parameters must be a map"));
    };
    let mut form = Form {
        rules: Rules::of(service),
        fields: vec![
            ("Action".to_owned(), action.to_owned()),
            ("Version".to_owned(), service.version().to_owned()),
        ],
    };
    form.members("", action, parameters);
    Ok(uri::query(form.fields.iter().map(|(key, value)| (key.as_str(), value.as_str()))))
}

struct Form {
    rules: Rules,
    fields: Vec<(String, String)>,
}

impl Form {
    /// `prefix` is what goes before the names of these; `path` is the action and the way to them.
    fn members(&mut self, prefix: &str, path: &str, members: &Map<String, Value>) {
        for (name, value) in members {
            self.member(prefix, &format!("{path}.{name}"), name, value);
        }
    }

    fn member(&mut self, prefix: &str, path: &str, name: &str, value: &Value) {
        let (kind, usual) = match value {
            Value::Array(_) if !self.rules.is_ec2 => ("[]", format!("{name}.member")),
            Value::Array(_) => ("[]", name.to_owned()),
            Value::Object(_) => ("{}", name.to_owned()),
            _ => ("", name.to_owned()),
        };
        let rule = Rules::find(&self.rules.parameters, path, name, kind).unwrap_or(&usual);
        let mut parts = rule.split(':');
        let wire = join(prefix, parts.next().unwrap_or(name));
        match (value, parts.next(), parts.next()) {
            (Value::Object(entries), Some(key), Some(of_value)) => {
                self.map(&wire, path, entries, key, of_value);
            }
            (Value::Array(items), ..) => self.list(&wire, path, items),
            _ => self.value(&wire, path, value),
        }
    }

    fn list(&mut self, wire: &str, path: &str, items: &[Value]) {
        if items.is_empty() && !self.rules.is_ec2 {
            // Without the items' name.
            let name = wire.rsplit_once('.').map_or(wire, |(name, _)| name);
            self.fields.push((name.to_owned(), String::new()));
        }
        for (item, number) in items.iter().zip(1..) {
            self.value(&format!("{wire}.{number}"), path, item);
        }
    }

    fn map(&mut self, wire: &str, path: &str, entries: &Map<String, Value>, key: &str, of_value: &str) {
        for ((name, value), number) in entries.iter().zip(1..) {
            let entry = format!("{wire}.entry.{number}");
            self.fields.push((format!("{entry}.{key}"), name.clone()));
            self.value(&format!("{entry}.{of_value}"), path, value);
        }
    }

    fn value(&mut self, wire: &str, path: &str, value: &Value) {
        let text = match value {
            // As if it were not there.
            Value::Null => return,
            Value::Object(members) => return self.members(wire, path, members),
            Value::Array(items) => return self.list(&format!("{wire}.member"), path, items),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.fields.push((wire.to_owned(), text));
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::services;
    use serde_json::json;

    fn fields(service: &str, action: &str, parameters: &Value) -> String {
        let body = body(services::find(service).unwrap(), action, parameters).unwrap();
        let fields = body.split('&').skip(2);
        let decoded =
            |field: &str| percent_encoding::percent_decode_str(field).decode_utf8_lossy().into_owned();
        fields.map(decoded).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn bodies() {
        let sts = services::find("sts").unwrap();
        let body = body(sts, "GetCallerIdentity", &json!({})).unwrap();
        assert_eq!(body, "Action=GetCallerIdentity&Version=2011-06-15");
        assert!(super::body(sts, "GetCallerIdentity", &json!([])).is_err());
    }

    #[test]
    fn parameters() {
        for (service, action, parameters, expected) in [
            ("sns", "Publish", json!({ "Message": "a b", "TopicArn": () }), "Message=a b"),
            (
                "sns",
                "Publish",
                json!({ "MessageAttributes": { "kind": { "DataType": "String", "StringValue": "x" } } }),
                "MessageAttributes.entry.1.Name=kind MessageAttributes.entry.1.Value.DataType=String \
                 MessageAttributes.entry.1.Value.StringValue=x",
            ),
            (
                "sns",
                "CreateTopic",
                json!({ "Attributes": { "FifoTopic": true }, "Tags": [{ "Key": "a", "Value": 1 }] }),
                "Attributes.entry.1.key=FifoTopic Attributes.entry.1.value=true Tags.member.1.Key=a \
                 Tags.member.1.Value=1",
            ),
            (
                "rds",
                "DescribeDBInstances",
                json!({ "Filters": [{ "Name": "engine", "Values": ["a", "b"] }] }),
                "Filters.Filter.1.Name=engine Filters.Filter.1.Values.Value.1=a Filters.Filter.1.Values.Value.2=b",
            ),
            (
                "rds",
                "CreateDBProxy",
                json!({ "VpcSecurityGroupIds": ["a"] }),
                "VpcSecurityGroupIds.member.1=a",
            ),
            (
                "ec2",
                "DescribeInstances",
                json!({ "InstanceIds": ["i-1", "i-2"], "Filters": [{ "Name": "n", "Values": ["v"] }] }),
                "Filter.1.Name=n Filter.1.Value.1=v InstanceId.1=i-1 InstanceId.2=i-2",
            ),
            ("ec2", "DescribeInstances", json!({ "InstanceIds": [] }), ""),
            ("iam", "CreateUser", json!({ "Tags": [] }), "Tags="),
        ] {
            assert_eq!(fields(service, action, &parameters), expected, "{service} {action}");
        }
    }
}
