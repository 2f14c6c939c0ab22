//! `toml::encode`, `toml::decode`.

use super::arguments::{bytes, error, utf8};
use crate::place::place;
use crate::value;
use rhai_vm::{memory, module, Map, Result, Value};
use toml::de::{DeTable, DeValue};

/// A text of this size, in bytes, may become something large.
const LARGE: usize = 16 << 10;
/// About how many bytes a value takes while it is read.
const BYTES_OF_NODE: usize = 160;

module! {
    /// TOML documents and values.
    "`toml`"

    namespace "toml" {
        /// Encodes a map as TOML. A key that is `()` is omitted, a blob becomes an array of numbers, and a time or a duration
        /// its string. Throws `TomlError`, which names the path, for a value that has no TOML form, such as `()` in an array.
        ///
        /// ```rhai
        /// toml::encode(#{ title: "a", db: #{ ports: [1, 2] } }) // → "title = \"a\"\n\n[db]\nports = [1, 2]\n"
        /// toml::encode(toml::decode("limit = inf")) // → "limit = inf\n"
        /// toml::encode(#{ ports: [()] }) // ✗ TomlError
        /// ```
        new "encode" (document: Any "map") -> String throws TomlError = |call| {
            encode(call.value(0)).map(Value::from)
        };

        /// Decodes TOML. Dates and times become strings. Throws `TomlError`, with line and column, if it is not valid TOML.
        ///
        /// ```rhai
        /// toml::decode("title = 'a'\n[db]\nports = [1, 2]") // → {"title": "a", "db": {"ports": [1, 2]}}
        /// toml::decode("title = ") // ✗ TomlError
        /// ```
        new "decode" (toml: Any "string | blob") -> Map throws TomlError = |call| decode(call.value(0));
    }
}

fn decode(text: &Value) -> Result<Value> {
    let text = bytes(text, "toml::decode")?;
    let text = utf8(text, "TOML", "TomlError")?;
    memory::needs(bytes_of_tree(text))?;
    let table = DeTable::parse(text).map_err(|problem| {
        let place = problem.span().map(|span| format!(" at {}", place(text, span.start)));
        let message =
            format!("not TOML: {}{}", problem.message().replace('\n', ", "), place.unwrap_or_default());
        error("TomlError", message)
    })?;
    table_to_map(table.get_ref())
}

/// About how many bytes the library takes for what it reads of a large text.
fn bytes_of_tree(text: &str) -> usize {
    if text.len() < LARGE {
        return 0;
    }
    text.len() + text.bytes().filter(|byte| matches!(byte, b',' | b'=' | b'[' | b'{')).count() * BYTES_OF_NODE
}

fn table_to_map(table: &DeTable<'_>) -> Result<Value> {
    let entries =
        table.iter().map(|(key, value)| Ok((key.get_ref().as_ref().into(), to_value(value.get_ref())?)));
    entries.collect::<Result<Map>>().map(Value::from)
}

fn to_value(value: &DeValue<'_>) -> Result<Value> {
    Ok(match value {
        DeValue::String(text) => {
            memory::needs(text.len())?;
            text.as_ref().into()
        }
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => number.into(),
            Err(_) => {
                return Err(error("TomlError", format!("the number {number} does not fit into 64 bits")));
            }
        },
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            Ok(number) => number.into(),
            Err(_) => return Err(error("TomlError", format!("{number} is not a number"))),
        },
        DeValue::Boolean(truth) => (*truth).into(),
        // RFC 3339, or a part of it.
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(array) => {
            array.iter().map(|item| to_value(item.get_ref())).collect::<Result<Vec<Value>>>()?.into()
        }
        DeValue::Table(table) => table_to_map(table)?,
    })
}

fn encode(value: &Value) -> Result<String> {
    if value.as_map().is_none() {
        let kind = value::type_of(value);
        return Err(error("TomlError", format!("a TOML document must be a map, not {kind}")));
    }
    toml::to_string(&value::for_toml(value)).map_err(|problem| error("TomlError", problem.to_string()))
}
