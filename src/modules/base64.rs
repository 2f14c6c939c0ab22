//! `base64::encode`, `decode` (to text), `decode_blob`, each with an alphabet as second argument:
//! `base64::STANDARD` (the default), `STANDARD_NO_PAD`, `URL_SAFE`, `URL_SAFE_NO_PAD`.

use super::arguments::{bytes, decoded_text, error};
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine as _;
use rhai_vm::function::{Call, Constant};
use rhai_vm::{memory, module, Result, Value};

/// The alphabets' names are their values too.
const ALPHABETS: [(&str, &Alphabet, bool); 4] = [
    ("STANDARD", &STANDARD, true),
    ("STANDARD_NO_PAD", &STANDARD, false),
    ("URL_SAFE", &URL_SAFE, true),
    ("URL_SAFE_NO_PAD", &URL_SAFE, false),
];

module! {
    /// Base64 (RFC 4648). The optional second argument is an alphabet: `base64::STANDARD` (the default),
    /// `base64::STANDARD_NO_PAD`, `base64::URL_SAFE` or `base64::URL_SAFE_NO_PAD`. Encoding writes padding accordingly; decoding
    /// accepts it and does not require it.
    "`base64`"

    namespace "base64" ("STANDARD" = Constant::Str("STANDARD"), "STANDARD_NO_PAD" = Constant::Str("STANDARD_NO_PAD"), "URL_SAFE" = Constant::Str("URL_SAFE"), "URL_SAFE_NO_PAD" = Constant::Str("URL_SAFE_NO_PAD")) {
        /// Encodes a string or a blob as base64. Throws `Base64Error` if the alphabet is unknown.
        ///
        /// ```rhai
        /// base64::encode("hi?>") // → "aGk/Pg=="
        /// base64::encode("hi?>", base64::URL_SAFE_NO_PAD) // → "aGk_Pg"
        /// ```
        new "encode" (data: Any "string | blob"; alphabet: String) -> String throws Base64Error = |call| {
            encode(call.value(0), alphabet_of(call)).map(Value::from)
        };

        /// Decodes base64 to a string. Throws `Base64Error` if it is not valid base64, or if the decoded bytes are not valid
        /// UTF-8.
        ///
        /// ```rhai
        /// base64::decode("aGk/Pg==") // → "hi?>"
        /// base64::decode("a*") // ✗ Base64Error
        /// ```
        new "decode" (base64: Any "string | blob"; alphabet: String) -> String throws Base64Error = |call| {
            decode_text(call.value(0), alphabet_of(call)).map(Value::from)
        };

        /// Decodes base64 to a blob. Throws `Base64Error` if it is not valid base64.
        ///
        /// ```rhai
        /// base64::decode_blob("/wA=").to_array() // → [255, 0]
        /// ```
        new "decode_blob" (base64: Any "string | blob"; alphabet: String) -> Blob throws Base64Error = |call| {
            decode(call.value(0), alphabet_of(call)).map(Value::blob)
        };
    }
}

/// The name of the alphabet, which may be left out.
fn alphabet_of<'a>(call: &'a Call<'_>) -> &'a str {
    call.value(1).as_str().map_or("STANDARD", |name| name.as_str())
}

/// Padding is written as the alphabet says, and read with or without.
fn alphabet(name: &str) -> Result<GeneralPurpose> {
    let (_, alphabet, padded) = ALPHABETS.iter().find(|(known, ..)| *known == name).ok_or_else(|| {
        error("Base64Error", format!("unknown alphabet {name}; the alphabets are STANDARD, STANDARD_NO_PAD, URL_SAFE and URL_SAFE_NO_PAD"))
    })?;
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(*padded)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    Ok(GeneralPurpose::new(alphabet, config))
}

fn encode(data: &Value, name: &str) -> Result<String> {
    let data = bytes(data, "base64::encode")?;
    memory::needs(data.len() / 3 * 4)?;
    Ok(alphabet(name)?.encode(data))
}

fn decode(text: &Value, name: &str) -> Result<Vec<u8>> {
    let text = bytes(text, "base64::decode")?;
    memory::needs(text.len() / 4 * 3)?;
    let decoded = alphabet(name)?.decode(text.trim_ascii());
    decoded.map_err(|problem| error("Base64Error", format!("not base64: {problem}")))
}

fn decode_text(text: &Value, name: &str) -> Result<String> {
    decoded_text(decode(text, name)?, "base64", "Base64Error")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blobs_come_back(blob in any::<Vec<u8>>(), alphabet in 0..ALPHABETS.len()) {
            let (name, ..) = ALPHABETS[alphabet];
            let text = encode(&Value::blob(blob.clone()), name).unwrap();
            prop_assert_eq!(decode(&text.into(), name).unwrap(), blob);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = decode_text(&text.into(), "URL_SAFE");
        }
    }
}
