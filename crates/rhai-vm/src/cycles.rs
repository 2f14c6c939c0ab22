//! Frees variables that hold themselves: `o.inc = || o.n += 1` puts a closure that has captured `o` into
//! `o`, and counting owners never frees that.
//!
//! The machine knows every variable that was captured. Between two runs it looks at those that still
//! live: a value which has more owners than are found within them is used from outside, and so is all
//! that it leads to. The others hold only one another, and are emptied. As in Python's collector, whoever
//! is outside need not be known.

use crate::value::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};

/// A captured variable.
type Variable = RefCell<Value>;

/// So many variables that live on are looked at again at the earliest.
const MIN_OLD: usize = 100;
/// Values are looked through one within the other as deep as this.
const MAX_DEPTH: u32 = 100;

/// The variables that closures have captured.
#[derive(Default)]
pub(crate) struct Captured {
    /// Since the last collection.
    young: Vec<Weak<Variable>>,
    /// Those that were in use at an earlier one.
    old: Vec<Weak<Variable>>,
    /// How many old ones there are before they are looked at again.
    next_full: usize,
}

impl Captured {
    pub(crate) fn add(&mut self, variable: &Rc<Variable>) {
        // Most are gone soon: the list must not grow with a loop.
        if self.young.len() == self.young.capacity() {
            self.young.retain(|variable| variable.strong_count() > 0);
            self.young.reserve(self.young.len() + MIN_OLD);
        }
        self.young.push(Rc::downgrade(variable));
    }

    /// Takes the values of the variables that hold only one another. No script may be running.
    pub(crate) fn collect(&mut self) -> Vec<Value> {
        if self.young.is_empty() {
            return Vec::new();
        }
        let mut candidates = alive(&mut self.young);
        if candidates.is_empty() {
            return Vec::new();
        }
        let is_full = self.old.len() >= self.next_full.max(MIN_OLD);
        if is_full {
            candidates.append(&mut alive(&mut self.old));
        }
        let (used, unused) = Graph::of(candidates).divide();
        self.old.extend(used.iter().map(Rc::downgrade));
        if is_full {
            self.next_full = 2 * self.old.len();
        }
        unused.iter().map(|variable| variable.take()).collect()
    }
}

/// The variables that still live.
fn alive(variables: &mut Vec<Weak<Variable>>) -> Vec<Rc<Variable>> {
    std::mem::take(variables).iter().filter_map(Weak::upgrade).collect()
}

/// Variables, and the values within them that have several owners.
struct Graph {
    nodes: Vec<Node>,
    /// The nodes by the addresses of their values.
    numbers: HashMap<*const (), usize, ahash::RandomState>,
}

struct Node {
    value: Value,
    /// How many of its owners were found within other nodes.
    inside: usize,
    is_used: bool,
}

impl Graph {
    /// The variables, which come first, and what they lead to.
    fn of(variables: Vec<Rc<Variable>>) -> Self {
        let mut graph = Self { nodes: Vec::new(), numbers: HashMap::default() };
        for variable in variables {
            graph.add(Value::Shared(variable));
        }
        let mut number = 0;
        while let Some(node) = graph.nodes.get(number) {
            let value = node.value.clone();
            each_owned(&value, 0, &mut |owned| {
                // Other variables are outside.
                let known = graph.numbers.get(&address(owned)).copied();
                let known = known.or_else(|| (!is_variable(owned)).then(|| graph.add(owned.clone())));
                if let Some(known) = known {
                    graph.nodes[known].inside += 1;
                }
            });
            number += 1;
        }
        graph
    }

    fn add(&mut self, value: Value) -> usize {
        let number = self.nodes.len();
        self.numbers.insert(address(&value), number);
        self.nodes.push(Node { value, inside: 0, is_used: false });
        number
    }

    /// The variables that are used from outside, and those that are not.
    fn divide(mut self) -> (Vec<Rc<Variable>>, Vec<Rc<Variable>>) {
        // The graph itself is one owner.
        let is_root = |node: &Node| owners(&node.value) > node.inside + 1;
        let mut next: Vec<usize> =
            (0..self.nodes.len()).filter(|number| is_root(&self.nodes[*number])).collect();
        while let Some(number) = next.pop() {
            if std::mem::replace(&mut self.nodes[number].is_used, true) {
                continue;
            }
            each_owned(&self.nodes[number].value, 0, &mut |owned| {
                next.extend(self.numbers.get(&address(owned)));
            });
        }
        let variables = |nodes: Vec<Node>| nodes.into_iter().filter_map(Node::variable).collect();
        let (used, unused) = self.nodes.into_iter().partition(|node| node.is_used);
        (variables(used), variables(unused))
    }
}

impl Node {
    fn variable(self) -> Option<Rc<Variable>> {
        match self.value {
            Value::Shared(variable) => Some(variable),
            _ => None,
        }
    }
}

/// Calls `each` with the values within a value that may have several owners. One within it that has a
/// single owner is looked through as a part of it.
fn each_owned(value: &Value, depth: u32, each: &mut impl FnMut(&Value)) {
    let mut look = |value: &Value| {
        if owners(value) > 1 || is_variable(value) || (depth == MAX_DEPTH && value.has_parts()) {
            each(value);
        } else if value.has_parts() {
            each_owned(value, depth + 1, each);
        }
    };
    match value {
        Value::Array(items) => items.iter().for_each(look),
        Value::Map(map) => map.values().for_each(look),
        Value::Fn(function) => function.curry.iter().for_each(look),
        Value::Shared(variable) => look(&variable.borrow()),
        _ => {}
    }
}

fn is_variable(value: &Value) -> bool {
    matches!(value, Value::Shared(_))
}

/// How many owners a value has; 0 for one that cannot hold others.
fn owners(value: &Value) -> usize {
    match value {
        Value::Array(items) => Rc::strong_count(items),
        Value::Map(map) => Rc::strong_count(map),
        Value::Fn(function) => Rc::strong_count(function),
        Value::Shared(variable) => Rc::strong_count(variable),
        _ => 0,
    }
}

fn address(value: &Value) -> *const () {
    match value {
        Value::Array(items) => Rc::as_ptr(items).cast(),
        Value::Map(map) => Rc::as_ptr(map).cast(),
        Value::Fn(function) => Rc::as_ptr(function).cast(),
        Value::Shared(variable) => Rc::as_ptr(variable).cast(),
        _ => std::ptr::null(),
    }
}
