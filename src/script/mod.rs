//! Rhai: a script is loaded once and called for each invocation. Knows nothing of HTTP towards
//! Lambda.

mod call;
mod check;
mod deferred_drops;
mod describe;
mod drawing;
mod engine;
mod files;
pub mod habits;
mod imports;
mod load;
mod outline;
mod session;
mod suggestion;
mod suite;
mod trace;

pub use crate::modules::stream::Sink;
pub use check::Checker;
pub use files::{Files, Source};
pub use imports::find;
pub use load::{Hook, Script};
pub use session::{Input, Session};
pub use suite::{Declared, Environment, Suite};

/// Calls may be nested this deep.
const MAX_CALL_LEVELS: u32 = 1000;
