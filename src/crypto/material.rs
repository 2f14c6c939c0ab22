//! What keys are made of.

/// A curve for ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// The bytes of a coordinate.
    pub(super) const fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// A key that verifies signatures.
#[derive(Clone)]
pub(crate) enum PublicKey {
    /// The modulus and the exponent, big-endian without leading zeros.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point.
    Ec {
        curve: Curve,
        point: Vec<u8>,
    },
    Ed25519([u8; 32]),
}

/// The private part of a key.
pub(crate) enum PrivateKey {
    /// d, p, q, d mod (p − 1), d mod (q − 1), q⁻¹ mod p.
    Rsa(Box<[Vec<u8>; 6]>),
    Ec(Vec<u8>),
    Ed25519([u8; 32]),
}

/// What a key is made of.
pub(crate) enum Material {
    /// Of HMAC.
    Secret(Vec<u8>),
    Public(PublicKey),
    Private(PublicKey, PrivateKey),
}
