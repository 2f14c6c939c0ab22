//! Copies are made late, but that never shows: every variable behaves as if it had a value of its own.

use proptest::prelude::*;
use rhai_vm::vm::{Options, Vm};
use std::fmt::Write;
use std::rc::Rc;

/// How many variables there are.
const VARIABLES: usize = 4;

/// A value that is copied as a whole, always.
#[derive(Clone, Debug)]
enum Model {
    Number(i64),
    Array(Vec<Model>),
}

impl Model {
    fn write(&self, text: &mut String) {
        match self {
            Self::Number(number) => write!(text, "{number}").unwrap(),
            Self::Array(items) => {
                text.push('[');
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        text.push(',');
                    }
                    item.write(text);
                }
                text.push(']');
            }
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Number(_) => 1,
            Self::Array(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
        }
    }
}

/// A statement; the numbers are those of variables.
#[derive(Clone, Debug)]
enum Step {
    /// `a = b;`
    Assign(usize, usize),
    /// `a.push(7);`
    Push(usize, i64),
    /// `a.push(b);`
    PushOf(usize, usize),
    /// `a[0] = b;`
    Set(usize, usize),
    /// `a[0].push(7);`, if the first item is an array.
    PushInside(usize, i64),
    /// `a = [b, c];`
    Pair(usize, usize, usize),
    /// `a = changed(b);`: the function changes its parameter.
    Call(usize, usize),
    /// `a.change();`: the function changes `this`.
    Method(usize),
    /// `for item in a { b.push(item); a.push(1); }`
    Loop(usize, usize),
    /// A closure that changes what it has captured.
    Closure(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let variable = 0..VARIABLES;
    prop_oneof![
        (variable.clone(), variable.clone()).prop_map(|(a, b)| Step::Assign(a, b)),
        (variable.clone(), 0..100_i64).prop_map(|(a, n)| Step::Push(a, n)),
        (variable.clone(), variable.clone()).prop_map(|(a, b)| Step::PushOf(a, b)),
        (variable.clone(), variable.clone()).prop_map(|(a, b)| Step::Set(a, b)),
        (variable.clone(), 0..100_i64).prop_map(|(a, n)| Step::PushInside(a, n)),
        (variable.clone(), variable.clone(), variable.clone()).prop_map(|(a, b, c)| Step::Pair(a, b, c)),
        (variable.clone(), variable.clone()).prop_map(|(a, b)| Step::Call(a, b)),
        variable.clone().prop_map(Step::Method),
        (variable.clone(), variable.clone()).prop_map(|(a, b)| Step::Loop(a, b)),
        variable.prop_map(Step::Closure),
    ]
}

fn items(value: &mut Model) -> &mut Vec<Model> {
    match value {
        Model::Array(items) => items,
        Model::Number(_) => unreachable!("variables are arrays"),
    }
}

/// Does a step in the model, and writes it as a script.
fn play(step: &Step, state: &mut [Model], script: &mut String) {
    match *step {
        Step::Assign(a, b) => {
            state[a] = state[b].clone();
            writeln!(script, "v{a} = v{b};").unwrap();
        }
        Step::Push(a, number) => {
            items(&mut state[a]).push(Model::Number(number));
            writeln!(script, "v{a}.push({number});").unwrap();
        }
        Step::PushOf(a, b) => {
            let other = state[b].clone();
            items(&mut state[a]).push(other);
            writeln!(script, "v{a}.push(v{b});").unwrap();
        }
        Step::Set(a, b) => {
            let other = state[b].clone();
            if let Some(first) = items(&mut state[a]).first_mut() {
                *first = other;
                writeln!(script, "v{a}[0] = v{b};").unwrap();
            }
        }
        Step::PushInside(a, number) => {
            if let Some(Model::Array(inner)) = items(&mut state[a]).first_mut() {
                inner.push(Model::Number(number));
                writeln!(script, "v{a}[0].push({number});").unwrap();
            }
        }
        Step::Pair(a, b, c) => {
            state[a] = Model::Array(vec![state[b].clone(), state[c].clone()]);
            writeln!(script, "v{a} = [v{b}, v{c}];").unwrap();
        }
        Step::Call(a, b) => {
            let mut other = state[b].clone();
            items(&mut other).push(Model::Number(-1));
            state[a] = other;
            writeln!(script, "v{a} = changed(v{b});").unwrap();
        }
        Step::Method(a) => {
            items(&mut state[a]).push(Model::Number(-2));
            writeln!(script, "v{a}.change();").unwrap();
        }
        Step::Loop(a, b) => {
            for item in items(&mut state[a]).clone() {
                items(&mut state[b]).push(item);
                items(&mut state[a]).push(Model::Number(1));
            }
            writeln!(script, "for item in v{a} {{ v{b}.push(item); v{a}.push(1); }}").unwrap();
        }
        Step::Closure(a) => {
            items(&mut state[a]).push(Model::Number(-3));
            writeln!(script, "let add = || {{ v{a}.push(-3); }}; add.call();").unwrap();
        }
    }
}

proptest! {
    #[test]
    fn late_copies_never_show(steps in prop::collection::vec(step(), 1..40)) {
        let mut state: Vec<Model> = (0..VARIABLES).map(|_| Model::Array(Vec::new())).collect();
        let mut script =
            String::from("fn changed(list) { list.push(-1); list }\nfn change() { this.push(-2); }\n");
        for number in 0..VARIABLES {
            writeln!(script, "let v{number} = [];").unwrap();
        }
        for step in &steps {
            if state.iter().map(Model::size).sum::<usize>() > 20_000 {
                break;
            }
            play(step, &mut state, &mut script);
        }
        let names: Vec<_> = (0..VARIABLES).map(|number| format!("v{number}")).collect();
        writeln!(script, "[{}]", names.join(", ")).unwrap();

        let vm = Vm::new(Rc::new(()), &[], Options::default());
        let unit = vm.compile(&script, "", &[]).unwrap();
        let value = vm.run(&unit, Vec::new()).unwrap();
        let mut expected = String::new();
        Model::Array(state).write(&mut expected);
        let found = format!("{value:?}").replace(", ", ",");
        prop_assert_eq!(found, expected, "{}", script);
    }
}
