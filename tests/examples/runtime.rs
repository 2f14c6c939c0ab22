//! A runtime, started as Lambda starts it.

use crate::example::{Example, Function};
use crate::web::with_url;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use tempfile::NamedTempFile;
use test_support::aws::Emulator;
use test_support::databases::Postgres;

/// The server of all examples, if `PostgreSQL` is installed.
pub(crate) fn postgres() -> Option<&'static Postgres> {
    static POSTGRES: OnceLock<Option<Postgres>> = OnceLock::new();
    POSTGRES.get_or_init(|| Postgres::start(&[])).as_ref()
}

/// A running runtime, such as `bootstrap`. When it is dropped it is ended, and its log shown if the test fails.
pub(crate) struct Runtime {
    process: Child,
    log: NamedTempFile,
}

impl Runtime {
    pub(crate) fn start(
        mut program: Command,
        api: &str,
        example: &Example,
        function: &Function,
        server: &str,
    ) -> Self {
        let variables = function.environment.iter().map(|(name, value)| (name, with_url(value, server)));
        let log = NamedTempFile::new().expect("a temporary file");
        let aws = function.aws.then(|| Emulator::ministack().environment());
        let postgres = function.postgres.then(postgres).flatten();
        let process = program
            .env_clear()
            .envs(aws.into_iter().flatten())
            .envs(postgres.map(|server| ("POSTGRES_URL", server.url("postgres"))))
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .env("LAMBDA_TASK_ROOT", &example.folder)
            .env("_HANDLER", &function.handler)
            .envs(variables)
            // Lambda's working directory is the task root, too.
            .current_dir(&example.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.reopen().expect("the temporary file"))
            .spawn()
            .unwrap_or_else(|error| panic!("the runtime does not start: {error}"));
        Self { process, log }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            eprintln!("its log:\n{}", fs::read_to_string(self.log.path()).unwrap_or_default());
        }
    }
}
