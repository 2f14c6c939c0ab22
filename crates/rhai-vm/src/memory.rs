//! Memory: the host is asked before something large is made, and can tell what the largest values are.

use crate::code::Unit;
use crate::list::List;
use crate::map::Map;
use crate::text::Str;
use crate::value::Value;
use crate::{Error, Result};
use rhai::Position;
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::OnceLock;

/// Whoever makes less than this at a time, in bytes, need not ask.
const LARGE: usize = 256 << 10;
/// From this size on, in bytes, a list does not grow to twice its size.
const MUCH: usize = 8 << 20;
/// So many items of an array or a map are looked at to find out how large all of them are.
const SAMPLE: usize = 64;
/// Values are looked into as deep as this.
const MAX_DEPTH: usize = 16;

static ASK: OnceLock<fn(usize) -> Result<()>> = OnceLock::new();

thread_local! {
    /// The names of the scripts that were compiled.
    static SCRIPTS: RefCell<Vec<Str>> = const { RefCell::new(Vec::new()) };
    /// Where a native function was called last: the number of the script, and the place in it.
    static LAST_CALL: Cell<(u32, Position)> = const { Cell::new((0, Position::NONE)) };
    /// Why the script must stop, where that was told by another error.
    static STOPPED: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// The number of a script of this name.
pub(crate) fn number_script(name: &str) -> u32 {
    SCRIPTS.with_borrow_mut(|scripts| {
        let number = scripts.iter().position(|script| script == name).unwrap_or(scripts.len());
        if number == scripts.len() {
            scripts.push(name.into());
        }
        u32::try_from(number).unwrap_or(u32::MAX)
    })
}

/// A native function is called here.
#[inline]
pub(crate) fn calling(script: &Unit, position: Position) {
    LAST_CALL.set((script.number, position));
}

/// Where a native function was called last on this thread, for a host whose memory is used up in the middle of one.
pub fn last_call() -> Option<(String, Position)> {
    let (number, position) = LAST_CALL.get();
    let name = SCRIPTS.with(|scripts| Some(scripts.try_borrow().ok()?.get(number as usize)?.to_string()))?;
    (!position.is_none()).then_some((name, position))
}

/// Asks `ask` from now on before something large is made, with its size in bytes. Memory is the whole process's, and
/// so is this: the first one stays.
pub fn ask_with(ask: fn(usize) -> Result<()>) {
    let _ = ASK.set(ask);
}

/// Whether so many bytes are worth a closer look.
pub(crate) fn is_large(bytes: usize) -> bool {
    bytes >= LARGE / 64
}

/// That so many bytes more may be used at once.
///
/// # Errors
/// The host's: why the script must stop.
#[inline]
pub fn needs(bytes: usize) -> Result<()> {
    if bytes < LARGE {
        Ok(())
    } else {
        ask(bytes)
    }
}

#[cold]
fn ask(bytes: usize) -> Result<()> {
    ASK.get().map_or(Ok(()), |ask| ask(bytes))
}

/// As [`needs`], for code that has other errors, such as a deserializer: whether it may go on. If not, it returns
/// any error, and the script ends with the host's.
#[inline]
pub fn may_use(bytes: usize) -> bool {
    needs(bytes).map_err(|error| STOPPED.set(Some(error))).is_ok()
}

/// The host's error, if [`may_use`] has had one since it was asked for last.
#[cold]
pub fn stopped() -> Option<Error> {
    STOPPED.take()
}

/// Appends to a list; whether a large one may grow for that, as [`may_use`] has it. It grows by a quarter, so that
/// little memory is set aside for nothing.
#[inline]
pub fn push<T>(items: &mut Vec<T>, item: T) -> bool {
    let may_push = may_reserve(items, 1);
    if may_push {
        items.push(item);
    }
    may_push
}

/// What grows when something is appended.
pub trait Buffer {
    /// The bytes of an item.
    const ITEM: usize;

    /// How many items there are, and for how many there is place.
    fn space(&self) -> (usize, usize);

    /// Makes place for so many items more, and no more than these.
    fn reserve_exact(&mut self, count: usize);
}

impl<T> Buffer for Vec<T> {
    const ITEM: usize = size_of::<T>();

    fn space(&self) -> (usize, usize) {
        (self.len(), self.capacity())
    }

    fn reserve_exact(&mut self, count: usize) {
        Self::reserve_exact(self, count);
    }
}

impl Buffer for String {
    const ITEM: usize = 1;

    fn space(&self) -> (usize, usize) {
        (self.len(), self.capacity())
    }

    fn reserve_exact(&mut self, count: usize) {
        Self::reserve_exact(self, count);
    }
}

/// Makes place for so many items more. What is large grows by a quarter at least.
///
/// # Errors
/// The host's, where it has to grow by much.
#[inline]
pub fn reserve<B: Buffer>(buffer: &mut B, count: usize) -> Result<()> {
    let (length, capacity) = buffer.space();
    if capacity - length >= count {
        Ok(())
    } else {
        grow(buffer, count)
    }
}

/// As [`reserve`], as [`may_use`] has it.
#[inline]
pub fn may_reserve<B: Buffer>(buffer: &mut B, count: usize) -> bool {
    let (length, capacity) = buffer.space();
    capacity - length >= count || grow(buffer, count).map_err(|error| STOPPED.set(Some(error))).is_ok()
}

#[cold]
fn grow<B: Buffer>(buffer: &mut B, count: usize) -> Result<()> {
    let (length, _) = buffer.space();
    let is_much = length.saturating_mul(B::ITEM) >= MUCH;
    let count = count.max(if is_much { length / 4 } else { length });
    needs(count.saturating_mul(B::ITEM))?;
    // The smallest ones are left to their own ways.
    if count.saturating_mul(B::ITEM) >= LARGE {
        buffer.reserve_exact(count);
    }
    Ok(())
}

/// What someone else writes, which may grow as [`may_use`] has it.
#[derive(Debug, Default)]
pub struct Output(pub Vec<u8>);

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !may_reserve(&mut self.0, bytes.len()) {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts small pieces until they are worth a question.
#[derive(Debug, Default)]
pub struct Meter(Cell<usize>);

impl Meter {
    /// One that has counted nothing.
    pub const fn new() -> Self {
        Self(Cell::new(0))
    }

    /// So many bytes are about to be used.
    ///
    /// # Errors
    /// As [`needs`].
    #[inline]
    pub fn needs(&self, bytes: usize) -> Result<()> {
        needs(self.due(bytes))
    }

    /// What is to be asked for when so many bytes are added.
    #[inline]
    fn due(&self, bytes: usize) -> usize {
        let bytes = self.0.get().saturating_add(bytes);
        self.0.set(if bytes < LARGE { bytes } else { 0 });
        bytes
    }

    /// So many bytes are about to be used; whether they may be, as [`may_use`] has it.
    #[inline]
    pub fn may_use(&self, bytes: usize) -> bool {
        may_use(self.due(bytes))
    }
}

/// What is copied when one of several owners changes it.
pub(crate) trait Copied: Clone {
    /// The bytes that a copy takes.
    fn copied_bytes(&self) -> usize;
}

impl Copied for List {
    fn copied_bytes(&self) -> usize {
        self.len() * size_of::<Value>()
    }
}

impl Copied for Map {
    fn copied_bytes(&self) -> usize {
        self.len() * Self::BYTES_OF_ENTRY
    }
}

impl Copied for Vec<u8> {
    fn copied_bytes(&self) -> usize {
        self.len()
    }
}

/// What is in `owned`, to be changed; it is copied first where someone else has it, too.
///
/// # Errors
/// The host's, where the copy would be large.
#[inline]
pub(crate) fn own<T: Copied>(owned: &mut Rc<T>) -> Result<&mut T> {
    if Rc::strong_count(owned) > 1 {
        needs(owned.copied_bytes())?;
    }
    Ok(Rc::make_mut(owned))
}

/// The bytes of a value itself, without what is in it.
pub fn own_bytes(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::Array(items) => items.copied_bytes(),
        Value::Map(map) => map.copied_bytes(),
        Value::Blob(bytes) => bytes.len(),
        _ => 0,
    }
}

/// The bytes that are copied when a value is changed: none where nobody else has it.
pub(crate) fn copied_bytes(value: &Value) -> usize {
    let has_others = match value {
        Value::Str(text) => return text.copied_bytes(),
        Value::Array(items) => Rc::strong_count(items) > 1,
        Value::Map(map) => Rc::strong_count(map) > 1,
        Value::Blob(bytes) => Rc::strong_count(bytes) > 1,
        _ => false,
    };
    if has_others {
        own_bytes(value)
    } else {
        0
    }
}

/// About how many bytes a value and all that is in it take. Of many items some are looked at; what is in several
/// places is counted in each.
pub fn size(value: &Value) -> usize {
    size_at(value, 0)
}

fn size_at(value: &Value, depth: usize) -> usize {
    if depth > MAX_DEPTH {
        return 0;
    }
    let of = |value: &Value| size_at(value, depth + 1);
    match value {
        Value::Str(text) => size_of_text(text),
        Value::Blob(bytes) => bytes.capacity(),
        Value::Array(items) => {
            items.capacity() * size_of::<Value>() + sampled(items.len(), items.iter().map(of))
        }
        Value::Map(map) => {
            let entries = map.iter_unordered().map(|(key, value)| size_of_text(key) + of(value));
            map.len() * Map::BYTES_OF_ENTRY + sampled(map.len(), entries)
        }
        Value::Fn(function) => sampled(function.curry.len(), function.curry.iter().map(of)),
        Value::Shared(cell) => cell.try_borrow().map_or(0, |value| of(&value)),
        _ => 0,
    }
}

/// The sum of the sizes of so many items, of which some are looked at.
fn sampled(count: usize, sizes: impl Iterator<Item = usize>) -> usize {
    let step = count.div_ceil(SAMPLE).max(1);
    let (looked_at, bytes) = sizes
        .step_by(step)
        .fold((0usize, 0usize), |(count, sum), size| (count + 1, sum.saturating_add(size)));
    bytes.saturating_mul(count).checked_div(looked_at).unwrap_or(0)
}

/// About how many bytes a string takes.
pub fn size_of_text(text: &str) -> usize {
    // A short one is within the piece of memory that counts its owners.
    let inline = 40;
    if text.len() > size_of::<String>() {
        inline + text.len()
    } else {
        inline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_about_right() {
        let text = |size: usize| Value::from("x".repeat(size));
        assert_eq!(size(&Value::Int(1)), 0);
        assert!((1_000_000..1_000_100).contains(&size(&text(1_000_000))));
        assert!((1_600_000..1_700_000).contains(&size(&Value::array(vec![Value::Int(1); 100_000]))));
        let rows: Vec<_> = (0..100_000).map(|_| text(1_000)).collect();
        let bytes = size(&Value::array(rows));
        assert!((100_000_000..110_000_000).contains(&bytes), "{bytes}");
        let map: Map = (0..1000).map(|number| (format!("key {number}").into(), text(10_000))).collect();
        let bytes = size(&map.into());
        assert!((10_000_000..10_500_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn values_as_deep_as_any_have_a_size() {
        let mut value = Value::Unit;
        for _ in 0..100_000 {
            value = Value::array(vec![value]);
        }
        assert!(size(&value) < 1000);
    }
}
