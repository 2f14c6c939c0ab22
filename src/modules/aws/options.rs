//! What a script says beside what is called, checked.

use super::download::Target;
use super::invalid;
use crate::modules::options;
use crate::{value, xml};
use aws::credentials::{Credentials, Role};
use aws::{Error, Result};
use rhai_vm::{Map, Value};
use std::rc::Rc;
use std::time::Duration;

/// How long a URL is valid by default.
pub(super) const EXPIRES: Duration = Duration::from_mins(15);

/// A map of options, which are taken out one by one.
pub(in crate::modules) type Options = options::Options<Error>;

impl Options {
    /// What a function takes out of these options, and nothing else may be in them.
    pub(in crate::modules) fn all<T>(options: Map, take: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let mut options = Self::with(options, invalid);
        let taken = take(&mut options)?;
        options.end()?;
        Ok(taken)
    }

    /// What every call understands.
    pub(in crate::modules) fn common(&mut self) -> Result<aws::Options> {
        let (region, endpoint) = (self.text("region")?, self.text("endpoint")?);
        let timeout = self.seconds("timeout")?;
        let credentials = self.credentials()?;
        let profile = self.filled("profile")?;
        if credentials.is_some() && profile.is_some() {
            return Err(self.conflict("both `credentials` and `profile` are given: pass one of them"));
        }
        Ok(aws::Options {
            region,
            endpoint,
            timeout,
            credentials,
            profile,
            signing_name: self.filled("signing_name")?,
            role: self.role()?,
            settings: self.settings()?,
            is_plain: false,
        })
    }

    /// The settings that AWS's SDKs have under these names.
    fn settings(&mut self) -> Result<aws::Settings> {
        let mut settings = aws::Settings::new();
        for name in ["addressing_style", "account_id_endpoint_mode", "sigv4a_signing_region_set"] {
            settings.extend(self.filled(name)?.map(|value| (name, value)));
        }
        let name = "use_accelerate_endpoint";
        settings.extend(self.boolean(name)?.map(|value| (name, value.to_string())));
        Ok(settings)
    }

    /// What every call of an operation understands.
    pub(in crate::modules) fn operation(&mut self) -> Result<aws::Options> {
        let is_plain = self.boolean("plain")?.unwrap_or(false);
        Ok(aws::Options { is_plain, ..self.common()? })
    }

    /// How long the URL of an operation is valid, and what every call understands.
    pub(super) fn presigned(&mut self) -> Result<(Duration, aws::Options)> {
        Ok((self.seconds("expires")?.unwrap_or(EXPIRES), self.common()?))
    }

    /// The same of a request.
    pub(super) fn presigned_request(&mut self, rest: &mut aws::Rest) -> Result<(Duration, aws::Options)> {
        let expires = self.seconds("expires")?.unwrap_or(EXPIRES);
        rest.query = self.pairs("query")?;
        rest.headers = self.pairs("headers")?;
        Ok((expires, self.common()?))
    }

    /// A role to assume.
    fn role(&mut self) -> Result<Option<Role>> {
        let arn = self.text("role")?;
        let (session_name, external_id) = (self.text("role_session_name")?, self.text("external_id")?);
        match arn {
            Some(arn) => Ok(Some(Role { arn, session_name, external_id, ..Role::default() })),
            None if session_name.is_some() || external_id.is_some() => {
                let problem =
                    "`role_session_name` and `external_id` belong to a role: pass its ARN as `role`";
                Err(self.conflict(problem))
            }
            None => Ok(None),
        }
    }

    /// Keys, with the names of `AssumeRole`'s response or in lower case.
    fn credentials(&mut self) -> Result<Option<Credentials>> {
        let Some(value) = self.take("credentials") else { return Ok(None) };
        let Value::Map(map) = &value else { return Err(wrong("credentials", &value, "a map")) };
        let text = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| Some((*name, map.get(name)?)));
            match found.filter(|(_, value)| !value.is_unit()) {
                None => Ok(None),
                Some((_, Value::Str(text))) if !text.is_empty() => Ok(Some(text.to_string())),
                Some((name, _)) => {
                    Err(invalid(format!("`credentials.{name}` must be a string that is not empty")))
                }
            }
        };
        let needed = |names: [&str; 2]| {
            text(names)?.ok_or_else(|| invalid(format!("`credentials` must have `{}`", names[0])))
        };
        Ok(Some(Credentials {
            access_key_id: needed(["access_key_id", "AccessKeyId"])?,
            secret_access_key: needed(["secret_access_key", "SecretAccessKey"])?,
            session_token: text(["session_token", "SessionToken"])?,
            account_id: text(["account_id", "AccountId"])?,
        }))
    }

    /// What `request` understands: what is sent, and where the body of the response goes.
    pub(super) fn request(&mut self, rest: &mut aws::Rest) -> Result<(Target, aws::Options)> {
        self.rest(rest)?;
        Ok((Target::of(self)?, self.common()?))
    }

    fn rest(&mut self, rest: &mut aws::Rest) -> Result<()> {
        rest.query = self.pairs("query")?;
        rest.headers = self.pairs("headers")?;
        let Some((name, value)) = self.body(["body", "json", "xml"])? else {
            return Ok(());
        };
        let content_type = match name {
            "body" => set_body(rest, value)?,
            "json" => {
                rest.body = json(&value)?;
                "application/json"
            }
            _ => {
                let document = value::for_xml(&value).map_err(invalid)?;
                rest.body = xml::encode(&document).map_err(invalid)?.into_bytes();
                "application/xml"
            }
        };
        rest.default_header("content-type", content_type);
        Ok(())
    }
}

/// Takes a text, a blob, or a value as JSON for the body; the content type it has.
pub(super) fn set_body(rest: &mut aws::Rest, value: Value) -> Result<&'static str> {
    let content_type = match value {
        Value::Str(text) => {
            rest.body = text.into_string().into_bytes();
            "text/plain; charset=utf-8"
        }
        Value::Blob(blob) => {
            rest.body = Rc::unwrap_or_clone(blob);
            "application/octet-stream"
        }
        Value::Map(_) | Value::Array(_) => {
            rest.body = json(&value)?;
            "application/json"
        }
        other => return Err(wrong("body", &other, "a string, a blob, a map or an array")),
    };
    Ok(content_type)
}

/// A value as JSON.
pub(super) fn json(value: &Value) -> Result<Vec<u8>> {
    value::encode(value).map_err(invalid)
}

pub(super) fn wrong(name: &str, value: &Value, needed: &str) -> Error {
    invalid(options::wrong(name, value, needed))
}
