//! What debuggers and coverage need: the host is told of every statement, and can look at the variables.

use rhai_vm::vm::{Host, Moment, Options, Vm};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

#[derive(Default)]
struct Watcher(RefCell<Vec<String>>);

impl Host for Watcher {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn print(&self, _: &str) {}
    fn debug(&self, _: &str, _: &str, _: rhai_vm::Position) {}
    fn check(&self) -> rhai_vm::Result<()> {
        Ok(())
    }
    fn statement(&self, at: &Moment<'_>) {
        let variables: Vec<_> = at.variables().map(|(name, value)| format!("{name}={value:?}")).collect();
        let Moment { source, position, .. } = at;
        let line = format!("{}({}:{position:?}) {}", at.function(), source, variables.join(" "));
        self.0.borrow_mut().push(line.trim_end().to_owned());
    }
}

const SCRIPT: &str = "fn twice(n) {
    let m = n * 2;
    m
}
let a = twice(3);
if a > 5 {
    let b = 1;
    a += b;
}
a";

fn statements(tells_statements: bool) -> Vec<String> {
    let watcher = Rc::new(Watcher::default());
    let host: Rc<dyn Host> = watcher.clone();
    let vm = Vm::new(host, &[], Options { tells_statements, ..Options::default() });
    let unit = vm.compile(SCRIPT, "a.rhai", &[]).unwrap();
    assert_eq!(vm.run(&unit, Vec::new()).unwrap().as_int(), Some(7));
    watcher.0.take()
}

#[test]
fn the_host_is_told_of_every_statement_with_its_variables() {
    assert_eq!(
        statements(true),
        [
            "(a.rhai:5:1)",
            "twice(a.rhai:2:5) n=3",
            "twice(a.rhai:3:5) n=3 m=6",
            "(a.rhai:6:1) a=6",
            "(a.rhai:7:5) a=6",
            // Whoever debugs wants to know where it begins.
            if cfg!(feature = "debugger") { "(a.rhai:8:5) a=6 b=1" } else { "(a.rhai:8:7) a=6 b=1" },
            "(a.rhai:10:1) a=7",
        ]
    );
}

#[test]
fn the_host_is_told_nothing_unless_it_asks() {
    assert_eq!(statements(false), [""; 0]);
}
