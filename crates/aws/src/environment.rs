//! What calls need of the program around them.

use crate::error::Result;
use crate::rest::Rest;
use crate::watch::{Watch, Watched};
use net::Response;
use rhai_vm::Map;
use std::time::SystemTime;

/// The variables, the time and the values of the program that calls AWS.
pub trait Environment {
    /// An environment variable.
    fn variable(&self, name: &str) -> Option<String>;

    /// The time of this machine.
    fn now(&self) -> SystemTime;

    /// How times and other values of operations look.
    fn values(&self) -> &dyn aws_api::Host;

    /// Responds in place of AWS to a call of an operation, whose parameters have been checked; `None` sends it.
    fn call(&self, _service: &str, _operation: &str, _parameters: &Map) -> Option<Result<Map>> {
        None
    }

    /// Watches a request that is about to be sent; `None` if nobody does.
    fn watch(&self, _request: &Watched<'_>) -> Option<Box<dyn Watch>> {
        None
    }

    /// Responds in place of AWS to a request with a method and a path; `None` sends it.
    fn request(&self, _service: &str, _request: &Rest) -> Option<Result<Response>> {
        None
    }
}

impl dyn Environment + '_ {
    /// An environment variable; one that is empty counts as not set.
    pub(crate) fn set(&self, name: &str) -> Option<String> {
        self.variable(name).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Environment;
    use rhai_vm::Value;
    use std::time::SystemTime;

    /// No variables, and no time values.
    pub(crate) struct Nothing;

    impl Environment for Nothing {
        fn variable(&self, _: &str) -> Option<String> {
            None
        }

        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn values(&self) -> &dyn aws_api::Host {
            self
        }
    }

    impl aws_api::Host for Nothing {
        fn microseconds(&self, _: &Value) -> Option<i64> {
            None
        }

        fn time(&self, _: i64) -> Option<Value> {
            None
        }

        fn format_time(&self, _: i64, _: &str) -> Option<String> {
            None
        }

        fn parse_time(&self, _: &str, _: Option<&str>) -> Option<i64> {
            None
        }

        fn token(&self) -> String {
            "token".to_owned()
        }
    }
}
