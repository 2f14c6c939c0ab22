//! Measures a JavaScript handler in QuickJS-NG: `quickjs SCRIPT EVENT SECONDS`.
//!
//! Prints the milliseconds of the fastest run, and the response in the next line.

use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{bail, Context as _, Result};
use rquickjs::{CatchResultExt, Context, Ctx, Function, Module, Runtime, Value};

/// Runs before those that are measured.
const WARM_UP: usize = 3;

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [script, event, seconds] = args.as_slice() else {
        bail!("usage: quickjs SCRIPT EVENT SECONDS");
    };
    let source = fs::read(script).with_context(|| script.clone())?;
    let event = fs::read(event).with_context(|| event.clone())?;
    let enough = Duration::try_from_secs_f64(seconds.parse()?)?;
    let runtime = Runtime::new()?;
    let (least, response) = Context::full(&runtime)?.with(|context| {
        let measured = measure(&context, &source, &event, enough);
        measured.catch(&context).map_err(|error| anyhow::anyhow!("{error}"))
    })?;
    println!("{}\n{response}", least.as_secs_f64() * 1e3);
    Ok(())
}

/// The time of the fastest run and the last run's response.
fn measure(
    context: &Ctx,
    source: &[u8],
    event: &[u8],
    enough: Duration,
) -> rquickjs::Result<(Duration, String)> {
    let (module, loaded) = Module::declare(context.clone(), "handler", source)?.eval()?;
    loaded.finish::<()>()?;
    let handler: Function = module.get("handler")?;
    for _ in 0..WARM_UP {
        invoke(context, &handler, event)?;
    }
    let mut least = Duration::MAX;
    let mut response = String::new();
    let start = Instant::now();
    while least == Duration::MAX || start.elapsed() < enough {
        let run = Instant::now();
        response = invoke(context, &handler, event)?;
        least = least.min(run.elapsed());
    }
    Ok((least, response))
}

/// One run: event in, response out.
fn invoke<'js>(context: &Ctx<'js>, handler: &Function<'js>, event: &[u8]) -> rquickjs::Result<String> {
    let event = context.json_parse(event)?;
    let response: Value = handler.call((event,))?;
    let response = context.json_stringify(response)?;
    response.map_or_else(|| Ok(String::new()), |response| response.to_string())
}
