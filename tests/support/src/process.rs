//! What every test that runs the real `bootstrap` needs.

use std::path::PathBuf;
use std::process::Command;

/// The build to test: the one that `RHAMBDA_BOOTSTRAP` names, or the one made for this test. Its path
/// does not depend on the working directory, which is the function's.
pub fn bootstrap() -> PathBuf {
    let program =
        ["RHAMBDA_BOOTSTRAP", "CARGO_BIN_EXE_bootstrap"].iter().find_map(|name| std::env::var(name).ok());
    let program = program.expect("Cargo names the program when it runs tests");
    std::fs::canonicalize(&program).unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// Sends a signal such as `-KILL`; whether there was such a process.
pub fn signal(pid: u32, signal: &str) -> bool {
    // The shell has it built in; the program of that name is not on every machine.
    let status = Command::new("sh").args(["-c", &format!("kill {signal} {pid}")]).status();
    status.is_ok_and(|status| status.success())
}
