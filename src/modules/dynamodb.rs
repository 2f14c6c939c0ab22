//! `dynamodb`: attribute values of `DynamoDB` from plain values, and back. `encode(value)`, `decode(value)`, `set(array)`.

use super::arguments::error;
use aws::attributes::{self, Set};
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Error, Result, Value};
use std::rc::Rc;

module! {
    /// Conversions between plain values and the attribute values of DynamoDB, in which `1` is `#{ N: "1" }`. With the option
    /// `plain: true`, `aws::call` and the functions like it convert parameters and results themselves.
    ///
    /// | plain | attribute value |
    /// |---|---|
    /// | string | `S` |
    /// | integer, float | `N`; a number that neither can represent exactly is decoded as a string |
    /// | boolean | `BOOL` |
    /// | `()` | `NULL` |
    /// | blob | `B` |
    /// | array | `L` |
    /// | map | `M` |
    /// | `dynamodb::set` | `SS`, `NS` or `BS` |
    ///
    /// Times have no form in DynamoDB: store `to_string()` or `.unix`. Images in the events of DynamoDB streams are maps of
    /// attribute values, with `B` in base64: `dynamodb::decode(#{ M: record.dynamodb.NewImage })`.
    "`dynamodb`"

    functions {
        new "==" (a: Host(attributes::SET), b: Host(attributes::SET)) -> Bool = |call| is_equal(call).map(Value::from);

        new "!=" (a: Host(attributes::SET), b: Host(attributes::SET)) -> Bool = |call| is_equal(call).map(|is_equal| (!is_equal).into());
    }

    namespace "dynamodb" {
        /// Returns the attribute value of a plain value.
        ///
        /// ```rhai
        /// dynamodb::encode(#{ id: 7, tags: ["a"] }) // → {"M": {"id": {"N": "7"}, "tags": {"L": [{"S": "a"}]}}}
        /// dynamodb::encode(dynamodb::set([1, 2])) // → {"NS": ["1", "2"]}
        /// dynamodb::encode(time::now()) // ✗ DynamoDbError
        /// ```
        new "encode" (value: Any) -> Map throws DynamoDbError = |call| attributes::encode(call.value(0)).map_err(failure);

        /// Returns the plain value of an attribute value.
        ///
        /// ```rhai
        /// dynamodb::decode(#{ N: "7" }) // → 7
        /// dynamodb::decode(#{ N: "0.5" }) // → 0.5
        /// dynamodb::decode(#{ N: "3.14159265358979323846" }) // → "3.14159265358979323846"
        /// dynamodb::decode(#{ B: "aGk=" }).as_string() // → "hi"
        /// let event = #{ dynamodb: #{ NewImage: #{ id: #{ N: "7" }, tags: #{ SS: ["a", "b"] } } } };
        /// let image = dynamodb::decode(#{ M: event.dynamodb.NewImage });
        /// image.id // → 7
        /// image.tags.items // → ["a", "b"]
        /// dynamodb::decode(7) // ✗ DynamoDbError
        /// ```
        new "decode" (value: Any "map") -> Any throws DynamoDbError = |call| attributes::decode(call.value(0)).map_err(failure);

        /// Returns a set of strings, numbers or blobs, which `encode` stores as a set and not as a list. `.items` is an array
        /// of its items. Sets are equal if they have the same items, in any order.
        ///
        /// ```rhai
        /// dynamodb::set(["a", "b"]).items // → ["a", "b"]
        /// dynamodb::set(["a", "b"]) == dynamodb::set(["b", "a"]) // → true
        /// dynamodb::set(["a", 1]) // ✗ DynamoDbError
        /// dynamodb::set([]) // ✗ DynamoDbError
        /// ```
        new "set" (items: Array) -> Host(attributes::SET) throws DynamoDbError = |call| {
            let items = Rc::new(call.take_array(0)?.into());
            Set::new(items).map(Value::host).map_err(failure)
        };
    }
}

fn is_equal(call: &Call<'_>) -> Result<bool> {
    Ok(call.host::<Set>(0)?.is_equal(call.host::<Set>(1)?))
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` passes it
fn failure(message: String) -> Error {
    memory::stopped().unwrap_or_else(|| error("DynamoDbError", message))
}
