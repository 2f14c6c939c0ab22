//! `jmespath::search`.

use super::arguments::error;
use aws_api::jmespath::{Error as SearchError, Expression};
use rhai_vm::function::Call;
use rhai_vm::{module, Error, Result, Value};

module! {
    /// [JMESPath](https://jmespath.org/tutorial.html), the query language of the AWS CLI's `--query`: the whole language, with all
    /// of its functions.
    "`jmespath`"

    namespace "jmespath" {
        /// Returns what an expression finds in a value; `()` if it finds nothing. Throws `JmesPathError`, with the place, if the expression
        /// is not valid, and if an argument of one of its functions has a wrong type.
        ///
        /// ```rhai
        /// let event = #{ Records: [#{ s3: #{ object: #{ key: "a.txt", size: 3 } } }, #{ s3: #{ object: #{ key: "b.txt", size: 7 } } }] };
        /// jmespath::search("Records[].s3.object.key", event) // → ["a.txt", "b.txt"]
        /// jmespath::search("Records[?s3.object.size > `5`] | [0].s3.object", event) // → {"key": "b.txt", "size": 7}
        /// jmespath::search("sum(Records[].s3.object.size)", event) // → 10
        /// jmespath::search("Records[9].x", event) // → null
        /// jmespath::search("Records[", event) // ✗ JmesPathError
        /// ```
        new "search" (expression: String, value: Any) -> Any throws JmesPathError = |call| search(call);
    }
}

fn search(call: &Call<'_>) -> Result<Value> {
    let expression = call.str(0);
    let failure = |problem| failure(expression, problem);
    let parsed = Expression::parse(expression).map_err(failure)?;
    parsed.search(call.value(1), &|| call.check()).map_err(failure)
}

fn failure(expression: &str, problem: SearchError) -> Error {
    match problem {
        SearchError::Invalid(_, problem) => {
            error("JmesPathError", format!("the expression `{expression}` has no result: {problem}"))
        }
        SearchError::Stopped(stopped) => stopped,
    }
}
