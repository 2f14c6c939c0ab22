//! `call(service, operation, parameters[, options])`.

use super::events::Events;
use super::options::Options;
use super::{Caller, Result};
use crate::modules::host::host;
use crate::modules::http;
use aws::{Stream, Wanted};
use rhai_vm::function::Call;
use rhai_vm::{FnPtr, Map, Value};
use std::cell::RefCell;
use std::rc::Rc;

pub(super) fn call(call: &mut Call<'_>) -> Result<Value> {
    let (parameters, options) = (call.take_map(2)?, call.take_map(3)?);
    let caller = Caller::of(call);
    let opened = open(call, &caller, &parameters, options);
    let (opened, each) = opened.map_err(|error| caller.thrown(error.of(call.str(0), call.str(1))))?;
    let mut result = opened.result;
    if let Some((name, stream)) = opened.stream {
        let value = streamed(call, caller, stream, each)?;
        result.extend(value.map(|value| (name, value)));
    }
    Ok(result.into())
}

fn open(
    call: &Call<'_>,
    caller: &Caller,
    parameters: &Map,
    options: Map,
) -> aws::Result<(aws::Opened, Option<Rc<FnPtr>>)> {
    let (service, operation) = (call.str(0), call.str(1));
    let mut options = Options::new(options);
    let each = options.function("each")?;
    let wanted = match options.boolean("stream")? {
        Some(true) => Wanted::Stream,
        _ if each.is_some() => Wanted::Events,
        _ => Wanted::Whole,
    };
    let common = options.operation()?;
    options.end()?;
    let until = caller.deadline.until();
    Ok((caller.client.open_call(service, operation, parameters, wanted, &common, until)?, each))
}

/// The member that arrives; `None` if a function has got all of it.
fn streamed(
    call: &mut Call<'_>,
    caller: Caller,
    stream: Stream,
    each: Option<Rc<FnPtr>>,
) -> Result<Option<Value>> {
    let host = host(call);
    let mut events = match stream {
        Stream::Body(response) => return Ok(Some(http::streamed(host, response).into())),
        Stream::Events(events) => Events::new(caller, host.streams.open(RefCell::new(events))),
    };
    let Some(each) = each else {
        return Ok(Some(Value::host(events)));
    };
    events.try_for_each(|event| call.invoke(&each, [event?]).map(|_| ()))?;
    Ok(None)
}
