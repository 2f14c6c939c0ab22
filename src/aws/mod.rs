//! Requests to AWS's services, signed. It knows nothing of scripts: parameters and results are JSON
//! values, or bytes.
//!
//! [`Client`] does all of it, from the name of a service to its answer. What it needs to know of the
//! services is in `tables/`, which `tools/aws-tables.py` writes.

mod answer;
mod client;
mod clock;
pub mod credentials;
mod draft;
pub mod endpoints;
mod error;
pub mod query;
mod retry;
pub mod services;
pub mod signing;
mod uri;

pub use answer::document;
pub use client::{config, Client, Options};
pub use draft::Rest;
pub use error::{codes, Error, Failure, Result};
pub use uri::{encode, encode_path};
