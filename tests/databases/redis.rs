//! `redis` against a Redis server.

use crate::{error, error_of, function, value, TlsFiles};
use fake_runtime_api::FakeRuntimeApi;
use serde_json::json;
use test_support::databases::Redis;

const DB: &str = "let db = redis::connect(env::get(`DB`), #{ timeout: 2 });";

#[test]
fn values_come_back() {
    let Some(server) = Redis::start(&[]) else { return };
    let body = format!(
        "{DB} db.set(`s`, `grüß`); db.set(`b`, blob(3, 255)); db.set(`i`, -7); db.set(`f`, 1.5); db.set(`d`, decimal(`2.50`)); db.set(``, ``);
        [db.get(`s`), db.get(`b`).to_array(), db.get_blob(`s`).len, db.get(`i`), db.get(`f`), db.get(`d`), db.get(``), db.get(`none`), db.get_blob(`none`)]"
    );
    let expected = json!(["grüß", [255, 255, 255], 6, "-7", "1.5", "2.50", "", null, null]);
    assert_eq!(value(&server.url(), &body), expected);
    assert_eq!(server.cli(&["GET", "s"]), "grüß");
}

#[test]
fn replies_of_every_type_are_values() {
    let Some(server) = Redis::start(&["--enable-debug-command", "yes"]) else { return };
    for (command, expected) in [
        ("`DEBUG`, `PROTOCOL`, `string`", json!("Hello World")),
        ("`DEBUG`, `PROTOCOL`, `integer`", json!(12345)),
        ("`DEBUG`, `PROTOCOL`, `double`", json!("3.141".parse::<f64>().unwrap())),
        ("`DEBUG`, `PROTOCOL`, `null`", json!(null)),
        ("`DEBUG`, `PROTOCOL`, `array`", json!([0, 1, 2])),
        ("`DEBUG`, `PROTOCOL`, `set`", json!([0, 1, 2])),
        ("`DEBUG`, `PROTOCOL`, `map`", json!({ "0": false, "1": true, "2": false })),
        ("`DEBUG`, `PROTOCOL`, `bignum`", json!("1234567999999999999999999999999999999")),
        ("`DEBUG`, `PROTOCOL`, `verbatim`", json!("This is a verbatim\nstring")),
        ("`DEBUG`, `PROTOCOL`, `true`", json!(true)),
        ("`DEBUG`, `PROTOCOL`, `attrib`", json!("Some real reply following the attribute")),
    ] {
        assert_eq!(value(&server.url(), &format!("{DB} db.command({command})")), expected, "{command}");
    }
}

#[test]
fn commands_of_all_kinds_work() {
    let Some(server) = Redis::start(&[]) else { return };
    let body = format!(
        "{DB} let t = time::seconds(100);
        [db.set(`k`, 1, #{{ ttl: t }}), db.ttl(`k`), db.set(`k`, 2, #{{ keep_ttl: true, if_exists: true }}), db.ttl(`k`) > 90,
        db.set(`x`, 1, #{{ if_exists: true }}), db.set(`short`, 1, #{{ ttl: 0.02 }}), {{ sleep(0.05); db.exists(`short`) }},
        db.incr(`k`), db.incr(`k`, 5), db.incr(`k`, 0.5), db.expire(`k`, 5), db.ttl(`k`), db.del([`k`, `x`]), db.ttl(`k`),
        db.sadd(`t`, [`a`, `b`]), db.sismember(`t`, `a`), db.sismember(`t`, `z`), db.zadd(`z`, 1.5, `m`), db.command(`ZSCORE`, `z`, `m`),
        db.command([`EXISTS`, `t`, `z`]), db.command(`ZRANGE`, `z`, 0, -1, `WITHSCORES`)]"
    );
    let expected = json!([
        true,
        100,
        true,
        true,
        false,
        true,
        false,
        3,
        8,
        8.5,
        true,
        5,
        1,
        null,
        2,
        true,
        false,
        1,
        1.5,
        2,
        [["m", 1.5]]
    ]);
    assert_eq!(value(&server.url(), &body), expected);
}

#[test]
fn errors_have_the_code_of_the_server() {
    let Some(server) = Redis::start(&[]) else { return };
    let url = server.url();
    for (body, expected) in [
        ("db.set(`s`, `x`); db.lpush(`s`, 1)", "RedisError WRONGTYPE: Operation against a key"),
        ("db.command(`NONSENSE`)", "RedisError ERR: unknown command 'NONSENSE'"),
        ("db.pipeline([[`SET`, `a`, `x`], [`INCR`, `a`]])", "RedisError ERR: the command at index 1: value is not an integer"),
        ("db.transaction([[`SET`, `a`, `x`], [`INCR`, `a`]])", "RedisError ERR: the command at index 1: value is not an integer"),
        ("db.transaction([[`SET`, `a`, `x`], [`GET`]])", "RedisError ERR: wrong number of arguments"),
        ("db.lua(`return redis.error_reply(\"MINE no\")`, [], [])", "RedisError MINE: no"),
        ("db.command(`select`, 1)", "RedisError InvalidArgument: the command \"SELECT\" is not supported: add the database"),
        ("db.command(``)", "RedisError InvalidArgument: a command begins with its name"),
        ("db.command(`GET`, ())", "RedisError InvalidArgument: an argument must be a string, a blob, a number or a time"),
        ("db.set(`a`, true)", "an argument must be a string, a blob, a number or a time (json::encode makes a string of anything), not bool"),
        ("db.set(`a`, #{})", "an argument must be a string, a blob, a number or a time (json::encode makes a string of anything), not map"),
        ("db.set(`a`, 1, #{ ttl: 0 })", "RedisError InvalidArgument: `ttl` must be a number of seconds, or a duration, above 0, not 0"),
        ("db.set(`a`, 1, #{ tll: 1 })", "MismatchedTypes : options of set: unknown option `tll`"),
        ("db.pipeline([`GET a`])", "RedisError InvalidArgument: a command is an array: its name and its arguments, not string"),
        ("db.incr(`a`, `1`)", "incr adds an integer or a float, not string"),
    ] {
        let error = error(&url, &format!("{DB} {body}"));
        assert!(error.contains(expected), "{body}: {error}");
    }
    let caught = format!("{DB} let code = (); try {{ db.lpush(`s`, 1); db.get(`s`); }} catch (e) {{ code = [e.type, e.server]; }} [code, db.command(`PING`)]");
    let server = format!("127.0.0.1:{}", server.port());
    assert_eq!(value(&url, &caught), json!([["RedisError", server], "PONG"]));
}

#[test]
fn urls_that_are_wrong_are_errors_without_secrets() {
    for (url, expected) in [
        ("http://u:hush@h", "the URL begins with \"http://\"; write it as redis://"),
        ("redis://u:hush@", "the URL has no host"),
        ("redis://u:hush hush@h", "the URL is invalid (percent-encode special characters"),
        ("redis://u:hush@h/x", "the database \"x\" in the URL is not a number"),
        ("redis://u:hush@h:0", "the URL has an invalid port"),
    ] {
        let error = error(url, &format!("{DB} 1"));
        assert!(error.starts_with("RedisError InvalidArgument: ") && error.contains(expected), "{error}");
    }
}

#[test]
fn a_password_is_needed_and_never_shown() {
    let Some(server) =
        Redis::start(&["--requirepass", "hush@1", "--user", "ada", "on", ">hush2", "~*", "+@all"])
    else {
        return;
    };
    let port = server.port();
    let get = format!("{DB} db.set(`k`, 1); db.get(`k`)");
    for user in [":hush%401", "default:hush%401", "ada:hush2"] {
        assert_eq!(value(&format!("redis://{user}@127.0.0.1:{port}/2"), &get), json!("1"));
    }
    assert_eq!(server.cli(&["-a", "hush@1", "--no-auth-warning", "-n", "2", "GET", "k"]), "1");
    assert!(error(&server.url(), &get).contains("RedisError NOAUTH: "), "{}", error(&server.url(), &get));
    let wrong = error(&format!("redis://:hush3@127.0.0.1:{port}"), &get);
    assert!(
        wrong.contains("RedisError WRONGPASS: ") && wrong.ends_with("check user and password of the URL"),
        "{wrong}"
    );
    let missing = error(&format!("redis://:hush%401@127.0.0.1:{port}/99"), &get);
    assert!(missing.contains("RedisError ERR: DB index is out of range"), "{missing}");
}

#[test]
fn tls_verifies_the_certificate() {
    let TlsFiles { certificate, key, authority: ca, .. } = &TlsFiles::new("127.0.0.1");
    let tls_port = test_support::databases::free_port().to_string();
    let files = [("--tls-port", &tls_port), ("--tls-cert-file", certificate), ("--tls-key-file", key)];
    let files = files.into_iter().chain([("--tls-ca-cert-file", ca)]);
    let options: Vec<_> =
        files.flat_map(|(name, value)| [name, value]).chain(["--tls-auth-clients", "no"]).collect();
    let Some(server) = Redis::start(&options) else { return };
    let get = format!("{DB} db.set(`k`, 1); [db.get(`k`), db.get(`k`)]");
    let secured =
        |host: &str| function(&format!("rediss://{host}:{tls_port}"), &get).env("RHAMBDA_EXTRA_CA_CERTS", ca);
    assert_eq!(secured("127.0.0.1").invoke("{}").answer.json(), json!(["1", "1"]));
    let other = error_of(&secured("localhost"));
    assert!(
        other.contains("RedisError ConnectionFailed: the certificate of localhost is not for localhost"),
        "{other}"
    );
    let untrusted = error(&format!("rediss://127.0.0.1:{tls_port}"), &get);
    assert!(
        untrusted.contains("is not trusted") && untrusted.contains("RHAMBDA_EXTRA_CA_CERTS"),
        "{untrusted}"
    );
    let plain = error(&format!("rediss://127.0.0.1:{}", server.port()), &get);
    assert!(plain.ends_with("127.0.0.1 did not complete the TLS handshake in time"), "{plain}");
}

#[test]
fn connections_are_reused_and_replaced() {
    let Some(mut server) = Redis::start(&[]) else { return };
    let body = format!(
        "if event.wait {{ while !fs::exists(event.file) {{ sleep(0.02); }} }}
        {DB} [db.incr(`n`), db.command(`CLIENT`, `ID`)]"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("restarted");
    let event = |wait: bool| json!({ "wait": wait, "file": file }).to_string();
    let api = FakeRuntimeApi::new().event(event(false)).event(event(false)).event(event(true)).start();
    let _process = function(&server.url(), &body).start(&api);
    let answers: Vec<_> = api.wait_for_answers(2).iter().map(|answer| answer.json()).collect();
    assert_eq!((&answers[0][0], &answers[1][0], &answers[0][1]), (&json!(1), &json!(2), &answers[1][1]));
    server.restart();
    std::fs::write(&file, "").unwrap();
    assert_eq!(api.wait_for_answers(3)[2].json()[0], json!(1));
}

#[test]
fn a_script_is_stopped_at_the_deadline() {
    let Some(server) = Redis::start(&[]) else { return };
    let body = "redis::connect(env::get(`DB`), #{ timeout: 60 }).command(`BLPOP`, `none`, 0)";
    let event = fake_runtime_api::Invocation::new("{}").deadline_in(std::time::Duration::from_millis(700));
    let api = FakeRuntimeApi::new().invocation(event).event("{}").start();
    let _process = function(&server.url(), &format!("if event.again == () {{ {body} }}")).start(&api);
    let answers = api.wait_for_answers(1);
    assert_eq!(answers[0].json()["errorType"], "Runtime.Timeout");
    let error = error(&server.url(), &format!("{DB} db.command(`BLPOP`, `none`, 0)"));
    let expected =
        format!("RedisError Timeout: 127.0.0.1:{} did not respond within the timeout of 2s", server.port());
    assert_eq!(error, expected);
}

#[test]
fn large_replies_are_limited_by_the_memory() {
    let Some(server) = Redis::start(&[]) else { return };
    let body = format!("{DB} db.command(`SETRANGE`, `k`, 70000000, `x`); let b = db.get(`k`); b.len");
    let error = error_of(&function(&server.url(), &body).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"));
    assert!(
        error.contains(
            "RedisError ResponseTooLarge: the response exceeds 64 MB, half of the function's memory"
        ),
        "{error}"
    );
    let body = format!("{DB} db.set(`k`, `x`.to_blob() + blob(5000000, 7)); db.get_blob(`k`).len");
    assert_eq!(value(&server.url(), &body), json!(5_000_001));
}

#[test]
fn many_commands_go_together() {
    let Some(server) = Redis::start(&[]) else { return };
    let body = format!("{DB} let c = []; for n in 0..2500 {{ c.push([`INCR`, `n`]); }} let r = db.pipeline(c); [r.len, r[2499], db.pipeline([]), db.transaction([])]");
    assert_eq!(value(&server.url(), &body), json!([2500, 2500, [], []]));
}
