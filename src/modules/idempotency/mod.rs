//! `idempotency`: functions that run once for each key, with records in `DynamoDB` as Powertools for AWS Lambda has them.

mod kept;
mod python_json;
mod record;
mod table;

use kept::Kept;

use super::accepted::{self, Invalid};
use super::arguments::error;
use super::aws::{Caller, Options};
use super::host::{host, Host};
use crate::logging;
use crate::value;
use ::log::Level;
use md5::{Digest as _, Md5};
use record::{Record, COMPLETED, IN_PROGRESS};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, FnPtr, Result, Str, Value};
use std::rc::Rc;
use std::time::Duration;
use table::{Begin, Entry};

/// A result is replayed for so long if nothing else is said.
const EXPIRES: Duration = Duration::from_hours(1);
/// How often it is tried again after the record has changed between two requests.
const RETRIES: u32 = 2;

module! {
    /// Functions that run once for each key: if an event comes twice, the second invocation returns the result of the first one.
    /// The records are those of [Powertools for AWS Lambda](https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/),
    /// so that functions in Python and scripts can share a table. Its partition key is `id` (a string), and its time to live the attribute
    /// `expiration`. The function's role needs `dynamodb:PutItem`, `GetItem`, `UpdateItem` and `DeleteItem`.
    ///
    /// ```rust
    /// fn handler(event, context) {
    ///     idempotency::run(#{ table: "payments", key: event.order_id, payload: event.amount }, || charge(event))
    /// }
    /// ```
    ///
    /// - **Once.** `run` writes a record with the status `INPROGRESS`, calls the function, and stores its result as JSON with the status
    ///   `COMPLETED`. A later call with the same key returns this result, decoded from JSON, without calling the function.
    /// - **At the same time.** While the function runs, another call with its key is the error `IdempotencyAlreadyInProgressError`: let
    ///   the event fail, and AWS retries it. The lock ends at the deadline of the invocation that took it.
    /// - **Errors.** If the function throws an error, the record is removed, and the next attempt calls the function again. If it calls
    ///   `exit`, or the invocation times out, the record stays until the deadline.
    /// - **Powertools.** A record is shared if the `prefix` is the same, and `key` is what `event_key_jmespath` selects: an array for
    ///   `[user, order]`. The default of `prefix` is the name of the Lambda function and its handler, as for `@idempotent` handlers of
    ///   Powertools. `payload` is what `payload_validation_jmespath` selects. `POWERTOOLS_IDEMPOTENCY_DISABLED=true` calls the function
    ///   without a record, for development. Unlike Powertools, a call without a key is an error.
    "`idempotency`"

    namespace "idempotency" {
        /// Calls a function once for a key, and returns its result. The options are:
        ///
        /// - `table` and `key` are required. The key is any value that has a JSON form; its hash is stored.
        /// - `payload` is a value that must be the same in all calls with this key; otherwise `IdempotencyValidationError` is thrown.
        /// - `expires` says how long the result is replayed, in seconds or as a duration; one hour by default.
        /// - `local_cache: true` also keeps results in the environment, 256 at most, so that a replay needs no request.
        /// - `prefix` tells functions apart that share a table.
        /// - `key_attr` is the name of the table's partition key. For a table with a sort key, `sort_key_attr` is its name, and
        ///   `static_pk_value` the value of the partition key (`idempotency#` and the function's name by default).
        /// - The options of all functions of [`aws`](#aws), such as `region`.
        ///
        /// Throws `IdempotencyKeyError` if the key is `()`, empty, or an array or a map of nothing but `()`;
        /// `IdempotencyInconsistentStateError` if other invocations keep changing the record; `IdempotencyError` if the key, the payload or
        /// the result has no JSON form; and `AwsError` as `aws::call` does.
        ///
        /// ```rhai
        /// let key = [#{ AttributeName: "id", KeyType: "HASH" }];
        /// let id = [#{ AttributeName: "id", AttributeType: "S" }];
        /// aws::call("dynamodb", "CreateTable", #{ TableName: "payments", KeySchema: key, AttributeDefinitions: id, BillingMode: "PAY_PER_REQUEST" });
        /// let options = #{ table: "payments", prefix: "shop", key: "order-7", payload: 12 };
        /// idempotency::run(options, || #{ charged: 12 }) // → {"charged": 12}
        /// idempotency::run(options, || throw "charged twice") // → {"charged": 12}
        /// options.payload = 13;
        /// idempotency::run(options, || 1) // ✗ IdempotencyValidationError
        /// options.key = ();
        /// idempotency::run(options, || 1) // ✗ IdempotencyKeyError
        /// ```
        new "run" (options: Map, function: Fn) -> Any throws AwsError, IdempotencyError, IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError, IdempotencyKeyError, IdempotencyValidationError = run;
    }

    options OPTIONS;
}

/// What a call says about its record.
struct Settings {
    table: String,
    /// The key of the record.
    id: String,
    /// The hash of the payload.
    payload: Option<String>,
    expires: Duration,
    local_cache: bool,
    key_attr: String,
    sort_key_attr: Option<String>,
    static_pk_value: String,
    options: ::aws::Options,
}

impl Settings {
    fn expiration(&self, now_ms: i64) -> i64 {
        now_ms / 1000 + i64::try_from(self.expires.as_secs()).unwrap_or(i64::MAX / 2000)
    }

    /// The name of the record in this environment.
    fn cache_key(&self) -> String {
        format!("{:?} {} {} {}", self.options, self.table, self.static_pk_value, self.id)
    }
}

/// The options as they are given.
struct Given {
    table: String,
    key: Option<Value>,
    payload: Option<Value>,
    prefix: Option<String>,
    expires: Duration,
    local_cache: bool,
    key_attr: String,
    sort_key_attr: Option<String>,
    static_pk_value: Option<String>,
    common: ::aws::Options,
}

impl Given {
    fn read(options: &mut Options) -> ::aws::Result<Self> {
        Ok(Self {
            table: options.text("table")?.unwrap_or_default(),
            key: options.take("key"),
            payload: options.take("payload"),
            prefix: options.text("prefix")?.filter(|prefix| !prefix.is_empty()),
            expires: options.seconds("expires")?.unwrap_or(EXPIRES),
            local_cache: options.boolean("local_cache")?.unwrap_or(false),
            key_attr: options.text("key_attr")?.unwrap_or_else(|| "id".to_owned()),
            sort_key_attr: options.text("sort_key_attr")?,
            static_pk_value: options.text("static_pk_value")?,
            common: ::aws::Options { is_plain: true, ..options.common()? },
        })
    }

    /// Itself, if it names a table.
    fn with_table(self) -> ::aws::Result<Self> {
        if self.table.is_empty() {
            let problem = "`table` is missing: pass the name of the table with the records";
            return Err(::aws::Error::invalid_argument(problem));
        }
        Ok(self)
    }

    fn key(&self) -> Result<&Value> {
        self.key.as_ref().filter(|key| !is_missing(key)).ok_or_else(|| {
            error(
                "IdempotencyKeyError",
                "the option `key` has no value; pass what tells this event from others, such as its id",
            )
        })
    }
}

const OPTIONS: &[OptionsParam] = &[OptionsParam::new("idempotency::run", "options", |options| {
    accepted::read(options, |options| {
        let given = Given::read(options)?;
        options.end()?;
        let given = given.with_table()?;
        given.key().map(drop).map_err(|error| Invalid::new(error.message()))
    })
})];

fn run(call: &mut Call<'_>) -> Result<Value> {
    let function = call.function(1)?;
    if !call.takes(&function, 0) {
        return Err(error(
            "IdempotencyError",
            "the function of idempotency::run must have no parameters; write || my_function(event)",
        ));
    }
    if is_disabled(host(call)) {
        return call.invoke(&function, []);
    }
    let caller = Caller::of(call);
    let settings = settings(call, &caller)?;
    let entry = Entry { caller: &caller, settings: &settings };
    for _ in 0..=RETRIES {
        if let Some(result) = attempt(call, &entry, &function)? {
            return Ok(result);
        }
    }
    Err(error(
        "IdempotencyInconsistentStateError",
        format!("the record {:?} kept changing while it was read; retry the event", settings.id),
    ))
}

/// Whether the environment says that functions run without records, as Powertools has it.
fn is_disabled(host: &Host) -> bool {
    let value = host.variable("POWERTOOLS_IDEMPOTENCY_DISABLED").unwrap_or_default();
    ["1", "y", "yes", "t", "true", "on"].contains(&value.to_lowercase().as_str())
}

fn settings(call: &mut Call<'_>, caller: &Caller) -> Result<Settings> {
    let given = Options::all(call.take_map(0)?, Given::read).and_then(Given::with_table);
    let given = given.map_err(|error| caller.thrown(error.of("idempotency", "run")))?;
    let key = given.key()?;
    let payload = given.payload.as_ref().map(|payload| hash(payload, "payload")).transpose()?;
    let key = hash(key, "key")?;
    let variable = |name: &str| host(call).variable(name).unwrap_or_default();
    let name = variable("AWS_LAMBDA_FUNCTION_NAME");
    let prefix = given.prefix.unwrap_or_else(|| format!("{name}.{}", variable("_HANDLER")));
    Ok(Settings {
        table: given.table,
        id: format!("{prefix}#{key}"),
        payload,
        expires: given.expires,
        local_cache: given.local_cache,
        key_attr: given.key_attr,
        sort_key_attr: given.sort_key_attr,
        static_pk_value: given.static_pk_value.unwrap_or_else(|| format!("idempotency#{name}")),
        options: given.common,
    })
}

/// Whether there is nothing in a key.
fn is_missing(key: &Value) -> bool {
    match key {
        Value::Unit => true,
        Value::Str(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(Value::is_unit),
        Value::Map(map) => map.values().all(Value::is_unit),
        _ => false,
    }
}

/// The hash of a value as Powertools has it.
fn hash(value: &Value, what: &str) -> Result<String> {
    let json = dumps(value, &format!("the option `{what}`"))?;
    Ok(base16ct::lower::encode_string(&Md5::digest(json.as_bytes())))
}

fn dumps(value: &Value, what: &str) -> Result<String> {
    python_json::check_memory(value)?;
    python_json::dumps(value).map_err(|problem| {
        rhai_vm::memory::stopped().unwrap_or_else(|| {
            error("IdempotencyError", format!("{what} cannot be written as JSON: {problem}"))
        })
    })
}

/// The result of the function, now or before; `None` if the record has changed in the meantime.
fn attempt(call: &mut Call<'_>, entry: &Entry<'_>, function: &Rc<FnPtr>) -> Result<Option<Value>> {
    let settings = entry.settings;
    let now = now_ms(call);
    let kept =
        settings.local_cache.then(|| host(call).state::<Kept>().get(&settings.cache_key(), now)).flatten();
    if let Some(record) = kept {
        return replay(call, settings, &record);
    }
    let left = host(call).deadline.until().left();
    let left = left.map(|left| i64::try_from(left.as_millis()).unwrap_or(i64::MAX / 2));
    let record = match entry.begin(now, left)? {
        Begin::Begun => return execute(call, entry, function).map(Some),
        Begin::Known(Some(record)) => record,
        Begin::Known(None) => match entry.read()? {
            Some(record) => record,
            None => return Ok(None),
        },
    };
    let result = replay(call, settings, &record)?;
    if result.is_some() {
        keep(call, settings, record);
    }
    Ok(result)
}

/// The result in a record.
fn replay(call: &Call<'_>, settings: &Settings, record: &Record) -> Result<Option<Value>> {
    if settings.payload.is_some() && settings.payload.as_deref() != record.validation.as_deref() {
        return Err(error(
            "IdempotencyValidationError",
            format!(
                "the payload differs from the one that the record {:?} was created with; use another key for it",
                settings.id
            ),
        ));
    }
    let now = now_ms(call);
    if record.is_expired(now) {
        return Ok(None);
    }
    match record.status.as_str() {
        IN_PROGRESS if record.in_progress_expiration.is_some_and(|end| end < now) => Ok(None),
        IN_PROGRESS => Err(error(
            "IdempotencyAlreadyInProgressError",
            format!("another invocation is running for the record {:?}; retry the event later", settings.id),
        )),
        COMPLETED => {
            let data = record.data.as_deref().filter(|data| !data.is_empty()).unwrap_or("null");
            let decoded = value::decode(data.as_bytes());
            decoded.map(Some).map_err(|problem| {
                let stopped = rhai_vm::memory::stopped();
                stopped.unwrap_or_else(|| {
                    invalid_record(settings, &format!("its `data` is not JSON: {problem}"))
                })
            })
        }
        other => Err(invalid_record(settings, &format!("its status is {other:?}"))),
    }
}

fn invalid_record(settings: &Settings, problem: &str) -> Error {
    let message = format!(
        "the record {:?} of the table {:?} is invalid: {problem}. Remove it",
        settings.id, settings.table
    );
    error("IdempotencyError", message)
}

fn execute(call: &mut Call<'_>, entry: &Entry<'_>, function: &Rc<FnPtr>) -> Result<Value> {
    let settings = entry.settings;
    match call.invoke(function, []) {
        Ok(result) => {
            let data = Str::from(dumps(&result, "the result of the function")?);
            let record = entry.complete(now_ms(call), data)?;
            keep(call, settings, record);
            Ok(result)
        }
        // At the deadline there is no time to remove it; it ends by itself.
        Err(problem) if !problem.is_catchable() => Err(problem),
        Err(problem) => {
            if let Err(failed) = entry.remove() {
                let reason = call.vm.host().describe(&failed, "", "").message;
                let fields = [("record", settings.id.as_str()), ("reason", &reason)];
                let fields =
                    fields.map(|(name, text)| (name.to_owned(), serde_json::Value::from(text).to_string()));
                logging::script(Level::Warn, "the idempotency record could not be removed", &fields);
            }
            Err(problem)
        }
    }
}

fn keep(call: &Call<'_>, settings: &Settings, record: Record) {
    if settings.local_cache {
        host(call).state::<Kept>().set(settings.cache_key(), record);
    }
}

fn now_ms(call: &Call<'_>) -> i64 {
    host(call).world.unix_ms()
}
