//! `cache`: values that live as long as the execution environment, which serves one invocation
//! after the other.

use super::{host, Result};
use crate::time;
use rhai_vm::function::{param, Call, Function, Namespace, Param};
use rhai_vm::{Kind, Str, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The values. Clones are the same store.
#[derive(Clone, Default)]
pub(super) struct Store(Rc<RefCell<HashMap<Str, Entry>>>);

struct Entry {
    value: Value,
    until: Option<Instant>,
}

impl Store {
    fn get(&self, key: &str) -> Option<Value> {
        let mut entries = self.0.borrow_mut();
        let entry = entries.get(key)?;
        if entry.until.is_some_and(|until| Instant::now() >= until) {
            entries.remove(key);
            return None;
        }
        Some(entry.value.clone())
    }

    fn set(&self, key: Str, value: Value, ttl: Option<Duration>) {
        // A time to live beyond what the clock can express is none.
        let until = ttl.and_then(|ttl| Instant::now().checked_add(ttl));
        self.0.borrow_mut().insert(key, Entry { value, until });
    }

    fn remove(&self, key: &str) -> Option<Value> {
        let value = self.get(key);
        self.0.borrow_mut().remove(key);
        value
    }

    /// Forgets all values; whether there were any.
    pub(super) fn clear(&self) -> bool {
        // Not within the borrow: what is freed may be a value of any kind.
        !self.0.take().is_empty()
    }
}

const KEY: Param = param("key", Kind::String);
const VALUE: Param = param("value", Kind::Any);

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "cache",
    functions: &[
        Function::new("get", &[KEY], Kind::Any, |call| Ok(host(call).cache.get(call.str(0)).into())),
        Function::new("get_or", &[KEY, param("make", Kind::Fn)], Kind::Any, |call| {
            let cache = &host(call).cache;
            if let Some(value) = cache.get(call.str(0)) {
                return Ok(value);
            }
            let (key, make) = (call.take_str(0), call.function(1)?);
            let value = call.invoke(&make, [])?;
            cache.set(key, value.clone(), None);
            Ok(value)
        }),
        Function::new("set", &[KEY, VALUE], Kind::Unit, |call| set(call, None)),
        Function::new("set", &[KEY, VALUE, param("ttl", Kind::Int)], Kind::Unit, |call| {
            set(call, Some(Duration::from_secs(u64::try_from(call.int(2)).unwrap_or(0))))
        }),
        Function::new("set", &[KEY, VALUE, param("ttl", Kind::Float)], Kind::Unit, |call| {
            set(call, Some(float_seconds(call.float(2))))
        }),
        Function::new(
            "set",
            &[KEY, VALUE, param("ttl", Kind::Host(time::Duration::TYPE_NAME))],
            Kind::Unit,
            |call| {
                let ttl = call.host::<time::Duration>(2)?.unsigned();
                set(call, Some(ttl))
            },
        ),
        Function::new("remove", &[KEY], Kind::Any, |call| Ok(host(call).cache.remove(call.str(0)).into())),
        Function::new("clear", &[], Kind::Unit, |call| {
            host(call).cache.clear();
            Ok(Value::Unit)
        }),
    ],
    constants: &[],
};

#[allow(clippy::unnecessary_wraps)] // as all functions
fn set(call: &mut Call<'_>, ttl: Option<Duration>) -> Result<Value> {
    let (key, value) = (call.take_str(0), call.take(1));
    host(call).cache.set(key, value, ttl);
    Ok(Value::Unit)
}

fn float_seconds(seconds: f64) -> Duration {
    if seconds > 0.0 {
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    } else {
        Duration::ZERO
    }
}
