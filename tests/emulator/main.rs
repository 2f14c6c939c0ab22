//! The real `bootstrap` under emulators of Lambda that others have made.
//!
//! What no emulator does (faults above all) is tested against the fake Runtime API of
//! `tests/blackbox`.

mod aws;
mod aws_concurrent;
mod cargo_lambda;
mod emulator;

use test_support::{exchange, process, program};
