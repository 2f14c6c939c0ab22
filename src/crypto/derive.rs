//! Keys from passwords and from other keys: PBKDF2 (RFC 8018), scrypt (RFC 7914) and HKDF (RFC 5869). The first two take
//! as long as their parameters say, and ask on the way whether they may go on.

use super::algorithm::Hash;
use rhai_vm::{memory, Result};
use ring::{hkdf, hmac};

/// So many iterations are made between two questions.
const ITERATIONS_PER_CHECK: u32 = 1 << 12;

/// Derives a key from a password.
///
/// # Errors
/// Those of `check`.
pub(crate) fn pbkdf2(
    hash: Hash,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    key: &mut [u8],
    check: &dyn Fn() -> Result<()>,
) -> Result<()> {
    let algorithm = match hash {
        Hash::Sha256 => hmac::HMAC_SHA256,
        Hash::Sha384 => hmac::HMAC_SHA384,
        Hash::Sha512 => hmac::HMAC_SHA512,
    };
    let password = hmac::Key::new(algorithm, password);
    for (number, block) in (1_u32..).zip(key.chunks_mut(algorithm.digest_algorithm().output_len())) {
        let mut first = hmac::Context::with_key(&password);
        first.update(salt);
        first.update(&number.to_be_bytes());
        let mut last = first.sign();
        block.copy_from_slice(&last.as_ref()[..block.len()]);
        for iteration in 1..iterations {
            if iteration % ITERATIONS_PER_CHECK == 0 {
                check()?;
            }
            last = hmac::sign(&password, last.as_ref());
            for (byte, with) in block.iter_mut().zip(last.as_ref()) {
                *byte ^= with;
            }
        }
    }
    Ok(())
}

/// The parameters of scrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scrypt {
    /// The base-2 logarithm of the cost.
    pub(crate) log_n: u32,
    pub(crate) r: u32,
    pub(crate) p: u32,
}

impl Scrypt {
    /// The bytes that it needs.
    pub(crate) fn memory(self) -> u64 {
        let (r, p) = (u64::from(self.r), u64::from(self.p));
        let table = 1_u64.checked_shl(self.log_n).and_then(|n| n.checked_mul(128 * r));
        table.map_or(u64::MAX, |table| table.saturating_add((128 * r).saturating_mul(p)))
    }

    /// Derives a key from a password. The caller has checked the parameters and the memory.
    ///
    /// # Errors
    /// Those of `check`.
    pub(crate) fn derive(
        self,
        password: &[u8],
        salt: &[u8],
        key: &mut [u8],
        check: &dyn Fn() -> Result<()>,
    ) -> Result<()> {
        let (r, p) = (self.r as usize, self.p as usize);
        memory::needs(usize::try_from(self.memory()).unwrap_or(usize::MAX))?;
        let mut blocks = vec![0; 128 * r * p];
        pbkdf2(Hash::Sha256, password, salt, 1, &mut blocks, check)?;
        let mut table = Vec::with_capacity((32 * r) << self.log_n);
        for block in blocks.chunks_mut(128 * r) {
            romix::romix(block, 1 << self.log_n, &mut table, check)?;
        }
        pbkdf2(Hash::Sha256, password, &blocks, 1, key, check)
    }
}

/// The length of a key, in the way that `ring` wants to know it.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Derives a key from another one; nothing where the key would be longer than 255 hashes.
pub(crate) fn hkdf(hash: Hash, secret: &[u8], salt: &[u8], info: &[u8], length: usize) -> Option<Vec<u8>> {
    let algorithm = match hash {
        Hash::Sha256 => hkdf::HKDF_SHA256,
        Hash::Sha384 => hkdf::HKDF_SHA384,
        Hash::Sha512 => hkdf::HKDF_SHA512,
    };
    let mut key = vec![0; length];
    let extracted = hkdf::Salt::new(algorithm, salt).extract(secret);
    extracted.expand(&[info], Length(length)).ok()?.fill(&mut key).ok()?;
    Some(key)
}
