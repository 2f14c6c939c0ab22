//! How requests of scripts connect: what the function's environment variables and its memory allow.

use crate::memory;
use net::{Config, Memory};

/// Certificates to trust as well.
const EXTRA_CERTIFICATES: &str = "RHAMBDA_EXTRA_CA_CERTS";

/// Reads it from a look-up of environment variables: those of [`Config::read`], `RHAMBDA_EXTRA_CA_CERTS` for
/// the trust, and `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` for the size of bodies.
pub fn config(variable: impl Fn(&str) -> Option<String>) -> Config {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let memory_mb = set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|mb| mb.parse::<usize>().ok());
    let mut config = Config::read(&variable);
    config.roots.extra = set(EXTRA_CERTIFICATES).map(|path| (EXTRA_CERTIFICATES, path.into()));
    config.roots.advice =
        "To trust it, put its certificate into a PEM file of the function, and set the variable \
                           RHAMBDA_EXTRA_CA_CERTS to the file's path";
    config.memory = Memory {
        // The other half is for what the script makes of the body.
        max_body: memory_mb.map_or(config.memory.max_body, |mb| mb << 19),
        limit: "half of the function's memory",
        advice: "raise the function's memory",
        fits: memory::fits,
    };
    config
}
