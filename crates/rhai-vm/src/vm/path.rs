//! Ways into values: `root.a[i].b`, to be read and to be written.

use super::Vm;
use crate::characters;
use crate::code::{Step, StepKind};
use crate::error::{Error, ErrorKind};
use crate::list::position;
use crate::memory::{self, own};
use crate::operators::{self, BinaryOp};
use crate::text::Str;
use crate::value::Value;
use crate::Result;
use rhai::Position;
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

/// Bits of an integer.
const BITS: usize = 64;

/// Who has changed an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Changer {
    Native,
    /// A script's method, as `this`.
    Script,
}

/// What is assigned: a value, or the operand of an operator; and where that is written.
pub(super) struct Assignment {
    pub(super) with: Option<BinaryOp>,
    pub(super) value: Value,
    pub(super) position: Position,
}

impl Vm {
    /// What the steps lead to. The indices are in these registers.
    pub(super) fn read(&self, target: &Value, steps: &[Step], registers: &[Value]) -> Result<Value> {
        let mut target = target;
        for (number, step) in steps.iter().enumerate() {
            if let Value::Shared(cell) = target {
                return self.read(&*borrow(cell)?, &steps[number..], registers);
            }
            if step.is_optional && target.is_unit() {
                return Ok(Value::Unit);
            }
            target = match (&step.kind, target) {
                (StepKind::Property(name, hint), Value::Map(map)) => match map.get_hinted(name, hint) {
                    Some(value) => value,
                    None => &Value::Unit,
                },
                (StepKind::Index(register), Value::Array(items)) => match &registers[*register as usize] {
                    Value::Int(index) => item(items, *index, step)?,
                    other => item(items, int_index(other, step)?, step)?,
                },
                (StepKind::Index(register), Value::Map(map)) => match &registers[*register as usize] {
                    Value::Str(key) => map.get(key).unwrap_or(&Value::Unit),
                    other => map.get(&string_index(other, step)?).unwrap_or(&Value::Unit),
                },
                _ => {
                    let value = self.part(target, step, registers)?;
                    return self.read(&value, &steps[number + 1..], registers);
                }
            };
        }
        Ok(target.flat_clone())
    }

    /// What the steps lead to where they only go through maps and arrays, and it is there.
    #[inline]
    pub(crate) fn look<'a>(target: &'a Value, steps: &[Step], registers: &'a [Value]) -> Option<&'a Value> {
        let mut target = target;
        for step in steps {
            target = match (&step.kind, target) {
                (StepKind::Property(name, hint), Value::Map(map)) => map.get_hinted(name, hint)?,
                (StepKind::Index(register), Value::Array(items)) => match &registers[*register as usize] {
                    Value::Int(index) => items.get(usize::try_from(*index).ok()?)?,
                    _ => return None,
                },
                (StepKind::Index(register), Value::Map(map)) => match &registers[*register as usize] {
                    Value::Str(key) => map.get(key)?,
                    _ => return None,
                },
                _ => return None,
            };
        }
        (!matches!(target, Value::Shared(_))).then_some(target)
    }

    /// One step into a value that is neither map nor array.
    fn part(&self, target: &Value, step: &Step, registers: &[Value]) -> Result<Value> {
        match &step.kind {
            StepKind::Property(name, _) => self.property(target, name, step),
            StepKind::Index(register) => {
                let index = registers[*register as usize].flat_clone();
                self.element(target, &index, step)
            }
        }
    }

    /// A property of a value that is no map.
    pub(super) fn property(&self, target: &Value, name: &Str, step: &Step) -> Result<Value> {
        if let Value::Map(map) = target {
            return Ok(map.get(name).cloned().unwrap_or_default());
        }
        if let Value::Shared(cell) = target {
            return self.property(&*borrow(cell)?, name, step);
        }
        if let Value::Host(object) = target {
            if let Some(result) = object.property(name) {
                return result.map_err(|error| error.or_at(step.operator));
            }
        }
        if let Some(result) = self.call_accessor(&format!("get${name}"), vec![target.clone()]) {
            return result.map(|(value, _)| value).map_err(|error| error.or_at(step.position));
        }
        let key = vec![target.clone(), Value::Str(name.clone())];
        if let Some(result) = self.call_accessor("index$get$", key) {
            return result.map(|(value, _)| value).map_err(|error| error.or_at(step.operator));
        }
        let message = format!(
            "Unknown property '{name}' - a getter is not registered for type '{}'",
            target.type_name()
        );
        Err(Error::at(ErrorKind::DotExpr(message), step.position))
    }

    /// An element of a value by its index.
    pub(super) fn element(&self, target: &Value, index: &Value, step: &Step) -> Result<Value> {
        match (target, index) {
            (Value::Array(items), index) => Ok(item(items, int_index(index, step)?, step)?.clone()),
            (Value::Map(map), index) => Ok(map.get(&string_index(index, step)?).cloned().unwrap_or_default()),
            (Value::Shared(cell), index) => self.element(&*borrow(cell)?, index, step),
            (Value::Blob(bytes), index) => {
                let index = int_index(index, step)?;
                let at =
                    position(bytes.len(), index).ok_or_else(|| array_bounds(bytes.len(), index, step))?;
                Ok(Value::Int(i64::from(bytes[at])))
            }
            (Value::Int(bits), Value::Range(_) | Value::RangeInclusive(_)) => {
                let (shift, mask) = bit_field(index, step)?;
                Ok(Value::Int((bits & mask) >> shift))
            }
            (Value::Int(bits), index) => {
                let at = bit(int_index(index, step)?, step)?;
                Ok(Value::Bool(bits & (1 << at) != 0))
            }
            (Value::Str(text), Value::Int(index)) => {
                let (c, _) = character(text, *index, step)?;
                Ok(Value::Char(c))
            }
            (Value::Str(text), Value::Range(_) | Value::RangeInclusive(_)) => {
                let slice = Slice::of(text, index, step)?;
                Ok(Value::Str(slice.read(text)))
            }
            (Value::Str(_), index) => Err(mismatch("i64", index, step)),
            _ => {
                if let (Value::Host(object), Value::Str(name)) = (target, index) {
                    if let Some(result) = object.property(name) {
                        return result.map_err(|error| error.or_at(step.operator));
                    }
                }
                let args = vec![target.clone(), index.clone()];
                match self.call_accessor("index$get$", args) {
                    Some(result) => {
                        result.map(|(value, _)| value).map_err(|error| error.or_at(step.operator))
                    }
                    None => {
                        let types = format!("{} [{}]", target.type_name(), index.type_name());
                        Err(Error::at(ErrorKind::IndexingType(types), step.operator))
                    }
                }
            }
        }
    }

    /// Assigns to what the steps lead to. Whether the value that was given is another one now.
    pub(super) fn write(
        &self,
        target: &mut Value,
        steps: &[Step],
        registers: &[Value],
        new: Assignment,
    ) -> Result<bool> {
        if let Value::Shared(cell) = target {
            let cell = Rc::clone(cell);
            let mut inner = borrow_mut(&cell)?;
            return self.write(&mut inner, steps, registers, new);
        }
        let Some((step, rest)) = steps.split_first() else {
            self.assign(target, new)?;
            return Ok(true);
        };
        if step.is_optional && target.is_unit() {
            return Ok(false);
        }
        if rest.is_empty() {
            return self.write_last(target, step, registers, new).map(|()| true);
        }
        match (&step.kind, &mut *target) {
            (StepKind::Property(name, hint), Value::Map(map)) => match own(map)?.get_hinted_mut(name, hint) {
                Some(slot) => self.write(slot, rest, registers, new),
                None => self.write(&mut Value::Unit, rest, registers, new),
            },
            (StepKind::Index(register), Value::Array(items)) => {
                let index = int_index(&registers[*register as usize], step)?;
                let at =
                    position(items.len(), index).ok_or_else(|| array_bounds(items.len(), index, step))?;
                self.write(&mut own(items)?[at], rest, registers, new)
            }
            (StepKind::Index(register), Value::Map(map)) => {
                let key = string_index(&registers[*register as usize], step)?;
                match own(map)?.get_mut(&key) {
                    Some(slot) => self.write(slot, rest, registers, new),
                    None => self.write(&mut Value::Unit, rest, registers, new),
                }
            }
            _ => {
                let mut part = self.part(target, step, registers)?;
                let changed = self.write(&mut part, rest, registers, new)?;
                if changed {
                    self.feed_back(target, step, registers, part)?;
                }
                Ok(changed)
            }
        }
    }

    /// Sets a part of a value that was changed elsewhere; what has no setter is read-only, and stays as it is.
    fn feed_back(&self, target: &mut Value, step: &Step, registers: &[Value], part: Value) -> Result<()> {
        let new = Assignment { with: None, value: part, position: step.position };
        match self.write_last(target, step, registers, new) {
            Err(error) if matches!(error.kind(), ErrorKind::DotExpr(_) | ErrorKind::IndexingType(_)) => {
                Ok(())
            }
            result => result,
        }
    }

    /// Assigns to a property or an element of a value.
    fn write_last(
        &self,
        target: &mut Value,
        step: &Step,
        registers: &[Value],
        new: Assignment,
    ) -> Result<()> {
        match &step.kind {
            StepKind::Property(name, hint) => match target {
                Value::Map(map) => {
                    let map = own(map)?;
                    if let Some(slot) = map.get_hinted_mut(name, hint) {
                        return self.assign(slot, new);
                    }
                    self.assign(map.get_or_insert(name)?, new)
                }
                _ => self.write_property(target, name, step, new),
            },
            StepKind::Index(register) => match (&mut *target, &registers[*register as usize]) {
                (Value::Array(items), Value::Int(index)) => {
                    let index = *index;
                    let at =
                        position(items.len(), index).ok_or_else(|| array_bounds(items.len(), index, step))?;
                    self.assign(&mut own(items)?[at], new)
                }
                (Value::Map(map), Value::Str(key)) => self.assign(own(map)?.get_or_insert(key)?, new),
                (_, index) => {
                    let index = index.flat_clone();
                    self.write_element(target, &index, step, new)
                }
            },
        }
    }

    fn write_property(&self, target: &mut Value, name: &Str, step: &Step, new: Assignment) -> Result<()> {
        let Assignment { with, value, position } = new;
        let value = match with {
            None => value,
            Some(_) => {
                let mut old = self.property(target, name, step)?;
                self.assign(&mut old, Assignment { with, value, position })?;
                old
            }
        };
        let setter = format!("set${name}");
        if let Some(result) = self.call_accessor(&setter, vec![target.clone(), value.clone()]) {
            *target = result.map_err(|error| error.or_at(step.position))?.1;
            return Ok(());
        }
        let args = vec![target.clone(), Value::Str(name.clone()), value.clone()];
        if let Some(result) = self.call_accessor("index$set$", args) {
            *target = result.map_err(|error| error.or_at(step.operator))?.1;
            return Ok(());
        }
        let message = format!(
            "No writable property '{name}' - a setter is not registered for type '{}' to handle '{}'",
            target.type_name(),
            value.type_name()
        );
        Err(Error::at(ErrorKind::DotExpr(message), step.position))
    }

    fn write_element(&self, target: &mut Value, index: &Value, step: &Step, new: Assignment) -> Result<()> {
        match (&mut *target, index) {
            (Value::Array(items), index) => {
                let index = int_index(index, step)?;
                let at =
                    position(items.len(), index).ok_or_else(|| array_bounds(items.len(), index, step))?;
                self.assign(&mut own(items)?[at], new)
            }
            (Value::Map(map), index) => {
                let key = string_index(index, step)?;
                self.assign(own(map)?.get_or_insert(&Str::from(&*key))?, new)
            }
            (Value::Blob(bytes), index) => {
                let index = int_index(index, step)?;
                let at =
                    position(bytes.len(), index).ok_or_else(|| array_bounds(bytes.len(), index, step))?;
                let new = self.combined(Value::Int(i64::from(bytes[at])), new, Value::as_int, "INT")?;
                own(bytes)?[at] = new.to_le_bytes()[0];
                Ok(())
            }
            (Value::Int(bits), Value::Range(_) | Value::RangeInclusive(_)) => {
                let (shift, mask) = bit_field(index, step)?;
                let old = Value::Int((*bits & mask) >> shift);
                let new = self.combined(old, new, Value::as_int, "integer")?;
                *bits = *bits & !mask | (new << shift) & mask;
                Ok(())
            }
            (Value::Int(bits), index) => {
                let at = bit(int_index(index, step)?, step)?;
                let old = Value::Bool(*bits & (1 << at) != 0);
                let set = self.combined(old, new, Value::as_bool, "bool")?;
                *bits = if set { *bits | 1 << at } else { *bits & !(1 << at) };
                Ok(())
            }
            (Value::Str(text), Value::Int(index)) => {
                let (old, at) = character(text, *index, step)?;
                let new = self.combined(Value::Char(old), new, Value::as_char, "char")?;
                memory::needs(text.copied_bytes())?;
                text.to_mut().replace_range(at..at + old.len_utf8(), new.encode_utf8(&mut [0; 4]));
                Ok(())
            }
            (Value::Str(text), Value::Range(_) | Value::RangeInclusive(_)) => {
                let slice = Slice::of(text, index, step)?;
                let mut part = Value::Str(slice.read(text));
                self.assign(&mut part, new)?;
                slice.write(text, &part);
                Ok(())
            }
            (Value::Str(_), index) => Err(mismatch("i64", index, step)),
            _ => {
                let Assignment { with, mut value, position } = new;
                if with.is_some() {
                    if let Ok(mut old) = self.element(target, index, step) {
                        self.assign(&mut old, Assignment { with, value, position })?;
                        value = old;
                    }
                }
                let types = || {
                    let types =
                        format!("{} [{}] = {}", target.type_name(), index.type_name(), value.type_name());
                    Error::at(ErrorKind::IndexingType(types), step.operator)
                };
                let args = vec![target.clone(), index.clone(), value.clone()];
                match self.call_accessor("index$set$", args) {
                    Some(result) => {
                        *target = result.map_err(|error| error.or_at(step.operator))?.1;
                        Ok(())
                    }
                    None => Err(types()),
                }
            }
        }
    }

    /// The new value of a part that can only have values of one type.
    fn combined<T>(
        &self,
        old: Value,
        new: Assignment,
        get: fn(&Value) -> Option<T>,
        needed: &str,
    ) -> Result<T> {
        let position = new.position;
        let mut part = old;
        self.assign(&mut part, new)?;
        let wrong = || ErrorKind::MismatchDataType(needed.to_owned(), part.type_name().to_owned());
        get(&part).ok_or_else(|| Error::at(wrong(), position))
    }

    /// Assigns to a place.
    pub(super) fn assign(&self, slot: &mut Value, new: Assignment) -> Result<()> {
        let Assignment { with, value, position } = new;
        if let Value::Shared(cell) = slot {
            let cell = Rc::clone(cell);
            let mut inner = borrow_mut(&cell)?;
            return self.assign(&mut inner, Assignment { with, value, position });
        }
        match with {
            None => *slot = value,
            Some(op) => self.assign_with(op, slot, value).map_err(|error| error.or_at(position))?,
        }
        Ok(())
    }

    /// `slot op= value`, where neither is shared.
    #[allow(clippy::needless_pass_by_value)] // it is mostly a temporary one
    pub(super) fn assign_with(&self, op: BinaryOp, slot: &mut Value, value: Value) -> Result<()> {
        if !matches!(slot, Value::Host(_)) && !matches!(value, Value::Host(_)) {
            // What has no such operator is left for the other one.
            if let Some(result) = operators::assign(op, slot, value.clone()) {
                return result;
            }
        }
        *slot = self.binary(op, slot, &value)?;
        Ok(())
    }

    /// Takes out what the steps lead to, so that a method may change it.
    pub(super) fn take(&self, target: &mut Value, steps: &[Step], registers: &[Value]) -> Result<Value> {
        if let Value::Shared(cell) = target {
            let cell = Rc::clone(cell);
            let mut inner = borrow_mut(&cell)?;
            return self.take(&mut inner, steps, registers);
        }
        let Some((step, rest)) = steps.split_first() else {
            return Ok(std::mem::take(target));
        };
        if step.is_optional && target.is_unit() {
            return Ok(Value::Unit);
        }
        match (&step.kind, &mut *target) {
            (StepKind::Property(name, hint), Value::Map(map)) => match own(map)?.get_hinted_mut(name, hint) {
                Some(slot) => self.take(slot, rest, registers),
                None => self.take(&mut Value::Unit, rest, registers),
            },
            (StepKind::Index(register), Value::Array(items)) => {
                let index = int_index(&registers[*register as usize], step)?;
                let at =
                    position(items.len(), index).ok_or_else(|| array_bounds(items.len(), index, step))?;
                self.take(&mut own(items)?[at], rest, registers)
            }
            (StepKind::Index(register), Value::Map(map)) => {
                let key = string_index(&registers[*register as usize], step)?;
                match own(map)?.get_mut(&key) {
                    Some(slot) => self.take(slot, rest, registers),
                    None => self.take(&mut Value::Unit, rest, registers),
                }
            }
            _ => {
                let part = self.part(target, step, registers)?;
                self.read(&part, rest, registers)
            }
        }
    }

    /// Puts back what was taken out. What is not there any more, or cannot be set, is left as it is.
    pub(super) fn put_back(
        &self,
        target: &mut Value,
        steps: &[Step],
        registers: &[Value],
        value: Value,
        by: Changer,
    ) -> Result<()> {
        if let Value::Shared(cell) = target {
            let cell = Rc::clone(cell);
            let mut inner = borrow_mut(&cell)?;
            return self.put_back(&mut inner, steps, registers, value, by);
        }
        let Some((step, rest)) = steps.split_first() else {
            *target = value;
            return Ok(());
        };
        match (&step.kind, &mut *target) {
            (StepKind::Property(name, hint), Value::Map(map)) => match own(map)?.get_hinted_mut(name, hint) {
                Some(slot) => self.put_back(slot, rest, registers, value, by),
                None => Ok(()),
            },
            (StepKind::Index(register), Value::Array(items)) => {
                let index = int_index(&registers[*register as usize], step)?;
                match position(items.len(), index) {
                    Some(at) => self.put_back(&mut own(items)?[at], rest, registers, value, by),
                    None => Ok(()),
                }
            }
            (StepKind::Index(register), Value::Map(map)) => {
                let key = string_index(&registers[*register as usize], step)?;
                match own(map)?.get_mut(&key) {
                    Some(slot) => self.put_back(slot, rest, registers, value, by),
                    None => Ok(()),
                }
            }
            (_, Value::Unit) => Ok(()),
            // What a script's method makes of a bit, a byte or a character stays with it, as in rhai.
            (StepKind::Index(_), Value::Int(_) | Value::Blob(_) | Value::Str(_)) if by == Changer::Script => {
                Ok(())
            }
            _ if rest.is_empty() => self.feed_back(target, step, registers, value),
            _ => {
                let mut part = self.part(target, step, registers)?;
                self.put_back(&mut part, rest, registers, value, by)?;
                self.feed_back(target, step, registers, part)
            }
        }
    }
}

/// A look at a captured variable.
pub(super) fn borrow(cell: &RefCell<Value>) -> Result<std::cell::Ref<'_, Value>> {
    cell.try_borrow().map_err(|_| Error::new(ErrorKind::DataRace(String::new())))
}

/// A captured variable to be changed.
pub(super) fn borrow_mut(cell: &RefCell<Value>) -> Result<std::cell::RefMut<'_, Value>> {
    cell.try_borrow_mut().map_err(|_| Error::new(ErrorKind::DataRace(String::new())))
}

#[inline]
fn item<'a>(items: &'a [Value], index: i64, step: &Step) -> Result<&'a Value> {
    match position(items.len(), index).and_then(|at| items.get(at)) {
        Some(item) => Ok(item),
        None => Err(array_bounds(items.len(), index, step)),
    }
}

#[cold]
fn array_bounds(count: usize, index: i64, step: &Step) -> Error {
    Error::at(ErrorKind::ArrayBounds(count, index), step.position)
}

#[cold]
fn mismatch(needed: &str, index: &Value, step: &Step) -> Error {
    let kind = ErrorKind::MismatchDataType(needed.to_owned(), index.type_name().to_owned());
    Error::at(kind, step.position)
}

fn int_index(index: &Value, step: &Step) -> Result<i64> {
    index.as_int().ok_or_else(|| mismatch("i64", index, step))
}

fn string_index<'a>(index: &'a Value, step: &Step) -> Result<Cow<'a, str>> {
    match index {
        Value::Str(key) => Ok(Cow::Borrowed(key)),
        Value::Shared(cell) => match &*cell.borrow() {
            Value::Str(key) => Ok(Cow::Owned(key.to_string())),
            other => Err(mismatch("string", other, step)),
        },
        other => Err(mismatch("string", other, step)),
    }
}

fn bit(index: i64, step: &Step) -> Result<usize> {
    position(BITS, index).ok_or_else(|| Error::at(ErrorKind::BitFieldBounds(BITS, index), step.position))
}

/// The first bit of a range of bits, and a mask of all of them.
fn bit_field(range: &Value, step: &Step) -> Result<(u32, i64)> {
    let (start, end, is_inclusive) = range.as_range().unwrap_or_default();
    let bounds = |index: i64| Error::at(ErrorKind::BitFieldBounds(BITS, index), step.position);
    // Negative places do not count from the end here.
    let place =
        |index: i64| usize::try_from(index).ok().filter(|index| *index < BITS).ok_or_else(|| bounds(index));
    let first = place(start)?;
    let behind = match (is_inclusive, end) {
        (_, i64::MAX) => BITS,
        (true, end) => place(end)? + 1,
        (false, end) if usize::try_from(end) == Ok(BITS) => BITS,
        (false, end) => place(end)?,
    };
    let count = behind.saturating_sub(first);
    let shift = u32::try_from(first).unwrap_or(0);
    match count {
        0 => Ok((0, 0)),
        BITS => Ok((0, -1)),
        _ => Ok((shift, (((1_u64 << count) - 1) << shift).cast_signed())),
    }
}

/// A character and its place in bytes.
fn character(text: &Str, index: i64, step: &Step) -> Result<(char, usize)> {
    let found = characters::at(text, index);
    found.ok_or_else(|| Error::at(ErrorKind::StringBounds(characters::count(text), index), step.position))
}

/// A part of a string, in characters.
struct Slice {
    start: usize,
    /// The number of characters.
    count: usize,
    /// The first character behind what an assignment replaces.
    behind: usize,
}

impl Slice {
    fn of(text: &Str, range: &Value, step: &Step) -> Result<Self> {
        let (from, to, is_inclusive) = range.as_range().unwrap_or_default();
        if text.is_empty() {
            return Ok(Self { start: 0, count: 0, behind: usize::from(is_inclusive) });
        }
        let length = characters::count(text);
        let place = |index: i64| position(length, index);
        let start = match usize::try_from(from) {
            Ok(start) => start,
            Err(_) => {
                place(from).ok_or_else(|| Error::at(ErrorKind::StringBounds(length, from), step.position))?
            }
        };
        let end = usize::try_from(to).ok().or_else(|| place(to)).unwrap_or(0);
        let count = match is_inclusive {
            false => end.saturating_sub(start),
            true if start == 0 && end + 1 >= length => length,
            true if end > start => end - start + 1,
            true => 0,
        };
        let behind = if is_inclusive { end.min(length - 1) + 1 } else { end.min(length) };
        Ok(Self { start, count, behind })
    }

    fn read(&self, text: &Str) -> Str {
        if self.start == 0 && self.count >= text.len() {
            return text.clone();
        }
        let start = characters::byte_of(text, self.start);
        let end = characters::byte_of(text, self.start.saturating_add(self.count));
        Str::from(&text[start..end])
    }

    fn write(&self, text: &mut Str, part: &Value) {
        let mut new: String = text.chars().take(self.start).collect();
        new.push_str(&part.to_string());
        new.extend(text.chars().skip(self.behind));
        *text = new.into();
    }
}
