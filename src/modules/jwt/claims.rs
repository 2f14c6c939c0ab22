//! The registered claims (RFC 7519, section 4.1): checked in a token that is verified, and set in one that is signed.

use super::token::{invalid, shown};
use crate::modules::arguments::error;
use crate::modules::options::{seconds, Options};
use crate::time::{self, Time};
use rhai_vm::{Error, Map, Result, Value};
use std::time::Duration;

/// The claims that are times.
const TIMES: [&str; 3] = ["exp", "iat", "nbf"];

/// What the claims must be.
pub(super) struct Expected {
    issuers: Option<Vec<String>>,
    audiences: Option<Vec<String>>,
    required: Vec<String>,
    leeway: f64,
}

impl Expected {
    pub(super) fn of(options: &mut Options<Error>) -> Result<Self> {
        let leeway = options.read("leeway", "a number of seconds, or a duration", |value| match value {
            Value::Int(0) => Some(0.0),
            Value::Float(none) if *none == 0.0 => Some(0.0),
            value => seconds(value).map(|leeway| leeway.as_secs_f64()),
        })?;
        Ok(Self {
            issuers: options.texts("issuer")?,
            audiences: options.texts("audience")?,
            required: options.texts("required")?.unwrap_or_default(),
            leeway: leeway.unwrap_or(0.0),
        })
    }

    /// Checks the claims of a token whose signature is valid, so many seconds after 1970.
    pub(super) fn check(&self, claims: &Map, now: f64) -> Result<()> {
        // `null` is no value.
        let claim = |name: &str| claims.get(name).filter(|value| !value.is_unit());
        if let Some(missing) = self.required.iter().find(|name| claim(name).is_none()) {
            return Err(missing_claim(missing));
        }
        for name in TIMES {
            let Some(value) = claim(name) else { continue };
            let time = seconds_of(value).ok_or_else(|| {
                invalid(format!(
                    "the claim `{name}` is {}, not a number of seconds. Use another token",
                    shown(value)
                ))
            })?;
            match name {
                "exp" if now >= time + self.leeway => {
                    let message = format!("the token expired at {}. Request a new one", moment(time));
                    return Err(error("Jwt.Expired", message));
                }
                "nbf" if now < time - self.leeway => {
                    let message =
                        format!("the token is not valid before {}. Wait, or set `leeway`", moment(time));
                    return Err(error("Jwt.NotYetValid", message));
                }
                _ => {}
            }
        }
        self.check_issuer(claim("iss"))?;
        self.check_audience(claim("aud"))
    }

    fn check_issuer(&self, claim: Option<&Value>) -> Result<()> {
        let Some(expected) = &self.issuers else { return Ok(()) };
        let issuer = claim.ok_or_else(|| missing_claim("iss"))?;
        if issuer.as_str().is_some_and(|issuer| expected.iter().any(|name| issuer == name.as_str())) {
            return Ok(());
        }
        let message = format!("the token's issuer is {}, not {}", shown(issuer), list(expected));
        Err(error("Jwt.InvalidIssuer", message))
    }

    fn check_audience(&self, claim: Option<&Value>) -> Result<()> {
        let audiences = claim
            .map_or(&[][..], |claim| claim.as_array().map_or(std::slice::from_ref(claim), Vec::as_slice));
        let wrong = |message| Err(error("Jwt.InvalidAudience", message));
        match (&self.audiences, audiences) {
            (None, []) => Ok(()),
            // Whoever is not meant must refuse the token (RFC 7519, section 4.1.3).
            (None, [audience, ..]) => {
                wrong(format!("the token is for the audience {}. Set the option `audience`", shown(audience)))
            }
            (Some(_), []) => Err(missing_claim("aud")),
            (Some(expected), audiences) => {
                let is_expected = |audience: &Value| {
                    audience
                        .as_str()
                        .is_some_and(|audience| expected.iter().any(|name| audience == name.as_str()))
                };
                if audiences.iter().any(is_expected) {
                    return Ok(());
                }
                wrong(format!(
                    "the token is for the audience {}, not {}",
                    shown(&audiences[0]),
                    list(expected)
                ))
            }
        }
    }
}

fn missing_claim(name: &str) -> Error {
    error("Jwt.MissingClaim", format!("the token has no claim `{name}`. Use a token that has it"))
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" or ")
}

/// The number of a `NumericDate`.
fn seconds_of(value: &Value) -> Option<f64> {
    #[allow(clippy::cast_precision_loss)] // to the second for the next hundred million years
    let number = value.as_float().or_else(|| value.as_int().map(|number| number as f64));
    number.filter(|number| number.is_finite())
}

/// A time for people; a number where there is no such time.
#[allow(clippy::cast_possible_truncation)] // out of range is an error
fn moment(seconds: f64) -> String {
    Time::from_unix_ms((seconds * 1000.0) as i64)
        .map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// The claims of a token to sign at this time since 1970: times are numbers, and `expires_in` sets `iat` and `exp`.
pub(super) fn to_sign(claims: &Map, expires_in: Option<Duration>, now: Duration) -> Result<Map> {
    let mut claims = claims.clone();
    for name in TIMES {
        let Some(value) = claims.get_mut(name) else { continue };
        if let Some(time) = value.as_host::<Time>() {
            *value = time.get("unix").unwrap_or_default();
        }
        if seconds_of(value).is_none() {
            let kind = time::to_text(value).unwrap_or_else(|| shown(value));
            return Err(invalid(format!(
                "the claim `{name}` is {kind}. Pass a time, or the seconds since 1970"
            )));
        }
    }
    if let Some(lifetime) = expires_in {
        if claims.contains_key("exp") {
            return Err(invalid("the claims have `exp`, and the options `expires_in`. Pass one of them"));
        }
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        if !claims.contains_key("iat") {
            claims.insert("iat".into(), now.into());
        }
        claims.insert("exp".into(), now.saturating_add(lifetime).into());
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(claim: &str, value: impl Into<Value>, leeway: f64, now: f64) -> String {
        let expected = Expected { issuers: None, audiences: None, required: Vec::new(), leeway };
        let claims = Map::from_iter([(claim.into(), value.into())]);
        match expected.check(&claims, now) {
            Ok(()) => String::new(),
            Err(error) => match error.into_kind() {
                rhai_vm::ErrorKind::Runtime(Value::Map(thrown)) => thrown.get("type").unwrap().to_string(),
                other => panic!("{other:?}"),
            },
        }
    }

    #[test]
    fn tokens_expire_to_the_second() {
        assert_eq!(check("exp", 100, 0.0, 99.9), "");
        assert_eq!(check("exp", 100, 0.0, 100.0), "Jwt.Expired");
        assert_eq!(check("exp", 100, 5.0, 104.9), "");
        assert_eq!(check("exp", 100, 5.0, 105.0), "Jwt.Expired");
        assert_eq!(check("exp", 100.5, 0.0, 100.4), "");
        assert_eq!(check("nbf", 100, 0.0, 100.0), "");
        assert_eq!(check("nbf", 100, 0.0, 99.0), "Jwt.NotYetValid");
        assert_eq!(check("nbf", 100, 1.0, 99.0), "");
    }

    #[test]
    fn times_at_the_ends_of_their_types_are_compared() {
        assert_eq!(check("exp", i64::MAX, 0.0, 2e9), "");
        assert_eq!(check("exp", i64::MIN, 0.0, 2e9), "Jwt.Expired");
        assert_eq!(check("exp", 1e300, 0.0, 2e9), "");
        assert_eq!(check("nbf", 1e300, 0.0, 2e9), "Jwt.NotYetValid");
        assert_eq!(check("exp", -1e300, 1e18, 2e9), "Jwt.Expired");
        for value in [Value::from(f64::INFINITY), Value::from(f64::NAN), true.into(), "9999999999".into()] {
            assert_eq!(check("exp", value, 0.0, 2e9), "Jwt.InvalidToken");
        }
    }
}
