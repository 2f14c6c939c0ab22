//! What scripts can call, as data: for the guide, editors and tools. `bootstrap` has none of it.

use crate::modules::accepted;
use crate::time::{Duration, Time};
use crate::{context, modules};
use rhai_vm::builtins;
use rhai_vm::module::{Chapter, Entry, EntryParam, OptionsParam, OptionsProblem};
use rhai_vm::vm::Library;
use rhai_vm::{Map, Value};
use serde_json::{json, Value as Json};
use std::fmt::Write as _;

/// The chapters on the language's own functions.
pub fn language() -> &'static [&'static Chapter] {
    builtins::CHAPTERS
}

/// The chapters on Rhambda's modules.
pub fn modules() -> &'static [&'static Chapter] {
    modules::REFERENCE
}

/// The functions of Rhambda's modules, as the machine needs them.
pub fn library() -> Library {
    modules::LIBRARY
}

/// The properties of all requests of a router. Scripts may add others.
pub const REQUEST_PROPERTIES: &[&str] = &modules::REQUEST_PROPERTIES;

/// The fields of an attachment of an e-mail message.
pub const MAIL_ATTACHMENT: &[&str] = modules::MAIL_ATTACHMENT;

/// The properties that all values of this type have, if its values have the same ones.
pub fn properties(type_name: &str) -> Option<&'static [&'static str]> {
    match type_name {
        context::TYPE_NAME => Some(&context::NAMES),
        modules::RESPONSE => Some(&modules::RESPONSE_PROPERTIES),
        Time::TYPE_NAME => Some(&Time::PROPERTIES),
        Duration::TYPE_NAME => Some(&Duration::PROPERTIES),
        _ => None,
    }
}

/// The options that a parameter of a function accepts: a map of these, or an array of such maps.
#[derive(Clone, Copy)]
pub struct Options(&'static OptionsParam);

impl Options {
    /// Those of a function's parameter; `None` if it is for something else. `form` is the function as it is called, in
    /// this namespace or as a method, in Rhambda's modules or in these chapters, which a tool has added.
    pub fn of(more: &[&'static Chapter], space: Option<&str>, form: &Entry, parameter: &str) -> Option<Self> {
        let qualified = match (space, form.params.first().filter(|first| is_self(first))) {
            (Some(space), _) => format!("{space}::{}", form.name),
            (None, Some(receiver)) => format!("{}.{}", receiver.of.name(), form.name),
            (None, None) => form.name.to_owned(),
        };
        let has = |name: &str| form.params.iter().any(|param| param.name == name);
        let chapters = modules().iter().chain(more);
        chapters
            .flat_map(|chapter| chapter.options)
            .find(|options| {
                options.function == qualified
                    && options.parameter == parameter
                    && options.beside.is_none_or(has)
            })
            .map(Self)
    }

    /// Their names.
    pub fn names(self) -> Vec<&'static str> {
        (self.0.read)(Map::new()).names
    }

    /// What is wrong with these options, as the function itself says it.
    pub fn problem(self, options: Map) -> Option<OptionsProblem> {
        (self.0.read)(options).problem
    }
}

/// What an item of the array that `aws::all` gets is instead of a call, in a sentence.
pub fn aws_call_problem(item: &Value) -> Option<String> {
    modules::aws_check::call(item).err().map(accepted::Invalid::message)
}

/// What is wrong with a regular expression, in a sentence.
pub fn regex_problem(pattern: &str) -> Option<String> {
    modules::regex_problem(pattern)
}

/// A function, with all the forms in which it can be called.
pub struct Function {
    chapter: &'static str,
    namespace: Option<&'static str>,
    forms: Vec<&'static Entry>,
}

/// All functions, those of the language first.
pub fn functions() -> Vec<Function> {
    language().iter().chain(modules()).flat_map(|chapter| functions_of(chapter)).collect()
}

/// All functions of these chapters, which a tool has added.
pub fn functions_of_chapters(chapters: &[&'static Chapter]) -> Vec<Function> {
    chapters.iter().flat_map(|chapter| functions_of(chapter)).collect()
}

/// The functions of a chapter in their order. What follows a function without a text of its own, and has its name or
/// is the property of that name, is another form of it.
fn functions_of(chapter: &'static Chapter) -> Vec<Function> {
    let spaces = chapter.namespaces.iter().map(|space| (Some(space.name), space.functions));
    let mut functions: Vec<Function> = Vec::new();
    for (namespace, entries) in [(None, chapter.functions)].into_iter().chain(spaces) {
        for entry in entries.iter().filter(|entry| !is_replaced(chapter, entry)) {
            let name = entry.name.trim_start_matches("get$");
            match functions.last_mut() {
                Some(last)
                    if entry.text.is_empty() && last.namespace == namespace && last.forms[0].name == name =>
                {
                    last.forms.push(entry);
                }
                _ => functions.push(Function { chapter: chapter.title, namespace, forms: vec![entry] }),
            }
        }
    }
    functions
}

/// Whether a module has a function in place of this one of the language.
fn is_replaced(chapter: &Chapter, entry: &Entry) -> bool {
    let kinds = |entry: &Entry| entry.params.iter().map(|param| param.of.kind).collect::<Vec<_>>();
    let others = modules().iter().filter(|other| other.title != chapter.title);
    let mut others = others.flat_map(|other| other.functions);
    others.any(|other| other.name == entry.name && kinds(other) == kinds(entry))
}

impl Function {
    /// The name without a namespace.
    pub fn name(&self) -> &'static str {
        self.forms[0].name
    }

    /// The namespace, if it has one.
    pub fn namespace(&self) -> Option<&'static str> {
        self.namespace
    }

    /// The name with its namespace, as in `json::encode`, or with the type of the value that has the method, as in
    /// `string.trim`.
    pub fn qualified_name(&self) -> String {
        match (self.namespace, receiver(&self.forms)) {
            (Some(namespace), _) => format!("{namespace}::{}", self.name()),
            (None, Some(receiver)) => format!("{receiver}.{}", self.name()),
            (None, None) => self.name().to_owned(),
        }
    }

    /// What it does, in a sentence.
    pub fn summary(&self) -> String {
        let text = self.text().replace('\n', " ");
        text.split_once(". ").map_or(text.clone(), |(first, _)| format!("{first}."))
    }

    /// The forms in which it can be called.
    pub fn forms(&self) -> &[&'static Entry] {
        &self.forms
    }

    /// The type of the values that have it, if it is a method or a property: `int|float` if several have it.
    pub fn receiver(&self) -> Option<String> {
        receiver(&self.forms)
    }

    /// The text without the example.
    pub fn text(&self) -> String {
        let text = markdown(self.forms[0].text);
        text.split("```rhai").next().unwrap_or_default().trim().to_owned()
    }

    /// A script that shows how it is called.
    pub fn example(&self) -> Option<String> {
        let text = markdown(self.forms[0].text);
        let (_, example) = text.split_once("```rhai\n")?;
        Some(example.split_once("```")?.0.trim_end().to_owned())
    }

    /// How it is called: a signature for the forms that differ in types only, or of which one has more parameters.
    pub fn signatures(&self) -> Vec<String> {
        let mut groups: Vec<Vec<&Entry>> = Vec::new();
        for form in &self.forms {
            let is_alike = |other: &Entry| {
                let names = other.params.iter().zip(form.params).all(|(a, b)| a.name == b.name);
                names && other.name == form.name
            };
            match groups.iter_mut().find(|group| group.iter().all(|other| is_alike(other))) {
                Some(group) => group.push(form),
                None => groups.push(vec![form]),
            }
        }
        groups.iter().map(|group| self.signature(group)).collect()
    }

    fn signature(&self, forms: &[&Entry]) -> String {
        let first = forms.iter().max_by_key(|form| form.params.len()).expect("a group has a form");
        let fewest = forms.iter().map(|form| form.params.len()).min().unwrap_or_default();
        let type_at = |at: usize| union(forms.iter().filter_map(|form| Some(form.params.get(at)?.of.name())));
        let returns = union(forms.iter().map(|form| form.returns.name()));
        let returns = if returns == "()" { String::new() } else { format!(" -> {returns}") };
        let receiver = receiver(forms);
        let is_method = receiver.is_some();
        let mut signature = match (self.namespace, receiver) {
            (Some(namespace), _) => format!("{namespace}::"),
            (None, Some(receiver)) => format!("{receiver}."),
            (None, None) => String::new(),
        };
        if let Some(property) = first.name.strip_prefix("get$") {
            return format!("{signature}{property}{returns}");
        }
        let _ = write!(signature, "{}(", first.name);
        let mut open = 0;
        for (at, param) in first.params.iter().enumerate().skip(usize::from(is_method)) {
            let is_first = at == usize::from(is_method);
            let is_optional = param.optional || at >= fewest;
            signature.push_str(match (is_optional, is_first) {
                (true, true) => "[",
                (true, false) => "[, ",
                (false, true) => "",
                (false, false) => ", ",
            });
            open += usize::from(is_optional);
            let _ = write!(signature, "{}: {}", param.name, type_at(at));
        }
        format!("{signature}{}){returns}", "]".repeat(open))
    }

    /// Everything about it.
    pub fn to_json(&self) -> Json {
        let form = |entry: &&Entry| {
            let param = |param: &EntryParam| json!({ "name": param.name, "type": param.of.name(), "optional": param.optional });
            json!({
                "params": entry.params.iter().map(param).collect::<Vec<_>>(),
                "returns": entry.returns.name(),
                "changes": entry.changes_first,
                "property": entry.name.starts_with("get$"),
            })
        };
        json!({
            "name": self.name(),
            "namespace": self.namespace,
            "receiver": receiver(&self.forms),
            "chapter": self.chapter,
            "signatures": self.signatures(),
            "forms": self.forms.iter().map(form).collect::<Vec<_>>(),
            "throws": self.forms[0].throws,
            "summary": self.summary(),
            "text": self.text(),
            "example": self.example(),
        })
    }
}

/// Types, each once, as a signature says them.
fn union(types: impl Iterator<Item = &'static str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for of in types.flat_map(|of| of.split(" | ")) {
        if !all.contains(&of) {
            all.push(of);
        }
    }
    if all.contains(&"any") {
        "any".to_owned()
    } else {
        all.join(" | ")
    }
}

/// The type of the values that have a method: `int|float` if several have it. `None` if it is not a method.
fn receiver(forms: &[&Entry]) -> Option<String> {
    let receivers = forms.iter().filter_map(|form| form.params.first().filter(|param| is_self(param)));
    let types = union(receivers.map(|param| param.of.name())).replace(" | ", "|");
    Some(types).filter(|types| !types.is_empty())
}

fn is_self(param: &EntryParam) -> bool {
    param.name == "self"
}

/// The text of doc comments: without the space that each line begins with.
fn markdown(text: &str) -> String {
    text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// Chapters as a part of the guide.
pub fn to_markdown(chapters: &[&'static Chapter]) -> String {
    let mut page = String::new();
    for chapter in chapters {
        let _ = write!(page, "## {}\n\n", chapter.title);
        let text = markdown(chapter.text);
        if !text.trim().is_empty() {
            let _ = writeln!(page, "{}\n", text.trim());
        }
        for function in functions_of(chapter) {
            // Operators are in the text of their chapter, and what has no text is like what has one.
            if function.forms[0].text.is_empty() {
                continue;
            }
            let mut signatures = function.signatures().into_iter();
            let _ = write!(page, "### `{}`\n\n", signatures.next().unwrap_or_default());
            let others: Vec<_> = signatures.map(|signature| format!("`{signature}`")).collect();
            if !others.is_empty() {
                let _ = write!(page, "Also {}.\n\n", others.join(", "));
            }
            let _ = write!(page, "{}\n\n", markdown(function.forms[0].text).trim());
        }
    }
    page.trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    use rhai_vm::vm::{self, Vm};
    use rhai_vm::Kind;
    use std::rc::Rc;

    /// Whether it is no operator: these are described in the texts of chapters.
    fn is_named(function: &Function) -> bool {
        function.name().starts_with(|c: char| c.is_ascii_alphabetic())
    }

    /// The named functions that lack something.
    fn lacking(has: impl Fn(&Function) -> bool) -> Vec<String> {
        let functions = functions().into_iter().filter(|function| is_named(function) && !has(function));
        functions.map(|function| function.qualified_name()).collect()
    }

    #[test]
    fn every_function_is_described() {
        assert_eq!(lacking(|function| !function.text().is_empty()), [""; 0]);
    }

    #[test]
    fn every_function_has_an_example() {
        // Only the runtime has such values to give.
        let is_without = |function: &Function| ["Context", "Streams"].contains(&function.chapter);
        assert_eq!(lacking(|function| function.example().is_some() || is_without(function)), [""; 0]);
    }

    #[test]
    fn every_error_that_is_described_is_declared() {
        let is_declared = |function: &Function| {
            let text = function.text();
            let errors = text.split("hrows `").skip(1).filter_map(|rest| rest.split('`').next());
            errors.into_iter().all(|error| function.forms[0].throws.contains(&error))
        };
        assert_eq!(lacking(is_declared), [""; 0]);
    }

    #[test]
    fn summaries_begin_with_a_verb() {
        let is_verb = |word: &str| word.starts_with(char::is_uppercase) && word.ends_with('s');
        let begins = |function: &Function| function.summary().split(' ').next().is_some_and(is_verb);
        assert_eq!(lacking(begins), [""; 0]);
    }

    /// All functions of modules, each with its namespace.
    fn entries() -> impl Iterator<Item = (Option<&'static str>, &'static Entry)> {
        modules().iter().flat_map(|chapter| {
            let spaces = chapter.namespaces.iter().map(|space| (Some(space.name), space.functions));
            let spaces = [(None, chapter.functions)].into_iter().chain(spaces);
            spaces.flat_map(|(space, functions)| functions.iter().map(move |function| (space, function)))
        })
    }

    #[test]
    fn all_options_are_known() {
        for (space, function) in entries() {
            let maps = function.params.iter().filter(|param| param.of.kind == Kind::Map);
            for param in maps.filter(|param| ["options", "settings"].contains(&param.name)) {
                let is_known = Options::of(&[], space, function, param.name).is_some();
                assert!(is_known, "{space:?} {}: its {} are not in `module!`", function.name, param.name);
            }
        }
    }

    #[test]
    fn all_options_belong_to_a_parameter() {
        let of = |(space, function): (_, &'static Entry)| {
            let params = function.params.iter();
            params.filter_map(move |param| Options::of(&[], space, function, param.name)).collect::<Vec<_>>()
        };
        let known: Vec<_> = entries().flat_map(of).collect();
        for accepted in modules().iter().flat_map(|chapter| chapter.options) {
            let count = known.iter().filter(|options| std::ptr::eq(options.0, accepted)).count();
            assert_eq!(count, 1, "{} {}", accepted.function, accepted.parameter);
        }
    }

    /// Options that are missing are looked for after all others were read.
    #[test]
    fn problems_of_an_option_alone_are_about_that_option() {
        let values = [true.into(), (-1).into(), "x".into(), Value::array(Vec::new()), Map::new().into()];
        for options in modules().iter().flat_map(|chapter| chapter.options) {
            for name in (options.read)(Map::new()).names {
                for value in &values {
                    let alone = Map::from_entries(vec![(name.into(), value.clone())]);
                    let Some(problem) = (options.read)(alone).problem else { continue };
                    let is_about_it = problem.option.is_none_or(|option| option == name) && !problem.is_name;
                    assert!(is_about_it, "{} {name}: {}", options.function, problem.message);
                }
            }
        }
    }

    /// A script that calls a function in one of its forms.
    fn call(function: &Function, form: &Entry) -> String {
        let args = vec!["x"; form.params.len()];
        match (form.name.strip_prefix("get$"), form.params.first().is_some_and(is_self)) {
            (Some(property), _) => format!("x.{property}"),
            (None, true) => format!("x.{}({})", form.name, args[1..].join(", ")),
            (None, false) => format!("{}({})", function.qualified_name(), args.join(", ")),
        }
    }

    #[test]
    fn scripts_can_write_every_name() {
        let vm = Vm::new(Rc::new(()), modules::LIBRARY, vm::Options::default());
        let compiles = |script: &str| vm.compile(script, "", &["x"]).is_ok();
        let is_callable =
            |function: &Function| function.forms.iter().all(|form| compiles(&call(function, form)));
        assert_eq!(lacking(is_callable), [""; 0]);
    }
}
