//! Just enough HTTP to invoke a function.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What was answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the answer should be UTF-8")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the answer should be JSON ({error}): {}", self.text()))
    }
}

/// One POST on a connection of its own.
pub(crate) fn post(
    port: u16,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    timeout: Duration,
) -> io::Result<Reply> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    connection.set_read_timeout(Some(timeout))?;
    let length = body.len();
    write!(connection, "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n")?;
    for (name, value) in headers {
        write!(connection, "{name}: {value}\r\n")?;
    }
    write!(connection, "Content-Length: {length}\r\n\r\n")?;
    connection.write_all(body)?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    parse(&answer).ok_or_else(|| {
        let start = String::from_utf8_lossy(&answer[..answer.len().min(1000)]);
        io::Error::other(format!("not an HTTP answer: {start}"))
    })
}

fn parse(answer: &[u8]) -> Option<Reply> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(answer).ok()? else {
        return None;
    };
    let header = |name: &str| {
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    let body = &answer[head..];
    let body = match header("transfer-encoding") {
        Some(_) => unchunk(body)?,
        // An answer cut short is none.
        None => body.get(..header("content-length")?.parse().ok()?)?.to_vec(),
    };
    Some(Reply { status: response.code?, body })
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let httparse::Status::Complete((start, size)) = httparse::parse_chunk_size(rest).ok()? else {
            return None;
        };
        if size == 0 {
            return Some(body);
        }
        let end = start + usize::try_from(size).ok()?;
        body.extend_from_slice(rest.get(start..end)?);
        rest = rest.get(end + "\r\n".len()..)?;
    }
}
