//! The items of an array, and how deeply nested values are freed.
//!
//! A script can nest values as deep as memory allows. Freeing them one within the other would use up the
//! stack: below a certain depth they wait in a list until the outer ones are gone.

use crate::map::Large;
use crate::memory;
use crate::text::Str;
use crate::value::Value;
use crate::Result;
use std::cell::{Cell, RefCell};
use std::ops::{Deref, DerefMut};

/// Values are freed one within the other as deep as this.
const MAX_DEPTH: u32 = 100;

/// The items of an array.
#[derive(Clone, Default)]
pub struct List(Vec<Value>);

impl List {
    /// Appends an item. A large array grows by a quarter, so that little memory is set aside for nothing.
    ///
    /// # Errors
    /// The host's, where a large array has to grow.
    #[inline]
    pub fn push(&mut self, value: Value) -> Result<()> {
        memory::reserve(&mut self.0, 1)?;
        self.0.push(value);
        Ok(())
    }

    /// The items.
    pub fn into_vec(mut self) -> Vec<Value> {
        std::mem::take(&mut self.0)
    }
}

impl From<Vec<Value>> for List {
    fn from(items: Vec<Value>) -> Self {
        Self(items)
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl Deref for List {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        &self.0
    }
}

impl DerefMut for List {
    fn deref_mut(&mut self) -> &mut Vec<Value> {
        &mut self.0
    }
}

impl AsRef<Vec<Value>> for List {
    fn as_ref(&self) -> &Vec<Value> {
        &self.0
    }
}

impl AsMut<Vec<Value>> for List {
    fn as_mut(&mut self) -> &mut Vec<Value> {
        &mut self.0
    }
}

impl Drop for List {
    fn drop(&mut self) {
        free(std::mem::take(&mut self.0));
    }
}

/// Values are compared and written one within the other as deep as this.
const MAX_LEVELS: u32 = 10_000;

thread_local! {
    static LEVEL: Cell<u32> = const { Cell::new(0) };
}

/// Looks into a value, at one level more; `None` where that would be too deep for the stack.
pub(crate) fn one_level_deeper<T>(look: impl FnOnce() -> T) -> Option<T> {
    let level = LEVEL.get();
    if level >= MAX_LEVELS {
        return None;
    }
    LEVEL.set(level + 1);
    let result = look();
    LEVEL.set(level);
    Some(result)
}

/// What is freed together.
#[allow(dead_code)] // nobody looks into it: it is there to be dropped
pub(crate) enum Parts {
    /// Items.
    Values(Vec<Value>),
    /// Entries of a map.
    Entries(Vec<(Str, Value)>),
    /// Entries of a large map.
    Large(Box<Large>),
}

/// Frees values that may be nested.
#[inline]
pub(crate) fn free(values: Vec<Value>) {
    if values.iter().any(Value::has_parts) {
        free_nested(Parts::Values(values));
    }
}

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Parts>> = const { RefCell::new(Vec::new()) };
}

/// Frees values some of which have others in them.
#[inline(never)]
pub(crate) fn free_nested(parts: Parts) {
    // When the thread ends, there is no list any more; then they are freed in any case.
    let depth = DEPTH.try_with(Cell::get).unwrap_or(0);
    let set = |depth| {
        let _ = DEPTH.try_with(|cell| cell.set(depth));
    };
    if depth < MAX_DEPTH {
        set(depth + 1);
        drop(parts);
        set(depth);
    } else {
        let _ = WAITING.try_with(|waiting| waiting.borrow_mut().push(parts));
    }
    if depth == 0 {
        while let Some(parts) = WAITING.try_with(|waiting| waiting.borrow_mut().pop()).ok().flatten() {
            set(1);
            drop(parts);
            set(0);
        }
    }
}

/// The place of an index, which counts from the end if it is negative.
#[inline]
pub(crate) fn position(count: usize, index: i64) -> Option<usize> {
    if index >= 0 {
        usize::try_from(index).ok().filter(|index| *index < count)
    } else {
        usize::try_from(index.unsigned_abs()).ok().and_then(|back| count.checked_sub(back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FnPtr, Map};
    use std::rc::Rc;

    #[test]
    fn deeply_nested_values_are_freed() {
        let mut array = Value::Unit;
        let mut map = Value::Unit;
        let mut function = Value::Unit;
        for _ in 0..1_000_000 {
            array = Value::array(vec![array]);
            map = [("a".into(), map)].into_iter().collect::<Map>().into();
            let captured = Value::Shared(Rc::new(RefCell::new(function)));
            let mut pointer = FnPtr::named("f".into());
            pointer.curry.push(captured);
            function = pointer.into();
        }
        drop((array, map, function));
    }

    #[test]
    fn deeply_nested_values_are_written_and_compared_as_far_as_the_stack_allows() {
        let work = || {
            let mut array = Value::Unit;
            for _ in 0..100_000 {
                array = Value::array(vec![array]);
            }
            assert!(crate::builtins::text::to_debug(&array).unwrap().contains('…'));
            assert!(format!("{array:?}").contains('…'));
            crate::operators::equals(&array, &array.clone(), &mut |_, _| Ok(false)).unwrap_err();
        };
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work);
        thread.unwrap().join().unwrap();
    }
}
