//! The built `bootstrap` against a fake Runtime API: what a caller of a function gets, and what is
//! in its log.

#[path = "../common/cgroup.rs"]
mod cgroup;
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
#[allow(dead_code)] // not all of it is needed here
#[path = "../names/server.rs"]
mod name_server;
mod out_of_memory;
#[path = "../common/process.rs"]
mod process;
mod protocol;
mod raw;
mod settings;
mod shutdown;
mod snap_start;
mod streaming;
mod support;
mod survival;
mod time;
mod values;
