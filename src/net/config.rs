//! What the environment says about connections, read when the first one is needed.

use super::names;
use super::proxy::Proxies;
use std::path::PathBuf;

/// The largest body where nothing says how much memory there is.
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
    /// The largest body of a response, in bytes, also when it is decoded.
    pub max_body: usize,
}

/// The certificate authorities that are trusted: PEM files or folders, each with the name of the
/// setting that names it.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// In place of the ones compiled in, unless it is empty.
    pub only: Vec<(&'static str, PathBuf)>,
    /// To be trusted, too.
    pub extra: Option<(&'static str, PathBuf)>,
}

impl Config {
    /// Reads it from a look-up of environment variables: `SSL_CERT_FILE`, `SSL_CERT_DIR` and
    /// `RHAMBDA_EXTRA_CA_CERTS` for the trust, `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`
    /// in upper or lower case, `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` for the size.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = |name| Some((name, PathBuf::from(set(name)?)));
        let memory_mb = set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|mb| mb.parse::<usize>().ok());
        Self {
            roots: Roots {
                only: ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().filter_map(path).collect(),
                extra: path("RHAMBDA_EXTRA_CA_CERTS"),
            },
            proxies: Proxies::read(set),
            names: names::Config::default(),
            // The other half is for what the script makes of the body.
            max_body: memory_mb.map_or(MAX_BODY, |mb| mb << 19),
        }
    }
}
