//! Options of functions: what tools know of them is what the functions say when they are called.

use crate::function::Function;
use rhai_vm::module::Entry;
use rhai_vm::{Kind, Map, Value};
use rhambda::reference::{self, Options};

const UNKNOWN: &str = "#{ no_such_option: 1 }";

/// A function with options, in one of its forms.
struct Case {
    space: Option<&'static str>,
    form: &'static Entry,
    parameter: &'static str,
    options: Options,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for chapter in reference::modules() {
        let spaces = chapter.namespaces.iter().map(|space| (Some(space.name), space.functions));
        for (space, forms) in [(None, chapter.functions)].into_iter().chain(spaces) {
            for form in forms {
                let options = form.params.iter().filter_map(|param| {
                    let options = Options::of(&[], space, form, param.name)?;
                    Some(Case { space, form, parameter: param.name, options })
                });
                cases.extend(options);
            }
        }
    }
    cases
}

impl Case {
    /// A call with an option that does not exist.
    fn call(&self) -> String {
        let arguments: Vec<_> = self
            .form
            .params
            .iter()
            .map(|param| match (param.name, param.of.kind) {
                (name, Kind::Array)
                    if name == self.parameter && self.form.name == "all" && self.space == Some("aws") =>
                {
                    format!("[[\"sts\", \"GetCallerIdentity\", #{{}}, {UNKNOWN}]]")
                }
                (name, Kind::Array) if name == self.parameter => format!("[{UNKNOWN}]"),
                (name, _) if name == self.parameter => UNKNOWN.to_owned(),
                (_, Kind::Host("Router")) => "router::create()".to_owned(),
                (_, Kind::Host("Redis")) => "redis::connect(\"redis://127.0.0.1:1\")".to_owned(),
                (_, Kind::Host("Postgres")) => "postgres::connect(\"postgres://ada@127.0.0.1:1\")".to_owned(),
                (_, Kind::Fn) if self.form.name == "process" => "|record| ()".to_owned(),
                (_, Kind::Fn) => "|| ()".to_owned(),
                (_, Kind::Array) => "[]".to_owned(),
                (_, Kind::Map) => "#{}".to_owned(),
                ("key", Kind::Any) if self.space == Some("aes_gcm") => "blob(32)".to_owned(),
                (_, Kind::Blob) => "blob(32)".to_owned(),
                ("number", Kind::Any) => "1".to_owned(),
                _ => "\"x\"".to_owned(),
            })
            .collect();
        match self.space {
            Some(space) => format!("{space}::{}({})", self.form.name, arguments.join(", ")),
            None => format!("{}.{}({})", arguments[0], self.form.name, arguments[1..].join(", ")),
        }
    }
}

#[test]
fn tools_say_of_options_what_functions_say() {
    let cases = cases();
    let calls: Vec<_> = cases
        .iter()
        .map(|case| {
            format!(
                "try {{ {}; said.push(\"nothing\") }} catch (e) {{ said.push(e.message ?? `${{e}}`) }}\n",
                case.call()
            )
        })
        .collect();
    let script = format!("fn handler(event) {{ let said = [];\n{}said }}", calls.concat());
    let outcome = Function::main(&script).env("AWS_REGION", "eu-central-1").invoke("{}");
    let said: Vec<String> = serde_json::from_str(outcome.answer.text()).unwrap();
    assert_eq!(said.len(), cases.len());
    for (case, said) in cases.iter().zip(said) {
        let unknown = Map::from_entries(vec![("no_such_option".into(), Value::from(1))]);
        let problem = case.options.problem(unknown).unwrap();
        assert!(
            problem.is_name && said.contains(&problem.message),
            "{}: {said:?}, not {:?}",
            case.call(),
            problem.message
        );
        let (_, names) = problem.message.split_once(" are ").unwrap();
        // Some names are arguments of the function, and not options.
        let is_option = |name: &&str| self::is_option(case, name);
        let names: Vec<_> = names.split(", ").filter(is_option).collect();
        assert_eq!(names, case.options.names(), "{}", case.call());
    }
}

/// Whether a name that a message lists is an option. `http::post` lists `url`, which is an argument.
fn is_option(case: &Case, name: &str) -> bool {
    let is_argument = case.form.params.iter().any(|param| param.name == name);
    !(case.space == Some("http") && (is_argument || name == "method" && case.form.params.len() > 1))
}
