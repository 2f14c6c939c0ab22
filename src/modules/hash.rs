//! `sha256`, `sha512`, `sha1` and `md5`: `digest` (in hex), `digest_blob`, and of the SHAs `hmac` and `hmac_blob`;
//! `secure_equals`.

use super::arguments::bytes;
use base16ct::lower;
use ctutils::CtEq;
use hmac::digest::block_api::BlockSizeUser;
use hmac::digest::Digest;
use hmac::{KeyInit, Mac, SimpleHmac};
use md5::Md5;
use rhai_vm::function::Call;
use rhai_vm::{module, Result, Value};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

module! {
    /// All of these modules have the same functions, except that `md5` has no `hmac`. SHA-1 and MD5 are not secure; they are
    /// here for protocols that require them.
    "`sha256`, `sha512`, `sha1`, `md5`"

    functions {
        /// Returns whether two strings or blobs have the same bytes. The time it takes does not depend on where they differ: use
        /// it instead of `==` to check a signature or a secret.
        ///
        /// ```rhai
        /// secure_equals(sha256::hmac("key", "body"), "guessed") // → false
        /// ```
        new "secure_equals" (a: Any "string | blob", b: Any "string | blob") -> Bool = |call| {
            secure_equals(call.value(0), call.value(1)).map(Value::from)
        };
    }

    namespace "sha256" {
        /// Returns the hash in hexadecimal.
        ///
        /// ```rhai
        /// sha256::digest("abc") // → "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        /// sha1::digest("abc") // → "a9993e364706816aba3e25717850c26c9cd0d89d"
        /// md5::digest("abc") // → "900150983cd24fb0d6963f7d28e17f72"
        /// sha512::digest("abc").len // → 128
        /// ```
        new "digest" (data: Any "string | blob") -> String = digest_in_hex::<Sha256>;

        /// Returns the hash as a blob.
        ///
        /// ```rhai
        /// base64::encode(sha256::digest_blob("abc")) // → "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        /// ```
        new "digest_blob" (data: Any "string | blob") -> Blob = digest_as_blob::<Sha256>;

        /// Returns the keyed hash (HMAC, RFC 2104) in hexadecimal.
        ///
        /// ```rhai
        /// sha256::hmac("key", "body") // → "515aae133b435d4000956731f68ae5cf5eb85d4f0dc6a546d2bfcd3595ec1ae1"
        /// ```
        new "hmac" (key: Any "string | blob", data: Any "string | blob") -> String = hmac_in_hex::<Sha256>;

        /// Returns the keyed hash as a blob, to use as a key of the next one or to encode as base64.
        ///
        /// ```rhai
        /// sha256::hmac_blob("key", "body").len // → 32
        /// ```
        new "hmac_blob" (key: Any "string | blob", data: Any "string | blob") -> Blob = hmac_as_blob::<Sha256>;
    }

    namespace "sha512" {
        /// Returns the hash in hexadecimal.
        ///
        /// ```rhai
        /// sha512::digest("abc").len // → 128
        /// ```
        new "digest" (data: Any "string | blob") -> String = digest_in_hex::<Sha512>;

        /// Returns the hash as a blob.
        ///
        /// ```rhai
        /// sha512::digest_blob("abc").len // → 64
        /// ```
        new "digest_blob" (data: Any "string | blob") -> Blob = digest_as_blob::<Sha512>;

        /// Returns the keyed hash (HMAC, RFC 2104) in hexadecimal.
        ///
        /// ```rhai
        /// sha512::hmac("key", "body").len // → 128
        /// ```
        new "hmac" (key: Any "string | blob", data: Any "string | blob") -> String = hmac_in_hex::<Sha512>;

        /// Returns the keyed hash as a blob.
        ///
        /// ```rhai
        /// sha512::hmac_blob("key", "body").len // → 64
        /// ```
        new "hmac_blob" (key: Any "string | blob", data: Any "string | blob") -> Blob = hmac_as_blob::<Sha512>;
    }

    namespace "sha1" {
        /// Returns the hash in hexadecimal.
        ///
        /// ```rhai
        /// sha1::digest("abc").len // → 40
        /// ```
        new "digest" (data: Any "string | blob") -> String = digest_in_hex::<Sha1>;

        /// Returns the hash as a blob.
        ///
        /// ```rhai
        /// sha1::digest_blob("abc").len // → 20
        /// ```
        new "digest_blob" (data: Any "string | blob") -> Blob = digest_as_blob::<Sha1>;

        /// Returns the keyed hash (HMAC, RFC 2104) in hexadecimal.
        ///
        /// ```rhai
        /// sha1::hmac("key", "body").len // → 40
        /// ```
        new "hmac" (key: Any "string | blob", data: Any "string | blob") -> String = hmac_in_hex::<Sha1>;

        /// Returns the keyed hash as a blob.
        ///
        /// ```rhai
        /// sha1::hmac_blob("key", "body").len // → 20
        /// ```
        new "hmac_blob" (key: Any "string | blob", data: Any "string | blob") -> Blob = hmac_as_blob::<Sha1>;
    }

    namespace "md5" {
        /// Returns the hash in hexadecimal.
        ///
        /// ```rhai
        /// md5::digest("abc").len // → 32
        /// ```
        new "digest" (data: Any "string | blob") -> String = digest_in_hex::<Md5>;

        /// Returns the hash as a blob.
        ///
        /// ```rhai
        /// md5::digest_blob("abc").len // → 16
        /// ```
        new "digest_blob" (data: Any "string | blob") -> Blob = digest_as_blob::<Md5>;
    }
}

fn digest_in_hex<D: Digest>(call: &mut Call<'_>) -> Result<Value> {
    Ok(lower::encode_string(&digest::<D>(call.value(0))?).into())
}

fn digest_as_blob<D: Digest>(call: &mut Call<'_>) -> Result<Value> {
    digest::<D>(call.value(0)).map(Value::blob)
}

fn hmac_in_hex<D: Digest + BlockSizeUser>(call: &mut Call<'_>) -> Result<Value> {
    Ok(lower::encode_string(&hmac::<D>(call.value(0), call.value(1))?).into())
}

fn hmac_as_blob<D: Digest + BlockSizeUser>(call: &mut Call<'_>) -> Result<Value> {
    hmac::<D>(call.value(0), call.value(1)).map(Value::blob)
}

fn digest<D: Digest>(data: &Value) -> Result<Vec<u8>> {
    Ok(D::digest(bytes(data, "digest")?).to_vec())
}

fn hmac<D: Digest + BlockSizeUser>(key: &Value, data: &Value) -> Result<Vec<u8>> {
    let key = bytes(key, "hmac")?;
    // A key may have any length.
    let mut hmac = <SimpleHmac<D> as KeyInit>::new_from_slice(key).expect("a key of any length");
    hmac.update(bytes(data, "hmac")?);
    Ok(hmac.finalize().into_bytes().to_vec())
}

/// Takes the same time wherever the two differ, so that nobody can guess a signature bit by bit.
fn secure_equals(a: &Value, b: &Value) -> Result<bool> {
    let (a, b) = (bytes(a, "secure_equals")?, bytes(b, "secure_equals")?);
    Ok(a.ct_eq(b).into())
}
