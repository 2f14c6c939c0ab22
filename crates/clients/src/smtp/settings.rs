//! Where a mail server is, and as whom to log in.

use crate::address::{self, Address};
use crate::{Error, Result};
use std::fmt;
use std::time::Duration;

const EXAMPLE: &str = "smtp://USER:PASSWORD@HOST:PORT, or smtps://… for TLS from the beginning";

/// How to reach a server.
pub struct Settings {
    pub(super) host: String,
    pub(super) port: u16,
    /// TLS from the beginning; otherwise with `STARTTLS`.
    pub(super) is_secured: bool,
    /// Whether a connection without TLS is accepted.
    pub(super) is_plain: bool,
    pub(super) login: Option<(String, String)>,
    pub(super) timeout: Duration,
}

impl Settings {
    /// Reads a URL: `smtp://` (with `STARTTLS`, port 587) or `smtps://` (port 465). Without `tls`, the connection stays plain if
    /// the server does not offer more, and so do those to this machine.
    ///
    /// # Errors
    /// `InvalidArgument`; it shows nothing of the user and the password.
    pub fn parse(url: &str, tls: bool, timeout: Duration) -> Result<Self> {
        let address = Address::parse(url, EXAMPLE)?;
        let is_secured = match &*address.scheme {
            "smtp" => false,
            "smtps" => true,
            other => {
                let scheme = format!("{other}://");
                return Err(Error::invalid(format!("the URL begins with {scheme:?}; write it as {EXAMPLE}")));
            }
        };
        if !address.path.is_empty() || !address.query.is_empty() {
            return Err(Error::invalid(format!("the URL has a path or parameters; write it as {EXAMPLE}")));
        }
        let login = match (address.user, address.password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => {
                return Err(Error::invalid(format!(
                    "the URL has a user or a password, but not both; write it as {EXAMPLE}"
                )))
            }
        };
        let is_plain =
            !tls || address.host == "localhost" || address.host == "::1" || address.host.starts_with("127.");
        let port = address.port.unwrap_or(if is_secured { 465 } else { 587 });
        Ok(Self { host: address.host, port, is_secured, is_plain, login, timeout })
    }
}

/// The URL without user and password.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secured { "smtps" } else { "smtp" };
        let host = address::written(&self.host);
        write!(f, "{scheme}://{host}:{}", self.port)
    }
}

/// The same.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
