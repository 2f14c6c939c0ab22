//! `rhambda lsp`, through its protocol.

mod client;
mod completion;
mod editing;
mod navigation;
mod robustness;
