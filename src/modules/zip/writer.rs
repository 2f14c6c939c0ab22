//! Archives that are written.

use super::{check_name, problem};
use crate::modules::arguments::error;
use crate::modules::fs;
use crate::value::type_of;
use flate2::write::DeflateEncoder;
use flate2::Compression;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use rhai_vm::function::Call;
use rhai_vm::{memory, Error, Result, Value};
use std::fs::File;
use std::io::{Read as _, Write};

/// How much is packed between two looks at the clock.
const PIECE: usize = 256 << 10;

/// Packs the files that this argument is a map of.
pub(super) fn write<W: Write>(call: &Call<'_>, number: usize, level: u32, output: W) -> Result<W> {
    let mut archive = ZipArchiveWriter::new(output);
    for (name, contents) in call.map(number).into_iter().flat_map(|files| files.iter()) {
        check_name(name)?;
        let contents = Contents::of(call, name, contents)?;
        if name.ends_with('/') {
            contents.check_empty(name)?;
            archive.new_dir(name.as_str()).create().map_err(|why| failure(&why))?;
        } else {
            pack(call, &mut archive, name, contents, level)?;
        }
    }
    archive.finish().map_err(|why| failure(&why))
}

/// What is in a file.
enum Contents<'a> {
    Bytes(&'a [u8]),
    /// A file on disk, and its path.
    File(File, &'a str),
}

impl<'a> Contents<'a> {
    fn of(call: &Call<'_>, name: &str, value: &'a Value) -> Result<Self> {
        match value {
            Value::Str(text) => return Ok(Self::Bytes(text.as_bytes())),
            Value::Blob(bytes) => return Ok(Self::Bytes(bytes)),
            Value::Map(map) if map.len() == 1 => {
                if let Some(Value::Str(path)) = map.get("file") {
                    return Ok(Self::File(fs::open(call, path)?, path));
                }
            }
            _ => {}
        }
        let message = format!(
            "zip::{} cannot pack {} as {name:?}: pass a string, a blob, or #{{ file: path }}",
            call.name,
            type_of(value)
        );
        Err(error("MismatchedTypes", message))
    }

    fn check_empty(&self, name: &str) -> Result<()> {
        match self {
            Self::Bytes([]) => Ok(()),
            _ => Err(problem(format!(
                "the entry {name:?} is a folder, as its name ends with `/`: pass \"\" for it"
            ))),
        }
    }

    /// Hands everything over, piece by piece.
    fn each_piece(self, call: &Call<'_>, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let (mut file, path) = match self {
            Self::Bytes(bytes) => {
                return bytes.chunks(PIECE).try_for_each(|piece| {
                    call.check()?;
                    take(piece)
                });
            }
            Self::File(file, path) => (file, path),
        };
        let mut buffer = vec![0; PIECE];
        loop {
            call.check()?;
            let count =
                file.read(&mut buffer).map_err(|problem| fs::failure(call, path, "read", &problem))?;
            if count == 0 {
                return Ok(());
            }
            take(&buffer[..count])?;
        }
    }
}

fn pack<W: Write>(
    call: &Call<'_>,
    archive: &mut ZipArchiveWriter<W>,
    name: &str,
    contents: Contents<'_>,
    level: u32,
) -> Result<()> {
    let file = archive.new_file(name).compression_method(CompressionMethod::DEFLATE);
    let (mut entry, config) = file.start().map_err(|why| failure(&why))?;
    let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::new(level)));
    contents.each_piece(call, &mut |piece| writer.write_all(piece).map_err(|why| failure(&why)))?;
    let (encoder, sizes) = writer.finish().map_err(|why| failure(&why))?;
    encoder.finish().map_err(|why| failure(&why))?;
    entry.finish(sizes).map(|_| ()).map_err(|why| failure(&why))
}

/// What kept the archive from being written.
fn failure(why: &dyn std::fmt::Display) -> Error {
    memory::stopped().unwrap_or_else(|| problem(format!("cannot write the archive: {why}")))
}
