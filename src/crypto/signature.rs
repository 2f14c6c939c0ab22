//! Signs and verifies.

use super::algorithm::{Algorithm, EcdsaFormat, Hash};
use super::material::{Curve, Material, PrivateKey, PublicKey};
use super::p521;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair, UnparsedPublicKey};
use ring::{hmac, signature as ring_signature};

/// What `hmac` of `ring` calls a hash.
fn hmac_algorithm(hash: Hash) -> hmac::Algorithm {
    match hash {
        Hash::Sha256 => hmac::HMAC_SHA256,
        Hash::Sha384 => hmac::HMAC_SHA384,
        Hash::Sha512 => hmac::HMAC_SHA512,
    }
}

/// Signs a message.
///
/// # Errors
/// The key does not fit the algorithm or has no private part, or is damaged.
pub(crate) fn sign(
    algorithm: Algorithm,
    material: &Material,
    message: &[u8],
    format: EcdsaFormat,
) -> Result<Vec<u8>, String> {
    let random = SystemRandom::new();
    let mismatch = || "the private key does not belong to the public key in it".to_owned();
    let failed = |_| "the signature could not be made: the private key is damaged".to_owned();
    match (algorithm, material) {
        (Algorithm::Hmac(hash), Material::Secret(secret)) => {
            let key = hmac::Key::new(hmac_algorithm(hash), secret);
            Ok(hmac::sign(&key, message).as_ref().to_vec())
        }
        (
            Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_),
            Material::Private(PublicKey::Rsa { n, e }, PrivateKey::Rsa(parts)),
        ) => {
            let pair = rsa_pair(n, e, parts)?;
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(rsa_encoding(algorithm), &random, message, &mut signature).map_err(failed)?;
            Ok(signature)
        }
        (Algorithm::Ecdsa(on), Material::Private(PublicKey::Ec { curve, point }, PrivateKey::Ec(scalar)))
            if on == *curve =>
        {
            let with = match (curve, format) {
                (Curve::P256, EcdsaFormat::Raw) => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                (Curve::P256, EcdsaFormat::Der) => &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
                (Curve::P384, EcdsaFormat::Raw) => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
                (Curve::P384, EcdsaFormat::Der) => &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
                (Curve::P521, format) => {
                    return p521::sign(scalar, point, message, format).ok_or_else(mismatch)
                }
            };
            let pair = EcdsaKeyPair::from_private_key_and_public_key(with, scalar, point, &random);
            let pair = pair.map_err(|_| mismatch())?;
            Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec())
        }
        (Algorithm::EdDsa, Material::Private(_, PrivateKey::Ed25519(seed))) => {
            let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|error| error.to_string())?;
            Ok(pair.sign(message).as_ref().to_vec())
        }
        (_, Material::Public(_)) => Err("it is a public key. Sign with the private key".to_owned()),
        (algorithm, _) => Err(format!("the key is not of the kind that {} requires", algorithm.name())),
    }
}

#[allow(clippy::many_single_char_names)] // as the RFCs have them
fn rsa_pair(n: &[u8], e: &[u8], [d, p, q, dp, dq, qi]: &[Vec<u8>; 6]) -> Result<RsaKeyPair, String> {
    let public_key = PublicKeyComponents { n, e };
    let components = KeyPairComponents { public_key, d, p, q, dP: dp, dQ: dq, qInv: qi };
    RsaKeyPair::from_components(&components).map_err(|refused| {
        format!("the RSA key cannot sign ({refused}). Use a key of 2048, 3072 or 4096 bits with the exponent 65537")
    })
}

fn rsa_encoding(algorithm: Algorithm) -> &'static dyn signature::RsaEncoding {
    match algorithm {
        Algorithm::RsaPss(Hash::Sha256) => &signature::RSA_PSS_SHA256,
        Algorithm::RsaPss(Hash::Sha384) => &signature::RSA_PSS_SHA384,
        Algorithm::RsaPss(Hash::Sha512) => &signature::RSA_PSS_SHA512,
        Algorithm::RsaPkcs1(Hash::Sha384) => &signature::RSA_PKCS1_SHA384,
        Algorithm::RsaPkcs1(Hash::Sha512) => &signature::RSA_PKCS1_SHA512,
        _ => &signature::RSA_PKCS1_SHA256,
    }
}

/// Whether a signature is that of a message. It is never that of a key that does not fit the algorithm.
pub(crate) fn verify(algorithm: Algorithm, material: &Material, message: &[u8], signature: &[u8]) -> bool {
    match (algorithm, material) {
        (Algorithm::Hmac(hash), Material::Secret(secret)) => {
            hmac::verify(&hmac::Key::new(hmac_algorithm(hash), secret), message, signature).is_ok()
        }
        (_, Material::Public(public) | Material::Private(public, _)) => {
            verify_public(algorithm, public, message, signature, EcdsaFormat::Raw)
        }
        _ => false,
    }
}

/// As [`verify`], for a public key.
pub(crate) fn verify_public(
    algorithm: Algorithm,
    public: &PublicKey,
    message: &[u8],
    signature: &[u8],
    format: EcdsaFormat,
) -> bool {
    if !algorithm.fits_public(public) {
        return false;
    }
    let verified = match public {
        PublicKey::Rsa { n, e } => {
            PublicKeyComponents { n, e }.verify(rsa_parameters(algorithm), message, signature)
        }
        PublicKey::Ec { curve, point } => {
            let with = match (curve, format) {
                (Curve::P256, EcdsaFormat::Raw) => &ring_signature::ECDSA_P256_SHA256_FIXED,
                (Curve::P256, EcdsaFormat::Der) => &ring_signature::ECDSA_P256_SHA256_ASN1,
                (Curve::P384, EcdsaFormat::Raw) => &ring_signature::ECDSA_P384_SHA384_FIXED,
                (Curve::P384, EcdsaFormat::Der) => &ring_signature::ECDSA_P384_SHA384_ASN1,
                (Curve::P521, format) => return p521::verify(point, message, signature, format),
            };
            UnparsedPublicKey::new(with, point).verify(message, signature)
        }
        PublicKey::Ed25519(key) => {
            UnparsedPublicKey::new(&ring_signature::ED25519, key).verify(message, signature)
        }
    };
    verified.is_ok()
}

fn rsa_parameters(algorithm: Algorithm) -> &'static signature::RsaParameters {
    match algorithm {
        Algorithm::RsaPss(Hash::Sha256) => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::RsaPss(Hash::Sha384) => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::RsaPss(Hash::Sha512) => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::RsaPkcs1(Hash::Sha384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RsaPkcs1(Hash::Sha512) => &signature::RSA_PKCS1_2048_8192_SHA512,
        _ => &signature::RSA_PKCS1_2048_8192_SHA256,
    }
}
