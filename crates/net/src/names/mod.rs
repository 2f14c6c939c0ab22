//! Host names to addresses, without the C library: in a static program its `getaddrinfo` loads
//! modules of the machine it runs on.
//!
//! `hosts` and `resolv_conf` are the two files, `message` the packets, `exchange` one question to
//! one server, `cache` what is remembered, `lookup` the order of it all.

mod cache;
mod exchange;
mod hosts;
mod lookup;
mod message;
mod resolv_conf;

pub use lookup::Names;

use std::path::PathBuf;

/// Where names are looked up.
#[derive(Clone, Debug)]
pub struct Config {
    /// `/etc/hosts`
    pub hosts: PathBuf,
    /// `/etc/resolv.conf`
    pub resolv_conf: PathBuf,
    /// The port of name servers.
    pub port: u16,
}

impl Default for Config {
    fn default() -> Self {
        Self { hosts: "/etc/hosts".into(), resolv_conf: "/etc/resolv.conf".into(), port: 53 }
    }
}
