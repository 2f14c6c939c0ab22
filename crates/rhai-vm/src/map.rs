//! Maps with string keys, iterated in the order of their keys.
//!
//! A small map is a sorted list: it takes little memory, and a key is mostly found at the place where
//! the same code found it last. A large one is hashed; the order of its keys is made when someone asks
//! for it, and kept up to date from then on unless it is long.

use crate::list::{self, Parts};
use crate::memory;
use crate::text::Str;
use crate::value::Value;
use ahash::RandomState;
use indexmap::IndexMap;
use std::cell::OnceCell;
use std::cmp::Ordering;

/// Most entries of a sorted list.
const MAX_SMALL: usize = 24;
/// A longer order is rebuilt after a change: moving its numbers would take longer.
const MAX_KEPT_ORDER: usize = 4096;

/// A map of a script.
#[derive(Clone, Debug)]
pub struct Map(Form);

#[derive(Clone, Debug)]
enum Form {
    /// Sorted by key.
    Small(Vec<(Str, Value)>),
    Large(Box<Large>),
}

/// A hashed map.
#[derive(Clone, Debug, Default)]
pub(crate) struct Large {
    entries: IndexMap<Str, Value, RandomState>,
    /// The entries' numbers in the order of their keys, once someone has asked.
    order: OnceCell<Vec<u32>>,
}

impl Large {
    fn order(&self) -> &[u32] {
        self.order.get_or_init(|| {
            let mut order: Vec<u32> = (0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).collect();
            order.sort_unstable_by(|&a, &b| self.compare(a, b));
            order
        })
    }

    /// Which key comes first. Within the sort, it would be there forty times.
    #[inline(never)]
    fn compare(&self, a: u32, b: u32) -> Ordering {
        self.key(a).cmp(&self.key(b))
    }

    fn key(&self, number: u32) -> Option<&Str> {
        self.entries.get_index(number as usize).map(|(key, _)| key)
    }

    /// Sets the value of a key; gives back the one before. Within the loop that runs instructions it would take registers
    /// from all of them.
    #[inline(never)]
    fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        let (number, before) = self.entries.insert_full(key, value);
        if before.is_none() {
            if let Some(mut order) = self.take_short_order() {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                order.insert(self.place(&order, number), number);
                self.order = OnceCell::from(order);
            }
        }
        before
    }

    /// Removes a key; gives back its value.
    #[inline(never)]
    fn remove(&mut self, key: &str) -> Option<Value> {
        let removed = self.entries.get_index_of(key)?;
        if let Some(mut order) = self.take_short_order() {
            let [number, last] =
                [removed, self.entries.len() - 1].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
            let (place, place_of_last) = (self.place(&order, number), self.place(&order, last));
            // The last entry gets the number of the removed one.
            order[place_of_last] = number;
            order.remove(place);
            self.order = OnceCell::from(order);
        }
        self.entries.swap_remove_index(removed).map(|(_, value)| value)
    }

    /// The order, unless there is none or it is so long that it is better rebuilt.
    fn take_short_order(&mut self) -> Option<Vec<u32>> {
        self.order.take().filter(|order| order.len() <= MAX_KEPT_ORDER)
    }

    /// The place of the entry of this number.
    fn place(&self, order: &[u32], number: u32) -> usize {
        let key = self.key(number);
        order.partition_point(|&before| self.key(before) < key)
    }
}

impl Default for Map {
    fn default() -> Self {
        Self(Form::Small(Vec::new()))
    }
}

impl Map {
    /// About so many bytes an entry takes, without what is in its key and its value.
    pub(crate) const BYTES_OF_ENTRY: usize = size_of::<(Str, Value)>() + 3 * size_of::<usize>();

    /// So many bytes an entry of a hashed map takes when the map grows to twice its size.
    const BYTES_TO_GROW: usize = 72;

    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with space for so many entries.
    pub fn with_capacity(count: usize) -> Self {
        if count <= MAX_SMALL {
            return Self(Form::Small(Vec::with_capacity(count)));
        }
        let entries = IndexMap::with_capacity_and_hasher(count, RandomState::new());
        Self(Form::Large(Box::new(Large { entries, order: OnceCell::new() })))
    }

    /// A map of these entries, in any order; of those with the same key the last one counts. It takes no
    /// more memory than it needs.
    pub fn from_entries(mut entries: Vec<(Str, Value)>) -> Self {
        if entries.len() > MAX_SMALL {
            let mut map = Self::with_capacity(entries.len());
            map.extend(entries);
            return map;
        }
        if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            entries.dedup_by(|later, earlier| {
                let is_same = later.0 == earlier.0;
                if is_same {
                    std::mem::swap(&mut later.1, &mut earlier.1);
                }
                is_same
            });
        }
        entries.shrink_to_fit();
        Self(Form::Small(entries))
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Small(entries) => entries.len(),
            Form::Large(large) => large.entries.len(),
        }
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match &self.0 {
            Form::Small(entries) => search(entries, key).ok().map(|at| &entries[at].1),
            Form::Large(large) => large.entries.get(key),
        }
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        match &mut self.0 {
            Form::Small(entries) => search(entries, key).ok().map(|at| &mut entries[at].1),
            Form::Large(large) => large.entries.get_mut(key),
        }
    }

    /// The value of a key, which is looked for first at the place where it was found last. `hint` is
    /// that place, and is set to the new one.
    #[inline]
    pub fn get_hinted(&self, key: &Str, hint: &std::cell::Cell<u32>) -> Option<&Value> {
        match &self.0 {
            Form::Small(entries) => {
                if let Some((found, value)) = entries.get(hint.get() as usize) {
                    if found.is_same(key) || found.as_str() == key.as_str() {
                        return Some(value);
                    }
                }
                let at = search(entries, key).ok()?;
                hint.set(u32::try_from(at).unwrap_or(0));
                Some(&entries[at].1)
            }
            Form::Large(large) => large.entries.get(key.as_str()),
        }
    }

    /// As [`Map::get_hinted`], to be changed.
    #[inline]
    pub fn get_hinted_mut(&mut self, key: &Str, hint: &std::cell::Cell<u32>) -> Option<&mut Value> {
        match &mut self.0 {
            Form::Small(entries) => {
                let hinted = hint.get() as usize;
                if entries
                    .get(hinted)
                    .is_some_and(|(found, _)| found.is_same(key) || found.as_str() == key.as_str())
                {
                    return Some(&mut entries[hinted].1);
                }
                let at = search(entries, key).ok()?;
                hint.set(u32::try_from(at).unwrap_or(0));
                Some(&mut entries[at].1)
            }
            Form::Large(large) => large.entries.get_mut(key.as_str()),
        }
    }

    /// Whether it has this key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of a key; gives back the one before.
    pub fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        match &mut self.0 {
            Form::Small(entries) => {
                // Keys mostly come in order.
                let place = match entries.last() {
                    Some((last, _)) if last.as_str() < key.as_str() => Err(entries.len()),
                    None => Err(0),
                    _ => search(entries, &key),
                };
                match place {
                    Ok(at) => return Some(std::mem::replace(&mut entries[at].1, value)),
                    Err(at) if entries.len() < MAX_SMALL => entries.insert(at, (key, value)),
                    Err(_) => {
                        let mut large = Large::default();
                        large.entries.reserve(2 * MAX_SMALL);
                        large.entries.extend(std::mem::take(entries));
                        large.entries.insert(key, value);
                        self.0 = Form::Large(Box::new(large));
                    }
                }
                None
            }
            Form::Large(large) => large.insert(key, value),
        }
    }

    /// The value of a key, to be changed; `()` is put there where it is missing.
    ///
    /// # Errors
    /// The host's, where a large map has to grow.
    pub fn get_or_insert(&mut self, key: &Str) -> crate::Result<&mut Value> {
        let place = match &self.0 {
            Form::Small(entries) => match search(entries, key) {
                Ok(at) => at,
                Err(_) => self.add(key),
            },
            Form::Large(large) => match large.entries.get_index_of(key.as_str()) {
                Some(place) => place,
                None => {
                    if large.entries.len() == large.entries.capacity() {
                        memory::needs(large.entries.len() * Self::BYTES_TO_GROW)?;
                    }
                    self.add(key)
                }
            },
        };
        Ok(match &mut self.0 {
            Form::Small(entries) => &mut entries[place].1,
            Form::Large(large) => &mut large.entries[place],
        })
    }

    /// Adds a key with `()`; its place.
    fn add(&mut self, key: &Str) -> usize {
        self.insert(key.clone(), Value::Unit);
        match &self.0 {
            Form::Small(entries) => search(entries, key).unwrap_or_default(),
            Form::Large(large) => large.entries.get_index_of(key.as_str()).unwrap_or_default(),
        }
    }

    /// Removes a key; gives back its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        match &mut self.0 {
            Form::Small(entries) => search(entries, key).ok().map(|at| entries.remove(at).1),
            Form::Large(large) => large.remove(key),
        }
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.0 = Form::Small(Vec::new());
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_> {
        match &self.0 {
            Form::Small(entries) => Iter::Small(entries.iter()),
            Form::Large(large) => Iter::Large(&large.entries, large.order().iter()),
        }
    }

    /// The entries in any order, without the memory that another one takes.
    pub(crate) fn iter_unordered(&self) -> Box<dyn Iterator<Item = (&Str, &Value)> + '_> {
        match &self.0 {
            Form::Small(entries) => Box::new(entries.iter().map(|(key, value)| (key, value))),
            Form::Large(large) => Box::new(large.entries.iter()),
        }
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &Str> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// The values to be changed, in any order.
    pub fn values_mut(&mut self) -> Box<dyn Iterator<Item = &mut Value> + '_> {
        match &mut self.0 {
            Form::Small(entries) => Box::new(entries.iter_mut().map(|(_, value)| value)),
            Form::Large(large) => Box::new(large.entries.values_mut()),
        }
    }

    /// Keeps the entries for which this is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&Str, &mut Value) -> bool) {
        match &mut self.0 {
            Form::Small(entries) => entries.retain_mut(|(key, value)| keep(key, value)),
            Form::Large(large) => {
                large.order.take();
                large.entries.retain(|key, value| keep(key, value));
            }
        }
    }

    /// Gives memory back that is not needed.
    pub fn shrink_to_fit(&mut self) {
        if let Form::Small(entries) = &mut self.0 {
            entries.shrink_to_fit();
        }
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.0, Form::Small(Vec::new())) {
            Form::Small(entries) if entries.iter().any(|(_, value)| value.has_parts()) => {
                list::free_nested(Parts::Entries(entries));
            }
            Form::Large(large) if large.entries.values().any(Value::has_parts) => {
                list::free_nested(Parts::Large(large));
            }
            _ => {}
        }
    }
}

fn search(entries: &[(Str, Value)], key: &str) -> Result<usize, usize> {
    if entries.len() <= 8 {
        for (at, (found, _)) in entries.iter().enumerate() {
            match found.as_str().cmp(key) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok(at),
                std::cmp::Ordering::Greater => return Err(at),
            }
        }
        return Err(entries.len());
    }
    entries.binary_search_by(|(found, _)| found.as_str().cmp(key))
}

/// The entries of a map in the order of their keys.
pub enum Iter<'a> {
    /// Of a sorted list.
    Small(std::slice::Iter<'a, (Str, Value)>),
    /// Of a hashed map.
    Large(&'a IndexMap<Str, Value, RandomState>, std::slice::Iter<'a, u32>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Small(entries) => entries.next().map(|(key, value)| (key, value)),
            Self::Large(entries, order) => entries.get_index(*order.next()? as usize),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Small(entries) => entries.size_hint(),
            Self::Large(_, order) => order.size_hint(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Str, Value);
    type IntoIter = std::vec::IntoIter<(Str, Value)>;

    /// The entries in the order of their keys.
    fn into_iter(self) -> Self::IntoIter {
        let mut map = self;
        match std::mem::replace(&mut map.0, Form::Small(Vec::new())) {
            Form::Small(entries) => entries.into_iter(),
            Form::Large(large) => {
                let mut entries: Vec<_> = large.entries.into_iter().collect();
                entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
                entries.into_iter()
            }
        }
    }
}

impl FromIterator<(Str, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl Extend<(Str, Value)> for Map {
    fn extend<I: IntoIterator<Item = (Str, Value)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}
