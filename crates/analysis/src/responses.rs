//! Responses of AWS: which fields they have, where the operation is written out.

use crate::aws::{self, Operation};
use crate::code::{Code, Severity};
use crate::natives::{mistyped, Meant};
use crate::operations::may_have;
use crate::walk::{closure_in, Walk};
use aws_api::{Parameter, Step};
use rhai::{Expr, FnCallExpr, Position};
use rhai_vm::compile::{flatten, Link, LinkKind};

/// Methods that leave their value as it is.
const READING: [&str; 26] = [
    "all",
    "any",
    "contains",
    "count",
    "entries",
    "filter",
    "find",
    "find_map",
    "first",
    "flat_map",
    "get",
    "group_by",
    "index_of",
    "is_empty",
    "keys",
    "last",
    "len",
    "map",
    "reduce",
    "some",
    "sorted_by",
    "sum",
    "to_json",
    "to_map",
    "to_string",
    "values",
];

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
/// Some of the members of an attribute value of `DynamoDB`.
const ATTRIBUTES: [&str; 4] = ["B", "BS", "L", "M"];

/// A part of a response of AWS.
#[derive(Clone)]
pub(crate) struct Response {
    operation: Operation,
    /// The ways to it; there are several to an item that is from one of several lists.
    paths: Vec<Vec<Step>>,
    /// Whether plain values may stand for attribute values.
    may_be_plain: bool,
}

/// A call of an operation in a script.
struct Called {
    function: String,
    response: Response,
}

impl Response {
    /// The part behind these links; `None` if a method is among them.
    fn behind(mut self, links: &[Link<'_>]) -> Option<Self> {
        for link in links {
            let step = match &link.kind {
                LinkKind::Property(name, _) => Step::Member((*name).to_owned()),
                LinkKind::Index(Expr::StringConstant(name, _)) => Step::Member(name.to_string()),
                LinkKind::Index(_) => Step::Item,
                LinkKind::Method(..) => return None,
            };
            self.enter(&step);
        }
        Some(self)
    }

    /// The items, if it is an array.
    fn items(mut self) -> Option<Self> {
        let is_array = |path: &Vec<Step>| {
            self.operation.response(path).is_some_and(|described| described.kind.starts_with("array"))
        };
        if !self.paths.iter().all(is_array) {
            return None;
        }
        self.enter(&Step::Item);
        Some(self)
    }

    fn enter(&mut self, step: &Step) {
        self.paths.iter_mut().for_each(|path| path.push(step.clone()));
    }

    /// The fields that it may have; `None` if it may have any.
    fn members(&self) -> Option<Vec<Parameter>> {
        let members = |path: &Vec<Step>| self.operation.response(path)?.members;
        let all: Vec<_> = self.paths.iter().map(members).collect::<Option<Vec<_>>>()?.concat();
        let is_member = |name: &&str| all.iter().any(|member| member.name == *name);
        let is_attribute = self.may_be_plain && ATTRIBUTES.iter().all(is_member);
        (!is_attribute).then_some(all)
    }

    /// What a page of the operation has in its lists.
    fn in_pages(mut self) -> Option<Self> {
        let mut paths = Vec::new();
        for key in aws::result_keys(&self.operation)? {
            let kind = self.operation.response(&key)?.kind;
            if kind.starts_with("array") {
                paths.push([key, vec![Step::Item]].concat());
            } else if kind.starts_with("map") {
                paths.push(key);
            }
        }
        self.paths = paths;
        (!self.paths.is_empty()).then_some(self)
    }
}

/// Whether a method certainly leaves its value as it is.
pub(crate) fn reads(method: &str) -> bool {
    READING.contains(&method)
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
        let ([space], [service, name, rest @ ..]) = (&*call.namespace.path, &*call.args) else { return None };
        if space.name != "aws" || self.scope.aliases.iter().any(|alias| alias.name == "aws") {
            return None;
        }
        let service = self.literal(service).text()?.to_owned();
        let mut name = self.literal(name).text()?.to_owned();
        if call.name == "wait" {
            let api = aws::service(&service)?;
            name = ::aws::waiters::find(&service, &api, &name).ok()?.1.operation.to_string();
        }
        let may_be_plain = rest.get(1).is_some_and(|options| may_have(&self.literal(options), "plain"));
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
        let is_native = !self.is_own(name, count) && !self.project.has_typed(name, count);
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
