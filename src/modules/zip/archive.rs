//! Archives that are read.

use super::problem;
use crate::modules::arguments::error;
use crate::modules::fs;
use crate::modules::gzip;
use crate::modules::host::host;
use crate::value::type_of;
use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, FileReader, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipLocator,
    MAX_CENTRAL_DIRECTORY_RECORD_SIZE,
};
use rhai_vm::function::Call;
use rhai_vm::memory::{self, Meter};
use rhai_vm::{Error, Result, Value};
use std::io::{self, BufReader, Read, Write};
use std::rc::Rc;

/// How much is unpacked at a time.
const PIECE: usize = 64 << 10;
/// How many entries are looked at between two looks at the clock.
const BATCH: usize = 1024;

/// An archive in memory or on disk.
pub(super) struct Archive(ZipArchive<Source>);

enum Source {
    Bytes(Rc<Vec<u8>>),
    File(FileReader),
}

impl ReaderAt for Source {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::Bytes(bytes) => bytes.as_slice().read_at(buffer, offset),
            Self::File(file) => file.read_at(buffer, offset),
        }
    }
}

/// What an archive says of an entry.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) compressed_size: u64,
    pub(super) is_folder: bool,
    is_encrypted: bool,
    is_link: bool,
    method: CompressionMethod,
    place: ZipArchiveEntryWayfinder,
}

/// The most bytes that are unpacked into memory.
pub(super) fn memory_limit(call: &Call<'_>) -> u64 {
    u64::try_from(gzip::limit(host(call))).unwrap_or(u64::MAX)
}

impl Archive {
    /// Opens the archive that is this argument.
    pub(super) fn open(call: &Call<'_>, number: usize) -> Result<Self> {
        let (source, size) = match call.value(number) {
            Value::Blob(bytes) => {
                (Source::Bytes(Rc::clone(bytes)), u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            Value::Str(path) => {
                let file = fs::open(call, path)?;
                let size = file.metadata().map_or(0, |entry| entry.len());
                (Source::File(file.into()), size)
            }
            other => {
                let kind = type_of(other);
                let message =
                    format!("{} expects an archive: a blob or the path of a file, not {kind}", called(call));
                return Err(error("MismatchedTypes", message));
            }
        };
        let mut buffer = vec![0; PIECE];
        let archive = ZipLocator::new().locate_in_reader(source, &mut buffer, size);
        archive.map(Self).map_err(|(_, problem)| invalid(&problem))
    }

    /// All entries.
    pub(super) fn entries(&self, call: &Call<'_>) -> Result<Vec<Entry>> {
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let mut records = self.0.entries(&mut buffer);
        let (mut entries, meter) = (Vec::new(), Meter::new());
        while let Some(record) = records.next_entry().map_err(|problem| invalid(&problem))? {
            let name = record.file_path();
            meter.needs(size_of::<Entry>() + name.len())?;
            memory::reserve(&mut entries, 1)?;
            entries.push(Entry {
                name: String::from_utf8_lossy(name.as_bytes()).into_owned(),
                size: record.uncompressed_size_hint(),
                compressed_size: record.compressed_size_hint(),
                is_folder: record.is_dir(),
                is_encrypted: record.flags().is_encrypted(),
                is_link: record.mode().is_symlink(),
                method: record.compression_method(),
                place: record.wayfinder(),
            });
            if entries.len().is_multiple_of(BATCH) {
                call.check()?;
            }
        }
        Ok(entries)
    }

    /// Unpacks an entry into memory, of which so much is left.
    pub(super) fn unpack(&self, call: &Call<'_>, entry: &Entry, left: &mut u64) -> Result<Vec<u8>> {
        let mut contents = Vec::new();
        self.each_piece(call, entry, &mut |piece| {
            *left = left.checked_sub(piece.len() as u64).ok_or_else(|| {
                problem(format!(
                    "the unpacked files exceed {} MiB, a quarter of the function's memory. Raise the function's memory, or unpack \
                     them to /tmp with zip::extract",
                    memory_limit(call) >> 20
                ))
            })?;
            memory::reserve(&mut contents, piece.len())?;
            contents.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(contents)
    }

    /// Unpacks an entry into a file, where so much may be written.
    pub(super) fn unpack_to(&self, call: &Call<'_>, entry: &Entry, path: &str, left: &mut u64) -> Result<()> {
        let mut file = fs::create(call, path)?;
        self.each_piece(call, entry, &mut |piece| {
            *left = left.checked_sub(piece.len() as u64).ok_or_else(|| {
                problem("the unpacked files exceed the option `max_size` of zip::extract, which is 512 MB by default")
            })?;
            file.write_all(piece).map_err(|problem| fs::failure(call, path, "write", &problem))
        })
    }

    /// Unpacks an entry piece by piece, and checks its size and its checksum.
    fn each_piece(
        &self,
        call: &Call<'_>,
        entry: &Entry,
        take: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let refused = |why: &str| Err(problem(format!("the entry {:?} is {why}", entry.name)));
        if entry.is_link {
            return refused("a link, which is never followed or created");
        }
        if entry.is_encrypted {
            return refused("encrypted, which is not supported");
        }
        let damaged =
            |why: &dyn std::fmt::Display| problem(format!("the entry {:?} is damaged: {why}", entry.name));
        let packed = self.0.get_entry(entry.place).map_err(|problem| damaged(&problem))?;
        let reader: Box<dyn Read + '_> = match entry.method {
            CompressionMethod::STORE => Box::new(packed.reader()),
            CompressionMethod::DEFLATE => {
                Box::new(DeflateDecoder::new(BufReader::with_capacity(PIECE, packed.reader())))
            }
            _ => return refused("compressed by a method that is not supported: only deflate and none are"),
        };
        let mut reader = packed.verifying_reader(reader);
        let mut buffer = vec![0; PIECE];
        loop {
            call.check()?;
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => take(&buffer[..count])?,
                Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
                Err(problem) => return Err(damaged(&problem)),
            }
        }
    }
}

/// The function that is called, for errors.
fn called(call: &Call<'_>) -> String {
    format!("zip::{}", call.name)
}

fn invalid(why: &rawzip::Error) -> Error {
    problem(format!("not a zip archive, or a damaged one: {}", why.to_string().to_lowercase()))
}
