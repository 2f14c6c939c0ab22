//! HTTP towards the world: requests out, responses in, each within a time; and connections for other protocols. It knows
//! nothing of scripts and nothing of Lambda.
//!
//! [`Client`] sends a [`Request`], following redirects; `exchange` is one request and the head of its response;
//! [`Body`] is the rest of the response, read as a whole or while it arrives; `connector` makes the connections, which go through `proxy`, `names`, `socket` and `tls`. [`Dialer`] makes connections for other protocols.

mod body;
mod budget;
mod client;
mod config;
mod connection;
mod connector;
mod dial;
mod end_point;
mod error;
mod exchange;
mod failed;
mod message;
pub mod names;
#[cfg(feature = "debugger")]
pub mod pauses;
mod proxy;
mod redirect;
mod socket;
mod time;
mod tls;
mod trust;
mod until;
pub mod url;

pub use body::Body;
pub use client::{forget_connections, Client};
pub use config::{Config, Memory, Roots};
pub use dial::{Dialer, Link};
pub use error::{Error, ErrorKind};
pub use message::{Request, Response};
pub use proxy::Proxies;
pub use tls::Trust;
pub use until::Until;
