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
    let endless = server(|mut stream| while stream.write_all(b"*1\r\n").is_ok() {});
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
    assert!(
        secured.contains("RedisError Timeout: 127.0.0.1 did not complete the TLS handshake in time"),
        "{secured}"
    );
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
    assert!(
        circle.contains("MOVED") || circle.contains("the cluster redirected the command more than 8 times"),
        "{circle}"
    );
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
    let error = error(
        &format!("redis://{address}"),
        "let db = redis::connect(env::get(`DB`)); db.get(`a`); db.get(`b`)",
    );
    assert!(
        error.contains("RedisError ConnectionClosed: ") && error.ends_with("; what was sent may have run"),
        "{error}"
    );
}

/// A message of `PostgreSQL`'s.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], &length[..], body].concat()
}

/// A server that logs everybody in, and then gives these bytes as the reply to everything.
fn answers(reply: Vec<u8>) -> String {
    let address = server(move |mut stream| {
        receive(&mut stream);
        let _ = stream.write_all(&[message(b'R', &[0; 4]), message(b'Z', b"I")].concat());
        while receive(&mut stream) {
            let _ = stream.write_all(&reply);
            let _ = stream.shutdown(Shutdown::Write);
        }
    });
    format!("postgres://u:hush@{address}/d")
}

const QUERY: &str = "postgres::connect(env::get(`DB`), #{ timeout: 1 }).query(`SELECT 1`)";

#[test]
fn postgres_nonsense_is_an_error() {
    let column = [&[0, 1][..], b"n\0", &[0; 4], &[0; 2], &23_u32.to_be_bytes(), &[0; 8]].concat();
    let columns = message(b'T', &column);
    let row = |body: &[u8]| [columns.clone(), message(b'D', body)].concat();
    for (reply, expected) in [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "ProtocolError: the response of 127.0.0.1:"),
        (vec![b'T', 0, 0, 0, 3], "ProtocolError: "),
        (vec![b'T', 0xff, 0xff, 0xff, 0xff], "ResponseTooLarge: "),
        (vec![b'D', 0, 0x10, 0, 0, 1, 2], "ConnectionClosed: "),
        (vec![0; 100], "ProtocolError: "),
        (message(b'~', b""), "ProtocolError: "),
        (message(b'T', &[0xff, 0xff]), "ProtocolError: "),
        (row(&[0, 1, 0, 0, 0, 9, b'1']), "ProtocolError: "),
        (row(&[0, 2, 0, 0, 0, 1, b'1']), "ProtocolError: "),
        (message(b'C', b"SELECT 1"), "ProtocolError: "),
        (message(b'E', b"SFATAL\0VFATAL\0C57P01\0Mgoing away\0\0"), "57P01: going away"),
        (message(b'E', b"Sxx"), "ConnectionClosed: "),
        (columns.clone(), "ConnectionClosed: "),
        (Vec::new(), "ConnectionClosed: "),
    ] {
        let error = error(&answers(reply.clone()), QUERY);
        assert!(
            error.starts_with("PostgresError ") && error.contains(expected),
            "{:?}: {error}",
            String::from_utf8_lossy(&reply)
        );
    }
}

#[test]
fn postgres_logins_with_nonsense_are_errors() {
    let login = |reply: Vec<u8>| {
        let address = server(move |mut stream| {
            receive(&mut stream);
            let _ = stream.write_all(&reply);
            receive(&mut stream);
            let _ = stream.write_all(&reply);
        });
        error(&format!("postgres://u:hush@{address}/d"), QUERY)
    };
    let authentication = |kind: u8, rest: &[u8]| message(b'R', &[&[0, 0, 0, kind], rest].concat());
    for (reply, expected) in [
        (authentication(7, b""), "asks for an authentication other than a password"),
        (authentication(10, b"SCRAM-SHA-1\0\0"), "does not offer SCRAM-SHA-256"),
        (authentication(11, b"r=x"), "SASL goes on before it began"),
        (authentication(12, b"v=x"), "SASL ends before it began"),
        (authentication(10, b"SCRAM-SHA-256"), "ProtocolError: "),
        (authentication(99, b""), "ProtocolError: "),
        // It does not prove that it knows the password.
        (
            [authentication(10, b"SCRAM-SHA-256\0\0"), authentication(0, b""), message(b'Z', b"I")].concat(),
            "did not prove that it knows the password",
        ),
        (b"hello, this is SMTP".to_vec(), "ResponseTooLarge: "),
        (Vec::new(), "Timeout: "),
    ] {
        let error = login(reply.clone());
        assert!(error.contains(expected), "{:?}: {error}", String::from_utf8_lossy(&reply));
    }
    let tls = |reply: &'static [u8]| {
        let address = server(move |mut stream| {
            receive(&mut stream);
            let _ = stream.write_all(reply);
            receive(&mut stream);
        });
        error(&format!("postgres://u:hush@{address}/d?sslmode=require"), QUERY)
    };
    assert!(tls(b"H").contains("in place of S or N; is the server PostgreSQL?"), "{}", tls(b"H"));
    assert!(
        tls(b"SE\0\0\0\x08").contains("data arrived before the TLS handshake"),
        "{}",
        tls(b"SE\0\0\0\x08")
    );
    assert!(tls(b"S").contains("closed the connection during the TLS handshake"), "{}", tls(b"S"));
}

#[test]
fn postgres_that_stalls_is_a_timeout() {
    let silent = Silent::after_connecting();
    let error = error(&format!("postgres://u:hush@{}/d", silent.address()), QUERY);
    assert!(error.ends_with("did not respond within the timeout of 1s"), "{error}");
    let secured =
        error_of(&function(&format!("postgres://u:hush@{}/d?sslmode=verify-full", silent.address()), QUERY));
    assert!(secured.ends_with("did not respond within the timeout of 1s"), "{secured}");
}
