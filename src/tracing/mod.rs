//! Traces: what an invocation spends its time on, for AWS X-Ray or a collector of OpenTelemetry.
//!
//! A [`Tracer`] is empty unless the environment names a place for traces, and exports nothing of an invocation that is not
//! sampled. The invocation is a span, and so is each function that a script names with `trace::span`: these are nested.
//! Requests are spans without anything in them, so several can be under way at the same time. To trace another kind of
//! request, add a [`Subject`] for it, and call [`Tracer::begin`] and [`Span::end`] around the request.

mod header;
mod otlp;
mod record;
mod sampler;
mod xray;

pub(crate) use record::{host, Problem, Record, Subject};

use crate::failure::Failure;
use crate::settings::FunctionInfo;
use crate::world::World;
use header::Parent;
use otlp::Collector;
use rhai_vm::Value;
use serde_json::Value as Json;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::SystemTime;
use xray::Daemon;

/// Powertools for AWS Lambda turns its tracer off by it.
const DISABLED: &str = "POWERTOOLS_TRACE_DISABLED";
/// The service of Powertools: an annotation of each invocation, and the namespace of metadata.
const SERVICE: &str = "POWERTOOLS_SERVICE_NAME";

/// The headers by which a trace goes to the next server.
const XRAY_HEADER: &str = "x-amzn-trace-id";
const W3C_HEADER: &str = "traceparent";

/// The traces of a worker; empty if there is no place for them. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Tracer(Option<Rc<Tracing>>);

struct Tracing {
    exporter: RefCell<Exporter>,
    service: Option<String>,
    function: Option<String>,
    is_cold: Cell<bool>,
    /// The trace of the running invocation, if there is any.
    trace: RefCell<Option<Trace>>,
}

/// Where spans go.
enum Exporter {
    XRay(Daemon),
    Otlp(Collector),
}

/// The trace of an invocation.
struct Trace {
    /// 32 hexadecimal digits.
    id: String,
    /// Further fields of X-Ray's header.
    more: String,
    /// Whether its spans are exported. If not, only its id goes on, to servers that the script sends requests to.
    is_sampled: bool,
    /// The spans that have not ended: that of the invocation, and those of functions within it.
    open: Vec<Record>,
}

/// An invocation that begins.
pub(crate) struct Begun<'a> {
    /// The handler.
    pub(crate) name: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) function_arn: Option<&'a str>,
}

/// A request that is under way; empty if it is not traced. If it is dropped before its end, its script was stopped.
#[must_use]
pub(crate) struct Span(Option<Box<Open>>);

struct Open {
    tracing: Rc<Tracing>,
    trace_id: String,
    /// The header by which the server continues the trace.
    header: (&'static str, String),
    /// What becomes of the span; `None` if it is not exported.
    record: Option<Record>,
}

impl Tracer {
    /// A tracer for what the environment says. `is_cold` says whether the next invocation is a cold start.
    pub(crate) fn new(world: &dyn World, function: &FunctionInfo, is_cold: bool) -> Self {
        let set = |name: &str| world.variable(name).filter(|value| !value.is_empty());
        let exporter = match Collector::new(&set, function) {
            Some(collector) => Exporter::Otlp(collector),
            None => match Daemon::new(&set) {
                Some(daemon) => Exporter::XRay(daemon),
                None => return Self(None),
            },
        };
        if set(DISABLED).is_some_and(|value| ["true", "1"].contains(&&*value.to_ascii_lowercase())) {
            return Self(None);
        }
        Self(Some(Rc::new(Tracing {
            exporter: exporter.into(),
            service: set(SERVICE),
            function: function.name.clone(),
            is_cold: is_cold.into(),
            trace: RefCell::default(),
        })))
    }

    /// An invocation begins, for which Lambda sends this trace header.
    pub(crate) fn begin_invocation<'a>(&self, header: Option<&str>, begun: impl FnOnce() -> Begun<'a>) {
        if let Some(tracing) = &self.0 {
            let is_cold = tracing.is_cold.replace(false);
            tracing.trace.replace(tracing.begin(header, is_cold, begun));
        }
    }

    /// The event of the invocation may say which trace it is a part of, and the sampler whether that is recorded.
    pub(crate) fn continue_from(&self, event: &Value) {
        let Some(tracing) = &self.0 else { return };
        let Exporter::Otlp(collector) = &*tracing.exporter.borrow() else { return };
        let mut running = tracing.trace.borrow_mut();
        let Some(trace) = running.as_mut() else { return };
        let of_event = header::of_event(event);
        // X-Ray's parent is one only if it is sampled.
        let mut is_sampled = trace.open[0].parent.map(|_| true);
        if let Some(parent) = of_event {
            is_sampled = Some(parent.is_sampled);
            trace.id = parent.trace_id;
            trace.open[0].parent = Some(parent.span_id);
        }
        trace.is_sampled = collector.sampler.records(&trace.id, is_sampled);
    }

    /// The invocation has ended, with this failure if it has one.
    pub(crate) fn end_invocation(&self, failure: Option<&Failure>) {
        let Some(tracing) = &self.0 else { return };
        let Some(mut trace) = tracing.trace.take().filter(|trace| trace.is_sampled) else { return };
        let now = SystemTime::now();
        // After a panic, there may be spans within that of the invocation.
        while let Some(mut record) = trace.open.pop() {
            record.problem = failure.map(Problem::of_failure);
            tracing.export(&trace.id, &record.ended(now));
        }
    }

    /// Sends what must not delay the response; within this time, or with the next invocation.
    pub(crate) fn export(&self, until: net::Until, client: impl FnOnce() -> net::Client) {
        if let Some(tracing) = &self.0 {
            if let Exporter::Otlp(collector) = &mut *tracing.exporter.borrow_mut() {
                collector.export(until, client);
            }
        }
    }

    /// A request begins.
    pub(crate) fn begin(&self, subject: impl FnOnce() -> (String, Subject)) -> Span {
        let begin = || {
            let tracing = self.0.as_ref()?;
            let trace = tracing.trace.borrow();
            let trace = trace.as_ref()?;
            let (name, subject) = subject();
            let record = Record::new(name, Some(trace.open.last()?.id), subject);
            let header = match *tracing.exporter.borrow() {
                Exporter::XRay(_) => (XRAY_HEADER, header::xray(&trace.id, record.id, &trace.more)),
                Exporter::Otlp(_) => (W3C_HEADER, header::w3c(&trace.id, record.id, trace.is_sampled)),
            };
            let (tracing, trace_id) = (Rc::clone(tracing), trace.id.clone());
            let record = trace.is_sampled.then_some(record);
            Some(Box::new(Open { tracing, trace_id, header, record }))
        };
        Span(begin())
    }

    /// A function begins in which there may be other spans; whether it is traced. If so, call [`end_function`] at its end.
    ///
    /// [`end_function`]: Self::end_function
    pub(crate) fn begin_function(&self, name: &str) -> bool {
        let began = self.with_trace(|trace| {
            let parent = trace.open.last().map(|record| record.id);
            trace.open.push(Record::new(name.to_owned(), parent, Subject::Function));
        });
        began.is_some()
    }

    /// The innermost function has ended.
    pub(crate) fn end_function(&self, problem: Option<Problem>) {
        let Some(tracing) = &self.0 else { return };
        let ended = self.with_trace(|trace| {
            // The first is the invocation's.
            let record = if trace.open.len() > 1 { trace.open.pop() } else { None };
            (trace.id.clone(), record.filter(|_| trace.is_sampled))
        });
        if let Some((trace_id, Some(mut record))) = ended {
            record.problem = problem;
            tracing.export(&trace_id, &record.ended(SystemTime::now()));
        }
    }

    /// Adds to the innermost span that has not ended.
    pub(crate) fn with_current(&self, change: impl FnOnce(&mut Record)) {
        self.with_trace(|trace| trace.open.last_mut().map(change));
    }

    /// Whether the invocation is traced.
    pub(crate) fn is_active(&self) -> bool {
        self.with_trace(|trace| trace.is_sampled) == Some(true)
    }

    fn with_trace<T>(&self, change: impl FnOnce(&mut Trace) -> T) -> Option<T> {
        self.0.as_ref()?.trace.borrow_mut().as_mut().map(change)
    }
}

impl Tracing {
    fn begin<'a>(
        &self,
        header: Option<&str>,
        is_cold: bool,
        begun: impl FnOnce() -> Begun<'a>,
    ) -> Option<Trace> {
        let is_xray = matches!(*self.exporter.borrow(), Exporter::XRay(_));
        let parent = header.filter(|header| header.contains("Sampled=1")).and_then(header::parse);
        let (id, parent, more) = match parent {
            Some(Parent { trace_id, span_id, is_sampled: true, more }) => (trace_id, Some(span_id), more),
            _ if is_xray => return None,
            // Without active tracing Lambda says that nothing is sampled, and means X-Ray.
            _ => (format!("{:016x}{:016x}", record::random_id(), record::random_id()), None, String::new()),
        };
        let begun = begun();
        let name = match &self.function {
            Some(function) if !is_xray => function.clone(),
            _ => format!("## {}", begun.name),
        };
        let subject = Subject::Invocation {
            request_id: begun.request_id.to_owned(),
            function_arn: begun.function_arn.map(str::to_owned),
            is_cold,
        };
        let mut root = Record::new(name, parent, subject);
        if is_xray {
            // As Powertools has them.
            root.annotate("ColdStart", Json::Bool(is_cold));
            if let Some(service) = &self.service {
                root.annotate("Service", service.as_str().into());
            }
        }
        Some(Trace { id, more, is_sampled: true, open: vec![root] })
    }

    fn export(&self, trace_id: &str, record: &Record) {
        match &mut *self.exporter.borrow_mut() {
            Exporter::XRay(daemon) => {
                daemon.send(xray::document(trace_id, record, self.service.as_deref()));
            }
            Exporter::Otlp(collector) => collector.add(trace_id, record),
        }
    }
}

impl Span {
    /// Adds the header by which the server continues the trace, unless it is there.
    pub(crate) fn propagate(&self, headers: &mut Vec<(String, String)>) {
        if let Some((name, value)) = self.0.as_ref().map(|open| &open.header) {
            if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                headers.push(((*name).to_owned(), value.clone()));
            }
        }
    }

    /// The value of the header `x-amzn-trace-id`, if the request is traced with X-Ray.
    pub(crate) fn xray_header(&self) -> Option<String> {
        let header = self.0.as_ref().map(|open| &open.header);
        header.filter(|(name, _)| *name == XRAY_HEADER).map(|(_, value)| value.clone())
    }

    /// Whether the request is traced.
    pub(crate) fn is_active(&self) -> bool {
        self.0.is_some()
    }

    /// The request has ended, at this time.
    pub(crate) fn end(mut self, at: SystemTime, finish: impl FnOnce(&mut Record)) {
        let Some(open) = self.0.as_mut() else { return };
        if let Some(mut record) = open.record.take() {
            finish(&mut record);
            open.tracing.export(&open.trace_id, &record.ended(at));
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(mut record) = self.record.take() {
            record.problem = Some(Problem::new("Stopped", "the script was stopped before the request ended"));
            self.tracing.export(&self.trace_id, &record.ended(SystemTime::now()));
        }
    }
}
