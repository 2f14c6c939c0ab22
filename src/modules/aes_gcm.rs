//! `aes_gcm::encrypt`, `decrypt` (to a string), `decrypt_blob`.

use super::accepted::read;
use super::arguments::{bytes, error};
use super::host::host;
use super::options::Options;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{memory, module, Error, Result, Value};
use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey, AES_128_GCM, AES_256_GCM, NONCE_LEN};

/// The bytes at the end that show whether the data was changed.
const TAG: usize = 16;

module! {
    /// Encryption with AES-GCM (NIST SP 800-38D), which also finds out whether the data was changed. The key is a blob of 32
    /// bytes (AES-256) or 16 bytes (AES-128), from `random::bytes`, `hkdf::derive` or KMS; a password is no key. Encrypt fewer
    /// than four billion times with the same key.
    ///
    /// The option `aad` is a string or a blob that is not encrypted, but must be the same for decryption, such as the ID of the
    /// record in which the data is stored.
    ///
    /// The encrypted blob is a random nonce of 12 bytes, the ciphertext, and the tag of 16 bytes. Other programs may keep these
    /// apart: add the blobs to decrypt their data.
    "`aes_gcm`"

    namespace "aes_gcm" {
        /// Encrypts a string or a blob. Each call returns another blob.
        ///
        /// ```rhai
        /// let key = random::bytes(32);
        /// aes_gcm::encrypt("hello", key).len // → 33
        /// aes_gcm::encrypt("hello", "a password") // ✗ KeyError
        /// ```
        new "encrypt" (data: Any "string | blob", key: Any "blob"; options: Map) -> Blob throws KeyError, RandomError = |call| encrypt(call);

        /// Decrypts to a string. Throws `DecryptionError` if the key, `aad` or the data is wrong, or if the decrypted bytes are
        /// not valid UTF-8.
        ///
        /// ```rhai
        /// let key = random::bytes(32);
        /// let encrypted = aes_gcm::encrypt("hello", key, #{ aad: "user 7" });
        /// aes_gcm::decrypt(encrypted, key, #{ aad: "user 7" }) // → "hello"
        /// aes_gcm::decrypt(encrypted, key, #{ aad: "user 8" }) // ✗ DecryptionError
        /// ```
        new "decrypt" (encrypted: Blob, key: Any "blob"; options: Map) -> String throws DecryptionError, KeyError = |call| {
            let decrypted = decrypt(call, "aes_gcm::decrypt")?;
            let text = String::from_utf8(decrypted);
            text.map(Value::from).map_err(|problem| {
                let at = problem.utf8_error().valid_up_to() + 1;
                error("DecryptionError", format!("the decrypted bytes are not valid UTF-8 (at byte {at}). Use aes_gcm::decrypt_blob"))
            })
        };

        /// Decrypts to a blob. Throws `DecryptionError` if the key, `aad` or the data is wrong.
        ///
        /// ```rhai
        /// let key = random::bytes(16);
        /// aes_gcm::decrypt_blob(aes_gcm::encrypt(blob(2, 255), key), key).to_array() // → [255, 255]
        /// aes_gcm::decrypt_blob(blob(20), key) // ✗ DecryptionError
        /// ```
        new "decrypt_blob" (encrypted: Blob, key: Any "blob"; options: Map) -> Blob throws DecryptionError, KeyError = |call| {
            decrypt(call, "aes_gcm::decrypt_blob").map(Value::blob)
        };
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("aes_gcm::encrypt", "options", |options| read(options, aad)),
    OptionsParam::new("aes_gcm::decrypt", "options", |options| read(options, aad)),
    OptionsParam::new("aes_gcm::decrypt_blob", "options", |options| read(options, aad)),
];

fn encrypt(call: &Call<'_>) -> Result<Value> {
    let aad = aad(&mut Options::of(call, 2, "aes_gcm::encrypt"))?;
    let (data, key) = (bytes(call.value(0), "aes_gcm::encrypt")?, key(call.value(1))?);
    memory::needs(data.len())?;
    let mut nonce = [0; NONCE_LEN];
    super::random::fill(&*host(call).world, &mut nonce)?;
    let mut encrypted = Vec::with_capacity(NONCE_LEN + data.len() + TAG);
    encrypted.extend_from_slice(&nonce);
    encrypted.extend_from_slice(data);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let sealed = key.seal_in_place_separate_tag(nonce, Aad::from(aad), &mut encrypted[NONCE_LEN..]);
    let tag = sealed
        .map_err(|_| error("MismatchedTypes", "the data is too large for AES-GCM. Encrypt it in parts"))?;
    encrypted.extend_from_slice(tag.as_ref());
    Ok(Value::blob(encrypted))
}

fn decrypt(call: &Call<'_>, function: &'static str) -> Result<Vec<u8>> {
    let aad = aad(&mut Options::of(call, 2, function))?;
    let (data, key) = (call.blob(0), key(call.value(1))?);
    let Some((nonce, sealed)) =
        data.split_first_chunk::<NONCE_LEN>().filter(|(_, sealed)| sealed.len() >= TAG)
    else {
        let message = format!(
            "the data has {} bytes, but a nonce and a tag have 28. Pass all that aes_gcm::encrypt returned",
            data.len()
        );
        return Err(error("DecryptionError", message));
    };
    memory::needs(sealed.len())?;
    let mut opened = sealed.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let length = key.open_in_place(nonce, Aad::from(aad), &mut opened).map(|plain| plain.len());
    let length = length.map_err(|_| {
        error(
            "DecryptionError",
            "the data cannot be decrypted: the key, `aad` or the data is wrong. Pass those of the encryption",
        )
    })?;
    opened.truncate(length);
    Ok(opened)
}

fn aad(options: &mut Options<Error>) -> Result<Vec<u8>> {
    let aad = options.bytes("aad")?.unwrap_or_default();
    options.end()?;
    Ok(aad)
}

fn key(value: &Value) -> Result<LessSafeKey> {
    let bytes = value.as_blob().map_or(&[][..], Vec::as_slice);
    let algorithm = match bytes.len() {
        16 => &AES_128_GCM,
        32 => &AES_256_GCM,
        _ => {
            let found = value.as_blob().map_or_else(
                || crate::value::type_of(value).to_owned(),
                |blob| format!("one of {} bytes", blob.len()),
            );
            return Err(error(
                "KeyError",
                format!("the key must be a blob of 16 or 32 bytes, not {found}. Use random::bytes(32)"),
            ));
        }
    };
    let key = UnboundKey::new(algorithm, bytes)
        .map_err(|_| error("KeyError", "the key is invalid. Use random::bytes(32)"))?;
    Ok(LessSafeKey::new(key))
}
