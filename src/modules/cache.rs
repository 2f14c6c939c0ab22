//! `cache`: values that live as long as the execution environment, which serves one invocation
//! after the other.

use super::host::{host, Host, ModuleState};
use crate::time;
use crate::world::World;
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Result, Str, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The values.
#[derive(Default)]
pub(super) struct Store(RefCell<HashMap<Str, Entry>>);

struct Entry {
    value: Value,
    until: Option<Instant>,
}

impl Store {
    pub(super) fn get(&self, key: &str, world: &dyn World) -> Option<Value> {
        let mut entries = self.0.borrow_mut();
        let entry = entries.get(key)?;
        if entry.until.is_some_and(|until| world.instant() >= until) {
            entries.remove(key);
            return None;
        }
        Some(entry.value.clone())
    }

    /// # Errors
    /// There is no memory for one more.
    pub(super) fn set(&self, key: Str, value: Value, ttl: Option<Duration>, world: &dyn World) -> Result<()> {
        // A time to live beyond what the clock can express is none.
        let until = ttl.and_then(|ttl| world.instant().checked_add(ttl));
        let mut entries = self.0.borrow_mut();
        if entries.len() == entries.capacity() {
            memory::needs(2 * entries.len() * size_of::<(Str, Entry)>())?;
        }
        entries.insert(key, Entry { value, until });
        Ok(())
    }

    fn remove(&self, key: &str, world: &dyn World) -> Option<Value> {
        let value = self.get(key, world);
        self.0.borrow_mut().remove(key);
        value
    }
}

impl ModuleState for Store {
    fn new(_: &Host) -> Self {
        Self::default()
    }

    fn clear(&self) -> bool {
        // Not within the borrow: what is freed may be a value of any kind.
        !self.0.take().is_empty()
    }
}

module! {
    /// Values that live as long as the execution environment: from one event to the next, but not in other environments.
    "`cache`"

    namespace "cache" {
        /// Returns the value stored under a key, or `()`.
        ///
        /// ```rhai
        /// cache::get("token") // → null
        /// ```
        new "get" (key: String) -> Any = |call| Ok(store(call).get(call.str(0), &*host(call).world).into());

        /// Returns the value stored under a key. If there is none, calls `make`, and stores and returns its value. An error of
        /// `make` is thrown.
        ///
        /// ```rhai
        /// cache::get_or("limit", || 2 * 5) // → 10
        /// cache::get_or("limit", || 3 * 5) // → 10
        /// ```
        new "get_or" (key: String, make: Fn) -> Any = |call| {
            let (cache, world) = (store(call), &*host(call).world);
            if let Some(value) = cache.get(call.str(0), world) {
                return Ok(value);
            }
            let (key, make) = (call.take_str(0), call.function(1)?);
            let value = call.invoke(&make, [])?;
            cache.set(key, value.clone(), None, world)?;
            Ok(value)
        };

        /// Stores a value under a key, for `ttl` seconds or a duration if given, otherwise as long as the environment lives.
        ///
        /// ```rhai
        /// cache::set("token", "abc", 60);
        /// cache::get("token") // → "abc"
        /// cache::set("token", "abc", time::minutes(5)) // → null
        /// ```
        new "set" (key: String, value: Any) -> Unit = |call| set(call, None);

        new "set" (key: String, value: Any, ttl: Int) -> Unit = |call| {
            set(call, Some(Duration::from_secs(u64::try_from(call.int(2)).unwrap_or(0))))
        };

        new "set" (key: String, value: Any, ttl: Float) -> Unit = |call| {
            set(call, Some(float_seconds(call.float(2))))
        };

        new "set" (key: String, value: Any, ttl: Host(time::Duration::TYPE_NAME)) -> Unit = |call| {
            let ttl = call.host::<time::Duration>(2)?.unsigned();
            set(call, Some(ttl))
        };

        /// Removes a key and returns its value, or `()`.
        ///
        /// ```rhai
        /// cache::set("token", "abc");
        /// cache::remove("token") // → "abc"
        /// cache::get("token") // → null
        /// ```
        new "remove" (key: String) -> Any = |call| Ok(store(call).remove(call.str(0), &*host(call).world).into());

        /// Removes all keys.
        ///
        /// ```rhai
        /// cache::set("token", "abc");
        /// cache::clear();
        /// cache::get("token") // → null
        /// ```
        new "clear" () -> Unit = |call| {
            store(call).clear();
            Ok(Value::Unit)
        };
    }
}

fn set(call: &mut Call<'_>, ttl: Option<Duration>) -> Result<Value> {
    let (key, value) = (call.take_str(0), call.take(1));
    store(call).set(key, value, ttl, &*host(call).world)?;
    Ok(Value::Unit)
}

fn store<'a>(call: &Call<'a>) -> &'a Store {
    host(call).state()
}

fn float_seconds(seconds: f64) -> Duration {
    if seconds > 0.0 {
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    } else {
        Duration::ZERO
    }
}
