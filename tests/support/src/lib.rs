//! What several test programs need.

#![allow(missing_docs, clippy::missing_panics_doc, clippy::return_self_not_must_use)] // these are tests

pub mod aws;
pub mod cgroup;
pub mod databases;
pub mod exchange;
pub mod folder;
pub mod function;
pub mod process;
pub mod program;
pub mod small_disk;
pub mod xray;
