//! `xml::encode`, `xml::decode`: XML documents as maps.

use super::{bytes, error, utf8, Result};
use crate::{value, xml};
use rhai_vm::function::{param, Function, Namespace};
use rhai_vm::{Kind, Value};

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "xml",
    functions: &[
        Function::new("encode", &[param("document", Kind::Any)], Kind::String, |call| {
            encode(call.value(0)).map(Value::from)
        }),
        Function::new("decode", &[param("xml", Kind::Any)], Kind::Map, |call| decode(call.value(0))),
    ],
    constants: &[],
};

fn encode(value: &Value) -> Result<String> {
    let document = value::for_xml(value).map_err(|problem| error("XmlError", problem))?;
    xml::encode(&document).map_err(|problem| error("XmlError", problem))
}

fn decode(text: &Value) -> Result<Value> {
    let text = bytes(text, "xml::decode")?;
    let document = xml::decode(utf8(text, "XML", "XmlError")?);
    let document = document.map_err(|problem| error("XmlError", format!("not XML: {problem}")))?;
    value::from_json(document).map_err(|problem| error("XmlError", problem))
}
