//! `for` over what an object of the host makes item by item.

use rhai_vm::value::Items;
use rhai_vm::vm::{Options, Vm};
use rhai_vm::{module, Error, Object, Position, Value};
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

thread_local! {
    /// How many iterators there are.
    static ALIVE: Cell<i64> = const { Cell::new(0) };
    /// How many objects there are.
    static MADE: Cell<i64> = const { Cell::new(0) };
}

/// Numbers from 1, and an error after the last one.
struct Numbers {
    next: Rc<Cell<i64>>,
    last: i64,
}

impl Numbers {
    fn new(next: Rc<Cell<i64>>, last: i64) -> Self {
        MADE.set(MADE.get() + 1);
        Self { next, last }
    }
}

impl Clone for Numbers {
    fn clone(&self) -> Self {
        Self::new(Rc::clone(&self.next), self.last)
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        MADE.set(MADE.get() - 1);
    }
}

impl Object for Numbers {
    fn type_name(&self) -> &'static str {
        "numbers"
    }
    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers")
    }
    fn iterate(&self) -> Option<Items> {
        (self.last > 0).then(|| Box::new(Alive::new(self.clone())) as Items)
    }
}

struct Alive(Numbers);

impl Alive {
    fn new(numbers: Numbers) -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Self(numbers)
    }
}

impl Iterator for Alive {
    type Item = rhai_vm::Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.0.next.get();
        self.0.next.set(next + 1);
        match next {
            next if next <= self.0.last => Some(Ok(next.into())),
            100 => None,
            _ => Some(Err(Error::thrown("Broken", "there is no more"))),
        }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

module! {
    /// Numbers.
    "Numbers"

    functions {
        /// Returns the numbers up to the last one.
        new "numbers" (last: Int) -> Host("numbers") = |call| {
            Ok(Value::host(Numbers::new(Rc::new(Cell::new(1)), call.int(0))))
        };

        /// Returns the numbers.
        new "itself" (self: Host("numbers"), other: Int) -> Host("numbers") = |call| Ok(call.value(0).clone());

        /// Returns the numbers.
        new "and_itself" (self: Host("numbers"), other: Int) -> Host("numbers") = |call| Ok(call.value(0).clone());

        /// Returns how many numbers there are.
        new "made" () -> Int = |_| Ok(MADE.get().into());

        /// Returns how many iterators there are.
        new "alive" () -> Int = |_| Ok(ALIVE.get().into());
    }
}

fn run(script: &str) -> rhai_vm::Result<String> {
    ALIVE.set(0);
    MADE.set(0);
    let vm = Vm::new(Rc::new(()), &[&MODULE], Options::default());
    let unit = vm.compile(script, "", &[])?;
    let result = vm.run(&unit, Vec::new()).map(|value| format!("{value:?}"));
    assert_eq!(ALIVE.get(), 0, "an iterator outlives its script");
    result
}

#[test]
fn items_come_one_by_one() {
    assert_eq!(run("let s = 0; for n in numbers(99) { s += n; } s").unwrap(), "4950");
    assert_eq!(
        run("let all = []; for (n, i) in numbers(99) { if i > 2 { break; } all.push(n * i); } all").unwrap(),
        "[0, 2, 6]"
    );
}

#[test]
fn a_loop_goes_on_where_the_one_before_ended() {
    let script = "let it = numbers(99); let all = [];
        for n in it { all.push(n); if n == 2 { break; } }
        for n in it { all.push(n); if n == 4 { break; } }
        all";
    assert_eq!(run(script).unwrap(), "[1, 2, 3, 4]");
}

#[test]
fn closures_have_the_items_of_their_rounds() {
    let script =
        "let all = []; for n in numbers(99) { all.push(|| n); if n == 2 { break; } } all.map(|f| f.call())";
    let of_array = "let all = []; for n in [1, 2] { all.push(|| n); } all.map(|f| f.call())";
    assert_eq!(run(script).unwrap(), run(of_array).unwrap());
}

#[test]
fn an_error_ends_the_loop_and_has_its_place() {
    let error = run("let s = 0;\n  for n in numbers(2) {\n s += n; }\n s").unwrap_err();
    assert_eq!(error.position(), Position::new(2, 12));
    let caught = "let s = 0; try { for n in numbers(3) { s += n; } } catch (e) { return `${s} ${e.type}`; }";
    assert_eq!(run(caught).unwrap(), "\"6 Broken\"");
}

#[test]
fn an_iterator_ends_with_its_loop() {
    for body in ["break;", "try { throw 1 } catch { break; }"] {
        assert_eq!(run(&format!("for n in numbers(99) {{ {body} }} alive()")).unwrap(), "0", "{body}");
    }
    assert_eq!(run("try { for n in numbers(99) { throw 1; } } catch { } alive()").unwrap(), "0");
    assert_eq!(run("fn f() { for n in numbers(99) { return n; } } f() + alive()").unwrap(), "1");
}

#[test]
fn what_the_items_were_made_of_ends_with_the_loop() {
    let script = "for n in numbers(99).itself(1).and_itself(2) { break; } made()";
    assert_eq!(run(script).unwrap(), "0");
}

#[test]
fn objects_without_items_are_refused() {
    let error = run("for n in numbers(0) { }").unwrap_err();
    assert_eq!(error.to_string(), "For loop expects iterable type (line 1, position 10)");
}
