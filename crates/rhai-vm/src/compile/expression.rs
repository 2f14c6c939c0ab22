//! Expressions.

use super::statement::literal;
use super::walk::walk;
use super::{Compiler, Result};
use crate::code::{Op, Reg};
use crate::parse::Closure;
use crate::value::Value;
use rhai::{ASTNode, Dynamic, Expr, FnPtr, ImmutableString, Position};

/// Items of an array that are evaluated before they are put into it.
const MOST_AT_ONCE: usize = 1000;

impl Compiler<'_> {
    /// Where the value of an expression is, and whether nobody else needs it there: a variable's own
    /// register, or a new one.
    pub(super) fn operand(&mut self, expression: &Expr) -> Result<(Reg, bool)> {
        if let Expr::Variable(variable, ..) = expression {
            if variable.2.is_empty() {
                if let Some(local) = self.local(&variable.1).filter(|local| !local.may_be_shared) {
                    return Ok((local.register, false));
                }
            }
        }
        let register = self.register();
        self.into(expression, register)?;
        Ok((register, true))
    }

    /// As [`Compiler::operand`], of the left side: what the right side may change is copied.
    pub(super) fn left_operand(&mut self, left: &Expr, right: &Expr) -> Result<(Reg, bool)> {
        if matches!(left, Expr::Variable(..)) && may_change(right) {
            let register = self.register();
            self.into(left, register)?;
            return Ok((register, true));
        }
        self.operand(left)
    }

    /// Evaluates an expression into a register.
    pub(super) fn into(&mut self, expression: &Expr, to: Reg) -> Result<()> {
        let next = self.next;
        match expression {
            Expr::IntegerConstant(number, position) => match i32::try_from(*number) {
                Ok(number) => drop(self.emit(Op::Int(to, number), *position)),
                Err(_) => self.load_constant(Value::Int(*number), to, *position),
            },
            Expr::Unit(position) => drop(self.emit(Op::Unit(to), *position)),
            Expr::BoolConstant(..)
            | Expr::FloatConstant(..)
            | Expr::CharConstant(..)
            | Expr::StringConstant(..) => {
                let constant = self.literal_constant(expression);
                self.emit(Op::Const(to, constant), expression.position());
            }
            Expr::DynamicConstant(value, position) => match function_name(value) {
                Some(name) => self.closure(&name, to, *position),
                None => self.load_constant(literal(value), to, *position),
            },
            Expr::Variable(variable, _, position) if variable.2.is_empty() => {
                self.variable_into(&variable.1, to, *position);
            }
            Expr::Variable(variable, ..) => {
                let namespace = &variable.2;
                let names: Vec<_> = namespace.path.iter().map(|part| part.name.as_str()).collect();
                self.qualified_variable(&names, &variable.1, namespace.position(), to);
            }
            Expr::ThisPtr(position) => {
                self.emit(Op::NeedThis, *position);
                self.emit(Op::Load(to, self.f.this), *position);
            }
            Expr::FnCall(call, position) => self.call(call, *position, to)?,
            Expr::Dot(..) | Expr::Index(..) => self.chain(expression, to)?,
            Expr::Stmt(block) => self.block(block, Some(to))?,
            Expr::And(parts, _) => self.choice(parts, to, Op::JumpUnless)?,
            Expr::Or(parts, _) => self.choice(parts, to, Op::JumpIf)?,
            Expr::Coalesce(parts, _) => {
                let mut ends = Vec::new();
                let last = parts.len().saturating_sub(1);
                for (number, part) in parts.iter().enumerate() {
                    self.into(part, to)?;
                    if number < last {
                        ends.push(self.emit(Op::JumpUnlessUnit(to, 0), part.position()));
                    }
                }
                self.land(ends);
            }
            Expr::InterpolatedString(parts, position) => {
                let start = self.list(parts)?;
                self.emit(Op::Concat(to, start, count(parts)), *position);
            }
            Expr::Array(items, position) => {
                // A long array is made in pieces: there are not as many registers.
                let (first, rest) = items.split_at(items.len().min(MOST_AT_ONCE));
                let array = if rest.is_empty() { to } else { self.register() };
                let start = self.list(first)?;
                self.emit(Op::Array(array, start, count(first)), *position);
                for piece in rest.chunks(MOST_AT_ONCE) {
                    self.next = array + 1;
                    let start = self.list(piece)?;
                    self.emit(Op::Append(array, start, count(piece)), *position);
                }
                if !rest.is_empty() {
                    self.emit(Op::Take(to, array), *position);
                }
            }
            Expr::Map(entries, position) => {
                let start = self.next;
                let mut keys = Vec::new();
                for (key, value) in &entries.0 {
                    let register = self.register();
                    self.into(value, register)?;
                    keys.push((self.script.intern)(&key.name));
                }
                self.f.templates.push(keys.into());
                let template = u32::try_from(self.f.templates.len() - 1).unwrap_or(u32::MAX);
                self.emit(Op::Map(to, start, template), *position);
            }
            other => return Err(("this expression is not supported", other.position()).into()),
        }
        self.next = next;
        Ok(())
    }

    /// Evaluates expressions into registers that follow one another; the first of them.
    fn list(&mut self, expressions: &[Expr]) -> Result<Reg> {
        let start = self.next;
        for expression in expressions {
            let register = self.register();
            self.into(expression, register)?;
        }
        Ok(start)
    }

    fn choice(&mut self, parts: &[Expr], to: Reg, jump: fn(Reg, u32) -> Op) -> Result<()> {
        let mut ends = Vec::new();
        let last = parts.len().saturating_sub(1);
        for (number, part) in parts.iter().enumerate() {
            self.into(part, to)?;
            if number < last {
                ends.push(self.emit(jump(to, 0), part.position()));
            } else {
                self.emit(Op::CheckBool(to), part.position());
            }
        }
        self.land(ends);
        Ok(())
    }

    fn variable_into(&mut self, name: &str, to: Reg, position: Position) {
        match self.local(name).map(|local| (local.register, local.may_be_shared)) {
            Some((register, false)) => drop(self.emit(Op::Move(to, register), position)),
            Some((register, true)) => drop(self.emit(Op::Load(to, register), position)),
            None => match self.script.by_name.get(name).and_then(|functions| functions.first()) {
                Some((_, number)) => drop(self.emit(Op::Closure(to, *number), position)),
                None => {
                    let text = self.string(name);
                    self.emit(Op::Unknown(to, text), position);
                }
            },
        }
    }

    /// A closure, or another function whose pointer rhai has made.
    fn closure(&mut self, name: &str, to: Reg, position: Position) {
        match self.script.by_name.get(name).and_then(|functions| functions.first()) {
            Some((_, number)) => drop(self.emit(Op::Closure(to, *number), position)),
            None => {
                let text = self.string(name);
                self.emit(Op::Const(to, text), position);
                self.emit(Op::FnNamed(to, to), position);
            }
        }
    }

    pub(super) fn literal_constant(&mut self, expression: &Expr) -> u32 {
        match expression {
            Expr::StringConstant(text, _) => self.string(text),
            Expr::FloatConstant(number, _) => self.constant(Value::Float(**number)),
            Expr::CharConstant(c, _) => self.constant(Value::Char(*c)),
            Expr::BoolConstant(value, _) => self.constant(Value::Bool(*value)),
            Expr::IntegerConstant(number, _) => self.constant(Value::Int(*number)),
            _ => self.constant(Value::Unit),
        }
    }

    fn load_constant(&mut self, value: Value, to: Reg, position: Position) {
        let constant = self.constant(value);
        self.emit(Op::Const(to, constant), position);
    }
}

/// The name of the closure, or of another function, that a constant is.
pub(super) fn function_name(constant: &Dynamic) -> Option<ImmutableString> {
    if let Some(Closure(name)) = constant.read_lock::<Closure>().as_deref() {
        return Some(name.clone());
    }
    constant.read_lock::<FnPtr>().map(|function| function.fn_name().into())
}

fn count(expressions: &[Expr]) -> u32 {
    u32::try_from(expressions.len()).unwrap_or(u32::MAX)
}

/// Whether an expression may change a variable of the function.
pub(super) fn may_change(expression: &Expr) -> bool {
    match expression {
        Expr::IntegerConstant(..)
        | Expr::FloatConstant(..)
        | Expr::StringConstant(..)
        | Expr::CharConstant(..)
        | Expr::BoolConstant(..)
        | Expr::Unit(..)
        | Expr::Variable(..)
        | Expr::ThisPtr(..)
        | Expr::DynamicConstant(..)
        | Expr::Property(..) => false,
        _ => {
            let mut changes = false;
            walk(expression, &mut |node| {
                changes |= match node {
                    ASTNode::Expr(Expr::FnCall(call, _)) => call.op_token.is_none(),
                    ASTNode::Expr(Expr::MethodCall(..) | Expr::Stmt(..)) | ASTNode::Stmt(_) => true,
                    _ => false,
                };
                !changes
            });
            changes
        }
    }
}
