//! `rhambda doc`, from the outside.

use std::process::{Command, Output};
use test_support::folder::Folder;

fn doc(name: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rhambda")).args(["doc", name]).output().unwrap()
}

/// What it prints when it succeeds.
fn printed(name: &str) -> String {
    let output = doc(name);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn functions_and_methods_have_signatures_texts_and_examples() {
    let page = printed("base64::decode_blob");
    assert_eq!(
        page,
        "base64::decode_blob(base64: string | blob[, alphabet: string]) -> blob\n\n\
         Decodes base64 to a blob. Throws `Base64Error` if it is not valid base64.\n\n\
         ```rhai\nbase64::decode_blob(\"/wA=\").to_array() // → [255, 0]\n```\n"
    );
    let page = printed("string.split");
    assert!(
        page.starts_with("string.split([index: int]) -> array\n") && !page.contains("array.split"),
        "{page}"
    );
    assert!(printed("split").contains("array.split("));
}

#[test]
fn modules_list_their_functions() {
    let page = printed("json");
    assert!(page.starts_with("module json\n\njson::"), "{page}");
    assert!(page.contains("json::encode(value: any) -> string\n    "), "{page}");
}

#[test]
fn unknown_names_are_errors_with_similar_ones() {
    for (name, similar) in [("json::encod", "`json::encode`"), ("to_uper", "`string|char.to_upper`")] {
        let output = doc(name);
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        let expected = format!("{name:?} is not a function or module; similar names are {similar}, ");
        assert!(error.contains(&expected), "{error}");
    }
}

/// A small function with most of what can be documented.
const ORDERS: &[(&str, &str)] = &[
    (
        "orders/main.rhai",
        "/// Prices of orders.\n\nimport \"lib/money\" as money;\nimport \"elsewhere\" as e;\n\n\
         /// Handles events.\n///\n/// # Errors\n/// `Missing`, if <b>there</b> is no price.\n\
         fn handler(event, context) { money::gross(event.net) }\n\nfn plain() { 1 }\n",
    ),
    (
        "orders/lib/money.rhai",
        "//! Prices, in *cents*.\n\n/// The VAT rate.\nexport const VAT = 19;\n\
         const INNER = #{ a: 1 };\nexport INNER as OUTER;\n\n\
         /** Adds VAT:\n *\n *     gross(100)\n */\nfn gross(net) { net + part(net) }\n\n\
         /// As a string.\nfn int.price(unit) { `${this} ${unit}` }\n\n\
         /// Only here.\nprivate fn part(net) { net * 19 / 100 }\n",
    ),
    ("orders/main.test.rhai", "/// A test.\nfn test_handler() {}\n"),
    ("orders/tests/more.rhai", "/// A helper.\nfn help() {}\n"),
];

fn run(folder: &Folder, arguments: &[&str]) -> Output {
    folder.run(env!("CARGO_BIN_EXE_rhambda"), &[&["doc"], arguments].concat())
}

/// What is printed for a folder without problems.
fn documented(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn scripts_are_documented_as_markdown() {
    let page = documented(&Folder::new(ORDERS), &["--dir", "orders"]);
    assert_eq!(page, include_str!("doc/orders.md"), "{page}");
}

#[test]
fn scripts_are_documented_as_html() {
    let page = documented(&Folder::new(ORDERS), &["--dir", "orders", "--format", "html"]);
    let (head, rest) = page.split_once("<style>").unwrap();
    let (style, rest) = rest.split_once("</style>").unwrap();
    assert!(style.contains("prefers-color-scheme: dark"));
    let page = format!("{head}{rest}");
    assert_eq!(page, include_str!("doc/orders.html"), "{page}");
}

#[test]
fn files_have_the_format_of_their_names_and_stay_the_same() {
    let folder = Folder::new(ORDERS);
    for name in ["docs.html", "docs.md"] {
        assert_eq!(documented(&folder, &["--dir", "orders", "--output", name]), "");
        let first = folder.read(name);
        assert_eq!(documented(&folder, &["--dir", "orders", "--output", name]), "");
        assert_eq!(folder.read(name), first);
        assert_eq!(first.starts_with("<!DOCTYPE html>"), name == "docs.html");
    }
    assert_eq!(documented(&folder, &["--dir", "orders", "--format", "html"]), folder.read("docs.html"));
}

#[test]
fn private_functions_are_documented_on_request() {
    let folder = Folder::new(ORDERS);
    let page = documented(&folder, &["--dir", "orders", "--private"]);
    assert!(page.contains("`private part(net)`\n\nOnly here.\n"), "{page}");
}

#[test]
fn scripts_cannot_change_the_document() {
    let hostile =
        "/// Text <script>alert(1)</script> [x](javascript:alert(2)) `&lt;`\n///\n/// Title\n/// =====\n///\n\
                   /// <div onclick=\"x\">\n/// </div>\n///\n/// ```html\n/// <i>\nfn f() {}\n\n\
                   export const X = \"</code><script>alert(3)</script> ```\";\n\
                   fn \"<img src=x onerror=y>`\".g() {}\nfn f(a) {}\n";
    let folder = Folder::new(&[("f/<b>&`.rhai", hostile), ("f/-b---.rhai", "fn after() {}")]);
    let page = documented(&folder, &["--dir", "f", "--format", "html"]);
    let tags = ["<script", "<img", "<b>", "<i>", "<div", "javascript:"];
    assert!(tags.iter().all(|tag| !page.contains(tag)), "{page}");
    assert!(page.contains("<h4>Title</h4>"), "{page}");
    let mut ids: Vec<_> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (7, 7), "{page}");
    for href in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&href), "{href}");
    }

    // As a program that others wrote reads the Markdown.
    let page = documented(&folder, &["--dir", "f"]);
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(&page));
    let tags = ["<script", "<img", "<b>", "<i>", "<div"];
    assert!(tags.iter().all(|tag| !html.contains(tag)), "{page}");
    assert_eq!((html.matches("<h1>").count(), html.matches("<h2>").count()), (1, 2), "{page}");
    assert_eq!((html.matches("<h3>").count(), html.matches("<h4>Title</h4>").count()), (5, 1), "{page}");
}

#[test]
fn scripts_with_syntax_errors_are_documented_with_a_note() {
    let folder =
        Folder::new(&[("main.rhai", "/// Good.\nfn good(a) { 1 }\n/// Bad.\nfn bad(b) { let = }\n")]);
    let output = run(&folder, &[]);
    let (page, note) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success() && page.contains("`good(a)`\n\nGood.\n") && page.contains("`bad(b)`"),
        "{page}"
    );
    assert!(note.starts_with("rhambda: main.rhai:4:") && note.ends_with("may be incomplete\n"), "{note}");
}

#[test]
fn what_cannot_be_documented_is_an_error() {
    let folder = Folder::new(&[("empty/README.md", ""), ("bad/main.rhai", ""), ("only/a.test.rhai", "")]);
    std::fs::write(folder.path("bad/main.rhai"), b"fn f() { \"\xff\" }").unwrap();
    assert!(error(&run(&folder, &["--dir", "bad"])).contains("main.rhai is not valid UTF-8: save the script"));
    for name in ["empty", "only"] {
        assert!(error(&run(&folder, &["--dir", name])).contains("contains no scripts to document"));
    }
    std::fs::write(folder.path("bad/main.rhai"), "fn f() {}").unwrap();
    let unwritable = run(&folder, &["--dir", "bad", "--output", "nowhere/docs.html"]);
    assert!(error(&unwritable).contains("--output nowhere/docs.html cannot be written"));
    for arguments in [&["--dir", "missing"][..], &["json", "--private"], &["--format", "pdf"]] {
        assert_eq!(run(&folder, arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn every_example_is_documented() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts-examples");
    let folder = Folder::new(&[]);
    let mut count = 0;
    for example in std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()) {
        // One has its script in the event.
        if !example.is_dir() || example.ends_with("inline") {
            continue;
        }
        let page = documented(&folder, &["--dir", example.to_str().unwrap(), "--private"]);
        assert!(page.contains("\n## <a id="), "{page}");
        count += 1;
    }
    assert!(count >= 30, "{count}");
}

#[test]
fn large_scripts_are_documented_in_time() {
    let many = "/// Same.\nfn f() { 1 }\n\n".repeat(5_000);
    let folder = Folder::new(&[
        ("main.rhai", &many),
        ("deep.rhai", &format!("/// {}\nfn f() {{}}", "> ".repeat(20_000))),
    ]);
    let started = std::time::Instant::now();
    let output = run(&folder, &["--format", "html"]);
    assert!(output.status.success(), "{output:?}");
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
