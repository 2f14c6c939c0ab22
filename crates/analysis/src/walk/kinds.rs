//! The types that a value may have, where that is more than one: `list | map`, or a field that may be missing.

use super::Walk;
use crate::aws;
use crate::catalog::named;
use crate::natives::{accepts, Type};
use crate::returned::MAX_KINDS;
use rhai::{Expr, FnCallExpr};
use rhai_vm::compile::{flatten, Link, LinkKind};
use rhai_vm::module::{self, Entry};
use rhai_vm::Kind;

impl Walk<'_> {
    /// The types that an expression may have; empty if it may have any.
    pub(crate) fn kinds(&self, expression: &Expr) -> Vec<Kind> {
        if let Some(of) = self.certain(expression) {
            return vec![of];
        }
        match expression {
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                self.scope.variable(&variable.1).map(|variable| variable.kinds.clone()).unwrap_or_default()
            }
            Expr::FnCall(call, _) if call.op_token.is_none() => self.kinds_of_call(call),
            Expr::Dot(..) | Expr::Index(..) => {
                let response = self.response(expression).filter(|response| !response.may_be_plain);
                let field = response.and_then(|it| it.operation.response(it.paths.first()?));
                match field.and_then(|field| aws::kind(&field)) {
                    Some(of) => vec![of, Kind::Unit],
                    None => self.kinds_of_chain(expression),
                }
            }
            _ => Vec::new(),
        }
    }

    fn kinds_of_call(&self, call: &FnCallExpr) -> Vec<Kind> {
        let (name, count) = (call.name.as_str(), call.args.len());
        if let Some(returned) = self.returned_by(call) {
            return returned.kinds;
        }
        let space = match &*call.namespace.path {
            [] if self.is_own(name, count) || name == "call" => return Vec::new(),
            [] => None,
            _ => match self.module(&call.namespace) {
                None => return Vec::new(),
                space => space,
            },
        };
        let types: Vec<_> = call.args.iter().map(|argument| self.certain(argument)).collect();
        returned(&self.natives().taking(space, name, count), &types)
    }

    fn kinds_of_chain(&self, expression: &Expr) -> Vec<Kind> {
        let (root, links) = flatten(expression);
        let Some((Link { kind: LinkKind::Method(call, _), is_optional: false, .. }, before)) =
            links.split_last()
        else {
            return Vec::new();
        };
        let (name, count) = (call.name.as_str(), call.args.len());
        let of = before.iter().fold(self.certain(root), |of, link| self.step(of, link));
        let is_open = of.is_none() && !self.project.is_complete();
        let may_be_closure = of.is_none_or(|of| of == Kind::Map) && self.project.may_be_field(name);
        if is_open || may_be_closure || self.may_be_own_method(name, count) {
            return Vec::new();
        }
        let arguments = call.args.iter().map(|argument| self.certain(argument));
        let types: Vec<_> = std::iter::once(of).chain(arguments).collect();
        returned(&self.natives().taking(None, name, count + 1), &types)
    }
}

/// The types that these forms return when they get arguments of these types; empty for any.
fn returned(forms: &[&Entry], types: &[Type]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for form in forms.iter().filter(|form| accepts(form, types)) {
        let Some(of) = kinds_of(&form.returns) else { return Vec::new() };
        kinds.extend(of);
    }
    kinds.sort_unstable_by_key(|of| of.name());
    kinds.dedup();
    if kinds.len() > MAX_KINDS {
        kinds.clear();
    }
    kinds
}

/// The types that are meant, if all of them are the language's.
fn kinds_of(of: &module::Type) -> Option<Vec<Kind>> {
    match of.exactly {
        None => (of.kind != Kind::Any).then(|| vec![of.kind]),
        Some(names) => {
            let kind = |name: &'static str| if name == "()" { Some(Kind::Unit) } else { named(name) };
            names.split(" | ").map(kind).collect()
        }
    }
}
