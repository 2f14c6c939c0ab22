//! Keys from PEM and DER, in all forms in which people have them: PKCS#8, PKCS#1, SEC1, SPKI, and certificates.

use super::der::{Der, BIT_STRING, CONTEXT_0, CONTEXT_1, INTEGER, OCTET_STRING, OID, PUBLIC_KEY, SEQUENCE};
use super::material::{Curve, Material, PrivateKey, PublicKey};
use super::{pem, Algorithm};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

/// The bits that the modulus of an RSA key may have.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The largest public exponent of an RSA key has 33 bits.
const MAX_EXPONENT: u64 = (1 << 33) - 1;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// A key, and what a JWK says about it.
pub(crate) struct Key {
    pub(crate) material: Material,
    /// The only algorithm for which it is meant.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) kid: Option<String>,
}

impl From<Material> for Key {
    fn from(material: Material) -> Self {
        Self { material, algorithm: None, kid: None }
    }
}

impl Key {
    /// A key in PEM.
    ///
    /// # Errors
    /// What is wrong with it, without any of its bytes.
    pub(crate) fn from_pem(text: &str) -> Result<Self, String> {
        Self::from_der(&pem::decode(text)?)
    }

    /// A key in DER.
    ///
    /// # Errors
    /// What is wrong with it, without any of its bytes.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, String> {
        let unknown = || {
            "it is not a key in PKCS#8, PKCS#1, SEC1 or SPKI, nor a certificate. Pass a PEM or DER file as it is"
                .to_owned()
        };
        let mut elements = Der::new(der).sequence().ok_or_else(unknown)?;
        let material = match elements.tag() {
            Some(SEQUENCE) => public(elements).ok_or_else(unknown)??,
            Some(INTEGER) => {
                let version = elements.integer().ok_or_else(unknown)?;
                let read = match elements.tag() {
                    Some(SEQUENCE) => pkcs8(elements),
                    Some(OCTET_STRING) => sec1(elements, None, None),
                    // Without a version, the first number is the modulus of a public key.
                    Some(INTEGER) if version.len() > 1 => pkcs1_public(version, elements),
                    _ => pkcs1(elements),
                };
                read.ok_or_else(unknown)??
            }
            _ => return Err(unknown()),
        };
        Ok(material.into())
    }
}

impl Key {
    /// The key of a seed; nothing where it is refused.
    pub(crate) fn from_ed25519_seed(seed: [u8; 32]) -> Option<Self> {
        ed25519(seed).map(Self::from)
    }
}

type Read = Option<Result<Material, String>>;

/// A certificate (RFC 5280), or its part with the key alone (SPKI).
fn public(mut elements: Der<'_>) -> Read {
    let first = elements.sequence()?;
    if elements.tag()? == BIT_STRING {
        return spki(first, elements.bits()?);
    }
    let mut certificate = first;
    certificate.skip(CONTEXT_0);
    certificate.integer()?;
    // The algorithm, the issuer, the validity and the subject.
    for _ in 0..4 {
        certificate.sequence()?;
    }
    let mut info = certificate.sequence()?;
    spki(info.sequence()?, info.bits()?)
}

fn spki(mut algorithm: Der<'_>, key: &[u8]) -> Read {
    let oid = algorithm.next(OID)?;
    match oid {
        RSA | RSA_PSS => {
            let mut numbers = Der::new(key).sequence()?;
            pkcs1_public(numbers.integer()?, numbers)
        }
        EC => Some(curve(algorithm.next(OID)?).and_then(|curve| ec(curve, key)).map(Material::Public)),
        ED25519 => Some(Ok(Material::Public(PublicKey::Ed25519(key.try_into().ok()?)))),
        _ => Some(Err(unsupported())),
    }
}

fn unsupported() -> String {
    "the key is not of a supported kind. Use RSA, ECDSA with P-256, P-384 or P-521, or Ed25519".to_owned()
}

fn curve(oid: &[u8]) -> Result<Curve, String> {
    match oid {
        P256 => Ok(Curve::P256),
        P384 => Ok(Curve::P384),
        P521 => Ok(Curve::P521),
        _ => Err("the key is on an unsupported curve. Use P-256, P-384 or P-521".to_owned()),
    }
}

/// PKCS#8 (RFC 5958), after the version.
fn pkcs8(mut elements: Der<'_>) -> Read {
    let mut algorithm = elements.sequence()?;
    let oid = algorithm.next(OID)?;
    let mut key = Der::new(elements.next(OCTET_STRING)?);
    match oid {
        RSA | RSA_PSS => {
            let mut numbers = key.sequence()?;
            numbers.integer()?;
            pkcs1(numbers)
        }
        EC => {
            let curve = match curve(algorithm.next(OID)?) {
                Ok(curve) => curve,
                Err(problem) => return Some(Err(problem)),
            };
            elements.skip(CONTEXT_0);
            let outer = elements.next(PUBLIC_KEY).and_then(|bits| bits.strip_prefix(&[0]));
            let mut inner = key.sequence()?;
            inner.integer()?;
            sec1(inner, Some(curve), outer)
        }
        ED25519 => Some(Ok(ed25519(key.next(OCTET_STRING)?.try_into().ok()?)?)),
        _ => Some(Err(unsupported())),
    }
}

/// A private RSA key (RFC 8017), after the version.
fn pkcs1(mut numbers: Der<'_>) -> Read {
    let (n, e) = (numbers.integer()?, numbers.integer()?);
    let mut parts: [Vec<u8>; 6] = Default::default();
    for part in &mut parts {
        *part = numbers.integer()?.to_vec();
    }
    Some(rsa(n, e).map(|public| Material::Private(public, PrivateKey::Rsa(Box::new(parts)))))
}

fn pkcs1_public(n: &[u8], mut rest: Der<'_>) -> Read {
    let e = rest.integer()?;
    rest.is_empty().then(|| rsa(n, e).map(Material::Public))
}

/// A private EC key (RFC 5915), after the version. The curve and the public key may also be in what is around it.
fn sec1(mut elements: Der<'_>, around: Option<Curve>, public: Option<&[u8]>) -> Read {
    let scalar = elements.next(OCTET_STRING)?;
    let named = elements.next(CONTEXT_0).and_then(|parameters| Der::new(parameters).next(OID));
    let curve = match (around, named) {
        (Some(curve), _) => curve,
        (None, named) => match curve(named?) {
            Ok(curve) => curve,
            Err(problem) => return Some(Err(problem)),
        },
    };
    let own = elements.next(CONTEXT_1).and_then(|bits| Der::new(bits).bits());
    let Some(point) = own.or(public) else {
        let problem = "the private key lacks its public part. Convert it with `openssl ec -in key.pem`";
        return Some(Err(problem.to_owned()));
    };
    Some(ec(curve, point).and_then(|public| private_ec(public, curve, scalar)))
}

pub(super) fn private_ec(public: PublicKey, curve: Curve, scalar: &[u8]) -> Result<Material, String> {
    if scalar.len() != curve.size() {
        return Err(format!("the private key has {} bytes, not {}", scalar.len(), curve.size()));
    }
    Ok(Material::Private(public, PrivateKey::Ec(scalar.to_vec())))
}

/// A public key on a curve: an uncompressed point.
pub(super) fn ec(curve: Curve, point: &[u8]) -> Result<PublicKey, String> {
    if point.len() != 1 + 2 * curve.size() || point[0] != 4 {
        let problem = "the point of the public key is compressed or of another curve. Pass an uncompressed point of the key's curve";
        return Err(problem.to_owned());
    }
    Ok(PublicKey::Ec { curve, point: point.to_vec() })
}

/// The key of a seed; nothing where `ring` refuses it.
pub(super) fn ed25519(seed: [u8; 32]) -> Option<Material> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
    let public = pair.public_key().as_ref().try_into().ok()?;
    Some(Material::Private(PublicKey::Ed25519(public), PrivateKey::Ed25519(seed)))
}

/// A public RSA key of numbers without leading zeros.
pub(super) fn rsa(n: &[u8], e: &[u8]) -> Result<PublicKey, String> {
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !RSA_BITS.contains(&bits) {
        return Err(format!("the RSA key has {bits} bits. Use a key of 2048 to 8192 bits"));
    }
    let exponent =
        e.iter().fold(0_u64, |number, byte| number.saturating_mul(256).saturating_add((*byte).into()));
    if !(3..=MAX_EXPONENT).contains(&exponent) || exponent % 2 == 0 {
        return Err(
            "the public exponent of the RSA key is not an odd number from 3 to 2^33. Use a key with 65537"
                .to_owned(),
        );
    }
    Ok(PublicKey::Rsa { n: n.to_vec(), e: e.to_vec() })
}
