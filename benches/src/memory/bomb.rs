//! The bombs: functions of `benches/memory/bombs.rhai`, and what each is called with.

use serde_json::{json, Value};

use super::script;

/// The items of a bomb that collects them are of each of these sizes, in bytes.
const ITEMS: [usize; 4] = [1, 100, 10_000, 1_000_000];
/// The size of an event's data: what Lambda takes.
const EVENT: usize = 6_000_000;

/// A function that needs more memory than there is.
#[derive(Clone, Debug)]
pub(super) struct Bomb {
    pub(super) function: String,
    argument: Argument,
}

#[derive(Clone, Debug)]
enum Argument {
    /// The size of the items that it collects.
    Item(usize),
    /// The function's memory.
    Memory,
    /// A large event, filled with this JSON.
    Data(&'static str),
}

impl Bomb {
    /// All of them. What a function is called with is its parameter's name.
    pub(super) fn all() -> Vec<Self> {
        let functions = script("rhai").lines().filter_map(|line| line.strip_prefix("fn ")?.split_once('('));
        let with_arguments = functions.flat_map(|(name, rest)| {
            let parameters = rest.split(')').next().unwrap_or_default();
            let arguments = match parameters {
                "size" => ITEMS.map(Argument::Item).to_vec(),
                "memory" | "stream, memory" => vec![Argument::Memory],
                "data" => ["1", "\"x\"", "[]", "{\"a\":1}", "[[1,2],{\"name\":\"Ada\"}]"]
                    .map(Argument::Data)
                    .to_vec(),
                // What bombs use.
                _ => Vec::new(),
            };
            arguments.into_iter().map(move |argument| Self { function: name.to_owned(), argument })
        });
        with_arguments.collect()
    }

    /// The event that sets it off in a function with this memory, in bytes.
    pub(super) fn event(&self, memory: u64) -> Value {
        let mut event = json!({ "bomb": self.function });
        match self.argument {
            Argument::Item(size) => event["size"] = size.into(),
            Argument::Memory => event["size"] = memory.into(),
            Argument::Data(item) => {
                let count = EVENT / (item.len() + 1);
                let item: Value = serde_json::from_str(item).unwrap_or_default();
                event["data"] = vec![item; count].into();
            }
        }
        event
    }

    /// How a report names it.
    pub(super) fn name(&self) -> String {
        match self.argument {
            Argument::Item(size) => format!("{} {size}", self.function),
            Argument::Memory => self.function.clone(),
            Argument::Data(item) => format!("{} {item}", self.function),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_many_bombs_and_those_in_other_languages_have_the_same_names() {
        let bombs = Bomb::all();
        assert!(bombs.len() >= 200, "{}", bombs.len());
        for (language, start) in [("py", "def "), ("mjs", "export function ")] {
            let functions =
                script(language).lines().filter_map(|line| line.strip_prefix(start)?.split_once('('));
            for (name, rest) in functions {
                let is_bomb = ["size)", "memory)", "data)"].iter().any(|end| rest.starts_with(end));
                assert!(!is_bomb || bombs.iter().any(|bomb| bomb.function == name), "{name}");
            }
        }
    }
}
