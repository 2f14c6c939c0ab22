//! Tests that are never run, and handlers that they invoke.

use super::Walk;
use crate::code::Code;
use crate::natives::{mistyped, Meant};
use crate::script::Function;
use rhai::{Expr, FnCallExpr};
use rhambda::handler::HandlerSpec;

/// How the names of tests begin.
const TEST: &str = "test_";

impl Walk<'_> {
    /// A test with parameters, which is not run.
    pub(crate) fn check_test(&mut self, function: &Function) {
        let is_test = function.name.starts_with(TEST) && self.project.settings.is_test(&self.script.name);
        if !is_test || function.params.is_empty() || self.project.calls(&function.name) {
            return;
        }
        let text = self.script.text.as_str();
        let declared = text[..self.script.text.offset(function.at)].rfind(&function.name).unwrap_or_default();
        let message = format!("the test `{}` has parameters, so it is not run", function.signature());
        let help = "a test has no parameters: create what it needs in it, or in `before_each`".to_owned();
        self.report(Code::ArgumentCount, declared..declared + function.name.len(), message, Some(help));
    }

    /// `test::invoke("file.function", …)`
    pub(crate) fn check_invoke(&mut self, call: &FnCallExpr) {
        let ("invoke", Some(Expr::StringConstant(written, position))) =
            (call.name.as_str(), call.args.first())
        else {
            return;
        };
        let Ok(HandlerSpec::Function { file, function }) = HandlerSpec::parse(written) else { return };
        let Some(script) = self.project.scripts.get(&file) else { return };
        if script.named(&function).next().is_some() || script.has_broken(&function) {
            return;
        }
        let meant = mistyped(&function, script.public_names()).map(Meant::name);
        let message = format!("{file} has no function `{function}`");
        let span = self.written_at(*position);
        self.report_name(Code::UnknownHandler, span, message, &function, meant);
    }
}
