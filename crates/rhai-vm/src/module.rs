//! Modules: tables of native functions with their documentation.
//!
//! [`module!`](crate::module!) makes two things of one description: a [`Module`], which the machine uses, and a
//! [`Chapter`], from which documentation and tools are made. A program that uses only the first has no text in it.

use crate::function::{Constant, Function, Namespace};
use crate::value::Kind;
use crate::Map;

/// Native functions that belong together.
#[derive(Debug)]
pub struct Module {
    /// Functions without a namespace, and methods.
    pub functions: &'static [Function],
    /// Functions with one.
    pub namespaces: &'static [Namespace],
}

/// The documentation of a module.
#[derive(Debug)]
pub struct Chapter {
    /// The title.
    pub title: &'static str,
    /// What the module is for, in Markdown.
    pub text: &'static str,
    /// Its functions without a namespace, and methods.
    pub functions: &'static [Entry],
    /// Its functions and constants with one.
    pub namespaces: &'static [Space],
    /// The options that its functions accept.
    pub options: &'static [OptionsParam],
}

/// A parameter of a function that is a map of options, or an array of such maps.
#[derive(Debug)]
pub struct OptionsParam {
    /// The function, as in `json::encode`, or for a method of a type as in `Router.get`.
    pub function: &'static str,
    /// The parameter's name.
    pub parameter: &'static str,
    /// Another parameter, by which this form of the function differs from others.
    pub beside: Option<&'static str>,
    /// Reads options as the function does.
    pub read: fn(Map) -> OptionsRead,
}

/// What came of reading options.
#[derive(Debug)]
pub struct OptionsRead {
    /// The names of all options that there can be.
    pub names: Vec<&'static str>,
    /// What is wrong.
    pub problem: Option<OptionsProblem>,
}

/// What is wrong with options.
#[derive(Debug)]
pub struct OptionsProblem {
    /// What is wrong, in a sentence.
    pub message: String,
    /// With which option; `None` if it is about several, or one that is missing.
    pub option: Option<String>,
    /// Whether it is the option's name, and not its value.
    pub is_name: bool,
}

impl OptionsParam {
    /// The options of a function.
    pub const fn new(function: &'static str, parameter: &'static str, read: fn(Map) -> OptionsRead) -> Self {
        Self { function, parameter, beside: None, read }
    }

    /// The same of the form of the function that also has this parameter.
    #[must_use]
    pub const fn beside(self, parameter: &'static str) -> Self {
        Self { beside: Some(parameter), ..self }
    }
}

/// A namespace in a chapter.
#[derive(Debug)]
pub struct Space {
    /// The name.
    pub name: &'static str,
    /// Its functions.
    pub functions: &'static [Entry],
    /// Its constants.
    pub constants: &'static [(&'static str, Constant)],
}

/// The documentation of a function.
#[derive(Debug)]
pub struct Entry {
    /// The function's name. `get$len` is the property `len`.
    pub name: &'static str,
    /// Whether it is a method that changes what it is called on.
    pub changes_first: bool,
    /// The parameters.
    pub params: &'static [EntryParam],
    /// What it returns.
    pub returns: Type,
    /// The types of the errors that it throws itself.
    pub throws: &'static [&'static str],
    /// What it does, in Markdown: a summary, more, and an example. Empty for another form of the function before.
    pub text: &'static str,
}

/// A parameter in the documentation.
#[derive(Debug)]
pub struct EntryParam {
    /// The name.
    pub name: &'static str,
    /// The type.
    pub of: Type,
    /// Whether it, and those after it, may be left out.
    pub optional: bool,
}

/// A type in the documentation.
#[derive(Debug)]
pub struct Type {
    /// The type by which functions are told apart.
    pub kind: Kind,
    /// The types that are meant, where several or others are: `string | blob`.
    pub exactly: Option<&'static str>,
}

impl Type {
    /// As a signature says it.
    pub fn name(&self) -> &'static str {
        self.exactly.unwrap_or(match self.kind {
            Kind::Any => "any",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::RangeInclusive => "range",
            kind => kind.name(),
        })
    }
}

/// Describes a module: its title, functions without a namespace, namespaces with functions, and the
/// parameters of these that are [options](OptionsParam).
///
/// A function is `new`, or `changing` where it is a method that changes what it is called on. Its parameters have a
/// [`Kind`] each, and in quotes the types that are meant where one does not say it; those after a semicolon may be
/// left out.
#[macro_export]
macro_rules! module {
    (
        $(#[doc = $text:literal])*
        $title:literal
        $(functions { $($function:tt)* })?
        $(namespace $space:literal $(($($constant:literal = $value:expr),* $(,)?))? { $($in_space:tt)* })*
        $(options $options:expr;)?
    ) => {
        /// The functions.
        pub const MODULE: $crate::module::Module = $crate::module::Module {
            functions: $crate::functions!($($($function)*)?),
            namespaces: &[$($crate::function::Namespace {
                name: $space,
                functions: $crate::functions!($($in_space)*),
                constants: &[$($(($constant, $value)),*)?],
            }),*],
        };

        /// Their documentation.
        pub const CHAPTER: $crate::module::Chapter = $crate::module::Chapter {
            title: $title,
            text: concat!($($text, "\n"),*),
            functions: $crate::entries!($($($function)*)?),
            namespaces: &[$($crate::module::Space {
                name: $space,
                functions: $crate::entries!($($in_space)*),
                constants: &[$($(($constant, $value)),*)?],
            }),*],
            options: $crate::options!($($options)?),
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! options {
    () => {
        &[]
    };
    ($options:expr) => {
        $options
    };
}

/// The table of the functions of a module.
#[doc(hidden)]
#[macro_export]
macro_rules! functions {
    ($(
        $(#[doc = $text:literal])*
        $how:ident $name:literal (
            $($param:ident: $kind:ident $(($host:expr))? $($types:literal)?),*
            $(; $($optional:ident: $optional_kind:ident $(($optional_host:expr))? $($optional_types:literal)?),+)?
        ) -> $returns:ident $(($returns_host:expr))? $($returns_types:literal)? $(throws $($error:ident $(. $detail:ident)?),+)?
        = $function:expr;
    )*) => {
        &[$($crate::function::Function::$how(
            $name,
            &[
                $($crate::function::param(stringify!($param), $crate::Kind::$kind $(($host))?),)*
                $($($crate::function::optional(
                    stringify!($optional),
                    $crate::Kind::$optional_kind $(($optional_host))?,
                ),)+)?
            ],
            $crate::Kind::$returns $(($returns_host))?,
            $function,
        )),*]
    };
}

/// The documentation of the functions of a module.
#[doc(hidden)]
#[macro_export]
macro_rules! entries {
    ($(
        $(#[doc = $text:literal])*
        $how:ident $name:literal (
            $($param:ident: $kind:ident $(($host:expr))? $($types:literal)?),*
            $(; $($optional:ident: $optional_kind:ident $(($optional_host:expr))? $($optional_types:literal)?),+)?
        ) -> $returns:ident $(($returns_host:expr))? $($returns_types:literal)? $(throws $($error:ident $(. $detail:ident)?),+)?
        = $function:expr;
    )*) => {
        &[$($crate::module::Entry {
            name: $name,
            changes_first: $crate::changes_first!($how),
            params: &[
                $($crate::module::EntryParam {
                    name: stringify!($param),
                    of: $crate::type_of!($crate::Kind::$kind $(($host))?, $($types)?),
                    optional: false,
                },)*
                $($($crate::module::EntryParam {
                    name: stringify!($optional),
                    of: $crate::type_of!($crate::Kind::$optional_kind $(($optional_host))?, $($optional_types)?),
                    optional: true,
                },)+)?
            ],
            returns: $crate::type_of!($crate::Kind::$returns $(($returns_host))?, $($returns_types)?),
            throws: &[$($(concat!(stringify!($error) $(, ".", stringify!($detail))?)),+)?],
            text: concat!($($text, "\n"),*),
        }),*]
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! changes_first {
    (new) => {
        false
    };
    (changing) => {
        true
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! type_of {
    ($kind:expr,) => {
        $crate::module::Type { kind: $kind, exactly: None }
    };
    ($kind:expr, $types:literal) => {
        $crate::module::Type { kind: $kind, exactly: Some($types) }
    };
}

#[cfg(test)]
mod tests {
    use crate::Kind;

    mod shout {
        use super::super::{OptionsParam, OptionsRead};
        use crate::function::Constant;

        module! {
            /// What makes text loud.
            "Shouting"

            namespace "shout" ("MARK" = Constant::Str("!")) {
                /// The text in upper case, with marks at its end.
                new "loudly" (text: Any "string | blob"; marks: Int) -> String throws ShoutError, Shout.TooLoud = |call| {
                    Ok(call.str(0).to_uppercase().into())
                };
            }

            options &[OptionsParam::new("shout::loudly", "marks", |_| OptionsRead { names: vec!["count"], problem: None })];
        }
    }

    #[test]
    fn a_description_is_a_table_and_its_documentation() {
        let namespace = &shout::MODULE.namespaces[0];
        let function = &namespace.functions[0];
        assert_eq!((namespace.name, namespace.constants[0].0), ("shout", "MARK"));
        assert_eq!((function.name, function.returns), ("loudly", Kind::String));
        assert!(!function.takes(0) && function.takes(1) && function.takes(2));

        assert_eq!((shout::CHAPTER.title, shout::CHAPTER.text), ("Shouting", " What makes text loud.\n"));
        let entry = &shout::CHAPTER.namespaces[0].functions[0];
        assert_eq!((entry.name, entry.text), ("loudly", " The text in upper case, with marks at its end.\n"));
        assert_eq!((entry.params[0].of.name(), entry.params[1].of.name()), ("string | blob", "int"));
        assert!(!entry.params[0].optional && entry.params[1].optional && !entry.changes_first);
        assert_eq!(entry.throws, ["ShoutError", "Shout.TooLoud"]);
        let [options] = shout::CHAPTER.options else { panic!("one parameter") };
        assert_eq!((options.parameter, (options.read)(crate::Map::new()).names), ("marks", vec!["count"]));
    }
}
