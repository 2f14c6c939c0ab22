//! `aws`: signatures and endpoints against AWS's SDK, and scripts against emulators of AWS.
//!
//! `setup.sh` in this folder installs what is needed.

mod all;
mod calls;
mod credentials;
mod dynamodb;
mod endpoints;
mod helpers;
mod input;
mod operations;
mod pages;
mod retries;
mod roles;
mod script;
mod sdk;
mod services;
mod streams;

use test_support::{aws, function, process};
