//! Where the function's response goes.

use crate::{json, visible};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

/// The response on stdout: the bytes as they are; on a terminal JSON is indented, and control characters are
/// escaped. A reader who has left
/// is no error.
#[derive(Default)]
pub(crate) struct Stdout {
    streamed: bool,
    ends_with_newline: bool,
    /// The first error, after which nothing is written.
    error: Option<io::Error>,
}

impl Stdout {
    /// A part of a streamed response, shown at once.
    pub(crate) fn stream(&mut self, part: &[u8]) {
        self.streamed = true;
        self.write(part);
    }

    /// The response, or what there is to say after a stream.
    ///
    /// # Errors
    /// When something could not be written, now or before.
    pub(crate) fn end(mut self, response: &[u8]) -> io::Result<()> {
        if self.streamed && !response.is_empty() {
            self.write(b"\n");
        }
        let for_people = io::stdout().is_terminal();
        match json::indented(response) {
            Ok(indented) if for_people => self.write(&indented),
            _ => self.write(response),
        }
        if for_people && !self.ends_with_newline {
            self.write(b"\n");
        }
        self.error.map_or(Ok(()), Err)
    }

    fn write(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last().filter(|_| self.error.is_none()) else {
            return;
        };
        self.ends_with_newline = *last == b'\n';
        let mut stdout = io::stdout().lock();
        let written = visible::write(&mut stdout, bytes).and_then(|()| stdout.flush());
        self.error = written.err().filter(|error| error.kind() != ErrorKind::BrokenPipe);
    }
}
