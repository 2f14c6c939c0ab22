//! Chains: what comes behind an expression, as in `a.b[i].c(d)`.
//!
//! rhai's trees have them turned around: `a.b.c` is `a . (b . c)`.

use super::lexer::Kind;
use super::{Parser, Result, Unsure};
use rhai::{ASTFlags, BinaryExpr, Expr, Position};

/// A link of a chain that is not in the tree yet.
struct Link {
    is_index: bool,
    flags: ASTFlags,
    position: Position,
    item: Expr,
}

impl Parser<'_, '_> {
    /// The chain that begins with this expression, if something comes behind it.
    pub(super) fn chain(&mut self, level: usize, root: Expr) -> Result<Expr> {
        if !self.is_at_link() {
            return Ok(root);
        }
        let mut links = Vec::new();
        self.links(level, &mut links)?;
        match links.first() {
            Some(first) if first.is_index && !may_be_index(&root, &first.item) => Err(Unsure),
            _ => Ok(build(root, links)),
        }
    }

    fn is_at_link(&self) -> bool {
        matches!(self.token.kind, Kind::Period | Kind::Elvis | Kind::LeftBracket | Kind::QuestionBracket)
    }

    fn links(&mut self, mut level: usize, links: &mut Vec<Link>) -> Result<()> {
        loop {
            let first = links.len();
            let mut deep = level;
            while matches!(self.token.kind, Kind::LeftBracket | Kind::QuestionBracket) {
                deep = self.deeper(deep)?;
                let bracket = self.advance()?;
                let item = self.expression(self.deeper(deep)?)?;
                self.expect(Kind::RightBracket)?;
                let flags = optional(bracket.kind == Kind::QuestionBracket);
                links.push(Link { is_index: true, flags, position: bracket.position, item });
            }
            let indices = &mut links[first..];
            if !matches!(self.token.kind, Kind::Period | Kind::Elvis) {
                // In rhai, each has the flag of the one behind it …
                for number in 1..indices.len() {
                    indices[number - 1].flags = indices[number].flags;
                }
                return Ok(());
            }
            // … or none before a property.
            for index in indices {
                index.flags = ASTFlags::empty();
            }
            let dot = self.advance()?;
            level = self.deeper(level)?;
            let name = self.advance()?;
            let is_call = matches!(self.token.kind, Kind::LeftParen | Kind::Unit);
            let item = match name.kind {
                Kind::Name if !is_call && !matches!(self.token.kind, Kind::Bang | Kind::DoubleColon) => {
                    let nothing = self.nothing.clone();
                    let property = ((nothing.clone(), 0), (nothing, 0), self.name(name.text));
                    Expr::Property(Box::new(property), name.position)
                }
                Kind::Name | Kind::Reserved if is_call => {
                    // The others cannot be methods.
                    let is_method = name.kind == Kind::Name
                        || matches!(name.text, "call" | "curry" | "is_shared" | "type_of");
                    match self.call(level, name.text, name.position)? {
                        Expr::FnCall(call, position) if is_method => Expr::MethodCall(call, position),
                        _ => return Err(Unsure),
                    }
                }
                _ => return Err(Unsure),
            };
            let flags = optional(dot.kind == Kind::Elvis);
            links.push(Link { is_index: false, flags, position: dot.position, item });
            if !self.is_at_link() {
                return Ok(());
            }
        }
    }

    /// Whether rhai lets a value be assigned to an expression.
    pub(super) fn is_assignable(&self, target: &Expr) -> bool {
        match target {
            Expr::ThisPtr(_) => true,
            Expr::Variable(variable, ..) => {
                let mut variables = self.body.variables.iter().rev();
                let found = variables.find(|known| known.name == variable.1.as_str());
                !variable.2.is_empty() || !found.is_some_and(|variable| variable.is_constant)
            }
            Expr::Dot(parts, flags, _) | Expr::Index(parts, flags, _) => {
                matches!(parts.lhs, Expr::Variable(..) | Expr::ThisPtr(_))
                    && (flags.contains(ASTFlags::BREAK)
                        || are_places(&parts.rhs, matches!(target, Expr::Dot(..))))
            }
            _ => false,
        }
    }
}

/// Whether rhai lets a constant have such an index.
fn may_be_index(of: &Expr, index: &Expr) -> bool {
    let is_text = matches!(index, Expr::StringConstant(..) | Expr::InterpolatedString(..));
    let is_number = matches!(index, Expr::IntegerConstant(..));
    let is_other = matches!(
        index,
        Expr::FloatConstant(..)
            | Expr::CharConstant(..)
            | Expr::Unit(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::BoolConstant(..)
    );
    match of {
        Expr::Map(..) => !is_number && !is_other,
        Expr::IntegerConstant(..)
        | Expr::Array(..)
        | Expr::StringConstant(..)
        | Expr::InterpolatedString(..) => !is_text && !is_other,
        _ => true,
    }
}

/// Whether the rest of a chain has no calls.
fn are_places(rest: &Expr, is_behind_dot: bool) -> bool {
    match rest {
        Expr::Dot(parts, flags, _) | Expr::Index(parts, flags, _) => {
            (!is_behind_dot || matches!(parts.lhs, Expr::Property(..)))
                && (flags.contains(ASTFlags::BREAK) || are_places(&parts.rhs, matches!(rest, Expr::Dot(..))))
        }
        Expr::Property(..) => true,
        _ => !is_behind_dot,
    }
}

fn optional(is_optional: bool) -> ASTFlags {
    if is_optional {
        ASTFlags::NEGATED
    } else {
        ASTFlags::empty()
    }
}

/// The tree of a chain. A root in parentheses that is a chain itself becomes part of it.
fn build(root: Expr, mut links: Vec<Link>) -> Expr {
    let mut root = root;
    while let Expr::Dot(..) | Expr::Index(..) = root {
        let mut inner = Vec::new();
        root = take_apart(root, &mut inner);
        inner.append(&mut links);
        links = inner;
    }
    let mut rest = None;
    while let Some(link) = links.pop() {
        let (item, mut flags) = (link.item, link.flags);
        let rhs = match rest.take() {
            None => {
                if link.is_index {
                    flags |= ASTFlags::BREAK;
                }
                item
            }
            Some((is_index, flags, position, rest)) => node(is_index, item, rest, flags, position),
        };
        rest = Some((link.is_index, flags, link.position, rhs));
    }
    match rest {
        Some((is_index, flags, position, rest)) => node(is_index, root, rest, flags, position),
        None => root,
    }
}

fn node(is_index: bool, lhs: Expr, rhs: Expr, flags: ASTFlags, position: Position) -> Expr {
    let parts = Box::new(BinaryExpr { lhs, rhs });
    if is_index {
        Expr::Index(parts, flags, position)
    } else {
        Expr::Dot(parts, flags, position)
    }
}

/// The root of a chain, and its links.
fn take_apart(chain: Expr, links: &mut Vec<Link>) -> Expr {
    let mut root = Expr::default();
    let mut rest = chain;
    loop {
        let (is_index, parts, flags, position) = match rest {
            Expr::Dot(parts, flags, position) => (false, parts, flags, position),
            Expr::Index(parts, flags, position) => (true, parts, flags, position),
            item => {
                *last_item(links, &mut root) = item;
                return root;
            }
        };
        let BinaryExpr { lhs, rhs } = *parts;
        *last_item(links, &mut root) = lhs;
        links.push(Link {
            is_index,
            flags: flags.difference(ASTFlags::BREAK),
            position,
            item: Expr::default(),
        });
        if flags.contains(ASTFlags::BREAK) {
            *last_item(links, &mut root) = rhs;
            return root;
        }
        rest = rhs;
    }
}

fn last_item<'a>(links: &'a mut [Link], root: &'a mut Expr) -> &'a mut Expr {
    links.last_mut().map_or(root, |link| &mut link.item)
}
