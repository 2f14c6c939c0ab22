//! Where a `PostgreSQL` server is, and as whom to log in.

use crate::address::{self, Address};
use crate::{Error, Result};
use net::Trust;
use std::fmt;
use std::time::Duration;

const EXAMPLE: &str = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";
const PORT: u16 = 5432;

/// How to reach a server.
#[derive(Clone, PartialEq)]
pub struct Settings {
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The role to log in as.
    pub user: String,
    /// Its password, if it has one.
    pub password: Option<String>,
    /// The database.
    pub database: String,
    /// Whether and how the connection is secured.
    pub sslmode: SslMode,
    /// How the server's statistics call this client.
    pub application_name: String,
    /// How long a statement may take.
    pub timeout: Duration,
}

/// Whether and how a connection is secured, in the words of libpq.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    /// Not at all.
    Disable,
    /// It is; the certificate is not verified.
    Require,
    /// It is, and a trusted authority issued the certificate.
    VerifyCa,
    /// It is, and a trusted authority issued the certificate for this host.
    VerifyFull,
}

impl SslMode {
    /// The mode of this name.
    ///
    /// # Errors
    /// `InvalidArgument` with the names that there are.
    pub fn parse(name: &str) -> Result<Self> {
        Ok(match name {
            "disable" => Self::Disable,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => {
                return Err(Error::invalid(format!(
                    "the sslmode {name:?} is not supported; use disable, require, verify-ca or verify-full"
                )))
            }
        })
    }

    /// The default mode for a host: only connections to this machine are not encrypted.
    pub fn of(host: &str) -> Self {
        let is_this_machine = host == "localhost" || host == "::1" || host.starts_with("127.");
        if is_this_machine {
            Self::Disable
        } else {
            Self::VerifyFull
        }
    }

    /// How far the certificate is verified, if the connection is secured.
    pub(super) fn trust(self) -> Option<Trust> {
        match self {
            Self::Disable => None,
            Self::Require => Some(Trust::Nothing),
            Self::VerifyCa => Some(Trust::Authority),
            Self::VerifyFull => Some(Trust::Full),
        }
    }
}

impl Settings {
    /// Reads a URL: `postgres://` or `postgresql://`, with the parameters `sslmode` and `application_name`.
    ///
    /// # Errors
    /// `InvalidArgument`; it shows nothing of the user and the password.
    pub fn parse(url: &str, timeout: Duration) -> Result<Self> {
        let address = Address::parse(url, EXAMPLE)?;
        if !matches!(&*address.scheme, "postgres" | "postgresql") {
            let scheme = format!("{}://", address.scheme);
            return Err(Error::invalid(format!("the URL begins with {scheme:?}; write it as {EXAMPLE}")));
        }
        let user = address
            .user
            .ok_or_else(|| Error::invalid(format!("the URL has no user; write it as {EXAMPLE}")))?;
        let mut settings = Self {
            sslmode: SslMode::of(&address.host),
            host: address.host,
            port: address.port.unwrap_or(PORT),
            database: if address.path.is_empty() { user.clone() } else { address.path },
            user,
            password: address.password,
            application_name: "rhambda".to_owned(),
            timeout,
        };
        for (name, value) in address.query {
            match &*name {
                "sslmode" => settings.sslmode = SslMode::parse(&value)?,
                "application_name" => settings.application_name = value,
                _ => {
                    return Err(Error::invalid(format!(
                        "the URL has the unknown parameter {name:?}; the parameters are sslmode and application_name"
                    )))
                }
            }
        }
        Ok(settings)
    }
}

/// Without the password.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The URL without user and password.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = address::written(&self.host);
        write!(f, "postgres://{host}:{}/{}", self.port, self.database)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_defaults() {
        let read = |url: &str| Settings::parse(url, Duration::ZERO);
        let local = read("postgres://ada@localhost").unwrap();
        assert_eq!(
            (local.to_string().as_str(), local.sslmode),
            ("postgres://localhost:5432/ada", SslMode::Disable)
        );
        let remote = read("postgresql://a%40b:hush@db.example.com:7/shop?application_name=api").unwrap();
        assert_eq!((&*remote.user, &*remote.database, remote.sslmode), ("a@b", "shop", SslMode::VerifyFull));
        assert_eq!((remote.password.as_deref(), &*remote.application_name), (Some("hush"), "api"));
        assert_eq!(read("postgres://a@h?sslmode=require").unwrap().sslmode, SslMode::Require);
        for url in [
            "mysql://u:hush@h/d",
            "postgres://h",
            "postgres://u:hush@h?sslmode=prefer",
            "postgres://u:hush@h?x=1",
        ] {
            let error = format!("{:?}", read(url).unwrap_err());
            assert!(error.contains("InvalidArgument") && !error.contains("hush"), "{error}");
        }
    }
}
