//! `csv::encode`, `csv::decode`: rows as maps or arrays.

use super::accepted::read;
use super::arguments::{bytes, error, plain_text};
use super::http;
use super::options::Options;
use super::records::{self, Records};
use crate::value::type_of;
use csv::{ReaderBuilder, StringRecord, Writer, WriterBuilder};
use rhai_vm::memory::{self, Meter, Output};
use rhai_vm::module::OptionsParam;
use rhai_vm::value::Items;
use rhai_vm::{json, module, Error, Map, Result, Str, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::rc::Rc;

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
            let form = Form::read(&mut Options::of(call, 1, "csv::decode"))?;
            decode(call.value(0), &form, &|| call.check()).map(Value::from)
        };

        /// Returns the rows of a table for `for`, each when the loop asks for it, as `csv::decode` has them and with its options: of a string or a
        /// blob; or, without the whole in memory, of a response with `stream: true` and of `aws::s3_lines`. The loop throws
        /// `CsvError` where `csv::decode` does. A line break within a field is a line feed.
        ///
        /// ```rhai
        /// let total = 0;
        /// for row in csv::rows("item,price\ntea,3\nmilk,1\n") { total += parse_int(row.price); }
        /// total // → 4
        /// for row in csv::rows("item,price\ntea\n") { } // ✗ CsvError
        /// ```
        ///
        /// ```text
        /// for row in csv::rows(aws::s3_lines("my-bucket", "prices.csv"), #{ delimiter: ";" }) { … }
        /// ```
        new "rows" (source: Any "string | blob | response | iterator"; options: Map) -> Host(http::LINES) throws CsvError = |call| {
            let form = Form::read(&mut Options::of(call, 1, "csv::rows"))?;
            let source = records::lines(call.value(0), "csv::rows")?;
            Ok(rows(source, &form))
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
            let (columns, delimiter) = columns_and_delimiter(&mut Options::of(call, 1, "csv::encode"))?;
            encode(call.array(0), columns, delimiter).map(Value::from)
        };
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("csv::decode", "options", |options| read(options, Form::read)),
    OptionsParam::new("csv::rows", "options", |options| read(options, Form::read)),
    OptionsParam::new("csv::encode", "options", |options| read(options, columns_and_delimiter)),
];

/// How a table to be read is written.
struct Form {
    /// Whether the first row has the names of the columns.
    has_header: bool,
    delimiter: u8,
}

impl Form {
    fn read(options: &mut Options<Error>) -> Result<Self> {
        let has_header = options.boolean("header")?.unwrap_or(true);
        let delimiter = delimiter(options)?;
        options.end()?;
        Ok(Self { has_header, delimiter })
    }
}

/// The columns to be written, if they are named.
fn columns_and_delimiter(options: &mut Options<Error>) -> Result<(Option<Vec<String>>, u8)> {
    let columns = options.read("columns", "an array", |columns| {
        columns.as_array().map(|columns| columns.iter().map(ToString::to_string).collect())
    })?;
    let delimiter = delimiter(options)?;
    options.end()?;
    Ok((columns, delimiter))
}

fn delimiter(options: &mut Options<Error>) -> Result<u8> {
    let Some(option) = options.take("delimiter") else { return Ok(b',') };
    match option.to_string().as_bytes() {
        [delimiter] if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\r' | b'\n') => Ok(*delimiter),
        _ => Err(error(
            "CsvError",
            format!("the delimiter \"{option}\" is invalid: use one ASCII character such as \";\""),
        )),
    }
}

fn invalid(problem: &dyn std::fmt::Display) -> Error {
    error("CsvError", format!("not CSV: {problem}"))
}

fn decode(text: &Value, form: &Form, check: &dyn Fn() -> Result<()>) -> Result<Vec<Value>> {
    let Form { has_header, delimiter } = *form;
    let text = bytes(text, "csv::decode")?;
    check_quotes(text, delimiter).map_err(|problem| invalid(&problem))?;
    memory::needs(bytes_of_record(text, delimiter))?;
    let meter = Meter::new();
    let mut reader = ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(text);
    let mut record = StringRecord::new();
    let mut next =
        |record: &mut StringRecord| reader.read_record(record).map_err(|problem| invalid(&problem));
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
        rows.push(row(header.as_deref(), &record));
        if rows.len().is_multiple_of(BATCH) {
            check()?;
        }
    }
    Ok(rows)
}

fn row(header: Option<&[Str]>, record: &StringRecord) -> Value {
    match header {
        Some(header) => {
            let fields = header.iter().cloned().zip(record.iter().map(Value::from));
            Map::from_entries(fields.collect()).into()
        }
        None => record.iter().map(Value::from).collect(),
    }
}

/// The rows of lines that arrive one by one.
fn rows(lines: Items, form: &Form) -> Value {
    let Form { has_header, delimiter } = *form;
    let problem = Rc::new(RefCell::new(None));
    let source = Source {
        lines: Some(lines),
        line: Vec::new(),
        at: 0,
        quotes: Quotes::new(delimiter),
        bytes_of_row: Rc::default(),
        problem: Rc::clone(&problem),
    };
    let bytes_of_row = Rc::clone(&source.bytes_of_row);
    let mut reader = ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(source);
    let mut record = StringRecord::new();
    let mut header: Option<Vec<Str>> = None;
    let mut next = move || -> Result<Option<Value>> {
        loop {
            let is_row = reader.read_record(&mut record);
            let is_row = is_row.map_err(|error| problem.take().unwrap_or_else(|| invalid(&error)))?;
            bytes_of_row.replace(0);
            if !is_row {
                return Ok(None);
            }
            if has_header && header.is_none() {
                header = Some(checked_header(&record)?);
                continue;
            }
            return Ok(Some(row(header.as_deref(), &record)));
        }
    };
    let mut is_over = false;
    Records::value(std::iter::from_fn(move || {
        let row = if is_over { None } else { next().transpose() };
        is_over = !matches!(row, Some(Ok(_)));
        row
    }))
}

/// Lines as bytes.
struct Source {
    /// None after the last one.
    lines: Option<Items>,
    line: Vec<u8>,
    /// How many bytes of the line have been read.
    at: usize,
    quotes: Quotes,
    /// How many bytes have been read since the last row.
    bytes_of_row: Rc<RefCell<usize>>,
    /// The error of the script when reading failed.
    problem: Rc<RefCell<Option<Error>>>,
}

impl Source {
    /// Reads the next line, if there is one.
    fn next_line(&mut self) -> Result<()> {
        self.line.clear();
        self.at = 0;
        let Some(line) = self.lines.as_mut().and_then(Iterator::next) else {
            self.lines = None;
            return self.quotes.end().map_err(|problem| invalid(&problem));
        };
        let line = line?;
        let bytes = records::bytes_of_line(&line, "csv::rows")?;
        let of_row = self.bytes_of_row.replace_with(|count| *count + bytes.len() + 1) + bytes.len();
        memory::needs(2 * of_row)?;
        self.line.extend_from_slice(bytes);
        self.line.push(b'\n');
        self.quotes.push(&self.line).map_err(|problem| invalid(&problem))
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() && self.lines.is_some() {
            if let Err(error) = self.next_line() {
                self.problem.replace(Some(error));
                return Err(io::ErrorKind::Other.into());
            }
        }
        let count = buffer.len().min(self.line.len() - self.at);
        buffer[..count].copy_from_slice(&self.line[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
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
    let mut quotes = Quotes::new(delimiter);
    quotes.push(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text))?;
    quotes.end()
}

/// Where quotes are in a table of which the beginning was read.
struct Quotes {
    delimiter: u8,
    place: Place,
    line: usize,
}

#[derive(Clone, Copy)]
enum Place {
    Start,
    Plain,
    /// Between quotes, of which the first is in this line.
    Quoted(usize),
    /// Behind a quote that is the last one, or the first of two.
    Closed(usize),
}

impl Quotes {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, place: Place::Start, line: 1 }
    }

    fn push(&mut self, text: &[u8]) -> std::result::Result<(), String> {
        let Self { delimiter, mut place, mut line } = *self;
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
        *self = Self { delimiter, place, line };
        Ok(())
    }

    fn end(&self) -> std::result::Result<(), String> {
        match self.place {
            Place::Quoted(first) => {
                Err(format!("the field whose quote opens in line {first} has no closing quote"))
            }
            _ => Ok(()),
        }
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

fn encode(rows: &[Value], columns: Option<Vec<String>>, delimiter: u8) -> Result<String> {
    let mut writer = WriterBuilder::new().delimiter(delimiter).from_writer(Output::default());
    let columns = columns.or_else(|| columns_of(rows));
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

/// All columns of rows that are maps.
fn columns_of(rows: &[Value]) -> Option<Vec<String>> {
    let mut names = BTreeSet::new();
    for row in rows {
        names.extend(row.as_map()?.keys().map(ToString::to_string));
    }
    (!rows.is_empty()).then(|| names.into_iter().collect())
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
            let csv = encode(&rows, None, b';').unwrap();
            let form = Form { has_header: false, delimiter: b';' };
            let read = decode(&csv.into(), &form, &|| Ok(())).unwrap();
            prop_assert_eq!(format!("{read:?}"), format!("{rows:?}"));
        }

        #[test]
        fn maps_come_back(rows in prop::collection::vec((any::<String>(), any::<String>()), 1..5)) {
            let row = |(a, b): (String, String)| Map::from_entries(vec![("a".into(), a.into()), ("b".into(), b.into())]).into();
            let rows: Vec<Value> = rows.into_iter().map(row).collect();
            let csv = encode(&rows, None, b',').unwrap();
            let form = Form { has_header: true, delimiter: b',' };
            let read = decode(&csv.into(), &form, &|| Ok(())).unwrap();
            prop_assert_eq!(format!("{read:?}"), format!("{rows:?}"));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = decode(&text.into(), &Form { has_header: true, delimiter: b',' }, &|| Ok(()));
        }
    }
}
