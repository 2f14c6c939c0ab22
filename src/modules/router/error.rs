//! The error of routers.

use crate::modules::arguments::error;
use rhai_vm::Error;

pub(super) fn router_error(message: impl Into<String>) -> Error {
    error("RouterError", message)
}
