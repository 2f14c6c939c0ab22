//! Variables that nobody reads any more: a function gets the value itself and can change it in place, where it would have to copy
//! what the variable still has.

use super::walk::walk;
use super::{Compiler, Result};
use crate::code::{Op, Reg};
use rhai::{ASTNode, Expr, FnCallExpr, Position};

/// What is known of the ends of variables where the compiler is.
#[derive(Default)]
pub(super) struct Ends {
    /// The register of the function's value: an expression for it is the last that is evaluated.
    pub(super) result: Option<Reg>,
    /// So many variables are kept, as a `catch` block may read them.
    kept: usize,
    /// So many variables are those of blocks around this one.
    pub(super) around: usize,
    /// Registers whose values the call that is next compiled gets.
    given: Vec<Reg>,
}

impl Ends {
    /// All variables may be read after an error.
    pub(super) fn keep_all(&mut self) {
        self.kept = usize::MAX;
    }
}

impl Compiler<'_> {
    /// Does `work` on what is within a `try`: its `catch` block may read the variables there are.
    pub(super) fn trying(&mut self, work: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let kept = self.ends.kept.max(self.scope.variables.len());
        let before = std::mem::replace(&mut self.ends.kept, kept);
        let result = work(self);
        self.ends.kept = before;
        result
    }

    /// Evaluates what is assigned to the variable in this register, whose value nobody reads after that.
    pub(super) fn overwriting(&mut self, variable: Reg, value: &Expr, to: Reg) -> Result<()> {
        match value {
            Expr::FnCall(call, position) => self.giving(call, *position, to, |register| register == variable),
            _ => self.into(value, to),
        }
    }

    /// Evaluates what a new variable has. In `let x = f(x)`, the one that it hides ends with that, if it is one of the same block.
    pub(super) fn hiding(&mut self, name: &str, value: &Expr, to: Reg) -> Result<()> {
        let around = self.ends.around;
        let number = self.scope.variables.iter().rposition(|local| local.name.as_str() == name);
        let hidden =
            number.filter(|number| *number >= around).map(|number| self.scope.variables[number].register);
        match hidden {
            Some(hidden) => self.overwriting(hidden, value, to),
            None => self.into(value, to),
        }
    }

    /// Evaluates what the function returns.
    pub(super) fn returning(&mut self, value: &Expr, to: Reg) -> Result<()> {
        match value {
            Expr::FnCall(call, position) => self.giving(call, *position, to, |_| true),
            _ => self.into(value, to),
        }
    }

    /// A call that gets the values of the variables that end with it, as far as they occur once, as its arguments.
    pub(super) fn giving(
        &mut self,
        call: &FnCallExpr,
        position: Position,
        to: Reg,
        ends: impl Fn(Reg) -> bool,
    ) -> Result<()> {
        self.ends.given = self.given_to(call, ends);
        let result = self.call(call, position, to);
        self.ends.given.clear();
        result
    }

    fn given_to(&self, call: &FnCallExpr, ends: impl Fn(Reg) -> bool) -> Vec<Reg> {
        if crate::is_debugged() {
            return Vec::new();
        }
        let mut given = Vec::new();
        for arg in &call.args {
            let Some(name) = own_name(arg) else { continue };
            let variables = self.scope.variables.iter().enumerate();
            let local = variables.rev().find(|(_, local)| local.name.as_str() == name);
            let Some((number, local)) = local else { continue };
            if number >= self.ends.kept
                && !local.may_be_shared
                && ends(local.register)
                && occurs_once(name, call)
            {
                given.push(local.register);
            }
        }
        given
    }

    /// Which variables the call that is compiled now can have.
    pub(super) fn take_given(&mut self) -> Vec<Reg> {
        std::mem::take(&mut self.ends.given)
    }

    /// The register of an argument, if it is one of these variables.
    pub(super) fn given(&self, arg: &Expr, given: &[Reg]) -> Option<Reg> {
        let register = self.local(own_name(arg)?)?.register;
        given.contains(&register).then_some(register)
    }

    /// Evaluates an argument of a call that can have these variables.
    pub(super) fn argument(&mut self, arg: &Expr, to: Reg, given: &[Reg]) -> Result<()> {
        match self.given(arg, given) {
            Some(register) => {
                self.emit(Op::Take(to, register), arg.position());
                Ok(())
            }
            None => self.into(arg, to),
        }
    }
}

/// The name of a variable, not one of a module.
fn own_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Variable(variable, ..) if variable.2.is_empty() => Some(&variable.1),
        _ => None,
    }
}

fn occurs_once(name: &str, call: &FnCallExpr) -> bool {
    let mut count = 0;
    for arg in &call.args {
        walk(arg, &mut |node| {
            if let ASTNode::Expr(expression) = node {
                count += usize::from(own_name(expression) == Some(name));
            }
            count < 2
        });
    }
    count == 1
}
