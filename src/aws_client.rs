//! AWS's client with the values of scripts, for the tool and for whoever else calls AWS without a script.

use crate::time::Time;
use crate::world::SharedWorld;
use aws::{Client, Environment};
use rhai_vm::Value;
use std::fmt;
use std::time::SystemTime;

/// A client that finds region, credentials and endpoints by this look-up of environment variables. It connects
/// as [`network::config`](crate::network::config) and `AWS_CA_BUNDLE` say.
pub fn aws_client(variable: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static) -> Client {
    let of_network = variable.clone();
    let http = net::Client::new(move || aws::config(crate::network::config(&of_network), &of_network));
    Client::new(http, Variables { variable, values: AwsValues::default() })
}

struct Variables<V> {
    variable: V,
    values: AwsValues,
}

impl<V: Fn(&str) -> Option<String>> Environment for Variables<V> {
    fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name)
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn values(&self) -> &dyn aws_api::Host {
        &self.values
    }
}

/// How the values of AWS's operations look in scripts.
#[derive(Clone, Default)]
pub struct AwsValues {
    world: SharedWorld,
}

impl AwsValues {
    pub(crate) fn new(world: SharedWorld) -> Self {
        Self { world }
    }
}

impl fmt::Debug for AwsValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwsValues")
    }
}

impl aws_api::Host for AwsValues {
    fn microseconds(&self, value: &Value) -> Option<i64> {
        value.as_host::<Time>().map(Time::unix_us)
    }

    fn time(&self, microseconds: i64) -> Option<Value> {
        Time::from_unix_us(microseconds).ok().map(Value::from)
    }

    fn format_time(&self, microseconds: i64, format: &str) -> Option<String> {
        Time::from_unix_us(microseconds).ok()?.format(format).ok()
    }

    fn parse_time(&self, text: &str, format: Option<&str>) -> Option<i64> {
        let time = match format {
            None => Time::parse(text),
            Some(format) => Time::parse_with(text, format, None),
        };
        time.ok().map(|time| time.unix_us())
    }

    fn token(&self) -> String {
        self.world.uuid_v4().unwrap_or_default().to_string()
    }
}
