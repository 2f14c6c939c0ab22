//! Which expressions are parts of responses of AWS, and fields that these do not have.

use super::{closure_in, Walk};
use crate::aws::{self, Operation};
use crate::code::{Code, Severity};
use crate::natives::{mistyped, Meant};
use crate::responses::Response;
use aws_api::Step;
use rhai::{Expr, FnCallExpr, Position};
use rhai_vm::compile::{flatten, Link, LinkKind};

/// Methods of arrays that call a closure with each item as its first argument.
const FOR_ITEMS: [&str; 11] = [
    "map",
    "flat_map",
    "filter",
    "for_each",
    "all",
    "some",
    "find",
    "find_map",
    "count",
    "partition",
    "group_by",
];
/// A call of an operation in a script.
struct Called {
    function: String,
    response: Response,
}

impl Walk<'_> {
    /// The part of a response of AWS that an expression is: a call, a variable with such a value, or a field of it.
    pub(crate) fn response(&self, expression: &Expr) -> Option<Response> {
        match expression {
            Expr::FnCall(call, _) => {
                let Called { function, response } = self.called(call)?;
                matches!(function.as_str(), "call" | "wait").then_some(response)
            }
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                self.scope.variable(&variable.1)?.response.clone()
            }
            Expr::Dot(..) | Expr::Index(..) => {
                let (root, links) = flatten(expression);
                self.response(root)?.behind(&links)
            }
            // `response.Items ?? []`
            Expr::Coalesce(parts, _) => {
                let (first, others) = parts.split_first()?;
                let is_empty = |other: &Expr| matches!(other, Expr::Array(items, _) if items.is_empty());
                self.response(first).filter(|_| others.iter().all(is_empty))
            }
            _ => None,
        }
    }

    /// The response that a call of a function of `aws` is about.
    fn called(&self, call: &FnCallExpr) -> Option<Called> {
        let [service, name, rest @ ..] = &*call.args else { return None };
        if self.module(&call.namespace) != Some("aws") {
            return None;
        }
        let service = self.literal(service).text()?.to_owned();
        let mut name = self.literal(name).text()?.to_owned();
        if call.name == "wait" {
            let api = aws::service(&service)?;
            name = ::aws::waiters::find(&service, &api, &name).ok()?.1.operation.to_string();
        }
        let may_be_plain = rest.get(1).is_some_and(|options| self.literal(options).may_have("plain"));
        let operation = Operation { service, name };
        let response = Response { operation, paths: vec![Vec::new()], may_be_plain };
        Some(Called { function: call.name.to_string(), response })
    }

    /// What the items of an expression are, if they are parts of a response: of a list, or of pages.
    pub(crate) fn items_of(&self, expression: &Expr) -> Option<Response> {
        if let Expr::FnCall(call, _) = expression {
            let Called { function, response } = self.called(call)?;
            return match function.as_str() {
                "pages" => Some(response),
                "items" => response.in_pages(),
                _ => None,
            };
        }
        self.response(expression)?.items()
    }

    /// The items with which a method calls its argument, if that is a closure, behind these links.
    pub(crate) fn item_for(
        &self,
        call: &FnCallExpr,
        argument: &Expr,
        root: &Expr,
        links: &[Link<'_>],
    ) -> Option<Response> {
        let (name, count) = (call.name.as_str(), call.args.len());
        closure_in(argument).filter(|_| FOR_ITEMS.contains(&name))?;
        let is_native = !self.may_be_own_method(name, count);
        self.response(root)?.behind(links)?.items().filter(|_| is_native)
    }

    /// Notes that the last variable always is this, unless it may change.
    pub(crate) fn note_response(&mut self, response: Option<Response>) {
        let Some(variable) = self.scope.variables.last_mut() else { return };
        if !self.frame.may_change_parts(&variable.name) {
            variable.response = response;
        }
    }

    /// A field of a response that the operation does not have: it is always `()`.
    pub(crate) fn check_response(&mut self, root: &Expr, links: &[Link<'_>]) {
        let Some(mut response) = self.response(root) else { return };
        for link in links {
            let (name, position) = match &link.kind {
                LinkKind::Property(name, position) => ((*name).to_owned(), *position),
                LinkKind::Index(Expr::StringConstant(name, position)) => (name.to_string(), *position),
                LinkKind::Index(_) => {
                    response.enter(&Step::Item);
                    continue;
                }
                LinkKind::Method(..) => return,
            };
            if let Some(members) = response.members() {
                if members.iter().all(|member| member.name != name) {
                    let names = members.iter().map(|member| member.name.as_str());
                    self.no_member(&response.operation, &name, mistyped(&name, names), position);
                    return;
                }
            }
            response.enter(&Step::Member(name));
            let operation = &response.operation;
            // An item of another list may lack the field.
            if response.paths.len() > 1 {
                response.paths.retain(|path| operation.response(path).is_some());
            }
        }
    }

    fn no_member(&mut self, operation: &Operation, name: &str, meant: Option<&str>, position: Position) {
        let Operation { service, name: called } = operation;
        let message = format!("the response of {service} {called} has no field `{name}`");
        let shown = || Meant::hint(format!("`rhambda aws {service} {called}` shows the operation"));
        let meant = meant.map_or_else(shown, Meant::name);
        let span = self.written_at(position);
        let finding = self.report_name(Code::UnknownField, span, message, name, Some(meant));
        // It is `()`, and not an error.
        finding.severity = Severity::Warning;
    }
}
