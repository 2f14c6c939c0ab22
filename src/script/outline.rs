//! What an error needs to know of a script beyond what happened: what is written in it.

use rhai_vm::code::{Func, Op, Unit};
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::{Str, Value};

/// A function that is written in a script.
pub(super) struct Function {
    pub(super) name: String,
    /// Its name and its parameters' names, with `private` where it is.
    pub(super) signature: String,
}

/// The functions of this script that have names, by the number of their parameters.
pub(super) fn functions(unit: &Unit) -> Vec<Function> {
    let named = unit.functions.iter().filter(|function| !function.name.starts_with(CLOSURE_PREFIX));
    let mut functions: Vec<_> = named
        .map(|function| Function { name: function.name.to_string(), signature: signature(function) })
        .collect();
    functions.sort_by_key(|function| (function.signature.matches(',').count(), function.signature.clone()));
    functions
}

/// How a function is declared.
pub(super) fn signature(function: &Func) -> String {
    let access = if function.is_private { "private " } else { "" };
    let this_type = function.this_type.as_ref().map(|name| format!("{name:?}.")).unwrap_or_default();
    format!("{access}{this_type}{}({})", function.name, parameters(function))
}

/// The parameters of this closure, by the name that Rhai gives it, if it is written in this script.
pub(super) fn closure_parameters(unit: &Unit, name: &str) -> Option<String> {
    let closure = unit.functions.iter().find(|function| function.name == name)?;
    Some(format!("|{}|", parameters(closure)))
}

fn parameters(function: &Func) -> String {
    function.params.iter().map(Str::as_str).collect::<Vec<_>>().join(", ")
}

/// The path that a script imports under this name, if it is written out.
pub(super) fn import<'a>(unit: &'a Unit, alias: &str) -> Option<&'a str> {
    let mut functions = std::iter::once(&unit.main).chain(&unit.functions);
    functions.find_map(|function| import_in(function, alias))
}

fn import_in<'a>(function: &'a Func, alias: &str) -> Option<&'a str> {
    let text = |number: u32| match function.constants.get(number as usize) {
        Some(Value::Str(text)) => Some(text.as_str()),
        _ => None,
    };
    // A path that is written out is a constant, loaded by the instruction before.
    function.code.windows(2).find_map(|pair| match *pair {
        [Op::Const(loaded, path), Op::Import(register, name)]
            if loaded == register && text(name) == Some(alias) =>
        {
            text(path)
        }
        _ => None,
    })
}
