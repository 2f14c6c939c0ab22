//! The arguments of `rhambda test`.

use crate::input;
use anyhow::{bail, Result};
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  rhambda test                               run the tests in this folder and those in it
  rhambda test orders total                  tests whose file or name contains one of these
  rhambda test --watch                       run them again after each change
  rhambda test --doc                         run the examples in documentation comments
  rhambda test --coverage                    show which lines no test has reached
  rhambda test --format junit > report.xml   a report for continuous integration

Tests are the functions `test_…()` in files named `….test.rhai`, and in scripts of folders named `tests`.

Exit status: 0 when all tests pass, 1 when one fails or there are none, 2 when the command line is invalid.";

/// The command-line arguments.
#[allow(clippy::struct_excessive_bools)] // options without a value
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Only tests whose file or name contains one of these
    filter: Vec<String>,
    /// The folder with the tests
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    dir: PathBuf,
    /// Run the examples in documentation comments in place of tests
    #[arg(long, conflicts_with = "coverage")]
    doc: bool,
    /// How results are reported
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Measure which lines the tests reach, and report it in this form
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    coverage: Option<Coverage>,
    /// Where the coverage report goes [default: stdout for text, lcov.info, coverage.html]
    #[arg(long, value_name = "FILE", requires = "coverage")]
    coverage_output: Option<PathBuf>,
    /// Run the tests again whenever a file changes
    #[arg(long)]
    watch: bool,
    /// Run the tests in a random order
    #[arg(long)]
    shuffle: bool,
    /// The seed of the random order, to repeat it
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Stop a test after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    timeout: f64,
    /// How many tests run at the same time [default: the number of processors]
    #[arg(long, value_name = "NUMBER")]
    jobs: Option<usize>,
    /// Send requests that no mock responds to
    #[arg(long)]
    allow_network: bool,
    /// Show what passed tests print, too
    #[arg(long)]
    show_output: bool,
}

/// How results are reported.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people, with the source
    Text,
    /// XML as Jenkins and GitLab read it
    Junit,
    /// An object
    Json,
}

/// How coverage is reported.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Coverage {
    /// A table with the lines that were not reached
    Text,
    /// lcov's format, for editors and services
    Lcov,
    /// A page with the source
    Html,
}

/// What to test.
#[allow(clippy::struct_excessive_bools)] // options without a value
pub(crate) struct Request {
    pub(crate) filter: Vec<String>,
    pub(crate) dir: PathBuf,
    /// Whether the examples in comments are run.
    pub(crate) doc: bool,
    pub(crate) format: Format,
    pub(crate) coverage: Option<Coverage>,
    pub(crate) coverage_output: Option<PathBuf>,
    pub(crate) watch: bool,
    /// The seed of a random order, if it is wanted.
    pub(crate) seed: Option<u64>,
    pub(crate) timeout: Duration,
    pub(crate) jobs: usize,
    pub(crate) allow_network: bool,
    pub(crate) show_output: bool,
}

impl Arguments {
    /// Reads and checks all of it.
    pub(crate) fn resolve(self) -> Result<Request> {
        let timeout = Duration::try_from_secs_f64(self.timeout).ok().filter(|timeout| !timeout.is_zero());
        let Some(timeout) = timeout else {
            bail!("--timeout \"{}\" is invalid: pass a number of seconds above 0", self.timeout);
        };
        let jobs = self.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        if jobs == 0 {
            bail!("--jobs \"0\" is invalid: pass a number above 0");
        }
        let seed = match (self.seed, self.shuffle) {
            (None, true) => Some(u64::from(uuid::Uuid::new_v4().as_fields().0)),
            (seed, _) => seed,
        };
        Ok(Request {
            filter: self.filter,
            dir: input::folder("--dir", &self.dir)?,
            doc: self.doc,
            format: self.format,
            coverage: self.coverage,
            coverage_output: self.coverage_output,
            watch: self.watch,
            seed,
            timeout,
            jobs,
            allow_network: self.allow_network,
            show_output: self.show_output,
        })
    }
}
