//! Calls of functions.

use super::fields::shape_of_argument;
use super::{Use, Walk};
use crate::code::{Code, Severity};
use crate::natives::{accepts, mistyped, type_name, Meant, Type};
use crate::script::{Function, Script, GLOBAL};
use rhai::{Expr, FnCallExpr, Namespace, Position, Token};
use rhai_vm::module::Entry;
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::Kind;
use rhambda::script::habits;
use std::ops::Range;

/// Functions that pass any arguments on.
const PASSING_ON: [&str; 3] = ["call", "curry", "is_def_fn"];

impl<'a> Walk<'a> {
    /// A call that is no method's.
    pub(crate) fn call(&mut self, call: &'a FnCallExpr, position: Position, used: Use) {
        self.arguments(call);
        match &*call.namespace.path {
            _ if call.op_token.is_some() => {
                if let (Some(Token::Divide), [a, b]) = (&call.op_token, &*call.args) {
                    self.check_division([a, b], position);
                }
                self.check_operator(call, position);
                self.check_same_operands(call, position);
                self.check_zero(call, position);
                self.check_type_name(call);
                if used == Use::Dropped {
                    self.check_operation_result(call, position);
                }
            }
            [] => {
                self.plain(call, position, used);
                self.check_type_name(call);
            }
            [root, inner @ ..] => self.qualified(call, &root.name, inner.is_empty(), position),
        }
        if used == Use::Dropped {
            self.check_dropped_call(call, position);
        }
    }

    fn arguments(&mut self, call: &'a FnCallExpr) {
        let captured = match call.args.first() {
            Some(closure @ Expr::DynamicConstant(..)) if call.name == "curry" => {
                for argument in &call.args[1..] {
                    if let Expr::Variable(variable, ..) = argument {
                        self.read(&variable.1);
                    }
                }
                self.closure(closure, call.args.len() - 1);
                return;
            }
            _ => &call.args,
        };
        for argument in captured {
            self.shape = shape_of_argument(call, argument);
            self.expression(argument, Use::Needed);
            self.shape = None;
        }
    }

    fn plain(&mut self, call: &FnCallExpr, position: Position, used: Use) {
        let (name, count) = (call.name.as_str(), call.args.len());
        let script = self.script;
        if let Some(function) = script.find(name, count) {
            self.check_recursion(call, position);
            self.note_passed(call);
            let span = self.word(position);
            self.check_this(function, span.clone());
            self.own_call(script, function, &call.args, span);
        }
        if self.is_own(name, count) || self.project.has_typed(name, count.saturating_sub(1)) {
            return;
        }
        let forms = self.natives().taking(None, name, count);
        let types: Vec<_> = call.args.iter().map(|argument| self.certain(argument)).collect();
        match &*forms {
            _ if PASSING_ON.contains(&name) => {}
            [] => {
                self.unsuitable(None, name, count, position);
                // It is meant, even if it cannot be called so, or not within a closure.
                if let (false, Some(variable)) = (self.read(name), self.scope.anywhere(name)) {
                    variable.is_read = true;
                }
            }
            // Methods of Rhambda's own types are not called so: the script's own function is meant.
            forms if self.script.named(name).next().is_some() && are_of_host(forms, &types) => {
                self.unsuitable(None, name, count, position);
                if let Some(finding) = self.findings.last_mut() {
                    finding.severity = Severity::Warning;
                }
            }
            forms => self.check_types(None, name, forms, &types, position),
        }
        self.check_kinds(None, call, &types, 0, position);
        if name == "Fn" {
            self.check_pointer(call);
        }
        if count > 0 && used == Use::Needed {
            self.check_in_place(types[0], name, count, position);
        }
    }

    /// `Fn("name")`, which any script may call.
    fn check_pointer(&mut self, call: &FnCallExpr) {
        let [Expr::StringConstant(name, position)] = &*call.args else { return };
        let is_native = !self.natives().forms(None, name).is_empty();
        if is_native || self.project.has_function(name) || self.scope.variable(name).is_some() {
            return;
        }
        let meant = self.meant(None, name);
        // Scripts that are not at hand may have it.
        if meant.is_some() || self.project.is_complete() {
            let start = self.script.text.offset(*position);
            let end = (start + name.len() + 2).min(self.script.text.as_str().len());
            let message = format!("the function `{name}` does not exist");
            self.report_name(Code::UnknownFunction, start..end, message, name, meant);
        }
    }

    /// A method of a value, whose type may be certain.
    pub(crate) fn method(&mut self, of: Type, call: &FnCallExpr, position: Position, used: Use) {
        let (name, count) = (call.name.as_str(), call.args.len());
        let may_be_map = of.is_none_or(|of| of == Kind::Map);
        let may_be_closure = may_be_map && self.project.may_be_field(name);
        if self.may_be_own_method(name, count) || may_be_closure {
            return;
        }
        let forms = self.natives().taking(None, name, count + 1);
        let arguments = call.args.iter().map(|argument| self.certain(argument));
        let types: Vec<_> = std::iter::once(of).chain(arguments).collect();
        match &*forms {
            _ if PASSING_ON.contains(&name) => return self.check_called(of, position),
            [] => {
                self.unsuitable(None, name, count, position);
                self.soften(may_be_map);
            }
            forms => {
                self.check_types(None, name, forms, &types, position);
                if of.is_some() {
                    self.check_options(None, forms, &types, &call.args);
                }
            }
        }
        self.check_kinds(None, call, &types, 1, position);
        self.check_callbacks(call);
        if used == Use::Needed {
            self.check_in_place(of, name, count + 1, position);
        }
    }

    /// Makes the last finding a warning if it is about a method of what may be a map, with a closure that comes from a
    /// script that is not at hand. A name that is much like another is a mistake all the same.
    fn soften(&mut self, may_be_map: bool) {
        let is_closed = self.project.is_complete();
        if let Some(finding) = self.findings.last_mut().filter(|_| may_be_map && !is_closed) {
            if finding.help.is_none() || finding.code == Code::ArgumentCount {
                finding.severity = Severity::Warning;
            }
        }
    }

    /// Whether scripts have a function of this name for so many arguments: this one, or one that runs it.
    pub(crate) fn is_own(&self, name: &str, count: usize) -> bool {
        let has = |script: &Script| script.find(name, count).is_some() || script.has_broken(name);
        has(self.script) || self.project.importers(self.script).any(has)
    }

    /// Whether a method of this name may be a function of scripts, instead of a native one.
    pub(crate) fn may_be_own_method(&self, name: &str, count: usize) -> bool {
        self.is_own(name, count) || self.project.has_typed(name, count)
    }

    /// The module of Rhambda's that a namespace is: no import has its name.
    pub(crate) fn module<'e>(&self, namespace: &'e Namespace) -> Option<&'e str> {
        let [space] = &*namespace.path else { return None };
        self.scope.alias(&space.name).is_none().then_some(space.name.as_str())
    }

    /// A call of a function that does not exist, or not for this number of arguments.
    fn unsuitable(&mut self, space: Option<&str>, name: &str, count: usize, position: Position) {
        let span = self.word(position);
        let own = self.script.named(name).map(Function::signature);
        let own: Vec<_> = own.map(|signature| format!("`{signature}`")).collect();
        let natives = self.natives().signatures(space, name);
        let known = own.into_iter().chain((!natives.is_empty()).then_some(natives)).collect::<Vec<_>>();
        let shown = space.map_or(name.to_owned(), |space| format!("{space}::{name}"));
        if known.is_empty() {
            let meant = self.meant(space, name);
            let message = format!("the function `{shown}` does not exist");
            self.report_name(Code::UnknownFunction, span, message, name, meant);
        } else {
            let arguments = if count == 1 { "argument" } else { "arguments" };
            let message = format!("`{shown}` cannot be called with {count} {arguments}");
            let help = format!("it is {}", known.join(", or "));
            self.report(Code::ArgumentCount, span, message, Some(help));
        }
    }

    /// Which function may be meant.
    fn meant(&self, space: Option<&str>, name: &str) -> Option<Meant> {
        if space.is_none() && self.scope.variable(name).is_some() {
            let help = format!("`{name}` is a variable: if it is a function, write `{name}.call(…)`");
            return Some(Meant { help, name: Some(format!("{name}.call")) });
        }
        let shown = space.map_or(name.to_owned(), |space| format!("{space}::{name}"));
        if let Some(help) = habits::name_in_rhai(&shown) {
            let right = habits::renamed(&shown).and_then(|right| right.rsplit("::").next());
            return Some(Meant { help, name: right.map(str::to_owned) });
        }
        let own = self.script.functions.iter().map(|function| function.name.as_str());
        let own = own.filter(|name| space.is_none() && !name.starts_with(CLOSURE_PREFIX));
        let meant = mistyped(name, own.chain(self.natives().names(space)))?;
        let signature = self.script.named(meant).map(Function::signature).next().filter(|_| space.is_none());
        let signature = signature.map(|signature| format!("`{signature}`"));
        let signature = signature.unwrap_or_else(|| self.natives().signatures(space, meant));
        Some(Meant { help: format!("did you mean {signature}?"), name: Some(meant.to_owned()) })
    }

    fn check_types(
        &mut self,
        space: Option<&str>,
        name: &str,
        forms: &[&Entry],
        types: &[Type],
        position: Position,
    ) {
        if forms.iter().any(|form| accepts(form, types)) {
            return;
        }
        let given: Vec<_> = types.iter().map(|of| of.map_or("?", type_name)).collect();
        let shown = space.map_or(name.to_owned(), |space| format!("{space}::{name}"));
        let message = format!("`{shown}` does not accept ({})", given.join(", "));
        let help = format!("it is {}", self.natives().signatures(space, name));
        let span = self.word(position);
        self.report(Code::ArgumentType, span, message, Some(help));
    }

    /// Arguments with several possible types, none of which is accepted. Those of a method have its value before them.
    fn check_kinds(
        &mut self,
        space: Option<&str>,
        call: &FnCallExpr,
        types: &[Type],
        before: usize,
        position: Position,
    ) {
        let forms = self.natives().taking(space, &call.name, types.len());
        if PASSING_ON.contains(&call.name.as_str()) || !forms.iter().any(|form| accepts(form, types)) {
            return;
        }
        for (number, argument) in call.args.iter().enumerate() {
            let kinds = self.kinds(argument);
            let is_accepted = |of: &Kind| {
                let mut types = types.to_vec();
                types[before + number] = Some(*of);
                forms.iter().any(|form| accepts(form, &types))
            };
            if let Some(first) = kinds.first().filter(|_| !kinds.iter().any(is_accepted)) {
                let mut types = types.to_vec();
                types[before + number] = Some(*first);
                return self.check_types(space, &call.name, &forms, &types, position);
            }
        }
    }

    fn qualified(&mut self, call: &FnCallExpr, root: &str, is_direct: bool, position: Position) {
        let (name, count) = (call.name.as_str(), call.args.len());
        let script = self.script;
        if let Some(alias) = self.scope.alias_mut(root) {
            alias.is_used = true;
            let target = alias.path.as_ref().and_then(|path| self.project.target(script, path));
            if let Some(target) = target.filter(|_| is_direct) {
                self.imported(target, root, name, count, call.namespace.position());
                if let Some(function) = target.find(name, count).filter(|function| !function.is_private) {
                    let span = self.qualified_span(call.namespace.position(), root, name);
                    self.check_this(function, span.clone());
                    self.own_call(target, function, &call.args, span);
                }
            }
        } else if self.natives().has_space(root) && is_direct {
            let types: Vec<_> = call.args.iter().map(|argument| self.certain(argument)).collect();
            match &*self.natives().taking(Some(root), name, count) {
                [] => self.unsuitable(Some(root), name, count, self.behind(&call.namespace, name, position)),
                forms => {
                    self.check_types(
                        Some(root),
                        name,
                        forms,
                        &types,
                        self.behind(&call.namespace, name, position),
                    );
                    self.check_options(Some(root), forms, &types, &call.args);
                    self.check_kinds(
                        Some(root),
                        call,
                        &types,
                        0,
                        self.behind(&call.namespace, name, position),
                    );
                    self.check_qualified_callbacks(root, call);
                    match root {
                        "aws" => self.check_aws(call),
                        "mock" => self.check_mock(call),
                        "regex" => self.check_regex(call),
                        "test" => self.check_invoke(call),
                        _ => {}
                    }
                }
            }
        } else if root != GLOBAL {
            self.unknown_module(root, call.namespace.position());
        }
    }

    /// Where the name after a namespace is.
    fn behind(&self, namespace: &Namespace, name: &str, position: Position) -> Position {
        let start = self.script.text.offset(namespace.position());
        let found = self.script.text.as_str()[start..].find(name).filter(|at| *at < 200);
        match found {
            Some(at) if position == namespace.position() => {
                let (line, column) = self.script.text.place(start + at);
                let number = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
                Position::new(number(line), number(column))
            }
            _ => position,
        }
    }

    /// A function of an imported script.
    fn imported(&mut self, target: &Script, alias: &str, name: &str, count: usize, position: Position) {
        let found = target.find(name, count);
        if found.is_some_and(|function| !function.is_private) || target.has_broken(name) {
            return;
        }
        let span = self.qualified_span(position, alias, name);
        let declared: Vec<_> =
            target.named(name).map(|function| format!("`{}`", function.signature())).collect();
        let (code, message, meant) = if let Some(function) = found {
            let message = format!("the function `{}` of {} is private", function.signature(), target.name);
            (Code::UnknownFunction, message, Some(Meant::hint("remove the word `private`".to_owned())))
        } else if declared.is_empty() {
            let names = target.functions.iter().filter(|function| !function.is_private);
            let meant = mistyped(name, names.map(|function| function.name.as_str()));
            let meant = meant.map(|meant| Meant::name(meant).within(alias));
            (Code::UnknownFunction, format!("the function `{name}` does not exist in {}", target.name), meant)
        } else {
            let arguments = if count == 1 { "argument" } else { "arguments" };
            let message = format!("`{alias}::{name}` cannot be called with {count} {arguments}");
            let help = format!("{} has {}", target.name, declared.join(", "));
            (Code::ArgumentCount, message, Some(Meant::hint(help)))
        };
        self.report_name(code, span, message, name, meant);
    }

    pub(crate) fn qualified_span(&self, position: Position, root: &str, name: &str) -> Range<usize> {
        let start = self.script.text.offset(position);
        let written = format!("{root}::{name}");
        let is_written = self.script.text.as_str()[start..].starts_with(&written);
        if is_written {
            start..start + written.len()
        } else {
            self.word(position)
        }
    }

    /// `x / y`, or `x /= y`.
    pub(crate) fn check_division(&mut self, operands: [&Expr; 2], position: Position) {
        let types = operands.map(|operand| self.certain(operand));
        let is_exact = match operands {
            [Expr::IntegerConstant(a, _), Expr::IntegerConstant(b, _)] => a.checked_rem(*b) == Some(0),
            _ => false,
        };
        if !is_exact && types == [Some(Kind::Int), Some(Kind::Int)] {
            let help = "to keep it, make one of them a float: `x.to_float() / y`".to_owned();
            let message = "the division of two integers drops the fraction".to_owned();
            let span = self.word(position);
            self.report(Code::IntegerDivision, span, message, Some(help));
        }
    }
}

/// Whether these are methods of Rhambda's own types, and the first argument is not certain to have one.
fn are_of_host(forms: &[&Entry], types: &[Type]) -> bool {
    let is_host = |of: &Kind| matches!(of, Kind::Host(_));
    let are_methods = forms.iter().all(|form| form.params.first().is_some_and(|it| is_host(&it.of.kind)));
    are_methods && !types.first().is_some_and(|of| of.as_ref().is_some_and(is_host))
}
