//! Bodies → forms.

use super::problem;
use memchr::memmem::Finder;
use percent_encoding::percent_decode_str;
use rhai_vm::function::Call;
use rhai_vm::memory::{self, Meter};
use rhai_vm::{json, Map, Result, Value};

/// The most parts of a form, as other servers have it.
const MAX_PARTS: usize = 1000;
/// The longest head of a part, in bytes.
const MAX_HEAD: usize = 16 << 10;
/// The longest boundary (RFC 2046, section 5.1.1).
const MAX_BOUNDARY: usize = 70;
const CONTENT_TYPE: &str = "multipart/form-data";
/// What a file is where its part does not say it (RFC 7578, section 4.4).
const USUAL_TYPE: &str = "text/plain";

/// Decodes a body of this content type.
pub(super) fn decode(call: &Call<'_>, body: &[u8], content_type: &str) -> Result<Value> {
    let boundary = boundary(content_type)?;
    // The fields and files are copies of what is in the body.
    memory::needs(body.len())?;
    let mut form = Form::default();
    let mut parts = Parts::new(body, &boundary)?;
    while let Some(part) = parts.next()? {
        call.check()?;
        form.add(part)?;
    }
    Ok(form.into_value())
}

/// The boundary that a content type names.
fn boundary(content_type: &str) -> Result<String> {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case(CONTENT_TYPE) {
        return Err(problem(format!("the content type {content_type:?} is not {CONTENT_TYPE}")));
    }
    let boundary = parameter(parameters, "boundary").unwrap_or_default();
    if boundary.is_empty() || boundary.len() > MAX_BOUNDARY || boundary.contains(char::is_control) {
        return Err(problem(format!("the content type {content_type:?} has no valid boundary")));
    }
    Ok(boundary)
}

/// A parameter of a header, such as `name` in `form-data; name="a"`.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t', '\r', '\n']);
        if rest.is_empty() {
            return None;
        }
        let (name, after) = rest.split_once('=')?;
        let (value, after) = parameter_value(after.trim_start())?;
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// A parameter such as `filename*=UTF-8''a%20b` (RFC 8187), which older clients send for names beyond ASCII.
fn extended(parameters: &str, wanted: &str) -> Option<String> {
    let value = parameter(parameters, wanted)?;
    let (charset, value) = value.split_once('\'')?;
    let (_language, value) = value.split_once('\'')?;
    let value = percent_decode_str(value).decode_utf8().ok()?;
    charset.eq_ignore_ascii_case("utf-8").then(|| value.into_owned())
}

/// The value at the beginning, with or without quotes, and what is after it.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            // Older browsers send the path of a file with backslashes as they are.
            '\\' if quoted[at + 1..].starts_with(['"', '\\']) => {
                value.extend(characters.next().map(|(_, next)| next));
            }
            character => value.push(character),
        }
    }
    None
}

/// A part of a form.
struct Part<'a> {
    name: String,
    filename: Option<String>,
    content_type: Option<String>,
    data: &'a [u8],
}

/// The parts of a body.
struct Parts<'a> {
    /// What has not been read, after a boundary.
    rest: &'a [u8],
    /// What is before each boundary but the first.
    delimiter: Vec<u8>,
    count: usize,
}

impl<'a> Parts<'a> {
    /// Reads up to the first boundary.
    fn new(body: &'a [u8], boundary: &str) -> Result<Self> {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        // The first one may be at the very beginning.
        let first = &delimiter[2..];
        let rest = match body.strip_prefix(first) {
            Some(rest) => rest,
            None => match Finder::new(&delimiter).find(body) {
                Some(at) => &body[at + delimiter.len()..],
                None => {
                    return Err(problem("the body does not have the boundary that its content type names"))
                }
            },
        };
        Ok(Self { rest, delimiter, count: 0 })
    }

    fn next(&mut self) -> Result<Option<Part<'a>>> {
        let rest = self.rest;
        if rest.starts_with(b"--") {
            return Ok(None);
        }
        self.count += 1;
        let number = self.count;
        if number > MAX_PARTS {
            return Err(problem(format!("the form has more than {MAX_PARTS} parts")));
        }
        let white_space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let Some(rest) = rest[white_space..].strip_prefix(b"\r\n") else { return Err(cut_off(number)) };
        let (head, rest) = head(rest, number)?;
        let Some(end) = Finder::new(&self.delimiter).find(rest) else { return Err(cut_off(number)) };
        self.rest = &rest[end + self.delimiter.len()..];
        part(head, &rest[..end], number).map(Some)
    }
}

fn cut_off(number: usize) -> rhai_vm::Error {
    problem(format!("part {number} of the form is cut off: its boundary is missing"))
}

/// The headers of a part, and what is after the empty line that ends them.
fn head(rest: &[u8], number: usize) -> Result<(&str, &[u8])> {
    let (head, data) = if let Some(data) = rest.strip_prefix(b"\r\n") {
        (&rest[..0], data)
    } else {
        let searched = &rest[..rest.len().min(MAX_HEAD)];
        let Some(end) = Finder::new(b"\r\n\r\n").find(searched) else {
            return Err(problem(format!(
                "the headers of part {number} do not end within {} KB",
                MAX_HEAD >> 10
            )));
        };
        (&rest[..end], &rest[end + 4..])
    };
    match std::str::from_utf8(head) {
        Ok(head) => Ok((head, data)),
        Err(_) => Err(problem(format!("the headers of part {number} are not valid UTF-8"))),
    }
}

fn part<'a>(head: &str, data: &'a [u8], number: usize) -> Result<Part<'a>> {
    let header = |wanted: &str| {
        let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        lines
            .into_iter()
            .find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition").unwrap_or_default();
    let (kind, parameters) = disposition.split_once(';').unwrap_or((disposition, ""));
    let name = parameter(parameters, "name").filter(|_| kind.trim().eq_ignore_ascii_case("form-data"));
    let Some(name) = name else {
        return Err(problem(format!("part {number} has no header `Content-Disposition: form-data; name=…`")));
    };
    Ok(Part {
        name: unescaped(&name),
        filename: extended(parameters, "filename*")
            .or_else(|| parameter(parameters, "filename").map(|filename| unescaped(&filename))),
        content_type: header("content-type").map(str::to_owned),
        data,
    })
}

/// A name without the escapes that browsers write (WHATWG HTML, "multipart form data").
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

#[derive(Default)]
struct Form {
    fields: Map,
    files: Vec<Value>,
    meter: Meter,
}

impl Form {
    fn add(&mut self, part: Part<'_>) -> Result<()> {
        self.meter.needs(part.name.len() + size_of::<Value>())?;
        if let Some(filename) = part.filename {
            let content_type = part.content_type.unwrap_or_else(|| USUAL_TYPE.to_owned());
            let file = Map::from_entries(vec![
                ("name".into(), part.name.into()),
                ("filename".into(), filename.into()),
                ("content_type".into(), content_type.into()),
                ("data".into(), Value::blob(part.data.to_vec())),
            ]);
            self.files.push(file.into());
            return Ok(());
        }
        let Ok(value) = std::str::from_utf8(part.data) else {
            return Err(problem(format!("the field {:?} is not valid UTF-8", part.name)));
        };
        match self.fields.get_mut(&part.name) {
            None => {
                self.fields.insert(json::key(&part.name), value.into());
            }
            Some(Value::Array(values)) => std::rc::Rc::make_mut(values).push(value.into())?,
            Some(first) => *first = Value::array(vec![std::mem::take(first), value.into()]),
        }
        Ok(())
    }

    fn into_value(self) -> Value {
        Map::from_entries(vec![("fields".into(), self.fields.into()), ("files".into(), self.files.into())])
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_quotes_or_none() {
        for (header, expected) in [
            ("boundary=x", Some("x")),
            (" charset=utf-8; Boundary = \"a;b\" ; c=d", Some("a;b")),
            ("boundary=\"a\\\"b\\\\c\\d\"", Some("a\"b\\c\\d")),
            ("boundary=\"x", None),
            ("boundary", None),
            ("", None),
            ("xboundary=y", None),
        ] {
            assert_eq!(parameter(header, "boundary").as_deref(), expected, "{header}");
        }
    }
}
