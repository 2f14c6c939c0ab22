//! Clients of databases, mail servers and `WebSockets`: synchronous, each operation within a time and within the function's
//! memory. They know nothing of scripts and nothing of Lambda.
//!
//! [`redis`] speaks RESP with Redis and Valkey, [`postgres`] the protocol of `PostgreSQL`, [`smtp`] that of mail servers, and
//! [`websocket`] that of `WebSockets`; `wire` is a connection with its time and its memory, `address` reads URLs.

mod address;
mod error;
pub mod postgres;
pub mod redis;
pub mod smtp;
pub mod websocket;
mod wire;

pub use error::{codes, Error, Failure, Result};
pub use wire::Network;
