//! Requests to AWS's services, signed. It knows nothing of scripts but their values.
//!
//! [`Client`] does all of it, from the name of a service to its response. What it needs to know of the
//! services is in `tables/`, which `tools/aws-tables.py` writes; the crate `aws-api` knows what the requests and
//! responses of operations look like.

mod all;
pub mod attributes;
mod batches;
mod call;
mod checksum;
mod client;
mod clock;
pub mod credentials;
mod customizations;
mod directory_buckets;
mod draft;
mod endpoint;
pub mod endpoints;
mod environment;
mod error;
mod events;
mod found;
pub mod operations;
pub mod pages;
pub mod partitions;
pub mod post;
mod problems;
mod response;
mod rest;
mod retry;
pub mod rules;
pub mod services;
mod settings;
pub mod signing;
mod uri;
mod v4a;
pub mod waiters;
mod watch;

pub use all::Prepared;
pub use batches::{Batched, Refused};
pub use call::{Opened, Stream, Wanted};
pub use client::{config, Client, Options, Received};
pub use endpoint::Endpoint;
pub use environment::Environment;
pub use error::{codes, Error, Failure, Result};
pub use events::Events;
pub use operations::Operations;
pub use pages::Pages;
pub use problems::{check, problems};
pub use response::request_id;
pub use rest::Rest;
pub use settings::Settings;
pub use uri::{encode, encode_path};
pub use v4a::Keys;
pub use waiters::Pace;
pub use watch::{Outcome, Watch, Watched};
