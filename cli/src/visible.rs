//! What others have written, for a terminal: control characters, with which a text can move the cursor,
//! rename the window or hide what it says, are shown and not obeyed.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

/// A text in which control characters are escaped, but for line breaks and tabs.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

/// Writes bytes: as they are, or escaped if a terminal shows them. Characters may be cut at their ends.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn write(to: &mut (impl Write + IsTerminal), bytes: &[u8]) -> io::Result<()> {
    if !to.is_terminal() {
        return to.write_all(bytes);
    }
    for chunk in bytes.utf8_chunks() {
        to.write_all(escaped(chunk.valid()).as_bytes())?;
        to.write_all(chunk.invalid())?;
    }
    Ok(())
}

/// Writes a line for people to stderr. There is nowhere to report that this fails.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{}", escaped(line));
}

fn is_obeyed(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(escaped("plain\n\ttext, größe"), "plain\n\ttext, größe");
        assert_eq!(escaped("\x1b[2J\u{9b}1m\x7f\r\x07"), "\\u{1b}[2J\\u{9b}1m\\u{7f}\\r\\u{7}");
    }
}
