//! `smtp` against aiosmtpd, and against servers that misbehave.

use crate::hostile::{receive, server};
use crate::{error, error_of, function, invoke, TlsFiles};
use serde_json::{json, Value};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use test_support::function::Function;
use web_server::Silent;

/// Python with what `setup.sh` installs.
pub(crate) fn python() -> Command {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/databases/venv/bin/python");
    assert!(python.exists(), "{} does not exist: run tests/databases/setup.sh", python.display());
    Command::new(python)
}

/// The path of a program in this folder.
pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/databases").join(name)
}

/// A program in this folder that serves something. It ends when its standard input does.
pub(crate) struct Program {
    process: Child,
    output: BufReader<ChildStdout>,
    pub(crate) port: String,
}

impl Program {
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let mut process = python()
            .arg(file(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        output.read_line(&mut port).unwrap();
        Self { process, output, port: port.trim().to_owned() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A mail server.
struct Mail {
    server: Program,
    tls: TlsFiles,
}

impl Mail {
    fn start(arguments: &[&str]) -> Self {
        let tls = TlsFiles::new("localhost");
        let arguments = [&arguments[..1], &[&*tls.certificate, &*tls.key], &arguments[1..]].concat();
        Self { server: Program::start("smtp.py", &arguments), tls }
    }

    /// The next message that it has accepted.
    fn message(&mut self) -> Value {
        let mut line = String::new();
        self.server.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn function(&self, scheme: &str, user: &str, body: &str) -> Function {
        let url = format!("{scheme}://{user}localhost:{}", self.server.port);
        function(&url, body).env("RHAMBDA_EXTRA_CA_CERTS", &self.tls.authority)
    }
}

const SEND: &str = "smtp::send(env::get(`DB`), #{ from: `Shop <shop@a.example>`, to: [`ada@b.example`, `Bob <bob@b.example>`], cc: `c@b.example`, bcc: `files@a.example`, subject: `Grüße`, text: `.Hello` }, #{ timeout: 2 })";

#[test]
fn messages_arrive_over_tls_with_a_password() {
    for (arguments, scheme) in
        [(&["starttls"][..], "smtp"), (&["starttls", "login"], "smtp"), (&["smtps"], "smtps")]
    {
        let mut mail = Mail::start(arguments);
        let answer = invoke(&mail.function(scheme, "ada:hush%401@", SEND)).answer.json();
        assert_eq!(answer, json!("2.0.0 accepted as 42"), "{arguments:?}");
        let message = mail.message();
        assert_eq!(message["from"], "shop@a.example");
        assert_eq!(
            message["to"],
            json!(["ada@b.example", "bob@b.example", "c@b.example", "files@a.example"])
        );
        assert_eq!((&message["tls"], &message["authenticated"]), (&json!(true), &json!(true)));
        let content = message["content"].as_str().unwrap();
        let decoded = invoke(&function("", &format!("base64::decode(`{content}`)"))).answer.json();
        let text = decoded.as_str().unwrap();
        assert!(text.contains("\r\nTo: ada@b.example,\r\n \"Bob\" <bob@b.example>\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\nLkhlbGxv\r\n") && !text.contains("files@"), "{text}");
    }
}

#[test]
fn what_the_server_refuses_is_an_error() {
    let mail = Mail::start(&["starttls"]);
    let wrong = error_of(&mail.function("smtp", "ada:hush2@", SEND));
    assert!(wrong.starts_with("SmtpError 535: the server refuses user and password: "), "{wrong}");
    let missing = error_of(&mail.function("smtp", "", SEND));
    assert!(
        missing.starts_with("SmtpError 530: the server refuses MAIL FROM:<shop@a.example>: "),
        "{missing}"
    );
    let mut plain = Mail::start(&["plain"]);
    let refused = error_of(&plain.function("smtp", "", &SEND.replace("c@b.example", "nobody@b.example")));
    assert_eq!(refused, "SmtpError 550: the server refuses RCPT TO:<nobody@b.example>: 5.1.1 no such user");
    let large = error_of(&plain.function(
        "smtp",
        "",
        &SEND.replace("`.Hello`", "`x` + blob(200000, 65).as_string()"),
    ));
    assert!(
        large.contains("SmtpError InvalidArgument: the message has ")
            && large.ends_with("the server accepts 100000"),
        "{large}"
    );
    // Nothing of these has arrived: the next message is the first one.
    let answer = invoke(&plain.function("smtp", "", SEND)).answer.json();
    assert_eq!(answer, json!("2.0.0 accepted as 42"));
    assert_eq!(plain.message()["tls"], json!(false));
    let untrusted = error(&format!("smtp://ada:hush@localhost:{}", mail.server.port), SEND);
    assert!(
        untrusted.contains("SmtpError ConnectionFailed: the certificate of localhost is not trusted"),
        "{untrusted}"
    );
}

#[test]
fn bad_input_is_refused_before_anything_is_sent() {
    for (url, message, expected) in [
        (
            "http://h",
            "#{ from: `a@b.example`, to: `c@d.example`, text: `x` }",
            "SmtpError InvalidArgument: the URL begins with \"http://\"",
        ),
        (
            "smtp://u@h",
            "#{ from: `a@b.example`, to: `c@d.example`, text: `x` }",
            "a user or a password, but not both",
        ),
        ("smtp://h/x", "#{ from: `a@b.example`, to: `c@d.example`, text: `x` }", "the URL has a path"),
        (
            "smtp://127.0.0.1:1",
            "#{ from: `a@b.example`, text: `x` }",
            "SmtpError InvalidArgument: the message has no recipients",
        ),
        (
            "smtp://127.0.0.1:1",
            "#{ from: `a@b.example`, to: `c@d.example`, text: `x` }",
            "SmtpError ConnectionFailed: ",
        ),
        (
            "smtp://127.0.0.1:1",
            "#{ to: `c@d.example`, text: `x` }",
            "MailError : a message has one address `from`",
        ),
        (
            "smtp://127.0.0.1:1",
            "#{ from: `a@b.example`, to: `c@d.example`, bcc: `x\r\nDATA`, text: `x` }",
            "MailError : ",
        ),
        ("smtp://127.0.0.1:1", "#{ from: `ä@b.example`, to: `c@d.example`, text: `x` }", "Error"),
    ] {
        let error = error(url, &format!("smtp::send(env::get(`DB`), {message})"));
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn servers_that_misbehave_are_errors() {
    let silent = Silent::after_connecting();
    let error_at = |address: &str| error(&format!("smtp://u:hush@{address}"), SEND);
    let stalled = error_at(&silent.address().to_string());
    assert!(stalled.ends_with("did not respond within the timeout of 2s"), "{stalled}");
    let answers = |replies: Vec<&'static str>| {
        let address = server(move |mut stream| {
            for (number, reply) in replies.iter().enumerate() {
                if number > 0 {
                    receive(&mut stream);
                }
                let _ = stream.write_all(reply.as_bytes());
            }
        });
        error_at(&address)
    };
    for (replies, expected) in [
        (vec!["HTTP/1.1 400\r\n"], "ProtocolError: "),
        (vec!["220 a\r\n", "250-a\r\n"], "ConnectionClosed: "),
        (vec!["554 go away\r\n"], "SmtpError 554: the server refuses the connection: go away"),
        (vec!["220 a\r\n", "250 a\r\n"], "does not offer AUTH PLAIN or AUTH LOGIN"),
        // What follows in the clear would be taken for what came over TLS.
        (
            vec!["220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "220 go\r\n250 AUTH PLAIN\r\n"],
            "data arrived before the TLS handshake",
        ),
        (
            vec!["220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "220 go\r\n"],
            "closed the connection during the TLS handshake",
        ),
    ] {
        let error = answers(replies.clone());
        assert!(error.contains(expected), "{replies:?}: {error}");
    }
}
