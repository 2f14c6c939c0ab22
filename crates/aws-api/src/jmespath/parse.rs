//! Reads expressions: operators bind as strongly as the specification says.

use super::{Items, Node, Operator};
use rhai_vm::json;

/// Deepest nesting of an expression.
const MAX_DEPTH: usize = 50;

// What binds more strongly has a higher number. What is below `PROJECTION` ends a projection.
const OR: u8 = 2;
const AND: u8 = 3;
const COMPARISON: u8 = 5;
const FLATTEN: u8 = 9;
const PROJECTION: u8 = 10;
const STAR: u8 = 20;
const FILTER: u8 = 21;
const DOT: u8 = 40;
const NOT: u8 = 45;
const BRACKET: u8 = 55;

const OPERATORS: [(&str, Operator); 6] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

pub(super) fn parse(text: &str) -> Option<Node> {
    let mut parser = Parser { rest: text.trim_start(), depth: 0 };
    let node = parser.expression(0)?;
    parser.rest.is_empty().then_some(node)
}

struct Parser<'a> {
    /// What has not been read, without white space at its beginning.
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    /// An expression whose operators bind more strongly than `least`.
    fn expression(&mut self, least: u8) -> Option<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let first = self.first()?;
        let node = self.continued(first, least);
        self.depth -= 1;
        node
    }

    /// The operators after a left side, as far as they bind more strongly than `least`.
    fn continued(&mut self, mut left: Node, least: u8) -> Option<Node> {
        while self.strength() > least {
            left = self.next(left)?;
        }
        Some(left)
    }

    /// The precedence of the next operator; 0 without an operator.
    fn strength(&self) -> u8 {
        match self.rest.as_bytes() {
            [b'|', b'|', ..] => OR,
            [b'&', b'&', ..] => AND,
            [b'=' | b'!', b'=', ..] | [b'<' | b'>', ..] => COMPARISON,
            [b'[', b']', ..] => FLATTEN,
            [b'[', b'?', ..] => FILTER,
            [b'[', ..] => BRACKET,
            [b'.', ..] => DOT,
            _ => 0,
        }
    }

    /// What an expression begins with.
    fn first(&mut self) -> Option<Node> {
        if self.take("@") {
            return Some(Node::Current);
        }
        if self.take("!") {
            return Some(Node::Not(self.expression(NOT)?.into()));
        }
        if self.take("(") {
            return self.closed(")");
        }
        if self.take("'") {
            let text = self.until('\'')?;
            return Some(Node::Literal(text.into()));
        }
        if self.take("`") {
            let literal = self.until('`')?;
            return Some(Node::Literal(json::decode(literal.as_bytes()).ok()?));
        }
        if self.rest.starts_with('[') {
            return self.next(Node::Current);
        }
        let name = self.name()?;
        match self.take("(") {
            true if name == "length" => Some(Node::Length(self.closed(")")?.into())),
            true => None,
            false => Some(Node::Field(name)),
        }
    }

    /// An expression and what ends it.
    fn closed(&mut self, end: &str) -> Option<Node> {
        let node = self.expression(0)?;
        self.take(end).then_some(node)
    }

    /// An operator after its left side.
    fn next(&mut self, left: Node) -> Option<Node> {
        if self.take("||") {
            return Some(Node::Or(left.into(), self.expression(OR)?.into()));
        }
        if self.take("&&") {
            return Some(Node::And(left.into(), self.expression(AND)?.into()));
        }
        if self.take("[]") {
            return self.projection(Items::List, Node::Flatten(left.into()), FLATTEN);
        }
        if self.take("[*]") {
            return self.projection(Items::List, left, STAR);
        }
        if self.take("[?") {
            let condition = self.closed("]")?;
            return self.projection(Items::Filtered(condition.into()), left, FILTER);
        }
        if self.take("[") {
            let end = self.rest.find(']')?;
            let index = self.rest[..end].trim().parse().ok()?;
            self.skip(end + 1);
            return Some(Node::Sub(left.into(), Node::Index(index).into()));
        }
        if self.take(".") {
            if self.take("*") {
                return self.projection(Items::Values, left, DOT);
            }
            return Some(Node::Sub(left.into(), self.expression(DOT)?.into()));
        }
        let (text, operator) = OPERATORS.iter().find(|(text, _)| self.rest.starts_with(text))?;
        self.skip(text.len());
        Some(Node::Compare(*operator, left.into(), self.expression(COMPARISON)?.into()))
    }

    /// A projection and what it takes of each item.
    fn projection(&mut self, items: Items, left: Node, strength: u8) -> Option<Node> {
        let right = if self.strength() < PROJECTION {
            Node::Current
        } else if self.take(".") {
            self.expression(strength)?
        } else {
            let first = self.next(Node::Current)?;
            self.continued(first, strength)?
        };
        Some(Node::Project(items, left.into(), right.into()))
    }

    fn name(&mut self) -> Option<String> {
        if self.take("\"") {
            return self.until('"');
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let name = self.rest[..end].to_owned();
        self.skip(end);
        (!name.is_empty()).then_some(name)
    }

    /// The text before that character.
    fn until(&mut self, end: char) -> Option<String> {
        let length = self.rest.find(end)?;
        let text = self.rest[..length].to_owned();
        self.skip(length + 1);
        Some(text)
    }

    /// Reads this, if it is next.
    fn take(&mut self, token: &str) -> bool {
        let is_next = self.rest.starts_with(token);
        if is_next {
            self.skip(token.len());
        }
        is_next
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest[length..].trim_start();
    }
}
