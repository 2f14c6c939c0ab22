//! Arguments that are written out, with a value that the function does not accept.

use super::Walk;
use crate::code::Code;
use crate::literals::Known;
use crate::natives::{mistyped, Meant};
use rhai::FnCallExpr;
use rhai_vm::Map;
use rhambda::reference;

impl Walk<'_> {
    /// The pattern of a function of `regex`.
    pub(crate) fn check_regex(&mut self, call: &FnCallExpr) {
        let Some(pattern) = call.args.first().map(|pattern| self.literal(pattern)) else { return };
        if let Some(problem) = pattern.text().and_then(reference::regex_problem) {
            let span = self.written_at(pattern.place);
            self.report(Code::ArgumentValue, span, problem, None);
        }
    }

    /// The options of a function of `http`.
    pub(crate) fn check_http(&mut self, call: &FnCallExpr) {
        let number = match call.name.as_str() {
            "request" => 0,
            "get" | "delete" | "head" => 1,
            "post" | "put" | "patch" => 2,
            _ => return,
        };
        let Some(Known::Map(entries)) = call.args.get(number).map(|options| self.literal(options).value)
        else {
            return;
        };
        for (name, place, value) in &entries {
            let options = Map::from_entries(vec![(name.as_str().into(), value.value())]);
            let Some(problem) = reference::http_problem(options) else { continue };
            if let Some((problem, names)) = problem.split_once("; the options are ") {
                let all = || Meant::hint(format!("the options are {names}"));
                let meant = mistyped(name, names.split(", ")).map_or_else(all, Meant::name);
                self.report_at(Code::ArgumentValue, *place, problem.to_owned(), name, Some(meant));
            } else if value.is_whole() {
                self.report_at(Code::ArgumentValue, value.place, problem, "", None);
            }
        }
    }
}
