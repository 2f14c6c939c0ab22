//! `uuid_v4()`: a random UUID as a string; `uuid_v7()`: one that begins with the time, so that later ones
//! sort behind earlier ones.

use super::host::host;
use super::random::no_randomness;
use rhai_vm::{module, Result, Value};
use std::io;
use uuid::Uuid;

module! {
    /// UUIDs are made of the operating system's randomness, and cannot be guessed.
    "UUIDs"

    functions {
        /// Returns a random UUID (version 4).
        ///
        /// ```rhai
        /// uuid_v4().len // → 36
        /// ```
        new "uuid_v4" () -> String = |call| id(host(call).world.uuid_v4());

        /// Returns a UUID (version 7) that begins with the time in milliseconds, so that UUIDs sort by their time.
        ///
        /// ```rhai
        /// uuid_v7()[14] // → "7"
        /// ```
        new "uuid_v7" () -> String = |call| id(host(call).world.uuid_v7());
    }
}

fn id(id: io::Result<Uuid>) -> Result<Value> {
    Ok(id.map_err(|problem| no_randomness(&problem))?.to_string().into())
}
