//! The way through a script: every statement and expression, with what is in scope there.

mod arguments;
mod callbacks;
mod calls;
mod comparisons;
mod constants;
mod copies;
mod effects;
mod fields;
mod kinds;
mod literals;
mod logic;
mod loops;
mod names;
mod operands;
mod operations;
mod own;
mod pure;
mod responses;
mod results;
mod switches;
mod testing;
mod types;
mod unused;

use crate::code::Code;
use crate::ends::ends;
use crate::finding::Finding;
use crate::frame::Frame;
use crate::natives::{Meant, Natives, Type};
use crate::project::{Project, HANDLER};
use crate::responses::Response;
use crate::returned::Returned;
use crate::scope::{Alias, Origin, Scope, Shape, Variable};
use crate::script::{Function, Script};
use rhai::{ASTFlags, BinaryExpr, Expr, FlowControl, FnCallExpr, Ident, Position, Stmt, StmtBlock, Token};
use rhai_vm::compile::{flatten, LinkKind};
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::Kind;
use rhambda::handler::HandlerSpec;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

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
/// The type of its third parameter.
const STREAM: Kind = Kind::Host("Stream");

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
    /// The fields of what that closure is called with.
    shape: Option<Shape>,
    /// The name of the function that runs, and the number of its parameters.
    running: Option<(&'a str, usize)>,
    /// What the function returns, for each way to its end.
    results: Vec<Returned>,
    /// The types with which the script's own functions are called, by name and number of arguments.
    passed: HashMap<(String, usize), Vec<Type>>,
    /// The types with which the function is called everywhere.
    given: Vec<Type>,
    /// The types of the function's arguments, if it is tried with them.
    assumed: Option<Vec<Type>>,
    /// How many reasons there are that this place is not reached whenever the function is called.
    doubt: usize,
    /// How many `try` blocks are around, and closures in tests, whose errors may be wanted.
    caught: usize,
    /// The findings at places without doubt.
    sure: Vec<usize>,
}

pub(crate) fn walk(project: &Project, script: &Script) -> Walked {
    let mut walk = Walk::new(project, script);
    walk.frame = script.frame(&script.main);
    for name in project.variables(script) {
        walk.declare(name, Origin::Given, (*name == "context").then_some(CONTEXT), 0..0);
    }
    walk.statements(&script.main, Use::Returned);
    for function in &script.functions {
        walk.check_test(function);
        walk.function(function, 0, Use::Returned);
    }
    walk.functions_with_known_parameters();
    // Parts that cannot be parsed may use what the top level declares.
    if script.broken.is_empty() {
        walk.leave(0, 0);
    }
    walk.unused_functions();
    Walked { findings: walk.findings, undefined: walk.undefined }
}

impl<'a> Walk<'a> {
    fn new(project: &'a Project, script: &'a Script) -> Self {
        Self {
            project,
            script,
            scope: Scope::default(),
            frame: Frame::default(),
            findings: Vec::new(),
            undefined: Vec::new(),
            values: HashSet::new(),
            wanted: None,
            item: None,
            shape: None,
            running: None,
            results: Vec::new(),
            passed: HashMap::new(),
            given: Vec::new(),
            assumed: None,
            doubt: 0,
            caught: 0,
            sure: Vec::new(),
        }
    }

    /// The same for a function by itself, which sees the imports of the top level.
    fn within(project: &'a Project, script: &'a Script) -> Self {
        let mut walk = Self::new(project, script);
        for statement in &script.main {
            if let Stmt::Import(import, _) = statement {
                walk.import(&import.0, &import.1);
            }
        }
        walk.findings.clear();
        walk.sure.clear();
        walk
    }

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
        if self.doubt == 0 {
            self.sure.push(self.findings.len());
        }
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
    /// Returns the type of what it returns, if that is certain.
    fn function(&mut self, function: &'a Function, captured: usize, used: Use) -> Returned {
        let is_closure = function.name.starts_with(CLOSURE_PREFIX);
        let running = if is_closure { None } else { Some((function.name.as_str(), function.params.len())) };
        let running = std::mem::replace(&mut self.running, running);
        let results = std::mem::take(&mut self.results);
        // Who knows when a closure is called.
        self.doubt += usize::from(is_closure);
        let may_be_wanted = is_closure && self.project.settings.is_test(&self.script.name);
        self.caught += usize::from(may_be_wanted);
        let (mut item, mut shape) = (self.item.take(), self.shape.take());
        let first = std::mem::replace(&mut self.scope.first, self.scope.variables.len());
        let frame = std::mem::replace(&mut self.frame, self.script.frame(&function.body));
        let (variables, aliases) = (self.scope.variables.len(), self.scope.aliases.len());
        for (number, name) in function.params.iter().enumerate() {
            let is_captured = number < captured;
            if is_captured {
                // A variable around it that does not exist is missed where the closure uses it.
                let mut around = self.scope.variables[first..variables].iter().rev();
                if let Some(around) = around.find(|around| around.name == *name).cloned() {
                    self.declare(name, Origin::Given, around.of, 0..0);
                    if let Some(variable) = self.scope.variables.last_mut() {
                        let Variable { literal, response, closure, kinds, shape, fields, .. } = around;
                        (variable.literal, variable.response, variable.closure) =
                            (literal, response, closure);
                        (variable.kinds, variable.shape, variable.fields) = (kinds, shape, fields);
                    }
                }
            } else {
                let of = self.parameter(function, number);
                self.declare(name, Origin::Given, of, 0..0);
                self.note_response(item.take());
                self.note_kinds(Vec::new(), shape.take());
            }
        }
        if let Some(this) = function.this_at.filter(|_| self.is_handler(function)) {
            let message = "Lambda calls the handler, and `this` is not bound".to_owned();
            let span = self.word(this);
            self.report(Code::UnknownVariable, span, message, Some("use the parameters".to_owned()));
        }
        self.statements(&function.body, used);
        self.leave(variables, aliases);
        self.frame = frame;
        self.scope.first = first;
        self.running = running;
        self.doubt -= usize::from(is_closure);
        self.caught -= usize::from(may_be_wanted);
        Returned::any_of(&std::mem::replace(&mut self.results, results))
    }

    /// The type of a parameter, if it is certain.
    fn parameter(&self, function: &Function, number: usize) -> Type {
        let is_tried = self.scope.first == 0 || !function.name.starts_with(CLOSURE_PREFIX);
        let types = self.assumed.as_ref().unwrap_or(&self.given);
        let known = types.get(number).copied().flatten().filter(|_| is_tried);
        known.or_else(|| match number {
            1 if self.is_handler(function) => Some(CONTEXT),
            2 if self.is_handler(function) => Some(STREAM),
            _ => None,
        })
    }

    fn is_handler(&self, function: &Function) -> bool {
        match &self.project.settings.handler {
            Some(HandlerSpec::Function { file, function: name }) => {
                *file == self.script.name && *name == function.name
            }
            Some(_) => false,
            None => {
                let is_imported = self.project.importers(self.script).next().is_some();
                let has_context = function.params.get(1).is_none_or(|second| second == "context");
                let is_event = function.params.first().is_some_and(|first| first == "event");
                let is_called =
                    self.project.calls(&function.name) || self.project.may_be_field(&function.name);
                let is_called_by_lambda = is_event && has_context && !is_called;
                (function.name == HANDLER && has_context || is_called_by_lambda) && !is_imported
            }
        }
    }

    pub(crate) fn declare(&mut self, name: &str, origin: Origin, of: Type, span: Range<usize>) {
        let of = of.filter(|of| !self.frame.may_change_from(name, *of));
        let is_read = name.starts_with('_') || self.frame.is_opaque;
        let loops = self.frame.loops.len();
        self.scope.variables.push(Variable {
            name: name.to_owned(),
            origin,
            of,
            literal: None,
            response: None,
            closure: None,
            kinds: Vec::new(),
            shape: None,
            fields: None,
            span,
            loops,
            is_read,
            is_constant: false,
            is_type_name: false,
        });
    }

    /// Statements of one block.
    pub(crate) fn statements(&mut self, statements: &'a [Stmt], used: Use) {
        let doubt = self.doubt;
        self.walk_statements(statements, used);
        self.doubt = doubt;
    }

    fn walk_statements(&mut self, statements: &'a [Stmt], used: Use) {
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
            if is_last && used == Use::Returned && !ends(statement) {
                self.note_result(Some(statement));
            }
            self.doubt += usize::from(self.may_leave(statement));
        }
        if statements.is_empty() && used == Use::Returned {
            self.note_result(None);
        }
    }

    /// What is not reached whenever the function is called.
    fn in_doubt(&mut self, walk: impl FnOnce(&mut Self)) {
        self.doubt += 1;
        walk(self);
        self.doubt -= 1;
    }

    fn block(&mut self, block: &'a StmtBlock, used: Use) {
        let (variables, aliases) = (self.scope.variables.len(), self.scope.aliases.len());
        self.statements(block.statements(), used);
        self.leave(variables, aliases);
    }

    fn statement(&mut self, statement: &'a Stmt, used: Use) {
        match statement {
            Stmt::Expr(expression) => {
                self.expression(expression, used);
                if used == Use::Dropped {
                    self.check_dropped(expression);
                }
            }
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
                if matches!(flow.expr, Expr::BoolConstant(false, _)) || !flow.branch.is_empty() {
                    self.check_written_condition(&flow.expr, false);
                }
                self.in_doubt(|walk| {
                    walk.block(&flow.body, used);
                    walk.block(&flow.branch, used);
                });
            }
            Stmt::Switch(switch, _) => {
                self.expression(&switch.0, Use::Needed);
                let values = switch.1.expressions.iter().map(|case| case.rhs.start_position());
                self.check_type_cases(&switch.0, values);
                self.check_cases(&switch.1);
                self.check_case_types(&switch.0, &switch.1);
                self.in_doubt(|walk| {
                    for case in &switch.1.expressions {
                        walk.condition(&case.lhs);
                        walk.expression(&case.rhs, used);
                        // Blocks note theirs.
                        if used == Use::Returned && !matches!(case.rhs, Expr::Stmt(_)) {
                            let result = walk.returned_as(&case.rhs);
                            walk.results.push(result);
                        }
                    }
                });
            }
            Stmt::While(flow, _) => {
                // The parser has `()` for the condition of `loop`.
                if !matches!(flow.expr, Expr::Unit(_)) {
                    self.condition(&flow.expr);
                    self.check_written_condition(&flow.expr, true);
                }
                self.loop_body(&flow.body);
            }
            Stmt::Do(flow, ..) => {
                self.condition(&flow.expr);
                self.loop_body(&flow.body);
            }
            Stmt::For(parts, _) => self.for_loop(&parts.0, parts.1.as_ref(), &parts.2),
            Stmt::TryCatch(flow, _) => self.try_catch(flow, used),
            Stmt::BreakLoop(Some(expression), ..) => self.expression(expression, Use::Needed),
            Stmt::Return(Some(expression), flags, _) => {
                self.expression(expression, Use::Needed);
                if !own::is_throw(*flags) {
                    self.results.push(self.returned_as(expression));
                }
            }
            Stmt::Return(None, flags, _) if !own::is_throw(*flags) => self.results.push(Kind::Unit.into()),
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
        let (kinds, shape, fields) = (self.kinds(value), self.shape(value), self.fields(value));
        self.declare(&name.name, Origin::Declared, of, span);
        let is_type_name = self.is_type_name(value);
        let may_change = self.frame.may_change_parts(&name.name);
        if let Some(variable) = self.scope.variables.last_mut() {
            variable.is_constant = flags.contains(ASTFlags::CONSTANT);
            if !may_change {
                variable.literal = literal.of_variable();
                variable.is_type_name = is_type_name;
                variable.fields = fields;
            }
        }
        self.note_response(response);
        self.note_closure(value);
        self.note_kinds(kinds, shape);
        if flags.contains(ASTFlags::EXPORTED) {
            self.read(&name.name);
        }
    }

    /// Notes that the last variable always is this closure, unless another value is assigned to it.
    fn note_closure(&mut self, value: &Expr) {
        let closure = own::closure_name(value);
        if let Some(variable) = self.scope.variables.last_mut() {
            variable.closure = closure.filter(|_| !self.frame.may_be_assigned(&variable.name));
        }
    }

    /// Notes that the last variable always has one of these types and these fields, unless it may change.
    fn note_kinds(&mut self, kinds: Vec<Kind>, shape: Option<Shape>) {
        let Some(variable) = self.scope.variables.last_mut() else { return };
        if !self.frame.may_change(&variable.name) {
            variable.kinds = kinds;
        }
        if !self.frame.may_change_parts(&variable.name) {
            variable.shape = shape;
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
        self.in_doubt(|walk| walk.block(body, Use::Dropped));
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
        let shape = self.shape(&flow.expr).and_then(Shape::item);
        self.declare(&name.name, Origin::Given, is_range.then_some(Kind::Int), 0..0);
        self.note_response(item);
        self.note_kinds(Vec::new(), shape);
        self.loop_body(&flow.body);
        self.check_for_copy(name, &flow.body);
        self.leave(variables, self.scope.aliases.len());
    }

    fn try_catch(&mut self, flow: &'a FlowControl, used: Use) {
        self.caught += 1;
        self.in_doubt(|walk| walk.block(&flow.body, used));
        self.caught -= 1;
        let variables = self.scope.variables.len();
        // The value of this block is dropped.
        if used == Use::Returned && !flow.branch.statements().iter().any(ends) {
            self.results.push(Kind::Unit.into());
        }
        if let Expr::Variable(variable, ..) = &flow.expr {
            self.declare(&variable.1, Origin::Given, None, 0..0);
        }
        let results = self.results.len();
        self.in_doubt(|walk| walk.block(&flow.branch, used));
        if used == Use::Returned && !flow.branch.statements().iter().any(ends) {
            self.results.truncate(results);
        }
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
        let target = written.as_ref().and_then(|path| self.project.target(self.script, path));
        if alias.name.is_empty()
            && target.is_some_and(|target| self.declares_only(target, unused::MAX_IMPORTS))
        {
            let message = "this import has no name, so nothing of the script can be used".to_owned();
            let span = self.written_at(path.start_position());
            self.report(Code::UnusedImport, span, message, Some("write `import \"…\" as name;`".to_owned()));
        }
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
                self.check_alternatives(parts, matches!(expression, Expr::Or(..)));
                self.condition(&parts[0]);
                self.in_doubt(|walk| parts[1..].iter().for_each(|part| walk.condition(part)));
            }
            Expr::Coalesce(parts, _) => {
                self.expression(&parts[0], Use::Needed);
                self.in_doubt(|walk| parts[1..].iter().for_each(|part| walk.expression(part, Use::Needed)));
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
        self.check_fields(root, &links);
        self.check_closure_call(root, &links);
        let mut of = self.certain(root);
        let last = links.len().saturating_sub(1);
        let doubt = self.doubt;
        for (number, link) in links.iter().enumerate() {
            self.doubt += usize::from(link.is_optional);
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
                        self.shape = self.shape_of_item(call, argument, root, number == 0);
                        self.expression(argument, Use::Needed);
                        // It may be a function of the script.
                        (self.item, self.shape) = (None, None);
                    }
                    let of = of.filter(|_| !link.is_optional);
                    if is_defined {
                        self.method(of, call, position, if number == last { used } else { Use::Needed });
                    }
                }
            }
            of = self.step(of, link);
        }
        self.doubt = doubt;
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
        let is_native = !self.may_be_own_method(name, count);
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
            Some(closure) => drop(self.function(closure, captured, used)),
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
