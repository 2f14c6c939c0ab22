//! A pipe: inputs are lines, as many as belong together.

use super::args::Request;
use super::input::is_complete;
use super::session::{Next, Session};
use crate::lsp::Typed;
use anyhow::{Context as _, Result};
use std::io::BufRead;
use std::process::ExitCode;
use std::rc::Rc;

/// Runs all inputs. After one that fails, the others run, too.
///
/// # Errors
/// When the pipe cannot be read.
pub(super) fn run(request: &Request, from: &mut impl BufRead) -> Result<ExitCode> {
    let typed = Rc::new(Typed::new(request.local.folder.clone()));
    let mut session = Session::new(request, typed, None);
    let (mut text, mut number, mut has_failed) = (String::new(), 0, false);
    loop {
        let mut line = Vec::new();
        let is_end = from.read_until(b'\n', &mut line).context("the input cannot be read")? == 0;
        number += 1;
        if let Ok(line) = String::from_utf8(line) {
            text.push_str(&line);
        } else {
            crate::visible::tell(&format!(
                "rhambda: line {number} of the input is not valid UTF-8, and is ignored"
            ));
            has_failed = true;
            // The lines after it keep their numbers.
            text.push('\n');
        }
        if is_end || is_complete(&text) {
            let (next, is_right) = session.take(&text);
            has_failed |= !is_right;
            text.clear();
            if is_end || next == Next::End {
                return Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
            }
        }
    }
}
