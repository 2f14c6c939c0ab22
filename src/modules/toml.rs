//! `toml::encode`, `toml::decode`.

use super::{at, bytes, error, utf8, Result};
use crate::place::place;
use crate::value;
use rhai::{Dynamic, Engine, Module, NativeCallContext, FLOAT, INT};
use toml::de::{DeTable, DeValue};

pub(super) fn register(engine: &mut Engine) {
    let mut module = Module::new();
    module
        .set_native_fn("encode", |call: NativeCallContext<'_>, value: &mut Dynamic| at(&call, encode(value)));
    module.set_native_fn("decode", |call: NativeCallContext<'_>, text: &mut Dynamic| at(&call, decode(text)));
    engine.register_static_module("toml", module.into());
}

fn decode(text: &Dynamic) -> Result<Dynamic> {
    let text = bytes(text, "toml::decode")?;
    let text = utf8(&text, "TOML", "TomlError")?;
    let table = DeTable::parse(text).map_err(|problem| {
        let place = problem.span().map(|span| format!(" at {}", place(text, span.start)));
        let message =
            format!("not TOML: {}{}", problem.message().replace('\n', ", "), place.unwrap_or_default());
        error("TomlError", message)
    })?;
    table_to_map(table.get_ref())
}

fn table_to_map(table: &DeTable<'_>) -> Result<Dynamic> {
    let entries =
        table.iter().map(|(key, value)| Ok((key.get_ref().as_ref().into(), to_dynamic(value.get_ref())?)));
    entries.collect::<Result<rhai::Map>>().map(Dynamic::from)
}

fn to_dynamic(value: &DeValue<'_>) -> Result<Dynamic> {
    Ok(match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => match INT::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => number.into(),
            Err(_) => {
                return Err(error("TomlError", format!("the number {number} does not fit into 64 bits")));
            }
        },
        DeValue::Float(number) => match number.as_str().parse::<FLOAT>() {
            Ok(number) => number.into(),
            Err(_) => return Err(error("TomlError", format!("{number} is not a number"))),
        },
        DeValue::Boolean(truth) => (*truth).into(),
        // RFC 3339, or a part of it.
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(array) => {
            array.iter().map(|item| to_dynamic(item.get_ref())).collect::<Result<rhai::Array>>()?.into()
        }
        DeValue::Table(table) => table_to_map(table)?,
    })
}

fn encode(value: &Dynamic) -> Result<String> {
    if !value.is_map() {
        let kind = value::type_of(value);
        return Err(error("TomlError", format!("a TOML document is a map, not a value of type {kind}")));
    }
    toml::to_string(&value::for_toml(value)).map_err(|problem| error("TomlError", problem.to_string()))
}
