//! Conditions: booleans that decide where it goes on.

use super::{Compiler, Result};
use crate::code::Op;
use crate::operators::BinaryOp;
use rhai::{Expr, Position, Token};

impl Compiler<'_> {
    /// Jumps away if the condition is what `when` says; goes on otherwise. The jumps are to be aimed.
    pub(super) fn jumps(&mut self, condition: &Expr, when: bool) -> Result<Vec<usize>> {
        match condition {
            Expr::And(parts, _) => self.junction(parts, when, false),
            Expr::Or(parts, _) => self.junction(parts, when, true),
            Expr::BoolConstant(value, _) if *value != when => Ok(Vec::new()),
            Expr::BoolConstant(..) => Ok(vec![self.emit(Op::Jump(0), Position::NONE)]),
            Expr::FnCall(call, position) => {
                let operator = call.op_token.as_ref();
                match (operator, &*call.args) {
                    (Some(Token::Bang), [operand]) if is_boolean(operand) => self.jumps(operand, !when),
                    (Some(token), [a, b]) => {
                        match BinaryOp::from_token(token).filter(|op| op.is_comparison()) {
                            Some(operator) => self.comparison(operator, a, b, *position, when),
                            None => self.boolean(condition, when),
                        }
                    }
                    _ => self.boolean(condition, when),
                }
            }
            _ => self.boolean(condition, when),
        }
    }

    /// `&&` or, with `decides`, `||`: the first part that is what `decides` says decides.
    fn junction(&mut self, parts: &[Expr], when: bool, decides: bool) -> Result<Vec<usize>> {
        let mut jumps = Vec::new();
        if when == decides {
            for part in parts {
                jumps.extend(self.jumps(part, when)?);
            }
            return Ok(jumps);
        }
        let Some((last, others)) = parts.split_last() else {
            return Ok(jumps);
        };
        let mut stays = Vec::new();
        for part in others {
            stays.extend(self.jumps(part, decides)?);
        }
        jumps = self.jumps(last, when)?;
        self.land(stays);
        Ok(jumps)
    }

    fn boolean(&mut self, condition: &Expr, when: bool) -> Result<Vec<usize>> {
        let next = self.next;
        let (register, _) = self.operand(condition)?;
        self.next = next;
        let position = condition.position();
        Ok(vec![match when {
            true => self.emit(Op::JumpIf(register, 0), position),
            false => self.emit(Op::JumpUnless(register, 0), position),
        }])
    }

    fn comparison(
        &mut self,
        operator: BinaryOp,
        a: &Expr,
        b: &Expr,
        position: Position,
        when: bool,
    ) -> Result<Vec<usize>> {
        let next = self.next;
        let (left, left_spent) = self.left_operand(a, b)?;
        let small = match b {
            Expr::IntegerConstant(number, _) => i16::try_from(*number).ok(),
            _ => None,
        };
        let jump = match (small, b) {
            (Some(number), _) => {
                self.emit_spending(Op::UnlessInt(operator, left, number, 0), position, u8::from(left_spent))
            }
            (None, Expr::StringConstant(..) | Expr::CharConstant(..)) => {
                let constant = self.literal_constant(b);
                match u16::try_from(constant) {
                    Ok(constant) => self.emit_spending(
                        Op::UnlessConst(operator, left, constant, 0),
                        position,
                        u8::from(left_spent),
                    ),
                    Err(_) => self.compare_registers(operator, (left, left_spent), b, position)?,
                }
            }
            _ => self.compare_registers(operator, (left, left_spent), b, position)?,
        };
        self.next = next;
        if when {
            let away = self.emit(Op::Jump(0), Position::NONE);
            self.land([jump]);
            return Ok(vec![away]);
        }
        Ok(vec![jump])
    }

    fn compare_registers(
        &mut self,
        operator: BinaryOp,
        (left, left_spent): (u16, bool),
        b: &Expr,
        position: Position,
    ) -> Result<usize> {
        let (right, right_spent) = self.operand(b)?;
        let spent = u8::from(left_spent) | u8::from(right_spent) << 1;
        Ok(self.emit_spending(Op::Unless(operator, left, right, 0), position, spent))
    }
}

/// Whether an expression can be nothing but a boolean, or fails by itself.
fn is_boolean(expression: &Expr) -> bool {
    match expression {
        Expr::And(..) | Expr::Or(..) | Expr::BoolConstant(..) => true,
        Expr::FnCall(call, _) => match (&call.op_token, call.args.len()) {
            (Some(Token::Bang), 1) => is_boolean(&call.args[0]),
            (Some(token), 2) => BinaryOp::from_token(token).is_some_and(BinaryOp::is_comparison),
            _ => false,
        },
        _ => false,
    }
}
