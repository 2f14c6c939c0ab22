//! `rhambda dap`, through its protocol.

mod client;
mod editor;
mod errors;
mod features;
mod robustness;
mod sessions;
mod stepping;
mod tests;
mod values;
