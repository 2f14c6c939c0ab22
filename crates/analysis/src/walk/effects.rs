//! Statements that do nothing but calculate a value, which nobody uses.

use super::Walk;
use crate::code::Code;
use rhai::{Expr, FnCallExpr, Position};
use rhai_vm::compile::{flatten, LinkKind};
use rhai_vm::operators::BinaryOp;

impl Walk<'_> {
    /// `status == "closed";`
    ///
    /// A product or a quotient may be calculated for its error.
    pub(crate) fn check_operation_result(&mut self, call: &FnCallExpr, position: Position) {
        let op = call.op_token.as_ref().and_then(BinaryOp::from_token);
        if !op.is_some_and(|op| op.is_comparison() || matches!(op, BinaryOp::Add | BinaryOp::Sub)) {
            return;
        }
        let message = format!("the result of `{}` is not used", call.name);
        let help = if call.name == "==" { "write `=` to assign" } else { "remove it, or assign its value" };
        let span = self.operator(position);
        self.report(Code::UnusedResult, span, message, Some(help.to_owned()));
    }

    /// `name.to_upper();`
    pub(crate) fn check_method_result(&mut self, expression: &Expr) {
        let (_, links) = flatten(expression);
        let Some(LinkKind::Method(call, position)) = links.last().map(|link| &link.kind) else { return };
        let (name, count) = (call.name.as_str(), call.args.len());
        let is_own = self.may_be_own_method(name, count);
        let arguments = call.args.iter().map(|argument| self.certain(argument));
        let types: Vec<_> = std::iter::once(None).chain(arguments).collect();
        let is_pure =
            |argument: &Expr| super::closure_in(argument).is_none() || self.is_pure_closure(argument);
        let only_returns = self.natives().only_returns(name, &types) || {
            // A closure may do more than return a value.
            self.natives().only_calls(name, &types) && call.args.iter().all(is_pure)
        };
        if is_own || self.project.may_be_field(name) || !only_returns {
            return;
        }
        let span = self.word(*position);
        let message = format!("`{name}` returns a new value, which is not used");
        let help = format!("assign it: `x = x.{name}(…)`");
        self.report(Code::UnusedResult, span, message, Some(help));
    }
}
