//! For tests that play the Runtime API byte by byte.

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

/// An answer to a POST.
pub const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

/// An answer to `/next`.
pub fn invocation(id: &str, event: &str) -> Vec<u8> {
    let length = event.len();
    format!(
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {id}\r\nContent-Length: {length}\r\n\r\n{event}"
    )
    .into_bytes()
}

/// What comes until this text has come.
pub fn read_until(stream: &mut TcpStream, end: &str) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut text = String::new();
    let mut buffer = [0; 1024];
    while !text.contains(end) {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "closed after {text}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    text
}
