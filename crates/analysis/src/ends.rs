//! Statements after which nothing follows.

use rhai::{ASTFlags, ASTNode, Expr, FnCallExpr, Stmt, StmtBlock};

/// Whether what follows a statement in its block is never reached.
pub(crate) fn ends(statement: &Stmt) -> bool {
    match statement {
        Stmt::Return(..) | Stmt::BreakLoop(..) => true,
        Stmt::FnCall(call, _) => is_exit(call),
        Stmt::Expr(expression) => ends_in(expression),
        Stmt::Block(block) => block_ends(block),
        Stmt::If(flow, _) | Stmt::TryCatch(flow, _) => block_ends(&flow.body) && block_ends(&flow.branch),
        Stmt::Switch(switch, _) => {
            let cases = &switch.1;
            cases.def_case.is_some() && cases.expressions.iter().all(|case| ends_in(&case.rhs))
        }
        // `loop`
        Stmt::While(flow, _) => matches!(flow.expr, Expr::Unit(_)) && !has_break(&flow.body),
        _ => false,
    }
}

fn ends_in(expression: &Expr) -> bool {
    match expression {
        Expr::FnCall(call, _) => is_exit(call),
        Expr::Stmt(block) => block_ends(block),
        _ => false,
    }
}

fn is_exit(call: &FnCallExpr) -> bool {
    call.name == "exit" && call.namespace.is_empty()
}

fn block_ends(block: &StmtBlock) -> bool {
    block.statements().iter().any(ends)
}

/// Whether a loop's body leaves the loop. A `break` of a loop within counts too: that may be wrong, and does no harm.
fn has_break(body: &StmtBlock) -> bool {
    let mut found = false;
    for statement in body.statements() {
        statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
            if let Some(ASTNode::Stmt(Stmt::BreakLoop(_, flags, _))) = nodes.last() {
                found |= flags.contains(ASTFlags::BREAK);
            }
            true
        });
    }
    found
}
