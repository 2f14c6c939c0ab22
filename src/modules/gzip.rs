//! `gzip::encode`, `decode` (to text), `decode_blob`.

use super::{at, bytes, decoded_text, error, Result};
use crate::deadline::Deadline;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use flate2::Compression;
use rhai::{Blob, Dynamic, Engine, Module, NativeCallContext, INT};
use std::io::{ErrorKind, Read, Write};

/// Lambda's least memory, for when it is not known.
const DEFAULT_MEMORY_MB: i64 = 128;
/// Which part of the function's memory may be filled by what is unpacked.
const PART_OF_MEMORY: usize = 4;
/// How all such data begins.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// How much is unpacked between two looks at the clock.
const CHUNK: u64 = 1 << 20;

/// The most bytes that are unpacked in a function with so much memory.
pub(super) fn limit(memory_mb: Option<i64>) -> usize {
    let memory_mb = memory_mb.filter(|mb| *mb > 0).unwrap_or(DEFAULT_MEMORY_MB);
    usize::try_from(memory_mb).unwrap_or(usize::MAX).saturating_mul(1 << 20) / PART_OF_MEMORY
}

pub(super) fn register(engine: &mut Engine, deadline: &Deadline, limit: usize) {
    let mut module = Module::new();
    module.set_native_fn("encode", |call: NativeCallContext<'_>, data: &mut Dynamic| {
        at(&call, encode(data, Compression::default()))
    });
    module.set_native_fn("encode", |call: NativeCallContext<'_>, data: &mut Dynamic, level: INT| {
        at(&call, compression(level).and_then(|level| encode(data, level)))
    });
    let until = deadline.clone();
    module.set_native_fn("decode", move |call: NativeCallContext<'_>, data: &mut Dynamic| {
        at(&call, decode(data, &until, limit).and_then(|decoded| decoded_text(decoded, "gzip", "GzipError")))
    });
    let until = deadline.clone();
    module.set_native_fn("decode_blob", move |call: NativeCallContext<'_>, data: &mut Dynamic| {
        at(&call, decode(data, &until, limit))
    });
    engine.register_static_module("gzip", module.into());
}

fn compression(level: INT) -> Result<Compression> {
    match u32::try_from(level) {
        Ok(level) if level <= 9 => Ok(Compression::new(level)),
        _ => {
            Err(error("GzipError", format!("there is no level {level}: they are from 0 (fast) to 9 (small)")))
        }
    }
}

fn encode(data: &Dynamic, level: Compression) -> Result<Blob> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    let written = encoder.write_all(&bytes(data, "gzip::encode")?).and_then(|()| encoder.finish());
    written.map_err(|problem| error("GzipError", problem.to_string()))
}

fn decode(data: &Dynamic, deadline: &Deadline, limit: usize) -> Result<Blob> {
    let data = bytes(data, "gzip::decode")?;
    if !data.starts_with(&MAGIC) {
        return Err(error(
            "GzipError",
            "not gzip: it doesn't begin as such data does. Is it still in base64?",
        ));
    }
    let mut decoder = MultiGzDecoder::new(&*data);
    let mut unpacked = Vec::new();
    loop {
        let count = decoder
            .by_ref()
            .take(CHUNK)
            .read_to_end(&mut unpacked)
            .map_err(|problem| error("GzipError", explain(&problem)))?;
        if count == 0 {
            return Ok(unpacked);
        }
        if unpacked.len() > limit {
            return Err(error(
                "GzipError",
                format!(
                    "unpacked it has more than {} MiB, a quarter of the function's memory. Give the function more memory",
                    limit >> 20
                ),
            ));
        }
        deadline.check()?;
    }
}

fn explain(problem: &std::io::Error) -> String {
    match problem.kind() {
        ErrorKind::UnexpectedEof => "the data ends too early: a part of it is missing".to_owned(),
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
            let packed = encode(&Dynamic::from_blob(blob.clone()), compression(level).unwrap()).unwrap();
            let unpacked = decode(&Dynamic::from_blob(packed), &Deadline::default(), limit(None)).unwrap();
            prop_assert_eq!(unpacked, blob);
        }

        #[test]
        fn damage_is_an_error(blob in any::<Vec<u8>>(), place in any::<prop::sample::Index>(), cut: bool) {
            let mut packed = encode(&Dynamic::from_blob(blob.clone()), Compression::default()).unwrap();
            let place = place.index(packed.len());
            if cut {
                packed.truncate(place);
            } else {
                packed[place] ^= 0x55;
            }
            // Not all of the header is looked at.
            if let Ok(unpacked) = decode(&Dynamic::from_blob(packed), &Deadline::default(), limit(None)) {
                prop_assert_eq!(unpacked, blob);
                prop_assert!(!cut);
            }
        }
    }
}
