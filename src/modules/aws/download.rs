//! The options `to` and `stream`: a body goes to a file, or to the script, while it arrives.

use super::invalid;
use super::options::Options;
use crate::modules::arguments::error;
use crate::modules::host::Host;
use rhai_vm::{Error, Result};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

/// The only folder that a function can write to.
const FOLDER: &str = "/tmp";
/// How much is written with one call of the system.
const CHUNK: usize = 256 << 10;

/// Where the body of a response goes.
pub(super) enum Target {
    /// Into memory, before the script gets the response.
    Memory,
    /// To the script, while it arrives.
    Script,
    File(PathBuf),
}

impl Target {
    /// What the options say.
    pub(super) fn of(options: &mut Options) -> aws::Result<Self> {
        let to = options.text("to")?.map(|name| path(&name)).transpose()?;
        match (to, options.boolean("stream")?.unwrap_or(false)) {
            (Some(_), true) => {
                Err(options.conflict("a body is streamed or written to a file: pass `stream` or `to`"))
            }
            (Some(path), false) => Ok(Self::File(path)),
            (None, true) => Ok(Self::Script),
            (None, false) => Ok(Self::Memory),
        }
    }
}

/// A path below `/tmp`.
fn path(name: &str) -> aws::Result<PathBuf> {
    let path = PathBuf::from(name);
    let is_plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    if is_plain && path.starts_with(FOLDER) && path != Path::new(FOLDER) {
        return Ok(path);
    }
    Err(invalid(format!("`to` is \"{name}\"; it must be the path of a file below {FOLDER}")))
}

/// Writes a body that is complete to a file, and returns the file's path.
pub(super) fn write(host: &Host, path: &Path, body: &[u8]) -> Result<String> {
    fs::write(host.world.path(path.to_owned()), body).map_err(|problem| unwritten(path, &problem))?;
    Ok(path.to_string_lossy().into_owned())
}

fn unwritten(path: &Path, problem: &io::Error) -> Error {
    error("FsError", format!("cannot write {}: {problem}", path.display()))
}

/// Writes a body to a file while it arrives, and returns the file's path. A file that is not complete is removed.
pub(super) fn save(
    host: &Host,
    path: &Path,
    mut body: net::Body,
    unreceived: impl FnOnce(&net::Error) -> Error,
) -> Result<String> {
    let place = host.world.path(path.to_owned());
    let failed = |problem: io::Error| unwritten(path, &problem);
    let mut file = File::create(&place).map_err(failed)?;
    let mut buffer = vec![0; CHUNK];
    let written = loop {
        match body.receive(&mut buffer) {
            Ok(0) => break Ok(()),
            Ok(count) => {
                if let Err(problem) = file.write_all(&buffer[..count]) {
                    break Err(failed(problem));
                }
            }
            Err(error) => break Err(unreceived(&error)),
        }
    };
    if let Err(error) = written {
        drop(file);
        // It may have been removed already.
        let _ = fs::remove_file(&place);
        return Err(error);
    }
    Ok(path.to_string_lossy().into_owned())
}
