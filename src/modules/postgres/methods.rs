//! What a script does with a database: statements and transactions.

use super::rows::{Collected, Problem};
use super::{parameter, thrown, with_client, Postgres, ERROR, TYPE_NAME};
use crate::modules::accepted::read;
use crate::modules::databases::invalid;
use crate::modules::host::host;
use crate::modules::options::Options;
use ::clients::postgres::Client;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Result, Value};

module! {
    /// What `postgres::connect` returns.
    "PostgreSQL statements"

    functions {
        /// Runs a statement, and returns its rows: an array of maps.
        ///
        /// ```rhai
        /// let db = postgres::connect(env::get("POSTGRES_URL"));
        /// db.script("CREATE TEMP TABLE teas (id int PRIMARY KEY, name text, price numeric, tags text[])");
        /// db.query("INSERT INTO teas VALUES ($1, $2, $3, $4) RETURNING id", [1, "sencha", "4.50", ["green", "new"]]) // → [{"id": 1}]
        /// db.query("SELECT name, price * 2 AS two, tags FROM teas WHERE id = ANY($1)", [[1, 2]]) // → [{"name": "sencha", "two": 9.00, "tags": ["green", "new"]}]
        /// db.query("SELECT name FROM teas WHERE id = $1", [2]) // → []
        /// db.query("SELECT nmae FROM teas") // ✗ PostgresError
        /// ```
        new "query" (self: Host(TYPE_NAME), sql: String; parameters: Array) -> Array throws PostgresError = |call| {
            run(call).map(|(rows, _)| rows.into())
        };

        /// Runs a statement, and returns its only row, or `()` if there is none. Throws `PostgresError` with the code `TooManyRows` if there are several: add `LIMIT 1` for any of
        /// them.
        ///
        /// ```rhai
        /// let db = postgres::connect(env::get("POSTGRES_URL"));
        /// db.query_one("SELECT $1::int + 1 AS next", [41]) // → {"next": 42}
        /// db.query_one("SELECT 1 WHERE false") // → null
        /// db.query_one("SELECT generate_series(1, 2) AS n") // ✗ PostgresError
        /// ```
        new "query_one" (self: Host(TYPE_NAME), sql: String; parameters: Array) -> Any "map | ()" throws PostgresError = query_one;

        /// Runs a statement, and returns how many rows it has inserted, updated, deleted or selected.
        ///
        /// ```rhai
        /// let db = postgres::connect(env::get("POSTGRES_URL"));
        /// db.script("CREATE TEMP TABLE visits (page text PRIMARY KEY, count int)");
        /// db.execute("INSERT INTO visits VALUES ($1, 1), ($2, 1)", ["/", "/teas"]) // → 2
        /// db.execute("UPDATE visits SET count = count + 1 WHERE page = $1", ["/"]) // → 1
        /// db.execute("INSERT INTO visits VALUES ($1, 1)", ["/"]) // ✗ PostgresError
        /// ```
        new "execute" (self: Host(TYPE_NAME), sql: String; parameters: Array) -> Int throws PostgresError = |call| {
            run(call).map(|(_, count)| i64::try_from(count).unwrap_or(i64::MAX).into())
        };

        /// Runs statements that are separated by semicolons, without parameters and without results, as a transaction unless they contain `BEGIN` and `COMMIT`.
        ///
        /// ```rhai
        /// let db = postgres::connect(env::get("POSTGRES_URL"));
        /// db.script("CREATE TEMP TABLE a (n int); INSERT INTO a VALUES (1), (2)");
        /// db.query_one("SELECT count(*) AS count FROM a").count // → 2
        /// db.script("SELEC 1") // ✗ PostgresError
        /// ```
        new "script" (self: Host(TYPE_NAME), sql: String) -> Unit throws PostgresError = |call| {
            with_client(call, |client, until| client.script(call.str(1), until)).map(|()| Value::Unit)
        };

        /// Calls a function within a transaction, and returns its value. What the function does with the database takes effect when it returns. If it throws an error, or the
        /// script is stopped in it, everything is rolled back, and the error is thrown. Options: `isolation` (`"read committed"`, `"repeatable read"` or
        /// `"serializable"`), and `read_only`. Transactions do not nest.
        ///
        /// ```rhai
        /// let db = postgres::connect(env::get("POSTGRES_URL"));
        /// db.script("CREATE TEMP TABLE accounts (name text, balance int CHECK (balance >= 0)); INSERT INTO accounts VALUES ('ada', 10), ('bob', 0)");
        /// let pay = |amount| db.transaction(|| {
        ///     db.execute("UPDATE accounts SET balance = balance + $1 WHERE name = 'bob'", [amount]);
        ///     db.execute("UPDATE accounts SET balance = balance - $1 WHERE name = 'ada'", [amount])
        /// }, #{ isolation: "serializable" });
        /// pay.call(7) // → 1
        /// pay.call(7) // ✗ PostgresError
        /// db.query("SELECT balance FROM accounts ORDER BY name") // → [{"balance": 3}, {"balance": 7}]
        /// ```
        new "transaction" (self: Host(TYPE_NAME), work: Fn; options: Map) -> Any throws PostgresError = transaction;
    }

    options OPTIONS;
}

/// Runs the statement of a call; its rows, and how many there were or were changed.
fn run(call: &Call<'_>) -> Result<(Vec<Value>, u64)> {
    let parameters = parameter::all(call.array(2))?;
    let mut rows = Collected::default();
    let count = with_client(call, |client, until| client.run(call.str(1), &parameters, &mut rows, until));
    match rows.problem {
        None => Ok((rows.rows, count?)),
        Some(Problem::Memory(error)) => Err(error),
        Some(Problem::Name(name)) => Err(invalid(
            ERROR,
            format!(
                "two columns of the result have the name \"{name}\": give one of them another name with AS"
            ),
        )),
    }
}

fn query_one(call: &mut Call<'_>) -> Result<Value> {
    let (mut rows, _) = run(call)?;
    if rows.len() > 1 {
        let message = format!(
            "the statement returned {} rows in place of one; add LIMIT 1 for any of them",
            rows.len()
        );
        return Err(thrown(host(call), ERROR, ::clients::Error::too_many(message)));
    }
    Ok(rows.pop().unwrap_or_default())
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("Postgres.transaction", "options", |options| read(options, begin))];

fn transaction(call: &mut Call<'_>) -> Result<Value> {
    let begin = begin(&mut Options::of(call, 2, "transaction"))?;
    let work = call.function(1)?;
    with_client(call, |client, until| {
        if client.is_in_transaction() {
            let what = "a transaction is open already, and transactions do not nest; use SAVEPOINT";
            return Err(::clients::Error::invalid(what));
        }
        client.begin(&begin, until)
    })?;
    let database = call.value(0).clone();
    let result =
        if call.takes(&work, 1) { call.invoke(&work, [database.clone()]) } else { call.invoke(&work, []) };
    let client = database.as_host::<Postgres>().map(|database| &database.0);
    let until = host(call).deadline.until();
    match (result, client) {
        (Ok(value), _) => with_client(call, Client::commit).map(|()| value),
        (Err(error), Some(client)) if error.is_catchable() => {
            client.roll_back(until);
            Err(error)
        }
        (Err(error), client) => {
            // There is no time to wait for the server, which rolls back what its client leaves.
            client.map(|client| client.abandon_transaction());
            Err(error)
        }
    }
}

/// The statement that begins the transaction of a call.
fn begin(options: &mut Options<Error>) -> Result<String> {
    const LEVELS: [&str; 3] = ["read committed", "repeatable read", "serializable"];
    let mut begin = "BEGIN".to_owned();
    if let Some(level) = options.text("isolation")? {
        if !LEVELS.contains(&level.as_str()) {
            let levels = LEVELS.join("\", \"");
            return Err(invalid(ERROR, format!("the isolation \"{level}\" is unknown; use \"{levels}\"")));
        }
        begin += " ISOLATION LEVEL ";
        begin += &level.to_uppercase();
    }
    if options.boolean("read_only")? == Some(true) {
        begin += " READ ONLY";
    }
    options.end()?;
    Ok(begin)
}
