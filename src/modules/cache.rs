//! `cache`: values that live as long as the execution environment, which serves one invocation
//! after the other.

use super::Result;
use crate::time;
use rhai::{Dynamic, Engine, FnPtr, ImmutableString, Module, NativeCallContext, FLOAT, INT};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The values. Clones are the same store.
#[derive(Clone, Default)]
pub(super) struct Store(Rc<RefCell<HashMap<ImmutableString, Entry>>>);

struct Entry {
    value: Dynamic,
    until: Option<Instant>,
}

impl Store {
    fn get(&self, key: &str) -> Option<Dynamic> {
        let mut entries = self.0.borrow_mut();
        let entry = entries.get(key)?;
        if entry.until.is_some_and(|until| Instant::now() >= until) {
            entries.remove(key);
            return None;
        }
        Some(entry.value.clone())
    }

    fn set(&self, key: ImmutableString, value: Dynamic, ttl: Option<Duration>) {
        // A value captured by a closure is shared with it: keep the value, not the variable.
        let value = value.flatten();
        // A time to live beyond what the clock can express is none.
        let until = ttl.and_then(|ttl| Instant::now().checked_add(ttl));
        self.0.borrow_mut().insert(key, Entry { value, until });
    }
}

pub(super) fn register(engine: &mut Engine, store: &Store) {
    let mut module = Module::new();
    let cache = store.clone();
    module.set_native_fn("get", move |key: ImmutableString| -> Result<Dynamic> {
        Ok(cache.get(&key).unwrap_or(Dynamic::UNIT))
    });
    let cache = store.clone();
    module.set_native_fn(
        "get_or",
        move |context: NativeCallContext<'_>, key: ImmutableString, make: FnPtr| -> Result<Dynamic> {
            if let Some(value) = cache.get(&key) {
                return Ok(value);
            }
            let value: Dynamic = make.call_within_context(&context, ())?;
            cache.set(key, value.clone(), None);
            Ok(value)
        },
    );
    let cache = store.clone();
    module.set_native_fn("set", move |key: ImmutableString, value: Dynamic| -> Result<()> {
        cache.set(key, value, None);
        Ok(())
    });
    let cache = store.clone();
    module.set_native_fn("set", move |key: ImmutableString, value: Dynamic, ttl: INT| -> Result<()> {
        let ttl = Duration::from_secs(u64::try_from(ttl).unwrap_or(0));
        cache.set(key, value, Some(ttl));
        Ok(())
    });
    let cache = store.clone();
    module.set_native_fn("set", move |key: ImmutableString, value: Dynamic, ttl: FLOAT| -> Result<()> {
        let ttl = if ttl > 0.0 {
            Duration::try_from_secs_f64(ttl).unwrap_or(Duration::MAX)
        } else {
            Duration::ZERO
        };
        cache.set(key, value, Some(ttl));
        Ok(())
    });
    let cache = store.clone();
    module.set_native_fn(
        "set",
        move |key: ImmutableString, value: Dynamic, ttl: time::Duration| -> Result<()> {
            cache.set(key, value, Some(ttl.unsigned()));
            Ok(())
        },
    );
    let cache = store.clone();
    module.set_native_fn("remove", move |key: ImmutableString| -> Result<Dynamic> {
        let removed = cache.get(&key).unwrap_or(Dynamic::UNIT);
        cache.0.borrow_mut().remove(&key);
        Ok(removed)
    });
    let cache = store.clone();
    module.set_native_fn("clear", move || -> Result<()> {
        cache.0.borrow_mut().clear();
        Ok(())
    });
    engine.register_static_module("cache", module.into());
}
