//! `postgres::connect(url[, options])`, `connect(settings)`: databases of `PostgreSQL`.

mod iam;
pub(super) mod methods;
mod parameter;
mod rows;
mod value;

use super::accepted::read;
use super::aws::Caller;
use super::databases::{self, thrown, traced};
use super::host::{host, Host, ModuleState};
use super::options::Options;
use ::clients::postgres::{Client, Settings, SslMode};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Object, Result, Value};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;
pub(super) use value::decode_named;

/// What `type_of` says.
const TYPE_NAME: &str = "Postgres";
const ERROR: &str = "PostgresError";
/// How long a statement may take if nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A database, as scripts have it.
struct Postgres(Rc<Client>);

impl Object for Postgres {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.settings())
    }
}

/// What two connections must have in common to be the same one.
#[derive(Clone, PartialEq)]
pub(super) struct Key {
    settings: Settings,
    /// With IAM in place of a password.
    iam: Option<Iam>,
}

/// Where a database is that one logs in to with IAM.
#[derive(Clone, PartialEq)]
pub(super) struct Iam {
    /// In place of the function's region.
    region: Option<String>,
}

module! {
    /// SQL in PostgreSQL, such as Amazon RDS and Aurora, also through RDS Proxy, or a server of your own.
    ///
    /// - **Parameters** stand in the statement as `$1`, `$2` and so on, and are passed as an array. They never become part of the SQL. The server knows
    ///   which type each one has: it accepts `"7"` for an integer, too. A map is sent as JSON, and an array as an array, or as JSON where the
    ///   statement expects that. Times are sent in UTC.
    /// - **Rows** are maps from the names of columns to values, as this table shows. Two columns of one name are an error: name them with `AS`.
    /// - **Connections** are opened for the first statement and reused, also by later invocations, with the same URL and options: one for each database, in
    ///   each concurrent invocation. One that the server has closed in the meantime is replaced. If it breaks after a statement was sent, the
    ///   statement is not retried, because it may have run: the error is `ConnectionClosed`.
    /// - **RDS Proxy and PgBouncer** can share connections among functions: Rhambda uses unnamed statements and leaves nothing in the session.
    /// - **TLS** is used, and the certificate verified, unless the server is on this machine. `sslmode` in the URL, in libpq's words, is `verify-full`
    ///   (the default), `verify-ca` (for any host name), `require` (not verified) or `disable`. RDS has certificate authorities of its own: put
    ///   [its bundle](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html) into the function, and
    ///   set `RHAMBDA_EXTRA_CA_CERTS` to the file's path. RDS Proxy needs no bundle.
    /// - **Passwords** are sent as SCRAM-SHA-256, bound to the TLS connection if the server can do that, or as MD5, and unencrypted only over TLS.
    /// - **The deadline ends every statement.** At the function's deadline, the script is stopped with `Runtime.Timeout`. The server may go on
    ///   with the statement: set `statement_timeout` for the role.
    /// - **Results** may be as large as half of the function's memory.
    ///
    /// | PostgreSQL | value |
    /// |---|---|
    /// | `smallint`, `integer`, `bigint`, `oid` | integer |
    /// | `real`, `double precision` | float |
    /// | `numeric` | [decimal number](#decimal-numbers); a string, if it is `NaN` or has more than 28 digits |
    /// | `boolean` | boolean |
    /// | `text`, `varchar`, `uuid` and all that is not in this table | string |
    /// | `bytea` | blob |
    /// | `json`, `jsonb` | the value |
    /// | `timestamptz`, `timestamp` (as UTC) | [time](#time); a string such as `infinity`, if it is not a time of the years 0 to 9999 |
    /// | `date`, `time` | string, such as `2026-11-29` |
    /// | arrays of these | array |
    /// | `NULL` | `()` |
    ///
    /// Functions here throw `PostgresError`, a map with `type`, `message`, `code`, and what the server says: `severity`, `detail`, `hint`, `position`,
    /// `where`, `schema`, `table`, `column`, `data_type` and `constraint`. `code` is the
    /// [SQLSTATE](https://www.postgresql.org/docs/current/errcodes-appendix.html) (`23505` for a key that exists), or `InvalidArgument`,
    /// `ConnectionFailed`, `ConnectionClosed`, `Timeout`, `TooManyRows`, `ProtocolError` or `ResponseTooLarge`.
    "`postgres`"

    namespace "postgres" {
        /// Returns the database of a URL: `postgres://user:password@host:port/database?sslmode=verify-full`. Password, port (5432), database (that of the
        /// user's name) and `sslmode` may be left out, and `application_name` may be added. Percent-encode special characters of the password. The option `timeout` is how many
        /// seconds, or the duration, a statement may take; the default is 30.
        ///
        /// Instead of a URL, a map has `host`, `user`, and as needed `password`, `port`, `database`, `sslmode`, `application_name` and `timeout`. With
        /// `iam: true` in place of a password, Rhambda logs in with the function's role, which needs the permission `rds-db:connect`; `region` is that of the database, by default the function's.
        ///
        /// ```rhai
        /// let db = postgres::connect(env::get("POSTGRES_URL"), #{ timeout: 5 });
        /// db.query("SELECT 1 AS one") // → [{"one": 1}]
        /// postgres::connect("localhost") // ✗ PostgresError
        /// let proxied = postgres::connect(#{ host: "127.0.0.1", port: 1, user: "app", database: "shop", password: "secret" });
        /// proxied.query("SELECT 1") // ✗ PostgresError
        /// ```
        new "connect" (url: String; options: Map) -> Host(TYPE_NAME) throws PostgresError = |call| {
            let timeout = timeout(&mut Options::of(call, 1, "postgres::connect"))?;
            let settings = Settings::parse(call.str(0), timeout);
            connect(call, settings.map(|settings| Key { settings, iam: None }))
        };

        new "connect" (settings: Map) -> Host(TYPE_NAME) throws PostgresError = |call| {
            let settings = call.take_map(0)?;
            let key = key(&mut Options::new(settings)).map_err(::clients::Error::invalid);
            connect(call, key)
        };
    }

    options OPTIONS;
}

/// The clients of this environment.
#[derive(Default)]
struct Clients(databases::Clients<Key, Client>);

impl ModuleState for Clients {
    fn new(_: &Host) -> Self {
        Self::default()
    }

    /// Rolls back the transactions that an invocation has left open: the next one would go on with them.
    fn end_invocation(&self) {
        self.0.for_each(|client| {
            if client.abandon_transaction() {
                log::warn!("{}: a transaction was left open, so it was rolled back", client.settings());
            }
        });
    }
}

fn connect(call: &Call<'_>, key: ::clients::Result<Key>) -> Result<Value> {
    let host = host(call);
    let key = key.map_err(|error| thrown(host, ERROR, error))?;
    let make = || {
        let network = databases::network(host);
        let password: ::clients::postgres::Password = if let Some(iam) = &key.iam {
            iam::password(Caller::of(call), &key.settings, iam.region.clone())
        } else {
            let password = key.settings.password.clone();
            Box::new(move |_| Ok(password.clone()))
        };
        Client::new(network, key.settings.clone(), password)
    };
    Ok(Value::host(Postgres(host.state::<Clients>().0.get(&key, make))))
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("postgres::connect", "options", |options| read(options, timeout)),
    OptionsParam::new("postgres::connect", "settings", |settings| read(settings, key)),
];

fn timeout(options: &mut Options<Error>) -> Result<Duration> {
    let timeout = options.seconds("timeout")?.unwrap_or(TIMEOUT);
    options.end()?;
    Ok(timeout)
}

/// The settings in a map.
fn key(options: &mut Options) -> std::result::Result<Key, String> {
    let required = |value: Option<String>, name: &str| {
        value.filter(|value| !value.is_empty()).ok_or_else(|| format!("`{name}` is missing"))
    };
    let (host, user) = (options.text("host")?, options.text("user")?);
    let port = options.read("port", "an integer from 1 to 65535", |port| {
        u16::try_from(port.as_int()?).ok().filter(|port| *port > 0)
    })?;
    let port = port.unwrap_or(5432);
    let password = options.text("password")?;
    let database = options.text("database")?;
    let is_iam = options.boolean("iam")?.unwrap_or_default();
    let sslmode = options.text("sslmode")?.map(|name| SslMode::parse(&name)).transpose();
    let sslmode = sslmode.map_err(|error| match error {
        ::clients::Error::Failed(failure) => failure.message,
        ::clients::Error::Deadline => String::new(),
    })?;
    let application_name = options.text("application_name")?.unwrap_or_else(|| "rhambda".to_owned());
    let timeout = options.seconds("timeout")?.unwrap_or(TIMEOUT);
    let region = options.text("region")?;
    options.end()?;
    let (host, user) = (required(host, "host")?, required(user, "user")?);
    let sslmode = match sslmode {
        Some(sslmode) => sslmode,
        None if is_iam => SslMode::VerifyFull,
        None => SslMode::of(&host),
    };
    let database = database.unwrap_or_else(|| user.clone());
    if is_iam && password.is_some() {
        return Err("both `password` and `iam` are given: pass one of them".to_owned());
    }
    if is_iam && sslmode == SslMode::Disable {
        return Err("with `iam`, the connection must be secured: leave `sslmode` out".to_owned());
    }
    let settings = Settings { host, port, user, password, database, sslmode, application_name, timeout };
    Ok(Key { settings, iam: is_iam.then_some(Iam { region }) })
}

/// Does something with the database of a method, which the world may forbid.
fn with_client<T>(
    call: &Call<'_>,
    work: impl FnOnce(&Client, net::Until) -> ::clients::Result<T>,
) -> Result<T> {
    let client = &call.host::<Postgres>(0)?.0;
    let host = host(call);
    host.world.connect(&client.settings().to_string())?;
    let result = traced(host, "postgresql", client.settings(), |until| work(client, until));
    result.map_err(|error| thrown(host, ERROR, error))
}
