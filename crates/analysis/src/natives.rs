//! The functions that scripts have without writing them, by their names.

use crate::catalog::named;
use rhai_vm::module::{Chapter, Entry, EntryParam, Space};
use rhai_vm::Kind;
use rhambda::reference::{self, Options};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Names that are as much alike as this are taken for the same, mistyped.
const ALIKE: f64 = 0.9;
/// Names of so many letters are taken for the same if one letter differs.
const SLIPS_FROM: usize = 5;
/// Most signatures that a message lists.
const MAX_SIGNATURES: usize = 4;
/// Functions that take any number of arguments.
const VARIADIC: [&str; 2] = ["call", "curry"];

/// Methods that leave their value as it is.
const READING: [&str; 26] = [
    "all",
    "any",
    "contains",
    "count",
    "entries",
    "filter",
    "find",
    "find_map",
    "first",
    "flat_map",
    "get",
    "group_by",
    "index_of",
    "is_empty",
    "keys",
    "last",
    "len",
    "map",
    "reduce",
    "some",
    "sorted_by",
    "sum",
    "to_json",
    "to_map",
    "to_string",
    "values",
];

/// The names of the functions that can change their first argument in place.
static CHANGING: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let modules = reference::library().iter().flat_map(|module| module.functions);
    let functions = rhai_vm::builtins::functions().chain(modules);
    functions.filter(|function| function.changes_first).map(|function| function.name).collect()
});

/// A point in time.
pub(crate) const TIME: Kind = Kind::Host("Time");

/// The names of the functions that never do.
static LEAVING: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let modules = reference::library().iter().flat_map(|module| module.functions);
    let names = rhai_vm::builtins::functions().chain(modules).map(|function| function.name);
    names.filter(|name| !CHANGING.contains(name)).collect()
});

/// A type that is known for certain; `None` if it is not.
pub(crate) type Type = Option<Kind>;

/// What may be meant by a wrong name.
pub(crate) struct Meant {
    /// What to do.
    pub(crate) help: String,
    /// What to write in place of the name, if that is all there is to do.
    pub(crate) name: Option<String>,
}

impl Meant {
    /// A name that is much alike.
    pub(crate) fn name(name: &str) -> Self {
        Self { help: format!("did you mean `{name}`?"), name: Some(name.to_owned()) }
    }

    /// Anything but another name.
    pub(crate) fn hint(help: String) -> Self {
        Self { help, name: None }
    }

    /// The same name in a namespace.
    pub(crate) fn within(self, space: &str) -> Self {
        let help = self.name.as_ref().map(|name| format!("did you mean `{space}::{name}`?"));
        Self { help: help.unwrap_or(self.help), ..self }
    }
}

/// The functions of the language and of Rhambda's modules.
pub(crate) struct Natives {
    /// By namespace (empty for global functions) and name.
    functions: HashMap<&'static str, HashMap<&'static str, Vec<&'static Entry>>>,
    spaces: HashMap<&'static str, &'static Space>,
    more: &'static [&'static Chapter],
}

impl Natives {
    /// Those of the language, of Rhambda's modules and of these further chapters.
    pub(crate) fn new(more: &'static [&'static Chapter]) -> Self {
        let mut natives = Self { functions: HashMap::new(), spaces: HashMap::new(), more };
        for chapter in reference::language().iter().chain(reference::modules()).chain(more) {
            natives.add(None, chapter.functions);
            for space in chapter.namespaces {
                natives.spaces.insert(space.name, space);
                natives.add(Some(space.name), space.functions);
            }
        }
        natives
    }

    fn add(&mut self, space: Option<&'static str>, entries: &'static [Entry]) {
        let functions = self.functions.entry(space.unwrap_or_default()).or_default();
        for entry in entries {
            functions.entry(entry.name).or_default().push(entry);
        }
    }

    /// Whether there is such a namespace.
    pub(crate) fn has_space(&self, name: &str) -> bool {
        self.spaces.contains_key(name)
    }

    /// Whether the namespace has this constant.
    pub(crate) fn has_constant(&self, space: &str, name: &str) -> bool {
        let constants = self.spaces.get(space).map_or(&[][..], |space| space.constants);
        constants.iter().any(|(constant, _)| *constant == name)
    }

    /// All forms of a function.
    pub(crate) fn forms(&self, space: Option<&str>, name: &str) -> &[&'static Entry] {
        let functions = self.functions.get(space.unwrap_or_default());
        functions.and_then(|functions| functions.get(name)).map_or(&[], Vec::as_slice)
    }

    /// The forms that accept this number of arguments.
    pub(crate) fn taking(&self, space: Option<&str>, name: &str, count: usize) -> Vec<&'static Entry> {
        self.forms(space, name).iter().copied().filter(|form| takes(form, count)).collect()
    }

    /// The signatures of a function in a sentence; empty for an unknown function.
    pub(crate) fn signatures(&self, space: Option<&str>, name: &str) -> String {
        let functions = reference::functions().into_iter().chain(reference::functions_of_chapters(self.more));
        let functions: Vec<_> = functions.collect();
        let named =
            functions.iter().filter(|function| function.namespace() == space && function.name() == name);
        let mut signatures: Vec<_> = named
            .flat_map(reference::Function::signatures)
            .map(|signature| format!("`{signature}`"))
            .collect();
        let more = signatures.len().saturating_sub(MAX_SIGNATURES);
        signatures.truncate(MAX_SIGNATURES);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        format!("{}{more}", signatures.join(", or "))
    }

    /// The options that a parameter of a function is for, if it is.
    pub(crate) fn options(&self, space: Option<&str>, form: &Entry, parameter: &str) -> Option<Options> {
        Options::of(self.more, space, form, parameter)
    }

    /// The names of all functions in a namespace, or without one.
    pub(crate) fn names<'a>(&'a self, space: Option<&str>) -> impl Iterator<Item = &'a str> {
        let functions = self.functions.get(space.unwrap_or_default());
        let names = functions.into_iter().flat_map(|functions| functions.keys().copied());
        names.filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('$'))
    }

    /// The names of all namespaces.
    pub(crate) fn spaces(&self) -> impl Iterator<Item = &str> {
        self.spaces.keys().map(|name| &**name)
    }

    /// Whether calling this method of a value of this type changes that in place and returns nothing.
    pub(crate) fn is_in_place(&self, of: Type, name: &str, count: usize) -> bool {
        let mut forms = self.taking(None, name, count);
        forms.retain(|form| accepts(form, &[of]));
        !forms.is_empty() && forms.iter().all(|form| form.changes_first && form.returns.kind == Kind::Unit)
    }

    /// Whether calling this method, whatever it is called on, changes that.
    pub(crate) fn changes(&self, name: &str, count: usize) -> bool {
        let forms = self.taking(None, name, count);
        !forms.is_empty()
            && forms.iter().all(|form| form.changes_first && !matches!(form.params[0].of.kind, Kind::Host(_)))
    }

    /// Whether calling this method of strings, arrays or maps with arguments of these types does nothing but return a
    /// value.
    pub(crate) fn only_returns(&self, name: &str, types: &[Type]) -> bool {
        let has_no_function = |param: &EntryParam| {
            param.of.kind != Kind::Fn && param.of.exactly.is_none_or(|types| !types.contains("Fn"))
        };
        self.only_calls(name, types)
            && self
                .taking(None, name, types.len())
                .iter()
                .filter(|form| accepts(form, types))
                .all(|form| form.params.iter().all(has_no_function))
    }

    /// The same of a method that may call a function, beside that.
    pub(crate) fn only_calls(&self, name: &str, types: &[Type]) -> bool {
        let is_plain = |form: &&Entry| {
            let first = form.params.first().map(|first| first.of.kind);
            matches!(first, Some(Kind::String | Kind::Char | Kind::Array | Kind::Map | TIME))
                && !form.changes_first
                && form.returns.kind != Kind::Unit
        };
        let mut forms = self.taking(None, name, types.len());
        forms.retain(|form| accepts(form, types));
        !forms.is_empty() && forms.iter().all(is_plain)
    }

    /// Whether some type of Rhambda's own has this method, such as a connection.
    pub(crate) fn is_of_host(&self, name: &str, count: usize) -> bool {
        let forms = self.taking(None, name, count);
        forms.iter().any(|form| matches!(form.params[0].of.kind, Kind::Host(_)))
    }

    /// The type that these forms return.
    pub(crate) fn returned(forms: &[&Entry]) -> Type {
        let first = forms.first()?;
        let is_certain =
            |form: &&Entry| form.returns.kind == first.returns.kind && form.returns.exactly.is_none();
        let kind = first.returns.kind;
        (kind != Kind::Any && forms.iter().all(is_certain)).then_some(kind)
    }
}

/// Whether a native function of this name may change a variable that is its first argument.
pub(crate) fn changes_first(name: &str) -> bool {
    CHANGING.contains(name)
}

/// Whether a method certainly leaves its value as it is.
pub(crate) fn reads(method: &str) -> bool {
    READING.contains(&method)
}

/// Whether all native methods of this name leave their value as it is.
pub(crate) fn only_reads(method: &str) -> bool {
    LEAVING.contains(method)
}

/// Whether a form accepts this number of arguments.
fn takes(form: &Entry, count: usize) -> bool {
    let needed = form.params.iter().filter(|param| !param.optional).count();
    (needed..=form.params.len()).contains(&count) || VARIADIC.contains(&form.name) && count >= needed
}

/// Whether a form accepts arguments of these types.
pub(crate) fn accepts(form: &Entry, types: &[Type]) -> bool {
    let fits = |(param, of): (&EntryParam, &Type)| {
        of.is_none_or(|of| {
            of == param.of.kind || param.of.kind == Kind::Any && is_one_of(param.of.exactly, of)
        })
    };
    form.params.iter().zip(types).all(fits)
}

/// Whether a type is in a list such as `string | blob`. Those of Rhambda's own have several names there.
fn is_one_of(exactly: Option<&'static str>, of: Kind) -> bool {
    let Some(names) = exactly else { return true };
    matches!(of, Kind::Host(_) | Kind::Range | Kind::RangeInclusive)
        || names.split(" | ").any(|name| match name {
            "any" => true,
            "()" => of == Kind::Unit,
            name => named(name) == Some(of),
        })
}

/// How a message says a type.
pub(crate) fn type_name(of: Kind) -> &'static str {
    match of {
        Kind::Int => "int",
        Kind::Float => "float",
        Kind::RangeInclusive => "range",
        other => other.name(),
    }
}

/// The name that was meant, if one is much alike.
pub(crate) fn mistyped<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let names: Vec<_> = names.collect();
    let slip =
        || names.iter().copied().find(|other| name.len() >= SLIPS_FROM && likeness::is_one_slip(name, other));
    likeness::best(name, names.iter().copied(), |name| name, ALIKE).or_else(slip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai_vm::builtins;

    #[test]
    fn every_function_is_described() {
        let natives = Natives::new(&[]);
        let modules = reference::library().iter().flat_map(|module| module.functions);
        for function in builtins::functions().chain(modules) {
            assert!(!natives.forms(None, function.name).is_empty(), "{}", function.name);
        }
        for space in reference::library().iter().flat_map(|module| module.namespaces) {
            for function in space.functions {
                assert!(!natives.forms(Some(space.name), function.name).is_empty(), "{}", function.name);
            }
        }
    }

    #[test]
    fn a_slip_is_found_where_another_name_is_more_alike() {
        let natives = Natives::new(&[]);
        for (written, meant) in [("filrer", "filter"), ("shlit", "split"), ("strted", "sorted")] {
            assert_eq!(mistyped(written, natives.names(None)), Some(meant));
            assert_eq!(likeness::best(written, natives.names(None), |name| name, ALIKE), None);
        }
    }

    #[test]
    fn signatures_are_listed() {
        assert_eq!(
            Natives::new(&[]).signatures(Some("json"), "decode"),
            "`json::decode(json: string | blob) -> any`"
        );
        assert_eq!(Natives::new(&[]).signatures(None, "no_such_function"), "");
    }
}
