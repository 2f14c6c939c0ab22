//! Each kind of finding: scripts that have it, and scripts that look alike and do not.

mod support;

use rhambda_analysis::{Code, Finding, Settings, Severity};
use support::{findings, shown, with_settings};

/// The codes that are found in a script that is run for each event, or whose functions are handlers.
fn codes(script: &str) -> Vec<&'static str> {
    findings(&[("a.rhai", script)], None).iter().map(|finding| finding.code.name()).collect()
}

/// Each of these scripts has this finding and no other.
fn found(code: &str, scripts: &[&str]) {
    for script in scripts {
        let all = findings(&[("a.rhai", script)], None);
        let all: Vec<_> = all.iter().map(|finding| (finding.code.name(), shown(finding))).collect();
        assert!(all.len() == 1 && all[0].0 == code, "{script}: {all:#?}");
    }
}

/// Nothing is found in these scripts.
fn clean(scripts: &[&str]) {
    for script in scripts {
        let all: Vec<_> = findings(&[("a.rhai", script)], None).iter().map(shown).collect();
        assert_eq!(all, [""; 0], "{script}");
    }
}

fn only(script: &str) -> Finding {
    let mut all = findings(&[("a.rhai", script)], None);
    assert_eq!(all.len(), 1, "{script}: {:?}", all.iter().map(shown).collect::<Vec<_>>());
    all.remove(0)
}

#[test]
fn syntax_errors() {
    found(
        "syntax",
        &["fn f() { let x = ; }", "fn f( { 1 }", "let x = #{ a: 1", "fn f() { 1 }\nfn f() { 2 }"],
    );
    found("syntax", &["fn f(x) { if x = 1 { 2 } }"]);
    assert!(only("fn f(x) { if (x = 1) { 2 } }").help.unwrap().contains("`==`"));
    assert_eq!(codes("fn f() {\n  let = 1;\n}\nfn g() {\n  1 +\n}\nfn h() { g() }"), ["syntax", "syntax"]);
}

#[test]
fn unknown_variables() {
    found(
        "unknown-variable",
        &[
            "fn f(event) { evnt.name }",
            "let total = 1; fn f() { total }",
            "fn f() { [1].map(|x| x + offset) }",
            "fn f() { global::RATE }",
            "fn f() { jsn::encode(1) }",
            "const RATE = 7; fn f() { RATE }",
        ],
    );
    assert_eq!(codes("fn f() { a + b }"), ["unknown-variable", "unknown-variable"]);
    assert!(only("fn f(event) { evnt }").help.unwrap().contains("`event`"));
    clean(&[
        "event.name + context.function_name + payload",
        "const RATE = 7; fn f() { global::RATE }",
        "fn f(list, offset) { list.map(|x| x + offset) }",
        "fn twice(x) { x * 2 } fn f() { let g = twice; g.call(1) }",
        "fn f(a) { for (x, i) in a { print(x + i); } try { f(1) } catch (e) { print(e); } }",
    ]);
}

#[test]
fn unknown_functions() {
    found(
        "unknown-function",
        &[
            "fn f(s) { s.to_uper() }",
            "fn f(s) { lenght(s) }",
            "fn f(s) { json::decod(s) }",
            "fn f(s) { s.startsWith(\"a\") }",
            "let f = |x| x; f(1)",
            "fn total(items) { items } fn f(x) { totl(x) }",
        ],
    );
    assert!(
        only("fn f(s) { s.to_uper() }").help.unwrap().contains("`string|char.to_upper")
            || only("fn f(s) { s.to_uper() }").help.unwrap().contains("to_upper()")
    );
    clean(&[
        "fn f(s) { s.trim(); s.len() }",
        "let m = #{ run: |x| x }; m.run(1)",
        "let m = #{}; m[\"run\"] = |x| x; m.run(1)",
        "fn f() { call(Fn(\"later\"), 1) }",
        "fn double() { this * 2 } fn f(x) { x.double() }",
        "fn string.shout() { this.to_upper() } fn f(x) { x.shout() }",
        "fn f(g) { g.call(1, 2, 3) + g.curry(1).call() }",
        "fn f(x) { x in [1] && x !in [2] && is_def_fn(\"f\", 1) }",
    ]);
}

/// A library may get a map with closures from a script that is not at hand.
#[test]
fn methods_of_unknown_values_are_certain_only_where_all_scripts_are_known() {
    for (body, handler, severity) in [
        ("x.frobnicate()", Some("a.handler"), Severity::Error),
        ("x.frobnicate()", None, Severity::Warning),
        ("x.trim(1, 2)", None, Severity::Warning),
        ("x.to_uper()", None, Severity::Error),
        ("\"a\".frobnicate()", None, Severity::Error),
        ("import \"missing\" as m; m::f().frobnicate()", Some("a.handler"), Severity::Warning),
    ] {
        let name = if handler.is_some() { "handler" } else { "library" };
        let script = format!("fn {name}(x) {{ {body} }}");
        let all = findings(&[("a.rhai", &script)], handler);
        let found = all.iter().find(|finding| finding.code.name() != "unknown-import").unwrap();
        assert_eq!(found.severity, severity, "{script}: {}", shown(found));
    }
}

#[test]
fn wrong_numbers_of_arguments() {
    found(
        "argument-count",
        &[
            "fn total(items, rate) { items * rate } fn f(x) { total(x) }",
            "fn f(s) { s.trim(1, 2) }",
            "fn f() { json::encode() }",
            "fn f(x) { env::get() + x }",
            "fn normalize(name, locale) { name + locale } fn f(x) { normalize(x) }",
        ],
    );
    clean(&["fn normalize(name, locale) { name + locale } fn f() { let d = decimal(1); normalize(d) }"]);
    let finding = only("fn total(items, rate) { items * rate } fn f(x) { total(x) }");
    assert!(finding.help.unwrap().contains("`total(items, rate)`"));
    clean(&["fn f(x) { x } fn f(x, y) { f(x) + y } f(1, 2)"]);
}

#[test]
fn wrong_types_of_arguments() {
    found(
        "argument-type",
        &[
            "fn f() { \"abc\".push(1) }",
            "fn f() { env::get(1) }",
            "fn f() { let n = 5; n.split(\",\") }",
            "fn f() { http::get(#{ url: \"https://example.com\" }) }",
            "fn f() { sha256::digest(#{ a: 1 }) }",
            "fn f() { base64::encode(12345) }",
            "fn f() { metrics::put(\"latency\", \"12\") }",
            "fn f() { aws::s3_put(\"bucket\", \"key\", 42) }",
        ],
    );
    clean(&[
        "fn f() { let n = 5; n = \"a,b\"; n.split(\",\") }",
        "fn f() { let n = 5; let set = || n = \"a\"; set.call(); n.split(\",\") }",
        "fn f(n) { if type_of(n) == \"string\" { n = 1; } n.split(\",\") }",
    ]);
}

#[test]
fn wrong_types_of_operands() {
    found(
        "wrong-type",
        &[
            "fn f(x) { print(x); \"-\" * 40 }",
            "fn f(x) { \"Hello %s\" % x }",
            "fn f(x) { [1] - x }",
            "fn f(x) { let n = \"100\"; x + (n - 1) }",
            "fn f(x) { print(x); [1].len() + () }",
            "fn f(x) { let n = `${x}`; -n }",
            "fn f(x) { let key = \"id\"; if !key in x { 1 } }",
            "fn f(x) { let list = [x]; if list.len() { 1 } }",
            "fn f(x) { let list = [x]; while !list.len() { list.push(1); } }",
            "fn f(x) { let name = `${x}`; let y = name || \"world\" == x; y }",
            "fn f(x) { let n = 3; switch x { 1 if n => 2, _ => 3 } }",
            "fn f(x) { let list = [x]; for i in list.len() { print(i); } }",
            "fn f(x) { let rates = #{ eur: x }; for rate in rates { print(rate); } }",
            "fn f(x) { let list = [x]; list[\"first\"] }",
            "fn f(x) { let rates = #{ eur: x }; rates[0] }",
            "fn f(x) { [x] < [2] }",
            "fn f(x) { if [x].len().to_string() { 1 } }",
            "fn f(x) { for i in 0..10..2 { print(i + x); } }",
        ],
    );
    let finding = only("fn f(x) { let list = [x]; if list.len() { 1 } }");
    assert_eq!(finding.message, "a condition must be a boolean, not an int");
    let finding = only("fn f(x) { print(x); \"-\" * 40 }");
    assert_eq!(finding.message, "`*` does not accept (string, int)");
    clean(&[
        "fn f(x) { \"a\" + 1 + [x] + 'c' + () }",
        "fn f(x) { 1 + 2.5 - x ** 2 }",
        "fn f(x) { time::now() - time::days(1) < time::now() && decimal(1) + 1 > x }",
        "fn f(x) { let s = \"abc\"; s[0] + s[0..2] + s[1..] + x }",
        "fn f(x) { let n = 6; n[0] && x }",
        "fn f(x) { let m = #{ a: x }; m[\"a\"] + m[`${x}`] }",
        "fn f(x) { for c in \"abc\" { print(c); } for i in 0..3 { print(i + x); } loop { break; } }",
        "fn f(x) { let n = 1; n = x; if n { 1 } else { 2 } }",
        "fn f(x) { #{ a: 1 } + #{ b: x } }",
        "fn f(x) { let s = \"a\"; s += x; s -= 1; s }",
    ]);
}

#[test]
fn changed_constants() {
    found(
        "changed-constant",
        &[
            "fn f(x) { const names = []; names.push(x); names }",
            "fn f(x) { const data = #{ list: [] }; data.list.push(x); data }",
            "fn f(x) { const data = #{ a: 1 }; data.a = x; data }",
            "fn f(x) { const list = [1]; list[0] = x; list }",
            "const NAMES = [];\nfn f(x) { global::NAMES.push(x); }",
        ],
    );
    clean(&[
        "const NAMES = [1];\nfn f(x) { let names = global::NAMES; names.push(x); names }",
        "fn f(x) { const list = [2, 1]; list.sorted().contains(x) && list.map(|i| i + 1).len() > 1 }",
        "fn f(x) { const list = [2, 1]; let copy = list; copy.sort(); copy + x }",
        "fn f(x) { const day = time::now(); day.add_days(x) }",
    ]);
}

#[test]
fn comparisons_with_one_result() {
    found(
        "comparison",
        &[
            "fn f(x) { `${x}` == 200 }",
            "fn f(x) { [x].len() > \"3\" }",
            "fn f(x) { let at = \"abc\".index_of(x); at == () }",
            "fn f(x) { type_of(x) == \"int\" }",
            "fn f(x) { x.type_of() != \"object\" }",
            "fn f(x) { `${x}`[0] == 65 }",
            "fn f(x) { switch type_of(x) { \"string\" => 1, \"list\" | \"map\" => 2, _ => 3 } }",
            "fn f(x) { type_of(x) == \"strin\" }",
            "fn f(x) { let kind = type_of(x); kind == \"float\" || kind == \"i64\" }",
        ],
    );
    let finding = only("fn f(x) { `${x}` == 200 }");
    assert_eq!(finding.message, "the comparison of a string with an int is always false");
    let finding = only("fn f(x) { type_of(x) != \"number\" }");
    assert_eq!(finding.help.unwrap(), "write \"i64\" or \"f64\"");
    clean(&[
        "fn f(x) { x == 1 && 1.5 == x.len() && 'a' == \"a\" && x == () }",
        "fn f(x) { 3 == 3.0 || \"abc\"[0] == \"a\" || `${x}`[0..2] == \"ab\" || `${x}`[-1] == 'c' }",
        "fn f(x) { type_of(x) == \"map\" || type_of(x) == \"Time\" || type_of(x) == \"()\" }",
        "fn f(x) { switch type_of(x) { \"i64\" | \"f64\" => \"int\", _ => \"object\" } }",
        "fn f(x) { decimal(1) == 1 && time::now() > x }",
    ]);
}

#[test]
fn names_of_loops_in_the_wrong_order() {
    found(
        "for-order",
        &[
            "fn f(x) { for (i, item) in x.enumerate() { print(i + item); } }",
            "fn f(x) { for (item, i) in x.enumerate() { print(i + item); } }",
            "fn f(x) { for (key, value) in x.entries() { print(key + value); } }",
            "fn f(x) { for (index, record) in x.Records { print(index + record); } }",
        ],
    );
    clean(&[
        "fn f(x) { for (item, i) in x { print(i + item); } }",
        "fn f(x) { for (pair, i) in x.entries() { print(pair[0] + i); } }",
        "fn f(x) { for (i, n) in x { print(i + n); } for pair in x.enumerate() { print(pair[0]); } }",
    ]);
}

#[test]
fn results_that_nobody_uses() {
    found(
        "unused-result",
        &[
            "fn f(x) { let status = \"a\"; if x { status == \"b\"; } status }",
            "fn f(x) { let total = 1; total + x; total }",
            "fn f(x) { let name = `${x}`; name.to_upper(); name }",
            "fn f(x) { x.replaced(\"a\", \"b\"); x }",
            "fn f(x) { x.split(\",\"); x }",
            "fn f(x) { for item in x { item.trimmed(); } }",
            "fn f(x) { let list = [x]; list.sorted(); list }",
            "fn f(x) { -x; x }",
        ],
    );
    clean(&[
        "fn f(x) { x.map(|item| print(item)); x.pop(); x.remove(0); x.split(1); json::decode(x); parse_int(x); x.len() }",
        "fn f(x) { if x == 1 { x + 1 } else { x.to_upper() } }",
        "fn f(x) { let m = #{ run: |y| y }; m.run(x); x == 1 }",
        "fn trimmed() { print(this); } fn f(x) { x.trimmed(); }",
        "fn done(x) { x == 1 } fn f(x) { x == 1 && done(x); }",
    ]);
}

#[test]
fn wrong_values_of_arguments() {
    found(
        "argument-value",
        &[
            "fn f(x) { regex::is_match(\"([a-z]+\", x) }",
            "fn f(x) { http::get(x, #{ timout: 5 }) }",
            "fn f(x) { http::post(x, #{ a: 1 }, #{ header: #{ accept: x } }) }",
            "fn f(x) { http::request(#{ url: x, methd: \"POST\" }) }",
            "fn f(x) { http::get(x, #{ retries: \"3\" }) }",
        ],
    );
    let finding = only("fn f(x) { http::get(x, #{ timout: 5 }) }");
    assert_eq!(
        (finding.message.as_str(), finding.help.as_deref()),
        ("unknown option `timout`", Some("did you mean `timeout`?"))
    );
    clean(&[
        "fn f(x) { regex::find_all(`\\d+`, x) + regex::split(x, \"(\") }",
        "fn f(x) { http::get(x, #{ timeout: x, headers: #{ accept: x }, query: #{ a: 1 }, retries: 2 }) }",
        "fn f(x) { http::post(x, \"(\", x) + http::all([#{ url: x }]) }",
    ]);
}

/// A mistake that keeps a part of the script from being parsed hides what that part uses.
#[test]
fn broken_parts_hide_what_they_use() {
    let lib = ("lib/money.rhai", "fn net(x) { x }");
    let all = |main: &str| -> Vec<String> {
        findings(&[("a.rhai", main), lib], None).iter().map(|it| it.code.name().to_owned()).collect()
    };
    for (script, code) in [
        (
            "import \"lib/money\" as money;\nconst RATE = 7;\nfn f(x) { money::net(x) * global::RATE +; }",
            "syntax",
        ),
        ("import \"lib/money\" as money;\nfn f(x) { money.net(x) }", "unknown-variable"),
        ("fn f(x) { let double = |y| y * 2; x.map(|item| double(item)) }", "unknown-function"),
    ] {
        assert_eq!(all(script), [code], "{script}");
    }
}

/// Behind the text there is nothing to show.
#[test]
fn errors_at_the_end_are_at_the_last_character() {
    let script = "fn f(x) {\n    if x {\n        1\n\n}\n\n";
    assert_eq!(only(script).span, 32..33);
}

#[test]
fn unknown_fields() {
    found(
        "unknown-field",
        &[
            "fn handler(event, context) { context.request_id }",
            "fn f(url) { let r = http::get(url); r.stauts }",
            "fn f() { \"abc\".length }",
            "context.function",
            "fn f() { let start = time::now(); let took = time::now() - start; took.millis }",
            "fn handler(event, context) { event.map(|x| context.request) }",
            "fn handler(event, context) { event.map(|x| x.filter(|y| y == context.request)) }",
            "fn f(url) { let r = http::get(url); let g = || r.stauts; g.call() }",
        ],
    );
    clean(&[
        "fn f(url) { let r = http::get(url); let g = || { r = r.json(); }; g.call(); r.name }",
        "fn f(url) { let r = http::get(url); let g = || { let h = || { r = 1; }; h.call(); }; g.call(); r.name }",
        "fn f(x) { let r = \"a\"; print(r); let g = |r| r.b; g.call(x) }",
        "fn handler(event, context) { context.aws_request_id + context.get_remaining_time_in_millis() }",
        "fn f(url) { let r = http::get(url); r.status + r.json().name }",
        "fn f(context) { context.anything }",
        "fn f() { \"abc\".len + [1].len }",
        "fn f() { #{ a: 1 }.length }",
        "fn f() { let x = (); x?.trim() }",
    ]);
}

#[test]
fn fields_of_responses_of_aws() {
    let get = "aws::call(\"dynamodb\", \"GetItem\", #{ TableName: \"t\", Key: #{ id: #{ S: \"1\" } } })";
    found(
        "unknown-field",
        &[
            &format!("fn f() {{ let r = {get}; r.Itm }}"),
            &format!("fn f() {{ {get}.Itm }}"),
            &format!("fn f() {{ let r = {get}; r[\"Itm\"] }}"),
            &format!("fn f() {{ let r = {get}; r.Item.id.string }}"),
            &format!("fn f(list) {{ let r = {get}; list.map(|x| r.Itm + x) }}"),
            "fn f() { aws::call(\"sqs\", \"ReceiveMessage\", #{ QueueUrl: \"q\" }).Messages[0].body }",
        ],
    );
    let finding = only(&format!("fn f() {{ let r = {get}; r?.Itm }}"));
    assert_eq!(
        (finding.severity, finding.help.unwrap().as_str()),
        (Severity::Warning, "did you mean `Item`?")
    );
    clean(&[
        &format!("fn f() {{ let r = {get}; r.Item.anything.S + r.ConsumedCapacity }}"),
        &format!("fn f() {{ let r = {get}; r.extra = 1; r.extra }}"),
        &format!("fn f() {{ let r = {get}; r.set(\"extra\", 1); r.extra }}"),
        &format!("fn f() {{ let r = {get}; r += #{{ extra: 1 }}; r.extra }}"),
        &format!("fn f() {{ let r = {get}; let g = || r.extra = 1; g.call(); r.extra }}"),
        &format!("fn f() {{ let r = {get}; let g = |r| r.extra; g.call(#{{ extra: r }}) }}"),
        &format!("fn f() {{ let r = {get}; r.change(); r.extra }} fn change() {{ this.extra = 1; }}"),
        &format!(
            "fn f() {{ let r = {get}; if true {{ let r = #{{ extra: 1 }}; print(r.extra); }} r.keys() }}"
        ),
        "fn f(name) { aws::call(\"dynamodb\", name, #{}).Itm }",
    ]);
    found("unknown-operation", &["fn f() { aws::call(\"dynamodb\", \"NoSuchOperation\", #{}).Itm }"]);
}

#[test]
fn a_part_of_a_name_is_enough_for_a_suggestion() {
    let finding = only("fn handler(event, context) { context.request_id }");
    assert!(finding.help.unwrap().contains("`aws_request_id`"));
}

#[test]
fn imports() {
    let lib = ("lib.rhai", "export const RATE = 7; const HIDDEN = 1; fn add(a, b) { a + b + twice(HIDDEN_TWICE()) } private fn own() { own() } fn HIDDEN_TWICE() { global::HIDDEN }");
    let all = |main: &str| -> Vec<&str> {
        let files = [
            ("a.rhai", main),
            lib,
            ("c.rhai", "import \"./d\" as d; fn c() { d::d() }"),
            ("d.rhai", "import \"c\" as c; fn d() { c::c() }"),
        ];
        let all = findings(&files, Some("a.handler"));
        all.iter().filter(|finding| finding.file == "a.rhai").map(|finding| finding.code.name()).collect()
    };
    let twice = "fn twice(x) { x * 2 }";
    for (main, codes) in [
        (format!("import \"lib\" as lib; fn handler() {{ lib::add(1, lib::RATE) }} {twice}"), vec![]),
        (
            format!("import \"lib\" as lib; fn handler() {{ lib::ad(1, 2) }} {twice}"),
            vec!["unknown-function"],
        ),
        (format!("import \"lib\" as lib; fn handler() {{ lib::add(1) }} {twice}"), vec!["argument-count"]),
        (format!("import \"lib\" as lib; fn handler() {{ lib::own() }} {twice}"), vec!["unknown-function"]),
        (format!("import \"lib\" as lib; fn handler() {{ lib::HIDDEN }} {twice}"), vec!["unknown-variable"]),
        (format!("import \"lib\" as lib; fn handler() {{ 1 }} {twice}"), vec!["unused-import"]),
        (
            format!("import \"libs\" as lib; fn handler() {{ lib::anything(1) }} {twice}"),
            vec!["unknown-import"],
        ),
        (format!("fn handler(name) {{ import `lib/${{name}}` as lib; lib::anything(1) }} {twice}"), vec![]),
    ] {
        assert_eq!(all(&main), codes, "{main}");
    }
}

#[test]
fn misspelt_imports_have_a_suggestion() {
    let main = ("a.rhai", "import \"lib/moeny\" as m; fn f() { m::f() }");
    let found = findings(&[main, ("lib/money.rhai", "fn f() { 1 }")], None);
    assert_eq!(found[0].help.as_deref(), Some("did you mean \"lib/money\"?"));
}

#[test]
fn functions_of_importing_scripts_are_known() {
    let lib = ("lib.rhai", "fn run() { hook(1) }");
    let main = ("main.rhai", "import \"lib\" as lib; fn handler() { lib::run() } fn hook(x) { x }");
    assert!(findings(&[main, lib], None).is_empty());
    let private =
        ("main.rhai", "import \"lib\" as lib; fn handler() { lib::run() } private fn hook(x) { x }");
    assert!(findings(&[private, lib], None).is_empty());
    let middleware = ("lib.rhai", "fn handler(event, context) { context.user }");
    let user = ("main.rhai", "import \"lib\" as lib; fn other() { lib::handler(1, #{ user: 2 }) }");
    assert!(findings(&[user, middleware], None).is_empty());
    let broken = ("lib.rhai", "fn run() { hook(1) }\nlet = 1;");
    let found = findings(&[main, broken], None);
    assert_eq!(
        found.iter().map(shown).filter(|shown| !shown.contains("syntax")).collect::<Vec<_>>(),
        [""; 0]
    );
    let other = ("main.rhai", "import \"lib\" as lib; fn handler() { lib::run() }");
    assert_eq!(findings(&[other, lib], None)[0].code.name(), "unknown-function");
}

#[test]
fn import_cycles() {
    let files = [
        ("a.rhai", "import \"b\" as b; fn a() { b::b() }"),
        ("b.rhai", "import \"a\" as a; fn b() { a::a() }"),
    ];
    let found = findings(&files, None);
    assert_eq!(
        found.iter().map(|finding| finding.code.name()).collect::<Vec<_>>(),
        ["import-cycle", "import-cycle"]
    );
    assert!(found[0].message.contains("a.rhai → b.rhai → a.rhai"), "{}", found[0].message);
    let lazy = [files[0], ("b.rhai", "fn b() { import \"a\" as a; a::a() }")];
    assert!(findings(&lazy, None).is_empty());
}

#[test]
fn secrets() {
    found(
        "secret",
        &[
            "const KEY = \"AKIAABCDEFGHIJKLMNOP\";\nfn f() { global::KEY }",
            "// -----BEGIN RSA PRIVATE KEY-----\nfn f() { 1 }",
            "fn f() { \"ghp_abcdefghijklmnopqrstuvwxyz0123456789\" }",
            "fn f() { \"https://hooks.slack.com/services/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\" }",
            "fn f() { postgres::connect(\"postgres://app:s3cr3tPassw0rd@db.acme.io:5432/orders\") }",
            "fn f() { http::get(\"https://maps.googleapis.com/json?key=AIzaSyD4iE2xVSpkLLOXoyqT-RuPwURN3ddScAI\") }",
            "fn f() { \"AKIAIOSFODNN7EXAMPLE\" }",
            "fn f() { #{ password: \"Sup3rS3cret!Pw\" } }",
            "fn f(x) { http::get(x, #{ headers: #{ authorization: \"Bearer a1B2c3D4e5F6g7H8\" } }) }",
            "fn f(x) { let api_key = \"9f8e7d6c5b4a39281706\"; x + api_key }",
            "fn f() { \"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\" }",
            "fn f() { redis::connect(\"rediss://default:s3cr3tPassw0rd@cache.example.com:6379\") }",
            "fn f() { #{ secret_access_key: \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY\" } }",
        ],
    );
    clean(&[
        "fn f() { postgres::connect(\"postgres://app:password@db.acme.io/orders\") }",
        "fn f() { redis::connect(\"redis://:s3cr3t@localhost:6379\") }",
        "fn f() { #{ password: \"password\", secret: \"prod/db-credentials-2\", token: \"next-page-token\" } }",
        "fn f() { let secret = \"orders-db-credentials-v2\"; parameters::secret(secret) }",
        "fn f(x) { #{ password: x.password, api_key: env::get(\"API_KEY_2\"), authorization: \"Basic realm\" } }",
        "fn f(p) { postgres::connect(`postgres://app:${p}@db.acme.io/orders`) }",
        "fn f() { [\"https://user:s3cr3t@api.example.com\", \"https://a.io/@x:y\", \"see http://a.io, or mail@b.io\"] }",
        "fn f() { #{ sha: \"da39a3ee5e6b4b0d3255bfef95601890afd80709\" } }",
        "fn f() { \"AKIA\" + \"xAKIAABCDEFGHIJKLMNOP\" + \"-----BEGIN CERTIFICATE-----\" }",
    ]);
}

#[test]
fn values_of_catch_blocks() {
    found(
        "catch-value",
        &[
            "fn f() { try { 1 } catch (e) { print(e); 2 } }",
            "fn f(x) { try { return int(x); } catch (e) { print(e); #{ value: 0 } } }",
            "fn f(x) { try { return int(x); } catch { http_response(400, \"no\") } }",
            "fn f(x) { let y = if x { try { x.a } catch { \"none\" } } else { 1 }; y }",
            "fn handler(event) { try { http_response(200, event) } catch { http_response(500, \"no\") } }",
            "fn load(path) { try { json::decode(fs::read(path)) } catch { #{} } }",
            "fn f(x) { let y = { try { x.a.b } catch { -1 } }; y }",
            "fn f(urls) { urls.map(|url| { try { http::get(url).json() } catch (e) { print(e); 0 } }) }",
            "fn f(x) { try { ok(x) } catch { failed() } } fn ok(x) { x + 1 } fn failed() { #{ error: 1 } }",
        ],
    );
    clean(&[
        "fn f() { try { 1 } catch (e) { print(e); } }",
        "fn f() { try { return 1; } catch { return 2; } }",
        "fn f(x) { try { return int(x); } catch (e) { print(e); () } }",
        "fn f(x) { try { return int(x); } catch (e) { log_warn(e.message) } }",
        "fn f() { try { 1 } catch { throw \"no\"; } }",
        "fn f() { let y = 0; try { y = 1; } catch { y = 2; } y }",
        "fn f(x) { try { x.push(1); } catch (e) { log_error(\"no\", e) } }",
        "fn f(x) { try { f(x) } catch { f(x + 1) } 3 }",
        "fn f() { try { cache::set(\"a\", 1) } catch { false } }",
        "fn f(x) { try { x.push(1) } catch { false } }",
        "fn f(x) { try { json::decode(x) } catch (e) { log_error(\"no\", #{ e: e }) } }",
        "fn f(x) { try { ok(x); } catch { failed(); } } fn ok(x) { x + 1 } fn failed() { #{ error: 1 } }",
    ]);
}

#[test]
fn results_of_methods_that_change_in_place() {
    found(
        "in-place-result",
        &[
            "fn f(s) { let x = s.trim(); x }",
            "fn f(s) { s.trim().len() }",
            "fn f(list) { print(list.push(1)); list }",
            "fn f(list) { return list.sort(); }",
            "fn f(names) { names.map(|name| name.replace(\"-\", \"_\")) }",
            "fn f(names, old) { names.filter(|n| n != ()).map(|name| { print(old); name.replace(old, \"_\") }) }",
            "fn f(list) { list.reduce(|all, x| all.push(x), []) }",
        ],
    );
    clean(&[
        "fn f(lists) { lists.for_each(|list| list.push(1)); }",
        "fn f(list) { list.reduce(|all, x| { all.push(x); all }, []) }",
        "fn map(f) { f.call(this) } fn f(x) { x.map(|y| y.trim()) }",
        "fn f() { let m = #{ map: |g| g.call([]) }; m.map(|y| y.push(1)) }",
        "fn f(s) { s.trim(); s }",
        "fn f(list) { list.push(1); list.pop() }",
        "fn trim() { this + 1 } fn f(s) { let x = s.trim(); x }",
        "fn f() { let m = #{ trim: || 1 }; let x = m.trim(); x }",
    ]);
}

#[test]
fn changes_of_for_variables() {
    found(
        "for-copy",
        &[
            "fn f(list) { for x in list { x.done = true; } list }",
            "fn f(list) { for x in list { print(x.a); x.total = x.a + x.b; } list }",
            "fn f(list) { for x in list { x[0] += 1; } list }",
            "fn f(list) { for x in list { x.tags.push(\"a\"); } list }",
            "fn f(names) { for name in names { name.trim(); } names }",
            "fn f(list) { for x in list { if x.n > 1 { x.tags.clear(); } } list }",
        ],
    );
    clean(&[
        "fn f(list) { let out = []; for x in list { x.tags.push(1); out.push(x); } out }",
        "fn f(sockets) { for socket in sockets { socket.send(\"a\"); socket.close(); } }",
        "fn f(list) { for x in list { x.push(1); print(x); } }",
        "fn push(n) { log_info(n); } fn f(list) { for x in list { x.push(1); } }",
        "fn f() { let calls = [#{ push: |n| print(n) }]; for x in calls { x.push(1); } }",
        "fn f(list, out) { for x in list { out.push(x); } out }",
        "fn f(list) { let out = []; for x in list { x.done = true; out.push(x); } out }",
        "fn f(list) { for x in list { x.a = 1; print(x.a); } }",
        "fn f(list) { for (x, i) in list { x.a = 1; list[i] = x; } list }",
        "fn f(list) { for x in list { while !x.done { x.done = true; } } }",
        "fn f(map, list) { for x in list { map[x] = true; map.y = x; } map }",
    ]);
}

#[test]
fn assignments_where_a_comparison_is_meant() {
    found(
        "assigned-condition",
        &[
            "fn f(list) { list.filter(|x| x.status = \"open\") }",
            "fn f(list, wanted) { list.find(|x| x.id = wanted) }",
            "fn f(list) { list.all(|x| { x.done = true }) }",
        ],
    );
    clean(&[
        "fn f(list) { list.filter(|x| x.status == \"open\") }",
        "fn f(list) { list.for_each(|x| x.status = \"open\"); }",
        "fn f(list) { list.filter(|x| { x.n = 1; x.n > 0 }) }",
        "fn filter(f) { f.call(this) } fn f(x) { x.filter(|y| y.a = 1) }",
    ]);
}

#[test]
fn function_pointers() {
    found(
        "unknown-function",
        &[
            "fn handler(event) { batch::process(event, Fn(\"proces\")) } fn process(record) { record }",
            "const API = router::create().get(\"/\", Fn(\"shw\")); fn show(r) { r } fn f() { global::API.handle(1) }",
        ],
    );
    clean(&[
        "fn handler(event) { batch::process(event, Fn(\"process\")) } private fn process(record) { record }",
        "fn f(name) { Fn(name).call(1) }",
        "fn f(list) { list.map(Fn(\"to_upper\")) }",
    ]);
    let lib = ("lib.rhai", "fn run() { Fn(\"hook\").call(1) }");
    let main = ("main.rhai", "import \"lib\" as lib; fn handler() { lib::run() } fn hook(x) { x }");
    assert!(findings(&[main, lib], None).is_empty());
}

#[test]
fn one_mistake_is_one_finding() {
    for script in [
        "fn f() { let threshold = 1; 2 + treshold }",
        "fn f(x) { let key = x.key; `key: ${ky}` }",
        "const TABLE = 1; fn f() { global::TABEL }",
        "fn f(x) { let id = x.id; \"item ${id}\" }",
    ] {
        only(script);
    }
}

#[test]
fn strings_that_are_not_interpolated() {
    found(
        "plain-interpolation",
        &["fn f(name) { \"hello ${name}\" }", "fn f() { let a = 1; print(a); \"${a.b}\" }"],
    );
    clean(&["fn f(name) { `hello ${name}` }", "fn f() { \"hello ${name}\" }", "// \"${a}\"\nfn f(a) { a }"]);
}

#[test]
fn defaults_of_indices() {
    found("index-default", &["fn f(list) { list[0] ?? \"none\" }", "fn f(event) { event.Records[0] ?? () }"]);
    found(
        "index-default",
        &[
            "fn f(s, n) { let list = `${s}`.split(\",\"); list[n] ?? \"none\" }",
            "fn f(s) { let list = `${s}`.split(\",\"); list[list.len() - 1] ?? \"none\" }",
            "fn f(list) { list[-1] ?? \"none\" }",
        ],
    );
    let handler = (
        "a.rhai",
        "fn handler(event) { let list = event.path.split(\"/\"); let n = list.len(); list[n - 1] ?? 1 }",
    );
    assert_eq!(findings(&[handler], Some("a.handler")).len(), 1);
    // The usual name of a handler is enough; a library may get a map with a function `split`.
    assert_eq!(findings(&[handler], None).len(), 1);
    let library = handler.1.replace("handler", "last");
    assert!(findings(&[("a.rhai", &library)], None).is_empty());
    clean(&[
        "fn f(list, n) { list[n] ?? 1 }",
        "fn f(map, key) { map[\"a\"] ?? map[key] ?? 1 }",
        "fn f(list) { list.get(0) ?? \"none\" }",
        "fn f(list) { list[0].name ?? 1 }",
    ]);
}

#[test]
fn quadratic_loops() {
    found(
        "quadratic-loop",
        &[
            "fn f(list) { while list.len() > 0 { print(list[0]); list = list.extract(1); } }",
            "fn f(n) { let out = []; for i in 0..n { out = out + [i]; } out }",
            "fn f(list) { while list.len() > 0 { print(list[0]); list = list.skip(1); } }",
        ],
    );
    clean(&[
        "fn f(list) { list = list.extract(1); list }",
        "fn f(lists) { let best = []; for list in lists { best = list.a; best = best.skip(1); print(best); } best }",
        "fn f(lists) { for list in lists { let rest = list.a; rest = rest.skip(1); print(rest); } }",
        "fn f(n) { let out = []; for i in 0..n { out += [i]; out.push(i); } out }",
        "fn f(n) { let s = \"\"; for i in 0..n { s = s + i; } s }",
    ]);
}

#[test]
fn unreachable_statements() {
    found(
        "unreachable",
        &[
            "fn f() { return 1; print(2); }",
            "fn f() { throw \"no\"; 2 }",
            "fn f(list) { for x in list { break; print(x); } }",
            "fn f() { exit(1); 2 }",
            "fn f(x) { if x { return 1; } else { throw \"no\"; } 2 }",
            "fn f(x) { loop { x += 1; if x > 9 { return x; } } print(x); }",
            "fn f(x) { switch x { 1 => return 2, _ => throw \"no\" } 3 }",
            "fn f(x) { try { return x.a; } catch { return (); } 3 }",
            "fn f(x) { { return x; } 3 }",
        ],
    );
    clean(&[
        "fn f(x) { if x { return 1; } else if x == 2 { return 2; } 2 }",
        "fn f(x) { loop { x += 1; if x > 9 { break; } } x }",
        "fn f(x) { while true { x += 1; if x > 9 { return x; } } x }",
        "fn f(x) { switch x { 1 => return 2, 2 => throw \"no\" } 3 }",
        "fn f(x) { try { return x.a; } catch { print(x); } 3 }",
        "fn f(x) { let y = || { return 1; }; y.call() + x }",
    ]);
    clean(&["fn f(x) { if x { return 1; } 2 }", "fn f() { return 1; }", "fn f() { loop { break; } 1 }"]);
}

#[test]
fn unused_variables_functions_and_imports() {
    found(
        "unused-variable",
        &["fn f() { let x = 1; 2 }", "fn f() { let x = 1; x = 2; 3 }", "fn f() { let x = 1; let x = 2; x }"],
    );
    found("unused-function", &["private fn g() { 1 } fn f() { 2 }"]);
    clean(&[
        "fn f(event, context) { let _x = 1; 2 }",
        "fn f() { let n = 0; let add = || n += 1; add.call(); }",
        "fn f() { let x = 1; eval(\"x + 1\") }",
        "fn f(list) { let x = list; x.push(1); }",
        "private fn g() { 1 } fn f() { [1].map(Fn(\"g\")) }",
        "private fn g(x) { 1 + x } fn f() { [1].map(g) }",
        "private fn g() { this } fn f(x) { x.g() }",
        "export const RATE = 7; export let other = 1; let third = 2; export third as fourth;",
    ]);
}

#[test]
fn integer_divisions_are_off_until_they_are_switched_on() {
    let script = "fn f(list) { let n = 7; print(6 / 2); print(n / 2.0); n / 2 }";
    clean(&[script]);
    let code = Code::named("integer-division").unwrap();
    let severities = [(code, Severity::Warning)].into();
    let all = with_settings(&[("a.rhai", script)], Settings { severities, ..Settings::default() });
    assert_eq!(all.iter().map(shown).collect::<Vec<_>>().len(), 1, "{all:?}");
    let script = "fn f() { let n = 100; n += 1; n /= 3; n }";
    let severities = [(code, Severity::Warning)].into();
    let all = with_settings(&[("a.rhai", script)], Settings { severities, ..Settings::default() });
    assert_eq!(all.iter().map(shown).collect::<Vec<_>>().len(), 1, "{all:?}");
}

#[test]
fn comments_allow_findings() {
    clean(&[
        "fn f() { let x = 1; 2 } // rhambda: allow(unused-variable)",
        "fn f() {\n  // rhambda: allow(unused-variable)\n  let x = 1;\n  2\n}",
    ]);
    found("unused-variable", &["fn f() { let x = 1; 2 } // rhambda: allow(for-copy)"]);
}

#[test]
fn severities_can_be_set() {
    let code = Code::named("unused-variable").unwrap();
    for (severity, count) in [(Severity::Off, 0), (Severity::Error, 1)] {
        let settings = Settings { severities: [(code, severity)].into(), ..Settings::default() };
        let all = with_settings(&[("a.rhai", "fn f() { let x = 1; 2 }")], settings);
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|finding| finding.severity == severity));
    }
}

/// What a script is when all safe changes are made.
fn fixed(script: &str) -> String {
    let mut text = script.to_owned();
    for _ in 0..10 {
        let edits: Vec<_> =
            findings(&[("a.rhai", &text)], None).into_iter().flat_map(|finding| finding.edits).collect();
        if edits.is_empty() {
            break;
        }
        text = rhambda_analysis::apply(&text, &edits);
    }
    text
}

#[test]
fn safe_changes() {
    for (before, after) in [
        ("fn f(x) { if x { 1 } elif !x { 2 } }", "fn f(x) { if x { 1 } else if !x { 2 } }"),
        ("fn f(x) { x == 'text' }", "fn f(x) { x == \"text\" }"),
        ("fn f(x) { x == null || x == None }", "fn f(x) { x == () || x == () }"),
        ("fn f(x) { if x and True { 1 } }", "fn f(x) { if x && true { 1 } }"),
        ("fn f(x) { \"a ${x}\" }", "fn f(x) { `a ${x}` }"),
        ("fn f(x) { \"a\\n ${x}\" }", "fn f(x) { \"a\\n ${x}\" }"),
        ("fn f(x) { 'a' + x.to_uper() }", "fn f(x) { 'a' + x.to_uper() }"),
    ] {
        assert_eq!(fixed(before), after);
    }
}

/// What a script is with the change that its only finding suggests.
fn suggested(script: &str) -> String {
    let files = [("a.rhai", script), ("lib/money.rhai", "export const RATE = 7; fn add(a, b) { a + b }")];
    let all = findings(&files, None);
    assert_eq!(all.len(), 1, "{script}: {:?}", all.iter().map(shown).collect::<Vec<_>>());
    let edits: Vec<_> = all[0].suggestion.clone().into_iter().collect();
    rhambda_analysis::apply(script, &edits)
}

#[test]
fn names_that_may_be_meant_are_suggested() {
    let import = "import \"lib/money\" as money; ";
    for (before, after) in [
        ("fn f(event) { evnt.name }", "fn f(event) { event.name }"),
        ("const RATE = 7; fn f() { RATE }", "const RATE = 7; fn f() { global::RATE }"),
        ("const RATE = 7; fn f() { global::RATES }", "const RATE = 7; fn f() { global::RATE }"),
        ("fn f() { jsno::encode(1) }", "fn f() { json::encode(1) }"),
        ("fn f(s) { s.to_uper() }", "fn f(s) { s.to_upper() }"),
        ("fn f(s) { s.startsWith(\"a\") }", "fn f(s) { s.starts_with(\"a\") }"),
        ("fn f(s) { json::loads(s) }", "fn f(s) { json::decode(s) }"),
        ("fn total(items) { items } fn f(x) { totl(x) }", "fn total(items) { items } fn f(x) { total(x) }"),
        (
            "fn total(x) { x } fn f(x) { x.map(Fn(\"totl\")) }",
            "fn total(x) { x } fn f(x) { x.map(Fn(\"total\")) }",
        ),
        ("fn f(g) { g(1) }", "fn f(g) { g.call(1) }"),
        ("fn f(url) { let r = http::get(url); r.stauts }", "fn f(url) { let r = http::get(url); r.status }"),
        ("fn f() { \"abc\".length }", "fn f() { \"abc\".len }"),
        ("fn f() { [1].sorted }", "fn f() { [1].sorted() }"),
        (
            "fn f() { aws::call(\"sqs\", \"ListQueus\", #{}) }",
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{}) }",
        ),
        ("fn f() { aws::call(\"dynamodbb\", \"X\", #{}) }", "fn f() { aws::call(\"dynamodb\", \"X\", #{}) }"),
        (
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{ QueueNamPrefix: \"a\" }) }",
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{ QueueNamePrefix: \"a\" }) }",
        ),
        (
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{ \"QueueNamPrefix\": \"a\" }) }",
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{ \"QueueNamePrefix\": \"a\" }) }",
        ),
        (
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{}, #{ regoin: \"a\" }) }",
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{}, #{ region: \"a\" }) }",
        ),
        (
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{}).QueueUrl }",
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{}).QueueUrls }",
        ),
        (
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{})[\"QueueUrl\"] }",
            "fn f() { aws::call(\"sqs\", \"ListQueues\", #{})[\"QueueUrls\"] }",
        ),
        ("fn f(x) { http::get(x, #{ timout: 5 }) }", "fn f(x) { http::get(x, #{ timeout: 5 }) }"),
        ("fn f(x) { type_of(x) == \"int\" }", "fn f(x) { type_of(x) == \"i64\" }"),
        ("import \"lib/moeny\" as m; fn f() { m::f() }", "import \"lib/money\" as m; fn f() { m::f() }"),
        (&format!("{import}fn f() {{ money::ad(1, 2) }}"), &format!("{import}fn f() {{ money::add(1, 2) }}")),
        (&format!("{import}fn f() {{ money::RAET }}"), &format!("{import}fn f() {{ money::RATE }}")),
    ] {
        assert_eq!(suggested(before), after);
    }
}

/// Where a finding names no other name, or several, or is corrected safely, nothing is suggested.
#[test]
fn nothing_is_suggested_without_one_name() {
    for script in [
        "fn f() { frobnicate(1) }",
        "fn f(x) { x == None }",
        "fn total(items, rate) { items * rate } fn f(x) { total(x) }",
        "fn f() { aws::call(\"bedrock\", \"InvokeModel\", #{}) }",
        "fn f(x) { type_of(x) == \"number\" }",
        "fn f(name) { print(\"${name}\"); }",
    ] {
        assert_eq!(suggested(script), script);
    }
}

#[test]
fn any_beginning_of_a_script_can_be_checked() {
    let script = "import \"x\" as y; const K = #{ a: [1, `${1}`] };\nfn f(a, b) { try { a.b[0] ?? y::z(|c| c + a) } catch (e) { K } }\nswitch f(1, 2) { 1 if x => 'ab', 1..2 => \"${\", _ => () }";
    for end in 0..script.len() {
        if let Some(start) = script.get(..end) {
            let _ = codes(start);
        }
    }
    let _ = codes("let x = 1; \"${x} é");
}

#[test]
fn values_of_the_same_type_leave_a_variable_its_type() {
    found("argument-type", &["fn f(x) { let s = \"a\"; s += x; s = `${s}!`; s.push(1); s }"]);
    found("wrong-type", &["fn f(x) { let done = false; if x { done = true; } done - 1 }"]);
    clean(&[
        "fn f(x) { let s = \"a\"; s = x; s.push(1); s }",
        "fn f(x) { let n = 1; n += x; n.len() }",
        "fn f(x) { let n = (); for i in [1] { n = i + x; } n.len() }",
    ]);
}

#[test]
fn what_own_functions_return() {
    found(
        "argument-type",
        &[
            "fn count(x) { let n = 0; for i in x { n += 1; print(i); } n } fn f(x) { count(x).split(\",\") }",
            "fn name(x) { if x { return \"a\"; } `${x}` } fn f(x) { name(x).push(1) }",
            "fn keys() { #{ a: 1 } } fn f() { cache::get_or(\"keys\", keys()) }",
        ],
    );
    let lib = ("lib.rhai", "fn count(x) { print(x); 1 }");
    let main = ("a.rhai", "import \"lib\" as lib; fn f(x) { lib::count(x).split(\",\") }");
    assert_eq!(
        findings(&[main, lib], None).iter().map(|it| it.code.name()).collect::<Vec<_>>(),
        ["argument-type"]
    );
    clean(&[
        "fn name(x) { if x { return \"a\"; } } fn f(x) { name(x).push(1) }",
        "fn name(x) { if x { \"a\" } else { [x] } } fn f(x) { name(x).push(1) }",
        "fn name(x) { switch x { 1 => \"a\", _ => x } } fn f(x) { name(x).push(1) }",
        "fn name(x) { switch x { 1 => \"a\" } } fn f(x) { name(x).push(1) }",
        "fn name(x) { try { \"a\" } catch { print(x); } } fn f(x) { name(x).push(1) }",
        "fn name(x) { if x == 0 { return name(1); } \"a\" } fn f(x) { name(x).push(1) }",
        "fn name(x) { for y in x { if y { break y; } } } fn f(x) { name(x).push(1) }",
    ]);
}

#[test]
fn what_own_functions_return_on_some_of_their_ways() {
    let stock = "fn stock(x) { if x { return 1; } if x == () { return; } \"none\" }";
    found(
        "wrong-type",
        &[
            &format!("{stock} fn f(x) {{ if stock(x) {{ print(x); }} }}"),
            &format!("{stock} fn f(x) {{ stock(x) - #{{}} }}"),
            &format!("{stock} fn f(x) {{ let n = stock(x); n - [1] }}"),
            "fn g(x) { switch x { 1 => \"a\", _ => [2] } } fn f(x) { g(x) - 1 }",
            "fn g(x) { if x { #{} } } fn h(x) { if x { g(x) } else { 1 } } fn f(x) { while h(x) { print(x); } }",
        ],
    );
    found("argument-type", &["fn g(x) { if x { [1] } } fn f(x) { json::decode(g(x)) }"]);
    found("comparison", &[&format!("{stock} fn f(x) {{ stock(x) == true }}")]);
    clean(&[
        &format!("{stock} fn f(x) {{ stock(x) - 1 }}"),
        &format!("{stock} fn f(x) {{ stock(x) == 1 || stock(x) == () || stock(x) == \"none\" }}"),
        &format!("{stock} fn f(x) {{ let n = stock(x); n = true; if n {{ print(x); }} }}"),
        "fn g(x) { if x { [1] } else { x } } fn f(x) { if g(x) { print(x); } }",
        "fn g(x) { if x { true } } fn f(x) { if g(x) { print(x); } }",
        "fn g(x) { if x { switch x { 1 => \"a\", _ => 2 } } else { 3 } } fn f(x) { g(x).len() }",
        "fn g(x) { if x { [1] } else { g(x.y) } } fn f(x) { if g(x) { print(x); } }",
        "fn g(x) { try { 1 } catch { return x; } } fn f(x) { if g(x) { print(x); } }",
    ]);
}

#[test]
fn fields_of_maps_that_own_functions_return() {
    let user = "fn user(x) { if x { return #{ name: x }; } #{ name: \"nobody\", is_guest: true } }";
    found(
        "unknown-field",
        &[
            "fn f() { #{ name: 1 } } fn g() { f().nmae }",
            &format!("{user} fn f(x) {{ user(x).nmae }}"),
            &format!("{user} fn f(x) {{ let user = user(x); user.is_guset }}"),
            &format!("{user} fn other(x) {{ user(x) }} fn f(x) {{ other(x).nmae }}"),
            "fn f(x) { let map = #{ name: x }; map } fn g(x) { f(x).nmae }",
            "fn f(x) { switch x { 1 => #{ name: x }, _ => #{ names: [x] } } } fn g(x) { f(x).nmae }",
        ],
    );
    let finding = only("fn f() { #{ name: 1 } } fn g() { f().nmae }");
    assert_eq!(finding.message, "the map that `f` returns has no field `nmae`");
    assert_eq!(finding.help.as_deref(), Some("did you mean `name`?"));
    assert_eq!(finding.severity, Severity::Warning);
    let lib = ("lib.rhai", "fn user() { #{ name: 1 } }");
    let main = ("a.rhai", "import \"lib\" as lib; fn f() { lib::user().nmae }");
    let all = findings(&[main, lib], None);
    assert_eq!(all.iter().map(|it| it.code.name()).collect::<Vec<_>>(), ["unknown-field"]);
    clean(&[
        &format!("{user} fn f(x) {{ user(x).name + user(x).is_guest + user(x).email }}"),
        &format!("{user} fn f(x) {{ let user = user(x); user.nmae = 1; user.nmae }}"),
        &format!("{user} fn f(x) {{ let user = user(x); user.set(\"nmae\", 1); user.nmae }}"),
        &format!("{user} fn f(x) {{ let user = user(x); user += x; user.nmae }}"),
        &format!("{user} fn f(x) {{ let user = user(x); user = x; user.nmae }}"),
        &format!("{user} fn f(x) {{ let guest = user(x); let g = || {{ guest.nmae = 1; }}; g.call(); guest.nmae }}"),
        "fn f(x) { let map = #{ name: x }; map.nmae = 1; map } fn g(x) { f(x).nmae }",
        "fn f(x) { let map = #{ name: x }; map[x] = 1; map } fn g(x) { f(x).nmae }",
        "fn f(x) { if x { return #{ name: x }; } x } fn g(x) { f(x).nmae }",
        "fn f(x) { #{ name: x } + x } fn g(x) { f(x).nmae }",
    ]);
}

#[test]
fn calls_of_own_functions_with_values_that_stop_them() {
    found(
        "argument-type",
        &[
            "fn area(w, h) { w * h } fn f(x) { area(\"3\", x) }",
            "fn shout(s) { let t = s.to_upper(); t } fn f() { shout(5) }",
            "fn head(list) { list.first() } fn f() { head(true) }",
        ],
    );
    let lib = ("lib.rhai", "fn tax(net, rate) { net * rate }");
    let main = ("a.rhai", "import \"lib\" as lib; fn f(x) { lib::tax(x, \"19\") }");
    assert_eq!(
        findings(&[main, lib], None).iter().map(|it| it.code.name()).collect::<Vec<_>>(),
        ["argument-type"]
    );
    // What the function does with every such value is its own mistake.
    let only = only("fn save(list) { list.chunks() } fn f(x) { let list = [x]; save(list) }");
    assert_eq!((only.code.name(), only.span.start), ("argument-type", 21));
    clean(&[
        "fn area(w, h) { if type_of(w) == \"string\" { return 0; } w * h } fn f(x) { area(\"3\", x) }",
        "fn area(w, h) { w = int(w); w * h } fn f(x) { area(\"3\", x) }",
        "fn area(w, h) { check(w); w * h } fn check(w) { throw w; } fn f(x) { area(\"3\", x) }",
        "fn area(w, h) { if h { w * 2 } else { w } } fn f(x) { area(\"3\", x) }",
        "fn area(w, h) { h && w * 2 > 1 } fn f(x) { area(\"3\", x) }",
        "fn area(w, h) { h.map(|y| w * y) } fn f(x) { area(\"3\", x) }",
        "fn area(w) { try { w * 2 } catch { print(w); } } fn f() { area(\"3\"); }",
        "fn area(w) { w * 2 } fn f() { try { area(\"3\"); } catch (e) { print(e); } }",
        "fn area(w) { w?.trim; w } fn f() { area(()) }",
    ]);
}

#[test]
fn functions_that_only_call_themselves() {
    found("endless-recursion", &["fn f(n) { f(n + 1) }", "fn f(n) { print(n); let m = f(n.next); m }"]);
    clean(&[
        "fn f(n) { if n == 0 { return 0; } f(n - 1) }",
        "fn f(n) { n == 0 || f(n - 1) }",
        "fn f(n) { n.children.map(|child| f(child)) }",
        "fn f(n) { n.next ?? f(n - 1) }",
        "fn f(n) { stop(n); f(n - 1) } fn stop(n) { if n == 0 { throw n; } }",
        "fn f(n) { f(n, 1) } fn f(n, m) { n + m }",
        "fn f(n) { for child in n { f(child); } }",
    ]);
}

#[test]
fn this_that_nothing_is_bound_to() {
    found(
        "unknown-variable",
        &[
            "fn area() { this.w * this.h } fn f() { area() }",
            "fn area() { this.w } fn twice() { area() * 2 } fn f(x) { x.twice() }",
            "fn f() { let step = |by| this.n += by; step.call(2); }",
            "fn handler(event, context) { this.name + event + context.function_name }",
        ],
    );
    clean(&[
        "fn area() { this.w * this.h } fn f(x) { x.area() + x.map(area) }",
        "fn f(x) { x.for_each(|| this *= 2); let m = #{ n: 1, step: |by| this.n += by }; m.step(2); m.n }",
        "fn f(x) { let g = || this.n; x.map(g) }",
    ]);
}

#[test]
fn closures_and_their_parameters() {
    found(
        "argument-count",
        &[
            "fn f(x) { let add = |a, b| a + b; add.call(x) }",
            "fn f(x) { let n = 1; let add = |a| a + n; add.call(x, 2) }",
            "fn f(x) { let next = || 1; x.map(|y| next.call(y)) }",
            "fn f(x) { x.map(|a, b, c| a + b + c) }",
            "fn f(x) { x.max_by(|a, b| a + b) }",
            "fn f(x) { cache::get_or(\"a\", |key| key + x) }",
            "fn f(x) { batch::process(x, |record, index| print(record.id + index)) }",
            "const API = router::create().get(\"/\", |request, response| request.path + response);\nfn f(x) { global::API.handle(x) }",
        ],
    );
    found("wrong-type", &["fn f() { let name = \"a\"; name.call(1) }"]);
    clean(&[
        "fn f(x) { let add = |a, b| a + b; add.call(x, 1) + x.map(add) + add.curry(1).call(2) }",
        "fn f(x) { let add = |a| a; if x { add = |a, b| a + b; } add.call(1, 2) }",
        "fn f(x) { x.map(|a, i| a + i).reduce(|sum, a, i| sum + a + i, 0) }",
        "fn f(x) { x.sort(|a, b| a - b); x.sorted_by(|a, b| b - a).zip(x, |a, b, i| a + b + i) }",
        "fn f(x) { let m = #{ map: |a, b, c| a + b + c }; m.map(x, 1, 2) }",
    ]);
}

#[test]
fn cases_that_an_earlier_one_hides() {
    found(
        "unreachable",
        &[
            "fn f(x) { switch x { 1 => \"a\", 2 => \"b\", 1 => \"c\", _ => \"d\" } }",
            "fn f(x) { switch x { \"a\" | \"b\" => 1, \"b\" | \"c\" => 2, _ => 3 } }",
            "fn f(x) { switch x { 1 => { print(x); } 1 => 2, _ => 3 } }",
        ],
    );
    found("comparison", &["fn f(x) { let n = [x].len(); switch n { \"0\" => 1, _ => 2 } }"]);
    clean(&[
        "fn f(x) { switch x { 1 if x > 0 => \"a\", 1 => \"b\", _ => \"c\" } }",
        "fn f(x) { switch x { 1 => \"a\", \"1\" => \"b\", 1.5 => \"c\", 'a' => \"d\", () => \"e\", _ => \"f\" } }",
        "fn f(x) { switch `${x}` { \"0\" => 1, 'a' => 3, \"b,1\" => 4, _ => 2 } }",
    ]);
}

#[test]
fn conditions_with_one_result() {
    found(
        "comparison",
        &[
            "fn f(x) { x != \"a\" || x != \"b\" }",
            "fn f(x) { x.method == \"GET\" && x.method == \"POST\" }",
            "fn f(x) { x.a == x.a }",
        ],
    );
    found(
        "unreachable",
        &[
            "fn f(x) { if false { print(x); } x }",
            "fn f(x) { if true { x } else { print(x) } }",
            "fn f(x) { while false { print(x); } x }",
        ],
    );
    found("argument-value", &["fn f(x) { x % 0 }", "fn f(x) { [x].len() / 0 }"]);
    clean(&[
        "fn f(x) { x != \"a\" && x != \"b\" || x == 1 || x == 2 }",
        "fn f(x, y) { x != 1 || y != 2 || x.a != 3 }",
        "fn f(x) { x != x || f(x) == f(x) || x[0] == x[1] }",
        "fn f(x) { while true { if x { break; } } if true { print(x); } 1 / 2 + x / 2 }",
        "fn f(x) { try { 1 / 0; } catch (e) { print(e); } x / 0.0 }",
    ]);
}

#[test]
fn values_that_are_dropped() {
    found(
        "unused-result",
        &[
            "fn f(x) { for item in x { if item.ok { item; } } x }",
            "fn f(x) { if x == () { http_response(400, \"no\") } x.name }",
            "fn f(x) { if x == () { #{ statusCode: 400 } } x.name }",
            "fn problem(text) { http_response(400, #{ error: text }) } fn f(x) { if x == () { problem(\"no\"); } x.name }",
            "fn f(x) { x.filter(|item| item.ok); x }",
            "fn f(x) { time::now().add_days(3); x }",
        ],
    );
    clean(&[
        "fn f(x) { if x == () { return http_response(400, \"no\"); } x.name }",
        "fn f(x) { if x == () { print(\"no\") } x.name }",
        "fn check(x) { if x == 1 { throw x; } x } fn f(x) { check(x); x }",
        "fn f(x) { x.map(|item| print(item)); x }",
        "fn f(x) { let y = if x { #{ a: 1 } } else { () }; y }",
        "fn f(x) { x; }",
        "fn nothing() { () } fn f(x) { nothing(); x }",
        "fn f(x) { x.for_each(|| { this.done = true; }); x }",
    ]);
}

#[test]
fn times_and_decimal_numbers() {
    found(
        "wrong-type",
        &[
            "const DAYS = 14;\nfn f() { time::now() - global::DAYS }",
            "fn f() { (time::now() - time::now()) / 60 }",
            "fn f() { decimal(\"1.5\") * 1.5 }",
            "fn f() { decimal(\"1.5\") > \"1\" }",
            "fn f() { time::now() < \"2026-01-01\" }",
            "fn f() { time::now() - time::now() > 3600 }",
        ],
    );
    clean(&[
        "fn f(x) { time::now() - time::days(1) + x }",
        "fn f(x) { \"at \" + time::now() + x + decimal(1) * 2 / decimal(3) }",
        "fn f(x) { decimal(1) + \" EUR\" + x }",
        "fn f(x) { time::now() - x > time::hours(1) && time::now() == x && decimal(1) == x }",
    ]);
}

#[test]
fn values_of_several_types() {
    found(
        "comparison",
        &["fn handler(x) { x.filter(|y| y) == () }", "fn handler(x) { x.name.to_upper() == 5 }"],
    );
    found(
        "comparison",
        &["fn f(id) { aws::call(\"ec2\", \"DescribeInstances\", #{ MaxResults: id }).NextToken == 5 }"],
    );
    found("wrong-type", &["fn handler(x) { if x.index_of(\"a\") { 1 } }"]);
    found("argument-type", &["fn f(x) { let list = []; list.append(`${x}`[0..2].to_upper()); list }"]);
    clean(&[
        "fn handler(x) { x.filter(|y| y) == [] || x.find(|y| y) == () || x.pop() == 5 || x.get(\"a\") == 1 }",
        "fn handler(x) { let m = #{ filter: |y| () }; m.filter(x) == () }",
        "fn f(id) { aws::call(\"ec2\", \"DescribeInstances\", #{ MaxResults: id }).NextToken == () }",
    ]);
}

#[test]
fn fields_of_what_functions_return() {
    found(
        "unknown-field",
        &[
            "fn f() { aws::s3_list(\"b\").map(|object| object.Key) }",
            "fn f() { let head = aws::s3_head(\"b\", \"k\"); head.length }",
            "fn f(x) { try { print(x); } catch (e) { let info = error::info(e); print(info.stacktrace.join(\"\")); } }",
            "fn f() { for object in aws::s3_list(\"b\") { print(object.name); } }",
            "fn f(event) { batch::process(event, |record| print(record.messageId)) }",
            "fn f(x) { try { print(x); } catch (e) { print(error::info(e).stacktrace); } }",
            "const API = router::create().get(\"/\", |request| request.parameters.id);\nfn f(x) { global::API.handle(x) }",
            "const CONFIG = #{ table: \"orders\", limit: 10 };\nfn f() { global::CONFIG.tabel }",
            "fn f() { let config = #{ table: \"orders\" }; config.tabel }",
        ],
    );
    found("argument-value", &["fn f() { let list = [1, 2, 3]; list[3] }"]);
    clean(&[
        "fn f() { aws::s3_list(\"b\").map(|object| object.key) + aws::s3_list(\"b\")[0].size }",
        "const API = router::create().before(|request| { request.set(\"user\", 1); }).get(\"/\", |request| request.user);\n\
         fn f(x) { global::API.handle(x) }",
        "fn f(x) { let config = #{ table: \"orders\" }; config.tabel = x; config.tabel }",
        "fn f() { let config = #{ table: \"orders\" }; config.verbose ?? false }",
        "fn f() { let list = [1, 2, 3]; list.push(4); list[3] + [1][-1] }",
        "fn f() { let head = aws::s3_head(\"b\", \"k\"); head = #{ length: 1 }; head.length }",
    ]);
}

#[test]
fn fields_of_copies_in_loops() {
    found(
        "for-copy",
        &[
            "fn f(list) { for n in list { n *= 2; } list }",
            "fn f(list) { for item in list { item.seen = true; print(item.name); } }",
        ],
    );
    clean(&[
        "fn f(list) { for n in list { n *= 2; print(n); } }",
        "fn f(list) { for item in list { item.seen = true; print(item); } }",
        "fn f(list) { for item in list { item.seen = true; print(item.seen); } }",
        "fn f(list) { let out = []; for item in list { item.seen = true; out.push(item); } out }",
    ]);
}

#[test]
fn what_the_top_level_finds_is_hidden_from_functions() {
    found("unknown-variable", &["fn f(evnt) { event.name + evnt }", "print(event); fn f() { payload }"]);
    clean(&["print(event.name); let show = || payload; show.call()"]);
}

#[test]
fn a_missing_token_is_reported_where_it_is_missing() {
    for (script, line) in [
        ("fn f() {\n  let a = 1\n  let b = 2;\n  a + b\n}", 2),
        ("fn f(n) {\n  let half = n // 2;\n  half\n}", 2),
        ("fn f(n) {\n  let list = [\n    n\n    // more\n    n\n  ];\n  list\n}", 3),
        ("fn f(n) {\n  (n + 1\n}", 2),
        ("fn f(n) {\n  let a = n n;\n}", 2),
        ("fn f(n) {\n  let s = `a ${n};\n  s\n}\nfn g() { `x` }", 2),
        ("fn f(n) {\n  print(`a);\n  let b = `x ${n}`;\n  b\n}", 2),
        ("fn f(n) {\n  let s = `a\n  ${n}`;\n  s +;\n}", 4),
        ("fn f(n) {\n  /* more\n  n\n}", 2),
        ("fn f(n) {\n  if n {\n    n\n}\n\nfn g(n) {\n  n\n}", 4),
        ("fn f(n) {\n  fn g() { 1 }\n  n\n}", 2),
        ("fn f(n) {\n  let a = n +\n  let b = 2;\n  a + b\n}", 2),
    ] {
        let finding = only(script);
        let found = script[..finding.span.start].matches('\n').count() + 1;
        assert_eq!((finding.code.name(), found), ("syntax", line), "{script}");
    }
}

#[test]
fn imports_that_nothing_can_be_used_of() {
    let lib = ("lib.rhai", "import \"other\" as other; fn f(x) { other::g(x) }");
    let other = ("other.rhai", "fn g(x) { x }");
    let codes = |main: &str| -> Vec<&str> {
        findings(&[("a.rhai", main), lib, other], None).iter().map(|it| it.code.name()).collect()
    };
    assert_eq!(codes("import \"lib\" as lib; fn f(x) { x }"), ["unused-import"]);
    assert_eq!(codes("import \"lib\"; fn f(x) { x }"), ["unused-import"]);
    assert_eq!(codes("import \"lib\" as lib; fn f(x) { lib::f(x) }"), [""; 0]);
}

#[test]
fn parameters_that_always_have_a_type_of_rhambdas() {
    found(
        "unknown-field",
        &[
            "fn handler(event, context) { load(event, context) } fn load(event, context) { event + context.remaining }",
            "fn handler(event) { shown(http::get(event.url)) } fn shown(r) { if r.ok { return 1; } r.reason }",
            "fn charge(event, context) { event + context.request_id }",
        ],
    );
    clean(&[
        "fn handler(event, context) { load(event, context); load(event, #{ remaining: 1 }) } \
         fn load(event, context) { if event { context.remaining } }",
        "fn render(text, context) { text + context.title }",
        "fn step(event, context) { event + context.title } fn f(x) { Fn(\"step\").call(x, #{ title: 1 }) }",
        "fn handler(event, context) { let f = Fn(\"load\"); f.call(event, 1); load(event, context) } \
         fn load(event, context) { if event { context.remaining } }",
    ]);
    // An import may have the name of a module.
    let lib = ("lib.rhai", "fn get(a, b, c, d) { a + b + c + d }");
    let main = "import \"lib\" as http; fn handler(event, context) { load(event, context) } \
                fn load(event, context) { http::get(1, 2, event, context.function_name) }";
    assert_eq!(findings(&[("a.rhai", main), lib], None).iter().map(shown).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn tests_that_are_not_run_and_what_they_invoke() {
    let is_test = |name: &str| name.ends_with(".test.rhai");
    let tests = rhambda_analysis::Tests { is_test: Some(is_test), ..rhambda_analysis::Tests::default() };
    let handler = ("a.rhai", "fn handler(event) { event }");
    let found = |test: &str| -> Vec<String> {
        let settings = Settings { tests, ..Settings::default() };
        let all = with_settings(&[handler, ("a.test.rhai", test)], settings);
        all.iter().map(|finding| finding.code.name().to_owned()).collect()
    };
    assert_eq!(found("fn test_a(x) { x }"), ["argument-count"]);
    assert_eq!(found("fn test_a() { 1 } fn test_of(x) { x } fn f() { test_of(1) }"), [""; 0]);
    assert_eq!(found("fn area(w) { w * 2 } fn test_a() { [|| area(\"3\")] }"), [""; 0]);
}
