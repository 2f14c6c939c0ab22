//! Finds mistakes in Rhambda's scripts without running them.
//!
//! A [`Project`] is all scripts of one function's folder. Each script is parsed ([`syntax`]) and read
//! ([`script`]), imports are resolved ([`project`]), and then a [`walk`] goes through every statement and asks the
//! checks that have something to say there.

mod allow;
mod arguments;
pub mod aws;
mod calls;
pub mod catalog;
pub mod code;
mod comparisons;
mod constants;
mod copies;
mod effects;
mod ends;
pub mod finding;
mod imports;
pub mod infer;
pub mod links;
mod literals;
mod loops;
mod names;
mod natives;
mod operands;
mod operations;
pub mod outline;
pub mod project;
mod remedies;
mod responses;
mod results;
mod scope;
mod script;
mod secrets;
mod syntax;
pub mod text;
mod types;
mod unused;
mod walk;

pub use code::{Code, Severity};
pub use finding::{apply, Edit, Finding};
pub use outline::Outline;
pub use project::{Project, Settings, Tests, Texts};
pub use text::Text;
