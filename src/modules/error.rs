//! `error::info`: what a script has caught, in the words in which an uncaught error is reported.

use rhai_vm::function::Call;
use rhai_vm::vm::Description;
use rhai_vm::{memory, module, Error, ErrorKind, Map, Result, Value};

module! {
    /// `catch (e)` receives whatever was thrown: a string, a map, or a map that Rhai makes of an error of the language.
    /// `error::info(e)` describes all of them in the same way, with the type and the message that Lambda would report.
    "Caught errors"

    namespace "error" {
        /// Returns a map with the `type`, the `message`, the `stack` and the `data` of an error that was caught. `stack` is an array
        /// of places such as `at load (lib/orders.rhai:3:9)`, from the place of the error to the `try` block. It is empty after the
        /// end of the `catch` block, and if the value was changed. `data` is a map of the other entries of a thrown map, or `()`.
        /// A string that was thrown is the message, and the type is `Error`.
        ///
        /// ```rhai
        /// let info = ();
        /// try { throw #{ type: "OutOfStock", message: "no tea", item: 7 }; } catch (e) { info = error::info(e); }
        /// info.type // → "OutOfStock"
        /// info.message // → "no tea"
        /// info.data // → {"item": 7}
        /// try { 1 / 0; } catch (e) { info = error::info(e); }
        /// info.type // → "Arithmetic"
        /// error::info("no tea") // → {"data": null, "message": "no tea", "stack": [], "type": "Error"}
        /// ```
        new "info" (caught: Any) -> Map = info;
    }
}

fn info(call: &mut Call<'_>) -> Result<Value> {
    let value = call.take(0);
    let Description { error_type, message, stack } = describe(call, &value);
    let mut info = Map::new();
    info.insert("data".into(), data(&value)?);
    info.insert("message".into(), message.into());
    info.insert("stack".into(), stack.into_iter().map(Value::from).collect());
    info.insert("type".into(), error_type.into());
    Ok(info.into())
}

fn describe(call: &Call<'_>, value: &Value) -> Description {
    let host = call.vm.host();
    if let Some(caught) = call.vm.caught(value) {
        return host.describe(&caught.error, &caught.function, &caught.source);
    }
    let thrown = Error::new(ErrorKind::Runtime(value.clone()));
    Description { stack: Vec::new(), ..host.describe(&thrown, "", "") }
}

/// The further entries of a map that a script or a module threw, not of one that Rhai makes of its own errors.
fn data(value: &Value) -> Result<Value> {
    let Value::Map(map) = value else { return Ok(Value::Unit) };
    if is_of_rhai(map) {
        return Ok(Value::Unit);
    }
    memory::needs(memory::own_bytes(value))?;
    let mut data = map.as_ref().clone();
    data.remove("type");
    data.remove("message");
    Ok(if data.is_empty() { Value::Unit } else { data.into() })
}

/// Whether a map is what Rhai makes of an error of its own.
pub(crate) fn is_of_rhai(map: &Map) -> bool {
    let names_kind = map.get("error").and_then(Value::as_str).is_some_and(|kind| kind.starts_with("Error"));
    names_kind && map.contains_key("message") && !map.contains_key("type")
}
