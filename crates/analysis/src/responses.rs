//! Responses of AWS: which fields they have, where the operation is written out.

use crate::aws::Operation;
use crate::code::{Code, Severity};
use crate::natives::mistyped;
use crate::walk::Walk;
use aws_api::Step;
use rhai::{Expr, Position};
use rhai_vm::compile::{Link, LinkKind};

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

/// Whether a method certainly leaves its value as it is.
pub(crate) fn reads(method: &str) -> bool {
    READING.contains(&method)
}

impl Walk<'_> {
    /// The operation whose response an expression is: a call of `aws::call`, or a variable with such a value.
    pub(crate) fn called(&self, expression: &Expr) -> Option<Operation> {
        match expression {
            Expr::FnCall(call, _) if call.name == "call" => match (&*call.namespace.path, &*call.args) {
                ([space], [Expr::StringConstant(service, _), Expr::StringConstant(name, _), ..])
                    if space.name == "aws" && self.scope.aliases.iter().all(|alias| alias.name != "aws") =>
                {
                    Some(Operation { service: service.to_string(), name: name.to_string() })
                }
                _ => None,
            },
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                self.scope.variable(&variable.1)?.response.clone()
            }
            _ => None,
        }
    }

    /// A field of a response that the operation does not have: it is always `()`.
    pub(crate) fn check_response(&mut self, root: &Expr, links: &[Link<'_>]) {
        let Some(operation) = self.called(root) else { return };
        let mut path = Vec::new();
        for link in links {
            let (name, position) = match &link.kind {
                LinkKind::Property(name, position) => ((*name).to_owned(), *position),
                LinkKind::Index(Expr::StringConstant(name, position)) => (name.to_string(), *position),
                LinkKind::Index(_) => {
                    path.push(Step::Item);
                    continue;
                }
                LinkKind::Method(..) => return,
            };
            let Some(members) = operation.response(&path).and_then(|described| described.members) else {
                path.push(Step::Member(name));
                continue;
            };
            if members.iter().all(|member| member.name != name) {
                let names = members.iter().map(|member| member.name.as_str());
                self.no_member(&operation, &name, mistyped(&name, names), position);
                return;
            }
            path.push(Step::Member(name));
        }
    }

    fn no_member(&mut self, operation: &Operation, name: &str, meant: Option<&str>, position: Position) {
        let Operation { service, name: called } = operation;
        let message = format!("the response of {service} {called} has no field `{name}`");
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("`rhambda aws {service} {called}` shows the operation"),
        };
        let span = self.word(position);
        self.report(Code::UnknownField, span, message, Some(help));
        // It is `()`, and not an error.
        if let Some(finding) = self.findings.last_mut() {
            finding.severity = Severity::Warning;
        }
    }
}
