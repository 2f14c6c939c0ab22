//! Random programs for as long as one likes: `cargo run -p rhai-oracle --example fuzz -- SECONDS [SEED]`.

use rhai_oracle::{engines, programs};
use std::time::{Duration, Instant};

/// So many differences are shown.
const MOST: usize = 12;

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let seconds = args.next().and_then(Result::ok).unwrap_or(10);
    let seed = args.next().and_then(Result::ok).unwrap_or(1);
    std::panic::set_hook(Box::new(|_| {}));
    engines::on_large_stack(move || search(Duration::from_secs(seconds), seed));
}

fn search(time: Duration, first: u64) {
    let begin = Instant::now();
    let (mut seed, mut found) = (first, 0);
    while begin.elapsed() < time && found < MOST {
        let program = programs::program(seed);
        if std::env::var_os("FUZZ_VERBOSE").is_some() {
            eprintln!("--- {seed}\n{program}");
        }
        if engines::compare_quickly(&program).is_err() {
            let small = programs::shrink(&program);
            let why = engines::compare_quickly(&small).err().unwrap_or_default();
            println!("--- seed {seed}\n{small}\n{why}\n");
            found += 1;
        }
        seed += 1;
    }
    let count = seed - first;
    let skipped = engines::SKIPPED.load(std::sync::atomic::Ordering::Relaxed);
    let failed = engines::FAILED.load(std::sync::atomic::Ordering::Relaxed);
    println!("{count} programs, {skipped} runs skipped, {failed} ended with an error, {found} differ");
}
