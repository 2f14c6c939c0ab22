//! Expressions that do nothing but return a value.

use super::own::closure_name;
use super::Walk;
use crate::code::Code;
use crate::script::Function;
use rhai::{Expr, FnCallExpr, Position, Stmt};
use rhai_vm::compile::{flatten, LinkKind};

/// Functions are followed so deep.
const MAX_DEPTH: usize = 3;
/// Functions that throw if their arguments are wrong, and are called for nothing but their value.
const BUILDING: [(&str, &str); 3] = [("", "http_response"), ("router", "redirect"), ("json", "encode")];

impl Walk<'_> {
    /// A value that is dropped: `name;`, `#{ status: 400 };` or `http_response(400, "no");`
    pub(crate) fn check_dropped(&mut self, expression: &Expr) {
        let (what, position) = match expression {
            Expr::Variable(variable, _, position) => (format!("the value of `{}`", variable.1), *position),
            Expr::Map(_, position) => ("this map".to_owned(), *position),
            Expr::Array(_, position) => ("this array".to_owned(), *position),
            Expr::InterpolatedString(_, position) | Expr::StringConstant(_, position) => {
                ("this string".to_owned(), *position)
            }
            Expr::IntegerConstant(_, position) | Expr::BoolConstant(_, position) => {
                ("this value".to_owned(), *position)
            }
            _ => return,
        };
        if self.is_pure(expression, MAX_DEPTH) {
            self.dropped(&what, position);
        }
    }

    /// A call whose result is dropped.
    pub(crate) fn check_dropped_call(&mut self, call: &FnCallExpr, position: Position) {
        if call.op_token.is_none() && self.is_pure_call(call, MAX_DEPTH) {
            self.dropped(&format!("the result of `{}`", call.name), position);
        }
    }

    fn dropped(&mut self, what: &str, position: Position) {
        let span = self.word(position);
        let message = format!("{what} is not used");
        let help = "to return it here, write `return` before it".to_owned();
        self.report(Code::UnusedResult, span, message, Some(help));
    }

    /// Whether a method with this closure does nothing but return a value.
    pub(crate) fn is_pure_closure(&self, argument: &Expr) -> bool {
        let Some((name, _)) = closure_name(argument) else { return false };
        let closure = self.script.closures.get(&name);
        closure.is_some_and(|closure| self.is_pure_function(closure, MAX_DEPTH))
    }

    fn is_pure_function(&self, function: &Function, depth: usize) -> bool {
        depth > 0
            && match &*function.body {
                // It is there to do nothing.
                [Stmt::Expr(expression)] if matches!(**expression, Expr::Unit(_)) => false,
                [Stmt::Expr(expression)] => self.is_pure(expression, depth - 1),
                [Stmt::FnCall(call, _)] => self.is_pure_call(call, depth - 1),
                [Stmt::Return(Some(expression), flags, _)] => {
                    !super::own::is_throw(*flags) && self.is_pure(expression, depth - 1)
                }
                _ => false,
            }
    }

    fn is_pure(&self, expression: &Expr, depth: usize) -> bool {
        match expression {
            Expr::Variable(..)
            | Expr::BoolConstant(..)
            | Expr::IntegerConstant(..)
            | Expr::FloatConstant(..)
            | Expr::CharConstant(..)
            | Expr::StringConstant(..)
            | Expr::Unit(_) => true,
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                parts.iter().all(|part| self.is_pure(part, depth))
            }
            Expr::Map(entries, _) => entries.0.iter().all(|(_, value)| self.is_pure(value, depth)),
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
                parts.iter().all(|part| self.is_pure(part, depth))
            }
            Expr::FnCall(call, _) => self.is_pure_call(call, depth),
            Expr::Dot(..) | Expr::Index(..) => {
                let (root, links) = flatten(expression);
                self.is_pure(root, depth)
                    && links.iter().all(|link| match link.kind {
                        LinkKind::Property(..) => true,
                        LinkKind::Index(index) => self.is_pure(index, depth),
                        LinkKind::Method(call, _) => self.is_pure_method(call, depth),
                    })
            }
            _ => false,
        }
    }

    fn is_pure_method(&self, call: &FnCallExpr, depth: usize) -> bool {
        let (name, count) = (call.name.as_str(), call.args.len());
        let types = vec![None; count + 1];
        !self.may_be_own_method(name, count)
            && !self.project.may_be_field(name)
            && (name == "to_string" || self.natives().only_returns(name, &types))
            && call.args.iter().all(|argument| self.is_pure(argument, depth))
    }

    fn is_pure_call(&self, call: &FnCallExpr, depth: usize) -> bool {
        let (name, count) = (call.name.as_str(), call.args.len());
        let are_pure = call.args.iter().all(|argument| self.is_pure(argument, depth));
        let space = match &*call.namespace.path {
            _ if call.op_token.is_some() => return are_pure,
            [] if self.is_own(name, count) => {
                let function = self.script.find(name, count);
                return are_pure && function.is_some_and(|function| self.is_pure_function(function, depth));
            }
            [] => "",
            _ => match self.module(&call.namespace) {
                Some(space) => space,
                None => return false,
            },
        };
        are_pure && BUILDING.contains(&(space, name))
    }
}
