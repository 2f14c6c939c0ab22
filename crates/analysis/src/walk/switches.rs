//! Cases of `switch` that an earlier case hides.

use super::comparisons::cases_before;
use super::operands::with_article;
use super::Walk;
use crate::code::Code;
use rhai::{Expr, SwitchCasesCollection};
use rhai_vm::Kind;

impl Walk<'_> {
    /// `switch count { "0" => … }`, where the value is never a string.
    pub(crate) fn check_case_types(&mut self, of: &Expr, cases: &SwitchCasesCollection) {
        let of = self.certain(of);
        let Some(of @ (Kind::Int | Kind::String | Kind::Bool)) = of else { return };
        let text = self.script.text.as_str();
        let results = cases.expressions.iter().map(|case| self.script.text.offset(case.rhs.start_position()));
        let found: Vec<_> = results.filter_map(|result| cases_before(text, result)).collect();
        for (start, end) in found {
            let case = text[start..end].trim_start();
            let is_other = match case.chars().next() {
                Some('"') => of != Kind::String,
                // The rest of a string with a comma may begin so.
                Some('0'..='9') => of != Kind::Int && !case.contains('"'),
                _ => false,
            };
            if is_other {
                let message = format!("this case is never reached: the value is {}", with_article(of));
                let start = end - case.len();
                self.report(Code::Comparison, start..end, message, None);
            }
        }
    }

    /// `switch n { 1 => "one", 1 => "uno" }`, of which the second case is never reached.
    pub(crate) fn check_cases(&mut self, cases: &SwitchCasesCollection) {
        let is_open = |number: usize| matches!(cases.expressions[number].lhs, Expr::BoolConstant(true, _));
        let mut hidden = Vec::new();
        for case in cases.cases.values() {
            let first = case.blocks.iter().position(|number| is_open(*number));
            hidden.extend(first.into_iter().flat_map(|first| case.blocks[first + 1..].iter().copied()));
        }
        hidden.sort_unstable();
        hidden.dedup();
        let text = self.script.text.as_str();
        for number in hidden {
            let result = self.script.text.offset(cases.expressions[number].rhs.start_position());
            let Some(end) = text.get(..result).and_then(|before| before.rfind("=>")) else { continue };
            let line = text[..end].rfind('\n').map_or(0, |at| at + 1);
            let start = line + text[line..end].len() - text[line..end].trim_start().len();
            let message = "a value of this case has an earlier case, which is the one that runs".to_owned();
            let help = "remove the value from one of the cases".to_owned();
            self.report(Code::Unreachable, start..end + 2, message, Some(help));
        }
    }
}
