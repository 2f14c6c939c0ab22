//! `sql::connect(settings)`: Aurora over the RDS Data API, with the calls of `postgres`.

mod field;
pub(super) mod methods;
mod placeholders;

use super::accepted::read;
use super::arguments::error;
use super::aws::Caller;
use super::options::Options;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Map, Object, Result, Value};
use std::cell::RefCell;
use std::fmt;

/// What `type_of` says.
const TYPE_NAME: &str = "DataApi";
const ERROR: &str = "SqlError";
const SERVICE: &str = "rds-data";

/// A database, as scripts have it.
struct DataApi {
    /// What every request says: cluster, secret and database.
    target: Map,
    options: aws::Options,
    /// The transaction in which statements run.
    transaction: RefCell<Option<Value>>,
}

impl Object for DataApi {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(TYPE_NAME)
    }
}

impl DataApi {
    /// Calls an operation with these parameters, and those of every request.
    fn call(&self, call: &Call<'_>, operation: &str, mut parameters: Map) -> Result<Map> {
        for (name, value) in &self.target {
            // Transactions are ended without their database.
            let is_known =
                matches!(operation, "ExecuteStatement" | "BeginTransaction") || name.as_str() != "database";
            if is_known {
                parameters.insert(name.clone(), value.clone());
            }
        }
        Caller::of(call).call(SERVICE, operation, &parameters, &self.options)
    }
}

module! {
    /// SQL in Aurora over the [RDS Data API](https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html): over HTTPS, without connections and without
    /// a VPC. The calls are those of [`postgres`](#postgres), so that a script can use either. Statements and results are limited by the API: 1 MB for the rows of a statement, and
    /// 45 seconds.
    ///
    /// - **Parameters** stand in the statement as `$1`, `$2` and so on and are passed as an array, or as `:name` and are passed as a map. A map as a value is sent as JSON, and a time in
    ///   UTC. There are no arrays: pass a string such as `"{1,2}"`, with a cast.
    /// - **Rows** are maps from the names of columns to values. `numeric` is a [decimal number](#decimal-numbers), `timestamp` and `timestamptz` a [time](#time), and `json` and
    ///   `jsonb` the value.
    ///
    /// The API serves Aurora MySQL as well; for other MySQL servers there is no client.
    ///
    /// What the service refuses is an `AwsError`, as of [`aws::call`](#aws); its message contains the SQLSTATE. `SqlError` is for arguments and results that cannot be used.
    "`sql`"

    namespace "sql" {
        /// Returns a database of an Aurora cluster. `settings` has `resource` (the cluster's ARN), `secret` (the ARN of the secret with user and password), and as needed
        /// `database`, `region`, `endpoint` and `timeout`. The function's role needs `rds-data:*` on the cluster, and `secretsmanager:GetSecretValue` on the secret.
        ///
        /// ```rhai
        /// let db = sql::connect(#{ resource: "arn:aws:rds:eu-central-1:123456789012:cluster:shop", secret: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop", database: "shop" });
        /// db.query("SELECT id, price FROM teas WHERE id = $1", [1]) // → [{"id": 1, "price": 4.50}]
        /// sql::connect(#{ resource: "arn:aws:rds:eu-central-1:123456789012:cluster:shop" }) // ✗ SqlError
        /// ```
        new "connect" (settings: Map) -> Host(TYPE_NAME) throws SqlError = |call| {
            let settings = call.take_map(0)?;
            connect(&mut Options::new(settings)).map(Value::host).map_err(problem)
        };
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("sql::connect", "settings", |settings| read(settings, connect))];

fn connect(settings: &mut Options) -> std::result::Result<DataApi, String> {
    let mut target = Map::new();
    let arns = [settings.text("resource")?, settings.text("secret")?];
    if let Some(database) = settings.text("database")? {
        target.insert("database".into(), database.into());
    }
    let options = aws::Options {
        region: settings.text("region")?,
        endpoint: settings.text("endpoint")?,
        timeout: settings.seconds("timeout")?,
        ..aws::Options::default()
    };
    settings.end()?;
    let names = [("resource", "resourceArn"), ("secret", "secretArn")];
    for ((name, parameter), arn) in names.into_iter().zip(arns) {
        let arn = arn.filter(|arn| !arn.is_empty());
        let arn = arn.ok_or_else(|| format!("`{name}` is missing: it is an ARN"))?;
        target.insert(parameter.into(), arn.into());
    }
    Ok(DataApi { target, options, transaction: RefCell::default() })
}

fn problem(message: impl Into<String>) -> Error {
    error(ERROR, message)
}
