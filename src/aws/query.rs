//! The query protocols: parameters as form fields, and answers in XML.
//!
//! See "AWS Query protocol" and "EC2 Query protocol" in the Smithy documentation. Which element is a
//! list, and under which name it is sent, follows mostly from the protocol's rules; the rest is in a
//! table.

use super::error::{Error, Result};
use super::services::{Protocol, Service};
use super::uri;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A line for each service; its first lines say what is in one.
const TABLE: &str = include_str!("tables/query.txt");

/// How one service's parameters and answers differ from the protocol's rules.
struct Rules {
    is_ec2: bool,
    /// By name, or by action, path and name.
    parameters: HashMap<&'static str, &'static str>,
    /// The same; what follows the name in the table.
    answers: HashMap<&'static str, &'static str>,
}

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

/// The result in an answer: the document, its elements that are lists as arrays, and those that are
/// maps as objects.
pub fn result(service: Service, action: &str, document: Value) -> Value {
    let rules = Rules::of(service);
    let Some((_, root)) = into_object(document).into_iter().next() else {
        return Value::Object(Map::new());
    };
    let mut root = into_object(root);
    let result = if rules.is_ec2 {
        root.remove("requestId");
        root
    } else {
        root.remove(&format!("{action}Result")).map(into_object).unwrap_or_default()
    };
    rules.members(action, result)
}

fn into_object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

impl Rules {
    fn of(service: Service) -> Self {
        let mut rules = Self {
            is_ec2: service.protocol() == Protocol::Ec2,
            parameters: HashMap::new(),
            answers: HashMap::new(),
        };
        let line = TABLE.lines().find(|line| line.split('\t').next() == Some(service.name()));
        for field in line.into_iter().flat_map(|line| line.split('\t').skip(1)) {
            if let Some((name, rule)) = field.strip_prefix('>').and_then(|field| field.split_once('=')) {
                rules.parameters.insert(name, rule);
            } else if let Some(field) = field.strip_prefix('<') {
                let (name, rule) = field.split_at(field.find(['[', '{', '-']).unwrap_or(field.len()));
                rules.answers.insert(name, rule);
            }
        }
        rules
    }

    /// The rule for this path, or else for this name.
    fn find(
        rules: &HashMap<&'static str, &'static str>,
        path: &str,
        name: &str,
        kind: &str,
    ) -> Option<&'static str> {
        let rule = |key: &str| rules.get(format!("{key}{kind}").as_str()).copied();
        rule(path).or_else(|| rule(name))
    }

    fn members(&self, path: &str, members: Map<String, Value>) -> Value {
        let members = members.into_iter().filter(|(name, _)| !name.starts_with('@'));
        let members = members.map(|(name, value)| {
            let value = self.member(&format!("{path}.{name}"), &name, value);
            (name, value)
        });
        members.collect::<Map<_, _>>().into()
    }

    fn member(&self, path: &str, name: &str, value: Value) -> Value {
        let usual = if self.is_ec2 && name.ends_with("Set") { "[]" } else { "-" };
        let rule = Self::find(&self.answers, path, name, "").unwrap_or(usual);
        if rule == "[]=*" {
            return self.list(path, value);
        }
        if let Some(item) = rule.strip_prefix("[]") {
            let usual = if self.is_ec2 { "item" } else { "member" };
            return match only_child(&value, item.strip_prefix('=').unwrap_or(usual)) {
                Some(items) => self.list(path, items),
                None if is_blank(&value) => Value::Array(Vec::new()),
                None => self.value(path, value),
            };
        }
        if let Some(names) = rule.strip_prefix("{}") {
            let names = names.strip_prefix('=').unwrap_or("key:value");
            let (key, of_value) = names.split_once(':').unwrap_or((names, ""));
            return match only_child(&value, "entry") {
                Some(entries) => self.map(path, entries, key, of_value),
                None if is_blank(&value) => Value::Object(Map::new()),
                None => self.value(path, value),
            };
        }
        self.value(path, value)
    }

    fn list(&self, path: &str, items: Value) -> Value {
        let items = match items {
            Value::Array(items) => items,
            item => vec![item],
        };
        items.into_iter().map(|item| self.value(path, item)).collect()
    }

    fn map(&self, path: &str, entries: Value, key: &str, of_value: &str) -> Value {
        let entries = match entries {
            Value::Array(entries) => entries,
            entry => vec![entry],
        };
        let entries = entries.into_iter().map(|entry| {
            let mut entry = into_object(entry);
            let key = entry.remove(key).as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
            (key, self.value(path, entry.remove(of_value).unwrap_or_default()))
        });
        entries.collect::<Map<_, _>>().into()
    }

    fn value(&self, path: &str, value: Value) -> Value {
        match value {
            Value::Object(members) => self.members(path, members),
            Value::Array(items) => items.into_iter().map(|item| self.value(path, item)).collect(),
            value => value,
        }
    }
}

/// What is in an element that holds nothing but elements of this name.
fn only_child(value: &Value, name: &str) -> Option<Value> {
    let members = value.as_object()?;
    let mut others = members.keys().filter(|key| *key != name && !key.starts_with('@'));
    if others.next().is_some() {
        return None;
    }
    members.get(name).cloned()
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        Value::Object(members) => members.keys().all(|key| key.starts_with('@')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::services;
    use super::*;
    use crate::xml;
    use serde_json::json;

    fn fields(service: &str, action: &str, parameters: &Value) -> String {
        let body = body(services::find(service).unwrap(), action, parameters).unwrap();
        let fields = body.split('&').skip(2);
        let decoded =
            |field: &str| percent_encoding::percent_decode_str(field).decode_utf8_lossy().into_owned();
        fields.map(decoded).collect::<Vec<_>>().join(" ")
    }

    fn answer(service: &str, action: &str, xml: &str) -> Value {
        result(services::find(service).unwrap(), action, xml::decode(xml).unwrap())
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

    #[test]
    fn answers() {
        let topics = |topics: &str| {
            format!(
                "<ListTopicsResponse xmlns='x'><ListTopicsResult>{topics}</ListTopicsResult>\
                 <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListTopicsResponse>"
            )
        };
        for (service, action, xml, expected) in [
            ("sns", "ListTopics", topics("<Topics/>"), json!({ "Topics": [] })),
            (
                "sns",
                "ListTopics",
                topics("<Topics><member><TopicArn>a</TopicArn></member></Topics>"),
                json!({ "Topics": [{ "TopicArn": "a" }] }),
            ),
            (
                "sns",
                "GetTopicAttributes",
                "<R><GetTopicAttributesResult><Attributes><entry><key>a</key><value>1</value></entry>\
                 <entry><key>b</key><value/></entry></Attributes></GetTopicAttributesResult></R>"
                    .to_owned(),
                json!({ "Attributes": { "a": "1", "b": "" } }),
            ),
            ("sns", "DeleteTopic", "<DeleteTopicResponse/>".to_owned(), json!({})),
            (
                "rds",
                "DescribeDBInstances",
                "<R><DescribeDBInstancesResult><DBInstances><DBInstance><AvailabilityZones/>\
                 </DBInstance></DBInstances></DescribeDBInstancesResult></R>"
                    .to_owned(),
                json!({ "DBInstances": [{ "AvailabilityZones": [] }] }),
            ),
            (
                "ec2",
                "DescribeInstances",
                "<R xmlns='x'><requestId>1</requestId><reservationSet><item><groupSet/><instancesSet><item>\
                 <instanceId>i-1</instanceId></item></instancesSet></item></reservationSet></R>"
                    .to_owned(),
                json!({ "reservationSet": [{ "groupSet": [], "instancesSet": [{ "instanceId": "i-1" }] }] }),
            ),
        ] {
            assert_eq!(answer(service, action, &xml), expected, "{service} {action}");
        }
    }
}
