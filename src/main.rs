//! `bootstrap`, the program that AWS Lambda starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    rhambda::bootstrap()
}
