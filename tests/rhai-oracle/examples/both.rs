//! Runs scripts through rhai's own interpreter and through the machine, and shows both results.

use rhai_vm::vm::{Host, Options, Vm};
use std::any::Any;
use std::rc::Rc;

struct Console;

impl Host for Console {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn print(&self, text: &str) {
        println!("{text}");
    }
    fn debug(&self, text: &str, _: &str, _: rhai::Position) {
        println!("{text}");
    }
    fn check(&self) -> rhai_vm::Result<()> {
        Ok(())
    }
}

fn main() {
    for script in std::env::args().skip(1) {
        let script = if std::path::Path::new(&script).exists() {
            std::fs::read_to_string(&script).expect("the file can be read")
        } else {
            script
        };
        let mut engine = rhai::Engine::new();
        engine.set_max_expr_depths(256, 256);
        match engine.eval::<rhai::Dynamic>(&script) {
            Ok(value) => println!("rhai: {value:?}"),
            Err(error) => println!("rhai: error {error}"),
        }
        let vm = Vm::new(Rc::new(Console), &[], Options::default());
        match vm.compile(&script, "", &[]).and_then(|unit| vm.run(&unit, Vec::new())) {
            Ok(value) => println!("vm:   {value:?}"),
            Err(error) => println!("vm:   error {error}"),
        }
    }
}
