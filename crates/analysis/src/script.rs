//! A script as the analysis reads it: its functions, and what it declares and mentions.

use crate::frame::Frame;
use crate::syntax::{self, Broken};
use crate::text::Text;
use rhai::{ASTFlags, ASTNode, Expr, FnAccess, Module, Position, ScriptFuncDef, Shared, Stmt, AST};
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::vm::Library;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The namespace of a script's own constants.
pub(crate) const GLOBAL: &str = "global";

/// A script.
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) text: Text,
    /// Its functions in the order of the text.
    pub(crate) functions: Vec<Function>,
    /// Its closures by the names that the parser gives them.
    pub(crate) closures: HashMap<String, Function>,
    /// What closures do to variables.
    pub(crate) changed_by_closures: Frame,
    /// The statements of the top level.
    pub(crate) main: Vec<Stmt>,
    /// The parts that cannot be parsed; the rest is as if they were empty.
    pub(crate) broken: Vec<Broken>,
    pub(crate) imports: Vec<Import>,
    /// What can be read of it as `module::NAME`.
    pub(crate) exports: HashSet<String>,
    /// Its constants of the top level.
    pub(crate) constants: HashSet<String>,
    /// Names that may be fields of maps, written anywhere in it.
    pub(crate) fields: HashSet<String>,
    /// What its strings say, as far as that may be a name.
    pub(crate) strings: HashSet<String>,
    /// The names of the functions that it calls.
    pub(crate) called: HashSet<String>,
}

/// A function or a closure.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) params: Vec<String>,
    /// The type whose method it is, as in `fn string.shout()`.
    pub(crate) this_type: Option<String>,
    pub(crate) is_private: bool,
    pub(crate) body: Vec<Stmt>,
    /// Where its body begins.
    pub(crate) at: Position,
    /// Where it first uses `this`.
    pub(crate) this_at: Option<Position>,
}

/// An `import`.
pub(crate) struct Import {
    /// The path, if it is written out.
    pub(crate) path: Option<String>,
    pub(crate) position: Position,
}

impl Function {
    /// How it is declared.
    pub(crate) fn signature(&self) -> String {
        let of = self.this_type.as_ref().map(|of| format!("{of}.")).unwrap_or_default();
        format!("{of}{}({})", self.name, self.params.join(", "))
    }
}

impl Script {
    /// Reads a script, of which parts may be broken.
    pub(crate) fn new(name: &str, text: Rc<str>, library: Library) -> Self {
        let text = Text::new(text);
        let (ast, broken) = syntax::parse(&text, library);
        let mut script = Self {
            name: name.to_owned(),
            text,
            functions: Vec::new(),
            closures: HashMap::new(),
            changed_by_closures: Frame::default(),
            main: ast.statements().to_vec(),
            broken,
            imports: Vec::new(),
            exports: HashSet::new(),
            constants: HashSet::new(),
            fields: HashSet::new(),
            strings: HashSet::new(),
            called: HashSet::new(),
        };
        script.read_functions(&ast);
        script.read_top_level();
        ast.walk(&mut |nodes: &[ASTNode<'_>]| {
            script.look_at(nodes);
            true
        });
        script.read_closures();
        script
    }

    /// The function of this name with this number of parameters, that is no method of a type.
    pub(crate) fn find(&self, name: &str, count: usize) -> Option<&Function> {
        let is_meant = |function: &&Function| {
            function.name == name && function.this_type.is_none() && function.params.len() == count
        };
        self.functions.iter().find(is_meant)
    }

    /// The names of the functions that others can call.
    pub(crate) fn public_names(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().filter(|function| !function.is_private).map(|function| function.name.as_str())
    }

    /// Whether a type has a method of this name and number of parameters here.
    pub(crate) fn has_typed(&self, name: &str, count: usize) -> bool {
        self.named(name).any(|function| function.this_type.is_some() && function.params.len() == count)
    }

    /// The functions of this name.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Function> {
        self.functions.iter().filter(move |function| function.name == name)
    }

    /// Whether a part of it that cannot be parsed may declare a function of this name.
    pub(crate) fn has_broken(&self, name: &str) -> bool {
        self.broken.iter().any(|part| part.function.as_ref().is_none_or(|function| function == name))
    }

    /// What these statements of it do to variables.
    pub(crate) fn frame(&self, statements: &[Stmt]) -> Frame {
        let is_own = |name: &str| self.named(name).next().is_some();
        let is_field = |name: &str| self.fields.contains(name) || self.strings.contains(name);
        Frame::of(statements, &self.changed_by_closures, is_own, is_field)
    }

    fn read_functions(&mut self, ast: &AST) {
        for (.., definition) in ast.shared_lib().iter_script_fn_info() {
            let body = body(definition);
            let function = Function {
                this_at: this_in(&body),
                name: definition.name.to_string(),
                params: definition.params.iter().map(ToString::to_string).collect(),
                this_type: definition.this_type.as_ref().map(|of| type_name(of).to_owned()),
                is_private: definition.access == FnAccess::Private,
                body,
                at: definition.body.start_position(),
            };
            if function.name.starts_with(CLOSURE_PREFIX) {
                self.closures.insert(function.name.clone(), function);
            } else {
                self.functions.push(function);
            }
        }
        self.functions.sort_by_key(|function| function.at);
    }

    fn read_closures(&mut self) {
        let mut all = Frame::default();
        for closure in self.closures.values() {
            let frame = self.frame(&closure.body);
            if frame.is_opaque {
                all.changing.extend(closure.params.iter().cloned());
            }
            all.add(frame);
        }
        self.changed_by_closures = all;
    }

    fn read_top_level(&mut self) {
        for statement in &self.main {
            match statement {
                Stmt::Var(definition, flags, _) => {
                    let name = definition.0.name.to_string();
                    if flags.contains(ASTFlags::EXPORTED) {
                        self.exports.insert(name.clone());
                    }
                    if flags.contains(ASTFlags::CONSTANT) {
                        self.constants.insert(name);
                    }
                }
                Stmt::Export(names, _) => {
                    let (name, alias) = &**names;
                    let known_as = if alias.name.is_empty() { &name.name } else { &alias.name };
                    self.exports.insert(known_as.to_string());
                }
                _ => {}
            }
        }
    }

    fn look_at(&mut self, nodes: &[ASTNode<'_>]) {
        match nodes.last() {
            Some(ASTNode::Expr(Expr::Map(entries, _))) => {
                self.fields.extend(entries.0.iter().map(|(key, _)| key.name.to_string()));
            }
            Some(ASTNode::Expr(Expr::Property(property, _))) => {
                self.fields.insert(property.2.to_string());
            }
            Some(ASTNode::Expr(Expr::StringConstant(text, _))) if text.len() < 64 => {
                self.strings.insert(text.to_string());
            }
            Some(
                ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _))
                | ASTNode::Stmt(Stmt::FnCall(call, _)),
            ) => {
                self.called.insert(call.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::Import(import, position))) => {
                let path = &import.0;
                let written = match path {
                    Expr::StringConstant(text, _) => Some(text.to_string()),
                    _ => None,
                };
                let position = if path.position().is_none() { *position } else { path.position() };
                self.imports.push(Import { path: written, position });
            }
            _ => {}
        }
    }
}

/// rhai knows some types by other names than scripts see.
fn type_name(name: &str) -> &str {
    match name {
        "int" => "i64",
        "float" => "f64",
        name => name,
    }
}

/// Where statements first use `this`.
fn this_in(statements: &[Stmt]) -> Option<Position> {
    let mut found = None;
    for statement in statements {
        statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
            if let Some(ASTNode::Expr(Expr::ThisPtr(position))) = nodes.last() {
                found.get_or_insert(*position);
            }
            true
        });
    }
    found
}

/// The statements of a function: rhai shows them only in a walk through a whole tree.
fn body(definition: &Shared<ScriptFuncDef>) -> Vec<Stmt> {
    let mut module = Module::new();
    module.set_script_fn(Shared::clone(definition));
    let mut statements = Vec::new();
    AST::new_from_module(module).walk(&mut |nodes: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = nodes {
            statements.push((*statement).clone());
        }
        true
    });
    statements
}
