//! The `context` object of a handler: the invocation, the function and the time that is left.
//!
//! Names follow the context of AWS's Python runtime ("Using the Lambda context object to retrieve
//! Python function information" in the AWS Lambda developer guide).

use crate::settings::FunctionInfo;
use rhai_vm::{Error, ErrorKind, Map, Object, Value};
use std::fmt;
use std::rc::Rc;

/// What `type_of` says.
pub(crate) const TYPE_NAME: &str = "Context";
/// What a script can ask `context` for, in the order in which an error lists it.
pub(crate) const NAMES: [&str; 13] = [
    "aws_request_id",
    "function_name",
    "function_version",
    "invoked_function_arn",
    "memory_limit_in_mb",
    "log_group_name",
    "log_stream_name",
    "deadline_ms",
    "trace_id",
    "tenant_id",
    "client_context",
    "identity",
    "headers",
];

/// An invocation as its script sees it. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Context(Rc<Parts>);

/// What a [`Context`] is made of; what is absent is `None` or `()`.
#[derive(Debug)]
pub struct Parts {
    /// The function's description.
    pub function: Rc<FunctionInfo>,
    /// The request's id.
    pub aws_request_id: String,
    /// The deadline in milliseconds since 1970.
    pub deadline_ms: Option<i64>,
    /// What the caller's SDK says of itself: a map.
    pub client_context: Value,
    /// `#{cognito_identity_id, cognito_identity_pool_id}`.
    pub identity: Value,
    /// Every header of the invocation: names in lower case.
    pub headers: Vec<(String, String)>,
}

impl From<Parts> for Context {
    fn from(parts: Parts) -> Self {
        Self(Rc::new(parts))
    }
}

impl Context {
    /// The request's id.
    pub fn aws_request_id(&self) -> &str {
        &self.0.aws_request_id
    }

    /// The function's ARN, where it is known.
    pub fn function_arn(&self) -> Option<&str> {
        self.header("lambda-runtime-invoked-function-arn")
    }

    /// The X-Ray trace header, where there is one.
    pub fn trace_id(&self) -> Option<&str> {
        self.header("lambda-runtime-trace-id")
    }

    /// The whole context as a map, as it is written to JSON.
    pub fn to_map(&self) -> Map {
        let entry = |name: &str| Some((name.into(), self.get(name)?));
        NAMES.iter().filter_map(|name| entry(name)).collect()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.0.headers.iter().filter(|(key, _)| key == name);
        values.next().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn headers(&self) -> Map {
        let mut map = Map::new();
        for (name, value) in &self.0.headers {
            let value = match map.get(name.as_str()) {
                Some(earlier) => format!("{earlier}, {value}"),
                None => value.clone(),
            };
            map.insert(name.as_str().into(), value.into());
        }
        map
    }

    fn get(&self, name: &str) -> Option<Value> {
        let Parts { function, .. } = &*self.0;
        Some(match name {
            "aws_request_id" => self.0.aws_request_id.as_str().into(),
            "function_name" => function.name.as_deref().into(),
            "function_version" => function.version.as_deref().into(),
            "invoked_function_arn" => self.function_arn().into(),
            "memory_limit_in_mb" => function.memory_mb.into(),
            "log_group_name" => function.log_group.as_deref().into(),
            "log_stream_name" => function.log_stream.as_deref().into(),
            "deadline_ms" => self.0.deadline_ms.into(),
            "trace_id" => self.trace_id().into(),
            "tenant_id" => self.header("lambda-runtime-aws-tenant-id").into(),
            "client_context" => self.0.client_context.clone(),
            "identity" => self.0.identity.clone(),
            "headers" => self.headers().into(),
            _ => return None,
        })
    }

    /// Milliseconds until the deadline, 0 when it has passed, `None` when it is not known.
    pub(crate) fn remaining_ms(&self, now: i64) -> Option<i64> {
        self.0.deadline_ms.map(|deadline| deadline.saturating_sub(now).max(0))
    }
}

impl Object for Context {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Value::from(self.to_map()), f)
    }

    fn property(&self, name: &str) -> Option<rhai_vm::Result<Value>> {
        Some(self.get(name).ok_or_else(|| {
            Error::new(ErrorKind::PropertyNotFound(format!(
                "`context` has no property `{name}`; its properties are {}, and its method is get_remaining_time_in_millis()",
                NAMES.join(", ")
            )))
        }))
    }

    fn to_plain(&self) -> Option<Value> {
        Some(self.to_map().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(headers: &[(&str, &str)]) -> Context {
        Context::from(Parts {
            function: Rc::new(FunctionInfo::default()),
            aws_request_id: "r-1".into(),
            deadline_ms: None,
            client_context: Value::Unit,
            identity: Value::Unit,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        })
    }

    #[test]
    fn every_name_is_there() {
        let map = context(&[]).to_map();
        assert_eq!(map.len(), NAMES.len());
        assert_eq!(map.get("aws_request_id").unwrap().to_string(), "r-1");
        assert!(map.get("trace_id").unwrap().is_unit());
    }

    #[test]
    fn headers_sent_twice_are_joined() {
        let headers = context(&[("a", "1"), ("b", "2"), ("a", "3")]).headers();
        assert_eq!(headers.get("a").unwrap().to_string(), "1, 3");
        assert_eq!(headers.get("b").unwrap().to_string(), "2");
    }
}
