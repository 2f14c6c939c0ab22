//! What keywords have seen of a value, for `unevaluatedProperties` and `unevaluatedItems`.

use rhai_vm::Str;
use std::collections::HashSet;

/// The properties and items that were evaluated.
#[derive(Default)]
pub(crate) struct Seen {
    names: HashSet<Str>,
    all_names: bool,
    /// So many items from the first one on.
    first_items: usize,
    items: HashSet<usize>,
}

impl Seen {
    pub(crate) fn add_name(&mut self, name: &Str) {
        if !self.all_names {
            self.names.insert(name.clone());
        }
    }

    pub(crate) fn add_all_names(&mut self) {
        self.all_names = true;
    }

    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.all_names || self.names.contains(name)
    }

    pub(crate) fn add_first_items(&mut self, count: usize) {
        self.first_items = self.first_items.max(count);
    }

    pub(crate) fn add_item(&mut self, index: usize) {
        self.items.insert(index);
    }

    pub(crate) fn has_item(&self, index: usize) -> bool {
        index < self.first_items || self.items.contains(&index)
    }

    /// Adds what another keyword has seen.
    pub(crate) fn merge(&mut self, other: Self) {
        self.names.extend(other.names);
        self.all_names |= other.all_names;
        self.first_items = self.first_items.max(other.first_items);
        self.items.extend(other.items);
    }
}
