//! Values that are lost, or are not what they seem.

use super::own::is_throw;
use super::{Walk, CONTEXT};
use crate::code::Code;
use crate::frame::written_type;
use crate::natives::Type;
use crate::script::Function;
use rhai::{ASTFlags, Expr, FlowControl, FnCallExpr, Position, Stmt, StmtBlock};
use rhai_vm::compile::{flatten, Link, LinkKind};
use rhai_vm::Kind;
use rhambda::script::habits;

/// Functions of a script are followed so deep to find out whether they return something.
const MAX_DEPTH: usize = 4;

impl Walk<'_> {
    /// A function that changes its first argument in place, where its result is used.
    pub(crate) fn check_in_place(&mut self, of: Type, name: &str, count: usize, position: Position) {
        if self.natives().is_in_place(of, name, count) {
            let message =
                format!("`{name}` changes its value in place and returns `()`, and its result is used here");
            let help = habits::in_place_remedy(name);
            let span = self.word(position);
            self.report(Code::InPlaceResult, span, message, Some(help));
        }
    }

    /// `list[0] ?? …`, which throws where there is no such item.
    pub(crate) fn check_index_default(&mut self, parts: &[Expr]) {
        let (root, links) = flatten(&parts[0]);
        let Some((Link { kind: LinkKind::Index(index), .. }, before)) = links.split_last() else { return };
        let of = before.iter().fold(self.certain(root), |of, link| self.step(of, link));
        let number = match (index, of) {
            // Of a map it would be an error anyway, and a context has no items.
            (_, Some(Kind::Map | CONTEXT)) => return,
            (Expr::IntegerConstant(number, _), _) => number.to_string(),
            (Expr::Variable(variable, ..), Some(Kind::Array | Kind::String)) => variable.1.to_string(),
            (_, Some(Kind::Array | Kind::String)) => "…".to_owned(),
            _ => return,
        };
        let span = self.word(index.start_position());
        let message = "an index throws where there is no such item, so `??` does not get there".to_owned();
        let help = format!("write `.get({number}) ?? …`, which is `()` there");
        self.report(Code::IndexDefault, span, message, Some(help));
    }

    /// `list.filter(|x| x.done = true)`, where a comparison is meant.
    pub(crate) fn check_assignment(&mut self, closure: &Expr) {
        let Some([Stmt::Assignment(assignment)]) = self.written(closure).map(|closure| &*closure.body) else {
            return;
        };
        if !assignment.0.is_op_assignment() {
            let span = self.word(assignment.1.lhs.start_position());
            let message = "an assignment has no value, and this closure is called for its value".to_owned();
            self.report(Code::AssignedCondition, span, message, Some("write `==` to compare".to_owned()));
        }
    }

    /// `try { 1 } catch { 2 }` at the end of a function, where 2 is dropped.
    pub(crate) fn check_catch_value(&mut self, flow: &FlowControl) {
        let has_value = |block: &StmtBlock| {
            let last = block.statements().last();
            self.ends_open(block) && last.is_some_and(|last| self.is_value(last, MAX_DEPTH))
        };
        let Some(value) = flow.branch.statements().last() else { return };
        // A value that is written out is meant as one, whatever the `try` block comes to.
        let is_meant = is_literal(value) && self.may_have_value(&flow.body);
        // So is one where the `try` block returns another.
        let returns = matches!(flow.body.statements().last(),
            Some(Stmt::Return(Some(_), flags, _)) if !is_throw(*flags));
        if !has_value(&flow.branch) || !has_value(&flow.body) && !is_meant && !returns {
            return;
        }
        let span = self.word(value.position());
        let message = "`try` has no value if its `catch` block runs: this value is dropped".to_owned();
        let help = "write `return` before it, or assign it to a variable that is declared before `try`";
        self.report(Code::CatchValue, span, message, Some(help.to_owned()));
    }

    /// Whether a block ends with an expression that may have a value, without a semicolon.
    fn may_have_value(&self, block: &StmtBlock) -> bool {
        let is_unit = |space: Option<&str>, call: &FnCallExpr, count: usize| {
            let forms = self.natives().taking(space, &call.name, count);
            !forms.is_empty() && forms.iter().all(|form| form.returns.kind == Kind::Unit)
        };
        let is_unit_call = |call: &FnCallExpr| {
            let space = call.namespace.path.first().map(|space| space.name.as_str());
            is_unit(space, call, call.args.len())
        };
        self.ends_open(block)
            && match block.statements().last() {
                Some(Stmt::FnCall(call, _)) => !is_unit_call(call),
                Some(Stmt::Expr(expression)) => match &**expression {
                    Expr::FnCall(call, _) => !is_unit_call(call),
                    Expr::Dot(..) => match flatten(expression).1.last().map(|link| &link.kind) {
                        Some(LinkKind::Method(call, _)) => !is_unit(None, call, call.args.len() + 1),
                        _ => true,
                    },
                    _ => true,
                },
                _ => false,
            }
    }

    /// Whether the last statement of a block is not ended by a semicolon: its value is meant.
    fn ends_open(&self, block: &StmtBlock) -> bool {
        let end = self.script.text.offset(block.end_position());
        !self.script.text.as_str()[..end].trim_end().ends_with(';')
    }

    /// Whether a statement certainly has a value other than `()`.
    fn is_value(&self, statement: &Stmt, depth: usize) -> bool {
        let last = |statements: &[Stmt]| statements.last().is_some_and(|last| self.is_value(last, depth));
        match statement {
            Stmt::Expr(expression) => self.is_value_of(expression, depth),
            Stmt::FnCall(call, _) => self.returns_value(call, depth),
            Stmt::Block(block) => last(block.statements()),
            Stmt::If(flow, _) => last(flow.body.statements()) && last(flow.branch.statements()),
            _ => false,
        }
    }

    /// Whether a function certainly returns a value other than `()`, if it comes to its end.
    fn ends_with_value(&self, function: &Function, depth: usize) -> bool {
        match function.body.last() {
            Some(Stmt::Return(Some(value), flags, _)) => {
                !flags.contains(ASTFlags::BREAK) && self.is_value_of(value, depth)
            }
            Some(last) => self.is_value(last, depth),
            None => false,
        }
    }

    fn is_value_of(&self, expression: &Expr, depth: usize) -> bool {
        match expression {
            Expr::Unit(_) => false,
            Expr::Stmt(block) => {
                block.statements().last().is_some_and(|statement| self.is_value(statement, depth))
            }
            Expr::FnCall(call, _) => self.returns_value(call, depth),
            Expr::Dot(..) | Expr::Index(..) => {
                let (_, links) = flatten(expression);
                match links.last().map(|link| &link.kind) {
                    Some(LinkKind::Method(call, _)) => {
                        self.certain(expression).is_some_and(is_something)
                            || self.returns_something(None, &call.name, call.args.len() + 1)
                    }
                    _ => true,
                }
            }
            _ => true,
        }
    }

    fn returns_value(&self, call: &FnCallExpr, depth: usize) -> bool {
        let (name, count) = (call.name.as_str(), call.args.len());
        match &*call.namespace.path {
            _ if call.op_token.is_some() => true,
            [] => match self.script.find(name, count) {
                Some(function) => depth > 0 && self.ends_with_value(function, depth - 1),
                None => self.returns_something(None, name, count),
            },
            [space] => self.returns_something(Some(&space.name), name, count),
            _ => false,
        }
    }

    /// Whether all native functions of this name return a value.
    fn returns_something(&self, space: Option<&str>, name: &str, count: usize) -> bool {
        let forms = self.natives().taking(space, name, count);
        !forms.is_empty() && forms.iter().all(|form| is_something(form.returns.kind))
    }
}

/// Whether a statement is a value that is written out, which has no other use.
fn is_literal(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(expression) if written_type(expression).is_some())
}

fn is_something(of: Kind) -> bool {
    !matches!(of, Kind::Unit | Kind::Any)
}
