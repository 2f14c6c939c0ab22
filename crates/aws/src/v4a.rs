//! Keys of signatures of version 4a, which are good for several regions: ECDSA on the curve P-256.
//!
//! See "Create a signed AWS API request" in the AWS Identity and Access Management user guide, and NIST SP 800-108 for the
//! key derivation.

use crate::credentials::Credentials;
use hmac::{Hmac, KeyInit, Mac};
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::SecretKey;
use ring::rand::SystemRandom;
use ring::signature::{EcdsaKeyPair, ECDSA_P256_SHA256_ASN1_SIGNING};
use sha2::Sha256;
use std::cell::RefCell;

/// The name of the algorithm in signatures.
pub(crate) const ALGORITHM: &str = "AWS4-ECDSA-P256-SHA256";
/// The order of the curve, less 2.
const MOST: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f,
];
const USABLE: &str = "a key derived from a secret is one of the curve";

/// The key that was used last, since deriving one takes longer than signing.
#[derive(Debug, Default)]
pub struct Keys {
    last: RefCell<Option<(Credentials, EcdsaKeyPair)>>,
}

impl Keys {
    /// The signature of a text with the key of these credentials, in ASN.1.
    pub(crate) fn sign(&self, credentials: &Credentials, text: &[u8]) -> Vec<u8> {
        let mut last = self.last.borrow_mut();
        let known = last.take().filter(|(of, _)| of == credentials);
        let (_, pair) = last.insert(known.unwrap_or_else(|| (credentials.clone(), pair(credentials))));
        pair.sign(&SystemRandom::new(), text).expect("the system has random numbers").as_ref().to_vec()
    }
}

fn pair(credentials: &Credentials) -> EcdsaKeyPair {
    let private = private_key(&credentials.access_key_id, &credentials.secret_access_key);
    let public = SecretKey::from_slice(&private).expect(USABLE).public_key().to_sec1_point(false);
    let with = &ECDSA_P256_SHA256_ASN1_SIGNING;
    EcdsaKeyPair::from_private_key_and_public_key(with, &private, public.as_bytes(), &SystemRandom::new())
        .expect(USABLE)
}

/// The private key of an access key.
fn private_key(access_key_id: &str, secret_access_key: &str) -> [u8; 32] {
    let secret = format!("AWS4A{secret_access_key}");
    let mut candidates = (1..=u8::MAX).map(|counter| {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("every length is good for a key");
        let parts: [&[u8]; 6] =
            [&[0, 0, 0, 1], ALGORITHM.as_bytes(), &[0], access_key_id.as_bytes(), &[counter], &[0, 0, 1, 0]];
        for part in parts {
            mac.update(part);
        }
        <[u8; 32]>::from(mac.finalize().into_bytes())
    });
    // Nearly every number is good, so that it mostly is the first.
    candidates.find(|candidate| *candidate <= MOST).map(plus_one).expect(USABLE)
}

fn plus_one(mut number: [u8; 32]) -> [u8; 32] {
    for byte in number.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_derived_from_secrets() {
        // That it is right follows from the signatures in tests/signing.rs.
        let key = private_key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let hex = base16ct::lower::encode_string(&key);
        assert_eq!(hex, "7efc8c0e65a324242818c5a50c891c6060b6a00717b7ba3cbe3c5d765be9259c");
        assert_eq!(plus_one([0xff; 32]), [0; 32]);
        assert_eq!(plus_one([0; 32])[31], 1);
    }
}
