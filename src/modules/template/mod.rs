//! `template::render`, `render_string`: Jinja templates.

mod files;
mod value;

use super::accepted::read;
use super::arguments::error;
use super::fs;
use super::host::{host, Host, ModuleState};
use super::options::Options;
use minijinja::{AutoEscape, Environment, ErrorKind};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Result, Value};
use std::cell::RefCell;

/// The name of a template that is no file, where HTML is escaped, and where it is not.
const STRING: &str = "<string>";
const PLAIN_STRING: &str = "<plain string>";
/// How deep templates include one another and macros call one another.
const MAX_NESTING: usize = 100;
/// The most bytes that the engine makes or looks at for one unit of its fuel.
const BYTES_OF_FUEL: usize = 64;
/// So many units of fuel the engine burns in a millisecond even with the least processor that Lambda has.
const FUEL_OF_MILLISECOND: u64 = 5000;

module! {
    /// Templates in the language of [Jinja](https://jinja.palletsprojects.com/en/stable/templates/), as
    /// [MiniJinja](https://docs.rs/minijinja/3/minijinja/syntax/) has it: variables, filters, conditions, loops, macros, `include`, and
    /// blocks with `extends`. Nothing is to be installed.
    ///
    /// - **Files** are found under the task root (`/var/task`), and compiled once per execution environment. The names in `include`,
    ///   `import` and `extends` are under the task root, too; with `./` or `../` at their beginning they are relative to the
    ///   template that has them. No name leads out of the task root.
    /// - **HTML is escaped** in templates whose names end with `.html`, `.htm` or `.xml`, also before `.j2` or `.jinja`, and in those of
    ///   `render_string`. The filter `safe` shows a string that is HTML already. In `.json`, `.js`, `.yaml` and `.yml`, values
    ///   are written as JSON. All other files are plain text.
    /// - **Data** is a map; its entries are the variables. `()` and what is missing show as nothing, and `default` replaces them.
    ///   Arrays and maps show as JSON, times and durations as their strings.
    /// - **A template ends**: at the deadline with `Runtime.Timeout`, and with `TemplateError` when it has produced or looked at
    ///   half of the function's memory, in 64 bytes for each step.
    ///
    /// There are [most of Jinja's filters](https://docs.rs/minijinja/3/minijinja/filters/), tests and functions, such as
    /// `default`, `join`, `length`, `upper`, `round`, `sort`, `groupby`, `tojson`, `urlencode` and `range`. Python's methods do not
    /// exist: write `map|items` for `map.items()`, and `text|split(",")` for `text.split(",")`.
    "`template`"

    namespace "template" {
        /// Renders a template file with a map of data. Throws `TemplateError`, with the file and the line, if it does not exist, is not a
        /// valid template, or cannot be rendered.
        ///
        /// ```rhai
        /// fs::write("hello.html", "<p>Hello {{ name }}!</p>");
        /// template::render("hello.html", #{ name: "<Ada>" }) // → "<p>Hello &lt;Ada&gt;!</p>"
        /// template::render("no-such.html") // ✗ TemplateError
        /// ```
        new "render" (file: String; data: Map) -> String throws TemplateError = |call| {
            let data = value::convert(&call.take(1));
            let (call, name) = (&*call, call.str(0));
            render(call, |templates| templates.get_template(name)?.render(data))
        };

        /// Renders a template that is a string. HTML is escaped, unless the option `escape` is `false`. Throws `TemplateError` as
        /// `template::render` does.
        ///
        /// ```rhai
        /// template::render_string("{% for i in items %}{{ loop.index }}. {{ i }}\n{% endfor %}", #{ items: ["tea", "milk"] }) // → "1. tea\n2. milk\n"
        /// template::render_string("{{ a }}", #{ a: "Q&A" }) // → "Q&amp;A"
        /// template::render_string("{{ a }}", #{ a: "Q&A" }, #{ escape: false }) // → "Q&A"
        /// template::render_string("{{ a", #{}) // ✗ TemplateError
        /// ```
        new "render_string" (template: String; data: Map, options: Map) -> String throws TemplateError = |call| {
            let data = value::convert(&call.take(1));
            let name = name_of_string(&mut Options::of(call, 2, "template::render_string"))?;
            let (call, source) = (&*call, call.str(0));
            render(call, |templates| templates.render_named_str(name, source, data))
        };
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("template::render_string", "options", |options| read(options, name_of_string))];

fn name_of_string(options: &mut Options<Error>) -> Result<&'static str> {
    let is_escaped = options.boolean("escape")?.unwrap_or(true);
    options.end()?;
    Ok(if is_escaped { STRING } else { PLAIN_STRING })
}

/// The templates that were compiled.
struct Templates(RefCell<Option<Environment<'static>>>);

impl ModuleState for Templates {
    fn new(_: &Host) -> Self {
        Self(RefCell::default())
    }
}

fn render(
    call: &Call<'_>,
    render: impl FnOnce(&Environment<'static>) -> std::result::Result<String, minijinja::Error>,
) -> Result<Value> {
    let host = host(call);
    let mut templates = host.state::<Templates>().0.borrow_mut();
    let templates = templates.get_or_insert_with(|| environment(host));
    let fuel = fuel(host);
    templates.set_fuel(Some(fuel));
    render(templates).map(Value::from).map_err(|problem| {
        let is_out_of_fuel = innermost(&problem).kind() == ErrorKind::OutOfFuel;
        match call.check() {
            Err(stopped) => stopped,
            Ok(()) if is_out_of_fuel => failure(
                &problem,
                &format!(
                    "the template takes more than {fuel} steps, which is the limit for the function's memory and the time that is \
                     left. Does a loop or a macro repeat itself?"
                ),
            ),
            Ok(()) => failure(&problem, &described(innermost(&problem))),
        }
    })
}

fn environment(host: &Host) -> Environment<'static> {
    let mut templates = Environment::new();
    templates.set_loader(files::loader(host.task_root.to_path_buf(), fs::limit(host)));
    templates.set_path_join_callback(files::join);
    templates.set_recursion_limit(MAX_NESTING);
    templates.set_auto_escape_callback(|name| match name {
        STRING => AutoEscape::Html,
        name => minijinja::default_auto_escape_callback(name),
    });
    templates
}

/// How much the engine may do: with half of the function's memory, and in the time that is left.
fn fuel(host: &Host) -> u64 {
    let of_memory = fs::limit(host) / BYTES_OF_FUEL;
    let of_memory = u64::try_from(of_memory).unwrap_or(u64::MAX);
    let Some(left) = host.deadline.until().left() else { return of_memory };
    let of_time = u64::try_from(left.as_millis()).unwrap_or(u64::MAX).saturating_mul(FUEL_OF_MILLISECOND);
    of_memory.min(of_time)
}

/// The error of the template where it happened, and not of those that include it.
fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    let mut innermost = error;
    while let Some(source) = std::error::Error::source(innermost).and_then(|source| source.downcast_ref()) {
        innermost = source;
    }
    innermost
}

fn described(problem: &minijinja::Error) -> String {
    match problem.detail() {
        Some(detail) if problem.kind() == ErrorKind::TemplateNotFound => detail.to_owned(),
        Some(detail) => format!("{}: {detail}", problem.kind()),
        None => problem.kind().to_string(),
    }
}

/// The error of a script, with the template and the line.
fn failure(problem: &minijinja::Error, message: &str) -> Error {
    let problem = innermost(problem);
    let place = match (problem.name(), problem.line()) {
        (Some(name), Some(line)) => format!("{name}:{line}: "),
        (Some(name), None) => format!("{name}: "),
        _ => String::new(),
    };
    error("TemplateError", format!("{place}{message}"))
}
