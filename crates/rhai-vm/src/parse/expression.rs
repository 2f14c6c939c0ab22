//! Expressions.

use super::lexer::Kind;
use super::statement::may_be_boolean;
use super::{block_expression, Closure, Function, Parser, Result, Role, Unsure, CLOSURE_PREFIX};
use rhai::{
    Dynamic, Expr, FnCallExpr, FnCallHashes, Ident, ImmutableString, Position, Stmt, StmtBlock, Token,
};

impl<'a> Parser<'a, '_> {
    pub(super) fn expression(&mut self, level: usize) -> Result<Expr> {
        let level = self.deeper(level)?;
        let first = self.unary(level)?;
        self.binary(level, 1, first)
    }

    fn unary(&mut self, level: usize) -> Result<Expr> {
        let position = self.token.position;
        match self.token.kind {
            Kind::Minus | Kind::UnaryMinus => {
                self.advance()?;
                Ok(match self.unary(self.deeper(level)?)? {
                    Expr::IntegerConstant(number, _) => match number.checked_neg() {
                        Some(number) => Expr::IntegerConstant(number, position),
                        None => return Err(Unsure),
                    },
                    Expr::FloatConstant(number, _) => Expr::FloatConstant((-*number).into(), position),
                    operand => self.operation("-", Some(Token::Minus), [operand], position),
                })
            }
            Kind::Plus | Kind::UnaryPlus => {
                self.advance()?;
                Ok(match self.unary(self.deeper(level)?)? {
                    number @ (Expr::IntegerConstant(..) | Expr::FloatConstant(..)) => number,
                    operand => self.operation("+", Some(Token::Plus), [operand], position),
                })
            }
            Kind::Bang => {
                self.advance()?;
                let operand = self.unary(self.deeper(level)?)?;
                Ok(self.operation("!", Some(Token::Bang), [operand], position))
            }
            _ => self.primary(level),
        }
    }

    /// Goes on behind an operand, as long as operators bind more strongly than the one before it.
    fn binary(&mut self, mut level: usize, weakest: u8, first: Expr) -> Result<Expr> {
        let mut left = first;
        loop {
            let kind = self.token.kind;
            let precedence = kind.precedence();
            let is_power = kind == Kind::PowerOf;
            if self.stops_at_pipe && kind == Kind::Pipe
                || precedence < weakest
                || precedence == weakest && !is_power
            {
                return Ok(left);
            }
            let position = self.advance()?.position;
            let right = match self.token.kind {
                Kind::Break | Kind::Continue | Kind::Return | Kind::Throw if kind == Kind::DoubleQuestion => {
                    block_expression(self.statement(level)?)
                }
                // A range without an end.
                Kind::RightBracket
                | Kind::RightParen
                | Kind::RightBrace
                | Kind::Comma
                | Kind::SemiColon
                | Kind::DoubleArrow
                    if matches!(kind, Kind::ExclusiveRange | Kind::InclusiveRange) =>
                {
                    Expr::Unit(self.token.position)
                }
                _ => self.unary(level)?,
            };
            let next = self.token.kind.precedence();
            let right = if precedence < next || precedence == next && is_power {
                self.binary(self.deeper(level)?, precedence, right)?
            } else {
                right
            };
            level = self.deeper(level)?;
            left = self.combine(kind, left, right, position)?;
        }
    }

    /// Two operands of an operator.
    fn combine(&mut self, kind: Kind, left: Expr, right: Expr, position: Position) -> Result<Expr> {
        let token = kind.operator().ok_or(Unsure)?;
        Ok(match kind {
            Kind::And | Kind::Or | Kind::DoubleQuestion => {
                if kind != Kind::DoubleQuestion && !(may_be_boolean(&left) && may_be_boolean(&right)) {
                    return Err(Unsure);
                }
                join(kind, left, right, position)
            }
            Kind::In => self.operation("contains", None, [right, left], position),
            Kind::NotIn => {
                let contains = self.operation("contains", Some(token), [right, left], position);
                self.operation("!", Some(Token::Bang), [contains], position)
            }
            _ => self.operation(token.literal_syntax(), Some(token), [left, right], position),
        })
    }

    /// A call of an operator.
    fn operation<const N: usize>(
        &mut self,
        name: &'static str,
        op_token: Option<Token>,
        args: [Expr; N],
        position: Position,
    ) -> Expr {
        let name = self.name(name);
        let call = FnCallExpr { op_token, args: args.into_iter().collect(), ..call_of(name) };
        Expr::FnCall(Box::new(call), position)
    }

    fn primary(&mut self, level: usize) -> Result<Expr> {
        let position = self.token.position;
        let expression = match self.token.kind {
            Kind::Unit => {
                self.advance()?;
                Expr::Unit(position)
            }
            Kind::Int => {
                let value = self.lexer.int;
                self.advance()?;
                Expr::IntegerConstant(value, position)
            }
            Kind::Float => {
                let value = self.lexer.float;
                self.advance()?;
                Expr::FloatConstant(value.into(), position)
            }
            Kind::Char => {
                let value = u32::try_from(self.lexer.int).ok().and_then(char::from_u32).ok_or(Unsure)?;
                self.advance()?;
                Expr::CharConstant(value, position)
            }
            Kind::Str => {
                let content = self.content();
                self.advance()?;
                Expr::StringConstant(content, position)
            }
            Kind::True | Kind::False => {
                let word = self.advance()?;
                Expr::BoolConstant(word.kind == Kind::True, position)
            }
            // A range without a beginning.
            Kind::ExclusiveRange | Kind::InclusiveRange => Expr::IntegerConstant(0, position),
            Kind::LeftBrace => block_expression(self.block(self.deeper(level)?)?),
            Kind::LeftParen => {
                self.advance()?;
                let inner = self.expression(self.deeper(level)?)?;
                self.expect(Kind::RightParen)?;
                inner
            }
            Kind::If => block_expression(self.if_else(self.deeper(level)?)?),
            Kind::While | Kind::Loop => block_expression(self.while_loop(self.deeper(level)?)?),
            Kind::Do => block_expression(self.do_loop(self.deeper(level)?)?),
            Kind::For => block_expression(self.for_loop(self.deeper(level)?)?),
            Kind::Switch => block_expression(self.switch(self.deeper(level)?)?),
            Kind::Pipe | Kind::Or if !self.stops_at_pipe => self.closure(level)?,
            Kind::Text => self.interpolated(self.deeper(level)?)?,
            Kind::LeftBracket => self.array(self.deeper(level)?)?,
            Kind::MapStart => self.map(self.deeper(level)?)?,
            Kind::Name => self.named(level)?,
            Kind::Reserved => {
                let name = self.advance()?;
                self.call_or_capture(level, name.text, name.position)?
            }
            Kind::This if self.body.role != Role::Top => {
                self.advance()?;
                self.body.facts.uses_this = true;
                Expr::ThisPtr(position)
            }
            _ => return Err(Unsure),
        };
        self.chain(level, expression)
    }

    /// A variable, a function that is called, or something of a module.
    fn named(&mut self, level: usize) -> Result<Expr> {
        let first = self.advance()?;
        match self.token.kind {
            Kind::LeftParen | Kind::Unit | Kind::Bang => {
                self.call_or_capture(level, first.text, first.position)
            }
            Kind::DoubleColon => {
                self.need_module(first.text)?;
                let mut name = first;
                let mut path = Vec::new();
                while self.skip(Kind::DoubleColon)? {
                    path.push(Ident { name: self.name(name.text), pos: name.position });
                    name = self.expect(Kind::Name)?;
                }
                match self.token.kind {
                    Kind::LeftParen | Kind::Unit => {
                        let mut call = self.call(level, name.text, name.position)?;
                        if let Expr::FnCall(call, _) = &mut call {
                            call.namespace.path.extend(path);
                        }
                        Ok(call)
                    }
                    Kind::Bang => Err(Unsure),
                    _ => {
                        let mut variable = self.variable_of(name.text, name.position);
                        if let Expr::Variable(variable, ..) = &mut variable {
                            variable.2.path.extend(path);
                        }
                        Ok(variable)
                    }
                }
            }
            _ => {
                if !self.access(first.text, first.position) && !self.allows_unknown(first.text) {
                    return Err(Unsure);
                }
                Ok(self.variable_of(first.text, first.position))
            }
        }
    }

    pub(super) fn variable_of(&mut self, name: &'a str, position: Position) -> Expr {
        let name = self.name(name);
        Expr::Variable(Box::new((None, name, <_>::default(), 0)), None, position)
    }

    /// A call whose arguments come next; with `!`, the function sees the variables here. A text that is evaluated does, too.
    fn call_or_capture(&mut self, level: usize, name: &'a str, position: Position) -> Result<Expr> {
        let captures = self.skip(Kind::Bang)?;
        if captures || name == "eval" {
            self.body.facts.uses_this = true;
            self.body.facts.may_capture_any = true;
        }
        let mut call = self.call(level, name, position)?;
        if let Expr::FnCall(call, _) = &mut call {
            call.capture_parent_scope = captures;
        }
        Ok(call)
    }

    /// A call, whose arguments come next.
    pub(super) fn call(&mut self, level: usize, name: &'a str, position: Position) -> Result<Expr> {
        let mut call = Box::new(call_of(self.name(name)));
        if !self.skip(Kind::Unit)? {
            self.expect(Kind::LeftParen)?;
            let level = if self.is_at(Kind::RightParen) { level } else { self.deeper(level)? };
            while !self.skip(Kind::RightParen)? {
                call.args.push(self.expression(level)?);
                if !self.is_at(Kind::RightParen) {
                    self.expect(Kind::Comma)?;
                }
            }
        }
        Ok(Expr::FnCall(call, position))
    }

    fn interpolated(&mut self, level: usize) -> Result<Expr> {
        let start = self.token.position;
        let mut parts = Vec::new();
        let content = self.content();
        if !content.is_empty() {
            parts.push(Expr::StringConstant(content, start));
        }
        self.advance()?;
        loop {
            let block = self.block_up_to_brace(level)?;
            parts.push(Expr::Stmt(Box::new(block)));
            self.token = self.lexer.continue_text()?;
            let piece = self.token;
            let content = self.content();
            if !content.is_empty() {
                parts.push(Expr::StringConstant(content, piece.position));
            }
            self.advance()?;
            if piece.kind == Kind::Str {
                return Ok(Expr::InterpolatedString(parts.into_iter().collect(), start));
            }
        }
    }

    fn array(&mut self, level: usize) -> Result<Expr> {
        let start = self.advance()?.position;
        let mut items = Vec::new();
        while !self.skip(Kind::RightBracket)? {
            items.push(self.expression(self.deeper(level)?)?);
            if !self.is_at(Kind::RightBracket) {
                self.expect(Kind::Comma)?;
            }
        }
        Ok(Expr::Array(items.into_iter().collect(), start))
    }

    fn map(&mut self, level: usize) -> Result<Expr> {
        let start = self.advance()?.position;
        let mut map = Box::new((<_>::default(), <_>::default()));
        let entries: &mut rhai::StaticVec<(Ident, Expr)> = &mut map.0;
        while !self.skip(Kind::RightBrace)? {
            let name = match self.token.kind {
                Kind::Name => self.name(self.token.text),
                Kind::Str => self.content(),
                _ => return Err(Unsure),
            };
            let pos = self.advance()?.position;
            self.expect(Kind::Colon)?;
            if entries.iter().any(|(other, _)| other.name == name) {
                return Err(Unsure);
            }
            let value = self.expression(self.deeper(level)?)?;
            entries.push((Ident { name, pos }, value));
            if !self.is_at(Kind::RightBrace) {
                self.expect(Kind::Comma)?;
            }
        }
        Ok(Expr::Map(map, start))
    }

    /// A closure: a function whose first parameters are the variables that it captures.
    fn closure(&mut self, level: usize) -> Result<Expr> {
        let start = self.token.position;
        let ((mut own, body), parsed) = self.within(Role::Closure, |parser| {
            let mut params = Vec::new();
            if parser.advance()?.kind == Kind::Pipe {
                parser.names_up_to(Kind::Pipe, &mut params)?;
            }
            let body = parser.statement(parser.deeper(level)?)?;
            Ok((params, body))
        })?;
        let captured = parsed.captured;
        let name = self.closure_name();
        let mut params: Vec<_> = captured.iter().map(|(name, _)| self.name(name)).collect();
        params.append(&mut own);
        let closure = Expr::DynamicConstant(Box::new(Dynamic::from(Closure(name.clone()))), start);
        self.functions.push(Function {
            name,
            params,
            this_type: None,
            is_private: false,
            body: body.into(),
            facts: parsed.facts,
        });
        if captured.is_empty() {
            return Ok(closure);
        }
        for (name, position) in &captured {
            if !self.access(name, *position) && !self.allows_unknown(name) {
                return Err(Unsure);
            }
        }
        self.body.facts.captured.extend(captured.iter().map(|(name, _)| (*name).to_owned()));
        let shared = captured.iter().map(|(name, pos)| (Ident { name: self.name(name), pos: *pos }, None));
        let share = Stmt::Share(Box::new(shared.collect()));
        let mut curry = Box::new(call_of(self.name("curry")));
        curry.args.push(closure);
        for (name, position) in captured {
            curry.args.push(self.variable_of(name, position));
        }
        let curry = Stmt::Expr(Box::new(Expr::FnCall(curry, start)));
        Ok(Expr::Stmt(Box::new(StmtBlock::new([share, curry], start, Position::NONE))))
    }

    /// A name that no other closure has, in whatever script.
    fn closure_name(&self) -> ImmutableString {
        let number = (self.functions.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("{CLOSURE_PREFIX}{:016x}", self.seed ^ number).into()
    }
}

/// A call without arguments.
fn call_of(name: ImmutableString) -> FnCallExpr {
    FnCallExpr {
        namespace: <_>::default(),
        name,
        hashes: FnCallHashes::from_native_only(0),
        args: <_>::default(),
        capture_parent_scope: false,
        op_token: None,
    }
}

/// `a && b && c` has three parts, and so have `||` and `??`.
fn join(kind: Kind, left: Expr, right: Expr, position: Position) -> Expr {
    let variant = match kind {
        Kind::And => Expr::And,
        Kind::Or => Expr::Or,
        _ => Expr::Coalesce,
    };
    let is_same = |expression: &Expr| match expression {
        Expr::And(..) => kind == Kind::And,
        Expr::Or(..) => kind == Kind::Or,
        Expr::Coalesce(..) => kind == Kind::DoubleQuestion,
        _ => false,
    };
    let (joins_left, joins_right) = (is_same(&left), is_same(&right));
    match (left, right) {
        (Expr::And(mut parts, at) | Expr::Or(mut parts, at) | Expr::Coalesce(mut parts, at), right)
            if joins_left =>
        {
            match right {
                Expr::And(more, _) | Expr::Or(more, _) | Expr::Coalesce(more, _) if joins_right => {
                    parts.extend(*more);
                }
                right => parts.push(right),
            }
            variant(parts, at)
        }
        (left, Expr::And(mut parts, _) | Expr::Or(mut parts, _) | Expr::Coalesce(mut parts, _))
            if joins_right =>
        {
            parts.insert(0, left);
            variant(parts, position)
        }
        (left, right) => variant(Box::new([left, right].into_iter().collect()), position),
    }
}
