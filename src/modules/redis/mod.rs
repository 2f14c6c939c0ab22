//! `redis::connect(url[, options])`: keys and values of Redis and Valkey.

mod command;
pub(super) mod methods;
mod value;

use super::accepted::read;
use super::databases::{self, invalid, thrown, traced};
use super::host::{host, Host, ModuleState};
use super::options::{seconds, Options};
use ::clients::redis::{Client, Settings};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Object, Result, Value};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// What `type_of` says.
const TYPE_NAME: &str = "Redis";
const ERROR: &str = "RedisError";
/// How long a command may take if nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A server, as scripts have it.
struct Redis(Rc<Client>);

impl Object for Redis {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.settings())
    }
}

module! {
    /// Keys and values in Redis and Valkey, such as Amazon ElastiCache, MemoryDB, or a server of your own. Clusters work
    /// like a single server: Rhambda finds the node that has a key.
    ///
    /// - **Arguments** are strings, blobs, numbers, decimal numbers and times. An array stands for its items, and a map for its keys and values.
    ///   Anything else needs a form first: `json::encode(value)`.
    /// - **Replies** are values: integers, floats, booleans, arrays, maps, and `()` for what does not exist. A string that is not UTF-8
    ///   is a blob.
    /// - **Connections** are opened when the first command needs one, and reused, also by later invocations, with the same URL and options.
    ///   One that the server has closed in the meantime is replaced. If it breaks after a command was sent, the command is not retried,
    ///   because it may have run: the error is `ConnectionClosed`.
    /// - **TLS** is used for URLs that begin with `rediss://`. Certificates and names are those of [`http`](#http); proxies are not used.
    /// - **The deadline ends every command.** At the function's deadline, the script is stopped with `Runtime.Timeout`.
    /// - **Replies** may be as large as half of the function's memory.
    ///
    /// Functions here throw `RedisError`, a map with `type`, `message`, `code` and, if the server refuses a command, `server`.
    /// `code` is the first word of the server's error (`WRONGTYPE`, `NOAUTH`, `OOM`, …), or `InvalidArgument`, `ConnectionFailed`,
    /// `ConnectionClosed`, `Timeout`, `ProtocolError` or `ResponseTooLarge`.
    ///
    /// A function cannot wait for messages, so there is no subscription: a queue such as SQS invokes functions. `WATCH` is not supported
    /// either: `lua` reads and writes in one step.
    "`redis`"

    namespace "redis" {
        /// Returns the server of a URL: `redis://user:password@host:port/database`, or `rediss://…` for TLS. User, password, port (6379) and
        /// database (0) may be left out. Percent-encode special characters of the password. The option `timeout` is how many seconds, or the
        /// duration, a command may take, with the connection that it needs; the default is 10.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"), #{ timeout: 2 });
        /// db.command("PING") // → "PONG"
        /// redis::connect("http://localhost") // ✗ RedisError
        /// redis::connect("redis://127.0.0.1:1").get("visits") // ✗ RedisError
        /// ```
        new "connect" (url: String; options: Map) -> Host(TYPE_NAME) throws RedisError = connect;
    }

    options OPTIONS;
}

/// The clients of this environment.
#[derive(Default)]
struct Clients(databases::Clients<Settings, Client>);

impl ModuleState for Clients {
    fn new(_: &Host) -> Self {
        Self::default()
    }
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("redis::connect", "options", |options| read(options, timeout))];

fn timeout(options: &mut Options<Error>) -> Result<Duration> {
    let timeout = options.seconds("timeout")?.unwrap_or(TIMEOUT);
    options.end()?;
    Ok(timeout)
}

fn connect(call: &mut Call<'_>) -> Result<Value> {
    let timeout = timeout(&mut Options::of(call, 1, "redis::connect"))?;
    let host = host(call);
    let settings = Settings::parse(call.str(0), timeout);
    let settings = settings.map_err(|error| thrown(host, ERROR, error))?;
    let make = || Client::new(databases::network(host), settings.clone());
    Ok(Value::host(Redis(host.state::<Clients>().0.get(&settings, make))))
}

/// Does something with the server of a method, which the world may forbid.
fn with_client<T>(
    call: &Call<'_>,
    work: impl FnOnce(&Client, net::Until) -> ::clients::Result<T>,
) -> Result<T> {
    let client = &call.host::<Redis>(0)?.0;
    let host = host(call);
    host.world.connect(&client.settings().to_string())?;
    let result = traced(host, "redis", client.settings(), |until| work(client, until));
    result.map_err(|error| thrown(host, ERROR, error))
}

fn milliseconds(option: &str, value: &Value) -> Result<u64> {
    let milliseconds =
        seconds(value).and_then(|time| u64::try_from(time.as_millis()).ok()).filter(|time| *time > 0);
    milliseconds.ok_or_else(|| {
        wrong(&format!("`{option}` must be a number of seconds, or a duration, above 0"), value)
    })
}

/// The error of an argument.
fn wrong(needed: &str, value: &Value) -> Error {
    let shown = match value {
        Value::Int(_) | Value::Float(_) => value.to_string(),
        other => crate::time::to_text(other).unwrap_or_else(|| crate::value::type_of(other).to_owned()),
    };
    invalid(ERROR, format!("{needed}, not {shown}"))
}
