//! One error type for everything a caller of the function or a reader of its log may see.

use serde_json::{json, Map, Value};
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// Longest `errorType` in bytes.
const MAX_TYPE: usize = 1024;
/// Longest `errorMessage` in bytes. Managed Instances hang an invocation whose error body is
/// above 1 MiB; message, stack trace and data together stay well below.
const MAX_MESSAGE: usize = 64 * 1024;
/// The same for the header of X-Ray, in which a character takes up to 6 bytes.
const MAX_XRAY_MESSAGE: usize = 2 * 1024;
/// Longest path and function name there.
const MAX_XRAY_TEXT: usize = 100;
/// Most frames there, the innermost ones.
const MAX_XRAY_FRAMES: usize = 20;
/// Most frames of a stack trace: the innermost and the outermost half of it are kept.
const MAX_FRAMES: usize = 100;
/// Longest text of one frame in bytes.
const MAX_FRAME: usize = 1024;
/// Longest word about what was cut off.
const CUT_OFF: &str = "… (1000000000000 bytes more)";
/// Longest `data` in bytes, as JSON.
const MAX_DATA: usize = 128 * 1024;

/// One place in a stack trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The function, `<closure>`, `<top level>`, or empty where the script doesn't parse.
    pub function: String,
    /// The script, relative to its root.
    pub file: String,
    /// The line, from 1; 0 where Rhai doesn't say.
    pub line: usize,
    /// The character in it, from 1.
    pub column: usize,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, file, line, column } = self;
        match (function.is_empty(), line) {
            (_, 0) => write!(f, "at {function} ({file})"),
            (true, _) => write!(f, "at {file}:{line}:{column}"),
            (false, _) => write!(f, "at {function} ({file}:{line}:{column})"),
        }
    }
}

/// What went wrong, as Lambda, the caller and the log are told.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// `errorType`: `Runtime.…` for the runtime's own errors, else the script's or Rhai's name for it.
    pub error_type: String,
    /// `errorMessage`: what happened and what to do about it.
    pub message: String,
    /// `stackTrace`, innermost first.
    pub stack: Vec<Frame>,
    /// The further fields of a thrown map.
    pub data: Option<Value>,
    /// The message drawn over the source line, with a caret under the place: for the text log.
    pub drawing: Option<Box<str>>,
}

impl Failure {
    /// A failure without a place in a script. Type and message may quote megabytes of an event, so both
    /// are shortened here, before anything is made of them.
    pub fn new(error_type: impl Into<String>, message: impl Into<String>) -> Self {
        let error_type = shorten(error_type.into(), MAX_TYPE);
        Self { error_type, message: shorten(message.into(), MAX_MESSAGE), ..Self::default() }
    }

    /// Adds the further fields of a thrown map, each with its JSON. If they are too large, `data` says so
    /// in their place.
    #[must_use]
    pub fn with_data(self, fields: &[(&str, Vec<u8>)]) -> Self {
        let size = fields.iter().map(|(name, json)| name.len() + json.len() + 4).sum::<usize>();
        let data = if size > MAX_DATA {
            json!(format!("omitted: {size} bytes of JSON, of which at most {MAX_DATA} are reported"))
        } else {
            // What is nested too deep for `serde_json` stays a string.
            let parsed = |json: &[u8]| -> Value {
                serde_json::from_slice(json).unwrap_or_else(|_| String::from_utf8_lossy(json).into())
            };
            fields.iter().map(|(name, json)| (*name, parsed(json))).collect()
        };
        Self { data: Some(data), ..self }
    }

    /// The body of `/error` and `/init/error`.
    pub fn to_json(&self) -> Vec<u8> {
        Value::Object(self.to_map()).to_string().into_bytes()
    }

    /// What the caller is told, and a log line in JSON says.
    ///
    /// See "Building a custom runtime for AWS Lambda" in the AWS Lambda developer guide.
    /// Everything is cut to a size that Lambda takes.
    pub fn to_map(&self) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("errorMessage".into(), shorten(&*self.message, MAX_MESSAGE).into());
        body.insert("errorType".into(), shorten(&*self.error_type, MAX_TYPE).into());
        body.insert("stackTrace".into(), self.stack_trace().into());
        body.extend(self.data.clone().map(|data| ("data".into(), data)));
        body
    }

    /// `stackTrace`: a line each frame. What repeats itself is counted, and the middle of a very
    /// deep one left out.
    pub fn stack_trace(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for same in self.stack.chunk_by(|a, b| a == b) {
            let line = shorten(same[0].to_string(), MAX_FRAME);
            match same.len() {
                0..=3 => lines.resize(lines.len() + same.len(), line),
                count => lines.extend([line, format!("… the same {} times more", count - 1)]),
            }
        }
        if lines.len() > MAX_FRAMES {
            let half = MAX_FRAMES / 2;
            let left_out = lines.len() - 2 * half;
            lines.splice(half..half + left_out, [format!("… {left_out} more")]);
        }
        lines
    }

    /// The value of the header `Lambda-Runtime-Function-Error-Type`, in the one form that Lambda
    /// does not replace by `Unknown`: `(Runtime|Function)\.[A-Z][A-Za-z]+`.
    pub fn header(&self) -> String {
        if let Some((family, name)) = self.error_type.split_once('.') {
            if matches!(family, "Runtime" | "Function") && is_error_name(name) {
                return self.error_type.clone();
            }
        }
        let mut name: String = self.error_type.chars().filter(char::is_ascii_alphabetic).collect();
        name.truncate(100);
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if name.len() < 2 {
            name = "Error".into();
        }
        format!("Function.{name}")
    }

    /// The value of the header `Lambda-Runtime-Function-XRay-Error-Cause`, which puts the error into
    /// the trace: one line of ASCII, far below the limit of 64 KiB.
    pub fn xray_cause(&self, working_directory: &str) -> String {
        let frame = |frame: &Frame| {
            json!({
                "path": shorten(&*frame.file, MAX_XRAY_TEXT),
                "line": frame.line,
                "label": shorten(&*frame.function, MAX_XRAY_TEXT),
            })
        };
        let innermost = &self.stack[..self.stack.len().min(MAX_XRAY_FRAMES)];
        let stack: Vec<_> = innermost.iter().map(frame).collect();
        let mut paths: Vec<_> = innermost.iter().map(|frame| &frame.file).collect();
        paths.sort();
        paths.dedup();
        let paths: Vec<_> = paths.into_iter().map(|path| shorten(path.as_str(), MAX_XRAY_TEXT)).collect();
        let cause = json!({
            "working_directory": shorten(working_directory, MAX_XRAY_TEXT),
            "exceptions": [{
                "type": shorten(&*self.error_type, MAX_XRAY_TEXT),
                "message": shorten(&*self.message, MAX_XRAY_MESSAGE),
                "stack": stack,
            }],
            "paths": paths,
        });
        let mut ascii = String::new();
        for c in cause.to_string().chars() {
            // JSON leaves the control character DEL as it is.
            if matches!(c, ' '..='~') {
                ascii.push(c);
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(ascii, "\\u{unit:04x}");
                }
            }
        }
        ascii
    }

    /// The text for people: the drawing, or type and message, then the stack trace.
    pub fn to_text(&self) -> String {
        let mut text = match &self.drawing {
            Some(drawing) => drawing.to_string(),
            None => self.to_string(),
        };
        for line in self.stack_trace() {
            text.push_str("\n    ");
            text.push_str(&line);
        }
        if let Some(data) = &self.data {
            text.push_str("\n    data: ");
            text.push_str(&shorten(data.to_string(), MAX_MESSAGE));
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type, shorten(&*self.message, MAX_MESSAGE))
    }
}

impl std::error::Error for Failure {}

fn is_error_name(name: &str) -> bool {
    name.len() >= 2
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphabetic())
}

/// At most `limit` bytes of `text`, with a word about what was cut off.
fn shorten<'a>(text: impl Into<Cow<'a, str>>, limit: usize) -> String {
    let text = text.into();
    if text.len() <= limit {
        return text.into_owned();
    }
    let end = text.floor_char_boundary(limit - CUT_OFF.len());
    format!("{}… ({} bytes more)", &text[..end], text.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(error_type: &str) -> String {
        Failure::new(error_type, "").header()
    }

    #[test]
    fn header_has_the_form_that_lambda_takes() {
        assert_eq!(header("Runtime.Timeout"), "Runtime.Timeout");
        assert_eq!(header("Function.Custom"), "Function.Custom");
        assert_eq!(header("VariableNotFound"), "Function.VariableNotFound");
        assert_eq!(header("my-error 42"), "Function.Myerror");
        assert_eq!(header("Runtime.lower"), "Function.Runtimelower");
        assert_eq!(header("X"), "Function.Error");
        assert_eq!(header("ошибка"), "Function.Error");
        assert_eq!(header(""), "Function.Error");
    }

    #[test]
    fn body_stays_far_below_one_mebibyte() {
        let frame = |line| Frame { function: "f".repeat(10_000), file: "x.rhai".into(), line, column: 2 };
        let failure = Failure {
            stack: (1..1000).map(frame).collect(),
            ..Failure::new("E", "ü".repeat(4_000_000)).with_data(&[("d", b"7".repeat(5_000_000))])
        };
        let body = failure.to_json();
        assert!(body.len() < 600_000, "{} bytes", body.len());
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["stackTrace"].as_array().unwrap().len(), 101);
        assert!(body["errorMessage"].as_str().unwrap().ends_with("bytes more)"));
    }

    #[test]
    fn the_cause_for_xray_is_one_short_line() {
        let frame = |file: &str| Frame { function: "größe".into(), file: file.into(), line: 3, column: 9 };
        let stack = vec![frame("lib/m.rhai"), frame("main.rhai"), frame("main.rhai")];
        let failure = Failure { stack, ..Failure::new("Bad", "nö\n😀\u{7f}") };
        let cause = failure.xray_cause("/var/task");
        assert!(cause.is_ascii() && !cause.contains(char::is_control), "{cause}");
        let cause: Value = serde_json::from_str(&cause).unwrap();
        assert_eq!(cause["exceptions"][0]["message"], "nö\n😀\u{7f}");
        assert_eq!(
            cause["exceptions"][0]["stack"][0],
            json!({ "path": "lib/m.rhai", "line": 3, "label": "größe" })
        );
        assert_eq!(cause["paths"], json!(["lib/m.rhai", "main.rhai"]));

        let long = "ü".repeat(100_000);
        let stack = (0..1000).map(|_| Frame { function: long.clone(), ..frame(&long) }).collect();
        let failure = Failure { stack, ..Failure::new(&*long, &*long) };
        assert!(
            failure.xray_cause("/var/task").len() < 64 * 1024,
            "{}",
            failure.xray_cause("/var/task").len()
        );
    }

    #[test]
    fn repeated_frames_are_counted() {
        let frame = |line| Frame { function: "f".into(), file: "x.rhai".into(), line, column: 2 };
        let mut stack = vec![frame(1); 10];
        stack.push(frame(2));
        let failure = Failure { stack, ..Failure::new("E", "") };
        assert_eq!(
            failure.stack_trace(),
            ["at f (x.rhai:1:2)", "… the same 9 times more", "at f (x.rhai:2:2)"]
        );
    }

    #[test]
    fn frames_say_what_is_known() {
        let mut frame = Frame { function: "two".into(), file: "lib/m.rhai".into(), line: 3, column: 9 };
        assert_eq!(frame.to_string(), "at two (lib/m.rhai:3:9)");
        frame.function.clear();
        assert_eq!(frame.to_string(), "at lib/m.rhai:3:9");
        let frame = Frame { function: "two".into(), line: 0, ..frame };
        assert_eq!(frame.to_string(), "at two (lib/m.rhai)");
    }
}
