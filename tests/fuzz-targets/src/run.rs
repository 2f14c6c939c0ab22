//! Runs a script as the runtime does.

use net::Until;
use rhambda::context::{Context, Parts};
use rhambda::failure::Failure;
use rhambda::handler::HandlerSpec;
use rhambda::script::{Script, Sink};
use rhambda::settings::{FunctionInfo, Roots};
use rhambda::stack;
use rhambda::Invocation;
use std::cell::Cell;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant, UNIX_EPOCH};
use tempfile::TempDir;

/// How long a script may run.
const SCRIPT_TIME: Duration = Duration::from_millis(50);
/// Lambda's headers for an invocation.
const INVOCATION: &[u8] =
    b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nContent-Length: 0\r\n\r\n";

/// The folder of a function.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// A folder with this script as `main.rhai`, in memory if possible.
    pub(crate) fn with(source: &str) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a folder can be made");
        std::fs::write(folder.path().join("main.rhai"), source).expect("a file can be written");
        Self(folder)
    }

    fn roots(&self) -> Roots {
        Roots { task: self.0.path().to_owned(), layer: self.0.path().join("layer") }
    }
}

/// Loads the function, and calls it with each event. Returns its responses and errors.
pub(crate) fn run(folder: &Folder, handler: &str, events: &[String]) -> Vec<Result<Vec<u8>, Failure>> {
    let (roots, handler, events) = (folder.roots(), handler.to_owned(), events.to_vec());
    // On the stack that the runtime gives it: that of a test's thread is smaller.
    let thread = std::thread::Builder::new().stack_size(stack::SIZE);
    let thread = thread.spawn(move || call(&handler, &roots, &events)).expect("a thread");
    thread.join().expect("no panic leaves the runtime")
}

fn call(handler: &str, roots: &Roots, events: &[String]) -> Vec<Result<Vec<u8>, Failure>> {
    let stop_at = || Until::NEVER.by(Some(Instant::now() + SCRIPT_TIME));
    let spec = HandlerSpec::parse(handler).expect("a valid handler");
    let mut script = match Script::load(spec, roots.clone(), &FunctionInfo::default(), stop_at()) {
        Ok(script) => script,
        Err(failure) => {
            assert_reportable(&failure);
            return vec![Err(failure)];
        }
    };
    let mut call = |event: &String| {
        let invocation =
            Invocation::read(INVOCATION, UNIX_EPOCH).expect("a response").expect("an invocation");
        let context = context(&invocation);
        let called = script.call(event.clone().into(), context, stop_at(), || Rc::new(Nowhere::default()));
        called.inspect_err(assert_reportable)
    };
    events.iter().map(&mut call).collect()
}

pub(crate) fn context(invocation: &Invocation) -> Context {
    Context::from(Parts {
        function: Rc::new(FunctionInfo::default()),
        aws_request_id: invocation.request_id.clone(),
        deadline_ms: invocation.deadline_ms,
        client_context: ().into(),
        identity: ().into(),
        headers: invocation.headers.clone(),
    })
}

/// A client that disconnects after a megabyte.
#[derive(Default)]
struct Nowhere(Cell<usize>);

impl Sink for Nowhere {
    fn begin(&self, content_type: &str, _: Until) -> io::Result<()> {
        assert!(!content_type.is_empty() && !content_type.contains(char::is_control));
        Ok(())
    }

    fn write(&self, data: &[u8], _: Until) -> io::Result<()> {
        assert!(!data.is_empty(), "an empty chunk is the end of a stream");
        self.0.set(self.0.get() + data.len());
        if self.0.get() > 1 << 20 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }
}

/// Lambda accepts the error.
pub(crate) fn assert_reportable(failure: &Failure) {
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
