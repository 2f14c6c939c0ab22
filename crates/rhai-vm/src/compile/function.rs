//! Scripts → units, functions → lists of instructions.

use super::ends::Ends;
use super::walk::{visit, OnNodes};
use super::{Compiler, Problem, Result, Script};
use crate::code::{Func, Local, Op, Reg, Scope, SharedTree, Unit};
use crate::function::Function;
use crate::map::Map;
use crate::memory;
use crate::parse::{self, Tree};
use crate::text::Str;
use crate::value::CLOSURE_PREFIX;
use rhai::{ASTNode, Expr, FnAccess, ImmutableString, Module, Position, ScriptFuncDef, Shared, Stmt, AST};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// What the compiler asks the machine for.
#[derive(Clone, Copy)]
pub struct Library<'a> {
    /// The native functions of a namespace (or none) and name.
    pub natives: &'a dyn Fn(Option<&str>, &str) -> Vec<&'static Function>,
    /// The same string for the same text.
    pub intern: &'a dyn Fn(&str) -> Str,
    /// Whether the host is told of every statement.
    pub tells_statements: bool,
}

/// Compiles a script. `variables` are the names that its top level finds in its first registers.
///
/// # Errors
/// What is too much in it.
pub fn unit(ast: &Rc<AST>, name: &str, variables: &[&str], library: Library<'_>) -> Result<Unit> {
    let statements = ast.statements();
    let (mut unit, may_capture) = assemble(&definitions(ast), name, library, &mut |script| {
        top_level(statements, facts_of(statements), variables, script)
    })?;
    unit.tree = may_capture.then(|| SharedTree::Rhai(Rc::clone(ast)));
    Ok(unit)
}

/// The same of a tree that rhai did not make.
///
/// # Errors
/// What is too much in it.
pub fn unit_of_tree(tree: &Rc<Tree>, name: &str, variables: &[&str], library: Library<'_>) -> Result<Unit> {
    let statements = tree.statements.statements();
    let (mut unit, may_capture) = assemble(&definitions_of_tree(tree), name, library, &mut |script| {
        top_level(statements, (&tree.facts).into(), variables, script)
    })?;
    unit.tree = may_capture.then(|| SharedTree::Plain(Rc::clone(tree)));
    Ok(unit)
}

/// Compiles a text of a session, whose first statements are imports that are made already. `variables` are those of
/// the session, and whether they are constants. What comes with it are the variables that the text leaves.
///
/// # Errors
/// What is too much in it.
pub fn session_text(
    ast: &Rc<AST>,
    imports: usize,
    name: &str,
    variables: &[(Str, bool)],
    library: Library<'_>,
) -> Result<(Unit, Vec<Local>)> {
    let mut locals = Vec::new();
    let (mut unit, may_capture) = assemble(&definitions(ast), name, library, &mut |script| {
        // A closure of a later text may capture any variable.
        let facts = Facts { may_capture_any: true, ..facts_of(ast.statements()) };
        let mut compiler = Compiler::new(script, facts);
        compiler.is_global = true;
        // Its variables outlive an error.
        compiler.ends.keep_all();
        for (name, is_constant) in variables {
            let register = compiler.register();
            compiler.declare(name, register, *is_constant);
        }
        if compiler.f.this != Reg::MAX {
            compiler.f.this = compiler.register();
        }
        let value = compiler.register();
        compiler.emit(Op::Unit(value), Position::NONE);
        let statements = &ast.statements()[imports..];
        for (number, statement) in statements.iter().enumerate() {
            compiler.statement(statement, (number + 1 == statements.len()).then_some(value))?;
        }
        locals.clone_from(&compiler.scope.variables);
        compiler.finish(value)
    })?;
    unit.tree = may_capture.then(|| SharedTree::Rhai(Rc::clone(ast)));
    Ok((unit, locals))
}

/// A function of a script.
#[derive(Clone, Copy)]
struct Definition<'a> {
    name: &'a str,
    params: &'a [ImmutableString],
    this_type: Option<&'a str>,
    is_private: bool,
    start: Position,
    body: Body<'a>,
}

/// Its statements.
#[derive(Clone, Copy)]
enum Body<'a> {
    /// rhai shows them only in a walk through a whole tree.
    Hidden(&'a Shared<ScriptFuncDef>),
    Shown(&'a [Stmt], &'a parse::Facts),
}

impl Definition<'_> {
    fn is_closure(&self) -> bool {
        self.name.starts_with(CLOSURE_PREFIX)
    }
}

impl<'a> From<&'a Shared<ScriptFuncDef>> for Definition<'a> {
    fn from(definition: &'a Shared<ScriptFuncDef>) -> Self {
        Self {
            name: &definition.name,
            params: &definition.params,
            this_type: definition.this_type.as_deref(),
            is_private: definition.access == FnAccess::Private,
            start: definition.body.start_position(),
            body: Body::Hidden(definition),
        }
    }
}

impl<'a> From<&'a parse::Function> for Definition<'a> {
    fn from(function: &'a parse::Function) -> Self {
        Self {
            name: &function.name,
            params: &function.params,
            this_type: function.this_type.as_deref(),
            is_private: function.is_private,
            start: function.body.position(),
            body: Body::Shown(function.body.statements(), &function.facts),
        }
    }
}

/// The definitions in the order of their places. (Sorting numbers takes less of the program than sorting definitions.)
fn by_places<'a>(definitions: &[Definition<'a>]) -> Vec<Definition<'a>> {
    let place = |position: Position| position.line().unwrap_or(0) << 16 | position.position().unwrap_or(0);
    let mut order: Vec<_> =
        (0..definitions.len()).map(|number| place(definitions[number].start) << 32 | number).collect();
    order.sort_unstable();
    order.into_iter().map(|number| definitions[number & 0xFFFF_FFFF]).collect()
}

fn definitions(ast: &AST) -> Vec<Definition<'_>> {
    ast.shared_lib().iter_script_fn_info().map(|(.., definition)| definition.into()).collect()
}

fn definitions_of_tree(tree: &Tree) -> Vec<Definition<'_>> {
    tree.functions.iter().map(Definition::from).collect()
}

/// A unit of these functions with this top level, and whether some function of it may be compiled again for a call with `!`.
fn assemble(
    definitions: &[Definition<'_>],
    name: &str,
    library: Library<'_>,
    top_level: &mut dyn FnMut(&Script<'_>) -> Result<Func>,
) -> Result<(Unit, bool)> {
    let definitions = by_places(definitions);
    let mut by_name: HashMap<Str, Vec<(usize, u32)>, _> = HashMap::with_hasher(ahash::RandomState::new());
    let mut typed = Vec::new();
    for (number, definition) in (0..).zip(&definitions) {
        let (name, count) = (Str::from(definition.name), definition.params.len());
        match definition.this_type {
            Some(of) => typed.push((Str::from(display_type(of)), name, count, number)),
            None => by_name.entry(name).or_default().push((count, number)),
        }
    }
    let script = Script::new(&by_name, &typed, library, !definitions.is_empty());
    // A closure must know which of its captured variables are constants: what is around it comes first.
    let main = top_level(&script)?;
    let functions = functions(&definitions, &script)?;
    let may_capture = script.may_capture.get();
    let unit = Unit {
        number: memory::number_script(name),
        name: name.into(),
        functions,
        main,
        tree: None,
        by_name,
        typed,
        globals: RefCell::new(Map::new()),
        imports: RefCell::default(),
        exports: RefCell::default(),
    };
    Ok((unit, may_capture))
}

/// Compiles a text that is evaluated in a function of this unit, which has so many registers and where names mean
/// this.
///
/// # Errors
/// What is too much in it.
pub fn eval_chunk(
    ast: &AST,
    unit: &Unit,
    scope: &Scope,
    registers: usize,
    this: Reg,
    library: Library<'_>,
) -> Result<Func> {
    let script = Script::new(&unit.by_name, &unit.typed, library, false);
    let mut compiler = Compiler::new(&script, facts_of(ast.statements()));
    compiler.scope = scope.clone();
    compiler.f.registers = registers;
    #[cfg(feature = "debugger")]
    compiler.show_scope();
    compiler.next = Reg::try_from(registers).unwrap_or(Reg::MAX);
    compiler.f.this = this;
    let value = compiler.register();
    let count = ast.statements().len();
    for (number, statement) in ast.statements().iter().enumerate() {
        compiler.statement(statement, (number + 1 == count).then_some(value))?;
    }
    compiler.finish(value)
}

/// Compiles a function of this unit for a call with `!`, where names mean this in a function of so many registers.
/// Its parameters are behind these.
///
/// # Errors
/// What is too much in it.
pub fn captured_chunk(
    unit: &Unit,
    number: u32,
    scope: &Scope,
    registers: usize,
    library: Library<'_>,
) -> Result<Func> {
    let script = Script::new(&unit.by_name, &unit.typed, library, true);
    let function = &unit.functions[number as usize];
    let (wanted, count) = (function.name.as_str(), function.params.len());
    let definitions = match &unit.tree {
        Some(SharedTree::Rhai(ast)) => definitions(ast),
        Some(SharedTree::Plain(tree)) => definitions_of_tree(tree),
        None => Vec::new(),
    };
    let is_it = |definition: &&Definition<'_>| definition.name == wanted && definition.params.len() == count;
    let nothing = parse::Facts::default();
    let body =
        definitions.iter().find(is_it).map_or(Body::Shown(&[], &nothing), |definition| definition.body);
    compile_body(body, |facts| {
        let mut compiler = Compiler::new(&script, facts);
        compiler.scope = scope.clone();
        compiler.f.registers = registers;
        #[cfg(feature = "debugger")]
        compiler.show_scope();
        compiler.f.name = function.name.clone();
        compiler.next = Reg::try_from(registers).unwrap_or(Reg::MAX);
        compiler.parameters(function.params.clone());
        let value = compiler.register();
        (compiler, value)
    })
}

/// Compiles the statements of a function with the compiler and into the register that `begin` gives.
fn compile_body<'a>(body: Body<'_>, begin: impl FnOnce(Facts) -> (Compiler<'a>, Reg)) -> Result<Func> {
    match body {
        Body::Shown(statements, facts) => {
            let (mut compiler, value) = begin(facts.into());
            compiler.f.is_empty = statements.is_empty();
            compiler.all(statements, value)?;
            compiler.finish(value)
        }
        Body::Hidden(hidden) => {
            let alone = alone(hidden);
            let facts = facts_of_function(&alone);
            let statements = facts.statements;
            let (mut compiler, value) = begin(facts);
            if statements == 0 {
                compiler.all(&[], value)?;
                compiler.f.is_empty = true;
            }
            compile_alone(&alone, compiler, value, statements)
        }
    }
}

/// Compiles the statements of the only function in this tree.
fn compile_alone(ast: &AST, mut compiler: Compiler<'_>, value: Reg, statements: usize) -> Result<Func> {
    let (mut left, mut problem) = (statements, None);
    let on_nodes: &mut OnNodes<'_> = &mut |nodes| {
        if let [ASTNode::Stmt(statement)] = nodes {
            left -= 1;
            problem = compiler.statement(statement, (left == 0).then_some(value)).err();
        }
        problem.is_none()
    };
    ast.walk(on_nodes);
    problem.map_or_else(|| compiler.finish(value), Err)
}

/// What must be known of a function before it is compiled.
#[derive(Default)]
struct Facts {
    captured: HashSet<String>,
    uses_this: bool,
    /// Whether a text or a function called with `!` may capture any variable.
    may_capture_any: bool,
    statements: usize,
}

impl From<&parse::Facts> for Facts {
    fn from(facts: &parse::Facts) -> Self {
        let parse::Facts { captured, uses_this, may_capture_any } = facts;
        let (uses_this, may_capture_any) = (*uses_this, *may_capture_any);
        Self { captured: captured.clone(), uses_this, may_capture_any, statements: 0 }
    }
}

impl Facts {
    fn look_at(&mut self, nodes: &[ASTNode<'_>]) {
        self.statements += usize::from(nodes.len() == 1);
        visit(nodes, &mut |node| {
            self.look_at_node(node);
            true
        });
    }

    fn look_at_node(&mut self, node: &ASTNode<'_>) {
        match node {
            ASTNode::Stmt(Stmt::Share(names)) => {
                self.captured.extend(names.iter().map(|(name, _)| name.name.to_string()));
            }
            ASTNode::Expr(Expr::ThisPtr(_)) => self.uses_this = true,
            // A text may ask for it.
            ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))
                if call.name == "eval" || call.capture_parent_scope =>
            {
                self.uses_this = true;
                self.may_capture_any = true;
            }
            _ => {}
        }
    }
}

/// rhai knows some types by other names than scripts see.
fn display_type(name: &str) -> &str {
    match name {
        "int" => "i64",
        "float" => "f64",
        name => name,
    }
}

fn facts_of(statements: &[Stmt]) -> Facts {
    let mut facts = Facts::default();
    let on_nodes: &mut OnNodes<'_> = &mut |nodes| {
        facts.look_at(nodes);
        true
    };
    for statement in statements {
        statement.walk(&mut Vec::new(), on_nodes);
    }
    facts
}

fn top_level(statements: &[Stmt], facts: Facts, variables: &[&str], script: &Script<'_>) -> Result<Func> {
    let mut compiler = Compiler::new(script, facts);
    compiler.is_global = true;
    compiler.parameters(variables.iter().map(|name| Str::from(*name)).collect());
    let value = compiler.register();
    compiler.ends.result = Some(value);
    compiler.all(statements, value)?;
    compiler.finish(value)
}

/// All functions, in the order of their definitions.
fn functions(definitions: &[Definition<'_>], script: &Script<'_>) -> Result<Vec<Func>> {
    let captures = |number: usize| script.constant_captures.borrow().get(definitions[number].name).cloned();
    let mut compiled: Vec<(Option<Vec<bool>>, Func)> = Vec::new();
    compiled.resize_with(definitions.len(), Default::default);
    // Closures come after what is around them, as far as positions tell.
    for is_closure in [false, true] {
        for (number, definition) in definitions.iter().enumerate() {
            if definition.is_closure() == is_closure {
                compiled[number] = (captures(number), function(definition, script)?);
            }
        }
    }
    // A closure before what is around it did not know yet which of its captured variables are constants. With each round one
    // more level of closures knows it.
    while let Some((number, (known, function))) = {
        let mut all = compiled.iter_mut().enumerate();
        all.find(|(number, (known, _))| *known != captures(*number))
    } {
        *known = captures(number);
        *function = self::function(&definitions[number], script)?;
    }
    Ok(compiled.into_iter().map(|(_, function)| function).collect())
}

fn function(definition: &Definition<'_>, script: &Script<'_>) -> Result<Func> {
    compile_body(definition.body, |facts| {
        let mut compiler = Compiler::of(definition, script, facts);
        let value = compiler.register();
        compiler.ends.result = Some(value);
        (compiler, value)
    })
}

/// A tree with nothing in it but this function: rhai shows the statements of functions only in a walk
/// through a whole tree.
fn alone(definition: &Shared<ScriptFuncDef>) -> AST {
    let mut module = Module::new();
    module.set_script_fn(Shared::clone(definition));
    AST::new_from_module(module)
}

fn facts_of_function(alone: &AST) -> Facts {
    let mut facts = Facts::default();
    let on_nodes: &mut OnNodes<'_> = &mut |nodes| {
        facts.look_at(nodes);
        true
    };
    alone.walk(on_nodes);
    facts
}

impl<'a> Compiler<'a> {
    fn new(script: &'a Script<'a>, facts: Facts) -> Self {
        #[cfg(feature = "debugger")]
        let facts = Facts { may_capture_any: facts.may_capture_any || crate::debug::is_at_work(), ..facts };
        if facts.may_capture_any {
            script.may_capture.set(true);
        }
        let mut compiler = Self {
            script,
            f: Func::default(),
            scope: Scope::default(),
            next: 0,
            loops: Vec::new(),
            captured: facts.captured,
            may_capture_any: facts.may_capture_any,
            is_global: false,
            #[cfg(feature = "debugger")]
            is_capturing: false,
            ends: Ends::default(),
            constants: HashMap::new(),
            problem: None,
        };
        if facts.uses_this {
            compiler.f.this = 0;
        }
        compiler
    }

    /// The compiler of a function with this definition.
    fn of(definition: &Definition<'_>, script: &'a Script<'a>, mut facts: Facts) -> Self {
        if definition.is_closure() {
            // Its first parameters may be the captured variables themselves.
            facts.captured.extend(definition.params.iter().map(ToString::to_string));
        }
        let mut compiler = Self::new(script, facts);
        compiler.f.name = definition.name.into();
        compiler.f.is_private = definition.is_private;
        compiler.f.this_type = definition.this_type.map(|name| display_type(name).into());
        compiler.parameters(definition.params.iter().map(|name| (script.intern)(name)).collect());
        compiler
    }

    /// Statements of which the last gives the value.
    fn all(&mut self, statements: &[Stmt], value: Reg) -> Result<()> {
        if statements.is_empty() {
            self.emit(Op::Unit(value), Position::NONE);
        }
        for (number, statement) in statements.iter().enumerate() {
            self.statement(statement, (number + 1 == statements.len()).then_some(value))?;
        }
        Ok(())
    }

    /// The parameters' registers, and that of `this`.
    fn parameters(&mut self, names: Vec<Str>) {
        let uses_this = self.f.this != Reg::MAX;
        let constant = self.script.constant_captures.borrow().get(self.f.name.as_str()).cloned();
        let constant = constant.unwrap_or_default();
        for (number, name) in names.iter().enumerate() {
            let register = self.register();
            self.declare(name, register, constant.get(number).copied().unwrap_or(false));
        }
        if uses_this {
            self.f.this = self.register();
        }
        self.f.params = names;
    }

    /// The variables around the function are its own, for a debugger.
    #[cfg(feature = "debugger")]
    fn show_scope(&mut self) {
        for (number, local) in self.scope.variables.iter_mut().enumerate() {
            local.number = number;
            let variable = crate::code::Variable {
                name: local.name.clone(),
                register: local.register,
                from: 0,
                to: u32::MAX,
            };
            self.f.variables.push(variable);
        }
    }

    fn finish(mut self, value: Reg) -> Result<Func> {
        self.emit(Op::Return(value), Position::NONE);
        self.leave(0, 0);
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(self.f),
        }
    }
}

impl From<(&str, Position)> for Problem {
    fn from((message, position): (&str, Position)) -> Self {
        Self { message: message.to_owned(), position }
    }
}
