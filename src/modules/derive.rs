//! `hkdf::derive`, `pbkdf2::derive` and `scrypt::derive`: keys from secrets and passwords.

use super::accepted::read;
use super::arguments::{bytes, error};
use super::gzip;
use super::host::host;
use super::options::Options;
use crate::crypto::algorithm::Hash;
use crate::crypto::derive::{self, Scrypt};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{memory, module, Error, Result, Value};

/// The parameters that OWASP recommends where 16 MiB are available.
pub(super) const SCRYPT: Scrypt = Scrypt { log_n: 14, r: 8, p: 5 };
/// The iterations that OWASP recommends for PBKDF2 with SHA-256.
pub(super) const ITERATIONS: u32 = 600_000;
/// The longest key that is derived from a password, in bytes.
const MAX_LENGTH: u32 = 1024;
/// The longest that HKDF gives, in bytes: 255 hashes of 32 bytes.
const MAX_HKDF_LENGTH: u32 = 8160;

module! {
    /// Keys derived from other secrets: `hkdf` (RFC 5869) from keys, `pbkdf2` (RFC 8018) and `scrypt` (RFC 7914) from passwords,
    /// for which they take time. To store passwords, use [`password`](#password), which chooses the salt and the parameters.
    ///
    /// The option `hash` is `"sha256"` (the default), `"sha384"` or `"sha512"`. `length` is the length of the key in bytes; the
    /// default is 32. A salt is a string or a blob.
    "`hkdf`, `pbkdf2`, `scrypt`"

    namespace "hkdf" {
        /// Returns a key that is derived from a secret of high entropy, such as a key. The options are `salt`, `info` (a string or
        /// a blob that says what the key is for), `length` and `hash`.
        ///
        /// ```rhai
        /// let secret = random::bytes(32);
        /// hkdf::derive(secret, #{ info: "cookies" }).len // → 32
        /// hkdf::derive(secret, #{ info: "cookies" }) == hkdf::derive(secret, #{ info: "links" }) // → false
        /// ```
        new "derive" (secret: Any "string | blob"; options: Map) -> Blob = |call| {
            let Hkdf { salt, info, hash, length } = Hkdf::read(&mut Options::of(call, 1, "hkdf::derive"))?;
            let key = derive::hkdf(hash, bytes(call.value(0), "hkdf::derive")?, &salt, &info, length);
            key.map(Value::blob).ok_or_else(|| error("MismatchedTypes", "`length` is too large for the hash"))
        };
    }

    namespace "pbkdf2" {
        /// Returns a key that is derived from a password. The options are `iterations` (600,000 by default, as OWASP recommends for
        /// SHA-256), `length` and `hash`.
        ///
        /// ```rhai
        /// hex::encode(pbkdf2::derive("passwd", "salt", #{ iterations: 1, length: 16 })) // → "55ac046e56e3089fec1691c22544b605"
        /// pbkdf2::derive("passwd", "salt", #{ iterations: 0 }) // ✗ MismatchedTypes
        /// ```
        new "derive" (password: Any "string | blob", salt: Any "string | blob"; options: Map) -> Blob = |call| {
            let Pbkdf2 { hash, iterations, length } = Pbkdf2::read(&mut Options::of(call, 2, "pbkdf2::derive"))?;
            let mut key = vec![0; length];
            let (password, salt) = (bytes(call.value(0), "pbkdf2::derive")?, bytes(call.value(1), "pbkdf2::derive")?);
            derive::pbkdf2(hash, password, salt, iterations, &mut key, &|| call.check())?;
            Ok(Value::blob(key))
        };
    }

    namespace "scrypt" {
        /// Returns a key that is derived from a password. The options are `n` (the cost, a power of two; 16,384 by default), `r` (8),
        /// `p` (5) and `length`. It needs 128 × `n` × `r` bytes of memory, which may be a quarter of the function's. Throws
        /// `ScryptError` if the parameters are invalid or need more.
        ///
        /// ```rhai
        /// hex::encode(scrypt::derive("", "", #{ n: 16, r: 1, p: 1, length: 16 })) // → "77d6576238657b203b19ca42c18a0497"
        /// scrypt::derive("", "", #{ n: 1 << 30 }) // ✗ ScryptError
        /// ```
        new "derive" (password: Any "string | blob", salt: Any "string | blob"; options: Map) -> Blob throws ScryptError = |call| {
            let (parameters, length) = read_scrypt(&mut Options::of(call, 2, "scrypt::derive"))?;
            let mut key = vec![0; length];
            let (password, salt) = (bytes(call.value(0), "scrypt::derive")?, bytes(call.value(1), "scrypt::derive")?);
            scrypt(call, parameters, password, salt, &mut key)?;
            Ok(Value::blob(key))
        };
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("hkdf::derive", "options", |options| read(options, Hkdf::read)),
    OptionsParam::new("pbkdf2::derive", "options", |options| read(options, Pbkdf2::read)),
    OptionsParam::new("scrypt::derive", "options", |options| read(options, read_scrypt)),
];

struct Hkdf {
    salt: Vec<u8>,
    info: Vec<u8>,
    hash: Hash,
    length: usize,
}

impl Hkdf {
    fn read(options: &mut Options<Error>) -> Result<Self> {
        let hkdf = Self {
            salt: options.bytes("salt")?.unwrap_or_default(),
            info: options.bytes("info")?.unwrap_or_default(),
            hash: hash(options)?,
            length: length(options, MAX_HKDF_LENGTH)?,
        };
        options.end()?;
        Ok(hkdf)
    }
}

struct Pbkdf2 {
    hash: Hash,
    iterations: u32,
    length: usize,
}

impl Pbkdf2 {
    fn read(options: &mut Options<Error>) -> Result<Self> {
        let pbkdf2 = Self {
            iterations: options.integer("iterations", 1..=u32::MAX)?.unwrap_or(ITERATIONS),
            hash: hash(options)?,
            length: length(options, MAX_LENGTH)?,
        };
        options.end()?;
        Ok(pbkdf2)
    }
}

/// The parameters of scrypt, and the length of the key.
fn read_scrypt(options: &mut Options<Error>) -> Result<(Scrypt, usize)> {
    let scrypt = (parameters(options)?, length(options, MAX_LENGTH)?);
    options.end()?;
    Ok(scrypt)
}

fn hash(options: &mut Options<Error>) -> Result<Hash> {
    Ok(match options.text("hash")?.as_deref() {
        None | Some("sha256") => Hash::Sha256,
        Some("sha384") => Hash::Sha384,
        Some("sha512") => Hash::Sha512,
        Some(other) => {
            let problem = format!("unknown `hash` {other:?}. Use \"sha256\", \"sha384\" or \"sha512\"");
            return Err(options.error(problem));
        }
    })
}

fn length(options: &mut Options<Error>, max: u32) -> Result<usize> {
    Ok(options.integer("length", 1..=max)?.map_or(32, |length| length as usize))
}

fn parameters(options: &mut Options<Error>) -> Result<Scrypt> {
    let n = options.integer("n", 2..=u32::MAX)?.unwrap_or(1 << SCRYPT.log_n);
    if !n.is_power_of_two() {
        return Err(scrypt_error(format!(
            "the cost `n` is {n}, not a power of two. Use a number such as 16384"
        )));
    }
    Ok(Scrypt {
        log_n: n.trailing_zeros(),
        r: options.integer("r", 1..=u32::MAX)?.unwrap_or(SCRYPT.r),
        p: options.integer("p", 1..=u32::MAX)?.unwrap_or(SCRYPT.p),
    })
}

fn scrypt_error(problem: String) -> Error {
    error("ScryptError", problem)
}

/// Derives a key with parameters from anywhere: they may need a quarter of the function's memory, and as long as the
/// script may run.
pub(super) fn scrypt(
    call: &Call<'_>,
    parameters: Scrypt,
    password: &[u8],
    salt: &[u8],
    key: &mut [u8],
) -> Result<()> {
    let limit = gzip::limit(host(call));
    let needed = parameters.memory();
    if usize::try_from(needed).map_or(true, |needed| needed > limit) {
        return Err(scrypt_error(format!(
            "these parameters need {} MiB, but at most {} MiB, a quarter of the function's memory, may be used. Raise the function's memory, or lower the parameters",
            needed.div_ceil(1 << 20),
            limit >> 20
        )));
    }
    memory::needs(limit.min(usize::try_from(needed).unwrap_or(limit)))?;
    parameters.derive(password, salt, key, &|| call.check())
}
