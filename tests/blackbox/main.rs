//! The built `bootstrap` against a fake Runtime API: what a caller of a function gets, and what is
//! in its log.

mod caught;
mod concurrency;
mod context;
mod deadline;
mod errors;
mod faults;
mod forms;
mod freeze;
mod fs;
mod habits;
mod hostile;
mod http;
mod http_response;
mod imports;
mod logging;
mod metrics;
mod modules;
mod options;
mod out_of_memory;
mod protocol;
mod raw;
mod settings;
mod shutdown;
mod snap_start;
mod streaming;
mod survival;
mod time;
mod traces;
mod values;

use test_support::{cgroup, function, process};
