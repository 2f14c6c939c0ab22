//! What the fuzzer does with its input, one function a target. The tests feed them the saved corpus.
//!
//! Each must end, without a panic, whatever it is given.

use rhambda::context::{Context, Parts};
use rhambda::failure::Failure;
use rhambda::handler::HandlerSpec;
use rhambda::lines::{Ends, Lines};
use rhambda::runtime_api::Invocation;
use rhambda::script::{Script, Sink};
use rhambda::settings::{FunctionInfo, Roots};
use rhambda::sse::{Event, Events};
use rhambda::{stack, value};
use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant, UNIX_EPOCH};
use tempfile::TempDir;

/// How long a script may run.
const SCRIPT_TIME: Duration = Duration::from_millis(50);
/// What Lambda says of a script's invocation.
const INVOCATION: &[u8] =
    b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nContent-Length: 0\r\n\r\n";

/// The handler setting: a file that it names is inside of the root.
pub fn handler(data: &[u8]) {
    let Ok(setting) = std::str::from_utf8(data) else {
        return;
    };
    match HandlerSpec::parse(setting) {
        Ok(HandlerSpec::Function { file, function }) => {
            assert_inside(&file);
            assert!(!function.is_empty() && !function.contains(['.', '/']), "{function:?}");
        }
        Ok(HandlerSpec::Script { file }) => assert_inside(&file),
        Ok(HandlerSpec::Inline { source }) => assert_eq!(source, setting),
        Err(failure) => assert_reportable(&failure),
    }
}

fn assert_inside(file: &str) {
    assert!(file.ends_with(".rhai"), "{file:?}");
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
    assert!(file.split('/').all(is_name), "{file:?}");
}

/// An answer to `/next`: it means the same however it arrives.
pub fn invocation(data: &[u8]) {
    let now = UNIX_EPOCH + Duration::from_hours(500_000);
    let whole = Invocation::read(data, now).map_err(|error| error.to_string());
    let in_bytes = Invocation::read(ByteByByte(data), now).map_err(|error| error.to_string());
    assert_eq!(format!("{whole:?}"), format!("{in_bytes:?}"));
    let Ok(Some(invocation)) = whole else {
        return;
    };
    assert!(invocation.event.len() <= data.len());
    let day = Duration::from_hours(24);
    assert!(invocation.time_left.is_none_or(|left| left <= day));
    assert_eq!(invocation.time_left.is_some(), invocation.deadline_ms.is_some());
    // These go into the head of a request.
    assert!(!invocation.request_id.is_empty());
    assert!(invocation.invocation_id.iter().all(|id| !id.contains(['\r', '\n', '\0'])));
    let map = context(&invocation).to_map();
    assert!(value::encode(&map.into()).is_ok());
}

/// A network at its slowest.
struct ByteByByte<'a>(&'a [u8]);

impl Read for ByteByByte<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(1);
        self.0.read(&mut buffer[..end])
    }
}

/// The body of a response: its lines and its server-sent events are the same however they arrive.
pub fn events(data: &[u8]) {
    let whole = events_of(&mut [data].into_iter());
    for size in [1, 2, 7] {
        assert_eq!(events_of(&mut data.chunks(size)), whole);
        assert_eq!(lines_of(&mut data.chunks(size)), lines_of(&mut [data].into_iter()));
    }
    for event in whole {
        assert!(!event.event.is_empty() && !event.event.contains(['\r', '\n']), "{event:?}");
        assert!(!event.id.contains(['\r', '\n', '\0']) && !event.data.contains('\r'), "{event:?}");
        assert!(event.retry.is_none_or(|time| time >= 0), "{event:?}");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let expected: Vec<_> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
        assert_eq!(lines_of(&mut [data].into_iter()), expected);
    }
}

fn events_of(pieces: &mut dyn Iterator<Item = &[u8]>) -> Vec<Event> {
    let (mut lines, mut events, mut found) = (Lines::default(), Events::default(), Vec::new());
    for piece in pieces {
        lines.push(piece).expect("there is memory for it");
        while let Some(event) = events.next(&mut lines).expect("there is memory for it") {
            found.push(event);
        }
    }
    found
}

fn lines_of(pieces: &mut dyn Iterator<Item = &[u8]>) -> Vec<Vec<u8>> {
    let (mut lines, mut found) = (Lines::default(), Vec::new());
    for piece in pieces {
        lines.push(piece).expect("there is memory for it");
        while let Some(line) = lines.next(Ends::LineFeeds) {
            found.push(line.to_vec());
        }
    }
    found.extend(lines.last().map(<[u8]>::to_vec));
    found
}

fn context(invocation: &Invocation) -> Context {
    Context::from(Parts {
        function: Rc::new(FunctionInfo::default()),
        aws_request_id: invocation.request_id.clone(),
        deadline_ms: invocation.deadline_ms,
        client_context: ().into(),
        identity: ().into(),
        headers: invocation.headers.clone(),
    })
}

/// What `serde_json` refuses and Rhambda reads.
const LENIENT: [&str; 5] = [
    "recursion limit exceeded",
    "number out of range",
    "lone leading surrogate in hex escape",
    "unexpected end of hex escape",
    "invalid unicode code point",
];

/// JSON: what is read and written is the same when it is read again, and what JSON is, says `serde_json`,
/// but for nesting, the range of numbers and lone surrogates.
pub fn json(data: &[u8]) {
    let theirs = serde_json::from_slice::<serde_json::Value>(data);
    let value = match value::decode(data) {
        Ok(value) => value,
        Err(problem) => {
            assert!(theirs.is_err() || problem.starts_with("nested deeper than 1000"), "{problem}");
            return;
        }
    };
    let is_strict = match &theirs {
        Ok(_) => true,
        Err(theirs) => {
            assert!(LENIENT.iter().any(|reason| theirs.to_string().starts_with(reason)), "{theirs}");
            false
        }
    };
    let written = value::encode(&value).expect("what came from JSON has that form");
    let again = value::decode(&written).expect("what was written can be read");
    // What is infinite is written as null.
    assert!(!is_strict || format!("{value:?}") == format!("{again:?}"), "{value:?} {again:?}");
    assert_eq!(value::encode(&again).as_ref(), Ok(&written));
    let pretty = value::encode_pretty(&value).expect("what came from JSON has that form");
    let again = value::decode(pretty.as_bytes()).expect("what was written can be read");
    assert_eq!(value::encode(&again).as_ref(), Ok(&written));
    value::to_text(&value).expect("there is memory for it");
}

/// A script: with a function `handler` or, where there is none, one that runs as a whole.
pub fn script(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else {
        return;
    };
    if reaches_out(source) {
        return;
    }
    let folder = scripts_folder();
    let roots = Roots { task: folder.path().to_owned(), layer: folder.path().join("layer") };
    std::fs::write(folder.path().join("main.rhai"), source).expect("a file can be written");
    // On the stack that the runtime gives it: that of a test's thread is smaller.
    let thread = std::thread::Builder::new().stack_size(stack::SIZE);
    let form = if source.contains("fn handler") { "main.handler" } else { "main" };
    let thread = thread.spawn(move || run(form, &roots));
    thread.expect("a thread").join().expect("no panic leaves the runtime");
}

/// Whether a script may do what an experiment must not: touch files, speak to others. `eval` could
/// put such a name together.
fn reaches_out(source: &str) -> bool {
    let source = source.replace("http_response", "");
    ["fs", "http", "aws", "eval"].iter().any(|word| source.contains(word))
}

/// A folder for a script, in memory where there is such a place.
fn scripts_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a folder can be made")
}

fn run(form: &str, roots: &Roots) {
    let stop_at = || Some(Instant::now() + SCRIPT_TIME);
    let spec = HandlerSpec::parse(form).expect("a setting that is right");
    let mut script = match Script::load(spec, roots.clone(), &FunctionInfo::default(), stop_at()) {
        Ok(script) => script,
        Err(failure) => return assert_reportable(&failure),
    };
    for event in [r#"{"name":"Ada","items":[1,2.5,null,true]}"#, "7"] {
        let invocation = Invocation::read(INVOCATION, UNIX_EPOCH).expect("an answer").expect("an invocation");
        let called =
            script.call(event.into(), context(&invocation), stop_at(), || Rc::new(Nowhere::default()));
        if let Err(failure) = called {
            assert_reportable(&failure);
        }
    }
}

/// A reader of streams that goes away after a megabyte.
#[derive(Default)]
struct Nowhere(Cell<usize>);

impl Sink for Nowhere {
    fn begin(&self, content_type: &str, _: Option<Instant>) -> io::Result<()> {
        assert!(!content_type.is_empty() && !content_type.contains(char::is_control));
        Ok(())
    }

    fn write(&self, data: &[u8], _: Option<Instant>) -> io::Result<()> {
        assert!(!data.is_empty(), "an empty chunk is the end of a stream");
        self.0.set(self.0.get() + data.len());
        if self.0.get() > 1 << 20 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }
}

/// Lambda takes every error that it is told.
fn assert_reportable(failure: &Failure) {
    let body = failure.to_json();
    assert!(body.len() < 1 << 20, "{} bytes", body.len());
    assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
    let header = failure.header();
    let name = header.strip_prefix("Runtime.").or_else(|| header.strip_prefix("Function."));
    let name = name.expect("it begins with a family");
    assert!(name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase()), "{header}");
    assert!(name.chars().all(|c| c.is_ascii_alphabetic()), "{header}");
    let cause = failure.xray_cause("/var/task");
    assert!(cause.len() < 64 * 1024, "{} bytes", cause.len());
    assert!(!cause.contains(|c: char| c.is_control()), "{cause}");
}
