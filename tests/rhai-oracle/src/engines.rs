//! A script, run twice.

#![allow(clippy::format_push_string)] // short tests are worth more than fast ones here

use rhai::{Dynamic, Engine, Position};
use rhai_vm::vm::{Host, Options, Vm};
use rhai_vm::{Error, ErrorKind, Value};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Longer runs are given up.
const MAX_STEPS: u64 = 2_000_000;
/// A random program for which rhai takes more memory is given up: its size limits do not hold for captured variables.
const MAX_MEMORY: usize = 1 << 30;
/// Depth of calls, for both.
const MAX_CALLS: u32 = 100;
/// Deeper values are not encoded as JSON.
const MAX_LEVELS: usize = 100;

/// It counts what a script takes.
#[global_allocator]
static ALLOCATOR: rhambda_allocator::Arenas = rhambda_allocator::Arenas;

/// What a script did.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// The value, or the error.
    pub result: Result<String, String>,
    /// What it printed.
    pub printed: String,
}

/// Runs something on a stack on which unoptimised interpreters can nest calls.
///
/// # Panics
/// If the work does.
pub fn on_large_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(work);
    thread.expect("there is memory for a stack").join().expect("no panic")
}

/// Runs a script in both.
///
/// # Errors
/// How they differ.
pub fn compare(script: &str) -> Result<(), String> {
    let Some(expected) = oracle(script) else {
        return Ok(());
    };
    let actual = machine(script);
    if expected == actual {
        return Ok(());
    }
    Err(format!("rhai: {expected:?}\nhere: {actual:?}"))
}

/// Runs that were not compared.
pub static SKIPPED: AtomicU64 = AtomicU64::new(0);
/// Those that ended with an error.
pub static FAILED: AtomicU64 = AtomicU64::new(0);

/// As [`compare`], for random programs: long ones are given up early, and so are those in which rhai finds a
/// data race (there are none here). How a stack overflows is not compared.
///
/// # Errors
/// How they differ.
pub fn compare_quickly(script: &str) -> Result<(), String> {
    if let Some(file) = std::env::var_os("FUZZ_LAST") {
        let _ = std::fs::write(file, script);
    }
    // Neither data races nor names of Rust's types that rhai shows by mistake.
    let is_race = |text: &str| {
        text.contains("Data race") || text.contains("alloc::rc::Rc<") || text.contains("<shared>")
    };
    let Some(expected) = oracle_within(script, 100_000).filter(|outcome| match &outcome.result {
        Ok(value) => !is_race(value) && !is_race(&outcome.printed),
        Err(error) => !is_race(error) && !is_race(&outcome.printed) && !error.contains(" too large"),
    }) else {
        SKIPPED.fetch_add(1, Ordering::Relaxed);
        return Ok(());
    };
    if expected.result.is_err() {
        FAILED.fetch_add(1, Ordering::Relaxed);
    }
    let actual = catch_unwind(AssertUnwindSafe(|| machine(script)));
    let actual = actual.map_err(|_| format!("rhai: {expected:?}\nhere: a panic"))?;
    let overflows =
        |outcome: &Outcome| outcome.result.as_ref().is_err_and(|error| error.starts_with("Stack overflow"));
    if expected == actual
        || overflows(&expected) && overflows(&actual)
        || differs_on_purpose(script)
        || differs_by_a_part(script)
    {
        return Ok(());
    }
    Err(format!("rhai: {expected:?}\nhere: {actual:?}"))
}

/// Whether a script, which may catch errors, meets a difference that is meant: a data race in rhai, values that are too large
/// and calls too deep, which scripts cannot catch here, and constants that rhai changes.
fn differs_on_purpose(script: &str) -> bool {
    const CONSTANT: &str = "Cannot modify constant";
    let telling = telling(script);
    oracle_within(&telling, 100_000).is_some_and(|outcome| {
        let all = format!("{outcome:?}");
        let is_there = |text| all.contains(text);
        let is_meant = ["Data race", "u8", " too large", "Stack overflow"].into_iter().any(is_there);
        is_meant || !is_there(CONSTANT) && format!("{:?}", machine(&telling)).contains(CONSTANT)
    })
}

/// Whether a script differs only as long as it has something that differs on purpose: bytes of a blob are no integers in rhai,
/// a callback that fails takes items away, and a character that is set from the end is another one.
fn differs_by_a_part(script: &str) -> bool {
    let parts =
        [("blob(", "abs("), ("retain(", "filter("), ("drain(", "filter("), ("[(-", "[("), ("[-", "[")];
    parts.into_iter().any(|(name, other)| {
        script.contains(name) && {
            let without = script.replace(name, other);
            oracle_within(&without, 100_000).is_none_or(|expected| expected == machine(&without))
        }
    })
}

/// The script with every error printed that it catches.
fn telling(script: &str) -> String {
    let mut telling = String::new();
    for (number, part) in script.split("catch").enumerate() {
        if number == 0 {
            telling.push_str(part);
            continue;
        }
        let (head, rest) = part.split_once('{').unwrap_or((part, ""));
        let name = head.trim().trim_start_matches('(').trim_end_matches(')');
        let name = if name.is_empty() { "caught" } else { name };
        telling.push_str(&format!("catch ({name}) {{ print({name});{rest}"));
    }
    telling
}

/// What rhai does; `None` if it panics or does not end.
pub fn oracle(script: &str) -> Option<Outcome> {
    oracle_within(script, MAX_STEPS)
}

fn oracle_within(script: &str, most: u64) -> Option<Outcome> {
    let printed = Rc::new(RefCell::new(String::new()));
    let mut engine = Engine::new();
    engine.set_max_expr_depths(256, 256);
    engine.set_max_call_levels(MAX_CALLS as usize);
    if most < MAX_STEPS {
        engine.set_max_string_size(10_000);
        engine.set_max_array_size(2_000);
        engine.set_max_map_size(2_000);
    }
    let steps = Rc::new(Cell::new(0_u64));
    let counted = Rc::clone(&steps);
    engine.on_progress(move |_| {
        let is_small = rhambda_allocator::taken() < MAX_MEMORY;
        counted.set(if is_small { counted.get() + 1 } else { most + 1 });
        (counted.get() > most).then_some(Dynamic::UNIT)
    });
    let log = Rc::clone(&printed);
    engine.on_print(move |text| log.borrow_mut().push_str(&format!("{text}\n")));
    let log = Rc::clone(&printed);
    engine.on_debug(move |text, _, position| log.borrow_mut().push_str(&format!("{position} {text}\n")));
    engine.register_fn("to_json", |map: &mut rhai::Map| {
        assert!(
            !map.values().any(|value| is_deeper_than(value, MAX_LEVELS)),
            "rhai would overflow its stack"
        );
        rhai::format_map_as_json(map)
    });
    let result = catch_unwind(AssertUnwindSafe(|| engine.eval::<Dynamic>(script))).ok()?;
    if steps.get() > most {
        return None;
    }
    let result = match result {
        // Only rhai tells captured variables apart here.
        Ok(value) => Ok(in_words_of_scripts(&format!("{value:?}"))),
        Err(error) => Err(in_words_of_scripts(&error.to_string())),
    };
    let printed = in_words_of_scripts(&printed.borrow());
    Some(Outcome { result, printed })
}

/// Whether a value has so many levels, as one that contains itself has.
fn is_deeper_than(value: &Dynamic, levels: usize) -> bool {
    if levels == 0 {
        return true;
    }
    let is_deep = |value: &Dynamic| is_deeper_than(value, levels - 1);
    if let Some(map) = value.read_lock::<rhai::Map>() {
        return map.values().any(is_deep);
    }
    value.read_lock::<rhai::Array>().is_some_and(|array| array.iter().any(is_deep))
}

/// The text with closures named by their order in it: the numbers in their names differ.
fn with_closures_in_order(text: &str) -> String {
    const DIGITS: usize = 16;
    let mut names: Vec<&str> = Vec::new();
    let mut pieces = text.split("anon$");
    let mut ordered = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take(DIGITS).take_while(u8::is_ascii_hexdigit).count();
        let (name, rest) = piece.split_at(digits);
        let number = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        ordered.push_str(&format!("anon${number}{rest}"));
    }
    ordered
}

/// In some errors, rhai names types as Rust does.
fn in_words_of_scripts(text: &str) -> String {
    with_closures_in_order(text)
        .replace(" (shared)", "")
        .replace("&str | ImmutableString | String", "string")
        .replace("core::ops::range::RangeInclusive<i64>", "range=")
        .replace("core::ops::range::Range<i64>", "range")
}

struct Console {
    printed: RefCell<String>,
    steps: Cell<u64>,
}

impl Host for Console {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn print(&self, text: &str) {
        self.printed.borrow_mut().push_str(&format!("{text}\n"));
    }

    fn debug(&self, text: &str, _: &str, position: Position) {
        self.printed.borrow_mut().push_str(&format!("{position} {text}\n"));
    }

    fn check(&self) -> rhai_vm::Result<()> {
        self.steps.set(self.steps.get() + 64);
        if self.steps.get() > MAX_STEPS {
            return Err(Error::new(ErrorKind::Terminated(Value::Unit)));
        }
        Ok(())
    }
}

/// What the machine does.
pub fn machine(script: &str) -> Outcome {
    let console = Rc::new(Console { printed: RefCell::default(), steps: Cell::new(0) });
    let host: Rc<dyn Host> = console.clone();
    let options = Options { max_calls: MAX_CALLS, ..Options::default() };
    let vm = Vm::new(host, &[], options);
    let result = vm.compile(script, "", &[]).and_then(|unit| vm.run(&unit, Vec::new()));
    let result = match result {
        Ok(value) => Ok(format!("{value:?}")),
        Err(error) => match error.kind() {
            ErrorKind::Exit(value) => Ok(format!("{value:?}")),
            ErrorKind::Parsing(problem) if error.calls().is_empty() => {
                Err(format!("Syntax error: {problem} ({})", error.position()))
            }
            _ => Err(error.to_string()),
        },
    };
    let result = match result {
        Ok(value) => Ok(with_closures_in_order(&value)),
        Err(error) => Err(with_closures_in_order(&error)),
    };
    let printed = with_closures_in_order(&console.printed.borrow());
    Outcome { result, printed }
}
