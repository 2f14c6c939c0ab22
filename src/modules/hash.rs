//! `sha256`, `sha512`, `sha1` and `md5`: `digest` (in hex), `digest_blob`, and of the SHAs `hmac` and `hmac_blob`;
//! `secure_equals`.

use super::{bytes, Result};
use base16ct::lower;
use ctutils::CtEq;
use hmac::digest::block_api::BlockSizeUser;
use hmac::digest::Digest;
use hmac::{KeyInit, Mac, SimpleHmac};
use md5::Md5;
use rhai_vm::function::{param, Function, Namespace, Param};
use rhai_vm::{Kind, Value};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

const DATA: &[Param] = &[param("data", Kind::Any)];
const KEY_AND_DATA: &[Param] = &[param("key", Kind::Any), param("data", Kind::Any)];

pub(super) const SHA256: Namespace =
    Namespace { name: "sha256", functions: &with_hmac::<Sha256>(), constants: &[] };
pub(super) const SHA512: Namespace =
    Namespace { name: "sha512", functions: &with_hmac::<Sha512>(), constants: &[] };
pub(super) const SHA1: Namespace =
    Namespace { name: "sha1", functions: &with_hmac::<Sha1>(), constants: &[] };
pub(super) const MD5: Namespace =
    Namespace { name: "md5", functions: &[digest_in_hex::<Md5>(), digest_as_blob::<Md5>()], constants: &[] };

pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("secure_equals", &[param("a", Kind::Any), param("b", Kind::Any)], Kind::Bool, |call| {
        secure_equals(call.value(0), call.value(1)).map(Value::from)
    })];

const fn with_hmac<D: Digest + BlockSizeUser>() -> [Function; 4] {
    [
        digest_in_hex::<D>(),
        digest_as_blob::<D>(),
        Function::new("hmac", KEY_AND_DATA, Kind::String, |call| {
            Ok(lower::encode_string(&hmac::<D>(call.value(0), call.value(1))?).into())
        }),
        Function::new("hmac_blob", KEY_AND_DATA, Kind::Blob, |call| {
            hmac::<D>(call.value(0), call.value(1)).map(Value::blob)
        }),
    ]
}

const fn digest_in_hex<D: Digest>() -> Function {
    Function::new("digest", DATA, Kind::String, |call| {
        Ok(lower::encode_string(&digest::<D>(call.value(0))?).into())
    })
}

const fn digest_as_blob<D: Digest>() -> Function {
    Function::new("digest_blob", DATA, Kind::Blob, |call| digest::<D>(call.value(0)).map(Value::blob))
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
