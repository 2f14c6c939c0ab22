//! Calls of AWS's operations: whether the runtime would send them.

use super::Walk;
use crate::aws;
use crate::code::Code;
use crate::literals::{unknown, Known, Literal};
use crate::natives::{mistyped, Meant};
use ::aws::services::{self, Service};
use aws_api::{Operation, Problem, ProblemKind, Segment};
use rhai::{FnCallExpr, Position};
use rhai_vm::{Map, Value};
use rhambda::{reference, AwsValues};
use std::ops::Range;

impl Walk<'_> {
    /// A call of a function of `aws`.
    pub(crate) fn check_aws(&mut self, call: &FnCallExpr) {
        let arguments: Vec<_> = call.args.iter().map(|argument| self.literal(argument)).collect();
        match (call.name.as_str(), &*arguments) {
            ("all", [calls]) => calls.items().iter().for_each(|call| self.check_item(call)),
            ("sqs_send_all", [_, messages, ..]) => {
                let Some(entries) = entries(messages, &["Id", "MessageBody"]) else { return };
                let queue = unknown_at(messages.place);
                let parameters = vec![("QueueUrl", queue), ("Entries", entries)];
                self.check_made("sqs", "SendMessageBatch", messages.place, parameters);
            }
            ("events_put_all", [events, ..]) => {
                let Some(entries) = entries(events, &["Detail"]) else { return };
                self.check_made("events", "PutEvents", events.place, vec![("Entries", entries)]);
            }
            ("s3_delete_all", [_, objects, ..]) => {
                let Some(entries) = entries(objects, &[]) else { return };
                let place = objects.place;
                let delete = map_at(place, vec![("Objects", entries)]);
                let parameters = vec![("Bucket", unknown_at(place)), ("Delete", delete)];
                self.check_made("s3", "DeleteObjects", place, parameters);
            }
            ("converse", [_, turns, ..]) => {
                // A string becomes a list with a text.
                let Some(messages) = entries(turns, &["content"]) else { return };
                let parameters = vec![("modelId", unknown_at(turns.place)), ("messages", messages)];
                self.check_made("bedrock-runtime", "Converse", turns.place, parameters);
            }
            (function @ ("call" | "pages" | "items" | "wait"), arguments) => {
                self.check_call(function, arguments);
            }
            ("presign", [_, _, parameters, ..]) if matches!(parameters.value, Known::Map(_)) => {
                self.check_call("presign", &arguments);
            }
            ("presign" | "request", [service, ..]) => drop(self.service(service, services::find)),
            _ => {}
        }
    }

    /// An item of the array that `aws::all` gets.
    fn check_item(&mut self, call: &Literal) {
        let Known::Array(parts) = &call.value else { return };
        let is_known = parts.len() < 3 || parts.iter().all(|part| !part.is_unknown());
        match reference::aws_call_problem(&call.value()) {
            Some(message) if is_known => {
                return self.report_at(Code::AwsParameter, call.place, message, "", None);
            }
            _ => self.check_call("all", parts),
        }
        let form = self.natives().forms(Some("aws"), "all").first();
        let accepted = form.and_then(|form| self.natives().options(Some("aws"), form, "calls"));
        if let (Some(accepted), Some(options)) = (accepted, parts.get(3)) {
            self.check_map(Code::AwsParameter, &[accepted], options);
        }
    }

    /// An operation that a function of `aws` calls with parameters of which it sets some itself.
    fn check_made(
        &mut self,
        service: &str,
        operation: &str,
        place: Position,
        parameters: Vec<(&str, Literal)>,
    ) {
        let Ok((service, api)) = aws::open(service) else { return };
        let Ok(number) = ::aws::operations::find(service, &api, operation) else { return };
        let Some(operation) = api.operations.get(number) else { return };
        let parameters = map_at(place, parameters);
        Call { service, api: &api, operation, parameters: &parameters, may_be_plain: false }
            .check(self, &parameters.map());
    }

    /// A call of a function of `mock`, which does not know operations that do not exist.
    pub(crate) fn check_mock(&mut self, call: &FnCallExpr) {
        let ("aws" | "calls", [service, operation, ..]) = (call.name.as_str(), &*call.args) else { return };
        let (service, operation) = (self.literal(service), self.literal(operation));
        if let Some(found) = self.service(&service, services::find) {
            let name = operation.text().filter(|name| aws::is_operation(name));
            if let (Some(name), Some(api)) = (name, aws::service(found.name())) {
                self.known_operation(found, &api, name, operation.place);
            }
        }
    }

    /// What is found of the service of this name, which is reported if there is an error.
    fn service<T>(&mut self, service: &Literal, find: impl FnOnce(&str) -> ::aws::Result<T>) -> Option<T> {
        let name = service.text()?;
        let error = match find(name) {
            Ok(found) => return Some(found),
            Err(error) => error,
        };
        let meant = mistyped(name, services::all().map(Service::name).filter(|known| *known != name));
        self.unknown_operation(service.place, &error, name, meant.map(Meant::name));
        None
    }

    /// The operation of this name, which is reported if it does not exist.
    fn known_operation<'s>(
        &mut self,
        service: Service,
        api: &'s aws_api::Service,
        name: &str,
        place: Position,
    ) -> Option<&'s Operation> {
        let error = match ::aws::operations::find(service, api, name) {
            Ok(number) => return api.operations.get(number),
            Err(error) => error,
        };
        self.unknown_operation(place, &error, name, aws::meant(service, api, name));
        None
    }

    /// Reports what the runtime says of a service, an operation or a waiter.
    fn unknown_operation(&mut self, place: Position, error: &::aws::Error, name: &str, meant: Option<Meant>) {
        let message = message(error);
        let (message, similar) =
            message.rsplit_once("; ").or_else(|| message.split_once(": ")).unwrap_or((&message, ""));
        let meant = meant.or_else(|| (!similar.is_empty()).then(|| Meant::hint(similar.to_owned())));
        self.report_at(Code::UnknownOperation, place, message.to_owned(), name, meant);
    }

    /// A function that calls an operation, with its arguments: service, operation or waiter, parameters, and options.
    fn check_call(&mut self, function: &str, arguments: &[Literal]) {
        let [service, name, parameters, options @ ..] = arguments else { return };
        let options = options.first();
        let (Some((service, api)), Some(written)) = (self.service(service, aws::open), name.text()) else {
            return;
        };
        let mut called = written.to_owned();
        if function == "wait" {
            match ::aws::waiters::find(service.name(), &api, written) {
                Ok((_, waiter)) => called = waiter.operation.to_string(),
                Err(error) => {
                    let meant = mistyped(written, api.waiters.keys().map(rhai_vm::Str::as_str));
                    return self.unknown_operation(name.place, &error, written, meant.map(Meant::name));
                }
            }
        }
        let Some(operation) = self.known_operation(service, &api, &called, name.place) else { return };
        let mut given = parameters.map();
        if matches!(function, "pages" | "items") {
            match ::aws::pages::paginator(&api, &called) {
                Ok(paginator) => {
                    let is_sized = options.is_some_and(|options| options.may_have("page_size"));
                    if is_sized && !paginator.limit_key.is_empty() {
                        given.insert(paginator.limit_key.clone(), unknown());
                    }
                }
                Err(error) => return self.unknown_operation(name.place, &error, written, None),
            }
        }
        if matches!(parameters.value, Known::Map(_)) {
            let may_be_plain = options.is_some_and(|options| options.may_have("plain"));
            Call { service, api: &api, operation, parameters, may_be_plain }.check(self, &given);
        }
    }

    /// Reports a message that begins with the name of an entry at its value, or else at the map.
    fn report_named(&mut self, of: &Literal, message: String, quote: &str) {
        let Known::Map(entries) = &of.value else { return };
        let is_named = |name: &str| {
            message
                .strip_prefix(quote)
                .and_then(|rest| rest.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with(|c: char| !c.is_alphanumeric() && c != '_'))
        };
        let named = entries.iter().find(|(name, ..)| is_named(name));
        let place = named.map_or(of.place, |(.., value)| value.place);
        self.report_at(Code::AwsParameter, place, message, "", None);
    }

    /// Reports once, however often a map is used.
    pub(crate) fn report_at(
        &mut self,
        code: Code,
        place: Position,
        message: String,
        name: &str,
        meant: Option<Meant>,
    ) {
        let span = self.written_at(place);
        let is_known = self.findings.iter().any(|finding| finding.span == span && finding.message == message);
        if !is_known {
            self.report_name(code, span, message, name, meant);
        }
    }

    /// The bytes of a name, a string, or the beginning of another value.
    pub(crate) fn written_at(&self, place: Position) -> Range<usize> {
        let start = self.script.text.offset(place);
        let text = &self.script.text.as_str()[start..];
        if text.starts_with("#{") {
            return start..start + 2;
        }
        let end = text.strip_prefix('"').and_then(|rest| rest.find(['"', '\\', '\n']));
        match end {
            Some(end) if text[1 + end..].starts_with('"') => start..start + end + 2,
            _ => self.word(place),
        }
    }
}

/// The entries of an array that is written out, with values for these members, which the runtime sets itself or turns
/// into others.
fn entries(list: &Literal, set: &[&str]) -> Option<Literal> {
    let Known::Array(items) = &list.value else { return None };
    let entry = |item: &Literal| match &item.value {
        Known::Map(members) => {
            let others = members.iter().filter(|(name, ..)| !set.contains(&name.as_str()));
            let is_set = |name: &&&str| **name == "Id" || item.entry(name).is_some();
            let set = set.iter().filter(is_set);
            let set = set.map(|name| ((*name).to_owned(), item.place, unknown_at(item.place)));
            Literal { place: item.place, value: Known::Map(others.cloned().chain(set).collect()) }
        }
        _ => unknown_at(item.place),
    };
    Some(Literal { place: list.place, value: Known::Array(items.iter().map(entry).collect()) })
}

/// A map that the runtime makes of what is written there.
fn map_at(place: Position, members: Vec<(&str, Literal)>) -> Literal {
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), place, value));
    Literal { place, value: Known::Map(members.collect()) }
}

fn unknown_at(place: Position) -> Literal {
    Literal { place, value: Known::Of(None) }
}

/// A call of an operation whose parameters are a map that is written out.
struct Call<'a> {
    service: Service,
    api: &'a aws_api::Service,
    operation: &'a Operation,
    parameters: &'a Literal,
    /// Whether plain values may stand for attribute values.
    may_be_plain: bool,
}

impl Call<'_> {
    /// Reports what is wrong with the parameters. The map has further ones that come from options.
    fn check(&self, walk: &mut Walk<'_>, given: &Map) {
        let is_whole = self.parameters.is_whole();
        let in_plain = || self.problems(&self.with_plain(given));
        let problems = match if self.may_be_plain { in_plain() } else { self.problems(given) } {
            Ok(problems) => problems,
            Err(error) if is_whole => return walk.report_named(self.parameters, message(&error), ""),
            Err(_) => return,
        };
        if problems.is_empty() && is_whole && !self.may_be_plain {
            let host = AwsValues::default();
            if let Err(error) = ::aws::check(self.service, self.api, self.operation, given, &host) {
                walk.report_named(self.parameters, message(&error), "");
            }
        }
        // What is right among plain values is wrong in an attribute value.
        let others = if problems.is_empty() { Vec::new() } else { in_plain().unwrap_or_default() };
        for problem in problems {
            let Some(place) = self.place(&problem) else { continue };
            let is_attribute = problem.message.contains(" must be a map, ") && !others.contains(&problem);
            let help = problem.hint.unwrap_or_else(|| {
                if is_attribute {
                    return "write an attribute value such as `#{ S: \"text\" }`, or pass the option `plain: true`"
                        .to_owned();
                }
                format!("`rhambda aws {} {}` shows the operation", self.service.name(), self.operation.name)
            });
            let name = match problem.path.last() {
                Some(Segment::Key(name)) => name,
                _ => "",
            };
            let right = help.strip_prefix("did you mean ").and_then(|right| right.strip_suffix('?'));
            let right = right.map(str::to_owned);
            walk.report_at(
                Code::AwsParameter,
                place,
                problem.message,
                name,
                Some(Meant { help, name: right }),
            );
        }
    }

    fn problems(&self, parameters: &Map) -> ::aws::Result<Vec<Problem>> {
        ::aws::problems(self.service, self.api, self.operation, parameters, &AwsValues::default())
    }

    /// The parameters with an attribute value wherever one may be a plain value.
    fn with_plain(&self, parameters: &Map) -> Map {
        let any = |_: &Value| Ok(Map::from_entries(vec![("NULL".into(), true.into())]).into());
        self.api.convert_parameters(self.operation, parameters, any).unwrap_or_default()
    }

    /// Where a problem is written; `None` if a value that is only known at run time may solve it.
    fn place(&self, problem: &Problem) -> Option<Position> {
        match (problem.kind, problem.path.split_last()) {
            (ProblemKind::Unknown, Some((Segment::Key(name), within))) => {
                self.parameters.at(within)?.entry(name).map(|(place, _)| place)
            }
            (ProblemKind::Missing, _) => {
                let map = self.parameters.at(&problem.path)?;
                let is_certain = matches!(map.value, Known::Map(_)) && !self.is_changed(problem);
                is_certain.then_some(map.place)
            }
            _ => {
                let value = self.parameters.at(&problem.path)?;
                (!value.is_unknown() && !self.is_changed(problem)).then_some(value.place)
            }
        }
    }

    /// Whether the runtime may change what is wrong before it checks it, by values that are not known.
    fn is_changed(&self, problem: &Problem) -> bool {
        let is_open = |name| self.parameters.entry(name).is_some_and(|(_, value)| !value.is_whole());
        match (self.service.name(), &*problem.path) {
            // The account comes from an ARN.
            ("s3control", []) => is_open("Bucket") || is_open("Name"),
            ("s3", [Segment::Key(name)]) => name == "CopySource" && is_open(name),
            _ => false,
        }
    }
}

fn message(error: &::aws::Error) -> String {
    error.failure().map_or_else(|| error.to_string(), |failure| failure.message.clone())
}
