//! The last resort where memory runs out in the middle of something that cannot be refused: the invocation gets an
//! error, and the program begins again in the same process, so that the environment serves the next event.

use crate::failure::Failure;
use crate::logging;
use crate::memory;
use crate::runtime_api::{Client, Delivery, Invocation};
use crate::settings::ApiAddress;
use std::os::unix::process::CommandExt as _;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

/// What the process does for Lambda, and would have to report about.
static DUTY: OnceLock<Mutex<Duty>> = OnceLock::new();

struct Duty {
    address: ApiAddress,
    is_initialized: bool,
    /// The running invocation; empty between two.
    request_id: String,
    invocation_id: String,
}

/// From now on the process begins again where it would need more than so many bytes of memory. It serves one
/// invocation after the other, of the Runtime API at this address, and initialises its function first.
pub(crate) fn watch(address: &ApiAddress, allowed: usize) {
    let (request_id, invocation_id) = (String::new(), String::new());
    let duty = Duty { address: address.clone(), is_initialized: false, request_id, invocation_id };
    let _ = DUTY.set(Mutex::new(duty));
    rhambda_allocator::forbid_above(allowed, out_of_memory);
}

/// The function waits for events from now on.
pub(crate) fn end_initialization() {
    change(|duty| duty.is_initialized = true);
}

/// An invocation begins.
pub(crate) fn begin_invocation(invocation: &Invocation) {
    change(|duty| {
        duty.request_id.push_str(&invocation.request_id);
        duty.invocation_id.push_str(invocation.invocation_id.as_deref().unwrap_or_default());
    });
}

/// The invocation is about to get its response.
pub(crate) fn end_invocation() {
    change(|duty| {
        duty.request_id.clear();
        duty.invocation_id.clear();
    });
}

fn change(change: impl FnOnce(&mut Duty)) {
    if let Some(duty) = DUTY.get() {
        change(&mut duty.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Reports that so many bytes could not be had, and begins again. It runs in the middle of an allocation, on any
/// thread: whatever locks and borrows there are may be held, so nothing is touched but what is its own.
fn out_of_memory(bytes: usize) {
    let Some(duty) = DUTY.get() else {
        return;
    };
    // Held until the end: other threads that run out of memory wait here.
    let duty = duty.lock().unwrap_or_else(PoisonError::into_inner);
    let mut failure = Failure::new(memory::ERROR_TYPE, memory::sudden(bytes));
    failure.stack.extend(memory::last_call());
    let _ = catch_unwind(AssertUnwindSafe(|| logging::failure(&failure)));
    let reported = catch_unwind(AssertUnwindSafe(|| report(&duty, &failure)));
    if !duty.is_initialized {
        std::process::exit(1);
    }
    if let Ok(Some(Delivery::Refused(why))) = reported {
        let _ = catch_unwind(|| log::error!("Lambda did not accept the error: {why}"));
    }
    let mut arguments = std::env::args_os();
    let mut program = Command::new("/proc/self/exe");
    program.arg0(arguments.next().unwrap_or_default()).args(arguments);
    // A snapshot is taken once.
    program.env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    let problem = program.exec();
    let _ = catch_unwind(AssertUnwindSafe(|| log::error!("the runtime cannot restart: {problem}")));
    std::process::exit(1);
}

fn report(duty: &Duty, failure: &Failure) -> Option<Delivery> {
    let mut client = Client::new(duty.address.clone());
    let delivery = if !duty.is_initialized {
        client.fail_init(failure)
    } else if duty.request_id.is_empty() {
        return None;
    } else {
        let invocation_id = Some(duty.invocation_id.clone()).filter(|id| !id.is_empty());
        client.fail(&Invocation::lost(duty.request_id.clone(), invocation_id), failure)
    };
    Some(delivery.unwrap_or_else(|error| Delivery::Refused(format!("{error:#}"))))
}
