//! Rhambda: an AWS Lambda runtime for plain Rhai scripts.
//!
//! Bytes come in from the Lambda Runtime API, become a Rhai value, pass through the user's function,
//! and go back as bytes. `worker` is that loop, `runtime_api` its one side, [`script`] the other. What is public is
//! what the tool `rhambda` and the tests need.

mod aws_client;
pub mod context;
mod crypto;
mod deadline;
mod decimal;
mod emf;
pub mod failure;
pub mod handler;
pub mod lines;
mod logging;
mod memory;
mod modules;
mod network;
mod place;
pub mod reference;
mod restart;
mod runtime_api;
pub mod script;
mod serve;
pub mod settings;
mod shutdown;
pub mod sse;
pub mod stack;
mod time;
mod tracing;
pub mod value;
mod worker;
pub mod world;
mod xml;
mod yaml;

pub use aws_client::{aws_client, AwsValues};
pub use modules::markdown::{safe as safe_markdown, EXTENSIONS as MARKDOWN_EXTENSIONS};
pub use runtime_api::Invocation;
use settings::Settings;
use std::process::ExitCode;
use worker::Exit;

/// What the binary `bootstrap` does: settings → logging → script → serve → exit code.
pub fn bootstrap() -> ExitCode {
    let settings = match Settings::read(variable) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("rhambda: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    logging::init(&settings.logging);
    settings.warnings.iter().for_each(|warning| log::warn!("{warning}"));
    let Err(error) = serve::serve(&settings);
    log::error!("{error:#}");
    error.downcast_ref::<Exit>().map_or(ExitCode::FAILURE, |exit| exit.code.into())
}

/// An environment variable. For `_HANDLER` the first argument will do as well: what a container image
/// has as its command, Lambda hands over as the arguments of the image's entry point.
fn variable(name: &str) -> Option<String> {
    let argument = if name == "_HANDLER" { std::env::args_os().nth(1) } else { None };
    argument.or_else(|| std::env::var_os(name))?.into_string().ok()
}
