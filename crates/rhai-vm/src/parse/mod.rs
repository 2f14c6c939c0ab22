//! Script → syntax tree, in a fraction of the time that rhai's parser takes.
//!
//! It makes the same trees of rhai's types, as far as the compiler looks at them: neither hashes of functions nor the places of
//! variables are in them. It reads what is plainly right and nothing else: where it is unsure, be it an error or something
//! rare, rhai parses the script, whose errors are those that users see. Tests compare the instructions that come of both.

mod chain;
mod expression;
mod lexer;
mod statement;
mod switch;

pub use lexer::Unsure;

use ahash::RandomState;
use lexer::{Kind, Lexer, Result, Token};
use rhai::{Expr, ImmutableString, Position, Stmt, StmtBlock};
use std::collections::{HashMap, HashSet};

/// How a script is parsed.
pub struct Settings<'a> {
    /// Names of variables that its top level finds.
    pub variables: &'a [&'a str],
    /// Whether a variable or a module that is nowhere defined is an error.
    pub is_strict: bool,
    /// How deep expressions may be nested.
    pub max_depth: usize,
    /// Whether there is a module of this name without an import.
    pub has_module: &'a dyn Fn(&str) -> bool,
    /// Whether to go on. It is asked now and then.
    pub may_go_on: &'a dyn Fn() -> bool,
}

/// A script.
pub struct Tree {
    /// The top level.
    pub statements: StmtBlock,
    /// What is known of the top level.
    pub facts: Facts,
    /// Its functions and closures.
    pub functions: Vec<Function>,
}

/// A function or a closure.
pub struct Function {
    /// Its name.
    pub name: ImmutableString,
    /// The names of its parameters.
    pub params: Vec<ImmutableString>,
    /// The type that it is a method of.
    pub this_type: Option<ImmutableString>,
    /// Whether other scripts cannot call it.
    pub is_private: bool,
    /// Its statements.
    pub body: StmtBlock,
    /// What is known of it.
    pub facts: Facts,
}

/// What there is to know of a function before it is compiled.
#[derive(Default)]
pub struct Facts {
    /// Names of variables that its closures capture.
    pub captured: HashSet<String>,
    /// Whether it has `this`.
    pub uses_this: bool,
    /// Whether a text or a function called with `!` may capture any variable.
    pub may_capture_any: bool,
}

/// How rhai names closures.
pub const CLOSURE_PREFIX: &str = "anon$";

/// The name of a closure, as a constant of the tree.
#[derive(Clone)]
pub struct Closure(pub ImmutableString);

/// Parses a script.
///
/// # Errors
/// If rhai must do it.
pub fn parse(script: &str, settings: &Settings<'_>) -> Result<Tree> {
    let mut lexer = Lexer::new(script);
    let token = lexer.next()?;
    let seed = RandomState::with_seeds(1, 2, 3, 4).hash_one(script);
    let mut parser = Parser {
        settings,
        lexer,
        token,
        tokens: 0,
        seed,
        names: HashMap::default(),
        nothing: ImmutableString::new(),
        defined: HashMap::default(),
        functions: Vec::new(),
        body: Body::new(Role::Top),
        around: Vec::new(),
        stops_at_pipe: false,
        statements: Vec::new(),
    };
    parser.body.variables.extend(settings.variables.iter().map(|name| Variable { name, is_constant: false }));
    let statements = parser.top_level()?;
    Ok(Tree { statements, facts: parser.body.facts, functions: parser.functions })
}

/// What is being parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Top,
    Function,
    Closure,
}

/// A function, a closure or the top level while it is parsed.
struct Body<'a> {
    role: Role,
    /// The variables that are visible.
    variables: Vec<Variable<'a>>,
    /// Names of the modules that are imported.
    imports: Vec<&'a str>,
    /// Names that are not variables of its own, and where they come first.
    captured: Vec<(&'a str, Position)>,
    /// Whether `break` has something to end.
    is_in_loop: bool,
    facts: Facts,
}

impl Body<'_> {
    fn new(role: Role) -> Self {
        Self {
            role,
            variables: Vec::new(),
            imports: Vec::new(),
            captured: Vec::new(),
            is_in_loop: false,
            facts: Facts::default(),
        }
    }
}

struct Variable<'a> {
    name: &'a str,
    is_constant: bool,
}

struct Parser<'a, 's> {
    settings: &'s Settings<'s>,
    lexer: Lexer<'a>,
    /// The token that comes next.
    token: Token<'a>,
    /// How many there were.
    tokens: u32,
    /// It makes the names of closures differ from those of other scripts.
    seed: u64,
    /// Each name once.
    names: HashMap<&'a str, ImmutableString, RandomState>,
    nothing: ImmutableString,
    /// The functions so far: for each name, the numbers of parameters and types of `this`.
    defined: HashMap<&'a str, Vec<(usize, Option<ImmutableString>)>, RandomState>,
    functions: Vec<Function>,
    body: Body<'a>,
    /// Modules that are imported around the function that is parsed.
    around: Vec<&'a str>,
    /// Whether `|` is no operator: it separates cases.
    stops_at_pipe: bool,
    /// Statements of the blocks that are not yet complete.
    statements: Vec<Stmt>,
}

/// The host is asked once in so many tokens whether to go on.
const TOKENS: u32 = 64;

impl<'a> Parser<'a, '_> {
    /// Goes on to the next token. The one before it.
    fn advance(&mut self) -> Result<Token<'a>> {
        self.tokens += 1;
        if self.tokens.is_multiple_of(TOKENS) && !(self.settings.may_go_on)() {
            return Err(Unsure);
        }
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn is_at(&self, kind: Kind) -> bool {
        self.token.kind == kind
    }

    /// Skips a token of this kind, if it is there.
    fn skip(&mut self, kind: Kind) -> Result<bool> {
        let is_there = self.is_at(kind);
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }

    /// A token of this kind, which must be there.
    fn expect(&mut self, kind: Kind) -> Result<Token<'a>> {
        if self.is_at(kind) {
            self.advance()
        } else {
            Err(Unsure)
        }
    }

    /// One level deeper. They are counted as rhai counts them.
    fn deeper(&self, level: usize) -> Result<usize> {
        if level >= self.settings.max_depth && self.settings.max_depth > 0 {
            return Err(Unsure);
        }
        Ok(level + 1)
    }

    /// The same string for the same name.
    fn name(&mut self, name: &'a str) -> ImmutableString {
        self.names.entry(name).or_insert_with(|| name.into()).clone()
    }

    /// The content of the string that comes next.
    fn content(&mut self) -> ImmutableString {
        match self.lexer.content.take() {
            Some(content) => content.into(),
            None => self.token.text.into(),
        }
    }

    /// Notes that a variable is used; whether it is known, be it as a function.
    fn access(&mut self, name: &'a str, position: Position) -> bool {
        if self.body.variables.iter().any(|variable| variable.name == name) || self.defined.contains_key(name)
        {
            return true;
        }
        if self.body.role == Role::Closure
            && !self.body.captured.iter().any(|(captured, _)| *captured == name)
        {
            self.body.captured.push((name, position));
        }
        false
    }

    /// Whether a variable that is not known may be used here.
    fn allows_unknown(&self, name: &str) -> bool {
        self.body.role == Role::Closure || !self.settings.is_strict || self.settings.variables.contains(&name)
    }

    /// Makes sure that a module is known.
    fn need_module(&self, name: &str) -> Result<()> {
        let is_known = name == "global"
            // An expression in a closure may mean what is around it.
            || self.body.role == Role::Closure
            || !self.settings.is_strict
            || self.body.imports.contains(&name)
            || self.around.contains(&name)
            || (self.settings.has_module)(name);
        is_known.then_some(()).ok_or(Unsure)
    }

    /// Parses a function or a closure with `work`; what it found.
    fn within<T>(&mut self, role: Role, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, Body<'a>)> {
        let around = std::mem::replace(&mut self.body, Body::new(role));
        let modules = self.around.len();
        self.around.extend(&around.imports);
        let stops_at_pipe = std::mem::take(&mut self.stops_at_pipe);
        let result = work(self);
        self.stops_at_pipe = stops_at_pipe;
        self.around.truncate(modules);
        let body = std::mem::replace(&mut self.body, around);
        Ok((result?, body))
    }
}

/// An expression with statements in it.
fn block_expression(statement: Stmt) -> Expr {
    Expr::Stmt(Box::new(statement.into()))
}
