//! Functions that Rhai does not have: beside models of them, with wrong arguments, and beside a script's own names.

use proptest::prelude::*;
use rhai_vm::vm::{Host, Options, Vm};
use rhai_vm::{Error, ErrorKind, Position, Value};
use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Values of each type that are equal to few others.
const ITEMS: [&str; 14] = [
    "0",
    "1",
    "2",
    "-1",
    "1.0",
    "2.5",
    "\"a\"",
    "'a'",
    "\"b\"",
    "true",
    "()",
    "[1]",
    "[1.0, \"a\"]",
    "#{a: 1}",
];

/// Stops a script after so many checks.
struct Patient(Cell<u32>);

impl Host for Patient {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn print(&self, _: &str) {}

    fn debug(&self, _: &str, _: &str, _: Position) {}

    fn check(&self) -> rhai_vm::Result<()> {
        match self.0.get().checked_sub(1) {
            Some(left) => self.0.set(left),
            None => return Err(Error::new(ErrorKind::Terminated(Value::Unit))),
        }
        Ok(())
    }
}

fn run_with(checks: u32, script: &str) -> Result<Value, Error> {
    let vm = Vm::new(Rc::new(Patient(Cell::new(checks))), &[], Options::default());
    vm.compile(script, "", &[]).and_then(|unit| vm.run(&unit, Vec::new()))
}

/// The value as a script shows it, or the error in one line.
fn run(script: &str) -> String {
    match run_with(u32::MAX, script) {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

fn is_true(script: &str) -> bool {
    run_with(u32::MAX, script).unwrap_or_else(|error| panic!("{script}: {error}")).as_bool() == Some(true)
}

/// The error that a script throws: its type and its message.
fn thrown(script: &str) -> (String, String) {
    let error = run_with(u32::MAX, script).expect_err(script);
    match error.kind() {
        ErrorKind::Runtime(Value::Map(map)) => {
            let text = |key: &str| map.get(key).map(ToString::to_string).unwrap_or_default();
            (text("type"), text("message"))
        }
        other => (other.name().to_owned(), other.to_string()),
    }
}

fn literal(items: &[impl ToString]) -> String {
    format!("[{}]", items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

fn items() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(&ITEMS[..]), 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn unique_keeps_what_a_search_for_equal_items_keeps(items in items()) {
        let script = format!(
            "let a = {}; let kept = []; for x in a {{ if !(x in kept) {{ kept.push(x); }} }} \
             a.unique().to_debug() == kept.to_debug() && a.unique_by(|x| [x]).to_debug() == kept.to_debug()",
            literal(&items)
        );
        prop_assert!(is_true(&script), "{script}");
    }

    #[test]
    fn sorting_is_that_of_rust(numbers in prop::collection::vec(-9_i64..9, 0..40)) {
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        let mut by_size = numbers.clone();
        by_size.sort_by_key(|number| number.abs());
        let mut reversed = numbers.clone();
        reversed.reverse();
        let a = literal(&numbers);
        prop_assert_eq!(run(&format!("{a}.sorted()")), literal(&sorted));
        // Mixed with floats, and as arrays, it is another way through the code.
        prop_assert_eq!(run(&format!("{a}.map(|n| [n]).sorted().flatten()")), literal(&sorted));
        prop_assert_eq!(run(&format!("({a} + [0.5]).sorted().filter(|n| n != 0.5)")), literal(&sorted));
        prop_assert_eq!(run(&format!("{a}.sorted_by(|n| n.abs())")), literal(&by_size));
        prop_assert_eq!(run(&format!("{a}.sorted_by(|n| `${{n.abs()}}`)")), literal(&by_size));
        prop_assert_eq!(run(&format!("let a = {a}; a.sort_by(|n| n.abs()); a")), literal(&by_size));
        prop_assert_eq!(run(&format!("{a}.sorted_by(|a, b| a - b)")), literal(&sorted));
        prop_assert_eq!(run(&format!("{a}.reversed()")), literal(&reversed));
        let show = |number: Option<&i64>| number.map_or("()".to_owned(), ToString::to_string);
        prop_assert_eq!(run(&format!("{a}.min()")), show(sorted.first()));
        prop_assert_eq!(run(&format!("{a}.max()")), show(sorted.last()));
        prop_assert_eq!(run(&format!("{a}.min_by(|n| n.abs())")), show(by_size.first()));
        prop_assert_eq!(run(&format!("{a}.sum()")), numbers.iter().sum::<i64>().to_string());
    }

    #[test]
    fn groups_have_all_items_in_their_order(numbers in prop::collection::vec(0_i64..50, 0..60), of in 1_i64..30) {
        let mut groups: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for number in &numbers {
            groups.entry((number % of).to_string()).or_default().push(*number);
        }
        let groups: Vec<_> =
            groups.into_iter().map(|(key, items)| format!("{key:?}: {}", literal(&items))).collect();
        let expected = format!("#{{{}}}", groups.join(", "));
        prop_assert_eq!(run(&format!("{}.group_by(|n| n % {of})", literal(&numbers))), expected);
    }

    #[test]
    fn chunks_and_parts_are_those_of_rust(numbers in prop::collection::vec(0_i64..50, 0..40), size in 1_usize..50) {
        let a = literal(&numbers);
        let chunks: Vec<_> = numbers.chunks(size).map(literal).collect();
        prop_assert_eq!(run(&format!("{a}.chunks({size})")), literal(&chunks));
        prop_assert_eq!(run(&format!("{a}.chunks({size}).flatten()")), a.clone());
        prop_assert_eq!(run(&format!("{a}.take({size}) + {a}.skip({size})")), a.clone());
        let (small, large): (Vec<i64>, Vec<i64>) = numbers.iter().partition(|number| **number < 20);
        prop_assert_eq!(run(&format!("{a}.partition(|n| n < 20)")), literal(&[literal(&small), literal(&large)]));
        prop_assert_eq!(run(&format!("{a}.count(|n| n < 20)")), small.len().to_string());
    }

    #[test]
    fn pairs_are_those_of_both_arrays(a in prop::collection::vec(0_i64..50, 0..20), b in prop::collection::vec(0_i64..50, 0..20)) {
        let pairs: Vec<_> = a.iter().zip(&b).map(|(a, b)| literal(&[a, b])).collect();
        prop_assert_eq!(run(&format!("{}.zip({})", literal(&a), literal(&b))), literal(&pairs));
        let numbered: Vec<_> = a.iter().enumerate().map(|(index, a)| format!("[{index}, {a}]")).collect();
        prop_assert_eq!(run(&format!("{}.enumerate()", literal(&a))), literal(&numbered));
    }

    #[test]
    fn strings_are_as_in_rust(text in "[ abAß\n]{0,8}", len in 0_usize..12, times in 0_usize..4) {
        let s = format!("{text:?}");
        let missing = len.saturating_sub(text.chars().count());
        let shown = |text: &str| format!("{text:?}");
        prop_assert_eq!(run(&format!("{s}.trimmed()")), shown(text.trim()));
        prop_assert_eq!(run(&format!("{s}.trimmed_start()")), shown(text.trim_start()));
        prop_assert_eq!(run(&format!("{s}.trimmed_end()")), shown(text.trim_end()));
        prop_assert_eq!(run(&format!("{s}.replaced(\"a\", \"bb\")")), shown(&text.replace('a', "bb")));
        prop_assert_eq!(run(&format!("{s}.repeat({times})")), shown(&text.repeat(times)));
        prop_assert_eq!(run(&format!("{s}.pad_start({len})")), shown(&(" ".repeat(missing) + text.as_str())));
        prop_assert_eq!(run(&format!("{s}.pad_end({len}, 'ß')")), shown(&(text.clone() + "ß".repeat(missing).as_str())));
        prop_assert_eq!(run(&format!("{s}.lines().join(\"|\")")), shown(&text.lines().collect::<Vec<_>>().join("|")));
        prop_assert_eq!(run(&format!("{s}.strip_prefix('a')")), shown(text.strip_prefix('a').unwrap_or(&text)));
        prop_assert_eq!(run(&format!("let s = {s}; s.pad_end(9); s.trimmed(); s.replaced(\"a\", \"b\"); s")), shown(&text));
    }

    #[test]
    fn rounding_is_that_of_decimal_fractions(digits in 0_usize..6, x in -1e6_f64..1e6) {
        let expected = format!("{x:.digits$}");
        prop_assert_eq!(run(&format!("({x:?}).to_fixed({digits})")), format!("{expected:?}"));
        let rounded: f64 = expected.parse().unwrap();
        let script = format!("({x:?}).round({digits}) == {rounded:?}");
        prop_assert!(is_true(&script), "{script}");
    }
}

#[test]
fn wrong_arguments_are_explained() {
    for (script, kind, message) in [
        (
            "[1, \"2\"].sum()",
            "ArrayError",
            "the item at index 1 cannot be added: it is the string \"2\". Convert strings with `float(…)` or `int(…)`, or \
             join them with `join`",
        ),
        (
            "[1, ()].sum()",
            "ArrayError",
            "the item at index 1 cannot be added: it is (). A value that is `()` is missing or null: write `value ?? 0` where \
             that can happen",
        ),
        (
            "[#{}].sum()",
            "ArrayError",
            "the item at index 0 cannot be added: it is a value of type map. Choose the numbers with `map` first",
        ),
        ("[9223372036854775807, 1].sum()", "Arithmetic", "Addition overflow: 9223372036854775807 + 1"),
        (
            "[1, ()].max()",
            "ArrayError",
            "() and i64 have no order. A value that is `()` is missing or null: write `value ?? …` where that can happen",
        ),
        (
            "[#{}].min()",
            "ArrayError",
            "two values of type map have no order. Compare numbers, strings, booleans, times or arrays of these",
        ),
        (
            "[[1, 2], [1, \"a\"]].sorted()",
            "ArrayError",
            "string and i64 have no order. Compare numbers, strings, booleans, times or arrays of these",
        ),
        ("[1].chunks(-3)", "ArrayError", "the size of chunks is \"-3\". It must be at least 1"),
        ("[1].take(-3)", "ArrayError", "the number of items is \"-3\". Count from the end with `extract` instead"),
        (
            "[[\"a\", 1], [1, 2, 3]].to_map()",
            "ArrayError",
            "the item at index 1 is not a pair: it is a value of type array. Write `[key, value]` for each entry",
        ),
        (
            "#{}.pick([1])",
            "MapError",
            "the keys of a map are strings, but one of these is the i64 \"1\". Convert it with `to_string`",
        ),
        ("\"a\".repeat(-1)", "StringError", "a string cannot be repeated \"-1\" times. The least is 0"),
        ("int(\"12x\")", "NumberError", "\"12x\" is not an integer"),
        ("int(\"\")", "NumberError", "\"\" is not an integer"),
        ("int(\"4.5\")", "NumberError", "\"4.5\" is not an integer. `float(…)` reads any number"),
        (
            "int(\"99999999999999999999\")",
            "NumberError",
            "\"99999999999999999999\" is too large for an integer of 64 bits. `float(…)` reads any number",
        ),
        (
            "float(\"x\".repeat(100))",
            "NumberError",
            "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"… is not a number",
        ),
        ("5.clamp(10, 0)", "NumberError", "the limits are \"10\" and \"0\". Write the lower one first"),
        ("5.0.clamp(0.0 / 0.0, 1)", "NumberError", "the limits are \"NaN\" and \"1\". Write the lower one first"),
        ("5.0.clamp(0, \"1\")", "MismatchDataType", "Data type incorrect: string (expecting f64)"),
        ("1.5.round(-1)", "NumberError", "the number of digits is \"-1\". It must be from 0 to 100"),
        ("1.to_fixed(101)", "NumberError", "the number of digits is \"101\". It must be from 0 to 100"),
        ("\"a\".repeat(9223372036854775807)", "DataTooLarge", "Length of string too large"),
        ("\"a\".pad_start(9223372036854775807)", "DataTooLarge", "Length of string too large"),
    ] {
        assert_eq!(thrown(script), (kind.to_owned(), message.to_owned()), "{script}");
    }
}

#[test]
fn nothing_is_made_of_nothing() {
    for (script, expected) in [
        ("[].sum()", "0"),
        ("[].join(\",\")", "\"\""),
        ("[].max()", "()"),
        ("[].min_by(|x| x)", "()"),
        ("[].first()", "()"),
        ("[].group_by(|x| x)", "#{}"),
        ("[].chunks(3)", "[]"),
        ("[].zip([1])", "[]"),
        ("[].to_map()", "#{}"),
        ("[].partition(|x| x)", "[[], []]"),
        ("[[], []].flatten()", "[]"),
        ("#{}.entries()", "[]"),
        ("#{}.merge_deep(#{})", "#{}"),
        ("\"\".capitalize()", "\"\""),
        ("\"\".pad_end(3, \"\")", "\"\""),
    ] {
        assert_eq!(run(script), expected, "{script}");
    }
}

#[test]
fn nan_is_the_largest_number_and_equal_to_itself_among_unique_items() {
    assert_eq!(run("[1, 0.0 / 0.0, 2.5].sorted()"), "[1, 2.5, NaN]");
    assert_eq!(run("[1, 0.0 / 0.0, 0.0 / 0.0].unique()"), "[1, NaN]");
}

#[test]
fn callbacks_get_what_those_of_other_methods_get() {
    for (script, expected) in [
        ("[5, 6].flat_map(|x, i| [x, i])", "[5, 0, 6, 1]"),
        ("[#{n: 2}, #{n: 1}].sorted_by(|| this.n).map(|x| x.n)", "[1, 2]"),
        ("fn size(x) { -x } [1, 2].sorted_by(Fn(\"size\"))", "[2, 1]"),
        ("let by = 2; [1, 2, 3].count(|x| x >= by)", "2"),
        ("#{a: 1}.map_values(|value, key| key + value)", "#{\"a\": \"a1\"}"),
        ("#{a: 1}.map_keys(|key, value| key + value)", "#{\"a1\": 1}"),
    ] {
        assert_eq!(run(script), expected, "{script}");
    }
    // The parameters of a native function say nothing: it compares, as in Rhai.
    let native = run("[\"bb\", \"a\"].sorted_by(Fn(\"len\"))");
    assert_eq!(native, "Function not found: len (string, string) (line 1, position 13)");
}

#[test]
fn errors_of_callbacks_leave_everything_as_it_was() {
    for call in [
        "a.sort_by(|x| throw \"no\")",
        "a.sorted_by(|x| if x == 1 { throw \"no\" } else { x })",
        "a.group_by(|x| throw \"no\")",
        "a.unique_by(|x| throw \"no\")",
        "a.flat_map(|x| throw \"no\")",
        "a.partition(|x| throw \"no\")",
        "a.min_by(|x| throw \"no\")",
        "a.sort_by(|x| if x == 1 { () } else { x })",
    ] {
        assert_eq!(
            run(&format!("let a = [3, 1, 2]; try {{ {call}; }} catch {{ return a; }}")),
            "[3, 1, 2]",
            "{call}"
        );
    }
}

#[test]
fn callbacks_that_change_the_array_see_and_change_another_one() {
    for (call, expected) in [
        ("a.group_by(|x| { a.push(9); x % 2 })", "#{\"0\": [2], \"1\": [3, 1]}"),
        ("a.sorted_by(|x| { a.clear(); x })", "[1, 2, 3]"),
        ("a.unique_by(|x| { a.pop(); 0 })", "[3]"),
        ("a.flat_map(|x| { a = (); [x] })", "[3, 1, 2]"),
    ] {
        assert_eq!(run(&format!("let a = [3, 1, 2]; {call}")), expected, "{call}");
    }
    run("let a = [2, 1]; a.sort_by(|x| { a.push(1); x }); a");
}

#[test]
fn the_names_of_a_script_win() {
    for (script, expected) in [
        ("fn join(a, b) { `own ${a} ${b}` } join([1], \",\")", "\"own [1] ,\""),
        ("fn sum(a) { 7 } sum([1])", "7"),
        ("fn sum() { 7 } [1].sum()", "7"),
        ("fn first() { this[1] } [1, 2].first()", "2"),
        ("let m = #{ count: 3 }; m.count", "3"),
        ("let m = #{ entries: || this.n, n: 5 }; m.entries()", "5"),
        ("let m = #{ merge: |x| x + 1 }; m.merge(1)", "2"),
        ("let first = 3; first", "3"),
        ("let a = [1, 2]; let b = a.take(); [a, b]", "[(), [1, 2]]"),
        ("(2.7).int()", "2.0"),
        ("[1, 2].zip([3, 4], |a, b| a + b)", "[4, 6]"),
    ] {
        assert_eq!(run(script), expected, "{script}");
    }
}

#[test]
fn long_work_is_stopped() {
    for script in [
        // Keys that all have one hash, each with every other.
        "let a = []; for i in 0..3000 { a.push(|x| i); } a.unique()",
        "let d = 0; for i in 0..60 { d = [d, d]; } let e = 0; for i in 0..60 { e = [e, e]; } [d, e].sorted()",
        "let d = #{}; for i in 0..60 { d = #{ a: d, b: d }; } let e = #{}; for i in 0..60 { e = #{ a: e, b: e }; } \
         d.merge_deep(e)",
    ] {
        let error = run_with(5000, script).expect_err(script);
        assert_eq!(error.kind().name(), "Terminated", "{script}: {error}");
    }
}

#[test]
fn what_is_nested_deeply_does_not_use_up_the_stack() {
    let work = || {
        for script in [
            "let a = 0; let b = 0; for i in 0..50000 { a = [a]; b = [b]; } [a, b].sorted()",
            "let a = 0; let b = 0; for i in 0..50000 { a = [a]; b = [b]; } [a, b].unique().len()",
            "let a = #{}; let b = #{}; for i in 0..50000 { a = #{ m: a }; b = #{ m: b }; } a.merge_deep(b)",
            "let a = []; for i in 0..50000 { a = [a]; } a.flatten().len()",
        ] {
            run(script);
        }
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work);
    thread.expect("there is memory for a stack").join().expect("no panic");
}
