//! What the fuzzer does with its input, one function a target. Each must end, without a panic, whatever
//! it is given. `tests/corpus` feeds them the saved corpus.

#![allow(clippy::missing_panics_doc)] // a panic is a finding

mod databases;
mod events;
mod format;
mod formats;
mod handler;
mod invocation;
mod json;
mod names;
mod program;
mod run;
mod schemas;
mod script;
mod server;
mod tokens;

pub use databases::databases;
pub use events::events;
pub use format::format_script as format;
pub use formats::formats;
pub use handler::handler;
pub use invocation::invocation;
pub use json::json;
pub use names::names;
pub use program::program;
pub use schemas::schemas;
pub use script::script;
pub use server::server;
pub use tokens::tokens;
