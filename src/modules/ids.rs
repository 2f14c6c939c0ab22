//! `uuid_v4()`: a random UUID as a string; `uuid_v7()`: one that begins with the time, so that later ones
//! sort behind earlier ones.

use rhai_vm::module;
use uuid::Uuid;

module! {
    /// The functions take their randomness from the operating system; the values cannot be guessed.
    "UUIDs"

    functions {
        /// A random UUID.
        ///
        /// ```rhai
        /// uuid_v4().len // → 36
        /// ```
        new "uuid_v4" () -> String = |_| Ok(Uuid::new_v4().to_string().into());

        /// A UUID that begins with the time in milliseconds, so that later ones sort behind earlier ones.
        ///
        /// ```rhai
        /// uuid_v7()[14] // → "7"
        /// ```
        new "uuid_v7" () -> String = |_| Ok(Uuid::now_v7().to_string().into());
    }
}
