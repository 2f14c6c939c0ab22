//! `rhambda repl`, from the outside.

mod pipe;
mod terminal;
