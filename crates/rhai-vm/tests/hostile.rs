//! Scripts that are too much: each ends with a value or an error, on the stack that the product gives to scripts.

use rhai::Position;
use rhai_vm::vm::{Host, Options, Vm};
use rhai_vm::{Error, ErrorKind, Value};
use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// As the product's.
const STACK: usize = 64 << 20;
/// How often a script is asked whether it may go on.
const MOST_CHECKS: u64 = 40_000;

struct Patient(Cell<u64>);

impl Host for Patient {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn print(&self, _: &str) {}

    fn debug(&self, _: &str, _: &str, _: Position) {}

    fn check(&self) -> rhai_vm::Result<()> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > MOST_CHECKS {
            return Err(Error::new(ErrorKind::Terminated(Value::Unit)));
        }
        Ok(())
    }
}

fn vm() -> Vm {
    Vm::new(Rc::new(Patient(Cell::new(0))), &[], Options::default())
}

fn on_a_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    thread.expect("there is memory for a stack").join().expect("no panic")
}

/// The value or the error, without the calls that led to it.
fn run(script: impl Into<String>) -> String {
    let script = script.into();
    on_a_stack(move || {
        let vm = vm();
        match vm.compile(&script, "", &[]).and_then(|unit| vm.run(&unit, Vec::new())) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string().lines().next().unwrap_or_default().to_owned(),
        }
    })
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(", ")
}

#[test]
fn long_scripts_run() {
    assert_eq!(run("let x = 0;\n".to_owned() + "x += 1;\n".repeat(100_000).as_str() + "x"), "100000");
    let cases = list(10_000, |number| format!("{number} => {number}"));
    assert_eq!(run(format!("switch 9_999 {{ {cases} }}")), "9999");
    assert_eq!(run(format!("[{}].len()", list(50_000, |number| number.to_string()))), "50000");
    let entries = list(2_000, |number| format!("k{number}: {number}"));
    assert_eq!(run(format!("#{{{entries}}}.len()")), "2000");
}

#[test]
fn what_has_too_many_values_at_a_time_is_an_error() {
    // Fewer than there are registers, and more.
    for count in [50_000, 70_000] {
        let args = list(count, |number| number.to_string());
        let result = run(format!("fn f(a) {{ a }} f({args})"));
        assert!(result.starts_with("Function not found: f (") || result.contains("65,000"), "{result:.80}");
    }
}

#[test]
fn deep_nesting_is_an_error_or_a_value() {
    for count in [50, 100_000] {
        let nested = [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("#{a: ", "1", "}"),
            ("-", "1", ""),
            ("!", "true", ""),
            ("{", "1", "}"),
            ("if true {", "1", "}"),
            ("while true {", "break", "}"),
            ("|| ", "1", ""),
            ("1 + (", "1", ")"),
            ("switch 1 { 1 => ", "1", "}"),
            ("try {", "1", "} catch {}"),
            ("`${", "1", "}`"),
            ("f(", "1", ")"),
            ("a[", "1", "]"),
        ];
        for (open, middle, close) in nested {
            run(open.repeat(count) + middle + close.repeat(count).as_str());
        }
        for chain in [" + 1", ".a", "[0]", ".f()", " ?? 1", " && true", " ** 1", "?.a", " == 1"] {
            run("1".to_owned() + chain.repeat(count).as_str());
        }
        run("if false {} ".to_owned() + "else if false {} ".repeat(count).as_str());
    }
}

#[test]
fn every_beginning_of_the_examples_compiles_or_does_not_parse() {
    let mut scripts = Vec::new();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts-examples");
    find_scripts(&examples, &mut scripts);
    assert!(!scripts.is_empty(), "there are examples");
    on_a_stack(move || {
        let vm = vm();
        for text in scripts {
            let beginnings = text.char_indices().map(|(at, _)| &text[..at]);
            // A debug build takes its time.
            for beginning in beginnings.step_by(1 + text.len() / 200) {
                let _ = vm.compile(beginning, "", &[]);
            }
        }
    });
}

fn find_scripts(folder: &Path, found: &mut Vec<String>) {
    let entries = fs::read_dir(folder).expect("the folder of examples can be read");
    let paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    for path in paths {
        if path.is_dir() {
            find_scripts(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rhai") {
            found.push(fs::read_to_string(&path).expect("an example is text"));
        }
    }
}

#[test]
fn endless_recursion_overflows() {
    let scripts = [
        "fn f() { f() } f()",
        "fn f(x) { [1].map(|y| f(y)) } f(1)",
        "fn f(x) { [2, 1].sort(|a, b| f(a)) } f(1)",
        "fn f(x) { #{a: 1}.filter(|k, v| f(k)) } f(1)",
        "fn int.f() { this.f() } 1.f()",
        "fn f() { this.f.call() } let m = #{}; m.f = Fn(\"f\"); fn g(x) { g(x.a) } g(m)",
        "fn f() { eval(\"f()\") } f()",
        "let s = \"eval(s)\"; eval(s)",
        "let f = (); f = || f.call(); f.call()",
        "let m = #{f: ()}; m.f = || m.f(); m.f()",
        "fn to_string(x) { to_string(x) } to_string(1)",
        "fn f(n) { f!(n + 1) } let t = 0; f!(1)",
        "fn f(x) { `${f(x)}` } f(1)",
        "fn f(x) { if f(x) { 1 } else { 2 } } f(1)",
        "fn f(x) { try { f(x) } catch { f(x) } } f(1)",
        "fn f(x) { let a = [f(x)]; a[f(x)] } f(1)",
        "fn f(x) { Fn(\"f\").curry(x).call() } f(1)",
        "fn f(x) { call(Fn(\"f\"), x) } f(1)",
        "fn f(x) { [1].reduce(|a, b| f(a), 1) } f(1)",
        "fn f(x) { x.for_each(|| f([1])) } f([1])",
    ];
    for script in scripts {
        let result = run(script);
        let is_expected = ["Stack overflow", "Data race", "Variable not found", "Data type incorrect"]
            .iter()
            .any(|known| result.starts_with(known))
            || result.starts_with("Dot expression");
        assert!(is_expected || result.starts_with("Unknown property"), "{script}: {result}");
    }
}

#[test]
fn values_that_contain_themselves_are_shown_compared_and_dropped() {
    for script in [
        "let a = []; let f = || a; a.push(f); `${a}` + a.to_debug()",
        "let m = #{}; let f = || m; m.f = f; m.to_json()",
        "let m = #{}; let f = || m; m.f = f; m == m",
        "let f = (); f = || f; f.to_string() + type_of(f)",
        "let f = (); f = || f; let g = f.curry(f); g == f",
        "let a = [1]; a.push(a); a.push(a); a",
        "let m = #{a: 1}; m.m = m; m.m.m = m; m",
    ] {
        run(script);
    }
}

#[test]
fn containers_may_change_while_they_are_gone_through() {
    assert_eq!(run("let a = [1, 2, 3]; for x in a { a.push(x); } a.len()"), "6");
    assert_eq!(run("let m = #{a: 1}; for k in m.keys() { m.remove(k); m.b = 2; } m.len()"), "1");
    assert_eq!(run("let s = \"abc\"; for c in s { s += c; } s"), "abcabc");
    for script in [
        "let a = [1, 2, 3]; a.map(|x| { a.clear(); x })",
        "let a = [3, 2, 1]; a.sort(|x, y| { a.push(1); x - y }); a",
        "let a = [3, 2, 1]; a.retain(|x| { a = (); true }); a",
        "let a = [3, 2, 1]; a.for_each(|| { this += 1; a.pop(); }); a",
        "let m = #{a: 1}; m.filter(|k| { m.clear(); true }); m",
        "let a = [1]; a[{ a.clear(); 0 }] = 1; a",
        "let a = [[1]]; a[0].push({ a = 5; 1 }); a",
    ] {
        run(script);
    }
}

#[test]
fn endless_loops_are_stopped() {
    for script in [
        "loop {}",
        "while true {}",
        "do {} until false",
        "for x in 0..9223372036854775807 {}",
        "fn f(x) { x } while f(true) {}",
        "loop { try { throw 1; } catch { } }",
        "let x = 0; loop { x += 1; eval(\"x\"); }",
        "loop { [1].map(|x| x); }",
        "while 1 == 1 { if true { continue; } }",
    ] {
        let result = run(script);
        assert!(result.contains("terminated"), "{script}: {result}");
    }
}

#[test]
fn natives_take_wrong_types() {
    let of_the_compiler = ["Fn", "call", "curry", "eval", "is_def_fn", "is_def_var", "type_of"];
    let natives = rhai_vm::builtins::functions().map(|function| function.name);
    // A long sleep is what was asked for.
    let natives = natives.filter(|name| !name.contains('$') && *name != "sleep");
    let names: BTreeSet<_> = natives.chain(of_the_compiler).collect();
    let values = [
        "()",
        "true",
        "-1",
        "9223372036854775807",
        "-9223372036854775807 - 1",
        "0.0/0.0",
        "1e300",
        "'ß'",
        "\"\"",
        "\"äß\"",
        "[]",
        "[1]",
        "#{}",
        "blob()",
        "(5..-5)",
        "(0..=9223372036854775807)",
        "Fn(\"x\")",
        "|| 1",
        "|a, b| b",
    ];
    on_a_stack(move || {
        let vm = vm();
        let mut seed = 7_usize;
        let mut pick = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            values[(seed >> 33) % values.len()]
        };
        for name in names {
            for round in 0..60 {
                let args: Vec<_> = (0..round % 5).map(|_| pick()).collect();
                // Long strings and arrays that are asked for are given.
                let is_large = args.iter().any(|arg| arg.contains("9223372036854775807"));
                if matches!(name, "pad" | "blob" | "write_utf8") && is_large {
                    continue;
                }
                let script = match round % 2 {
                    0 => format!("let x = {}; x.{name}({}); x", pick(), args.join(", ")),
                    _ => format!("{name}({})", args.join(", ")),
                };
                let _ = vm.compile(&script, "", &[]).and_then(|unit| vm.run(&unit, Vec::new()));
                vm.reset();
            }
        }
    });
}
