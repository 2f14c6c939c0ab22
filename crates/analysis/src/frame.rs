//! What the statements of a function do to variables.

use crate::natives::{changes_first, only_reads, reads};
use rhai::{ASTNode, BinaryExpr, Expr, OpAssignment, Position, Stmt, StmtBlock, Token};
use rhai_vm::compile::{flatten, Link, LinkKind};
use rhai_vm::Kind;
use std::collections::{HashMap, HashSet};

/// Functions that can see or change any variable of their caller.
const SEEING_ALL: [&str; 2] = ["eval", "is_def_var"];

/// What is known of a running function before its statements are looked at.
#[derive(Default)]
pub(crate) struct Frame {
    /// Variables whose values may get any other type.
    pub(crate) changing: HashSet<String>,
    /// Variables to which values are assigned that all have one type, which is written out.
    assigned: HashMap<String, Kind>,
    /// Variables with which functions may be called as `this`, if they are no functions themselves.
    called: HashSet<String>,
    /// Variables to which something is appended by `+=`.
    growing: HashSet<String>,
    /// Variables that may get another value of the same type, or whose values may get another part.
    pub(crate) changing_parts: HashSet<String>,
    /// Whether any variable may be read and changed by a text that is evaluated.
    pub(crate) is_opaque: bool,
    /// The loops around, each with the variables that get another value in every round.
    pub(crate) loops: Vec<HashSet<String>>,
}

impl Frame {
    /// What these statements do to variables, with what closures do to those that they capture. `is_own` tells the names of
    /// the script's functions, and `is_field` those that functions in maps may have.
    pub(crate) fn of(
        statements: &[Stmt],
        closures: &Self,
        is_own: impl Fn(&str) -> bool,
        is_field: impl Fn(&str) -> bool,
    ) -> Self {
        let mut frame = Self::default();
        for statement in statements {
            statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
                frame.look_at(nodes, closures, &is_own, &is_field);
                true
            });
        }
        frame
    }

    /// Enters a loop.
    pub(crate) fn enter_loop(&mut self, body: &StmtBlock) {
        self.loops.push(restarted(body));
    }

    /// Leaves the innermost loop.
    pub(crate) fn leave_loop(&mut self) {
        self.loops.pop();
    }

    /// Whether the variable may get a value of another type than this one.
    pub(crate) fn may_change_from(&self, name: &str, of: Kind) -> bool {
        let may_grow = !matches!(of, Kind::String | Kind::Array) && self.growing.contains(name);
        let is_other = self.assigned.get(name).is_some_and(|assigned| *assigned != of);
        let may_be_this = of != Kind::Fn && self.called.contains(name);
        self.is_opaque || self.changing.contains(name) || may_be_this || may_grow || is_other
    }

    /// Whether anything may be assigned to the variable.
    pub(crate) fn may_be_assigned(&self, name: &str) -> bool {
        self.may_change_from(name, Kind::Fn) || self.assigned.contains_key(name)
    }

    /// Whether the variable may get another value as a whole.
    pub(crate) fn may_change(&self, name: &str) -> bool {
        let is_assigned =
            self.assigned.contains_key(name) || self.growing.contains(name) || self.called.contains(name);
        self.is_opaque || self.changing.contains(name) || is_assigned
    }

    /// What is known of this variable.
    fn only(&self, name: &str) -> Self {
        let among = |names: &HashSet<String>| names.get(name).cloned().into_iter().collect();
        Self {
            changing: among(&self.changing),
            changing_parts: among(&self.changing_parts),
            growing: among(&self.growing),
            called: among(&self.called),
            assigned: self.assigned.get(name).map(|of| (name.to_owned(), *of)).into_iter().collect(),
            ..Self::default()
        }
    }

    /// Adds what is known of another function's variables, such as a closure's.
    pub(crate) fn add(&mut self, other: Self) {
        self.changing.extend(other.changing);
        self.changing_parts.extend(other.changing_parts);
        self.growing.extend(other.growing);
        self.called.extend(other.called);
        other.assigned.into_iter().for_each(|(name, of)| self.assign(name, Some(of)));
    }

    /// Notes that a value of this type is assigned to a variable, if the type is known.
    fn assign(&mut self, name: String, of: Option<Kind>) {
        match (of, self.assigned.get(&name)) {
            (Some(of), None) => drop(self.assigned.insert(name, of)),
            (Some(of), Some(before)) if of == *before => {}
            _ => drop(self.changing.insert(name)),
        }
    }

    fn look_at_assignment(&mut self, operator: &OpAssignment, lhs: &Expr, rhs: &Expr) {
        let (root, links) = flatten(lhs);
        let Expr::Variable(variable, ..) = root else { return };
        let name = variable.1.to_string();
        let operation = operator.get_op_assignment_info().map(|(.., token, _)| token.clone());
        match (operation, links.is_empty()) {
            (_, false) => drop(self.changing_parts.insert(name)),
            (Some(_), true) if matches!(rhs, Expr::IntegerConstant(..)) => {
                // `n += 1` leaves the type as it is.
                self.changing_parts.insert(name);
            }
            (Some(Token::Plus), true) => drop(self.growing.insert(name)),
            (Some(_), true) => drop(self.changing.insert(name)),
            (None, true) if is_step(&name, rhs) => drop(self.changing_parts.insert(name)),
            (None, true) => self.assign(name, written_type(rhs)),
        }
    }

    /// Whether the variable may get another value, or its value another part.
    pub(crate) fn may_change_parts(&self, name: &str) -> bool {
        self.may_change(name) || self.changing_parts.contains(name)
    }

    fn look_at(
        &mut self,
        nodes: &[ASTNode<'_>],
        closures: &Self,
        is_own: &dyn Fn(&str) -> bool,
        is_field: &dyn Fn(&str) -> bool,
    ) {
        match nodes.last() {
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                let (operator, BinaryExpr { lhs, rhs }) = &**assignment;
                self.look_at_assignment(operator, lhs, rhs);
            }
            // What a closure captures, it may change.
            Some(ASTNode::Stmt(Stmt::Share(names))) => {
                for name in names.iter().map(|(name, _)| name.name.as_str()) {
                    self.add(closures.only(name));
                }
            }
            Some(ASTNode::Stmt(Stmt::FnCall(call, _)) | ASTNode::Expr(Expr::FnCall(call, _))) => {
                self.is_opaque |= call.capture_parent_scope || SEEING_ALL.contains(&call.name.as_str());
                // `push(list, item)` changes the variable as `list.push(item)` does.
                if let Some(Expr::Variable(variable, ..)) = call.args.first() {
                    if call.op_token.is_none() && changes_first(&call.name) {
                        self.changing_parts.insert(variable.1.to_string());
                    }
                }
            }
            // A function of the script may assign to `this`.
            Some(ASTNode::Expr(expression @ Expr::Dot(..))) => {
                let (root, links) = flatten(expression);
                let may_assign = |link: &Link<'_>| match link.kind {
                    LinkKind::Method(call, _) => is_own(&call.name),
                    _ => false,
                };
                let is_change = |link: &Link<'_>| match link.kind {
                    LinkKind::Method(call, _) => {
                        let is_native = !is_own(&call.name) && !is_field(&call.name);
                        !(reads(&call.name) || is_native && only_reads(&call.name))
                    }
                    _ => false,
                };
                if let Expr::Variable(variable, ..) = root {
                    // `x.call(f)` calls `f` with `x` as `this`; `f.call(x)` leaves `f` as it is.
                    let may_call = |link: &Link<'_>| match link.kind {
                        LinkKind::Method(call, _) => {
                            call.name == "call"
                                && call.args.first().is_some_and(|f| written_type(f).is_none())
                        }
                        _ => false,
                    };
                    if links.iter().any(may_call) {
                        self.called.insert(variable.1.to_string());
                    }
                    if links.iter().any(may_assign) {
                        self.changing.insert(variable.1.to_string());
                    }
                    if links.iter().any(is_change) {
                        self.changing_parts.insert(variable.1.to_string());
                    }
                }
            }
            _ => {}
        }
    }
}

/// The type of a value that is written out.
pub(crate) fn written_type(value: &Expr) -> Option<Kind> {
    Some(match value {
        Expr::BoolConstant(..) => Kind::Bool,
        Expr::IntegerConstant(..) => Kind::Int,
        Expr::FloatConstant(..) => Kind::Float,
        Expr::CharConstant(..) => Kind::Char,
        Expr::StringConstant(..) | Expr::InterpolatedString(..) => Kind::String,
        Expr::Array(..) => Kind::Array,
        Expr::Map(..) => Kind::Map,
        _ => return None,
    })
}

/// `n + 1` or `n - 1`, which has the type of `n`.
fn is_step(name: &str, value: &Expr) -> bool {
    let Expr::FnCall(call, _) = value else { return false };
    matches!(call.op_token, Some(Token::Plus | Token::Minus))
        && matches!(&*call.args, [left, Expr::IntegerConstant(..)] if position_of(name, left).is_some())
}

/// The variables to which a loop's body assigns something that does not come from them.
fn restarted(body: &StmtBlock) -> HashSet<String> {
    let mut found = HashSet::new();
    for statement in body.statements() {
        statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
            if let Some(ASTNode::Stmt(Stmt::Assignment(assignment))) = nodes.last() {
                let (operator, BinaryExpr { lhs, rhs }) = &**assignment;
                if let (Expr::Variable(variable, ..), false) = (lhs, operator.is_op_assignment()) {
                    if !mentions(rhs, &variable.1) {
                        found.insert(variable.1.to_string());
                    }
                }
            }
            true
        });
    }
    found
}

fn mentions(expression: &Expr, name: &str) -> bool {
    let mut found = false;
    expression.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
        if let Some(ASTNode::Expr(expression)) = nodes.last() {
            found |= position_of(name, expression).is_some();
        }
        true
    });
    found
}

/// Where an expression is the variable of this name.
pub(crate) fn position_of(name: &str, expression: &Expr) -> Option<Position> {
    match expression {
        Expr::Variable(variable, _, position) if variable.2.is_empty() && variable.1 == name => {
            Some(*position)
        }
        _ => None,
    }
}
