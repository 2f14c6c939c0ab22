//! `switch`.

use super::lexer::Kind;
use super::{block_expression, Parser, Result, Unsure};
use ahash::AHasher;
use rhai::{BinaryExpr, Dynamic, Expr, Position, Stmt, SwitchCasesCollection, Token};
use std::hash::{Hash, Hasher};
use std::ops::{Range, RangeInclusive};

impl Parser<'_, '_> {
    pub(super) fn switch(&mut self, level: usize) -> Result<Stmt> {
        let level = self.deeper(level)?;
        let position = self.advance()?.position;
        let item = self.expression(level)?;
        self.expect(Kind::LeftBrace)?;
        let mut switch = SwitchCasesCollection {
            expressions: <_>::default(),
            cases: <_>::default(),
            ranges: <_>::default(),
            def_case: None,
        };
        while !self.skip(Kind::RightBrace)? {
            if switch.def_case.is_some() {
                return Err(Unsure);
            }
            let number = switch.expressions.len();
            let mut condition = Expr::BoolConstant(true, Position::NONE);
            if self.skip(Kind::Underscore)? {
                switch.def_case = Some(number);
            } else {
                for value in self.values(level)? {
                    add_case(&mut switch, value, number)?;
                }
                if self.skip(Kind::If)? {
                    condition = self.condition(level)?;
                }
            }
            self.expect(Kind::DoubleArrow)?;
            let body = self.statement(level)?;
            let is_complete = body.is_self_terminated();
            switch.expressions.push(BinaryExpr { lhs: condition, rhs: block_expression(body) });
            if !self.skip(Kind::Comma)? && !is_complete && !self.is_at(Kind::RightBrace) {
                return Err(Unsure);
            }
        }
        Ok(Stmt::Switch(Box::new((item, switch)), position))
    }

    /// The values of a case.
    fn values(&mut self, level: usize) -> Result<Vec<Dynamic>> {
        let mut values = Vec::new();
        loop {
            let stopped = std::mem::replace(&mut self.stops_at_pipe, true);
            let value = self.expression(level)?;
            self.stops_at_pipe = stopped;
            values.push(constant(&value).ok_or(Unsure)?);
            if !self.skip(Kind::Pipe)? {
                return Ok(values);
            }
        }
    }
}

/// The value of a simple constant.
fn constant(expression: &Expr) -> Option<Dynamic> {
    Some(match expression {
        Expr::IntegerConstant(number, _) => (*number).into(),
        Expr::FloatConstant(number, _) => (**number).into(),
        Expr::CharConstant(c, _) => (*c).into(),
        Expr::StringConstant(text, _) => text.clone().into(),
        Expr::BoolConstant(value, _) => (*value).into(),
        Expr::Unit(_) => Dynamic::UNIT,
        Expr::FnCall(call, _) => {
            let (start, end) = match &*call.args {
                [Expr::IntegerConstant(start, _), Expr::IntegerConstant(end, _)] => (*start, *end),
                [Expr::IntegerConstant(start, _), Expr::Unit(_)] => (*start, i64::MAX),
                _ => return None,
            };
            match call.op_token {
                Some(Token::ExclusiveRange) => Dynamic::from(start..end),
                Some(Token::InclusiveRange) => Dynamic::from(start..=end),
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// As rhai does it: a range is a case, too.
fn add_case(switch: &mut SwitchCasesCollection, value: Dynamic, number: usize) -> Result<()> {
    let exclusive = value.read_lock::<Range<i64>>().map(|range| range.clone().into());
    let inclusive = value.read_lock::<RangeInclusive<i64>>().map(|range| range.clone().into());
    let range: Option<rhai::RangeCase> = exclusive.or(inclusive);
    if let Some(mut range) = range {
        if !range.is_empty() {
            range.set_index(number);
            switch.ranges.push(range);
        }
    } else if !switch.ranges.is_empty() && (value.is_int() || value.is_float()) {
        return Err(Unsure);
    }
    let mut hasher = AHasher::default();
    value.hash(&mut hasher);
    let case = switch.cases.entry(hasher.finish()).or_default();
    if case.blocks.is_empty() {
        case.value = value;
    }
    case.blocks.push(number);
    Ok(())
}
