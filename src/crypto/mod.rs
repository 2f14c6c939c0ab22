//! Keys, signatures and derived keys, over `ring`, and over `p521` for the one curve that `ring` lacks; independent of modules
//! and of HTTP.
//!
//! [`Key`] is read from PEM, DER or JWK ([`pem`], `der`, `jwk`); [`Algorithm`] says which keys it fits, and
//! `signature` signs and verifies. `derive` and `base32` are on their own.

pub(crate) mod algorithm;
pub(crate) mod base32;
mod der;
pub(crate) mod derive;
mod jwk;
mod key;
mod material;
mod p521;
mod pem;
pub(crate) mod signature;

pub(crate) use algorithm::{Algorithm, EcdsaFormat};
pub(crate) use jwk::{KeySet, SetKey};
pub(crate) use key::Key;
pub(crate) use material::{Curve, Material, PublicKey};
pub(crate) use pem::is_pem;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine as _;

/// The longest part of a foreign string that an error quotes, in characters.
const QUOTED: usize = 60;

/// Base64 as tokens and JWKs have it: for URLs, without padding.
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of base64 as tokens and JWKs have it.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A foreign string in quotes, shortened.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}", format!("{}…", &text[..end])),
    }
}
