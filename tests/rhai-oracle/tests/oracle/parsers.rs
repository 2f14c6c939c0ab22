//! The machine's own parser beside rhai's: what it reads becomes the same instructions, and what rhai refuses it leaves to rhai.

use super::scripts;
use rhai_oracle::engines::on_large_stack;
use rhai_oracle::parsers::{compare, mutated, Parsed};
use rhai_oracle::programs;
use std::path::Path;

/// The scripts of this project.
fn scripts_of_the_project() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders: Vec<_> =
        ["scripts-examples", "benches/scripts", "docs", "tests", "cli"].map(|name| root.join(name)).into();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rhai") {
                found.push(std::fs::read_to_string(path).expect("a script"));
            }
        }
    }
    assert!(found.len() > 60, "only {} scripts were found", found.len());
    found
}

fn all_scripts() -> Vec<String> {
    let traps = scripts::ALL.iter().map(ToString::to_string);
    scripts_of_the_project().into_iter().chain(traps).chain((1..=500).map(programs::program)).collect()
}

#[test]
fn both_parsers_agree() {
    let failures = on_large_stack(|| {
        let scripts = all_scripts();
        let differ = scripts.iter().flat_map(|script| {
            [true, false].map(|is_strict| compare(script, is_strict).err().map(|why| (script, why)))
        });
        differ.flatten().map(|(script, why)| format!("--- {script}\n{why}\n")).collect::<Vec<_>>()
    });
    assert!(failures.is_empty(), "{}", failures.concat());
}

/// Most of them are wrong, in every way.
#[test]
fn both_parsers_agree_on_changed_scripts() {
    let failures = on_large_stack(|| {
        let scripts = all_scripts();
        let changed = (0..6000).map(|seed| {
            let script = &scripts[usize::try_from(seed).unwrap_or_default() % scripts.len()];
            mutated(script, seed, &scripts)
        });
        let differ = changed.filter_map(|script| {
            let why = compare(&script, script.len().is_multiple_of(2)).err()?;
            Some(format!("--- {script}\n{why}\n"))
        });
        differ.take(5).collect::<Vec<_>>()
    });
    assert!(failures.is_empty(), "{}", failures.concat());
}

/// At the limit, both say yes or both say no.
#[test]
fn nesting_is_counted_as_rhai_counts_it() {
    const NESTS: [(&str, &str, &str); 24] = [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("#{ a: ", "1", "}"),
        ("{", "1", "}"),
        ("|x| ", "1", ""),
        ("|x| { ", "1", "}"),
        ("if true {", "1", "}"),
        ("if true {} else ", "{}", ""),
        ("if true {} else { ", "1", "}"),
        ("while event {", "1", "}"),
        ("do {", "1", "} while event"),
        ("for x in event {", "1", "}"),
        ("try {", "1", "} catch {}"),
        ("try {} catch (e) {", "1", "}"),
        ("switch event { _ => ", "1", "}"),
        ("switch event { 1 if ", "true", " => 1 }"),
        ("let x = ", "1", ""),
        ("return ", "1", ""),
        ("event.a(", "1", ")"),
        ("event[", "1", "]"),
        ("!", "event", ""),
        ("-", "event", ""),
        ("`${", "1", "}`"),
        ("2 ** ", "event", ""),
    ];
    const CHAINS: [&str; 8] = [".a", "[0]", "?.a()", "[0].a", " + 1", " && event", " ?? 1", " == 1"];
    let wrong = on_large_stack(|| {
        let nests = NESTS.iter().flat_map(|(before, inner, after)| {
            (1..90).map(move |count| format!("{}{inner}{}", before.repeat(count), after.repeat(count)))
        });
        let chains =
            CHAINS.iter().flat_map(|link| (1..90).map(move |count| format!("event{}", link.repeat(count))));
        let expressions = nests.chain(chains).flat_map(|text| [format!("fn f(event) {{ {text} }}"), text]);
        let compared = expressions.map(|script| (compare(&script, true), script));
        let wrong = compared.filter(|(parsed, _)| matches!(parsed, Err(_) | Ok(Parsed::Left)));
        wrong.take(5).map(|(parsed, script)| format!("{parsed:?}: {script}\n")).collect::<Vec<_>>()
    });
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

/// Places are counted up to 65,535 only: what is behind them must not be mixed up.
#[test]
fn long_scripts_keep_their_closures_apart() {
    let far = [" ".repeat(70_000), "\n".repeat(70_000)];
    for space in far {
        let script = format!("{space}let f = |x| x + 1; let g = |x| x * 10; [f.call(4), g.call(4)]");
        assert_eq!(rhai_oracle::engines::machine(&script).result, Ok("[5, 40]".to_owned()));
        assert_eq!(compare(&script, true), Ok(Parsed::Same));
    }
}

/// Without that, scripts would merely take longer to load.
#[test]
fn scripts_of_the_project_are_not_left_to_rhai() {
    let left = on_large_stack(|| {
        let scripts = scripts_of_the_project();
        let left = scripts.into_iter().filter(|script| compare(script, true) == Ok(Parsed::Left));
        left.collect::<Vec<_>>()
    });
    assert!(left.is_empty(), "{}", left.join("\n---\n"));
}
