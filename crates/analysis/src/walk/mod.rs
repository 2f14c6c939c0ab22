//! The way through a script: every statement and expression, with what is in scope there.

mod arguments;
mod calls;
mod comparisons;
mod constants;
mod copies;
mod effects;
mod literals;
mod loops;
mod names;
mod operands;
mod operations;
mod responses;
mod results;
mod types;
mod unused;

use crate::code::Code;
use crate::ends::ends;
use crate::finding::Finding;
use crate::frame::Frame;
use crate::natives::{Meant, Natives, Type};
use crate::project::Project;
use crate::responses::Response;
use crate::scope::{Alias, Origin, Scope, Variable};
use crate::script::{Function, Script};
use rhai::{ASTFlags, BinaryExpr, Expr, FlowControl, FnCallExpr, Ident, Position, Stmt, StmtBlock, Token};
use rhai_vm::compile::{flatten, LinkKind};
use rhai_vm::Kind;
use rhambda::handler::HandlerSpec;
use std::collections::HashSet;
use std::ops::Range;

/// The name of the functions that Lambda's guides and the console give to handlers.
const HANDLER: &str = "handler";
/// Methods that call a closure to make a choice.
const CHOOSING: [&str; 10] =
    ["filter", "find", "some", "all", "any", "count", "partition", "retain", "drain", "index_of"];
/// Methods that collect what a closure returns.
const COLLECTING: [&str; 12] = [
    "map",
    "flat_map",
    "find_map",
    "reduce",
    "reduce_rev",
    "zip",
    "group_by",
    "min_by",
    "max_by",
    "unique_by",
    "sorted_by",
    "order_by",
];
/// The type of a handler's second parameter.
pub(crate) const CONTEXT: Kind = Kind::Host("Context");

/// Whether the value of a statement or an expression is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is dropped.
    Dropped,
    /// It is what the function returns, whether somebody wants that or not.
    Returned,
    /// It is used.
    Needed,
}

/// What was found on the way.
pub(crate) struct Walked {
    pub(crate) findings: Vec<Finding>,
    /// Names that are not defined, as far as the walk can tell.
    pub(crate) undefined: Vec<Finding>,
}

pub(crate) struct Walk<'a> {
    pub(crate) project: &'a Project,
    pub(crate) script: &'a Script,
    pub(crate) scope: Scope,
    pub(crate) frame: Frame,
    pub(crate) findings: Vec<Finding>,
    pub(crate) undefined: Vec<Finding>,
    /// The names of functions that are made values.
    pub(crate) values: HashSet<String>,
    /// Whether the value of the closure is used that comes next, if that is known.
    wanted: Option<Use>,
    /// The response of AWS with whose items the closure is called that comes next.
    item: Option<Response>,
}

pub(crate) fn walk(project: &Project, script: &Script) -> Walked {
    let frame = script.frame(&script.main);
    let mut walk = Walk {
        project,
        script,
        scope: Scope::default(),
        frame,
        findings: Vec::new(),
        undefined: Vec::new(),
        values: HashSet::new(),
        wanted: None,
        item: None,
    };
    for name in project.variables(script) {
        walk.declare(name, Origin::Given, (*name == "context").then_some(CONTEXT), 0..0);
    }
    walk.statements(&script.main, Use::Returned);
    for function in &script.functions {
        walk.function(function, 0, Use::Returned);
    }
    // Parts that cannot be parsed may use what the top level declares.
    if script.broken.is_empty() {
        walk.leave(0, 0);
    }
    walk.unused_functions();
    Walked { findings: walk.findings, undefined: walk.undefined }
}

impl<'a> Walk<'a> {
    /// The functions that the script has without writing them.
    pub(crate) fn natives(&self) -> &'a Natives {
        self.project.natives_of(self.script)
    }

    /// Notes a finding.
    pub(crate) fn report(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: String,
        help: Option<String>,
    ) -> &mut Finding {
        let finding = self.finding(code, span, message, help);
        self.findings.push_mut(finding)
    }

    /// Notes a finding about a wrong name, which its part of the text ends with.
    pub(crate) fn report_name(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: String,
        name: &str,
        meant: Option<Meant>,
    ) -> &mut Finding {
        let text = self.script.text.as_str();
        let (help, right) = meant.map(|meant| (meant.help, meant.name)).unzip();
        let finding = self.report(code, span, message, help);
        if let Some(right) = right.flatten() {
            finding.suggest(text, name, &right);
        }
        finding
    }

    pub(crate) fn finding(
        &self,
        code: Code,
        span: Range<usize>,
        message: String,
        help: Option<String>,
    ) -> Finding {
        let file = self.script.name.clone();
        Finding {
            code,
            severity: code.severity(),
            file,
            span,
            message,
            help,
            edits: Vec::new(),
            suggestion: None,
        }
    }

    pub(crate) fn word(&self, position: Position) -> Range<usize> {
        self.script.text.word_at(position)
    }

    /// A function of the script, or a closure, whose first parameters are variables around it.
    fn function(&mut self, function: &'a Function, captured: usize, used: Use) {
        let mut item = self.item.take();
        let first = std::mem::replace(&mut self.scope.first, self.scope.variables.len());
        let frame = std::mem::replace(&mut self.frame, self.script.frame(&function.body));
        let (variables, aliases) = (self.scope.variables.len(), self.scope.aliases.len());
        for (number, name) in function.params.iter().enumerate() {
            let is_captured = number < captured;
            if is_captured {
                // A variable around it that does not exist is missed where the closure uses it.
                let mut around = self.scope.variables[first..variables].iter().rev();
                let around = around.find(|around| around.name == *name);
                let known = around.map(|it| (it.of, it.literal.clone(), it.response.clone()));
                if let Some((of, literal, response)) = known {
                    self.declare(name, Origin::Given, of, 0..0);
                    if let Some(variable) = self.scope.variables.last_mut() {
                        (variable.literal, variable.response) = (literal, response);
                    }
                }
            } else {
                let of = (number == 1 && self.is_handler(function)).then_some(CONTEXT);
                self.declare(name, Origin::Given, of, 0..0);
                self.note_response(item.take());
            }
        }
        self.statements(&function.body, used);
        self.leave(variables, aliases);
        self.frame = frame;
        self.scope.first = first;
    }

    fn is_handler(&self, function: &Function) -> bool {
        match &self.project.settings.handler {
            Some(HandlerSpec::Function { file, function: name }) => {
                *file == self.script.name && *name == function.name
            }
            Some(_) => false,
            None => {
                let is_imported = self.project.importers(self.script).next().is_some();
                function.name == HANDLER && function.params[1] == "context" && !is_imported
            }
        }
    }

    pub(crate) fn declare(&mut self, name: &str, origin: Origin, of: Type, span: Range<usize>) {
        let of = of.filter(|_| !self.frame.may_change(name));
        let is_read = name.starts_with('_') || self.frame.is_opaque;
        let loops = self.frame.loops.len();
        self.scope.variables.push(Variable {
            name: name.to_owned(),
            origin,
            of,
            literal: None,
            response: None,
            span,
            loops,
            is_read,
            is_constant: false,
            is_type_name: false,
        });
    }

    /// Statements of one block.
    pub(crate) fn statements(&mut self, statements: &'a [Stmt], used: Use) {
        for (number, statement) in statements.iter().enumerate() {
            let is_last = number + 1 == statements.len();
            self.statement(statement, if is_last { used } else { Use::Dropped });
            if let Some(next) = statements.get(number + 1).filter(|_| ends(statement)) {
                if !matches!(next, Stmt::Noop(_)) && !next.position().is_none() {
                    let span = self.word(next.position());
                    let help = "remove it, or the statement before it".to_owned();
                    self.report(
                        Code::Unreachable,
                        span,
                        "this statement is never reached".to_owned(),
                        Some(help),
                    );
                }
                // What follows is as unreachable as this.
                return;
            }
        }
    }

    fn block(&mut self, block: &'a StmtBlock, used: Use) {
        let (variables, aliases) = (self.scope.variables.len(), self.scope.aliases.len());
        self.statements(block.statements(), used);
        self.leave(variables, aliases);
    }

    fn statement(&mut self, statement: &'a Stmt, used: Use) {
        match statement {
            Stmt::Expr(expression) => self.expression(expression, used),
            Stmt::FnCall(call, position) => self.call(call, *position, used),
            Stmt::Block(block) => self.block(block, used),
            Stmt::Var(definition, flags, _) => self.variable(&definition.0, &definition.1, *flags),
            Stmt::Assignment(assignment) => {
                self.expression(&assignment.1.rhs, Use::Needed);
                self.target(&assignment.1.lhs);
                self.check_quadratic(assignment);
                let (operator, BinaryExpr { lhs, rhs }) = &**assignment;
                let operation = operator.get_op_assignment_info();
                if operation.is_some_and(|(.., token, _)| *token == Token::Divide) {
                    self.check_division([lhs, rhs], operator.position());
                }
            }
            Stmt::If(flow, _) => {
                self.condition(&flow.expr);
                self.block(&flow.body, used);
                self.block(&flow.branch, used);
            }
            Stmt::Switch(switch, _) => {
                self.expression(&switch.0, Use::Needed);
                let values = switch.1.expressions.iter().map(|case| case.rhs.start_position());
                self.check_type_cases(&switch.0, values);
                for case in &switch.1.expressions {
                    self.condition(&case.lhs);
                    self.expression(&case.rhs, used);
                }
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                // The parser has `()` for the condition of `loop`.
                if !matches!(flow.expr, Expr::Unit(_)) {
                    self.condition(&flow.expr);
                }
                self.loop_body(&flow.body);
            }
            Stmt::For(parts, _) => self.for_loop(&parts.0, parts.1.as_ref(), &parts.2),
            Stmt::TryCatch(flow, _) => self.try_catch(flow, used),
            Stmt::BreakLoop(Some(expression), ..) | Stmt::Return(Some(expression), ..) => {
                self.expression(expression, Use::Needed);
            }
            Stmt::Import(import, _) => self.import(&import.0, &import.1),
            Stmt::Export(names, _) => self.share(&names.0),
            Stmt::Share(names) => names.iter().for_each(|(name, _)| self.share(name)),
            _ => {}
        }
    }

    fn variable(&mut self, name: &Ident, value: &'a Expr, flags: ASTFlags) {
        self.expression(value, Use::Needed);
        let of = self.certain(value);
        let span = self.word(name.pos);
        let (literal, response) = (self.literal(value), self.response(value));
        self.declare(&name.name, Origin::Declared, of, span);
        let is_type_name = self.is_type_name(value);
        let may_change = self.frame.may_change_parts(&name.name);
        if let Some(variable) = self.scope.variables.last_mut() {
            variable.is_constant = flags.contains(ASTFlags::CONSTANT);
            if !may_change {
                variable.literal = literal.of_variable();
                variable.is_type_name = is_type_name;
            }
        }
        self.note_response(response);
        if flags.contains(ASTFlags::EXPORTED) {
            self.read(&name.name);
        }
    }

    /// What is assigned to: a variable is only read where a part of it is assigned to.
    fn target(&mut self, target: &'a Expr) {
        match target {
            Expr::Variable(variable, _, position) if variable.2.is_empty() => {
                if self.scope.variable(&variable.1).is_none() {
                    self.undefined(&variable.1, *position);
                }
            }
            target => {
                self.expression(target, Use::Needed);
                self.check_constant_part(target);
            }
        }
    }

    fn loop_body(&mut self, body: &'a StmtBlock) {
        self.frame.enter_loop(body);
        self.block(body, Use::Dropped);
        self.frame.leave_loop();
    }

    fn for_loop(&mut self, name: &Ident, counter: Option<&Ident>, flow: &'a FlowControl) {
        self.expression(&flow.expr, Use::Needed);
        self.check_iterated(&flow.expr);
        let variables = self.scope.variables.len();
        let is_range = matches!(self.certain(&flow.expr), Some(Kind::Range | Kind::RangeInclusive));
        if let Some(counter) = counter {
            self.check_order([name, counter], &flow.expr);
            self.declare(&counter.name, Origin::Given, Some(Kind::Int), 0..0);
        }
        let item = self.items_of(&flow.expr);
        self.declare(&name.name, Origin::Given, is_range.then_some(Kind::Int), 0..0);
        self.note_response(item);
        self.loop_body(&flow.body);
        self.check_for_copy(name, &flow.body);
        self.leave(variables, self.scope.aliases.len());
    }

    fn try_catch(&mut self, flow: &'a FlowControl, used: Use) {
        self.block(&flow.body, used);
        let variables = self.scope.variables.len();
        if let Expr::Variable(variable, ..) = &flow.expr {
            self.declare(&variable.1, Origin::Given, None, 0..0);
        }
        self.block(&flow.branch, used);
        self.leave(variables, self.scope.aliases.len());
        if used != Use::Dropped {
            self.check_catch_value(flow);
        }
    }

    fn import(&mut self, path: &'a Expr, alias: &Ident) {
        self.expression(path, Use::Needed);
        let written = match path {
            Expr::StringConstant(text, _) => Some(text.to_string()),
            _ => None,
        };
        let span = self.word(alias.pos);
        let alias = Alias { name: alias.name.to_string(), path: written, span, is_used: false };
        self.scope.aliases.push(alias);
    }

    /// An expression, whose value may be used.
    pub(crate) fn expression(&mut self, expression: &'a Expr, used: Use) {
        match expression {
            Expr::Variable(variable, _, position) if variable.2.is_empty() => {
                self.use_variable(&variable.1, *position);
            }
            Expr::Variable(variable, _, position) => {
                self.qualified_variable(&variable.2, &variable.1, *position);
            }
            Expr::DynamicConstant(..) => self.closure(expression, 0),
            // `"${x}"` is meant to read the variable: that is one mistake, and not two.
            Expr::StringConstant(text, _) => {
                for part in text.split("${").skip(1) {
                    let name = part.split(|c: char| !c.is_alphanumeric() && c != '_').next();
                    self.read(name.unwrap_or_default());
                }
            }
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                parts.iter().for_each(|part| self.expression(part, Use::Needed));
            }
            Expr::Map(entries, _) => {
                entries.0.iter().for_each(|(_, value)| self.expression(value, Use::Needed));
            }
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                parts.iter().for_each(|part| self.condition(part));
            }
            Expr::Coalesce(parts, _) => {
                parts.iter().for_each(|part| self.expression(part, Use::Needed));
                self.check_index_default(parts);
            }
            Expr::Stmt(block) => self.block(block, used),
            Expr::FnCall(call, position) => self.call(call, *position, used),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expression, used),
            _ => {}
        }
    }

    fn chain(&mut self, expression: &'a Expr, used: Use) {
        let (root, links) = flatten(expression);
        let undefined = self.undefined.len();
        self.expression(root, Use::Needed);
        let is_defined = self.undefined.len() == undefined;
        self.check_response(root, &links);
        let mut of = self.certain(root);
        let last = links.len().saturating_sub(1);
        for (number, link) in links.iter().enumerate() {
            match link.kind {
                LinkKind::Property(name, position) => self.property(of, name, position),
                LinkKind::Index(index) => {
                    self.expression(index, Use::Needed);
                    self.check_index(of, index);
                }
                LinkKind::Method(call, position) => {
                    for argument in &call.args {
                        self.wanted = self.wants(call, argument);
                        self.item = self.item_for(call, argument, root, &links[..number]);
                        self.expression(argument, Use::Needed);
                        // It may be a function of the script.
                        self.item = None;
                    }
                    let of = of.filter(|_| !link.is_optional);
                    if is_defined {
                        self.method(of, call, position, if number == last { used } else { Use::Needed });
                    }
                }
            }
            of = self.step(of, link);
        }
        self.check_constant(root, &links);
        if used == Use::Dropped {
            self.check_method_result(expression);
        }
    }

    /// What must be a boolean.
    fn condition(&mut self, expression: &'a Expr) {
        self.expression(expression, Use::Needed);
        self.check_condition(expression);
    }

    /// Whether a method uses the value of a closure that is its argument.
    fn wants(&mut self, call: &FnCallExpr, argument: &Expr) -> Option<Use> {
        let closure = closure_in(argument)?;
        let (name, count) = (call.name.as_str(), call.args.len());
        let is_native = !self.is_own(name, count) && !self.project.has_typed(name, count);
        if !is_native || self.project.may_be_field(name) {
            return None;
        }
        if CHOOSING.contains(&name) {
            self.check_assignment(closure);
        }
        (CHOOSING.contains(&name) || COLLECTING.contains(&name)).then_some(Use::Needed)
    }

    /// The closure of this name, or that this expression is.
    pub(crate) fn written(&self, expression: &Expr) -> Option<&'a Function> {
        let Expr::DynamicConstant(value, _) = expression else { return None };
        let name = value.read_lock::<rhai::FnPtr>()?.fn_name().to_owned();
        self.script.closures.get(&name)
    }

    /// A closure that is written here.
    pub(crate) fn closure(&mut self, expression: &'a Expr, captured: usize) {
        let Expr::DynamicConstant(value, _) = expression else { return };
        let Some(name) = value.read_lock::<rhai::FnPtr>().map(|pointer| pointer.fn_name().to_owned()) else {
            return;
        };
        let script = self.script;
        let used = self.wanted.take().unwrap_or(Use::Returned);
        match script.closures.get(&name) {
            Some(closure) => self.function(closure, captured, used),
            None => drop(self.values.insert(name)),
        }
    }

    fn use_variable(&mut self, name: &str, position: Position) {
        if !self.read(name) {
            self.undefined(name, position);
        }
    }

    /// Notes that a variable may be read elsewhere.
    fn share(&mut self, name: &Ident) {
        self.read(&name.name);
    }

    /// Reads a variable, or makes a function a value. Whether there is such a thing.
    pub(crate) fn read(&mut self, name: &str) -> bool {
        if let Some(variable) = self.scope.variable_mut(name) {
            variable.is_read = true;
            return true;
        }
        let is_function = self.script.named(name).next().is_some() || self.script.has_broken(name);
        if is_function {
            self.values.insert(name.to_owned());
        }
        is_function
    }
}

/// The closure that an expression is. One that captures variables is a call of `curry`, in a block that shares these.
pub(crate) fn closure_in(expression: &Expr) -> Option<&Expr> {
    match expression {
        Expr::DynamicConstant(..) => Some(expression),
        Expr::FnCall(curry, _) if curry.name == "curry" => curry.args.first(),
        Expr::Stmt(block) => match block.statements().split_last()? {
            (Stmt::Expr(last), [Stmt::Share(_)]) => closure_in(last),
            (Stmt::FnCall(curry, _), [Stmt::Share(_)]) if curry.name == "curry" => curry.args.first(),
            _ => None,
        },
        _ => None,
    }
}
