//! The client that all calls of AWS share.

use super::traced;
use crate::aws_client::AwsValues;
use crate::modules::host::{Host, ModuleState};
use crate::modules::trace_id::TraceId;
use crate::network;
use crate::tracing::Tracer;
use crate::world::SharedWorld;
use aws::Client;
use rhai_vm::Map;
use std::cell::OnceCell;
use std::rc::Rc;
use std::time::SystemTime;

/// What every call of AWS shares, made at the first one.
#[derive(Default)]
struct Shared(OnceCell<Rc<Client>>);

impl ModuleState for Shared {
    fn new(_: &Host) -> Self {
        Self::default()
    }
}

/// The client of every call.
pub(super) fn of(host: &Host) -> Rc<Client> {
    let client = host.state::<Shared>().0.get_or_init(|| {
        let variable = |name: &str| host.world.variable(name);
        let config = aws::config(network::config(variable), variable);
        let (world, trace_id) = (host.world.clone(), host.trace_id.clone());
        let values = AwsValues::new(world.clone());
        let tracer = host.tracer.clone();
        let environment = Environment { world, trace_id, values, tracer };
        Rc::new(Client::new(net::Client::new(move || config.clone()), environment))
    });
    Rc::clone(client)
}

/// What AWS's client needs of the function.
struct Environment {
    world: SharedWorld,
    trace_id: TraceId,
    values: AwsValues,
    tracer: Tracer,
}

impl aws::Environment for Environment {
    fn variable(&self, name: &str) -> Option<String> {
        self.trace_id.variable(&*self.world, name)
    }

    fn now(&self) -> SystemTime {
        self.world.now()
    }

    fn values(&self) -> &dyn aws_api::Host {
        &self.values
    }

    fn watch(&self, request: &aws::Watched<'_>) -> Option<Box<dyn aws::Watch>> {
        traced::begin(&self.tracer, request)
    }

    fn call(&self, service: &str, operation: &str, parameters: &Map) -> Option<aws::Result<Map>> {
        self.world.aws(service, operation, parameters)
    }

    fn request(&self, service: &str, request: &aws::Rest) -> Option<aws::Result<net::Response>> {
        self.world.aws_request(service, request)
    }
}
