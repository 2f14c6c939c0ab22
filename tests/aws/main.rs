//! `aws`: signatures against AWS's own test suite and SDK, and scripts against emulators of AWS.
//!
//! `setup.sh` in this folder installs what is needed.

mod all;
mod calls;
mod credentials;
mod dynamodb;
mod input;
mod operations;
mod pages;
mod retries;
mod roles;
mod script;
mod sdk;
mod services;
mod signing;
mod streams;

use test_support::{aws, function, process};
