//! PEM (RFC 7468), as environment variables and secret stores hold it: also with `\n` for line ends, or with spaces.

use base64::engine::general_purpose::STANDARD;
use base64::Engine as _;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
/// What `openssl ecparam` writes before the key.
const PARAMETERS: &str = "EC PARAMETERS";

/// Whether this is meant as PEM.
pub(crate) fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes())
}

/// The DER of the first key or certificate.
///
/// # Errors
/// What is wrong with it.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let mut rest = text;
    loop {
        let (label, body, after) = section(rest)?;
        if label != PARAMETERS {
            refuse(label, body)?;
            return decode_body(label, body);
        }
        rest = after;
    }
}

/// The label, the body and what comes after the first section.
fn section(text: &str) -> Result<(&str, &str, &str), String> {
    let no_key = || "it contains no key. Pass PEM from -----BEGIN to -----END".to_owned();
    let (_, text) = text.split_once(BEGIN).ok_or_else(no_key)?;
    let (label, text) = text.split_once(DASHES).ok_or_else(no_key)?;
    let end = format!("{END}{label}{DASHES}");
    let (body, rest) = text.split_once(&end).ok_or_else(|| {
        format!(
            "the PEM has no line `{END}{}{DASHES}`. Pass all of it",
            label.chars().take(40).collect::<String>()
        )
    })?;
    Ok((label, body, rest))
}

fn refuse(label: &str, body: &str) -> Result<(), String> {
    if label.starts_with("ENCRYPTED") || body.contains("ENCRYPTED") {
        return Err(
            "the key is encrypted with a password. Decrypt it with `openssl pkey -in key.pem`".to_owned()
        );
    }
    if label.starts_with("OPENSSH") {
        return Err(
            "the key has the format of OpenSSH. Convert it with `ssh-keygen -p -m PKCS8 -f key`".to_owned()
        );
    }
    Ok(())
}

fn decode_body(label: &str, body: &str) -> Result<Vec<u8>, String> {
    let body = body.replace("\\r", "").replace("\\n", "");
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).map_err(|_| {
        format!("the PEM of the {} is not valid base64. Pass it unchanged", label.to_ascii_lowercase())
    })
}
