//! `zip::encode`, `write`, `list`, `read`, `decode`, `extract`.

mod archive;
mod writer;

use super::arguments::error;
use super::fs;
use super::options::Options;
use archive::{Archive, Entry};
use rhai_vm::function::Call;
use rhai_vm::memory::Output;
use rhai_vm::module::OptionsParam;
use rhai_vm::{json, module, Error, Map, Result, Value};
use std::collections::HashSet;
use std::io::BufWriter;

/// The most bytes that `extract` writes, unless the script says otherwise: `/tmp` has as many.
const EXTRACTED_LIMIT: u64 = 512 << 20;

module! {
    /// Zip archives, in memory and as files. An **archive** to read is a blob, or a string with the path of a file, of which only the
    /// entries that you ask for are read. **Files** to pack are a map from the name in the archive to a string, a blob, or
    /// `#{ file: "/tmp/report.csv" }` for a file on disk. Paths are those of [`fs`](#fs).
    ///
    /// Archives may come from anyone: entries whose names lead out of the folder (`../x`, `/x`), links and encrypted entries are refused,
    /// and sizes and checksums are checked while an entry is unpacked. In memory, all entries together may be as large as a quarter of
    /// the function's memory. An archive within an archive is a blob like any other.
    "`zip`"

    namespace "zip" {
        /// Packs files into an archive and returns it as a blob. The option `level` is from 0 (fast) to 9 (small); the default is 6.
        /// The archive has no times, so that the same files make the same bytes. Throws `ZipError` for a name that leads out of the
        /// folder, and `FsError` for a file that cannot be read.
        ///
        /// ```rhai
        /// let archive = zip::encode(#{ "a.txt": "Hello", "data/b.bin": blob(2, 7) });
        /// zip::read(archive, "a.txt").as_string() // → "Hello"
        /// zip::encode(#{ "../a.txt": "Hello" }) // ✗ ZipError
        /// ```
        new "encode" (files: Map; options: Map) -> Blob throws ZipError, FsError = |call| {
            let level = level(&mut Options::of(call, 1, "zip::encode"))?;
            writer::write(call, 0, level, Output::default()).map(|output| Value::blob(output.0))
        };

        /// Packs files into an archive that is a file, which is created or replaced. With files on disk it needs little memory, however
        /// large they are. Throws as `zip::encode` does.
        ///
        /// ```rhai
        /// fs::write("a.csv", "1,2");
        /// zip::write("a.zip", #{ "a.csv": #{ file: "a.csv" } });
        /// zip::list("a.zip").map(|entry| entry.name) // → ["a.csv"]
        /// ```
        new "write" (path: String, files: Map; options: Map) -> Unit throws ZipError, FsError = |call| {
            let level = level(&mut Options::of(call, 2, "zip::write"))?;
            let file = fs::create(call, call.str(0))?;
            let file = writer::write(call, 1, level, BufWriter::new(file))?.into_inner();
            file.map(|_| Value::Unit).map_err(|problem| fs::failure(call, call.str(0), "write", problem.error()))
        };

        /// Returns the entries of an archive: an array of maps with `name`, `size` and `compressed_size` in bytes, as the archive says,
        /// and `is_folder`. Throws `ZipError` if it is not an archive or is damaged.
        ///
        /// ```rhai
        /// let archive = zip::encode(#{ "a.txt": "Hello", "b/": "" });
        /// zip::list(archive).map(|entry| [entry.name, entry.size, entry.is_folder]) // → [["a.txt", 5, false], ["b/", 0, true]]
        /// zip::list(blob(3, 7)) // ✗ ZipError
        /// ```
        new "list" (archive: Any "blob | string") -> Array throws ZipError, FsError = |call| {
            let archive = Archive::open(call, 0)?;
            Ok(archive.entries(call)?.iter().map(described).collect())
        };

        /// Reads one file of an archive as a blob. Throws `ZipError` if there is no such file, if it is damaged or encrypted, or if it
        /// is larger than a quarter of the function's memory.
        ///
        /// ```rhai
        /// zip::read(zip::encode(#{ "a.txt": "Hello" }), "a.txt").as_string() // → "Hello"
        /// zip::read(zip::encode(#{}), "a.txt") // ✗ ZipError
        /// ```
        new "read" (archive: Any "blob | string", name: String) -> Blob throws ZipError, FsError = |call| read(call);

        /// Reads all files of an archive: a map from names to blobs, without folders. Throws `ZipError` as `zip::read` does, if a name
        /// leads out of the folder, and if one occurs twice.
        ///
        /// ```rhai
        /// let archive = zip::encode(#{ "a.txt": "Hello", "b/c.txt": "" });
        /// zip::decode(archive).keys() // → ["a.txt", "b/c.txt"]
        /// zip::decode("archive.zip") // ✗ FsError
        /// ```
        new "decode" (archive: Any "blob | string") -> Map throws ZipError, FsError = |call| decode(call);

        /// Unpacks all files of an archive into a folder, which is created unless it exists, and returns their names. It needs little memory. The
        /// option `max_size` limits how many bytes are written, 536,870,912 by default (512 MB, as much as `/tmp` has). Throws
        /// `ZipError` as `zip::decode` does, and what was written before stays.
        ///
        /// ```rhai
        /// zip::extract(zip::encode(#{ "a.txt": "Hello", "b/c.txt": "!" }), "out") // → ["a.txt", "b/c.txt"]
        /// fs::read("out/b/c.txt") // → "!"
        /// zip::extract(zip::encode(#{ "a.txt": "Hello" }), "out", #{ max_size: 4 }) // ✗ ZipError
        /// ```
        new "extract" (archive: Any "blob | string", folder: String; options: Map) -> Array throws ZipError, FsError = |call| {
            let limit = max_size(&mut Options::of(call, 2, "zip::extract"))?;
            extract(call, limit)
        };
    }

    options OPTIONS;
}

fn problem(message: impl Into<String>) -> Error {
    error("ZipError", message)
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("zip::encode", "options", |options| super::accepted::read(options, level)),
    OptionsParam::new("zip::write", "options", |options| super::accepted::read(options, level)),
    OptionsParam::new("zip::extract", "options", |options| super::accepted::read(options, max_size)),
];

fn level(options: &mut Options<Error>) -> Result<u32> {
    let level = options.integer("level", 0..=9)?.unwrap_or(6);
    options.end()?;
    Ok(level)
}

/// How large the files may be together.
fn max_size(options: &mut Options<Error>) -> Result<u64> {
    let limit = options.read("max_size", "an integer from 0", |size| u64::try_from(size.as_int()?).ok())?;
    options.end()?;
    Ok(limit.unwrap_or(EXTRACTED_LIMIT))
}

/// Checks that a name in an archive is that of a file within a folder.
fn check_name(name: &str) -> Result<()> {
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
    if name.strip_suffix('/').unwrap_or(name).split('/').all(is_part) {
        Ok(())
    } else {
        Err(problem(format!(
            "the entry {name:?} is refused: a name in an archive is a relative path without `..` and `\\`"
        )))
    }
}

fn described(entry: &Entry) -> Value {
    let size = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX).into();
    Map::from_entries(vec![
        ("name".into(), entry.name.as_str().into()),
        ("size".into(), size(entry.size)),
        ("compressed_size".into(), size(entry.compressed_size)),
        ("is_folder".into(), entry.is_folder.into()),
    ])
    .into()
}

fn read(call: &Call<'_>) -> Result<Value> {
    let archive = Archive::open(call, 0)?;
    let name = call.str(1);
    let entries = archive.entries(call)?;
    let Some(entry) = entries.iter().find(|entry| entry.name == name && !entry.is_folder) else {
        return Err(problem(format!("the archive has no file {name:?}; zip::list returns its entries")));
    };
    archive.unpack(call, entry, &mut archive::memory_limit(call)).map(Value::blob)
}

fn decode(call: &Call<'_>) -> Result<Value> {
    let archive = Archive::open(call, 0)?;
    let mut left = archive::memory_limit(call);
    let mut files = Map::new();
    for entry in archive.entries(call)?.iter().filter(|entry| !entry.is_folder) {
        check_name(&entry.name)?;
        let contents = archive.unpack(call, entry, &mut left)?;
        if files.insert(json::key(&entry.name), Value::blob(contents)).is_some() {
            return Err(twice(entry));
        }
    }
    Ok(files.into())
}

fn twice(entry: &Entry) -> Error {
    problem(format!("the entry {:?} occurs twice", entry.name))
}

fn extract(call: &Call<'_>, mut left: u64) -> Result<Value> {
    let archive = Archive::open(call, 0)?;
    let entries = archive.entries(call)?;
    let mut names = HashSet::new();
    for entry in &entries {
        check_name(&entry.name)?;
        if !names.insert(entry.name.as_str()) {
            return Err(twice(entry));
        }
    }
    let folder = call.str(1);
    fs::create_folder(call, folder)?;
    let mut files = Vec::new();
    for entry in &entries {
        let path = format!("{folder}/{}", entry.name);
        if entry.is_folder {
            fs::create_folder(call, &path)?;
            continue;
        }
        if let Some((parent, _)) = entry.name.rsplit_once('/') {
            fs::create_folder(call, &format!("{folder}/{parent}"))?;
        }
        archive.unpack_to(call, entry, &path, &mut left)?;
        files.push(Value::from(entry.name.as_str()));
    }
    Ok(files.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["a", "a/b.txt", "a/", "...", "a b/ü"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "/", "/a", "../a", "a/../b", "a/..", "./a", "a//b", "a\\b", "..\\a", "a\0b", "a/b//"]
        {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
