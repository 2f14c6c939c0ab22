//! What is wrong with the parameters of a call that is not made, for tools that look at scripts.

use crate::customizations;
use crate::error::Result;
use crate::services::Service;
use aws_api::{Host, Operation, Problem};
use rhai_vm::Map;

/// All that an operation does not accept about these parameters.
///
/// # Errors
/// They contradict each other.
pub fn problems(
    service: Service,
    api: &aws_api::Service,
    operation: &Operation,
    parameters: &Map,
    host: &dyn Host,
) -> Result<Vec<Problem>> {
    let changed = customizations::parameters(service.name(), &operation.name, parameters)?;
    Ok(api.problems(operation, changed.as_ref().unwrap_or(parameters), host))
}

/// Checks that there is a request with these parameters.
///
/// # Errors
/// The first problem, which may also be a value that does not fit where it goes.
pub fn check(
    service: Service,
    api: &aws_api::Service,
    operation: &Operation,
    parameters: &Map,
    host: &dyn Host,
) -> Result<()> {
    let changed = customizations::parameters(service.name(), &operation.name, parameters)?;
    api.request(operation, changed.as_ref().unwrap_or(parameters), host)?;
    Ok(())
}
