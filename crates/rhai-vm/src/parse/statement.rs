//! Statements.

use super::lexer::Kind;
use super::{Function, Parser, Result, Role, Unsure, Variable};
use rhai::{
    ASTFlags, BinaryExpr, Expr, FlowControl, Ident, ImmutableString, OpAssignment, Position, Stmt, StmtBlock,
};

impl<'a> Parser<'a, '_> {
    /// All statements of the script.
    pub(super) fn top_level(&mut self) -> Result<StmtBlock> {
        while !self.is_at(Kind::End) {
            match self.token.kind {
                Kind::Fn | Kind::Private => self.function()?,
                Kind::Export => {
                    let statement = self.export()?;
                    self.statements.push(statement);
                    self.end_of_statement(Kind::End)?;
                }
                _ => self.add_statement(0, Kind::End)?,
            }
        }
        Ok(StmtBlock::new(self.statements.drain(..), Position::NONE, Position::NONE))
    }

    /// Parses a statement and what ends it, in a block that ends with this token.
    fn add_statement(&mut self, level: usize, end: Kind) -> Result<()> {
        let statement = self.statement(level)?;
        if statement.is_noop() {
            return Ok(());
        }
        let is_complete = statement.is_self_terminated();
        self.statements.push(statement);
        if is_complete {
            self.skip(Kind::SemiColon)?;
            return Ok(());
        }
        self.end_of_statement(end)
    }

    fn end_of_statement(&mut self, end: Kind) -> Result<()> {
        if self.is_at(end) || self.skip(Kind::SemiColon)? {
            return Ok(());
        }
        Err(Unsure)
    }

    pub(super) fn statement(&mut self, level: usize) -> Result<Stmt> {
        let position = self.token.position;
        match self.token.kind {
            Kind::End => Ok(Stmt::Noop(position)),
            Kind::SemiColon => {
                self.advance()?;
                Ok(Stmt::Noop(position))
            }
            Kind::LeftBrace => self.block(self.deeper(level)?),
            Kind::If => self.if_else(self.deeper(level)?),
            Kind::Switch => self.switch(self.deeper(level)?),
            Kind::While | Kind::Loop => self.while_loop(self.deeper(level)?),
            Kind::Do => self.do_loop(self.deeper(level)?),
            Kind::For => self.for_loop(self.deeper(level)?),
            Kind::Continue if self.body.is_in_loop => {
                self.advance()?;
                Ok(Stmt::BreakLoop(None, ASTFlags::empty(), position))
            }
            Kind::Break if self.body.is_in_loop => {
                self.advance()?;
                Ok(Stmt::BreakLoop(self.value_of_end(level)?, ASTFlags::BREAK, position))
            }
            Kind::Return => {
                self.advance()?;
                Ok(Stmt::Return(self.value_of_end(level)?, ASTFlags::empty(), position))
            }
            Kind::Throw => {
                self.advance()?;
                Ok(Stmt::Return(self.value_of_end(level)?, ASTFlags::BREAK, position))
            }
            Kind::Try => self.try_catch(self.deeper(level)?),
            Kind::Let => self.variable(self.deeper(level)?, ASTFlags::empty()),
            Kind::Const => self.variable(self.deeper(level)?, ASTFlags::CONSTANT),
            Kind::Import => self.import(self.deeper(level)?),
            // Functions and exports elsewhere than at the top.
            Kind::Continue | Kind::Break | Kind::Fn | Kind::Private | Kind::Export => Err(Unsure),
            _ => self.expression_statement(self.deeper(level)?),
        }
    }

    /// The value behind `return`, `throw` or `break`, if there is one.
    fn value_of_end(&mut self, level: usize) -> Result<Option<Box<Expr>>> {
        if matches!(self.token.kind, Kind::SemiColon | Kind::RightBrace | Kind::Comma | Kind::End) {
            return Ok(None);
        }
        Ok(Some(Box::new(self.expression(self.deeper(level)?)?)))
    }

    pub(super) fn block(&mut self, level: usize) -> Result<Stmt> {
        let block = self.block_up_to_brace(level)?;
        self.advance()?;
        Ok(Stmt::Block(Box::new(block)))
    }

    /// A block whose closing brace is still the next token: what is behind it may be text.
    pub(super) fn block_up_to_brace(&mut self, level: usize) -> Result<StmtBlock> {
        let level = self.deeper(level)?;
        let start = self.expect(Kind::LeftBrace)?.position;
        let (variables, imports) = (self.body.variables.len(), self.body.imports.len());
        let first = self.statements.len();
        while !self.is_at(Kind::RightBrace) {
            if self.is_at(Kind::End) {
                return Err(Unsure);
            }
            self.add_statement(level, Kind::RightBrace)?;
        }
        self.body.variables.truncate(variables);
        self.body.imports.truncate(imports);
        Ok(StmtBlock::new(self.statements.drain(first..), start, self.token.position))
    }

    fn loop_block(&mut self, level: usize) -> Result<Stmt> {
        let was_in_loop = std::mem::replace(&mut self.body.is_in_loop, true);
        let block = self.block(level)?;
        self.body.is_in_loop = was_in_loop;
        Ok(block)
    }

    /// The condition of a statement or a case.
    pub(super) fn condition(&mut self, level: usize) -> Result<Expr> {
        if self.is_at(Kind::LeftBrace) {
            return Err(Unsure);
        }
        let condition = self.expression(level)?;
        if self.is_at(Kind::Equals) || !may_be_boolean(&condition) {
            return Err(Unsure);
        }
        Ok(condition)
    }

    pub(super) fn if_else(&mut self, level: usize) -> Result<Stmt> {
        let level = self.deeper(level)?;
        let position = self.advance()?.position;
        let expr = self.condition(level)?;
        let body = self.block(level)?.into();
        let branch = if !self.skip(Kind::Else)? {
            Stmt::Noop(Position::NONE)
        } else if self.is_at(Kind::If) {
            self.if_else(level)?
        } else {
            self.block(level)?
        };
        Ok(Stmt::If(Box::new(FlowControl { expr, body, branch: branch.into() }), position))
    }

    pub(super) fn while_loop(&mut self, level: usize) -> Result<Stmt> {
        let level = self.deeper(level)?;
        let word = self.advance()?;
        let expr = match word.kind {
            Kind::While => self.condition(level)?,
            _ => Expr::Unit(Position::NONE),
        };
        let body = self.loop_block(level)?.into();
        Ok(Stmt::While(Box::new(FlowControl { expr, body, branch: StmtBlock::NONE }), word.position))
    }

    pub(super) fn do_loop(&mut self, level: usize) -> Result<Stmt> {
        let level = self.deeper(level)?;
        let position = self.advance()?.position;
        let body = self.loop_block(level)?.into();
        let flags = match self.advance()?.kind {
            Kind::While => ASTFlags::empty(),
            Kind::Until => ASTFlags::NEGATED,
            _ => return Err(Unsure),
        };
        let expr = self.condition(level)?;
        Ok(Stmt::Do(Box::new(FlowControl { expr, body, branch: StmtBlock::NONE }), flags, position))
    }

    pub(super) fn for_loop(&mut self, level: usize) -> Result<Stmt> {
        let level = self.deeper(level)?;
        let position = self.advance()?.position;
        let (name, counter) = if self.skip(Kind::LeftParen)? {
            let name = self.expect(Kind::Name)?;
            self.expect(Kind::Comma)?;
            let counter = self.expect(Kind::Name)?;
            self.expect(Kind::RightParen)?;
            if name.text == counter.text {
                return Err(Unsure);
            }
            (name, Some(counter))
        } else {
            (self.expect(Kind::Name)?, None)
        };
        self.expect(Kind::In)?;
        if self.is_at(Kind::LeftBrace) {
            return Err(Unsure);
        }
        let expr = self.expression(level)?;
        if !may_be_iterable(&expr) {
            return Err(Unsure);
        }
        let variables = self.body.variables.len();
        let counter = match counter {
            Some(counter) => {
                self.declare(counter.text, false);
                Some(Ident { name: self.name(counter.text), pos: counter.position })
            }
            None => None,
        };
        self.declare(name.text, false);
        let name = Ident { name: self.name(name.text), pos: name.position };
        let body = self.loop_block(level)?.into();
        self.body.variables.truncate(variables);
        let flow = FlowControl { expr, body, branch: StmtBlock::NONE };
        Ok(Stmt::For(Box::new((name, counter, flow)), position))
    }

    fn try_catch(&mut self, level: usize) -> Result<Stmt> {
        let level = self.deeper(level)?;
        let position = self.advance()?.position;
        let body = self.block(level)?.into();
        self.expect(Kind::Catch)?;
        let mut expr = Expr::Unit(Position::NONE);
        let variables = self.body.variables.len();
        if self.skip(Kind::LeftParen)? {
            let name = self.expect(Kind::Name)?;
            self.expect(Kind::RightParen)?;
            self.declare(name.text, false);
            expr = self.variable_of(name.text, name.position);
        }
        let branch = self.block(level)?.into();
        self.body.variables.truncate(variables);
        Ok(Stmt::TryCatch(Box::new(FlowControl { expr, body, branch }), position))
    }

    fn declare(&mut self, name: &'a str, is_constant: bool) {
        self.body.variables.push(Variable { name, is_constant });
    }

    fn variable(&mut self, level: usize, flags: ASTFlags) -> Result<Stmt> {
        let position = self.advance()?.position;
        let name = self.expect(Kind::Name)?;
        let value = if self.skip(Kind::Equals)? {
            self.expression(self.deeper(level)?)?
        } else {
            Expr::Unit(Position::NONE)
        };
        self.declare(name.text, flags.contains(ASTFlags::CONSTANT));
        let ident = Ident { name: self.name(name.text), pos: name.position };
        Ok(Stmt::Var(Box::new((ident, value, None)), flags, position))
    }

    fn import(&mut self, level: usize) -> Result<Stmt> {
        let level = self.deeper(level)?;
        let position = self.advance()?.position;
        let path = self.expression(level)?;
        let mut alias = Ident { name: self.nothing.clone(), pos: Position::NONE };
        if self.skip(Kind::As)? {
            let name = self.expect(Kind::Name)?;
            alias = Ident { name: self.name(name.text), pos: name.position };
            self.body.imports.push(name.text);
        }
        Ok(Stmt::Import(Box::new((path, alias)), position))
    }

    fn export(&mut self) -> Result<Stmt> {
        let position = self.advance()?.position;
        match self.token.kind {
            Kind::Let => return self.variable(2, ASTFlags::EXPORTED),
            Kind::Const => return self.variable(2, ASTFlags::EXPORTED | ASTFlags::CONSTANT),
            _ => {}
        }
        let name = self.expect(Kind::Name)?;
        let mut alias = Ident { name: self.nothing.clone(), pos: Position::NONE };
        if self.skip(Kind::As)? {
            let name = self.expect(Kind::Name)?;
            alias = Ident { name: self.name(name.text), pos: name.position };
        }
        let name = Ident { name: self.name(name.text), pos: name.position };
        Ok(Stmt::Export(Box::new((name, alias)), position))
    }

    fn expression_statement(&mut self, level: usize) -> Result<Stmt> {
        let target = self.expression(level)?;
        let kind = self.token.kind;
        if kind != Kind::Equals && !kind.is_assignment_with() {
            return Ok(Stmt::Expr(Box::new(target)));
        }
        let position = self.advance()?.position;
        let value = self.expression(level)?;
        if !self.is_assignable(&target) {
            return Err(Unsure);
        }
        let operator = match kind.operator() {
            Some(operator) => OpAssignment::new_op_assignment_from_token(operator, position),
            None => OpAssignment::new_assignment(position),
        };
        Ok(Stmt::Assignment(Box::new((operator, BinaryExpr { lhs: target, rhs: value }))))
    }

    /// A function at the top of the script.
    fn function(&mut self) -> Result<()> {
        let is_private = self.skip(Kind::Private)?;
        self.expect(Kind::Fn)?;
        let level = self.deeper(0)?;
        let first = self.token;
        let text = match first.kind {
            Kind::Name => self.name(first.text),
            Kind::Str => self.content(),
            _ => return Err(Unsure),
        };
        self.advance()?;
        let (name, this_type) = if self.skip(Kind::Period)? {
            let this_type = match text.as_str() {
                "int" => "i64".into(),
                "float" => "f64".into(),
                _ => text,
            };
            (self.expect(Kind::Name)?, Some(this_type))
        } else {
            (first, None)
        };
        if name.kind != Kind::Name {
            return Err(Unsure);
        }
        let ((params, body), parsed) = self.within(Role::Function, |parser| {
            let params = parser.parameters()?;
            if !parser.is_at(Kind::LeftBrace) {
                return Err(Unsure);
            }
            let Stmt::Block(body) = parser.block(level)? else {
                return Err(Unsure);
            };
            Ok((params, *body))
        })?;
        let overload = (params.len(), this_type.clone());
        let overloads = self.defined.entry(name.text).or_default();
        if overloads.contains(&overload) {
            return Err(Unsure);
        }
        overloads.push(overload);
        let name = self.name(name.text);
        self.functions.push(Function { name, params, this_type, is_private, body, facts: parsed.facts });
        Ok(())
    }

    fn parameters(&mut self) -> Result<Vec<ImmutableString>> {
        let mut params = Vec::new();
        if self.skip(Kind::Unit)? {
            return Ok(params);
        }
        self.expect(Kind::LeftParen)?;
        self.names_up_to(Kind::RightParen, &mut params)?;
        Ok(params)
    }

    /// The rest of a list of parameters, which ends with this token.
    pub(super) fn names_up_to(&mut self, end: Kind, params: &mut Vec<ImmutableString>) -> Result<()> {
        while !self.skip(end)? {
            let name = self.expect(Kind::Name)?.text;
            if self.body.variables.iter().any(|variable| variable.name == name) {
                return Err(Unsure);
            }
            self.declare(name, false);
            params.push(self.name(name));
            if !self.is_at(end) {
                self.expect(Kind::Comma)?;
            }
        }
        Ok(())
    }
}

/// Whether rhai lets an expression be a condition.
pub(super) fn may_be_boolean(expression: &Expr) -> bool {
    !matches!(
        expression,
        Expr::Unit(..)
            | Expr::DynamicConstant(..)
            | Expr::IntegerConstant(..)
            | Expr::FloatConstant(..)
            | Expr::CharConstant(..)
            | Expr::StringConstant(..)
            | Expr::InterpolatedString(..)
            | Expr::Array(..)
            | Expr::Map(..)
    )
}

/// Whether rhai lets a loop go through an expression.
fn may_be_iterable(expression: &Expr) -> bool {
    !matches!(
        expression,
        Expr::Unit(..)
            | Expr::BoolConstant(..)
            | Expr::IntegerConstant(..)
            | Expr::FloatConstant(..)
            | Expr::CharConstant(..)
            | Expr::Map(..)
    )
}
