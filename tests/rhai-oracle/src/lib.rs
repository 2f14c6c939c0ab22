//! The machine for scripts beside Rhai's own interpreter, and random programs to run in both.

pub mod engines;
pub mod parsers;
pub mod programs;
