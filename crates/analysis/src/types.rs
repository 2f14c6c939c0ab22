//! Types that are certain without running anything.

use crate::natives::{changes_first, Natives, Type};
use crate::responses::reads;
use crate::script::Script;
use crate::walk::Walk;
use rhai::{ASTNode, BinaryExpr, Expr, FnCallExpr, Stmt, Token};
use rhai_vm::compile::{flatten, Link, LinkKind};
use rhai_vm::module::Entry;
use rhai_vm::Kind;
use std::collections::HashSet;

/// Functions that can see or change any variable of their caller.
const SEEING_ALL: [&str; 2] = ["eval", "is_def_var"];

const TIME: Kind = Kind::Host("Time");
const DURATION: Kind = Kind::Host("Duration");

/// What is known of a running function before its statements are looked at.
#[derive(Default)]
pub(crate) struct Frame {
    /// Variables whose values may get another type.
    pub(crate) changing: HashSet<String>,
    /// Variables that may get another value of the same type, or whose values may get another part.
    pub(crate) changing_parts: HashSet<String>,
    /// Whether any variable may be read and changed by a text that is evaluated.
    pub(crate) is_opaque: bool,
    /// The loops around, each with the variables that get another value in every round.
    pub(crate) loops: Vec<HashSet<String>>,
}

impl Frame {
    /// What these statements do to variables.
    pub(crate) fn of(statements: &[Stmt], script: &Script) -> Self {
        let mut frame = Self::default();
        for statement in statements {
            statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
                frame.look_at(nodes, script);
                true
            });
        }
        frame
    }

    /// Whether the variable may get a value of another type.
    pub(crate) fn may_change(&self, name: &str) -> bool {
        self.is_opaque || self.changing.contains(name)
    }

    /// Whether the variable may get another value, or its value another part.
    pub(crate) fn may_change_parts(&self, name: &str) -> bool {
        self.may_change(name) || self.changing_parts.contains(name)
    }

    fn look_at(&mut self, nodes: &[ASTNode<'_>], script: &Script) {
        match nodes.last() {
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                let (operator, BinaryExpr { lhs, rhs }) = &**assignment;
                // `n += 1` leaves the type as it is.
                let is_step = operator.is_op_assignment() && matches!(rhs, Expr::IntegerConstant(..));
                let (root, links) = flatten(lhs);
                if let (Expr::Variable(variable, ..), [_, ..]) = (root, &*links) {
                    self.changing_parts.insert(variable.1.to_string());
                }
                if let Expr::Variable(variable, ..) = lhs {
                    let changing = if is_step { &mut self.changing_parts } else { &mut self.changing };
                    changing.insert(variable.1.to_string());
                }
            }
            // What a closure captures, it may change.
            Some(ASTNode::Stmt(Stmt::Share(names))) => {
                for name in names.iter().map(|(name, _)| name.name.as_str()) {
                    if script.changed_by_closures.changing.contains(name) {
                        self.changing.insert(name.to_owned());
                    }
                    if script.changed_by_closures.changing_parts.contains(name) {
                        self.changing_parts.insert(name.to_owned());
                    }
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
                let is_own = |link: &Link<'_>| match link.kind {
                    LinkKind::Method(call, _) => {
                        script.named(&call.name).next().is_some() || call.name == "call"
                    }
                    _ => false,
                };
                let is_change =
                    |link: &Link<'_>| matches!(link.kind, LinkKind::Method(call, _) if !reads(&call.name));
                if let Expr::Variable(variable, ..) = root {
                    if links.iter().any(is_own) {
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

impl Walk<'_> {
    /// The type of an expression, if it is certain.
    pub(crate) fn certain(&self, expression: &Expr) -> Type {
        Some(match expression {
            Expr::BoolConstant(..) | Expr::And(..) | Expr::Or(..) => Kind::Bool,
            Expr::IntegerConstant(..) => Kind::Int,
            Expr::FloatConstant(..) => Kind::Float,
            Expr::CharConstant(..) => Kind::Char,
            Expr::StringConstant(..) | Expr::InterpolatedString(..) => Kind::String,
            Expr::Array(..) => Kind::Array,
            Expr::Map(..) => Kind::Map,
            Expr::Unit(_) => Kind::Unit,
            Expr::DynamicConstant(value, _) => return value.is_fnptr().then_some(Kind::Fn),
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                return self.scope.variable(&variable.1).and_then(|variable| variable.of);
            }
            Expr::FnCall(call, _) => return self.result(call),
            Expr::Dot(..) | Expr::Index(..) => {
                let (root, links) = flatten(expression);
                return links.iter().fold(self.certain(root), |of, link| self.step(of, link));
            }
            _ => return None,
        })
    }

    /// The type of what a link of a chain leads to.
    pub(crate) fn step(&self, of: Type, link: &Link<'_>) -> Type {
        let call = match link.kind {
            LinkKind::Method(call, _) => call,
            LinkKind::Index(index) if !link.is_optional => {
                return match (of?, self.certain(index)?) {
                    (Kind::String, Kind::Int) => Some(Kind::Char),
                    (Kind::String, Kind::Range | Kind::RangeInclusive) => Some(Kind::String),
                    (Kind::Blob, Kind::Int) => Some(Kind::Int),
                    _ => None,
                };
            }
            _ => return None,
        };
        let count = call.args.len();
        if link.is_optional || self.is_own(&call.name, count) || self.project.has_typed(&call.name, count) {
            return None;
        }
        if of.is_none_or(|of| of == Kind::Map) && self.project.may_be_field(&call.name) {
            return None;
        }
        let mut forms = self.natives().taking(None, &call.name, count + 1);
        let is_of = |form: &&Entry, of: Kind| form.params.first().is_some_and(|first| first.of.kind == of);
        match of {
            Some(of) if forms.iter().any(|form| is_of(form, of)) => forms.retain(|form| is_of(form, of)),
            // A method of any value, such as `to_string`.
            Some(_) => forms.retain(|form| is_of(form, Kind::Any)),
            // Any value has the native method, unless it is a map with a closure from a script that is not at hand.
            None if self.project.is_complete() => {
                let arguments = call.args.iter().map(|argument| self.certain(argument));
                let types: Vec<_> = std::iter::once(None).chain(arguments).collect();
                forms.retain(|form| crate::natives::accepts(form, &types));
            }
            None => return None,
        }
        // A method that returns nothing is a mistake of its own.
        Natives::returned(&forms).filter(|of| *of != Kind::Unit)
    }

    fn result(&self, call: &FnCallExpr) -> Type {
        if let Some(token) = &call.op_token {
            return self.operation(token, &call.args);
        }
        let (name, count) = (call.name.as_str(), call.args.len());
        let space = match &*call.namespace.path {
            [] if self.is_own(name, count) => return None,
            [] => None,
            [space] if self.scope.aliases.iter().all(|alias| alias.name != space.name) => {
                Some(space.name.as_str())
            }
            _ => return None,
        };
        if call.capture_parent_scope || name == "call" {
            return None;
        }
        let forms = self.natives().taking(space, name, count);
        let types: Vec<_> = call.args.iter().map(|argument| self.certain(argument)).collect();
        let forms: Vec<_> = forms.into_iter().filter(|form| crate::natives::accepts(form, &types)).collect();
        Natives::returned(&forms)
    }

    fn operation(&self, token: &Token, operands: &[Expr]) -> Type {
        let types: Vec<_> = operands.iter().map(|operand| self.certain(operand)).collect();
        match (token, &*types) {
            (Token::ExclusiveRange, [Some(Kind::Int), Some(Kind::Int)]) => Some(Kind::Range),
            (Token::InclusiveRange, [Some(Kind::Int), Some(Kind::Int)]) => Some(Kind::RangeInclusive),
            (
                Token::EqualsTo
                | Token::NotEqualsTo
                | Token::LessThan
                | Token::LessThanEqualsTo
                | Token::GreaterThan
                | Token::GreaterThanEqualsTo
                | Token::Bang,
                _,
            ) => Some(Kind::Bool),
            (Token::Minus, [Some(TIME), Some(TIME)]) => Some(DURATION),
            (Token::Plus | Token::Minus | Token::Multiply | Token::Divide, [Some(a), Some(b)]) => {
                match (a, b) {
                    (Kind::Int, Kind::Int) => Some(Kind::Int),
                    (Kind::Int | Kind::Float, Kind::Int | Kind::Float) => Some(Kind::Float),
                    (Kind::String, Kind::String) if *token == Token::Plus => Some(Kind::String),
                    _ => None,
                }
            }
            (Token::Minus, [Some(of @ (Kind::Int | Kind::Float))]) => Some(*of),
            _ => None,
        }
    }
}
