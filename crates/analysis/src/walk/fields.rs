//! Fields of maps that are written out, and of what Rhambda's functions return.

use super::own::closure_name;
use super::{closure_in, Walk};
use crate::code::{Code, Severity};
use crate::literals::Known;
use crate::natives::{mistyped, Meant};
use crate::returned::Fields;
use crate::scope::Shape;
use rhai::{Expr, FnCallExpr, Position};
use rhai_vm::compile::{flatten, Link, LinkKind};
use rhai_vm::Kind;
use rhambda::reference::REQUEST_PROPERTIES;

/// Functions that return a map, or an array of maps, with these fields and no others. Their descriptions name them.
const RETURNED: &[(&str, &str, &[&str])] = &[
    ("aws", "all", &["result", "error"]),
    ("aws", "events_put_all", &["sent", "failed"]),
    ("aws", "s3_copy", &["etag", "version_id"]),
    ("aws", "s3_delete_all", &["deleted", "failed"]),
    ("aws", "s3_head", &["size", "content_type", "etag", "version_id", "last_modified", "metadata"]),
    ("aws", "s3_list", &["key", "size", "etag", "last_modified", "storage_class"]),
    ("aws", "s3_presign_post", &["url", "fields"]),
    ("aws", "s3_put", &["etag", "version_id"]),
    ("aws", "sqs_send_all", &["sent", "failed"]),
    ("error", "info", &["type", "message", "stack", "data"]),
];
/// Those of them that return arrays.
const ARRAYS: [&str; 2] = ["all", "s3_list"];
/// What `batch::process` calls its function with.
const RECORD: &[&str] = &["id", "body", "group", "attempts", "record"];
/// Methods of routers whose closures get a request as their first parameter, or as their second one.
const WITH_REQUEST: [&str; 8] = ["any", "before", "delete", "get", "not_found", "patch", "post", "put"];
/// Methods of arrays that call a closure with an item.
const FOR_ITEMS: [&str; 14] = [
    "all",
    "any",
    "count",
    "filter",
    "find",
    "find_map",
    "flat_map",
    "group_by",
    "map",
    "max_by",
    "min_by",
    "partition",
    "some",
    "sorted_by",
];

impl Walk<'_> {
    /// The fields that the value of an expression has, if these are known.
    pub(crate) fn shape(&self, expression: &Expr) -> Option<Shape> {
        match expression {
            Expr::Variable(variable, ..) if variable.2.is_empty() => self.scope.variable(&variable.1)?.shape,
            Expr::FnCall(call, _) => {
                let space = self.module(&call.namespace)?;
                let is_it = |(of, name, _): &&(&str, &str, _)| *of == space && *name == call.name;
                let (of, name, fields) = RETURNED.iter().find(is_it)?;
                Some(Shape { of: name, space: of, fields, is_array: ARRAYS.contains(name) })
            }
            Expr::Index(..) => {
                let (root, links) = flatten(expression);
                let [Link { kind: LinkKind::Index(index), .. }] = &*links else { return None };
                let is_number = self.certain(index) == Some(Kind::Int);
                self.shape(root)?.item().filter(|_| is_number)
            }
            _ => None,
        }
    }

    /// The fields of what a method calls the closure with that is its argument.
    pub(crate) fn shape_of_item(
        &self,
        call: &FnCallExpr,
        argument: &Expr,
        root: &Expr,
        is_first: bool,
    ) -> Option<Shape> {
        closure_in(argument)?;
        let name = call.name.as_str();
        let is_route = matches!(&*call.args, [Expr::StringConstant(..), _, ..]) || call.args.len() == 1;
        if WITH_REQUEST.contains(&name) && is_route && self.is_router(root) {
            // `set` adds properties.
            return Some(Shape {
                of: "request",
                space: "router",
                fields: REQUEST_PROPERTIES,
                is_array: false,
            });
        }
        self.shape(root)?.item().filter(|_| is_first && FOR_ITEMS.contains(&name))
    }

    /// Whether an expression is `router::create()`.
    fn is_router(&self, expression: &Expr) -> bool {
        match expression {
            Expr::FnCall(call, _) => matches!(&*call.namespace.path, [space] if space.name == "router"),
            expression => self.certain(expression) == Some(Kind::Host("Router")),
        }
    }

    /// The fields of a map that a function of a script has returned.
    pub(crate) fn fields(&self, expression: &Expr) -> Option<Fields> {
        match expression {
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                self.scope.variable(&variable.1)?.fields.clone()
            }
            Expr::FnCall(call, _) => {
                let names = self.returned_by(call)?.fields?;
                Some(Fields { function: call.name.to_string(), names })
            }
            _ => None,
        }
    }

    /// A field that does not exist, and is `()`.
    pub(crate) fn check_fields(&mut self, root: &Expr, links: &[Link<'_>]) {
        let Some(Link { kind, .. }) = links.first() else { return };
        let (name, position) = match kind {
            LinkKind::Property(name, position) => ((*name).to_owned(), *position),
            LinkKind::Index(index) => return self.check_bounds(root, index),
            LinkKind::Method(..) => return,
        };
        if let Some(shape) = self.shape(root).filter(|shape| !shape.is_array) {
            let mut scripts = self.project.scripts.values();
            let is_added = shape.space == "router" && scripts.any(|script| script.strings.contains(&name));
            if !shape.fields.contains(&name.as_str()) && !is_added {
                let known = shape.fields.iter().copied();
                let all = || Meant::hint(format!("it has {}", shape.fields.join(", ")));
                let meant = mistyped(&name, known).map_or_else(all, Meant::name);
                let what = shape.what();
                self.missing_field(&name, position, format!("{what} has no field `{name}`"), meant);
            }
            return;
        }
        let (what, names) = if let Some(Fields { function, names }) = self.fields(root) {
            (format!("the map that `{function}` returns"), names.to_vec())
        } else if let Known::Map(entries) = self.literal(root).value {
            ("the map".to_owned(), entries.into_iter().map(|(name, ..)| name).collect())
        } else {
            return;
        };
        // A field that is missing may be meant to be, but not one with nearly the name of another.
        let names = names.iter().map(String::as_str);
        let meant = if names.clone().any(|known| known == name) { None } else { mistyped(&name, names) };
        if let Some(meant) = meant.map(Meant::name) {
            self.missing_field(&name, position, format!("{what} has no field `{name}`"), meant);
        }
    }

    /// `list[3]`, where the array is written out and has fewer items.
    fn check_bounds(&mut self, root: &Expr, index: &Expr) {
        let Known::Scalar(rhai_vm::Value::Int(number)) = self.literal(index).value else { return };
        let Known::Array(items) = self.literal(root).value else { return };
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        if !(-count..count).contains(&number) {
            let message = format!("the array has {count} items, and none at the index {number}");
            let span = self.word(index.start_position());
            self.report(
                Code::ArgumentValue,
                span,
                message,
                Some("the first item has the index 0".to_owned()),
            );
        }
    }

    fn missing_field(&mut self, name: &str, position: Position, message: String, meant: Meant) {
        let span = self.word(position);
        let finding = self.report_name(Code::UnknownField, span, message, name, Some(meant));
        // It is `()`, and not an error.
        finding.severity = Severity::Warning;
    }
}

/// The fields of what a function in a namespace calls the closure with that is its argument.
pub(crate) fn shape_of_argument(call: &FnCallExpr, argument: &Expr) -> Option<Shape> {
    let [space] = &*call.namespace.path else { return None };
    closure_name(argument)?;
    let is_batch = space.name == "batch" && call.name == "process";
    is_batch.then_some(Shape { of: "process", space: "batch", fields: RECORD, is_array: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhambda::reference;

    #[test]
    fn the_descriptions_of_functions_name_these_fields() {
        for (space, name, fields) in RETURNED {
            let spaces = reference::modules().iter().flat_map(|chapter| chapter.namespaces);
            let mut entries = spaces.filter(|it| it.name == *space).flat_map(|space| space.functions);
            let text = entries.find(|entry| entry.name == *name).map_or("", |entry| entry.text);
            for field in *fields {
                assert!(text.contains(&format!("`{field}`")), "{space}::{name}: {field}");
            }
        }
    }
}
