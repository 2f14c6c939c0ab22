//! Types that are certain without running anything.

use super::Walk;
use crate::frame::written_type;
use crate::natives::{accepts, Natives, Type, TIME};
use crate::script::GLOBAL;
use rhai::{ASTFlags, Expr, FnCallExpr, Namespace, Stmt, Token};
use rhai_vm::compile::{flatten, Link, LinkKind};
use rhai_vm::module::Entry;
use rhai_vm::Kind;
use rhambda::reference;

pub(crate) const DURATION: Kind = Kind::Host("Duration");
pub(crate) const DECIMAL: Kind = Kind::Host("Decimal");
const RESPONSE: Kind = Kind::Host("Response");

impl Walk<'_> {
    /// The type of an expression, if it is certain.
    pub(crate) fn certain(&self, expression: &Expr) -> Type {
        match expression {
            Expr::And(..) | Expr::Or(..) => Some(Kind::Bool),
            Expr::Unit(_) => Some(Kind::Unit),
            Expr::DynamicConstant(value, _) => value.is_fnptr().then_some(Kind::Fn),
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                self.scope.variable(&variable.1).and_then(|variable| variable.of)
            }
            Expr::Variable(variable, ..) => self.type_of_constant(&variable.2, &variable.1),
            Expr::FnCall(call, _) => self.result(call),
            Expr::Dot(..) | Expr::Index(..) => {
                let (root, links) = flatten(expression);
                links.iter().fold(self.certain(root), |of, link| self.step(of, link))
            }
            _ => written_type(expression),
        }
    }

    /// The type of a constant of this script's or another's top level, if its value is written out.
    fn type_of_constant(&self, namespace: &Namespace, name: &str) -> Type {
        let [space] = &*namespace.path else { return None };
        let script = match self.scope.alias(&space.name) {
            Some(alias) => self.project.target(self.script, alias.path.as_ref()?)?,
            None if space.name == GLOBAL => self.script,
            None => return None,
        };
        let mut values = script.main.iter().filter_map(|statement| match statement {
            Stmt::Var(definition, flags, _) if definition.0.name == name => Some((&definition.1, *flags)),
            _ => None,
        });
        let (value, flags) = values.next().filter(|_| values.next().is_none())?;
        flags.contains(ASTFlags::CONSTANT).then(|| written_type(value))?
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
            LinkKind::Property(name, _) if !link.is_optional => return self.type_of_property(of?, name),
            _ => return None,
        };
        let count = call.args.len();
        if link.is_optional || self.may_be_own_method(&call.name, count) {
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

    /// The type of a property of a value of this type, if it is always the same.
    fn type_of_property(&self, of: Kind, name: &str) -> Type {
        match (of, name) {
            (RESPONSE, "status") => return Some(Kind::Int),
            (RESPONSE, "ok") => return Some(Kind::Bool),
            (RESPONSE, "headers") => return Some(Kind::Map),
            (RESPONSE, "cookies") => return Some(Kind::Array),
            (RESPONSE, "url") | (TIME, "zone" | "offset") => return Some(Kind::String),
            (TIME | DURATION, _) => {
                let Kind::Host(type_name) = of else { return None };
                let is_known = reference::properties(type_name).is_some_and(|names| names.contains(&name));
                return is_known.then_some(Kind::Int);
            }
            _ => {}
        }
        let getter = format!("get${name}");
        let forms = self.natives().forms(None, &getter).iter().copied();
        let forms: Vec<_> =
            forms.filter(|form| form.params.first().is_some_and(|first| first.of.kind == of)).collect();
        Natives::returned(&forms)
    }

    pub(crate) fn result(&self, call: &FnCallExpr) -> Type {
        if let Some(token) = &call.op_token {
            return self.operation(token, &call.args);
        }
        let (name, count) = (call.name.as_str(), call.args.len());
        let space = match &*call.namespace.path {
            [] if self.is_own(name, count) => return self.returned_by(call)?.of,
            [] => None,
            [space] => {
                if self.scope.alias(&space.name).is_some() {
                    return self.returned_by(call)?.of;
                }
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
            (Token::Plus | Token::Minus, [Some(of @ (TIME | DURATION)), Some(DURATION)])
            | (Token::Minus, [Some(of @ (Kind::Int | Kind::Float))]) => Some(*of),
            (
                Token::Plus | Token::Minus | Token::Multiply | Token::Divide | Token::Modulo,
                [Some(a), Some(b)],
            ) => match (a, b) {
                (Kind::Int, Kind::Int) => Some(Kind::Int),
                (Kind::Int | Kind::Float, Kind::Int | Kind::Float) => Some(Kind::Float),
                (Kind::String, Kind::String) if *token == Token::Plus => Some(Kind::String),
                _ => None,
            },
            _ => None,
        }
    }
}
