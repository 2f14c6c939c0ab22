//! The functions that scripts have without writing them, with their documentation.

use rhai_vm::module::{Chapter, Entry, Type};
use rhai_vm::Kind;
use rhambda::reference::{self, Function, Options};

/// The functions of the language, of Rhambda's modules and of further chapters.
pub struct Catalog {
    functions: Vec<Function>,
    constants: Vec<(&'static str, &'static str)>,
    more: &'static [&'static Chapter],
}

impl Catalog {
    /// The functions that all scripts have, and those of these chapters.
    pub fn new(more: &'static [&'static Chapter]) -> Self {
        let chapters = reference::language().iter().chain(reference::modules()).chain(more);
        let spaces = chapters.flat_map(|chapter| chapter.namespaces);
        let constants = spaces.flat_map(|space| space.constants.iter().map(|(name, _)| (space.name, *name)));
        let mut functions = reference::functions();
        functions.extend(reference::functions_of_chapters(more));
        // Operators are no names.
        functions.retain(|function| function.name().starts_with(|c: char| c.is_ascii_alphabetic()));
        Self { functions, constants: constants.collect(), more }
    }

    /// The functions that are called by their names alone.
    pub fn globals(&self) -> impl Iterator<Item = &Function> {
        self.functions
            .iter()
            .filter(|function| function.namespace().is_none() && function.receiver().is_none())
    }

    /// The functions in a namespace.
    pub fn in_space<'a>(&'a self, space: &'a str) -> impl Iterator<Item = &'a Function> {
        self.functions.iter().filter(move |function| function.namespace() == Some(space))
    }

    /// The constants in a namespace.
    pub fn constants<'a>(&'a self, space: &'a str) -> impl Iterator<Item = &'static str> + 'a {
        self.constants.iter().filter(move |(of, _)| *of == space).map(|(_, name)| *name)
    }

    /// The options that a parameter of a function is for, if it is.
    pub fn options(&self, space: Option<&str>, form: &Entry, parameter: &str) -> Option<Options> {
        Options::of(self.more, space, form, parameter)
    }

    /// The names of all namespaces.
    pub fn spaces(&self) -> Vec<&'static str> {
        let of_functions = self.functions.iter().filter_map(Function::namespace);
        let mut spaces: Vec<_> = of_functions.chain(self.constants.iter().map(|(space, _)| *space)).collect();
        spaces.sort_unstable();
        spaces.dedup();
        spaces
    }

    /// The methods and properties of values of a type, or of all if it is not known.
    pub fn methods(&self, of: Option<Kind>) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(move |function| {
            function.namespace().is_none()
                && function.receiver().is_some()
                && function.forms().iter().any(|form| of.is_none_or(|of| is_of(form, of)))
        })
    }

    /// The functions that a name means, in a namespace or as methods of a type or otherwise.
    pub fn named<'a>(&'a self, space: Option<&'a str>, name: &'a str) -> impl Iterator<Item = &'a Function> {
        self.functions.iter().filter(move |function| {
            function.namespace() == space && function.name().trim_start_matches("get$") == name
        })
    }

    /// The type that a function returns, if it is always the same one.
    pub fn returned(&self, space: Option<&str>, name: &str, receiver: Option<Kind>) -> Option<Kind> {
        let forms = self.named(space, name).flat_map(Function::forms).copied();
        let mut kinds =
            forms.filter(|form| receiver.is_none_or(|of| is_of(form, of))).map(|form| kind(&form.returns));
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }
}

fn is_of(form: &Entry, of: Kind) -> bool {
    form.params.first().is_some_and(|first| {
        let exactly = first.of.exactly.into_iter().flat_map(|types| types.split(" | "));
        first.of.kind == of
            || first.of.kind == Kind::Any
                && (first.of.exactly.is_none() || exactly.into_iter().any(|name| named(name) == Some(of)))
    })
}

/// The type that a value has if it is not `()`.
fn kind(of: &Type) -> Option<Kind> {
    let Some(exactly) = of.exactly else { return Some(of.kind).filter(|kind| *kind != Kind::Any) };
    let mut names = exactly.split(" | ").filter(|name| *name != "()");
    named(names.next()?).filter(|_| names.next().is_none())
}

/// The type of this name in signatures.
pub(crate) fn named(name: &'static str) -> Option<Kind> {
    Some(match name {
        "any" => return None,
        "bool" => Kind::Bool,
        "int" => Kind::Int,
        "float" => Kind::Float,
        "char" => Kind::Char,
        "string" => Kind::String,
        "array" => Kind::Array,
        "map" => Kind::Map,
        "blob" => Kind::Blob,
        "range" => Kind::Range,
        "Fn" => Kind::Fn,
        name if name.starts_with(char::is_uppercase) || name == "time" || name == "duration" => {
            Kind::Host(name)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_found_by_type() {
        let catalog = Catalog::new(&[]);
        let has = |of, name: &str| catalog.methods(of).any(|function| function.name() == name);
        assert!(has(Some(Kind::String), "to_upper") && !has(Some(Kind::Array), "to_upper"));
        assert!(has(None, "to_upper") && has(Some(Kind::Array), "push"));
        assert!(catalog.globals().all(|function| function.receiver().is_none()));
    }

    #[test]
    fn what_functions_return_is_known() {
        let catalog = Catalog::new(&[]);
        assert_eq!(catalog.returned(None, "split", Some(Kind::String)), Some(Kind::Array));
        assert_eq!(catalog.returned(Some("json"), "encode", None), Some(Kind::String));
        assert_eq!(catalog.returned(Some("json"), "decode", None), None);
        assert_eq!(catalog.returned(None, "no_such", None), None);
    }
}
