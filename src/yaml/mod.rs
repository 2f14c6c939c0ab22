//! YAML 1.2 (core schema) ↔ values.

mod decode;
mod encode;
mod scalar;

pub(crate) use decode::{decode, Problem};
pub(crate) use encode::encode;

/// Deepest nesting of a document. More is an error and not a stack overflow.
pub(crate) const MAX_DEPTH: usize = 128;
