//! Variables that hold themselves are freed, and nothing else is.

use rhai_vm::vm::{Library, Options, Vm};
use rhai_vm::Value;
use std::rc::{Rc, Weak};

fn vm() -> Vm {
    Vm::new(Rc::new(()), Library::default(), Options::default())
}

/// Runs a script that has `data`; its value, and what shows whether `data` is still there.
fn run(vm: &Vm, script: &str) -> (Value, Weak<Vec<u8>>) {
    let data = Rc::new(vec![7; 10]);
    let watch = Rc::downgrade(&data);
    let unit = vm.compile(script, "", &["data"]).unwrap();
    (vm.run(&unit, vec![Value::Blob(data)]).unwrap(), watch)
}

#[test]
fn cycles_are_freed() {
    for script in [
        "let o = #{ data: data, n: 0 }; o.inc = || { o.n += 1; }; o.inc.call(); ()",
        "let o = #{ data: data }; o.all = [#{ deep: [|| o] }]; ()",
        "let a = #{ data: data }; let b = #{}; a.f = || b; b.f = || a; ()",
        "let f = (); let all = []; for i in 0..300 { let o = [data]; o.push(|| o.len); all.push(o); } ()",
        "let f = data; f = |n| if n == 0 { data } else { f.call(n - 1) }; f.call(3); ()",
        "let both = [data]; let o = #{ a: both, b: both }; o.f = || o; let p = #{ o: o }; p.f = || p; ()",
    ] {
        let vm = vm();
        let (value, watch) = run(&vm, script);
        drop(value);
        vm.collect_cycles();
        assert_eq!(watch.strong_count(), 0, "{script}");
    }
}

#[test]
fn what_is_used_stays() {
    for script in [
        "let o = #{ data: data, n: 40 }; o.get = || o.n + o.data.len / 5; o",
        "let o = #{ data: data, n: 42 }; o.inner = [[|| o.n]]; #{ get: || o.inner[0][0].call() }",
        "let n = 40; let o = #{ data: data }; let m = #{ o: o, get: || n + o.data.len / 5 }; o.m = || m; m",
    ] {
        let vm = vm();
        let (value, watch) = run(&vm, script);
        for _ in 0..3 {
            vm.collect_cycles();
        }
        assert!(watch.strong_count() > 0, "{script}");
        let get = value.as_map().unwrap().get("get").unwrap().as_fn().unwrap().clone();
        assert_eq!(vm.call_pointer(&get, &mut []).unwrap().as_int(), Some(42), "{script}");
        drop((value, get));
        // It was in use the last time: it is looked at again when there are more of its kind.
        for _ in 0..200 {
            let (kept, _) = run(&vm, "let n = 1; || n + data.len");
            vm.collect_cycles();
            drop(kept);
        }
        assert_eq!(watch.strong_count(), 0, "{script}");
    }
}

#[test]
fn a_loop_keeps_no_list_of_what_it_has_freed() {
    let vm = vm();
    let script = "let sum = 0; for i in 0..300000 { let n = i; let f = || n; sum += f.call(); } sum";
    assert_eq!(run(&vm, script).0.as_int(), Some(44_999_850_000));
}
