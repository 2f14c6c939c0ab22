//! Answers in XML.

use super::Rules;
use crate::aws::services::Service;
use serde_json::{Map, Value};

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
    use super::super::body;
    use super::*;
    use crate::aws::services;
    use crate::xml;
    use proptest::prelude::*;
    use serde_json::json;

    /// Whatever JSON, made of names that mean something to EC2.
    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        let names = prop_oneof![
            "Filters|InstanceIds|item|entry|key|value|reservationSet|groupSet|tags|requestId|Values",
            any::<String>()
        ];
        leaf.prop_recursive(5, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((names.clone(), inner), 0..5)
                    .prop_map(|entries| entries.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_sent_and_comes_has_a_form(value in values()) {
            for name in ["ec2", "sns", "rds"] {
                let service = services::find(name).unwrap();
                prop_assert_eq!(body(service, "DescribeInstances", &value).is_ok(), value.is_object());
                prop_assert!(result(service, "DescribeInstances", value.clone()).is_object());
            }
        }
    }

    fn answer(service: &str, action: &str, xml: &str) -> Value {
        result(services::find(service).unwrap(), action, xml::decode(xml).unwrap())
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
