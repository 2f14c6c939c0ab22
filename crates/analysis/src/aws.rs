//! What is known of operations of AWS: their parameters and responses, from the table of all operations.

use crate::natives::{mistyped, Meant};
use aws_api::{Described, Service, Step, Table};
use rhai_vm::Kind;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// All fields of all responses. The table in `bootstrap` has only those that it must know, so that it stays small.
const RESPONSES: &[u8] = include_bytes!("tables/responses.bin");

/// If more services have an operation, none of them is suggested.
const MAX_SERVICES: usize = 4;

thread_local! {
    static OPERATIONS: ::aws::Operations = ::aws::Operations::default();
    static TABLE: Option<Table> = Table::open(RESPONSES);
    /// The services of all operations, read for the first name that a service does not have.
    static NAMES: OnceCell<HashMap<String, Vec<&'static str>>> = OnceCell::default();
    static SERVICES: RefCell<HashMap<&'static str, Option<Rc<Service>>>> = RefCell::default();
}

/// An operation of a service, by the names that a script passes to `aws::call`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The service.
    pub service: String,
    /// The operation.
    pub name: String,
}

impl Operation {
    /// What is at a place in the parameters.
    pub fn parameter(&self, path: &[Step]) -> Option<Described> {
        let service = service(&self.service)?;
        service.parameter_at(self.of(&service)?, path)
    }

    /// What is at a place in the response.
    pub fn response(&self, path: &[Step]) -> Option<Described> {
        let service = responses(&self.service)?;
        service.response_at(self.of(&service)?, path)
    }

    fn of<'a>(&self, service: &'a Service) -> Option<&'a aws_api::Operation> {
        service.operations.iter().find(|operation| operation.name.as_str() == self.name)
    }
}

/// A service, by its name: its operations and their parameters.
pub fn service(name: &str) -> Option<Rc<Service>> {
    let name = ::aws::services::find(name).ok()?.name();
    OPERATIONS.with(|operations| operations.of(name))
}

/// The ways to the lists in a page of an operation; `None` if they are not known, or nothing but names.
pub(crate) fn result_keys(operation: &Operation) -> Option<Vec<Vec<Step>>> {
    let service = service(&operation.service)?;
    let keys = &service.paginators.get(operation.name.as_str())?.result_key;
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let way = |key: &str| {
        let names = key.split('.').map(|name| is_name(name).then(|| Step::Member(name.to_owned())));
        names.collect::<Option<Vec<_>>>()
    };
    keys.split(',').map(way).collect()
}

/// Looks for what a mock is for: an operation of a service, or, with a space or `*` in its name, several of them or a
/// request.
///
/// # Errors
/// There is no such service, or it has no such operation: what the runtime says of calls of it.
pub fn find_mocked(service: &str, operation: &str) -> ::aws::Result<()> {
    let service = ::aws::services::find(service)?;
    if is_operation(operation) {
        let (service, api) = open(service.name())?;
        ::aws::operations::find(service, &api, operation)?;
    }
    Ok(())
}

/// Whether what a mock is for is one operation.
pub(crate) fn is_operation(name: &str) -> bool {
    !name.contains(['*', ' '])
}

/// A service by any of its names, with its operations.
///
/// # Errors
/// It cannot be called.
pub(crate) fn open(name: &str) -> ::aws::Result<(::aws::services::Service, Rc<Service>)> {
    OPERATIONS.with(|operations| operations.service(name))
}

/// Which operation may be meant by the name of one that a service does not have.
pub(crate) fn meant(service: ::aws::services::Service, api: &Service, name: &str) -> Option<Meant> {
    let squashed = squash(name);
    let names = || api.operations.iter().map(|operation| operation.name.as_str());
    let similar = names().find(|known| squash(known) == squashed).or_else(|| mistyped(name, names()));
    let services = services_with(name);
    let related: Vec<_> =
        services.iter().copied().filter(|other| is_related(service.name(), other)).collect();
    let of = |services: &[&str]| operation_of(services).map(Meant::hint);
    of(&related).or(similar.map(Meant::name)).or_else(|| of(&services))
}

/// Without what differs between the API reference and the AWS SDK for Python: `get_item`.
fn squash(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether the names of two services begin alike, such as `bedrock` and `bedrock-runtime`.
fn is_related(a: &str, b: &str) -> bool {
    let stem = |name: &str| name.split('-').next().unwrap_or(name).trim_end_matches("v2").to_owned();
    a.starts_with(&stem(b)) || b.starts_with(&stem(a))
}

/// The services that have an operation of this name.
fn services_with(name: &str) -> Vec<&'static str> {
    let read = || {
        let mut found: HashMap<String, Vec<&'static str>> = HashMap::new();
        for service in ::aws::services::all() {
            let read = OPERATIONS.with(|operations| operations.read(service.name()));
            for operation in read.into_iter().flat_map(|api| api.operations) {
                found.entry(operation.name.to_string()).or_default().push(service.name());
            }
        }
        found
    };
    NAMES.with(|names| names.get_or_init(read).get(name).cloned().unwrap_or_default())
}

fn operation_of(services: &[&str]) -> Option<String> {
    let names: Vec<_> = services.iter().map(|service| format!("`{service}`")).collect();
    match names.split_last() {
        Some((last, [])) => Some(format!("it is an operation of {last}")),
        Some((last, others)) if names.len() <= MAX_SERVICES => {
            Some(format!("it is an operation of {} and {last}", others.join(", ")))
        }
        _ => None,
    }
}

/// The same with all fields of responses, and without parameters.
fn responses(name: &str) -> Option<Rc<Service>> {
    let name = ::aws::services::find(name).ok()?.name();
    let look = || TABLE.with(|table| table.as_ref()?.service(name).map(Rc::new));
    SERVICES.with_borrow_mut(|services| services.entry(name).or_insert_with(look).clone())
}

/// The type of a value that the table describes so.
pub(crate) fn kind(described: &Described) -> Option<Kind> {
    Some(match described.kind.as_str() {
        "string" => Kind::String,
        "integer" => Kind::Int,
        "boolean" => Kind::Bool,
        kind if kind.starts_with("array") => Kind::Array,
        kind if kind.starts_with("map") => Kind::Map,
        _ => return None,
    })
}
