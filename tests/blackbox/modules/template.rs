//! `template`.

use super::{error, value};
use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use std::time::Duration;

/// A function with these files, whose handler has this body.
fn function(files: &[(&str, &str)], body: &str) -> Function {
    let function = Function::main(&format!("fn handler(event) {{ {body} }}"));
    files.iter().fold(function, |function, (name, text)| function.file(name, text))
}

fn rendered(files: &[(&str, &str)], body: &str) -> String {
    function(files, body).invoke("{}").answer.json().as_str().unwrap().to_owned()
}

fn failure(files: &[(&str, &str)], body: &str) -> String {
    let (kind, message, _) = function(files, body).invoke("{}").error();
    format!("{kind}: {message}")
}

#[test]
fn files_include_extend_and_import_others() {
    let files = [
        ("layout.html", "<title>{% block title %}{% endblock %}</title>{% block body %}{% endblock %}"),
        ("pages/page.html", "{% extends 'layout.html' %}{% import './macros.html' as m %}{% block title %}{{ t }}{% endblock %}{% block body %}{{ m.bold(t) }}{% include '../footer.txt' %}{% endblock %}"),
        ("pages/macros.html", "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}"),
        ("footer.txt", "-- {{ t }}"),
    ];
    assert_eq!(
        rendered(&files, "template::render(`pages/page.html`, #{ t: `A&B` })"),
        "<title>A&amp;B</title><b>A&amp;B</b>-- A&B"
    );
}

#[test]
fn files_are_compiled_once() {
    let function = function(
        &[("a.txt", "one {{ n }}")],
        "let page = template::render(`a.txt`, #{ n: event.n }); fs::write(`a.txt`, `two`); page",
    );
    let answers = function.invoke_all([r#"{"n":1}"#, r#"{"n":2}"#]);
    let texts: Vec<_> = answers.iter().map(|answer| answer.text()).collect();
    assert_eq!(texts, ["\"one 1\"", "\"one 2\""]);
}

#[test]
fn values_show_as_scripts_have_them() {
    assert_eq!(
        value("template::render_string(`{{ t }} {{ d }} {{ u }}|{{ m.x }}|{{ a }} {{ c }} {{ f }} {{ b }}`, #{ t: time::from_unix(0), d: decimal(`1.50`), u: (), m: #{}, a: [1, #{ k: `v` }], c: 'x', f: 2.0, b: true }, #{ escape: false })"),
        "\"1970-01-01T00:00:00Z 1.50 ||[1,{\\\"k\\\":\\\"v\\\"}] x 2.0 True\""
    );
    assert_eq!(value("template::render_string(`{{ a }}`, #{ a: [`<`] })"), "\"[&quot;&lt;&quot;]\"");
    assert_eq!(
        value("template::render_string(`{{ a|tojson }}`, #{ a: #{ x: [1, ()] } })"),
        r#""{\"x\": [1, null]}""#
    );
    assert_eq!(
        value("template::render_string(`{% if a %}x{% else %}empty{% endif %}`, #{ a: [] })"),
        "\"empty\""
    );
    assert_eq!(value("template::render_string(``)"), "\"\"");
}

#[test]
fn names_never_lead_out_of_the_task_root() {
    for name in ["../secret.html", "/etc/passwd", "a/../../secret.html", "", "./../x", "pages"] {
        let error = failure(&[("pages/x.html", "")], &format!("template::render(`{name}`)"));
        assert!(error.starts_with("TemplateError: "), "{name}: {error}");
        assert!(
            error.contains("leads out of the task root") || error.contains("is not a file"),
            "{name}: {error}"
        );
    }
    for name in ["../../secret.html", "/etc/passwd", "./../../x", "../main.rhai/../../x"] {
        let page = format!("{{% include '{name}' %}}");
        let error = failure(&[("pages/x.html", &page)], "template::render(`pages/x.html`)");
        assert!(error.contains("leads out of the task root"), "{name}: {error}");
    }
}

#[test]
fn errors_name_the_file_and_the_line() {
    let error = failure(
        &[("a.html", "x\n{% include 'b.html' %}"), ("b.html", "\n\n{{ 1 / 'x' }}")],
        "template::render(`a.html`)",
    );
    assert!(error.starts_with("TemplateError: b.html:3: invalid operation: "), "{error}");
    let error = failure(&[("a.html", "x\n{% if %}")], "template::render(`a.html`)");
    assert!(error.starts_with("TemplateError: a.html:2: syntax error: "), "{error}");
    let error = failure(&[("a.html", "{{ x|nothing }}")], "template::render(`a.html`)");
    assert!(error.contains("a.html:1: ") && error.contains("nothing"), "{error}");
    let error = failure(&[("a.html", "{% include 'no.html' %}")], "template::render(`a.html`)");
    assert!(error.starts_with("TemplateError: a.html:1: ") && error.contains("'no.html'"), "{error}");
    assert!(failure(&[], "template::render(`a.html`, 5)").starts_with("FunctionNotFound"));
    assert!(self::error("template::render_string(``, #{}, #{ autoescape: 1 })")
        .contains("unknown option `autoescape`"));
    assert!(self::error("template::render_string(``, #{}, #{ escape: 1 })")
        .contains("`escape` must be a boolean, not 1"));
}

/// Each of them would run for years, or need gigabytes.
#[test]
fn templates_end() {
    let loops = ["{% for a in range(99999) %}".repeat(4), "x".to_owned(), "{% endfor %}".repeat(4)].concat();
    let silent = loops.replace('x', "{% set y = 1 %}");
    let macros = "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(80) }}";
    let deep = "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}";
    let doubled = "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}";
    let repeated = "{{ 'x' * 999999999 }}";
    let lists = "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s|length }}{{ ns.s|join }}";
    let captured = "{% set x %}{% for a in range(99999) %}{% for b in range(99999) %}yyyyyyyyyyyyyyyy{% endfor %}{% endfor %}{% endset %}";
    let nested = format!("{{{{ {}", "(".repeat(100_000));
    let filters = "{{ range(99999)|map('string')|map('upper')|list|sort|unique|list|join('x' * 100000) }}";
    let formats = "{{ '%999999999d'|format(1) }}{{ 'x'|indent(999999999) }}{{ 'x'|center(999999999) }}";
    for template in
        [&loops, &silent, macros, deep, doubled, repeated, lists, captured, &nested, filters, formats]
    {
        let function = Function::main("fn handler(event) { template::render_string(event.template).len }")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
        let event = serde_json::json!({ "template": template }).to_string();
        let answers = function.invoke_all([event, r#"{"template":"{{ 1 }}"}"#.to_owned()]);
        let error = answers[0].text();
        let is_known = ["TemplateError", "Runtime.Timeout", "Runtime.OutOfMemory"]
            .iter()
            .any(|kind| error.contains(kind));
        assert!(is_known, "{template:.80}: {error}");
        assert_eq!(answers[1].text(), "1", "{template:.80}");
    }
    let error = failure(&[("a.html", "{% include 'a.html' %}")], "template::render(`a.html`)");
    assert!(error.starts_with("TemplateError: "), "{error}");
    let files = [("a.html", "{% extends 'b.html' %}"), ("b.html", "{% extends 'a.html' %}")];
    assert!(failure(&files, "template::render(`a.html`)").starts_with("TemplateError: "));
}

#[test]
fn the_deadline_holds() {
    let function = Function::main(
        "fn handler(event) { template::render_string(`{% for a in range(99999) %}{% for b in range(99999) %}{% set x = a %}{% endfor %}{% endfor %}`) }",
    )
    .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "10240");
    let api = FakeRuntimeApi::new()
        .invocation(Invocation::new("{}").deadline_in(Duration::from_millis(500)))
        .start();
    let _process = function.start(&api);
    let answer = api.wait_for_answers(1).remove(0);
    let text = answer.text();
    assert!(text.contains("Runtime.Timeout") || text.contains("TemplateError"), "{text}");
}
