//! What the environment says about connections, read when the first one is needed.

use crate::names;
use crate::proxy::Proxies;
use std::path::PathBuf;

/// The largest body unless the caller says otherwise.
const MAX_BODY: usize = 512 << 20;

/// How connections are made.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whom to trust.
    pub roots: Roots,
    /// Which requests go by way of a proxy.
    pub proxies: Proxies,
    /// Where host names are looked up.
    pub names: names::Config,
    /// The memory for bodies of responses.
    pub memory: Memory,
}

/// The memory that the bodies of responses may take.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// The largest body, in bytes, also when it is decoded.
    pub max_body: usize,
    /// What that size is, for the error of a larger body.
    pub limit: &'static str,
    /// What to do about too little memory, for errors.
    pub advice: &'static str,
    /// Whether so many bytes are available now.
    pub fits: fn(usize) -> bool,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            max_body: MAX_BODY,
            limit: "the limit for a response",
            advice: "read it while it arrives",
            fits: |_| true,
        }
    }
}

/// The certificate authorities that are trusted: PEM files or folders, each with the name of the
/// setting that names it.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// In place of the ones compiled in, unless it is empty.
    pub only: Vec<(&'static str, PathBuf)>,
    /// To be trusted, too.
    pub extra: Option<(&'static str, PathBuf)>,
    /// What to do about a certificate that is not trusted, for errors.
    pub advice: &'static str,
}

impl Config {
    /// Reads it from a look-up of environment variables: `SSL_CERT_FILE` and `SSL_CERT_DIR` for the trust, and
    /// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` in upper or lower case.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = |name| Some((name, PathBuf::from(set(name)?)));
        Self {
            roots: Roots {
                only: ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().filter_map(path).collect(),
                extra: None,
                advice: "To trust it, name a PEM file with its certificate in SSL_CERT_FILE",
            },
            proxies: Proxies::read(set),
            names: names::Config::default(),
            memory: Memory::default(),
        }
    }
}
