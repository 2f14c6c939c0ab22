//! Where a Redis server is, and as whom to log in.

use crate::address::{self, Address};
use crate::{Error, Result};
use std::fmt;
use std::time::Duration;

const EXAMPLE: &str = "redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss://… for TLS";
const PORT: u16 = 6379;

/// How to reach a server.
#[derive(Clone, PartialEq)]
pub struct Settings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) is_secured: bool,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) database: u32,
    /// How long a command may take.
    pub timeout: Duration,
}

impl Settings {
    /// Reads a URL: `redis://` or, with TLS, `rediss://`.
    ///
    /// # Errors
    /// `InvalidArgument`; it shows nothing of the user and the password.
    pub fn parse(url: &str, timeout: Duration) -> Result<Self> {
        let address = Address::parse(url, EXAMPLE)?;
        let is_secured = match &*address.scheme {
            "redis" => false,
            "rediss" => true,
            other => {
                return Err(Error::invalid(format!(
                    "the URL begins with {:?}; write it as {EXAMPLE}",
                    format!("{other}://")
                )))
            }
        };
        if let Some((name, _)) = address.query.first() {
            return Err(Error::invalid(format!(
                "the URL has the unknown parameter {name:?}; write it as {EXAMPLE}"
            )));
        }
        let database = match &*address.path {
            "" => 0,
            path => path.parse().map_err(|_| {
                Error::invalid(format!(
                    "the database {path:?} in the URL is not a number; write it as {EXAMPLE}"
                ))
            })?,
        };
        Ok(Self {
            host: address.host,
            port: address.port.unwrap_or(PORT),
            is_secured,
            user: address.user,
            password: address.password,
            database,
            timeout,
        })
    }
}

/// Without user and password.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The URL without user and password.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secured { "rediss" } else { "redis" };
        let host = address::written(&self.host);
        write!(f, "{scheme}://{host}:{}/{}", self.port, self.database)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_defaults() {
        let shown = |url: &str| Settings::parse(url, Duration::ZERO).map(|settings| settings.to_string());
        assert_eq!(shown("redis://h").unwrap(), "redis://h:6379/0");
        assert_eq!(shown("rediss://u:hush@[::1]:7/3").unwrap(), "rediss://[::1]:7/3");
        for url in ["http://u:hush@h", "redis://u:hush@h/x", "redis://u:hush@h?db=1"] {
            let error = format!("{:?}", shown(url).unwrap_err());
            assert!(error.contains("InvalidArgument") && !error.contains("hush"), "{error}");
        }
    }
}
