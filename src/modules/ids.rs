//! `uuid_v4()`: a random UUID as a string; `uuid_v7()`: one that begins with the time, so that later ones
//! sort behind earlier ones.

use rhai_vm::module;
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
        new "uuid_v4" () -> String = |_| Ok(Uuid::new_v4().to_string().into());

        /// Returns a UUID (version 7) that begins with the time in milliseconds, so that UUIDs sort by their time.
        ///
        /// ```rhai
        /// uuid_v7()[14] // → "7"
        /// ```
        new "uuid_v7" () -> String = |_| Ok(Uuid::now_v7().to_string().into());
    }
}
