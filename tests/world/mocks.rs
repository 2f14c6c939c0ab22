//! A world whose parts scripts can replace with the functions of the module `mock`.

use net::{ErrorKind, Request, Response, Until};
use rhai_vm::module::Module;
use rhai_vm::vm::{Library, Vm};
use rhai_vm::{module, FnPtr, Map, Value};
use rhambda::reference;
use rhambda::world::World;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::{Rc, Weak};
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

/// Rhambda's modules and `mock`.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    static MOCK: Module = MODULE;
    let mut modules = reference::library().to_vec();
    modules.push(&MOCK);
    modules.leak()
});

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// What the running script has replaced.
#[derive(Default)]
struct State {
    vm: Weak<Vm>,
    time: Option<(SystemTime, Instant)>,
    seed: u64,
    variables: Option<HashMap<String, String>>,
    http: Vec<(String, Rc<FnPtr>)>,
    aws: HashMap<(String, String), Rc<FnPtr>>,
}

/// The world of a test.
pub struct Mocks {
    folder: PathBuf,
}

impl Mocks {
    pub fn new(folder: &Path) -> Self {
        STATE.take();
        Self { folder: folder.to_owned() }
    }
}

module! {
    /// Replaces what is outside of the script.
    "`mock`"

    namespace "mock" {
        /// Sets the clock to milliseconds since 1970.
        new "time" (unix_ms: Int) -> Unit = |call| {
            let since_1970 = Duration::from_millis(call.int(0).unsigned_abs());
            with(|state| state.time = Some((SystemTime::UNIX_EPOCH + since_1970, Instant::now())));
            Ok(Value::Unit)
        };

        /// Makes random values follow from a number.
        new "random" (seed: Int) -> Unit = |call| {
            let seed = call.int(0).unsigned_abs();
            with(|state| state.seed = seed);
            Ok(Value::Unit)
        };

        /// Replaces all environment variables.
        new "env" (variables: Map) -> Unit = |call| {
            let variables = call.take_map(0)?.into_iter();
            let variables = variables.map(|(name, value)| (name.to_string(), value.to_string())).collect();
            with(|state| state.variables = Some(variables));
            Ok(Value::Unit)
        };

        /// Answers requests to URLs that begin with a string.
        new "http" (start: String, answer: Fn) -> Unit = |call| {
            let (start, answer) = (call.str(0).to_string(), call.function(1)?);
            with(|state| state.http.push((start, answer)));
            Ok(Value::Unit)
        };

        /// Answers calls of an operation of AWS, or requests with a method and a path.
        new "aws" (service: String, operation: String, answer: Fn) -> Unit = |call| {
            let name = (call.str(0).to_string(), call.str(1).to_string());
            let answer = call.function(2)?;
            with(|state| drop(state.aws.insert(name, answer)));
            Ok(Value::Unit)
        };
    }
}

fn with(change: impl FnOnce(&mut State)) {
    STATE.with_borrow_mut(change);
}

/// Calls a closure of the script.
fn answer(closure: &Rc<FnPtr>, of: Map) -> Result<Map, String> {
    let vm = STATE.with_borrow(|state| state.vm.upgrade()).ok_or("the script has ended")?;
    let answer = vm.call_pointer(closure, &mut [of.into()]).map_err(|error| error.to_string())?;
    answer.as_map().cloned().ok_or_else(|| format!("the answer is {answer}, not a map"))
}

fn request(method: &str, url: &str, body: &[u8]) -> Map {
    let body = String::from_utf8_lossy(body).into_owned();
    Map::from_entries(vec![
        ("method".into(), method.into()),
        ("url".into(), url.into()),
        ("body".into(), body.into()),
    ])
}

fn response(answer: &Map, url: &str) -> Response {
    let status = answer.get("status").and_then(Value::as_int).and_then(|status| status.try_into().ok());
    let body = answer.get("body").map(ToString::to_string).unwrap_or_default();
    Response { status: status.unwrap_or(200), headers: Vec::new(), body: body.into(), url: url.to_owned() }
}

fn aws_error(message: String) -> aws::Error {
    aws::Error::new("MockError", message)
}

impl World for Mocks {
    fn now(&self) -> SystemTime {
        STATE.with_borrow(|state| state.time.map_or_else(SystemTime::now, |(now, _)| now))
    }

    fn instant(&self) -> Instant {
        STATE.with_borrow(|state| state.time.map_or_else(Instant::now, |(_, instant)| instant))
    }

    fn wait(&self, time: Duration, until: Until) -> bool {
        let is_set = STATE.with_borrow_mut(|state| {
            let moved = state.time.as_mut().map(|(now, instant)| {
                *now += time;
                *instant += time;
            });
            moved.is_some()
        });
        // Retries of requests that are answered do not wait.
        is_set || until.wait(time.min(Duration::from_millis(1)))
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        STATE.with_borrow_mut(|State { seed, .. }| {
            for byte in bytes {
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = seed.to_be_bytes()[0];
            }
        });
        Ok(())
    }

    fn variable(&self, name: &str) -> Option<String> {
        STATE.with_borrow(|state| state.variables.as_ref()?.get(name).cloned())
    }

    fn variables(&self) -> Vec<(String, String)> {
        STATE.with_borrow(|state| state.variables.clone().into_iter().flatten().collect())
    }

    fn path(&self, path: PathBuf) -> PathBuf {
        match path.strip_prefix("/tmp") {
            Ok(rest) if !path.starts_with(&self.folder) => {
                let folder = self.folder.join("tmp");
                std::fs::create_dir_all(&folder).unwrap();
                folder.join(rest)
            }
            _ => path,
        }
    }

    fn http(&self, of: &Request) -> Option<Result<Response, net::Error>> {
        let closure = STATE.with_borrow(|state| {
            state
                .http
                .iter()
                .find(|(start, _)| of.url.starts_with(start))
                .map(|(_, closure)| Rc::clone(closure))
        });
        let answer = answer(&closure?, request(&of.method, &of.url, &of.body));
        let error = |message| net::Error { kind: ErrorKind::Protocol, message };
        Some(answer.map(|answer| response(&answer, &of.url)).map_err(error))
    }

    fn aws(&self, service: &str, operation: &str, parameters: &Map) -> Option<aws::Result<Map>> {
        let name = (service.to_owned(), operation.to_owned());
        let closure = STATE.with_borrow(|state| state.aws.get(&name).cloned())?;
        Some(answer(&closure, parameters.clone()).map_err(aws_error))
    }

    fn aws_request(&self, service: &str, of: &aws::Rest) -> Option<aws::Result<Response>> {
        let name = (service.to_owned(), of.action());
        let closure = STATE.with_borrow(|state| state.aws.get(&name).cloned())?;
        let answer = answer(&closure, request(&of.method, &of.path, &of.body));
        Some(answer.map(|answer| response(&answer, "")).map_err(aws_error))
    }

    fn library(&self) -> Option<Library> {
        Some(*LIBRARY)
    }

    fn enter(&self, vm: Weak<Vm>) {
        STATE.with_borrow_mut(|state| state.vm = vm);
    }
}
