//! `import`.

use crate::function::{error_parts, Function};

#[test]
fn from_the_task_root_from_layers_and_relative() {
    let function = Function::main(
        "import \"lib/a\" as a; import \"shared/b\" as b; import \"lib/v1.2\" as v;
         fn handler(e) { [a::name(), b::name(), v::name()] }",
    )
    .file(
        "lib/a.rhai",
        "import \"./inner/c\" as c; import \"../top\" as top; fn name() { `a${c::name()}${top::name()}` }",
    )
    .file("lib/inner/c.rhai", "fn name() { \"c\" }")
    .file("top.rhai", "fn name() { \"t\" }")
    .file("lib/v1.2.rhai", "fn name() { \"v\" }")
    .layer_file("shared/b.rhai", "import \"./d\" as d; fn name() { `b${d::name()}` }")
    .layer_file("shared/d.rhai", "fn name() { \"d\" }")
    // Relative to a script of a layer means: in the layer.
    .file("shared/d.rhai", "fn name() { \"wrong\" }");
    assert_eq!(function.invoke("{}").answer.text(), r#"["act","bd","v"]"#);
}

#[test]
fn inside_functions_and_whole_files() {
    let function = Function::main("fn handler(e) { import \"m\" as m; m::twice(e) }")
        .file("m.rhai", "fn twice(x) { x * 2 }");
    let answers = function.invoke_all(["1", "2"]);
    assert_eq!((answers[0].text(), answers[1].text()), ("2", "4"));
    let function = Function::new("job")
        .file("job.rhai", "import \"m\" as m; m::twice(event)")
        .file("m.rhai", "fn twice(x) { x * 2 }");
    assert_eq!(function.invoke("4").answer.text(), "8");
}

#[test]
fn a_module_runs_once_and_exports_constants() {
    let function = Function::main(
        "import \"m\" as m; import \"n\" as n; fn handler(e) { m::RATE + n::rate() + m::own() }",
    )
    .file("m.rhai", "print(\"m runs\"); export const RATE = 5; fn own() { global::RATE }")
    .file("n.rhai", "import \"m\" as m; fn rate() { m::RATE }");
    let outcome = function.invoke("{}");
    assert_eq!(outcome.answer.text(), "15");
    assert_eq!(outcome.log.matches("m runs").count(), 1);
}

#[test]
fn a_missing_module_names_the_places() {
    let function = Function::main("import \"nope\" as n;\nfn handler(e) {}");
    let (kind, message, stack) = error_parts(&function.init_error().0);
    assert_eq!(kind, "ModuleNotFound");
    assert_eq!(
        message,
        format!(
            "the module \"nope\" does not exist. Looked for {} and {}",
            function.task_root().join("nope.rhai").display(),
            function.layer_root().join("nope.rhai").display()
        )
    );
    assert_eq!(stack, ["at <top level> (main.rhai:1:8)"]);
}

#[test]
fn imports_that_need_another_path_or_none() {
    for (path, remedy) in [
        ("json", ". `json` is built in: remove the import"),
        ("lib/money.rhai", ". Rhambda appends `.rhai`: import \"lib/money\""),
    ] {
        let function = Function::main(&format!("import \"{path}\" as m; fn handler(e) {{}}"));
        let (_, message, _) = error_parts(&function.init_error().0);
        assert!(message.ends_with(remedy), "{message}");
    }
}

#[test]
fn no_way_out_of_the_root() {
    for path in ["../secret", "/etc/secret", "a/../../secret", "./../secret"] {
        let function = Function::main(&format!("import \"{path}\" as s; fn handler(e) {{}}"));
        let (kind, message, _) = error_parts(&function.init_error().0);
        assert_eq!(kind, "ModuleNotFound", "{path}");
        assert!(message.contains("cannot be imported: it"), "{message}");
    }
}

#[test]
fn cycles_name_the_chain() {
    let function = Function::main("import \"a\" as a; fn handler(e) {}")
        .file("a.rhai", "import \"b\" as b;")
        .file("b.rhai", "import \"a\" as a;");
    let (kind, message, stack) = error_parts(&function.init_error().0);
    assert_eq!(kind, "ImportCycle");
    assert_eq!(message, "scripts import each other: a.rhai → b.rhai → a.rhai");
    assert_eq!(
        stack,
        ["at <top level> (b.rhai:1:8)", "at <top level> (a.rhai:1:8)", "at <top level> (main.rhai:1:8)"]
    );
    let function = Function::main("import \"main\" as me; fn handler(e) {}");
    assert_eq!(error_parts(&function.init_error().0).0, "ImportCycle");
}

#[test]
fn errors_in_modules_have_their_place() {
    let function =
        Function::main("import \"m\" as m; fn handler(e) {}").file("m.rhai", "let x = 1;\nlet y = ;");
    let (kind, message, stack) = error_parts(&function.init_error().0);
    assert_eq!(kind, "Runtime.UserCodeSyntaxError");
    assert!(message.starts_with("m.rhai:2:9: "), "{message}");
    assert_eq!(stack, ["at m.rhai:2:9", "at <top level> (main.rhai:1:8)"]);

    let function =
        Function::main("import \"m\" as m; fn handler(e) {}").file("m.rhai", "f();\nfn f() { throw 1 }");
    let (_, _, stack) = error_parts(&function.init_error().0);
    assert_eq!(
        stack,
        ["at f (m.rhai:2:10)", "at <top level> (m.rhai:1:1)", "at <top level> (main.rhai:1:8)"]
    );
}
