//! `totp::secret`, `code`, `verify` and `uri`: one-time passwords of authenticator apps.

use super::accepted::read;
use super::arguments::error;
use super::host::host;
use super::options::Options;
use super::random;
use crate::crypto::base32;
use ctutils::CtEq;
use net::url::COMPONENT;
use percent_encoding::utf8_percent_encode;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Result, Value};
use ring::hmac;
use std::fmt::Write as _;

/// The bytes of a secret: as many as SHA-1 has (RFC 4226, section 4).
const SECRET: usize = 20;
/// The longest secret, in characters.
const MAX_SECRET: usize = 1024;

module! {
    /// Time-based one-time passwords (TOTP, RFC 6238), as authenticator apps show them. Secrets are strings in base32.
    ///
    /// | option | is |
    /// |---|---|
    /// | `digits` | the digits of a code, from 6 to 8; the default is 6 |
    /// | `period` | the seconds for which a code is valid; the default is 30 |
    /// | `algorithm` | `"SHA1"` (the default), `"SHA256"` or `"SHA512"`; many apps support only the default |
    /// | `time` | the time in seconds since 1970; the default is now |
    ///
    /// A code can be used again while it is valid, and there are few of them: store the last code that was accepted for each
    /// user and refuse it, and limit the attempts.
    "`totp`"

    namespace "totp" {
        /// Returns a random secret.
        ///
        /// ```rhai
        /// totp::secret().len // → 32
        /// ```
        new "secret" () -> String throws RandomError = |call| {
            let mut secret = [0; SECRET];
            random::fill(&*host(call).world, &mut secret)?;
            Ok(base32::encode(&secret).into())
        };

        /// Returns the code of a secret, a string of digits. Throws `KeyError` if the secret is not base32.
        ///
        /// ```rhai
        /// totp::code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", #{ time: 59, digits: 8 }) // → "94287082"
        /// totp::code("1") // ✗ KeyError
        /// ```
        new "code" (secret: String; options: Map) -> String throws KeyError = |call| {
            let settings = Settings::of_code(&mut Options::of(call, 1, "totp::code"))?;
            let totp = Totp::new(call, call.str(0), &settings)?;
            Ok(totp.code(totp.step).into())
        };

        /// Returns whether a code is that of a secret. The option `window` is the number of periods before and after the
        /// time whose codes are accepted, too, from 0 to 10; the default is 1. The comparison takes the same time wherever
        /// codes differ.
        ///
        /// ```rhai
        /// let secret = totp::secret();
        /// totp::verify(totp::code(secret), secret) // → true
        /// totp::verify("94287082", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", #{ time: 89, digits: 8 }) // → true
        /// totp::verify("94287082", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", #{ time: 90, digits: 8 }) // → false
        /// ```
        new "verify" (code: String, secret: String; options: Map) -> Bool throws KeyError = |call| verify(call);

        /// Returns the URI of a secret, for a QR code that authenticator apps scan. The option `issuer` is the name of your
        /// service.
        ///
        /// ```rhai
        /// totp::uri("GEZDGNBVGY3TQOJQ", "ada@example.com", #{ issuer: "My App" }) // → "otpauth://totp/My%20App:ada%40example.com?secret=GEZDGNBVGY3TQOJQ&issuer=My%20App"
        /// ```
        new "uri" (secret: String, account: String; options: Map) -> String throws KeyError = |call| uri(call);
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("totp::code", "options", |options| read(options, Settings::of_code)),
    OptionsParam::new("totp::verify", "options", |options| read(options, Settings::of_verify)),
    OptionsParam::new("totp::uri", "options", |options| read(options, Label::read)),
];

/// How codes are calculated, and for which time.
struct Settings {
    digits: u32,
    period: u32,
    algorithm: hmac::Algorithm,
    /// In seconds since 1970, if it is not now.
    time: Option<u64>,
}

impl Settings {
    fn of(options: &mut Options<Error>) -> Result<Self> {
        Ok(Self {
            period: options.integer("period", 1..=86_400)?.unwrap_or(30),
            time: options.read("time", "the seconds since 1970", |value| {
                value.as_int().and_then(|time| u64::try_from(time).ok())
            })?,
            algorithm: algorithm(options)?,
            digits: options.integer("digits", 6..=8)?.unwrap_or(6),
        })
    }

    fn of_code(options: &mut Options<Error>) -> Result<Self> {
        let settings = Self::of(options)?;
        options.end()?;
        Ok(settings)
    }

    /// With the number of periods before and after the time.
    fn of_verify(options: &mut Options<Error>) -> Result<(Self, u64)> {
        let settings = Self::of(options)?;
        let window = u64::from(options.integer("window", 0..=10)?.unwrap_or(1));
        options.end()?;
        Ok((settings, window))
    }
}

/// A secret with the settings.
struct Totp {
    key: hmac::Key,
    digits: u32,
    /// The number of the period in which the time is.
    step: u64,
}

impl Totp {
    fn new(call: &Call<'_>, secret: &str, settings: &Settings) -> Result<Self> {
        let now = || host(call).world.since_1970().as_secs();
        Ok(Self {
            key: hmac::Key::new(settings.algorithm, &key(secret)?),
            digits: settings.digits,
            step: settings.time.unwrap_or_else(now) / u64::from(settings.period),
        })
    }

    /// The code of a period (RFC 4226, section 5.3).
    fn code(&self, step: u64) -> String {
        let tag = hmac::sign(&self.key, &step.to_be_bytes());
        let hash = tag.as_ref();
        let offset = usize::from(hash[hash.len() - 1] & 15);
        let number = hash[offset..offset + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
        let code = (number & 0x7fff_ffff) % 10_u32.pow(self.digits);
        format!("{code:0width$}", width = self.digits as usize)
    }
}

/// The name of an algorithm that authenticators know, if one is given.
fn algorithm_name(options: &mut Options<Error>) -> Result<Option<String>> {
    let name = options.text("algorithm")?;
    match name.as_deref() {
        None | Some("SHA1" | "SHA256" | "SHA512") => Ok(name),
        Some(other) => {
            let problem = format!("unknown `algorithm` {other:?}. Use \"SHA1\", \"SHA256\" or \"SHA512\"");
            Err(options.error(problem))
        }
    }
}

fn algorithm(options: &mut Options<Error>) -> Result<hmac::Algorithm> {
    Ok(match algorithm_name(options)?.as_deref() {
        Some("SHA512") => hmac::HMAC_SHA512,
        Some("SHA256") => hmac::HMAC_SHA256,
        _ => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
    })
}

fn key(secret: &str) -> Result<Vec<u8>> {
    let key = Some(secret).filter(|secret| secret.len() <= MAX_SECRET).and_then(base32::decode);
    let key = key.filter(|key| !key.is_empty());
    key.ok_or_else(|| {
        error("KeyError", "the secret is not a string in base32. Use one that totp::secret returned")
    })
}

fn verify(call: &Call<'_>) -> Result<Value> {
    let (settings, window) = Settings::of_verify(&mut Options::of(call, 2, "totp::verify"))?;
    let totp = Totp::new(call, call.str(1), &settings)?;
    let code = call.str(0).as_bytes();
    let mut is_valid = false;
    for step in totp.step.saturating_sub(window)..=totp.step.saturating_add(window) {
        is_valid |= bool::from(totp.code(step).as_bytes().ct_eq(code));
    }
    Ok(is_valid.into())
}

/// What a URI says beside the secret and the account.
struct Label {
    issuer: Option<String>,
    algorithm: Option<String>,
    digits: Option<u32>,
    period: Option<u32>,
}

impl Label {
    fn read(options: &mut Options<Error>) -> Result<Self> {
        let label = Self {
            issuer: options.text("issuer")?,
            algorithm: algorithm_name(options)?,
            digits: options.integer("digits", 6..=8)?,
            period: options.integer("period", 1..=86_400)?,
        };
        options.end()?;
        Ok(label)
    }
}

fn uri(call: &Call<'_>) -> Result<Value> {
    let Label { issuer, algorithm, digits, period } = Label::read(&mut Options::of(call, 2, "totp::uri"))?;
    let encode = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
    let issuer = issuer.as_deref().map(encode);
    let (secret, account) = (base32::encode(&key(call.str(0))?), encode(call.str(1)));
    let label = issuer.as_ref().map_or_else(|| account.clone(), |issuer| format!("{issuer}:{account}"));
    let parameters = [
        ("issuer", issuer),
        ("algorithm", algorithm),
        ("digits", digits.map(|digits| digits.to_string())),
        ("period", period.map(|period| period.to_string())),
    ];
    let mut uri = format!("otpauth://totp/{label}?secret={secret}");
    for (name, value) in parameters {
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = write!(uri, "&{name}={value}");
        }
    }
    Ok(uri.into())
}
