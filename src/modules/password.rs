//! `password::hash` and `password::verify`.

use super::accepted::read;
use super::arguments::error;
use super::derive::{scrypt, ITERATIONS, SCRYPT};
use super::host::host;
use super::options::Options;
use super::random;
use crate::crypto::algorithm::Hash;
use crate::crypto::derive::{pbkdf2, Scrypt};
use crate::crypto::quoted;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::Engine as _;
use ctutils::CtEq;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Result, Value};

/// The bytes of a salt and of a hash that are made here.
const SALT: usize = 16;
const HASH: usize = 32;
/// The longest string that is read as a hash, in bytes.
const MAX_STRING: usize = 512;

module! {
    /// Hashes of passwords, to be stored in place of these. They are strings in the PHC format, which name the algorithm and its
    /// parameters, and verify with other programs.
    ///
    /// Hashing takes time on purpose: about 0.2 s of a whole processor with the defaults, which a function has from 1,769 MB of
    /// memory on; with less memory it takes longer in proportion. The deadline ends it.
    "`password`"

    namespace "password" {
        /// Returns the hash of a password with a random salt. Each call returns another string.
        ///
        /// | option | is |
        /// |---|---|
        /// | `algorithm` | `"scrypt"` (the default), or `"pbkdf2-sha256"` or `"pbkdf2-sha512"`, where regulations require it |
        /// | `ln`, `r`, `p` | the parameters of scrypt: by default 14, 8 and 5, for which it needs 16 MiB of memory |
        /// | `iterations` | the iterations of PBKDF2; the default is 600,000 |
        ///
        /// Throws `ScryptError` if scrypt needs more than a quarter of the function's memory.
        ///
        /// ```rhai
        /// password::hash("correct horse").sub_string(0, 22) // → "$scrypt$ln=14,r=8,p=5$"
        /// password::hash("correct horse", #{ ln: 40 }) // ✗ MismatchedTypes
        /// ```
        new "hash" (password: String; options: Map) -> String throws ScryptError, RandomError = |call| hash(call);

        /// Returns whether this is the password of a hash by `password::hash`, or by another program in the same format:
        /// `$scrypt$ln=…,r=…,p=…$salt$hash` or `$pbkdf2-sha256$i=…$salt$hash`. Throws `PasswordError` if it has
        /// another format.
        ///
        /// ```rhai
        /// let hash = password::hash("correct horse", #{ ln: 10 });
        /// password::verify("correct horse", hash) // → true
        /// password::verify("battery staple", hash) // → false
        /// password::verify("correct horse", "5f4dcc3b5aa765d61d8327deb882cf99") // ✗ PasswordError
        /// ```
        new "verify" (password: String, hash: String) -> Bool throws PasswordError, ScryptError = |call| verify(call);
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("password::hash", "options", |options| read(options, Algorithm::read))];

/// An algorithm with its parameters.
#[derive(Clone, Copy)]
enum Algorithm {
    Scrypt(Scrypt),
    Pbkdf2(Hash, u32),
}

impl Algorithm {
    fn read(options: &mut Options<Error>) -> Result<Self> {
        let iterations = options.integer("iterations", 1..=u32::MAX)?.unwrap_or(ITERATIONS);
        let algorithm = match options.text("algorithm")?.as_deref().unwrap_or("scrypt") {
            "scrypt" => Self::Scrypt(Scrypt {
                log_n: options.integer("ln", 1..=31)?.unwrap_or(SCRYPT.log_n),
                r: options.integer("r", 1..=1024)?.unwrap_or(SCRYPT.r),
                p: options.integer("p", 1..=1024)?.unwrap_or(SCRYPT.p),
            }),
            "pbkdf2-sha256" => Self::Pbkdf2(Hash::Sha256, iterations),
            "pbkdf2-sha512" => Self::Pbkdf2(Hash::Sha512, iterations),
            other => {
                return Err(options.error(format!(
                    "unknown `algorithm` {other:?}. Use \"scrypt\", \"pbkdf2-sha256\" or \"pbkdf2-sha512\""
                )))
            }
        };
        options.end()?;
        Ok(algorithm)
    }

    fn derive(self, call: &Call<'_>, salt: &[u8], key: &mut [u8]) -> Result<()> {
        let password = call.str(0).as_bytes();
        match self {
            Self::Scrypt(parameters) => scrypt(call, parameters, password, salt, key),
            Self::Pbkdf2(hash, iterations) => pbkdf2(hash, password, salt, iterations, key, &|| call.check()),
        }
    }

    /// What stands before the salt.
    fn prefix(self) -> String {
        match self {
            Self::Scrypt(Scrypt { log_n, r, p }) => format!("$scrypt$ln={log_n},r={r},p={p}"),
            Self::Pbkdf2(Hash::Sha512, iterations) => format!("$pbkdf2-sha512$i={iterations},l={HASH}"),
            Self::Pbkdf2(_, iterations) => format!("$pbkdf2-sha256$i={iterations},l={HASH}"),
        }
    }

    /// The algorithm of this name, with parameters such as `ln=14,r=8,p=5`.
    fn parse(name: &str, parameters: &str) -> Option<Self> {
        let value = |wanted: &str| {
            let mut parameters = parameters.split(',').filter_map(|parameter| parameter.split_once('='));
            let number: u32 = parameters.find(|(name, _)| *name == wanted)?.1.parse().ok()?;
            Some(number).filter(|number| *number > 0)
        };
        let iterations = || value("i");
        match name {
            "scrypt" => Some(Self::Scrypt(Scrypt { log_n: value("ln")?, r: value("r")?, p: value("p")? })),
            "pbkdf2-sha256" => iterations().map(|iterations| Self::Pbkdf2(Hash::Sha256, iterations)),
            "pbkdf2-sha512" => iterations().map(|iterations| Self::Pbkdf2(Hash::Sha512, iterations)),
            _ => None,
        }
    }
}

fn hash(call: &Call<'_>) -> Result<Value> {
    let algorithm = Algorithm::read(&mut Options::of(call, 1, "password::hash"))?;
    let (mut salt, mut hash) = ([0; SALT], [0; HASH]);
    random::fill(&*host(call).world, &mut salt)?;
    algorithm.derive(call, &salt, &mut hash)?;
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Ok(format!("{}${salt}${hash}", algorithm.prefix()).into())
}

fn verify(call: &Call<'_>) -> Result<Value> {
    let (algorithm, salt, expected) = parse(call.str(1)).ok_or_else(|| not_a_hash(call.str(1)))?;
    let mut hash = vec![0; expected.len()];
    algorithm.derive(call, &salt, &mut hash)?;
    Ok(bool::from(hash.as_slice().ct_eq(expected.as_slice())).into())
}

fn parse(text: &str) -> Option<(Algorithm, Vec<u8>, Vec<u8>)> {
    if text.len() > MAX_STRING {
        return None;
    }
    let parts: Vec<_> = text.strip_prefix('$')?.split('$').collect();
    let [name, parameters, salt, hash] = *parts else { return None };
    let (salt, hash) = (STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(hash).ok()?);
    // A short one would fit many passwords.
    (hash.len() >= 10).then_some((Algorithm::parse(name, parameters)?, salt, hash))
}

/// The name of the algorithm is no secret, the hash may be one.
fn not_a_hash(text: &str) -> Error {
    let name = text.strip_prefix('$').and_then(|text| text.split_once('$')).map(|(name, _)| name);
    let what = match name {
        Some(name) => format!("a hash {} that can be read", quoted(name)),
        None => "a hash in the PHC format".to_owned(),
    };
    error("PasswordError", format!("the string is not {what}. Use one that password::hash returned"))
}
