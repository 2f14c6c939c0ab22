//! What a debugger is told, sees and changes.
#![cfg(feature = "debugger")]

use rhai_vm::debug::{self, Debugger, Here};
use rhai_vm::vm::{Options, Vm};
use rhai_vm::{Error, Value};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

thread_local! {
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// In which line which expression is evaluated; with `!` before it, it may change variables.
    static EVALUATED: RefCell<Vec<(usize, &'static str)>> = const { RefCell::new(Vec::new()) };
}

struct Writer;

fn write(what: &str, here: &Here<'_>) {
    let shown = |variables: &[debug::Variable]| {
        let shown = variables.iter().map(|variable| {
            let mark = if variable.is_captured { "^" } else { "" };
            format!("{mark}{}={:?}", variable.name, variable.value)
        });
        shown.collect::<Vec<_>>().join(" ")
    };
    let mut line = format!("{what} {:?} {}({})", here.position, here.function(), shown(&here.variables()));
    debug::with_frames(|frames| {
        for frame in frames.iter().rev().skip(1) {
            let callee = frame.callee.as_deref().unwrap_or("-");
            let is_in_try = if frame.is_in_try { " try" } else { "" };
            let function = &frame.function;
            let _ = write!(
                line,
                " < {:?} {function}→{callee}({}){is_in_try}",
                frame.position,
                shown(&frame.variables)
            );
        }
    });
    SEEN.with_borrow_mut(|seen| seen.push(line));
}

impl Debugger for Writer {
    fn statement(&self, here: &mut Here<'_>) {
        let is_first = here.is_at_beginning();
        write(if is_first { "first" } else { "statement" }, here);
        let line = here.position.line();
        for (_, text) in EVALUATED.with_borrow(Clone::clone).into_iter().filter(|(at, _)| line == Some(*at)) {
            let result = match text.strip_prefix('!') {
                Some(text) => here.evaluate(text, true),
                None => here.evaluate(text, false),
            };
            let result = match result {
                Ok(value) => format!("{text} → {value:?}"),
                Err(error) => format!("{text} ✗ {}", error.kind()),
            };
            SEEN.with_borrow_mut(|seen| seen.push(result));
        }
    }
    fn call(&self, here: &mut Here<'_>) {
        write("call", here);
    }
    fn error(&self, error: &Error, here: &mut Here<'_>) {
        write(&format!("error {}", error.kind()), here);
    }
    fn check(&self) -> rhai_vm::Result<()> {
        Ok(())
    }
}

fn run(script: &str, evaluated: &[(usize, &'static str)]) -> (Vec<String>, Result<Value, Error>) {
    debug::attach(|| Rc::new(Writer));
    EVALUATED.set(evaluated.to_vec());
    let vm = Vm::new(Rc::new(()), &[], Options { strict_variables: true, ..Options::default() });
    let unit = vm.compile(script, "a.rhai", &[]).unwrap();
    let result = vm.run(&unit, Vec::new());
    assert_eq!(debug::depth(), 0);
    (SEEN.take(), result)
}

#[test]
fn functions_show_what_they_saw_when_they_called() {
    let (seen, result) =
        run("fn f(a) {\n    a + 1\n}\nlet x = [1];\nlet y = f(2) + f(3);\nx.push(y);\nx", &[]);
    assert_eq!(
        seen,
        [
            "first 4:1 ()",
            "statement 5:1 (x=[1])",
            "call 5:9 (x=[1])",
            "first 2:5 f(a=2) < 5:9 →-(x=[1])",
            "call 5:16 (x=[1])",
            "first 2:5 f(a=3) < 5:16 →-(x=[1])",
            "statement 6:1 (x=[1] y=7)",
            "statement 7:1 (x=[1, 7] y=7)",
        ]
    );
    assert_eq!(format!("{:?}", result.unwrap()), "[1, 7]");
}

#[test]
fn closures_show_the_native_function_that_calls_them() {
    let (seen, _) = run("let n = 2;\nlet l = [5].map(|x| x * n);\nl", &[]);
    assert_eq!(
        seen[seen.len() - 2],
        "first 2:21 anon$(^n=2 x=5) < 2:13 →map(n=2)".replace("anon$", &closure(&seen))
    );
    assert_eq!(seen[seen.len() - 1], "statement 3:1 (n=2 l=[10])");
}

/// The name that rhai has given the only closure.
fn closure(seen: &[String]) -> String {
    let at = seen.iter().find_map(|line| line.split_once("anon$")).unwrap().1;
    format!("anon${}", at.split('(').next().unwrap())
}

#[test]
fn errors_are_told_where_they_happen_with_the_functions_around() {
    let (seen, result) = run(
        "fn f() {\n    throw \"no\";\n}\ntry {\n    f();\n} catch (e) {\n    let z = 1;\n}\n[].pop().x.y",
        &[],
    );
    let errors: Vec<_> = seen.iter().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 2, "{seen:?}");
    assert!(errors[0].contains(" 2:5 f() < 5:5 →-() try"), "{errors:?}");
    assert!(errors[1].contains(" 9:"), "{errors:?}");
    assert!(result.is_err());
}

#[test]
fn expressions_see_variables_functions_and_constants_and_change_what_they_may() {
    const SCRIPT: &str = "const RATE = 3;
fn twice(n) { n * 2 }
fn method() {
    this.a
}
let list = [1, 2, 3];
let sum = 1;
let add = |n| sum += n;
let map = #{ a: 7 };
let list = [4];
list.len() + sum + map.method()";
    let (seen, result) = run(
        SCRIPT,
        &[
            (11, "twice(list[0]) + sum"),
            (11, "list.map(|n| n + global::RATE)"),
            (11, "list.push(9); list"),
            (11, "list.len()"),
            (11, "!list.push(9); list.len()"),
            (11, "!sum = 20"),
            (11, "!add.call(5); sum"),
            (11, "missing"),
            (11, "1 +"),
        ],
    );
    let evaluated: Vec<_> = seen.iter().filter(|line| line.contains('→') || line.contains('✗')).collect();
    let evaluated: Vec<_> = evaluated.into_iter().filter(|line| !line.contains(" < ")).collect();
    assert_eq!(
        evaluated,
        [
            "twice(list[0]) + sum → 9",
            "list.map(|n| n + global::RATE) → [7]",
            "list.push(9); list → [4, 9]",
            "list.len() → 1",
            "!list.push(9); list.len() → 2",
            "!sum = 20 → ()",
            "!add.call(5); sum → 25",
            "missing ✗ Syntax error: Undefined variable: missing",
            "1 + ✗ Syntax error: Script is incomplete",
        ]
    );
    assert_eq!(result.unwrap().as_int(), Some(2 + 25 + 7));
}

#[test]
fn expressions_see_this_and_can_change_it() {
    let script = "fn method(n) {\n    this.a + n\n}\nlet map = #{ a: 7 };\nmap.method(1)";
    let (seen, result) = run(script, &[(2, "this.a * n"), (2, "!this.a = 30")]);
    assert!(seen.contains(&"this.a * n → 7".to_owned()), "{seen:?}");
    assert_eq!(result.unwrap().as_int(), Some(31));
}

#[test]
fn evaluated_texts_see_the_variables_around() {
    let (seen, _) = run("let a = 1;\nlet b = eval(\"let c = a + 1; c\");\nb", &[]);
    assert!(seen.iter().any(|line| line.contains("(a=1 c=2)")), "{seen:?}");
}
