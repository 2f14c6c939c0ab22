//! Calls of functions and operators.

use super::expression::{function_name, may_change};
use super::{Compiler, Result};
use crate::code::{Captured, Op, Qualified, Reg, Site};
use crate::operators::BinaryOp;
use crate::value::CLOSURE_PREFIX;
use rhai::{Expr, FnCallExpr, Position, Token};
use std::cell::{Cell, RefCell};

impl Compiler<'_> {
    /// A call of a function or an operator.
    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position, to: Reg) -> Result<()> {
        let next = self.next;
        match (&call.op_token, &*call.args) {
            (Some(token), [operand]) => self.unary(token, call, operand, position, to)?,
            (Some(token), [a, b]) => match BinaryOp::from_token(token) {
                Some(operator) => self.binary(operator, a, b, position, to)?,
                // `in` is a call of `contains`, whose arguments are read as an operator's.
                None => self.named(call, &[a, b], false, position, to)?,
            },
            _ if !call.namespace.is_empty() => self.qualified(call, position, to)?,
            _ => self.function(call, position, to)?,
        }
        self.next = next;
        Ok(())
    }

    fn unary(
        &mut self,
        token: &Token,
        call: &FnCallExpr,
        operand: &Expr,
        position: Position,
        to: Reg,
    ) -> Result<()> {
        let op: fn(Reg, Reg) -> Op = match token {
            Token::Bang => Op::Not,
            Token::Minus | Token::UnaryMinus => Op::Negate,
            Token::Plus | Token::UnaryPlus => Op::Plus,
            _ => return self.named(call, &[operand], false, position, to),
        };
        let (register, is_spent) = self.operand(operand)?;
        self.emit_spending(op(to, register), position, u8::from(is_spent));
        Ok(())
    }

    fn binary(&mut self, operator: BinaryOp, a: &Expr, b: &Expr, position: Position, to: Reg) -> Result<()> {
        let given = self.take_given();
        let (left, left_spent) = match self.given(a, &given) {
            Some(register) if !may_change(b) => (register, true),
            _ => self.left_operand(a, b)?,
        };
        let small = match b {
            Expr::IntegerConstant(number, _) => i32::try_from(*number).ok(),
            _ => None,
        };
        if let Some(number) = small {
            let op = match operator {
                BinaryOp::Add => Op::AddInt(to, left, number),
                _ => Op::BinaryInt(operator, to, left, number),
            };
            self.emit_spending(op, position, u8::from(left_spent));
            return Ok(());
        }
        let (right, right_spent) = self.operand(b)?;
        let op = match operator {
            BinaryOp::Add => Op::Add(to, left, right),
            BinaryOp::Sub => Op::Sub(to, left, right),
            BinaryOp::Mul => Op::Mul(to, left, right),
            _ => Op::Binary(operator, to, left, right),
        };
        self.emit_spending(op, position, u8::from(left_spent) | u8::from(right_spent) << 1);
        Ok(())
    }

    /// A function that is called by its name alone.
    fn function(&mut self, call: &FnCallExpr, position: Position, to: Reg) -> Result<()> {
        let args: Vec<&Expr> = call.args.iter().collect();
        match (call.name.as_str(), &*args) {
            ("call", [_, ..]) if self.captures(call) => self.capturing(call, &args, position, to)?,
            ("call", [_, ..]) => {
                let start = self.pointer_and_arguments(&args, false)?;
                self.emit(Op::CallPointer(to, start, number(args.len())), position);
            }
            ("curry", [_, _, ..]) => {
                self.note_constant_captures(&args);
                let start = self.pointer_and_arguments(&args, true)?;
                self.emit(Op::Curry(to, start, number(args.len())), args[0].start_position());
            }
            ("Fn", [name]) => {
                self.into(name, to)?;
                self.emit(Op::FnNamed(to, to), name.start_position());
            }
            ("is_shared", [value]) => {
                let start = self.list_of(&[value], true)?;
                self.emit(Op::IsShared(to, start), position);
            }
            ("is_def_var", [name]) => {
                let scope = self.visible();
                self.into(name, to)?;
                self.emit(Op::IsDefined(to, to, scope), name.start_position());
            }
            ("is_def_fn", [_, _] | [_, _, _]) => {
                let start = self.list_of(&args, false)?;
                self.emit(Op::IsDefinedFn(to, start, number(args.len())), position);
            }
            ("type_of", [value]) if self.script.find("type_of", 1).is_none() => {
                let (register, is_spent) = self.operand(value)?;
                self.emit_spending(Op::TypeOf(to, register), position, u8::from(is_spent));
            }
            ("eval", [text]) => {
                self.into(text, to)?;
                let scope = self.visible();
                self.emit(Op::Eval(to, to, scope), text.position());
            }
            (_, args) if self.captures(call) => self.capturing(call, args, position, to)?,
            (_, args) => self.named(call, args, true, position, to)?,
        }
        Ok(())
    }

    /// A closure cannot change the constants that it captures.
    fn note_constant_captures(&self, args: &[&Expr]) {
        let Expr::DynamicConstant(pointer, _) = args[0] else {
            return;
        };
        let Some(name) = function_name(pointer).filter(|name| name.starts_with(CLOSURE_PREFIX)) else {
            return;
        };
        let is_constant = |arg: &&Expr| match arg {
            Expr::Variable(variable, ..) => self.local(&variable.1).is_some_and(|local| local.is_constant),
            _ => false,
        };
        let constant: Vec<bool> = args[1..].iter().map(is_constant).collect();
        if constant.contains(&true) {
            self.script.constant_captures.borrow_mut().insert(name.to_string(), constant);
        }
    }

    /// Whether the function sees the variables here: `f!(…)`.
    fn captures(&self, call: &FnCallExpr) -> bool {
        call.capture_parent_scope && !self.scope.variables.is_empty()
    }

    fn capturing(&mut self, call: &FnCallExpr, args: &[&Expr], position: Position, to: Reg) -> Result<()> {
        let start = match call.name.as_str() {
            "call" => self.pointer_and_arguments(args, false)?,
            _ => self.list_of(args, false)?,
        };
        let first = args.first().map_or(Position::NONE, |arg| arg.position());
        let site = self.site(&call.name, args.len(), self.script.find(&call.name, args.len()), first);
        let scope = self.visible();
        self.f.sites[site as usize].captured = Some(Captured { scope, compiled: RefCell::default() });
        self.emit(Op::CallCapturing(to, start, site), position);
        Ok(())
    }

    /// What names mean here.
    fn visible(&mut self) -> u32 {
        self.f.scopes.push(self.scope.clone());
        number(self.f.scopes.len() - 1)
    }

    /// The same as [`Self::list_of`] where the first argument has to be a function: that is checked before the others run.
    fn pointer_and_arguments(&mut self, args: &[&Expr], as_they_are: bool) -> Result<Reg> {
        let (pointer, others) = args.split_at(1);
        let start = self.list_of(pointer, as_they_are)?;
        if !matches!(pointer, [Expr::DynamicConstant(..)]) {
            self.emit(Op::NeedFn(start), pointer[0].start_position());
        }
        self.list_of(others, as_they_are)?;
        Ok(start)
    }

    /// Evaluates arguments into registers that follow one another; with `as_they_are`, variables that closures
    /// share stay shared.
    fn list_of(&mut self, args: &[&Expr], as_they_are: bool) -> Result<Reg> {
        let start = self.next;
        for arg in args {
            let register = self.register();
            let shared = match arg {
                Expr::Variable(variable, ..) if as_they_are && variable.2.is_empty() => {
                    self.local(&variable.1).map(|local| local.register)
                }
                _ => None,
            };
            match shared {
                Some(variable) => drop(self.emit(Op::Move(register, variable), arg.position())),
                None => self.into(arg, register)?,
            }
        }
        Ok(start)
    }

    /// A call of a function of the script's or a native one. A variable as the first argument is read after the
    /// others, with `is_late`.
    fn named(
        &mut self,
        call: &FnCallExpr,
        args: &[&Expr],
        is_late: bool,
        position: Position,
        to: Reg,
    ) -> Result<()> {
        let given = self.take_given();
        let own = self.script.find(&call.name, args.len());
        if own.is_none() {
            let is_variable = match args.first() {
                Some(Expr::Variable(variable, ..)) => variable.2.is_empty(),
                Some(Expr::ThisPtr(_)) => true,
                _ => false,
            };
            if is_variable && is_late && self.changes_first(&call.name, args.len()) {
                return self.changing(call, args, position, to);
            }
        }
        let start = self.next;
        for _ in args {
            self.register();
        }
        let registers = start..=Reg::MAX;
        let is_unknown = |name: &str| self.local(name).is_none();
        let late = is_late
            && match args.first() {
                Some(Expr::Variable(variable, ..)) if is_unknown(&variable.1) => true,
                Some(Expr::Variable(..) | Expr::ThisPtr(_)) => args.iter().skip(1).any(|arg| may_change(arg)),
                _ => false,
            };
        for (arg, register) in args.iter().zip(registers).skip(usize::from(late)) {
            self.argument(arg, register, &given)?;
        }
        if late {
            self.argument(args[0], start, &given)?;
        }
        match own {
            Some(function) => {
                self.emit(Op::Call(to, start, function), position);
            }
            _ => {
                let first = args.first().map_or(Position::NONE, |arg| arg.position());
                let site = self.site(&call.name, args.len(), own, first);
                self.emit(Op::CallNamed(to, start, site), position);
            }
        }
        Ok(())
    }

    fn changes_first(&self, name: &str, args: usize) -> bool {
        (self.script.natives)(None, name).iter().any(|native| native.changes_first && native.takes(args))
    }

    /// `push(array, value)`: a native function that changes the variable which is its first argument.
    fn changing(&mut self, call: &FnCallExpr, args: &[&Expr], position: Position, to: Reg) -> Result<()> {
        let start = self.register();
        for arg in &args[1..] {
            let register = self.register();
            self.into(arg, register)?;
        }
        let site = self.site(&call.name, args.len(), None, args[0].position());
        let local = match args[0] {
            Expr::Variable(variable, ..) => self.local(&variable.1).cloned(),
            _ => None,
        };
        // A constant is passed as a copy, and so is what a closure shares when it runs.
        let root = match local {
            Some(local) if !local.is_constant => local.register,
            None if matches!(args[0], Expr::ThisPtr(_)) => {
                self.emit(Op::NeedThis, args[0].position());
                self.f.this
            }
            _ => {
                let copy = self.register();
                self.into(args[0], copy)?;
                copy
            }
        };
        self.f.paths.push(crate::code::Path { root, constant: None, steps: Vec::new() });
        self.f.sites[site as usize].path = Some(number(self.f.paths.len() - 1));
        self.emit(Op::CallChanging(to, start, site), position);
        Ok(())
    }

    fn qualified(&mut self, call: &FnCallExpr, position: Position, to: Reg) -> Result<()> {
        let given = self.take_given();
        let names: Vec<_> = call.namespace.path.iter().map(|part| part.name.as_str()).collect();
        let namespace = self.namespace(&names, &call.name, call.namespace.position());
        let start = self.next;
        let args: Vec<&Expr> = call.args.iter().collect();
        for _ in &args {
            self.register();
        }
        let late = matches!(args.first(), Some(Expr::Variable(..) | Expr::ThisPtr(_)))
            && args.iter().skip(1).any(|arg| may_change(arg));
        for (arg, register) in args.iter().zip(start..=Reg::MAX).skip(usize::from(late)) {
            self.argument(arg, register, &given)?;
        }
        if late {
            self.argument(args[0], start, &given)?;
        }
        let first = args.first().map_or(Position::NONE, |arg| arg.position());
        let site = self.site(&call.name, args.len(), None, first);
        let site_of = &mut self.f.sites[site as usize];
        site_of.natives = match &*names {
            [name] => (self.script.natives)(Some(name), &call.name),
            _ => Vec::new(),
        };
        site_of.namespace = Some(namespace);
        self.emit(Op::CallQualified(to, start, site), position);
        Ok(())
    }

    fn namespace(&mut self, names: &[&str], name: &str, position: Position) -> Qualified {
        let root = names.first().copied().unwrap_or_default();
        let imported = self.scope.imports.iter().rev().find(|(alias, _)| alias.as_str() == root);
        Qualified {
            register: imported.map(|(_, register)| *register),
            path: names.iter().map(|name| (self.script.intern)(name)).collect(),
            position,
            name: (self.script.intern)(name),
        }
    }

    /// `module::NAME` or `global::NAME`.
    pub(super) fn qualified_variable(&mut self, names: &[&str], name: &str, position: Position, to: Reg) {
        let namespace = self.namespace(names, name, position);
        if names == ["global"] && namespace.register.is_none() {
            let name = self.string(name);
            self.emit(Op::GetGlobal(to, name), position);
            return;
        }
        let site = self.site(name, 0, None, position);
        self.f.sites[site as usize].namespace = Some(namespace);
        self.emit(Op::GetQualified(to, site), position);
    }

    pub(super) fn site(&mut self, name: &str, args: usize, own: Option<u32>, first: Position) -> u32 {
        let natives = (self.script.natives)(None, name);
        let typed = self.script.typed.iter();
        let typed = typed.filter(|(_, found, count, _)| found.as_str() == name && count + 1 == args);
        let typed: Vec<_> = typed.map(|(of, _, _, number)| (of.clone(), *number)).collect();
        let may_change = natives.iter().any(|native| native.changes_first && native.takes(args));
        let is_syntactic = matches!(name, "call" | "curry" | "is_shared" | "type_of");
        self.f.sites.push(Site {
            name: (self.script.intern)(name),
            args,
            namespace: None,
            path: None,
            is_simple: own.is_none() && typed.is_empty() && !may_change && !is_syntactic,
            is_len: name == "len" && args == 1,
            may_change,
            natives,
            own,
            typed,
            cache: Cell::new((u32::MAX, 0)),
            elsewhere: Cell::new(0),
            first,
            captured: None,
        });
        number(self.f.sites.len() - 1)
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
