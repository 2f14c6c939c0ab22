//! What an error needs to know of a script's source beyond what Rhai says: the source is parsed
//! again for it.

use crate::failure::Frame;
use rhai::{ASTNode, Engine, Expr, OptimizationLevel, Position, ScriptFuncDef, Stmt, AST};
use std::collections::BTreeSet;

/// Whether this closure, by the name that Rhai gives it, is written in this script.
///
/// Rhai says of a closure in which script it was called, not where it is from.
pub(super) fn has_closure(text: &str, name: &str) -> bool {
    parse(text).is_some_and(|ast| ast.iter_functions().any(|function| function.name == name))
}

/// The places of loops that read no variable, such as `loop {}`, in the order of the lines.
///
/// The guard's error has a position because a variable is read. Only a loop without any runs on
/// until the progress callback ends it, and such an error comes without a position. But there are
/// few loops like that.
pub(super) fn loops_without_variables(file: &str, text: &str) -> Vec<Frame> {
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
    let places = loops.difference(&reading);
    places.map(|(line, column)| frame(&ast, file, *line, *column)).collect()
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

fn frame(ast: &AST, file: &str, line: usize, column: usize) -> Frame {
    let place = |position: Position| (position.line().unwrap_or(0), position.position().unwrap_or(0));
    let around = |function: &ScriptFuncDef| {
        let body = &function.body;
        (place(body.start_position())..=place(body.end_position())).contains(&(line, column))
    };
    // The innermost function around it begins last.
    let function = ast
        .shared_lib()
        .iter_script_fn_info()
        .map(|(.., function)| function)
        .filter(|function| around(function))
        .max_by_key(|function| place(function.body.start_position()));
    Frame {
        function: function.map_or(super::trace::TOP_LEVEL.into(), |f| super::trace::display_name(&f.name)),
        file: file.to_owned(),
        line,
        column,
    }
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
        let places: Vec<_> =
            loops_without_variables("a.rhai", script).iter().map(ToString::to_string).collect();
        assert_eq!(places, ["at spin (a.rhai:2:5)", "at busy (a.rhai:6:19)", "at <closure> (a.rhai:7:19)"]);
    }
}
