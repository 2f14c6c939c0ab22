//! `aws`: signatures against AWS's own test suite and SDK, and scripts against emulators of AWS.
//!
//! `setup.sh` in this folder installs what is needed.

#[path = "../common/aws.rs"]
mod aws;
mod calls;
mod credentials;
mod input;
mod operations;
#[path = "../common/process.rs"]
mod process;
mod retries;
mod script;
mod sdk;
mod services;
mod signing;
#[allow(dead_code)]
#[path = "../blackbox/support.rs"]
mod support;
