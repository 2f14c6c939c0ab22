//! `postgres` over TLS.

use crate::{error_of, function, TlsFiles};
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use test_support::aws::python;
use test_support::databases::Postgres;
use web_server::Authority;

const QUERY: &str = "let db = postgres::connect(env::get(`DB`), #{ timeout: 3 });
    let row = db.query_one(`SELECT current_user AS u, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`); [row.u, row.ssl]";

#[test]
fn certificates_are_verified_as_sslmode_says() {
    let Some(mut server) = Postgres::start(&[]) else { return };
    let authority = Authority::new();
    let (certificate, key) = authority.certificate_pem(&["127.0.0.1"]);
    let (certificate, key) = (server.file("cert.pem", &certificate), server.file("key.pem", &key));
    let trusted = server.file("ca.pem", authority.pem());
    server.set(&format!("ssl_cert_file={certificate}"));
    server.set(&format!("ssl_key_file={key}"));
    server.set("ssl=on");
    let run = |host: &str, user: &str, mode: &str, trusts: bool| {
        let url = format!("postgres://{user}@{host}:{}/postgres?sslmode={mode}", server.port());
        let function = function(&url, QUERY);
        if trusts {
            function.env("RHAMBDA_EXTRA_CA_CERTS", &trusted)
        } else {
            function
        }
    };
    for (host, user, mode, trusts) in [
        // With SCRAM-SHA-256-PLUS, which the server prefers.
        ("127.0.0.1", "ada:hush-scram", "verify-full", true),
        ("127.0.0.1", "old:hush-md5", "verify-full", true),
        ("127.0.0.1", "plain:hush-plain", "verify-full", true),
        ("localhost", "ada:hush-scram", "verify-ca", true),
        ("localhost", "ada:hush-scram", "require", false),
    ] {
        let answer = run(host, user, mode, trusts).invoke("{}").answer.json();
        assert_eq!(answer, json!([user.split(':').next().unwrap(), true]), "{mode}");
    }
    assert_eq!(
        run("127.0.0.1", "ada:hush-scram", "disable", false).invoke("{}").answer.json(),
        json!(["ada", false])
    );
    for (host, mode, trusts, expected) in [
        (
            "localhost",
            "verify-full",
            true,
            "the certificate of localhost is not for localhost but for 127.0.0.1",
        ),
        ("127.0.0.1", "verify-full", false, "is not trusted"),
        ("127.0.0.1", "verify-ca", false, "is not trusted"),
    ] {
        let error = error_of(&run(host, "ada:hush-scram", mode, trusts));
        assert!(error.starts_with("PostgresError ConnectionFailed: ") && error.contains(expected), "{error}");
    }
    // The server requires that logins are bound to the connection: without that, it refuses them.
    let refused = error_of(&run("127.0.0.1", "ada:hush-wrong", "verify-full", true));
    assert!(refused.contains("PostgresError 28P01: "), "{refused}");
}

#[test]
fn tokens_of_iam_are_those_of_the_sdk() {
    let tls = TlsFiles::new("127.0.0.1");
    let mut server = python()
        .arg("tests/databases/iam.py")
        .args([&tls.certificate, &tls.key])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let body = format!(
        "postgres::connect(#{{ host: `127.0.0.1`, port: {}, user: `app user`, database: `shop`, iam: true }}).query(`SELECT 1`)",
        port.trim()
    );
    let function = function("", &body)
        .env("RHAMBDA_EXTRA_CA_CERTS", &tls.authority)
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "hush/key")
        .env("AWS_SESSION_TOKEN", "of the role=");
    let error = error_of(&function);
    let _ = server.kill();
    let _ = server.wait();
    assert_eq!(error, "PostgresError 28000: the token is the SDK's");
}
