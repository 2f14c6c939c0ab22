//! A client for Redis and Valkey, alone or as a cluster, with RESP3 where the server knows it.
//!
//! [`Client`] sends commands to the right node; `connection` logs in, and exchanges commands and replies; `cluster` knows
//! which node has which keys; `reply` is the protocol.

mod client;
mod cluster;
mod connection;
mod reply;
mod settings;

pub use client::Client;
pub use reply::Reply;
pub use settings::Settings;

/// A command: its name and its arguments.
pub type Command = Vec<Vec<u8>>;

/// Reads replies from bytes, for the fuzzer: until they end, or are invalid.
pub fn read_replies(mut bytes: &[u8]) -> Vec<Reply> {
    let memory = net::Memory { max_body: 1 << 20, ..net::Memory::default() };
    let mut budget = crate::wire::Budget::new(memory);
    std::iter::from_fn(|| Reply::read(&mut bytes, &mut budget).ok()).collect()
}
