//! Native functions by their names.

use crate::builtins;
use crate::function::{hash, Function, Namespace};
use crate::module::Module;
use std::iter::successors;

/// The native functions of a host.
pub type Library = &'static [&'static Module];

/// About as many as there are functions.
const SLOTS: usize = 1024;

/// All native functions by their names: the host's come before rhai's own.
///
/// It is made when the first script that calls one is compiled, from hashes that the functions have in them.
pub(super) struct Index {
    /// By a part of a name's hash: the first function with it.
    slots: Vec<Option<u16>>,
    /// The functions, each with the number of the next in its slot.
    functions: Vec<(&'static Function, Option<u16>)>,
    library: Library,
}

impl Index {
    pub(super) fn new(library: Library) -> Self {
        let hosts = library.iter().flat_map(|module| module.functions);
        let mut functions: Vec<_> =
            hosts.chain(builtins::functions()).map(|function| (function, None)).collect();
        let mut slots = vec![None; SLOTS];
        for number in (0..functions.len()).rev() {
            let (function, next) = &mut functions[number];
            let slot = function.hash as usize % slots.len();
            *next = std::mem::replace(&mut slots[slot], u16::try_from(number).ok());
        }
        Self { slots, functions, library }
    }

    pub(super) fn find(&self, namespace: Option<&str>, name: &str) -> Vec<&'static Function> {
        match namespace {
            None => self.named(name).collect(),
            Some(namespace) => {
                let functions = self.namespace(namespace).map_or(&[][..], |namespace| namespace.functions);
                functions.iter().filter(|function| function.name == name).collect()
            }
        }
    }

    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'static Function> + 'a {
        let hash = hash(name);
        let entry = |number: Option<u16>| number.map(|number| self.functions[number as usize]);
        let in_slot = successors(entry(self.slots[hash as usize % SLOTS]), move |(_, next)| entry(*next));
        let functions = in_slot.map(|(function, _)| function);
        functions.filter(move |function| function.hash == hash && function.name == name)
    }

    pub(super) fn namespace(&self, name: &str) -> Option<&'static Namespace> {
        let mut namespaces = self.library.iter().flat_map(|module| module.namespaces);
        namespaces.find(|namespace| namespace.name == name)
    }
}
