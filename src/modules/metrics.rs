//! `metrics::…`: numbers for `CloudWatch`, written to the log at the end of the invocation.

use super::arguments::error;
use super::host::{host, Host, ModuleState};
use crate::emf::{self, Batch, Dimensions, Metric};
use crate::logging;
use crate::value::type_of;
use crate::world::SharedWorld;
use rhai_vm::{module, Map, Result, Value};
use serde_json::Number;
use std::cell::RefCell;

/// The dimension that metrics have if a script chooses no others, as the metrics have it that Lambda
/// itself makes of a function.
const FUNCTION_NAME: &str = "FunctionName";
/// The namespace of the metrics of a function without a name.
const DEFAULT_NAMESPACE: &str = "rhambda";
/// By how many seconds a metric is kept, if a script chooses no other.
const RESOLUTION: i64 = 60;
/// The metric of a cold start, and the dimensions that it has with Powertools for AWS Lambda.
const COLD_START: &str = "ColdStart";
const COLD_START_FUNCTION: &str = "function_name";
const COLD_START_SERVICE: &str = "service";

/// The metrics of a worker.
pub(crate) struct Metrics(RefCell<State>);

struct State {
    /// What holds for every invocation: the script's top level can change it.
    initial: Common,
    /// What an invocation changed for itself.
    changed: Option<Common>,
    is_in_invocation: bool,
    batch: Batch,
    /// Whether the next invocation that ends was a cold start.
    is_cold: bool,
    captures_cold_start: bool,
}

/// What the metrics of an invocation have in common.
#[derive(Clone)]
struct Common {
    namespace: String,
    dimensions: Dimensions,
}

impl ModuleState for Metrics {
    fn new(host: &Host) -> Self {
        let function = &host.function;
        let name = function.name.as_ref();
        let namespace = function.metrics_namespace.as_ref().or(name);
        let initial = Common {
            namespace: namespace.map_or(DEFAULT_NAMESPACE, String::as_str).to_owned(),
            dimensions: name.map(|name| (FUNCTION_NAME.to_owned(), name.clone())).into_iter().collect(),
        };
        let state = State {
            initial,
            changed: None,
            is_in_invocation: false,
            batch: Batch::default(),
            is_cold: host.is_cold,
            captures_cold_start: false,
        };
        Self(RefCell::new(state))
    }
}

impl Metrics {
    /// An invocation begins. What was put before, at the top level, is written with it.
    pub(crate) fn begin(&self) {
        self.0.borrow_mut().is_in_invocation = true;
    }

    /// The invocation of this id ends: what was put is written to the log.
    pub(crate) fn end(&self, request_id: &str, world: &SharedWorld) {
        let state = &mut *self.0.borrow_mut();
        state.is_in_invocation = false;
        let changed = state.changed.take();
        let Common { namespace, dimensions } = changed.as_ref().unwrap_or(&state.initial);
        if std::mem::take(&mut state.is_cold) && state.captures_cold_start {
            if let Some((mut batch, dimensions)) = cold_start(world) {
                write(&mut batch, namespace, &dimensions, request_id, world);
            }
        }
        if !state.batch.is_empty() {
            write(&mut state.batch, namespace, dimensions, request_id, world);
        }
    }

    fn put(&self, name: &str, value: &Value, unit: &str, dimensions: Map, resolution: i64) -> Result<()> {
        let value = number(name, value)?;
        let dimensions = read_dimensions(dimensions)?;
        let metric = checked(Metric::new(name, unit, resolution))?;
        let state = &mut *self.0.borrow_mut();
        let common = state.changed.as_ref().unwrap_or(&state.initial);
        checked(state.batch.put(metric, value, dimensions, &common.dimensions))
    }

    fn set_namespace(&self, namespace: &str) -> Result<()> {
        checked(emf::check_namespace(namespace))?;
        namespace.clone_into(&mut self.0.borrow_mut().common_mut().namespace);
        Ok(())
    }

    fn set_dimensions(&self, dimensions: Map) -> Result<()> {
        let dimensions = read_dimensions(dimensions)?;
        let state = &mut *self.0.borrow_mut();
        checked(state.batch.check_common(&dimensions))?;
        state.common_mut().dimensions = dimensions;
        Ok(())
    }
}

fn write(batch: &mut Batch, namespace: &str, dimensions: &Dimensions, request_id: &str, world: &SharedWorld) {
    for mut line in batch.take_lines(namespace, dimensions, world.unix_ms()) {
        // To find the invocation behind a number that stands out.
        line.entry("requestId").or_insert_with(|| request_id.into());
        logging::document(line);
    }
}

/// The metric has dimensions of its own, so it is a line of its own.
fn cold_start(world: &SharedWorld) -> Option<(Batch, Dimensions)> {
    let variable = |name: &str| world.variable(name).filter(|value| !value.is_empty());
    let mut dimensions = Dimensions::new();
    dimensions
        .extend(variable("AWS_LAMBDA_FUNCTION_NAME").map(|name| (COLD_START_FUNCTION.to_owned(), name)));
    dimensions.extend(variable("POWERTOOLS_SERVICE_NAME").map(|name| (COLD_START_SERVICE.to_owned(), name)));
    // A name that CloudWatch does not accept is a reason to have no metric, and none to fail.
    emf::check_dimensions(&dimensions).ok()?;
    let metric = Metric::new(COLD_START, "Count", RESOLUTION).ok()?;
    let mut batch = Batch::default();
    batch.put(metric, 1.into(), Dimensions::new(), &dimensions).ok()?;
    Some((batch, dimensions))
}

impl State {
    fn common_mut(&mut self) -> &mut Common {
        if self.is_in_invocation {
            self.changed.get_or_insert_with(|| self.initial.clone())
        } else {
            &mut self.initial
        }
    }
}

module! {
    /// CloudWatch metrics without API calls: Rhambda writes them to the log in the embedded metric format, one line at the end
    /// of the invocation, whatever its outcome (more lines if dimensions differ, or if a line would get too long). CloudWatch
    /// extracts the metrics from it. The line also has the `requestId`. Metrics of the script's top level are written with the
    /// first event.
    ///
    /// The namespace is `AWS_EMF_NAMESPACE`, or else `POWERTOOLS_METRICS_NAMESPACE`, or else the function's name. Metrics have the
    /// dimension `FunctionName`, as Lambda's own do, and those that are given. Each combination of a name and values of dimensions
    /// is a metric of its own, and is billed as one: do not use IDs as dimensions.
    ///
    /// The line is JSON in both log formats. In the JSON format, in which Lambda drops lines below the function's log level, it
    /// has a `level` that is not dropped: `INFO`, `WARN`, or above that `FATAL`.
    "`metrics`"

    namespace "metrics" {
        /// Adds a value to a metric. Units are CloudWatch's: `Count`, `Seconds`, `Milliseconds`, `Microseconds`, `Percent`,
        /// `None`; `Bytes`, `Bits`, and the same with `Kilo`, `Mega`, `Giga` or `Tera`, as in `Kilobytes`; and all of these and
        /// `Count` with `/Second`. Dimensions are strings or numbers, 30 at most. With a resolution of 1, CloudWatch stores the
        /// metric by the second instead of by the minute (60). Throws `MetricsError` if an argument is invalid.
        ///
        /// ```rhai
        /// metrics::put("Orders", 1, "Count") // → null
        /// metrics::put("Latency", 12.5, "Milliseconds", #{ Route: "/orders" }) // → null
        /// metrics::put("Distance", 1, "Meters") // ✗ MetricsError
        /// metrics::put("Ratio", 0.0 / 0.0) // ✗ MetricsError
        /// ```
        new "put" (name: String, value: Any "int | float"; unit: String, dimensions: Map, resolution: Int) -> Unit throws MetricsError = |call| {
            let dimensions = call.take_map(3)?;
            let unit = call.value(2).as_str().map_or("None", |unit| unit.as_str());
            let resolution = call.value(4).as_int().unwrap_or(RESOLUTION);
            let metrics: &Metrics = host(call).state();
            metrics.put(call.str(0), call.value(1), unit, dimensions, resolution).map(Value::from)
        };

        /// Sets the namespace of the metrics of this invocation; at the script's top level, of every invocation. Throws
        /// `MetricsError` if it is invalid.
        ///
        /// ```rhai
        /// metrics::namespace("Shop") // → null
        /// metrics::namespace("AWS/Lambda") // ✗ MetricsError
        /// ```
        new "namespace" (namespace: String) -> Unit throws MetricsError = |call| {
            host(call).state::<Metrics>().set_namespace(call.str(0)).map(Value::from)
        };

        /// Sets the dimensions of the metrics of this invocation, in place of `FunctionName`; at the script's top level, of
        /// every invocation. Throws `MetricsError` if they are invalid.
        ///
        /// ```rhai
        /// metrics::dimensions(#{ Service: "shop", Stage: "prod" }) // → null
        /// metrics::dimensions(#{ Service: "" }) // ✗ MetricsError
        /// ```
        new "dimensions" (dimensions: Map) -> Unit throws MetricsError = |call| {
            host(call).state::<Metrics>().set_dimensions(call.take_map(0)?).map(Value::from)
        };

        /// Writes the metric `ColdStart` with the value 1 for the first invocation of each environment, as
        /// `capture_cold_start_metric=True` of Powertools does. Call it at the script's top level. The metric has the namespace of
        /// the others, and the dimensions `function_name` and, if `POWERTOOLS_SERVICE_NAME` is set, `service`. With provisioned
        /// concurrency there are no cold starts, and no such metric.
        ///
        /// ```rhai
        /// metrics::capture_cold_start() // → null
        /// ```
        new "capture_cold_start" () -> Unit = |call| {
            host(call).state::<Metrics>().0.borrow_mut().captures_cold_start = true;
            Ok(Value::Unit)
        };
    }
}

fn number(name: &str, value: &Value) -> Result<Number> {
    match value {
        Value::Int(number) => return Ok((*number).into()),
        Value::Float(number) => return checked(emf::value(*number)),
        _ => {}
    }
    let kind = type_of(value);
    let message = format!("the value of the metric {name} must be a number, not {kind}");
    Err(error("MismatchedTypes", message))
}

/// Dimensions as a script gives them: numbers and truths are written as text.
fn read_dimensions(map: Map) -> Result<Dimensions> {
    let mut dimensions = Dimensions::new();
    for (name, value) in map {
        if !matches!(value, Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_)) {
            let kind = type_of(&value);
            let message = format!("the dimension {name} must be a string or a number, not {kind}");
            return Err(error("MismatchedTypes", message));
        }
        dimensions.insert(name.into_string(), value.to_string());
    }
    checked(emf::check_dimensions(&dimensions))?;
    Ok(dimensions)
}

fn checked<T>(result: std::result::Result<T, String>) -> Result<T> {
    result.map_err(|problem| error("MetricsError", problem))
}
