//! `rsa`, `ecdsa` and `ed25519`: `sign` and `verify`.

use super::arguments::{bytes, error};
use super::keys::{key, key_error};
use crate::crypto::signature;
use crate::crypto::{Algorithm, Curve, EcdsaFormat, Key, Material, PublicKey};
use rhai_vm::function::Call;
use rhai_vm::{module, Result, Value};

module! {
    /// Signatures with a private key, which everyone with the public key can verify. Keys are as for [`jwt`](#jwt): PEM, JWK or
    /// DER. The data to sign is hashed by these functions; pass it as it is. A wrong signature is `false`, a wrong key is a
    /// `KeyError`. Verification accepts a private key as well, and uses its public part.
    ///
    /// - `rsa` signs with RSASSA-PKCS1-v1_5 (`RS256`, `RS384`, `RS512`) or RSASSA-PSS with a salt as long as the hash (`PS256`,
    ///   `PS384`, `PS512`). Keys have 2048 to 8192 bits; to sign, up to 4096.
    /// - `ecdsa` signs with SHA-256 on the curve P-256, with SHA-384 on P-384, and with SHA-512 on P-521. Signatures have the format `"der"`, as OpenSSL
    ///   and AWS KMS have them, or `"raw"`, as JWTs and browsers have them.
    /// - `ed25519` also accepts keys as blobs of 32 bytes: the public key, or to sign, the seed. Discord's, for example, are in
    ///   hexadecimal: `hex::decode_blob(key)`.
    "`rsa`, `ecdsa`, `ed25519`"

    namespace "rsa" {
        /// Returns the signature. The default algorithm is `RS256`.
        ///
        /// ```rhai
        /// let key = env::get("PRIVATE_KEY");
        /// rsa::sign("data", key).len // → 256
        /// rsa::verify("data", rsa::sign("data", key, "PS512"), key, "PS512") // → true
        /// rsa::sign("data", "-----BEGIN PRIVATE KEY----- …") // ✗ KeyError
        /// ```
        new "sign" (data: Any "string | blob", key: Any "string | blob | map"; algorithm: String) -> Blob throws KeyError = |call| {
            let algorithm = rsa_algorithm(call, 2)?;
            sign(call, &key(call.value(1))?, algorithm, EcdsaFormat::Der)
        };

        /// Returns whether the signature is valid. The default algorithm is `RS256`.
        ///
        /// ```rhai
        /// let key = env::get("PRIVATE_KEY");
        /// let signature = rsa::sign("data", key);
        /// rsa::verify("data", signature, key) // → true
        /// rsa::verify("other data", signature, key) // → false
        /// ```
        new "verify" (data: Any "string | blob", signature: Blob, key: Any "string | blob | map"; algorithm: String) -> Bool throws KeyError = |call| {
            let algorithm = rsa_algorithm(call, 3)?;
            verify(call, &key(call.value(2))?, algorithm, EcdsaFormat::Der)
        };
    }

    namespace "ecdsa" {
        /// Returns the signature. The format is `"der"` by default, or `"raw"`.
        ///
        /// ```rhai
        /// let key = #{ kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" };
        /// ecdsa::sign("data", key, "raw").len // → 64
        /// ecdsa::sign("data", key)[0] // → 48
        /// ```
        new "sign" (data: Any "string | blob", key: Any "string | blob | map"; format: String) -> Blob throws KeyError = |call| {
            let (key, format) = (key(call.value(1))?, format(call, 2)?);
            let algorithm = curve_algorithm(&key)?;
            sign(call, &key, algorithm, format)
        };

        /// Returns whether the signature, in the format `"der"` by default or `"raw"`, is valid.
        ///
        /// ```rhai
        /// let key = #{ kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" };
        /// ecdsa::verify("data", ecdsa::sign("data", key), key) // → true
        /// ecdsa::verify("data", ecdsa::sign("data", key), key, "raw") // → false
        /// ```
        new "verify" (data: Any "string | blob", signature: Blob, key: Any "string | blob | map"; format: String) -> Bool throws KeyError = |call| {
            let (key, format) = (key(call.value(2))?, format(call, 3)?);
            let algorithm = curve_algorithm(&key)?;
            verify(call, &key, algorithm, format)
        };
    }

    namespace "ed25519" {
        /// Returns the signature, which has 64 bytes.
        ///
        /// ```rhai
        /// let seed = hex::decode_blob("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        /// ed25519::sign("", seed) == hex::decode_blob("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b") // → true
        /// ```
        new "sign" (data: Any "string | blob", key: Any "string | blob | map") -> Blob throws KeyError = |call| {
            let key = ed25519_key(call.value(1), Key::from_ed25519_seed)?;
            sign(call, &key, Algorithm::EdDsa, EcdsaFormat::Raw)
        };

        /// Returns whether the signature is valid.
        ///
        /// ```rhai
        /// let key = hex::decode_blob("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        /// let signature = hex::decode_blob("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        /// ed25519::verify("", signature, key) // → true
        /// ed25519::verify("!", signature, key) // → false
        /// ```
        new "verify" (data: Any "string | blob", signature: Blob, key: Any "string | blob | map") -> Bool throws KeyError = |call| {
            let key = ed25519_key(call.value(2), |public| Some(Material::Public(PublicKey::Ed25519(public)).into()))?;
            verify(call, &key, Algorithm::EdDsa, EcdsaFormat::Raw)
        };
    }
}

fn rsa_algorithm(call: &Call<'_>, number: usize) -> Result<Algorithm> {
    let name = call.value(number).as_str().map_or("RS256", |name| name.as_str());
    match Algorithm::parse(name) {
        Ok(algorithm @ (Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_))) => Ok(algorithm),
        _ => Err(key_error(format!(
            "{name:?} is no algorithm of RSA. Use RS256, RS384, RS512, PS256, PS384 or PS512"
        ))),
    }
}

/// The algorithm of a key's curve.
fn curve_algorithm(key: &Key) -> Result<Algorithm> {
    let all = [Curve::P256, Curve::P384, Curve::P521].map(Algorithm::Ecdsa);
    let fitting = all.into_iter().find(|algorithm| algorithm.fits(&key.material));
    fitting.ok_or_else(|| key_error("the key is not one for ECDSA. Pass an EC key"))
}

fn format(call: &Call<'_>, number: usize) -> Result<EcdsaFormat> {
    match call.value(number).as_str().map_or("der", |name| name.as_str()) {
        "der" => Ok(EcdsaFormat::Der),
        "raw" => Ok(EcdsaFormat::Raw),
        other => Err(error("MismatchedTypes", format!("unknown format {other:?}. Use \"der\" or \"raw\""))),
    }
}

/// A key, which may also be the 32 bytes that `raw` reads.
fn ed25519_key(value: &Value, raw: impl FnOnce([u8; 32]) -> Option<Key>) -> Result<Key> {
    match value.as_blob().and_then(|bytes| bytes.as_slice().try_into().ok()) {
        Some(bytes) => raw(bytes).ok_or_else(|| key_error("the seed is invalid. Use 32 random bytes")),
        None => key(value),
    }
}

fn sign(call: &Call<'_>, key: &Key, algorithm: Algorithm, format: EcdsaFormat) -> Result<Value> {
    let data = bytes(call.value(0), "sign")?;
    check_kind(key, algorithm)?;
    let signature = signature::sign(algorithm, &key.material, data, format);
    signature.map(Value::blob).map_err(|problem| key_error(format!("the key cannot sign: {problem}")))
}

fn verify(call: &Call<'_>, key: &Key, algorithm: Algorithm, format: EcdsaFormat) -> Result<Value> {
    let data = bytes(call.value(0), "verify")?;
    check_kind(key, algorithm)?;
    let is_valid = match &key.material {
        Material::Public(public) | Material::Private(public, _) => {
            signature::verify_public(algorithm, public, data, call.blob(1), format)
        }
        Material::Secret(_) => false,
    };
    Ok(is_valid.into())
}

fn check_kind(key: &Key, algorithm: Algorithm) -> Result<()> {
    if algorithm.fits(&key.material) {
        return Ok(());
    }
    Err(key_error(format!("the key is not of the kind that {} requires. Pass another key", algorithm.name())))
}
