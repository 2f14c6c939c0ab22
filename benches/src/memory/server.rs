//! The server that bombs ask for something large.

use std::io::Write;

use flate2::write::GzEncoder;
use flate2::Compression;
use web_server::{Reply, Request, WebServer};

/// A server whose paths end with the size of the response in bytes, after the form that it has.
pub(super) fn start() -> WebServer {
    WebServer::start(reply)
}

fn reply(request: &Request) -> Reply {
    let mut parts = request.path.rsplit('/');
    let size = parts.next().and_then(|size| size.parse().ok()).unwrap_or(0);
    match parts.next() {
        Some("latin") => {
            Reply::status(200).header("content-type", "text/plain; charset=iso-8859-1").body(vec![0xe4; size])
        }
        Some("json") => Reply::json(&format!("[1{}]", ",1".repeat(size / 2))),
        Some("gzip") => Reply::status(200)
            .header("content-type", "text/plain")
            .header("content-encoding", "gzip")
            .body(packed(size)),
        _ => Reply::text(&"x".repeat(size)),
    }
}

fn packed(size: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(&vec![b'x'; size]).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
