//! What the statements of a function do to variables.

use crate::natives::{changes_first, reads};
use rhai::{ASTNode, BinaryExpr, Expr, Position, Stmt, StmtBlock};
use rhai_vm::compile::{flatten, Link, LinkKind};
use std::collections::HashSet;

/// Functions that can see or change any variable of their caller.
const SEEING_ALL: [&str; 2] = ["eval", "is_def_var"];

/// What is known of a running function before its statements are looked at.
#[derive(Default)]
pub(crate) struct Frame {
    /// Variables whose values may get another type.
    pub(crate) changing: HashSet<String>,
    /// Variables that may get another value of the same type, or whose values may get another part.
    pub(crate) changing_parts: HashSet<String>,
    /// Whether any variable may be read and changed by a text that is evaluated.
    pub(crate) is_opaque: bool,
    /// The loops around, each with the variables that get another value in every round.
    pub(crate) loops: Vec<HashSet<String>>,
}

impl Frame {
    /// What these statements do to variables, with what closures do to those that they capture. `is_own` tells the names of
    /// the script's functions.
    pub(crate) fn of(statements: &[Stmt], closures: &Self, is_own: impl Fn(&str) -> bool) -> Self {
        let mut frame = Self::default();
        for statement in statements {
            statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
                frame.look_at(nodes, closures, &is_own);
                true
            });
        }
        frame
    }

    /// Enters a loop.
    pub(crate) fn enter_loop(&mut self, body: &StmtBlock) {
        self.loops.push(restarted(body));
    }

    /// Leaves the innermost loop.
    pub(crate) fn leave_loop(&mut self) {
        self.loops.pop();
    }

    /// Whether the variable may get a value of another type.
    pub(crate) fn may_change(&self, name: &str) -> bool {
        self.is_opaque || self.changing.contains(name)
    }

    /// Whether the variable may get another value, or its value another part.
    pub(crate) fn may_change_parts(&self, name: &str) -> bool {
        self.may_change(name) || self.changing_parts.contains(name)
    }

    fn look_at(&mut self, nodes: &[ASTNode<'_>], closures: &Self, is_own: &dyn Fn(&str) -> bool) {
        match nodes.last() {
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                let (operator, BinaryExpr { lhs, rhs }) = &**assignment;
                // `n += 1` leaves the type as it is.
                let is_step = operator.is_op_assignment() && matches!(rhs, Expr::IntegerConstant(..));
                let (root, links) = flatten(lhs);
                if let (Expr::Variable(variable, ..), [_, ..]) = (root, &*links) {
                    self.changing_parts.insert(variable.1.to_string());
                }
                if let Expr::Variable(variable, ..) = lhs {
                    let changing = if is_step { &mut self.changing_parts } else { &mut self.changing };
                    changing.insert(variable.1.to_string());
                }
            }
            // What a closure captures, it may change.
            Some(ASTNode::Stmt(Stmt::Share(names))) => {
                for name in names.iter().map(|(name, _)| name.name.as_str()) {
                    if closures.changing.contains(name) {
                        self.changing.insert(name.to_owned());
                    }
                    if closures.changing_parts.contains(name) {
                        self.changing_parts.insert(name.to_owned());
                    }
                }
            }
            Some(ASTNode::Stmt(Stmt::FnCall(call, _)) | ASTNode::Expr(Expr::FnCall(call, _))) => {
                self.is_opaque |= call.capture_parent_scope || SEEING_ALL.contains(&call.name.as_str());
                // `push(list, item)` changes the variable as `list.push(item)` does.
                if let Some(Expr::Variable(variable, ..)) = call.args.first() {
                    if call.op_token.is_none() && changes_first(&call.name) {
                        self.changing_parts.insert(variable.1.to_string());
                    }
                }
            }
            // A function of the script may assign to `this`.
            Some(ASTNode::Expr(expression @ Expr::Dot(..))) => {
                let (root, links) = flatten(expression);
                let may_assign = |link: &Link<'_>| match link.kind {
                    LinkKind::Method(call, _) => is_own(&call.name) || call.name == "call",
                    _ => false,
                };
                let is_change =
                    |link: &Link<'_>| matches!(link.kind, LinkKind::Method(call, _) if !reads(&call.name));
                if let Expr::Variable(variable, ..) = root {
                    if links.iter().any(may_assign) {
                        self.changing.insert(variable.1.to_string());
                    }
                    if links.iter().any(is_change) {
                        self.changing_parts.insert(variable.1.to_string());
                    }
                }
            }
            _ => {}
        }
    }
}

/// The variables to which a loop's body assigns something that does not come from them.
fn restarted(body: &StmtBlock) -> HashSet<String> {
    let mut found = HashSet::new();
    for statement in body.statements() {
        statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
            if let Some(ASTNode::Stmt(Stmt::Assignment(assignment))) = nodes.last() {
                let (operator, BinaryExpr { lhs, rhs }) = &**assignment;
                if let (Expr::Variable(variable, ..), false) = (lhs, operator.is_op_assignment()) {
                    if !mentions(rhs, &variable.1) {
                        found.insert(variable.1.to_string());
                    }
                }
            }
            true
        });
    }
    found
}

fn mentions(expression: &Expr, name: &str) -> bool {
    let mut found = false;
    expression.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
        if let Some(ASTNode::Expr(expression)) = nodes.last() {
            found |= position_of(name, expression).is_some();
        }
        true
    });
    found
}

/// Where an expression is the variable of this name.
pub(crate) fn position_of(name: &str, expression: &Expr) -> Option<Position> {
    match expression {
        Expr::Variable(variable, _, position) if variable.2.is_empty() && variable.1 == name => {
            Some(*position)
        }
        _ => None,
    }
}
