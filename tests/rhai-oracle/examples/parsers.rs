//! Scripts with random changes, parsed by both parsers, for as long as one likes:
//! `cargo run -p rhai-oracle --example parsers -- SECONDS SEED FILE…`.

use rhai_oracle::parsers::{compare, mutated, Parsed};
use rhai_oracle::{engines, programs};
use std::time::{Duration, Instant};

/// So many differences are shown.
const MOST: usize = 12;

fn main() {
    let mut args = std::env::args().skip(1);
    let mut number = || args.next().and_then(|arg| arg.parse::<u64>().ok());
    let (seconds, seed) = (number().unwrap_or(10), number().unwrap_or(1));
    let files: Vec<_> = args.filter_map(|file| std::fs::read_to_string(file).ok()).collect();
    engines::on_large_stack(move || search(Duration::from_secs(seconds), seed, &files));
}

fn search(time: Duration, mut seed: u64, files: &[String]) {
    let begin = Instant::now();
    let (mut found, mut same, mut left, mut wrong) = (0, 0, 0, 0);
    let generated: Vec<_> = (seed..seed + 200).map(programs::program).collect();
    let all: Vec<_> = files.iter().cloned().chain(generated).collect();
    while begin.elapsed() < time && found < MOST {
        let index = usize::try_from(seed).unwrap_or_default() % all.len();
        let script = mutated(&all[index], seed, &all);
        match compare(&script, seed.is_multiple_of(2)) {
            Ok(Parsed::Same) => same += 1,
            Ok(Parsed::Left) => left += 1,
            Ok(Parsed::Wrong) => wrong += 1,
            Err(why) => {
                println!("--- seed {seed}\n{script}\n{why}\n");
                found += 1;
            }
        }
        seed += 1;
    }
    println!("{same} the same, {left} left to rhai, {wrong} wrong, {found} differ");
}
