//! `fs::…`: files and folders. A relative path is under the task root, and may not lead out of it.

use super::arguments::error;
use super::host::{host, Host};
use crate::value::type_of;
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Error, Result, Value};
use rustix::fs::OFlags;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

/// Which part of the function's memory a file that is read may fill.
const PART_OF_MEMORY: usize = 2;
/// How much is read between two looks at the clock.
const CHUNK: u64 = 1 << 20;
/// Place for a little more than a file seems to have, to see that it ends.
const PROBE: usize = 32;
/// The system's files may have nothing to read for now: to wait for it could take forever.
#[allow(clippy::cast_possible_wrap)] // as the system takes them
const WITHOUT_WAITING: i32 = OFlags::NONBLOCK.bits() as i32;
#[allow(clippy::cast_possible_wrap)] // as the system takes them
const NOT_THROUGH_LINKS: i32 = OFlags::NOFOLLOW.bits() as i32;

module! {
    /// Files. A relative path is under the task root (`/var/task`), where the function's own files are, and may not lead out of
    /// it; an absolute path is used as it is. In Lambda only `/tmp` is writable; its files stay for the next event of the same
    /// environment. All functions throw `FsError`, which says what is wrong with the path, or what the operating system refuses.
    /// Pipes and devices are not read or written. A file that is read may be as large as half of the function's memory.
    "`fs`"

    namespace "fs" {
        /// Reads a file as a string. Throws `FsError` if it does not exist or is not valid UTF-8.
        ///
        /// ```rhai
        /// fs::write("greeting.txt", "Grüezi");
        /// fs::read("greeting.txt") // → "Grüezi"
        /// fs::read("data/x.json") // ✗ FsError
        /// ```
        new "read" (path: String) -> String throws FsError = |call| read(call).map(Value::from);

        /// Reads a file as a blob. Throws `FsError` if it does not exist.
        ///
        /// ```rhai
        /// fs::write("x.bin", blob(2, 255));
        /// fs::read_blob("x.bin").len // → 2
        /// fs::read("x.bin") // ✗ FsError
        /// ```
        new "read_blob" (path: String) -> Blob throws FsError = |call| read_blob(call).map(Value::blob);

        /// Returns whether a file or a folder exists.
        ///
        /// ```rhai
        /// fs::exists("nothing.txt") // → false
        /// ```
        new "exists" (path: String) -> Bool throws FsError = |call| Ok(Place::of(call)?.path.exists().into());

        /// Returns the names of the files and folders in a folder, sorted. Names of folders end with `/`.
        ///
        /// ```rhai
        /// fs::make_dir("reports/2026");
        /// fs::write("reports/all.csv", "");
        /// fs::list("reports") // → ["2026/", "all.csv"]
        /// fs::list("nowhere") // ✗ FsError
        /// ```
        new "list" (path: String) -> Array throws FsError = |call| list(&Place::of(call)?);

        /// Removes a file, a link or an empty folder, and returns whether it existed.
        ///
        /// ```rhai
        /// fs::write("x.txt", "");
        /// fs::remove("x.txt") // → true
        /// fs::remove("x.txt") // → false
        /// fs::make_dir("full/of");
        /// fs::remove("full") // ✗ FsError
        /// ```
        new "remove" (path: String) -> Bool throws FsError = |call| remove(&Place::of(call)?).map(Value::from);

        /// Creates a folder, and those around it, unless they exist.
        ///
        /// ```rhai
        /// fs::make_dir("a/b/c");
        /// fs::make_dir("a/b/c") // → null
        /// fs::exists("a/b/c") // → true
        /// ```
        new "make_dir" (path: String) -> Unit throws FsError = |call| make_dir(&Place::of(call)?).map(Value::from);

        /// Writes a file and replaces an existing one. The folder must exist.
        ///
        /// ```rhai
        /// fs::write("state.json", json::encode(#{ n: 1 })) // → null
        /// json::decode(fs::read("state.json")) // → {"n": 1}
        /// fs::write("no/such/folder.txt", "") // ✗ FsError
        /// ```
        new "write" (path: String, data: Any "string | blob") -> Unit throws FsError = |call| {
            let options = OpenOptions::new().write(true).create(true).truncate(true).clone();
            write(&Place::of(call)?, call.value(1), &options).map(Value::from)
        };

        /// Appends to a file, which is created if it does not exist.
        ///
        /// ```rhai
        /// fs::append("log.txt", "one ");
        /// fs::append("log.txt", "two");
        /// fs::read("log.txt") // → "one two"
        /// ```
        new "append" (path: String, data: Any "string | blob") -> Unit throws FsError = |call| {
            let options = OpenOptions::new().append(true).create(true).clone();
            write(&Place::of(call)?, call.value(1), &options).map(Value::from)
        };
    }
}

/// The most bytes that are read of a file in a function with so many bytes of memory.
pub(super) fn limit(host: &Host) -> usize {
    host.memory() / PART_OF_MEMORY
}

/// Opens a file to read it piece by piece.
pub(super) fn open(call: &Call<'_>, name: &str) -> Result<File> {
    let place = Place::find(&host(call).task_root, name)?;
    place.check_kind("read")?;
    let file = OpenOptions::new().read(true).custom_flags(WITHOUT_WAITING).open(&place.path);
    let file = file.map_err(|problem| place.failure("read", &problem))?;
    match file.metadata() {
        Ok(entry) if entry.is_dir() => Err(place.failure("read", &ErrorKind::IsADirectory.into())),
        _ => Ok(file),
    }
}

/// Creates a file, or empties an existing one, to write it piece by piece.
pub(super) fn create(call: &Call<'_>, name: &str) -> Result<File> {
    let place = Place::find(&host(call).task_root, name)?;
    place.check_kind("write")?;
    // What a link leads to may be anywhere.
    let flags = WITHOUT_WAITING | NOT_THROUGH_LINKS;
    let file =
        OpenOptions::new().write(true).create(true).truncate(true).custom_flags(flags).open(&place.path);
    file.map_err(|problem| place.failure("write", &problem))
}

/// Creates a folder, and those around it, unless they exist.
pub(super) fn create_folder(call: &Call<'_>, name: &str) -> Result<()> {
    make_dir(&Place::find(&host(call).task_root, name)?)
}

/// The error of a file that could not be read or written any further.
pub(super) fn failure(call: &Call<'_>, name: &str, doing: &str, problem: &io::Error) -> Error {
    match Place::find(&host(call).task_root, name) {
        Ok(place) => place.failure(doing, problem),
        Err(error) => error,
    }
}

fn read(call: &Call<'_>) -> Result<String> {
    let place = Place::of(call)?;
    String::from_utf8(read_blob(call)?).map_err(|problem| {
        let byte = problem.utf8_error().valid_up_to() + 1;
        error("FsError", format!("{place} is not valid UTF-8 (at byte {byte}); use fs::read_blob"))
    })
}

fn read_blob(call: &Call<'_>) -> Result<Vec<u8>> {
    let (place, limit) = (Place::of(call)?, limit(host(call)));
    let failure = |problem: io::Error| place.failure("read", &problem);
    place.check_kind("read")?;
    let file =
        OpenOptions::new().read(true).custom_flags(WITHOUT_WAITING).open(&place.path).map_err(failure)?;
    // The system's own files say that they are empty.
    let size = file.metadata().map_or(0, |entry| entry.len());
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let size_to_read = if size > limit { 0 } else { size };
    memory::needs(size_to_read)?;
    let mut bytes = Vec::with_capacity(size_to_read);
    loop {
        if size.max(bytes.len()) > limit {
            let message = format!(
                "cannot read {place}: it has more than {} MB, half of the function's memory. \
                 Give the function more memory",
                limit >> 20
            );
            return Err(error("FsError", message));
        }
        call.check()?;
        memory::reserve(&mut bytes, PROBE)?;
        if (&file).take(CHUNK).read_to_end(&mut bytes).map_err(failure)? == 0 {
            return Ok(bytes);
        }
    }
}

fn write(place: &Place<'_>, data: &Value, options: &OpenOptions) -> Result<()> {
    let write = |data: &[u8]| {
        place.check_kind("write")?;
        let written = options
            .clone()
            .custom_flags(WITHOUT_WAITING)
            .open(&place.path)
            .and_then(|mut file| file.write_all(data));
        written.map_err(|problem| place.failure("write", &problem))
    };
    match data {
        Value::Blob(blob) => return write(blob),
        Value::Str(text) => return write(text.as_bytes()),
        _ => {}
    }
    let kind = type_of(data);
    let message = format!(
        "cannot write {kind} to {place}: pass a string or a blob. \
         json::encode converts any other value"
    );
    Err(error("MismatchedTypes", message))
}

fn list(place: &Place<'_>) -> Result<Value> {
    let failure = |problem: io::Error| place.failure("list", &problem);
    let mut names = Vec::new();
    for entry in fs::read_dir(&place.path).map_err(failure)? {
        let entry = entry.map_err(failure)?;
        let slash = if entry.path().is_dir() { "/" } else { "" };
        names.push(format!("{}{slash}", entry.file_name().to_string_lossy()));
    }
    names.sort_unstable();
    Ok(names.into_iter().map(Value::from).collect())
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
    /// The path that is a call's first argument.
    fn of(call: &'a Call<'_>) -> Result<Self> {
        let host = host(call);
        let place = Self::find(&host.task_root, call.str(0))?;
        Ok(Self { path: host.world.path(place.path), ..place })
    }

    fn find(root: &'a Path, name: &'a str) -> Result<Self> {
        if name.is_empty() {
            return Err(error("FsError", "the path is empty; the task root is \".\""));
        }
        if leads_out(Path::new(name)) {
            let message = format!(
                "the path {name} leads out of the task root {}; use an absolute path for files elsewhere",
                root.display()
            );
            return Err(error("FsError", message));
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

    fn failure(&self, doing: &str, problem: &io::Error) -> Error {
        let message = match (doing, problem.kind()) {
            ("read", ErrorKind::NotFound) => format!("the file does not exist: {self}"),
            ("list", ErrorKind::NotFound) => format!("the folder does not exist: {self}"),
            (_, ErrorKind::NotFound) => {
                format!("cannot {doing} {self}: its folder does not exist; create it with fs::make_dir")
            }
            ("read" | "write", ErrorKind::IsADirectory) => {
                format!("cannot {doing} {self}: it is a folder; fs::list lists its contents")
            }
            ("list", ErrorKind::NotADirectory) => format!("cannot list {self}: it is a file, not a folder"),
            (_, ErrorKind::NotADirectory) => {
                format!("cannot {doing} {self}: a part of the path is a file, not a folder")
            }
            ("make", ErrorKind::AlreadyExists) => format!("cannot make {self}: a file of that name exists"),
            (_, ErrorKind::DirectoryNotEmpty) => {
                format!("cannot {doing} {self}: the folder is not empty; remove its contents first")
            }
            ("write" | "make" | "remove", ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                format!("cannot {doing} {self}: {}; in Lambda, only /tmp is writable", plain(problem))
            }
            (_, ErrorKind::StorageFull) => format!(
                "cannot {doing} {self}: no space is left; raise the function's ephemeral storage (/tmp)"
            ),
            (_, ErrorKind::WouldBlock) => {
                format!("cannot {doing} {self}: the operation would block")
            }
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

/// Whether a relative path leads out of the folder that it is under.
fn leads_out(path: &Path) -> bool {
    let mut depth = 0;
    let mut components = path.components();
    path.is_relative()
        && components.any(|component| {
            depth += match component {
                Component::ParentDir => -1,
                Component::Normal(_) => 1,
                _ => 0,
            };
            depth < 0
        })
}

fn is_missing(problem: &io::Error) -> bool {
    matches!(problem.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// What the system says, without its error number.
fn plain(problem: &io::Error) -> String {
    let text = problem.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
