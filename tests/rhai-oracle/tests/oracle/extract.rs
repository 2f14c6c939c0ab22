//! Scripts out of the Rust sources of rhai's tests: every string in them that parses as one.

use rhai::Engine;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The scripts in `tests/*.rs` and `scripts/*.rhai` of a checkout.
pub fn scripts(checkout: &Path) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut engine = Engine::new();
    engine.set_max_expr_depths(256, 256);
    for (folder, ending) in [("tests", "rs"), ("scripts", "rhai")] {
        let files = fs::read_dir(checkout.join(folder)).expect("the checkout has these folders");
        for file in files.filter_map(Result::ok).map(|entry| entry.path()) {
            // Those of limits on the size of data never end without them.
            if file.extension().is_none_or(|found| found != ending) || file.ends_with("data_size.rs") {
                continue;
            }
            let text = fs::read_to_string(&file).expect("a file of text");
            let candidates = if ending == "rs" { literals(&text) } else { vec![text] };
            found.extend(candidates.into_iter().filter(|text| is_script(&engine, text)));
        }
    }
    found.into_iter().collect()
}

fn is_script(engine: &Engine, text: &str) -> bool {
    text.len() > 2
        && !text.contains("sleep(")
        && !text.contains("timestamp()")
        && engine.compile(text).is_ok()
}

/// The string literals of a Rust source.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let bytes: Vec<char> = source.chars().collect();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        match rest {
            ['/', '/', ..] => at += rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['\'', '\\', _, '\'', ..] => at += 4,
            ['\'', _, '\'', ..] => at += 3,
            ['r', '"' | '#', ..] => {
                let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
                if rest.get(1 + hashes) != Some(&'"') {
                    at += 1;
                    continue;
                }
                let begin = at + 2 + hashes;
                let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                let length = bytes[begin..].windows(end.len()).position(|window| *window == end[..]);
                let Some(length) = length else { break };
                found.push(bytes[begin..begin + length].iter().collect());
                at = begin + length + end.len();
            }
            ['"', ..] => {
                let mut text = String::new();
                at += 1;
                while let Some(c) = bytes.get(at) {
                    match (c, bytes.get(at + 1)) {
                        ('"', _) => break,
                        ('\\', Some('n')) => text.push('\n'),
                        ('\\', Some('t')) => text.push('\t'),
                        ('\\', Some('r')) => text.push('\r'),
                        ('\\', Some(c)) | (c, _) => text.push(*c),
                    }
                    at += if *c == '\\' { 2 } else { 1 };
                }
                at += 1;
                found.push(text);
            }
            _ => at += 1,
        }
    }
    found
}
