//! The examples in the docs, run by the built `bootstrap`; and the links between its pages.
//!
//! In a block that begins with ```` ```rhai ````, a line that ends in `// → JSON` is an expression whose value is
//! that JSON, and one that ends in `// ✗ ErrorType` throws an error of that type. The other lines are
//! statements; what they declare is there until the block's end.

mod adding;
mod generated;
mod links;
mod page;
mod run;
mod web;

use page::Page;
use test_support::{aws, databases, function};

#[test]
fn examples_do_what_they_say() {
    let problems: Vec<_> = Page::all().iter().flat_map(problems).collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// What is wrong in a page: file, line and what.
fn problems(page: &Page) -> Vec<String> {
    let mut problems = page.incomplete();
    for block in &page.blocks {
        problems.extend(run::problems(block));
    }
    problems.sort();
    problems.into_iter().map(|(line, problem)| format!("{}:{line}: {problem}", page.name)).collect()
}

#[test]
fn links_lead_somewhere() {
    let problems = links::problems();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn what_is_wrong_is_found() {
    let page = |lines: &[&str]| problems(&Page::parse("page.md", &lines.join("\n")));
    assert_eq!(
        page(&[
            "### `one(x)`",
            "```rhai",
            "let one = 1;",
            "one + one // → 2",
            "one + one // → 3",
            "throw #{ type: \"Mine\", message: \"m\" }; // ✗ Mine",
            "throw \"text\"; // ✗ Error",
            "1 / 0 // ✗ Arithmetic",
            "1 / 0 // ✗ Mine",
            "1 / 1 // ✗ Arithmetic",
            "\"one()\" // → ]",
            "```",
        ]),
        [
            "page.md:5: the value is 2",
            "page.md:9: the error is Arithmetic: Division by zero: 1 / 0",
            "page.md:10: there is no error",
            "page.md:11: what is expected is not JSON: ]",
        ]
    );
    assert_eq!(
        page(&[
            "# a",
            "### `b()`",
            "```sh",
            "b()",
            "```",
            "### `c()`",
            "```rhai",
            "let c = 1;",
            "```",
            "### d"
        ]),
        [
            "page.md:2: this function has no example",
            "page.md:6: the example does not use it",
            "page.md:7: no line of this block is checked",
            "page.md:10: a heading of this level is a function's signature: `name(…)`",
        ]
    );
    assert_eq!(
        page(&["```rhai", "let a = [];", "a.push(1)", "a // → [1]", "```", "```rhai", "b();", "1 // → 1"]),
        [
            "page.md:4: Runtime.UserCodeSyntaxError: page.rhai:4:1: Expecting ';' to terminate this \
             statement: `outcomes__.push(json::encode(a));`. A `;` is missing at the end of line 3",
            "page.md:6: this block does not end",
            "page.md:7: FunctionNotFound: Function not found: b ()",
        ]
    );
}
