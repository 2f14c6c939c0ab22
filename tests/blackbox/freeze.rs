//! Freeze and thaw: Lambda stops the process between invocations, for hours if need be.

use crate::function::Function;
use crate::process::signal;
use crate::raw::{invocation, read_until, ACCEPTED};
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

#[test]
fn a_connection_that_is_closed_during_the_freeze() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let process = Function::main("fn handler(e) { e }").start_at(&listener.local_addr().unwrap().to_string());
    let mut before = listener.accept().unwrap().0;
    read_until(&mut before, "/next");
    before.write_all(&invocation("a", "1")).unwrap();
    read_until(&mut before, "\r\n\r\n1");
    before.write_all(ACCEPTED).unwrap();
    read_until(&mut before, "/next");

    assert!(signal(process.id(), "-STOP"));
    drop(before);
    std::thread::sleep(Duration::from_millis(500));
    assert!(signal(process.id(), "-CONT"));

    let mut after = listener.accept().unwrap().0;
    let asked = read_until(&mut after, "\r\n\r\n");
    assert_eq!(asked.matches("/next").count(), 1);
    after.write_all(&invocation("b", "2")).unwrap();
    let answer = read_until(&mut after, "\r\n\r\n2");
    assert!(answer.contains("/invocation/b/response"), "{answer}");
    after.write_all(ACCEPTED).unwrap();
    read_until(&mut after, "/next");
    process.stop();
}
