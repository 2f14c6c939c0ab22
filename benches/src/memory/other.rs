//! A bomb in another language. Its program reads an event a line, and writes a line for each: `error` and the
//! error's name, or what it returns.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::bomb::Bomb;
use super::outcome::Outcome;
use super::{folder, script, PATIENCE};
use crate::peers::version;
use test_support::cgroup::Cgroup;

#[derive(Clone, Copy)]
pub(super) enum Language {
    Python,
    Node,
}

impl Language {
    fn program(self) -> &'static Path {
        Path::new(match self {
            Self::Python => "python3",
            Self::Node => "node",
        })
    }

    /// Its name with its version.
    pub(super) fn version(self) -> String {
        let version = version(self.program());
        match self {
            Self::Python => version,
            Self::Node => format!("Node {version}"),
        }
    }

    fn has(self, bomb: &Bomb) -> bool {
        let (ending, start) = match self {
            Self::Python => ("py", "def"),
            Self::Node => ("mjs", "export function"),
        };
        script(ending).contains(&format!("\n{start} {}(", bomb.function))
    }

    /// Sets a bomb off with so many MB, and then another event; `None` where the language has no such bomb.
    pub(super) fn set_off(self, bomb: &Bomb, size: u64) -> Result<Option<Outcome>> {
        if !self.has(bomb) {
            return Ok(None);
        }
        let group = Cgroup::new(size << 20).context("no control group")?;
        let mut command = self.command(&group, size);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let events = format!("{}\n{{\"bomb\":\"next\"}}\n", bomb.event(size << 20));
        let mut input = child.stdin.take().context("no input")?;
        // It may end before it has read everything.
        let writer = thread::spawn(move || drop(input.write_all(events.as_bytes())));
        let is_in_time = waits_for(&mut child)?;
        let output = child.wait_with_output()?;
        // Fails only by a panic.
        let _ = writer.join();
        if !is_in_time {
            return Ok(Some(Outcome::TooSlow));
        }
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<_> = lines.lines().collect();
        Ok(Some(match lines[..] {
            [of_bomb, "served"] => of_bomb
                .strip_prefix("error ")
                .map_or(Outcome::Finished, |kind| Outcome::Error(kind.to_owned())),
            _ => Outcome::Killed,
        }))
    }

    fn command(self, group: &Cgroup, size: u64) -> Command {
        match self {
            Self::Python => {
                let mut command = group.command("python3");
                command.arg(folder().join("bombs.py"));
                command
            }
            Self::Node => {
                let mut command = group.command("node");
                // As Lambda's runtime for Node has it: most of the memory.
                command
                    .arg(format!("--max-old-space-size={}", size * 9 / 10))
                    .arg(folder().join("bombs.mjs"));
                command
            }
        }
    }
}

/// Waits until a process ends; it is ended when its time is over. Whether it ended by itself.
fn waits_for(child: &mut Child) -> Result<bool> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if child.try_wait()?.is_some() {
            return Ok(true);
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    Ok(false)
}
