//! HTTP towards the world: requests out, responses in. It knows nothing of scripts, nor of the
//! Runtime API.

mod client;
mod config;
mod error;
mod message;
pub mod names;

pub use client::Client;
pub use config::{Config, Roots};
pub use error::{Error, ErrorKind};
pub use message::{Request, Response};
