//! The worked example in the crate's README is what the compiler does.

use rhai_vm::vm::{Options, Vm};
use std::rc::Rc;

#[test]
fn the_readme_shows_the_instructions_of_its_example() {
    let readme = include_str!("../README.md");
    let block = |from: &str| {
        let (_, rest) = readme.split_once("## An example").expect("the section");
        let (_, rest) = rest.split_once(from).expect("the block");
        rest.split_once("```").expect("its end").0
    };
    let vm = Vm::new(Rc::new(()), &[], Options::default());
    let unit = vm.compile(block("```rhai\n"), "", &[]).expect("it compiles");
    assert_eq!(unit.functions[0].to_string(), block("```text\n"));
}
