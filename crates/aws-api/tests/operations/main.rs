//! The operations of all services: their table, and what services send.

mod hostile;
mod table;

use aws_api::Host;
use rhai_vm::{Map, Value};

/// What the tests bring in place of Rhambda: times are maps with microseconds.
struct TestHost;

impl Host for TestHost {
    fn microseconds(&self, value: &Value) -> Option<i64> {
        value.as_map()?.get("time")?.as_int()
    }

    fn time(&self, microseconds: i64) -> Option<Value> {
        Some(Map::from_entries(vec![("time".into(), microseconds.into())]).into())
    }

    fn format_time(&self, microseconds: i64, format: &str) -> Option<String> {
        Some(format!("{microseconds} as {format}"))
    }

    fn parse_time(&self, text: &str, _format: Option<&str>) -> Option<i64> {
        text.strip_suffix('Z')?.parse().ok()
    }

    fn token(&self) -> String {
        "token".to_owned()
    }
}

/// The table of all services.
fn table() -> aws_api::Table {
    aws_api::Table::open(include_bytes!("../../../aws/src/tables/operations.bin")).unwrap()
}

/// The value of this JSON.
fn map(json: &str) -> Map {
    rhai_vm::json::decode(json.as_bytes()).unwrap().as_map().unwrap().clone()
}
