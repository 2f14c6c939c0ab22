//! Walks through syntax trees. Those of rhai leave out the value of `break`.

use rhai::{ASTNode, Expr, Stmt};

/// What walks of rhai's call. Each type of it would be one more copy of all that walks.
pub(super) type OnNodes<'a> = dyn FnMut(&[ASTNode<'_>]) -> bool + 'a;

/// Visits an expression and what is within it, until `on_node` says no.
pub(super) fn walk(expression: &Expr, on_node: &mut dyn FnMut(&ASTNode<'_>) -> bool) -> bool {
    let on_nodes: &mut OnNodes<'_> = &mut |nodes| visit(nodes, on_node);
    expression.walk(&mut Vec::new(), on_nodes)
}

/// Visits the last of the nodes that a walk of rhai's has come to, and what that leaves out.
pub(super) fn visit(nodes: &[ASTNode<'_>], on_node: &mut dyn FnMut(&ASTNode<'_>) -> bool) -> bool {
    let Some(node) = nodes.last() else {
        return true;
    };
    on_node(node)
        && match node {
            ASTNode::Stmt(Stmt::BreakLoop(Some(value), ..)) => walk(value, on_node),
            _ => true,
        }
}
