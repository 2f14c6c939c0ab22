//! Messages of the Debug Adapter Protocol: JSON after a header with its length.

use serde_json::Value;
use std::io::{self, BufRead, Read as _, Write};

/// The longest line of a header, and how many lines one may have.
const MOST_OF_LINE: u64 = 4096;
const MOST_LINES: usize = 32;
/// The longest message, in bytes.
const MOST: u64 = 64 << 20;
const LENGTH: &str = "content-length";
const TYPE: &str = "content-type";

/// Why there is no message.
#[derive(Debug)]
pub(super) enum Problem {
    /// This message cannot be understood; the next one can be read.
    Message(String),
    /// Nothing can be read any more.
    Stream(String),
}

/// Reads a message; `None` at the end.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(input: &mut impl BufRead) -> Result<Option<Value>, Problem> {
    let Some(length) = header(input)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    let read = input.take(length).read_to_end(&mut bytes).map_err(broken)?;
    if read as u64 != length {
        return Err(Problem::Stream(format!(
            "the input ends in the middle of a message: {read} of {length} bytes"
        )));
    }
    let message = serde_json::from_slice(&bytes);
    message.map(Some).map_err(|problem| Problem::Message(format!("the message is not JSON: {problem}")))
}

/// Reads a header: the length of the message.
fn header(input: &mut impl BufRead) -> Result<Option<u64>, Problem> {
    let mut length = None;
    for number in 0..MOST_LINES {
        let mut line = Vec::new();
        input.take(MOST_OF_LINE).read_until(b'\n', &mut line).map_err(broken)?;
        if line.is_empty() && number == 0 {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            return Err(Problem::Stream("the header of a message has no end".into()));
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            let problem = || Problem::Stream("the header of a message has no Content-Length".into());
            return length.map(Some).ok_or_else(problem);
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(Problem::Stream(format!("a line of a message's header is invalid: {line:?}")));
        };
        if name.trim().eq_ignore_ascii_case(LENGTH) {
            let valid = value.trim().parse().ok().filter(|length| *length <= MOST);
            let problem = || Problem::Stream(format!("the Content-Length {:?} is invalid", value.trim()));
            length = Some(valid.ok_or_else(problem)?);
        } else if !name.trim().eq_ignore_ascii_case(TYPE) {
            // A web page may send requests to any port, and must not pass for an editor.
            return Err(Problem::Stream(format!("a line of a message's header is unknown: {line:?}")));
        }
    }
    Err(Problem::Stream(format!("the header of a message has more than {MOST_LINES} lines")))
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn broken(error: io::Error) -> Problem {
    Problem::Stream(format!("the input cannot be read: {error}"))
}

/// Writes a message.
///
/// # Errors
/// When nobody reads any more.
pub(super) fn write(output: &mut impl Write, message: &Value) -> io::Result<()> {
    let json = message.to_string();
    output.write_all(format!("Content-Length: {}\r\n\r\n{json}", json.len()).as_bytes())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(mut bytes: &[u8]) -> Vec<Result<Value, String>> {
        let mut messages = Vec::new();
        loop {
            match read(&mut bytes) {
                Ok(None) => return messages,
                Ok(Some(message)) => messages.push(Ok(message)),
                Err(Problem::Message(problem)) => messages.push(Err(problem)),
                Err(Problem::Stream(problem)) => {
                    messages.push(Err(problem));
                    return messages;
                }
            }
        }
    }

    #[test]
    fn messages_follow_one_another() {
        let mut bytes = Vec::new();
        write(&mut bytes, &json!({ "a": "ä" })).unwrap();
        bytes.extend(b"content-length:2\nContent-Type: y\r\n\r\n[]");
        assert_eq!(all(&bytes), [Ok(json!({ "a": "ä" })), Ok(json!([]))]);
        assert_eq!(all(b""), []);
    }

    #[test]
    fn what_is_no_json_does_not_stop_the_next_message() {
        let messages = all(b"Content-Length: 3\r\n\r\n{a}Content-Length: 1\r\n\r\n7");
        assert!(messages[0].as_ref().is_err_and(|problem| problem.starts_with("the message is not JSON")));
        assert_eq!(messages[1], Ok(json!(7)));
    }

    #[test]
    fn invalid_headers_and_lengths_end_the_stream() {
        let endless = [b'x'; 10_000];
        let many = "Content-Type: b\r\n".repeat(100);
        for bytes in [
            &b"Content-Length: 5\r\n\r\nab"[..],
            b"Content-Length: 99999999999999999999\r\n\r\n",
            b"Content-Length: -1\r\n\r\n",
            b"Content-Length: 999999999\r\n\r\n{}",
            b"Content-Length: 2",
            b"\r\n\r\n{}",
            b"nothing\r\n\r\n",
            b"POST /: HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
            &endless,
            many.as_bytes(),
        ] {
            assert!(matches!(&all(bytes)[..], [Err(_)]), "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
