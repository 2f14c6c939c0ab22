//! Rhambda: an AWS Lambda runtime for plain Rhai scripts.
//!
//! Bytes come in from the Lambda Runtime API, become a Rhai value, pass through the user's function,
//! and go back as bytes: [`serve`] is that loop, [`runtime_api`] its one side, [`script`] the other.

pub mod aws;
pub mod context;
pub mod deadline;
pub mod emf;
pub mod failure;
pub mod handler;
pub mod logging;
pub mod memory;
mod modules;
pub mod net;
mod place;
pub mod response;
pub mod runtime_api;
pub mod script;
pub mod serve;
pub mod settings;
mod shutdown;
pub mod time;
pub mod value;
mod worker;
mod xml;

use settings::Settings;
use std::process::ExitCode;
use worker::Exit;

/// What the binary `bootstrap` does: settings → logging → script → serve → exit code.
pub fn bootstrap() -> ExitCode {
    let settings = match Settings::read(|name| std::env::var(name).ok()) {
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
