//! `base64::encode`, `decode` (to text), `decode_blob`, each with an alphabet as second argument:
//! `base64::STANDARD` (the default), `STANDARD_NO_PAD`, `URL_SAFE`, `URL_SAFE_NO_PAD`.

use super::{at, bytes, decoded_text, error, Result};
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine as _;
use rhai::{Blob, Dynamic, Engine, ImmutableString, Module, NativeCallContext, Variant};

/// The alphabets' names are their values too.
const ALPHABETS: [(&str, &Alphabet, bool); 4] = [
    ("STANDARD", &STANDARD, true),
    ("STANDARD_NO_PAD", &STANDARD, false),
    ("URL_SAFE", &URL_SAFE, true),
    ("URL_SAFE_NO_PAD", &URL_SAFE, false),
];

pub(super) fn register(engine: &mut Engine) {
    let mut module = Module::new();
    for (name, ..) in ALPHABETS {
        module.set_var(name, name);
    }
    register_function(&mut module, "encode", encode);
    register_function(&mut module, "decode", decode_text);
    register_function(&mut module, "decode_blob", decode);
    engine.register_static_module("base64", module.into());
}

/// A function with the alphabet as an optional second argument.
fn register_function<T: Variant + Clone>(
    module: &mut Module,
    name: &str,
    function: fn(&Dynamic, &str) -> Result<T>,
) {
    module.set_native_fn(name, move |call: NativeCallContext<'_>, data: &mut Dynamic| {
        at(&call, function(data, "STANDARD"))
    });
    module.set_native_fn(
        name,
        move |call: NativeCallContext<'_>, data: &mut Dynamic, alphabet: ImmutableString| {
            at(&call, function(data, &alphabet))
        },
    );
}

/// Padding is written as the alphabet says, and read with or without.
fn alphabet(name: &str) -> Result<GeneralPurpose> {
    let (_, alphabet, padded) = ALPHABETS.iter().find(|(known, ..)| *known == name).ok_or_else(|| {
        error("Base64Error", format!("there is no alphabet {name}; there are STANDARD, STANDARD_NO_PAD, URL_SAFE and URL_SAFE_NO_PAD"))
    })?;
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(*padded)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    Ok(GeneralPurpose::new(alphabet, config))
}

fn encode(data: &Dynamic, name: &str) -> Result<String> {
    Ok(alphabet(name)?.encode(&*bytes(data, "base64::encode")?))
}

fn decode(text: &Dynamic, name: &str) -> Result<Blob> {
    let text = bytes(text, "base64::decode")?;
    let decoded = alphabet(name)?.decode(text.trim_ascii());
    decoded.map_err(|problem| error("Base64Error", format!("not base64: {problem}")))
}

fn decode_text(text: &Dynamic, name: &str) -> Result<String> {
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
            let text = encode(&Dynamic::from_blob(blob.clone()), name).unwrap();
            prop_assert_eq!(decode(&text.into(), name).unwrap(), blob);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = decode_text(&text.into(), "URL_SAFE");
        }
    }
}
