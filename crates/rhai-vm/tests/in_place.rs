//! Where nobody else has a value, it is changed in place: large arrays are not copied again and again. Whoever copies one asks the
//! host for memory first, which is counted here.

use rhai_vm::memory;
use rhai_vm::vm::{Options, Vm};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

static ASKED: AtomicUsize = AtomicUsize::new(0);

/// How often a script makes something as large as its array, which has 100,000 items.
fn large_pieces(script: &str) -> usize {
    memory::ask_with(|_| {
        ASKED.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let vm = Vm::new(Rc::new(()), &[], Options::default());
    let unit = vm.compile(script, "", &[]).expect("it compiles");
    vm.load(&unit).expect("it loads");
    let before = ASKED.load(Ordering::Relaxed);
    vm.call(&unit, "run", vec![vec![rhai_vm::Value::Int(7); 100_000].into()]).expect("it runs");
    ASKED.load(Ordering::Relaxed) - before
}

/// In one function, as the count is one for all threads.
#[test]
fn values_that_only_one_variable_has_are_changed_in_place() {
    let scripts = [
        "fn run(a) { for i in 0..100 { a.push(i); } a }",
        "fn add(x) { this.push(x); } fn run(a) { for i in 0..100 { a.add(i); } a }",
        "fn put(i) { this[i] = this[0] + 1; } fn run(a) { for i in 0..100 { a.put(i); } a }",
        "fn take() { this.pop() } fn run(a) { for i in 0..100 { a.take(); } a }",
        "fn array.add(x) { this.push(x); } fn run(a) { for i in 0..100 { a.add(i); } a }",
        "fn twice(x) { this.once(x); this.once(x); } fn once(x) { this.push(x); } \
         fn run(a) { for i in 0..100 { a.twice(i); } a }",
        "fn add(x) { this.push(x); } fn run(a) { let m = #{ a: #{ b: a } }; a = (); \
         for i in 0..100 { m.a.b.add(i); m[\"a\"].b.add(i); } m }",
        "fn add(x) { this.list.push(x); } fn run(a) { let m = #{ list: a }; a = (); for i in 0..100 { m.add(i); } m }",
        "fn run(a) { let m = #{ list: a, add: |x| this.list.push(x) }; a = (); for i in 0..100 { m.add(i); } m }",
        "fn add(x) { this.push(x); throw x } fn run(a) { for i in 0..100 { try { a.add(i); } catch {} } a }",
        "fn add(list, x) { list.push(x); list } fn run(a) { for i in 0..100 { a = add(a, i); } a }",
        "fn add(list, x) { list.push(x); list } \
         fn run(a) { let a = add(a, 1); let a = add(a, 2); let a = add(a, 3); let a = add(a, 4); let a = add(a, 5); a }",
        "fn add(list, n) { if n == 0 { return list; } list.push(n); add(list, n - 1) } fn run(a) { add(a, 40) }",
        "fn add(list, n) { list.push(n); if n > 0 { return add(list, n - 1); } list } fn run(a) { add(a, 40) }",
        "fn run(a) { for i in 0..100 { a = a + [i]; } a }",
        "fn add(list, x) { list.push(x); list } fn run(a) { try { let b = a; a = (); for i in 0..100 { b = add(b, i); } b } catch {} }",
    ];
    for script in scripts {
        // Vec grows now and then.
        assert!(large_pieces(script) <= 4, "{} large pieces: {script}", large_pieces(script));
    }
    // What others have, too, is copied when it is changed: this test sees copies.
    let copies = "fn run(a) { let all = []; for i in 0..100 { a.push(i); all.push(a); } all.len() }";
    assert!(large_pieces(copies) >= 99);
}
