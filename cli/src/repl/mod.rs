//! `rhambda repl`: runs what a person types, or what comes from a pipe.

mod args;
mod command;
mod environment;
mod input;
mod pipe;
mod session;
mod show;
mod terminal;

pub(crate) use args::{Arguments, Request};

use crate::lsp::Typed;
use anyhow::Result;
use rhambda::stack;
use session::{Next, Session};
use signal_hook::consts::SIGINT;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use terminal::{Terminal, Typing};

/// Runs inputs until their end.
///
/// # Errors
/// When the terminal cannot be used, or the pipe cannot be read.
pub(crate) fn repl(request: &Request) -> Result<ExitCode> {
    environment::log();
    stack::with_large(|| {
        if io::stdin().is_terminal() {
            converse(request)
        } else {
            pipe::run(request, &mut io::stdin().lock())
        }
    })?
}

/// Runs what a person types.
fn converse(request: &Request) -> Result<ExitCode> {
    // It lives as long as the process, as the signal's handler does.
    let interrupted: &'static Arc<AtomicBool> = Box::leak(Box::default());
    signal_hook::flag::register(SIGINT, Arc::clone(interrupted))?;
    let typed = Rc::new(Typed::new(request.local.folder.clone()));
    let mut session = Session::new(request, Rc::clone(&typed), Some(interrupted));
    let mut terminal = Terminal::new(typed, session.context(), request.history.clone())?;
    println!(
        "Rhambda {}: Rhai with all modules. :help lists the commands, Ctrl-D ends.",
        env!("CARGO_PKG_VERSION")
    );
    loop {
        let next = match terminal.read()? {
            Typing::Text(text) => {
                interrupted.store(false, Ordering::Relaxed);
                session.take(&text).0
            }
            Typing::Interrupted => Next::More,
            Typing::End => Next::End,
        };
        if next == Next::End {
            return Ok(ExitCode::SUCCESS);
        }
    }
}
