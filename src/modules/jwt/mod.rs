//! `jwt::sign`, `jwt::verify` and `jwt::decode_unverified`: JSON Web Tokens (RFC 7519), signed (RFC 7515).

mod claims;
mod key_sets;
mod token;

use super::accepted::read;
use super::arguments::error;
use super::host::{host, Host};
use super::keys::{key, key_error, secret};
use super::options::Options;
use crate::crypto::signature;
use crate::crypto::{quoted, to_base64url, Algorithm, EcdsaFormat, Key, KeySet, Material, SetKey};
use claims::Expected;
use key_sets::KeySets;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Map, Result, Str, Value};
use std::rc::Rc;
use std::time::Duration;
use token::{invalid, Token};

module! {
    /// JSON Web Tokens (RFC 7519), as sign-in services such as Cognito, Auth0 or Keycloak issue them.
    ///
    /// | algorithms | keys |
    /// |---|---|
    /// | HS256, HS384, HS512 | a secret, which the issuer and the verifier share; use at least 32 random bytes |
    /// | RS256, RS384, RS512, PS256, PS384, PS512 | RSA with 2048 to 8192 bits (to sign: to 4096 bits) |
    /// | ES256, ES384, ES512 | ECDSA with P-256, P-384 and P-521 |
    /// | EdDSA | Ed25519 |
    ///
    /// The option `key` is a key as a string (PEM or JWK), a blob (DER) or a map (JWK). PEM may be a private or public key in
    /// PKCS#8, PKCS#1, SEC1 or SPKI (`BEGIN PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY`, `PUBLIC KEY`, `RSA PUBLIC KEY`),
    /// or a `CERTIFICATE`, of which the key is used and nothing is verified. `\n` in place of line ends is accepted, as
    /// environment variables have it. Encrypted tokens (JWE) are not supported.
    ///
    /// The key decides which algorithms are accepted, never the token: an RSA key verifies no HS256, a `secret` is never a
    /// public key, and `none` is no algorithm.
    ///
    /// | option of `jwt::verify` | is |
    /// |---|---|
    /// | `key`, `secret` or `jwks` | what verifies the signature: a key; a string or a blob; or the URL of a JSON Web Key Set or the set as a map. Exactly one of them is required |
    /// | `algorithms` | an array of the algorithms that are accepted; the default is all that fit the key |
    /// | `issuer` | the string that `iss` must be, or an array of strings, of which it must be one |
    /// | `audience` | the string that must be in `aud`, or an array of strings, of which one must be in it. A token that has `aud` is refused without this option |
    /// | `leeway` | the seconds, or the duration, by which clocks may differ; the default is 0 |
    /// | `required` | an array of claims that the token must have, such as `["exp", "sub"]` |
    ///
    /// `exp` and `nbf` are checked if the token has them. Claims beyond these are yours to check.
    ///
    /// With a URL as `jwks`, Rhambda fetches the keys once and caches them for as long as the environment lives. It fetches them
    /// again after the time that `cache-control` says (1 minute to 24 hours; 10 minutes if it says nothing), and when a token
    /// names an unknown key, the latter at most every 30 seconds. If that fails, the cached keys stay in use. The URL must begin
    /// with `https://`, unless the server is on this machine. Take it from the configuration, never from the token. The response
    /// must arrive within 5 seconds and have at most 512 KiB.
    ///
    /// | error | is thrown if |
    /// |---|---|
    /// | `Jwt.InvalidToken` | the string is no token, or a claim has a wrong type |
    /// | `Jwt.InvalidAlgorithm` | the token's algorithm is not accepted |
    /// | `Jwt.InvalidSignature` | the signature is wrong |
    /// | `Jwt.Expired`, `Jwt.NotYetValid` | the time is after `exp` or before `nbf` |
    /// | `Jwt.InvalidIssuer`, `Jwt.InvalidAudience` | the token is from another issuer, or for someone else |
    /// | `Jwt.MissingClaim` | a claim that an option requires is missing |
    /// | `Jwt.UnknownKey` | the key set has no key for the token |
    /// | `Jwt.KeysUnavailable` | the key set cannot be fetched, and none is cached |
    /// | `KeyError` | the key is invalid or does not fit the options |
    "`jwt`"

    namespace "jwt" {
        /// Verifies a token and returns its claims.
        ///
        /// ```rhai
        /// let secret = "a secret of at least 32 random bytes";
        /// let token = jwt::sign(#{ sub: "ada", iss: "me" }, #{ secret: secret, expires_in: 3600 });
        /// jwt::verify(token, #{ secret: secret, issuer: "me" }).sub // → "ada"
        /// jwt::verify(token, #{ secret: "another secret" }) // ✗ Jwt.InvalidSignature
        /// jwt::verify(token, #{ secret: secret, issuer: "you" }) // ✗ Jwt.InvalidIssuer
        /// jwt::verify(token, #{ secret: secret, required: ["email"] }) // ✗ Jwt.MissingClaim
        /// jwt::verify("e30.e30.", #{ secret: secret }) // ✗ Jwt.InvalidToken
        ///
        /// let token = "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJzdWIiOiJhZGEifQ.B0-5ew1NSY5qcuFgXdMj-iEBVy-NjeB6xxMyEMWRjRBdTH0iitVM1oPMOio4bDzcB53Xb2xhcP97ydeXJcgVDQ";
        /// let jwks = "https://api.example.com/.well-known/jwks.json";
        /// jwt::verify(token, #{ jwks: jwks, algorithms: ["EdDSA"] }).sub // → "ada"
        /// jwt::verify(token, #{ jwks: jwks, algorithms: ["RS256"] }) // ✗ Jwt.InvalidAlgorithm
        /// ```
        new "verify" (token: String, options: Map) -> Map throws Jwt.InvalidToken, Jwt.InvalidAlgorithm, Jwt.InvalidSignature, Jwt.Expired, Jwt.NotYetValid, Jwt.InvalidIssuer, Jwt.InvalidAudience, Jwt.MissingClaim, Jwt.UnknownKey, Jwt.KeysUnavailable, KeyError = verify;

        /// Returns a signed token with these claims. `exp`, `nbf` and `iat` may be times.
        ///
        /// | option | is |
        /// |---|---|
        /// | `key` or `secret` | what signs: a private key, or a string or a blob. One of them is required |
        /// | `algorithm` | the algorithm; the default is the JWK's `alg`, or HS256, RS256, ES256, ES384, ES512 or EdDSA according to the key |
        /// | `expires_in` | the seconds, or the duration, after which the token expires: sets `exp`, and `iat` if it is missing |
        /// | `kid` | the ID of the key in the header; the default is that of the JWK |
        /// | `headers` | a map of further parameters of the header |
        ///
        /// ```rhai
        /// let token = jwt::sign(#{ sub: "ada" }, #{ secret: "a secret of at least 32 random bytes", algorithm: "HS512" });
        /// jwt::decode_unverified(token) // → {"claims": {"sub": "ada"}, "header": {"alg": "HS512", "typ": "JWT"}}
        /// jwt::sign(#{ sub: "ada" }, #{ secret: "a secret", algorithm: "RS256" }) // ✗ KeyError
        /// jwt::sign(#{ sub: "ada" }, #{ secret: "a secret", algorithm: "none" }) // ✗ Jwt.InvalidAlgorithm
        ///
        /// let key = #{ kty: "OKP", crv: "Ed25519", d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
        /// let token = jwt::sign(#{ sub: "ada", exp: time::now() + time::hours(1) }, #{ key: key, kid: "1" });
        /// jwt::verify(token, #{ key: key }).sub // → "ada"
        /// ```
        new "sign" (claims: Map, options: Map) -> String throws Jwt.InvalidToken, Jwt.InvalidAlgorithm, KeyError = sign;

        /// Returns the `header` and the `claims` of a token without verifying anything: anybody could have written them. Use
        /// them to find out what a token is, and `jwt::verify` before you trust it.
        ///
        /// ```rhai
        /// jwt::decode_unverified("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.") // → {"claims": {"sub": "ada"}, "header": {"alg": "none"}}
        /// jwt::decode_unverified("Bearer e30") // ✗ Jwt.InvalidToken
        /// ```
        new "decode_unverified" (token: String) -> Map throws Jwt.InvalidToken = |call| {
            let token = Token::parse(call.str(0))?;
            let claims = Value::Map(token.claims()?);
            Ok(Map::from_iter([("claims".into(), claims), ("header".into(), Value::Map(token.header))]).into())
        };
    }

    options OPTIONS;
}

/// What verifies tokens.
enum Verifier {
    Key(Key),
    /// The keys are looked up by the token's header.
    Set(Rc<KeySet>),
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("jwt::verify", "options", |options| read(options, Verification::read)),
    OptionsParam::new("jwt::sign", "options", |options| read(options, Signing::read)),
];

/// How a token is verified.
struct Verification {
    expected: Expected,
    /// The algorithms that are accepted, if the caller names them.
    allowed: Option<Vec<Algorithm>>,
    keys: Keys,
}

impl Verification {
    fn read(options: &mut Options<Error>) -> Result<Self> {
        let (expected, allowed) = (Expected::of(options)?, allowed(options)?);
        let (key, secret) = (options.take("key"), options.bytes("secret")?);
        let set = options.read("jwks", "a URL or a map", |value| match value {
            Value::Str(url) => Some(Keys::Url(url.clone())),
            Value::Map(set) => Some(Keys::Set(Rc::clone(set))),
            _ => None,
        })?;
        options.end()?;
        let keys = match (key, secret, set) {
            (Some(key), None, None) => Keys::Key(key),
            (None, Some(secret), None) => Keys::Secret(secret),
            (None, None, Some(set)) => set,
            _ => return Err(options.error("exactly one of `key`, `secret` and `jwks` is required")),
        };
        Ok(Self { expected, allowed, keys })
    }
}

fn verify(call: &mut Call<'_>) -> Result<Value> {
    let Verification { expected, allowed, keys } =
        Verification::read(&mut Options::of(call, 1, "jwt::verify"))?;
    let token = Token::parse(call.str(0))?;
    let algorithm = token.algorithm()?;
    if allowed.as_ref().is_some_and(|allowed| !allowed.contains(&algorithm)) {
        return Err(not_accepted(algorithm));
    }
    match keys.verifier(host(call), token.kid())? {
        Verifier::Key(key) => verify_with_key(&token, algorithm, &key, allowed.is_some())?,
        Verifier::Set(set) => verify_with_set(&token, algorithm, &set)?,
    }
    let claims = token.claims()?;
    expected.check(&claims, host(call).world.since_1970().as_secs_f64())?;
    Ok(Value::Map(claims))
}

/// The algorithms that the caller accepts, if it says so.
fn allowed(options: &mut Options<Error>) -> Result<Option<Vec<Algorithm>>> {
    let Some(names) = options.texts("algorithms")? else { return Ok(None) };
    let parsed = names.iter().map(|name| parse(name)).collect::<Result<Vec<_>>>()?;
    if parsed.is_empty() {
        return Err(options.error("`algorithms` is empty. Name the algorithms to accept"));
    }
    Ok(Some(parsed))
}

fn not_accepted(algorithm: Algorithm) -> Error {
    let message = format!("the token has the algorithm \"{}\", which is not accepted. Add it to `algorithms` if the issuer uses it, and pass a key for it", algorithm.name());
    error("Jwt.InvalidAlgorithm", message)
}

/// What the options say of the keys.
enum Keys {
    Key(Value),
    Secret(Vec<u8>),
    Url(Str),
    Set(Rc<Map>),
}

impl Keys {
    fn verifier(&self, host: &Host, kid: Option<&str>) -> Result<Verifier> {
        match self {
            Self::Key(value) => key(value).map(Verifier::Key),
            Self::Secret(bytes) => Ok(Verifier::Key(Material::Secret(secret(bytes)?).into())),
            Self::Url(url) => host.state::<KeySets>().get(host, url, kid).map(Verifier::Set),
            Self::Set(set) => {
                let set = KeySet::from_jwks(set)
                    .map_err(|problem| key_error(format!("`jwks` is invalid: {problem}")))?;
                Ok(Verifier::Set(Rc::new(set)))
            }
        }
    }
}

/// `is_named`: whether the caller has named the algorithm.
fn verify_with_key(token: &Token<'_>, algorithm: Algorithm, key: &Key, is_named: bool) -> Result<()> {
    if !algorithm.fits(&key.material) && is_named {
        let message = format!(
            "the key is not of the kind that {} requires. Pass a key for this algorithm",
            algorithm.name()
        );
        return Err(key_error(message));
    }
    if !algorithm.fits(&key.material) || key.algorithm.is_some_and(|only| only != algorithm) {
        return Err(not_accepted(algorithm));
    }
    accept(signature::verify(algorithm, &key.material, token.signed.as_bytes(), &token.signature))
}

fn verify_with_set(token: &Token<'_>, algorithm: Algorithm, set: &KeySet) -> Result<()> {
    let mut unusable = None;
    let mut is_found = false;
    for SetKey { algorithm: only, key, .. } in set.with_id(token.kid()) {
        match key {
            Err(problem) => unusable = Some(problem),
            Ok(key) if algorithm.fits_public(key) && only.is_none_or(|only| only == algorithm) => {
                is_found = true;
                let signed = token.signed.as_bytes();
                if signature::verify_public(algorithm, key, signed, &token.signature, EcdsaFormat::Raw) {
                    return Ok(());
                }
            }
            Ok(_) => unusable = None,
        }
    }
    if is_found {
        return accept(false);
    }
    if set.with_id(token.kid()).next().is_some() && unusable.is_none() {
        return Err(not_accepted(algorithm));
    }
    let id = token
        .kid()
        .map_or_else(|| "for a token without ID".to_owned(), |kid| format!("with the ID {}", quoted(kid)));
    let why = unusable.map_or_else(
        || "Check that `jwks` belongs to the token's issuer".to_owned(),
        |problem| format!("One cannot be used: {problem}"),
    );
    Err(error("Jwt.UnknownKey", format!("the key set has no key {id}. {why}")))
}

fn accept(is_valid: bool) -> Result<()> {
    if is_valid {
        return Ok(());
    }
    let message = "the signature of the token is invalid. Check that the key belongs to the token's issuer";
    Err(error("Jwt.InvalidSignature", message))
}

/// How a token is signed.
struct Signing {
    key: Key,
    /// In place of the key's own.
    algorithm: Option<Algorithm>,
    lifetime: Option<Duration>,
    headers: Map,
    kid: Option<String>,
}

impl Signing {
    fn read(options: &mut Options<Error>) -> Result<Self> {
        let (value, bytes) = (options.take("key"), options.bytes("secret")?);
        let algorithm = options.text("algorithm")?.map(|name| parse(&name)).transpose()?;
        let lifetime = options.seconds("expires_in")?;
        let headers = headers(options)?;
        let kid = options.text("kid")?;
        options.end()?;
        let key = match (value, bytes) {
            (Some(value), None) => key(&value)?,
            (None, Some(bytes)) => Material::Secret(secret(&bytes)?).into(),
            _ => return Err(options.error("either `key` or `secret` is required")),
        };
        Ok(Self { key, algorithm, lifetime, headers, kid })
    }
}

fn sign(call: &mut Call<'_>) -> Result<Value> {
    let signing = Signing::read(&mut Options::of(call, 1, "jwt::sign"))?;
    let key = signing.key;
    let algorithm = signing_algorithm(signing.algorithm, &key)?;
    let header = header(signing.headers, signing.kid, &key, algorithm);
    let claims = call.map(0).cloned().unwrap_or_default();
    let claims = claims::to_sign(&claims, signing.lifetime, host(call).world.since_1970())?;
    let token = token::encode(&header, &claims)?;
    let signature = signature::sign(algorithm, &key.material, token.as_bytes(), EcdsaFormat::Raw);
    let signature = signature.map_err(|problem| key_error(format!("the key cannot sign: {problem}")))?;
    Ok(format!("{token}.{}", to_base64url(&signature)).into())
}

fn parse(algorithm: &str) -> Result<Algorithm> {
    Algorithm::parse(algorithm).map_err(|problem| error("Jwt.InvalidAlgorithm", problem))
}

fn signing_algorithm(named: Option<Algorithm>, key: &Key) -> Result<Algorithm> {
    let Some(algorithm) = named else {
        return Ok(key.algorithm.unwrap_or_else(|| Algorithm::default_for(&key.material)));
    };
    if !algorithm.fits(&key.material) || key.algorithm.is_some_and(|only| only != algorithm) {
        let message = format!(
            "the key is not one for {}. Pass a key of the kind that the algorithm requires",
            algorithm.name()
        );
        return Err(key_error(message));
    }
    Ok(algorithm)
}

/// Headers beside those that have options of their own.
fn headers(options: &mut Options<Error>) -> Result<Map> {
    let headers = options.map("headers")?.unwrap_or_default();
    if let Some(name) = ["alg", "crit", "kid"].into_iter().find(|name| headers.contains_key(name)) {
        let problem = format!(
            "the headers contain `{name}`. Use the options `algorithm` and `kid`; `crit` is not supported"
        );
        return Err(invalid(problem));
    }
    Ok(headers)
}

fn header(mut header: Map, kid: Option<String>, key: &Key, algorithm: Algorithm) -> Map {
    header.insert("alg".into(), algorithm.name().into());
    if !header.contains_key("typ") {
        header.insert("typ".into(), "JWT".into());
    }
    if let Some(kid) = kid.or_else(|| key.kid.clone()) {
        header.insert("kid".into(), kid.into());
    }
    header
}
