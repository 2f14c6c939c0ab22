//! YAML text → values.

use super::scalar::resolve;
use super::MAX_DEPTH;
use rhai_vm::memory::{self, Meter};
use rhai_vm::{json, Error as Stop, Map, Result as ScriptResult, Str, Value};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput, Tag};
use std::borrow::Cow;
use std::collections::HashMap;

/// How many events are read between two looks at the clock.
const BATCH: usize = 1024;
/// The most values that aliases may stand for. Each one costs nothing here, but whoever walks through the result sees all.
const MAX_ALIASED: usize = 100_000;
/// About how many bytes a value takes.
const BYTES_OF_VALUE: usize = size_of::<Value>() + 16;
/// The key of maps whose entries are those of this map, too, unless it has them.
const MERGE: &str = "<<";

/// Why there is no value.
pub(crate) enum Problem {
    /// The YAML is invalid.
    Invalid(String),
    /// The script must stop.
    Stop(Stop),
}

impl From<Stop> for Problem {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

type Result<T> = std::result::Result<T, Problem>;

/// Reads all documents. `check` is asked now and then whether to go on.
///
/// # Errors
/// What is wrong, with line and column, both from 1; or why the script must stop.
pub(crate) fn decode(yaml: &str, check: &dyn Fn() -> ScriptResult<()>) -> Result<Vec<Value>> {
    let yaml = yaml.trim_start_matches('\u{feff}');
    let mut reader = Reader::new(yaml, check);
    let mut documents = Vec::new();
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(documents),
            (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
            (event, place) => {
                reader.anchors.clear();
                documents.push(reader.value(event, place, 0)?.value);
            }
        }
    }
}

/// A value, and how many values it is, those of aliases included.
#[derive(Clone)]
struct Node {
    value: Value,
    count: usize,
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    check: &'a dyn Fn() -> ScriptResult<()>,
    meter: Meter,
    events: usize,
    anchors: HashMap<usize, Node>,
    aliased: usize,
}

/// A place in the text.
#[derive(Clone, Copy)]
struct Place(Marker);

impl Place {
    fn invalid(self, problem: &str) -> Problem {
        Problem::Invalid(format!("{problem} at line {}, column {}", self.0.line(), self.0.col() + 1))
    }
}

impl<'a> Reader<'a> {
    fn new(yaml: &'a str, check: &'a dyn Fn() -> ScriptResult<()>) -> Self {
        let parser = Parser::new_from_str(yaml);
        Self { parser, check, meter: Meter::new(), events: 0, anchors: HashMap::new(), aliased: 0 }
    }

    fn next(&mut self) -> Result<(Event<'a>, Place)> {
        self.events += 1;
        if self.events.is_multiple_of(BATCH) {
            (self.check)()?;
        }
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, Place(span.start))),
            Some(Err(error)) => Err(Place(*error.marker()).invalid(error.info())),
            None => Ok((Event::StreamEnd, Place(Marker::default()))),
        }
    }

    /// The value that begins with this event.
    fn value(&mut self, event: Event<'a>, place: Place, depth: usize) -> Result<Node> {
        if depth > MAX_DEPTH {
            return Err(place.invalid(&format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.meter.needs(BYTES_OF_VALUE)?;
        let (node, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, place),
            Event::Scalar(text, style, anchor, tag) => {
                self.meter.needs(memory::size_of_text(&text))?;
                let value =
                    scalar(&text, style, tag.as_deref()).map_err(|problem| place.invalid(&problem))?;
                (Node { value, count: 1 }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag, "seq").map_err(|problem| place.invalid(&problem))?;
                (self.sequence(depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag, "map").map_err(|problem| place.invalid(&problem))?;
                (self.mapping(depth)?, anchor)
            }
            _ => return Err(place.invalid("a value is missing")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// What an alias stands for: the same value, without a copy.
    fn alias(&mut self, anchor: usize, place: Place) -> Result<Node> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(place.invalid("an alias is within the value that it stands for"));
        };
        self.aliased = self.aliased.saturating_add(node.count);
        if self.aliased > MAX_ALIASED {
            return Err(place.invalid(&format!("the aliases stand for more than {MAX_ALIASED} values")));
        }
        Ok(node.clone())
    }

    fn sequence(&mut self, depth: usize) -> Result<Node> {
        let (mut items, mut count) = (Vec::new(), 1_usize);
        loop {
            let (event, place) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Node { value: Value::array(items), count });
            }
            let item = self.value(event, place, depth + 1)?;
            count = count.saturating_add(item.count);
            memory::reserve(&mut items, 1)?;
            items.push(item.value);
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Node> {
        let (mut map, mut merged, mut count) = (Map::new(), Vec::new(), 1_usize);
        loop {
            let (event, place) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let (key, is_merge) = self.key(event, place, depth)?;
            let (event, place_of_value) = self.next()?;
            let node = self.value(event, place_of_value, depth + 1)?;
            count = count.saturating_add(node.count);
            if is_merge {
                merged.push(node.value);
            } else {
                self.meter.needs(size_of::<(Str, Value)>())?;
                if map.insert(json::key(&key), node.value).is_some() {
                    return Err(place.invalid(&format!("the key {key:?} occurs twice")));
                }
            }
        }
        for source in merged {
            merge(&mut map, &source).map_err(|problem| Problem::Invalid(problem.to_owned()))?;
        }
        Ok(Node { value: map.into(), count })
    }

    /// A key as a string, and whether it is the merge key.
    fn key(&mut self, event: Event<'a>, place: Place, depth: usize) -> Result<(String, bool)> {
        if let Event::Scalar(text, style, anchor, tag) = &event {
            let is_merge = *style == ScalarStyle::Plain && text.as_ref() == MERGE && tag.is_none();
            if *anchor == 0 {
                return Ok((text.to_string(), is_merge));
            }
        }
        match self.value(event, place, depth + 1)?.value {
            Value::Array(_) | Value::Map(_) => {
                Err(place.invalid("a key must be a string, not an array or a map"))
            }
            key => Ok((key.to_string(), false)),
        }
    }
}

/// Sets the entries that a map does not have yet.
fn merge(map: &mut Map, source: &Value) -> std::result::Result<(), &'static str> {
    match source {
        Value::Map(entries) => {
            for (key, value) in entries.iter() {
                if !map.contains_key(key) {
                    map.insert(key.clone(), value.clone());
                }
            }
            Ok(())
        }
        Value::Array(sources) if sources.iter().all(|source| source.as_map().is_some()) => {
            sources.iter().try_for_each(|source| merge(map, source))
        }
        _ => Err("the value of the key << must be a map, or an array of maps"),
    }
}

/// The value of a scalar with or without a tag.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> std::result::Result<Value, String> {
    let name = match tag {
        None if style == ScalarStyle::Plain => return Ok(resolve(text)),
        Some(tag) if tag.is_yaml_core_schema() => tag.suffix.as_str(),
        // In quotes, `!` alone, and tags of applications.
        _ => return Ok(text.into()),
    };
    let value = resolve(text);
    let is_valid = match name {
        "binary" => return binary(text),
        "null" => value.is_unit(),
        "bool" => value.as_bool().is_some(),
        "int" => value.as_int().is_some(),
        "float" => match value.as_int() {
            #[allow(clippy::cast_precision_loss)] // the tag asks for a float
            Some(number) => return Ok(Value::Float(number as f64)),
            None => value.as_float().is_some(),
        },
        _ => return Ok(text.into()),
    };
    if is_valid {
        Ok(value)
    } else {
        Err(format!("{text:?} is not a value of the type !!{name}"))
    }
}

/// The bytes of a base64 string on one or several lines.
fn binary(text: &str) -> std::result::Result<Value, String> {
    use base64::prelude::{Engine as _, BASE64_STANDARD};
    let base64: String = text.split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(base64).map(Value::blob).map_err(|_| "!!binary is not valid base64".to_owned())
}

/// Refuses a tag of YAML's own that says something else.
fn check_tag(tag: Option<Cow<'_, Tag>>, expected: &str) -> std::result::Result<(), String> {
    const SCALARS: [&str; 6] = ["str", "null", "bool", "int", "float", "binary"];
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && SCALARS.contains(&tag.suffix.as_str()) => {
            Err(format!("a !!{expected} has the tag !!{}", tag.suffix))
        }
        _ => Ok(()),
    }
}
