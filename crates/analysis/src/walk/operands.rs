//! Values whose type an operator, a condition, a loop or an index does not accept.

use super::types::{DECIMAL, DURATION};
use super::Walk;
use crate::code::Code;
use crate::natives::{accepts, type_name, Type, TIME};
use rhai::{Expr, FnCallExpr, Position, Token};
use rhai_vm::module::Entry;
use rhai_vm::operators::{binary, negate, not, plus, BinaryOp};
use rhai_vm::{ErrorKind, Kind, Map, Value};
use rhambda::script::habits;
use std::ops::Range;
use std::rc::Rc;

impl Walk<'_> {
    /// `a + b`, `-a` or `!a`.
    pub(crate) fn check_operator(&mut self, call: &FnCallExpr, position: Position) {
        let Some(token) = &call.op_token else { return };
        let types: Vec<_> = call.args.iter().map(|operand| self.certain(operand)).collect();
        match (BinaryOp::from_token(token), &*types) {
            (Some(op), [Some(a), Some(b)]) if op.is_comparison() && !are_comparable(*a, *b) => {
                self.always(op == BinaryOp::Ne, [*a, *b], position);
            }
            (Some(op), [Some(a), Some(b)]) if is_refused(op, *a, *b) => {
                let message =
                    format!("`{}` does not accept ({}, {})", call.name, type_name(*a), type_name(*b));
                let help = match (*a, *b) {
                    (TIME | DURATION, _) => "write a duration, such as `time::days(5)`",
                    _ => "convert the other number: `decimal(x)`",
                };
                let span = self.operator(position);
                self.report(Code::WrongType, span, message, Some(help.to_owned()));
            }
            _ if types.iter().any(Option::is_some) && !may_be_defined(token, &types) => {
                self.undefined_operator(call, &types, position);
            }
            (Some(op), [_, _]) => self.check_kinds_of_operands(op, token, call, position),
            _ => {}
        }
    }

    /// Operands with several possible types, none of which the operator accepts together.
    fn check_kinds_of_operands(
        &mut self,
        op: BinaryOp,
        token: &Token,
        call: &FnCallExpr,
        position: Position,
    ) {
        let [a, b] = [0, 1].map(|number| self.kinds(&call.args[number]));
        let mut pairs = a.iter().flat_map(|a| b.iter().map(move |b| (*a, *b)));
        let Some((first, second)) = pairs.clone().next() else { return };
        if op.is_comparison() {
            if pairs.all(|(a, b)| !are_comparable(a, b)) {
                self.always(op == BinaryOp::Ne, [first, second], position);
            }
            return;
        }
        let is_host = a.iter().chain(&b).any(|of| matches!(of, Kind::Host(_) | Kind::Any));
        if !is_host && pairs.all(|(a, b)| !may_be_defined(token, &[Some(a), Some(b)])) {
            self.undefined_operator(call, &[Some(first), Some(second)], position);
        }
    }

    fn undefined_operator(&mut self, call: &FnCallExpr, types: &[Type], position: Position) {
        let forms = self.natives().taking(None, &call.name, types.len());
        let is_possible = |form: &&Entry| {
            let refuses = |op| match (form.params.first().map(|first| first.of.kind), types) {
                (Some(a), [_, Some(b)]) => is_refused(op, a, *b),
                _ => false,
            };
            accepts(form, types)
                && !call.op_token.as_ref().and_then(BinaryOp::from_token).is_some_and(refuses)
        };
        if forms.iter().any(is_possible) {
            return;
        }
        let names: Vec<_> = types.iter().map(|of| of.map_or("?", Kind::name)).collect();
        let error = ErrorKind::FunctionNotFound(format!("{} ({})", call.name, names.join(", ")));
        let help = habits::for_error(&error, self.script.text.as_str(), position);
        let given: Vec<_> = types.iter().map(|of| of.map_or("?", type_name)).collect();
        let message = format!("`{}` does not accept ({})", call.name, given.join(", "));
        let span = self.operator(position);
        self.report(Code::WrongType, span, message, help);
    }

    /// The operator at a position.
    pub(crate) fn operator(&self, position: Position) -> Range<usize> {
        let start = self.script.text.offset(position);
        let rest = &self.script.text.as_str()[start..];
        let is_part =
            |c: char| c.is_ascii_punctuation() && !matches!(c, '"' | '\'' | '`' | '(' | '[' | '#' | '_');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if length == 0 {
            self.word(position)
        } else {
            start..start + length
        }
    }

    /// The condition of an `if` or a loop, or a part of one.
    pub(crate) fn check_condition(&mut self, condition: &Expr) {
        let kinds = self.kinds(condition);
        let Some(of) = kinds.first().copied().filter(|_| !kinds.contains(&Kind::Bool)) else { return };
        let message = format!("a condition must be a boolean, not {}", with_article(of));
        let error = ErrorKind::MismatchDataType("bool".into(), of.name().into());
        let help = habits::for_error(&error, self.script.text.as_str(), condition.start_position());
        let span = self.word(condition.start_position());
        self.report(Code::WrongType, span, message, help);
    }

    /// What a `for` loop runs over.
    pub(crate) fn check_iterated(&mut self, expression: &Expr) {
        let help = match self.certain(expression) {
            Some(Kind::Int) => "to count, write `for i in 0..n { … }`",
            Some(Kind::Map) => "write `for key in map.keys() { … }`",
            Some(Kind::Bool | Kind::Float | Kind::Char | Kind::Unit | Kind::Fn) => {
                "`for` runs over arrays, strings, blobs and ranges"
            }
            _ => return,
        };
        let of = self.certain(expression).map_or("", with_article);
        let message = format!("`for` cannot run over {of}");
        let span = self.word(expression.start_position());
        self.report(Code::WrongType, span, message, Some(help.to_owned()));
    }

    /// `value[index]`
    pub(crate) fn check_index(&mut self, of: Type, index: &Expr) {
        let (Some(of), Some(given)) = (of, self.certain(index)) else { return };
        let needed = match of {
            Kind::Array if given != Kind::Int => "an int",
            Kind::String | Kind::Blob | Kind::Int
                if !matches!(given, Kind::Int | Kind::Range | Kind::RangeInclusive) =>
            {
                "an int or a range"
            }
            Kind::Map if given != Kind::String => "a string",
            _ => return,
        };
        let message =
            format!("the index of {} must be {needed}, not {}", with_article(of), with_article(given));
        let span = self.word(index.start_position());
        self.report(Code::WrongType, span, message, None);
    }
}

/// Whether a time or a decimal number refuses the other operand.
fn is_refused(op: BinaryOp, a: Kind, b: Kind) -> bool {
    let is_number = |of| matches!(of, DECIMAL | Kind::Int);
    let is_order = op.is_comparison() && !matches!(op, BinaryOp::Eq | BinaryOp::Ne);
    match (op, a, b) {
        (BinaryOp::Add, TIME, b) | (BinaryOp::Sub, DURATION, b) => b != DURATION,
        (BinaryOp::Sub, TIME, b) => !matches!(b, TIME | DURATION),
        (BinaryOp::Add, DURATION, b) => !matches!(b, DURATION | Kind::String),
        (BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem, TIME | DURATION, _)
        | (BinaryOp::Add, DECIMAL, Kind::Float)
        | (BinaryOp::Add, Kind::Float, DECIMAL) => true,
        (BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div, DECIMAL, b) => !is_number(b),
        (BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div, a, DECIMAL) => !is_number(a),
        (_, TIME | DURATION, b) if is_order => b != a,
        (_, DECIMAL, b) if is_order => !is_number(b),
        _ => false,
    }
}

/// Whether the language has this operator for operands of these types, as far as that is known.
fn may_be_defined(token: &Token, types: &[Type]) -> bool {
    let samples: Option<Vec<_>> = types.iter().map(|of| samples(*of)).collect();
    match (token, samples.as_deref()) {
        (Token::Minus, Some([values])) => values.iter().any(|value| negate(value).is_some()),
        (Token::Plus, Some([values])) => values.iter().any(|value| plus(value).is_some()),
        (Token::Bang, Some([values])) => values.iter().any(|value| not(value).is_some()),
        (token, Some([a, b])) => BinaryOp::from_token(token)
            .is_none_or(|op| a.iter().any(|a| b.iter().any(|b| binary(op, a, b).is_some()))),
        _ => true,
    }
}

/// A value of a type, or of each type; `None` for hosts' types.
fn samples(of: Type) -> Option<Vec<Value>> {
    let all = [
        Value::Unit,
        true.into(),
        Value::Int(1),
        Value::Float(1.0),
        Value::Char('a'),
        "a".into(),
        Value::array(Vec::new()),
        Value::map(Map::default()),
        Value::blob(Vec::new()),
        Value::Range(Rc::new((0, 1))),
    ];
    let Some(of) = of else { return Some(all.into()) };
    let found: Vec<_> = all.into_iter().filter(|value| value.kind() == of).collect();
    (!found.is_empty()).then_some(found)
}

/// Whether a comparison of values of these types may have more than one result.
fn are_comparable(a: Kind, b: Kind) -> bool {
    let is_number = |of| matches!(of, Kind::Int | Kind::Float);
    let is_text = |of| matches!(of, Kind::String | Kind::Char);
    let is_open = |of| matches!(of, Kind::Host(_) | Kind::Any | Kind::Fn);
    a == b || is_number(a) && is_number(b) || is_text(a) && is_text(b) || is_open(a) || is_open(b)
}

/// `an int`, `a string`.
pub(crate) fn with_article(of: Kind) -> &'static str {
    match of {
        Kind::Unit => "`()`",
        Kind::Bool => "a boolean",
        Kind::Int => "an int",
        Kind::Float => "a float",
        Kind::Char => "a char",
        Kind::String => "a string",
        Kind::Array => "an array",
        Kind::Map => "a map",
        Kind::Blob => "a blob",
        Kind::Range | Kind::RangeInclusive => "a range",
        Kind::Fn => "a function",
        of => of.name(),
    }
}
