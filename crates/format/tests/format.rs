//! Scripts before and after.

use rhambda_format::format;

fn check(before: &str, after: &str) {
    let formatted = format(before).unwrap_or_else(|unexpected| panic!("{unexpected:?} in {before}"));
    assert_eq!(formatted, after);
    assert_eq!(format(after).unwrap(), after, "it is formatted already");
}

#[test]
fn spaces_and_indentation_are_made_regular() {
    check(
        "fn  f( a,b )\n{\n  let x=a+ b*-2 ;\n\n\n\n  x.y [ 0 ] = - x ;x\n}",
        "fn f(a, b) {\n    let x = a + b * -2;\n\n    x.y[0] = -x;\n    x\n}\n",
    );
}

#[test]
fn short_blocks_stay_on_their_line() {
    check(
        "fn sign(x) { if x < 0 { -1 } else if x > 0 {1} else { 0 } }\nlet f = |x| { x + 1 };\nlet g = || {};",
        "fn sign(x) {\n    if x < 0 { -1 } else if x > 0 { 1 } else { 0 }\n}\nlet f = |x| { x + 1 };\nlet g = || {};\n",
    );
}

#[test]
fn blocks_of_several_statements_are_broken() {
    check("if a { b(); c() }", "if a {\n    b();\n    c()\n}\n");
    check("if a { b } else {\n c }", "if a {\n    b\n} else {\n    c\n}\n");
}

#[test]
fn maps_that_begin_on_a_new_line_stay_broken() {
    check("let a = #{\n  b: 1, \"c d\": [1,2,] };", "let a = #{\n    b: 1,\n    \"c d\": [1, 2],\n};\n");
    check("let a = #{b: 1,};", "let a = #{ b: 1 };\n");
}

#[test]
fn the_last_argument_may_be_broken_alone() {
    let name = "a_long_name_".repeat(4);
    check(
        &format!("f({name}, #{{ first: {name}, second: {name} }});"),
        &format!("f({name}, #{{\n    first: {name},\n    second: {name},\n}});\n"),
    );
    check("items.each(|item| { a(); b() })", "items.each(|item| {\n    a();\n    b()\n})\n");
}

#[test]
fn arguments_that_do_not_fit_have_lines_of_their_own() {
    let name = "a_long_name_".repeat(4);
    check(&format!("f({name}, {name}, 1);"), &format!("f(\n    {name},\n    {name},\n    1\n);\n"));
}

#[test]
fn long_chains_have_a_line_for_each_call() {
    check(
        "let names = event.detail.records.filter(|record| record.kind == \"user\").map(|record| record.name).sorted();",
        "let names = event.detail.records\n    .filter(|record| record.kind == \"user\")\n    .map(|record| record.name)\n    .sorted();\n",
    );
}

#[test]
fn long_conditions_have_their_brace_on_a_new_line() {
    let name = "a_long_name_".repeat(4);
    check(
        &format!("if {name} && {name} && !{name} {{ f() }}"),
        &format!("if {name}\n    && {name}\n    && !{name}\n{{\n    f()\n}}\n"),
    );
}

#[test]
fn numbers_fill_lines() {
    let numbers = vec!["1000000"; 20].join(", ");
    let (first, second) = (["1000000"; 10].join(", "), ["1000000"; 10].join(", "));
    check(&format!("let a = [{numbers}];"), &format!("let a = [\n    {first},\n    {second},\n];\n"));
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "#!/usr/bin/env rhambda\n\n//! A module.\n\n\n/// Adds.\nfn f(a /* first */, b) { // add\n  // before\n  a + b // after\n  // last\n}\n// end",
        "#!/usr/bin/env rhambda\n\n//! A module.\n\n/// Adds.\nfn f(a /* first */, b) { // add\n    // before\n    a + b // after\n    // last\n}\n// end\n",
    );
}

#[test]
fn bars_without_parameters_between_them_are_joined() {
    check("let f = | | 1;", "let f = || 1;\n");
    check("let f = |\n\n| { 1 };", "let f = || { 1 };\n");
    check("f(| /* none */\n| 1)", "f(\n    || 1 /* none */\n)\n");
}

#[test]
fn comments_in_lists_and_chains_break_them() {
    check("let a = [1, // one\n 2];", "let a = [\n    1, // one\n    2,\n];\n");
    check("let a = #{ // all\n b: 1 };", "let a = #{ // all\n    b: 1,\n};\n");
    check("a\n// why\n.b()\n.c()", "a\n    // why\n    .b()\n    .c()\n");
    check("f(a, // first\n b)", "f(\n    a, // first\n    b\n)\n");
    check("let a = b // one\n + c;", "let a = b // one\n    + c;\n");
    check("fn f() {\n    // nothing\n}", "fn f() {\n    // nothing\n}\n");
}

#[test]
fn every_statement_is_known() {
    let script = r##"import "lib/money" as money;

const RATE = 0.19;
export const NAME = "a";
export RATE as rate;

private fn int.double() {
    this * 2
}

fn f(x) {
    for (item, index) in x {
        if item in [1, 2] || item !in 0..=9 { continue; }
        while true {
            break index;
        }
    }
    do {
        x += 1;
    } while x < 10;
    loop {
        return x?.y?[0] ?? global::RATE;
    }
    try {
        g!(x);
    } catch (error) {
        throw error;
    }
    switch x {
        1 | 2 if x > 1 => "a",
        3..5 => {
            "b"
        }
        _ => (),
    }
}
let text = `a ${ x+1 } b`;
let raw = #"a"b"#;
let pointer = Fn("f");
let result = money::round(pointer.call(1), 'x', 0xff, 1_000, 1e-5, - -1);
"##;
    check(script, script);
}

#[test]
fn line_ends_and_the_byte_order_mark_are_kept() {
    check("\u{feff}let a=1;\r\nlet b = `x\r\ny`;\r\n", "\u{feff}let a = 1;\r\nlet b = `x\r\ny`;\r\n");
}

#[test]
fn an_empty_script_stays_empty() {
    check("", "");
    check("\n\n", "");
    check("\n// a\n\n", "// a\n");
}

#[test]
fn what_is_no_script_is_an_error() {
    assert_eq!(format("let a = ;").unwrap_err().offset, 8);
    assert_eq!(format("f(").unwrap_err().offset, 2);
    assert_eq!(format("let a = \"b").unwrap_err().offset, 8);
}
