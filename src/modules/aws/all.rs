//! `all([[service, operation, parameters[, options]], …])`.

use super::options::Options;
use super::{invalid, Caller};
use crate::modules::http;
use crate::value::type_of;
use rhai_vm::function::Call;
use rhai_vm::{Map, Result, Str, Value};
use std::time::SystemTime;

const EXPECTED: &str = "an array of a service, an operation, a map of parameters, and maybe a map of options";

pub(super) fn all(call: &mut Call<'_>) -> Result<Value> {
    let calls = call.take_array(0)?;
    let caller = Caller::of(call);
    // There may be very many.
    let calls = calls.into_iter().enumerate().map(|(index, item)| {
        call.check()?;
        prepare(&caller, &item).map_err(|error| caller.thrown(numbered(error, index)))
    });
    let calls = calls.collect::<Result<Vec<_>>>()?;
    let until = caller.deadline.until();
    let results = caller.client.all(&calls, until, |client, requests| {
        http::at_once(requests.len(), until, |number| {
            let sent = client.send(&requests[number], until);
            (sent, SystemTime::now())
        })
    });
    caller.deadline.check()?;
    results.into_iter().map(|result| outcome(&caller, result)).collect()
}

fn prepare(caller: &Caller, item: &Value) -> aws::Result<aws::Prepared> {
    let (service, operation, parameters, options) = parts(item)?;
    let common = Options::all(options, Options::operation).map_err(|error| error.of(service, operation))?;
    caller.client.prepare(service, operation, parameters, common)
}

/// The service, the operation, the parameters and the options of a call.
fn parts(item: &Value) -> aws::Result<(&Str, &Str, &Map, Map)> {
    match item.as_array().map_or(&[][..], |parts| parts) {
        [Value::Str(service), Value::Str(operation), Value::Map(parameters)] => {
            Ok((service, operation, parameters, Map::new()))
        }
        [Value::Str(service), Value::Str(operation), Value::Map(parameters), Value::Map(options)] => {
            Ok((service, operation, parameters, Map::clone(options)))
        }
        _ => Err(invalid(format!("expected {EXPECTED}, not {}", found(item)))),
    }
}

/// Checks that an item of the array is a call.
///
/// # Errors
/// It is something else.
pub fn check(item: &Value) -> aws::Result<()> {
    parts(item).map(drop)
}

/// What is there in place of a call.
fn found(item: &Value) -> String {
    match item.as_array() {
        Some(parts) => {
            let types: Vec<_> = parts.iter().take(5).map(type_of).collect();
            format!("an array of {}", if types.is_empty() { "nothing".to_owned() } else { types.join(", ") })
        }
        None => type_of(item).to_owned(),
    }
}

/// An error about a call, which says which one.
fn numbered(error: aws::Error, index: usize) -> aws::Error {
    match error {
        aws::Error::Failed(mut failure) => {
            failure.message = format!("call {index}: {}", failure.message);
            aws::Error::Failed(failure)
        }
        aws::Error::Deadline => error,
    }
}

/// What the script gets of a call. At the deadline, and when the environment is to end, it is stopped.
fn outcome(caller: &Caller, result: aws::Result<Map>) -> Result<Value> {
    let (result, error) = match result {
        Ok(result) => (result.into(), Value::Unit),
        Err(aws::Error::Failed(failure)) => (Value::Unit, caller.error(*failure).into()),
        Err(error @ aws::Error::Deadline) => return Err(caller.thrown(error)),
    };
    Ok(Map::from_entries(vec![("result".into(), result), ("error".into(), error)]).into())
}
