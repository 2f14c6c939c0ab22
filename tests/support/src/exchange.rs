//! Just enough HTTP to invoke a function.

use crate::program::PATIENCE;
use std::io::{Read, Write};
use std::net::TcpStream;

/// What was answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// The values of a header, whose name is in lower case.
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the answer should be UTF-8")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the answer should be JSON ({error}): {}", self.text()))
    }
}

/// A request, and what has come of its answer.
pub struct Exchange {
    connection: TcpStream,
    received: Vec<u8>,
}

impl Exchange {
    /// Sends a request on a connection of its own.
    pub fn start(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: String =
            headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("the emulator should listen");
        connection.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        // In one piece: a server that refuses without having read all resets the connection.
        connection.write_all(request.as_bytes()).expect("the emulator should read the request");
        Self { connection, received: Vec::new() }
    }

    /// Waits until this text has come, which stands in one chunk.
    pub fn wait_for(&mut self, text: &str) {
        let mut buffer = [0; 4096];
        while !self.received.windows(text.len()).any(|window| window == text.as_bytes()) {
            let count = self.connection.read(&mut buffer).expect("the emulator should go on answering");
            assert!(count > 0, "the answer ended without \"{text}\": {}", self.start_of_answer());
            self.received.extend_from_slice(&buffer[..count]);
        }
    }

    /// Waits for the whole response.
    pub fn reply(mut self) -> Reply {
        self.connection.read_to_end(&mut self.received).expect("the emulator should answer");
        parse(&self.received).unwrap_or_else(|| panic!("not an HTTP answer: {}", self.start_of_answer()))
    }

    fn start_of_answer(&self) -> String {
        String::from_utf8_lossy(&self.received[..self.received.len().min(1000)]).into_owned()
    }
}

fn parse(answer: &[u8]) -> Option<Reply> {
    let mut space = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut space);
    let httparse::Status::Complete(head) = response.parse(answer).ok()? else {
        return None;
    };
    let headers = response
        .headers
        .iter()
        .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned()));
    let mut reply = Reply { status: response.code?, headers: headers.collect(), body: Vec::new() };
    let body = &answer[head..];
    reply.body = if reply.header("transfer-encoding").is_empty() {
        // An answer cut short is none.
        body.get(..reply.header("content-length").first()?.parse().ok()?)?.to_vec()
    } else {
        unchunk(body)?
    };
    Some(reply)
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
