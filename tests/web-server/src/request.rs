//! A request as it came.

use std::io::{self, ErrorKind, Read};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// What stands after the method, without its query: a path, or what a proxy is asked for.
    pub path: String,
    /// What stands after the `?`; empty without one.
    pub query: String,
    /// In the order in which they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// All of it.
    pub body: Vec<u8>,
    /// Which connection it came over, from 1.
    pub connection: usize,
}

impl Request {
    /// The value of the first header of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Reads the next one. `None` when the client closed the connection before it.
    pub(crate) fn read(stream: &mut impl Read, connection: usize) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let (mut request, head_length) = loop {
            if let Some(parsed) = parse_head(&bytes, connection)? {
                break parsed;
            }
            let mut buffer = [0; 16 << 10];
            match stream.read(&mut buffer)? {
                0 if bytes.is_empty() => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => bytes.extend_from_slice(&buffer[..count]),
            }
        };
        let length = request.header("content-length").map_or(Ok(0), str::parse).map_err(io::Error::other)?;
        request.body = bytes.split_off(head_length);
        let missing = length - request.body.len();
        stream.take(missing as u64).read_to_end(&mut request.body)?;
        Ok(Some(request))
    }
}

fn parse_head(bytes: &[u8], connection: usize) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = parsed.parse(bytes).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let target = parsed.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: parsed
            .headers
            .iter()
            .map(|header| (header.name.to_ascii_lowercase(), text(header.value)))
            .collect(),
        body: Vec::new(),
        connection,
    };
    Ok(Some((request, length)))
}
