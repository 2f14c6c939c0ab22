//! What modules have in common with the runtime, and what each of them keeps from one invocation to the next.

use super::trace_id::TraceId;
use crate::deadline::Deadline;
use crate::logging;
use crate::settings::FunctionInfo;
use crate::tracing::Tracer;
use crate::world::{SharedWorld, World};
use rhai_vm::function::Call;
use rhai_vm::Error;
use std::any::Any;
use std::cell::OnceCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Only the first invocation of the first worker of an environment is a cold start.
static HAS_WORKER: AtomicBool = AtomicBool::new(false);

/// What a module keeps from one call to the next, and from one invocation to the next.
pub(crate) trait ModuleState: Any {
    /// As it is before its first use. It cannot look at the state of other modules yet.
    fn new(host: &Host) -> Self
    where
        Self: Sized;

    /// An invocation begins or has ended: nothing of it may go on.
    fn end_invocation(&self) {}

    /// Memory is short: forgets what the script can fetch or compute again. Whether there was anything.
    fn clear(&self) -> bool {
        false
    }
}

/// The states that are there, in the order of their first use.
#[derive(Default)]
struct States(OnceCell<Box<Kept>>);

struct Kept {
    state: Box<dyn ModuleState>,
    others: States,
}

impl States {
    fn get<T: ModuleState>(&self, host: &Host) -> &T {
        let kept =
            self.0.get_or_init(|| Box::new(Kept { state: Box::new(T::new(host)), others: Self::default() }));
        let state: &dyn Any = &*kept.state;
        state.downcast_ref().unwrap_or_else(|| kept.others.get(host))
    }

    fn for_each(&self, mut look: impl FnMut(&dyn ModuleState)) {
        let mut states = self;
        while let Some(kept) = states.0.get() {
            look(&*kept.state);
            states = &kept.others;
        }
    }
}

/// What modules need of the runtime, and what they keep. It lives as long as the environment, whatever becomes of the
/// machine.
pub(crate) struct Host {
    /// The clock, randomness, environment variables, files, HTTP and AWS.
    pub(crate) world: SharedWorld,
    /// When the running script must have ended.
    pub(crate) deadline: Deadline,
    /// The folder of the function's own files.
    pub(super) task_root: Rc<Path>,
    pub(super) function: FunctionInfo,
    /// Whether the first invocation is a cold start.
    pub(super) is_cold: bool,
    /// The running invocation's trace id.
    pub(crate) trace_id: TraceId,
    /// What invocations spend their time on.
    pub(crate) tracer: Tracer,
    states: States,
}

impl Host {
    pub(crate) fn new(
        task_root: &Path,
        function: &FunctionInfo,
        deadline: Deadline,
        world: SharedWorld,
    ) -> Self {
        logging::begin_script();
        let is_cold = is_cold(&*world);
        Self {
            tracer: Tracer::new(&*world, function, is_cold),
            world,
            deadline,
            task_root: task_root.into(),
            function: function.clone(),
            is_cold,
            trace_id: TraceId::default(),
            states: States::default(),
        }
    }

    /// What a module keeps.
    pub(crate) fn state<T: ModuleState>(&self) -> &T {
        self.states.get(self)
    }

    /// The function's memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.function.memory()
    }

    /// An environment variable.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        self.trace_id.variable(&*self.world, name)
    }

    /// The error of a script that waited for something which the deadline, the end of the environment or its world has cut.
    pub(crate) fn cut(&self) -> Error {
        self.world.cut(&self.deadline)
    }

    /// Ends what an invocation has left open: responses that are still being read, transactions of databases.
    pub(crate) fn end_invocation(&self) {
        self.states.for_each(ModuleState::end_invocation);
    }

    /// Forgets what modules keep, such as the values of `cache`; whether there was anything.
    pub(crate) fn clear(&self) -> bool {
        let mut had_any = false;
        self.states.for_each(|state| had_any |= state.clear());
        had_any
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
