//! Breakpoints: where scripts wait, and on which conditions.

use super::conditions::Hits;
use super::{Response, Shared};
use rhai_vm::code::Op;
use rhai_vm::vm::{Options, Vm};
use rhai_vm::Position;
use serde_json::{json, Value};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The filters for errors.
pub(super) const ALL: &str = "all";
pub(super) const UNCAUGHT: &str = "uncaught";

/// The largest script that can have breakpoints, in bytes.
const MOST_BYTES: u64 = 16 << 20;

/// All breakpoints.
#[derive(Default)]
pub(super) struct Breakpoints {
    /// Those in files, by the files' paths.
    files: HashMap<PathBuf, Vec<Breakpoint>>,
    functions: Vec<Breakpoint>,
    /// Whether scripts wait at each error, or where nothing catches it.
    pub(super) at_all_errors: bool,
    pub(super) at_uncaught_errors: bool,
    /// Counts the changes.
    pub(super) version: u64,
    last_id: u64,
}

/// A breakpoint.
#[derive(Clone, Debug)]
pub(super) struct Breakpoint {
    pub(super) id: u64,
    /// Where a statement begins: line and column.
    pub(super) place: (usize, usize),
    /// The name of a function, for a breakpoint of its.
    pub(super) function: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) hits: Option<Hits>,
    /// What to show instead of waiting.
    pub(super) message: Option<String>,
    /// How often it was reached with the condition fulfilled.
    pub(super) count: u64,
}

impl Breakpoints {
    /// Whether statements must be looked at.
    pub(super) fn is_any(&self) -> bool {
        !self.functions.is_empty() || self.files.values().any(|breakpoints| !breakpoints.is_empty())
    }

    pub(super) fn in_file(&self, path: &Path) -> impl Iterator<Item = &Breakpoint> {
        self.files.get(path).into_iter().flatten()
    }

    pub(super) fn of_function(&self, name: &str) -> Vec<u64> {
        let of = self.functions.iter().filter(|breakpoint| breakpoint.function.as_deref() == Some(name));
        of.map(|breakpoint| breakpoint.id).collect()
    }

    pub(super) fn find(&mut self, id: u64) -> Option<&mut Breakpoint> {
        self.files.values_mut().flatten().chain(&mut self.functions).find(|breakpoint| breakpoint.id == id)
    }

    /// A breakpoint as the editor describes it.
    fn parse(&mut self, wanted: &Value) -> Result<Breakpoint, String> {
        self.last_id += 1;
        let text =
            |name: &str| wanted[name].as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        Ok(Breakpoint {
            id: self.last_id,
            place: (0, 0),
            function: None,
            condition: text("condition"),
            hits: text("hitCondition").map(|text| Hits::parse(&text)).transpose()?,
            message: text("logMessage"),
            count: 0,
        })
    }
}

/// Sets the breakpoints of a file.
#[allow(clippy::unnecessary_wraps)] // as all responses
pub(super) fn set(shared: &Shared, arguments: &Value) -> Response {
    let wanted = list(arguments, "breakpoints");
    let read = script(&arguments["source"]);
    let mut state = shared.state();
    let breakpoints = &mut state.breakpoints;
    let (mut set, mut shown) = (Vec::new(), Vec::new());
    for wanted in wanted {
        let placed = read.as_ref().map_err(Clone::clone).and_then(|script| {
            let place = script.next(shared, wanted)?;
            Ok((script, place, breakpoints.parse(wanted)?))
        });
        shown.push(match placed {
            Ok((script, place, mut breakpoint)) => {
                breakpoint.place = place;
                let mut shown = json!({ "id": breakpoint.id, "verified": true });
                shared.base.add(&mut shown, position(place), &script.text);
                set.push(breakpoint);
                shown
            }
            Err(problem) => json!({ "verified": false, "message": problem }),
        });
    }
    if let Ok(script) = read {
        breakpoints.files.insert(script.path, set);
    } else if let Some(path) = arguments["source"]["path"].as_str() {
        breakpoints.files.remove(&real(Path::new(path)));
    }
    breakpoints.version += 1;
    shared.watch(&state);
    Ok(json!({ "breakpoints": shown }))
}

/// Sets the breakpoints of functions.
#[allow(clippy::unnecessary_wraps)] // as all responses
pub(super) fn set_functions(shared: &Shared, arguments: &Value) -> Response {
    let mut state = shared.state();
    let breakpoints = &mut state.breakpoints;
    let (mut set, mut shown) = (Vec::new(), Vec::new());
    for wanted in list(arguments, "breakpoints") {
        let name = wanted["name"].as_str().unwrap_or_default().trim();
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let breakpoint = if !name.is_empty() && name.chars().all(is_name) {
            breakpoints.parse(wanted)
        } else {
            Err(format!("\"{name}\" is not the name of a function"))
        };
        shown.push(match breakpoint {
            Ok(breakpoint) => {
                let shown = json!({ "id": breakpoint.id, "verified": true });
                set.push(Breakpoint { function: Some(name.to_owned()), ..breakpoint });
                shown
            }
            Err(problem) => json!({ "verified": false, "message": problem }),
        });
    }
    breakpoints.functions = set;
    shared.watch(&state);
    Ok(json!({ "breakpoints": shown }))
}

/// Says at which errors scripts wait.
pub(super) fn set_exceptions(shared: &Shared, arguments: &Value) -> Response {
    let filters = list(arguments, "filters");
    if let Some(unknown) = filters.iter().find(|filter| *filter != ALL && *filter != UNCAUGHT) {
        return Err(format!("the filter {unknown} is unknown: the filters are \"{ALL}\" and \"{UNCAUGHT}\""));
    }
    let breakpoints = &mut shared.state().breakpoints;
    breakpoints.at_all_errors = filters.iter().any(|filter| filter == ALL);
    breakpoints.at_uncaught_errors = filters.iter().any(|filter| filter == UNCAUGHT);
    Ok(Value::Null)
}

/// The places of a range where breakpoints can be.
pub(super) fn locations(shared: &Shared, arguments: &Value) -> Response {
    let script = script(&arguments["source"])?;
    let base = shared.base;
    let first = base.line_of(&arguments["line"]).ok_or("`line` is missing or invalid")?;
    let last = base.line_of(&arguments["endLine"]).unwrap_or(first);
    let column = |name: &str, line: usize| base.column_of(&arguments[name], &script.text, line);
    let from = (first, column("column", first).unwrap_or(0));
    let to = (last, column("endColumn", last).unwrap_or(usize::MAX));
    let places = script.places.iter().filter(|place| (from..=to).contains(place));
    let shown = places.map(|place| {
        let mut shown = json!({});
        base.add(&mut shown, position(*place), &script.text);
        shown
    });
    Ok(json!({ "breakpoints": shown.collect::<Vec<_>>() }))
}

fn list<'a>(arguments: &'a Value, name: &str) -> &'a [Value] {
    arguments[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn position((line, column): (usize, usize)) -> Position {
    let number = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    Position::new(number(line), number(column))
}

/// The file itself, however the editor writes its path.
pub(super) fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// A script that can be compiled.
struct Script {
    path: PathBuf,
    text: String,
    /// Where its statements begin, in their order.
    places: Vec<(usize, usize)>,
}

/// Reads the script that an editor means.
fn script(source: &Value) -> Result<Script, String> {
    let Some(path) = source["path"].as_str() else {
        return Err("breakpoints are only possible in files".to_owned());
    };
    let file = fs::metadata(path).map_err(|problem| format!("{path} cannot be read: {problem}"))?;
    if !file.is_file() || file.len() > MOST_BYTES {
        return Err(format!("{path} is not a file of at most {} MB", MOST_BYTES >> 20));
    }
    let text = fs::read_to_string(path).map_err(|problem| format!("{path} cannot be read: {problem}"))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let vm = Vm::new(Rc::new(()), &[], Options { tells_statements: true, ..Options::default() });
    let unit = vm.compile(&text, path, &[]).map_err(|problem| {
        let place = problem.position();
        let (line, column) = (place.line().unwrap_or_default(), place.position().unwrap_or_default());
        format!("{path}:{line}:{column}: {}", problem.kind())
    })?;
    let mut places = Vec::new();
    for function in unit.functions.iter().chain([&unit.main]) {
        let statements = function.code.iter().zip(&function.positions);
        let begins = statements.filter(|(op, _)| matches!(op, Op::Statement)).map(|(_, position)| position);
        places.extend(begins.filter_map(|position| Some((position.line()?, position.position()?))));
    }
    places.sort_unstable();
    places.dedup();
    Ok(Script { path: real(Path::new(path)), text, places })
}

impl Script {
    /// The statement at the place that the editor means, or the next one.
    fn next(&self, shared: &Shared, wanted: &Value) -> Result<(usize, usize), String> {
        let line = shared.base.line_of(&wanted["line"]).ok_or("`line` is missing or invalid")?;
        let column = shared.base.column_of(&wanted["column"], &self.text, line).unwrap_or(0);
        let found = self.places.iter().find(|place| **place >= (line, column));
        found.copied().ok_or_else(|| format!("there is no statement in line {line} or after it"))
    }
}
