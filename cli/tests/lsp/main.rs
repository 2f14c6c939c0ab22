//! `rhambda lsp`, through its protocol.

mod client;
mod completion;
mod editing;
mod editor;
mod navigation;
mod robustness;
