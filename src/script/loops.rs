//! Loops that read no variable, such as `loop {}`.
//!
//! The guard's error carries a position because a variable is read. Only a loop without any runs on
//! until the progress callback ends it, and such an error comes without a position; but there are
//! few loops like that, and they can be found in the source.

use crate::failure::Frame;
use rhai::{ASTNode, Engine, Expr, Position, ScriptFuncDef, Stmt, AST};
use std::collections::BTreeSet;

/// The places of such loops in a script, in the order of the lines.
pub(super) fn without_variables(file: &str, text: &str) -> Vec<Frame> {
    let mut engine = Engine::new_raw();
    let depth = super::engine::MAX_EXPRESSION_DEPTH;
    engine.set_max_expr_depths(depth, depth);
    let Ok(ast) = engine.compile(text) else {
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
        let places: Vec<_> = without_variables("a.rhai", script).iter().map(ToString::to_string).collect();
        assert_eq!(places, ["at spin (a.rhai:2:5)", "at busy (a.rhai:6:19)", "at <closure> (a.rhai:7:19)"]);
    }
}
