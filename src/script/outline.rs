//! What an error needs to know of a script's source beyond what Rhai says: the source is parsed
//! again for it.

use super::trace::CLOSURE_PREFIX;
use rhai::{ASTNode, Engine, Expr, OptimizationLevel, Position, ScriptFuncDef, Stmt, AST};
use std::collections::BTreeSet;

/// A place in a script.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The name of the function around it, as Rhai has it; `None` at the top level.
    pub(super) function: Option<String>,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A function that is written in a script.
pub(super) struct Function {
    pub(super) name: String,
    /// Its name and its parameters' names, with `private` where it is.
    pub(super) signature: String,
}

/// The functions of this script that have names; none if it doesn't parse.
pub(super) fn functions(text: &str) -> Vec<Function> {
    parse(text).as_ref().map(functions_of).unwrap_or_default()
}

/// The functions of this script that have names, by the number of their parameters.
pub(super) fn functions_of(ast: &AST) -> Vec<Function> {
    let named = ast.iter_functions().filter(|function| !function.name.starts_with(CLOSURE_PREFIX));
    let mut functions: Vec<_> = named
        .map(|function| Function { name: function.name.to_owned(), signature: function.to_string() })
        .collect();
    functions.sort_by_key(|function| (function.signature.matches(',').count(), function.signature.clone()));
    functions
}

/// The parameters of this closure, by the name that Rhai gives it, if it is written in this script.
pub(super) fn closure_parameters(text: &str, name: &str) -> Option<String> {
    let ast = parse(text)?;
    let closure = ast.iter_functions().find(|function| function.name == name)?;
    Some(format!("|{}|", closure.params.join(", ")))
}

/// The path that a script imports under this name, if it is written out.
pub(super) fn import(text: &str, alias: &str) -> Option<String> {
    let mut path = None;
    parse(text)?.walk(&mut |nodes| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = nodes.last() {
            if let (Expr::StringConstant(text, _), name) = (&import.0, &import.1) {
                if name.name == alias {
                    path = Some(text.to_string());
                }
            }
        }
        path.is_none()
    });
    path
}

/// Whether this closure, by the name that Rhai gives it, is written in this script.
///
/// Rhai says of a closure in which script it was called, not where it is from.
pub(super) fn has_closure(text: &str, name: &str) -> bool {
    closure_parameters(text, name).is_some()
}

/// The places of loops that read no variable, such as `loop {}`, in the order of the lines.
///
/// The guard's error has a position because a variable is read. Only a loop without any runs on
/// until the progress callback ends it, and such an error comes without a position. But there are
/// few loops like that.
pub(super) fn loops_without_variables(text: &str) -> Vec<Place> {
    let Some(ast) = parse(text) else {
        return Vec::new();
    };
    let mut loops = BTreeSet::new();
    let mut reading = BTreeSet::new();
    ast.walk(&mut |path| {
        let position = path.last().and_then(loop_position);
        loops.extend(position);
        if path.last().is_some_and(reads_variable) {
            reading.extend(path.iter().filter_map(loop_position));
        }
        true
    });
    let lonely = loops.difference(&reading);
    lonely
        .map(|&(line, column)| Place { function: function_around(&ast, (line, column)), line, column })
        .collect()
}

fn parse(text: &str) -> Option<AST> {
    let mut engine = Engine::new_raw();
    let depth = super::engine::MAX_EXPRESSION_DEPTH;
    engine.set_max_expr_depths(depth, depth);
    engine.set_optimization_level(OptimizationLevel::None);
    engine.compile(text).ok()
}

fn loop_position(node: &ASTNode<'_>) -> Option<(usize, usize)> {
    let ASTNode::Stmt(Stmt::While(_, position) | Stmt::Do(_, _, position) | Stmt::For(_, position)) = node
    else {
        return None;
    };
    Some((position.line()?, position.position()?))
}

fn reads_variable(node: &ASTNode<'_>) -> bool {
    matches!(node, ASTNode::Expr(Expr::Variable(name, ..)) if name.2.is_empty())
}

/// The name of the innermost function around a place; it begins last.
fn function_around(ast: &AST, (line, column): (usize, usize)) -> Option<String> {
    let place = |position: Position| (position.line().unwrap_or(0), position.position().unwrap_or(0));
    let begin = |function: &ScriptFuncDef| place(function.body.start_position());
    let end = |function: &ScriptFuncDef| place(function.body.end_position());
    ast.shared_lib()
        .iter_script_fn_info()
        .map(|(.., function)| function)
        .filter(|function| (begin(function)..=end(function)).contains(&(line, column)))
        .max_by_key(|function| begin(function))
        .map(|function| function.name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loops_without_variables_are_found() {
        let script = r"fn spin() {
    loop {}
}
fn busy(n) {
    loop { n += 1; }
    while n > 0 { loop { 1 + 1; } }
    [1].map(|x| { do { } while true; x })
}
";
        let places = loops_without_variables(script);
        let lines: Vec<_> = places.iter().map(|place| (place.line, place.column)).collect();
        assert_eq!(lines, [(2, 5), (6, 19), (7, 19)]);
        assert_eq!(places[0].function.as_deref(), Some("spin"));
        assert_eq!(places[1].function.as_deref(), Some("busy"));
        assert!(has_closure(script, places[2].function.as_ref().unwrap()));
    }
}
