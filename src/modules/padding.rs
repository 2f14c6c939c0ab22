//! `blob(size)` and `pad`, which make values of a size that a script says.
//!
//! Rhai's own end the process when there is no memory for that size, and never end when a text is
//! padded with an empty one.

use super::{error, Result};
use rhai::{Array, Blob, Dynamic, Engine, ImmutableString, INT};
use std::collections::TryReserveError;

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("blob", |size: INT| -> Result<Blob> { blob(size, 0) });
    engine.register_fn("blob", blob);
    engine.register_fn("pad", |blob: &mut Blob, size: INT, value: INT| -> Result<()> {
        let missing = missing(size, blob.len());
        room(blob.try_reserve(missing), size, "bytes")?;
        blob.resize(blob.len() + missing, byte(value));
        Ok(())
    });
    engine.register_fn("pad", |array: &mut Array, size: INT, item: Dynamic| -> Result<()> {
        let missing = missing(size, array.len());
        room(array.try_reserve(missing), size, "items")?;
        array.resize(array.len() + missing, item);
        Ok(())
    });
    engine.register_fn("pad", |text: &mut ImmutableString, size: INT, with: char| -> Result<()> {
        pad(text, size, with.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("pad", |text: &mut ImmutableString, size: INT, with: ImmutableString| -> Result<()> {
        pad(text, size, &with)
    });
}

fn blob(size: INT, value: INT) -> Result<Blob> {
    let mut blob = Blob::new();
    let size_in_bytes = missing(size, 0);
    room(blob.try_reserve_exact(size_in_bytes), size, "bytes")?;
    blob.resize(size_in_bytes, byte(value));
    Ok(blob)
}

/// Adds the characters of `with`, over and over, until the text has so many.
fn pad(text: &mut ImmutableString, size: INT, with: &str) -> Result<()> {
    let missing = missing(size, text.chars().count());
    if missing == 0 || with.is_empty() {
        return Ok(());
    }
    let longest = with.chars().map(char::len_utf8).max().unwrap_or(0);
    let mut padded = String::new();
    room(padded.try_reserve(text.len().saturating_add(missing.saturating_mul(longest))), size, "characters")?;
    padded.push_str(text);
    padded.extend(with.chars().cycle().take(missing));
    *text = padded.into();
    Ok(())
}

/// How many there are less than `size`.
fn missing(size: INT, there: usize) -> usize {
    usize::try_from(size).unwrap_or(0).saturating_sub(there)
}

/// The lowest 8 bits, as everywhere in Rhai's blobs.
fn byte(value: INT) -> u8 {
    value.to_le_bytes()[0]
}

fn room(reserved: std::result::Result<(), TryReserveError>, size: INT, unit: &str) -> Result<()> {
    reserved.map_err(|_| error("DataTooLarge", format!("there is no memory for {size} {unit}")))
}
