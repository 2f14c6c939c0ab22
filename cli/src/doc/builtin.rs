//! What scripts have without writing it, from the same descriptions as in an editor.

use anyhow::{anyhow, Result};
use rhambda::reference::{self, Function};
use std::fmt::Write as _;

/// So many similar names are listed in an error.
const MOST_ALIKE: usize = 3;

/// The documentation of what scripts have without writing it, in Markdown.
///
/// # Errors
/// When there is nothing of this name.
pub(crate) fn of_builtin(name: &str) -> Result<String> {
    let functions = reference::functions();
    let plain = |function: &Function| function.name().trim_start_matches("get$").to_owned();
    let qualified = |function: &Function| function.qualified_name().replace("get$", "");
    let exact: Vec<_> = functions.iter().filter(|function| qualified(function) == name).collect();
    if !exact.is_empty() {
        return Ok(pages(&exact));
    }
    let inside: Vec<_> = functions.iter().filter(|function| function.namespace() == Some(name)).collect();
    if !inside.is_empty() {
        let mut text = format!("module {name}\n");
        for function in inside {
            let _ = write!(text, "\n{}\n    {}", function.signatures().join("\n"), function.summary());
        }
        return Ok(text);
    }
    // A method of one of several types, or any function of this name.
    let is_method = |function: &Function| {
        let parts = name.split_once('.').zip(function.receiver());
        parts.is_some_and(|((of, method), types)| {
            plain(function) == method && types.split('|').any(|candidate| candidate == of)
        })
    };
    let alike = functions.iter().filter(|function| plain(function) == name || is_method(function));
    let alike: Vec<_> = alike.collect();
    if !alike.is_empty() {
        return Ok(pages(&alike));
    }
    // The name may be written with its module or without.
    let likeness = |function: &&Function| {
        likeness::of(name, &qualified(function)).max(likeness::of(name, &plain(function)))
    };
    let mut alike: Vec<_> = functions.iter().map(|function| (likeness(&function), function)).collect();
    alike.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut alike: Vec<_> =
        alike.into_iter().map(|(_, function)| format!("`{}`", qualified(function))).collect();
    alike.dedup();
    alike.truncate(MOST_ALIKE);
    let short: String = name.chars().take(80).collect();
    Err(anyhow!(
        "{short:?} is not a function or module; similar names are {}. `rhambda functions` lists all",
        alike.join(", ")
    ))
}

fn pages(functions: &[&Function]) -> String {
    functions.iter().map(|function| page(function)).collect::<Vec<_>>().join("\n\n")
}

/// A function: how it is called, what it does, and its example.
fn page(function: &Function) -> String {
    format!("{}\n\n{}", function.signatures().join("\n"), crate::lsp::docs(function))
}
