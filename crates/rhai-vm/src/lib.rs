//! Rhai scripts, compiled to instructions for a machine of registers.
//!
//! [`parse`] or rhai itself parses a script; [`compile`] turns its syntax tree into functions, each a list of
//! instructions over numbered registers; [`vm::Vm`] runs them over values of its own ([`value::Value`]),
//! which are cheap to clone and are copied only when one of several owners changes them.

#![forbid(unsafe_code)]
// `match` reads better than `if let … else` where both arms are of the same weight; `compiler` and `compiled` are what they are.
#![allow(clippy::single_match_else, clippy::similar_names, clippy::match_bool)]

pub mod builtins;
mod characters;
pub mod code;
pub mod compile;
mod cycles;
#[cfg(feature = "debugger")]
pub mod debug;
pub mod error;
pub mod function;
pub mod json;
pub mod list;
pub mod map;
pub mod memory;
pub mod module;
pub mod operators;
pub mod parse;
pub mod text;
pub mod value;
pub mod vm;

pub use error::{Error, ErrorKind};
pub use list::List;
pub use map::Map;
pub use rhai::{ParseErrorType, Position};
pub use text::Str;
pub use value::{FnPtr, Kind, Object, Value};

/// What functions over values return.
pub type Result<T> = std::result::Result<T, Error>;

/// Whether somebody looks at the variables of functions that are waiting for others.
#[inline]
fn is_debugged() -> bool {
    #[cfg(feature = "debugger")]
    return debug::is_attached();
    #[cfg(not(feature = "debugger"))]
    false
}
