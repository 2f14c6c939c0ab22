//! `parameters`: values of Systems Manager, Secrets Manager, `AppConfig` and `DynamoDB`, which the environment keeps for a
//! while. The names and defaults are those of Powertools for AWS Lambda.

mod fetch;
mod transform;

use super::aws::{self, Caller, Options};
use super::cache;
use super::host::{host, Host, ModuleState};
use fetch::Fetch;
use rhai_vm::function::Call;
use rhai_vm::module::{OptionsParam, OptionsRead};
use rhai_vm::{module, Map, Result, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;
use transform::Transform;

/// A value is reused for so long if nothing else is said.
const MAX_AGE: Duration = Duration::from_mins(5);

/// What was fetched.
#[derive(Default)]
struct Shared {
    values: cache::Store,
    /// The sessions of `AppConfig`.
    sessions: RefCell<HashMap<String, fetch::Session>>,
}

impl ModuleState for Shared {
    fn new(_: &Host) -> Self {
        Self::default()
    }

    fn clear(&self) -> bool {
        self.sessions.take();
        self.values.clear()
    }
}

module! {
    /// Parameters, secrets and configurations from AWS, which the environment reuses for five minutes, as Powertools for AWS
    /// Lambda does. The first call of an environment fetches a value; later ones, also in later invocations, return it until
    /// it is older than `max_age`.
    ///
    /// **Options** of all functions: `max_age` (seconds or a duration; 300 s by default) is how long the value may be reused after
    /// it was fetched, `force: true` fetches it again and replaces the one that is kept, and the options of all functions of
    /// [`aws`](#aws), such as `region` and `role`. Calls with other options fetch a value of their own. `transform` converts the
    /// value: `"json"` decodes it, `"binary"` decodes base64 to a blob, and `"auto"` does what the end of the name says (`.json`,
    /// `.binary`).
    ///
    /// **Errors.** `AwsError` as for `aws::call`, such as `ParameterNotFound` or `ResourceNotFoundException`; `ParameterError` if a
    /// value cannot be transformed. Errors are not kept, and never contain the value.
    ///
    /// ```rhai
    /// aws::call("ssm", "PutParameter", #{ Name: "/fees/express", Value: `{"eur": 9}`, Type: "String" });
    /// parameters::get("/fees/express", #{ transform: "json" }).eur // → 9
    /// aws::call("ssm", "PutParameter", #{ Name: "/fees/express", Value: `{"eur": 12}`, Type: "String", Overwrite: true });
    /// parameters::get("/fees/express", #{ transform: "json" }).eur // → 9
    /// parameters::get("/fees/express", #{ transform: "json", force: true }).eur // → 12
    /// ```
    "`parameters`"

    namespace "parameters" {
        /// Returns a parameter of Systems Manager's Parameter Store. The option `decrypt: true` decrypts a `SecureString`.
        ///
        /// ```rhai
        /// aws::call("ssm", "PutParameter", #{ Name: "/cafe/mode", Value: "fast", Type: "String" });
        /// parameters::get("/cafe/mode", #{ max_age: 60 }) // → "fast"
        /// aws::call("ssm", "PutParameter", #{ Name: "/cafe/key", Value: "hush", Type: "SecureString" });
        /// parameters::get("/cafe/key", #{ decrypt: true }) // → "hush"
        /// parameters::get("/cafe/mode", #{ transform: "json" }) // ✗ ParameterError
        /// parameters::get("/cafe/none") // ✗ AwsError
        /// ```
        new "get" (name: String; options: Map) -> Any throws AwsError, ParameterError = |call| {
            value(call, "get", 1, parameter)
        };

        /// Returns all parameters of Parameter Store below a path, as a map. The keys are the names without the path. Options:
        /// `decrypt` as for `get`, and `recursive: false`, with which deeper levels are left out. With `transform`, all values are
        /// transformed.
        ///
        /// ```rhai
        /// for name in ["a", "b/c"] { aws::call("ssm", "PutParameter", #{ Name: `/menu/${name}`, Value: name, Type: "String" }); }
        /// parameters::get_by_path("/menu") // → {"a": "a", "b/c": "b/c"}
        /// parameters::get_by_path("/menu", #{ recursive: false }) // → {"a": "a"}
        /// ```
        new "get_by_path" (path: String; options: Map) -> Map throws AwsError, ParameterError = |call| {
            value(call, "get_by_path", 1, path)
        };

        /// Returns a secret of Secrets Manager by its name or ARN: a string, or a blob if the secret is binary. Options:
        /// `version_id` and `version_stage`.
        ///
        /// ```rhai
        /// aws::call("secretsmanager", "CreateSecret", #{ Name: "cafe-db", SecretString: `{"user": "ada"}` });
        /// parameters::secret("cafe-db", #{ transform: "json" }).user // → "ada"
        /// parameters::secret("cafe-none") // ✗ AwsError
        /// ```
        new "secret" (id: String; options: Map) -> Any throws AwsError, ParameterError = |call| {
            value(call, "secret", 1, secret)
        };

        /// Returns the deployed configuration of a profile of AppConfig: a string, or a blob if it is not valid UTF-8. The session
        /// is kept, so that AppConfig sends the configuration again only when it has changed.
        ///
        /// ```rhai
        /// parameters::app_config("cafe", "prod", "none") // ✗ AwsError
        /// ```
        ///
        /// ```text
        /// let features = parameters::app_config("shop", "prod", "features", #{ transform: "json" });
        /// ```
        new "app_config" (application: String, environment: String, name: String; options: Map) -> Any throws AwsError, ParameterError = |call| {
            value(call, "app_config", 3, CONFIGURATION)
        };

        /// Returns the attribute `value` of the item with this `id` in a table of DynamoDB, as a plain value. Options: `key_attr` and
        /// `value_attr`, the names of other attributes. The code of the error is `ParameterNotFound` if there is no such item.
        ///
        /// ```rhai
        /// let key = [#{ AttributeName: "id", KeyType: "HASH" }];
        /// let id = [#{ AttributeName: "id", AttributeType: "S" }];
        /// aws::call("dynamodb", "CreateTable", #{ TableName: "settings", KeySchema: key, AttributeDefinitions: id, BillingMode: "PAY_PER_REQUEST" });
        /// aws::call("dynamodb", "PutItem", #{ TableName: "settings", Item: #{ id: "limit", value: 7 } }, #{ plain: true });
        /// parameters::dynamodb("settings", "limit") // → 7
        /// parameters::dynamodb("settings", "none") // ✗ AwsError
        /// ```
        new "dynamodb" (table: String, key: String; options: Map) -> Any throws AwsError, ParameterError = |call| {
            value(call, "dynamodb", 2, item)
        };

        /// Returns the values of all items with this `id` in a table of DynamoDB, as a map. The keys are the values of the sort key
        /// `sk`. Options as for `dynamodb`, and `sort_attr`.
        ///
        /// ```rhai
        /// let keys = [#{ AttributeName: "id", KeyType: "HASH" }, #{ AttributeName: "sk", KeyType: "RANGE" }];
        /// let types = [#{ AttributeName: "id", AttributeType: "S" }, #{ AttributeName: "sk", AttributeType: "S" }];
        /// aws::call("dynamodb", "CreateTable", #{ TableName: "limits", KeySchema: keys, AttributeDefinitions: types, BillingMode: "PAY_PER_REQUEST" });
        /// for sk in ["a", "b"] { aws::call("dynamodb", "PutItem", #{ TableName: "limits", Item: #{ id: "shop", sk: sk, value: `${sk}!` } }, #{ plain: true }); }
        /// parameters::dynamodb_all("limits", "shop") // → {"a": "a!", "b": "b!"}
        /// ```
        new "dynamodb_all" (table: String, key: String; options: Map) -> Map throws AwsError, ParameterError = |call| {
            value(call, "dynamodb_all", 2, items)
        };
    }

    options OPTIONS;
}

/// The value that was fetched before, or else now. The options are the argument with this number.
fn value(call: &mut Call<'_>, function: &str, options: usize, what: What) -> Result<Value> {
    let given = call.take_map(options)?;
    let caller = Caller::of(call);
    let strings: Vec<_> = (0..options).map(|number| call.str(number)).collect();
    let settings = Options::all(given, |options| Settings::read(options, |options| what(&strings, options)));
    let Settings { fetch, max_age, force, transform, common } =
        settings.map_err(|error| caller.thrown(error.of("parameters", function)))?;
    reused(call, &caller, &fetch, max_age, force, transform, &common)
}

/// What a function fetches, of its arguments before the options and these.
type What = fn(&[&str], &mut Options) -> ::aws::Result<Fetch>;

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("parameters::get", "options", |options| read(options, parameter)),
    OptionsParam::new("parameters::get_by_path", "options", |options| read(options, path)),
    OptionsParam::new("parameters::secret", "options", |options| read(options, secret)),
    OptionsParam::new("parameters::app_config", "options", |options| read(options, CONFIGURATION)),
    OptionsParam::new("parameters::dynamodb", "options", |options| read(options, item)),
    OptionsParam::new("parameters::dynamodb_all", "options", |options| read(options, items)),
];

fn read(options: Map, what: What) -> OptionsRead {
    aws::check::read(options, |options| Settings::read(options, |options| what(&[""; 3], options)))
}

/// What is fetched, and how long it is reused.
struct Settings {
    fetch: Fetch,
    max_age: Duration,
    force: bool,
    transform: Option<Transform>,
    common: ::aws::Options,
}

impl Settings {
    fn read(
        options: &mut Options,
        what: impl FnOnce(&mut Options) -> ::aws::Result<Fetch>,
    ) -> ::aws::Result<Self> {
        Ok(Self {
            fetch: what(options)?,
            max_age: options.seconds("max_age")?.unwrap_or(MAX_AGE),
            force: options.boolean("force")?.unwrap_or(false),
            transform: options.text("transform")?.map(|name| Transform::parse(&name)).transpose()?,
            common: options.common()?,
        })
    }
}

fn parameter(strings: &[&str], options: &mut Options) -> ::aws::Result<Fetch> {
    let name = strings[0].to_owned();
    Ok(Fetch::Parameter { name, decrypt: options.boolean("decrypt")?.unwrap_or(false) })
}

fn path(strings: &[&str], options: &mut Options) -> ::aws::Result<Fetch> {
    Ok(Fetch::Path {
        path: strings[0].to_owned(),
        decrypt: options.boolean("decrypt")?.unwrap_or(false),
        recursive: options.boolean("recursive")?.unwrap_or(true),
    })
}

fn secret(strings: &[&str], options: &mut Options) -> ::aws::Result<Fetch> {
    Ok(Fetch::Secret {
        id: strings[0].to_owned(),
        version_id: options.text("version_id")?,
        version_stage: options.text("version_stage")?,
    })
}

const CONFIGURATION: What =
    |strings, _| Ok(Fetch::AppConfig([0, 1, 2].map(|number| strings[number].to_owned())));

fn item(strings: &[&str], options: &mut Options) -> ::aws::Result<Fetch> {
    Ok(Fetch::Item {
        table: strings[0].to_owned(),
        key: strings[1].to_owned(),
        key_attr: options.text("key_attr")?.unwrap_or_else(|| "id".to_owned()),
        value_attr: options.text("value_attr")?.unwrap_or_else(|| "value".to_owned()),
    })
}

fn items(strings: &[&str], options: &mut Options) -> ::aws::Result<Fetch> {
    Ok(Fetch::Items {
        table: strings[0].to_owned(),
        key: strings[1].to_owned(),
        key_attr: options.text("key_attr")?.unwrap_or_else(|| "id".to_owned()),
        sort_attr: options.text("sort_attr")?.unwrap_or_else(|| "sk".to_owned()),
        value_attr: options.text("value_attr")?.unwrap_or_else(|| "value".to_owned()),
    })
}

/// The deployed configuration of a profile of `AppConfig`, for another module.
pub(super) fn app_config(
    call: &Call<'_>,
    place: [String; 3],
    max_age: Duration,
    force: bool,
    common: &::aws::Options,
) -> Result<Value> {
    reused(call, &Caller::of(call), &Fetch::AppConfig(place), max_age, force, None, common)
}

/// The value that was fetched before, unless it is too old, or else now.
fn reused(
    call: &Call<'_>,
    caller: &Caller,
    fetch: &Fetch,
    max_age: Duration,
    force: bool,
    transform: Option<Transform>,
    common: &::aws::Options,
) -> Result<Value> {
    let host = host(call);
    // What is shown of credentials is the access key alone.
    let key = format!("{fetch:?} {transform:?} {common:?}");
    let kept: &Shared = host.state();
    if let (Some(value), false) = (kept.values.get(&key, &*host.world), force) {
        return Ok(value);
    }
    let value = fetch.value(caller, &kept.sessions, common)?;
    let value = match transform {
        Some(transform) => transform.apply_to(fetch, value)?,
        None => value,
    };
    kept.values.set(key.into(), value.clone(), Some(max_age), &*host.world)?;
    Ok(value)
}

/// The names and values of a map.
fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Map {
    entries.into_iter().map(|(name, value)| (name.into(), value)).collect()
}
