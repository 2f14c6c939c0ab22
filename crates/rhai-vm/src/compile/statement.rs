//! Statements.

use super::chain::calls_on_temporary;
use super::{Compiler, Loop, Result};
use crate::code::{Case, Op, Reg, Switch, Try};
use crate::operators::BinaryOp;
use crate::text::Str;
use crate::value::Value;
use rhai::{
    ASTFlags, BinaryExpr, Dynamic, Expr, FlowControl, Ident, OpAssignment, Position, RangeCase, Stmt,
    StmtBlock, SwitchCasesCollection, Token,
};

/// Cases of a `switch` that are compared one after the other.
const FEW_CASES: usize = 8;

impl Compiler<'_> {
    /// A statement, whose value goes into a register, if someone wants it.
    pub(super) fn statement(&mut self, statement: &Stmt, value: Option<Reg>) -> Result<()> {
        let next = self.next;
        #[cfg(not(feature = "debugger"))]
        if self.script.tells_statements {
            self.emit(Op::Statement, statement.position());
        }
        #[cfg(feature = "debugger")]
        if self.script.tells_statements && !self.is_capturing {
            self.emit(Op::Statement, start(statement));
        }
        match statement {
            Stmt::Noop(_) => self.unit(value),
            Stmt::Expr(expression) => self.evaluate(expression, value)?,
            Stmt::FnCall(call, position) => {
                let to = value.unwrap_or_else(|| self.register());
                if value.is_some() && value == self.ends.result {
                    self.giving(call, *position, to, |_| true)?;
                } else {
                    self.call(call, *position, to)?;
                }
            }
            Stmt::Block(block) => self.block(block, value)?,
            Stmt::Var(definition, flags, _) => {
                let (name, expression, _) = &**definition;
                self.variable(&name.name, expression, *flags)?;
                self.unit(value);
                // The variable's register outlives this statement.
                return Ok(());
            }
            Stmt::Assignment(assignment) => {
                let (operator, BinaryExpr { lhs, rhs }) = &**assignment;
                self.assignment(operator, lhs, rhs)?;
                self.unit(value);
            }
            Stmt::If(flow, _) => self.if_else(flow, value)?,
            Stmt::Switch(switch, _) => self.switch(&switch.0, &switch.1, value)?,
            Stmt::While(flow, position) => self.while_loop(flow, *position, value)?,
            Stmt::Do(flow, flags, position) => {
                self.do_loop(flow, !flags.contains(ASTFlags::NEGATED), *position, value)?;
            }
            Stmt::For(parts, position) => {
                let (name, counter, flow) = &**parts;
                self.for_loop(name, counter.as_ref(), flow, *position, value)?;
            }
            Stmt::BreakLoop(expression, flags, position) => {
                self.break_loop(expression.as_deref(), flags.contains(ASTFlags::BREAK), *position)?;
            }
            Stmt::TryCatch(flow, _) => self.try_catch(flow, value)?,
            Stmt::Return(expression, flags, position) => {
                self.end(expression.as_deref(), flags.contains(ASTFlags::BREAK), *position)?;
            }
            Stmt::Import(import, _) => {
                let (path, alias) = &**import;
                let register = self.register();
                self.into(path, register)?;
                let name = self.string(&alias.name);
                self.emit(Op::Import(register, name), path.start_position());
                if self.is_global && !alias.name.is_empty() {
                    self.emit(Op::Export(register, u32::MAX), path.start_position());
                }
                let alias = (self.script.intern)(&alias.name);
                self.scope.imports.push((alias, register));
                self.unit(value);
                self.next = register.saturating_add(1);
                return Ok(());
            }
            Stmt::Export(export, _) => {
                let (name, alias) = &**export;
                self.export(name, alias);
                self.unit(value);
            }
            Stmt::Share(names) => {
                for (name, _) in &**names {
                    match self.local(&name.name).map(|local| local.register) {
                        Some(register) => drop(self.emit(Op::Share(register), name.pos)),
                        None => {
                            let text = self.string(&name.name);
                            self.emit(Op::Unknown(next, text), name.pos);
                        }
                    }
                }
                self.unit(value);
            }
            other => {
                return Err(("this statement is not supported", other.position()).into());
            }
        }
        self.next = next;
        Ok(())
    }

    /// `()` as the value.
    pub(super) fn unit(&mut self, value: Option<Reg>) {
        if let Some(register) = value {
            self.emit(Op::Unit(register), Position::NONE);
        }
    }

    /// An expression whose value someone may want.
    pub(super) fn evaluate(&mut self, expression: &Expr, value: Option<Reg>) -> Result<()> {
        if let Expr::Stmt(block) = expression {
            return self.block(block, value);
        }
        let next = self.next;
        match value {
            Some(to) if value == self.ends.result => self.returning(expression, to)?,
            Some(to) => self.into(expression, to)?,
            None => {
                let unused = self.register();
                self.into(expression, unused)?;
            }
        }
        self.next = next;
        Ok(())
    }

    /// A block, whose variables end with it.
    pub(super) fn block(&mut self, block: &StmtBlock, value: Option<Reg>) -> Result<()> {
        self.block_with(block, value, |_| {})
    }

    fn block_with(
        &mut self,
        block: &StmtBlock,
        value: Option<Reg>,
        begin: impl FnOnce(&mut Self),
    ) -> Result<()> {
        let (variables, imports, next) = (self.scope.variables.len(), self.scope.imports.len(), self.next);
        let was_global = std::mem::replace(&mut self.is_global, false);
        let around = std::mem::replace(&mut self.ends.around, variables);
        begin(self);
        let statements = block.statements();
        // What captures variables for a closure is no statement that anybody has written.
        #[cfg(feature = "debugger")]
        let was_capturing =
            std::mem::replace(&mut self.is_capturing, matches!(statements, [Stmt::Share(_), ..]));
        if statements.is_empty() {
            self.unit(value);
        }
        for (number, statement) in statements.iter().enumerate() {
            self.statement(statement, value.filter(|_| number + 1 == statements.len()))?;
        }
        #[cfg(feature = "debugger")]
        {
            self.is_capturing = was_capturing;
        }
        self.is_global = was_global;
        self.ends.around = around;
        self.leave(variables, imports);
        self.next = next;
        Ok(())
    }

    fn variable(&mut self, name: &str, expression: &Expr, flags: ASTFlags) -> Result<()> {
        let register = self.register();
        self.hiding(name, expression, register)?;
        self.next = register.saturating_add(1);
        let is_constant = flags.contains(ASTFlags::CONSTANT);
        self.declare(name, register, is_constant);
        if self.is_global && is_constant && self.script.has_functions {
            let name = self.string(name);
            self.emit(Op::Global(register, name), Position::NONE);
        }
        if flags.contains(ASTFlags::EXPORTED) {
            let name = self.string(name);
            self.emit(Op::Export(register, name), Position::NONE);
        }
        Ok(())
    }

    fn export(&mut self, name: &Ident, alias: &Ident) {
        let alias = if alias.name.is_empty() { &name.name } else { &alias.name };
        let alias = self.string(alias);
        match self.local(&name.name).map(|local| local.register) {
            Some(register) => drop(self.emit(Op::Export(register, alias), name.pos)),
            None => {
                let register = self.next;
                let text = self.string(&name.name);
                self.emit(Op::Unknown(register, text), name.pos);
            }
        }
    }

    fn assignment(&mut self, operator: &OpAssignment, target: &Expr, value: &Expr) -> Result<()> {
        let position = operator.position();
        let with = operator.get_op_assignment_info().and_then(|(.., token, _)| BinaryOp::from_token(token));
        match target {
            Expr::Variable(variable, _, at) if variable.2.is_empty() => {
                let Some(local) = self.local(&variable.1).cloned() else {
                    let temporary = self.register();
                    self.into(value, temporary)?;
                    let name = self.string(&variable.1);
                    self.emit(Op::Unknown(temporary, name), *at);
                    return Ok(());
                };
                if local.is_constant {
                    let temporary = self.register();
                    self.into(value, temporary)?;
                    let name = self.string(&variable.1);
                    self.emit(Op::AssignConstant(name), *at);
                    return Ok(());
                }
                self.assign_register(local.register, local.may_be_shared, with, value, position)
            }
            Expr::ThisPtr(at) => {
                self.emit(Op::NeedThis, *at);
                self.assign_register(self.f.this, true, with, value, position)
            }
            Expr::Variable(variable, _, _) => {
                let temporary = self.register();
                self.into(value, temporary)?;
                let name = self.string(&variable.1);
                self.emit(Op::AssignConstant(name), target.position());
                Ok(())
            }
            _ => {
                let temporary = self.register();
                self.into(value, temporary)?;
                let Some(path) = self.assignable_path(target)? else {
                    return Err(("this cannot be assigned to", position).into());
                };
                match with {
                    None => self.emit(Op::Set(path, temporary), position),
                    Some(with) => self.emit(Op::SetWith(with, path, temporary), position),
                };
                Ok(())
            }
        }
    }

    fn assign_register(
        &mut self,
        register: Reg,
        may_be_shared: bool,
        with: Option<BinaryOp>,
        value: &Expr,
        position: Position,
    ) -> Result<()> {
        match (with, may_be_shared) {
            (None, false) if Self::writes_at_its_end(value) => self.overwriting(register, value, register)?,
            (None, false) => {
                let temporary = self.register();
                self.into(value, temporary)?;
                self.emit(Op::Take(register, temporary), position);
            }
            (None, true) => {
                let temporary = self.register();
                self.into(value, temporary)?;
                self.emit(Op::Store(register, temporary), position);
            }
            (Some(BinaryOp::Add), false) => {
                if let Expr::IntegerConstant(number, _) = value {
                    if let Ok(number) = i32::try_from(*number) {
                        self.emit(Op::AddIntTo(register, number), position);
                        return Ok(());
                    }
                }
                let (operand, is_spent) = self.operand(value)?;
                self.emit_spending(Op::AddTo(register, operand), position, u8::from(is_spent));
            }
            (Some(with), false) => {
                let (operand, is_spent) = self.operand(value)?;
                self.emit_spending(Op::Assign(with, register, operand), position, u8::from(is_spent));
            }
            (Some(with), true) => {
                let (operand, is_spent) = self.operand(value)?;
                self.emit_spending(Op::AssignShared(with, register, operand), position, u8::from(is_spent));
            }
        }
        Ok(())
    }

    /// Whether the expression writes its register only when it has read everything else.
    fn writes_at_its_end(expression: &Expr) -> bool {
        !matches!(expression, Expr::And(..) | Expr::Or(..) | Expr::Coalesce(..) | Expr::Stmt(..))
            && !matches!(expression, Expr::Dot(..) | Expr::Index(..))
    }

    fn if_else(&mut self, flow: &FlowControl, value: Option<Reg>) -> Result<()> {
        let FlowControl { expr, body, branch } = flow;
        let next = self.next;
        let otherwise = self.jumps(expr, false)?;
        self.next = next;
        self.block(body, value)?;
        if branch.is_empty() && value.is_none() {
            self.land(otherwise);
            return Ok(());
        }
        let end = self.emit(Op::Jump(0), Position::NONE);
        self.land(otherwise);
        self.block(branch, value)?;
        self.land([end]);
        Ok(())
    }

    fn while_loop(&mut self, flow: &FlowControl, position: Position, value: Option<Reg>) -> Result<()> {
        let FlowControl { expr, body, .. } = flow;
        let is_endless = matches!(expr, Expr::Unit(_) | Expr::BoolConstant(true, _));
        let next = self.next;
        let top = self.here();
        let ends = if is_endless { Vec::new() } else { self.jumps(expr, false)? };
        self.next = next;
        self.loops.push(Loop { value, ..Loop::default() });
        // Each round of an endless loop has a place where it can be held.
        #[cfg(feature = "debugger")]
        if self.script.tells_statements && body.is_empty() {
            self.emit(Op::Statement, position);
        }
        self.block(body, None)?;
        let Loop { breaks, continues, .. } = self.loops.pop().unwrap_or_default();
        self.land(continues);
        self.emit(Op::Loop(top), position);
        self.land(ends);
        self.unit(value);
        self.land(breaks);
        Ok(())
    }

    fn do_loop(
        &mut self,
        flow: &FlowControl,
        is_while: bool,
        position: Position,
        value: Option<Reg>,
    ) -> Result<()> {
        let FlowControl { expr, body, .. } = flow;
        let top = self.here();
        self.loops.push(Loop { value, ..Loop::default() });
        self.block(body, None)?;
        let Loop { breaks, continues, .. } = self.loops.pop().unwrap_or_default();
        // In rhai `continue` goes to the beginning of the body.
        for jump in continues {
            self.f.code[jump] = Op::Loop(top);
        }
        let next = self.next;
        let ends = self.jumps(expr, !is_while)?;
        self.next = next;
        self.emit(Op::Loop(top), position);
        self.land(ends);
        self.unit(value);
        self.land(breaks);
        Ok(())
    }

    fn for_loop(
        &mut self,
        name: &Ident,
        counter: Option<&Ident>,
        flow: &FlowControl,
        position: Position,
        value: Option<Reg>,
    ) -> Result<()> {
        let FlowControl { expr, body, .. } = flow;
        let (variables, next) = (self.scope.variables.len(), self.next);
        // The hidden state: what is gone through, and where it is.
        let state = self.register();
        let end = self.register();
        self.register();
        let range = match expr {
            Expr::FnCall(call, _) => match call.op_token {
                Some(Token::ExclusiveRange) => Some((call, false)),
                Some(Token::InclusiveRange) => Some((call, true)),
                _ => None,
            },
            _ => None,
        };
        // `a..` and `..b` have `()` on one side.
        let range = range.filter(|(call, _)| !call.args.iter().any(|side| matches!(side, Expr::Unit(_))));
        let is_range = match range {
            Some((call, is_inclusive)) => {
                self.into(&call.args[0], state)?;
                self.into(&call.args[1], end)?;
                self.emit(Op::RangeInit(state, is_inclusive), expr.position());
                true
            }
            None => {
                let used = self.registers_of(|compiler| compiler.into(expr, state))?;
                self.emit(Op::ForInit(state), expr.start_position());
                if calls_on_temporary(expr) {
                    // They would live as long as the function, although an object of the host's may be an open
                    // connection.
                    self.emit(Op::Clear(self.next, used), Position::NONE);
                }
                false
            }
        };
        let counted = counter.map(|counter| {
            let register = self.register();
            self.declare(&counter.name, register, false);
            register
        });
        let item = self.register();
        self.declare(&name.name, item, false);
        if self.may_capture_any || !self.captured.is_empty() {
            // Each round assigns to the variables: a cell of an earlier run of this loop belongs to the closures of that
            // run, and one that another expression has left here is another variable's.
            self.emit(Op::Clear(end + 2, item - end - 1), Position::NONE);
        }
        let top = self.here();
        let step = if is_range {
            self.emit(Op::RangeNext(item, state, 0), expr.position())
        } else {
            self.emit(Op::ForNext(item, state, 0), expr.position())
        };
        if let Some(register) = counted {
            self.emit(Op::ForCounter(register, state), name.pos);
        }
        self.loops.push(Loop { value, ..Loop::default() });
        self.block(body, None)?;
        let Loop { breaks, continues, .. } = self.loops.pop().unwrap_or_default();
        self.land(continues);
        self.emit(Op::Loop(top), position);
        self.land([step]);
        self.unit(value);
        self.land(breaks);
        // The loop's own values end with it, and the variables, too: a closure has the cell of the last round's.
        self.emit(Op::Clear(state, self.next - state), Position::NONE);
        self.leave(variables, self.scope.imports.len());
        self.next = next;
        Ok(())
    }

    fn break_loop(&mut self, expression: Option<&Expr>, is_break: bool, position: Position) -> Result<()> {
        let value = self.loops.last().and_then(|around| around.value);
        if is_break {
            match expression {
                Some(expression) => self.evaluate(expression, value)?,
                None => self.unit(value),
            }
        } else if let Some(expression) = expression {
            self.evaluate(expression, None)?;
        }
        let jump = self.emit(Op::Jump(0), position);
        let Some(around) = self.loops.last_mut() else {
            return Err(("`break` and `continue` must be within a loop", position).into());
        };
        if is_break {
            around.breaks.push(jump);
        } else {
            around.continues.push(jump);
        }
        Ok(())
    }

    fn end(&mut self, expression: Option<&Expr>, is_throw: bool, position: Position) -> Result<()> {
        let register = self.register();
        match expression {
            Some(expression) => self.returning(expression, register)?,
            None => self.unit(Some(register)),
        }
        self.emit(if is_throw { Op::Throw(register) } else { Op::Return(register) }, position);
        Ok(())
    }

    fn try_catch(&mut self, flow: &FlowControl, value: Option<Reg>) -> Result<()> {
        let FlowControl { expr: variable, body, branch } = flow;
        let caught = self.register();
        let from = self.here();
        self.trying(|compiler| compiler.block(body, value))?;
        let done = self.emit(Op::Jump(0), Position::NONE);
        let (to, handler) = (self.here() - 1, self.here());
        let name = match variable {
            Expr::Variable(variable, ..) => Some(variable.1.clone()),
            _ => None,
        };
        let named = name.clone();
        // The error itself waits in a register of its own for `throw;`.
        self.block_with(branch, None, |compiler| {
            if let Some(name) = name {
                let register = compiler.register();
                compiler.emit(Op::Move(register, caught), Position::NONE);
                compiler.declare(&name, register, false);
            }
        })?;
        self.emit(Op::CatchEnd, Position::NONE);
        let end = self.here();
        self.emit(Op::Clear(caught, 1), Position::NONE);
        self.unit(value);
        self.land([done]);
        self.f.tries.push(Try { from, to, handler, end, register: caught, is_named: named.is_some() });
        Ok(())
    }

    fn switch(
        &mut self,
        expression: &Expr,
        collection: &SwitchCasesCollection,
        value: Option<Reg>,
    ) -> Result<()> {
        let SwitchCasesCollection { expressions, cases, ranges, def_case } = collection;
        let next = self.next;
        let scrutinee = self.register();
        self.into(expression, scrutinee)?;
        let table = self.f.switches.len();
        self.f.switches.push(Switch::default());
        self.emit(Op::Switch(scrutinee, u32::try_from(table).unwrap_or(u32::MAX)), expression.position());

        let mut to_bodies: Vec<(usize, usize)> = Vec::new();
        let mut to_ranges = Vec::new();
        let mut targets: Vec<(Value, u32)> = Vec::new();
        for case in cases.values() {
            targets.push((literal(&case.value), self.here()));
            let is_certain = self.candidates(expressions, &case.blocks, &mut to_bodies)?;
            if !is_certain {
                to_ranges.push(self.emit(Op::Jump(0), Position::NONE));
            }
        }
        let default = self.here();
        self.land(to_ranges);
        for range in ranges {
            let bounds = match range {
                RangeCase::ExclusiveInt(range, _) => (range.start, range.end, false),
                RangeCase::InclusiveInt(range, _) => (*range.start(), *range.end(), true),
            };
            let number = u16::try_from(self.f.ranges.len());
            let number =
                number.map_err(|_| ("a switch has more than 65,000 ranges", expression.position()))?;
            self.f.ranges.push(bounds);
            let skip = self.emit(Op::UnlessInRange(scrutinee, 0, number), expression.position());
            self.candidates(expressions, &[range.index()], &mut to_bodies)?;
            self.land([skip]);
        }
        let to_default = self.emit(Op::Jump(0), Position::NONE);
        let mut ends = Vec::new();
        let mut jumps_to: Vec<Vec<usize>> = vec![Vec::new(); expressions.len()];
        for (jump, body) in to_bodies {
            jumps_to[body].push(jump);
        }
        for (number, (block, jumps)) in expressions.iter().zip(jumps_to).enumerate() {
            let is_default = *def_case == Some(number);
            if jumps.is_empty() && !is_default {
                continue;
            }
            self.land(jumps);
            if is_default {
                self.land([to_default]);
            }
            self.next = next;
            self.evaluate(&block.rhs, value)?;
            ends.push(self.emit(Op::Jump(0), Position::NONE));
        }
        if def_case.is_none() {
            self.land([to_default]);
            self.unit(value);
        }
        self.land(ends);
        let switch = &mut self.f.switches[table];
        switch.default = default;
        for (value, target) in targets {
            match Case::of(&value) {
                Some(case) => drop(switch.cases.insert(case, target)),
                None => switch.others.push((value, target)),
            }
        }
        if switch.cases.len() <= FEW_CASES {
            switch.in_order = switch.cases.iter().map(|(case, target)| (case.clone(), *target)).collect();
        }
        Ok(())
    }

    /// Jumps to the first of these blocks whose condition holds. Whether one of them has none.
    fn candidates(
        &mut self,
        expressions: &[BinaryExpr],
        blocks: &[usize],
        to_bodies: &mut Vec<(usize, usize)>,
    ) -> Result<bool> {
        for &number in blocks {
            let next = self.next;
            let condition = &expressions[number].lhs;
            let is_certain = matches!(condition, Expr::BoolConstant(true, _));
            let skips = if is_certain { Vec::new() } else { self.jumps(condition, false)? };
            self.next = next;
            to_bodies.push((self.emit(Op::Jump(0), Position::NONE), number));
            self.land(skips);
            if is_certain {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Where a statement begins.
#[cfg(feature = "debugger")]
fn start(statement: &Stmt) -> Position {
    match statement {
        Stmt::Expr(expression) => start_of(expression),
        Stmt::Assignment(assignment) => start_of(&assignment.1.lhs),
        Stmt::FnCall(call, _) if call.op_token.is_some() && !call.args.is_empty() => start_of(&call.args[0]),
        other => other.position(),
    }
}

/// Where an expression begins; that of an operator has its own place.
#[cfg(feature = "debugger")]
fn start_of(expression: &Expr) -> Position {
    match expression {
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => start_of(&parts.lhs),
        Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) if !parts.is_empty() => {
            start_of(&parts[0])
        }
        Expr::FnCall(call, _) if call.op_token.is_some() && call.args.len() == 2 => start_of(&call.args[0]),
        other => other.start_position(),
    }
}

impl Case {
    /// The case of a value, if it can be hashed.
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Unit => Self::Unit,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(value.to_bits()),
            Value::Char(value) => Self::Char(*value),
            Value::Str(text) => Self::Str(text.clone()),
            _ => return None,
        })
    }
}

/// A constant of rhai's as a value.
pub(super) fn literal(constant: &Dynamic) -> Value {
    if let Ok(value) = constant.as_bool() {
        return Value::Bool(value);
    }
    if let Ok(value) = constant.as_int() {
        return Value::Int(value);
    }
    if let Ok(value) = constant.as_float() {
        return Value::Float(value);
    }
    if let Ok(value) = constant.as_char() {
        return Value::Char(value);
    }
    if let Ok(text) = constant.as_immutable_string_ref() {
        return Value::Str(Str::from(text.as_str()));
    }
    if let Ok(items) = constant.as_array_ref() {
        return items.iter().map(literal).collect();
    }
    if let Ok(map) = constant.as_map_ref() {
        return Value::from(
            map.iter().map(|(key, value)| (Str::from(key.as_str()), literal(value))).collect::<crate::Map>(),
        );
    }
    if let Some(range) = constant.read_lock::<std::ops::Range<i64>>() {
        return Value::Range(std::rc::Rc::new((range.start, range.end)));
    }
    if let Some(range) = constant.read_lock::<std::ops::RangeInclusive<i64>>() {
        return Value::RangeInclusive(std::rc::Rc::new((*range.start(), *range.end())));
    }
    Value::Unit
}
