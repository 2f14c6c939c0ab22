//! The fields of events, which are maps.

use rhai_vm::{Map, Value};

/// A string in a map.
pub(super) fn text<'a>(map: &'a Map, name: &str) -> Option<&'a str> {
    map.get(name)?.as_str().map(rhai_vm::Str::as_str)
}

/// A map in a map.
pub(super) fn child<'a>(map: &'a Map, name: &str) -> Option<&'a Map> {
    map.get(name)?.as_map()
}

/// Whether an HTTP request is one of VPC Lattice, in version 1.0 or 2.0 of its events ("Lambda functions as targets in VPC
/// Lattice" in the Amazon VPC Lattice user guide).
pub(super) fn is_vpc_lattice(event: &Map) -> bool {
    let is_v2 =
        child(event, "requestContext").is_some_and(|context| context.contains_key("serviceNetworkArn"));
    is_v2 || is_vpc_lattice_v1(event)
}

/// Whether an HTTP request is one of VPC Lattice in version 1.0.
pub(super) fn is_vpc_lattice_v1(event: &Map) -> bool {
    event.contains_key("raw_path") && event.contains_key("method")
}

/// Whether the body of an HTTP request is base64.
pub(super) fn has_base64_body(event: &Map) -> bool {
    ["isBase64Encoded", "is_base64_encoded"]
        .iter()
        .any(|name| event.get(name).and_then(Value::as_bool) == Some(true))
}
