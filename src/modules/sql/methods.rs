//! What a script does with a database: statements and transactions.

use super::{field, placeholders, problem, DataApi, TYPE_NAME};
use rhai_vm::function::Call;
use rhai_vm::{module, Map, Result, Value};

module! {
    /// What `sql::connect` returns.
    "Statements of the Data API"

    functions {
        /// Runs a statement, and returns its rows: an array of maps.
        ///
        /// ```rhai
        /// let db = sql::connect(#{ resource: "arn:aws:rds:eu-central-1:123456789012:cluster:shop", secret: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop" });
        /// db.query("SELECT id, price FROM teas WHERE id = :id", #{ id: 1 }) // → [{"id": 1, "price": 4.50}]
        /// db.query("SELECT nonsense") // ✗ AwsError
        /// db.query("SELECT $1", [[1, 2]]) // ✗ SqlError
        /// ```
        new "query" (self: Host(TYPE_NAME), sql: String; parameters: Any "array | map") -> Array throws AwsError, SqlError = |call| {
            let response = execute(call, true)?;
            field::rows(&response).map(Value::from).map_err(problem)
        };

        /// Runs a statement, and returns its only row, or `()` if there is none. Throws `SqlError` if there are several.
        ///
        /// ```rhai
        /// let db = sql::connect(#{ resource: "arn:aws:rds:eu-central-1:123456789012:cluster:shop", secret: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop" });
        /// db.query_one("SELECT id, price FROM teas WHERE id = $1", [1]).price // → 4.50
        /// ```
        new "query_one" (self: Host(TYPE_NAME), sql: String; parameters: Any "array | map") -> Any "map | ()" throws AwsError, SqlError = |call| {
            let response = execute(call, true)?;
            let mut rows = field::rows(&response).map_err(problem)?;
            if rows.len() > 1 {
                let count = rows.len();
                return Err(problem(format!("the statement returned {count} rows in place of one; add LIMIT 1 for any of them")));
            }
            Ok(rows.pop().unwrap_or_default())
        };

        /// Runs a statement, and returns how many rows it has inserted, updated or deleted.
        ///
        /// ```rhai
        /// let db = sql::connect(#{ resource: "arn:aws:rds:eu-central-1:123456789012:cluster:shop", secret: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop" });
        /// db.execute("UPDATE teas SET stock = stock - 1 WHERE id = $1", [1]) // → 1
        /// ```
        new "execute" (self: Host(TYPE_NAME), sql: String; parameters: Any "array | map") -> Int throws AwsError, SqlError = |call| {
            let response = execute(call, false)?;
            Ok(response.get("numberOfRecordsUpdated").and_then(Value::as_int).unwrap_or(0).into())
        };

        /// Calls a function within a transaction, and returns its value. What the function does with the database takes effect when it returns. If it throws an error, everything is
        /// rolled back, and the error is thrown. The service rolls back what is left open for three minutes, such as at the function's deadline. Transactions do not nest.
        ///
        /// ```rhai
        /// let db = sql::connect(#{ resource: "arn:aws:rds:eu-central-1:123456789012:cluster:shop", secret: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop" });
        /// db.transaction(|| db.execute("UPDATE teas SET stock = stock - 1 WHERE id = $1", [1])) // → 1
        /// db.transaction(|| throw "no") // ✗ Error
        /// ```
        new "transaction" (self: Host(TYPE_NAME), work: Fn) -> Any throws AwsError, SqlError = transaction;
    }
}

fn execute(call: &Call<'_>, wants_rows: bool) -> Result<Map> {
    let database = call.host::<DataApi>(0)?;
    let mut statement = Map::new();
    let sql = match call.value(2) {
        Value::Array(_) => placeholders::named(call.str(1)),
        _ => call.str(1).to_owned(),
    };
    let parameters = field::parameters(call.value(2)).map_err(problem)?;
    statement.insert("sql".into(), sql.into());
    if !parameters.is_empty() {
        statement.insert("parameters".into(), parameters.into());
    }
    if wants_rows {
        statement.insert("includeResultMetadata".into(), true.into());
    }
    if let Some(id) = &*database.transaction.borrow() {
        statement.insert("transactionId".into(), id.clone());
    }
    database.call(call, "ExecuteStatement", statement)
}

fn transaction(call: &mut Call<'_>) -> Result<Value> {
    let object = call.value(0).clone();
    let Some(database) = object.as_host::<DataApi>() else { return Ok(Value::Unit) };
    if database.transaction.borrow().is_some() {
        return Err(problem("a transaction is open already, and transactions do not nest"));
    }
    let begun = database.call(call, "BeginTransaction", Map::new())?;
    let id = begun.get("transactionId").cloned().unwrap_or_default();
    database.transaction.replace(Some(id.clone()));
    let work = call.function(1)?;
    let result =
        if call.takes(&work, 1) { call.invoke(&work, [object.clone()]) } else { call.invoke(&work, []) };
    database.transaction.take();
    let end = Map::from_entries(vec![("transactionId".into(), id)]);
    match result {
        Ok(value) => database.call(call, "CommitTransaction", end).map(|_| value),
        Err(error) => {
            // The error of the function says more; what is not rolled back now, the service rolls back later.
            if error.is_catchable() {
                let _ = database.call(call, "RollbackTransaction", end);
            }
            Err(error)
        }
    }
}
