//! How long a validation takes, and compiling the schema: `cargo run --release -p json-schema --example speed`. `speed.py`
//! measures Python's libraries with the same schema and value.

use json_schema::{Options, Schema};
use rhai_vm::{json, Value};
use std::hint::black_box;
use std::time::Instant;

const SCHEMA: &str = include_str!("order.schema.json");
const ORDER: &str = include_str!("order.json");

/// Microseconds of the fastest of several runs, each of which is so many rounds.
fn fastest(rounds: u32, mut work: impl FnMut()) -> f64 {
    let mut run = || {
        let start = Instant::now();
        (0..rounds).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds)
    };
    (0..7).map(|_| run()).fold(f64::INFINITY, f64::min)
}

fn main() {
    let options = Options { formats: true, documents: None, pattern_limit: 8 << 20 };
    let value = |text: &str| -> Value { json::decode(text.as_bytes()).expect("JSON") };
    let (schema, order) = (value(SCHEMA), value(ORDER));
    let compiled = Schema::compile(&schema, &options).unwrap_or_else(|problem| panic!("{}", problem.message));
    assert!(compiled.is_valid(&order, &|| Ok(())).expect("it ends"));
    let once = Instant::now();
    black_box(Schema::compile(&schema, &options).is_ok());
    println!("rhambda: the first use {:.1} µs", once.elapsed().as_secs_f64() * 1e6);
    let check = fastest(200, || {
        black_box(compiled.failures(&order, &|| Ok(())).expect("it ends").is_empty());
    });
    println!("rhambda: a validation {check:.1} µs");
}
