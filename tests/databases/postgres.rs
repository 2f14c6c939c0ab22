//! `postgres` against a `PostgreSQL` server.

use crate::{error, error_of, function, value};
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::{json, Value};
use std::sync::OnceLock;
use std::time::Duration;
use test_support::databases::{PgBouncer, Postgres};

const DB: &str = "let db = postgres::connect(env::get(`DB`), #{ timeout: 2 });";

/// One server for all tests that leave it as it is.
pub(crate) fn server() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    SERVER.get_or_init(|| Postgres::start(&[])).as_ref()
}

pub(crate) fn query(server: &Postgres, body: &str) -> Value {
    value(&server.url("postgres"), &format!("{DB} {body}"))
}

#[test]
fn errors_have_what_the_server_says() {
    let Some(server) = server() else { return };
    let url = server.url("postgres");
    let body = format!(
        "{DB} db.script(`CREATE TEMP TABLE t (id int PRIMARY KEY CHECK (id > 0))`); db.execute(`INSERT INTO t VALUES (1)`);
        try {{ db.execute(`INSERT INTO t VALUES ($1)`, [1]); }} catch (e) {{ return [e, db.query_one(`SELECT 2 AS n`).n]; }}"
    );
    let caught = value(&url, &body);
    let fields = ["type", "code", "severity", "detail", "table", "constraint"]
        .map(|name| caught[0][name].as_str().unwrap().to_owned());
    assert_eq!(fields, ["PostgresError", "23505", "ERROR", "Key (id)=(1) already exists.", "t", "t_pkey"]);
    assert_eq!(caught[1], 2);
    for (body, expected) in [
        ("db.query(`SELEC 1`)", "PostgresError 42601: syntax error at or near \"SELEC\""),
        (
            "db.query(`SELECT $1::int`, [`x`])",
            "PostgresError 22P02: invalid input syntax for type integer: \"x\"",
        ),
        ("db.query(`SELECT $1::int[]`, [[`x`]])", "PostgresError 22P02: "),
        ("db.query(`SELECT $1::nonsense`, [[1]])", "PostgresError 42704: type \"nonsense\" does not exist"),
        (
            "db.query(`SELECT $1::int`)",
            "PostgresError 08P01: bind message supplies 0 parameters, but prepared statement \"\" requires 1",
        ),
        ("db.query(`SELECT 1`, [2])", "PostgresError 08P01: "),
        (
            "db.query(`SELECT 1; SELECT 2`)",
            "PostgresError 42601: cannot insert multiple commands into a prepared statement",
        ),
        (
            "db.query(`SELECT 1 AS a, 2 AS a`)",
            "PostgresError InvalidArgument: two columns of the result have the name \"a\"",
        ),
        (
            "db.query_one(`SELECT generate_series(1, 3)`)",
            "PostgresError TooManyRows: the statement returned 3 rows in place of one",
        ),
        ("db.query(`SELECT 1\0`)", "PostgresError InvalidArgument: the statement contains a NUL"),
        ("db.query(`SELECT $1`, [`a\0b`])", "PostgresError 22021: invalid byte sequence"),
        (
            "db.query(`SELECT $1`, [|| 1])",
            "PostgresError InvalidArgument: the parameter $1 cannot be sent: PostgreSQL has no form of Fn",
        ),
        (
            "db.query(`SELECT $1`, [1, #{ f: || 1 }])",
            "PostgresError InvalidArgument: the parameter $2 cannot be sent: ",
        ),
        (
            "db.query(`COPY (SELECT 1) TO STDOUT`)",
            "PostgresError InvalidArgument: COPY TO STDOUT is not supported",
        ),
        (
            "db.script(`CREATE TEMP TABLE c (n int); COPY c FROM STDIN`)",
            "PostgresError 57014: COPY from stdin failed: COPY FROM STDIN is not supported",
        ),
        ("db.execute(`COPY pg_class FROM STDIN`)", "PostgresError "),
        ("db.transaction(|| 1, #{ isolation: `loose` })", "the isolation \"loose\" is unknown"),
        ("db.transaction(|| db.transaction(|| 1))", "transactions do not nest"),
        ("db.query(`SELECT 1`, #{})", "FunctionNotFound"),
        ("db.query(`SELECT pg_sleep(9)`)", "PostgresError Timeout: 127.0.0.1:"),
    ] {
        let error = error(&url, &format!("{DB} {body}"));
        assert!(error.contains(expected), "{body}: {error}");
    }
    // None of them spoils the connection.
    let body = "let pid = db.query_one(`SELECT pg_backend_pid() AS p`).p;
        for sql in [`SELEC`, `SELECT 1/0`, `COPY (SELECT 1) TO STDOUT`, `SELECT 1 AS a, 2 AS a`] { try { db.query(sql); } catch {} }
        try { db.query(`SELECT $1::int[]`, [[`x`]]); } catch {}
        try { db.query(`SELECT $1::nonsense`, [[1]]); } catch {}
        db.query_one(`SELECT pg_backend_pid() AS p`).p == pid";
    assert_eq!(query(server, body), json!(true));
}

#[test]
fn transactions_are_all_or_nothing() {
    let Some(server) = server() else { return };
    let body = "db.script(`CREATE TEMP TABLE t (n int)`);
        let count = || db.query_one(`SELECT count(*) AS c FROM t`).c;
        let insert = |n| db.execute(`INSERT INTO t VALUES ($1)`, [n]);
        let seen = [db.transaction(|| { insert.call(1); insert.call(2); count.call() }), count.call()];
        try { db.transaction(|| { insert.call(3); throw `mine`; }); } catch (e) { seen.push(e); }
        seen.push(count.call());
        try { db.transaction(|| { insert.call(4); try { db.query(`SELEC`); } catch {} `swallowed` }); } catch (e) { seen.push(e.code); }
        seen.push(count.call());
        try { db.transaction(|| db.script(`CREATE TABLE five (n int)`), #{ read_only: true }); } catch (e) { seen.push(e.code); }
        seen.push(db.transaction(|tx| tx.query_one(`SHOW transaction_isolation`).transaction_isolation, #{ isolation: `repeatable read` }));
        seen.push(count.call());
        seen";
    let expected = json!([2, 2, "mine", 2, "25P02", 2, "25006", "repeatable read", 2]);
    assert_eq!(query(server, body), expected);
}

#[test]
fn transactions_that_are_left_open_are_rolled_back() {
    let Some(server) = server() else { return };
    server.psql("CREATE TABLE left_open (n int)");
    let body = format!("{DB} if event.open {{ db.execute(`BEGIN`); db.execute(`INSERT INTO left_open VALUES (1)`); }} db.query_one(`SELECT count(*) AS c FROM left_open`).c");
    let answers =
        function(&server.url("postgres"), &body).invoke_all([r#"{"open":true}"#, r#"{"open":false}"#]);
    assert_eq!([answers[0].json(), answers[1].json()], [json!(1), json!(0)]);
    // At the deadline, too.
    let body = format!("{DB} if event.open == () {{ db.transaction(|| {{ db.execute(`INSERT INTO left_open VALUES (1)`); loop {{ sleep(0.01); }} }}); }} db.query_one(`SELECT count(*) AS c FROM left_open`).c");
    let api = FakeRuntimeApi::new()
        .invocation(Invocation::new("{}").deadline_in(Duration::from_millis(800)))
        .event(r#"{"open":false}"#)
        .start();
    let _process = function(&server.url("postgres"), &body).start(&api);
    let answers = api.wait_for_answers(2);
    assert_eq!((&answers[0].json()["errorType"], answers[1].json()), (&json!("Runtime.Timeout"), json!(0)));
}

#[test]
fn users_log_in_with_every_kind_of_password() {
    let Some(server) = server() else { return };
    for user in ["ada:hush-scram", "old:hush-md5", "plain:hush-plain"] {
        let body = format!("{DB} db.query_one(`SELECT current_user AS u`).u");
        assert_eq!(value(&server.url(user), &body), json!(user.split(':').next()));
        let wrong = error(&server.url(&format!("{user}-wrong")), &body);
        assert!(wrong.starts_with("PostgresError 28P01: password authentication failed for user"), "{wrong}");
        let missing = error(&server.url(user.split(':').next().unwrap()), &body);
        assert!(
            missing.ends_with(
                "the server requires a password, but none is configured. Put it into the URL or the settings"
            ),
            "{missing}"
        );
    }
    let unknown = error(
        &format!("postgres://postgres@127.0.0.1:{}/nothing", server.port()),
        &format!("{DB} db.query(`SELECT 1`)"),
    );
    assert!(unknown.contains("PostgresError 3D000: database \"nothing\" does not exist"), "{unknown}");
    let tls =
        error(&format!("{}?sslmode=require", server.url("postgres")), &format!("{DB} db.query(`SELECT 1`)"));
    assert!(
        tls.contains("PostgresError ConnectionFailed: ") && tls.contains("does not support TLS"),
        "{tls}"
    );
    let map = format!("let db = postgres::connect(#{{ host: `127.0.0.1`, port: {}, user: `ada`, password: `hush-scram`, database: `postgres` }}); [db.query(`SELECT 1 AS n`), db.to_string()]", server.port());
    assert_eq!(
        value("", &map),
        json!([[{ "n": 1 }], format!("postgres://127.0.0.1:{}/postgres", server.port())])
    );
    for (map, expected) in [
        ("#{ user: `a` }", "`host` is missing"),
        ("#{ host: `h`, user: `` }", "`user` is missing"),
        ("#{ host: `h`, user: `a`, port: 70000 }", "`port` must be an integer from 1 to 65535, not 70000"),
        ("#{ host: `h`, user: `a`, passwort: `p` }", "unknown option `passwort`"),
        ("#{ host: `h`, user: `a`, sslmode: `allow` }", "the sslmode \"allow\" is not supported"),
        ("#{ host: `h`, user: `a`, password: `p`, iam: true }", "both `password` and `iam` are given"),
        (
            "#{ host: `localhost`, user: `a`, iam: true, sslmode: `disable` }",
            "with `iam`, the connection must be secured",
        ),
    ] {
        let error = error("", &format!("postgres::connect({map})"));
        assert!(error.starts_with("PostgresError InvalidArgument: ") && error.contains(expected), "{error}");
    }
}

#[test]
fn connections_are_reused_and_replaced() {
    let Some(mut server) = Postgres::start(&[]) else { return };
    let body = format!(
        "if event.wait {{ while !fs::exists(event.file) {{ sleep(0.02); }} }}
        {DB} [db.query_one(`SELECT pg_backend_pid() AS p`).p]"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("restarted");
    let event = |wait: bool| json!({ "wait": wait, "file": file }).to_string();
    let api = FakeRuntimeApi::new().event(event(false)).event(event(false)).event(event(true)).start();
    let _process = function(&server.url("postgres"), &body).start(&api);
    let answers: Vec<_> = api.wait_for_answers(2).iter().map(|answer| answer.json()).collect();
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0][0].is_i64(), "{answers:?}");
    server.restart();
    std::fs::write(&file, "").unwrap();
    assert!(api.wait_for_answers(3)[2].json()[0].is_i64());
    // In a transaction, another connection must not take its place.
    let body = format!(
        "{DB} let seen = [];
        try {{ db.transaction(|| {{
            try {{ db.query(`SELECT pg_terminate_backend(pg_backend_pid())`); }} catch (e) {{ seen.push(e.code); }}
            try {{ db.query(`SELECT 1`); }} catch (e) {{ seen.push(e.code); }}
        }}); }} catch (e) {{ seen.push(e.message); }}
        seen.push(db.query_one(`SELECT 1 AS n`).n);
        seen"
    );
    let expected = json!([
        "57P01",
        "ConnectionClosed",
        "the connection was lost, so the transaction was rolled back",
        1
    ]);
    assert_eq!(value(&server.url("postgres"), &body), expected);
    server.stop();
    let gone = error(&server.url("postgres"), &format!("{DB} db.query(`SELECT 1`)"));
    assert!(
        gone.contains("PostgresError ConnectionFailed: no connection to 127.0.0.1")
            && gone.contains("refused the connection"),
        "{gone}"
    );
}

#[test]
fn large_results_are_limited_by_the_memory() {
    let Some(server) = server() else { return };
    let url = server.url("postgres");
    let limited = |sql: &str| {
        function(&url, &format!("{DB} db.query(`{sql}`).len")).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
    };
    let large = error_of(&limited("SELECT repeat('x', 70000000) AS x"));
    assert!(large.contains("PostgresError ResponseTooLarge: the response exceeds 64 MB"), "{large}");
    assert_eq!(limited("SELECT repeat('x', 10000000) AS x").invoke("{}").answer.json(), json!(1));
    assert_eq!(
        query(server, "db.query(`SELECT n, n * 2 AS m FROM generate_series(1, 20000) AS n`).len"),
        json!(20000)
    );
    assert_eq!(query(server, "let many = []; for n in 0..1000 { many.push(n); } db.query_one(`SELECT count(*) AS c FROM unnest($1::int[]) AS n`, [many]).c"), json!(1000));
}

#[test]
fn proxies_may_share_connections() {
    let Some(server) = server() else { return };
    let Some(proxy) = PgBouncer::start(server) else { return };
    server.psql("CREATE TABLE shared (n int)");
    // Two clients of one connection to the server, one after the other.
    let body = "let a = postgres::connect(env::get(`DB`)); let b = postgres::connect(env::get(`DB`) + `?application_name=b`);
        let seen = [];
        for round in 0..3 {
            for db in [a, b] {
                seen.push(db.query_one(`SELECT $1::int + $2::int AS n`, [round, 1]).n);
                seen.push(db.query_one(`SELECT sum(n) AS n FROM unnest($1::int[]) AS n`, [[round, 10]]).n);
                db.transaction(|| { db.execute(`INSERT INTO shared VALUES ($1)`, [round]); db.execute(`INSERT INTO shared SELECT unnest($1::int[])`, [[7, 8]]) });
                try { db.query(`SELECT $1::nonsense`, [[1]]); } catch (e) { seen.push(e.code); }
            }
        }
        [seen, a.query_one(`SELECT count(*) AS n FROM shared`).n, a.query_one(`SELECT pg_backend_pid() AS p`).p == b.query_one(`SELECT pg_backend_pid() AS p`).p]";
    let seen: Vec<_> = (0..3)
        .flat_map(|round| vec![json!([round + 1, round + 10, "42704"]); 2])
        .flat_map(|seen| seen.as_array().unwrap().clone())
        .collect();
    assert_eq!(value(&proxy.url(), body), json!([seen, 18, true]));
}
