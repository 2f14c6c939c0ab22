//! Runs a Rhai handler as `bootstrap` does, without the Runtime API: `bench handler SCRIPT EVENT SECONDS`.

use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{anyhow, bail, Context as _, Result};
use net::Until;
use rhambda::context::{Context, Parts};
use rhambda::handler::HandlerSpec;
use rhambda::script::{Script, Sink};
use rhambda::settings::{FunctionInfo, Roots};
use rhambda::stack;

/// Runs before those that are measured.
const WARM_UP: usize = 3;
/// What Lambda allows a function at most.
const TIMEOUT: Duration = Duration::from_mins(15);

/// Prints the milliseconds of the fastest run, and the response in the next line.
pub(crate) fn measure(args: &[String]) -> Result<()> {
    let [script, event, seconds] = args else {
        bail!("usage: bench handler SCRIPT EVENT SECONDS");
    };
    let event = fs::read(event).with_context(|| event.clone())?;
    let enough = Duration::try_from_secs_f64(seconds.parse()?)?;
    // As a worker does.
    rhambda_allocator::keep_small_blocks();
    let (least, response) = stack::with_large(|| repeat(Path::new(script), &event, enough))??;
    println!("{}\n{}", least.as_secs_f64() * 1e3, String::from_utf8(response)?);
    Ok(())
}

/// The time of the fastest run and the last run's response.
fn repeat(script: &Path, event: &[u8], enough: Duration) -> Result<(Duration, Vec<u8>)> {
    let mut script = load(script)?;
    for _ in 0..WARM_UP {
        invoke(&mut script, event)?;
    }
    let mut least = Duration::MAX;
    let mut response = Vec::new();
    let start = Instant::now();
    while least == Duration::MAX || start.elapsed() < enough {
        let event = event.to_vec();
        let run = Instant::now();
        response = invoke(&mut script, event)?;
        least = least.min(run.elapsed());
    }
    Ok((least, response))
}

fn load(script: &Path) -> Result<Script> {
    let folder = script.parent().context("the script has no folder")?;
    let name = script.file_stem().unwrap_or_default().to_string_lossy();
    let roots = Roots { task: folder.to_owned(), layer: folder.join("layer") };
    let spec = HandlerSpec::parse(&format!("{name}.handler")).map_err(|failure| anyhow!("{failure}"))?;
    Script::load(spec, roots, &FunctionInfo::default(), Until::NEVER).map_err(|failure| anyhow!("{failure}"))
}

/// One run: event in, response out, and everything freed.
fn invoke(script: &mut Script, event: impl Into<Vec<u8>>) -> Result<Vec<u8>> {
    let no_sink = || -> Rc<dyn Sink> { unreachable!("the scripts don't stream") };
    let until = Until::NEVER.by(Instant::now().checked_add(TIMEOUT));
    let response = script.call(event.into(), context()?, until, no_sink);
    script.free_leftovers();
    response.map_err(|failure| anyhow!("{failure}"))
}

fn context() -> Result<Context> {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + TIMEOUT;
    Ok(Context::from(Parts {
        function: Rc::default(),
        aws_request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        deadline_ms: Some(i64::try_from(deadline.as_millis())?),
        client_context: ().into(),
        identity: ().into(),
        headers: Vec::new(),
    }))
}
