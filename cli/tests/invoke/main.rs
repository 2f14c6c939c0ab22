//! `rhambda invoke`, from the outside.

mod failures;
mod function;
mod invocations;
