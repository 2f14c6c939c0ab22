//! What modules share with the runtime, and with one another from one invocation to the next.

use super::env::TraceId;
use super::http_event::ResponseFormat;
use super::log::Printed;
use super::metrics::Metrics;
use super::streams::Streams;
use super::{
    aws, cache, databases, flags, fs, gzip, http, idempotency, jwt, parameters, regex, template, validate,
};
use crate::deadline::Deadline;
use crate::logging;
use crate::settings::FunctionInfo;
use crate::tracing::Tracer;
use crate::world::{SharedWorld, World};
use ::log::Level;
use rhai_vm::function::Call;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Only the first invocation of the first worker of an environment is a cold start.
static HAS_WORKER: AtomicBool = AtomicBool::new(false);

/// The state of the modules. It lives as long as the environment, whatever becomes of
/// the machine.
pub(crate) struct Host {
    /// The clock, randomness, environment variables, files, HTTP and AWS.
    pub(crate) world: SharedWorld,
    /// When the running script must have ended.
    pub(crate) deadline: Deadline,
    /// The folder of the function's own files.
    pub(super) task_root: Rc<Path>,
    /// The text that a whole-file script prints.
    pub(crate) printed: Printed,
    /// The running invocation's trace id.
    pub(crate) trace_id: TraceId,
    /// Who sent the running event, for its response.
    pub(crate) response_format: ResponseFormat,
    /// What invocations spend their time on.
    pub(crate) tracer: Tracer,
    /// What is measured.
    pub(crate) metrics: Metrics,
    /// The values of `cache`.
    pub(super) cache: cache::Store,
    /// The patterns of `regex`.
    pub(super) patterns: regex::Patterns,
    /// The schemas of `validate` and `router`.
    pub(super) schemas: validate::Schemas,
    /// The templates of `template`.
    pub(super) templates: template::Templates,
    /// The connections of `http`.
    pub(super) http: http::Shared,
    /// The keys that `jwt` has fetched.
    pub(super) key_sets: jwt::KeySets,
    /// The responses of `http` and `aws` that are still being read.
    pub(super) streams: Streams,
    /// The client of `aws`.
    pub(super) aws: aws::Shared,
    /// The connections of `redis` and `postgres`.
    pub(super) databases: databases::Shared,
    /// The values of `parameters`.
    pub(super) parameters: parameters::Shared,
    /// The results that `idempotency` keeps.
    pub(super) idempotency: idempotency::Kept,
    /// The feature flags that `flags` has read.
    pub(super) flags: flags::Kept,
    /// The most bytes of a file that `fs` reads.
    pub(super) file_limit: usize,
    /// The most bytes that `gzip` unpacks.
    pub(super) unpacked_limit: usize,
}

impl Host {
    pub(crate) fn new(
        task_root: &Path,
        function: &FunctionInfo,
        deadline: Deadline,
        world: SharedWorld,
    ) -> Self {
        logging::begin_script();
        let trace_id = TraceId::default();
        let memory = function.memory();
        let is_cold = is_cold(&*world);
        Self {
            tracer: Tracer::new(&*world, function, is_cold),
            world,
            deadline,
            task_root: task_root.into(),
            printed: Printed::default(),
            aws: aws::Shared::default(),
            databases: databases::Shared::default(),
            parameters: parameters::Shared::default(),
            trace_id,
            response_format: ResponseFormat::default(),
            metrics: Metrics::new(function, is_cold),
            cache: cache::Store::default(),
            patterns: regex::Patterns::new(memory),
            schemas: validate::Schemas::new(memory),
            templates: template::Templates::default(),
            http: http::Shared::default(),
            key_sets: jwt::KeySets::default(),
            streams: Streams::default(),
            idempotency: idempotency::Kept::new(memory),
            flags: flags::Kept::default(),
            file_limit: fs::limit(memory),
            unpacked_limit: memory / gzip::PART_OF_MEMORY,
        }
    }

    /// An environment variable.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        self.trace_id.variable(&*self.world, name)
    }

    /// Sends the spans that must not delay a response.
    pub(crate) fn export_traces(&self, until: net::Until) {
        self.tracer.export(until, || self.http.client(&*self.world).clone());
    }

    /// A script printed this.
    pub(crate) fn print(&self, text: &str) {
        self.printed.print(text);
    }

    /// Closes the responses of `http` and `aws` that are still being read, and ends the transactions of databases.
    pub(crate) fn close_streams(&self) {
        self.streams.close();
        self.databases.end_transactions();
    }

    /// Empties `cache` and what `parameters` and `idempotency` have kept; whether there was anything in them.
    pub(crate) fn clear_cache(&self) -> bool {
        self.cache.clear() | self.parameters.clear() | self.idempotency.clear()
    }

    /// A script debugged this.
    #[allow(clippy::unused_self)] // the log is everybody's
    pub(crate) fn debug(&self, text: &str) {
        logging::script(Level::Debug, text, &[]);
    }
}

/// Whether this is the first worker of an environment that was not initialized before there was an event for it.
fn is_cold(world: &dyn World) -> bool {
    let initialization = world.variable("AWS_LAMBDA_INITIALIZATION_TYPE");
    !HAS_WORKER.swap(true, Ordering::Relaxed) && initialization.as_deref() != Some("provisioned-concurrency")
}

/// The host of a call.
pub(crate) fn host<'a>(call: &Call<'a>) -> &'a Host {
    call.vm.host_state()
}
