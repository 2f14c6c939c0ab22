//! The script's own functions: what they return, what they do with their arguments, and how they are called.

use super::operands::with_article;
use super::{closure_in, Use, Walk};
use crate::code::{Code, Severity};
use crate::finding::Finding;
use crate::frame::written_type;
use crate::literals::Known;
use crate::natives::Type;
use crate::project::Project;
use crate::returned::Returned;
use crate::script::{Function, Script};
use rhai::{ASTFlags, ASTNode, Expr, FnCallExpr, Position, Stmt};
use rhai_vm::compile::{Link, LinkKind};
use rhai_vm::Kind;
use std::ops::Range;

/// Functions that return what others return are followed so deep.
const MAX_DEPTH: usize = 20;
/// Mistakes that stop a function.
const STOPPING: [Code; 3] = [Code::ArgumentType, Code::UnknownField, Code::WrongType];

impl Project {
    /// What a function of a script returns.
    pub(crate) fn returned(&self, script: &Script, function: &Function) -> Returned {
        let key = (script.name.clone(), function.at);
        if let Some(known) = self.returned.borrow().get(&key) {
            return known.clone();
        }
        if self.following.get() == MAX_DEPTH {
            return Returned::default();
        }
        self.following.set(self.following.get() + 1);
        // Nothing is known of a function within itself.
        self.returned.borrow_mut().insert(key.clone(), Returned::default());
        let mut walk = Walk::within(self, script);
        // What it calls is looked at where it is looked at itself.
        walk.caught = 1;
        let returned = walk.function(function, 0, Use::Returned);
        self.following.set(self.following.get() - 1);
        self.returned.borrow_mut().insert(key, returned.clone());
        returned
    }

    /// What stops a function for certain when it is called with values of these types.
    fn stopped(&self, script: &Script, function: &Function, types: &[Type]) -> Option<Finding> {
        let names: Vec<_> = types.iter().map(|of| of.map_or("?", Kind::name)).collect();
        let key = (script.name.clone(), function.at, names.join(","));
        if let Some(known) = self.tried.borrow().get(&key) {
            return known.clone();
        }
        let found = self.stop(script, function, types);
        self.tried.borrow_mut().insert(key, found.clone());
        found
    }

    fn stop(&self, script: &Script, function: &Function, types: &[Type]) -> Option<Finding> {
        let sure = |types: &[Type]| {
            let mut walk = Walk::within(self, script);
            walk.assumed = Some(types.to_vec());
            walk.function(function, 0, Use::Returned);
            let is_sure = |number: &usize| {
                let finding = &walk.findings[*number];
                STOPPING.contains(&finding.code) && finding.severity == Severity::Error
            };
            let first = walk.sure.iter().copied().find(is_sure);
            first.map(|number| walk.findings.swap_remove(number))
        };
        let found = sure(types)?;
        // It is no mistake of the call if no call can be right.
        sure(&vec![None; types.len()]).is_none_or(|always| always.span != found.span).then_some(found)
    }
}

impl Walk<'_> {
    /// A call of a function of this or another script.
    pub(crate) fn own_call(
        &mut self,
        target: &Script,
        function: &Function,
        arguments: &[Expr],
        span: Range<usize>,
    ) {
        let types: Vec<_> = arguments.iter().map(|argument| self.certain(argument)).collect();
        if self.assumed.is_some() || self.caught > 0 || types.iter().all(Option::is_none) {
            return;
        }
        let Some(found) = self.project.stopped(target, function, &types) else { return };
        // A value that is written here is what is wrong; another one may be what the function is for.
        let is_written = |argument: &Expr| written_type(argument).is_some_and(is_scalar);
        if target.name == self.script.name && !arguments.iter().any(is_written) {
            if self.findings.iter().all(|finding| finding.span != found.span) {
                self.findings.push(found);
            }
            return;
        }
        let (line, _) = target.text.place(found.span.start);
        let given: Vec<_> = types.iter().map(|of| of.map_or("?", with_article)).collect();
        let message = format!("`{}` cannot be called with ({})", function.signature(), given.join(", "));
        let help = format!("{} in line {line} of {}", found.message, target.name);
        self.report(Code::ArgumentType, span, message, Some(help));
    }

    /// Notes the types with which a function of the script is called.
    pub(crate) fn note_passed(&mut self, call: &FnCallExpr) {
        let types: Vec<_> = call.args.iter().map(|argument| self.certain(argument)).collect();
        let key = (call.name.to_string(), types.len());
        match self.passed.get_mut(&key) {
            Some(known) => {
                let differ = known.iter_mut().zip(types).filter(|(known, of)| **known != *of);
                differ.for_each(|(known, _)| *known = None);
            }
            None => drop(self.passed.insert(key, types)),
        }
    }

    /// Looks again at functions that get values of Rhambda's own types in all their calls, such as `context`.
    pub(crate) fn functions_with_known_parameters(&mut self) {
        let (project, script) = (self.project, self.script);
        for function in &script.functions {
            let name = function.name.as_str();
            let Some(types) = self.passed.get(&(function.name.clone(), function.params.len())) else {
                continue;
            };
            let of_host = |of: &Type| of.filter(|of| matches!(of, Kind::Host(_)));
            let types: Vec<_> = types.iter().map(of_host).collect();
            let mut others = project.scripts.values().filter(|other| other.name != script.name);
            let is_open = self.values.contains(name)
                || script.strings.contains(name)
                || others.any(|other| other.called.contains(name));
            if is_open || types.iter().all(Option::is_none) {
                continue;
            }
            let mut again = Walk::within(project, script);
            (again.given, again.caught) = (types, 1);
            again.function(function, 0, Use::Returned);
            let is_known = |finding: &Finding| {
                self.findings.iter().any(|known| known.span == finding.span && known.code == finding.code)
            };
            let found: Vec<_> = again.findings.into_iter().filter(|finding| !is_known(finding)).collect();
            self.findings.extend(found);
        }
    }

    /// A function that uses `this`, and is called without a value whose method it is.
    pub(crate) fn check_this(&mut self, function: &Function, span: Range<usize>) {
        if function.this_at.is_some() {
            let name = &function.name;
            let message = format!("`{name}` uses `this`, which nothing is bound to in this call");
            let help = format!("call it as a method: `value.{name}(…)`");
            self.report(Code::UnknownVariable, span, message, Some(help));
        }
    }

    /// A call of the function that it is in, before anything else can end that.
    pub(crate) fn check_recursion(&mut self, call: &FnCallExpr, position: Position) {
        let is_same = self.running.is_some_and(|(name, count)| call.name == name && call.args.len() == count);
        if is_same && self.doubt == 0 && self.assumed.is_none() {
            let message = format!("`{}` always calls itself, and never ends", call.name);
            let help = "return before the call when there is nothing left to do".to_owned();
            let span = self.word(position);
            self.report(Code::EndlessRecursion, span, message, Some(help));
        }
    }

    /// `f.call(…)`, where `f` always is the same closure.
    pub(crate) fn check_closure_call(&mut self, root: &Expr, links: &[Link<'_>]) {
        let Some(Link { kind: LinkKind::Method(call, position), .. }) = links.first() else { return };
        let Expr::Variable(variable, ..) = root else { return };
        let is_call = call.name == "call" && variable.2.is_empty();
        let closure = self.scope.variable(&variable.1).filter(|_| is_call).and_then(|it| it.closure.clone());
        let Some((name, captured)) = closure else { return };
        let Some(closure) = self.script.closures.get(&name) else { return };
        let params = closure.params.get(captured..).unwrap_or_default();
        let (name, span) = (variable.1.as_str(), self.word(*position));
        if params.len() != call.args.len() {
            let given = call.args.len();
            let arguments = if given == 1 { "argument" } else { "arguments" };
            let message = format!("`{name}` cannot be called with {given} {arguments}");
            self.report(Code::ArgumentCount, span, message, Some(format!("it is `|{}|`", params.join(", "))));
        } else if closure.this_at.is_some() {
            let message = format!("`{name}` uses `this`, which nothing is bound to in this call");
            let help = "pass the value as an argument, or put the closure into a map".to_owned();
            self.report(Code::UnknownVariable, span, message, Some(help));
        }
    }

    /// `text.call(1)`: only functions can be called.
    pub(crate) fn check_called(&mut self, of: Type, position: Position) {
        let is_value = |of: &Kind| !matches!(of, Kind::Fn | Kind::Map | Kind::Any | Kind::Host(_));
        if let Some(of) = of.filter(is_value) {
            let message = format!("`call` calls a function, and this is {}", with_article(of));
            let span = self.word(position);
            self.report(Code::WrongType, span, message, None);
        }
    }

    /// What a call of a function of this or another script returns.
    pub(crate) fn returned_by(&self, call: &FnCallExpr) -> Option<Returned> {
        let (name, count) = (call.name.as_str(), call.args.len());
        match &*call.namespace.path {
            _ if call.op_token.is_some() => None,
            [] => {
                let function = self.script.find(name, count)?;
                Some(self.project.returned(self.script, function))
            }
            [space] => {
                let alias = self.scope.alias(&space.name)?;
                let target = self.project.target(self.script, alias.path.as_ref()?)?;
                let function = target.find(name, count).filter(|function| !function.is_private)?;
                Some(self.project.returned(target, function))
            }
            _ => None,
        }
    }

    /// What is certain of an expression that a function returns.
    pub(crate) fn returned_as(&self, expression: &Expr) -> Returned {
        let fields = match self.literal(expression).value {
            Known::Map(entries) => Some(entries.into_iter().map(|(name, ..)| name).collect()),
            _ => self.fields(expression).map(|fields| fields.names),
        };
        Returned { of: self.certain(expression), kinds: self.kinds(expression), fields }
    }

    /// Notes what a function returns where it ends with this statement.
    pub(crate) fn note_result(&mut self, statement: Option<&Stmt>) {
        let result = match statement {
            // Blocks within note theirs.
            Some(Stmt::If(..) | Stmt::Block(_) | Stmt::Return(..) | Stmt::TryCatch(..)) => return,
            Some(Stmt::Switch(switch, _)) => {
                if switch.1.def_case.is_some() {
                    return;
                }
                Kind::Unit.into()
            }
            Some(Stmt::Expr(expression)) => match &**expression {
                Expr::Stmt(_) => return,
                expression => self.returned_as(expression),
            },
            Some(Stmt::FnCall(call, _)) if call.name == "exit" => return,
            Some(Stmt::FnCall(call, position)) => self.returned_as(&Expr::FnCall(call.clone(), *position)),
            Some(Stmt::While(..) | Stmt::Do(..) | Stmt::For(..)) => Returned::default(),
            Some(_) | None => Kind::Unit.into(),
        };
        self.results.push(result);
    }

    /// Whether a function may end, or throw, in the middle of a statement: what follows may not be reached.
    pub(crate) fn may_leave(&self, statement: &Stmt) -> bool {
        let mut found = false;
        statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode<'_>]| {
            found |= match nodes.last() {
                Some(ASTNode::Stmt(Stmt::Return(..) | Stmt::BreakLoop(..))) => true,
                Some(
                    ASTNode::Stmt(Stmt::FnCall(call, _))
                    | ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)),
                ) => call.op_token.is_none() && self.may_end(call),
                _ => false,
            };
            !found
        });
        found
    }

    /// Whether a call may end the script or throw on purpose: the language's functions and Rhambda's only throw if
    /// something is wrong.
    fn may_end(&self, call: &FnCallExpr) -> bool {
        let name = call.name.as_str();
        let is_qualified =
            !call.namespace.is_empty() && !self.natives().has_space(&call.namespace.path[0].name);
        name == "exit"
            || name == "call"
            || is_qualified
            || self.script.named(name).next().is_some()
            || self.project.may_be_field(name)
            || self.project.has_function(name)
    }
}

fn is_scalar(of: Kind) -> bool {
    !matches!(of, Kind::Array | Kind::Map)
}

/// The name of the closure that an expression is, and how many variables it captures.
pub(crate) fn closure_name(expression: &Expr) -> Option<(String, usize)> {
    let Expr::DynamicConstant(value, _) = closure_in(expression)? else { return None };
    let name = value.read_lock::<rhai::FnPtr>()?.fn_name().to_owned();
    Some((name, captured_by(expression)))
}

fn captured_by(expression: &Expr) -> usize {
    match expression {
        Expr::FnCall(curry, _) => curry.args.len() - 1,
        Expr::Stmt(block) => match block.statements().last() {
            Some(Stmt::Expr(last)) => captured_by(last),
            Some(Stmt::FnCall(curry, _)) => curry.args.len() - 1,
            _ => 0,
        },
        _ => 0,
    }
}

/// Whether a statement throws.
pub(crate) fn is_throw(flags: ASTFlags) -> bool {
    flags.contains(ASTFlags::BREAK)
}
