//! Arguments that are written out, with a value that the function does not accept.

use super::Walk;
use crate::code::Code;
use crate::literals::{Known, Literal};
use crate::natives::{accepts, mistyped, Meant, Type};
use rhai::{Expr, FnCallExpr, Position};
use rhai_vm::module::{Entry, OptionsProblem};
use rhai_vm::{Kind, Map};
use rhambda::reference::{self, Options, MAIL_ATTACHMENT};

/// The field of a message with its attachments.
const ATTACHMENTS: &str = "attachments";

impl Walk<'_> {
    /// The pattern of a function of `regex`.
    pub(crate) fn check_regex(&mut self, call: &FnCallExpr) {
        let Some(pattern) = call.args.first().map(|pattern| self.literal(pattern)) else { return };
        if let Some(problem) = pattern.text().and_then(reference::regex_problem) {
            let span = self.written_at(pattern.place);
            self.report(Code::ArgumentValue, span, problem, None);
        }
    }

    /// The options among the arguments of a function that has these forms, in a namespace or as a method. `types` begins
    /// with the type of the value that has the method.
    pub(crate) fn check_options(
        &mut self,
        space: Option<&str>,
        forms: &[&Entry],
        types: &[Type],
        arguments: &[Expr],
    ) {
        let forms: Vec<_> = forms.iter().filter(|form| accepts(form, types)).collect();
        let first = types.len() - arguments.len();
        for (number, argument) in arguments.iter().enumerate() {
            let accepted = forms.iter().map(|form| {
                let parameter = form.params.get(first + number)?;
                let is_possible = matches!(parameter.of.kind, Kind::Map | Kind::Array);
                is_possible.then(|| self.natives().options(space, form, parameter.name))?
            });
            let Some(accepted) = accepted.collect::<Option<Vec<_>>>() else { continue };
            let code = if space == Some("aws") { Code::AwsParameter } else { Code::ArgumentValue };
            let argument = self.literal(argument);
            match &argument.value {
                Known::Array(items) => items.iter().for_each(|item| self.check_map(code, &accepted, item)),
                _ => self.check_map(code, &accepted, &argument),
            }
            if accepted.iter().all(|options| options.names().contains(&ATTACHMENTS)) {
                self.check_attachments(&argument);
            }
        }
    }

    /// Options that are wrong for all forms of a function.
    pub(crate) fn check_map(&mut self, code: Code, accepted: &[Options], options: &Literal) {
        let Known::Map(entries) = &options.value else { return };
        let problem = |options: &Map| {
            let mut problems = accepted.iter().map(|accepted| accepted.problem(options.clone()));
            let first = problems.next()??;
            problems.all(|problem| problem.is_some()).then_some(first)
        };
        let mut is_right = true;
        // Each by itself, as others may only be known when the script runs.
        for (name, place, value) in entries.iter().filter(|(.., value)| !value.is_unit()) {
            let alone = Map::from_entries(vec![(name.as_str().into(), value.value())]);
            let Some(problem) = problem(&alone) else { continue };
            if problem.option.as_ref() == Some(name) && (problem.is_name || value.is_whole()) {
                is_right = false;
                self.report_option(
                    code,
                    if problem.is_name { *place } else { value.place },
                    problem,
                    accepted,
                );
            }
        }
        if let Some(problem) = (is_right && options.is_whole()).then(|| problem(&options.map())).flatten() {
            let entry = problem.option.as_ref().and_then(|name| options.entry(name));
            let at = |(name, value): (Position, &Literal)| if problem.is_name { name } else { value.place };
            let place = entry.map_or(options.place, at);
            self.report_option(code, place, problem, accepted);
        }
    }

    /// The fields of the attachments of a message, of which only some values are written out: otherwise the message's own check
    /// looks at them.
    fn check_attachments(&mut self, message: &Literal) {
        let attachments = message.entry(ATTACHMENTS).map(|(_, attachments)| attachments);
        let Some(attachments) = attachments.filter(|attachments| !attachments.is_whole()) else { return };
        for attachment in attachments.items() {
            let Known::Map(fields) = &attachment.value else { continue };
            for (name, place, _) in fields.iter().filter(|(name, ..)| !MAIL_ATTACHMENT.contains(&&**name)) {
                let message = format!("an attachment of mail::encode has no field `{name}`");
                let all = || Meant::hint(format!("the fields are {}", MAIL_ATTACHMENT.join(", ")));
                let meant = mistyped(name, MAIL_ATTACHMENT.iter().copied()).map_or_else(all, Meant::name);
                self.report_at(Code::ArgumentValue, *place, message, name, Some(meant));
            }
        }
    }

    fn report_option(&mut self, code: Code, place: Position, problem: OptionsProblem, accepted: &[Options]) {
        let name = problem.option.unwrap_or_default();
        match problem.message.split_once("; the ").filter(|_| problem.is_name) {
            Some((message, names)) => {
                let known = accepted.iter().flat_map(|options| options.names());
                let all = || Meant::hint(format!("the {names}"));
                let meant = mistyped(&name, known).map_or_else(all, Meant::name);
                self.report_at(code, place, message.to_owned(), &name, Some(meant));
            }
            None => self.report_at(code, place, problem.message, "", None),
        }
    }
}
