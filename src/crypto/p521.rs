//! ECDSA on the curve P-521 with SHA-512, which `ring` lacks.

use super::algorithm::EcdsaFormat;
use super::der::{Der, INTEGER, SEQUENCE};
use super::material::Curve;
use p521::ecdsa::signature::{Signer as _, Verifier as _};
use p521::ecdsa::{Signature, SigningKey, VerifyingKey};

/// Signs a message; `None` if the private key does not belong to the public key. The nonce follows from the key and the
/// message (RFC 6979).
pub(super) fn sign(scalar: &[u8], point: &[u8], message: &[u8], format: EcdsaFormat) -> Option<Vec<u8>> {
    let key = SigningKey::from_slice(scalar).ok()?;
    if key.verifying_key().to_sec1_point(false).as_bytes() != point {
        return None;
    }
    let signature: Signature = key.sign(message);
    let raw = signature.to_bytes();
    Some(match format {
        EcdsaFormat::Raw => raw.to_vec(),
        EcdsaFormat::Der => to_der(&raw),
    })
}

/// Whether a signature is that of a message.
pub(super) fn verify(point: &[u8], message: &[u8], signature: &[u8], format: EcdsaFormat) -> bool {
    let raw = match format {
        EcdsaFormat::Raw => Some(signature.to_vec()),
        EcdsaFormat::Der => from_der(signature),
    };
    let signature = raw.and_then(|raw| Signature::from_slice(&raw).ok());
    let key = VerifyingKey::from_sec1_bytes(point).ok();
    key.zip(signature).is_some_and(|(key, signature)| key.verify(message, &signature).is_ok())
}

/// The two numbers of a signature as a sequence in DER.
fn to_der(raw: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    for number in raw.chunks(Curve::P521.size()) {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        // Zero stands before what would be negative otherwise.
        let sign = number.get(zeros).filter(|byte| **byte >= 0x80).map(|_| 0);
        let bytes: Vec<u8> = sign.into_iter().chain(number[zeros..].iter().copied()).collect();
        numbers.extend(element(INTEGER, &bytes));
    }
    element(SEQUENCE, &numbers)
}

/// An element of at most 255 bytes.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u8::try_from(contents.len()).unwrap_or(u8::MAX);
    let head: &[u8] = if length < 0x80 { &[tag, length] } else { &[tag, 0x81, length] };
    [head, contents].concat()
}

fn from_der(der: &[u8]) -> Option<Vec<u8>> {
    let mut outer = Der::new(der);
    let mut numbers = outer.sequence()?;
    let mut raw = Vec::new();
    for _ in 0..2 {
        let number = numbers.integer()?;
        raw.resize(raw.len() + Curve::P521.size().checked_sub(number.len())?, 0);
        raw.extend_from_slice(number);
    }
    (numbers.is_empty() && outer.is_empty()).then_some(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_lengths_come_back() {
        for (first, last) in [(0, 1), (0x01, 0x80), (0, 0x80), (0x7f, 0)] {
            let mut raw = [0; 132];
            (raw[0], raw[65], raw[66], raw[131]) = (first, 1, 0, last | 1);
            assert_eq!(from_der(&to_der(&raw)).as_deref(), Some(&raw[..]));
        }
        for wrong in [&b""[..], &[0x30, 0], &[0x30, 3, 2, 1, 1], &[0x30, 6, 2, 1, 1, 2, 1, 1, 0]] {
            assert_eq!(from_der(wrong), None);
        }
    }
}
