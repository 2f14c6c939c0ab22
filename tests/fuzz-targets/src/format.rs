//! Scripts to format.

use rhambda_format::format;

/// What is formatted stays as it is, and what is no script is refused.
pub fn format_script(data: &[u8]) {
    let Ok(script) = std::str::from_utf8(data) else { return };
    let Ok(formatted) = format(script) else { return };
    assert_eq!(format(&formatted).as_ref(), Ok(&formatted));
}
