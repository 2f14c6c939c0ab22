//! `xml::encode`, `xml::decode`: XML documents as maps.

use super::{at, bytes, error, utf8, Result};
use crate::{value, xml};
use rhai::{Dynamic, Engine, Module, NativeCallContext};

pub(super) fn register(engine: &mut Engine) {
    let mut module = Module::new();
    module
        .set_native_fn("encode", |call: NativeCallContext<'_>, value: &mut Dynamic| at(&call, encode(value)));
    module.set_native_fn("decode", |call: NativeCallContext<'_>, text: &mut Dynamic| at(&call, decode(text)));
    engine.register_static_module("xml", module.into());
}

fn encode(value: &Dynamic) -> Result<String> {
    let document = value::for_xml(value).map_err(|problem| error("XmlError", problem))?;
    xml::encode(&document).map_err(|problem| error("XmlError", problem))
}

fn decode(text: &Dynamic) -> Result<Dynamic> {
    let text = bytes(text, "xml::decode")?;
    let document = xml::decode(utf8(&text, "XML", "XmlError")?);
    let document = document.map_err(|problem| error("XmlError", format!("not XML: {problem}")))?;
    value::from_json(document).map_err(|problem| error("XmlError", problem))
}
