//! Servers that stall, talk nonsense, or hang up.

use crate::{error, error_of, function};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use web_server::Silent;

/// A server that does this with each connection. It ends with the test program.
pub(crate) fn server(serve: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.unwrap());
        }
    });
    address.to_string()
}

/// Reads something, whatever it is; whether there was anything.
pub(crate) fn receive(stream: &mut TcpStream) -> bool {
    stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0)
}

/// A server that greets as Redis does, and then gives these bytes as the reply to everything.
fn replies(reply: &'static [u8]) -> String {
    let address = server(move |mut stream| {
        receive(&mut stream);
        let _ = stream.write_all(b"%1\r\n+proto\r\n:3\r\n");
        while receive(&mut stream) {
            let _ = stream.write_all(reply);
            let _ = stream.shutdown(Shutdown::Write);
        }
    });
    format!("redis://{address}")
}

const GET: &str = "redis::connect(env::get(`DB`), #{ timeout: 1 }).get(`k`)";

#[test]
fn redis_nonsense_is_an_error() {
    for (reply, expected) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "ProtocolError: the response of 127.0.0.1:"),
        (b"\r\n", "ProtocolError: "),
        (b"$5\r\nabcdefg\r\n", "ProtocolError: "),
        (b"$99999999999999\r\n", "ResponseTooLarge: "),
        (b"*9000000000000000000\r\n:1\r\n", "ConnectionClosed: "),
        (b"$5\r\nab", "ConnectionClosed: "),
        (b"", "ConnectionClosed: "),
    ] {
        let error = error(&replies(reply), GET);
        assert!(error.contains(expected), "{:?}: {error}", String::from_utf8_lossy(reply));
    }
    let endless = server(|mut stream| while stream.write_all(&[b'*', b'1', b'\r', b'\n']).is_ok() {});
    let deep = error(&format!("redis://{endless}"), GET);
    assert!(deep.contains("nested more than 64 levels"), "{deep}");
    let line = server(|mut stream| while stream.write_all(&[b'+'; 4096]).is_ok() {});
    let long = error(&format!("redis://{line}"), GET);
    assert!(long.contains("a line does not end with CR LF"), "{long}");
}

#[test]
fn redis_that_stalls_is_a_timeout() {
    let silent = Silent::after_connecting();
    let error = error(&format!("redis://u:hush@{}", silent.address()), GET);
    assert!(error.ends_with("did not respond within the timeout of 1s"), "{error}");
    let secured = error_of(&function(&format!("rediss://u:hush@{}", silent.address()), GET));
    assert!(secured.contains("RedisError Timeout: 127.0.0.1 did not complete the TLS handshake in time"), "{secured}");
}

#[test]
fn redirects_in_a_circle_end() {
    let address = server(|mut stream| {
        let port = stream.local_addr().unwrap().port();
        thread::spawn(move || {
            while receive(&mut stream) {
                let _ = stream.write_all(format!("-MOVED 5 127.0.0.1:{port}\r\n").as_bytes());
            }
        });
    });
    let circle = error(&format!("redis://{address}"), GET);
    assert!(circle.contains("MOVED") || circle.contains("the cluster redirected the command more than 8 times"), "{circle}");
}

#[test]
fn what_may_have_run_is_not_retried() {
    // The second command on a connection is read, and never answered.
    let address = server(|mut stream| {
        thread::spawn(move || {
            for reply in [&b"%1\r\n+proto\r\n:3\r\n"[..], b"$1\r\n1\r\n"] {
                receive(&mut stream);
                let _ = stream.write_all(reply);
            }
            receive(&mut stream);
        });
    });
    let error = error(&format!("redis://{address}"), "let db = redis::connect(env::get(`DB`)); db.get(`a`); db.get(`b`)");
    assert!(error.contains("RedisError ConnectionClosed: ") && error.ends_with("; what was sent may have run"), "{error}");
}
