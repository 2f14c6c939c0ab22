//! `sha256`, `sha512`, `sha1` and `md5`: `digest` (in hex), `digest_blob`, and of the SHAs `hmac` and `hmac_blob`;
//! `secure_equals`.

use super::{at, bytes, Result};
use base16ct::lower;
use ctutils::CtEq;
use hmac::digest::block_api::BlockSizeUser;
use hmac::digest::Digest;
use hmac::{KeyInit, Mac, SimpleHmac};
use md5::Md5;
use rhai::{Blob, Dynamic, Engine, Module, NativeCallContext};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

pub(super) fn register(engine: &mut Engine) {
    for (name, module) in [
        ("sha256", with_hmac::<Sha256>(digests::<Sha256>())),
        ("sha512", with_hmac::<Sha512>(digests::<Sha512>())),
        ("sha1", with_hmac::<Sha1>(digests::<Sha1>())),
        ("md5", digests::<Md5>()),
    ] {
        engine.register_static_module(name, module.into());
    }
    engine.register_fn("secure_equals", |a: &mut Dynamic, b: Dynamic| secure_equals(a, &b));
}

fn digests<D: Digest>() -> Module {
    let mut module = Module::new();
    module.set_native_fn("digest", |call: NativeCallContext<'_>, data: &mut Dynamic| {
        at(&call, digest::<D>(data).map(|digest| lower::encode_string(&digest)))
    });
    module.set_native_fn("digest_blob", |call: NativeCallContext<'_>, data: &mut Dynamic| {
        at(&call, digest::<D>(data))
    });
    module
}

fn with_hmac<D: Digest + BlockSizeUser>(mut module: Module) -> Module {
    module.set_native_fn("hmac", |call: NativeCallContext<'_>, key: &mut Dynamic, data: Dynamic| {
        at(&call, hmac::<D>(key, &data).map(|code| lower::encode_string(&code)))
    });
    module.set_native_fn("hmac_blob", |call: NativeCallContext<'_>, key: &mut Dynamic, data: Dynamic| {
        at(&call, hmac::<D>(key, &data))
    });
    module
}

fn digest<D: Digest>(data: &Dynamic) -> Result<Blob> {
    Ok(D::digest(&*bytes(data, "digest")?).to_vec())
}

fn hmac<D: Digest + BlockSizeUser>(key: &Dynamic, data: &Dynamic) -> Result<Blob> {
    let key = bytes(key, "hmac")?;
    // A key may have any length.
    let mut hmac = <SimpleHmac<D> as KeyInit>::new_from_slice(&key).expect("a key of any length");
    hmac.update(&bytes(data, "hmac")?);
    Ok(hmac.finalize().into_bytes().to_vec())
}

/// Takes the same time wherever the two differ, so that nobody can guess a signature bit by bit.
fn secure_equals(a: &Dynamic, b: &Dynamic) -> Result<bool> {
    let (a, b) = (bytes(a, "secure_equals")?, bytes(b, "secure_equals")?);
    Ok((*a).ct_eq(&*b).into())
}
