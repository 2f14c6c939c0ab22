//! `call(service, operation, parameters[, options])`.

use super::download::Target;
use super::events::Events;
use super::options::Options;
use super::{download, invalid, Caller};
use crate::modules::host::host;
use crate::modules::http;
use crate::modules::streams::Streams;
use aws::{Stream, Wanted};
use rhai_vm::function::Call;
use rhai_vm::{FnPtr, Map, Result, Value};
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

/// Where the member goes that arrives.
pub(super) enum Way {
    /// To the script.
    Value,
    /// To a function, event by event.
    Each(Rc<FnPtr>),
    /// To a file.
    File(PathBuf),
}

pub(super) fn call(call: &mut Call<'_>) -> Result<Value> {
    let (parameters, options) = (call.take_map(2)?, call.take_map(3)?);
    let caller = Caller::of(call);
    let opened = open(call, &caller, &parameters, options);
    let (opened, way) = opened.map_err(|error| caller.thrown(error.of(call.str(0), call.str(1))))?;
    let mut result = opened.result;
    if let Some((name, stream)) = opened.stream {
        let value = streamed(call, caller, stream, way)?;
        result.extend(value.map(|value| (name, value)));
    }
    Ok(result.into())
}

fn open(call: &Call<'_>, caller: &Caller, parameters: &Map, options: Map) -> aws::Result<(aws::Opened, Way)> {
    let (service, operation) = (call.str(0), call.str(1));
    let (wanted, way, common) = Options::all(options, self::options)?;
    let until = caller.deadline.until();
    Ok((caller.client.open_call(service, operation, parameters, wanted, &common, until)?, way))
}

pub(super) fn options(options: &mut Options) -> aws::Result<(Wanted, Way, aws::Options)> {
    let each = options.function("each")?;
    let (wanted, way) = match (each, Target::of(options)?) {
        (Some(_), Target::File(_)) => {
            return Err(options.conflict("`each` is for events, and `to` for a body: pass one of them"))
        }
        (None, Target::File(path)) => (Wanted::Stream, Way::File(path)),
        (_, Target::Script) => (Wanted::Stream, Way::Value),
        (Some(each), Target::Memory) => (Wanted::Events, Way::Each(each)),
        (None, Target::Memory) => (Wanted::Whole, Way::Value),
    };
    Ok((wanted, way, options.operation()?))
}

/// The member that arrives; `None` if a function has got all of it.
fn streamed(call: &mut Call<'_>, caller: Caller, stream: Stream, way: Way) -> Result<Option<Value>> {
    let host = host(call);
    let mut events = match (stream, &way) {
        (Stream::Body(response), Way::File(path)) => {
            let (_, body) = response.into_parts();
            let unreceived = |error: &_| caller.thrown(aws::Error::from(error).of(call.str(0), call.str(1)));
            let path = download::save(host, path, body, unreceived)?;
            return Ok(Some(path.into()));
        }
        (Stream::Body(response), _) => return Ok(Some(http::streamed(host, response).into())),
        (Stream::Events(_), Way::File(_)) => {
            let error = invalid("the response has a stream of events and no body: remove the option `to`");
            return Err(caller.thrown(error.of(call.str(0), call.str(1))));
        }
        (Stream::Events(events), _) => {
            Events::new(caller, host.state::<Streams>().open(RefCell::new(events)))
        }
    };
    let Way::Each(each) = way else {
        return Ok(Some(Value::host(events)));
    };
    events.try_for_each(|event| call.invoke(&each, [event?]).map(|_| ()))?;
    Ok(None)
}
