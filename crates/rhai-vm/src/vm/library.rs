//! Native functions by their names.

use crate::builtins;
use crate::function::{Function, Namespace};
use std::collections::HashMap;

/// The native functions of a host.
#[derive(Clone, Copy, Default)]
pub struct Library {
    /// Functions without a namespace, and methods.
    pub functions: &'static [&'static [Function]],
    /// Functions with one.
    pub namespaces: &'static [&'static Namespace],
}

/// All native functions by their names: the host's come before rhai's own.
pub(super) struct Index {
    by_name: HashMap<&'static str, Vec<&'static Function>, ahash::RandomState>,
    namespaces: &'static [&'static Namespace],
}

impl Index {
    pub(super) fn new(library: Library) -> Self {
        let mut by_name: HashMap<_, Vec<&'static Function>, _> =
            HashMap::with_capacity_and_hasher(512, ahash::RandomState::new());
        for function in library.functions.iter().chain(builtins::FUNCTIONS).copied().flatten() {
            by_name.entry(function.name).or_default().push(function);
        }
        Self { by_name, namespaces: library.namespaces }
    }

    pub(super) fn find(&self, namespace: Option<&str>, name: &str) -> Vec<&'static Function> {
        match namespace {
            None => self.by_name.get(name).cloned().unwrap_or_default(),
            Some(namespace) => {
                let functions = self.namespace(namespace).map_or(&[][..], |namespace| namespace.functions);
                functions.iter().filter(|function| function.name == name).collect()
            }
        }
    }

    pub(super) fn named(&self, name: &str) -> &[&'static Function] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn namespace(&self, name: &str) -> Option<&'static Namespace> {
        self.namespaces.iter().copied().find(|namespace| namespace.name == name)
    }
}
