//! How long a handler takes: `speed SCRIPT EVENT.json [RUNS]`.

use rhai_vm::json;
use rhai_vm::vm::{Options, Vm};
use std::rc::Rc;
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let script = std::fs::read_to_string(&args[0]).expect("a script");
    let event = std::fs::read(&args[1]).expect("an event");
    let runs: usize = args.get(2).map_or(20, |runs| runs.parse().expect("a number"));
    let vm = Vm::new(Rc::new(()), &[], Options::default());
    let unit = vm.compile(&script, "", &[]).expect("it compiles");
    let _ = vm.load(&unit).expect("it runs");
    let mut least = f64::MAX;
    let mut length = 0;
    for _ in 0..runs {
        let start = Instant::now();
        let event = json::decode(&event).expect("JSON");
        let result = vm.call(&unit, "handler", vec![event]).unwrap_or_else(|error| panic!("{error}"));
        length = json::encode(&result).expect("JSON").len();
        drop(result);
        least = least.min(start.elapsed().as_secs_f64());
    }
    println!("{:.3} ms, {length} bytes", least * 1000.0);
}
