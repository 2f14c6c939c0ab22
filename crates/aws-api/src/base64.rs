//! Blobs in base64, as most protocols have them.

use crate::{reserve, Result};
use base64::prelude::{Engine as _, BASE64_STANDARD};

/// The bytes in base64.
pub(crate) fn encode(bytes: &[u8]) -> Result<String> {
    let mut text = String::new();
    reserve(&mut text, bytes.len() / 3 * 4 + 4)?;
    BASE64_STANDARD.encode_string(bytes, &mut text);
    Ok(text)
}

/// The bytes; `None` if the text is not base64.
pub(crate) fn decode(text: &str) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reserve(&mut bytes, text.len() / 4 * 3 + 3)?;
    Ok(BASE64_STANDARD.decode_vec(text, &mut bytes).ok().map(|()| bytes))
}
