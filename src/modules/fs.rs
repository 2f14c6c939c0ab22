//! `fs::…`: files and folders. A relative path is under the task root.

use super::{at, error, Result};
use crate::value::type_of;
use rhai::{
    Array, Blob, Dynamic, Engine, EvalAltResult, ImmutableString, Module, NativeCallContext, Variant,
};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// How much of a text is read at once, in bytes.
const CHUNK: usize = 64 << 10;

pub(super) fn register(engine: &mut Engine, task_root: &Rc<Path>) {
    let mut module = Module::new();
    register_function(&mut module, "read", task_root, read);
    register_function(&mut module, "read_blob", task_root, read_blob);
    register_function(&mut module, "exists", task_root, exists);
    register_function(&mut module, "list", task_root, list);
    register_function(&mut module, "remove", task_root, remove);
    register_function(&mut module, "make_dir", task_root, make_dir);
    register_writer(
        &mut module,
        "write",
        task_root,
        OpenOptions::new().write(true).create(true).truncate(true),
    );
    register_writer(&mut module, "append", task_root, OpenOptions::new().append(true).create(true));
    engine.register_static_module("fs", module.into());
}

/// A function of a path.
fn register_function<T: Variant + Clone>(
    module: &mut Module,
    name: &str,
    task_root: &Rc<Path>,
    function: fn(&Place<'_>) -> Result<T>,
) {
    let root = Rc::clone(task_root);
    module.set_native_fn(name, move |call: NativeCallContext<'_>, path: ImmutableString| {
        at(&call, Place::find(&root, &path).and_then(|place| function(&place)))
    });
}

/// A function of a path and what is written there.
fn register_writer(module: &mut Module, name: &str, task_root: &Rc<Path>, options: &OpenOptions) {
    let root = Rc::clone(task_root);
    let options = options.clone();
    module.set_native_fn(name, move |call: NativeCallContext<'_>, path: ImmutableString, data: Dynamic| {
        at(&call, Place::find(&root, &path).and_then(|place| write(&place, &data, &options)))
    });
}

fn read(place: &Place<'_>) -> Result<ImmutableString> {
    place.check_kind("read")?;
    let failure = |problem: io::Error| place.failure("read", &problem);
    let mut file = File::open(&place.path).map_err(failure)?;
    let size = file.metadata().map_err(failure)?.len();
    let mut text = ImmutableString::new();
    let mut buffer = vec![0; CHUNK];
    let mut kept = 0;
    loop {
        let count = file.read(&mut buffer[kept..]).map_err(failure)?;
        let filled = &buffer[..kept + count];
        let (good, rest) = match std::str::from_utf8(filled) {
            Ok(_) => (filled, &[][..]),
            // The last character goes on in the next piece.
            Err(problem) if problem.error_len().is_none() && count > 0 => {
                filled.split_at(problem.valid_up_to())
            }
            Err(problem) => {
                let byte = text.as_str().len() + problem.valid_up_to() + 1;
                let message = format!("{place} is not text in UTF-8 (byte {byte}); use fs::read_blob");
                return Err(error("FsError", message));
            }
        };
        let good_text = String::from_utf8_lossy(good);
        if text.is_empty() {
            text = beginning(&good_text, size);
        } else {
            text += &*good_text;
        }
        if count == 0 {
            return Ok(text);
        }
        kept = rest.len();
        let good = good.len();
        buffer.copy_within(good..good + kept, 0);
    }
}

/// The beginning of a text, with room for so many bytes. Rhai cannot take a `String` over without a
/// copy, so what follows is added to the copy.
fn beginning(piece: &str, size: u64) -> ImmutableString {
    let mut text = String::new();
    // Where there is not so much room, or nobody knows how much it takes, it is made on the way.
    let _ = text.try_reserve_exact(usize::try_from(size).unwrap_or(0));
    text.push_str(piece);
    text.into()
}

fn read_blob(place: &Place<'_>) -> Result<Blob> {
    place.check_kind("read")?;
    fs::read(&place.path).map_err(|problem| place.failure("read", &problem))
}

fn write(place: &Place<'_>, data: &Dynamic, options: &OpenOptions) -> Result<()> {
    let write = |data: &[u8]| {
        place.check_kind("write")?;
        let written = options.open(&place.path).and_then(|mut file| file.write_all(data));
        written.map_err(|problem| place.failure("write", &problem))
    };
    // Files may be large: what is written is not copied.
    if let Some(blob) = data.read_lock::<Blob>() {
        return write(&blob);
    }
    if let Ok(text) = data.as_immutable_string_ref() {
        return write(text.as_bytes());
    }
    let kind = type_of(data);
    let message = format!(
        "what is to be written to {place} is of type {kind}; a text or a blob is needed. \
         json::encode makes a text of any value"
    );
    Err(error("MismatchedTypes", message))
}

#[allow(clippy::unnecessary_wraps)] // as the others
fn exists(place: &Place<'_>) -> Result<bool> {
    Ok(place.path.exists())
}

fn list(place: &Place<'_>) -> Result<Array> {
    let failure = |problem: io::Error| place.failure("list", &problem);
    let mut names = Vec::new();
    for entry in fs::read_dir(&place.path).map_err(failure)? {
        let entry = entry.map_err(failure)?;
        let slash = if entry.path().is_dir() { "/" } else { "" };
        names.push(format!("{}{slash}", entry.file_name().to_string_lossy()));
    }
    names.sort_unstable();
    Ok(names.into_iter().map(Dynamic::from).collect())
}

fn remove(place: &Place<'_>) -> Result<bool> {
    let remove = |entry: fs::Metadata| {
        if entry.is_dir() {
            fs::remove_dir(&place.path)
        } else {
            fs::remove_file(&place.path)
        }
    };
    let removed = fs::symlink_metadata(&place.path).and_then(remove);
    match removed {
        Ok(()) => Ok(true),
        Err(problem) if is_missing(&problem) => Ok(false),
        Err(problem) => Err(place.failure("remove", &problem)),
    }
}

fn make_dir(place: &Place<'_>) -> Result<()> {
    fs::create_dir_all(&place.path).map_err(|problem| place.failure("make", &problem))
}

/// A path as a script wrote it, and what it means.
struct Place<'a> {
    name: &'a str,
    root: &'a Path,
    path: PathBuf,
}

impl<'a> Place<'a> {
    fn find(root: &'a Path, name: &'a str) -> Result<Self> {
        if name.is_empty() {
            return Err(error("FsError", "the path is empty; the task root is \".\""));
        }
        Ok(Self { name, root, path: root.join(name) })
    }

    /// Refuses what is neither file nor folder: to open a pipe can take forever, to read a device too.
    fn check_kind(&self, doing: &str) -> Result<()> {
        match fs::metadata(&self.path) {
            Ok(entry) if !entry.is_file() && !entry.is_dir() => {
                Err(error("FsError", format!("cannot {doing} {self}: it is a device or a pipe, not a file")))
            }
            _ => Ok(()),
        }
    }

    #[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
    fn failure(&self, doing: &str, problem: &io::Error) -> Box<EvalAltResult> {
        let message = match (doing, problem.kind()) {
            ("read", ErrorKind::NotFound) => format!("no such file: {self}"),
            ("list", ErrorKind::NotFound) => format!("no such folder: {self}"),
            (_, ErrorKind::NotFound) => {
                format!("cannot {doing} {self}: its folder is not there; fs::make_dir makes it")
            }
            ("read" | "write", ErrorKind::IsADirectory) => {
                format!("cannot {doing} {self}: it is a folder; fs::list says what is in it")
            }
            ("list", ErrorKind::NotADirectory) => format!("cannot list {self}: it is a file, not a folder"),
            (_, ErrorKind::NotADirectory) => {
                format!("cannot {doing} {self}: a part of the path is a file, not a folder")
            }
            ("make", ErrorKind::AlreadyExists) => format!("cannot make {self}: there is a file of that name"),
            (_, ErrorKind::DirectoryNotEmpty) => {
                format!("cannot {doing} {self}: the folder is not empty; remove what is in it first")
            }
            ("write" | "make" | "remove", ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                format!("cannot {doing} {self}: {}; in Lambda, only /tmp can be written to", plain(problem))
            }
            (_, ErrorKind::StorageFull) => format!(
                "cannot {doing} {self}: no space is left; the function's configuration says how much /tmp has"
            ),
            _ => format!("cannot {doing} {self}: {}", plain(problem)),
        };
        error("FsError", message)
    }
}

/// The path for an error.
impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        if Path::new(self.name).is_relative() {
            write!(f, " (task root {})", self.root.display())?;
        }
        Ok(())
    }
}

fn is_missing(problem: &io::Error) -> bool {
    matches!(problem.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// What the system says, without its error number.
fn plain(problem: &io::Error) -> String {
    let text = problem.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
