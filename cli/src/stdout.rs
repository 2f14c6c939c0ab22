//! What commands print for programs and people to read on.

use std::io::{self, ErrorKind, Write as _};

/// Writes a text to stdout as it is. A reader, such as `head`, may have read enough: that is no error.
///
/// # Errors
/// When it cannot be written for another reason.
pub(crate) fn print(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
