//! `hex::encode`, `decode` (to text), `decode_blob`.

use super::{at, bytes, decoded_text, error, Result};
use base16ct::{lower, mixed};
use rhai::{Blob, Dynamic, Engine, Module, NativeCallContext};

pub(super) fn register(engine: &mut Engine) {
    let mut module = Module::new();
    module.set_native_fn("encode", |call: NativeCallContext<'_>, data: &mut Dynamic| {
        at(&call, bytes(data, "hex::encode").map(|data| lower::encode_string(&data)))
    });
    module.set_native_fn("decode", |call: NativeCallContext<'_>, text: &mut Dynamic| {
        at(&call, decode(text).and_then(|decoded| decoded_text(decoded, "hex", "HexError")))
    });
    module.set_native_fn("decode_blob", |call: NativeCallContext<'_>, text: &mut Dynamic| {
        at(&call, decode(text))
    });
    engine.register_static_module("hex", module.into());
}

fn decode(text: &Dynamic) -> Result<Blob> {
    let text = bytes(text, "hex::decode")?;
    let text = text.trim_ascii();
    mixed::decode_vec(text).map_err(|_| {
        let problem = match text.iter().position(|byte| !byte.is_ascii_hexdigit()) {
            Some(index) => format!("byte {} is none of its digits", index + 1),
            None => format!("it has {} digits, an odd number", text.len()),
        };
        error("HexError", format!("not hex: {problem}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blobs_come_back(blob in any::<Vec<u8>>()) {
            let text = lower::encode_string(&blob);
            prop_assert_eq!(&decode(&text.to_uppercase().into()).unwrap(), &blob);
            prop_assert_eq!(decode(&text.into()).unwrap(), blob);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = decode(&text.into());
        }
    }
}
