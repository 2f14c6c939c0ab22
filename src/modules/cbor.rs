//! `cbor::encode`, `cbor::decode`.

use super::arguments::{bytes, error};
use crate::AwsValues;
use aws_api::{decode_whole_cbor, encode_cbor, Error as CborError};
use rhai_vm::{memory, module, Error, Value};

module! {
    /// CBOR (RFC 8949), JSON's binary relative, as IoT devices and passkeys have it.
    "`cbor`"

    namespace "cbor" {
        /// Encodes a value as CBOR: strings and blobs apart from each other, a time with its tag 1, and a decimal number as a string. Throws
        /// `CborError` for a value without such a form, such as a function, and for one that is nested deeper than 200 levels.
        ///
        /// ```rhai
        /// hex::encode(cbor::encode(#{ a: [1, "x", blob(1, 7)] })) // → "a16161830161784107"
        /// cbor::encode(|x| x) // ✗ CborError
        /// ```
        new "encode" (value: Any) -> Blob throws CborError = |call| {
            encode_cbor(call.value(0), &AwsValues::default()).map(Value::blob).map_err(|problem| failure(&problem))
        };

        /// Decodes CBOR. A time with the tag 1 is a time; other tags are ignored, and `undefined` is `()`. Integers as keys, such as those of
        /// the public keys of passkeys, become strings. Throws `CborError` if it is not valid, if there is more data after it, if another
        /// value is the key of a map, and if it is nested deeper than 200 levels.
        ///
        /// ```rhai
        /// cbor::decode(hex::decode_blob("a16161")) // ✗ CborError
        /// cbor::decode(hex::decode_blob("a161618201f5")) // → {"a": [1, true]}
        /// cbor::decode(hex::decode_blob("a201020326")) // → {"1": 2, "3": -7}
        /// cbor::decode(cbor::encode(time::from_unix(0))) // → "1970-01-01T00:00:00Z"
        /// ```
        new "decode" (cbor: Any "blob") -> Any throws CborError = |call| {
            let cbor = bytes(call.value(0), "cbor::decode")?;
            decode_whole_cbor(cbor, &AwsValues::default()).map_err(|problem| failure(&problem))
        };
    }
}

fn failure(problem: &CborError) -> Error {
    memory::stopped().unwrap_or_else(|| {
        let problem = problem.to_string().replace("the response", "the data");
        error("CborError", format!("not CBOR: {problem}"))
    })
}
