//! Types that are certain without running anything.

use super::Walk;
use crate::natives::{accepts, Natives, Type};
use rhai::{Expr, FnCallExpr, Token};
use rhai_vm::compile::{flatten, Link, LinkKind};
use rhai_vm::module::Entry;
use rhai_vm::Kind;

const TIME: Kind = Kind::Host("Time");
const DURATION: Kind = Kind::Host("Duration");

impl Walk<'_> {
    /// The type of an expression, if it is certain.
    pub(crate) fn certain(&self, expression: &Expr) -> Type {
        Some(match expression {
            Expr::BoolConstant(..) | Expr::And(..) | Expr::Or(..) => Kind::Bool,
            Expr::IntegerConstant(..) => Kind::Int,
            Expr::FloatConstant(..) => Kind::Float,
            Expr::CharConstant(..) => Kind::Char,
            Expr::StringConstant(..) | Expr::InterpolatedString(..) => Kind::String,
            Expr::Array(..) => Kind::Array,
            Expr::Map(..) => Kind::Map,
            Expr::Unit(_) => Kind::Unit,
            Expr::DynamicConstant(value, _) => return value.is_fnptr().then_some(Kind::Fn),
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                return self.scope.variable(&variable.1).and_then(|variable| variable.of);
            }
            Expr::FnCall(call, _) => return self.result(call),
            Expr::Dot(..) | Expr::Index(..) => {
                let (root, links) = flatten(expression);
                return links.iter().fold(self.certain(root), |of, link| self.step(of, link));
            }
            _ => return None,
        })
    }

    /// The type of what a link of a chain leads to.
    pub(crate) fn step(&self, of: Type, link: &Link<'_>) -> Type {
        let call = match link.kind {
            LinkKind::Method(call, _) => call,
            LinkKind::Index(index) if !link.is_optional => {
                return match (of?, self.certain(index)?) {
                    (Kind::String, Kind::Int) => Some(Kind::Char),
                    (Kind::String, Kind::Range | Kind::RangeInclusive) => Some(Kind::String),
                    (Kind::Blob, Kind::Int) => Some(Kind::Int),
                    _ => None,
                };
            }
            _ => return None,
        };
        let count = call.args.len();
        if link.is_optional || self.is_own(&call.name, count) || self.project.has_typed(&call.name, count) {
            return None;
        }
        if of.is_none_or(|of| of == Kind::Map) && self.project.may_be_field(&call.name) {
            return None;
        }
        let mut forms = self.natives().taking(None, &call.name, count + 1);
        let is_of = |form: &&Entry, of: Kind| form.params.first().is_some_and(|first| first.of.kind == of);
        match of {
            Some(of) if forms.iter().any(|form| is_of(form, of)) => forms.retain(|form| is_of(form, of)),
            // A method of any value, such as `to_string`.
            Some(_) => forms.retain(|form| is_of(form, Kind::Any)),
            // Any value has the native method, unless it is a map with a closure from a script that is not at hand.
            None if self.project.is_complete() => {
                let arguments = call.args.iter().map(|argument| self.certain(argument));
                let types: Vec<_> = std::iter::once(None).chain(arguments).collect();
                forms.retain(|form| accepts(form, &types));
            }
            None => return None,
        }
        // A method that returns nothing is a mistake of its own.
        Natives::returned(&forms).filter(|of| *of != Kind::Unit)
    }

    fn result(&self, call: &FnCallExpr) -> Type {
        if let Some(token) = &call.op_token {
            return self.operation(token, &call.args);
        }
        let (name, count) = (call.name.as_str(), call.args.len());
        let space = match &*call.namespace.path {
            [] if self.is_own(name, count) => return None,
            [] => None,
            [space] if self.scope.aliases.iter().all(|alias| alias.name != space.name) => {
                Some(space.name.as_str())
            }
            _ => return None,
        };
        if call.capture_parent_scope || name == "call" {
            return None;
        }
        let forms = self.natives().taking(space, name, count);
        let types: Vec<_> = call.args.iter().map(|argument| self.certain(argument)).collect();
        let forms: Vec<_> = forms.into_iter().filter(|form| accepts(form, &types)).collect();
        Natives::returned(&forms)
    }

    fn operation(&self, token: &Token, operands: &[Expr]) -> Type {
        let types: Vec<_> = operands.iter().map(|operand| self.certain(operand)).collect();
        match (token, &*types) {
            (Token::ExclusiveRange, [Some(Kind::Int), Some(Kind::Int)]) => Some(Kind::Range),
            (Token::InclusiveRange, [Some(Kind::Int), Some(Kind::Int)]) => Some(Kind::RangeInclusive),
            (
                Token::EqualsTo
                | Token::NotEqualsTo
                | Token::LessThan
                | Token::LessThanEqualsTo
                | Token::GreaterThan
                | Token::GreaterThanEqualsTo
                | Token::Bang,
                _,
            ) => Some(Kind::Bool),
            (Token::Minus, [Some(TIME), Some(TIME)]) => Some(DURATION),
            (Token::Plus | Token::Minus | Token::Multiply | Token::Divide, [Some(a), Some(b)]) => {
                match (a, b) {
                    (Kind::Int, Kind::Int) => Some(Kind::Int),
                    (Kind::Int | Kind::Float, Kind::Int | Kind::Float) => Some(Kind::Float),
                    (Kind::String, Kind::String) if *token == Token::Plus => Some(Kind::String),
                    _ => None,
                }
            }
            (Token::Minus, [Some(of @ (Kind::Int | Kind::Float))]) => Some(*of),
            _ => None,
        }
    }
}
