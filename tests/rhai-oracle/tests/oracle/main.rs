//! The machine beside rhai's own interpreter: the same scripts give the same values, the same printed text and the
//! same errors at the same places.

mod extract;
mod parsers;
mod scripts;

use rhai_oracle::engines::{self, compare, on_large_stack};
use rhai_oracle::programs;

/// rhai's own tests: `RHAI_CHECKOUT` is a folder with rhai's repository.
#[test]
fn scripts_of_rhais_tests_behave_the_same() {
    let Ok(checkout) = std::env::var("RHAI_CHECKOUT") else {
        println!("SKIPPED: set RHAI_CHECKOUT to a checkout of rhai's repository to run its tests");
        return;
    };
    let scripts = extract::scripts(checkout.as_ref());
    assert!(scripts.len() > 900, "only {} scripts were found in {checkout}", scripts.len());
    let differences = on_large_stack(move || {
        let compared = scripts.iter().filter_map(|script| {
            if std::env::var_os("RHAI_VERBOSE").is_some() {
                println!("{script:?}");
            }
            compare(script).err().map(|why| (script.clone(), why))
        });
        compared.collect::<Vec<_>>()
    });
    let unexpected: Vec<_> = differences
        .iter()
        .filter(|(script, _)| !scripts::DELIBERATE.iter().any(|(known, _)| script.contains(known)))
        .collect();
    for (script, why) in &unexpected {
        println!("--- {script}\n{why}\n");
    }
    assert!(unexpected.is_empty(), "{} scripts behave otherwise", unexpected.len());
}

/// Scripts of our own, one for each trap that was found.
#[test]
fn scripts_behave_the_same() {
    let failures = on_large_stack(|| {
        let compared =
            scripts::ALL.iter().filter_map(|script| compare(script).err().map(|why| (*script, why)));
        compared.collect::<Vec<_>>()
    });
    for (script, why) in &failures {
        println!("--- {script}\n{why}\n");
    }
    assert!(failures.is_empty(), "{} scripts behave otherwise", failures.len());
}

/// The first programs of the fuzzer: `cargo run -p rhai-oracle --example fuzz -- SECONDS SEED` goes on.
#[test]
fn random_programs_behave_the_same() {
    let failures = on_large_stack(|| {
        let programs = (1..=3000).map(programs::program);
        let differ = programs.filter(|program| engines::compare_quickly(program).is_err());
        let shrunk = differ.take(5).map(|program| programs::shrink(&program));
        let explained =
            shrunk.map(|program| (engines::compare_quickly(&program).err().unwrap_or_default(), program));
        explained.collect::<Vec<_>>()
    });
    for (why, program) in &failures {
        println!("--- {program}\n{why}\n");
    }
    assert!(failures.is_empty(), "{} programs behave otherwise", failures.len());
}

#[test]
fn differences_are_as_the_table_says() {
    on_large_stack(|| {
        for (script, expected) in scripts::DIFFERENT {
            let found = match engines::machine(script).result {
                Ok(value) => format!("Ok {value}"),
                Err(error) => format!("Err {error}"),
            };
            assert!(found.starts_with(expected), "{script}: {found}");
            let theirs = engines::oracle(script).map(|outcome| outcome.result);
            assert_ne!(theirs, Some(engines::machine(script).result), "no difference any more: {script}");
        }
    });
}
