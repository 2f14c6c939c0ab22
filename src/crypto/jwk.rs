//! JSON Web Keys (RFC 7517, 7518 and 8037), and sets of them.

use super::key::{self, ec, rsa, Key};
use super::material::{Curve, Material, PrivateKey, PublicKey};
use super::{from_base64url, quoted, Algorithm};
use rhai_vm::{Map, Str};

/// Most keys of a set.
const MAX_KEYS: usize = 100;

/// The keys that verify the tokens of an issuer.
pub(crate) struct KeySet(Vec<SetKey>);

/// A key in a set.
pub(crate) struct SetKey {
    pub(crate) kid: Option<String>,
    pub(crate) algorithm: Option<Algorithm>,
    /// The key, or why it cannot be used.
    pub(crate) key: Result<PublicKey, String>,
}

impl KeySet {
    /// The keys for signatures in a set (`{ "keys": [ … ] }`). Keys of other kinds stay in it with the reason why they
    /// cannot be used: the others are good.
    ///
    /// # Errors
    /// It is not a set.
    pub(crate) fn from_jwks(map: &Map) -> Result<Self, String> {
        let keys = map.get("keys").and_then(|keys| keys.as_array());
        let keys = keys.ok_or("it is not a JSON Web Key Set: the array `keys` is missing")?;
        if keys.len() > MAX_KEYS {
            return Err(format!("the set has {} keys; at most {MAX_KEYS} are accepted", keys.len()));
        }
        Ok(Self(keys.iter().filter_map(|key| SetKey::parse(key.as_map()?)).collect()))
    }

    /// The keys with this ID; without one, all.
    pub(crate) fn with_id<'a>(&'a self, kid: Option<&'a str>) -> impl Iterator<Item = &'a SetKey> {
        self.0.iter().filter(move |key| kid.is_none() || key.kid.as_deref() == kid)
    }
}

impl SetKey {
    /// Nothing where it is not meant for signatures.
    fn parse(map: &Map) -> Option<Self> {
        if text(map, "use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let key = Key::from_jwk(map).and_then(|key| match key.material {
            Material::Public(public) | Material::Private(public, _) => Ok((public, key.algorithm)),
            // Whoever can read the set could sign with it.
            Material::Secret(_) => Err("it is a secret, which does not belong into a set".to_owned()),
        });
        let kid = text(map, "kid").map(str::to_owned);
        Some(match key {
            Ok((public, algorithm)) => Self { kid, algorithm, key: Ok(public) },
            Err(problem) => Self { kid, algorithm: None, key: Err(problem) },
        })
    }
}

impl Key {
    /// A JSON Web Key, public, private or a secret (`"kty": "oct"`).
    ///
    /// # Errors
    /// What is wrong with it, without any of its bytes.
    pub(crate) fn from_jwk(map: &Map) -> Result<Self, String> {
        let algorithm = match text(map, "alg") {
            None => None,
            Some(name) => Some(Algorithm::parse(name)?),
        };
        let material = match text(map, "kty") {
            Some("RSA") => rsa_key(map)?,
            Some("EC") => ec_key(map)?,
            Some("OKP") => okp_key(map)?,
            Some("oct") => Material::Secret(bytes(map, "k")?),
            Some(other) => {
                return Err(format!(
                    "the key type {} is not supported. Use RSA, EC, OKP or oct",
                    quoted(other)
                ))
            }
            None => return Err("it is not a JWK: the string `kty` is missing".to_owned()),
        };
        if matches!(&material, Material::Secret(secret) if secret.is_empty()) {
            return Err("the secret is empty".to_owned());
        }
        if let Some(algorithm) = algorithm.filter(|algorithm| !algorithm.fits(&material)) {
            return Err(format!(
                "the key is not of the kind that its algorithm {} requires",
                algorithm.name()
            ));
        }
        Ok(Self { material, algorithm, kid: text(map, "kid").map(str::to_owned) })
    }
}

fn rsa_key(map: &Map) -> Result<Material, String> {
    let public = rsa(&number(map, "n")?, &number(map, "e")?)?;
    if !map.contains_key("d") {
        return Ok(Material::Public(public));
    }
    let mut parts: [Vec<u8>; 6] = Default::default();
    for (part, name) in parts.iter_mut().zip(["d", "p", "q", "dp", "dq", "qi"]) {
        *part = number(map, name)?;
    }
    Ok(Material::Private(public, PrivateKey::Rsa(Box::new(parts))))
}

fn ec_key(map: &Map) -> Result<Material, String> {
    let curve = match text(map, "crv") {
        Some("P-256") => Curve::P256,
        Some("P-384") => Curve::P384,
        Some("P-521") => Curve::P521,
        other => return Err(unknown_curve(other, "P-256, P-384 or P-521")),
    };
    let (x, y) = (bytes(map, "x")?, bytes(map, "y")?);
    if x.len() != curve.size() || y.len() != curve.size() {
        return Err(format!("`x` and `y` of the key must have {} bytes each", curve.size()));
    }
    let public = ec(curve, &[&[4], &*x, &*y].concat())?;
    if !map.contains_key("d") {
        return Ok(Material::Public(public));
    }
    key::private_ec(public, curve, &bytes(map, "d")?)
}

fn okp_key(map: &Map) -> Result<Material, String> {
    if text(map, "crv") != Some("Ed25519") {
        return Err(unknown_curve(text(map, "crv"), "Ed25519"));
    }
    let size = |_| "the key must have 32 bytes".to_owned();
    let public: [u8; 32] = bytes(map, "x")?.try_into().map_err(size)?;
    if !map.contains_key("d") {
        return Ok(Material::Public(PublicKey::Ed25519(public)));
    }
    let private = key::ed25519(bytes(map, "d")?.try_into().map_err(size)?);
    match private {
        Some(Material::Private(PublicKey::Ed25519(derived), private)) if derived == public => {
            Ok(Material::Private(PublicKey::Ed25519(public), private))
        }
        _ => Err("`x` of the key does not belong to its `d`".to_owned()),
    }
}

fn unknown_curve(name: Option<&str>, supported: &str) -> String {
    match name {
        Some(name) => format!("the curve {} is not supported. Use {supported}", quoted(name)),
        None => "the string `crv` of the key is missing".to_owned(),
    }
}

fn text<'a>(map: &'a Map, name: &str) -> Option<&'a str> {
    map.get(name)?.as_str().map(Str::as_str)
}

fn bytes(map: &Map, name: &str) -> Result<Vec<u8>, String> {
    let text = text(map, name).ok_or_else(|| format!("the string `{name}` of the key is missing"))?;
    from_base64url(text).ok_or_else(|| format!("`{name}` of the key is not valid base64url without padding"))
}

/// Without leading zeros, which some programs write.
fn number(map: &Map, name: &str) -> Result<Vec<u8>, String> {
    let mut bytes = bytes(map, name)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Ok(bytes)
}
