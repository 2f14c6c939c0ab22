//! `mock`: replaces what is outside of the scripts.

use super::state::{self, Mock, Target};
use rhai_vm::function::Call;
use rhai_vm::{module, Error, Map, Result, Value};
use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

module! {
    /// Replaces what is outside of the scripts, until the end of the test: for the test itself, for the scripts that it imports
    /// and for the handlers that it invokes. Of several mocks for the same request, the last one responds.
    ///
    /// A request without a mock is not sent: it ends the test, which fails. Scripts cannot catch that error. Databases have no mocks.
    /// With `--allow-network`, it is sent.
    "Mocks"

    namespace "mock" {
        /// Responds to calls of an AWS operation. The response is a map, or a function that gets the parameters and returns one. A
        /// string where the operation returns a blob, such as the `Body` of `GetObject`, becomes the blob of its bytes. An error that the function throws is the error of the call: its field `code` is the error's `code`. In place of an
        /// operation, `"METHOD /path"` stands for a request of `aws::request` and `aws::s3_get`. `*` stands for
        /// anything. Throws `MockError` if AWS has no such service or operation.
        ///
        /// ```rhai
        /// mock::aws("dynamodb", "GetItem", |params| #{ Item: #{ id: params.Key.id } });
        /// aws::call("dynamodb", "GetItem", #{ TableName: "t", Key: #{ id: #{ S: "7" } } }).Item.id.S // → "7"
        /// mock::aws("sqs", "*", |params| throw #{ code: "AccessDenied", message: "no" });
        /// aws::call("sqs", "ListQueues", #{}) // ✗ AwsError
        /// mock::aws("kms", "Decrypt", #{ Plaintext: "hush" });
        /// aws::call("kms", "Decrypt", #{ CiphertextBlob: "…" }).Plaintext.as_string() // → "hush"
        /// mock::aws("s3", "GET /photos/a.txt", #{ body: "tea" });
        /// aws::s3_get("photos", "a.txt").text() // → "tea"
        /// mock::aws("dynamodb", "GetItme", #{}) // ✗ MockError
        /// ```
        new "aws" (service: String, operation: String, response: Any "Fn | map") -> Unit throws MockError = |call| {
            let target = operation(call)?;
            add(call, target, 2)
        };

        /// Responds to HTTP requests. The pattern is a URL, with a method before it or without, in which `*` stands for anything.
        /// If it has no `?`, it covers every query. The response is a string or a map with `status`, `headers` and `body`, or
        /// a function that gets the request (`method`, `url`, `headers`, `body`) and returns one. A body that is a map or an array
        /// is sent as JSON. An error that the function throws is a failed connection.
        ///
        /// ```rhai
        /// mock::http("GET https://api.example.com/users/*", #{ body: #{ name: "Ada" } });
        /// http::get("https://api.example.com/users/1?full=1").json().name // → "Ada"
        /// mock::http("POST https://api.example.com/users", |request| #{ status: 201, body: request.body });
        /// http::post("https://api.example.com/users", #{ n: 1 }).status // → 201
        /// mock::http("https://down.example.com/*", |request| throw "connection refused");
        /// http::post("https://down.example.com/", "") // ✗ HttpError
        /// ```
        new "http" (pattern: String, response: Any "Fn | map | string") -> Unit throws MockError = |call| {
            let target = Target::http(call.str(0));
            add(call, target, 1)
        };

        /// Returns the requests that mocks for this pattern have responded to, in their order: the parameters of AWS calls, or
        /// HTTP requests. Their number is the count of calls.
        ///
        /// ```rhai
        /// mock::aws("sns", "Publish", #{ MessageId: "m-1" });
        /// aws::call("sns", "Publish", #{ TopicArn: "arn:aws:sns:us-east-1:123456789012:t", Message: "hi" });
        /// mock::calls("sns", "Publish").len() // → 1
        /// mock::calls("sns", "Publish")[0].Message // → "hi"
        /// mock::calls("https://api.example.com/*") // → []
        /// ```
        new "calls" (service: String, operation: String) -> Array throws MockError = |call| {
            operation(call).map(|target| calls(&target))
        };

        new "calls" (pattern: String) -> Array = |call| Ok(calls(&Target::http(call.str(0))));

        /// Sets the clock, to a string such as `"2026-01-02T03:04:05Z"`, a time or milliseconds since 1970. From then on only
        /// `sleep` and retries move it, and neither waits.
        ///
        /// ```rhai
        /// mock::time("2026-01-02T03:04:05Z");
        /// sleep(60);
        /// time::now().to_string() // → "2026-01-02T03:05:05Z"
        /// mock::time(time::parse("2026-01-02T03:04:05+01:00"));
        /// unix_now() // → 1767319445
        /// mock::time("yesterday") // ✗ MockError
        /// ```
        new "time" (time: Any "string | time | int") -> Unit throws MockError = |call| {
            let now = instant(call.value(0))?;
            state::with(|state| state.clock = Some((now, Instant::now())));
            Ok(Value::Unit)
        };

        /// Replaces the function's environment variables, which are those of `[environment]` in `rhambda.toml`. Variables that
        /// Lambda sets, such as `AWS_REGION`, stay unless the map has them.
        ///
        /// ```rhai
        /// mock::env(#{ TABLE: "orders" });
        /// env::get("TABLE") // → "orders"
        /// env::has("AWS_REGION") // → true
        /// ```
        new "env" (variables: Map) -> Unit = |call| {
            let variables = call.take_map(0)?;
            let variables: BTreeMap<_, _> =
                variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            state::with(|state| state.variables = Some(variables));
            Ok(Value::Unit)
        };

        /// Makes random values follow from a seed: those of `random`, `uuid_v4` and `uuid_v7`.
        ///
        /// ```rhai
        /// mock::random(7);
        /// let first = random::int(1, 1000);
        /// mock::random(7);
        /// random::int(1, 1000) == first // → true
        /// ```
        new "random" (seed: Int) -> Unit = |call| {
            let seed = call.int(0).cast_unsigned();
            state::with(|state| state.seed = Some(seed));
            Ok(Value::Unit)
        };
    }
}

/// The operation that a mock is for, or a method and a path.
///
/// # Errors
/// There is no such service, or it has no such operation.
fn operation(call: &Call<'_>) -> Result<Target> {
    let (service, operation) = (call.str(0), call.str(1));
    if let Err(error) = rhambda_analysis::aws::find_mocked(service, operation) {
        let message = error.failure().map_or_else(|| error.to_string(), |failure| failure.message.clone());
        return Err(Error::thrown("MockError", message));
    }
    Ok(Target::aws(service, operation))
}

fn add(call: &mut Call<'_>, matches: Target, place: usize) -> Result<Value> {
    let response = call.take(place).flatten();
    let is_string = matches!((&matches, &response), (Target::Http(..), Value::Str(_) | Value::Blob(_)));
    if !is_string && !matches!(response, Value::Fn(_) | Value::Map(_)) {
        let message =
            format!("the response of a mock must be a function or a map, not {}", response.type_name());
        return Err(Error::thrown("MockError", message));
    }
    state::with(|state| state.mocks.push(Mock { matches, response }));
    Ok(Value::Unit)
}

fn calls(pattern: &Target) -> Value {
    let calls = state::with(|state| {
        let matching = state.calls.iter().filter(|(target, _)| pattern.covers(target));
        matching.map(|(_, request)| Value::from(Map::clone(request))).collect::<Vec<_>>()
    });
    Value::array(calls)
}

/// The time that a value means.
fn instant(value: &Value) -> Result<SystemTime> {
    let of_time = match value {
        Value::Host(object) => object.property("unix_ms").transpose()?,
        _ => None,
    };
    let milliseconds = of_time.as_ref().unwrap_or(value).as_int();
    if let Some(milliseconds) = milliseconds.and_then(|milliseconds| u64::try_from(milliseconds).ok()) {
        return Ok(SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds));
    }
    let text = value.to_string();
    humantime::parse_rfc3339(&text).map_err(|_| {
        let message = format!(
            "\"{text}\" is not a time: pass a string such as \"2026-01-02T03:04:05Z\", a time, or milliseconds since 1970"
        );
        Error::thrown("MockError", message)
    })
}
