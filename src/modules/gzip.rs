//! `gzip::encode`, `decode` (to text), `decode_blob`.

use super::arguments::{bytes, decoded_text, error};
use super::host::{host, Host};
use crate::deadline::Deadline;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use flate2::Compression;
use rhai_vm::function::Call;
use rhai_vm::memory::{self, Output};
use rhai_vm::{module, Result, Value};
use std::io::{ErrorKind, Read, Write};

/// Which part of the function's memory may be filled by what is unpacked.
const PART_OF_MEMORY: usize = 4;
/// How all such data begins.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// How much is unpacked between two looks at the clock and the memory.
const PIECE: usize = 1 << 20;

/// The most bytes that are unpacked.
pub(super) fn limit(host: &Host) -> usize {
    host.memory() / PART_OF_MEMORY
}

module! {
    /// Compression in the gzip format (RFC 1952).
    "`gzip`"

    namespace "gzip" {
        /// Compresses a string or a blob. Levels are from 0 (fast) to 9 (small); the default is 6. Throws `GzipError` for other
        /// levels.
        ///
        /// ```rhai
        /// gzip::encode(blob(1000)).len < 50 // → true
        /// gzip::encode("a", 10) // ✗ GzipError
        /// ```
        new "encode" (data: Any "string | blob"; level: Int) -> Blob throws GzipError = |call| {
            let level = call.value(1).as_int().map_or(Ok(Compression::default()), compression)?;
            encode(call.value(0), level).map(Value::blob)
        };

        /// Decompresses to a string. Throws `GzipError` if the data is not gzip, is incomplete or damaged, or if what it holds
        /// is not valid UTF-8 or larger than a quarter of the function's memory.
        ///
        /// ```rhai
        /// gzip::decode(gzip::encode("hello")) // → "hello"
        /// gzip::decode("hello") // ✗ GzipError
        /// ```
        new "decode" (data: Any "blob") -> String throws GzipError = |call| {
            decoded_text(decode_in(call)?, "gzip", "GzipError").map(Value::from)
        };

        /// Decompresses to a blob. Throws `GzipError` as `gzip::decode` does, except for UTF-8.
        ///
        /// ```rhai
        /// gzip::decode_blob(gzip::encode("hi")).to_array() // → [104, 105]
        /// ```
        new "decode_blob" (data: Any "blob") -> Blob throws GzipError = |call| {
            decode_in(call).map(Value::blob)
        };
    }
}

fn decode_in(call: &Call<'_>) -> Result<Vec<u8>> {
    let host = host(call);
    decode(call.value(0), &host.deadline, limit(host))
}

fn compression(level: i64) -> Result<Compression> {
    match u32::try_from(level) {
        Ok(level) if level <= 9 => Ok(Compression::new(level)),
        _ => Err(error("GzipError", format!("the level {level} is invalid: use 0 (fast) to 9 (small)"))),
    }
}

fn encode(data: &Value, level: Compression) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Output::default(), level);
    let written = encoder.write_all(bytes(data, "gzip::encode")?).and_then(|()| encoder.finish());
    written.map(|packed| packed.0).map_err(|problem| error("GzipError", problem.to_string()))
}

pub(super) fn decode(data: &Value, deadline: &Deadline, limit: usize) -> Result<Vec<u8>> {
    let data = bytes(data, "gzip::decode")?;
    if !data.starts_with(&MAGIC) {
        return Err(error("GzipError", "not gzip data: the header is missing. Is it still base64-encoded?"));
    }
    let mut decoder = MultiGzDecoder::new(data);
    let mut unpacked = Vec::new();
    loop {
        memory::reserve(&mut unpacked, PIECE)?;
        let count = decoder
            .by_ref()
            .take(PIECE as u64)
            .read_to_end(&mut unpacked)
            .map_err(|problem| error("GzipError", explain(&problem)))?;
        if count == 0 {
            return Ok(unpacked);
        }
        if unpacked.len() > limit {
            return Err(error(
                "GzipError",
                format!(
                    "the decompressed data exceeds {} MiB, a quarter of the function's memory. Raise the function's memory",
                    limit >> 20
                ),
            ));
        }
        deadline.check()?;
    }
}

fn explain(problem: &std::io::Error) -> String {
    match problem.kind() {
        ErrorKind::UnexpectedEof => "the data is incomplete".to_owned(),
        _ => format!("the data is damaged: {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blobs_come_back(blob in any::<Vec<u8>>(), level in 0..10_i64) {
            let packed = encode(&Value::blob(blob.clone()), compression(level).unwrap()).unwrap();
            let unpacked = decode(&Value::blob(packed), &Deadline::default(), 32 << 20).unwrap();
            prop_assert_eq!(unpacked, blob);
        }

        #[test]
        fn damage_is_an_error(blob in any::<Vec<u8>>(), place in any::<prop::sample::Index>(), cut: bool) {
            let mut packed = encode(&Value::blob(blob.clone()), Compression::default()).unwrap();
            let place = place.index(packed.len());
            if cut {
                packed.truncate(place);
            } else {
                packed[place] ^= 0x55;
            }
            // Not all of the header is looked at.
            if let Ok(unpacked) = decode(&Value::blob(packed), &Deadline::default(), 32 << 20) {
                prop_assert_eq!(unpacked, blob);
                prop_assert!(!cut);
            }
        }
    }
}
