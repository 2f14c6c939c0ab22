//! `rhambda dap`: the debugger for editors.
//!
//! An editor talks with a `session`, which starts `rhambda invoke` or `rhambda test` as the editor's `launch` says. The
//! process that runs the scripts, the `debuggee`, connects to the session. What concerns scripts (breakpoints, steps,
//! variables) is passed on to it; its output and its end become events.

pub(crate) mod debuggee;
mod launch;
mod session;
mod transport;

use crate::visible::tell;
use anyhow::{Context as _, Result};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;
use std::thread;

const EXAMPLES: &str = "\
Editors start this command and talk to it with the Debug Adapter Protocol. The guide's page on debugging has the
settings of each of them.

Examples:
  rhambda dap                talk on standard input and output
  rhambda dap --port 4711    wait for editors that connect to 127.0.0.1:4711";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Wait for editors on this port of 127.0.0.1; 0 chooses a free one, which is printed
    #[arg(long, value_name = "NUMBER")]
    pub(crate) port: Option<u16>,
}

/// Serves an editor until it ends the session; with a port, any number of them until the process is stopped.
///
/// # Errors
/// When the port cannot be used.
pub(crate) fn dap(arguments: &Arguments) -> Result<ExitCode> {
    let Some(port) = arguments.port else {
        session::serve(io::stdin(), Box::new(io::stdout()));
        return Ok(ExitCode::SUCCESS);
    };
    let problem = || format!("cannot listen on 127.0.0.1:{port}; pass the number of a free port to --port");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(problem)?;
    tell(&format!("rhambda: waiting for an editor on {}; press Ctrl-C to end", listener.local_addr()?));
    for editor in listener.incoming() {
        let editor = editor.context("no editor can connect any more")?;
        let output = editor.try_clone().context("an editor's connection cannot be used")?;
        thread::spawn(move || session::serve(editor, Box::new(output)));
    }
    Ok(ExitCode::SUCCESS)
}
