//! The fields of events, which are maps.

use rhai_vm::Map;

/// A string in a map.
pub(super) fn text<'a>(map: &'a Map, name: &str) -> Option<&'a str> {
    map.get(name)?.as_str().map(rhai_vm::Str::as_str)
}

/// A map in a map.
pub(super) fn child<'a>(map: &'a Map, name: &str) -> Option<&'a Map> {
    map.get(name)?.as_map()
}
