//! What the environment says about connections, read when the first one is needed.

use std::path::PathBuf;

/// How connections are made.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Whom to trust.
    pub roots: Roots,
    /// The largest body, in bytes; 0 for no limit.
    pub max_body: usize,
}

/// The certificate authorities that are trusted.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Files and folders of PEM certificates in place of the ones compiled in.
    pub only: Vec<PathBuf>,
    /// A PEM file whose certificates are trusted, too.
    pub extra: Option<PathBuf>,
}

impl Config {
    /// Reads it from a look-up of environment variables: `SSL_CERT_FILE`, `SSL_CERT_DIR` and
    /// `RHAMBDA_EXTRA_CA_CERTS` for the trust, `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` for the size.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let memory_mb = variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|mb| mb.parse::<usize>().ok());
        Self {
            roots: Roots {
                only: ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().filter_map(path).collect(),
                extra: path("RHAMBDA_EXTRA_CA_CERTS"),
            },
            // The script needs room for what it makes of the body, too.
            max_body: memory_mb.map_or(0, |mb| mb << 19),
        }
    }
}
