//! The `context` object of a handler: the invocation, the function and the time that is left.
//!
//! Names follow the context of AWS's Python runtime ("Using the Lambda context object to retrieve
//! Python function information" in the AWS Lambda developer guide).

use crate::settings::FunctionInfo;
use rhai::{Dynamic, Engine, EvalAltResult, Map, Position};
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a script can ask `context` for, in the order in which an error lists it.
const NAMES: [&str; 13] = [
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
    pub client_context: Dynamic,
    /// `#{cognito_identity_id, cognito_identity_pool_id}`.
    pub identity: Dynamic,
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

    /// The X-Ray trace header, where there is one.
    pub fn trace_id(&self) -> Option<&str> {
        self.header("lambda-runtime-trace-id")
    }

    /// The whole context as a map, as it is written to JSON.
    pub fn to_map(&self) -> Map {
        let entry = |name: &str| Some((name.into(), self.property(name)?));
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

    fn property(&self, name: &str) -> Option<Dynamic> {
        fn text(value: Option<&str>) -> Dynamic {
            value.map_or(Dynamic::UNIT, |text| text.to_owned().into())
        }
        fn number(value: Option<i64>) -> Dynamic {
            value.map_or(Dynamic::UNIT, Dynamic::from_int)
        }
        let Parts { function, .. } = &*self.0;
        Some(match name {
            "aws_request_id" => self.0.aws_request_id.as_str().into(),
            "function_name" => text(function.name.as_deref()),
            "function_version" => text(function.version.as_deref()),
            "invoked_function_arn" => text(self.header("lambda-runtime-invoked-function-arn")),
            "memory_limit_in_mb" => number(function.memory_mb),
            "log_group_name" => text(function.log_group.as_deref()),
            "log_stream_name" => text(function.log_stream.as_deref()),
            "deadline_ms" => number(self.0.deadline_ms),
            "trace_id" => text(self.trace_id()),
            "tenant_id" => text(self.header("lambda-runtime-aws-tenant-id")),
            "client_context" => self.0.client_context.clone(),
            "identity" => self.0.identity.clone(),
            "headers" => self.headers().into(),
            _ => return None,
        })
    }

    /// Milliseconds until the deadline, 0 when it has passed, `()` when it is not known.
    fn remaining_ms(&self) -> Dynamic {
        let Some(deadline) = self.0.deadline_ms else {
            return Dynamic::UNIT;
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        Dynamic::from_int(deadline.saturating_sub(now).max(0))
    }
}

/// Makes the type known to scripts.
pub fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Context>("Context");
    // One indexer serves `context.name` and `context["name"]`, and is asked last: it knows when a
    // name is wrong.
    engine.register_indexer_get(|context: &mut Context, name: &str| {
        context.property(name).ok_or_else(|| {
            let message = format!(
                "`context` has no property `{name}`; it has {} and the method get_remaining_time_in_millis()",
                NAMES.join(", ")
            );
            Box::new(EvalAltResult::ErrorPropertyNotFound(message, Position::NONE))
        })
    });
    engine.register_fn("get_remaining_time_in_millis", |context: &mut Context| context.remaining_ms());
    engine.register_fn("to_string", |context: &mut Context| format!("{:?}", context.to_map()));
    engine.register_fn("to_debug", |context: &mut Context| format!("{:?}", context.to_map()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(headers: &[(&str, &str)]) -> Context {
        Context::from(Parts {
            function: Rc::new(FunctionInfo::default()),
            aws_request_id: "r-1".into(),
            deadline_ms: None,
            client_context: Dynamic::UNIT,
            identity: Dynamic::UNIT,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        })
    }

    #[test]
    fn every_name_is_there() {
        let map = context(&[]).to_map();
        assert_eq!(map.len(), NAMES.len());
        assert_eq!(map["aws_request_id"].to_string(), "r-1");
        assert!(map["trace_id"].is_unit());
    }

    #[test]
    fn headers_sent_twice_are_joined() {
        let headers = context(&[("a", "1"), ("b", "2"), ("a", "3")]).headers();
        assert_eq!(headers["a"].to_string(), "1, 3");
        assert_eq!(headers["b"].to_string(), "2");
    }
}
