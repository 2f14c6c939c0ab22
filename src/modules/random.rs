//! `random::int`, `float`, `bytes`, `choice`: random values from the system, fit for secrets, and different in each
//! environment that is thawed out of one snapshot.

use super::arguments::error;
use super::host::host;
use crate::world::World;
use rhai_vm::function::Call;
use rhai_vm::{module, Error, Result, Value};
use std::io;

/// More bytes than anybody needs at once.
const MAX_BYTES: usize = 1 << 20;

module! {
    /// Random values come from the operating system, and cannot be guessed.
    "`random`"

    namespace "random" {
        /// Returns a random integer between two integers, both included. Throws `RandomError` if the first is greater than the second.
        ///
        /// ```rhai
        /// random::int(1, 6) <= 6 // → true
        /// random::int(6, 1) // ✗ RandomError
        /// ```
        new "int" (from: Int, to: Int) -> Int throws RandomError = |call| {
            int(world(call), call.int(0), call.int(1)).map(Value::from)
        };

        /// Returns a random float from 0 up to, but not including, 1.
        ///
        /// ```rhai
        /// random::float() < 1.0 // → true
        /// ```
        new "float" () -> Float throws RandomError = |call| float(world(call)).map(Value::from);

        /// Returns a blob of random bytes, up to 1 MiB. Throws `RandomError` for other counts.
        ///
        /// ```rhai
        /// random::bytes(16).len // → 16
        /// random::bytes(-1) // ✗ RandomError
        /// ```
        new "bytes" (count: Int) -> Blob throws RandomError = |call| {
            random_bytes(world(call), call.int(0)).map(Value::blob)
        };

        /// Returns a random item of an array. Throws `RandomError` if the array is empty.
        ///
        /// ```rhai
        /// random::choice(["tea", "milk"]).len > 2 // → true
        /// random::choice([]) // ✗ RandomError
        /// ```
        new "choice" (array: Array) -> Any throws RandomError = |call| choice(world(call), call.array(0));
    }
}

fn int(world: &dyn World, from: i64, to: i64) -> Result<i64> {
    if from > to {
        return Err(error("RandomError", format!("the range from {from} to {to} is empty")));
    }
    // The distance fits into 64 bits, whatever the two are, and so does the wrapped sum.
    let offset = below_or_equal(world, to.wrapping_sub(from).cast_unsigned())?;
    Ok(from.wrapping_add(offset.cast_signed()))
}

/// A number from 0 to `limit`, each as likely as the others.
fn below_or_equal(world: &dyn World, limit: u64) -> Result<u64> {
    let mask = u64::MAX.checked_shr(limit.leading_zeros()).unwrap_or(0);
    // At least one in two is in the range.
    loop {
        let number = random(world)? & mask;
        if number <= limit {
            return Ok(number);
        }
    }
}

/// From 0 up to but not including 1, in steps of 2⁻⁵³.
#[allow(clippy::cast_precision_loss)] // 53 bits are what a float holds
fn float(world: &dyn World) -> Result<f64> {
    Ok((random(world)? >> 11) as f64 / (1_u64 << 53) as f64)
}

fn random_bytes(world: &dyn World, count: i64) -> Result<Vec<u8>> {
    let count = usize::try_from(count).ok().filter(|count| *count <= MAX_BYTES).ok_or_else(|| {
        error("RandomError", format!("random::bytes accepts 0 to {MAX_BYTES} bytes, not {count}"))
    })?;
    let mut blob = vec![0; count];
    fill(world, &mut blob)?;
    Ok(blob)
}

fn choice(world: &dyn World, array: &[Value]) -> Result<Value> {
    let Some(last) = array.len().checked_sub(1) else {
        return Err(error("RandomError", "cannot choose from an empty array"));
    };
    let index = below_or_equal(world, last as u64)?;
    Ok(usize::try_from(index).ok().and_then(|index| array.get(index)).cloned().unwrap_or_default())
}

fn random(world: &dyn World) -> Result<u64> {
    let mut bytes = [0; 8];
    fill(world, &mut bytes)?;
    Ok(u64::from_ne_bytes(bytes))
}

/// Fills this with random bytes.
pub(super) fn fill(world: &dyn World, bytes: &mut [u8]) -> Result<()> {
    world.random(bytes).map_err(|problem| no_randomness(&problem))
}

/// The error where there is no source of randomness.
pub(super) fn no_randomness(problem: &io::Error) -> Error {
    error("RandomError", format!("the system provides no random numbers: {problem}"))
}

fn world<'a>(call: &Call<'a>) -> &'a dyn World {
    &*host(call).world
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::SharedWorld;

    #[test]
    fn integers_are_from_the_whole_range() {
        let world = &*SharedWorld::default();
        let mut seen = [false; 7];
        for _ in 0..1000 {
            let number = int(world, -3, 3).unwrap();
            seen[usize::try_from(number + 3).unwrap()] = true;
        }
        assert_eq!(seen, [true; 7]);
        assert_eq!(int(world, 5, 5).unwrap(), 5);
        assert_eq!(int(world, i64::MAX, i64::MAX).unwrap(), i64::MAX);
        let extremes = (0..100).map(|_| int(world, i64::MIN, i64::MAX).unwrap());
        assert!(extremes.clone().any(|number| number < 0) && extremes.clone().any(|number| number > 0));
        assert!(int(world, i64::MIN, i64::MIN + 1).unwrap() < 0);
    }

    #[test]
    fn floats_are_below_one() {
        let world = &*SharedWorld::default();
        let floats: Vec<_> = (0..1000).map(|_| float(world).unwrap()).collect();
        assert!(floats.iter().all(|float| (0.0..1.0).contains(float)));
        let mean = floats.iter().sum::<f64>() / 1000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
    }
}
