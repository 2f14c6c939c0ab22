//! Comparisons that always have the same result.

use super::operands::with_article;
use super::Walk;
use crate::code::Code;
use crate::natives::{mistyped, Meant};
use rhai::{Expr, FnCallExpr, Position, Token};
use rhai_vm::compile::{flatten, LinkKind};
use rhai_vm::Kind;

/// What `type_of` returns for values of the language.
const TYPES: [&str; 13] = [
    "()",
    "bool",
    "i64",
    "f64",
    "char",
    "string",
    "array",
    "map",
    "blob",
    "range",
    "range=",
    "Fn",
    "timestamp",
];
/// The names that types have elsewhere, and in Rhai.
const FOREIGN: [(&str, &[&str]); 20] = [
    ("int", &["i64"]),
    ("integer", &["i64"]),
    ("number", &["i64", "f64"]),
    ("float", &["f64"]),
    ("double", &["f64"]),
    ("boolean", &["bool"]),
    ("str", &["string"]),
    ("String", &["string"]),
    ("list", &["array"]),
    ("tuple", &["array"]),
    ("Array", &["array"]),
    ("dict", &["map"]),
    ("object", &["map"]),
    ("Map", &["map"]),
    ("bytes", &["blob"]),
    ("function", &["Fn"]),
    ("unit", &["()"]),
    ("null", &["()"]),
    ("None", &["()"]),
    ("undefined", &["()"]),
];

impl Walk<'_> {
    /// Reports a comparison of values of two types that are never equal, or in no order.
    pub(crate) fn always(&mut self, result: bool, of: [Kind; 2], position: Position) {
        let [a, b] = of.map(with_article);
        let message = format!("the comparison of {a} with {b} is always {result}");
        let is_number = |of: &Kind| matches!(of, Kind::Int | Kind::Float);
        let help = if of.contains(&Kind::String) && of.iter().any(is_number) {
            "convert one of them: `int(text)`, `float(text)` or `number.to_string()`"
        } else {
            "compare values of the same type"
        };
        let span = self.operator(position);
        self.report(Code::Comparison, span, message, Some(help.to_owned()));
    }

    /// `type_of(x) == "int"`
    pub(crate) fn check_type_name(&mut self, call: &FnCallExpr) {
        // `type_of(x) in ["int", "float"]`
        if let ("contains", [Expr::Array(names, _), of]) = (call.name.as_str(), &*call.args) {
            if self.is_type_name(of) {
                for name in names {
                    if let Expr::StringConstant(name, place) = name {
                        self.type_name(name, self.script.text.offset(*place));
                    }
                }
            }
        }
        if !matches!(call.op_token, Some(Token::EqualsTo | Token::NotEqualsTo)) {
            return;
        }
        let ([of, Expr::StringConstant(name, place)] | [Expr::StringConstant(name, place), of]) = &*call.args
        else {
            return;
        };
        if self.is_type_name(of) {
            self.type_name(name, self.script.text.offset(*place));
        }
    }

    /// `switch type_of(x) { "int" => … }`, with the places of the values.
    pub(crate) fn check_type_cases(&mut self, of: &Expr, values: impl Iterator<Item = Position>) {
        if !self.is_type_name(of) {
            return;
        }
        let text = self.script.text.as_str();
        let found: Vec<_> =
            values.filter_map(|value| cases_before(text, self.script.text.offset(value))).collect();
        for (start, end) in found {
            let quotes: Vec<_> = text[start..end].match_indices('"').map(|(at, _)| start + at).collect();
            for pair in quotes.chunks_exact(2) {
                self.type_name(&text[pair[0] + 1..pair[1]], pair[0]);
            }
        }
    }

    /// Whether an expression is what `type_of` returns.
    pub(crate) fn is_type_name(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                self.scope.variable(&variable.1).is_some_and(|variable| variable.is_type_name)
            }
            Expr::FnCall(call, _) => call.name == "type_of" && call.namespace.is_empty(),
            Expr::Dot(..) => match flatten(expression).1.last().map(|link| &link.kind) {
                Some(LinkKind::Method(call, _)) => call.name == "type_of",
                _ => false,
            },
            _ => false,
        }
    }

    /// Reports a name that no type has, and whose string begins here.
    fn type_name(&mut self, name: &str, start: usize) {
        if TYPES.contains(&name) {
            return;
        }
        let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == name).map(|(_, names)| *names);
        let meant = match (foreign, mistyped(name, TYPES.iter().copied())) {
            (Some([right]), _) => {
                Meant { help: format!("write \"{right}\""), name: Some((*right).to_owned()) }
            }
            (Some(names), _) => Meant::hint(format!("write \"{}\"", names.join("\" or \""))),
            (None, Some(meant)) => Meant::name(meant),
            // A type of the host's may have this name.
            (None, None) => return,
        };
        let span = start..start + name.len() + 2;
        let message = format!("`type_of` never returns \"{name}\"");
        self.report_name(Code::Comparison, span, message, name, Some(meant));
    }
}

/// Where the values of a case are in its line, which its result follows.
pub(crate) fn cases_before(text: &str, result: usize) -> Option<(usize, usize)> {
    let end = text[..result].rfind("=>")?;
    let start = text[..end].rfind(['\n', ',', '{', '}']).map_or(0, |at| at + 1);
    Some((start, end))
}
