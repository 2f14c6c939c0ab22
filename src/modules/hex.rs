//! `hex::encode`, `decode` (to text), `decode_blob`.

use super::{bytes, decoded_text, error, Result};
use base16ct::{lower, mixed};
use rhai_vm::{memory, module, Value};

module! {
    "`hex`"

    namespace "hex" {
        /// ```rhai
        /// hex::encode("hi") // → "6869"
        /// ```
        new "encode" (data: Any "string | blob") -> String = |call| {
            let data = bytes(call.value(0), "hex::encode")?;
            memory::needs(2 * data.len())?;
            Ok(lower::encode_string(data).into())
        };

        /// Throws `HexError` if it is not hex, or what it holds is not UTF-8. Upper case is read too.
        ///
        /// ```rhai
        /// hex::decode("6869") // → "hi"
        /// hex::decode("6") // ✗ HexError
        /// ```
        new "decode" (hex: Any "string | blob") -> String throws HexError = |call| {
            decoded_text(decode(call.value(0))?, "hex", "HexError").map(Value::from)
        };

        /// Throws `HexError` if it is not hex.
        ///
        /// ```rhai
        /// hex::decode_blob("00FF") // → [0, 255]
        /// ```
        new "decode_blob" (hex: Any "string | blob") -> Blob throws HexError = |call| {
            decode(call.value(0)).map(Value::blob)
        };
    }
}

fn decode(text: &Value) -> Result<Vec<u8>> {
    let text = bytes(text, "hex::decode")?.trim_ascii();
    memory::needs(text.len() / 2)?;
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
