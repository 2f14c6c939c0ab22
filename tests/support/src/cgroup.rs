//! Limits a process to the memory of a function, as Lambda does: with a control group of Linux (version
//! 1 or 2), which kills what needs more.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// The names of a version's files.
struct Version {
    limit: &'static str,
    peak: &'static str,
    /// What is written where, so that nothing is swapped out; `None` for the limit itself.
    swap: (&'static str, Option<&'static str>),
}

const V1: Version = Version {
    limit: "memory.limit_in_bytes",
    peak: "memory.max_usage_in_bytes",
    swap: ("memory.memsw.limit_in_bytes", None),
};
const V2: Version =
    Version { limit: "memory.max", peak: "memory.peak", swap: ("memory.swap.max", Some("0")) };

/// A control group without swap; removed when it goes out of scope, after the processes in it have ended.
pub struct Cgroup {
    folder: PathBuf,
    version: &'static Version,
}

impl Cgroup {
    /// A group whose processes have this memory together, in bytes. Where the system lets none be made,
    /// there is none, and it says `SKIPPED` and why.
    pub fn new(bytes: u64) -> Option<Self> {
        let made = Self::make(bytes);
        made.map_err(|problem| eprintln!("SKIPPED: no control group for memory can be made: {problem}")).ok()
    }

    /// A command that runs this program in the group. Arguments, environment and working directory can be
    /// added as to any other.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let [shell, arguments @ ..] = self.wrapper();
        let mut command = Command::new(shell);
        command.args(arguments).arg(program.as_ref());
        command
    }

    /// The words before a program and its arguments that make it run in the group.
    pub fn wrapper(&self) -> [String; 4] {
        let processes = self.folder.join("cgroup.procs").display().to_string();
        ["/bin/sh".into(), "-c".into(), "echo $$ > \"$0\" && exec \"$@\"".into(), processes]
    }

    /// The most memory that its processes have used together so far, in bytes, with the files that the
    /// system has cached for them.
    pub fn peak(&self) -> u64 {
        let text = fs::read_to_string(self.folder.join(self.version.peak)).unwrap();
        text.trim().parse().unwrap()
    }

    fn make(bytes: u64) -> io::Result<Self> {
        let (folder, version) = create()?;
        let group = Self { folder, version };
        let limit = bytes.to_string();
        fs::write(group.folder.join(version.limit), &limit)?;
        let (file, value) = version.swap;
        let file = group.folder.join(file);
        // The file is missing where the system cannot swap, or does not count what it swaps.
        if file.exists() {
            fs::write(file, value.unwrap_or(&limit))?;
        }
        Ok(group)
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // A process that was killed leaves its group a moment later.
        for _ in 0..500 {
            if fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Creates a folder for a group, in this process's own group or the nearest one around it that can have
/// groups with a limit of memory.
fn create() -> io::Result<(PathBuf, &'static Version)> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("rhambda-test-{}-{number}", std::process::id());
    let mut problem = io::Error::new(io::ErrorKind::NotFound, "no hierarchy of groups is mounted");
    for (root, own, version) in hierarchies()? {
        for around in own.ancestors() {
            let folder = root.join(around.strip_prefix("/").unwrap_or(around)).join(&name);
            match fs::create_dir(&folder) {
                Ok(()) if folder.join(version.limit).exists() => return Ok((folder, version)),
                Ok(()) => {
                    problem = io::Error::other("the controller for memory is not enabled");
                    fs::remove_dir(&folder)?;
                }
                Err(error) => problem = error,
            }
        }
    }
    Err(problem)
}

/// Where the hierarchies that can limit memory are mounted, and this process's group in each.
fn hierarchies() -> io::Result<Vec<(PathBuf, PathBuf, &'static Version)>> {
    let (groups, mounts) =
        (fs::read_to_string("/proc/self/cgroup")?, fs::read_to_string("/proc/self/mounts")?);
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (root, kind, options) = (fields.next()?, fields.next()?, fields.next()?);
        let (version, controllers) = match kind {
            "cgroup" if options.split(',').any(|option| option == "memory") => (&V1, "memory"),
            "cgroup2" => (&V2, ""),
            _ => return None,
        };
        // ID:CONTROLLERS:GROUP
        let own = groups.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let listed = fields.next()?;
            fields.next().filter(|_| listed.split(',').any(|listed| listed == controllers))
        });
        Some((PathBuf::from(root), PathBuf::from(own?), version))
    });
    Ok(mounts.collect())
}
