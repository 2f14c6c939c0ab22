//! Closures that functions are called with, and for how many arguments.

use super::own::closure_name;
use super::Walk;
use crate::code::Code;
use rhai::{Expr, FnCallExpr};

/// Methods, and the most parameters that their closures can have.
const METHODS: &[(&str, usize)] = &[
    ("all", 2),
    ("any", 2),
    ("count", 2),
    ("dedup", 2),
    ("drain", 2),
    ("filter", 2),
    ("find", 2),
    ("find_map", 2),
    ("flat_map", 2),
    ("for_each", 1),
    ("group_by", 2),
    ("index_of", 2),
    ("map", 2),
    ("map_values", 2),
    ("max_by", 1),
    ("min_by", 1),
    ("order", 2),
    ("order_by", 2),
    ("partition", 2),
    ("reduce", 3),
    ("reduce_rev", 3),
    ("retain", 2),
    ("some", 2),
    ("sort", 2),
    ("sort_by", 2),
    ("sorted", 2),
    ("sorted_by", 2),
    ("unique_by", 2),
    ("zip", 3),
];
/// The same of functions in namespaces.
const QUALIFIED: &[(&str, &str, usize)] = &[
    ("batch", "process", 1),
    ("cache", "get_or", 0),
    ("idempotency", "run", 0),
    ("regex", "replace", 1),
    ("trace", "span", 0),
];
/// Methods of routers. The paths of their routes begin with a slash.
const ROUTES: [&str; 6] = ["any", "delete", "get", "patch", "post", "put"];

impl Walk<'_> {
    /// The closures among the arguments of a native method.
    pub(crate) fn check_callbacks(&mut self, call: &FnCallExpr) {
        let name = call.name.as_str();
        let is_route = ROUTES.contains(&name) && matches!(&*call.args, [Expr::StringConstant(..), _, ..]);
        let most = match METHODS.iter().find(|(method, _)| *method == name) {
            _ if is_route || matches!(name, "before" | "not_found") => 1,
            Some((_, most)) => *most,
            None => return,
        };
        self.check_closures(call, most);
    }

    /// The closures among the arguments of a function in a namespace.
    pub(crate) fn check_qualified_callbacks(&mut self, space: &str, call: &FnCallExpr) {
        let name = call.name.as_str();
        let found = QUALIFIED.iter().find(|(of, function, _)| *of == space && *function == name);
        if let Some((.., most)) = found {
            self.check_closures(call, *most);
        }
    }

    fn check_closures(&mut self, call: &FnCallExpr, most: usize) {
        for argument in &call.args {
            let Some((closure, captured)) = closure_name(argument) else { continue };
            let Some(closure) = self.script.closures.get(&closure) else { continue };
            let params = closure.params.get(captured..).unwrap_or_default();
            if params.len() > most {
                let message =
                    format!("`{}` does not call a closure with {} arguments", call.name, params.len());
                let help = match most {
                    0 => "write `|| …`: it has no parameters".to_owned(),
                    1 => "it has one parameter".to_owned(),
                    most => format!("it has at most {most} parameters"),
                };
                let position = super::closure_in(argument).map_or(argument.position(), Expr::start_position);
                let span = self.word(position);
                self.report(Code::ArgumentCount, span, message, Some(help));
            }
        }
    }
}
