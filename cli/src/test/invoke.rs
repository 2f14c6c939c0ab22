//! `test`: handlers, events and cases.

use super::state::{self, State};
use crate::event;
use net::Until;
use rhai_vm::function::Call;
use rhai_vm::module::{OptionsParam, OptionsProblem, OptionsRead};
use rhai_vm::{json, module, Error, ErrorKind, Map, Result, Value};
use rhambda::context::{Context, Parts};
use rhambda::failure::Failure;
use rhambda::handler::HandlerSpec;
use rhambda::script::{Script, Sink};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

/// What a streamed HTTP response begins with ("Using response streaming with custom runtimes" in the AWS Lambda developer
/// guide): its content type, and what follows the JSON.
const HTTP_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END: [u8; 8] = [0; 8];

module! {
    /// Handlers as Lambda invokes them, events, and tests with many cases.
    "Handlers and events"

    namespace "test" {
        /// Invokes a handler as Lambda does, and returns its response. The handler runs in an environment of its own: its top level
        /// runs at the first call, `cache` lasts until the end of the test, and the event and the response pass through JSON.
        /// An error of the handler is thrown with its `type`, `message` and other fields.
        ///
        /// Options are `timeout` in seconds and, for `context`, `request_id`, `client_context`, `identity` and `headers`. The
        /// timeout and the memory are those of `rhambda.toml`, or Lambda's defaults. A streamed response is a map with
        /// `content_type` and `body`; for HTTP with `statusCode`, `headers`, `cookies` and `body`.
        ///
        /// ```rhai
        /// test::invoke("|event| event.a + 1", #{ a: 1 }) // → 2
        /// test::invoke("|event, context| context.aws_request_id", (), #{ request_id: "r-7" }) // → "r-7"
        /// test::invoke("|event| loop {}", (), #{ timeout: 0.05 }) // ✗ Runtime.Timeout
        /// ```
        new "invoke" (handler: String, event: Any; options: Map) -> Any = invoke;

        /// Returns an event of the library that `rhambda event` lists, with options in place of its defaults.
        ///
        /// ```rhai
        /// test::event("s3:put", #{ bucket: "photos", key: "a.jpg" }).Records[0].s3.bucket.name // → "photos"
        /// test::event("s3:puts") // ✗ UnknownEvent
        /// ```
        new "event" (name: String; options: Map) -> Map throws UnknownEvent = |call| {
            let options = call.map(1).into_iter().flatten();
            let options: Vec<_> = options.map(|(name, value)| (name.to_string(), value.to_string())).collect();
            let event = event::make(call.str(0), &options).map_err(|error| Error::thrown("UnknownEvent", error.to_string()))?;
            json::from_json(event).map_err(|problem| Error::thrown("UnknownEvent", problem))
        };

        /// Calls a function for each case of a table. The items of a case that is an array are its arguments; any other case is
        /// the only argument. The keys of a map name its cases. A failure tells the case.
        ///
        /// ```rhai
        /// test::cases([[1, 1, 2], [2, 2, 4]], |a, b, sum| assert_eq(a + b, sum)) // → null
        /// test::cases(#{ empty: "", word: "tea" }, |text| assert(text.len() < 4)) // → null
        /// test::cases([1, 2, 3], |n| assert(n < 3)) // ✗ AssertionFailed
        /// ```
        new "cases" (table: Any "array | map", function: Fn) -> Unit = cases;
    }

    options &[OptionsParam::new("test::invoke", "options", |options| OptionsRead {
        names: OPTIONS.to_vec(),
        problem: unknown_option(&options),
    })];
}

fn cases(call: &mut Call<'_>) -> Result<Value> {
    let function = call.function(1)?;
    let table: Vec<(String, Value)> = match call.take(0).flatten() {
        Value::Array(items) => {
            let named = items.iter().enumerate().map(|(at, case)| (name(at, case), case.clone()));
            named.collect()
        }
        Value::Map(map) => map.iter().map(|(name, case)| (format!("\"{name}\""), case.clone())).collect(),
        other => return Err(Error::mismatch("array or map", &other)),
    };
    let is_whole = !matches!(table.first(), Some((_, Value::Array(_))));
    for (name, case) in table {
        call.check()?;
        state::with(|state| state.case = Some(name));
        let mut args = match case {
            Value::Array(items) if !is_whole => items.to_vec(),
            case => vec![case],
        };
        call.vm.call_pointer(&function, &mut args)?;
    }
    state::with(|state| state.case = None);
    Ok(Value::Unit)
}

/// How a report names a case.
fn name(at: usize, case: &Value) -> String {
    let json = json::encode(case).ok().and_then(|json| String::from_utf8(json).ok()).unwrap_or_default();
    let short: String = json.chars().take(80).collect();
    let rest = if short.len() < json.len() { "…" } else { "" };
    format!("{}: {short}{rest}", at + 1)
}

fn invoke(call: &mut Call<'_>) -> Result<Value> {
    let setting = call.str(0).to_owned();
    let event = json::encode(call.value(1)).map_err(|problem| {
        Error::thrown("InvalidEvent", format!("the event cannot be JSON: {problem}; pass what JSON can hold"))
    })?;
    let options = call.map(2).cloned().unwrap_or_default();
    if let Some(problem) = unknown_option(&options) {
        return Err(Error::thrown("InvalidOption", problem.message));
    }
    let streamed = Rc::new(Streamed::default());
    match run(&setting, event, &options, &streamed) {
        Ok(response) if streamed.content_type.borrow().is_none() => Ok(decoded(response)),
        Ok(_) => Ok(streamed.response()),
        Err(failure) => {
            call.check()?;
            let shown = (failure.message.clone(), failure.to_text());
            let stop = state::with(|state| {
                state.handler_error = Some(shown);
                state.stop()
            });
            Err(stop.unwrap_or_else(|| thrown(failure)))
        }
    }
}

const OPTIONS: [&str; 5] = ["timeout", "request_id", "client_context", "identity", "headers"];

fn unknown_option(options: &Map) -> Option<OptionsProblem> {
    let name = options.keys().find(|name| !OPTIONS.contains(&name.as_str()))?;
    let message = format!("unknown option `{name}`; the options are {}", OPTIONS.join(", "));
    Some(OptionsProblem { message, option: Some(name.to_string()), is_name: true })
}

/// Invokes the handler in its environment, which is warm if it was invoked before.
fn run(
    setting: &str,
    event: Vec<u8>,
    options: &Map,
    streamed: &Rc<Streamed>,
) -> std::result::Result<Vec<u8>, Failure> {
    let (function, world) = state::with(|state| state.function.clone().zip(state.world.clone()))
        .ok_or_else(|| Failure::new("TestError", "no test is running"))?;
    let (end, warm, count) = state::with(|state| {
        state.invocations += 1;
        (state.until, state.handlers.remove(setting), state.invocations)
    });
    let timeout = match options.get("timeout") {
        Some(Value::Int(seconds)) => Duration::from_secs(u64::try_from(*seconds).unwrap_or_default()),
        Some(Value::Float(seconds)) => Duration::try_from_secs_f64(*seconds).unwrap_or_default(),
        _ => function.timeout,
    };
    let until = earlier(end, Instant::now() + timeout);
    let info = function.info();
    let load = || Script::load_in(world, HandlerSpec::parse(setting)?, function.roots(), &info, until);
    let mut script = warm.map_or_else(load, Ok)?;
    let text = |name: &str| options.get(name).filter(|value| !value.is_unit()).map(ToString::to_string);
    let request_id = text("request_id").unwrap_or_else(|| format!("00000000-0000-4000-8000-{count:012}"));
    let now = state::with(|state| state.clock.map_or_else(SystemTime::now, |(now, _)| now));
    let deadline = (now + timeout).duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut headers = vec![
        ("lambda-runtime-aws-request-id".to_owned(), request_id.clone()),
        ("lambda-runtime-deadline-ms".to_owned(), deadline.to_string()),
        ("lambda-runtime-invoked-function-arn".to_owned(), function.arn()),
    ];
    let more = options.get("headers").and_then(Value::as_map).into_iter().flatten();
    headers.extend(more.map(|(name, value)| (name.as_str().to_lowercase(), value.to_string())));
    let context = Context::from(Parts {
        function: info,
        aws_request_id: request_id,
        deadline_ms: i64::try_from(deadline).ok(),
        client_context: options.get("client_context").cloned().unwrap_or_default(),
        identity: options.get("identity").cloned().unwrap_or_default(),
        headers,
    });
    let sink: Rc<dyn Sink> = Rc::clone(streamed) as Rc<dyn Sink>;
    let result = script.call(event, context, until, || sink);
    state::with(|State { handlers, .. }| handlers.insert(setting.to_owned(), script));
    result
}

/// The earlier end.
fn earlier(until: Until, other: Instant) -> Until {
    let at = until.at().map_or(other, |at| at.min(other));
    until.by(Some(at))
}

/// A response: JSON, or bytes that the handler has encoded itself.
fn decoded(response: Vec<u8>) -> Value {
    match json::decode(&response) {
        Ok(value) => value,
        Err(_) => {
            String::from_utf8(response).map_or_else(|error| Value::blob(error.into_bytes()), Value::from)
        }
    }
}

/// The error of a handler, as the test gets it.
fn thrown(failure: Failure) -> Error {
    let mut map = Map::new();
    if let Some(serde_json::Value::Object(data)) = failure.data {
        for (name, value) in data {
            map.insert(name.as_str().into(), json::from_json(value).unwrap_or_default());
        }
    }
    map.insert("type".into(), failure.error_type.into());
    map.insert("message".into(), failure.message.into());
    Error::new(ErrorKind::Runtime(map.into()))
}

/// What a handler streams.
#[derive(Default)]
struct Streamed {
    content_type: RefCell<Option<String>>,
    data: RefCell<Vec<u8>>,
}

impl Streamed {
    fn response(&self) -> Value {
        let content_type = self.content_type.borrow().clone().unwrap_or_default();
        let data = self.data.borrow();
        let end = data.windows(PRELUDE_END.len()).position(|window| window == PRELUDE_END);
        let prelude = end.filter(|_| content_type == HTTP_PRELUDE);
        let (mut map, body) = if let Some(end) = prelude {
            let prelude = json::decode(&data[..end]).ok();
            let prelude = prelude.and_then(|prelude| prelude.as_map().cloned()).unwrap_or_default();
            (prelude, &data[end + PRELUDE_END.len()..])
        } else {
            let content_type: Value = content_type.into();
            ([("content_type".into(), content_type)].into_iter().collect(), &data[..])
        };
        let body = match std::str::from_utf8(body) {
            Ok(text) => text.into(),
            Err(_) => Value::blob(body.to_vec()),
        };
        map.insert("body".into(), body);
        map.into()
    }
}

impl Sink for Streamed {
    fn begin(&self, content_type: &str, _: Until) -> io::Result<()> {
        *self.content_type.borrow_mut() = Some(content_type.to_owned());
        Ok(())
    }

    fn write(&self, data: &[u8], _: Until) -> io::Result<()> {
        self.data.borrow_mut().extend_from_slice(data);
        Ok(())
    }
}
