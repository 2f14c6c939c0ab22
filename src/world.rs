//! The one interface through which modules reach the world outside of the script: the clock, randomness,
//! environment variables, files, HTTP, AWS and databases.
//!
//! `bootstrap` has the real world. A tool that tests or replays scripts passes one of its own to
//! [`Script::load_in`](crate::script::Script::load_in).

use crate::deadline::Deadline;
use net::{Request, Response, Until};
use rhai_vm::code::Unit;
use rhai_vm::vm::{Library, Moment, Vm};
use rhai_vm::{Error, Map};
use std::io;
use std::ops::Deref;
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant, SystemTime};
use uuid::Uuid;

/// The world as scripts see it. Each method does by default what it does in `bootstrap`.
pub trait World {
    /// The time of day.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    /// The time by which the age of values is measured.
    fn instant(&self) -> Instant {
        Instant::now()
    }

    /// Waits. Returns whether all of this time has passed; `false` means that the script must stop.
    fn wait(&self, time: Duration, until: Until) -> bool {
        until.wait(time)
    }

    /// Fills the bytes at random.
    ///
    /// # Errors
    /// There is no source of randomness.
    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        Ok(getrandom::fill(bytes)?)
    }

    /// An environment variable.
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// All environment variables.
    fn variables(&self) -> Vec<(String, String)> {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
    }

    /// Where a file is that a script knows by this absolute path.
    fn path(&self, path: PathBuf) -> PathBuf {
        path
    }

    /// Responds to a request of the module `http`; `None` sends it.
    fn http(&self, _request: &Request) -> Option<Result<Response, net::Error>> {
        None
    }

    /// Responds to a call of an operation of AWS, whose parameters have been checked; `None` sends it.
    fn aws(&self, _service: &str, _operation: &str, _parameters: &Map) -> Option<aws::Result<Map>> {
        None
    }

    /// Responds to a request to a service of AWS with a method and a path, as `aws::request`, `aws::s3_get` and
    /// `aws::lambda_invoke` send them; `None` sends it.
    fn aws_request(&self, _service: &str, _request: &aws::Rest) -> Option<aws::Result<Response>> {
        None
    }

    /// Whether a script may send something to this server, which is not HTTP's or AWS's: a database.
    ///
    /// # Errors
    /// Why not.
    fn connect(&self, _server: &str) -> rhai_vm::Result<()> {
        Ok(())
    }

    /// What ends a script after this world has responded that a deadline has passed; `None` if it is the script's own
    /// deadline.
    fn stop(&self) -> Option<Error> {
        None
    }

    /// What scripts can call beside the functions of the language; `None` stands for what they can call in `bootstrap`.
    fn library(&self) -> Option<Library> {
        None
    }

    /// Whether [`statement`](Self::statement) is called; asked once for each machine.
    fn tells_statements(&self) -> bool {
        false
    }

    /// A statement is about to run.
    fn statement(&self, _at: &Moment<'_>) {}

    /// A script was compiled.
    fn compiled(&self, _unit: &Unit) {}

    /// A script is about to be loaded into this machine. Closures of the script can be called in it as long as it
    /// exists.
    fn enter(&self, _vm: Weak<Vm>) {}
}

/// The world of `bootstrap`.
struct Real;

impl World for Real {}

/// A worker's world; without one of its own, the real one. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct SharedWorld(Option<Rc<dyn World>>);

impl SharedWorld {
    /// A world that replaces the real one, if there is any.
    pub(crate) fn replacement(&self) -> Option<&(dyn World + 'static)> {
        self.0.as_deref()
    }

    /// The error of a script that waited for something which this world, the deadline or the end of the environment has cut.
    pub(crate) fn cut(&self, deadline: &Deadline) -> Error {
        self.stop().unwrap_or_else(|| deadline.cut())
    }

    /// A random UUID.
    pub(crate) fn uuid_v4(&self) -> io::Result<Uuid> {
        let mut bytes = [0; 16];
        self.random(&mut bytes)?;
        Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// A UUID that begins with the time. Those of the real world are in the order in which they are made.
    pub(crate) fn uuid_v7(&self) -> io::Result<Uuid> {
        if self.replacement().is_none() {
            return Ok(Uuid::now_v7());
        }
        let mut bytes = [0; 10];
        self.random(&mut bytes)?;
        let milliseconds = u64::try_from(self.unix_ms()).unwrap_or_default();
        Ok(uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid())
    }

    /// The time since 1970; none before.
    pub(crate) fn since_1970(&self) -> Duration {
        self.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    /// The milliseconds since 1970.
    pub(crate) fn unix_ms(&self) -> i64 {
        let since = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        match self.now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => since(after),
            Err(before) => -since(before.duration()),
        }
    }
}

impl From<Rc<dyn World>> for SharedWorld {
    fn from(world: Rc<dyn World>) -> Self {
        Self(Some(world))
    }
}

impl Deref for SharedWorld {
    type Target = dyn World;

    fn deref(&self) -> &Self::Target {
        self.replacement().unwrap_or(&Real)
    }
}
