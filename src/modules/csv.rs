//! `csv::encode`, `csv::decode`: rows as maps or arrays.

use super::arguments::{bytes, error, known_options, plain_text};
use crate::value::type_of;
use csv::{ReaderBuilder, StringRecord, Writer, WriterBuilder};
use rhai_vm::memory::{self, Meter, Output};
use rhai_vm::{json, module, Map, Result, Str, Value};
use std::collections::BTreeSet;

/// How many rows are read between two looks at the clock.
const BATCH: usize = 4096;
/// A text of this size, in bytes, may have lines that are large.
const LARGE: usize = 1 << 20;

module! {
    /// Tables as strings (RFC 4180). All fields are strings.
    "`csv`"

    namespace "csv" {
        /// Decodes a table and returns its rows, as maps by the names in the first row; or, with the option `header: false`, as
        /// arrays. The option `delimiter` is the character between fields, a comma by default. Throws `CsvError`, with the line,
        /// if a row has more or fewer fields than the others, if a quoted field does not end or continues after its closing
        /// quote, if a name is repeated, or if the data is not valid UTF-8.
        ///
        /// ```rhai
        /// csv::decode("item,price\ntea,3\nmilk,1\n") // → [{"item": "tea", "price": "3"}, {"item": "milk", "price": "1"}]
        /// csv::decode("tea;3", #{ header: false, delimiter: ";" }) // → [["tea", "3"]]
        /// csv::decode("item,price\ntea") // ✗ CsvError
        /// csv::decode("item,price\ntea,\"3") // ✗ CsvError
        /// ```
        new "decode" (csv: Any "string | blob"; options: Map) -> Array throws CsvError = |call| {
            let options = call.take_map(1)?;
            decode(call.value(0), &options, &|| call.check()).map(Value::from)
        };

        /// Encodes an array of rows, which are maps or arrays. Maps are written below a header of their keys, in alphabetical
        /// order; the option `columns` sets the columns and their order. The option `delimiter` is the character between fields.
        /// `()` is an empty field, and a time or a duration is its string. Throws `CsvError` for a field that is an array or a
        /// map, for arrays of different lengths, and if there are no columns.
        ///
        /// ```rhai
        /// csv::encode([#{ item: "tea, green", price: 3 }]) // → "item,price\n\"tea, green\",3\n"
        /// csv::encode([#{ item: "tea", price: 3 }], #{ columns: ["price", "item"] }) // → "price,item\n3,tea\n"
        /// csv::encode([[1, 2], [3]]) // ✗ CsvError
        /// ```
        new "encode" (rows: Array; options: Map) -> String throws CsvError = |call| {
            let options = call.take_map(1)?;
            encode(call.array(0), &options).map(Value::from)
        };
    }
}

fn delimiter(options: &Map) -> Result<u8> {
    let Some(option) = options.get("delimiter") else { return Ok(b',') };
    match option.to_string().as_bytes() {
        [delimiter] if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\r' | b'\n') => Ok(*delimiter),
        _ => Err(error(
            "CsvError",
            format!("the delimiter \"{option}\" is invalid: use one ASCII character such as \";\""),
        )),
    }
}

fn decode(text: &Value, options: &Map, check: &dyn Fn() -> Result<()>) -> Result<Vec<Value>> {
    known_options(options, &["delimiter", "header"], "csv::decode")?;
    let has_header = match options.get("header") {
        None => true,
        Some(option) => option.as_bool().ok_or_else(|| {
            let kind = type_of(option);
            error(
                "MismatchedTypes",
                format!("the option `header` of csv::decode must be true or false, not {kind}"),
            )
        })?,
    };
    let text = bytes(text, "csv::decode")?;
    let delimiter = delimiter(options)?;
    check_quotes(text, delimiter).map_err(|problem| error("CsvError", format!("not CSV: {problem}")))?;
    memory::needs(bytes_of_record(text, delimiter))?;
    let meter = Meter::new();
    let mut reader = ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(text);
    let mut record = StringRecord::new();
    let mut next = |record: &mut StringRecord| {
        reader.read_record(record).map_err(|problem| error("CsvError", format!("not CSV: {problem}")))
    };
    let header = match has_header {
        true if next(&mut record)? => Some(checked_header(&record)?),
        true => return Ok(Vec::new()),
        false => None,
    };
    let mut rows: Vec<Value> = Vec::new();
    while next(&mut record)? {
        let bytes_of_field = |field: &str| size_of::<(Str, Value)>() + memory::size_of_text(field);
        meter.needs(record.iter().map(bytes_of_field).sum())?;
        memory::reserve(&mut rows, 1)?;
        rows.push(match &header {
            Some(header) => {
                let fields = header.iter().cloned().zip(record.iter().map(Value::from));
                Map::from_entries(fields.collect()).into()
            }
            None => record.iter().map(Value::from).collect(),
        });
        if rows.len().is_multiple_of(BATCH) {
            check()?;
        }
    }
    Ok(rows)
}

/// About how many bytes the library takes for the longest line of a large text.
fn bytes_of_record(text: &[u8], delimiter: u8) -> usize {
    if text.len() < LARGE {
        return 0;
    }
    let fields = |line: &[u8]| line.split(|byte| *byte == delimiter).count();
    let bytes = |line: &[u8]| 2 * (line.len() + fields(line) * size_of::<usize>());
    text.split(|byte| *byte == b'\n').map(bytes).max().unwrap_or(0)
}

/// Checks that quotes end where their fields do, which the library takes as it comes.
fn check_quotes(text: &[u8], delimiter: u8) -> std::result::Result<(), String> {
    enum Place {
        Start,
        Plain,
        /// Between quotes, of which the first is in this line.
        Quoted(usize),
        /// Behind a quote that is the last one, or the first of two.
        Closed(usize),
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut place = Place::Start;
    let mut line = 1;
    for &byte in text {
        place = match (place, byte) {
            (Place::Start, b'"') => Place::Quoted(line),
            (Place::Quoted(first), b'"') => Place::Closed(first),
            (Place::Closed(first), b'"') | (Place::Quoted(first), _) => Place::Quoted(first),
            (_, b'\r' | b'\n') => Place::Start,
            (_, byte) if byte == delimiter => Place::Start,
            (Place::Closed(_), _) => {
                return Err(format!(
                    "the field continues after its closing quote in line {line}: write a quote in a field twice"
                ));
            }
            (Place::Start | Place::Plain, _) => Place::Plain,
        };
        line += usize::from(byte == b'\n');
    }
    match place {
        Place::Quoted(first) => {
            Err(format!("the field whose quote opens in line {first} has no closing quote"))
        }
        _ => Ok(()),
    }
}

fn checked_header(header: &StringRecord) -> Result<Vec<Str>> {
    let mut names = BTreeSet::new();
    match header.iter().find(|name| !names.insert(*name)) {
        None => Ok(header.iter().map(json::key).collect()),
        Some(name) => {
            let message =
                format!("the column `{name}` occurs twice; use the option header: false for arrays");
            Err(error("CsvError", message))
        }
    }
}

fn encode(rows: &[Value], options: &Map) -> Result<String> {
    known_options(options, &["columns", "delimiter"], "csv::encode")?;
    let mut writer = WriterBuilder::new().delimiter(delimiter(options)?).from_writer(Output::default());
    let columns = columns(rows, options)?;
    if let Some(columns) = &columns {
        if columns.is_empty() {
            return Err(error("CsvError", "no columns are known: name them in the option `columns`"));
        }
        write(&mut writer, columns)?;
    }
    for (number, row) in (1..).zip(rows) {
        let fields = match (&columns, row.as_map(), row.as_array()) {
            (Some(columns), Some(row), _) => {
                columns.iter().map(|name| row.get(name.as_str()).map_or(Ok(String::new()), field)).collect()
            }
            (None, _, Some(row)) => row.iter().map(field).collect(),
            _ => Err("a row must be a map, unless all rows are arrays".to_owned()),
        };
        let fields: Vec<_> =
            fields.map_err(|problem| error("CsvError", format!("row {number}: {problem}")))?;
        if fields.is_empty() {
            return Err(error("CsvError", format!("row {number}: it has no fields")));
        }
        write(&mut writer, &fields)?;
    }
    let csv = writer.into_inner().map_err(|problem| error("CsvError", problem.to_string()))?;
    String::from_utf8(csv.0).map_err(|problem| error("CsvError", problem.to_string()))
}

/// The columns of rows that are maps: those of the option, or else all that there are.
fn columns(rows: &[Value], options: &Map) -> Result<Option<Vec<String>>> {
    if let Some(option) = options.get("columns") {
        let columns = option.as_array().ok_or_else(|| {
            let kind = type_of(option);
            error(
                "MismatchedTypes",
                format!("the option `columns` of csv::encode must be an array, not {kind}"),
            )
        })?;
        return Ok(Some(columns.iter().map(ToString::to_string).collect()));
    }
    let mut names = BTreeSet::new();
    for row in rows {
        match row.as_map() {
            Some(row) => names.extend(row.keys().map(ToString::to_string)),
            None => return Ok(None),
        }
    }
    Ok((!rows.is_empty()).then(|| names.into_iter().collect()))
}

fn field(value: &Value) -> std::result::Result<String, String> {
    if value.is_unit() {
        return Ok(String::new());
    }
    plain_text(value).ok_or_else(|| {
        format!("a field must be a string, a number, a bool or a time, not {}", type_of(value))
    })
}

fn write(writer: &mut Writer<Output>, fields: &[String]) -> Result<()> {
    writer.write_record(fields).map_err(|problem| error("CsvError", problem.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arrays_come_back(rows in prop::collection::vec(prop::collection::vec(any::<String>(), 3), 0..5)) {
            let rows: Vec<Value> = rows.into_iter().map(|row| row.into_iter().map(Value::from).collect()).collect();
            let options = Map::from_entries(vec![("header".into(), false.into()), ("delimiter".into(), ";".into())]);
            let csv = encode(&rows, &Map::from_entries(vec![("delimiter".into(), ";".into())])).unwrap();
            let read = decode(&csv.into(), &options, &|| Ok(())).unwrap();
            prop_assert_eq!(format!("{read:?}"), format!("{rows:?}"));
        }

        #[test]
        fn maps_come_back(rows in prop::collection::vec((any::<String>(), any::<String>()), 1..5)) {
            let row = |(a, b): (String, String)| Map::from_entries(vec![("a".into(), a.into()), ("b".into(), b.into())]).into();
            let rows: Vec<Value> = rows.into_iter().map(row).collect();
            let csv = encode(&rows, &Map::new()).unwrap();
            let read = decode(&csv.into(), &Map::new(), &|| Ok(())).unwrap();
            prop_assert_eq!(format!("{read:?}"), format!("{rows:?}"));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = decode(&text.into(), &Map::new(), &|| Ok(()));
        }
    }
}
