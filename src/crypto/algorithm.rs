//! The algorithms of signatures, by the names that JWA (RFC 7518) gives them.

use super::material::{Curve, Material, PublicKey};
use super::quoted;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// An algorithm of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// HMAC: HS256, HS384, HS512.
    Hmac(Hash),
    /// RSASSA-PKCS1-v1_5: RS256, RS384, RS512.
    RsaPkcs1(Hash),
    /// RSASSA-PSS with a salt as long as the hash: PS256, PS384, PS512.
    RsaPss(Hash),
    /// ES256, ES384, ES512.
    Ecdsa(Curve),
    /// Ed25519.
    EdDsa,
}

/// How the two numbers of an ECDSA signature are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EcdsaFormat {
    /// One after the other with their full length, as in JWTs and in web browsers.
    Raw,
    /// As a sequence in DER, as OpenSSL and AWS KMS write them.
    Der,
}

use Algorithm::{Ecdsa, EdDsa, Hmac, RsaPkcs1, RsaPss};
use Hash::{Sha256, Sha384, Sha512};

/// The names. The first that fits a key is the default for signing.
const NAMES: [(&str, Algorithm); 13] = [
    ("HS256", Hmac(Sha256)),
    ("HS384", Hmac(Sha384)),
    ("HS512", Hmac(Sha512)),
    ("RS256", RsaPkcs1(Sha256)),
    ("RS384", RsaPkcs1(Sha384)),
    ("RS512", RsaPkcs1(Sha512)),
    ("PS256", RsaPss(Sha256)),
    ("PS384", RsaPss(Sha384)),
    ("PS512", RsaPss(Sha512)),
    ("ES256", Ecdsa(Curve::P256)),
    ("ES384", Ecdsa(Curve::P384)),
    ("ES512", Ecdsa(Curve::P521)),
    ("EdDSA", EdDsa),
];

impl Algorithm {
    /// The algorithm of this name. `Ed25519` is another name of `EdDSA` (RFC 9864).
    ///
    /// # Errors
    /// There is none, or it is not supported.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("none") {
            return Err(format!("the algorithm {} has no signature. It is never accepted", quoted(name)));
        }
        if name == "Ed25519" {
            return Ok(EdDsa);
        }
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm).ok_or_else(|| {
            let known: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("the algorithm {} is not supported. Use one of {}", quoted(name), known.join(", "))
        })
    }

    /// The name.
    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(name, _)| name)
    }

    /// The first algorithm that fits a key.
    pub(crate) fn default_for(material: &Material) -> Self {
        let mut all = NAMES.iter().map(|(_, algorithm)| *algorithm);
        all.find(|algorithm| algorithm.fits(material)).unwrap_or(EdDsa)
    }

    /// Whether keys of this kind can be used with it.
    pub(crate) fn fits(self, material: &Material) -> bool {
        match material {
            Material::Secret(_) => matches!(self, Hmac(_)),
            Material::Public(public) | Material::Private(public, _) => self.fits_public(public),
        }
    }

    pub(crate) fn fits_public(self, public: &PublicKey) -> bool {
        match public {
            PublicKey::Rsa { .. } => matches!(self, RsaPkcs1(_) | RsaPss(_)),
            PublicKey::Ec { curve, .. } => self == Ecdsa(*curve),
            PublicKey::Ed25519(_) => self == EdDsa,
        }
    }
}
