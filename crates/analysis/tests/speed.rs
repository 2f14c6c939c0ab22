//! How long the check of a long script takes.

mod support;

use std::fmt::Write as _;
use std::time::{Duration, Instant};
use support::findings;

/// A script of about so many lines, with calls, closures, strings and maps.
fn script(lines: usize) -> String {
    let mut script = String::from("const RATE = 1.2;\n");
    for number in 0..lines / 10 {
        let _ = write!(
            script,
            "fn order_{number}(event, context) {{\n    let items = event.items ?? [];\n    let total = 0.0;\n    \
             for item in items {{\n        total += item.price * item.count * global::RATE;\n    }}\n    \
             let names = items.map(|item| item.name.to_upper()).filter(|name| name != \"\");\n    \
             log_info(`order ${{context.aws_request_id}}`, #{{ total: total }});\n    \
             #{{ total: total, names: names, first: names.get(0) ?? \"none\" }}\n}}\n"
        );
    }
    script
}

/// An unoptimised build takes many times as long as a released one, and so the limit is far above the 20 ms that a
/// script of this length may take there.
#[test]
fn a_thousand_lines_take_milliseconds() {
    let script = script(1000);
    assert!(script.lines().count() > 1000);
    let started = Instant::now();
    assert!(findings(&[("a.rhai", &script)], None).is_empty());
    let took = started.elapsed();
    println!("{} lines: {took:?}", script.lines().count());
    assert!(took < Duration::from_secs(2), "{took:?}");
}
