//! `aws`: signatures against AWS's own test suite and SDK, and scripts against emulators of AWS.
//!
//! `setup.sh` in this folder installs what is needed.

mod sdk;
mod signing;
mod venv;
