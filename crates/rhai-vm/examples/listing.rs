//! Shows the instructions of a script's functions: `listing SCRIPT`.

use rhai_vm::vm::{Options, Vm};
use std::rc::Rc;

fn main() {
    let path = std::env::args().nth(1).expect("the path of a script");
    let script = std::fs::read_to_string(path).expect("the script can be read");
    let vm = Vm::new(Rc::new(()), &[], Options::default());
    let unit = vm.compile(&script, "", &[]).unwrap_or_else(|error| panic!("{error}"));
    for function in unit.functions.iter().chain([&unit.main]) {
        println!(
            "{}({})\n{function}",
            function.name,
            function.params.iter().map(|name| &**name).collect::<Vec<_>>().join(", ")
        );
    }
}
