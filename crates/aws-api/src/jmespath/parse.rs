//! Tokens → an expression: operators bind as strongly as the specification says.

use super::functions::Function;
use super::lexer::{tokens, Literal, Token};
use super::{Error, Items, Node, Operator, Result};

/// Deepest nesting of an expression.
const MAX_DEPTH: usize = 200;
/// The most parts of an expression, which may all be nested in one another.
const MAX_TOKENS: usize = 2000;

// What binds more strongly has a higher number. What is below `PROJECTION` ends a projection.
const PIPE: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const COMPARISON: u8 = 5;
const FLATTEN: u8 = 9;
const PROJECTION: u8 = 10;
const STAR: u8 = 20;
const FILTER: u8 = 21;
const DOT: u8 = 40;
const NOT: u8 = 45;
const BRACE: u8 = 50;
const BRACKET: u8 = 55;
const PARENTHESIS: u8 = 60;

pub(super) fn parse(text: &str) -> Result<Node, Error> {
    let mut parser = Parser { tokens: tokens(text, MAX_TOKENS)?, at: 0, depth: 0 };
    let node = parser.expression(0)?;
    match parser.token() {
        Token::End => Ok(node),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn token(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token(), Token::Sign(found) if *found == sign)
    }

    fn is_after(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some((Token::Sign(found), _)) if *found == sign)
    }

    /// Reads this, if it is next.
    fn take(&mut self, sign: &str) -> bool {
        let is_next = self.is(sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &str) -> Result<()> {
        if self.take(sign) {
            Ok(())
        } else {
            let found = self.found();
            Err(Error::syntax(format!("expected {sign:?}, not {found}"), self.tokens[self.at].1))
        }
    }

    fn found(&self) -> String {
        match self.token() {
            Token::Name(name) | Token::Quoted(name) => format!("{name:?}"),
            Token::Number(number) => format!("\"{number}\""),
            Token::Literal(_) => "a literal".to_owned(),
            Token::Sign(sign) => format!("{sign:?}"),
            Token::End => "its end".to_owned(),
        }
    }

    #[cold]
    fn unexpected(&self) -> Error {
        Error::syntax(format!("{} is not expected", self.found()), self.tokens[self.at].1)
    }

    /// An expression whose operators bind more strongly than `least`.
    fn expression(&mut self, least: u8) -> Result<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::syntax(
                format!("it is nested deeper than {MAX_DEPTH} levels"),
                self.tokens[self.at].1,
            ));
        }
        let mut left = self.first()?;
        while self.strength() > least {
            left = self.next(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// The precedence of the next token as an operator; 0 if it is none.
    fn strength(&self) -> u8 {
        match self.token() {
            Token::Sign(sign) => match *sign {
                "|" => PIPE,
                "||" => OR,
                "&&" => AND,
                "==" | "!=" | "<" | "<=" | ">" | ">=" => COMPARISON,
                "[]" => FLATTEN,
                "*" => STAR,
                "[?" => FILTER,
                "." => DOT,
                "!" => NOT,
                "{" => BRACE,
                "[" => BRACKET,
                "(" => PARENTHESIS,
                _ => 0,
            },
            _ => 0,
        }
    }

    /// What an expression begins with.
    fn first(&mut self) -> Result<Node> {
        let token = self.token().clone();
        match token {
            Token::Literal(Literal(value)) => {
                self.at += 1;
                Ok(Node::Literal(value))
            }
            Token::Name(name) => {
                self.at += 1;
                if self.is("(") {
                    return self.call(&name);
                }
                Ok(Node::Field(name))
            }
            Token::Quoted(name) => {
                self.at += 1;
                if self.is("(") {
                    return Err(Error::syntax(
                        "the name of a function has no quotes".to_owned(),
                        self.tokens[self.at].1,
                    ));
                }
                Ok(Node::Field(name))
            }
            Token::Sign(sign) => self.first_sign(sign),
            Token::Number(_) | Token::End => Err(self.unexpected()),
        }
    }

    fn first_sign(&mut self, sign: &str) -> Result<Node> {
        match sign {
            "[" if self.is_multi_select() => {
                self.at += 1;
                self.multi_select_list()
            }
            "[" | "[]" | "[?" => self.next(Node::Current),
            "@" => {
                self.at += 1;
                Ok(Node::Current)
            }
            "*" => {
                self.at += 1;
                self.projection(Items::Values, Node::Current, STAR)
            }
            "!" => {
                self.at += 1;
                Ok(Node::Not(self.expression(NOT)?.into()))
            }
            "&" => {
                self.at += 1;
                Ok(Node::Reference(self.expression(0)?.into()))
            }
            "{" => {
                self.at += 1;
                self.multi_select_hash()
            }
            "(" => {
                self.at += 1;
                let node = self.expression(0)?;
                self.expect(")")?;
                Ok(node)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Whether the bracket that is next begins a list of expressions, and no index, slice or `[*]`.
    fn is_multi_select(&self) -> bool {
        let is_index = matches!(self.tokens.get(self.at + 1), Some((Token::Number(_) | Token::Sign(":"), _)));
        let is_star =
            self.is_after("*") && matches!(self.tokens.get(self.at + 2), Some((Token::Sign("]"), _)));
        !is_index && !is_star
    }

    /// An operator after its left side.
    fn next(&mut self, left: Node) -> Result<Node> {
        let Token::Sign(sign) = *self.token() else { return Err(self.unexpected()) };
        match sign {
            "[" if self.is_multi_select() => Err(self.unexpected()),
            "[" => {
                self.at += 1;
                self.bracket(left)
            }
            "[]" => {
                self.at += 1;
                self.projection(Items::List, Node::Flatten(left.into()), FLATTEN)
            }
            "[?" => {
                self.at += 1;
                let condition = self.expression(0)?;
                self.expect("]")?;
                self.projection(Items::Filtered(condition.into()), left, FILTER)
            }
            "." => {
                self.at += 1;
                if self.take("*") {
                    return self.projection(Items::Values, left, DOT);
                }
                Ok(Node::Sub(left.into(), self.after_dot(DOT)?.into()))
            }
            "|" | "||" | "&&" => {
                self.at += 1;
                let right = Box::new(self.expression(match sign {
                    "|" => PIPE,
                    "||" => OR,
                    _ => AND,
                })?);
                Ok(match sign {
                    "|" => Node::Sub(left.into(), right),
                    "||" => Node::Or(left.into(), right),
                    _ => Node::And(left.into(), right),
                })
            }
            _ => self.comparison(sign, left),
        }
    }

    fn comparison(&mut self, sign: &str, left: Node) -> Result<Node> {
        let operator = match sign {
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(Node::Compare(operator, left.into(), self.expression(COMPARISON)?.into()))
    }

    /// An index, a slice or `*` after its bracket.
    fn bracket(&mut self, left: Node) -> Result<Node> {
        if self.take("*") {
            self.expect("]")?;
            return self.projection(Items::List, left, STAR);
        }
        let mut parts = [None; 3];
        let mut number = 0;
        while !self.is("]") {
            match *self.token() {
                Token::Number(value) if parts[number].is_none() => parts[number] = Some(value),
                Token::Sign(":") if number < 2 => number += 1,
                _ => return Err(self.unexpected()),
            }
            self.at += 1;
        }
        self.at += 1;
        match parts {
            [Some(index), _, _] if number == 0 => Ok(Node::Sub(left.into(), Node::Index(index).into())),
            [start, stop, stride] => {
                let slice = Node::Slice(start, stop, stride);
                self.projection(Items::List, Node::Sub(left.into(), slice.into()), STAR)
            }
        }
    }

    /// A projection and what it takes of each item.
    fn projection(&mut self, items: Items, left: Node, strength: u8) -> Result<Node> {
        let right = if self.strength() < PROJECTION {
            Node::Current
        } else if self.take(".") {
            self.after_dot(strength)?
        } else if self.is("[") || self.is("[?") {
            self.expression(strength)?
        } else {
            return Err(self.unexpected());
        };
        Ok(Node::Project(items, left.into(), right.into()))
    }

    fn after_dot(&mut self, strength: u8) -> Result<Node> {
        match self.token() {
            Token::Name(_) | Token::Quoted(_) | Token::Sign("*") => self.expression(strength),
            Token::Sign("[") => {
                self.at += 1;
                self.multi_select_list()
            }
            Token::Sign("{") => {
                self.at += 1;
                self.multi_select_hash()
            }
            _ => Err(self.unexpected()),
        }
    }

    fn multi_select_list(&mut self) -> Result<Node> {
        self.list("]").map(Node::List)
    }

    /// At least one expression, separated by commas.
    fn list(&mut self, end: &str) -> Result<Vec<Node>> {
        let mut nodes = Vec::new();
        loop {
            nodes.push(self.expression(0)?);
            if self.take(end) {
                return Ok(nodes);
            }
            self.expect(",")?;
        }
    }

    fn multi_select_hash(&mut self) -> Result<Node> {
        let mut entries = Vec::new();
        loop {
            let key = match self.token() {
                Token::Name(key) | Token::Quoted(key) => key.clone(),
                _ => return Err(self.unexpected()),
            };
            self.at += 1;
            self.expect(":")?;
            entries.push((key, self.expression(0)?));
            if self.take("}") {
                return Ok(Node::Hash(entries));
            }
            self.expect(",")?;
        }
    }

    /// The arguments of a function after its name.
    fn call(&mut self, name: &str) -> Result<Node> {
        let at = self.tokens[self.at].1;
        self.expect("(")?;
        let arguments = if self.take(")") { Vec::new() } else { self.list(")")? };
        let function = Function::find(name).ok_or_else(|| {
            Error::at(super::ErrorKind::UnknownFunction, format!("there is no function {name:?}"), at)
        })?;
        function
            .check_count(arguments.len())
            .map_err(|problem| Error::at(super::ErrorKind::Arity, problem, at))?;
        Ok(Node::Call(function, arguments))
    }
}
