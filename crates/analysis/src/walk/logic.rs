//! Conditions that always have the same result, whatever the variables are.

use super::Walk;
use crate::code::Code;
use rhai::{Expr, FnCallExpr, Position, Token};
use rhai_vm::compile::{flatten, LinkKind};
use rhai_vm::Kind;
use std::ops::Range;

/// A comparison of a variable, or of a part of one, with a value that is written out.
struct Compared {
    what: String,
    with: String,
    position: Position,
}

impl Walk<'_> {
    /// `x != "a" || x != "b"`, which is always true, and `x == "a" && x == "b"`, which never is.
    pub(crate) fn check_alternatives(&mut self, parts: &[Expr], is_or: bool) {
        let token = if is_or { Token::NotEqualsTo } else { Token::EqualsTo };
        let compared: Vec<_> = parts.iter().filter_map(|part| compared(part, &token)).collect();
        for (number, this) in compared.iter().enumerate() {
            let differs = |other: &&Compared| other.what == this.what && other.with != this.with;
            if compared[..number].iter().find(differs).is_some() {
                let always = if is_or { "always" } else { "never" };
                let message = format!("this is {always} true: `{}` cannot be two values", this.what);
                let help = if is_or { "write `&&` in place of `||`" } else { "write `||` in place of `&&`" };
                let span = self.operator(this.position);
                self.report(Code::Comparison, span, message, Some(help.to_owned()));
                return;
            }
        }
    }

    /// `x == x`
    pub(crate) fn check_same_operands(&mut self, call: &FnCallExpr, position: Position) {
        let is_comparison = matches!(
            call.op_token,
            Some(
                Token::EqualsTo
                    | Token::LessThan
                    | Token::GreaterThan
                    | Token::LessThanEqualsTo
                    | Token::GreaterThanEqualsTo
            )
        );
        let [a, b] = &*call.args else { return };
        if is_comparison && name_of(a).is_some_and(|name| Some(name) == name_of(b)) {
            let message = "a value is compared with itself".to_owned();
            let span = self.operator(position);
            self.report(Code::Comparison, span, message, Some("compare it with another value".to_owned()));
        }
    }

    /// `if false { … }`: what is never reached begins at the condition, or at the `else` block.
    pub(crate) fn check_written_condition(&mut self, condition: &Expr, is_loop: bool) {
        let Expr::BoolConstant(value, position) = condition else { return };
        if *value && is_loop {
            return;
        }
        let message = if *value {
            "the `else` block is never reached: the condition is always true"
        } else {
            "the block is never reached: the condition is always false"
        };
        let span: Range<usize> = self.word(*position);
        self.report(
            Code::Unreachable,
            span,
            message.to_owned(),
            Some("remove it, or correct the condition".to_owned()),
        );
    }

    /// `n / 0` or `n % 0`
    pub(crate) fn check_zero(&mut self, call: &FnCallExpr, position: Position) {
        let is_division = matches!(call.op_token, Some(Token::Divide | Token::Modulo));
        if let ([left, Expr::IntegerConstant(0, _)], true) = (&*call.args, is_division) {
            // `1 / 0` is meant to fail.
            let is_written = matches!(left, Expr::IntegerConstant(..));
            let is_int = self.certain(left) == Some(Kind::Int) || call.op_token == Some(Token::Modulo);
            if is_int && !is_written {
                let span = self.operator(position);
                self.report(Code::ArgumentValue, span, "a division by zero is an error".to_owned(), None);
            }
        }
    }
}

fn compared(expression: &Expr, token: &Token) -> Option<Compared> {
    let Expr::FnCall(call, position) = expression else { return None };
    let [a, b] = &*call.args else { return None };
    if call.op_token.as_ref() != Some(token) {
        return None;
    }
    let (what, with) = name_of(a).zip(value_of(b)).or_else(|| name_of(b).zip(value_of(a)))?;
    Some(Compared { what, with, position: *position })
}

/// A variable or a part of one, as it is written.
fn name_of(expression: &Expr) -> Option<String> {
    let (root, links) = flatten(expression);
    let Expr::Variable(variable, ..) = root else { return None };
    let mut name = variable.1.to_string();
    for link in links {
        let LinkKind::Property(property, _) = link.kind else { return None };
        name = format!("{name}.{property}");
    }
    Some(name)
}

fn value_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringConstant(text, _) => Some(format!("{text:?}")),
        Expr::IntegerConstant(number, _) => Some(number.to_string()),
        Expr::BoolConstant(value, _) => Some(value.to_string()),
        _ => None,
    }
}
