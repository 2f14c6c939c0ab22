//! `rhambda lsp`, through its protocol.

mod client;
mod editing;
mod robustness;
