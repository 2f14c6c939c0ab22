//! Finds mistakes in Rhambda's scripts without running them.
//!
//! A [`Project`] is all scripts of one function's folder. Each script is parsed ([`syntax`]) and read
//! ([`script`]), and imports are resolved ([`project`]). Then the checks run ([`check`]): the largest is a [`walk`] that goes
//! through every statement.

mod allow;
pub mod aws;
pub mod catalog;
mod cause;
mod check;
pub mod code;
mod ends;
pub mod finding;
mod frame;
mod imports;
pub mod infer;
pub mod links;
mod literals;
mod natives;
pub mod outline;
pub mod project;
mod remedies;
mod responses;
mod returned;
mod scope;
mod script;
mod secrets;
mod syntax;
pub mod text;
mod walk;

pub use code::{Code, Severity};
pub use finding::{apply, Edit, Finding};
pub use outline::Outline;
pub use project::{Project, Settings, Tests, Texts};
pub use text::Text;
