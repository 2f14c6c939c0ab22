//! `flags`: feature flags with rules, in the schema of Powertools for AWS Lambda.

mod condition;
mod document;
mod features;
mod python;
mod schedule;

use super::accepted;
use super::arguments::error;
use super::aws::{self, Caller, Options};
use super::host::{host, Host, ModuleState};
use super::{options, parameters};
use crate::logging;
use crate::time::Time;
use ::log::Level;
use aws_api::jmespath::{Error as SearchError, Expression};
use features::Features;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{memory, module, Error, ErrorKind, Result, Str, Value};
use std::cell::RefCell;

/// A configuration is reused for so long if nothing else is said.
const MAX_AGE: std::time::Duration = std::time::Duration::from_secs(5);
/// So many configurations are kept as they were read.
const MAX_KEPT: usize = 8;

/// The features that were read last, by their JSON and the expression.
#[derive(Default)]
struct Kept(RefCell<Vec<(Str, String, Features)>>);

impl ModuleState for Kept {
    fn new(_: &Host) -> Self {
        Self::default()
    }
}

module! {
    /// Feature flags with rules, in the schema of
    /// [Powertools for AWS Lambda](https://docs.aws.amazon.com/powertools/python/latest/utilities/feature_flags/#rules): the same
    /// configuration in AWS AppConfig serves functions in Python and scripts.
    ///
    /// ```json
    /// {
    ///   "premium": {
    ///     "default": false,
    ///     "rules": {
    ///       "customers with the tier gold": {
    ///         "when_match": true,
    ///         "conditions": [{ "action": "EQUALS", "key": "tier", "value": "gold" }]
    ///       }
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// The value of a feature is the `when_match` of its first rule whose conditions are all met, or else its `default`. Values are
    /// booleans; with `"boolean_type": false` they are any JSON. All actions of Powertools are supported:
    ///
    /// | action | is met if |
    /// |---|---|
    /// | `EQUALS`, `NOT_EQUALS`, `STARTSWITH`, `ENDSWITH` | what the context has under the key equals, begins with or ends with the value |
    /// | `KEY_GREATER_THAN_VALUE`, `KEY_LESS_THAN_VALUE`, `…_OR_EQUAL_VALUE` | it is greater or less than the value |
    /// | `KEY_IN_VALUE`, `KEY_NOT_IN_VALUE`, `VALUE_IN_KEY`, `VALUE_NOT_IN_KEY` | one is an item of the other, or part of the string |
    /// | `ALL_IN_VALUE`, `ANY_IN_VALUE`, `NONE_IN_VALUE` | all, some or none of its items are in the value |
    /// | `MODULO_RANGE` | the rest of its division by `BASE` is from `START` to `END` |
    /// | `SCHEDULE_BETWEEN_TIME_RANGE`, `…_DATETIME_RANGE`, `…_DAYS_OF_WEEK` | the current time is from `START` to `END`, or the day one of `DAYS`, in `TIMEZONE` |
    ///
    /// A condition on a key that the context does not have is not met, and neither is one on a value that cannot be compared.
    ///
    /// **Errors.** `FlagsError`, with the feature and the rule, if the configuration does not have this schema.
    "`flags`"

    functions {
        /// Returns the value of a feature for a context, a map; the default if there is no such feature.
        ///
        /// ```rhai
        /// let flags = flags::parse(`{"beta": {"default": true}, "limit": {"default": 10, "boolean_type": false}}`);
        /// flags.evaluate("beta", #{}, false) // → true
        /// flags.evaluate("limit", #{ user: "ada" }, 5) // → 10
        /// flags.evaluate("none", #{}, 5) // → 5
        /// ```
        new "evaluate" (self: Host(Features::TYPE_NAME), name: String, context: Map, or_else: Any) -> Any = |call| {
            let (now, context) = (now(call)?, call.map(2).cloned().unwrap_or_default());
            let found = call.host::<Features>(0)?.evaluate(call.str(1), &context, &now);
            Ok(found.unwrap_or_else(|| call.take(3)))
        };

        /// Returns the names of all features that are true for a context, in alphabetical order.
        ///
        /// ```rhai
        /// let flags = flags::parse(`{"beta": {"default": true}, "alpha": {"default": false}}`);
        /// flags.enabled(#{}) // → ["beta"]
        /// ```
        new "enabled" (self: Host(Features::TYPE_NAME), context: Map) -> Array = |call| {
            let (now, context) = (now(call)?, call.map(1).cloned().unwrap_or_default());
            let features = call.host::<Features>(0)?;
            Ok(features.enabled(&context, &now).into_iter().map(Value::from).collect())
        };
    }

    namespace "flags" {
        /// Returns the feature flags of a configuration profile of AppConfig, which is reused for five seconds. Options: `envelope`, a
        /// JMESPath expression that selects the features in the configuration, `max_age`, and `force` as for
        /// [`parameters`](#parameters), and the options of all functions of [`aws`](#aws).
        ///
        /// If AppConfig cannot be reached, or has no such configuration, the error is logged and there are no features: `evaluate`
        /// returns its default. Throws `AwsError` if access is denied, or if an option is wrong.
        ///
        /// ```rhai
        /// flags::app_config("cafe", "prod", "none").evaluate("premium", #{}, false) // → false
        /// ```
        ///
        /// ```text
        /// let flags = flags::app_config("shop", "prod", "features", #{ envelope: "features" });
        /// if flags.evaluate("premium", #{ tier: event.tier }, false) { … }
        /// ```
        new "app_config" (application: String, environment: String, name: String; options: Map) -> Host(Features::TYPE_NAME) throws AwsError, FlagsError = app_config;

        /// Returns the feature flags in a string of JSON, for example one from S3 or a file. The option `envelope` is a JMESPath expression
        /// that selects the features.
        ///
        /// ```rhai
        /// let rule = `{"when_match": true, "conditions": [{"action": "EQUALS", "key": "tier", "value": "gold"}]}`;
        /// let flags = flags::parse(`{"features": {"premium": {"default": false, "rules": {"gold": ${rule}}}}}`, #{ envelope: "features" });
        /// flags.evaluate("premium", #{ tier: "gold" }, false) // → true
        /// flags::parse(`{"premium": {"default": 1}}`) // ✗ FlagsError
        /// ```
        new "parse" (json: String; options: Map) -> Host(Features::TYPE_NAME) throws FlagsError = |call| {
            let envelope = envelope(&mut options::Options::of(call, 1, "flags::parse"))?;
            let json = call.take_str(0);
            read(call, &json, &envelope).map(Value::host)
        };
    }

    options OPTIONS;
}

fn now(call: &Call<'_>) -> Result<Time> {
    Time::from_unix_ms(host(call).world.unix_ms()).map_err(|problem| error("TimeError", problem))
}

fn flags_error(message: impl Into<String>) -> Error {
    error("FlagsError", message)
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("flags::app_config", "options", |options| aws::check::read(options, Settings::read)),
    OptionsParam::new("flags::parse", "options", |options| accepted::read(options, envelope)),
];

fn envelope(options: &mut options::Options<Error>) -> Result<String> {
    let envelope = options.text("envelope")?.unwrap_or_default();
    options.end()?;
    Ok(envelope)
}

/// How a configuration is fetched and read.
struct Settings {
    envelope: String,
    max_age: std::time::Duration,
    force: bool,
    common: ::aws::Options,
}

impl Settings {
    fn read(options: &mut Options) -> ::aws::Result<Self> {
        Ok(Self {
            envelope: options.text("envelope")?.unwrap_or_default(),
            max_age: options.seconds("max_age")?.unwrap_or(MAX_AGE),
            force: options.boolean("force")?.unwrap_or(false),
            common: options.common()?,
        })
    }
}

fn app_config(call: &mut Call<'_>) -> Result<Value> {
    let place = [0, 1, 2].map(|number| call.str(number).to_owned());
    let settings = Options::all(call.take_map(3)?, Settings::read);
    let thrown = |error: ::aws::Error| Caller::of(call).thrown(error.of("flags", "app_config"));
    let Settings { envelope, max_age, force, common } = settings.map_err(thrown)?;
    let name = place[2].clone();
    let json = match parameters::app_config(call, place, max_age, force, &common) {
        Ok(Value::Str(json)) => json,
        Ok(_) => return Err(flags_error(format!("the configuration {name:?} is not a string of JSON"))),
        Err(problem) if is_outage(&problem) => {
            let reason = call.vm.host().describe(&problem, "", "").message;
            let fields = [("configuration", name.as_str()), ("reason", &reason)];
            let fields =
                fields.map(|(name, text)| (name.to_owned(), serde_json::Value::from(text).to_string()));
            logging::script(Level::Warn, "feature flags are not available; their defaults apply", &fields);
            return Ok(Value::host(Features::default()));
        }
        Err(problem) => return Err(problem),
    };
    read(call, &json, &envelope).map(Value::host)
}

/// Whether the function should go on without the configuration.
fn is_outage(error: &Error) -> bool {
    let ErrorKind::Runtime(Value::Map(thrown)) = error.kind() else { return false };
    let text = |name: &str| thrown.get(name).and_then(Value::as_str).map(|text| text.as_str().to_owned());
    let code = text("code").unwrap_or_default();
    text("type").as_deref() == Some("AwsError")
        && !code.contains("AccessDenied")
        && code != ::aws::codes::INVALID_ARGUMENT
}

/// The features in a document, unless they were read before.
fn read(call: &Call<'_>, json: &Str, envelope: &str) -> Result<Features> {
    let kept = &host(call).state::<Kept>().0;
    let find = |(known, expression, _): &&(Str, String, Features)| {
        (known.is_same(json) || known == json) && expression == envelope
    };
    if let Some((_, _, features)) = kept.borrow().iter().find(find) {
        return Ok(features.clone());
    }
    memory::needs(json.len().saturating_mul(8))?;
    let document = document::read(json)
        .map_err(|problem| flags_error(format!("the features are not JSON: {problem}")))?;
    let selected = if envelope.is_empty() { document } else { select(call, &document, envelope)? };
    let features = Features::read(&selected).map_err(flags_error)?;
    let mut kept = kept.borrow_mut();
    kept.truncate(MAX_KEPT - 1);
    kept.insert(0, (json.clone(), envelope.to_owned(), features.clone()));
    Ok(features)
}

/// What a `JMESPath` expression selects.
fn select(call: &Call<'_>, document: &Value, envelope: &str) -> Result<Value> {
    let failure = |problem| match problem {
        SearchError::Invalid(_, problem) => {
            flags_error(format!("the envelope `{envelope}` selects nothing: {problem}"))
        }
        SearchError::Stopped(stopped) => stopped,
    };
    let found =
        Expression::parse(envelope).and_then(|expression| expression.search(document, &|| call.check()));
    let found = found.map_err(failure)?;
    if found.as_map().is_none() {
        return Err(flags_error(format!("the envelope `{envelope}` selects no object in the configuration")));
    }
    Ok(found)
}
