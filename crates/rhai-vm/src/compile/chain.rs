//! Chains: `a.b[i].c(d)`, to be read, called or assigned to.
//!
//! The arguments and indices of a chain are evaluated before its root, from left to right.

use super::expression::may_change;
use super::{Compiler, Result};
use crate::code::{Op, Path, Reg, Step, StepKind};
use crate::text::Str;
use rhai::{ASTFlags, Expr, FnCallExpr, Position};
use std::cell::Cell;

/// A link of a chain as it is written.
pub struct Link<'a> {
    /// What it does.
    pub kind: LinkKind<'a>,
    /// Whether it is `?.` or `?[`.
    pub is_optional: bool,
    /// Where the `.` or `[` is.
    pub operator: Position,
}

/// What a link does.
pub enum LinkKind<'a> {
    /// `.name`
    Property(&'a str, Position),
    /// `[index]`
    Index(&'a Expr),
    /// `.name(…)`
    Method(&'a FnCallExpr, Position),
}

/// A link whose arguments have been evaluated.
enum Ready<'a> {
    Step(Step),
    /// The first register of the arguments; the one before is for the object.
    Method {
        call: &'a FnCallExpr,
        position: Position,
        start: Reg,
        is_optional: bool,
    },
}

impl Compiler<'_> {
    /// A chain that is read or called.
    pub(super) fn chain(&mut self, expression: &Expr, to: Reg) -> Result<()> {
        let (root, links) = flatten(expression);
        let ready = self.arguments(root, links)?;
        let mut current = self.root(root)?;
        let mut steps = Vec::new();
        let mut ends = Vec::new();
        let last = ready.len().saturating_sub(1);
        let last_method = ready.iter().rposition(|link| matches!(link, Ready::Method { .. }));
        for (number, link) in ready.into_iter().enumerate() {
            // Behind `?.` everything is left out; before a method that takes a look of its own.
            if link.is_optional() && last_method.is_some_and(|method| method >= number) {
                self.emit(Op::Unit(to), Position::NONE);
                let mut object = current.register;
                if !steps.is_empty() {
                    object = self.register();
                    self.get(object, &current.kept(), steps.clone(), expression.position());
                }
                ends.push(self.emit(Op::JumpIfUnit(object, 0), Position::NONE));
            }
            match link {
                Ready::Step(step) => steps.push(step),
                Ready::Method { call, position, start, .. } => {
                    let target = if number == last { to } else { self.register() };
                    let taken = std::mem::take(&mut steps);
                    self.method(target, &current, taken, call, start, position);
                    current = Root { register: target, constant: None, is_temporary: true };
                }
            }
        }
        if !steps.is_empty() {
            self.get(to, &current, steps, expression.position());
        }
        self.land(ends);
        Ok(())
    }

    /// The path of a chain that is assigned to; `None` where it cannot be.
    pub(super) fn assignable_path(&mut self, expression: &Expr) -> Result<Option<u32>> {
        let (root, links) = flatten(expression);
        if links.iter().any(|link| matches!(link.kind, LinkKind::Method(..))) {
            return self.assign_behind_method(root, links).map(Some);
        }
        let ready = self.arguments(root, links)?;
        let root = self.root(root)?;
        let steps = ready.into_iter().filter_map(|link| match link {
            Ready::Step(step) => Some(step),
            Ready::Method { .. } => None,
        });
        let steps = steps.collect();
        Ok(Some(self.path(&root, steps)))
    }

    /// `a.f().b = …`: sets a property of what the method returns, which nobody has beside.
    fn assign_behind_method(&mut self, root: &Expr, links: Vec<Link<'_>>) -> Result<u32> {
        let ready = self.arguments(root, links)?;
        let mut current = self.root(root)?;
        let mut steps = Vec::new();
        for link in ready {
            match link {
                Ready::Step(step) => steps.push(step),
                Ready::Method { call, position, start, .. } => {
                    let target = self.register();
                    let taken = std::mem::take(&mut steps);
                    self.method(target, &current, taken, call, start, position);
                    current = Root { register: target, constant: None, is_temporary: true };
                }
            }
        }
        Ok(self.path(&current, steps))
    }

    /// Evaluates the arguments and indices of a chain.
    fn arguments<'a>(&mut self, root: &Expr, links: Vec<Link<'a>>) -> Result<Vec<Ready<'a>>> {
        // What is read of a variable must be what it was before the arguments that follow.
        let changes = may_change(root) || links.iter().any(Link::may_change);
        let mut ready = Vec::with_capacity(links.len());
        for Link { kind, is_optional, operator } in links {
            ready.push(match kind {
                LinkKind::Property(name, position) => {
                    let name = (self.script.intern)(name);
                    let kind = StepKind::Property(name, Cell::new(0));
                    Ready::Step(Step { kind, is_optional, position, operator })
                }
                LinkKind::Index(index) => {
                    // An index that is the root itself is read from a copy, for the root is taken out meanwhile.
                    let is_root = match (index, root) {
                        (Expr::Variable(a, ..), Expr::Variable(b, ..)) => a.1 == b.1,
                        (Expr::ThisPtr(_), Expr::ThisPtr(_)) => true,
                        _ => false,
                    };
                    let register = if changes || is_root {
                        let register = self.register();
                        self.into(index, register)?;
                        register
                    } else {
                        let (register, _) = self.operand(index)?;
                        register
                    };
                    let position = index.start_position();
                    Ready::Step(Step { kind: StepKind::Index(register), is_optional, position, operator })
                }
                LinkKind::Method(call, position) => {
                    let start = self.register();
                    for argument in &call.args {
                        let register = self.register();
                        self.into(argument, register)?;
                    }
                    Ready::Method { call, position, start, is_optional }
                }
            });
        }
        Ok(ready)
    }

    /// The root of a chain.
    fn root(&mut self, root: &Expr) -> Result<Root> {
        match root {
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                if let Some(local) = self.local(&variable.1) {
                    let constant = local.is_constant.then(|| (local.name.clone(), root.start_position()));
                    return Ok(Root { register: local.register, constant, is_temporary: false });
                }
            }
            Expr::ThisPtr(position) => {
                self.emit(Op::NeedThis, *position);
                return Ok(Root { register: self.f.this, constant: None, is_temporary: false });
            }
            _ => {}
        }
        let register = self.register();
        self.into(root, register)?;
        // What comes from a module cannot be changed.
        let constant = match root {
            Expr::Variable(variable, ..) if !variable.2.is_empty() => {
                Some((Str::from(variable.1.as_str()), root.start_position()))
            }
            _ => None,
        };
        Ok(Root { register, constant, is_temporary: true })
    }

    fn path(&mut self, root: &Root, steps: Vec<Step>) -> u32 {
        self.f.paths.push(Path { root: root.register, constant: root.constant.clone(), steps });
        u32::try_from(self.f.paths.len() - 1).unwrap_or(u32::MAX)
    }

    /// Reads what the steps lead to.
    fn get(&mut self, to: Reg, root: &Root, steps: Vec<Step>, position: Position) {
        let spent = u8::from(root.is_temporary);
        match &*steps {
            [] => drop(self.emit(Op::Load(to, root.register), position)),
            [Step { kind: StepKind::Index(_), is_optional: false, position, .. }] => {
                let position = *position;
                let path = self.path(root, steps);
                self.emit_spending(Op::Index(to, path), position, spent);
            }
            [Step { kind: StepKind::Property(..), is_optional: false, position, .. }] => {
                let position = *position;
                let path = self.path(root, steps);
                self.emit_spending(Op::Property(to, root.register, path), position, spent);
            }
            _ => {
                let path = self.path(root, steps);
                self.emit_spending(Op::Get(to, path), position, spent);
            }
        }
    }

    /// Calls a method of what the steps lead to.
    fn method(
        &mut self,
        to: Reg,
        root: &Root,
        steps: Vec<Step>,
        call: &FnCallExpr,
        start: Reg,
        position: Position,
    ) {
        let name = call.name.as_str();
        let own = self.script.find(name, call.args.len());
        // What is called finds its registers behind the arguments: nothing else may be there.
        let count = Reg::try_from(call.args.len()).unwrap_or(Reg::MAX);
        let start = if self.next > start.saturating_add(1).saturating_add(count) {
            let top = self.register();
            for number in 1..=count {
                let register = self.register();
                self.emit(Op::Take(register, start.saturating_add(number)), position);
            }
            top
        } else {
            start
        };
        if name == "push"
            && call.args.len() == 1
            && own.is_none()
            && steps.is_empty()
            && root.constant.is_none()
        {
            self.emit(Op::Push(root.register, start + 1), position);
        }
        let path = self.path(root, steps);
        let site = self.site(
            name,
            call.args.len() + 1,
            own,
            call.args.first().map_or(Position::NONE, Expr::position),
        );
        self.f.sites[site as usize].path = Some(path);
        self.emit(Op::MethodAt(to, start, site), position);
    }
}

/// The beginning of a chain.
struct Root {
    register: Reg,
    constant: Option<(Str, Position)>,
    is_temporary: bool,
}

impl Root {
    /// The same, which is needed once more.
    fn kept(&self) -> Self {
        Self { register: self.register, constant: self.constant.clone(), is_temporary: false }
    }
}

impl Ready<'_> {
    fn is_optional(&self) -> bool {
        match self {
            Self::Step(step) => step.is_optional,
            Self::Method { is_optional, .. } => *is_optional,
        }
    }
}

impl Link<'_> {
    fn may_change(&self) -> bool {
        match &self.kind {
            LinkKind::Property(..) => false,
            LinkKind::Index(index) => may_change(index),
            LinkKind::Method(call, _) => call.args.iter().any(may_change),
        }
    }
}

/// Whether an expression is a call on what another call returns, as in `a().b()`.
pub(super) fn calls_on_temporary(expression: &Expr) -> bool {
    let (root, links) = flatten(expression);
    let is_call = |link: &&Link<'_>| matches!(link.kind, LinkKind::Method(..));
    let calls = links.iter().filter(is_call).count();
    calls > 1 || calls == 1 && matches!(root, Expr::FnCall(..))
}

/// A chain's root and its links in order.
pub fn flatten(expression: &Expr) -> (&Expr, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let (Expr::Dot(parts, flags, position) | Expr::Index(parts, flags, position)) = expression else {
        return (expression, links);
    };
    let root = &parts.lhs;
    let mut rest = &parts.rhs;
    let (mut flags, mut operator, mut is_dot) = (*flags, *position, matches!(expression, Expr::Dot(..)));
    loop {
        let inner = match rest {
            Expr::Dot(parts, flags, position) => Some((parts, *flags, *position, true)),
            Expr::Index(parts, flags, position) => Some((parts, *flags, *position, false)),
            _ => None,
        };
        let inner = inner.filter(|_| !flags.intersects(ASTFlags::BREAK));
        let this = inner.as_ref().map_or(rest, |(parts, ..)| &parts.lhs);
        let kind = match this {
            Expr::Property(property, position) if is_dot => LinkKind::Property(&property.2, *position),
            Expr::MethodCall(call, position) if is_dot => LinkKind::Method(call, *position),
            index => LinkKind::Index(index),
        };
        links.push(Link { kind, is_optional: flags.intersects(ASTFlags::NEGATED), operator });
        let Some((parts, inner_flags, position, dot)) = inner else {
            return (root, links);
        };
        (rest, flags, operator, is_dot) = (&parts.rhs, inner_flags, position, dot);
    }
}
