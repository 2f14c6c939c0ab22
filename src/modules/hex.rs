//! `hex::encode`, `decode` (to text), `decode_blob`.

use super::arguments::{bytes, decoded_text, error};
use base16ct::{lower, mixed};
use rhai_vm::{memory, module, Result, Value};

module! {
    /// Hexadecimal, two digits for each byte.
    "`hex`"

    namespace "hex" {
        /// Encodes a string or a blob in hexadecimal, in lower case.
        ///
        /// ```rhai
        /// hex::encode("hi") // → "6869"
        /// ```
        new "encode" (data: Any "string | blob") -> String = |call| {
            let data = bytes(call.value(0), "hex::encode")?;
            memory::needs(2 * data.len())?;
            Ok(lower::encode_string(data).into())
        };

        /// Decodes hexadecimal, in lower or upper case, to a string. Throws `HexError` if it is not valid, or if the decoded
        /// bytes are not valid UTF-8.
        ///
        /// ```rhai
        /// hex::decode("6869") // → "hi"
        /// hex::decode("6") // ✗ HexError
        /// ```
        new "decode" (hex: Any "string | blob") -> String throws HexError = |call| {
            decoded_text(decode(call.value(0))?, "hex", "HexError").map(Value::from)
        };

        /// Decodes hexadecimal, in lower or upper case, to a blob. Throws `HexError` if it is not valid.
        ///
        /// ```rhai
        /// hex::decode_blob("00FF").to_array() // → [0, 255]
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
            Some(index) => format!("byte {} is not a hexadecimal digit", index + 1),
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
