//! HTTP towards Lambda: its Runtime API, as "Using the Lambda runtime API for custom runtimes" in
//! the AWS Lambda developer guide describes it. Knows nothing of scripts.

mod client;
mod http;
mod invocation;

pub use client::{Client, Delivery};
pub use invocation::Invocation;
