//! Copies: changes that are lost with them, and loops that make one in every round.

use super::Walk;
use crate::code::Code;
use crate::frame::position_of;
use rhai::{ASTNode, BinaryExpr, Expr, FnCallExpr, Ident, OpAssignment, Position, Stmt, StmtBlock, Token};
use rhai_vm::compile::{flatten, Link, LinkKind};

/// Methods that return a part of their list, which is a copy.
const COPYING: [&str; 3] = ["extract", "skip", "sub_string"];

/// How a block uses a variable.
#[derive(Default)]
struct Uses {
    /// The first assignment to a part of it, or call of a method that changes it or a part of it.
    first_write: Option<Position>,
    /// Whether it is read after that.
    is_read_after: bool,
    /// Whether the order is not that of the text, or somebody else has it.
    is_unclear: bool,
    /// The first assignment to the variable itself.
    first_assignment: Option<Position>,
    /// Whether it is read other than to assign to it, or a closure captures it.
    is_read: bool,
    /// The field that the first write is to, if it is one.
    field: Option<String>,
}

impl Walk<'_> {
    /// A `for` loop that changes only its own variable.
    pub(crate) fn check_for_copy(&mut self, name: &Ident, body: &StmtBlock) {
        let uses = Uses::of(&name.name, body, &|call| self.changes_in_place(call));
        if let Some(position) = uses.first_assignment.filter(|_| !uses.is_read) {
            let span = self.word(position);
            let message = format!("`{}` is a copy of the item: the new value is never read", name.name);
            let help = "assign to `list[i]`, or make a new list with `map`".to_owned();
            self.report(Code::ForCopy, span, message, Some(help));
            return;
        }
        let Some(position) = uses.first_write.filter(|_| !uses.is_unclear && !uses.is_read_after) else {
            return;
        };
        let span = self.word(position);
        let message = format!("`{}` is a copy of the item: this change is lost", name.name);
        let help = "count with an index and assign to `list[i]`, or make a new list with `map`";
        self.report(Code::ForCopy, span, message, Some(help.to_owned()));
    }

    /// Whether a method certainly changes its value and does nothing else.
    fn changes_in_place(&self, call: &FnCallExpr) -> bool {
        let (name, count) = (&call.name, call.args.len());
        !self.may_be_own_method(name, count)
            && !self.project.may_be_field(name)
            && self.natives().is_in_place(None, name, count + 1)
            && !self.natives().is_of_host(name, count + 1)
    }

    /// `list = list.extract(1)` or `list = list + [x]` in a loop.
    pub(crate) fn check_quadratic(&mut self, assignment: &(OpAssignment, BinaryExpr)) {
        let (operator, BinaryExpr { lhs, rhs }) = assignment;
        let Expr::Variable(target, _, position) = lhs else { return };
        let Some(restarted) = self.frame.loops.last() else { return };
        let declared = self.scope.variable(&target.1).map_or(0, |variable| variable.loops);
        let is_new = declared == self.frame.loops.len() || restarted.contains(target.1.as_str());
        if is_new || operator.is_op_assignment() {
            return;
        }
        let is_target =
            |expression: &Expr| matches!(expression, Expr::Variable(other, ..) if other.1 == target.1);
        let (copies, help) = match rhs {
            Expr::FnCall(call, _) if call.op_token == Some(Token::Plus) => match &*call.args {
                // It does not, as long as no closure or `catch` block can see the list.
                [list, Expr::Array(..)] if is_target(list) => {
                    ("may copy", "use `push`, which always changes the list in place")
                }
                _ => return,
            },
            Expr::Dot(..) => {
                let (root, links) = flatten(rhs);
                match (&*links, is_target(root)) {
                    ([link], true) if matches!(link.kind, LinkKind::Method(call, _) if COPYING.contains(&call.name.as_str())) => {
                        ("copies", "count with an index, or use `chop`, `drain` or `split`")
                    }
                    _ => return,
                }
            }
            _ => return,
        };
        let span = self.word(*position);
        let message = format!("every round of the loop {copies} `{}`", target.1);
        self.report(Code::QuadraticLoop, span, message, Some(help.to_owned()));
    }
}

impl Uses {
    /// How the statements of a block use a variable. `changes` tells whether a method changes its value.
    fn of(name: &str, body: &StmtBlock, changes: &dyn Fn(&FnCallExpr) -> bool) -> Self {
        let mut uses = Self::default();
        let written = |node: &ASTNode<'_>| position_of(name, written(node, changes)?);
        for statement in body.statements() {
            statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
                uses.look_at(name, nodes, &written);
                true
            });
        }
        uses
    }

    fn look_at(
        &mut self,
        name: &str,
        nodes: &[ASTNode<'_>],
        written: &dyn Fn(&ASTNode<'_>) -> Option<Position>,
    ) {
        if let Some(position) = nodes.last().and_then(written) {
            let is_whole = matches!(nodes.last(), Some(ASTNode::Stmt(Stmt::Assignment(assignment)))
                if matches!(assignment.1.lhs, Expr::Variable(..)));
            // A loop within may read later what comes before in the text.
            self.is_unclear |= is_whole || nodes.iter().any(is_loop);
            if is_whole {
                self.first_assignment.get_or_insert(position);
            } else {
                self.is_read = true;
            }
            if self.first_write.is_none() {
                self.field = nodes.last().and_then(field_of);
            }
            self.first_write.get_or_insert(position);
            return;
        }
        match nodes.last() {
            Some(ASTNode::Stmt(Stmt::Share(names))) => {
                let is_shared = names.iter().any(|(shared, _)| shared.name == name);
                self.is_unclear |= is_shared;
                self.is_read |= is_shared;
            }
            Some(ASTNode::Expr(expression)) => {
                let Some(position) = position_of(name, expression) else { return };
                let is_in_assignment = |node: &ASTNode<'_>| {
                    matches!(node, ASTNode::Stmt(Stmt::Assignment(assignment))
                        if position_of(name, &assignment.1.lhs).is_some())
                };
                self.is_read |= !nodes.iter().any(is_in_assignment);
                // What is read of it is another field.
                let parent = nodes.len().checked_sub(2).map(|at| &nodes[at]);
                let other = parent.and_then(first_field).filter(|_| self.field.is_some());
                if other.is_some() && other != self.field {
                    return;
                }
                let mut writes = nodes.iter().filter_map(written);
                // The value of the first assignment is read before it.
                let is_before = writes
                    .next_back()
                    .is_some_and(|write| Some(write) == self.first_write || write == position);
                self.is_read_after |= self.first_write.is_some() && !is_before;
            }
            _ => {}
        }
    }
}

/// What a statement or expression changes, or has a part of that it changes.
fn written<'a>(node: &ASTNode<'a>, changes: &dyn Fn(&FnCallExpr) -> bool) -> Option<&'a Expr> {
    match node {
        ASTNode::Stmt(Stmt::Assignment(assignment)) => Some(flatten(&assignment.1.lhs).0),
        ASTNode::Expr(expression @ Expr::Dot(..)) => {
            let (root, links) = flatten(expression);
            let is_change = matches!(links.last()?.kind, LinkKind::Method(call, _) if changes(call));
            is_change.then_some(root)
        }
        _ => None,
    }
}

/// The field that an assignment is to, if it is one of the variable's own.
fn field_of(node: &ASTNode<'_>) -> Option<String> {
    match node {
        ASTNode::Stmt(Stmt::Assignment(assignment)) => {
            match (&*flatten(&assignment.1.lhs).1, &assignment.0) {
                ([link], operator) if !operator.is_op_assignment() => field(link),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The first field in a chain.
fn first_field(node: &ASTNode<'_>) -> Option<String> {
    match node {
        ASTNode::Expr(expression @ (Expr::Dot(..) | Expr::Index(..))) => {
            field(flatten(expression).1.first()?)
        }
        _ => None,
    }
}

fn field(link: &Link<'_>) -> Option<String> {
    match link.kind {
        LinkKind::Property(name, _) => Some(name.to_owned()),
        LinkKind::Index(Expr::StringConstant(name, _)) => Some(name.to_string()),
        _ => None,
    }
}

fn is_loop(node: &ASTNode<'_>) -> bool {
    matches!(node, ASTNode::Stmt(Stmt::While(..) | Stmt::Do(..) | Stmt::For(..)))
}
