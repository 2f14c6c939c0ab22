//! Rhambda: an AWS Lambda runtime for plain Rhai scripts.
//!
//! Bytes come in from the Lambda Runtime API, become a Rhai value, pass through the user's function,
//! and go back as bytes: [`serve`] is that loop, [`runtime_api`] its one side, [`script`] the other.

pub mod aws;
pub mod context;
pub mod deadline;
mod decimal;
pub mod emf;
pub mod failure;
pub mod handler;
pub mod likeness;
pub mod lines;
pub mod logging;
pub mod memory;
mod modules;
pub mod net;
mod place;
pub mod reference;
mod restart;
pub mod runtime_api;
pub mod script;
pub mod serve;
pub mod settings;
mod shutdown;
pub mod sse;
pub mod stack;
pub mod time;
pub mod value;
mod worker;
mod xml;
mod yaml;

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
